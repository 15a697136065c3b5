//! 锦澜府营销中心: a sales office whose people phone every third day, invite every week, and hand over when they leave.

use aftercare::calendar::working;
use chrono::{Datelike, Duration, NaiveDate};

use super::Made;
use super::clock::{self, at, days, show, show_day};
use super::names::phone;
use super::office::Office;
use super::planned;
use super::record::Record;
use super::rng::Deck;
use super::sheet::{Encoding, Place, Shape, Sheet};
use super::spelling::{Dates, Spelling};
use super::story::Story;
use super::words::{Row, records, words};

const MANAGER: &str = "J2";
/// The salespeople and their days: the second's customers go to the third in the first days of July.
const SALES: [(&str, [(u32, u32); 2]); 3] = [
    ("J3", [(1, 1), (12, 31)]),
    ("J4", [(1, 1), (7, 4)]),
    ("J5", [(6, 30), (12, 31)]),
];
const SOURCES: [&str; 5] = ["A 类", "B 类", "B 类", "C 类", "C 类"];

fn number(kind: &str, n: usize) -> String {
    match kind {
        "customers" => format!("JK{n:03}"),
        "visits" => format!("JH-{n:04}"),
        "deals" => format!("JC-{n:03}"),
        "filings" => format!("JB-{n:03}"),
        "plans" => format!("JP-{n:03}"),
        _ => format!("JJ-{n}"),
    }
}

/// The office, its office.yaml and how its records are written; with the planted faults, or in good order.
pub fn make(planted: bool) -> Made {
    let office = Office::new("jinlan", number);
    let staff = records(include_str!("../offices/jinlan/staff.txt"));
    let mut s = Story::new(1802, office, staff, false);
    customers(&mut s);
    let mut calls = Deck::new(words!("housing-calls"), &mut s.rng);
    let mut invites = Deck::new(words!("housing-invites"), &mut s.rng);
    for (who, [from, to]) in SALES {
        let (from, to) = (clock::day(from.0, from.1), clock::day(to.0, to.1));
        phoned(&mut s, &mut calls, who, from, to);
        invited(&mut s, &mut invites, who, from, to);
    }
    s.settle(|_, v| panic!("{}: no notices here", v.id()));
    plans(&mut s);
    deals(&mut s);
    handover(&mut s);
    for week in 1..52 {
        filings(&mut s, clock::day(1, 6) + days(7 * (week - 1)));
    }
    if planted {
        faults(&mut s.office);
    }
    let config = include_str!("../offices/jinlan/office.yaml").to_owned();
    (s.office, config, sheets())
}

/// Whose a customer is in the end; who left has nobody any more.
fn customers(s: &mut Story) {
    for n in 0..46 {
        let (name, phone) = (s.names.next(&mut s.rng), phone(&mut s.rng));
        let c = Record::new().with(&[
            ("name", &name),
            ("kind", "prospect"),
            ("class", *s.rng.pick(&SOURCES)),
            ("phone", &phone),
            ("staff", if n % 2 == 0 { "J3" } else { "J5" }),
        ]);
        s.office.add("customers", c);
    }
}

fn customer_of(s: &mut Story, who: &str) -> String {
    let now = if who == "J4" { "J5" } else { who };
    s.customer(|c| c.get("staff") == now)
}

fn visit(s: &mut Story, who: &str, date: NaiveDate, method: &str, talk: &Row) -> Record {
    let customer = customer_of(s, who);
    let c = s.office.find("customers", &customer).clone();
    let when = at(date, 9, 30) + Duration::minutes(5 * s.rng.range(0, 100));
    Record::new().with(&[
        ("date", &show(when)),
        ("customer", &customer),
        ("staff", who),
        ("method", method),
        ("respondent", c.get("name")),
        ("content", talk.get("content")),
        ("opinion", talk.get("opinion")),
        ("reviewed_by", MANAGER),
        (
            "reviewed_on",
            &show_day((date + days(s.rng.range(0, 3))).min(clock::day(12, 31))),
        ),
        ("guidance", talk.get("guidance")),
    ])
}

/// A call every second or third day, from the first day to the last.
fn phoned(s: &mut Story, talks: &mut Deck<Row>, who: &str, from: NaiveDate, to: NaiveDate) {
    let mut date = from + days(s.rng.range(0, 2));
    while date <= to {
        let talk = talks.draw(&mut s.rng);
        let v = visit(s, who, date, "phone", &talk);
        s.visits.push(v);
        date += days(s.rng.range(2, 3));
    }
}

