//! The report that people read: each finding with its line quoted, grouped by file, counts at the end.

use std::io::{self, Write};

use super::snippet::snippet;
use super::style::safe;
use super::{Paint, Report, Style};
use crate::finding::{Finding, Place, Severity};
use crate::text::Lang;

/// Columns that a quoted line may take, its frame included.
const WIDTH: usize = 80;
/// Related places that are listed without `-v`.
const RELATED: usize = 3;

/// Writes the report.
///
/// # Errors
/// The stream is closed or broken.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut files = tallies(report).into_iter();
    let mut current = String::new();
    for f in report.selection.told(report.verbose) {
        if report.quiet {
            line(report, &f, out)?;
            continue;
        }
        if current != f.place.file {
            current.clone_from(&f.place.file);
            heading(report, &current, files.next().unwrap_or_default(), out)?;
        }
        finding(report, &f, out)?;
    }
    if report.quiet {
        return Ok(());
    }
    super::besides::text(report, out)?;
    count(report, out)
}

/// Writes the counts alone, in a line or two.
///
/// # Errors
/// The stream is closed or broken.
pub fn count(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let s = &report.selection.summary;
    let style = report.style;
    let found = match (s.errors, s.warnings) {
        (0, 0) => style.paint(
            Paint::Good,
            match report.since {
                None => report.lang.pick("没有发现问题", "All in order"),
                Some(_) => report.lang.pick("没有新的问题", "Nothing new"),
            },
        ),
        (e, w) => {
            let what = if e > 0 { Paint::Error } else { Paint::Warning };
            let text = tally(report.lang, e, w);
            style.paint(
                what,
                report
                    .lang
                    .pick(format!("共 {text}"), format!("Found {text}")),
            )
        }
    };
    let also = also(report);
    let (offices, records) = (number(s.offices), number(s.records));
    let day = report.as_of;
    match report.lang {
        Lang::Zh => writeln!(
            out,
            "{found}{also}。查了 {offices} 个单位的 {records} 条记录，截至 {day}。"
        ),
        Lang::En => writeln!(
            out,
            "{found}{also}. Checked {} of {} as of {day}.",
            plural(s.records, "record", "records"),
            plural(s.offices, "office", "offices"),
        ),
    }
}

/// What is neither right nor wrong: waived, not yet due, not judged.
fn also(report: &Report<'_>) -> String {
    let s = &report.selection.summary;
    let parts = [
        (s.waived, "豁免", "项", "waived"),
        (s.pending, "未到期", "项", "not yet due"),
        (s.unjudged, "无法判断", "项", "not judged"),
    ];
    parts
        .iter()
        .filter(|p| p.0 > 0)
        .map(|(n, zh, unit, en)| {
            let n = number(*n);
            report
                .lang
                .pick(format!("，{zh} {n} {unit}"), format!(", {n} {en}"))
        })
        .collect()
}

