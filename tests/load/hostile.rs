//! Files that no office means to write: each gives findings with places, and nothing hangs, bursts or panics.

use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;

use super::helper::{QUIET, Workspace, check, shown};

const STAFF: &str = "id,name,role\nS-1,王芳,主管\n";

fn one(name: &str, bytes: &[u8]) -> Vec<String> {
    Workspace::new(&[("staff.csv", STAFF.as_bytes()), (name, bytes)]).told()
}

#[test]
fn links_pipes_and_odd_names_never_hang_or_vanish() {
    let w = Workspace::new(&[
        ("staff.csv", STAFF.as_bytes()),
        (
            "visits/1.csv",
            b"id,date,staff,method\nV-1,2025-03-01,S-1,phone\n",
        ),
    ]);
    let (office, outside) = (w.office(), tempfile::tempdir().unwrap());
    std::fs::write(outside.path().join("secret.csv"), "id,name\nX,password\n").unwrap();
    symlink("/nowhere/x.csv", office.join("calls.csv")).unwrap();
    symlink("/nowhere/x.md", office.join("x.md")).unwrap();
    symlink(
        outside.path().join("secret.csv"),
        office.join("customers.csv"),
    )
    .unwrap();
    symlink(outside.path(), office.join("repairs")).unwrap();
    symlink("..", office.join("visits/loop")).unwrap();
    symlink("visits/1.csv", office.join("plans.csv")).unwrap();
    std::fs::create_dir(office.join("deals.csv")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(office.join("loans.csv"))
        .status();
    assert!(made.unwrap().success());
    std::fs::write(
        office
            .join("visits")
            .join(std::ffi::OsStr::from_bytes(b"\xff\xfe.csv")),
        "id,date,staff,method\nV-2,2025-03-01,S-1,phone\n",
    )
    .unwrap();
    let told = w.told();
    for expected in [
        "calls.csv:1:1 core/parse - -",
        "customers.csv:1:1 core/parse - -",
        "repairs:1:1 core/parse - -",
        "loans.csv:1:1 core/parse - -",
        "visits/loop:1:1 core/parse - -",
        "plans.csv:2:1 core/missing-field V-1 kind",
    ] {
        assert!(told.iter().any(|t| t == expected), "{expected}: {told:#?}");
    }
    let (office, findings) = w.load();
    let quoted = findings
        .iter()
        .any(|f| f.place.excerpt.contains("password") || f.message.zh.contains("password"));
    assert!(!quoted, "what lies outside is quoted");
    assert_eq!(office.table(office.schema.kind("visits").unwrap()).len(), 2);
}

#[test]
fn aliases_that_multiply_are_refused() {
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (b, a) in ('b'..='z').zip('a'..) {
        bomb +=
            &format!("{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}]\n");
    }
    assert_eq!(
        one("calls.yaml", bomb.as_bytes()),
        ["calls.yaml:7:8 core/parse - -"]
    );
    let long = format!(
        "- &r {{id: V-1, content: \"{}\"}}\n{}",
        "x".repeat(100_000),
        "- *r\n".repeat(100_000)
    );
    let told = one("visits.yaml", long.as_bytes());
    assert!(told.contains(&"visits.yaml:43:3 core/parse - -".to_owned()));
    let parse = told.iter().filter(|t| t.contains("core/parse"));
    assert_eq!(parse.count(), 1);
    assert_eq!(
        one("calls.yaml", b"- &a [*a]\n"),
        ["calls.yaml:1:7 core/parse - -"]
    );
}

#[test]
fn nesting_is_bounded() {
    for text in [
        "[".repeat(1_000_000),
        "{a: ".repeat(500_000),
        "- ".repeat(500_000),
        "? ".repeat(500_000),
    ] {
        let told = one("calls.yaml", text.as_bytes());
        assert!(
            !told.is_empty() && told.len() < 5,
            "{}: {told:?}",
            &text[..4]
        );
        assert!(told.iter().all(|t| t.contains("core/parse")), "{told:?}");
    }
}

#[test]
fn long_lines_and_many_cells_are_bounded() {
    let told = one("customers.csv", ",".repeat(1_000_000).as_bytes());
    assert_eq!(told, ["customers.csv:1:1 core/parse - -"]);
    let wide = format!("id,name\nC-1,张伟{},x\n", ",".repeat(1_000_000));
    assert_eq!(
        one("customers.csv", wide.as_bytes()),
        Vec::<String>::new(),
        "cells past {} are not looked at",
        10_000
    );
    let named = format!("id,name,{}\nC-1,张伟\n", "名".repeat(500_000));
    assert!(
        one("customers.csv", named.as_bytes())[0]
            .starts_with("customers.csv:1:9 core/unknown-field - 名名")
    );
    let line = format!("id,name,tier,note\nC-1,{},钻石,x\n", "王".repeat(500_000));
    assert_eq!(
        one("customers.csv", line.as_bytes()),
        ["customers.csv:2:500006 core/bad-value C-1 tier"]
    );
    let yaml = format!("[{}]", "{id: C-1, name: x, tier: y},".repeat(5_000));
    assert_eq!(one("customers.yaml", yaml.as_bytes()).len(), 9_999);
}

#[test]
fn open_quotation_marks_cost_no_more_than_the_file() {
    let rows: String = (0..50_000).map(|i| format!("C-{i},\"x\n")).collect();
    let told = one("customers.csv", format!("id,name\n{rows}").as_bytes());
    assert_eq!(told.len(), 50_000);
    let pairs = format!("id,name\nC-1,\"x\n{}", "a,\"\"\"\n".repeat(100_000));
    assert!(!one("customers.csv", pairs.as_bytes()).is_empty());
    let yaml: String = (0..3_000)
        .map(|i| format!("- id: C-{i}\n  name: \"x\n"))
        .collect();
    assert!(one("customers.yaml", yaml.as_bytes()).len() >= 1_500);
}

#[test]
fn every_fault_is_told_however_many() {
    let rows: String = (0..5_000)
        .map(|i| format!("V-{i},03/04/2025,S-9,喊\n"))
        .collect();
    let told = one(
        "visits.csv",
        format!("id,date,staff,method\n{rows}").as_bytes(),
    );
    assert_eq!(told.len(), 15_000);
    let broken: String = (0..500)
        .map(|i| format!("- id: V-{i}\n  content: a: b\n"))
        .collect();
    assert_eq!(one("visits.yaml", broken.as_bytes()).len(), 500);
}

#[test]
fn garbage_is_told_once() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    })
    .take(200_000)
    .collect();
    for name in ["visits.csv", "visits.yaml"] {
        let told = one(name, &noise);
        assert!(told.iter().any(|t| t.contains("core/encoding")), "{told:?}");
        assert!(told.len() <= 2, "{told:?}");
    }
    assert_eq!(
        one("visits.csv", &[0; 1000]),
        ["visits.csv:1:1 core/encoding - -"]
    );
    assert_eq!(
        one("visits.csv", &[0xff; 1000]),
        ["visits.csv:1:1 core/encoding - -"]
    );
}

