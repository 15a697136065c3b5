//! `check --fix` and `--diff`: shows what would be mended, and writes it after a yes.

use std::io::{self, Write};

use super::paths;
use super::session::Session;
use super::sink;
use crate::fix::{self, Fixed, Hunk};
use crate::pipeline::{Failure, Request};
use crate::report::{Paint, safe};
use crate::text::Lang;

/// What is wanted of the mends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Show them.
    Shown,
    /// Show them, then write them after a yes.
    Asked,
    /// Show them and write them.
    Written,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Came {
    /// There was nothing to mend, or it is mended: the records are as they will be.
    Settled,
    /// Something could be mended and was not written.
    Open,
}

/// Mends what lies below some paths, all where there are none.
///
/// # Errors
/// A broken office.yaml, a result that cannot be told or written.
pub(super) fn run(
    session: &mut Session<'_>,
    request: &Request,
    below: &[String],
    wanted: Wanted,
) -> Result<Came, Failure> {
    let schema = session.schema()?;
    let offices = crate::pipeline::selected(request)?;
    let covers = |file: &str| below.is_empty() || paths::covers(below, file);
    let asked = fix::Request {
        root: &request.root,
        offices,
        as_of: request.as_of,
        covers: &covers,
    };
    let all = fix::prepare(&asked, &schema)?;
    let lang = session.lang;
    if all.is_empty() {
        if !session.common.quiet {
            let said = lang.pick("没有可以自动改的地方。", "Nothing can be mended by itself.");
            sink::stream(session.out, |out| writeln!(out, "{said}"))?;
        }
        return Ok(Came::Settled);
    }
    let style = session.style;
    if !(session.common.quiet && wanted == Wanted::Written) {
        sink::stream(session.out, |out| show(&all, (style, lang), out))?;
    }
    let count: usize = all
        .iter()
        .flat_map(|f| &f.hunks)
        .map(|h| h.changes.len())
        .sum();
    let (n, files) = (count, all.len());
    let write = match wanted {
        Wanted::Shown => false,
        Wanted::Written => true,
        Wanted::Asked => {
            let question = lang.pick(
                format!("把这 {n} 处写进 {files} 个文件吗？[y/N] "),
                format!("Write these {n} changes to {files} file(s)? [y/N] "),
            );
            yes(session, &question)?
        }
    };
    if write {
        fix::write(&all)?;
    }
    let said = match (write, wanted) {
        (true, _) => lang.pick(
            format!("改好了 {files} 个文件里的 {n} 处。"),
            format!("Mended {n} place(s) in {files} file(s)."),
        ),
        (false, Wanted::Shown) => lang.pick(
            format!("可以改 {files} 个文件里的 {n} 处；用 check --fix 写入。"),
            format!("{n} place(s) in {files} file(s) can be mended; check --fix writes them."),
        ),
        (false, _) => lang.pick(
            format!("没有写：{files} 个文件里的 {n} 处原样未动。加 --yes 就不问直接写。"),
            format!("Nothing was written: {n} place(s) in {files} file(s) stay as they are. --yes writes without asking."),
        ),
    };
    if !(write && session.common.quiet) {
        sink::stream(session.out, |out| writeln!(out, "{said}\n"))?;
    }
    Ok(if write { Came::Settled } else { Came::Open })
}

/// Asks on a terminal; elsewhere nobody can answer.
fn yes(session: &mut Session<'_>, question: &str) -> Result<bool, Failure> {
    let Some(input) = session.input.as_mut() else {
        return Ok(false);
    };
    sink::stream(session.out, |out| write!(out, "{question}"))?;
    let mut answer = String::new();
    let read = io::BufRead::read_line(input, &mut answer);
    let word = answer.trim().to_lowercase();
    Ok(read.is_ok() && matches!(word.as_str(), "y" | "yes" | "是" | "好" | "ｙ"))
}

/// The changes as a unified diff whose hunks say which values change.
fn show(
    all: &[Fixed],
    (style, lang): (crate::report::Style, Lang),
    out: &mut dyn Write,
) -> io::Result<()> {
    for fixed in all {
        let path = safe(&fixed.path);
        writeln!(out, "{}", style.paint(Paint::Strong, format!("--- {path}")))?;
        writeln!(out, "{}", style.paint(Paint::Strong, format!("+++ {path}")))?;
        for hunk in &fixed.hunks {
            let range = |n: usize| match n {
                1 => hunk.line.to_string(),
                n => format!("{},{n}", hunk.line),
            };
            let mark = format!(
                "@@ -{} +{} @@",
                range(hunk.old.len()),
                range(hunk.new.len())
            );
            let changes = changes(hunk, lang);
            writeln!(out, "{} {changes}", style.paint(Paint::Frame, mark))?;
            for line in &hunk.old {
                let line = format!("-{}", shown(line));
                writeln!(out, "{}", style.paint(Paint::Error, line))?;
            }
            for line in &hunk.new {
                let line = format!("+{}", shown(line));
                writeln!(out, "{}", style.paint(Paint::Good, line))?;
            }
        }
    }
    Ok(())
}

/// The values that change, record by record.
fn changes(hunk: &Hunk, lang: Lang) -> String {
    let mut said = String::new();
    let mut last = None;
    for c in &hunk.changes {
        if last.replace(&c.record) == Some(&c.record) {
            said += lang.pick("，", ", ");
        } else {
            let gap = if said.is_empty() { "" } else { "; " };
            said += &format!("{gap}{} ", safe(c.record.get(lang)));
        }
        let (field, old, new) = (c.field.get(lang), safe(&c.old), safe(&c.new));
        said += &match lang {
            Lang::Zh => format!("{field}「{old}」→「{new}」"),
            Lang::En => format!("{field} `{old}` -> `{new}`"),
        };
    }
    said
}

/// A line of a file, harmless to a terminal; its tabs stay.
fn shown(line: &str) -> String {
    let parts: Vec<_> = line.split('\t').map(safe).collect();
    parts.join("\t")
}
