//! 和苑管理中心: a front desk and a reception room for owners, under two complaint policies at once.

use chrono::{Datelike, NaiveDate, NaiveDateTime};

use super::Made;
use super::clock::{at, days, later, office_hours, read, show, show_day};
use super::complaint::days_of_year;
use super::office::Office;
use super::record::Record;
use super::rng::Deck;
use super::sheet::{Encoding, Place, Shape, Sheet};
use super::spelling::{Dates, Spelling};
use super::story::{Block, Story, households};
use super::walk::{self, by_year_end, day_in, in_season, questions, walk};
use super::words::{Row, records, words};

const BLOCKS: [Block; 4] = [
    ("东组团", "1号楼", 3, 6, 2),
    ("东组团", "2号楼", 3, 6, 2),
    ("西组团", "5号楼", 3, 6, 2),
    ("西组团", "6号楼", 3, 6, 2),
];
const DIRECTOR: &str = "H1";
const SUPERVISOR: &str = "H2";

fn number(kind: &str, n: usize) -> String {
    match kind {
        "customers" => format!("ZH{n:03}"),
        "complaints" => format!("LF2025-{n:03}"),
        _ => format!("HF2025-{n:03}"),
    }
}

/// The office, its office.yaml and how its records are written; with the planted faults, or in good order.
pub fn make(planted: bool) -> Made {
    let office = Office::new("heyuan", number);
    let staff = records(include_str!("../offices/heyuan/staff.txt"));
    let mut s = Story::new(527, office, staff, false);
    *s.office.table_mut("plans") = records(include_str!("../offices/heyuan/plans.txt"));
    households(&mut s, "和苑", &BLOCKS, 72, 15);
    let mut scenes = Deck::new(words!("complaints"), &mut s.rng);
    for received in days_of_year(&mut s, 44, 12) {
        let scene = in_season(&mut scenes, &mut s.rng, received.month());
        complaint(&mut s, &scene, received);
    }
    rounds(&mut s);
    s.settle(|_, v| panic!("{}: no notices here", v.id()));
    if planted {
        faults(&mut s.office);
    }
    let config = include_str!("../offices/heyuan/office.yaml").to_owned();
    (s.office, config, sheets())
}

/// Looked into on the day, reported, answered both ways, closed within days and asked about.
fn complaint(s: &mut Story, scene: &Row, received: NaiveDateTime) {
    let customer = s.customer(|_| true);
    let c = s.office.find("customers", &customer).clone();
    let received = received.min(at(received.date(), 16, 30));
    let looked = later(&mut s.rng, received, 15, 90);
    let ready = later(&mut s.rng, looked, 30, 240) + days(s.rng.range(0, 3));
    let closed = later(&mut s.rng, ready, 15, 60);
    let clerk = s.person("service_officer", received.date());
    let channel = *s.rng.pick(&[
        "in_person",
        "in_person",
        "phone",
        "phone",
        "letter",
        "online",
        "box",
    ]);
    let mut r = Record::new().with(&[
        ("received_at", &show(received)),
        ("channel", channel),
        ("customer", &customer),
        ("complainant", c.get("name")),
        ("phone", c.get("phone")),
        ("registered_by", &clerk),
        ("investigated_at", &show(looked)),
        ("handler", SUPERVISOR),
        ("reported_to", DIRECTOR),
        ("replied_at", &show(ready)),
        ("manager_informed_on", &show_day(closed.date())),
        ("closed_at", &show(closed)),
    ]);
    for field in [
        "department",
        "kind",
        "severity",
        "summary",
        "investigation",
        "result",
    ] {
        r.set(field, scene.get(field));
    }
    let true_ = scene.get("verified") == "是";
    r.set("verified", if true_ { "true" } else { "false" });
    match scene.get("kind") {
        "suggestion" => suggestion(s, &mut r, scene, received.date()),
        "misconduct" => {
            let about = if scene.get("about").is_empty() {
                "specialist"
            } else {
                scene.get("about")
            };
            let about = s.person(about, received.date());
            r.set("about_staff", about)
                .set("witness", "同楼住户两位（谈话笔录附后）")
                .set("evidence", "收款截图、岗亭录像")
                .set("signed_by", c.get("name"))
                .set("discipline", scene.get("discipline"));
        }
        _ => {}
    }
    let id = s.office.add("complaints", r);
    asked(s, scene, &id, &customer, closed);
}

