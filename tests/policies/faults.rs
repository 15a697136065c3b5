//! Broken packs and adoptions: nothing is judged, and the message names the place and the nearest known name.

use std::collections::BTreeMap;

use aftercare::pipeline::{self, Failure, Request};

use crate::harness::{Records, judge};

const PACK: &str = "\
id: house
title: {zh: 本单位规矩, en: House rules}
audience: {zh: 本单位, en: us}
kinds: [complaints, visits]
define:
  closed: 'present(closed_at)'
rules:
  answered:
    clause: 一
    severity: error
    title: {zh: 及时答复, en: Answered in time}
    message: {zh: '投诉「{id}」没有答复', en: 'complaint `{id}` was not answered'}
    help: {zh: 答复, en: Answer}
    numbers: {days: 3}
    each: complaints
    when: 'channel == \"phone\"'
    within: {after: received_at, field: replied_at}
    examples:
      pass: {as_of: 2025-03-31, records: {}}
      fail: {as_of: 2025-03-31, records: {}}
  counted:
    clause: 二
    severity: warning
    title: {zh: 每月回访, en: Visits every month}
    message: {zh: '{period} 只有 {count} 次', en: 'only {count} in {period}'}
    help: {zh: 回访, en: Visit}
    numbers: {min: 1}
    count: {of: visits, where: 'staff.role == \"supervisor\"', per: month}
    examples:
      pass: {as_of: 2025-03-31, records: {}}
      fail: {as_of: 2025-03-31, records: {}}
";

/// Checks a workspace whose own pack has one part replaced; its office adopts only `adopted`.
fn check(id: &str, change: (&str, &str), adopted: &str) -> Result<pipeline::Checked, Failure> {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir_all(root.join("records/example")).unwrap();
    std::fs::create_dir_all(root.join("policies").join(id)).unwrap();
    let office = format!("name: 示例\npolicies: [{adopted}]\n");
    std::fs::write(root.join("records/example/office.yaml"), office).unwrap();
    assert!(PACK.contains(change.0), "{}", change.0);
    let text = PACK.replacen(change.0, change.1, 1);
    std::fs::write(root.join("policies").join(id).join("policy.yaml"), text).unwrap();
    pipeline::check(&Request {
        root: root.to_path_buf(),
        as_of: "2025-03-31".parse().unwrap(),
        offices: vec![],
        policies: vec![],
        everything: false,
    })
}

#[test]
fn a_workspaces_own_pack_adds_to_the_programs_and_may_replace_one() {
    let checked = check("house", ("id: house", "id: house"), "house").unwrap();
    assert_eq!(checked.offices[0].judgements.len(), 2);
    let own = ("id: house", "id: complaint-handling");
    let checked = check("complaint-handling", own, "complaint-handling").unwrap();
    let rules: Vec<_> = checked.offices[0]
        .judgements
        .iter()
        .map(|j| j.rule.as_str())
        .collect();
    assert_eq!(
        rules,
        ["complaint-handling/answered", "complaint-handling/counted"]
    );
}

