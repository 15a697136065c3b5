//! GitLab's code quality report: a JSON list, one entry a finding.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::Report;
use crate::finding::Severity;

/// Writes the list; waived findings are left out, since GitLab knows no such thing.
///
/// # Errors
/// The stream is closed or broken.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let live = report.selection.findings.iter().filter(|f| !f.waived);
    let all: Vec<Value> = live
        .map(|f| {
            json!({
                "description": f.message.get(report.lang),
                "check_name": f.rule,
                "fingerprint": f.fingerprint,
                "severity": match f.severity {
                    Severity::Error => "major",
                    Severity::Warning => "minor",
                },
                "location": {"path": f.place.file, "lines": {"begin": f.place.line}},
            })
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &all)?;
    writeln!(out)
}
