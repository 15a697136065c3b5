//! 兰亭雅居: an estate that revisits complaints, works and requests each in its own way, under the fourth visit policy.

use chrono::{Datelike, NaiveDate, NaiveDateTime};

use super::clock::{self, days, later, office_hours, read, show, show_day};
use super::complaint::days_of_year;
use super::office::Office;
use super::record::Record;
use super::rng::Deck;
use super::sheet::{Encoding, Place, Shape, Sheet};
use super::spelling::{Dates, Spelling};
use super::story::{Block, Story, households};
use super::walk::{self, day_in, in_season, questions, walk};
use super::words::{Row, records, words};
use super::{Made, lanting_faults, lanting_works};

const BLOCKS: [Block; 4] = [
    ("梅苑", "梅1栋", 2, 11, 2),
    ("梅苑", "梅2栋", 2, 11, 2),
    ("竹苑", "竹1栋", 2, 11, 2),
    ("竹苑", "竹2栋", 2, 11, 2),
];
pub const MANAGER: &str = "LT01";
const DIRECTOR: &str = "LT02";
const OFFICERS: [(&str, &str); 2] = [("LT05", "梅苑"), ("LT06", "竹苑")];

fn number(kind: &str, n: usize) -> String {
    match kind {
        "customers" => format!("LT-{n:03}"),
        "complaints" => format!("TS-{n:02}"),
        "repairs" => format!("WX-{n:03}"),
        "visits" => format!("HF-{n:03}"),
        "work_orders" => format!("LXD-{n:03}"),
        _ => format!("LH-{n:02}"),
    }
}

/// The office, its office.yaml and how its records are written; with the planted faults, or in good order.
pub fn make(planted: bool) -> Made {
    let office = Office::new("lanting", number);
    let staff = records(include_str!("../offices/lanting/staff.txt"));
    let mut s = Story::new(353, office, staff, false);
    *s.office.table_mut("campaigns") = records(include_str!("../offices/lanting/campaigns.txt"));
    households(&mut s, "兰亭雅居", &BLOCKS, 80, 10);
    meetings(&mut s);
    let mut scenes = Deck::new(words!("complaints"), &mut s.rng);
    for received in days_of_year(&mut s, 22, 14) {
        let scene = in_season(&mut scenes, &mut s.rng, received.month());
        complaint(&mut s, &scene, received);
    }
    lanting_works::repairs(&mut s);
    rounds(&mut s);
    managers(&mut s);
    s.settle(|_, v| panic!("{}: no notices here", v.id()));
    if planted {
        lanting_faults::plant(&mut s.office);
    }
    let config = include_str!("../offices/lanting/office.yaml").to_owned();
    (s.office, config, sheets())
}

/// The monthly meeting, on one of the last days; the year's last is held early enough for December's questions.
fn meetings(s: &mut Story) {
    for (row, month) in records(include_str!("../offices/lanting/meetings.txt"))
        .into_iter()
        .zip(1u32..)
    {
        let m = Record::new().with(&[
            ("kind", "regular"),
            ("held_on", &show_day(meeting(month))),
            ("place", "物业服务处会议室"),
            ("chair", "容正气"),
            ("recorder", "纪晓兰"),
            ("attendees", "容正气、路遥、水长流、苗青禾、柯以诚"),
            ("topic", row.get("topic")),
            ("decisions", row.get("decisions")),
        ]);
        s.office.add("meetings", m);
    }
}

fn meeting(month: u32) -> NaiveDate {
    clock::day(month, 27)
}

