//! Deadlines, periods, rates and conditions against twins that know nothing of ours: they walk day by day, count by hand,
//! or are the CEL interpreter.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use aftercare::load::{self, Options};
use aftercare::policy::expr::{self, Scope};
use aftercare::policy::value::View;
use aftercare::policy::{Packs, pack};
use aftercare::table::Office;
use aftercare::workspace;
use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};
use proptest::prelude::*;
use serde_json::json;

use crate::harness::{SCHEMA, Seen, Yaml, judge_folder};

const HEAD: &str = "\
id: twin
title: {zh: 对照, en: Twin}
audience: {zh: 测试, en: tests}
kinds: [repairs]
rules:
";

/// A pack of rules given as (name, operator lines in flow style).
pub fn packs(rules: &[(&str, String)]) -> Packs {
    let mut text = HEAD.to_owned();
    for (name, body) in rules {
        text += &format!(
            "  {name}:\n    clause: 一\n    severity: error\n    title: {{zh: 题, en: title}}\n    message: {{zh: 话, en: words}}\n    help: {{zh: 改, en: mend}}\n{body}    examples: {{pass: {{as_of: 2025-01-01, records: {{}}}}, fail: {{as_of: 2025-01-01, records: {{}}}}}}\n"
        );
    }
    let mut packs = Packs::default();
    packs.insert(pack::parse("twin", &text).unwrap_or_else(|f| panic!("{f}")));
    packs
}

pub fn folder(since: Option<NaiveDate>, kinds: &[(&str, Yaml)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("records/example");
    std::fs::create_dir_all(&home).unwrap();
    let since = since.map_or(String::new(), |d| format!("since: {d}\n"));
    std::fs::write(
        home.join("office.yaml"),
        format!("name: 示例\npolicies: [twin]\n{since}"),
    )
    .unwrap();
    for (kind, records) in kinds {
        std::fs::write(home.join(format!("{kind}.yaml")), records.to_string()).unwrap();
    }
    folder
}

pub fn seen(root: &Path, packs: &Packs, as_of: NaiveDate) -> Seen {
    judge_folder(root, packs, &as_of.to_string()).unwrap_or_else(|f| panic!("{}", f.message.en))
}

fn day(n: u16) -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 1, 1).unwrap() + chrono::Days::new(u64::from(n))
}

/// A day with an optional time of day.
#[derive(Clone, Copy, Debug)]
struct When(NaiveDate, Option<NaiveTime>);

impl When {
    fn text(self) -> String {
        match self.1 {
            Some(t) => format!("{} {t}", self.0),
            None => self.0.to_string(),
        }
    }

    fn exact(self) -> Option<NaiveDateTime> {
        self.1.map(|t| self.0.and_time(t))
    }
}

fn whens(days: u16) -> impl Strategy<Value = When> {
    let time = (0u32..24, 0u32..60).prop_map(|(h, m)| NaiveTime::from_hms_opt(h, m, 0).unwrap());
    (0..days, proptest::option::of(time)).prop_map(|(d, t)| When(day(d), t))
}

/// The days after a day up to another, walked.
fn days_after(a: NaiveDate, b: NaiveDate) -> i64 {
    i64::try_from(a.iter_days().skip(1).take_while(|d| *d <= b).count()).unwrap()
}

fn in_time(a: When, b: When, days: Option<i64>, hours: i64) -> bool {
    match (days, a.exact(), b.exact()) {
        (None, Some(x), Some(y)) => y >= x && y - x <= chrono::Duration::hours(hours),
        (limit, ..) => {
            let limit = limit.unwrap_or((hours + 23) / 24);
            b.0 >= a.0 && days_after(a.0, b.0) <= limit
        }
    }
}

