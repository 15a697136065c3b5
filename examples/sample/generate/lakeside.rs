//! Lakeside Court: a small block whose residents and records speak English.

use chrono::NaiveDate;

use super::Made;
use super::clock::{day, days, later, office_hours, read, show, show_day};
use super::names::phone;
use super::office::Office;
use super::record::Record;
use super::repair::{Job, reported, work};
use super::rng::Deck;
use super::sheet::{Place, Shape, Sheet};
use super::story::Story;
use super::walk::{by_year_end, day_in};
use super::words::{Row, records, words};

fn number(kind: &str, n: usize) -> String {
    let letter = match kind {
        "customers" => "RES",
        "repairs" => "JOB",
        "visits" => "VIS",
        "complaints" => "CMP",
        _ => "REC",
    };
    format!("{letter}-{n:03}")
}

/// The office, its office.yaml and how its records are written.
pub fn make() -> Made {
    let office = Office::new("lakeside", number);
    let mut s = Story::new(
        90,
        office,
        records(include_str!("../offices/lakeside/staff.txt")),
        true,
    );
    *s.office.table_mut("plans") = records(include_str!("../offices/lakeside/plans.txt"));
    *s.office.table_mut("meetings") = records(include_str!("../offices/lakeside/meetings.txt"));
    *s.office.table_mut("campaigns") = records(include_str!("../offices/lakeside/campaigns.txt"));
    residents(&mut s);
    jobs(&mut s);
    rounds(&mut s);
    complaints(&mut s);
    s.settle(|_, v| panic!("{}: no notices here", v.id()));
    let config = plant(
        &mut s.office,
        include_str!("../offices/lakeside/office.yaml"),
    );
    (s.office, config, sheets())
}

fn residents(s: &mut Story) {
    for mut c in records(include_str!("../offices/lakeside/customers.txt")) {
        let (tower, room) = (c.get("building").to_owned(), c.get("room").to_owned());
        let phone = phone(&mut s.rng);
        c.set("kind", "resident")
            .set("area", tower.as_str())
            .set("phone", phone);
        c.set("address", format!("{tower}, Flat {room}"));
        s.office.add("customers", c);
    }
}

fn jobs(s: &mut Story) {
    let mut scenes = Deck::new(words!("repairs-en"), &mut s.rng);
    let mut all = Vec::new();
    for month in 1..=12 {
        for _ in 0..2 {
            let (on, scene) = (day_in(&mut s.rng, month, 26), scenes.draw(&mut s.rng));
            let received = office_hours(&mut s.rng, on);
            let customer = s.customer(|_| true);
            all.push(Job {
                scene,
                received,
                customer,
                complaint: None,
            });
        }
    }
    all.sort_by_key(|j| j.received);
    for job in &all {
        let started = later(&mut s.rng, job.received, 40, 300);
        let mut r = reported(s, job);
        let room = s
            .office
            .find("customers", &job.customer)
            .get("room")
            .to_owned();
        r.set("place", job.scene.get("place").replace("{h}", &room));
        work(
            s,
            &mut r,
            &job.scene,
            started,
            &["RW".to_owned(), "JT".to_owned()],
        );
        let id = s.office.add("repairs", r);
        revisit(s, &id, &job.scene);
    }
}

/// Within two days whatever it was; the lead goes himself.
fn revisit(s: &mut Story, id: &str, scene: &Row) {
    let r = s.office.find("repairs", id).clone();
    let done = read(r.get("completed_at")).unwrap_or_default();
    let on = done.date() + days(s.rng.range(1, 2));
    let (date, grade) = (office_hours(&mut s.rng, on), s.grade());
    let opinion = s.opinion(grade);
    let mut v = Record::new().with(&[
        ("date", &show(date)),
        ("customer", r.get("customer")),
        ("staff", "JT"),
        ("method", "onsite"),
        ("type", "repair"),
        ("repair", id),
        ("place", r.get("place")),
        ("content", &format!("Checked: {}.", scene.get("check"))),
        ("opinion", opinion),
        ("satisfaction", grade),
        ("onsite_checked", "true"),
        ("attitude_asked", "true"),
        ("fee_checked", "true"),
    ]);
    let who = s.respondent(&mut v, r.get("customer"));
    v.set("signed_by", who);
    s.reviewed(&mut v, date, "DO");
    s.visits.push(v);
}

fn rounds(s: &mut Story) {
    let mut talks = Deck::new(words!("patrols-en"), &mut s.rng);
    for quarter in 0..4u32 {
        for (officer, tower) in [("PK", "Tower A"), ("AS", "Tower B")] {
            for _ in 0..3 {
                let month = quarter * 3 + u32::try_from(s.rng.range(1, 3)).unwrap_or(1);
                let (on, talk) = (day_in(&mut s.rng, month, 27), talks.draw(&mut s.rng));
                let customer = s.customer(|c| c.get("area") == tower);
                call_on(s, &talk, officer, &customer, on);
            }
        }
    }
    let talk = talks.draw(&mut s.rng);
    let customer = s.customer(|_| true);
    call_on(s, &talk, "HM", &customer, day(6, 11));
}