/// An invitation in every week from Saturday to Friday, mostly at the weekend.
fn invited(s: &mut Story, talks: &mut Deck<Row>, who: &str, from: NaiveDate, to: NaiveDate) {
    let mut saturday = from + days(i64::from(6 - (from.weekday().num_days_from_sunday())));
    while saturday <= to {
        let date = (saturday + days(*s.rng.pick(&[0, 0, 1, 1, 4]))).min(to);
        let talk = talks.draw(&mut s.rng);
        let v = visit(s, who, date, "invitation", &talk);
        s.visits.push(v);
        saturday += days(7);
    }
}

/// The schedules of the year's last weeks, each of the weekend before: from then on they were kept as records.
fn plans(s: &mut Story) {
    let late = |v: &&Record| v.day("date") >= "2025-11-03";
    for v in s.office.table("visits").to_vec().iter().filter(late) {
        let on = planned::date(v);
        let monday = on - days(i64::from(on.weekday().num_days_from_monday()));
        let purpose = match v.get("method") {
            "phone" => "了解看房后的想法",
            _ => "邀约到访看房",
        };
        let p = Record::new().with(&[
            ("kind", "visit"),
            ("staff", v.get("staff")),
            ("customer", v.get("customer")),
            ("purpose", purpose),
            ("method", v.get("method")),
            ("planned_on", &show_day(on)),
            ("prepared_on", &show_day(monday - days(2))),
            ("approved_by", MANAGER),
            ("approved_on", &show_day(monday - days(1))),
        ]);
        s.office.add("plans", p);
    }
}

fn deals(s: &mut Story) {
    let mut made = Vec::new();
    for month in 1..=12u32 {
        for _ in 0..s.rng.range(2, 4) {
            let on = clock::day(month, 1) + days(s.rng.range(0, 26));
            let who = match s.rng.range(0, 1) {
                0 => "J3",
                _ if on < clock::day(7, 4) => "J4",
                _ => "J5",
            };
            let customer = customer_of(s, who);
            let (block, floor) = (s.rng.range(1, 6), s.rng.range(2, 26));
            let area = *s.rng.pick(&[89, 105, 118, 128, 143]);
            let mut d = Record::new().with(&[
                ("staff", who),
                ("customer", &customer),
                ("on", &show_day(on)),
                (
                    "product",
                    &format!(
                        "{block} 号楼 {floor:02}{:02} 室 {area} 平",
                        s.rng.range(1, 4)
                    ),
                ),
            ]);
            d.set("amount", (area * s.rng.range(92, 128) * 100).to_string());
            made.push(d);
        }
    }
    s.office.add_sorted("deals", made, "on");
}

fn handover(s: &mut Story) {
    let h = Record::new().with(&[
        ("staff", "J4"),
        ("successor", "J5"),
        ("supervised_by", MANAGER),
        ("on", "2025-07-02"),
        ("customers_notified_on", "2025-07-05"),
        (
            "note",
            "名录簿一本、跟单表 61 张、认购书 3 份已点清；23 位客户由接替人逐一发短信告知。",
        ),
    ]);
    s.office.add("handovers", h);
}

/// A week's schedule, approved at the weekend before, and its report on the Monday after, or the Sunday where that is off.
fn filings(s: &mut Story, monday: NaiveDate) {
    let week = monday.iso_week();
    let period = format!("{}-W{:02}", week.year(), week.week());
    let planned = show_day(monday - days(s.rng.range(1, 2)));
    let f = Record::new().with(&[
        ("kind", "weekly_schedule"),
        ("period", &period),
        ("staff", "J3"),
        ("submitted_on", &planned),
        ("approved_by", MANAGER),
        ("approved_on", &planned),
    ]);
    s.office.add("filings", f);
    let next = monday + days(7);
    let worked = working::public().is_working_day(next) == Ok(true);
    let on = if worked { next } else { next - days(1) };
    let (from, to) = (show_day(monday), show_day(next));
    let dated = |kind: &str, field: &str| {
        let all = s.office.table(kind).iter();
        let within = all.filter(|r| r.day(field) >= from.as_str() && r.day(field) < to.as_str());
        within.count().to_string()
    };
    let (visits, deals) = (dated("visits", "date"), dated("deals", "on"));
    let mut f = Record::new().with(&[
        ("kind", "weekly_sales"),
        ("period", &period),
        ("staff", MANAGER),
        ("submitted_on", &show_day(on)),
        ("visits_done", &visits),
        ("deals", &deals),
    ]);
    f.set("new_customers", s.rng.range(0, 5).to_string());
    s.office.add("filings", f);
}

