//! 恒泰机械: a factory's headquarters that answers for its buildings, under the policy on buildings as assets.

use chrono::{Duration, NaiveDate};

use super::Made;
use super::clock::{at, day, read, show, show_day};
use super::office::Office;
use super::record::Record;
use super::sheet::{Encoding, Place, Shape, Sheet};
use super::spelling::{Dates, Spelling};
use super::story::Story;
use super::words::{Row, records, words};
use super::workdays::{self, after, within};

fn number(kind: &str, n: usize) -> String {
    match kind {
        "repairs" => format!("HT-WX-{n:03}"),
        "inspections" => format!("HT-JC-{n:02}"),
        _ => format!("HT-BS-{n}"),
    }
}

/// The office, its office.yaml and how its records are written.
pub fn make(faults: bool) -> Made {
    let staff = records(include_str!("../offices/hengtai/staff.txt"));
    let mut s = Story::new(2_201, Office::new("hengtai", number), staff, false);
    *s.office.table_mut("buildings") = records(include_str!("../offices/hengtai/buildings.txt"));
    let mut scenes = words!("factory");
    s.rng.shuffle(&mut scenes);
    let starts = workdays::spread(&mut s.rng, scenes.len(), day(1, 7), day(10, 13));
    for (scene, on) in scenes.iter().zip(starts) {
        let r = repair(&mut s, scene, on);
        s.office.add("repairs", r);
    }
    inspections(&mut s);
    filings(&mut s.office);
    if faults {
        plant(&mut s.office);
    }
    let config = include_str!("../offices/hengtai/office.yaml").to_owned();
    (s.office, config, sheets())
}

/// How much a repair is estimated to cost decides who approves and accepts it.
#[derive(Clone, Copy, PartialEq)]
enum Size {
    Small,
    Medium,
    Large,
}

fn size(estimate: i64) -> Size {
    match estimate {
        ..=10_000 => Size::Small,
        10_001..=50_000 => Size::Medium,
        _ => Size::Large,
    }
}

/// The manager of the company that uses a building.
fn manager(building: &str) -> &'static str {
    match building {
        "A01" | "A02" | "A05" | "D05" => "T05",
        _ => "T06",
    }
}

fn repair(s: &mut Story, scene: &Row, on: NaiveDate) -> Record {
    let estimate: i64 = scene.get("estimate").parse().unwrap_or_default();
    let size = size(estimate);
    let building = scene.get("building");
    let responsible = s
        .office
        .find("buildings", building)
        .get("responsible")
        .to_owned();
    let received = at(on, 8, 30) + Duration::minutes(5 * s.rng.range(0, 90));
    let surveyed = at(after(on, 1), 10, 0) + Duration::minutes(5 * s.rng.range(0, 40));
    let mut r = Record::new().with(&[
        ("received_at", &show(received)),
        ("source", "inspection"),
        (
            "kind",
            if size == Size::Small {
                "request"
            } else {
                "works"
            },
        ),
        ("building", building),
        ("recorded_by", &responsible),
        ("surveyed_at", &show(surveyed)),
        ("surveyed_by", &responsible),
    ]);
    for field in [
        "place",
        "part",
        "description",
        "cause",
        "estimate",
        "discipline",
    ] {
        r.set(field, scene.get(field));
    }
    let ready = approve(s, &mut r, size, surveyed.date());
    let begins = after(ready, s.rng.range(1, 7));
    let lasts = match size {
        Size::Small => s.rng.range(0, 3),
        Size::Medium => s.rng.range(4, 10),
        Size::Large => s.rng.range(15, 25),
    };
    let done = after(begins, lasts);
    r.set("started_at", show(at(begins, 8, 0)))
        .set("completed_at", show(at(done, 17, 30)))
        .set("outcome", scene.get("outcome"));
    let passed = accept(s, &mut r, size, done);
    settle(s, &mut r, estimate, passed);
    r
}

fn decision(by: &str, on: NaiveDate, opinion: &str) -> Record {
    Record::new().with(&[
        ("by", by),
        ("on", &show_day(on)),
        ("opinion", opinion),
        ("decision", "approved"),
    ])
}