/// What is replaced, by what, and the place and parts of the message that must come out.
const BROKEN: &[(&str, &str, &str, &[&str])] = &[
    // Unknown names, each with the nearest known one.
    (
        "field: replied_at",
        "field: repied_at",
        "17:41",
        &["complaints", "repied_at", "replied_at"],
    ),
    (
        "each: complaints",
        "each: complaint",
        "15:11",
        &["`complaint`", "complaints"],
    ),
    (
        "kinds: [complaints",
        "kinds: [complains",
        "4:9",
        &["`complains`", "complaints"],
    ),
    ("of: visits", "of: visit", "28:17", &["`visit`", "visits"]),
    ("channel ==", "chanel ==", "16:11", &["chanel", "channel"]),
    ("\"phone\"", "\"fone\"", "16:11", &["fone", "phone"]),
    (
        "\"supervisor\"",
        "\"supervisr\"",
        "28:32",
        &["supervisr", "supervisor"],
    ),
    ("per: month", "per: monht", "28:", &["monht", "month"]),
    (
        "没有答复'",
        "{replid_at}没有答复'",
        "12:",
        &["replid_at", "replied_at"],
    ),
    (
        "was not answered'",
        "was not answered by {handlr}'",
        "12:",
        &["handlr", "handler"],
    ),
    (
        "present(closed_at)",
        "present(closed_at",
        "6:3",
        &["closed", "CEL"],
    ),
    (
        "severity: error",
        "severity: fatal",
        "10:15",
        &["fatal", "error"],
    ),
    // Unknown keys, at every depth.
    ("audience:", "audienz:", "3:1", &["audienz", "audience"]),
    (
        "    clause: 一",
        "    claus: 一",
        "9:5",
        &["claus", "clause"],
    ),
    (
        "{after: received_at",
        "{afer: received_at",
        "17:14",
        &["afer", "after"],
    ),
    // Types, numbers and operators.
    (
        "after: received_at",
        "after: summary",
        "17:21",
        &["summary"],
    ),
    (
        "channel == \"phone\"",
        "summary > 3",
        "16:11",
        &["compared"],
    ),
    (
        "channel == \"phone\"",
        "within_days(replied_at, received_at, number(\"day\"))",
        "16:11",
        &["day"],
    ),
    (
        "numbers: {days: 3}",
        "numbers: {days: -3}",
        "8:3",
        &["days", "1000000"],
    ),
    (
        "    when:",
        "    require: [summary]\n    when:",
        "8:3",
        &["require/tests", "within"],
    ),
    (
        "    within: {after: received_at, field: replied_at}\n",
        "",
        "8:3",
        &["one operator"],
    ),
    ("    each: complaints\n", "", "15:11", &["`each`"]),
    (
        "field: replied_at",
        "find: {of: visits, by: complaint}, field: replied_at",
        "8:3",
        &["either"],
    ),
    (
        "field: replied_at",
        "find: {of: visits, by: repair}",
        "17:57",
        &["repairs", "complaints"],
    ),
    (
        "field: replied_at",
        "find: {of: visits, by: place}",
        "17:57",
        &["visits.place"],
    ),
    ("id: house", "id: home", "1:1", &["`home`", "`house`"]),
    ("rules:", "rules: [", "", &[]),
];

