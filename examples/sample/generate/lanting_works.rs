//! The works and requests of 兰亭雅居, their work orders, and the visits that ask about them.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::clock::{self, days, later, office_hours, read, show, show_day};
use super::lanting::{MANAGER, officer};
use super::record::Record;
use super::repair::{Job, reported, revisit, work};
use super::rng::Deck;
use super::story::Story;
use super::walk::{day_in, in_season};
use super::words::{Row, words};

const ENGINEER: &str = "LT07";

/// Works on common parts until the end of November, requests at home until Christmas, and a third or more of both revisited.
pub fn repairs(s: &mut Story) {
    let (public, private): (Vec<Row>, Vec<Row>) = words!("repairs")
        .into_iter()
        .partition(|r| r.get("scope") == "public");
    let mut scenes = [
        Deck::new(public, &mut s.rng),
        Deck::new(private, &mut s.rng),
    ];
    let mut jobs = Vec::new();
    for month in 1..=12u32 {
        let works = if month == 12 { 0 } else { s.rng.range(2, 3) };
        for n in 0..works + s.rng.range(3, 4) {
            let kind = usize::from(n >= works);
            let scene = in_season(&mut scenes[kind], &mut s.rng, month);
            let day = day_in(&mut s.rng, month, if kind == 0 { 18 } else { 24 });
            let (received, customer) = (office_hours(&mut s.rng, day), s.customer(|_| true));
            jobs.push((
                kind == 0,
                Job {
                    scene,
                    received,
                    customer,
                    complaint: None,
                },
            ));
        }
    }
    jobs.sort_by_key(|j| j.1.received);
    let mut months: BTreeMap<(bool, u32), Vec<String>> = BTreeMap::new();
    for (works, job) in &jobs {
        let id = repair(s, job, *works);
        let done = completed(s, &id);
        months.entry((*works, done.month())).or_default().push(id);
    }
    for ((works, _), ids) in months {
        // A third, rounded up, and one more where there are several.
        let some = ids.len().div_ceil(3) + usize::from(ids.len() > 2);
        ids.iter()
            .take(some)
            .for_each(|id| asked_after(s, id, works));
    }
}

fn completed(s: &Story, id: &str) -> NaiveDate {
    let done = read(s.office.find("repairs", id).get("completed_at"));
    done.unwrap_or_default().date()
}

/// Works need a work order in three copies with a promised day; a request only where a part must be bought.
fn repair(s: &mut Story, job: &Job, works: bool) -> String {
    let mut r = reported(s, job);
    let ordered = works || s.rng.chance(25);
    let wait = if works { s.rng.range(1, 4) } else { 0 };
    let started = later(&mut s.rng, job.received + days(wait), 40, 200);
    work(
        s,
        &mut r,
        &job.scene,
        started,
        &["LT08".into(), "LT09".into()],
    );
    let who = r.get("reporter").to_owned();
    r.set("kind", if works { "works" } else { "request" })
        .set("survey_findings", job.scene.get("findings"))
        .set("user_signed_by", who);
    let done = read(r.get("completed_at")).unwrap_or_default();
    let promised = show_day(done.date() + days(s.rng.range(0, 3)));
    if ordered {
        r.set("promised_on", promised.as_str());
    }
    let content = format!(
        "{}：{}。请工程部{}。",
        r.get("place"),
        r.get("description"),
        job.scene.get("work")
    );
    let id = s.office.add("repairs", r);
    s.scenes.insert(id.clone(), job.scene.clone());
    if ordered {
        let issued = later(&mut s.rng, job.received, 15, 60);
        let clerk = s.person("service_officer", issued.date());
        let w = Record::new().with(&[
            ("issued_at", &show(issued)),
            ("filled_by", &clerk),
            ("signed_by", ENGINEER),
            ("to_department", "工程部"),
            ("copies", "物业公司、工程部、客服中心"),
            ("repair", &id),
            ("content", &content),
            ("promised_on", &promised),
            ("received_by", "工程部值班"),
            ("closed_on", &show_day(done.date())),
        ]);
        s.work_orders.push(w);
    }
    id
}

/// Works between one and two months later, requests within three days.
fn asked_after(s: &mut Story, id: &str, works: bool) {
    let done = completed(s, id);
    let later = if works {
        s.rng.range(33, 56)
    } else {
        s.rng.range(1, 3)
    };
    let date = (done + days(later)).min(clock::day(12, 31));
    let date = office_hours(&mut s.rng, date);
    let r = s.office.find("repairs", id).clone();
    let by = officer(s.office.find("customers", r.get("customer")).get("area"));
    let grade = *s
        .rng
        .pick(&["very_satisfied", "satisfied", "satisfied", "neutral"]);
    let mut v = revisit(s, id, by, date, grade);
    v.set("fee_checked", "").set("problem_found", "");
    s.reviewed(&mut v, date, MANAGER);
    s.visits.push(v);
}