/// The approvals by size; the day of the last.
fn approve(s: &mut Story, r: &mut Record, size: Size, from: NaiveDate) -> NaiveDate {
    let first = after(from, s.rng.range(1, 3));
    let second = after(first, s.rng.range(0, 3));
    let third = after(second, s.rng.range(1, 4));
    let (all, last) = match size {
        Size::Small => {
            let by = manager(r.get("building"));
            r.set("filed_on", show_day(first));
            (vec![decision(by, first, "同意，按报价执行")], first)
        }
        Size::Medium => (
            vec![
                decision("T04", first, "情况属实，同意上报"),
                decision("T02", second, "同意，三家比价后实施"),
            ],
            second,
        ),
        Size::Large => (
            vec![
                decision("T04", first, "影响生产，建议安排"),
                decision("T02", second, "列入年度维修预算，报总经理"),
                decision("T01", third, "同意，注意施工安全"),
            ],
            third,
        ),
    };
    r.nested.push(("approvals", all));
    last
}

/// The acceptance, for one in seven the second after something was put right; the day it passed.
fn accept(s: &mut Story, r: &mut Record, size: Size, done: NaiveDate) -> NaiveDate {
    let by = match size {
        Size::Small => manager(r.get("building")),
        _ => *s.rng.pick(&["T02", "T03"]),
    };
    let verdict = |on: NaiveDate, result: &str, issues: &str| {
        Record::new().with(&[
            ("on", &show_day(on)),
            ("by", by),
            ("participants", "使用部门；施工单位；总经办"),
            ("content", "核对工程量、查看完工质量"),
            ("issues", issues),
            ("result", result),
        ])
    };
    let first = after(done, s.rng.range(1, 3));
    if !s.rng.chance(15) {
        r.nested
            .push(("acceptances", vec![verdict(first, "pass", "")]));
        return first;
    }
    let again = after(first, s.rng.range(3, 6));
    let all = vec![
        verdict(first, "fail", "收口不齐，现场未清"),
        verdict(again, "pass", ""),
    ];
    r.nested.push(("acceptances", all));
    again
}

/// What was done is measured, priced, approved and paid.
fn settle(s: &mut Story, r: &mut Record, estimate: i64, passed: NaiveDate) {
    let labour = estimate * s.rng.range(30, 40) / 100 / 10 * 10;
    let material = estimate * s.rng.range(50, 58) / 100 / 10 * 10;
    let lot = |name: &str, amount: i64| {
        Record::new().with(&[
            ("name", name),
            ("unit", "项"),
            ("quantity", "1"),
            ("price", &amount.to_string()),
            ("amount", &amount.to_string()),
        ])
    };
    r.nested.push((
        "items",
        vec![lot("材料", material), lot("人工和机具", labour)],
    ));
    let approved = after(passed, s.rng.range(2, 6));
    let paid = after(approved, s.rng.range(1, 8));
    let total = (labour + material).to_string();
    r.set("cost", total.as_str())
        .set("settled_amount", total)
        .set("paid_by", "company")
        .set("settlement_docs", "工程量单；签证单；验收合格报告")
        .set("settlement_approved_by", "T02")
        .set("settlement_approved_on", show_day(approved))
        .set("paid_on", show_day(paid));
}

const FOUND: [&str; 12] = [
    "未发现异常",
    "二号宿舍走廊灯坏 3 盏，已更换",
    "机加工车间雨落管堵，已疏通",
    "未发现异常",
    "装配车间窗玻璃破损 2 块，已更换",
    "防汛检查，屋面落水口清理",
    "食堂下水井盖松动，已复位",
    "厂区道路裂缝灌缝 120 米",
    "成品库月台护角变形，已校正",
    "未发现异常",
    "供暖前检查，补保温 40 米",
    "烟囱接地复测合格",
];

fn inspections(s: &mut Story) {
    let mut all: Vec<Record> = Vec::new();
    for (month, findings) in (1..=12u32).zip(FOUND) {
        let on = after(day(month, 14), s.rng.range(0, 8));
        let staff = *s.rng.pick(&["T08", "T09", "T10"]);
        all.push(Record::new().with(&[
            ("kind", "monthly"),
            ("at", &show(at(on, 9, 0))),
            ("staff", staff),
            ("items", "屋面；门窗；外墙；排水"),
            ("findings", findings),
            ("corrected", "true"),
        ]));
    }
    for (on, by, score) in [
        ("2025-06-26 09:00", "T02", "92.5"),
        ("2025-12-11 09:00", "T03", "94"),
    ] {
        all.push(Record::new().with(&[
            ("kind", "half_year"),
            ("at", on),
            ("staff", by),
            ("items", "台帐；维修计划完成；班组责任；现场状况"),
            ("findings", "各单位台帐齐全，责任落实到班组"),
            ("score", score),
        ]));
    }
    s.office.add_sorted("inspections", all, "at");
}

