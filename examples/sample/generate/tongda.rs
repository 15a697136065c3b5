//! 通达油品: fuel stations whose service department texts every day, phones every week and calls on its big customers.

use std::collections::BTreeMap;

use aftercare::calendar::working;
use chrono::{Datelike, Duration, NaiveDate};

use super::clock::{self, at, days, show, show_day};
use super::names::phone;
use super::office::Office;
use super::record::Record;
use super::rng::Deck;
use super::sheet::{Place, Shape, Sheet};
use super::spelling::{Dates, Spelling};
use super::story::Story;
use super::walk::in_season;
use super::words::{Row, records, words};
use super::{Made, workdays};

const CLERKS: [&str; 2] = ["T02", "T03"];
const TECHNICIANS: [&str; 2] = ["T04", "T05"];

fn number(kind: &str, n: usize) -> String {
    match kind {
        "customers" => format!("C{n:02}"),
        _ => format!("V{n:03}"),
    }
}

/// The office, its office.yaml and how its records are written; with the planted faults, or in good order.
pub fn make(planted: bool) -> Made {
    let office = Office::new("tongda", number);
    let staff = records(include_str!("../offices/tongda/staff.txt"));
    let mut s = Story::new(95_92, office, staff, false);
    for mut c in records(include_str!("../offices/tongda/customers.txt")) {
        let (contact, phone) = (s.names.next(&mut s.rng), phone(&mut s.rng));
        c.set("kind", "company")
            .set("contact", contact)
            .set("phone", phone);
        s.office.add("customers", c);
    }
    texts(&mut s);
    let mut talks = Deck::new(words!("fuel-calls"), &mut s.rng);
    first_calls(&mut s, &mut talks);
    regular_calls(&mut s, &mut talks);
    onsite(&mut s);
    s.settle(|_, v| panic!("{}: no notices here", v.id()));
    if planted {
        faults(&mut s.office);
    }
    let config = include_str!("../offices/tongda/office.yaml").to_owned();
    (s.office, config, sheets())
}

/// A text message every day of the year; on the first day of a holiday it is a greeting.
fn texts(s: &mut Story) {
    let holidays = working::public().holidays(clock::YEAR).unwrap_or_default();
    let greetings: BTreeMap<NaiveDate, &str> = holidays
        .iter()
        .map(|h| {
            let row = words!("fuel-holidays")
                .into_iter()
                .find(|r| h.name.contains(r.get("name")));
            (h.first, row.map_or("", |r| r.get("content")))
        })
        .collect();
    let mut deck = Deck::new(words!("fuel-sms"), &mut s.rng);
    for n in 0..365 {
        let date = clock::day(1, 1) + days(n);
        let row = in_season(&mut deck, &mut s.rng, date.month());
        let sent = at(date, 9, 30) + Duration::minutes(s.rng.range(0, 8) * 30);
        let greeting = greetings.get(&date);
        let mut v = Record::new().with(&[
            ("date", &show(sent)),
            ("staff", *s.rng.pick(&CLERKS)),
            ("method", "sms"),
            ("content", greeting.unwrap_or(&row.get("content"))),
        ]);
        if greeting.is_some() {
            v.set("type", "holiday");
        }
        s.visits.push(v);
    }
}

/// A call to whoever is in charge of the vehicles.
fn call(s: &mut Story, customer: &str, date: NaiveDate, kind: &str, talk: &Row) -> Record {
    let when = at(date, 9, 0) + Duration::minutes(5 * s.rng.range(0, 90));
    let c = s.office.find("customers", customer).clone();
    let mut v = Record::new().with(&[
        ("date", &show(when)),
        ("customer", customer),
        ("staff", *s.rng.pick(&CLERKS)),
        ("method", "phone"),
        ("type", kind),
        ("respondent", c.get("contact")),
        ("phone", c.get("phone")),
        ("content", talk.get("content")),
        ("opinion", talk.get("opinion")),
        ("satisfaction", talk.get("grade")),
    ]);
    let roles = ["main_user", "administrative_head", "technical_head"];
    v.set("respondent_role", *s.rng.pick(&roles));
    v
}

