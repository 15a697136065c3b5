//! The program as its users start it: what it prints, where, and with which exit status.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A workspace: two offices with a fault of several kinds, full-width text, a GB18030 file, a waiver and something pending.
fn workspace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |path: &str, bytes: &[u8]| {
        let file = folder.path().join("records").join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    };
    put(
        "cuihu/office.yaml",
        "name: 翠湖花园\npolicies:\n  - use: residential-visit-rates\n    with: {revisit-leak-3d: {days: 2}}\n    \
         off: [in-annual-plan, quarterly-meeting, topic-survey, rate-manager, rate-supervisor, rate-lead]\nsince: 2025-01-01\n\
         waivers:\n  - {rule: core/time-order, record: R-0002, reason: 补登, by: 周岚, until: 2025-12-31}\n"
            .as_bytes(),
    );
    put(
        "cuihu/staff.csv",
        "\u{feff}编号,姓名,岗位,部门\nS1,周岚,办公室主任,客服中心\n".as_bytes(),
    );
    put(
        "cuihu/customers.csv",
        "编号\t名称\t地址\t楼层\nK1\t李玥\tA\t3\nK2\t王䶮\tB\t4\n".as_bytes(),
    );
    let repairs = "编号,报修时间,客户,项目类别,维修内容,完工时间\n\
        R-0001,2025-03-01 09:00,K1,漏水,\"厨房天花板漏水，沿墙角往下滴，三楼住户已搬开家具，物业先行关闭总阀并铺设防水布\",2025-03-06 16:00\n\
        R-0002,2025-03-02,K2,漏税,阳台渗水,2025-03-01\n\
        R-0003,3/4/2025,王燕,一般,门锁,2025-03-08\n";
    let (gb, _, _) = encoding_rs::GB18030.encode(repairs);
    put("cuihu/repairs/2025-03.csv", &gb);
    put("cuihu/visits.yaml", "- id: V-1\n  date: 2025-03-08 10:00\n  staff: 周岚\n  method: 电话\n  type: 维修工单回访\n  repair: R-0002\n  satisfactoin: 满意\n".as_bytes());
    put("cuihu/meeting.txt", b"notes");
    put(
        "lanting/office.yaml",
        "name: 兰亭苑\npolicies: [complaint-handling]\n".as_bytes(),
    );
    put(
        "lanting/complaints.csv",
        "编号,受理时间,客户,涉及部门\n".as_bytes(),
    );
    folder
}

struct Ran {
    out: String,
    err: String,
    status: i32,
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aftercare"));
    command.current_dir(folder).args(args).env_clear();
    command
}

fn run(folder: &Path, args: &[&str]) -> Ran {
    let output = command(folder, args).output().unwrap();
    Ran {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        status: output.status.code().expect("ended by itself"),
    }
}

/// Fails with a status and says so on the error stream alone.
#[track_caller]
fn refused(folder: &Path, args: &[&str], status: i32) -> String {
    let ran = run(folder, args);
    assert_eq!((ran.status, ran.out.as_str()), (status, ""), "{}", ran.err);
    ran.err
}

const DAY: [&str; 2] = ["--as-of", "2025-03-15"];

fn check(folder: &Path, more: &[&str]) -> Ran {
    let args: Vec<&str> = ["check"].iter().chain(&DAY).chain(more).copied().collect();
    run(folder, &args)
}

#[test]
fn text_in_chinese() {
    let w = workspace();
    let ran = check(w.path(), &[]);
    assert_eq!((ran.status, ran.err.as_str()), (1, ""));
    insta::assert_snapshot!(ran.out);
}

#[test]
fn text_in_english_with_waived_findings() {
    let w = workspace();
    insta::assert_snapshot!(check(w.path(), &["--lang", "en", "-v"]).out);
}

#[test]
fn text_in_a_line_each() {
    let w = workspace();
    insta::assert_snapshot!(check(w.path(), &["-q"]).out);
}