fn last_day(a: When, days: Option<i64>, hours: i64) -> NaiveDate {
    match (days, a.exact()) {
        (None, Some(x)) => (x + chrono::Duration::hours(hours)).date(),
        _ => {
            a.0.iter_days()
                .nth(usize::try_from(days.unwrap_or((hours + 23) / 24)).unwrap())
                .unwrap()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn deadlines(
        pairs in prop::collection::vec((whens(12), proptest::option::of(whens(16))), 1..12),
        days in 0i64..6, hours in 0i64..80, as_of in 0u16..20, since in proptest::option::of(0u16..12),
    ) {
        let (as_of, since) = (day(as_of), since.map(day));
        let rule = |unit: &str, n: i64| format!(
            "    numbers: {{{unit}: {n}}}\n    each: repairs\n    within: {{after: received_at, field: notified_at}}\n");
        let packs = packs(&[("days", rule("days", days)), ("hours", rule("hours", hours))]);
        let records: Vec<Yaml> = pairs.iter().enumerate().map(|(i, (a, b))| {
            json!({"id": format!("R{i}"), "received_at": a.text(), "notified_at": b.map(When::text)})
        }).collect();
        let folder = folder(since, &[("repairs", Yaml::Array(records))]);
        let seen = seen(folder.path(), &packs, as_of);
        for (name, limit) in [("days", Some(days)), ("hours", None)] {
            let (mut missed, mut waiting) = (Vec::new(), Vec::new());
            for (i, (a, b)) in pairs.iter().enumerate() {
                let last = last_day(*a, limit, hours);
                if a.0 > as_of || since.is_some_and(|s| last < s) {
                    continue;
                }
                match b.filter(|b| b.0 <= as_of) {
                    Some(b) if in_time(*a, b, limit, hours) => {}
                    None if as_of <= last => waiting.push(format!("R{i}")),
                    _ => missed.push(format!("R{i}")),
                }
            }
            missed.sort();
            waiting.sort();
            prop_assert_eq!(seen.found(&format!("twin/{name}")), missed);
            prop_assert_eq!(seen.pending(&format!("twin/{name}")), waiting);
        }
    }

    #[test]
    fn periods(
        visits in prop::collection::vec(0u16..800, 0..25),
        as_of in 0u16..900, since in proptest::option::of(0u16..500), min in 1u64..4, max in 0u64..4,
    ) {
        let (as_of, since) = (day(as_of), since.map(day));
        let units = ["day", "week", "month", "quarter", "half", "year"];
        let rules: Vec<(&str, String)> = units.iter().map(|unit| (*unit, format!(
            "    numbers: {{min: {min}, max: {}}}\n    count: {{of: repairs, per: {unit}}}\n", min + max))).collect();
        let packs = packs(&rules);
        let records: Vec<Yaml> = visits.iter().enumerate()
            .map(|(i, d)| json!({"id": format!("R{i}"), "received_at": day(*d).to_string()})).collect();
        let folder = folder(since, &[("repairs", Yaml::Array(records))]);
        let seen = seen(folder.path(), &packs, as_of);
        let dates: Vec<NaiveDate> = visits.iter().map(|d| day(*d)).filter(|d| *d <= as_of).collect();
        let start = since.or_else(|| dates.iter().min().copied());
        for unit in units {
            let mut missed = BTreeSet::new();
            let mut waiting = BTreeSet::new();
            if let Some(start) = start {
                // Every name that a day from the start on has, unless the day before the start has it too.
                let names: BTreeSet<String> = start.iter_days().take_while(|d| *d <= as_of)
                    .map(|d| name(unit, d)).collect();
                for n in names.into_iter().filter(|n| *n != name(unit, start.pred_opt().unwrap())) {
                    let count = dates.iter().filter(|d| name(unit, **d) == n).count() as u64;
                    if count < min || count > min + max {
                        let over = name(unit, as_of) != n;
                        if over { missed.insert(format!("@{n}")) } else { waiting.insert(format!("@{n}")) };
                    }
                }
            }
            let rule = format!("twin/{unit}");
            prop_assert_eq!(seen.found(&rule), Vec::from_iter(missed), "{}", unit);
            prop_assert_eq!(seen.pending(&rule), Vec::from_iter(waiting), "{}", unit);
        }
    }

    #[test]
    fn rates(
        repairs in prop::collection::vec((0u16..200, proptest::option::of(0u16..60), any::<bool>()), 0..30),
        percent in 0u32..101, settle in 0u32..10, as_of in 0u16..260,
    ) {
        let as_of = day(as_of);
        let rule = format!("    numbers: {{percent: {percent}}}\n    rate: {{of: repairs, 'on': completed_at, per: month, met: emergency, settle_days: '{settle}'}}\n");
        let packs = packs(&[("share", rule)]);
        let dated: Vec<(NaiveDate, Option<NaiveDate>, bool)> = repairs.iter()
            .map(|(r, c, met)| (day(*r), c.map(|c| day(r + c)), *met)).collect();
        let records: Vec<Yaml> = dated.iter().enumerate().map(|(i, (r, c, met))| json!({
            "id": format!("R{i}"), "received_at": r.to_string(),
            "completed_at": c.map(|c| c.to_string()), "emergency": met})).collect();
        let folder = folder(None, &[("repairs", Yaml::Array(records))]);
        let seen = seen(folder.path(), &packs, as_of);
        let known = || dated.iter().filter(|(r, ..)| *r <= as_of);
        let mut missed = Vec::new();
        let mut waiting = Vec::new();
        let mut related = BTreeMap::new();
        if let Some(start) = known().map(|(r, ..)| *r).min() {
            let months: BTreeSet<String> = start.iter_days().take_while(|d| *d <= as_of).map(|d| name("month", d)).collect();
            for month in months.into_iter().filter(|m| *m != name("month", start.pred_opt().unwrap())) {
                let own: Vec<(usize, NaiveDate, bool)> = dated.iter().enumerate()
                    .filter(|(_, (r, ..))| *r <= as_of)
                    .filter_map(|(i, (_, c, met))| Some((i, c.filter(|c| *c <= as_of)?, *met)))
                    .filter(|(_, c, _)| name("month", *c) == month).collect();
                let met = own.iter().filter(|o| o.2).count();
                if own.is_empty() || met * 100 >= own.len() * percent as usize {
                    continue;
                }
                let settled = own.iter().all(|(_, c, _)| as_of > *c + chrono::Days::new(u64::from(settle)));
                if settled && name("month", as_of) != month {
                    related.insert(month.clone(), own.iter().filter(|o| !o.2).map(|o| format!("R{}", o.0)).collect::<Vec<_>>());
                    missed.push(format!("@{month}"));
                } else {
                    waiting.push(format!("@{month}"));
                }
            }
        }
        prop_assert_eq!(seen.found("twin/share"), missed);
        prop_assert_eq!(seen.pending("twin/share"), waiting);
        for f in seen.of("twin/share") {
            let named: Vec<String> = f.related.iter().filter_map(|r| r.message.en.split('`').nth(1).map(str::to_owned)).collect();
            prop_assert_eq!(&named, &related[f.period.as_ref().unwrap()]);
        }
    }
}

/// A day's period as it is written, by other means than ours.
fn name(unit: &str, d: NaiveDate) -> String {
    match unit {
        "day" => d.format("%Y-%m-%d").to_string(),
        "week" => d.format("%G-W%V").to_string(),
        "month" => d.format("%Y-%m").to_string(),
        "quarter" => format!("{}-Q{}", d.year(), d.month0() / 3 + 1),
        "half" => format!("{}-H{}", d.year(), d.month0() / 6 + 1),
        _ => d.year().to_string(),
    }
}

/// Repairs whose every field the conditions ask about is there: CEL refuses an absent name, where ours says no. (How
/// absent values compare is told in `policy::expr` and tried in the tables.)
fn repairs() -> (Office, Vec<BTreeMap<&'static str, Yaml>>) {
    let kinds = ["request", "works", "warranty", "public"];
    let categories = ["general", "leak", "safety"];
    let places = ["东门", "西门 3 栋", "3 栋", "x"];
    let all: Vec<BTreeMap<&'static str, Yaml>> = (0..48usize)
        .map(|i| {
            BTreeMap::from([
                ("id", json!(format!("R{i}"))),
                (
                    "received_at",
                    json!(day(u16::try_from(i * 7 % 20).unwrap()).to_string()),
                ),
                (
                    "promised_on",
                    json!(day(u16::try_from(i * 5 % 20).unwrap()).to_string()),
                ),
                ("kind", json!(kinds[i % 4])),
                ("category", json!(categories[i / 4 % 3])),
                ("place", json!(places[i / 3 % 4])),
                ("emergency", json!(i % 2 == 0)),
                ("delegated", json!(i % 3 == 0)),
                ("attempts", json!(i % 5)),
                (
                    "labour",
                    json!(f64::from(u32::try_from(i % 7).unwrap()) / 2.0 + 0.25),
                ),
            ])
        })
        .collect();
    let folder = folder(None, &[("repairs", json!(all))]);
    let home = folder.path().join("records/example");
    let config = workspace::read_config(folder.path(), &home).unwrap();
    let options = Options::all(SCHEMA.clone(), day(400));
    let (office, _) = load::load_office(folder.path(), "example", &home, config, &options);
    (office, all)
}

fn conditions() -> impl Strategy<Value = String> {
    let order = prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
    let equal = prop::sample::select(vec!["==", "!="]);
    let leaf = prop_oneof![
        (
            equal.clone(),
            prop::sample::select(vec!["request", "works", "public"])
        )
            .prop_map(|(o, k)| format!("kind {o} \"{k}\"")),
        Just("category in [\"leak\", \"safety\"]".to_owned()),
        Just("place in [\"东门\", \"x\"]".to_owned()),
        Just("emergency".to_owned()),
        (equal, any::<bool>()).prop_map(|(o, b)| format!("delegated {o} {b}")),
        (order.clone(), 0i64..5).prop_map(|(o, n)| format!("attempts {o} {n}")),
        (order.clone(), 0u32..7).prop_map(|(o, n)| format!("labour {o} {}.25", n / 2)),
        (order.clone(), 0i64..3, 0i64..6)
            .prop_map(|(o, a, b)| format!("attempts + {a} {o} {b} - {a}")),
        order.prop_map(|o| format!("received_at {o} promised_on")),
        prop::sample::select(vec!["栋", "门 3", "y"])
            .prop_map(|t| format!("place.contains(\"{t}\")")),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) && ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) || ({b})")),
            inner.clone().prop_map(|a| format!("!({a})")),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(c, a, b)| format!("({c}) ? ({a}) : ({b})")),
        ]
    })
}

