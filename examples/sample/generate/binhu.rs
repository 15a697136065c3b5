//! 滨湖支行: a bank's branch whose visit centre keeps the archive; the bank's policy on visits and the centre's on files.

use chrono::{Duration, NaiveDate};

use super::Made;
use super::clock::{at, day, days, show, show_day};
use super::names::phone;
use super::office::Office;
use super::planned::{self, date};
use super::record::Record;
use super::rng::Deck;
use super::sheet::{Encoding, Place, Shape, Sheet};
use super::spelling::{Dates, Spelling};
use super::story::Story;
use super::words::{Row, records, words};
use super::workdays::{self, after, before, within};

const VISITS: usize = 56;
const LOANS: usize = 11;
const GUIDANCE: [&str; 7] = [
    "融资需求已转公司部对接，两周内再联系。",
    "意见转运营部改进，并回复客户。",
    "资料齐全，移交档案。",
    "请关注到期日，提前一周联系。",
    "客户关系维护得当，继续保持。",
    "同类意见较多，列入月度服务分析。",
    "落实承诺事项后再归档。",
];

fn number(kind: &str, n: usize) -> String {
    match kind {
        "customers" => format!("BK{n:03}"),
        "visits" => format!("BH-V{n:03}"),
        "plans" => format!("BH-P{n:03}"),
        "archives" => format!("BH-D{n:02}"),
        "loans" => format!("JY-{n:02}"),
        _ => format!("JC-{n}"),
    }
}

/// The office, its office.yaml and how its records are written.
pub fn make(faults: bool) -> Made {
    let staff = records(include_str!("../offices/binhu/staff.txt"));
    let mut s = Story::new(8_801, Office::new("binhu", number), staff, false);
    customers(&mut s);
    planned::archives(&mut s, "B08");
    year(&mut s);
    archive(&mut s);
    if faults {
        plant(&mut s.office);
    }
    let config = include_str!("../offices/binhu/office.yaml").to_owned();
    (s.office, config, sheets())
}

/// The centre under its own policy alone, with the visits of spring: who has been visited must be on file.
pub fn centre_alone() -> Made {
    let (mut office, config, sheets) = make(false);
    office
        .table_mut("plans")
        .retain(|p| p.get("kind") == "archive_check");
    let visits = office.table_mut("visits");
    visits.retain(|v| v.get("date") < "2025-04");
    for v in visits {
        v.set("plan", "");
    }
    let (head, tail) = config.split_once("policies:\n").unwrap_or_default();
    let own = tail.find("  - use: visit-centre-archive").unwrap_or(0);
    (office, format!("{head}policies:\n{}", &tail[own..]), sheets)
}

fn customers(s: &mut Story) {
    for mut c in records(include_str!("../offices/binhu/customers.txt")) {
        let contact = s.names.next(&mut s.rng);
        if !c.has("name") {
            c.set("name", contact.as_str());
        }
        let officer = *s.rng.pick(&["B04", "B05", "B06", "B07"]);
        c.set("contact", contact)
            .set("phone", phone(&mut s.rng))
            .set("staff", officer);
        s.office.add("customers", c);
    }
}

fn year(s: &mut Story) {
    let mut talks = Deck::new(words!("bank"), &mut s.rng);
    let mut guidance = Deck::new(GUIDANCE.to_vec(), &mut s.rng);
    let ids = s.office.table("customers").iter();
    let mut whom = Deck::new(ids.map(|c| c.id().to_owned()).collect(), &mut s.rng);
    for on in workdays::spread(&mut s.rng, VISITS, day(1, 14), day(11, 26)) {
        let (talk, customer) = (talks.draw(&mut s.rng), whom.draw(&mut s.rng));
        let mut v = visit(s, &talk, &customer, on);
        planned::plan(s, &mut v, "B02", talk.get("plan"));
        let guidance = guidance.draw(&mut s.rng);
        report(s, &mut v, on, guidance);
        s.office.add("visits", v);
    }
}