fn call_on(s: &mut Story, talk: &Row, officer: &str, customer: &str, on: NaiveDate) {
    let mut v = super::walk::walk(s, talk, officer, customer, on, "DO");
    if s.rng.chance(30) {
        let q = Record::new().with(&[
            ("category", "service"),
            ("text", "Could the notices also come by e-mail?"),
            ("answered_on", &show_day(on)),
            ("answered_by", "ML"),
            ("answer", "Yes, address noted."),
            ("resolved_on", &by_year_end(on + days(2))),
            ("resolution", "Added to the mailing list."),
        ]);
        v.nested.push(("questions", vec![q]));
    }
    s.visits.push(v);
}

fn complaints(s: &mut Story) {
    for (month, on, summary, result) in [
        (
            3,
            11,
            "Parcels left in the rain outside the lobby",
            "Carriers given the code of the parcel room",
        ),
        (
            7,
            22,
            "Music from the gym before 7 in the morning",
            "Sound limiter fitted, opening hours posted",
        ),
        (
            9,
            15,
            "No notice before the lift was taken out of service",
            "Apology; notices now go up a week ahead",
        ),
    ] {
        let received = office_hours(&mut s.rng, day(month, on));
        let customer = s.customer(|_| true);
        let c = Record::new().with(&[
            ("received_at", &show(received)),
            ("channel", "in_person"),
            ("customer", &customer),
            ("complainant", &s.name_of("customers", &customer)),
            ("department", "Service"),
            ("kind", "service"),
            ("severity", "minor"),
            ("summary", summary),
            ("registered_by", "ML"),
            ("result", result),
            ("replied_at", &show(received + days(1))),
            ("closed_at", &show(received + days(2))),
        ]);
        s.office.add("complaints", c);
    }
}

fn plant(o: &mut Office, config: &str) -> String {
    let name = |rule: &str| format!("residential-visit-rates/{rule}");
    let late = |o: &mut Office, category: &str, gap: i64| {
        let repair = o.nth("repairs", 1, |r| r.get("category") == category);
        let visit = o.visit_about("repair", &repair);
        let steps = ["date", "recorded_at", "reviewed_on", "archived_on"];
        let done = read(o.find("repairs", &repair).day("completed_at")).unwrap_or_default();
        let was = read(o.find("visits", &visit).day("date")).unwrap_or_default();
        o.postpone(
            "visits",
            &visit,
            &steps,
            (done + days(gap) - was).num_days(),
        );
        repair
    };
    let leak = late(o, "leak", 3);
    o.plant(
        &name("revisit-leak-3d"),
        "repairs",
        &leak,
        "here within two days; visited on the third",
    );
    let waived = late(o, "general", 10);
    o.plant(
        &name("revisit-7d"),
        "repairs",
        &waived,
        "visited after ten days (waived, without a reason)",
    )
    .waived = true;
    o.plant("core/weak-waiver", "", "", "the waiver gives no reason");
    o.plant_period(
        &name("quarterly-meeting"),
        "2025-Q4",
        "no residents' meeting in the last quarter",
    );
    let unsigned = o.nth("visits", 4, |v| {
        v.get("type") == "repair" && v.get("repair") != leak && v.get("repair") != waived
    });
    o.find_mut("visits", &unsigned)
        .set("signed_by", "")
        .set("attitude_asked", "");
    o.plant(
        &name("revisit-content"),
        "visits",
        &unsigned,
        "neither signed nor asked how the workers behaved",
    );
    let visit = o.nth("visits", 2, |v| v.get("type") == "regular");
    o.find_mut("visits", &visit)
        .set("satisfaction", "satisifed");
    o.plant_core(
        "core/bad-value",
        "visits",
        &visit,
        "satisfaction",
        "a typing error",
    );
    config.replace("{waived}", &waived)
}

fn sheets() -> Vec<Sheet> {
    vec![
        Sheet::csv("staff", "staff.csv"),
        Sheet::csv("customers", "customers.csv"),
        Sheet {
            shape: Shape::Documents,
            ..Sheet::csv("repairs", "repairs.yml")
        },
        Sheet {
            place: Place::Each("visits"),
            shape: Shape::Single,
            ..Sheet::csv("visits", "")
        },
        Sheet {
            shape: Shape::List,
            ..Sheet::csv("complaints", "complaints.yaml")
        },
        Sheet::csv("meetings", "meetings.csv"),
        Sheet {
            shape: Shape::List,
            ..Sheet::csv("plans", "plans.yaml")
        },
        Sheet::csv("campaigns", "campaigns.csv"),
    ]
}
