//! What a clerk's day needs beside checking: completion, manual pages, schemas for editors, a record more, an office more.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

struct Ran {
    out: String,
    err: String,
    status: i32,
}

fn run(folder: &Path, args: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aftercare"));
    let output = command
        .current_dir(folder)
        .args(args)
        .env_clear()
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    Ran {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        status: output.status.code().unwrap(),
    }
}

#[track_caller]
fn done(folder: &Path, args: &[&str]) -> String {
    let ran = run(folder, args);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{}", ran.out);
    ran.out
}

#[track_caller]
fn refused(folder: &Path, args: &[&str]) -> String {
    let ran = run(folder, args);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{}", ran.err);
    ran.err
}

fn nowhere() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn schemas_need_no_workspace() {
    let w = nowhere();
    let one = done(w.path(), &["schema", "回访"]);
    assert_eq!(one, done(w.path(), &["schema", "visits"]));
    let parsed: serde_json::Value = serde_json::from_str(&one).unwrap();
    assert_eq!(
        parsed["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    assert!(done(w.path(), &["schema", "--all", "a/b"]).contains("27"));
    assert_eq!(
        std::fs::read_to_string(w.path().join("a/b/visits.json")).unwrap(),
        one
    );
    assert!(refused(w.path(), &["schema", "visit"]).contains("visits"));
    assert!(refused(w.path(), &["schema"]).contains("KIND"));
    refused(w.path(), &["schema", "visits", "--all", "a"]);
}

#[test]
fn completions_for_each_shell() {
    let w = nowhere();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = done(w.path(), &["completions", shell]);
        assert!(script.contains("completions"), "{shell}");
        assert!(script.contains("as-of"), "{shell}");
    }
    let zsh = |lang| done(w.path(), &["completions", "zsh", "--lang", lang]);
    assert!(zsh("zh").contains("按哪一天") && !zsh("en").contains("按哪一天"));
    assert!(refused(w.path(), &["completions", "bsh"]).contains("bash"));
}

#[test]
fn manual_pages() {
    let w = nowhere();
    let page = done(w.path(), &["man"]);
    assert!(page.contains(".SH 名称") && page.contains(".TH aftercare"));
    assert!(done(w.path(), &["man", "--lang", "en"]).contains(".SH NAME"));
    let check = done(w.path(), &["man", "check"]);
    assert!(check.contains(".TH aftercare-check"), "{check}");
    assert!(refused(w.path(), &["man", "chekc"]).contains("check"));
    done(w.path(), &["man", "--all", "man1"]);
    let written = std::fs::read_to_string(w.path().join("man1/aftercare-check.1")).unwrap();
    assert_eq!(written, check);
    assert!(w.path().join("man1/aftercare.1").is_file());
}