fn tally(lang: Lang, errors: u64, warnings: u64) -> String {
    let parts = [
        (errors, "个错误", "error", "errors"),
        (warnings, "个警告", "warning", "warnings"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|p| p.0 > 0)
        .map(|(n, zh, one, many)| lang.pick(format!("{} {zh}", number(*n)), plural(*n, one, many)))
        .collect();
    parts.join(lang.pick("、", " and "))
}

fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// With a comma before each group of three figures.
pub(super) fn number(n: u64) -> String {
    let figures = n.to_string();
    let mut out = String::new();
    for (i, c) in figures.chars().enumerate() {
        if i > 0 && (figures.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// How many findings a file has: errors, warnings, waived ones.
#[derive(Clone, Copy, Default)]
struct Tally {
    errors: u64,
    warnings: u64,
    waived: u64,
}

/// The counts of each file that is shown, in order.
fn tallies(report: &Report<'_>) -> Vec<Tally> {
    let shown = report.selection.heads();
    let mut shown = shown.filter(|h| report.verbose || !h.waived).peekable();
    let mut all = Vec::new();
    while let Some(first) = shown.peek().copied() {
        let mut own = Tally::default();
        while let Some(h) = shown.next_if(|h| h.file == first.file) {
            match (h.waived, h.severity) {
                (true, _) => own.waived += 1,
                (false, Severity::Error) => own.errors += 1,
                (false, Severity::Warning) => own.warnings += 1,
            }
        }
        all.push(own);
    }
    all
}

fn heading(report: &Report<'_>, file: &str, of: Tally, out: &mut dyn Write) -> io::Result<()> {
    let mut counts = tally(report.lang, of.errors, of.warnings);
    if counts.is_empty() {
        let waived = of.waived;
        counts = report
            .lang
            .pick(format!("豁免 {waived} 项"), format!("{waived} waived"));
    }
    writeln!(
        out,
        "{}  {}\n",
        report.style.paint(Paint::Strong, safe(file)),
        report.style.paint(Paint::Dim, counts)
    )
}

fn level(report: &Report<'_>, f: &Finding) -> (Paint, &'static str) {
    match (f.waived, f.severity) {
        (true, _) => (Paint::Dim, report.lang.pick("已豁免", "waived")),
        (_, Severity::Error) => (Paint::Error, report.lang.pick("错误", "error")),
        (_, Severity::Warning) => (Paint::Warning, report.lang.pick("警告", "warning")),
    }
}

/// A finding in a line, as compilers and editors write them.
fn line(report: &Report<'_>, f: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let (paint, level) = level(report, f);
    let p = &f.place;
    writeln!(
        out,
        "{}:{}:{}: {}: {} [{}]",
        safe(&p.file),
        p.line,
        p.column,
        report.style.paint(paint, level),
        safe(f.message.get(report.lang)),
        f.rule
    )
}

fn finding(report: &Report<'_>, f: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let (paint, level) = level(report, f);
    let style = report.style;
    let title = style.paint(paint, format_args!("{level}[{}]", f.rule));
    let message = safe(f.message.get(report.lang));
    writeln!(out, "{title}: {}", style.paint(Paint::Strong, message))?;
    let gutter = quote(&f.place, !is_nowhere(f), (style, paint), out)?;
    for (label, text) in notes(report, f) {
        let bar = style.paint(Paint::Frame, "=");
        let label = style.paint(Paint::Frame, label);
        writeln!(out, "{:gutter$} {bar} {label}: {}", "", safe(&text))?;
    }
    writeln!(out)
}

/// Names a place and quotes its line; gives the width of the line number.
pub(super) fn quote(
    place: &Place,
    with_text: bool,
    (style, paint): (Style, Paint),
    out: &mut dyn Write,
) -> io::Result<usize> {
    let number = place.line.to_string();
    let gutter = number.len();
    let frame = |text: &str| style.paint(Paint::Frame, text);
    let (arrow, bar) = (frame("-->"), frame("|"));
    let (line, column) = (place.line, place.column);
    writeln!(
        out,
        "{:gutter$}{arrow} {}:{line}:{column}",
        "",
        safe(&place.file)
    )?;
    let quoted = if with_text {
        snippet(place, WIDTH - gutter - 3)
    } else {
        None
    };
    if let Some(s) = quoted {
        let marks = style.paint(paint, "^".repeat(s.underline));
        writeln!(out, "{:gutter$} {bar}", "")?;
        writeln!(out, "{} {bar} {}", frame(&number), s.text)?;
        writeln!(
            out,
            "{:gutter$} {bar} {:indent$}{marks}",
            "",
            "",
            indent = s.indent
        )?;
    }
    Ok(gutter)
}

/// What an office did not do stands nowhere: its office.yaml is named, but no line of it is at fault.
fn is_nowhere(f: &Finding) -> bool {
    let p = &f.place;
    let whole = (p.line, p.column, p.width) == (1, 1, 1);
    f.kind.is_none() && whole && p.file.ends_with("office.yaml")
}

fn notes(report: &Report<'_>, f: &Finding) -> Vec<(&'static str, String)> {
    let lang = report.lang;
    let mut notes = Vec::new();
    let mut note = |zh, en, text: String| {
        if !text.is_empty() {
            notes.push((lang.pick(zh, en), text));
        }
    };
    note("条款", "clause", f.clause.clone());
    let period = f.period.clone().unwrap_or_default();
    match f.due {
        Some(due) if period.is_empty() => note("期限", "due", due.to_string()),
        Some(due) => note(
            "期限",
            "due",
            lang.pick(format!("{due}（{period}）"), format!("{due} ({period})")),
        ),
        None => note("期间", "period", period),
    }
    let listed = if report.verbose { usize::MAX } else { RELATED };
    for r in f.related.iter().take(listed) {
        let p = &r.place;
        let said = r.message.get(lang);
        note(
            "另见",
            "see",
            format!("{}:{}:{} {said}", p.file, p.line, p.column),
        );
    }
    let more = f.related.len().saturating_sub(listed);
    if more > 0 {
        note(
            "另见",
            "see",
            lang.pick(
                format!("还有 {more} 处，加 -v 全部列出"),
                format!("{more} more; -v lists them all"),
            ),
        );
    }
    note("怎样改", "help", f.help.get(lang).to_owned());
    notes
}
