//! `audit`: late entries, changes after a signature, deletions; and what is none of them.

use super::repository::{Ran, Repository, pairs, run};

const HEAD: &str = "编号,回访时间,回访人,回访方式,回访内容,满意度,记录时间,审阅人,审阅日期\n";
const V1: &str = "V1,2025-03-03 10:00,王芳,电话,很好,满意,2025-03-03 11:00,周岚,2025-03-04\n";
const V2: &str = "V2,2025-03-03 15:00,王芳,电话,一般,,2025-03-03 16:00,,\n";

fn office(repository: &Repository, more: &str) {
    let text = format!("name: 翠湖\npolicies: [private-fund-visit]\n{more}");
    repository.put("records/cuihu/office.yaml", text);
    repository.put(
        "records/cuihu/staff.csv",
        "编号,姓名,岗位\nS1,王芳,visit_officer\nS2,周岚,supervisor\n",
    );
}

fn visits(repository: &Repository, rows: &[&str]) {
    repository.put(
        "records/cuihu/visits.csv",
        format!("{HEAD}{}", rows.concat()),
    );
}

/// Two visits, committed on their day.
fn start() -> Repository {
    let r = Repository::new("");
    office(&r, "");
    visits(&r, &[V1, V2]);
    r.commit("2025-03-03");
    r
}

fn audit(repository: &Repository, more: &[&str]) -> Ran {
    let args = [
        &["audit", "--format", "json", "--as-of", "2025-12-31"],
        more,
    ]
    .concat();
    repository.run(&args)
}

#[track_caller]
fn finds(repository: &Repository, expected: &[(&str, &str)]) {
    assert_eq!(audit(repository, &[]).found(), pairs(expected));
}

#[test]
fn a_record_of_its_day_is_in_order_and_a_later_one_is_late() {
    let r = start();
    finds(&r, &[]);
    let v3 = "V3,2025-03-03,王芳,电话,好,,2025-03-03 18:00,,\n";
    visits(&r, &[V1, V2, v3]);
    finds(&r, &[]);
    r.commit("2025-03-05");
    finds(&r, &[("late-entry", "V3")]);
    let ran = audit(&r, &["--lang", "en"]);
    let found = &ran.json()["findings"][0];
    assert_eq!(found["severity"], "warning");
    assert_eq!(
        (&found["line"], &found["field"]),
        (&4.into(), &"recorded_at".into())
    );
    let said = found["message"].as_str().unwrap();
    assert!(said.contains("2 days later"), "{said}");
    assert_eq!(ran.status, 0, "a warning");
    assert_eq!(audit(&r, &["--strict"]).status, 1);
}

#[test]
fn the_day_of_a_commit_is_the_day_where_the_office_is() {
    let r = Repository::new("");
    office(&r, "");
    visits(&r, &[V2]);
    // Half past midnight in China is still the day before in London.
    r.commit_at("2025-03-03T16:30:00+0000");
    finds(&r, &[("late-entry", "V2")]);
    let r = Repository::new("");
    office(&r, "timezone: Europe/London\n");
    visits(&r, &[V2]);
    r.commit_at("2025-03-03T16:30:00+0000");
    finds(&r, &[]);
}

#[test]
fn the_office_says_from_when_and_how_late() {
    let r = Repository::new("");
    office(&r, "audit: {grace_days: 2}\n");
    visits(&r, &[V2]);
    r.commit("2025-03-05");
    finds(&r, &[]);
    office(&r, "audit: {grace_days: 1}\n");
    finds(&r, &[("late-entry", "V2")]);
    office(&r, "audit: {from: 2025-03-03}\n");
    finds(&r, &[("late-entry", "V2")]);
    office(&r, "audit: {from: 2025-03-04}\n");
    finds(&r, &[]);
}

#[test]
fn only_offices_with_same_day_rules_have_late_entries() {
    let r = Repository::new("");
    let without =
        "name: 翠湖\npolicies: [bank-visit, {use: private-fund-visit, off: [same-day]}]\n";
    office(&r, "");
    visits(&r, &[V2]);
    r.put("records/cuihu/office.yaml", without);
    r.commit("2025-03-05");
    finds(&r, &[]);
}

