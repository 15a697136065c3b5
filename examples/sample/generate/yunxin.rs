//! 云信通信: the general affairs of a telecom company, which keeps its premises by cycles and budgets.

use std::collections::BTreeMap;

use chrono::{Duration, NaiveDate};

use super::Made;
use super::clock::{at, day, days, show, show_day};
use super::office::Office;
use super::record::Record;
use super::rng::Deck;
use super::sheet::{Encoding, Shape, Sheet};
use super::spelling::{Dates, Spelling};
use super::story::Story;
use super::words::{Row, records, words};
use super::workdays::{self, after};

const REPAIRS: usize = 44;
/// Region, who plans for it, when the plan of the year was handed in.
const REGIONS: [(&str, &str, u32); 4] = [
    ("城区", "YX02", 15),
    ("江北县", "YX03", 20),
    ("江南县", "YX04", 22),
    ("翠湖县", "YX05", 17),
];

fn number(kind: &str, n: usize) -> String {
    match kind {
        "components" => format!("BW-{n:02}"),
        "plans" => format!("YX-JH-{n}"),
        "budgets" => format!("YS-{n}"),
        "suppliers" => format!("GF-{n}"),
        _ => format!("YX25-{n:03}"),
    }
}

/// The office, its office.yaml and how its records are written.
pub fn make(faults: bool) -> Made {
    let staff = records(include_str!("../offices/yunxin/staff.txt"));
    let mut s = Story::new(1_001, Office::new("yunxin", number), staff, false);
    *s.office.table_mut("buildings") = records(include_str!("../offices/yunxin/buildings.txt"));
    *s.office.table_mut("suppliers") = records(include_str!("../offices/yunxin/suppliers.txt"));
    components(&mut s);
    plans(&mut s);
    let mut scenes = Deck::new(words!("telecom"), &mut s.rng);
    for on in workdays::spread(&mut s.rng, REPAIRS, day(1, 9), day(11, 18)) {
        let scene = scenes.draw(&mut s.rng);
        let r = repair(&mut s, &scene, on);
        s.office.add("repairs", r);
    }
    budgets(&mut s.office);
    if faults {
        plant(&mut s.office);
    }
    let config = include_str!("../offices/yunxin/office.yaml").to_owned();
    (s.office, config, sheets())
}

/// What each building has, and in which years it was last serviced: none falls due before 2027.
fn components(s: &mut Story) {
    for b in s.office.table("buildings").to_vec() {
        let roof = match b.get("structure") {
            "砖木" => ("tile_roof", 2014, 2022),
            _ => ("felt_roof", 2019, 2023),
        };
        let all = [
            roof,
            ("roof_planned", 2024, 2025),
            ("doors_windows", 2021, 2024),
            ("exterior_plaster", 2022, 2024),
            ("utilities", 2025, 2025),
            ("interior", 2019, 2024),
        ];
        for (kind, first, last) in all {
            let year = i32::try_from(s.rng.range(first, last)).unwrap_or(2025);
            let from = NaiveDate::from_ymd_opt(year, 3, 10).unwrap_or_default();
            let on = from + days(s.rng.range(0, 240));
            let c = Record::new().with(&[
                ("building", b.id()),
                ("type", kind),
                ("last_serviced_on", &show_day(on)),
            ]);
            s.office.add("components", c);
        }
    }
}

fn plans(s: &mut Story) {
    for (region, by, on) in REGIONS {
        let content = format!("{region}局房和营业厅 2025 年维修项目，按周期列出部位、时间和概算");
        let p = Record::new().with(&[
            ("kind", "maintenance"),
            ("period", "2025"),
            ("staff", by),
            ("content", &content),
            ("prepared_on", &show_day(day(1, on - 4))),
            ("submitted_on", &show_day(day(1, on))),
            ("approved_by", "YX01"),
            ("approved_on", &show_day(day(1, on + 3))),
        ]);
        s.office.add("plans", p);
    }
}

fn region(o: &Office, building: &str) -> usize {
    let note = o.find("buildings", building).get("note");
    REGIONS.iter().position(|r| r.0 == note).unwrap_or(0)
}

