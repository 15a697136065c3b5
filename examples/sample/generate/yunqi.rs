//! 云栖苑服务中心: 64 households, every one visited and surveyed, under the owner visit and complaint policies.

use chrono::{Datelike, NaiveDate};

use super::clock::{day, days, office_hours, read, show_day};
use super::complaint::{self, Desk};
use super::office::Office;
use super::record::Record;
use super::repair::{Job, repair, revisit};
use super::rng::Deck;
use super::sheet::{Encoding, Place, Shape, Sheet};
use super::spelling::{Dates, Spelling};
use super::story::{Block, Story, households};
use super::walk::{self, by_year_end, day_in, enquiries, in_season, questions, walk};
use super::words::{Row, records, words};
use super::{Made, survey, yunqi_faults};

const BLOCKS: [Block; 4] = [
    ("南苑", "云舒阁", 2, 5, 2),
    ("南苑", "云卷阁", 2, 5, 2),
    ("北苑", "栖霞阁", 2, 5, 2),
    ("北苑", "栖梧阁", 2, 5, 2),
];
/// Two owners live abroad; nobody reaches them (planted).
pub const UNREACHED: [&str; 2] = ["YZ031", "YZ052"];

fn number(kind: &str, n: usize) -> String {
    match kind {
        "customers" => format!("YZ{n:03}"),
        "visits" => format!("HF2025-{n:04}"),
        "complaints" => format!("TS2025-{n:03}"),
        "repairs" => format!("WX2025-{n:03}"),
        "work_orders" => format!("LX2025-{n:03}"),
        "surveys" => format!("DC-{n:03}"),
        _ => format!("JD{n:04}"),
    }
}

/// The office, its office.yaml and how its records are written.
pub fn make() -> Made {
    let (mut office, config, sheets) = sound();
    yunqi_faults::plant(&mut office);
    (office, config, sheets)
}

/// The same without the planted faults, save that two owners were not reached.
pub fn sound() -> Made {
    let office = Office::new("yunqi", number);
    let mut s = Story::new(
        64_064,
        office,
        records(include_str!("../offices/yunqi/staff.txt")),
        false,
    );
    *s.office.table_mut("meetings") = records(include_str!("../offices/yunqi/meetings.txt"));
    *s.office.table_mut("campaigns") = records(include_str!("../offices/yunqi/campaigns.txt"));
    households(&mut s, "云栖苑", &BLOCKS, 64, 0);
    let desk = Desk {
        signer: "02".into(),
        deputy: "03".into(),
        trackers: vec!["04".into()],
        reviewer: "04".into(),
    };
    complaints_and_repairs(&mut s, &desk);
    rounds(&mut s);
    enquiries(&mut s, 26);
    s.settle(|_, v| panic!("{}: no notices here", v.id()));
    survey::handed_out(&mut s, "DC2025-1", 64, true);
    survey::handed_out(&mut s, "DC2025-2", 64, true);
    (
        s.office,
        include_str!("../offices/yunqi/office.yaml").to_owned(),
        sheets(),
    )
}

fn reached(c: &Record) -> bool {
    !UNREACHED.contains(&c.id())
}

fn complaints_and_repairs(s: &mut Story, desk: &Desk) {
    let all: Vec<Row> = words!("repairs");
    let mut scenes = Deck::new(words!("complaints"), &mut s.rng);
    let mut jobs = Vec::new();
    for received in complaint::days_of_year(s, 18, 8) {
        let scene = in_season(&mut scenes, &mut s.rng, received.month());
        let customer = s.customer(reached);
        let id = complaint::open(s, desk, &scene, &customer, received);
        jobs.extend(complaint::job(s, &all, &scene, &customer, received, &id));
    }
    let private: Vec<Row> = all
        .into_iter()
        .filter(|r| !r.get("place").contains("{b}"))
        .collect();
    let mut scenes = Deck::new(private, &mut s.rng);
    for month in 1..=12 {
        for _ in 0..s.rng.range(3, 5) {
            let scene = in_season(&mut scenes, &mut s.rng, month);
            let (on, customer) = (day_in(&mut s.rng, month, 27), s.customer(reached));
            let received = office_hours(&mut s.rng, on);
            jobs.push(Job {
                scene,
                received,
                customer,
                complaint: None,
            });
        }
    }
    jobs.sort_by_key(|j| j.received);
    let crew = s.office.people("repair_worker", day(1, 1));
    for job in &jobs {
        let id = repair(s, job, &crew);
        let paid = s.office.find("repairs", &id).has("paid_service");
        if paid || s.rng.chance(60) {
            asked_after(s, &id, paid);
        }
    }
    let ids: Vec<String> = s
        .office
        .table("complaints")
        .iter()
        .map(|c| c.id().to_owned())
        .collect();
    ids.iter().for_each(|id| complaint::close(s, desk, id));
}

