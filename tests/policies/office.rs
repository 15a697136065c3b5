//! What an office's findings are beyond single rules: waivers, fingerprints, deviations, working days.

use std::collections::BTreeMap;

use aftercare::policy::{Change, Packs, deviations};
use serde_json::json;

use crate::harness::{PACKS, Records, SCHEMA, Seen, Yaml, judge, judge_folder};

fn records(value: Yaml) -> Records {
    serde_json::from_value(value).unwrap()
}

fn office(value: Yaml) -> BTreeMap<String, Yaml> {
    serde_json::from_value(value).unwrap()
}

const POLICY: &str = "complaint-handling";
const RULE: &str = "complaint-handling/severity";

fn two_ungraded() -> Records {
    records(json!({
        "staff": [{"id": "S1", "name": "周岚", "role": "manager"}, {"id": "S2", "name": "王芳", "role": "service_officer"}],
        "complaints": [{"id": "C1", "received_at": "2025-03-01"}, {"id": "C2", "received_at": "2025-03-01"}],
    }))
}

fn with_waivers(waivers: Yaml) -> Seen {
    let config = office(json!({"since": "2025-01-01", "waivers": waivers}));
    judge(POLICY, &config, &two_ungraded(), "2025-03-31")
        .unwrap_or_else(|f| panic!("{}", f.message.en))
}

fn waived(seen: &Seen) -> Vec<&str> {
    let own = seen.of(RULE).filter(|f| f.waived);
    own.filter_map(|f| f.record.as_deref()).collect()
}

fn core<'a>(seen: &'a Seen, rule: &str) -> Vec<&'a str> {
    let own = seen.findings.iter().filter(|f| f.rule == rule);
    own.map(|f| f.message.en.as_str()).collect()
}

#[test]
fn a_waiver_covers_by_short_or_full_name_and_by_record() {
    let whole = json!({"reason": "r", "by": "周岚", "until": "2025-12-31"});
    let make = |more: Yaml| {
        let mut w = whole.clone();
        w.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        with_waivers(json!([w]))
    };
    let seen = make(json!({"rule": "severity", "record": "C1"}));
    assert_eq!(waived(&seen), ["C1"]);
    assert!(
        core(&seen, "core/stale-waiver").is_empty() && core(&seen, "core/weak-waiver").is_empty()
    );
    assert_eq!(waived(&make(json!({"rule": RULE, "record": "C2"}))), ["C2"]);
    let seen = make(json!({"rule": RULE}));
    assert_eq!(waived(&seen), ["C1", "C2"]);
    assert_eq!(
        core(&seen, "core/weak-waiver").len(),
        1,
        "names neither record nor period"
    );
}

#[test]
fn a_waiver_holds_through_its_last_day_and_is_stale_after_it() {
    let waiver = |until: &str| json!([{"rule": RULE, "record": "C1", "reason": "r", "by": "S1", "until": until}]);
    assert_eq!(waived(&with_waivers(waiver("2025-03-31"))), ["C1"]);
    let seen = with_waivers(waiver("2025-03-30"));
    assert!(waived(&seen).is_empty());
    assert!(core(&seen, "core/stale-waiver")[0].contains("2025-03-30"));
}

#[test]
fn an_unknown_or_unused_waiver_is_stale() {
    let waiver = |rule: &str, record: &str| json!([{"rule": rule, "record": record, "reason": "r", "by": "S1", "until": "2025-12-31"}]);
    let told = |rule: &str, record: &str| {
        let seen = with_waivers(waiver(rule, record));
        let stale = core(&seen, "core/stale-waiver");
        assert_eq!(stale.len(), 1, "{stale:?}");
        stale[0].to_owned()
    };
    assert!(told("severty", "C1").contains("did you mean `severity`"));
    assert!(
        told("complaint-handling/severty", "C1")
            .contains("did you mean `complaint-handling/severity`")
    );
    assert!(told(RULE, "C9").contains("not used"));
    assert!(told("tracker", "C1").contains("not used"));
}