/// Passed on, decided within the week, and posted on the board when it was taken up.
fn suggestion(s: &mut Story, r: &mut Record, scene: &Row, on: NaiveDate) {
    let adopted = s.rng.chance(75);
    r.set("forwarded_to", scene.get("department"))
        .set("adopted", if adopted { "true" } else { "false" });
    if adopted {
        let posted = by_year_end(on + days(s.rng.range(8, 18)));
        r.set("rectification", scene.get("result"))
            .set("posted_on", posted);
    }
}

/// A call or a visit after closing; whoever is not content is visited once more.
fn asked(s: &mut Story, scene: &Row, id: &str, customer: &str, closed: NaiveDateTime) {
    let on = closed.date() + days(s.rng.range(1, 5));
    let unhappy = s.rng.chance(12);
    let grade = if unhappy {
        "dissatisfied"
    } else {
        scene.get("grade")
    };
    let said = if unhappy {
        "处理慢，中间没有人告诉我进展"
    } else {
        scene.get("opinion")
    };
    let method = if s.rng.chance(40) { "onsite" } else { "phone" };
    let mut v = visit(s, scene, id, customer, on);
    v.set("method", method)
        .set("opinion", said)
        .set("satisfaction", grade);
    let who = s.respondent(&mut v, customer);
    if method == "onsite" {
        v.set("signed_by", who);
    }
    s.visits.push(v);
    if unhappy {
        let again = on + days(s.rng.range(2, 6));
        let mut v = visit(s, scene, id, customer, again);
        v.set("method", "onsite")
            .set(
                "content",
                "主任陪同登门致歉，说明整改情况，请住户当面查看。",
            )
            .set("opinion", "这次说清楚了，就按这样办")
            .set("satisfaction", "satisfied");
        let who = s.respondent(&mut v, customer);
        v.set("signed_by", who);
        s.visits.push(v);
    }
}

fn visit(s: &mut Story, scene: &Row, id: &str, customer: &str, on: NaiveDate) -> Record {
    let date = office_hours(&mut s.rng, on);
    let by = s.person("service_officer", on);
    let mut v = Record::new().with(&[
        ("date", &show(date)),
        ("customer", customer),
        ("staff", &by),
        ("type", "complaint"),
        ("complaint", id),
    ]);
    v.set(
        "content",
        format!(
            "回访投诉“{}”：{}。",
            scene.get("summary"),
            scene.get("result")
        ),
    );
    s.reviewed(&mut v, date, SUPERVISOR);
    v
}

/// The officers' rounds, with what they are asked.
fn rounds(s: &mut Story) {
    let mut talks = Deck::new(words!("patrols"), &mut s.rng);
    let mut asked = Deck::new(words!("questions"), &mut s.rng);
    for month in 1..=12 {
        for (officer, area) in [("H5", "东组团"), ("H6", "西组团")] {
            for _ in 0..3 {
                let on = day_in(&mut s.rng, month, 28);
                let customer = s.customer(|c| c.get("area") == area);
                let talk = in_season(&mut talks, &mut s.rng, month);
                let mut v = walk(s, &talk, officer, &customer, on, SUPERVISOR);
                questions(s, &mut v, &mut asked, |s, row| question(s, row, on));
                s.visits.push(v);
            }
        }
    }
}

/// Answered at once or by the promised day, and resolved within a month.
fn question(s: &mut Story, row: &Row, on: NaiveDate) -> Record {
    let mut q = walk::question(row);
    let mut answered = on;
    if s.rng.chance(60) {
        let promised = on + days(s.rng.range(3, 8));
        answered = promised - days(s.rng.range(0, 2));
        q.set("promised_on", show_day(promised));
    }
    let resolved = answered + days(s.rng.range(0, 14));
    q.set("answered_on", show_day(answered))
        .set("answered_by", SUPERVISOR)
        .set("resolved_on", by_year_end(resolved));
    q
}