/// A visit by appointment to whoever looks after money at the customer's.
fn visit(s: &mut Story, talk: &Row, customer: &str, on: NaiveDate) -> Record {
    let c = s.office.find("customers", customer).clone();
    let begins = at(on, 9, 0) + Duration::minutes(15 * s.rng.range(0, 30));
    let asked = before(on, s.rng.range(1, 4)).min(on);
    let person = c.get("kind") == "resident";
    let methods: &[&str] = match person {
        true => &["phone", "phone", "onsite", "letter"],
        false => &["onsite", "onsite", "phone", "meeting", "email"],
    };
    let method = *s.rng.pick(methods);
    let role = if person {
        "main_user"
    } else {
        "administrative_head"
    };
    let noted = begins + Duration::minutes(s.rng.range(30, 90));
    let mut v = Record::new().with(&[
        ("date", &show(begins)),
        ("customer", customer),
        ("staff", c.get("staff")),
        ("method", method),
        ("type", "regular"),
        ("appointment_on", &show_day(asked)),
        ("respondent", c.get("contact")),
        ("respondent_role", role),
        ("satisfaction", talk.get("grade")),
        ("recorded_at", &show(noted)),
    ]);
    for field in ["purpose", "content", "requirement", "opinion"] {
        v.set(field, talk.get(field));
    }
    if method == "onsite" {
        v.set("place", c.get("name"))
            .set("signed_by", c.get("contact"));
    }
    v
}

fn report(s: &mut Story, v: &mut Record, on: NaiveDate, guidance: &str) {
    let reported = within(on, s.rng.range(1, 6));
    let reviewed = within(reported, s.rng.range(1, 6));
    let filed = after(reviewed, s.rng.range(3, 16));
    let by = *s.rng.pick(&["B03", "B03", "B02", "B01"]);
    v.set("reported_on", show_day(reported))
        .set("reviewed_by", by)
        .set("reviewed_on", show_day(reviewed))
        .set("guidance", guidance)
        .set("archived_on", show_day(filed));
}

/// The archive is checked twice by plan; files go out with the head's leave.
fn archive(s: &mut Story) {
    let plan = Record::new().with(&[
        ("id", "BH-DAJC-2025"),
        ("kind", "archive_check"),
        ("period", "2025"),
        ("staff", "B08"),
        (
            "content",
            "上下半年各一次，抽查三成客户档案，核对目录、借阅登记和更改记录",
        ),
        ("prepared_on", "2025-01-08"),
        ("approved_by", "B09"),
        ("approved_on", "2025-01-09"),
    ]);
    s.office.table_mut("plans").push(plan);
    for (on, findings, score) in [
        (
            "2025-06-18 09:30",
            "抽查 8 卷，1 卷目录缺页码，已当场补齐",
            "96",
        ),
        (
            "2025-11-20 14:00",
            "抽查 8 卷，借阅登记完整，2 卷影印件重新扫描",
            "98",
        ),
    ] {
        let check = Record::new().with(&[
            ("kind", "archive"),
            ("at", on),
            ("staff", "B09"),
            ("items", "目录；借阅登记；更改记录；存放环境"),
            ("findings", findings),
            ("corrected", "true"),
            ("score", score),
        ]);
        s.office.add("inspections", check);
    }
    let archives: Vec<String> = s
        .office
        .table("archives")
        .iter()
        .map(|a| a.id().to_owned())
        .collect();
    for out in workdays::spread(&mut s.rng, LOANS, day(1, 20), day(12, 1)) {
        let back = within(out, s.rng.range(2, 14));
        let borrower = s.names.next(&mut s.rng);
        let mut loan = Record::new().with(&[
            ("archive", s.rng.pick(&archives).as_str()),
            ("borrower", &borrower),
            ("borrowed_on", &show_day(out)),
            ("returned_on", &show_day(back)),
        ]);
        if s.rng.chance(20) {
            loan.set("authority", "true")
                .set("note", "监管部门现场检查调阅");
        } else {
            let head = *s.rng.pick(&["B02", "B09"]);
            loan.set("authority", "false").set("approved_by", head);
        }
        s.office.add("loans", loan);
    }
}

