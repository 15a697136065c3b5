//! A complaint from the call to the closing visit: graded, passed on by work order, decided, answered, revisited, filed.

use chrono::NaiveDateTime;

use super::clock::{self, days, later, office_hours, read, show, show_day};
use super::record::Record;
use super::repair::Job;
use super::story::Story;
use super::words::Row;

/// Who deals with complaints in an office.
pub struct Desk {
    /// Signs work orders.
    pub signer: String,
    pub deputy: String,
    /// Follow important complaints.
    pub trackers: Vec<String>,
    pub reviewer: String,
}

/// Registers a complaint, grades it and passes it on.
pub fn open(
    story: &mut Story,
    desk: &Desk,
    scene: &Row,
    customer: &str,
    received: NaiveDateTime,
) -> String {
    let c = story.office.find("customers", customer).clone();
    let clerk = story.person("service_officer", received.date());
    let channel = *story.rng.pick(&[
        "phone",
        "phone",
        "phone",
        "in_person",
        "in_person",
        "online",
        "letter",
        "box",
    ]);
    let complainant = if c.has("contact") {
        c.get("contact")
    } else {
        c.get("name")
    };
    let mut r = Record::new().with(&[
        ("received_at", &show(received)),
        ("channel", channel),
        ("customer", customer),
        ("complainant", complainant),
        ("phone", c.get("phone")),
        ("registered_by", &clerk),
    ]);
    for field in ["department", "kind", "severity", "summary"] {
        r.set(field, scene.get(field));
    }
    if !scene.get("about").is_empty() {
        let about = story.person(scene.get("about"), received.date());
        r.set("about_staff", about);
    }
    let day = received.date();
    if scene.get("severity") != "minor" {
        r.set("escalated_on", show_day(day + days(story.rng.range(0, 1))));
        r.set("decided_by", desk.deputy.as_str());
    }
    if scene.get("severity") == "important" || story.rng.chance(10) {
        let tracker = story.rng.pick(&desk.trackers).clone();
        r.set("tracker", tracker);
    }
    let id = story.office.add("complaints", r);
    story.scenes.insert(id.clone(), scene.clone());
    if channel == "phone" || channel == "in_person" {
        story.call(
            received,
            customer,
            "complaint",
            &id,
            scene.get("summary"),
            "已登记投诉并转办",
        );
    }
    if !scene.get("ask").is_empty() {
        order(story, desk, scene, &id, received, &clerk);
    }
    id
}

fn order(
    story: &mut Story,
    desk: &Desk,
    scene: &Row,
    id: &str,
    received: NaiveDateTime,
    clerk: &str,
) {
    let issued = later(&mut story.rng, received, 15, 120);
    let promised = issued.date() + days(story.rng.range(2, 4));
    let department = scene.get("department");
    let content = format!(
        "接业主反映：{}。请{department}{}。",
        scene.get("summary"),
        scene.get("ask")
    );
    let mut w = Record::new().with(&[
        ("issued_at", &show(issued)),
        ("filled_by", clerk),
        ("signed_by", &desk.signer),
        ("to_department", department),
        ("copies", &format!("客服中心、{department}")),
        ("complaint", id),
        ("content", &content),
        ("promised_on", &show_day(promised)),
    ]);
    w.set("received_by", format!("{department}值班"));
    story.work_orders.push(w);
}