fn faults(o: &mut Office) {
    let resident = |rule: &str| format!("resident-complaint/{rule}");
    let desk = |rule: &str| format!("owner-complaint-desk/{rule}");
    let plain = |c: &Record| !matches!(c.get("kind"), "suggestion" | "misconduct");

    let id = o.nth("complaints", 6, plain);
    let received = read(o.find("complaints", &id).get("received_at")).unwrap_or_default();
    let closed = o.find("complaints", &id).get("closed_at").to_owned();
    let next = show(at(received.date() + days(1), 9, 10)).min(closed);
    o.find_mut("complaints", &id).set("investigated_at", next);
    o.plant(
        &resident("same-day"),
        "complaints",
        &id,
        "第二天才去现场核实",
    );

    let id = o.nth("complaints", 15, plain);
    o.find_mut("complaints", &id).set("manager_informed_on", "");
    o.plant(
        &resident("both-informed"),
        "complaints",
        &id,
        "回复了住户，没有回复管理中心",
    );

    let id = o.nth("complaints", 0, |c| c.get("adopted") == "true");
    o.find_mut("complaints", &id)
        .set("posted_on", "")
        .set("forwarded_to", "");
    o.plant(
        &resident("suggestion"),
        "complaints",
        &id,
        "采纳了，没有张榜",
    );
    o.plant(&desk("forwarded"), "complaints", &id, "没有写转交哪个部门");

    let late = |v: &Record| v.nested.iter().any(|(_, q)| q[0].has("promised_on"));
    let id = o.nth("visits", 4, late);
    let q = &mut o.find_mut("visits", &id).nested[0].1[0];
    let promised = read(q.get("promised_on")).unwrap_or_default().date();
    q.set("answered_on", show_day(promised + days(2)))
        .set("resolved_on", show_day(promised + days(3)));
    o.plant(
        &resident("kept"),
        "questions",
        &format!("{id}#1"),
        "约定的日期过了两天才答复",
    );

    let id = o.nth("visits", 7, late);
    o.find_mut("visits", &id).nested[0].1[0].set("promised_on", "");
    o.plant(
        &resident("promised"),
        "questions",
        &format!("{id}#1"),
        "没有当场答复，也没有约定日期",
    );

    let id = o.nth("complaints", 0, |c| c.get("kind") == "misconduct");
    o.find_mut("complaints", &id).set("witness", "");
    o.plant(&desk("misconduct"), "complaints", &id, "没有写证明人");

    let one = |c: &Record| plain(c) && o.visits_about("complaint", c.id()) == 1;
    let id = o.nth("complaints", 20, one);
    let visit = o.visit_about("complaint", &id);
    o.find_mut("visits", &visit).set("opinion", "");
    o.plant(&desk("revisited"), "complaints", &id, "回访了，没有记意见");

    let two = |c: &Record| o.visits_about("complaint", c.id()) == 2;
    let id = o.nth("complaints", 1, two);
    let first = o.visit_about("complaint", &id);
    o.table_mut("visits")
        .retain(|v| v.get("complaint") != id || v.id() == first);
    o.plant(&desk("unsettled"), "visits", &first, "住户不满意，没有再去");
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
            spelling: labels,
            ..Sheet::csv("customers", "customers.csv")
        },
        Sheet {
            shape: Shape::Csv {
                separator: b',',
                encoding: Encoding::Gb18030,
            },
            spelling: Spelling {
                by_name: &["registered_by", "handler", "about_staff", "reported_to"],
                ..labels
            },
            ..Sheet::csv("complaints", "complaints.csv")
        },
        Sheet {
            fits: |v| v.get("type") == "complaint",
            place: Place::File("visits/投诉回访.csv"),
            ..Sheet::csv("visits", "")
        },
        Sheet {
            place: Place::File("visits/走访.yaml"),
            shape: Shape::List,
            spelling: Spelling {
                dates: Dates::Chinese,
                by_name: &["staff", "customer", "reviewed_by", "answered_by"],
                ..labels
            },
            ..Sheet::csv("visits", "")
        },
        Sheet {
            shape: Shape::Documents,
            ..Sheet::csv("plans", "plans.yaml")
        },
    ]
}
