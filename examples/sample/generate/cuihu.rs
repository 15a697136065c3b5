//! 翠湖花园管理处: a big estate that works under the revisit rates and the complaint policy.

use chrono::{Datelike, NaiveDate};

use super::clock::{self, at, days, later, read, show, show_day};
use super::complaint::{self, Desk};
use super::office::Office;
use super::record::Record;
use super::rng::Deck;
use super::sheet::{Encoding, Place, Shape, Sheet};
use super::spelling::{Dates, Spelling};
use super::story::{Block, Story, households};
use super::walk::{self, by_year_end, day_in, enquiries, in_season, questions, walk};
use super::words::{Row, records, words};
use super::{Made, survey};
use super::{cuihu_faults, cuihu_repairs};

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

/// How much happens in a year.
pub struct Size {
    homes: usize,
    complaints: usize,
    /// Repairs a month, at least and at most.
    pub repairs: (i64, i64),
    /// Walks a month in each area.
    walks: usize,
    enquiries: usize,
    /// Whether the year's last days leave something open.
    pub open: bool,
}
const BIG: Size = Size {
    homes: 236,
    complaints: 43,
    repairs: (10, 14),
    walks: 3,
    enquiries: 60,
    open: true,
};
const SMALL: Size = Size {
    homes: 60,
    complaints: 0,
    repairs: (3, 5),
    walks: 1,
    enquiries: 0,
    open: false,
};

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
    let mut s = story(&BIG);
    survey::handed_out(&mut s, "D-2025", 42, false);
    let config = cuihu_faults::plant(&mut s.office, include_str!("../offices/cuihu/office.yaml"));
    (s.office, config, sheets())
}

/// A smaller year without the planted faults, in which nothing is left open; its office.yaml is the caller's.
pub fn sound() -> Made {
    let office = story(&SMALL).office;
    (office, String::new(), sheets())
}

fn story(size: &Size) -> Story {
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
    households(&mut s, "翠湖花园", &BLOCKS, size.homes, 12);
    shops(&mut s);
    let desk = Desk {
        signer: "S04".into(),
        deputy: "S03".into(),
        trackers: vec!["S04".into(), "S06".into(), "S07".into()],
        reviewer: "S04".into(),
    };
    year(&mut s, &desk, size);
    s
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

fn year(s: &mut Story, desk: &Desk, size: &Size) {
    let mut scenes = Deck::new(words!("complaints"), &mut s.rng);
    let all: Vec<Row> = words!("repairs");
    let mut jobs = Vec::new();
    for received in complaint::days_of_year(s, size.complaints, 8) {
        let scene = in_season(&mut scenes, &mut s.rng, received.month());
        let customer = s.customer(|c| c.get("kind") != "company");
        let id = complaint::open(s, desk, &scene, &customer, received);
        jobs.extend(complaint::job(s, &all, &scene, &customer, received, &id));
    }
    cuihu_repairs::repairs(s, jobs, all, size);
    let ids: Vec<String> = s
        .office
        .table("complaints")
        .iter()
        .map(|c| c.id().to_owned())
        .collect();
    ids.iter().for_each(|id| complaint::close(s, desk, id));
    if size.open {
        still_open(s, desk);
    }
    cuihu_repairs::revisits(s);
    walks(s, size.walks);
    director(s);
    enquiries(s, size.enquiries);
    s.settle(notice);
    if size.open {
        long_texts(&mut s.office);
    }
}

/// The property officers walk their areas; what they are asked is nested in the visit.
fn walks(s: &mut Story, count: usize) {
    let mut talks = Deck::new(words!("patrols"), &mut s.rng);
    let mut asked = Deck::new(words!("questions"), &mut s.rng);
    for month in 1..=12 {
        for (officer, area) in [("S09", "东区"), ("S10", "西区"), ("S11", "北区")] {
            for _ in 0..count {
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