#[test]
fn what_was_signed_stays_as_it_was() {
    let r = start();
    // On the day of the signature it may still be changed.
    visits(&r, &[&V1.replace("很好", "好"), V2]);
    r.commit("2025-03-04");
    finds(&r, &[]);
    visits(&r, &[&V1.replace("很好", "极好"), V2]);
    r.commit("2025-03-06");
    finds(&r, &[("changed-after-review", "V1")]);
    let ran = audit(&r, &[]);
    let found = &ran.json()["findings"][0];
    assert_eq!((ran.status, &found["severity"]), (1, &"error".into()));
    assert_eq!(
        (&found["field"], &found["line"]),
        (&"content".into(), &2.into())
    );
    let said = found["message"].as_str().unwrap();
    assert!(said.contains("回访内容由「好」改为「极好」"), "{said}");
    assert!(said.contains("2025-03-06，王芳"), "{said}");
    // Reviewed again, or put back, all is well.
    visits(
        &r,
        &[
            &V1.replace("很好", "极好")
                .replace("2025-03-04", "2025-03-06"),
            V2,
        ],
    );
    finds(&r, &[]);
    visits(&r, &[&V1.replace("很好", "好"), V2]);
    r.commit("2025-03-07");
    finds(&r, &[]);
}

#[test]
fn filling_in_is_no_change_and_taking_away_is_one() {
    let r = start();
    let signed = V2.replace(",,\n", ",周岚,2025-03-04\n");
    visits(&r, &[V1, &signed]);
    r.commit("2025-03-04");
    let filled = signed.replace("一般,,", "一般,不满意,");
    visits(&r, &[V1, &filled]);
    r.commit("2025-03-08");
    finds(&r, &[]);
    visits(&r, &[V1, &signed]);
    r.commit("2025-03-09");
    finds(&r, &[("changed-after-review", "V2")]);
    // Emptied and filled again in two steps is a change too.
    visits(&r, &[V1, &signed.replace("一般,,", "一般,满意,")]);
    r.commit("2025-03-10");
    finds(&r, &[("changed-after-review", "V2")]);
}

#[test]
fn what_no_signature_seals_may_change() {
    let r = start();
    let head = HEAD.replace("审阅人", "归档日期,审阅人");
    let v1 = V1.replace("周岚", "2025-03-09,周岚");
    r.put("records/cuihu/visits.csv", format!("{head}{v1}"));
    r.commit("2025-03-09");
    r.put(
        "records/cuihu/visits.csv",
        format!("{head}{}", v1.replace("03-09", "03-10")),
    );
    r.commit("2025-03-10");
    finds(&r, &[("deleted", "V2")]);
}

#[test]
fn a_deleted_record_is_told_with_the_commit_that_did_it() {
    let r = start();
    visits(&r, &[V1]);
    r.commit("2025-03-06");
    finds(&r, &[("deleted", "V2")]);
    let found = audit(&r, &[]).json()["findings"][0].clone();
    assert_eq!(
        (&found["file"], &found["line"]),
        (&"records/cuihu/visits.csv".into(), &3.into())
    );
    let id = r.git(&["rev-parse", "--short=10", "HEAD"]);
    let said = found["message"].as_str().unwrap();
    assert!(said.contains(id.trim()), "{said}");
    office(&r, "audit: {from: 2025-03-07}\n");
    finds(&r, &[]);
    let waiver = "waivers:\n  - {rule: history/deleted, record: V2, reason: 重复登记, by: 周岚, until: 2026-01-31}\n";
    office(&r, waiver);
    let ran = audit(&r, &["--strict"]);
    assert_eq!(
        (ran.status, &ran.json()["summary"]["waived"]),
        (0, &1.into())
    );
    let check = r.run(&["check", "--format", "json", "--as-of", "2025-12-31"]);
    let stale = |f: &&(String, String)| f.0 == "stale-waiver";
    assert_eq!(check.found().iter().find(stale), None, "`audit` uses it");
    office(&r, "");
    visits(&r, &[V1, V2]);
    r.commit("2025-03-08");
    finds(&r, &[]);
}