#[test]
fn conditions_mean_what_cel_means() {
    let (office, all) = repairs();
    let kind = SCHEMA.kind("repairs").unwrap();
    let defines = BTreeMap::new();
    let scope = Scope {
        schema: &SCHEMA,
        item: Some(kind),
        subject: None,
        lets: &[],
        defines: &defines,
        number: &|_| None,
        table: &|_| None,
    };
    let contexts: Vec<cel::Context<'_, '_>> = all
        .iter()
        .map(|record| {
            let mut context = cel::Context::default();
            for (name, value) in record {
                let value: cel::Value = match value {
                    Yaml::String(s) => s.as_str().into(),
                    Yaml::Bool(b) => (*b).into(),
                    n if n.is_i64() => n.as_i64().unwrap().into(),
                    n => n.as_f64().unwrap().into(),
                };
                context.add_variable_from_value(*name, value);
            }
            context
        })
        .collect();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    runner
        .run(&conditions(), |source| {
            let ours = expr::condition(&source, &scope).map_err(TestCaseError::fail)?;
            let program = cel::Program::compile(&source).unwrap();
            for (row, context) in contexts.iter().enumerate() {
                let row = u32::try_from(row).unwrap();
                let theirs = program
                    .execute(context)
                    .map_err(|e| TestCaseError::fail(format!("{source}: {e}")))?;
                let holds = View::of(&office, (kind, row)).holds(&ours);
                prop_assert_eq!(cel::Value::from(holds), theirs, "{} on R{}", &source, row);
            }
            Ok(())
        })
        .unwrap_or_else(|e| panic!("{e}"));
}

