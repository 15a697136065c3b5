//! 建安公司: a builder who goes back to the projects it completed, under the policy on visits and warranty of projects.

use chrono::{Datelike, Duration, NaiveDate};

use super::Made;
use super::clock::{at, day, days, read, show, show_day};
use super::names::phone;
use super::office::Office;
use super::record::Record;
use super::rng::Deck;
use super::sheet::{Encoding, Place, Shape, Sheet};
use super::spelling::{Dates, Spelling};
use super::story::Story;
use super::words::{Row, records, words};
use super::workdays::{self, after, within};

const NOTICES: usize = 48;

fn number(kind: &str, n: usize) -> String {
    match kind {
        "repairs" => format!("BX-2025-{n:03}"),
        _ => format!("GH-2025-{n:03}"),
    }
}

/// The office, its office.yaml and how its records are written.
pub fn make(faults: bool) -> Made {
    let staff = records(include_str!("../offices/jianan/staff.txt"));
    let mut s = Story::new(9_901, Office::new("jianan", number), staff, false);
    *s.office.table_mut("projects") = records(include_str!("../offices/jianan/projects.txt"));
    repairs(&mut s);
    rounds(&mut s);
    let visits = std::mem::take(&mut s.visits);
    s.office.add_sorted("visits", visits, "date");
    if faults {
        plant(&mut s.office);
    }
    let config = include_str!("../offices/jianan/office.yaml").to_owned();
    (s.office, config, sheets())
}

/// The first day that a part is no longer covered.
fn covered_until(project: &Record, part: &str) -> NaiveDate {
    let years = match part {
        "structure" | "infrastructure" | "foundation" => 50,
        "roof_waterproofing" | "wet_room" | "exterior_wall" => 5,
        _ => 2,
    };
    let accepted = accepted(project);
    accepted
        .with_year(accepted.year() + years)
        .unwrap_or(accepted)
}

fn accepted(project: &Record) -> NaiveDate {
    read(project.get("accepted_on")).unwrap_or_default().date()
}

fn repairs(s: &mut Story) {
    let mut scenes = Deck::new(words!("builder"), &mut s.rng);
    let projects = s.office.table("projects").to_vec();
    for on in workdays::spread(&mut s.rng, NOTICES, day(1, 6), day(11, 10)) {
        let scene = scenes.draw(&mut s.rng);
        let ready: Vec<Record> = projects
            .iter()
            .filter(|p| accepted(p) + days(20) < on)
            .cloned()
            .collect();
        let project = s.rng.pick(&ready).clone();
        let covered = on < covered_until(&project, scene.get("part"));
        let r = notice(s, &scene, &project, on, covered);
        let id = s.office.add("repairs", r);
        if s.rng.chance(45) {
            revisit(s, &id, &project);
        }
    }
}

/// Somebody reports a fault; the builder comes, agrees with the client on what to do, and does it.
fn notice(s: &mut Story, scene: &Row, project: &Record, on: NaiveDate, covered: bool) -> Record {
    let received = at(on, 8, 40) + Duration::minutes(5 * s.rng.range(0, 80));
    let user = s.names.next(&mut s.rng);
    let mut r = Record::new().with(&[
        ("received_at", &show(received)),
        ("source", if covered { "warranty" } else { "owner" }),
        ("kind", if covered { "warranty" } else { "works" }),
        ("reporter", &user),
        ("phone", &phone(&mut s.rng)),
        ("project", project.id()),
        ("recorded_by", "GB06"),
        ("warranty_claim", if covered { "true" } else { "false" }),
    ]);
    for field in ["part", "place", "description"] {
        r.set(field, scene.get(field));
    }
    let notified = received + Duration::minutes(s.rng.range(20, 200));
    r.set("notified_at", show(notified));
    let came = after(on, s.rng.range(1, 5));
    let begins = if covered && scene.get("cause") == "construction" && s.rng.chance(12) {
        // The project manager did not come: the company sends somebody else at their expense.
        r.set("reassigned_to", "云州固安防水修缮队")
            .set("paid_by", "project_manager")
            .set("cause", "construction");
        after(on, 11)
    } else {
        on_site(s, &mut r, scene, came, covered)
    };
    finish(s, &mut r, scene, project, begins);
    r
}

