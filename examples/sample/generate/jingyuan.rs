//! 景园管理处: a property office that looks at its buildings every day and has their common parts mended, under the policy on
//! maintenance of common parts.

use chrono::{Duration, NaiveDate};

use super::Made;
use super::clock::{at, day, days, read, show, show_day};
use super::names::phone;
use super::office::Office;
use super::record::Record;
use super::rng::Deck;
use super::sheet::{Encoding, Place, Shape, Sheet};
use super::spelling::{Dates, Spelling};
use super::story::Story;
use super::words::{Row, records, words};
use super::workdays::{self, after};

const REPAIRS: usize = 30;
const OFFICERS: [&str; 3] = ["J02", "J03", "J04"];
/// What is looked at on a day's round; a week brings all of it.
const ROUNDS: [&str; 7] = [
    "1 至 3 栋屋面、外墙",
    "4 至 6 栋屋面、外墙",
    "7 至 9 栋屋面、外墙",
    "楼道、门窗、照明",
    "地下车库、设备房",
    "道路、围墙、排水",
    "儿童乐园、广场设施",
];
const SEEN: [&str; 7] = [
    "雨落管被树叶堵住，已清",
    "灭火器箱门没关，已复位",
    "井盖松动，垫平",
    "楼道堆物，通知住户搬走",
    "草坪灯罩脱落，已装回",
    "地库标线磨损，已报维修",
    "防火门没有关，已关闭",
];

fn number(kind: &str, n: usize) -> String {
    match kind {
        "repairs" => format!("JY-R{n:03}"),
        "inspections" => format!("JY-J{n:04}"),
        "work_orders" => format!("JY-L{n:02}"),
        _ => format!("GY-{n}"),
    }
}

/// The office, its office.yaml and how its records are written.
pub fn make(faults: bool) -> Made {
    let staff = records(include_str!("../offices/jingyuan/staff.txt"));
    let mut s = Story::new(4_401, Office::new("jingyuan", number), staff, false);
    *s.office.table_mut("suppliers") = records(include_str!("../offices/jingyuan/suppliers.txt"));
    let mut scenes = Deck::new(words!("common"), &mut s.rng);
    for on in workdays::spread(&mut s.rng, REPAIRS, day(1, 6), day(11, 14)) {
        let scene = scenes.draw(&mut s.rng);
        let r = repair(&mut s, &scene, on);
        s.office.add("repairs", r);
    }
    inspections(&mut s);
    orders(&mut s.office);
    if faults {
        plant(&mut s.office);
    }
    let config = include_str!("../offices/jingyuan/office.yaml").to_owned();
    (s.office, config, sheets())
}

/// Found or reported, surveyed, planned, approved, mended and accepted.
fn repair(s: &mut Story, scene: &Row, on: NaiveDate) -> Record {
    let received = at(on, 8, 20) + Duration::minutes(5 * s.rng.range(0, 100));
    let officer = *s.rng.pick(&OFFICERS);
    let surveyed = at(after(on, 1), 9, 0) + Duration::minutes(5 * s.rng.range(0, 60));
    let source = *s
        .rng
        .pick(&["inspection", "inspection", "owner", "owner", "complaint"]);
    let mut r = Record::new().with(&[
        ("received_at", &show(received)),
        ("source", source),
        ("kind", "public"),
        ("recorded_by", officer),
        ("surveyed_at", &show(surveyed)),
        ("surveyed_by", *s.rng.pick(&["J05", "J06"])),
        ("survey_findings", scene.get("findings")),
        ("responsible_party", scene.get("responsible")),
    ]);
    for field in ["scope", "place", "part", "description", "cause"] {
        r.set(field, scene.get(field));
    }
    if source != "inspection" {
        let who = s.names.next(&mut s.rng);
        r.set("reporter", who).set("phone", phone(&mut s.rng));
    }
    if scene.get("scope") == "adjoining" {
        r.set("kind", "request").set("coordinated_by", officer);
    }
    let ready = approve(s, &mut r, scene, surveyed.date());
    let begins = after(ready, s.rng.range(1, 5));
    let lasts: i64 = scene.get("days").parse().unwrap_or_default();
    let done = begins + days(lasts);
    r.set("supplier", scene.get("supplier"))
        .set("started_at", show(at(begins, 8, 30)))
        .set("completed_at", show(at(done, 17, 0)))
        .set("outcome", scene.get("outcome"));
    if scene.get("supplier").is_empty() {
        r.set("assigned_to", "J07");
    }
    accept(s, &mut r, done);
    r
}

