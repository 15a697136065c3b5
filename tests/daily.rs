//! Daily use, run inside the test so that a terminal, a clock and a folder can be stood in for: a new office, figures.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "daily/init.rs"]
mod init;
#[path = "daily/stats.rs"]
mod stats;

use std::io::BufRead;
use std::path::Path;

use aftercare::cli::{Outside, run};
use tempfile::TempDir;

/// What a run said, and its exit status.
struct Ran {
    out: String,
    err: String,
    status: u8,
}

fn ran(folder: &Path, args: &[&str], answers: Option<&str>) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut answers = answers.map(str::as_bytes);
    let outside = Outside {
        out: &mut out,
        err: &mut err,
        input: answers.as_mut().map(|a| a as &mut dyn BufRead),
        colour: (false, false),
        now: &|| "2026-03-18T04:00:00Z".parse().unwrap(),
        here: folder.to_path_buf(),
    };
    let words = ["aftercare"].iter().chain(args).map(Into::into);
    let status = run(words.collect(), outside);
    Ran {
        out: String::from_utf8(out).unwrap(),
        err: String::from_utf8(err).unwrap(),
        status,
    }
}

#[track_caller]
fn done(folder: &Path, args: &[&str]) -> String {
    let ran = ran(folder, args, None);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{}", ran.out);
    ran.out
}

#[track_caller]
fn refused(folder: &Path, args: &[&str]) -> String {
    let ran = ran(folder, args, None);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{}", ran.err);
    ran.err
}

fn nowhere() -> TempDir {
    tempfile::tempdir().unwrap()
}
