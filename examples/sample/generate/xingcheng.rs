//! 星城国际客服中心: a desk that four people keep manned round the clock, and the calls they take.

use chrono::{Duration, NaiveDate, NaiveDateTime};

use super::Made;
use super::clock::{self, at, days, show};
use super::names::phone;
use super::office::Office;
use super::record::Record;
use super::rng::Deck;
use super::sheet::{Encoding, Place, Shape, Sheet};
use super::spelling::{Dates, Spelling};
use super::story::{Block, Story, households};
use super::words::{Row, records, words};

/// A day, a night, two days off.
const DESK: [&str; 4] = ["X1", "X2", "X3", "X4"];
const BLOCKS: [Block; 3] = [
    ("一期", "A座", 1, 28, 4),
    ("一期", "B座", 1, 28, 4),
    ("二期", "C座", 2, 24, 2),
];
/// What one shift tells the next, now and then.
const NOTES: [&str; 8] = [
    "钥匙柜 12 把，数目相符",
    "C 座 2 号梯停用待维保",
    "车库 B2 临时照明，注意车辆",
    "明早七点停水，告示已贴",
    "对讲机两部充电中",
    "失物招领有雨伞一把",
    "装修押金收据本已用完，明日补领",
    "消防主机有一处屏蔽，工程部知情",
];

fn number(kind: &str, n: usize) -> String {
    match kind {
        "customers" => format!("H{n:03}"),
        "shifts" => format!("B{n:03}"),
        "calls" => format!("L25-{n:03}"),
        "complaints" => format!("TS-{n:03}"),
        "repairs" => format!("BX-{n:03}"),
        _ => format!("GD-{n:03}"),
    }
}

/// The office, its office.yaml and how its records are written; with the planted faults, or in good order.
pub fn make(planted: bool) -> Made {
    let office = Office::new("xingcheng", number);
    let staff = records(include_str!("../offices/xingcheng/staff.txt"));
    let mut s = Story::new(824, office, staff, false);
    households(&mut s, "星城国际", &BLOCKS, 60, 20);
    roster(&mut s);
    let mut by_day: Vec<Row> = words!("duty-calls");
    let by_night = by_day
        .extract_if(.., |r| r.get("shift") == "night")
        .collect();
    let mut scenes = [
        Deck::new(by_day, &mut s.rng),
        Deck::new(by_night, &mut s.rng),
    ];
    let mut on = clock::day(1, 2);
    while on < clock::day(12, 30) {
        let night = s.rng.chance(45);
        let scene = scenes[usize::from(night)].draw(&mut s.rng);
        call(&mut s, &scene, on);
        on += days(s.rng.range(1, 4));
    }
    s.settle(|_, v| panic!("{}: no notices here", v.id()));
    if planted {
        faults(&mut s.office);
    }
    let config = include_str!("../offices/xingcheng/office.yaml").to_owned();
    (s.office, config, sheets())
}

fn desk(n: i64) -> &'static str {
    DESK[usize::try_from(n.rem_euclid(4)).unwrap_or(0)]
}

/// Who has the day or the night of a date.
fn on_duty(date: NaiveDate, night: bool) -> &'static str {
    let n = (date - clock::day(1, 1)).num_days();
    desk(if night { n + 3 } else { n })
}

/// Two shifts a day, without a gap, each taken over a quarter of an hour early.
fn roster(s: &mut Story) {
    for n in 0..365 {
        let date = clock::day(1, 1) + days(n);
        for night in [false, true] {
            let from = at(date, if night { 20 } else { 8 }, 0);
            let arrived = from - Duration::minutes(s.rng.range(15, 28));
            let next = if night {
                on_duty(date + days(1), false)
            } else {
                on_duty(date, true)
            };
            let mut r = Record::new().with(&[
                ("staff", on_duty(date, night)),
                ("kind", if night { "night" } else { "day" }),
                ("starts_at", &show(from)),
                ("ends_at", &show(from + Duration::hours(12))),
                ("arrived_at", &show(arrived)),
                ("handed_to", next),
            ]);
            if s.rng.chance(12) {
                r.set("handover_notes", *s.rng.pick(&NOTES));
            }
            if s.rng.chance(4) {
                away(s, &mut r, from);
            }
            s.office.add("shifts", r);
        }
    }
}

