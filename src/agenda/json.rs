//! What is due as one JSON document.

use std::io::{self, Write};

use chrono::NaiveDate;
use serde::Serialize;

use super::Entry;
use crate::text::Lang;

#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    as_of: String,
    due: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    due: Option<String>,
    who: &'a str,
    title: &'a str,
    rule: &'a str,
    clause: &'a str,
    office: &'a str,
    kind: Option<&'a str>,
    record: Option<&'a str>,
    period: Option<&'a str>,
    message: &'a str,
    file: &'a str,
    line: u32,
    fingerprint: &'a str,
}

/// Writes it.
///
/// # Errors
/// The stream is closed or broken.
pub fn write(
    entries: &[Entry],
    as_of: NaiveDate,
    lang: Lang,
    out: &mut dyn Write,
) -> io::Result<()> {
    let due = entries.iter().map(|e| {
        let f = &e.finding;
        Item {
            due: f.due.map(|d| d.to_string()),
            who: &e.who,
            title: e.title.get(lang),
            rule: &f.rule,
            clause: &f.clause,
            office: &f.office,
            kind: f.kind.as_deref(),
            record: f.record.as_deref(),
            period: f.period.as_deref(),
            message: f.message.get(lang),
            file: &f.place.file,
            line: f.place.line,
            fingerprint: &f.fingerprint,
        }
    });
    let document = Document {
        version: 1,
        as_of: as_of.to_string(),
        due: due.collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}
