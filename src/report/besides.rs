//! What a report tells besides findings: what was loosened since a revision, and how far the history can tell.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::style::safe;
use super::{Paint, Report};
use crate::history::{Loosened, Since, Told};
use crate::text::Lang;

/// Writes it as paragraphs, before the counts.
///
/// # Errors
/// The stream is closed or broken.
pub(super) fn text(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let style = report.style;
    for (title, lines) in paragraphs(report) {
        writeln!(out, "{}", style.paint(Paint::Strong, safe(&title)))?;
        for (place, said) in lines {
            let place = place.map_or_else(String::new, |p| {
                format!("{}  ", style.paint(Paint::Frame, safe(&p)))
            });
            writeln!(out, "  {place}{}", safe(&said))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Writes it as Markdown, for the page of a job.
///
/// # Errors
/// The stream is closed or broken.
pub(super) fn markdown(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (title, lines) in paragraphs(report) {
        writeln!(out, "\n{}\n", plain(&title))?;
        for (place, said) in lines {
            let place = place.map_or_else(String::new, |p| format!("{} — ", plain(&p)));
            writeln!(out, "- {place}{}", plain(&said))?;
        }
    }
    Ok(())
}

/// Each paragraph in one text, its lines below its title.
pub(super) fn lines(report: &Report<'_>) -> Vec<String> {
    let one = |(title, lines): Paragraph| {
        let lines = lines.into_iter().map(|(place, said)| match place {
            Some(place) => format!("\n{place}  {said}"),
            None => format!("\n{said}"),
        });
        std::iter::once(title).chain(lines).collect()
    };
    paragraphs(report).into_iter().map(one).collect()
}

/// Nothing in it is Markdown.
fn plain(text: &str) -> String {
    super::github::cell(text)
}

/// Keys that the published JSON has where there is something to tell.
pub(super) fn json(report: &Report<'_>) -> Vec<(&'static str, Value)> {
    let mut keys = Vec::new();
    if let Some(s) = report.since {
        let all: Vec<Value> = s
            .loosened
            .iter()
            .map(|l| published(l, report.lang))
            .collect();
        let revision = &s.revision;
        keys.push((
            "since",
            json!({
                "revision": revision.written,
                "commit": revision.id.to_string(),
                "unjudged": s.unjudged.as_ref().map(|u| u.get(report.lang)),
            }),
        ));
        keys.push(("loosened", Value::Array(all)));
    }
    if let Some(t) = report.history {
        keys.push((
            "history",
            json!({
                "commits": t.commits,
                "head": t.head.to_string(),
                "since": t.since.as_ref().map(|r| r.id.to_string()),
                "shallow": t.shallow,
                "untold": t.untold,
                "note": cannot(t, report.lang),
            }),
        ));
    }
    keys
}

fn published(l: &Loosened, lang: Lang) -> Value {
    json!({
        "what": l.what.name(),
        "office": l.office,
        "rule": Some(&l.rule).filter(|r| !r.is_empty()),
        "kind": l.record.as_ref().map(|r| &r.0),
        "record": l.record.as_ref().map(|r| &r.1),
        "file": l.place.file,
        "line": l.place.line,
        "column": l.place.column,
        "then": l.then,
        "message": l.message.get(lang),
    })
}

type Paragraph = (String, Vec<(Option<String>, String)>);

fn paragraphs(report: &Report<'_>) -> Vec<Paragraph> {
    let mut all = Vec::new();
    if let Some(s) = report.since {
        all.extend(since(s, report.lang));
    }
    if let Some(t) = report.history {
        all.push((told(t, report.lang), vec![(None, cannot(t, report.lang))]));
    }
    all
}

fn since(s: &Since, lang: Lang) -> Vec<Paragraph> {
    let mut all = Vec::new();
    let (written, short) = (&s.revision.written, s.revision.short());
    let name = if short.starts_with(written.as_str()) {
        lang.pick(format!("{short} "), short)
    } else {
        lang.pick(
            format!("{written}（{short}）"),
            format!("{written} ({short})"),
        )
    };
    if let Some(why) = &s.unjudged {
        let title = lang.pick(
            format!("{name}时的记录没法判断，所以现有的问题全部列出："),
            format!("{name} could not be judged, so all that is found now is told:"),
        );
        all.push((title, vec![(None, why.get(lang).to_owned())]));
    }
    if !s.loosened.is_empty() {
        let title = lang.pick(
            format!("自 {name}以来放宽、改动或删去的："),
            format!("Loosened, changed or deleted since {name}:"),
        );
        all.push((title, s.loosened.iter().map(|l| line(l, lang)).collect()));
    }
    all
}

fn line(l: &Loosened, lang: Lang) -> (Option<String>, String) {
    let then = if l.then {
        lang.pick("（当时）", " (then)")
    } else {
        ""
    };
    let place = format!("{}:{}{then}", l.place.file, l.place.line);
    let rule = match l.rule.as_str() {
        "" => String::new(),
        rule => lang.pick(format!("{rule}："), format!("{rule}: ")),
    };
    (Some(place), format!("{rule}{}", l.message.get(lang)))
}

fn told(t: &Told, lang: Lang) -> String {
    let n = super::text::number(t.commits);
    match &t.since {
        None => lang.pick(
            format!("看了 git 历史里的 {n} 次提交。"),
            format!("Looked at {n} commits of the git history."),
        ),
        Some(r) => lang.pick(
            format!("看了 {} 以后的 {n} 次提交。", r.written),
            format!("Looked at {n} commits since {}.", r.written),
        ),
    }
}

/// What the history cannot tell.
fn cannot(t: &Told, lang: Lang) -> String {
    let mut said = lang
        .pick(
            "提交的日期可以伪造；压缩合并（squash）和变基会合并提交、改写日期。这里只说这份历史怎样记载。",
            "Dates of commits can be forged; squashing and rebasing join commits and rewrite dates. This tells what the history here says, no more.",
        )
        .to_owned();
    if t.shallow {
        let came = match t.untold {
            0 => String::new(),
            n => {
                let n = super::text::number(n);
                lang.pick(
                    format!("有 {n} 条记录说不出是何时进来的，"),
                    format!("when {n} records came in can't be told; "),
                )
            }
        };
        said += &lang.pick(
            format!("这个克隆不含较早的提交（浅克隆）：{came}更早的改动和删除看不到。先 git fetch --unshallow。"),
            format!(" This clone leaves out the older commits (it is shallow): {came}earlier changes and deletions can't be seen. Fetch them first: git fetch --unshallow."),
        );
    }
    said
}