fn plant(o: &mut Office) {
    let rule = |r: &str| format!("bank-visit/{r}");
    let id = o.nth("visits", 3, |_| true);
    o.find_mut("visits", &id).set("plan", "");
    o.plant(&rule("planned"), "visits", &id, "临时起意，没有计划");

    let id = o.nth("visits", 11, |v| v.get("method") == "onsite");
    let late = show_day(date(o.find("visits", &id)) + days(1));
    o.find_mut("visits", &id).set("appointment_on", late);
    o.plant(&rule("appointment"), "visits", &id, "预约时间写在回访之后");

    let id = o.nth("visits", 20, |v| v.get("reviewed_by") == "B03");
    o.find_mut("visits", &id).set("staff", "B03");
    o.plant(
        &rule("reviewer-independent"),
        "visits",
        &id,
        "主管审阅自己的回访",
    );

    let id = o.nth("visits", 29, |_| true);
    o.find_mut("visits", &id).set("reported_on", "");
    o.plant(&rule("reported"), "visits", &id, "没有形成回访报告");

    let id = o.nth("visits", 40, |_| true);
    o.find_mut("visits", &id).set("guidance", "");
    o.plant(&rule("reviewed"), "visits", &id, "审阅了，没有指导意见");
    files(o);
}

fn files(o: &mut Office) {
    let rule = |r: &str| format!("visit-centre-archive/{r}");
    let lent: Vec<String> = o
        .table("loans")
        .iter()
        .map(|l| l.get("archive").to_owned())
        .collect();
    let gone = o.nth("archives", 2, |a| !lent.contains(&a.id().to_owned()));
    let customer = o.find("archives", &gone).get("customer").to_owned();
    o.table_mut("archives").retain(|a| a.id() != gone);
    o.plant(
        &rule("on-file"),
        "customers",
        &customer,
        "回访过的客户没有档案",
    );
    o.plant(
        "bank-visit/on-file",
        "customers",
        &customer,
        "首次回访一个月后仍没有档案",
    );

    let id = o.nth("archives", 1, |a| a.has("reindexed_on"));
    o.find_mut("archives", &id).set("reindexed_on", "");
    o.plant(&rule("reindexed"), "archives", &id, "更改后没有整理");

    let id = o.nth("loans", 2, |l| l.has("approved_by"));
    o.find_mut("loans", &id).set("approved_by", "B03");
    o.plant(
        &rule("loan-approved"),
        "loans",
        &id,
        "主管批准的借阅，不是部门负责人",
    );

    let id = o.nth("customers", 16, |_| true);
    o.find_mut("customers", &id).set("class", "");
    o.plant(&rule("file-complete"), "customers", &id, "客户没有分类");
}

fn sheets() -> Vec<Sheet> {
    let labels = Spelling {
        labels: true,
        dates: Dates::Slash,
        by_name: &["staff", "custodian", "approved_by", "customer"],
    };
    let excel = |kind, path| Sheet {
        shape: Shape::Csv {
            separator: b',',
            encoding: Encoding::Bom,
        },
        spelling: labels,
        ..Sheet::csv(kind, path)
    };
    vec![
        Sheet::csv("staff", "staff.csv"),
        Sheet::csv("customers", "customers.csv"),
        Sheet {
            fits: |p| p.get("kind") == "visit",
            ..excel("plans", "plans/回访计划.csv")
        },
        Sheet {
            shape: Shape::Documents,
            ..Sheet::csv("plans", "plans/档案检查.yaml")
        },
        Sheet {
            place: Place::Monthly("visits", "date", ""),
            shape: Shape::List,
            ..Sheet::csv("visits", "")
        },
        excel("archives", "archives.csv"),
        excel("loans", "loans.csv"),
        Sheet {
            shape: Shape::List,
            ..Sheet::csv("inspections", "inspections.yaml")
        },
    ]
}
