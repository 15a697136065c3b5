//! 汽博园物业: a park of showrooms whose contractors still answer for faults, under the warranty and complaint policies.

use chrono::{Datelike, Duration, NaiveDateTime};

use super::clock::{self, days, later, office_hours, read, show, show_day};
use super::complaint::{self, Desk};
use super::names::phone;
use super::office::Office;
use super::record::Record;
use super::repair::{Job, reported, revisit};
use super::rng::Deck;
use super::sheet::{Encoding, Place, Shape, Sheet};
use super::spelling::{Dates, Spelling};
use super::story::Story;
use super::words::{Row, records, words};
use super::{Made, pictures, qibo_faults};

/// (project, area, building)
const BUILDINGS: [(&str, &str, &str); 8] = [
    ("GC-01", "一期", "A1馆"),
    ("GC-01", "一期", "A2馆"),
    ("GC-01", "一期", "A3馆"),
    ("GC-02", "二期", "B1馆"),
    ("GC-02", "二期", "B2馆"),
    ("GC-02", "二期", "B3馆"),
    ("GC-03", "商业街", "商业街"),
    ("GC-04", "检测中心", "检测中心"),
];
const TRADES: [&str; 12] = [
    "新能源汽车体验店",
    "汽车销售服务有限公司",
    "二手车行",
    "汽车美容",
    "轮胎服务部",
    "汽车配件商行",
    "钣喷中心",
    "汽车音响",
    "代驾服务部",
    "检测站",
    "车险门店",
    "咖啡馆",
];
const BRANDS: [&str; 14] = [
    "云驰", "嘉辰", "顺昌", "鑫泰", "远景", "捷安", "恒信", "众邦", "启明", "赤焰", "翔宇", "博远",
    "天瑞", "德隆",
];

/// The month in which the office began to work under its policies.
const START: u32 = 3;

fn number(kind: &str, n: usize) -> String {
    match kind {
        "customers" => format!("SH{n:02}"),
        "repairs" => format!("QB-R-2025-{n:04}"),
        "complaints" => format!("QB-C-2025-{n:03}"),
        "visits" => format!("QB-V-2025-{n:04}"),
        "work_orders" => format!("QB-W-2025-{n:03}"),
        "filings" => format!("TZ-2025-{n:02}"),
        _ => format!("QB-T-{n:04}"),
    }
}

/// The office, its office.yaml and how its records are written.
pub fn make() -> Made {
    let mut office = story(START).office;
    let config = qibo_faults::plant(&mut office, include_str!("../offices/qibo/office.yaml"));
    (office, config, sheets())
}

/// The same office without the planted faults, noting everything from January on; its office.yaml is the caller's.
pub fn sound() -> Made {
    let mut office = story(1).office;
    office
        .find_mut("projects", "GC-04")
        .set("commitment_signed_on", "2025-05-28");
    (office, String::new(), sheets())
}

/// The year, with all that the policies ask for from a month on.
fn story(first: u32) -> Story {
    let office = Office::new("qibo", number);
    let mut s = Story::new(
        199,
        office,
        records(include_str!("../offices/qibo/staff.txt")),
        false,
    );
    *s.office.table_mut("projects") = records(include_str!("../offices/qibo/projects.txt"));
    shops(&mut s);
    let desk = Desk {
        signer: "1006".into(),
        deputy: "1002".into(),
        trackers: vec!["1003".into()],
        reviewer: "1001".into(),
    };
    year(&mut s, &desk, first);
    ledgers(&mut s, first);
    s.office.loose.extend(pictures::files());
    s
}

fn shops(s: &mut Story) {
    let mut brands = Deck::new(BRANDS.to_vec(), &mut s.rng);
    let mut trades = Deck::new(TRADES.to_vec(), &mut s.rng);
    for (_, area, building) in BUILDINGS {
        for room in 1..=s.rng.range(3, 5) {
            let name = format!(
                "{}{}（{building}{room:02}）",
                brands.draw(&mut s.rng),
                trades.draw(&mut s.rng)
            );
            let (contact, phone) = (s.names.next(&mut s.rng), phone(&mut s.rng));
            let c = Record::new().with(&[
                ("name", &name),
                ("kind", "company"),
                ("contact", &contact),
                ("phone", &phone),
                ("building", building),
                ("room", &format!("{room:02}")),
                ("area", area),
            ]);
            s.office.add("customers", c);
        }
    }
}