fn filings(o: &mut Office) {
    for (kind, by, on) in [
        ("building_return", "T03", "2025-12-15"),
        ("annual_assessment", "T02", "2025-12-26"),
    ] {
        let f = Record::new().with(&[
            ("kind", kind),
            ("period", "2025年"),
            ("staff", by),
            ("submitted_on", on),
            ("approved_by", "T01"),
            (
                "approved_on",
                &show_day(within(read(on).unwrap_or_default().date(), 2)),
            ),
        ]);
        o.add("filings", f);
    }
}

fn plant(o: &mut Office) {
    let rule = |r: &str| format!("building-assets/{r}");
    let of = |o: &Office, n: usize, wanted: Size| {
        let sized = |r: &Record| size(r.get("estimate").parse().unwrap_or_default());
        o.nth("repairs", n, |r| {
            sized(r) == wanted && r.get("cause") != "misuse"
        })
    };
    let id = of(o, 3, Size::Small);
    o.find_mut("repairs", &id).set("filed_on", "");
    o.plant(
        &rule("approval-small"),
        "repairs",
        &id,
        "小维修没有报总经办备案",
    );

    let id = of(o, 1, Size::Large);
    let r = o.find_mut("repairs", &id);
    let started = r.day("started_at").to_owned();
    nested(r, "approvals")[1].set("on", started);
    o.plant(
        &rule("approval-large"),
        "repairs",
        &id,
        "总经理先批，总经办开工当天才审定",
    );

    let id = of(o, 2, Size::Medium);
    o.find_mut("repairs", &id)
        .set("settlement_docs", "工程量单；验收合格报告");
    o.plant(&rule("settlement"), "repairs", &id, "没有签证单就付了款");

    let id = of(o, 8, Size::Small);
    nested(o.find_mut("repairs", &id), "acceptances")
        .iter_mut()
        .for_each(|a| {
            a.set("by", "T08");
        });
    o.plant(
        &rule("accepted"),
        "repairs",
        &id,
        "主管自己验收，不是公司经理",
    );

    let id = o.nth("repairs", 1, |r| r.get("cause") == "misuse");
    o.find_mut("repairs", &id).set("discipline", "");
    o.plant(
        &rule("misuse"),
        "repairs",
        &id,
        "使用不当损坏，没有追究责任",
    );

    o.find_mut("buildings", "D02").set("team", "");
    o.plant(&rule("responsible"), "buildings", "D02", "没有责任班组");

    o.table_mut("inspections")
        .retain(|i| !(i.get("kind") == "monthly" && i.get("at").starts_with("2025-08")));
    o.plant_period(&rule("monthly-inspection"), "2025-08", "高温假期漏了月检");
}

fn nested<'a>(r: &'a mut Record, key: &str) -> &'a mut Vec<Record> {
    match r.nested.iter_mut().find(|(k, _)| *k == key) {
        Some((_, all)) => all,
        None => panic!("no {key}"),
    }
}

fn sheets() -> Vec<Sheet> {
    let labels = Spelling {
        labels: true,
        dates: Dates::Slash,
        by_name: &["responsible", "building", "surveyed_by"],
    };
    let excel = |kind, path| Sheet {
        shape: Shape::Csv {
            separator: b',',
            encoding: Encoding::Gb18030,
        },
        spelling: labels,
        ..Sheet::csv(kind, path)
    };
    vec![
        Sheet::csv("staff", "staff.csv"),
        excel("buildings", "buildings.csv"),
        Sheet {
            place: Place::Monthly("repairs", "received_at", "-维修"),
            shape: Shape::List,
            spelling: labels,
            ..Sheet::csv("repairs", "")
        },
        Sheet::csv("inspections", "inspections.csv"),
        Sheet {
            shape: Shape::List,
            ..Sheet::csv("filings", "filings.yaml")
        },
    ]
}