/// A rule about customers that asks a minimum: from `signed_on`, else from the first visit, else from the start.
#[test]
fn a_minimum_about_customers_begins_with_them() {
    let body = "    numbers: {min: 1}\n    each: customers\n    let: {first: {of: visits, by: customer, pick: earliest}}\n    count: {of: visits, by: customer, per: quarter, from: 'present(signed_on) ? signed_on : first.date'}\n";
    let packs = packs(&[("each-quarter", body.to_owned())]);
    let visit = |id: &str, date: &str, customer: &str| json!({"id": id, "date": date, "staff": "S1", "method": "phone", "customer": customer});
    let folder = folder(
        None,
        &[
            (
                "staff",
                json!([{"id": "S1", "name": "王芳", "role": "service_officer"}]),
            ),
            (
                "customers",
                json!([{"id": "K1", "name": "甲", "signed_on": "2024-04-02"}, {"id": "K2", "name": "乙"}, {"id": "K3", "name": "丙"},
            {"id": "K4", "name": "丁", "signed_on": "2024-04-01"}]),
            ),
            (
                "visits",
                json!([
                    visit("V1", "2024-01-01", "K4"),
                    visit("V2", "2024-02-05", "K2")
                ]),
            ),
        ],
    );
    let seen = seen(folder.path(), &packs, "2024-09-30".parse().unwrap());
    assert_eq!(
        seen.found("twin/each-quarter"),
        ["K2@2024-Q2", "K3@2024-Q1", "K3@2024-Q2", "K4@2024-Q2"]
    );
    assert_eq!(
        seen.pending("twin/each-quarter"),
        ["K1@2024-Q3", "K2@2024-Q3", "K3@2024-Q3", "K4@2024-Q3"]
    );
}