/// The plan of repair and who agrees to it; the day of the last.
fn approve(s: &mut Story, r: &mut Record, scene: &Row, from: NaiveDate) -> NaiveDate {
    let approved = after(from, s.rng.range(1, 4));
    let by = r.get("recorded_by").to_owned();
    r.set("proposal", scene.get("work"))
        .set("proposed_by", by)
        .set("plan_approved_by", "J05")
        .set("plan_approved_on", show_day(approved));
    if r.get("source") != "inspection" {
        r.set("feedback_on", show_day(after(approved, s.rng.range(0, 1))));
    }
    if scene.get("committee").is_empty() {
        return approved;
    }
    let agreed = after(approved, s.rng.range(5, 12));
    r.set("committee_required", "true")
        .set("committee_approved_on", show_day(agreed));
    agreed
}

/// One acceptance in six fails at first.
fn accept(s: &mut Story, r: &mut Record, done: NaiveDate) {
    let by = *s.rng.pick(&["J05", "J05", "J06"]);
    let verdict = |on: NaiveDate, result: &str, issues: &str| {
        Record::new().with(&[
            ("on", &show_day(on)),
            ("by", by),
            ("participants", "工程部；管理处；施工人员"),
            ("content", r.get("outcome")),
            ("issues", issues),
            ("result", result),
        ])
    };
    let first = after(done, 1);
    let all = if s.rng.chance(17) {
        let again = after(first, s.rng.range(2, 5));
        vec![
            verdict(first, "fail", "收边不齐，现场未清理"),
            verdict(again, "pass", ""),
        ]
    } else {
        vec![verdict(first, "pass", "")]
    };
    r.nested.push(("acceptances", all));
}

/// The round of each day, and a check of each site on every day of its work.
fn inspections(s: &mut Story) {
    let mut all: Vec<Record> = Vec::new();
    let mut seen = Deck::new(SEEN.to_vec(), &mut s.rng);
    for (n, items) in ROUNDS.iter().cycle().take(365).enumerate() {
        let on = day(1, 1) + days(i64::try_from(n).unwrap_or(0));
        let begins = at(on, 8, 0) + Duration::minutes(5 * s.rng.range(0, 60));
        let findings = if s.rng.chance(9) {
            seen.draw(&mut s.rng)
        } else {
            "正常"
        };
        all.push(Record::new().with(&[
            ("kind", "daily"),
            ("at", &show(begins)),
            ("staff", OFFICERS[n % 3]),
            ("items", items),
            ("findings", findings),
        ]));
    }
    for r in s.office.table("repairs").to_vec() {
        let last = read(r.day("completed_at")).unwrap_or_default().date();
        let mut on = read(r.day("started_at")).unwrap_or_default().date();
        while on <= last {
            all.push(site(s, r.id(), on));
            on += days(1);
        }
    }
    s.office.add_sorted("inspections", all, "at");
}

fn site(s: &mut Story, repair: &str, on: NaiveDate) -> Record {
    let begins = at(on, 10, 0) + Duration::minutes(5 * s.rng.range(0, 70));
    let (findings, corrected) = match s.rng.range(1, 10) {
        1 => ("基层没有清理就施工，要求返工", "false"),
        2 => ("材料堆在消防通道，已移走", "true"),
        3 => ("工人没戴安全帽，当场纠正", "true"),
        _ => ("按方案施工，现场整洁", "true"),
    };
    Record::new().with(&[
        ("kind", "construction"),
        ("at", &show(begins)),
        ("repair", repair),
        ("staff", *s.rng.pick(&OFFICERS)),
        ("items", "方案执行；材料；安全；卫生"),
        ("findings", findings),
        ("corrected", corrected),
    ])
}

/// What was not put right at once goes to the contractor in writing.
fn orders(o: &mut Office) {
    let open = o.table("inspections").iter();
    let open: Vec<Record> = open
        .filter(|i| i.get("corrected") == "false")
        .cloned()
        .collect();
    for i in open {
        let supplier = o
            .find("repairs", i.get("repair"))
            .get("supplier")
            .to_owned();
        let to = match supplier.as_str() {
            "" => "工程部维修班".to_owned(),
            id => o.find("suppliers", id).get("name").to_owned(),
        };
        let at = read(i.get("at")).unwrap_or_default() + Duration::minutes(45);
        let closed = show_day(at.date() + days(1));
        let w = Record::new().with(&[
            ("issued_at", &show(at)),
            ("filled_by", i.get("staff")),
            ("signed_by", "J05"),
            ("to_department", &to),
            ("copies", "工程部；管理处"),
            ("inspection", i.id()),
            (
                "content",
                "现场检查发现基层没有清理，请停工返工，次日复查。",
            ),
            ("promised_on", &closed),
            ("received_by", "现场负责人"),
            ("reply", "已返工，请复查"),
            ("closed_on", &closed),
        ]);
        o.add("work_orders", w);
    }
}