/// Whoever signed in the year is phoned within the month.
fn first_calls(s: &mut Story, talks: &mut Deck<Row>) {
    for c in s.office.table("customers").to_vec() {
        if c.get("signed_on") < "2025" {
            continue;
        }
        let signed = clock::read(c.get("signed_on")).unwrap_or_default().date();
        let date = workdays::after(signed, s.rng.range(6, 20));
        let talk = talks.draw(&mut s.rng);
        let mut v = call(s, c.id(), date, "first", &talk);
        v.set(
            "content",
            "签约后首次回访：介绍各站点、客服电话和开票办法，了解首月用油。",
        );
        s.visits.push(v);
    }
}

/// Every customer once a quarter, and somebody in every week.
fn regular_calls(s: &mut Story, talks: &mut Deck<Row>) {
    for quarter in 0..4u32 {
        let first = clock::day(quarter * 3 + 1, 1);
        let mut known: Vec<String> = s
            .office
            .table("customers")
            .iter()
            .filter(|c| c.get("signed_on") < show_day(first).as_str())
            .map(|c| c.id().to_owned())
            .collect();
        s.rng.shuffle(&mut known);
        // The fourteen weeks that touch a quarter; a customer more is called where there are more customers.
        for week in 0..14 {
            let monday = first - days(i64::from(first.weekday().num_days_from_monday()));
            let date = monday + days(7 * week + s.rng.range(0, 4));
            let date = date.clamp(first, clock::day(12, 31));
            if date.month0() / 3 != quarter {
                continue;
            }
            let at = usize::try_from(week).unwrap_or(0);
            regular(s, talks, &known[at % known.len()].clone(), date);
        }
        for id in known.iter().skip(12) {
            let date = workdays::after(first, s.rng.range(20, 70));
            regular(s, talks, id, date);
        }
    }
}

fn regular(s: &mut Story, talks: &mut Deck<Row>, customer: &str, date: NaiveDate) {
    let talk = talks.draw(&mut s.rng);
    let mut v = call(s, customer, date, "regular", &talk);
    if !talk.get("question").is_empty() {
        question(s, &mut v, &talk, date);
    }
    s.visits.push(v);
}

/// Settled within a week, or passed on to the manager and looked at on the spot.
fn question(s: &mut Story, visit: &mut Record, talk: &Row, date: NaiveDate) {
    let mut q = Record::new().with(&[
        ("category", talk.get("category")),
        ("text", talk.get("question")),
        ("answer", talk.get("answer")),
    ]);
    if s.rng.chance(60) || date > clock::day(12, 10) {
        let done = (date + days(s.rng.range(0, 6))).min(clock::day(12, 31));
        q.set("resolved_on", show_day(done));
    } else {
        let seen = workdays::after(date, s.rng.range(2, 6));
        q.set("escalated_to", "T01")
            .set("escalated_on", show_day(date))
            .set("resolved_on", show_day(seen + days(s.rng.range(6, 9))));
        let mut v = visit_onsite(s, visit.get("customer"), seen, talk);
        let content = format!(
            "电话反映“{}”，到现场处理：{}。",
            q.get("text"),
            q.get("answer")
        );
        v.set("content", content)
            .set("opinion", "问题说清楚了，再看一段时间")
            .set("satisfaction", "satisfied");
        s.visits.push(v);
    }
    q.set("resolution", talk.get("answer"));
    visit.nested.push(("questions", vec![q]));
}

/// Extra key customers are called on every quarter, key customers twice a year.
fn onsite(s: &mut Story) {
    let mut talks = Deck::new(words!("fuel-visits"), &mut s.rng);
    for c in s.office.table("customers").to_vec() {
        let quarters: &[u32] = match c.get("tier") {
            "extra_key" => &[0, 1, 2, 3],
            "key" if c.get("signed_on") < "2025" => &[1, 3],
            "key" => &[3],
            _ => continue,
        };
        for quarter in quarters {
            let first = clock::day(quarter * 3 + 1, 10);
            let date = workdays::after(first, s.rng.range(0, 55));
            let talk = talks.draw(&mut s.rng);
            let v = visit_onsite(s, c.id(), date, &talk);
            s.visits.push(v);
        }
    }
}