/// An errand during the shift; the supervisor stands in.
fn away(s: &mut Story, shift: &mut Record, from: NaiveDateTime) {
    let left = from + Duration::minutes(5 * s.rng.range(30, 60));
    let back = left + Duration::minutes(5 * s.rng.range(3, 9));
    shift
        .set("away_from", show(left))
        .set("away_until", show(back))
        .set("substitute", "X5");
}

/// A call in the half of a shift in which nobody is ever away, and what followed from it.
fn call(s: &mut Story, scene: &Row, date: NaiveDate) {
    let night = scene.get("shift") == "night";
    let when = if night {
        at(date, 20, 10) + Duration::minutes(s.rng.range(0, 120))
    } else {
        at(date, 13, 50) + Duration::minutes(s.rng.range(0, 350))
    };
    let customer = s.customer(|_| true);
    let c = s.office.find("customers", &customer).clone();
    let mut r = Record::new().with(&[
        ("at", &show(when)),
        ("staff", on_duty(date, night)),
        ("customer", &customer),
        ("caller", c.get("name")),
        ("phone", c.get("phone")),
        ("matter", scene.get("matter")),
        ("content", scene.get("content")),
        ("result", scene.get("result")),
    ]);
    r.set("channel", *s.rng.pick(&["phone", "phone", "in_person"]));
    if scene.get("urgent") == "是" {
        r.set("urgent", "true");
    }
    if scene.get("matter") == "repair" && (!night || scene.get("then") == "dispatch") {
        let told = when + Duration::minutes(s.rng.range(3, 25));
        r.set("dispatched_at", show(told));
    }
    match scene.get("then") {
        "done" => {
            let done = when + Duration::minutes(s.rng.range(10, 75));
            r.set("resolved_at", show(done));
        }
        "dispatch" | "" => {}
        kind => follow(s, &mut r, &c, kind, night.then_some(date + days(1)), when),
    }
    s.calls.push(r);
}

/// The record a call leads to: by day at once; what a night leaves open, the next morning.
fn follow(
    s: &mut Story,
    call: &mut Record,
    c: &Record,
    kind: &str,
    morning: Option<NaiveDate>,
    when: NaiveDateTime,
) {
    let time = match morning {
        Some(day) => at(day, 8, 0) + Duration::minutes(s.rng.range(5, 90)),
        None => when + Duration::minutes(2),
    };
    if let Some(day) = morning {
        let done = at(day, 9, 30) + Duration::minutes(s.rng.range(10, 400));
        call.set("advised_next_day", "true")
            .set("resolved_at", show(done));
    }
    let (content, at) = (call.get("content").to_owned(), show(time));
    match kind {
        "repair" => {
            let done = time + Duration::minutes(s.rng.range(60, 420));
            let r = Record::new().with(&[
                ("received_at", &at),
                ("source", "owner"),
                ("kind", "request"),
                ("customer", c.id()),
                ("reporter", c.get("name")),
                ("phone", &phone(&mut s.rng)),
                ("place", c.get("address")),
                ("description", &content),
                ("recorded_by", call.get("staff")),
                ("assigned_to", "X6"),
                ("completed_at", &show(done)),
                ("user_signed_by", c.get("name")),
            ]);
            let id = s.office.add("repairs", r);
            call.set("repair", id);
        }
        "complaint" => {
            let r = Record::new().with(&[
                ("received_at", &at),
                ("channel", "phone"),
                ("customer", c.id()),
                ("complainant", c.get("name")),
                ("department", "秩序部"),
                ("kind", "service"),
                ("severity", "minor"),
                ("summary", &content),
                ("registered_by", call.get("staff")),
                ("result", call.get("result")),
            ]);
            let id = s.office.add("complaints", r);
            call.set("complaint", id);
        }
        _ => {
            let w = Record::new().with(&[
                ("issued_at", &at),
                ("filled_by", call.get("staff")),
                ("signed_by", "X5"),
                ("to_department", "工程部"),
                ("copies", "客服中心、工程部"),
                ("content", &content),
            ]);
            let id = s.office.add("work_orders", w);
            call.set("work_order", id);
        }
    }
}

fn name(rule: &str) -> String {
    format!("service-desk-duty/{rule}")
}

