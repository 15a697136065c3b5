//! Commands of a GitHub workflow: the totals, then an annotation a finding, those of the worst files first, since GitHub shows
//! only the first ten of each level in a step. [`summary`] is the whole list for the page of the job.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::Report;
use crate::finding::Severity;

/// Writes the annotations; waived findings are none.
///
/// # Errors
/// The stream is closed or broken.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (live, files) = sorted(report);
    writeln!(
        out,
        "::notice title=aftercare::{}",
        data(&totals(report, &files))
    )?;
    for said in super::besides::lines(report) {
        writeln!(out, "::notice title=aftercare::{}", data(&said))?;
    }
    for f in report.selection.told_at(&live) {
        let level = match f.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        writeln!(
            out,
            "::{level} file={}{},line={},col={},title={}::{}",
            property(report.below),
            property(&f.place.file),
            f.place.line,
            f.place.column,
            property(&f.rule),
            data(&format!(
                "{}\n{}",
                f.message.get(report.lang),
                f.help.get(report.lang)
            ))
        )?;
    }
    Ok(())
}

/// The page of the job, in Markdown: totals, and every finding in a table.
///
/// # Errors
/// The stream is closed or broken.
pub fn summary(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (live, files) = sorted(report);
    writeln!(out, "## aftercare\n\n{}\n", totals(report, &files))?;
    if live.is_empty() {
        return super::besides::markdown(report, out);
    }
    let lang = report.lang;
    writeln!(
        out,
        "| {} | {} | {} |\n|---|---|---|",
        lang.pick("位置", "place"),
        lang.pick("规则", "rule"),
        lang.pick("问题", "finding")
    )?;
    for f in report.selection.told_at(&live) {
        writeln!(
            out,
            "| {}:{} | `{}` | {} |",
            cell(&f.place.file),
            f.place.line,
            f.rule,
            cell(f.message.get(lang))
        )?;
    }
    super::besides::markdown(report, out)
}

/// A text in a table, in which nothing is Markdown.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|")
        .replace(['\n', '\r'], " ")
        .replace('<', "&lt;")
}

/// Where the findings that are not waived stand among all, those of the file with the most errors first, and how many each
/// file has.
fn sorted<'a>(report: &Report<'a>) -> (Vec<usize>, Vec<(&'a str, usize)>) {
    let heads = || {
        let all = report.selection.heads().enumerate();
        all.filter(|(_, h)| !h.waived)
    };
    let mut count: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (_, head) in heads() {
        let own = count.entry(head.file).or_default();
        own.0 += usize::from(head.severity == Severity::Error);
        own.1 += 1;
    }
    let mut live: Vec<(usize, &str)> = heads().map(|(i, h)| (i, h.file)).collect();
    live.sort_by_key(|(i, file)| (std::cmp::Reverse(count[file]), *file, *i));
    let mut files: Vec<(&str, usize)> = count.into_iter().map(|(f, n)| (f, n.1)).collect();
    files.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    (live.into_iter().map(|(i, _)| i).collect(), files)
}

fn totals(report: &Report<'_>, files: &[(&str, usize)]) -> String {
    let s = &report.selection.summary;
    let lang = report.lang;
    let mut text = lang.pick(
        format!(
            "截至 {}：{} 个错误，{} 个警告，{} 个已豁免，{} 个未到期",
            report.as_of, s.errors, s.warnings, s.waived, s.pending
        ),
        format!(
            "as of {}: {} errors, {} warnings, {} waived, {} pending",
            report.as_of, s.errors, s.warnings, s.waived, s.pending
        ),
    );
    let worst: Vec<String> = files
        .iter()
        .take(5)
        .map(|(f, n)| format!("{f} {n}"))
        .collect();
    if !worst.is_empty() {
        text += &format!(
            "{}{}",
            lang.pick("；最多的文件：", "; most in: "),
            worst.join(lang.pick("，", ", "))
        );
    }
    text
}

/// The message of a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