fn visit_onsite(s: &mut Story, customer: &str, date: NaiveDate, talk: &Row) -> Record {
    let c = s.office.find("customers", customer).clone();
    let when = at(date, 9, 0) + Duration::minutes(15 * s.rng.range(0, 26));
    Record::new().with(&[
        ("date", &show(when)),
        ("customer", customer),
        ("staff", *s.rng.pick(&CLERKS)),
        ("technician", *s.rng.pick(&TECHNICIANS)),
        ("method", "onsite"),
        ("type", "special"),
        ("place", c.get("address")),
        ("respondent", c.get("contact")),
        ("content", talk.get("content")),
        ("opinion", talk.get("opinion")),
        ("satisfaction", talk.get("grade")),
        ("signed_by", c.get("contact")),
    ])
}

fn faults(o: &mut Office) {
    let name = |rule: &str| format!("fuel-station-visit/{rule}");
    o.table_mut("visits")
        .retain(|v| !(v.get("method") == "sms" && v.day("date") == "2025-07-13"));
    o.plant_period(&name("daily-sms"), "2025-07-13", "短信平台欠费，周日没有发");

    let onsite = |v: &Record| v.get("method") == "onsite";
    o.table_mut("visits").retain(|v| {
        !(onsite(v)
            && v.get("customer") == "C02"
            && ("2025-07".."2025-10").contains(&v.day("date")))
    });
    o.plant(
        &name("extra-key-onsite"),
        "customers",
        "C02",
        "三季度没有上门",
    )
    .period = "2025-Q3".into();

    let id = o.nth("visits", 1, |v| v.get("type") == "first");
    o.find_mut("visits", &id).set("satisfaction", "");
    o.plant(
        &name("first-recorded"),
        "visits",
        &id,
        "首次回访没有问满意度",
    );

    let id = o.nth("visits", 9, |v| {
        v.get("type") == "regular" && v.nested.is_empty()
    });
    o.find_mut("visits", &id).set("respondent_role", "other");
    o.plant(&name("regular-respondent"), "visits", &id, "接电话的是门卫");

    let id = o.nth("visits", 6, onsite);
    o.find_mut("visits", &id).set("technician", "");
    o.plant(&name("two-signatures"), "visits", &id, "技术人员没有签字");

    let passed = |v: &Record| v.nested.iter().any(|(_, q)| q[0].has("escalated_to"));
    let id = o.nth("visits", 2, passed);
    for (_, questions) in &mut o.find_mut("visits", &id).nested {
        questions[0].set("escalated_to", "").set("escalated_on", "");
    }
    let why = "一周没有解决，上了门，没有上报";
    o.plant(
        &name("phone-then-onsite"),
        "questions",
        &format!("{id}#1"),
        why,
    );
}

fn sheets() -> Vec<Sheet> {
    let labels = Spelling {
        labels: true,
        ..Spelling::PLAIN
    };
    vec![
        Sheet {
            spelling: labels,
            ..Sheet::csv("staff", "staff.csv")
        },
        Sheet {
            shape: Shape::List,
            ..Sheet::csv("customers", "customers.yaml")
        },
        Sheet {
            fits: |v| v.get("method") == "sms",
            place: Place::File("visits/短信.csv"),
            spelling: Spelling {
                dates: Dates::Slash,
                by_name: &["staff"],
                ..labels
            },
            ..Sheet::csv("visits", "")
        },
        Sheet {
            fits: |v| v.get("method") == "phone",
            place: Place::File("visits/电话.yaml"),
            shape: Shape::List,
            spelling: Spelling {
                by_name: &["customer"],
                ..labels
            },
            ..Sheet::csv("visits", "")
        },
        Sheet {
            place: Place::File("visits/onsite.csv"),
            spelling: Spelling {
                by_name: &["staff", "technician"],
                ..Spelling::PLAIN
            },
            ..Sheet::csv("visits", "")
        },
    ]
}