#[test]
fn no_bytes_panic() {
    let seeds: [&[u8]; 6] = [
        b"id,date,staff,method\nV-1,2025-03-01,\"S-1\",phone\n",
        b"- id: V-1\n  date: 2025-03-01\n  questions:\n  - {text: \"a\\n\"}\n",
        "编号;回访时间\r\nV-1;2025年3月1日 下午2:30\r\n".as_bytes(),
        b"\xff\xfei\0d\0\n\0",
        "a: &x [*x, 'y', \"\\ud800\", |\n  b\u{2028}c\u{85}]".as_bytes(),
        b"sep=;\nid;name\n\"\";\"\"\"\n",
    ];
    let w = Workspace::new(&[("staff.csv", STAFF.as_bytes())]);
    for (n, seed) in seeds.iter().enumerate() {
        for i in 0..seed.len() {
            let mut bytes = seed.to_vec();
            match (i + n) % 4 {
                0 => bytes.truncate(i),
                1 => bytes[i] ^= 0x80,
                2 => bytes.insert(i, b'"'),
                _ => bytes[i] = b"\t\n:-\0"[i % 5],
            }
            w.put(&format!("visits/{n}-{i}.csv"), &bytes);
            w.put(&format!("visits/{n}-{i}.yaml"), &bytes);
        }
    }
    let _ = w.load();
}

#[test]
fn ids_and_texts_with_odd_characters_stay_what_they_are() {
    let csv =
        "id,name\nC\u{2028}1,甲\u{2029}乙\u{202e}\nC-2,\u{1f469}\u{200d}\u{1f467}\nC-3,e\u{301}\n";
    let (office, findings) = Workspace::new(&[("customers.csv", csv.as_bytes())]).load();
    assert!(findings.is_empty());
    assert_eq!(shown(&office, "customers", 0, "id"), "C\u{2028}1");
    assert_eq!(
        shown(&office, "customers", 0, "name"),
        "甲\u{2029}乙\u{202e}"
    );
    assert_eq!(
        shown(&office, "customers", 1, "name"),
        "\u{1f469}\u{200d}\u{1f467}"
    );
}