fn on_site(
    s: &mut Story,
    r: &mut Record,
    scene: &Row,
    came: NaiveDate,
    covered: bool,
) -> NaiveDate {
    let arrived = at(came, 9, 0) + Duration::minutes(10 * s.rng.range(0, 40));
    let surveyor = *s.rng.pick(&["GB06", "GB07"]);
    let begins = after(came, s.rng.range(1, 6));
    let payer = match (scene.get("cause"), covered) {
        ("construction", true) => "project_manager",
        ("misuse", _) | (_, false) => "owner",
        _ => "company",
    };
    r.set("arrived_at", show(arrived))
        .set("surveyed_at", show(arrived + Duration::minutes(40)))
        .set("surveyed_by", surveyor)
        .set("survey_findings", scene.get("findings"))
        .set("cause", scene.get("cause"))
        .set("responsible_party", scene.get("party"))
        .set("agreed_work", scene.get("work"))
        .set("agreed_on", show_day(came))
        .set("promised_on", show_day(after(begins, 8)))
        .set("paid_by", payer);
    begins
}

fn finish(s: &mut Story, r: &mut Record, scene: &Row, project: &Record, begins: NaiveDate) {
    let done = after(begins, s.rng.range(0, 6));
    let cost = s.rng.range(6, 180) * 50;
    let user = r.get("reporter").to_owned();
    let agent = format!("{}代表", project.get("owner"));
    r.set("assigned_to", *s.rng.pick(&["GB08", "GB09"]))
        .set("started_at", show(at(begins, 8, 30)))
        .set("completed_at", show(at(done, 17, 0)))
        .set("attempts", "1")
        .set("cost", cost.to_string())
        .set("outcome", scene.get("outcome"))
        .set("owner_signed_by", agent)
        .set("user_signed_by", user);
}

/// After a repair somebody asks whether it holds.
fn revisit(s: &mut Story, id: &str, project: &Record) {
    let r = s.office.find("repairs", id).clone();
    let done = read(r.get("completed_at")).unwrap_or_default().date();
    let on = after(done, s.rng.range(5, 20));
    let grade = s.grade();
    let grade = if grade == "dissatisfied" {
        "neutral"
    } else {
        grade
    };
    let opinion = match grade {
        "very_satisfied" => "修得彻底，现场也清理干净。",
        "satisfied" => "没有再出现。",
        _ => "修好了，就是等的时间长一些。",
    };
    let content = format!("查看返修部位（{}）：{}。", r.get("place"), r.get("outcome"));
    let mut v = card(s, project, on, grade, &content, opinion);
    v.set("type", "warranty")
        .set("method", "onsite")
        .set("repair", id)
        .set("onsite_checked", "true")
        .set("respondent", r.get("reporter"))
        .set("signed_by", r.get("reporter"));
    s.visits.push(v);
}

/// Each project in its warranty is visited in spring and after the rains.
fn rounds(s: &mut Story) {
    let mut talks = Deck::new(words!("builder-visits"), &mut s.rng);
    let projects = s.office.table("projects").to_vec();
    for (n, project) in projects.iter().enumerate().take(9).skip(1) {
        let n = i64::try_from(n).unwrap_or(0);
        for from in [day(3, 10), day(9, 9)] {
            let on = after(from, 4 * n + s.rng.range(0, 3));
            let talk = talks.draw(&mut s.rng);
            let mut v = card(
                s,
                project,
                on,
                talk.get("grade"),
                talk.get("content"),
                talk.get("opinion"),
            );
            let who = s.names.next(&mut s.rng);
            v.set("type", "regular")
                .set(
                    "method",
                    if talk.get("content").starts_with("电话") {
                        "phone"
                    } else {
                        "onsite"
                    },
                )
                .set("respondent", who.as_str())
                .set("signed_by", who);
            s.visits.push(v);
        }
    }
}

