//! 翠湖花园管理处: a big estate that works under the revisit rates and the complaint policy.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::clock::{self, at, days, later, office_hours, read, show, show_day};
use super::complaint::{self, Desk};
use super::cuihu_faults;
use super::office::Office;
use super::record::Record;
use super::repair::{Job, repair, reported, revisit, work};
use super::rng::Deck;
use super::sheet::{Encoding, Place, Shape, Sheet};
use super::spelling::{Dates, Spelling};
use super::story::{Block, Story, households};
use super::walk::{self, by_year_end, day_in, enquiries, in_season, questions, walk};
use super::words::{Row, records, words};
use super::{Made, survey};

const BLOCKS: [Block; 12] = [
    ("东区", "1栋", 2, 18, 3),
    ("东区", "2栋", 2, 18, 3),
    ("东区", "3栋", 2, 18, 3),
    ("东区", "4栋", 2, 18, 3),
    ("西区", "5栋", 2, 18, 3),
    ("西区", "6栋", 2, 18, 3),
    ("西区", "7栋", 2, 18, 3),
    ("西区", "8栋", 2, 18, 3),
    ("北区", "9栋", 2, 18, 3),
    ("北区", "10栋", 2, 18, 3),
    ("北区", "11栋", 2, 18, 3),
    ("北区", "12栋", 2, 17, 3),
];

fn number(kind: &str, n: usize) -> String {
    let letter = match kind {
        "customers" => "K",
        "repairs" => "R",
        "complaints" => "C",
        "visits" => "V",
        "work_orders" => "W",
        "calls" => "T",
        "surveys" => "Q",
        _ => "X",
    };
    format!("{letter}-{n:04}")
}

/// The office, its office.yaml and how its records are written.
pub fn make() -> Made {
    let office = Office::new("cuihu", number);
    let mut s = Story::new(
        20_250_101,
        office,
        records(include_str!("../offices/cuihu/staff.txt")),
        false,
    );
    *s.office.table_mut("plans") = records(include_str!("../offices/cuihu/plans.txt"));
    *s.office.table_mut("meetings") = records(include_str!("../offices/cuihu/meetings.txt"));
    *s.office.table_mut("campaigns") = records(include_str!("../offices/cuihu/campaigns.txt"));
    households(&mut s, "翠湖花园", &BLOCKS, 236, 12);
    shops(&mut s);
    let desk = Desk {
        signer: "S04".into(),
        deputy: "S03".into(),
        trackers: vec!["S04".into(), "S06".into(), "S07".into()],
        reviewer: "S04".into(),
    };
    year(&mut s, &desk);
    survey::handed_out(&mut s, "D-2025", 42, false);
    let config = cuihu_faults::plant(&mut s.office, include_str!("../offices/cuihu/office.yaml"));
    (s.office, config, sheets())
}

fn shops(s: &mut Story) {
    for (room, name, contact) in [
        ("01", "李记面馆", "李建平"),
        ("03", "康宁大药房翠湖店", "乔敏"),
        ("06", "小太阳托育中心", "尹静娴"),
        ("09", "顺达快递驿站", "段鹏飞"),
    ] {
        let phone = super::names::phone(&mut s.rng);
        let address = format!("翠湖花园底商 {room} 号");
        let c = Record::new().with(&[
            ("name", name),
            ("kind", "company"),
            ("contact", contact),
            ("phone", &phone),
            ("address", &address),
            ("building", "底商"),
            ("room", room),
            ("area", "东区"),
        ]);
        s.office.add("customers", c);
    }
}