#[test]
fn moving_sorting_and_writing_otherwise_is_no_change() {
    let r = start();
    visits(&r, &[V2, V1]);
    r.commit("2025-04-01");
    let written = format!("{HEAD}{V1}{V2}");
    let (gb, ..) = encoding_rs::GB18030.encode(&written);
    r.put("records/cuihu/visits.csv", gb);
    r.commit("2025-04-02");
    r.rename(
        "records/cuihu/visits.csv",
        "records/cuihu/visits/2025/march.csv",
    );
    r.commit("2025-04-03");
    // Other columns, labels for codes, another separator, quotation marks, an id for a name.
    r.remove("records/cuihu/visits/2025/march.csv");
    r.put(
        "records/cuihu/visits/a.csv",
        "reviewed_on;reviewed_by;recorded_at;满意度;content;method;staff;date;id;备注\n\
         2025/3/4;S2;2025年3月3日 11:00;satisfied;\" 很好 \";phone;S1;2025-03-03T10:00;V1;\n",
    );
    r.put(
        "records/cuihu/visits/b.yaml",
        "- 编号: V2\n  回访时间: 2025-03-03 15:00\n  回访人: 王芳\n  回访方式: 电话\n  回访内容: |\n    一般\n  记录时间: 2025-03-03 16:00\n",
    );
    r.commit("2025-04-04");
    finds(&r, &[]);
    r.rename("records/cuihu", "records/yuhu");
    r.commit("2025-04-05");
    finds(&r, &[]);
    let v2 = std::fs::read_to_string(r.workspace().join("records/yuhu/visits/b.yaml")).unwrap();
    r.put(
        "records/yuhu/visits/b.yaml",
        v2.replace("03 16:00", "02 16:00"),
    );
    r.commit("2025-04-06");
    finds(&r, &[("late-entry", "V2")]);
}

#[test]
fn nested_questions_are_part_of_what_was_signed() {
    let r = Repository::new("");
    office(&r, "");
    let visit = |questions: &str| {
        let text = format!(
            "- id: V1\n  date: 2025-03-03 10:00\n  staff: S1\n  method: phone\n  recorded_at: 2025-03-03 11:00\n  reviewed_on: 2025-03-04\n  questions:\n{questions}"
        );
        r.put("records/cuihu/visits.yaml", text);
    };
    let (a, b) = ("    - {text: 漏水}\n", "    - {text: 噪声}\n");
    visit(&format!("{a}{b}"));
    r.commit("2025-03-03");
    visit(&format!("{b}    - {{text: 绿化}}\n{a}"));
    r.commit("2025-03-10");
    finds(&r, &[]);
    visit(&format!("{b}    - {{text: 不漏水}}\n"));
    r.commit("2025-03-11");
    finds(&r, &[("changed-after-review", "V1")]);
}

#[test]
fn a_merge_brings_its_records_with_it() {
    let r = start();
    r.git(&["checkout", "-q", "-b", "side"]);
    let v3 = "V3,2025-03-04 10:00,王芳,电话,好,,2025-03-04 18:00,,\n";
    visits(&r, &[V1, V2, v3]);
    r.commit("2025-03-04");
    r.git(&["checkout", "-q", "main"]);
    r.put("README.md", "x");
    r.commit("2025-03-05");
    r.git(&["merge", "-q", "--no-ff", "--no-commit", "side"]);
    r.commit("2025-03-09");
    finds(&r, &[("late-entry", "V3")]);
}