/// An office.yaml that cannot be used: the line, the column, and words of the English message.
fn broken(text: &[u8]) -> (u32, u32, String) {
    let w = Workspace::new(&[]);
    w.put("office.yaml", text);
    let failure = check(w.root()).map(|_| ()).unwrap_err();
    assert_eq!(failure.status, 2);
    let place = failure.place.expect("a place");
    assert_eq!(place.file, "records/o/office.yaml");
    (place.line, place.column, failure.message.en)
}

#[test]
fn a_broken_office_yaml_says_where_and_why() {
    let table: [(&str, (u32, u32), &str); 27] = [
        ("", (1, 1), "expected `name:`"),
        ("# later\n", (1, 1), "expected `name:`"),
        ("- name: x\n", (1, 1), "expected `name:`"),
        ("just text", (1, 1), "expected `name:`"),
        ("name: x\n", (1, 1), "`policies` is missing"),
        ("policies: []\n", (1, 1), "`name` is missing"),
        ("name:\npolicies: []\n", (1, 1), "`name` is missing"),
        (
            "name: x\npolicies: residential\n",
            (2, 11),
            "expected a list",
        ),
        ("name: x\npolices: []\n", (2, 1), "did you mean `policies`"),
        ("name: x\nname: y\npolicies: []\n", (2, 1), "written twice"),
        (
            "name: x\n单位名称: y\npolicies: []\n",
            (2, 1),
            "written twice",
        ),
        (
            "name: x\npolicies: []\n---\nname: y\n",
            (4, 1),
            "second document",
        ),
        ("name: \"x\npolicies: []\n", (1, 7), "not closed"),
        ("name: x\n\tpolicies: []\n", (2, 1), "tab"),
        ("name: {a: b}\npolicies: []\n", (1, 7), "single value"),
        (
            "name: x\npolicies: []\nhouseholds: 很多\n",
            (3, 13),
            "whole number",
        ),
        (
            "name: x\npolicies: []\nhouseholds: -1\n",
            (3, 13),
            "whole number",
        ),
        (
            "name: x\npolicies: []\nsince: 3/4/2025\n",
            (3, 8),
            "no date",
        ),
        (
            "name: x\npolicies: []\ntimezone: 北京\n",
            (3, 11),
            "no IANA time zone",
        ),
        ("name: x\npolicies: []\nlang: fr\n", (3, 7), "one of zh, en"),
        (
            "name: x\npolicies: []\nredact: [phone, face]\n",
            (3, 17),
            "one of phone",
        ),
        (
            "name: x\npolicies: []\ncollect: weekly\n",
            (3, 10),
            "one of month",
        ),
        (
            "name: x\npolicies: []\naudit: {from: 2025-01-01, grace_days: -1}\n",
            (3, 39),
            "number of days",
        ),
        ("name: x\npolicies:\n-\n", (3, 2), "missing"),
        (
            "name: x\npolicies: [no-such-policy]\n",
            (2, 12),
            "no policy",
        ),
        (
            "name: x\npolicies: [complaint-handling, complaint-handling]\n",
            (2, 32),
            "keep two wordings apart",
        ),
        (
            "name: x\npolicies: []\nwaivers: [{record: R-1}]\n",
            (3, 11),
            "needs `rule`",
        ),
    ];
    for (text, place, words) in table {
        let (line, column, message) = broken(text.as_bytes());
        assert!(message.contains(words), "{text:?}: {message}");
        assert_eq!((line, column), place, "{text:?}: {message}");
    }
    let (line, column, message) = broken(b"name: \xff\xff\xff\npolicies: []\n");
    assert_eq!((line, column), (1, 7), "{message}");
}

#[test]
fn an_office_yaml_may_be_in_any_encoding() {
    let text = "单位名称: 翠湖物业\n适用制度: []\n";
    let gb = encoding_rs::GB18030.encode(text).0.into_owned();
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    for bytes in [gb, utf16, format!("\u{feff}{text}").into_bytes()] {
        let w = Workspace::new(&[]);
        w.put("office.yaml", &bytes);
        assert_eq!(w.load().0.config.name, "翠湖物业");
    }
    assert!(check(Workspace::new(&[]).root()).is_ok(), "{QUIET}");
}

#[test]
fn a_workspace_without_an_office_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("records/o")).unwrap();
    assert_eq!(check(folder.path()).map(|_| ()).unwrap_err().status, 2);
    std::fs::create_dir(folder.path().join("records/o/office.yaml")).unwrap();
    assert_eq!(check(folder.path()).map(|_| ()).unwrap_err().status, 2);
}
