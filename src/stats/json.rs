//! The figures as one JSON document.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{Asked, Figures, Line, Question, Told, percent};
use crate::statistics::Permille;
use crate::text::Lang;

/// Writes them.
///
/// # Errors
/// The stream is closed or broken.
pub fn write(
    all: &[Figures],
    question: &Question,
    lang: Lang,
    out: &mut dyn Write,
) -> io::Result<()> {
    let offices: Vec<Value> = all
        .iter()
        .map(|f| {
            json!({
                "office": f.office,
                "name": f.name,
                "answers": f.answers.iter().map(|t| told(t, lang)).collect::<Vec<_>>(),
                "shares": f.shares.iter().map(|s| share(s, lang)).collect::<Vec<_>>(),
            })
        })
        .collect();
    let document = json!({
        "version": 1,
        "as_of": question.as_of.to_string(),
        "period": question.period.map(|p| p.to_string()),
        "by": question.by,
        "offices": offices,
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn told(told: &Told, lang: Lang) -> Value {
    json!({
        "name": told.name,
        "label": told.label.get(lang),
        "groups": told.rows.iter().map(|r| line(r, told, lang)).collect::<Vec<_>>(),
    })
}

fn line(line: &Line, told: &Told, lang: Lang) -> Value {
    let d = &line.counts;
    let levels: Map<String, Value> = told
        .levels
        .iter()
        .zip(&d.levels)
        .map(|(l, n)| (l.code.clone(), Value::from(*n)))
        .collect();
    let ratio = |p: Option<Permille>| p.map(Permille::ratio);
    json!({
        "key": line.key,
        "label": line.label.get(lang),
        "asked": d.asked(),
        "answered": d.answered(),
        "satisfied": d.satisfied(),
        "response": ratio(d.response()),
        "rate": ratio(d.rate()),
        "low": ratio(d.interval().map(|i| i.0)),
        "high": ratio(d.interval().map(|i| i.1)),
        "mean": d.mean().and_then(|m| m.parse::<f64>().ok()),
        "levels": levels,
    })
}

fn share(asked: &Asked, lang: Lang) -> Value {
    let s = &asked.share;
    let limit = percent(s.milli_percent).parse::<f64>().ok();
    let limit = json!({if s.at_most { "at_most" } else { "at_least" }: limit});
    json!({
        "rule": s.rule,
        "title": s.title.get(lang),
        "clause": s.clause,
        "period": s.period,
        "record": asked.record,
        "due": s.due.map(|d| d.to_string()),
        "met": s.met,
        "population": s.population,
        "share": Permille::of(s.met, s.population).map(Permille::ratio),
        "percent": limit,
        "decided": s.decided,
    })
}
