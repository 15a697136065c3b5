//! 恒昌助剂: a company that sells paint additives and phones its customers every week, under the policy of sales follow-up.

use aftercare::calendar::working;
use chrono::{Datelike, Duration, NaiveDate};

use super::Made;
use super::clock::{self, at, days, show, show_day};
use super::names::phone;
use super::office::Office;
use super::record::Record;
use super::rng::Deck;
use super::sheet::{Encoding, Place, Shape, Sheet};
use super::spelling::{Dates, Spelling};
use super::story::Story;
use super::words::{Row, records, words};

const SUPERVISOR: &str = "HC02";
/// Calls that the policy asks for in a week, each to another customer.
const WEEKLY: usize = 18;
/// What the supervisor jots below a sheet on which nothing special is written.
const GUIDANCE: [&str; 4] = ["已阅", "已阅", "已阅", "按计划跟进"];

fn number(kind: &str, n: usize) -> String {
    match kind {
        "customers" => format!("K{n:02}"),
        "visits" => format!("F{n:04}"),
        "deals" => format!("CJ-{n:03}"),
        _ => format!("ZT{n:02}"),
    }
}

/// The office, its office.yaml and how its records are written; with the planted faults, or in good order.
pub fn make(planted: bool) -> Made {
    let office = Office::new("hengchang", number);
    let staff = records(include_str!("../offices/hengchang/staff.txt"));
    let mut s = Story::new(918, office, staff, false);
    customers(&mut s);
    let mut talks = Deck::new(words!("sales-calls"), &mut s.rng);
    for week in weeks() {
        calls(&mut s, &mut talks, week);
    }
    onsite(&mut s);
    s.settle(|_, v| panic!("{}: no notices here", v.id()));
    deals(&mut s);
    weeks().skip(1).for_each(|week| summary(&mut s, week));
    if planted {
        faults(&mut s.office);
    }
    let config = include_str!("../offices/hengchang/office.yaml").to_owned();
    (s.office, config, sheets())
}

/// The Mondays of the year's weeks, from the one that New Year's Day lies in.
fn weeks() -> impl Iterator<Item = NaiveDate> {
    let first = clock::day(1, 1) - days(2);
    (0..53).map(move |n| first + days(7 * n))
}

/// The working days of a week that lie in the year; a Sunday may be one.
fn working_days(monday: NaiveDate) -> Vec<NaiveDate> {
    let week = (0..7).map(|n| monday + days(n));
    week.filter(|d| d.year() == clock::YEAR && working::public().is_working_day(*d) == Ok(true))
        .collect()
}

fn customers(s: &mut Story) {
    for mut c in records(include_str!("../offices/hengchang/customers.txt")) {
        let (contact, phone) = (s.names.next(&mut s.rng), phone(&mut s.rng));
        let wechat = format!("hc_{}", s.rng.range(10_000, 99_999));
        let last = clock::day(11, 1) + days(s.rng.range(0, 29));
        c.set("kind", "company")
            .set("contact", contact)
            .set("phone", phone)
            .set("wechat", wechat)
            .set("last_deal_on", show_day(last));
        c.set("staff", s.rng.pick(&["HC05", "HC06"]).to_string());
        s.office.add("customers", c);
    }
}

/// The officer of a week: one left at the end of June, another began the Monday after.
fn officer(day: NaiveDate) -> &'static str {
    if day < clock::day(6, 30) {
        "HC03"
    } else {
        "HC04"
    }
}

/// A week's calls, spread over its working days, each to another customer.
fn calls(s: &mut Story, talks: &mut Deck<Row>, monday: NaiveDate) {
    let open = working_days(monday);
    let mut customers: Vec<String> = ids(s, "customers");
    s.rng.shuffle(&mut customers);
    let more = s.rng.index(2);
    let count = if monday.year() < clock::YEAR {
        7
    } else {
        WEEKLY + more
    };
    let per_day = count.div_ceil(open.len());
    for (i, customer) in customers.iter().take(count).enumerate() {
        let (day, nth) = (open[i % open.len()], i / open.len());
        // The day's calls lie between nine and half past four.
        let slot = 450 / i64::try_from(per_day).unwrap_or(1);
        let after = slot * i64::try_from(nth).unwrap_or(0) + s.rng.range(0, slot / 2);
        let date = at(day, 9, 0) + Duration::minutes(after);
        let talk = talks.draw(&mut s.rng);
        let mut v = visit(s, &talk, customer, date, officer(day));
        v.set("method", "phone");
        s.visits.push(v);
    }
}

