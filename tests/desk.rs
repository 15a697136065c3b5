//! What a clerk's day needs beside checking: completion, manual pages, schemas for editors, a record more, an office more.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "desk/new.rs"]
mod new_rows;
#[path = "desk/polish.rs"]
mod polish;

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

/// Two offices: one that keeps its records as Excel leaves them, one in YAML.
fn workspace() -> TempDir {
    let w = nowhere();
    let put = |path: &str, bytes: &[u8]| {
        let file = w.path().join("records").join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    };
    put("a/office.yaml", "name: 甲\npolicies: []\n".as_bytes());
    put(
        "a/staff.csv",
        "\u{feff}编号,姓名,岗位\r\nS09,周岚,主管\r\n".as_bytes(),
    );
    let visits =
        "编号;回访时间;回访人;回访方式;回访内容\r\nV2024-099;2024-12-30;周岚;电话;\"好\"\r\n";
    let (gb, _, _) = encoding_rs::GB18030.encode(visits);
    put("a/visits/2024-12.csv", &gb);
    put(
        "a/visits/2025-01.csv",
        b"id,date,staff,method,content\nV2025-007,2025-01-02,S09,phone,",
    );
    put("b/office.yaml", "name: 乙\npolicies: []\n".as_bytes());
    put(
        "b/staff.yaml",
        "# 人员\n- id: 01\n  姓名: '周岚'\n  岗位: '主管' # 暂代\n\n- id: 02\n  姓名: '李玥'\n  岗位: '经理'\n"
            .as_bytes(),
    );
    w
}

const DAY: [&str; 2] = ["--as-of", "2025-03-15"];

fn new<'a>(args: &[&'a str]) -> Vec<&'a str> {
    ["new"].iter().chain(args).chain(&DAY).copied().collect()
}

fn bytes(w: &TempDir, path: &str) -> Vec<u8> {
    std::fs::read(w.path().join("records").join(path)).unwrap()
}

#[test]
fn a_row_goes_to_its_month_and_every_other_byte_stays() {
    let w = workspace();
    let before = bytes(&w, "a/visits/2024-12.csv");
    let day = "回访时间=2024年12月31日";
    let args = new(&[
        "回访",
        day,
        "回访人=周岚",
        "method=phone",
        "content=水;电",
        "--office",
        "a",
    ]);
    let dry: Vec<&str> = args.iter().copied().chain(["--dry-run"]).collect();
    let told = done(w.path(), &dry);
    assert!(
        told.contains("V2024-100;2024-12-31;周岚;电话;\"水;电\""),
        "{told}"
    );
    assert_eq!(bytes(&w, "a/visits/2024-12.csv"), before);
    assert!(done(w.path(), &args).contains("2024-12.csv:3"));
    let after = bytes(&w, "a/visits/2024-12.csv");
    let row = "V2024-100;2024-12-31;周岚;电话;\"水;电\"\r\n";
    assert_eq!(
        after,
        [before, encoding_rs::GB18030.encode(row).0.into_owned()].concat()
    );
    // The other month: no line break at its end, names and codes.
    let args = new(&[
        "visits",
        "date=2025/1/3",
        "staff=S09",
        "method=电话",
        "--office",
        "a",
        "-q",
    ]);
    assert_eq!(done(w.path(), &args), "V2025-008\n");
    let text = String::from_utf8(bytes(&w, "a/visits/2025-01.csv")).unwrap();
    assert!(
        text.ends_with("S09,phone,\nV2025-008,2025-01-03,S09,phone,"),
        "{text}"
    );
}

#[test]
fn an_item_in_the_style_of_the_last() {
    let w = workspace();
    let before = bytes(&w, "b/staff.yaml");
    done(
        w.path(),
        &new(&["staff", "role=supervisor", "姓名=王燕", "--office", "b"]),
    );
    let item = "\n- id: '03'\n  姓名: '王燕'\n  岗位: '主管'\n";
    let after = String::from_utf8(bytes(&w, "b/staff.yaml")).unwrap();
    assert_eq!(
        after,
        format!("{}{item}", String::from_utf8(before).unwrap())
    );
}

#[test]
fn what_the_loader_would_find_is_not_written() {
    let w = workspace();
    let all = |w: &TempDir| ["a/staff.csv", "a/visits/2025-01.csv"].map(|p| bytes(w, p));
    let before = all(&w);
    for (args, said) in [
        (&["visits", "dat=2025-01-03", "--office", "a"][..], "date"),
        (&["visits", "method=电活", "--office", "a"], "电话"),
        (&["visits", "date=3/4/2025", "--office", "a"], "年在前"),
        (&["visits", "date", "--office", "a"], "栏目=值"),
        (
            &[
                "visits",
                "date=2025-01-03",
                "回访时间=2025-01-03",
                "--office",
                "a",
            ],
            "两次",
        ),
        (
            &["visits", "date=2025-01-03", "method=phone", "--office", "a"],
            "回访人",
        ),
        (
            &[
                "visits",
                "date=2025-01-03",
                "method=phone",
                "staff=无此人",
                "--office",
                "a",
            ],
            "无此人",
        ),
        (
            &[
                "visits",
                "date=2025-04-03",
                "method=phone",
                "staff=S09",
                "--office",
                "a",
            ],
            "晚于截止日",
        ),
        (
            &[
                "visits",
                "date=2025-01-03",
                "method=phone",
                "staff=S09",
                "place=x",
                "--office",
                "a",
            ],
            "地点",
        ),
        (
            &["staff", "id=S09", "name=x", "role=主管", "--office", "a"],
            "S09",
        ),
        (&["visits", "date=2025-01-03"], "--office"),
        (&["visits", "--office", "c"], "「c」"),
        (&["visit", "--office", "a"], "visits"),
    ] {
        let err = refused(w.path(), &new(args));
        assert!(err.contains(said), "{args:?}: {err}");
    }
    assert_eq!(all(&w), before);
}

#[test]
fn the_first_record_of_a_kind_makes_its_file() {
    let w = workspace();
    let args = new(&[
        "meetings",
        "kind=例会",
        "held_on=2025-03-01",
        "--office",
        "a",
    ]);
    assert!(done(w.path(), &args).contains("M-0001"));
    let text = String::from_utf8(bytes(&w, "a/meetings.csv")).unwrap();
    assert_eq!(
        text,
        "\u{feff}编号,会议类型,召开日期\nM-0001,例会,2025-03-01\n"
    );
}
