//! GitLab's code quality report: a JSON list, one entry a finding.

use std::io::{self, Write};

use serde_json::json;

use super::Report;
use crate::finding::Severity;

/// Writes the list; waived findings are left out, since GitLab knows no such thing.
///
/// # Errors
/// The stream is closed or broken.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"[")?;
    for (i, f) in report.selection.told(false).enumerate() {
        out.write_all(if i == 0 { b"\n" } else { b",\n" })?;
        let entry = json!({
            "description": f.message.get(report.lang),
            "check_name": f.rule,
            "fingerprint": f.fingerprint,
            "severity": match f.severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
            },
            "location": {"path": format!("{}{}", report.below, f.place.file), "lines": {"begin": f.place.line}},
        });
        serde_json::to_writer_pretty(&mut *out, &entry)?;
    }
    out.write_all(b"]\n")
}