fn ids(s: &Story, kind: &str) -> Vec<String> {
    let all = s.office.table(kind).iter();
    all.map(|r| r.id().to_owned()).collect()
}

/// What every visit holds: wish and rating, the note of the same day, the supervisor's review.
fn visit(
    s: &mut Story,
    talk: &Row,
    customer: &str,
    date: chrono::NaiveDateTime,
    by: &str,
) -> Record {
    let noted = date + Duration::minutes(s.rng.range(3, 25));
    let reviewed = (date.date() + days(s.rng.range(0, 4))).min(clock::day(12, 31));
    let mut v = Record::new().with(&[
        ("date", &show(date)),
        ("customer", customer),
        ("staff", by),
        ("requirement", talk.get("requirement")),
        ("satisfaction", talk.get("grade")),
        ("recorded_at", &show(noted)),
        ("reviewed_by", SUPERVISOR),
        ("reviewed_on", &show_day(reviewed)),
    ]);
    let own = talk.get("guidance");
    let usual = *s.rng.pick(&GUIDANCE);
    v.set("guidance", if own.is_empty() { usual } else { own });
    v
}

/// Two visits a month by the salespeople, and what is asked there beyond their authority.
fn onsite(s: &mut Story) {
    let mut talks = Deck::new(words!("sales-visits"), &mut s.rng);
    for month in 1..=12u32 {
        for (n, by) in ["HC05", "HC06"].into_iter().enumerate() {
            let open: Vec<NaiveDate> = (0..20)
                .map(|d| clock::day(month, 5) + days(d))
                .filter(|d| working::public().is_working_day(*d) == Ok(true))
                .collect();
            let day = *s.rng.pick(&open);
            let customer = s.customer(|_| true);
            let talk = talks.draw(&mut s.rng);
            let from = at(day, 10, 0) + Duration::minutes(15 * s.rng.range(0, 20));
            let mut v = visit(s, &talk, &customer, from, by);
            v.set("method", "onsite")
                .set("content", talk.get("content"))
                .set("opinion", talk.get("opinion"));
            if !talk.get("question").is_empty() && (n == 0 || month % 3 == 0) {
                let question = question(s, &talk, day);
                v.nested.push(("questions", vec![question]));
            }
            s.visits.push(v);
        }
    }
}

fn question(s: &mut Story, talk: &Row, day: NaiveDate) -> Record {
    let answered = show_day(day + days(s.rng.range(1, 6)));
    Record::new().with(&[
        ("category", talk.get("category")),
        ("text", talk.get("question")),
        ("beyond_authority", "true"),
        ("escalated_to", SUPERVISOR),
        ("escalated_on", &show_day(day)),
        ("answered_on", &answered),
        ("answered_by", "HC01"),
        ("answer", talk.get("answer")),
    ])
}

/// Deals with their days of payment, each reminded of three days before or earlier.
fn deals(s: &mut Story) {
    let mut goods = Deck::new(words!("sales-goods"), &mut s.rng);
    let mut made = Vec::new();
    for month in 1..=11u32 {
        for _ in 0..s.rng.range(3, 4) {
            let on = clock::day(month, 2) + days(s.rng.range(0, 25));
            let customer = s.customer(|c| c.get("last_deal_on") >= "2025-11");
            let seller = s
                .office
                .find("customers", &customer)
                .get("staff")
                .to_owned();
            let due = (on + days(*s.rng.pick(&[15, 30, 30, 45]))).min(clock::day(12, 28));
            let reminded = due - days(s.rng.range(3, 6));
            let row = goods.draw(&mut s.rng);
            let amount = s.rng.range(8, 96) * 1250;
            let mut d = Record::new().with(&[
                ("staff", &seller),
                ("customer", &customer),
                ("on", &show_day(on)),
                ("product", row.get("product")),
                ("due_on", &show_day(due)),
                ("reminded_on", &show_day(reminded)),
            ]);
            d.set("amount", amount.to_string());
            made.push(d);
        }
    }
    s.office.add_sorted("deals", made, "on");
}

/// The week's summary, handed in on its last working day before Sunday.
fn summary(s: &mut Story, monday: NaiveDate) {
    let open = working_days(monday);
    let Some(on) = open
        .iter()
        .rev()
        .find(|d| d.weekday() != chrono::Weekday::Sun)
    else {
        panic!("{monday}: nobody works");
    };
    let (from, to) = (show_day(monday), show_day(*on));
    let done = |v: &&Record| v.day("date") >= from.as_str() && v.day("date") <= to.as_str();
    let done = s.office.table("visits").iter().filter(done).count();
    let week = on.iso_week();
    let by = officer(monday);
    let next = i64::try_from(WEEKLY).unwrap_or(0) + s.rng.range(0, 4);
    let mut f = Record::new().with(&[
        ("kind", "weekly_summary"),
        ("period", &format!("{}-W{:02}", week.year(), week.week())),
        ("staff", by),
        ("submitted_on", &to),
    ]);
    f.set("visits_done", done.to_string())
        .set("visits_next", next.to_string());
    s.office.add("filings", f);
}