/// `by` as a weekday: of the week itself, of the next one, of the one before.
#[test]
fn a_filing_by_a_weekday() {
    let rule = |due: &str, by: &str| {
        format!(
            "    numbers: {{by: {by}}}\n    filing: {{of: filings, where: 'kind == \"weekly_summary\"', period: period, per: week, 'on': submitted_on, due_in: {due}}}\n"
        )
    };
    let packs = packs(&[
        ("before", rule("previous", "Sunday")),
        ("next", rule("next", "Monday")),
        ("own", rule("this", "Saturday")),
    ]);
    let filing = |id: &str, period: &str, on: &str| json!({"id": id, "kind": "weekly_summary", "period": period, "submitted_on": on});
    // Weeks 2024-W02 (8–14 January) and 2024-W03 (15–21 January); the office begins on a Monday.
    let folder = folder(
        Some(day(0)),
        &[(
            "filings",
            json!([
                filing("F1", "2024-W02", "2024-01-07"),
                filing("F2", "2024-W03", "2024-01-20"),
                filing("F3", "2024-W01", "2024-01-08"),
            ]),
        )],
    );
    let seen = seen(folder.path(), &packs, "2024-01-21".parse().unwrap());
    assert_eq!(
        seen.found("twin/before"),
        ["F2@2024-W03"],
        "W01 was due before the start"
    );
    assert_eq!(seen.pending("twin/before"), ["@2024-W04"]);
    assert_eq!(seen.found("twin/own"), ["F3@2024-W01"]);
    assert!(seen.found("twin/next").is_empty());
    let due = |rule: &str| {
        seen.of(rule)
            .next()
            .and_then(|f| f.due)
            .unwrap()
            .to_string()
    };
    assert_eq!(
        (due("twin/before").as_str(), due("twin/own").as_str()),
        ("2024-01-14", "2024-01-06")
    );
}