/// Investigates, answers and closes a complaint (after its repair, if there was one), revisits and files it.
pub fn close(story: &mut Story, desk: &Desk, id: &str) {
    let Some(scene) = story.scenes.get(id).cloned() else {
        panic!("no scene for {id}");
    };
    let c = story.office.find("complaints", id).clone();
    let Some(received) = read(c.get("received_at")) else {
        panic!("{id} has no time");
    };
    let looked = later(&mut story.rng, received, 60, 420);
    let mended = story
        .office
        .table("repairs")
        .iter()
        .filter(|r| r.get("complaint") == id);
    let mended = mended.filter_map(|r| read(r.get("completed_at"))).max();
    let ready = mended.map_or(looked, |m| m.max(looked));
    let replied = later(&mut story.rng, ready, 30, 600)
        .min(clock::at(received.date() + days(3), 17, 30))
        .max(ready);
    let days_more = story.rng.range(0, 3);
    let closed = later(&mut story.rng, replied + days(days_more), 30, 120);
    let handler = if c.has("registered_by") {
        c.get("registered_by")
    } else {
        ""
    };
    let r = story.office.find_mut("complaints", id);
    r.set("investigated_at", show(looked))
        .set("investigation", scene.get("investigation"))
        .set("handler", handler)
        .set(
            "verified",
            if scene.get("verified") == "是" {
                "true"
            } else {
                "false"
            },
        )
        .set("result", scene.get("result"))
        .set("replied_at", show(replied))
        .set("closed_at", show(closed))
        .set("discipline", scene.get("discipline"));
    if scene.get("severity") != "minor" {
        r.set(
            "decision",
            format!("同意按“{}”办理，限期落实。", scene.get("result")),
        );
    }
    if scene.get("kind") == "suggestion" {
        let posted = show_day(closed.date() + days(3));
        r.set("adopted", "true")
            .set("rectification", scene.get("result"))
            .set("posted_on", posted);
    }
    if scene.get("kind") == "misconduct" {
        let who = c.get("complainant").to_owned();
        r.set("signed_by", who)
            .set("evidence", "通话录音、现场照片")
            .set("witness", "当班同事（调查笔录附后）");
    }
    for w in &mut story.work_orders {
        if w.get("complaint") == id {
            w.set("reply", scene.get("result"))
                .set("closed_on", show_day(replied.date()));
        }
    }
    visit(story, desk, id, &scene, closed);
}

fn visit(story: &mut Story, desk: &Desk, id: &str, scene: &Row, closed: NaiveDateTime) {
    let c = story.office.find("complaints", id).clone();
    let after = closed.date() + days(story.rng.range(1, 5));
    let date = office_hours(&mut story.rng, after);
    let visitor = story.person("service_officer", date.date());
    let onsite = story.rng.chance(35);
    let mut v = Record::new().with(&[
        ("date", &show(date)),
        ("customer", c.get("customer")),
        ("staff", &visitor),
        ("method", if onsite { "onsite" } else { "phone" }),
        ("type", "complaint"),
        ("complaint", id),
        ("purpose", "relationship"),
        ("opinion", scene.get("opinion")),
        ("satisfaction", scene.get("grade")),
    ]);
    v.set(
        "content",
        format!(
            "回访投诉“{}”的处理情况：{}。",
            scene.get("summary"),
            scene.get("result")
        ),
    );
    let who = story.respondent(&mut v, c.get("customer"));
    if onsite {
        v.set("signed_by", who);
    }
    story.reviewed(&mut v, date, &desk.reviewer);
    story.three_signatures(&mut v, date.date());
    story.visits.push(v);
    let filed = (date.date() + days(story.rng.range(3, 25))).min(clock::day(12, 31));
    story
        .office
        .find_mut("complaints", id)
        .set("archived_on", show_day(filed));
}

/// The repair that a complaint leads to, if it does.
pub fn job(
    story: &mut Story,
    all: &[Row],
    scene: &Row,
    customer: &str,
    received: NaiveDateTime,
    id: &str,
) -> Option<Job> {
    let wanted = scene.get("repair");
    if wanted.is_empty() {
        return None;
    }
    let found = all
        .iter()
        .find(|r| r.get("description").starts_with(wanted));
    let Some(scene) = found.cloned() else {
        panic!("no repair begins {wanted}");
    };
    Some(Job {
        scene,
        received: later(&mut story.rng, received, 10, 40),
        customer: customer.to_owned(),
        complaint: Some(id.to_owned()),
    })
}

/// The days of the year's complaints, spread over it with some chance; the last are closed before the year ends.
pub fn days_of_year(story: &mut Story, count: usize, last: u32) -> Vec<NaiveDateTime> {
    let first = clock::day(1, 3);
    let span = (clock::day(12, last) - first).num_days();
    let mut all: Vec<NaiveDateTime> = (0..count)
        .map(|_| {
            let day = first + days(story.rng.range(0, span));
            office_hours(&mut story.rng, day)
        })
        .collect();
    all.sort_unstable();
    all
}
