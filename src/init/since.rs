//! From when a new office is judged: the first day of the month, unless that would start it with findings.

use std::path::Path;

use chrono::{Datelike as _, NaiveDate};

use super::Request;
use super::files::{self, File};
use crate::door;
use crate::pipeline::{self, Failure};

/// A day to begin with.
pub(super) struct Chosen {
    pub since: NaiveDate,
    /// Findings of the empty office.
    pub findings: usize,
    /// Whether it is not the day that was looked at first.
    pub moved: bool,
}

/// The day that is asked for; else the first of as-of's month, or as-of itself where that would begin with findings.
///
/// # Errors
/// The empty office cannot be judged.
pub(super) fn choose(
    request: &Request<'_>,
    own: &[File],
    home: &str,
    text: &dyn Fn(NaiveDate) -> String,
) -> Result<Chosen, Failure> {
    let count = |since| findings(request, own, &format!("{home}/office.yaml"), text(since));
    let chosen = |since, findings, moved| Chosen {
        since,
        findings,
        moved,
    };
    if let Some(since) = request.since {
        return Ok(chosen(since, count(since)?, false));
    }
    let as_of = request.as_of;
    let first = as_of.with_day(1).unwrap_or(as_of);
    match count(first)? {
        0 => Ok(chosen(first, 0, false)),
        _ => Ok(chosen(as_of, count(as_of)?, true)),
    }
}

/// Judges the office in a folder of its own.
fn findings(
    request: &Request<'_>,
    own: &[File],
    path: &str,
    office: String,
) -> Result<usize, Failure> {
    let failed = |e: std::io::Error| {
        Failure::program(
            format!("不能写临时文件：{e}"),
            format!("cannot write temporary files: {e}"),
        )
    };
    let folder = tempfile::tempdir().map_err(failed)?;
    let root: &Path = folder.path();
    door::copy_packs(request.root, root).map_err(failed)?;
    files::write(root, own)?;
    files::write(root, &[File::new(path, office)])?;
    let checked = pipeline::check_aside(&pipeline::Request {
        root: root.to_path_buf(),
        as_of: request.as_of,
        offices: Vec::new(),
        policies: Vec::new(),
        everything: false,
    })?;
    Ok(checked.found.len())
}