#[test]
fn json() {
    let w = workspace();
    let ran = check(w.path(), &["--format", "json"]);
    assert_eq!((ran.status, ran.err.as_str()), (1, ""));
    let parsed: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let keys = |v: &serde_json::Value| v.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&parsed), ["version", "as_of", "summary", "findings"]);
    let finding = [
        "rule",
        "severity",
        "office",
        "kind",
        "record",
        "period",
        "field",
        "file",
        "line",
        "column",
        "message",
        "help",
        "clause",
        "due",
        "waived",
        "related",
        "fingerprint",
    ];
    for f in parsed["findings"].as_array().unwrap() {
        assert_eq!(keys(f), finding);
    }
    let count = |w: bool, s: &str| {
        let all = parsed["findings"].as_array().unwrap().iter();
        all.filter(|f| f["waived"] == w && f["severity"] == s)
            .count()
    };
    let summary = &parsed["summary"];
    assert_eq!(summary["errors"], count(false, "error"));
    assert_eq!(summary["warnings"], count(false, "warning"));
    assert_eq!(
        summary["waived"],
        count(true, "error") + count(true, "warning")
    );
    insta::assert_snapshot!(ran.out);
}

#[test]
fn json_without_findings_is_a_document_too() {
    let w = workspace();
    let ran = check(w.path(), &["lanting", "--format", "json"]);
    assert_eq!(ran.status, 0);
    insta::assert_snapshot!(ran.out, @r#"
    {"version":1,"as_of":"2025-03-15",
    "summary":{"offices":1,"records":0,"errors":0,"warnings":0,"waived":0,"pending":0,"unjudged":0},
    "findings":[]}
    "#);
}

#[test]
fn nothing_found() {
    let w = workspace();
    insta::assert_snapshot!(check(w.path(), &["--office", "lanting"]).out, @r#"没有发现问题。查了 1 个单位的 0 条记录，截至 2025-03-15。"#);
    insta::assert_snapshot!(check(w.path(), &["--office", "lanting", "--lang", "en"]).out, @r#"All in order. Checked 0 records of 1 office as of 2025-03-15."#);
    assert_eq!(check(w.path(), &["--office", "lanting", "-q"]).out, "");
}

#[test]
fn paths_narrow_what_is_reported() {
    let w = workspace();
    let ran = check(w.path(), &["records/cuihu/visits.yaml", "-q"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.out
            .lines()
            .all(|l| l.starts_with("records/cuihu/visits.yaml:"))
    );
    assert!(!ran.out.is_empty());
    // From inside the office, with dots in the path, and by the office's name.
    let inside = check(
        &w.path().join("records/cuihu/repairs"),
        &["../visits.yaml", "-q"],
    );
    assert_eq!(inside.out, ran.out);
    let office = check(w.path(), &["lanting"]);
    assert_eq!(office.status, 0, "{}", office.out);
    let whole = check(w.path(), &[".", "-q"]);
    assert_eq!(whole.out, check(w.path(), &["-q"]).out);
    let err = refused(w.path(), &["check", "records/cuihuu/visits.yaml"], 2);
    insta::assert_snapshot!(err, @r#"
    不能继续: 没有「records/cuihuu/visits.yaml」这个文件或文件夹
      = 怎样改: 是不是「records/cuihu/visits.yaml」？
    "#);
    let outside = tempfile::tempdir().unwrap();
    let err = refused(w.path(), &["check", outside.path().to_str().unwrap()], 2);
    assert!(err.contains("不在工作区"), "{err}");
}

#[test]
fn warnings_fail_when_strict() {
    let w = workspace();
    let only = "records/cuihu/meeting.txt";
    let ran = check(w.path(), &[only]);
    assert_eq!(ran.status, 0, "{}", ran.out);
    assert!(ran.out.contains("警告[core/ignored-file]"));
    assert_eq!(check(w.path(), &[only, "--strict"]).status, 1);
    assert_eq!(check(w.path(), &["lanting", "--strict"]).status, 0);
}

#[test]
fn wrong_arguments() {
    let w = workspace();
    let all: String = [
        &["chekc"][..],
        &["nothing-like-it"],
        &["check", "--formt", "json"],
        &["check", "--format", "jsno"],
        &["check", "--output"],
        &["check", "-q", "-v"],
        &["check", "--jobs", "0"],
        &["check", "--as-of", "3/4/2025"],
        &["check", "--office", "cuihuu"],
        &["check", "--policy", "complaint-handlin"],
        &["check", "--policy", "warranty-period-repair"],
        &["check", "-C", "nowhere"],
        &["explain"],
        &["explain", "revisit-leak-3"],
        &["explain", "nothing-like-it"],
        &["kinds", "visit"],
    ]
    .iter()
    .flat_map(|args| ["zh", "en"].map(|lang| (args, lang)))
    .map(|(args, lang)| {
        let args: Vec<&str> = args.iter().chain(&["--lang", lang]).copied().collect();
        // An option that lacks its value must stay the last.
        let args = if args.contains(&"--output") {
            vec!["--lang", lang, "check", "--output"]
        } else {
            args
        };
        format!(
            "$ aftercare {}\n{}\n",
            args.join(" "),
            refused(w.path(), &args, 2)
        )
    })
    .collect();
    insta::assert_snapshot!(all);
}

#[test]
fn every_spelling_of_a_day() {
    let w = workspace();
    let args = |day| ["check", "lanting", "--as-of", day];
    for day in [
        "2025-03-15",
        "2025/3/15",
        "2025.3.15",
        "20250315",
        "2025年3月15日",
    ] {
        let ran = run(w.path(), &args(day));
        assert!(
            ran.out.contains("截至 2025-03-15"),
            "{day}: {}{}",
            ran.out,
            ran.err
        );
    }
    refused(w.path(), &args("2025-02-30"), 2);
}

#[test]
fn no_workspace_and_no_office() {
    let folder = tempfile::tempdir().unwrap();
    let err = refused(folder.path(), &["check"], 2);
    assert!(err.contains("没有 records/ 文件夹"), "{err}");
    std::fs::create_dir(folder.path().join("records")).unwrap();
    let err = refused(folder.path(), &["check"], 2);
    assert!(err.contains("没有找到单位"), "{err}");
}

/// What stops the program in a file of the workspace is shown in its place.
#[track_caller]
fn broken(path: &str, text: &str) -> String {
    let w = workspace();
    let file = w.path().join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
    refused(w.path(), &["check"], 2)
}

#[test]
fn a_broken_office() {
    insta::assert_snapshot!(broken("records/lanting/office.yaml", "name: 兰亭苑\npolicys: []\n"), @r#"
    不能继续: 没有「policys」这一项，是不是「policies」？
     --> records/lanting/office.yaml:2:1
      |
    2 | policys: []
      | ^^^^^^^
    "#);
    insta::assert_snapshot!(broken("records/lanting/office.yaml", "name: 兰亭苑\npolicies: [complaint-handlin]\n"), @r#"
    不能继续: 没有「complaint-handlin」这项制度
     --> records/lanting/office.yaml:2:12
      |
    2 | policies: [complaint-handlin]
      |            ^^^^^^^^^^^^^^^^^
      = 怎样改: 是不是「complaint-handling」？
    "#);
}

#[test]
fn a_broken_pack_or_number() {
    let own = "policies/own/policy.yaml";
    let err = broken(own, "id: own\ntitel: {zh: 自订, en: Own}\n");
    assert!(err.contains(own) && err.contains("titel"), "{err}");
    let err = broken(
        "records/lanting/office.yaml",
        "name: 兰亭苑\npolicies:\n  - use: complaint-handling\n    with: {minor-answered: {dayz: 2}}\n",
    );
    assert!(
        err.contains("records/lanting/office.yaml:4") && err.contains("dayz"),
        "{err}"
    );
}

#[test]
fn the_offices_say_which_language() {
    let w = workspace();
    for office in ["cuihu", "lanting"] {
        let file = w.path().join(format!("records/{office}/office.yaml"));
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("lang: en\n{text}")).unwrap();
        let english = check(w.path(), &["lanting"]).out.contains("All in order");
        // Only when they agree.
        assert_eq!(english, office == "lanting");
    }
    assert!(refused(w.path(), &["check", "nowhere"], 2).contains("there is no file"));
    assert!(
        check(w.path(), &["lanting", "--lang", "zh"])
            .out
            .contains("没有发现问题")
    );
}

#[test]
fn a_report_in_a_file() {
    let w = workspace();
    let file = w.path().join("findings.json");
    std::fs::write(&file, "old").unwrap();
    let ran = check(w.path(), &["--format", "json", "--output", "findings.json"]);
    assert_eq!(ran.status, 1);
    // The counts are told all the same.
    assert!(ran.out.starts_with("共 "), "{}", ran.out);
    let written = std::fs::read_to_string(&file).unwrap();
    assert_eq!(written, check(w.path(), &["--format", "json"]).out);
    assert_eq!(check(w.path(), &["-q", "--output", "findings.txt"]).out, "");
    let mut names: Vec<_> = std::fs::read_dir(w.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["findings.json", "findings.txt", "records"]);
}

#[test]
fn a_report_that_cannot_be_written() {
    let w = workspace();
    let ran = check(w.path(), &["--output", "nowhere/findings.txt"]);
    assert_eq!((ran.status, ran.out.as_str()), (3, ""));
    assert!(ran.err.contains("写不了"), "{}", ran.err);
    // A folder is not replaced.
    let ran = check(w.path(), &["--output", "records"]);
    assert_eq!(ran.status, 3);
    assert!(w.path().join("records/cuihu").is_dir());
}

#[cfg(unix)]
#[test]
fn a_report_into_a_device_leaves_it() {
    let w = workspace();
    let ran = check(w.path(), &["--output", "/dev/null"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(!Path::new("/dev/null").is_file());
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let w = workspace();
    // More than a pipe holds, so that the program meets its closed end.
    let rows: String = (0..5000).map(|i| format!("X{i},3/4/2025\n")).collect();
    let file = w.path().join("records/lanting/complaints.csv");
    std::fs::write(file, format!("编号,受理时间\n{rows}")).unwrap();
    for format in ["text", "json"] {
        let mut child = command(w.path(), &["check", "--format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{format}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
    }
}

#[test]
fn colour_only_when_asked_for() {
    let w = workspace();
    assert!(!check(w.path(), &[]).out.contains('\u{1b}'));
    let coloured = check(w.path(), &["--color", "always"]).out;
    assert!(coloured.contains("\u{1b}["));
    // Colour changes nothing else.
    let plain = coloured
        .split('\u{1b}')
        .enumerate()
        .map(|(i, part)| match part.split_once('m') {
            Some((_, rest)) if i > 0 => rest,
            _ => part,
        });
    assert_eq!(plain.collect::<String>(), check(w.path(), &[]).out);
}

#[test]
fn text_from_records_is_harmless_to_a_terminal() {
    let w = workspace();
    let file = w.path().join("records/lanting/complaints.csv");
    std::fs::write(
        file,
        "编号,受理时间\nC\u{1b}[31m\u{202e}1,\u{1b}]0;x\u{7}\n",
    )
    .unwrap();
    for format in ["text", "json"] {
        let out = check(w.path(), &["lanting", "--format", format]).out;
        assert!(out.contains("core/bad-value"), "{out}");
        assert!(!out.contains(['\u{1b}', '\u{7}']), "{out}");
    }
    assert!(!check(w.path(), &["lanting"]).out.contains('\u{202e}'));
}

#[test]
fn as_many_cores_as_asked_give_the_same() {
    let w = workspace();
    let one = check(w.path(), &["--jobs", "1"]).out;
    assert_eq!(one, check(w.path(), &["--jobs", "4"]).out);
}

#[test]
fn help_in_both_languages() {
    let w = workspace();
    insta::assert_snapshot!(run(w.path(), &["--help"]).out);
    insta::assert_snapshot!(run(w.path(), &["check", "--help"]).out);
    insta::assert_snapshot!(run(w.path(), &["check", "-h", "--lang", "en"]).out);
    assert_eq!(
        run(w.path(), &["help", "check"]).out,
        run(w.path(), &["check", "--help"]).out
    );
    refused(w.path(), &["help", "chekc"], 2);
    assert!(run(w.path(), &["--version"]).out.starts_with("aftercare "));
    assert_eq!(run(w.path(), &["check", "--help"]).status, 0);
}

#[test]
fn explain() {
    let w = workspace();
    insta::assert_snapshot!(run(w.path(), &["explain", "revisit-leak-3d"]).out);
    insta::assert_snapshot!(run(w.path(), &["explain", "complaint-handling", "--lang", "en"]).out);
    insta::assert_snapshot!(run(w.path(), &["explain", "core/bad-value"]).out);
    insta::assert_snapshot!(run(w.path(), &["explain", "core", "--lang", "en"]).out);
    // It needs no workspace.
    let nowhere = tempfile::tempdir().unwrap();
    assert_eq!(run(nowhere.path(), &["explain", "core"]).status, 0);
}

#[test]
fn a_short_name_of_several_policies_must_be_told_apart() {
    let w = workspace();
    let own = w.path().join("policies/twin/policy.yaml");
    std::fs::create_dir_all(own.parent().unwrap()).unwrap();
    let text = include_str!("../policies/complaint-handling/policy.yaml");
    std::fs::write(&own, text.replace("id: complaint-handling", "id: twin")).unwrap();
    // An office adopted one of the two.
    let shown = run(w.path(), &["explain", "minor-answered"]);
    assert!(
        shown.out.starts_with("complaint-handling/minor-answered"),
        "{}",
        shown.err
    );
    std::fs::write(
        w.path().join("records/lanting/office.yaml"),
        "name: 兰亭苑\npolicies: [complaint-handling, twin]\n",
    )
    .unwrap();
    let err = refused(w.path(), &["explain", "minor-answered"], 2);
    insta::assert_snapshot!(err, @r#"
    不能继续: 有好几条规则叫「minor-answered」
      = 怎样改: 写全名：complaint-handling/minor-answered、twin/minor-answered
    "#);
    assert_eq!(run(w.path(), &["explain", "twin/minor-answered"]).status, 0);
}

#[test]
fn policies_and_kinds() {
    let w = workspace();
    let out = run(w.path(), &["policies"]).out;
    assert!(out.contains("revisit-leak-3d days=2"), "{out}");
    assert!(out.contains("complaint-handling"), "{out}");
    insta::assert_snapshot!(run(w.path(), &["kinds"]).out);
    insta::assert_snapshot!(run(w.path(), &["kinds", "complaints"]).out);
    insta::assert_snapshot!(
        run(
            w.path(),
            &["kinds", "approvals", "--format", "json", "--lang", "en"]
        )
        .out
    );
    let json: serde_json::Value =
        serde_json::from_str(&run(w.path(), &["policies", "--format", "json"]).out).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["adoptions"][0]["with"][0]["value"], "2");
}

#[test]
fn forms_are_listed() {
    let w = workspace();
    let told = run(w.path(), &["forms"]).out;
    assert!(told.contains("complaint-record"), "{told}");
    let json = run(w.path(), &["forms", "--format", "json", "--lang", "en"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let forms = json["forms"].as_array().unwrap();
    let ledger = forms
        .iter()
        .find(|f| f["id"] == "complaint-ledger")
        .unwrap();
    assert_eq!(ledger["per"], serde_json::json!(["week", "month"]));
    assert_eq!(
        ledger["policies"],
        serde_json::json!(["warranty-period-repair"])
    );
}

#[cfg(feature = "documents")]
#[test]
fn a_blank_form_is_written_where_it_is_asked_for() {
    let w = workspace();
    run(w.path(), &["blank", "complaint-record"]);
    run(w.path(), &["blank", "投诉记录表", "-o", "空白.pdf"]);
    let named = std::fs::read(w.path().join("complaint-record.pdf")).unwrap();
    assert!(named.starts_with(b"%PDF-"));
    assert_eq!(named, std::fs::read(w.path().join("空白.pdf")).unwrap());
    let told = refused(w.path(), &["blank", "complaint-recrd"], 2);
    assert!(told.contains("complaint-record"), "{told}");
}