fn faults(o: &mut Office) {
    let name = |rule: &str| format!("sales-follow-up/{rule}");
    // Of the week's eighteen calls one went to a customer who had been phoned before.
    let week: Vec<String> = phoned(o, "2025-09-08", "2025-09-14");
    let again = o.find("visits", &week[2]).get("customer").to_owned();
    week[WEEKLY - 1..].iter().for_each(|id| {
        o.find_mut("visits", id).set("customer", again.as_str());
    });
    o.plant(
        &name("weekly-calls"),
        "staff",
        "HC04",
        "这一周有一位客户打了两次，只有 17 位",
    )
    .period = "2025-W37".to_owned();

    let id = phoned(o, "2025-04-15", "2025-04-15").remove(0);
    o.find_mut("visits", &id)
        .set("recorded_at", "2025-04-16 08:50");
    o.plant(&name("same-day"), "visits", &id, "第二天早上才补记");

    let id = phoned(o, "2025-11-04", "2025-11-04").remove(0);
    o.find_mut("visits", &id).set("reviewed_by", "HC01");
    o.plant(
        &name("supervisor-signed"),
        "visits",
        &id,
        "主管休假，部门经理代签",
    );

    let late = filing(o, "2025-W20");
    o.find_mut("filings", &late)
        .set("submitted_on", "2025-05-18");
    o.plant(&name("weekly-summary"), "filings", &late, "周日才报")
        .period = "2025-W20".into();

    let wrong = filing(o, "2025-W29");
    let done: i64 = o
        .find("filings", &wrong)
        .get("visits_done")
        .parse()
        .unwrap_or(0);
    o.find_mut("filings", &wrong)
        .set("visits_done", (done + 2).to_string());
    o.plant(&name("summary-true"), "filings", &wrong, "多报了两次")
        .period = "2025-W29".into();

    let deal = o.nth("deals", 14, |_| true);
    let due = clock::read(o.find("deals", &deal).get("due_on")).unwrap_or_default();
    o.find_mut("deals", &deal)
        .set("reminded_on", show_day(due.date() - days(2)));
    o.plant(&name("payment-reminder"), "deals", &deal, "只提前了两天");

    let asked = o.nth("visits", 3, |v| !v.nested.is_empty());
    for (_, questions) in &mut o.find_mut("visits", &asked).nested {
        questions.iter_mut().for_each(|q| {
            q.set("escalated_on", "");
        });
    }
    o.plant(
        &name("beyond-authority"),
        "questions",
        &format!("{asked}#1"),
        "上报了，没有写日期",
    );
}

/// The phone visits from one day to another, in order.
fn phoned(o: &Office, from: &str, to: &str) -> Vec<String> {
    let calls = o
        .table("visits")
        .iter()
        .filter(|v| v.get("method") == "phone" && v.day("date") >= from && v.day("date") <= to);
    calls.map(|v| v.id().to_owned()).collect()
}

fn filing(o: &Office, period: &str) -> String {
    o.nth("filings", 0, |f| f.get("period") == period)
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
            spelling: Spelling {
                by_name: &["staff"],
                dates: Dates::Chinese,
                ..labels
            },
            ..Sheet::csv("customers", "customers.yaml")
        },
        Sheet {
            fits: |v| v.get("method") == "onsite",
            place: Place::File("visits/上门.yaml"),
            shape: Shape::List,
            spelling: Spelling {
                by_name: &[
                    "customer",
                    "staff",
                    "reviewed_by",
                    "answered_by",
                    "escalated_to",
                ],
                ..labels
            },
            ..Sheet::csv("visits", "")
        },
        Sheet {
            place: Place::Monthly("visits", "date", "-电话"),
            spelling: Spelling {
                dates: Dates::Slash,
                ..labels
            },
            ..Sheet::csv("visits", "")
        },
        Sheet {
            shape: Shape::Csv {
                separator: b',',
                encoding: Encoding::Gb18030,
            },
            spelling: Spelling {
                dates: Dates::Slash,
                by_name: &["staff", "customer"],
                ..labels
            },
            ..Sheet::csv("deals", "deals.csv")
        },
        Sheet::csv("filings", "filings.csv"),
    ]
}