fn year(s: &mut Story, desk: &Desk, first: u32) {
    let all: Vec<Row> = words!("warranty");
    let mut scenes = Deck::new(words!("complaints-park"), &mut s.rng);
    let mut jobs = Vec::new();
    for received in complaint::days_of_year(s, 17, 5) {
        let scene = scenes.draw(&mut s.rng);
        let customer = s.customer(in_warranty);
        let id = complaint::open(s, desk, &scene, &customer, received);
        jobs.extend(complaint::job(s, &all, &scene, &customer, received, &id));
    }
    let mut scenes = Deck::new(all, &mut s.rng);
    for month in 1..=12 {
        for _ in 0..s.rng.range(5, 8) {
            let day = super::walk::day_in(&mut s.rng, month, 26);
            // The street's warranty has run out in March, the test centre was taken over in June.
            let customer = s.customer(|c| match c.get("area") {
                "商业街" => month <= 3,
                "检测中心" => month >= 7,
                _ => true,
            });
            let scene = scenes.draw(&mut s.rng);
            let received = office_hours(&mut s.rng, day);
            jobs.push(Job {
                scene,
                received,
                customer,
                complaint: None,
            });
        }
    }
    jobs.sort_by_key(|j| j.received);
    jobs.iter().for_each(|j| warranty(s, j, first));
    let ids: Vec<String> = s
        .office
        .table("complaints")
        .iter()
        .map(|c| c.id().to_owned())
        .collect();
    ids.iter().for_each(|id| complaint::close(s, desk, id));
    s.settle(|_, v| panic!("{}: no notices here", v.id()));
}

fn in_warranty(c: &Record) -> bool {
    matches!(c.get("area"), "一期" | "二期")
}

/// Before the office's start its clerks noted little more than what was done.
fn warranty(s: &mut Story, job: &Job, first: u32) {
    let area = s
        .office
        .find("customers", &job.customer)
        .get("area")
        .to_owned();
    let project = BUILDINGS.iter().find(|b| b.1 == area).map_or("", |b| b.0);
    let mut r = reported(s, job);
    r.set("kind", "warranty")
        .set("project", project)
        .set("scope", "")
        .set("dispatched_at", "");
    if job.complaint.is_none() {
        r.set("source", "warranty");
    }
    let known = if job.received.month() >= first {
        survey(s, &mut r, job)
    } else {
        job.received
    };
    let started = match job.scene.get("cause") {
        "design" => difficult(s, &mut r, known),
        "construction" => contractor(s, &mut r, job, project, known),
        _ => answered(s, &mut r, job, known),
    };
    finish(s, &mut r, job, started);
    let id = s.office.add("repairs", r);
    s.scenes.insert(id.clone(), job.scene.clone());
    after(s, &id);
}

fn survey(s: &mut Story, r: &mut Record, job: &Job) -> NaiveDateTime {
    let at = later(&mut s.rng, job.received, 30, 300);
    let by = *s.rng.pick(&["1006", "1007"]);
    let shots = s.rng.range(1, 4);
    let turn = at.day() + at.month();
    let photos = pictures::named(job.scene.get("part"), turn as usize, shots as usize);
    r.set("surveyed_at", show(at))
        .set("surveyed_by", by)
        .set("survey_findings", job.scene.get("findings"))
        .set("cause", job.scene.get("cause"))
        .set("photos", photos);
    at
}

/// Design faults go to the developer's engineering department and take long.
fn difficult(s: &mut Story, r: &mut Record, known: NaiveDateTime) -> NaiveDateTime {
    let day = known.date() + days(1);
    r.set("routed_to", "公司工程管理部")
        .set("responsible_party", "设计单位")
        .set("difficult", "true");
    r.set("escalated_on", show_day(day));
    let begins = day + days(s.rng.range(6, 12));
    office_hours(&mut s.rng, begins)
}

fn contractor(
    s: &mut Story,
    r: &mut Record,
    job: &Job,
    project: &str,
    known: NaiveDateTime,
) -> NaiveDateTime {
    let firm = s
        .office
        .find("projects", project)
        .get("contractor")
        .to_owned();
    r.set("responsible_party", firm.as_str());
    if s.rng.chance(18) {
        r.set("delegated", "true");
        let applied = apply(s, r, known);
        return later(&mut s.rng, applied + days(1), 0, 120);
    }
    let notified = later(&mut s.rng, known, 20, 180);
    r.set("notified_at", show(notified));
    if s.rng.chance(14) {
        // Nothing arranged within a day: the office mends at the contractor's cost.
        let applied = apply(s, r, notified + days(1));
        return later(&mut s.rng, applied, 60, 120);
    }
    let arranged = later(&mut s.rng, notified, 60, 420);
    let arrived = later(&mut s.rng, arranged, 60, 300);
    r.set("arranged_at", show(arranged))
        .set("arrived_at", show(arrived))
        .set("paid_by", "contractor");
    r.set("agreed_work", job.scene.get("work"))
        .set("agreed_on", show_day(arrived.date()));
    if job.scene.get("part") == "roof_waterproofing" && s.rng.chance(60) {
        r.set("weather_hold", "true");
        let dry = arrived.date() + days(s.rng.range(4, 8));
        return office_hours(&mut s.rng, dry);
    }
    later(&mut s.rng, arrived, 30, 90)
}