fn year(s: &mut Story, desk: &Desk) {
    let mut scenes = Deck::new(words!("complaints"), &mut s.rng);
    let all: Vec<Row> = words!("repairs");
    let mut jobs = Vec::new();
    for received in complaint::days_of_year(s, 43, 8) {
        let scene = in_season(&mut scenes, &mut s.rng, received.month());
        let customer = s.customer(|c| c.get("kind") != "company");
        let id = complaint::open(s, desk, &scene, &customer, received);
        jobs.extend(complaint::job(s, &all, &scene, &customer, received, &id));
    }
    repairs(s, jobs, all);
    let ids: Vec<String> = s
        .office
        .table("complaints")
        .iter()
        .map(|c| c.id().to_owned())
        .collect();
    ids.iter().for_each(|id| complaint::close(s, desk, id));
    still_open(s, desk);
    revisits(s);
    walks(s);
    director(s);
    enquiries(s, 60);
    s.settle(notice);
    long_texts(&mut s.office);
}

fn repairs(s: &mut Story, mut jobs: Vec<Job>, all: Vec<Row>) {
    let crew = s.office.people("repair_worker", clock::day(1, 1));
    let mut scenes = Deck::new(all, &mut s.rng);
    for month in 1..=12 {
        for _ in 0..s.rng.range(10, 14) {
            let day = clock::day(
                month,
                u32::try_from(s.rng.range(1, if month == 12 { 19 } else { 27 })).unwrap_or(1),
            );
            let scene = in_season(&mut scenes, &mut s.rng, month);
            let shops = scene.get("place").contains("{h}");
            let customer = s.customer(|c| !shops || c.get("kind") != "company");
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
    for job in &jobs {
        repair(s, job, &crew);
    }
    // Reported in the year's last days: one is waiting for parts, two have just been done.
    for (day, pick, done) in [
        (27, "避雷带断开", true),
        (29, "厨房下水很慢", true),
        (30, "凉亭木座椅", false),
    ] {
        let Some(scene) = words!("repairs")
            .into_iter()
            .find(|r| r.get("description").contains(pick))
        else {
            panic!("no repair says {pick}");
        };
        let customer = s.customer(|c| c.get("kind") == "owner");
        let job = Job {
            scene: scene.clone(),
            received: at(clock::day(12, day), 9, 20),
            customer,
            complaint: None,
        };
        let mut r = reported(s, &job);
        if done {
            work(s, &mut r, &scene, at(clock::day(12, day + 1), 10, 0), &crew);
        }
        s.office.add("repairs", r);
    }
}

/// A month's repairs are shared out so that each role reaches its share; the manager comes on top.
fn revisits(s: &mut Story) {
    let mut months: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for r in s
        .office
        .table("repairs")
        .iter()
        .filter(|r| r.has("completed_at"))
    {
        months
            .entry(r.get("completed_at")[..7].to_owned())
            .or_default()
            .push(r.id().to_owned());
    }
    for (_, mut ids) in months {
        let n = ids.len();
        ids.retain(|id| s.scenes.contains_key(id));
        s.rng.shuffle(&mut ids);
        let (leads, supervisors, managers) = (
            (n * 3).div_ceil(5) + 1,
            (n * 3).div_ceil(10),
            n.div_ceil(10),
        );
        for (i, id) in ids.iter().enumerate() {
            let role = if i < leads {
                "repair_lead"
            } else {
                "supervisor"
            };
            in_time(s, id, role);
        }
        let more = supervisors.saturating_sub(ids.len() - leads.min(ids.len()));
        for id in ids.iter().take(more) {
            extra(s, id, "supervisor");
        }
        for id in ids.iter().rev().take(managers) {
            extra(s, id, "manager");
        }
    }
}

fn in_time(s: &mut Story, id: &str, role: &str) {
    let r = s.office.find("repairs", id).clone();
    let within = match r.get("category") {
        "leak" => 3,
        "safety" => 2,
        _ => 5,
    };
    let Some(done) = read(r.get("completed_at")) else {
        return;
    };
    let day = done.date() + days(s.rng.range(1, within));
    let date = office_hours(&mut s.rng, day);
    let grade = s.grade();
    let visitor = s.person(role, date.date());
    let mut v = revisit(s, id, &visitor, date, grade);
    if grade == "dissatisfied" {
        v.set("problem_found", "true")
            .set("follow_up", "已开整改通知，请维修班组返工后再回访。");
        s.reviewed(&mut v, date, "S02");
        s.three_signatures(&mut v, date.date());
        s.visits.push(v);
        let again = office_hours(&mut s.rng, (day + days(4)).min(clock::day(12, 31)));
        v = revisit(s, id, &visitor, again, "satisfied");
        v.set(
            "content",
            "返工后再次回访，查看返修部位，业主确认问题已经解决。",
        );
        s.reviewed(&mut v, again, "S02");
        s.visits.push(v);
        return;
    }
    s.reviewed(&mut v, date, "S02");
    if s.rng.chance(80) {
        s.three_signatures(&mut v, date.date());
    }
    s.visits.push(v);
}

fn extra(s: &mut Story, id: &str, role: &str) {
    let Some(done) = read(s.office.find("repairs", id).get("completed_at")) else {
        return;
    };
    let day = (done.date() + days(s.rng.range(1, 8))).min(clock::day(12, 31));
    let date = office_hours(&mut s.rng, day);
    let grade = if s.rng.chance(30) {
        "very_satisfied"
    } else {
        "satisfied"
    };
    let visitor = s.person(role, date.date());
    let mut v = revisit(s, id, &visitor, date, grade);
    s.reviewed(&mut v, date, "S01");
    s.visits.push(v);
}

/// The property officers walk their areas; what they are asked is nested in the visit.
fn walks(s: &mut Story) {
    let mut talks = Deck::new(words!("patrols"), &mut s.rng);
    let mut asked = Deck::new(words!("questions"), &mut s.rng);
    for month in 1..=12 {
        for (officer, area) in [("S09", "东区"), ("S10", "西区"), ("S11", "北区")] {
            for _ in 0..3 {
                let day = day_in(&mut s.rng, month, 28);
                let customer = s.customer(|c| c.get("area") == area && c.get("kind") != "company");
                let talk = in_season(&mut talks, &mut s.rng, month);
                let mut v = walk(s, &talk, officer, &customer, day, "S04");
                questions(s, &mut v, &mut asked, |s, row| question(s, row, day));
                s.visits.push(v);
            }
        }
    }
}

/// Answered at once or by the promised day, settled within the month that the policy allows.
fn question(s: &mut Story, row: &Row, day: NaiveDate) -> Record {
    let mut q = walk::question(row);
    let answerer = s.person("supervisor", day);
    let mut answered = day;
    if !s.rng.chance(55) {
        let promised = day + days(s.rng.range(3, 7));
        q.set("promised_on", show_day(promised));
        answered = promised - days(s.rng.range(0, 2));
    }
    let resolved = answered + days(s.rng.range(1, 18));
    q.set("answered_on", show_day(answered))
        .set("answered_by", answerer)
        .set("resolved_on", by_year_end(resolved));
    if s.rng.chance(15) {
        q.set("major", "true")
            .set("escalated_to", "S02")
            .set("escalated_on", show_day(day))
            .set("meeting", "M-02");
    }
    q
}

fn director(s: &mut Story) {
    let talks: Vec<Row> = words!("patrols")
        .into_iter()
        .filter(|r| r.get("purpose") == "relationship" && r.get("months").is_empty())
        .collect();
    let dates = [(1, 22), (3, 6), (5, 14), (7, 1), (9, 27), (10, 29)];
    for (i, (month, day)) in dates.into_iter().enumerate() {
        let customer = s.customer(|c| c.get("kind") == "owner");
        let talk = &talks[i % talks.len()];
        let mut v = walk(s, talk, "S01", &customer, clock::day(month, day), "S02");
        v.set("type", "special");
        s.visits.push(v);
    }
}

/// The notice that a visit which found a problem sends within a day.
fn notice(s: &mut Story, visit: &Record) -> Record {
    let Some(seen) = read(visit.get("date")) else {
        panic!("{} has no date", visit.id());
    };
    let issued = later(&mut s.rng, seen, 30, 240);
    let content = format!(
        "{}回访发现：{}请工程部两日内返工，完成后通知回访人复查。",
        visit.get("place"),
        visit.get("opinion")
    );
    Record::new().with(&[
        ("issued_at", &show(issued)),
        ("filled_by", visit.get("staff")),
        ("signed_by", "S02"),
        ("to_department", "工程部"),
        ("copies", "客服中心、工程部"),
        ("visit", visit.id()),
        ("repair", visit.get("repair")),
        ("content", &content),
        ("promised_on", &show_day(issued.date() + days(2))),
        ("received_by", "工程部值班"),
        ("reply", "已返工，业主确认。"),
        ("closed_on", &by_year_end(issued.date() + days(2))),
    ])
}

/// Two complaints of the last days are still being dealt with.
fn still_open(s: &mut Story, desk: &Desk) {
    for (day, pick) in [(29, "噪声大"), (30, "建议在北区增设")] {
        let Some(scene) = words!("complaints")
            .into_iter()
            .find(|r| r.get("summary").contains(pick))
        else {
            panic!("no complaint says {pick}");
        };
        let customer = s.customer(|c| c.get("kind") == "owner");
        let received = at(clock::day(12, day), 10, 40);
        let id = complaint::open(s, desk, &scene, &customer, received);
        s.office
            .find_mut("complaints", &id)
            .set("replied_at", show(at(clock::day(12, 31), 9, 10)));
    }
}

fn long_texts(office: &mut Office) {
    let walk = |v: &Record| v.get("type") == "regular" && v.nested.is_empty();
    let three = office.nth("visits", 12, walk);
    office.find_mut("visits", &three).set(
        "opinion",
        include_str!("../offices/three-lines.txt").trim_end(),
    );
    let long = office.nth("visits", 30, walk);
    office
        .find_mut("visits", &long)
        .set("opinion", include_str!("../offices/long.txt").trim_end());
    let cell = office.nth("visits", 40, |v| v.get("type") == "repair");
    office.find_mut("visits", &cell).set(
        "opinion",
        "一、修得及时；\n二、“闭水”做了两次，放心；\n三、希望把保修单也给我一份, 谢谢。",
    );
}

fn sheets() -> Vec<Sheet> {
    let chinese = Spelling {
        labels: true,
        dates: Dates::Slash,
        by_name: &[],
    };
    let excel = |kind, path, encoding| Sheet {
        shape: Shape::Csv {
            separator: b',',
            encoding,
        },
        spelling: chinese,
        ..Sheet::csv(kind, path)
    };
    vec![
        Sheet::csv("staff", "staff.csv"),
        Sheet::csv("customers", "customers.csv"),
        excel("repairs", "repairs.csv", Encoding::Gb18030),
        Sheet {
            spelling: Spelling {
                by_name: &[
                    "registered_by",
                    "handler",
                    "decided_by",
                    "tracker",
                    "about_staff",
                ],
                ..chinese
            },
            ..excel("complaints", "complaints.csv", Encoding::Bom)
        },
        Sheet {
            fits: |v| matches!(v.get("type"), "regular" | "special"),
            place: Place::Monthly("visits", "date", "-走访"),
            shape: Shape::List,
            ..Sheet::csv("visits", "")
        },
        Sheet {
            place: Place::Monthly("visits", "date", ""),
            ..Sheet::csv("visits", "")
        },
        Sheet::csv("work_orders", "work_orders.csv"),
        excel("calls", "calls.csv", Encoding::Utf8),
        Sheet {
            shape: Shape::Csv {
                separator: b';',
                encoding: Encoding::Utf8,
            },
            spelling: Spelling {
                labels: true,
                ..Spelling::PLAIN
            },
            ..Sheet::csv("surveys", "surveys.csv")
        },
        Sheet {
            shape: Shape::Documents,
            ..Sheet::csv("plans", "plans.yaml")
        },
        Sheet {
            shape: Shape::List,
            spelling: Spelling {
                labels: true,
                dates: Dates::Chinese,
                by_name: &[],
            },
            ..Sheet::csv("meetings", "meetings.yaml")
        },
        Sheet {
            shape: Shape::List,
            ..Sheet::csv("campaigns", "campaigns.yaml")
        },
    ]
}