#[test]
fn since_a_revision_only_later_commits_count() {
    let r = start();
    visits(&r, &[V1]);
    r.commit("2025-03-06");
    r.git(&["tag", "before"]);
    let v4 = "V4,2025-03-04 10:00,王芳,电话,好,,2025-03-04 18:00,,\n";
    visits(&r, &[&V1.replace("很好", "好"), v4]);
    r.commit("2025-03-08");
    let late = [("changed-after-review", "V1"), ("late-entry", "V4")];
    let all = [
        ("changed-after-review", "V1"),
        ("deleted", "V2"),
        ("late-entry", "V4"),
    ];
    assert_eq!(audit(&r, &[]).found(), pairs(&all));
    let since = audit(&r, &["--since", "before"]);
    assert_eq!(since.found(), pairs(&late));
    assert_eq!(since.json()["history"]["commits"], 1);
    assert_eq!(audit(&r, &["--since", "HEAD"]).found(), pairs(&[]));
    let ran = r.run(&["audit", "--since", "nope"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
}

#[test]
fn a_shallow_clone_says_that_it_cannot_tell() {
    let r = start();
    let v3 = "V3,2025-03-04 10:00,王芳,电话,好,,2025-03-04 18:00,,\n";
    visits(&r, &[V1, v3]);
    r.commit("2025-03-08");
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (
        format!("file://{}", r.workspace().display()),
        folder.path().join("c"),
    );
    r.git(&["clone", "-q", "--depth", "1", &from, to.to_str().unwrap()]);
    let ran = run(&to, &["audit", "--format", "json", "--as-of", "2025-12-31"]);
    assert_eq!(ran.found(), pairs(&[]));
    let json = ran.json();
    assert_eq!(
        (&json["history"]["shallow"], &json["history"]["untold"]),
        (&true.into(), &2.into())
    );
    assert_eq!(json["summary"]["unjudged"], 2);
    let said = run(&to, &["audit", "--lang", "en"]).out;
    assert!(said.contains("git fetch --unshallow"), "{said}");
    assert!(
        said.contains("when 2 records came in can't be told; earlier"),
        "{said}"
    );
    // Where no rule asks when records came, none is missing.
    let without = "name: 翠湖\npolicies: []\n";
    std::fs::write(to.join("records/cuihu/office.yaml"), without).unwrap();
    let said = run(&to, &["audit", "--lang", "en"]).out;
    assert!(said.contains("(it is shallow): earlier changes"), "{said}");
    let ran = run(&to, &["audit", "--since", "HEAD~1", "--lang", "en"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("shallow"), "{}", ran.err);
    assert_eq!(run(&to, &["check", "--since", "HEAD~1"]).status, 2);
}

#[test]
fn outside_git_and_before_the_first_commit_nothing_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("records")).unwrap();
    let ran = run(folder.path(), &["audit", "--lang", "en"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("git repository"), "{}", ran.err);
    let r = Repository::new("");
    office(&r, "");
    assert_eq!(r.run(&["audit"]).status, 2);
}

#[test]
fn the_report_says_what_dates_are_worth() {
    let r = start();
    let ran = r.run(&["audit", "--lang", "en", "--as-of", "2025-12-31"]);
    assert!(ran.out.contains("can be forged; squashing"), "{}", ran.out);
    for format in ["sarif", "junit", "github", "gitlab", "csv"] {
        let ran = r.run(&["audit", "--format", format]);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{format}");
    }
}

#[test]
fn an_office_that_is_gone_is_told_once() {
    let r = start();
    r.put("records/lanting/office.yaml", "name: 兰亭\npolicies: []\n");
    r.put(
        "records/lanting/staff.csv",
        "编号,姓名,岗位\nS1,李,主管\nS2,王,主管\n",
    );
    r.commit("2025-03-04");
    r.git(&["rm", "-rq", "records/lanting"]);
    r.commit("2025-03-05");
    let ran = audit(&r, &[]);
    assert_eq!(ran.found(), pairs(&[("deleted", "")]));
    let said = ran.json()["findings"][0]["message"].to_string();
    assert!(
        said.contains("lanting") && said.contains("2 条记录"),
        "{said}"
    );
}