fn faults(o: &mut Office) {
    roster_faults(o);
    let id = o.nth("calls", 5, |c| {
        c.has("dispatched_at") && c.get("urgent").is_empty()
    });
    let taken = clock::read(o.find("calls", &id).get("at")).unwrap_or_default();
    let next = at(taken.date() + days(1), 8, 20);
    o.find_mut("calls", &id).set("dispatched_at", show(next));
    o.plant(&name("dispatched"), "calls", &id, "第二天早上才通知维修队");

    let id = o.nth("calls", 4, |c| c.has("advised_next_day") && c.has("repair"));
    o.find_mut("calls", &id).set("repair", "");
    o.plant(
        &name("night-ordered"),
        "calls",
        &id,
        "夜班没有处理完，次日没有开单",
    );

    let id = o.nth("calls", 2, |c| {
        c.has("advised_next_day") && c.has("work_order")
    });
    o.find_mut("calls", &id).set("advised_next_day", "false");
    o.plant(&name("night-advised"), "calls", &id, "没有告知住户次日处理");

    let id = o.nth("calls", 12, |c| c.get("matter") == "enquiry");
    o.find_mut("calls", &id).set("matter", "");
    o.plant(&name("content"), "calls", &id, "没有写事由");
}

fn roster_faults(o: &mut Office) {
    let shift = |o: &Office, kind: &str, day: &str| {
        o.nth("shifts", 0, |r| {
            r.get("kind") == kind && r.day("starts_at") == day
        })
    };
    // The night of 15 March begins half an hour late, and so does its person.
    let (before, late) = (
        shift(o, "day", "2025-03-15"),
        shift(o, "night", "2025-03-15"),
    );
    o.find_mut("shifts", &late)
        .set("starts_at", "2025-03-15 20:30")
        .set("arrived_at", "2025-03-15 20:10");
    o.plant(
        &name("always-manned"),
        "shifts",
        &before,
        "接班人路上堵车，白班按时走了，空了半小时",
    )
    .period = "2025-03-15T20:00/2025-03-15T20:30".into();

    let id = shift(o, "day", "2025-06-18");
    o.find_mut("shifts", &id)
        .set("arrived_at", "2025-06-18 07:52");
    o.plant(&name("early-handover"), "shifts", &id, "只提前了八分钟");

    let id = shift(o, "night", "2025-08-09");
    o.find_mut("shifts", &id)
        .set("away_from", "2025-08-09 23:10")
        .set("away_until", "2025-08-09 23:35")
        .set("substitute", "");
    o.plant(&name("substitute"), "shifts", &id, "外出取夜宵，没有人代值");
    o.plant(
        &name("always-manned"),
        "shifts",
        &id,
        "离岗二十五分钟无人值守",
    )
    .period = "2025-08-09T23:10/2025-08-09T23:35".into();

    let id = shift(o, "day", "2025-10-03");
    o.find_mut("shifts", &id).set("handed_to", "");
    o.plant(&name("handed-over"), "shifts", &id, "假期值班没有写接班人");
}

fn sheets() -> Vec<Sheet> {
    let labels = Spelling {
        labels: true,
        ..Spelling::PLAIN
    };
    vec![
        Sheet::csv("staff", "staff.csv"),
        Sheet {
            spelling: labels,
            ..Sheet::csv("customers", "customers.csv")
        },
        Sheet {
            place: Place::Monthly("shifts", "starts_at", ""),
            spelling: Spelling {
                dates: Dates::Slash,
                ..labels
            },
            ..Sheet::csv("shifts", "")
        },
        Sheet {
            shape: Shape::Csv {
                separator: b',',
                encoding: Encoding::Bom,
            },
            spelling: Spelling {
                by_name: &["staff"],
                dates: Dates::Slash,
                ..labels
            },
            ..Sheet::csv("calls", "calls.csv")
        },
        Sheet::csv("repairs", "repairs.csv"),
        Sheet {
            shape: Shape::List,
            spelling: Spelling {
                by_name: &["registered_by", "customer"],
                dates: Dates::Chinese,
                ..labels
            },
            ..Sheet::csv("complaints", "complaints.yaml")
        },
        Sheet {
            shape: Shape::Documents,
            ..Sheet::csv("work_orders", "work_orders.yaml")
        },
    ]
}