#[test]
fn a_weak_waiver_is_told_once_for_each_fault() {
    let seen = with_waivers(json!([{"rule": RULE, "by": "王芳"}]));
    assert_eq!(
        core(&seen, "core/weak-waiver").len(),
        4,
        "reason, until, record or period, by"
    );
    let far =
        json!([{"rule": RULE, "record": "C1", "reason": "r", "by": "S1", "until": "2026-04-01"}]);
    assert_eq!(core(&with_waivers(far), "core/weak-waiver").len(), 1);
    let edge =
        json!([{"rule": RULE, "record": "C1", "reason": "r", "by": "S1", "until": "2026-03-31"}]);
    assert!(core(&with_waivers(edge), "core/weak-waiver").is_empty());
}

#[test]
fn a_waiver_by_period_covers_what_has_no_record() {
    let config = office(json!({"since": "2025-01-01", "waivers": [
        {"rule": "quarterly-meeting", "period": "2025-Q1", "reason": "r", "by": "S1", "until": "2025-12-31"}]}));
    let seen = judge(
        "residential-visit-rates",
        &config,
        &two_ungraded(),
        "2025-07-01",
    )
    .unwrap_or_else(|f| panic!("{}", f.message.en));
    let of: Vec<_> = seen
        .of("residential-visit-rates/quarterly-meeting")
        .collect();
    let waived: Vec<_> = of
        .iter()
        .map(|f| (f.period.as_deref().unwrap(), f.waived))
        .collect();
    assert_eq!(waived, [("2025-Q1", true), ("2025-Q2", false)]);
    assert!(of.iter().all(|f| f.record.is_none() && f.kind.is_none()));
    assert!(
        of.iter()
            .all(|f| f.place.file == "records/example/office.yaml")
    );
}

fn fingerprints(questions: Yaml) -> Vec<(String, String)> {
    let all = records(json!({
        "staff": [{"id": "S1", "name": "周岚", "role": "manager"}],
        "visits": [{"id": "V1", "date": "2025-03-06", "staff": "S1", "method": "onsite", "questions": questions}],
    }));
    let policy = "residential-visit-rates";
    let seen = judge(policy, &BTreeMap::new(), &all, "2025-03-31")
        .unwrap_or_else(|f| panic!("{}", f.message.en));
    let own = seen.of("residential-visit-rates/major-escalated");
    own.map(|f| (f.record.clone().unwrap(), f.fingerprint.clone()))
        .collect()
}

#[test]
fn a_nested_record_without_an_id_is_known_by_its_content() {
    let before = fingerprints(
        json!([{"text": "甲", "major": true}, {"id": "Q1", "text": "乙", "major": true}]),
    );
    let after = fingerprints(json!([
        {"text": "新"}, {"text": "甲", "major": true}, {"id": "Q1", "text": "乙改", "major": true}]));
    let of =
        |all: &[(String, String)], id: &str| all.iter().find(|f| f.0 == id).map(|f| f.1.clone());
    assert_eq!(
        of(&before, "V1#1"),
        of(&after, "V1#2"),
        "inserting one above changes nothing"
    );
    assert_eq!(
        of(&before, "Q1"),
        of(&after, "Q1"),
        "one with an id is known by it"
    );
    let alike = fingerprints(json!([{"text": "甲", "major": true}, {"text": "甲", "major": true}]));
    assert_ne!(alike[0].1, alike[1].1, "two alike are told apart");
}

#[test]
fn every_deviation_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let text = "name: 示例\nsince: 2025-01-01\npolicies:\n  - {use: complaint-handling, until: 2025-06-30, off: [tracker], with: {complaint-handling/revisited: {days: 10, severity: warning}, archived: {days: 30}}}\n  - residential-visit-rates\nwaivers:\n  - {rule: severity, record: C1, reason: 系统迁移, by: 周岚, until: 2025-12-31}\n";
    std::fs::write(folder.path().join("office.yaml"), text).unwrap();
    let config = aftercare::workspace::read_config(folder.path(), folder.path()).unwrap();
    let all = deviations(&config, &PACKS);
    let told: Vec<_> = all
        .iter()
        .map(|d| (d.change, d.rule.as_str(), d.message.en.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (
                Change::Since,
                "",
                "what fell due before 2025-01-01 is not judged"
            ),
            (Change::Term, "", "in force until 2025-06-30"),
            (Change::Off, "complaint-handling/tracker", "switched off"),
            (
                Change::Number,
                "complaint-handling/revisited",
                "`days` changed from 7 to 10"
            ),
            (
                Change::Severity,
                "complaint-handling/revisited",
                "`severity` changed from error to warning"
            ),
            (
                Change::Waiver,
                "severity",
                "waived, record C1, reason: 系统迁移, by 周岚, until 2025-12-31"
            ),
        ]
    );
    assert_eq!(all[3].place.line, 4);
}