/// An application for repair, approved within the day; the retention money pays.
fn apply(s: &mut Story, r: &mut Record, from: NaiveDateTime) -> NaiveDateTime {
    let on = later(&mut s.rng, from, 60, 180);
    r.set("application_by", "1007")
        .set("application_on", show_day(on.date()))
        .set("application_approved_by", "1001")
        .set("application_approved_on", show_day(on.date()))
        .set("paid_by", "retention");
    on
}

fn answered(s: &mut Story, r: &mut Record, job: &Job, known: NaiveDateTime) -> NaiveDateTime {
    let replied = later(&mut s.rng, known, 30, 180);
    let misused = job.scene.get("cause") == "misuse";
    r.set("replied_at", show(replied));
    r.set("paid_by", if misused { "owner" } else { "company" });
    later(&mut s.rng, replied, 120, 600)
}

fn finish(s: &mut Story, r: &mut Record, job: &Job, started: NaiveDateTime) {
    let done = later(&mut s.rng, started + Duration::hours(2), 0, 300).min(clock::at(
        clock::day(12, 30),
        17,
        0,
    ));
    let crew = s.office.people("repair_worker", clock::day(1, 1));
    let materials = job.scene.get("materials");
    let who = r.get("reporter").to_owned();
    r.set("assigned_to", s.rng.pick(&crew).as_str())
        .set("materials", if materials == "无" { "" } else { materials })
        .set("started_at", show(started))
        .set("completed_at", show(done.max(started)))
        .set("attempts", "1")
        .set("outcome", job.scene.get("outcome"))
        .set("user_signed_by", who);
    if r.get("paid_by") == "retention" {
        let cost = s.rng.range(8, 90) * 40;
        r.set("cost", cost.to_string())
            .set("owner_signed_by", "云州汽博置业客户服务部");
    }
}

/// Four of five repairs are asked about; two attempts that did not help lead to an application.
fn after(s: &mut Story, id: &str) {
    if !s.rng.chance(80) {
        return;
    }
    let r = s.office.find("repairs", id).clone();
    let done = read(r.get("completed_at")).unwrap_or_default();
    let on = (done.date() + days(s.rng.range(1, 6))).min(clock::day(12, 31));
    let date = office_hours(&mut s.rng, on);
    let visitor = s.person("service_officer", on);
    let twice = r.get("paid_by") == "contractor" && s.rng.chance(14);
    let grade = if twice { "dissatisfied" } else { s.grade() };
    let mut v = revisit(s, id, &visitor, date, grade);
    for field in ["fee_checked", "problem_found", "attitude_asked"] {
        v.set(field, "");
    }
    v.set("type", "warranty");
    if grade == "dissatisfied" && r.get("paid_by") == "contractor" {
        // The second attempt failed too.
        let applied = show_day(on);
        s.office
            .find_mut("repairs", id)
            .set("attempts", "2")
            .set("application_by", "1007")
            .set("application_on", applied.as_str())
            .set("application_approved_by", "1001")
            .set("application_approved_on", applied)
            .set("paid_by", "retention");
    }
    s.reviewed(&mut v, date, "1003");
    s.visits.push(v);
}

/// The ledger of each month, handed in by the fifth of the next; December's on the year's last day.
fn ledgers(s: &mut Story, first: u32) {
    for month in first..=12 {
        let on = if month == 12 {
            clock::day(12, 31)
        } else {
            clock::day(month + 1, 1) + days(s.rng.range(1, 4))
        };
        let approved = if month == 12 { on } else { on + days(1) };
        let f = Record::new().with(&[
            ("kind", "ledger"),
            ("period", &format!("2025年{month}月")),
            ("staff", "1004"),
            ("submitted_on", &show_day(on)),
            ("approved_by", "1001"),
            ("approved_on", &show_day(approved)),
        ]);
        s.office.add("filings", f);
    }
}

fn sheets() -> Vec<Sheet> {
    let labels = Spelling {
        labels: true,
        dates: Dates::Slash,
        by_name: &[],
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
        Sheet::csv("customers", "customers.csv"),
        Sheet {
            shape: Shape::Documents,
            ..Sheet::csv("projects", "projects.yaml")
        },
        Sheet {
            place: Place::Monthly("repairs", "received_at", ""),
            ..Sheet::csv("repairs", "")
        },
        Sheet {
            spelling: Spelling {
                by_name: &["registered_by", "handler", "customer"],
                ..labels
            },
            ..excel("complaints", "complaints.csv")
        },
        excel("visits", "visits.csv"),
        Sheet {
            shape: Shape::List,
            ..Sheet::csv("work_orders", "work_orders.yaml")
        },
        excel("filings", "filings.csv"),
        Sheet::csv("calls", "calls.csv"),
    ]
}