/// Closed within days, and asked about within three: a major one by the manager, the others by the area's officer.
fn complaint(s: &mut Story, scene: &Row, received: NaiveDateTime) {
    let customer = s.customer(|_| true);
    let c = s.office.find("customers", &customer).clone();
    let looked = later(&mut s.rng, received, 30, 240);
    let ready = looked + days(s.rng.range(0, 2));
    let replied = later(&mut s.rng, ready, 30, 300);
    let closed = later(&mut s.rng, replied, 30, 120);
    let clerk = s.person("service_officer", received.date());
    let mut r = Record::new().with(&[
        ("received_at", &show(received)),
        (
            "channel",
            *s.rng
                .pick(&["phone", "phone", "in_person", "box", "online"]),
        ),
        ("customer", &customer),
        ("complainant", c.get("name")),
        ("phone", c.get("phone")),
        ("registered_by", &clerk),
        ("investigated_at", &show(looked)),
        ("replied_at", &show(replied)),
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
    let id = s.office.add("complaints", r);
    let date = closed.date() + days(s.rng.range(1, 3));
    let date = office_hours(&mut s.rng, date);
    let major = scene.get("severity") == "major";
    let by = if major {
        MANAGER
    } else {
        officer(c.get("area"))
    };
    let onsite = !major && s.rng.chance(50);
    let mut v = Record::new().with(&[
        ("date", &show(date)),
        ("customer", &customer),
        ("staff", by),
        ("method", if onsite { "onsite" } else { "phone" }),
        ("type", "complaint"),
        ("complaint", &id),
        ("opinion", scene.get("opinion")),
        ("satisfaction", scene.get("grade")),
    ]);
    v.set(
        "content",
        format!(
            "回访投诉“{}”：{}。",
            scene.get("summary"),
            scene.get("result")
        ),
    );
    let who = s.respondent(&mut v, &customer);
    if onsite {
        v.set("signed_by", who);
    }
    s.reviewed(&mut v, date, MANAGER);
    s.visits.push(v);
}

/// The officer of an area.
pub fn officer(area: &str) -> &'static str {
    let found = OFFICERS.iter().find(|o| o.1 == area);
    found.map_or(OFFICERS[0].0, |o| o.0)
}

/// The officers' rounds of their areas, with what they are asked and the calls that follow what was resolved.
fn rounds(s: &mut Story) {
    let mut talks = Deck::new(words!("patrols"), &mut s.rng);
    let mut asked = Deck::new(words!("questions"), &mut s.rng);
    for month in 1..=12 {
        for (officer, area) in OFFICERS {
            for _ in 0..2 {
                let on = day_in(&mut s.rng, month, 25);
                let customer = s.customer(|c| c.get("area") == area);
                let talk = in_season(&mut talks, &mut s.rng, month);
                let mut v = walk(s, &talk, officer, &customer, on, MANAGER);
                questions(s, &mut v, &mut asked, |s, row| question(s, row, on));
                let questions: Vec<Record> = v.nested.iter().flat_map(|(_, q)| q.clone()).collect();
                s.visits.push(v);
                questions
                    .iter()
                    .for_each(|q| confirmed(s, q, officer, &customer));
            }
        }
    }
}

/// Answered at once or by a promised day; one in six is major, and comes before the month's meeting.
fn question(s: &mut Story, row: &Row, on: NaiveDate) -> Record {
    let mut q = walk::question(row);
    let mut answered = on;
    if s.rng.chance(45) {
        let promised = on + days(s.rng.range(2, 6));
        answered = promised - days(s.rng.range(0, 1));
        q.set("promised_on", show_day(promised));
    }
    let resolved = (answered + days(s.rng.range(1, 9))).min(clock::day(12, 27));
    q.set("answered_on", show_day(answered))
        .set("answered_by", MANAGER)
        .set("resolved_on", show_day(resolved.max(answered)));
    if s.rng.chance(17) {
        q.set("major", "true")
            .set("escalated_to", MANAGER)
            .set("escalated_on", show_day(on))
            .set("meeting", format!("LH-{:02}", on.month()));
    }
    q
}

/// The owner is phoned once the matter is settled: within three days when it was major, within a week when not.
fn confirmed(s: &mut Story, q: &Record, by: &str, customer: &str) {
    let resolved = read(q.get("resolved_on")).unwrap_or_default().date();
    let soon = if q.has("major") { 3 } else { 6 };
    let date = (resolved + days(s.rng.range(1, soon))).min(clock::day(12, 31));
    let date = office_hours(&mut s.rng, date);
    let mut v = Record::new().with(&[
        ("date", &show(date)),
        ("customer", customer),
        ("staff", by),
        ("method", "phone"),
        ("type", "confirmation"),
        (
            "opinion",
            *s.rng
                .pick(&["知道了，谢谢", "已经好了", "满意", "希望一直保持"]),
        ),
        ("satisfaction", "satisfied"),
    ]);
    v.set(
        "content",
        format!("告知“{}”已解决：{}", q.get("text"), q.get("resolution")),
    );
    s.respondent(&mut v, customer);
    s.reviewed(&mut v, date, MANAGER);
    s.visits.push(v);
}

/// The manager and the director each call at some doors, between two and five times a year.
fn managers(s: &mut Story) {
    let talks: Vec<Row> = words!("patrols")
        .into_iter()
        .filter(|r| r.get("purpose") == "relationship" && r.get("months").is_empty())
        .collect();
    let dates = [
        (MANAGER, 2, 13),
        (DIRECTOR, 4, 22),
        (MANAGER, 6, 5),
        (DIRECTOR, 9, 3),
        (MANAGER, 11, 18),
        (DIRECTOR, 12, 9),
    ];
    for (i, (who, month, day)) in dates.into_iter().enumerate() {
        let customer = s.customer(|c| c.get("kind") == "owner");
        let mut v = walk(
            s,
            &talks[i % talks.len()],
            who,
            &customer,
            clock::day(month, day),
            DIRECTOR,
        );
        v.set("type", "special");
        s.visits.push(v);
    }
}

fn sheets() -> Vec<Sheet> {
    let labels = Spelling {
        labels: true,
        dates: Dates::Slash,
        by_name: &[],
    };
    let list = |kind, path| Sheet {
        shape: Shape::List,
        spelling: Spelling {
            dates: Dates::Chinese,
            by_name: &["staff", "customer", "reviewed_by", "answered_by"],
            ..labels
        },
        ..Sheet::csv(kind, path)
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
        excel("customers", "customers.csv", Encoding::Bom),
        Sheet {
            place: Place::Monthly("repairs", "received_at", ""),
            spelling: Spelling {
                by_name: &["recorded_by", "assigned_to"],
                ..Spelling::PLAIN
            },
            ..Sheet::csv("repairs", "")
        },
        Sheet {
            shape: Shape::Documents,
            ..list("complaints", "complaints.yaml")
        },
        Sheet {
            fits: |v| v.get("type") == "regular",
            place: Place::File("visits/走访.yaml"),
            ..list("visits", "")
        },
        Sheet {
            place: Place::File("visits/回访.csv"),
            ..excel("visits", "", Encoding::Gb18030)
        },
        excel("work_orders", "work_orders.csv", Encoding::Utf8),
        list("meetings", "meetings.yaml"),
        list("campaigns", "campaigns.yaml"),
    ]
}
