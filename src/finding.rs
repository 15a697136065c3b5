//! Faults in records. A finding cannot be built without a place.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::text::Bilingual;

/// How grave a fault is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The policy says must.
    #[default]
    Error,
    /// The policy says should.
    Warning,
}

/// Where something stands in a source file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Path below the workspace, with `/`.
    pub file: String,
    /// 1-based line.
    pub line: u32,
    /// 1-based column, counted in characters.
    pub column: u32,
    /// How many characters to underline; at least 1.
    pub width: u32,
    /// The line's text (at most 400 characters around the column), for quoting.
    pub excerpt: String,
    /// The 1-based column at which `excerpt` begins.
    pub excerpt_column: u32,
}

impl Place {
    /// The beginning of a file, without its text.
    pub fn whole(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            line: 1,
            column: 1,
            width: 1,
            excerpt: String::new(),
            excerpt_column: 1,
        }
    }
}

/// A second place that explains a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What stands there.
    pub message: Bilingual,
}

/// A fault in the records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// `<policy>/<rule>`.
    pub rule: String,
    /// Error or warning.
    pub severity: Severity,
    /// The office's folder name; empty for a single office directly in `records/`.
    pub office: String,
    /// The record's kind, if it is about a record.
    pub kind: Option<String>,
    /// The record's id.
    pub record: Option<String>,
    /// The first field it is about.
    pub field: Option<String>,
    /// The period it is about, as contract/policies.md writes periods.
    pub period: Option<String>,
    /// Where to look.
    pub place: Place,
    /// What is wrong.
    pub message: Bilingual,
    /// How to put it right.
    pub help: Bilingual,
    /// The clause of the source policy; empty for `core/*`.
    pub clause: String,
    /// The last day on which it could have been met.
    pub due: Option<NaiveDate>,
    /// Whether a waiver in office.yaml covers it.
    pub waived: bool,
    /// Other places that explain it.
    pub related: Vec<Related>,
    /// Hex digest of what identifies it (contract/cli.md).
    pub fingerprint: String,
    /// Of a share, how far it falls short of 0 % or 100 %, in millionths: larger is worse.
    pub short: Option<u32>,
}

/// What identifies a finding over time: the first 16 bytes of SHA-256 of its parts, each preceded by its length.
pub fn fingerprint(parts: &[&str]) -> String {
    use sha2::{Digest, Sha256};
    use std::fmt::Write as _;
    let mut hash = Sha256::new();
    for p in parts {
        hash.update((p.len() as u64).to_le_bytes());
        hash.update(p);
    }
    let mut hex = String::with_capacity(32);
    for byte in &hash.finalize()[..16] {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// Sorts by file, line, column, rule, then drops exact repeats.
pub fn sort_and_dedupe(findings: &mut Vec<Finding>) {
    findings.sort_by(|a, b| {
        let key = |f: &Finding| (f.place.line, f.place.column);
        a.place
            .file
            .cmp(&b.place.file)
            .then(key(a).cmp(&key(b)))
            .then_with(|| a.rule.cmp(&b.rule))
            .then_with(|| {
                (&a.record, &a.period, &a.field, &a.message.zh).cmp(&(
                    &b.record,
                    &b.period,
                    &b.field,
                    &b.message.zh,
                ))
            })
    });
    findings.dedup();
}