const WORKING: &str = "\
id: working
title: {zh: 工作日, en: Working days}
audience: {zh: 本单位, en: us}
kinds: [complaints]
rules:
  replied:
    clause: 一
    severity: error
    title: {zh: 答复, en: Answered}
    message: {zh: '{id}', en: '{id}'}
    help: {zh: 答复, en: Answer}
    numbers: {working_days: 5}
    each: complaints
    within: {after: received_at, field: replied_at}
    examples: {pass: {as_of: 2025-03-31, records: {}}, fail: {as_of: 2025-03-31, records: {}}}
  archived:
    clause: 二
    severity: error
    title: {zh: 归档, en: Archived}
    message: {zh: '{id}', en: '{id}'}
    help: {zh: 归档, en: File it}
    numbers: {working_days: 5}
    each: complaints
    once: {}
    require: [archived_on]
    examples: {pass: {as_of: 2025-03-31, records: {}}, fail: {as_of: 2025-03-31, records: {}}}
";

fn working(complaints: Yaml, as_of: &str) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("policies/working");
    let home = folder.path().join("records/example");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::create_dir_all(&home).unwrap();
    std::fs::write(own.join("policy.yaml"), WORKING).unwrap();
    std::fs::write(
        home.join("office.yaml"),
        "name: 示例\npolicies: [working]\n",
    )
    .unwrap();
    std::fs::write(home.join("complaints.yaml"), complaints.to_string()).unwrap();
    let packs = Packs::for_workspace(folder.path(), &SCHEMA).unwrap_or_else(|f| panic!("{f:?}"));
    judge_folder(folder.path(), &packs, as_of).unwrap_or_else(|f| panic!("{}", f.message.en))
}

#[test]
fn working_days_skip_holidays_and_count_make_up_days() {
    // 2025: Sunday 26 January is worked, 28 January to 4 February are off, Saturday 8 February is worked.
    let seen = working(
        json!([
            {"id": "C1", "received_at": "2025-01-24", "replied_at": "2025-02-07"},
            {"id": "C2", "received_at": "2025-01-24", "replied_at": "2025-02-08"},
            {"id": "C3", "received_at": "2025-01-24 17:00", "replied_at": "2025-01-24 18:00"},
        ]),
        "2025-03-31",
    );
    assert_eq!(seen.found("working/replied"), ["C2"]);
    let due = seen.of("working/replied").next().unwrap().due.unwrap();
    assert_eq!(due.to_string(), "2025-02-07");
    assert_eq!(seen.found("working/archived"), ["C1", "C2", "C3"]);
    let open = json!([{"id": "C1", "received_at": "2025-01-24"}]);
    assert_eq!(
        working(open.clone(), "2025-02-07").pending("working/archived"),
        ["C1"]
    );
    assert_eq!(
        working(open, "2025-02-08").found("working/archived"),
        ["C1"]
    );
}

#[test]
fn a_deadline_that_needs_an_unpublished_year_is_not_judged() {
    let seen = working(
        json!([
            {"id": "C1", "received_at": "2026-12-30"},
            {"id": "C2", "received_at": "2026-12-30", "replied_at": "2026-12-31", "archived_on": "2026-12-31"},
            {"id": "C3", "received_at": "2027-06-01"},
            {"id": "C4", "received_at": "2026-12-30", "replied_at": "2027-02-01"},
        ]),
        "2027-12-31",
    );
    assert!(seen.found("working/replied").is_empty() && seen.pending("working/replied").is_empty());
    assert_eq!(seen.tally("working/replied", |t| t.unjudged), 3);
    assert_eq!(
        seen.tally("working/replied", |t| t.met),
        1,
        "answered before the unknown begins"
    );
    assert_eq!(seen.tally("working/archived", |t| t.unjudged), 3);
    let told: Vec<_> = seen.of("core/no-calendar").collect();
    assert_eq!(told.len(), 1, "one warning a year");
    assert_eq!(told[0].period.as_deref(), Some("2027"));
    assert_eq!(told[0].place.file, "records/example/office.yaml");
}
