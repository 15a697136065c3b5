//! The report that programs read: one JSON document, version 1 (contract/cli.md), a line a finding.

use std::io::{self, Write};

use serde::Serialize;

use super::Report;
use crate::finding::{self, Severity};
use crate::pipeline::Summary;
use crate::text::Lang;

/// The version of the document; it rises when a field goes or changes its meaning.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Counts {
    offices: u64,
    records: u64,
    errors: u64,
    warnings: u64,
    waived: u64,
    pending: u64,
    unjudged: u64,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'a str,
    severity: &'static str,
    office: &'a str,
    kind: Option<&'a str>,
    record: Option<&'a str>,
    period: Option<&'a str>,
    field: Option<&'a str>,
    file: &'a str,
    line: u32,
    column: u32,
    message: &'a str,
    help: &'a str,
    clause: &'a str,
    due: Option<String>,
    waived: bool,
    related: Vec<Related<'a>>,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    message: &'a str,
}

/// Writes the document, finding by finding.
///
/// # Errors
/// The stream is closed or broken.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let counts = serde_json::to_string(&counts(&report.selection.summary))?;
    write!(
        out,
        "{{\"version\":{VERSION},\"as_of\":\"{}\",\n\"summary\":{counts},\n\"findings\":[",
        report.as_of
    )?;
    for (i, f) in report.selection.told(true).enumerate() {
        out.write_all(if i == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &published(&f, report.lang))?;
    }
    out.write_all(b"]")?;
    for (key, value) in super::besides::json(report) {
        write!(out, ",\n\"{key}\":{value}")?;
    }
    out.write_all(b"}\n")
}

fn counts(s: &Summary) -> Counts {
    Counts {
        offices: s.offices,
        records: s.records,
        errors: s.errors,
        warnings: s.warnings,
        waived: s.waived,
        pending: s.pending,
        unjudged: s.unjudged,
    }
}

fn published(f: &finding::Finding, lang: Lang) -> Finding<'_> {
    Finding {
        rule: &f.rule,
        severity: match f.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        office: &f.office,
        kind: f.kind.as_deref(),
        record: f.record.as_deref(),
        period: f.period.as_deref(),
        field: f.field.as_deref(),
        file: &f.place.file,
        line: f.place.line,
        column: f.place.column,
        message: f.message.get(lang),
        help: f.help.get(lang),
        clause: &f.clause,
        due: f.due.map(|d| d.to_string()),
        waived: f.waived,
        related: f.related.iter().map(|r| also(r, lang)).collect(),
        fingerprint: &f.fingerprint,
    }
}

fn also(r: &finding::Related, lang: Lang) -> Related<'_> {
    Related {
        file: &r.place.file,
        line: r.place.line,
        column: r.place.column,
        message: r.message.get(lang),
    }
}