fn repair(s: &mut Story, scene: &Row, on: NaiveDate) -> Record {
    let buildings = s.office.table("buildings").iter();
    let buildings: Vec<String> = buildings.map(|b| b.id().to_owned()).collect();
    let building = s.rng.pick(&buildings).clone();
    let at_region = region(&s.office, &building);
    let (name, by, _) = REGIONS[at_region];
    let urgent = scene.get("emergency") == "true";
    let received = at(on, 8, 30) + Duration::minutes(5 * s.rng.range(0, 100));
    let begins = if urgent {
        on
    } else {
        after(on, s.rng.range(5, 20))
    };
    let started = if urgent {
        received + Duration::minutes(90)
    } else {
        at(begins, 8, 30)
    };
    let done = if urgent {
        started + Duration::minutes(10 * s.rng.range(6, 30))
    } else {
        at(after(begins, s.rng.range(1, 8)), 17, 0)
    };
    let (low, high) = (scene.get("low").parse(), scene.get("high").parse());
    let cost = s.rng.range(low.unwrap_or(100), high.unwrap_or(100)) / 10 * 10;
    let mut r = Record::new().with(&[
        ("received_at", &show(received)),
        ("source", "inspection"),
        ("building", &building),
        ("recorded_by", by),
        ("region", name),
        ("started_at", &show(started)),
        ("completed_at", &show(done)),
        ("cost", &cost.to_string()),
        ("paid_by", "company"),
    ]);
    for field in [
        "part",
        "place",
        "description",
        "cause",
        "outcome",
        "emergency",
    ] {
        r.set(field, scene.get(field));
    }
    if !urgent {
        r.set("plan", format!("YX-JH-{}", at_region + 1));
    }
    let supplier = scene.get("supplier");
    if !supplier.is_empty() {
        let contract = format!(
            "YXHT-{}-{}",
            on.format("%Y%m%d"),
            supplier.replace("GF-", "")
        );
        r.set("supplier", supplier).set("contract_no", contract);
    }
    r
}

/// A region's budget leaves a tenth to what its repairs cost.
fn budgets(o: &mut Office) {
    let mut spent: BTreeMap<String, i64> = BTreeMap::new();
    for r in o.table("repairs") {
        let cost: i64 = r.get("cost").parse().unwrap_or_default();
        *spent.entry(r.get("region").to_owned()).or_default() += cost;
    }
    for (region, ..) in REGIONS {
        let sum = spent.get(region).copied().unwrap_or_default();
        let amount = (sum * 11 / 10 / 5_000 + 1) * 5_000;
        let b = Record::new().with(&[
            ("year", "2025"),
            ("region", region),
            ("amount", &amount.to_string()),
        ]);
        o.add("budgets", b);
    }
}

fn plant(o: &mut Office) {
    let rule = |r: &str| format!("premises-upkeep/{r}");
    let id = o.nth("repairs", 2, |r| r.has("plan"));
    o.find_mut("repairs", &id).set("plan", "");
    o.plant(
        &rule("planned-or-emergency"),
        "repairs",
        &id,
        "不在计划内，也不是应急",
    );

    let id = o.nth("repairs", 9, |r| r.has("supplier"));
    o.find_mut("repairs", &id).set("contract_no", "");
    o.plant(&rule("contract"), "repairs", &id, "没有合同号");

    let id = o.nth("repairs", 13, |r| r.has("supplier"));
    o.find_mut("repairs", &id).set("cause", "");
    o.plant(&rule("case-record"), "repairs", &id, "病历卡没有写诊断");

    let id = o.nth("repairs", 5, |r| r.has("plan"));
    let new = Record::new().with(&[
        ("name", "江南彩钢安装队"),
        ("evaluated_on", "2025-10-20"),
        ("framework_signed_on", "2025-12-01"),
    ]);
    let supplier = o.add("suppliers", new);
    o.find_mut("repairs", &id).set("supplier", supplier);
    o.plant(&rule("framework"), "repairs", &id, "先开工，后签框架协议");

    let id = o.nth("components", 1, |c| c.get("type") == "felt_roof");
    o.find_mut("components", &id)
        .set("last_serviced_on", "2017-05-20");
    o.plant(&rule("cycle"), "components", &id, "油毡屋面八年没有翻修");

    let id = o.nth("budgets", 1, |_| true);
    let amount: i64 = o
        .find("budgets", &id)
        .get("amount")
        .parse()
        .unwrap_or_default();
    o.find_mut("budgets", &id)
        .set("amount", (amount / 2).to_string());
    o.plant(&rule("budget"), "budgets", &id, "江北县全年维修超出预算")
        .period = "2025".into();
}

fn sheets() -> Vec<Sheet> {
    let labels = Spelling {
        labels: true,
        dates: Dates::Chinese,
        by_name: &["building", "supplier"],
    };
    let excel = |kind, path, encoding| Sheet {
        shape: Shape::Csv {
            separator: b',',
            encoding,
        },
        spelling: labels,
        ..Sheet::csv(kind, path)
    };
    vec![
        Sheet::csv("staff", "staff.csv"),
        excel("buildings", "buildings.csv", Encoding::Bom),
        excel("components", "components.csv", Encoding::Utf8),
        excel("repairs", "repairs.csv", Encoding::Gb18030),
        Sheet {
            shape: Shape::List,
            ..Sheet::csv("plans", "plans.yaml")
        },
        Sheet::csv("budgets", "budgets.csv"),
        Sheet {
            shape: Shape::Documents,
            ..Sheet::csv("suppliers", "suppliers.yaml")
        },
    ]
}
