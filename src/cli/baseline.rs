//! `--baseline`: findings that stood when the file was written are no longer told; `--write-baseline` writes it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::sink;
use crate::finding::Finding;
use crate::pipeline::{Checked, Failure, Summary};

/// The file, version 1: what stood, in order of fingerprint.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Baseline {
    version: u32,
    findings: Vec<Known>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    fingerprint: String,
    /// For whoever reads the file.
    rule: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    record: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    period: Option<String>,
    /// Of a share, how far it falls short, in millionths: one that has become worse is told again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    short: Option<u32>,
}

/// Takes out the findings that a file knows, unless they have become worse; gives how many.
///
/// # Errors
/// The file cannot be read, or is none of ours.
pub(super) fn apply(path: &Path, checked: &mut Checked) -> Result<usize, Failure> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|e| {
        let why = crate::source::why(&e);
        Failure::usage(
            format!("读不了基线文件「{shown}」：{}", why.zh),
            format!("cannot read the baseline `{shown}`: {}", why.en),
        )
        .helped(
            "先用 aftercare check --write-baseline 写一份",
            "write one first: `aftercare check --write-baseline`",
        )
    })?;
    let ours = |b: &Baseline| b.version == 1;
    let baseline: Option<Baseline> = serde_json::from_str(&text).ok().filter(ours);
    let Some(baseline) = baseline else {
        return Err(Failure::usage(
            format!("「{shown}」不是 aftercare 写的基线文件"),
            format!("`{shown}` is no baseline that aftercare wrote"),
        ));
    };
    let known: BTreeMap<&str, Option<u32>> = baseline
        .findings
        .iter()
        .map(|k| (k.fingerprint.as_str(), k.short))
        .collect();
    let is_new = |f: &Finding| match known.get(f.fingerprint.as_str()) {
        None => true,
        Some(before) => f.short > *before && before.is_some(),
    };
    let all = checked.found.len();
    checked.found.retain(&checked.offices, is_new);
    recount(checked);
    Ok(all - checked.found.len())
}

/// Counts again what is left.
pub(super) fn recount(checked: &mut Checked) {
    let mut summary = Summary {
        errors: 0,
        warnings: 0,
        waived: 0,
        ..checked.summary
    };
    let each = checked.found.iter();
    each.for_each(|f| summary.count(f.waived, f.severity));
    checked.summary = summary;
}

/// Writes what stands now; waived findings need no baseline.
///
/// # Errors
/// The file cannot be written.
pub(super) fn write(path: &Path, checked: &Checked) -> Result<usize, Failure> {
    let live = checked.found.iter().filter(|f| !f.waived);
    let live = checked.found.told(&checked.offices, live);
    let mut findings: Vec<Known> = live
        .map(|f| Known {
            fingerprint: f.fingerprint,
            rule: f.rule,
            record: f.record,
            period: f.period,
            short: f.short,
        })
        .collect();
    findings.sort_by(|a, b| a.fingerprint.cmp(&b.fingerprint));
    findings.dedup_by(|a, b| a.fingerprint == b.fingerprint);
    let count = findings.len();
    let baseline = Baseline {
        version: 1,
        findings,
    };
    sink::file(path, |out| {
        serde_json::to_writer_pretty(&mut *out, &baseline)?;
        writeln!(out)
    })?;
    Ok(count)
}