fn faults(o: &mut Office) {
    let name = |rule: &str| format!("housing-sales-visit/{rule}");
    gap(o, &name("every-two-days"));

    let week = "2025-08-16/2025-08-22";
    let id = o.nth("visits", 0, |v| {
        let on = v.day("date");
        v.get("staff") == "J5"
            && v.get("method") == "invitation"
            && ("2025-08-16".."2025-08-23").contains(&on)
    });
    o.find_mut("visits", &id).set("method", "phone");
    o.plant(
        &name("weekly-invitation"),
        "staff",
        "J5",
        "只打了电话，没有约访",
    )
    .period = week.into();

    let id = filing(o, "weekly_schedule", "2025-W12");
    o.find_mut("filings", &id).set("approved_by", "J1");
    o.plant(
        &name("schedule"),
        "filings",
        &id,
        "营销总监代批，不是销售经理",
    )
    .period = "2025-W12".into();

    let id = filing(o, "weekly_sales", "2025-W30");
    o.find_mut("filings", &id).set("submitted_on", "2025-07-29");
    o.plant(&name("monday-report"), "filings", &id, "周二才报")
        .period = "2025-W30".into();

    let id = filing(o, "weekly_sales", "2025-W44");
    let deals: i64 = o.find("filings", &id).get("deals").parse().unwrap_or(0);
    o.find_mut("filings", &id)
        .set("deals", (deals + 1).to_string());
    o.plant(&name("report-true"), "filings", &id, "把小订算作成交")
        .period = "2025-W44".into();

    let id = o.nth("visits", 150, |v| v.get("method") == "phone");
    let day = o.find("visits", &id).day("date").to_owned();
    o.find_mut("visits", &id).set("date", day);
    o.plant(&name("detailed"), "visits", &id, "只写了日期，没有几点");

    let id = o.nth("visits", 60, |v| v.get("method") == "invitation");
    o.find_mut("visits", &id).set("guidance", "");
    o.plant(&name("reviewed"), "visits", &id, "经理签了名，没有指导意见");
}

/// A call of April is written down as a text message: four to six days without a call.
fn gap(o: &mut Office, rule: &str) {
    let calls: Vec<(String, String)> = o
        .table("visits")
        .iter()
        .filter(|v| {
            v.get("staff") == "J3" && v.get("method") == "phone" && v.get("date") > "2025-04-10"
        })
        .map(|v| (v.id().to_owned(), v.day("date").to_owned()))
        .take(3)
        .collect();
    o.find_mut("visits", &calls[1].0).set("method", "sms");
    o.plant(rule, "staff", "J3", "清明后只发短信，没有打电话")
        .period = format!("{}/{}", calls[0].1, calls[2].1);
}

fn filing(o: &Office, kind: &str, period: &str) -> String {
    o.nth("filings", 0, |f| {
        f.get("kind") == kind && f.get("period") == period
    })
}

fn sheets() -> Vec<Sheet> {
    let labels = Spelling {
        labels: true,
        dates: Dates::Slash,
        by_name: &[],
    };
    vec![
        Sheet::csv("staff", "staff.csv"),
        Sheet {
            spelling: Spelling {
                by_name: &["staff"],
                ..labels
            },
            ..Sheet::csv("customers", "customers.csv")
        },
        Sheet {
            fits: |v| v.get("method") == "invitation",
            place: Place::File("visits/约访.csv"),
            shape: Shape::Csv {
                separator: b',',
                encoding: Encoding::Gb18030,
            },
            spelling: Spelling {
                by_name: &["staff", "reviewed_by"],
                ..labels
            },
            ..Sheet::csv("visits", "")
        },
        Sheet {
            place: Place::Monthly("visits", "date", ""),
            spelling: labels,
            ..Sheet::csv("visits", "")
        },
        Sheet {
            spelling: labels,
            ..Sheet::csv("plans", "plans.csv")
        },
        Sheet {
            shape: Shape::List,
            ..Sheet::csv("deals", "deals.yaml")
        },
        Sheet {
            shape: Shape::Csv {
                separator: b'\t',
                encoding: Encoding::Utf8,
            },
            ..Sheet::csv("filings", "filings.csv")
        },
        Sheet {
            shape: Shape::Documents,
            spelling: Spelling {
                by_name: &["staff", "successor", "supervised_by"],
                ..labels
            },
            ..Sheet::csv("handovers", "handovers.yaml")
        },
    ]
}