/// The visit after a repair; a dissatisfied owner is visited until content.
fn asked_after(s: &mut Story, id: &str, paid: bool) {
    let Some(done) = read(s.office.find("repairs", id).get("completed_at")) else {
        return;
    };
    let on = done.date() + days(s.rng.range(1, 5));
    let visitor = s.person("service_officer", on);
    let grade = s.grade();
    let date = office_hours(&mut s.rng, on);
    let kind = if paid { "paid_service" } else { "repair" };
    let mut v = revisit(s, id, &visitor, date, grade);
    v.set("type", kind).set("problem_found", "");
    close(s, v, on);
    if grade == "dissatisfied" {
        let on = (on + days(s.rng.range(2, 5))).min(day(12, 30));
        let date = office_hours(&mut s.rng, on);
        let mut v = revisit(s, id, &visitor, date, "satisfied");
        v.set("type", kind).set("problem_found", "").set(
            "content",
            "返工后再次回访，业主当面试用，确认问题已经解决。",
        );
        close(s, v, on);
    }
}

fn close(s: &mut Story, mut v: Record, on: NaiveDate) {
    let date = read(v.get("date")).unwrap_or_default();
    s.reviewed(&mut v, date, "04");
    s.three_signatures(&mut v, on);
    s.visits.push(v);
}

/// Every reachable owner is called on in spring and in autumn.
fn rounds(s: &mut Story) {
    let mut talks = Deck::new(words!("patrols"), &mut s.rng);
    let mut asked = Deck::new(words!("questions"), &mut s.rng);
    let owners: Vec<String> = s
        .office
        .table("customers")
        .iter()
        .filter(|c| reached(c))
        .map(|c| c.id().to_owned())
        .collect();
    for (i, owner) in owners.iter().enumerate() {
        for (first, second) in [(2, 4), (9, 11)] {
            if second == 11 && i % 2 == 1 {
                continue;
            }
            let month = u32::try_from(s.rng.range(first, second)).unwrap_or(3);
            let on = day_in(&mut s.rng, month, 28);
            let talk = in_season(&mut talks, &mut s.rng, month);
            let visitor = s.person("service_officer", on);
            let mut v = walk(s, &talk, &visitor, owner, on, "04");
            let method = *s
                .rng
                .pick(&["onsite", "onsite", "onsite", "phone", "patrol"]);
            v.set("method", method)
                .set("type", if i % 5 == 0 { "special" } else { "regular" });
            if method != "onsite" {
                v.set("signed_by", "").set(
                    "place",
                    if method == "patrol" {
                        "楼下花园"
                    } else {
                        ""
                    },
                );
            }
            questions(s, &mut v, &mut asked, |s, row| question(s, row, on));
            s.visits.push(v);
        }
    }
}

/// Settled by the next day, or passed up the same day.
fn question(s: &mut Story, row: &Row, on: NaiveDate) -> Record {
    let mut q = walk::question(row);
    let answerer = s.person("service_officer", on);
    q.set("answered_on", show_day(on))
        .set("answered_by", answerer);
    if s.rng.chance(45) {
        let resolved = on + days(s.rng.range(0, 1));
        q.set("resolved_on", show_day(resolved));
    } else {
        let to = if s.rng.chance(60) { "04" } else { "02" };
        let resolved = on + days(s.rng.range(3, 30));
        q.set("beyond_authority", "true")
            .set("escalated_to", to)
            .set("escalated_on", show_day(on));
        q.set("resolved_on", by_year_end(resolved));
    }
    q
}

fn sheets() -> Vec<Sheet> {
    let labels = Spelling {
        labels: true,
        ..Spelling::PLAIN
    };
    let csv = |kind, path, separator, encoding| Sheet {
        shape: Shape::Csv {
            separator,
            encoding,
        },
        spelling: labels,
        ..Sheet::csv(kind, path)
    };
    vec![
        csv("staff", "staff.csv", b',', Encoding::Utf8),
        csv("customers", "customers.csv", b';', Encoding::Utf8),
        csv("repairs", "repairs.csv", b',', Encoding::Bom),
        Sheet {
            place: Place::Each("complaints"),
            shape: Shape::Single,
            spelling: Spelling {
                dates: Dates::Chinese,
                by_name: &["registered_by", "handler", "decided_by"],
                ..labels
            },
            ..Sheet::csv("complaints", "")
        },
        Sheet {
            place: Place::Monthly("visits", "date", ""),
            shape: Shape::List,
            spelling: Spelling {
                by_name: &[
                    "staff",
                    "customer",
                    "reviewed_by",
                    "answered_by",
                    "escalated_to",
                ],
                ..labels
            },
            ..Sheet::csv("visits", "")
        },
        csv("work_orders", "work_orders.csv", b'\t', Encoding::Utf8),
        csv("surveys", "surveys.csv", b';', Encoding::Bom),
        Sheet {
            spelling: Spelling {
                by_name: &["customer", "staff"],
                ..Spelling::PLAIN
            },
            ..Sheet::csv("calls", "calls.csv")
        },
        Sheet {
            shape: Shape::Documents,
            ..Sheet::csv("meetings", "meetings.yaml")
        },
        Sheet {
            shape: Shape::List,
            ..Sheet::csv("campaigns", "campaigns.yaml")
        },
    ]
}