fn plant(o: &mut Office) {
    let rule = |r: &str| format!("property-maintenance/{r}");
    let public = |r: &Record| r.get("scope") == "public";
    o.table_mut("inspections")
        .retain(|i| !(i.get("kind") == "daily" && i.get("at").starts_with("2025-10-03")));
    o.plant_period(&rule("daily-inspection"), "2025-10-03", "国庆假期漏了一天");

    let long = o.nth("repairs", 1, |r| {
        r.day("completed_at") > r.day("started_at") && public(r)
    });
    let on = o.find("repairs", &long).day("completed_at").to_owned();
    let sound = |i: &Record| i.get("repair") != long || i.day("at") != on;
    let ordered = o.nth("inspections", 0, |i| !sound(i));
    o.table_mut("inspections").retain(|i| i.id() != ordered);
    o.table_mut("work_orders")
        .retain(|w| w.get("inspection") != ordered);
    o.plant(
        &rule("site-checked"),
        "repairs",
        &long,
        "完工当天没有到现场检查",
    )
    .period = on;

    let id = o.nth("repairs", 4, public);
    let started = read(o.find("repairs", &id).day("started_at")).unwrap_or_default();
    let late = show_day(started.date() + days(1));
    o.find_mut("repairs", &id).set("plan_approved_on", late);
    o.plant(
        &rule("plan-approved"),
        "repairs",
        &id,
        "开工第二天才审批方案",
    );

    let id = o.nth("repairs", 1, |r| r.has("committee_required"));
    o.find_mut("repairs", &id).set("committee_approved_on", "");
    o.plant(
        &rule("committee"),
        "repairs",
        &id,
        "须业委会审批，没有批就开工",
    );

    let id = o.nth("repairs", 9, public);
    if let Some((_, all)) = o.find_mut("repairs", &id).nested.first_mut() {
        all.retain(|a| a.get("result") == "pass");
        all[0].set("result", "fail").set("issues", "有渗水痕迹");
    }
    o.plant(&rule("accepted"), "repairs", &id, "验收不合格，没有再验收");

    let id = o.nth("repairs", 6, |r| public(r) && !r.has("supplier"));
    let new = Record::new().with(&[("name", "小李水电维修"), ("evaluated_on", "2025-12-10")]);
    let supplier = o.add("suppliers", new);
    o.find_mut("repairs", &id).set("supplier", supplier);
    o.plant(
        &rule("supplier-evaluated"),
        "repairs",
        &id,
        "施工以后才评审施工单位",
    );

    let id = o.nth("repairs", 0, |r| r.get("scope") == "adjoining");
    o.find_mut("repairs", &id).set("coordinated_by", "");
    o.plant(&rule("adjoining"), "repairs", &id, "异产毗连部位没有协调人");

    let gone = o.nth("work_orders", 1, |_| true);
    let inspection = o.find("work_orders", &gone).get("inspection").to_owned();
    o.table_mut("work_orders").retain(|w| w.id() != gone);
    o.plant(
        &rule("uncorrected-ordered"),
        "inspections",
        &inspection,
        "没有纠正，也没有发联系单",
    );
}

fn sheets() -> Vec<Sheet> {
    let labels = Spelling {
        labels: true,
        dates: Dates::Slash,
        by_name: &["staff", "supplier", "surveyed_by"],
    };
    let excel = |kind, path| Sheet {
        shape: Shape::Csv {
            separator: b',',
            encoding: Encoding::Bom,
        },
        spelling: labels,
        ..Sheet::csv(kind, path)
    };
    vec![
        Sheet::csv("staff", "staff.csv"),
        Sheet {
            place: Place::Each("repairs"),
            shape: Shape::Single,
            ..Sheet::csv("repairs", "")
        },
        Sheet {
            fits: |i| i.get("kind") == "daily",
            place: Place::Monthly("inspections", "at", "-日检"),
            ..excel("inspections", "")
        },
        excel("inspections", "inspections/施工检查.csv"),
        Sheet {
            shape: Shape::List,
            ..Sheet::csv("work_orders", "work_orders.yaml")
        },
        Sheet::csv("suppliers", "suppliers.csv"),
    ]
}