fn card(
    s: &mut Story,
    project: &Record,
    on: NaiveDate,
    grade: &str,
    content: &str,
    opinion: &str,
) -> Record {
    let date = at(on, 9, 0) + Duration::minutes(10 * s.rng.range(0, 42));
    let filed = within(on, 12);
    Record::new().with(&[
        ("date", &show(date)),
        ("project", project.id()),
        ("staff", project.get("project_manager")),
        ("satisfaction", grade),
        ("content", content),
        ("opinion", opinion),
        ("archived_on", &show_day(filed)),
    ])
}

fn plant(o: &mut Office) {
    let rule = |r: &str| format!("construction-warranty/{r}");
    let quiet = |o: &Office, n: usize, fits: fn(&Record) -> bool| {
        o.nth("repairs", n, |r| {
            r.get("kind") == "warranty" && o.visits_about("repair", r.id()) == 0 && fits(r)
        })
    };
    let id = quiet(o, 1, |r| {
        r.get("cause") == "construction" && r.has("arrived_at")
    });
    o.find_mut("repairs", &id).set("paid_by", "owner");
    o.plant(
        &rule("warranty-cost"),
        "repairs",
        &id,
        "保修期内施工质量，费用记在业主名下",
    );

    let id = quiet(o, 4, |r| r.has("arrived_at"));
    let later = [
        "arrived_at",
        "surveyed_at",
        "agreed_on",
        "promised_on",
        "started_at",
        "completed_at",
    ];
    o.postpone("repairs", &id, &later, 10);
    o.plant(
        &rule("on-site-10d"),
        "repairs",
        &id,
        "接到通知十天以后才到现场",
    );

    let id = quiet(o, 6, |r| r.has("arrived_at"));
    o.find_mut("repairs", &id).set("owner_signed_by", "");
    o.plant(&rule("signed-off"), "repairs", &id, "建设单位没有签认");

    let id = o.nth("repairs", 0, |r| r.has("reassigned_to"));
    o.find_mut("repairs", &id).set("paid_by", "company");
    o.plant(
        &rule("reassigned-cost"),
        "repairs",
        &id,
        "另派的费用记在公司名下",
    );
    // Within its term the same cost is charged to the wrong one as well.
    o.plant(
        &rule("warranty-cost"),
        "repairs",
        &id,
        "另派的费用记在公司名下，又在保修期内",
    );

    let id = o.nth("repairs", 0, |r| r.get("kind") == "works");
    o.find_mut("repairs", &id).set("warranty_claim", "true");
    o.plant(
        &rule("warranty-expired"),
        "repairs",
        &id,
        "过了保修期仍按保修报修",
    );

    let id = o.nth("visits", 9, |v| {
        v.get("type") == "regular" && v.get("project") != "GC-09"
    });
    o.find_mut("visits", &id).set("satisfaction", "");
    o.plant(&rule("visit-card"), "visits", &id, "回访卡没有填满意度");

    o.table_mut("visits")
        .retain(|v| v.get("project") != "GC-09");
    o.plant(
        &rule("annual-revisit"),
        "projects",
        "GC-09",
        "上年底交工，全年没有回访",
    )
    .period = "2025".into();
}

fn sheets() -> Vec<Sheet> {
    let labels = Spelling {
        labels: true,
        dates: Dates::Slash,
        by_name: &["project", "assigned_to", "staff"],
    };
    let excel = |kind, path, encoding| Sheet {
        shape: Shape::Csv {
            separator: b',',
            encoding,
        },
        spelling: labels,
        ..Sheet::csv(kind, path)
    };
    vec![
        Sheet::csv("staff", "staff.csv"),
        Sheet {
            shape: Shape::Documents,
            ..Sheet::csv("projects", "projects.yaml")
        },
        excel("repairs", "repairs.csv", Encoding::Gb18030),
        Sheet {
            place: Place::Each("visits"),
            shape: Shape::Single,
            spelling: Spelling {
                dates: Dates::Chinese,
                ..labels
            },
            ..Sheet::csv("visits", "")
        },
    ]
}
