//! A repair from the report to the signature, and the visit that asks about it afterwards.

use chrono::{Duration, NaiveDateTime};

use super::clock::{at, later, show};
use super::record::Record;
use super::story::Story;
use super::words::Row;

/// What is to be mended.
pub struct Job {
    pub scene: Row,
    pub received: NaiveDateTime,
    pub customer: String,
    /// The complaint that led to it.
    pub complaint: Option<String>,
}

/// Records a repair that is done the same or the next day.
pub fn repair(story: &mut Story, job: &Job, crew: &[String]) -> String {
    let started = later(&mut story.rng, job.received, 40, 300);
    let mut r = reported(story, job);
    work(story, &mut r, &job.scene, started, crew);
    signed(story, &mut r, job);
    let id = story.office.add("repairs", r);
    story.scenes.insert(id.clone(), job.scene.clone());
    if job.complaint.is_none() && story.rng.chance(45) {
        let (content, place) = (
            job.scene.get("description"),
            story.place(job.scene.get("place"), &job.customer),
        );
        story.call(
            job.received,
            &job.customer,
            "repair",
            &id,
            &format!("{place}：{content}"),
            "已开维修单并派工",
        );
    }
    id
}

/// The report: who, where, what.
pub fn reported(story: &mut Story, job: &Job) -> Record {
    let c = story.office.find("customers", &job.customer).clone();
    let place = story.place(job.scene.get("place"), &job.customer);
    let recorder = story.person("service_officer", job.received.date());
    let dispatched = later(&mut story.rng, job.received, 5, 40);
    let source = if job.complaint.is_some() {
        "complaint"
    } else {
        "owner"
    };
    let reporter = if c.has("contact") {
        c.get("contact")
    } else {
        c.get("name")
    };
    let mut r = Record::new().with(&[
        ("received_at", &show(job.received)),
        ("source", source),
        ("kind", "request"),
        ("customer", &job.customer),
        ("complaint", job.complaint.as_deref().unwrap_or("")),
        ("reporter", reporter),
        ("phone", c.get("phone")),
        ("place", &place),
        ("recorded_by", &recorder),
        ("dispatched_at", &show(dispatched)),
    ]);
    for field in ["part", "scope", "category", "description"] {
        r.set(field, job.scene.get(field));
    }
    // A clerk who leaves the category out means an ordinary repair.
    if job.scene.get("category") == "general" && story.rng.chance(12) {
        r.set("category", "");
    }
    r
}

/// The work: who, with what, from when to when.
pub fn work(
    story: &mut Story,
    r: &mut Record,
    scene: &Row,
    started: NaiveDateTime,
    crew: &[String],
) {
    let hours: f64 = scene.get("labour").parse().unwrap_or(1.0);
    let mut done = started + Duration::minutes(5 * (hours * 12.0).ceil() as i64);
    if done > at(started.date(), 20, 0) {
        done = at(started.date(), 20, 0);
    }
    let materials = scene.get("materials");
    r.set("assigned_to", story.rng.pick(crew).as_str())
        .set("labour", scene.get("labour"))
        .set("materials", if materials == "无" { "" } else { materials })
        .set("started_at", show(started))
        .set("completed_at", show(done))
        .set("outcome", scene.get("work"));
}

fn signed(story: &mut Story, r: &mut Record, job: &Job) {
    let fee = job.scene.get("fee");
    r.set("survey_findings", job.scene.get("findings"))
        .set("fee", fee)
        .set("attempts", "1");
    if !matches!(fee, "0" | "") {
        r.set("paid_service", "true");
    }
    if job.scene.get("scope") == "private" || story.rng.chance(30) {
        let who = r.get("reporter").to_owned();
        r.set("user_signed_by", who);
    }
}

/// A visit in person about a repair: the five things a repair visit must ask, and the signature.
pub fn revisit(
    story: &mut Story,
    repair: &str,
    visitor: &str,
    date: NaiveDateTime,
    grade: &str,
) -> Record {
    let r = story.office.find("repairs", repair).clone();
    let Some(scene) = story.scenes.get(repair).cloned() else {
        panic!("no scene for {repair}");
    };
    let mut v = Record::new().with(&[
        ("date", &show(date)),
        ("customer", r.get("customer")),
        ("staff", visitor),
        ("method", "onsite"),
        ("type", "repair"),
        ("repair", repair),
        ("place", r.get("place")),
        ("purpose", "usage"),
        ("onsite_checked", "true"),
        ("attitude_asked", "true"),
        ("fee_checked", "true"),
        ("problem_found", "false"),
        ("satisfaction", grade),
    ]);
    let who = story.respondent(&mut v, r.get("customer"));
    v.set(
        "content",
        format!("回访“{}”：{}。", r.get("description"), scene.get("check")),
    );
    v.set("opinion", story.opinion(grade)).set("signed_by", who);
    v
}