#[test]
fn a_fault_in_a_pack_is_told_with_its_place_whether_or_not_the_pack_is_adopted() {
    let mut wrong = String::new();
    for (from, to, place, parts) in BROKEN {
        let told = match check("house", (from, to), "warranty-period-repair") {
            Ok(_) => format!("{to}: accepted"),
            Err(f) => {
                let p = f.place.as_ref();
                let at = p.map_or(String::new(), |p| {
                    format!("{}:{}:{}", p.file, p.line, p.column)
                });
                let wanted = format!("policies/house/policy.yaml:{place}");
                let help = f.help.as_ref().map_or("", |h| &h.en);
                let said = format!("{} {help}", f.message.en);
                let silent = parts.iter().any(|part| !said.contains(part));
                if f.status == 2 && at.starts_with(&wanted) && !silent && !f.message.zh.is_empty() {
                    continue;
                }
                format!(
                    "{to}: {} {at}: {} (wanted {wanted} {parts:?})",
                    f.status, f.message.en
                )
            }
        };
        wrong += &format!("{told}\n");
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What office.yaml says of a policy, the column of the fault in line 2, and what the message holds.
const MISWRITTEN: &[(&str, &str, &[&str])] = &[
    (
        "complaint-handlin",
        "12",
        &["complaint-handlin", "complaint-handling"],
    ),
    (
        "{use: complaint-handling, off: [revisitd]}",
        "44",
        &["`revisitd`", "`revisited`"],
    ),
    (
        "{use: complaint-handling, off: [complaint-handling/revisitd]}",
        "44",
        &["`revisitd`", "`revisited`"],
    ),
    (
        "{use: complaint-handling, with: {revisitd: {days: 3}}}",
        "56",
        &["`revisitd`", "`revisited`"],
    ),
    (
        "{use: complaint-handling, with: {revisited: {day: 3}}}",
        "57",
        &["`day`", "`days`", "severity"],
    ),
    (
        "{use: complaint-handling, with: {revisited: {hours: 3}}}",
        "57",
        &["`hours`", "days, severity"],
    ),
    (
        "{use: complaint-handling, with: {revisited: {days: soon}}}",
        "57",
        &["`soon`", "whole number"],
    ),
    (
        "{use: complaint-handling, with: {revisited: {days: -1}}}",
        "57",
        &["`-1`"],
    ),
    (
        "{use: complaint-handling, with: {revisited: {days: 7.5}}}",
        "57",
        &["`7.5`"],
    ),
    (
        "{use: complaint-handling, with: {revisited: {days: 99999999999999999999}}}",
        "57",
        &["1000000"],
    ),
    (
        "{use: complaint-handling, with: {revisited: {severity: fatal}}}",
        "57",
        &["`fatal`", "warning"],
    ),
    (
        "{use: residential-visit-rates, with: {rate-lead: {percent: 101}}}",
        "62",
        &["100"],
    ),
    (
        "{use: residential-visit-rates, with: {in-annual-plan: {by: 31}}}",
        "67",
        &["01-31"],
    ),
    (
        "{use: residential-visit-rates, with: {in-annual-plan: {by: 02-30}}}",
        "67",
        &["01-31"],
    ),
    (
        "{use: residential-visit-rates, with: {in-annual-plan: {by: Friday}}}",
        "67",
        &["MM-DD"],
    ),
    (
        "{use: warranty-period-repair, with: {ledger: {by: 0}}}",
        "58",
        &["7"],
    ),
];

#[test]
fn what_office_yaml_changes_is_checked_before_any_record_is_read() {
    let mut wrong = String::new();
    for (policies, column, parts) in MISWRITTEN {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("records/example");
        std::fs::create_dir_all(&home).unwrap();
        let text = format!("name: 示例\npolicies: [{policies}]\n");
        std::fs::write(home.join("office.yaml"), text).unwrap();
        let told = match pipeline::check(&Request {
            root: folder.path().to_path_buf(),
            as_of: "2025-03-31".parse().unwrap(),
            offices: vec![],
            policies: vec![],
            everything: false,
        }) {
            Ok(_) => "accepted".to_owned(),
            Err(f) => {
                let p = f.place.as_ref();
                let at = p.map_or(String::new(), |p| {
                    format!("{}:{}:{}", p.file, p.line, p.column)
                });
                let wanted = format!("records/example/office.yaml:2:{column}");
                let help = f.help.as_ref().map_or("", |h| &h.en);
                let said = format!("{} {help}", f.message.en);
                let silent = parts.iter().any(|part| !said.contains(part));
                if f.status == 2 && at == wanted && !silent {
                    continue;
                }
                format!(
                    "{} {at}: {} (wanted {wanted} {parts:?})",
                    f.status, f.message.en
                )
            }
        };
        wrong += &format!("{policies}: {told}\n");
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_fault_of_an_adoption_is_told_at_once() {
    let office = BTreeMap::from([(
        "policies".to_owned(),
        serde_json::json!([{"use": "complaint-handling", "off": ["nothing"], "with": {"revisited": {"day": 1}}}]),
    )]);
    let failure = judge("", &office, &Records::new(), "2025-03-31")
        .err()
        .unwrap();
    assert!(
        failure.message.en.contains("`nothing`"),
        "{}",
        failure.message.en
    );
    assert!(
        failure.message.en.contains("`day`"),
        "{}",
        failure.message.en
    );
}
