//! The repairs of 翠湖花园 and the visits that ask about them, shared out among lead, supervisor and manager.

use std::collections::BTreeMap;

use super::clock::{self, at, days, office_hours, read};
use super::cuihu::Size;
use super::repair::{Job, repair, reported, revisit, work};
use super::rng::Deck;
use super::story::Story;
use super::walk::in_season;
use super::words::{Row, words};

/// A year's repairs, those that complaints led to among them.
pub fn repairs(s: &mut Story, mut jobs: Vec<Job>, all: Vec<Row>, size: &Size) {
    let crew = s.office.people("repair_worker", clock::day(1, 1));
    let mut scenes = Deck::new(all, &mut s.rng);
    for month in 1..=12 {
        for _ in 0..s.rng.range(size.repairs.0, size.repairs.1) {
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
    if size.open {
        last_days(s, &crew);
    }
}

fn last_days(s: &mut Story, crew: &[String]) {
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
            work(s, &mut r, &scene, at(clock::day(12, day + 1), 10, 0), crew);
        }
        s.office.add("repairs", r);
    }
}

/// A month's repairs are shared out so that each role reaches its share; the manager comes on top.
pub fn revisits(s: &mut Story) {
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
