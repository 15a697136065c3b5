//! The faults planted at 兰亭雅居.

use super::clock::{days, read, show, show_day};
use super::office::Office;
use super::record::Record;

fn name(rule: &str) -> String {
    format!("owner-visit-4/{rule}")
}

pub fn plant(o: &mut Office) {
    complaints(o);
    repairs(o);
    questions(o);
    let id = o.nth("visits", 5, |v| v.get("type") == "repair");
    o.find_mut("visits", &id).set("signed_by", "");
    o.plant(&name("signed"), "visits", &id, "业主不在家，家人没有签字");
}

fn complaints(o: &mut Office) {
    let id = o.nth("complaints", 7, |c| c.get("severity") == "minor");
    let visit = o.visit_about("complaint", &id);
    let closed = read(o.find("complaints", &id).get("closed_at")).unwrap_or_default();
    let on = closed + days(5);
    o.find_mut("visits", &visit)
        .set("date", show(on))
        .set("recorded_at", show(on))
        .set("reviewed_on", show_day(on.date() + days(1)))
        .set("archived_on", "");
    o.plant(&name("complaints-100"), "complaints", &id, "第五天才回访");

    let id = o.nth("complaints", 0, |c| c.get("severity") == "major");
    let visit = o.visit_about("complaint", &id);
    o.find_mut("visits", &visit).set("staff", "LT02");
    o.plant(
        &name("major-by-manager"),
        "visits",
        &visit,
        "主任代经理打的电话",
    );
}

fn repairs(o: &mut Office) {
    let ordered = |r: &Record| r.get("kind") == "works" && r.has("promised_on");
    let id = o.nth("repairs", 4, ordered);
    let done = read(o.find("repairs", &id).get("completed_at")).unwrap_or_default();
    let promised = show_day(done.date() - days(1));
    o.find_mut("repairs", &id).set("promised_on", promised);
    o.plant(&name("promise-kept"), "repairs", &id, "比承诺晚一天修好");

    let id = o.nth("repairs", 9, ordered);
    o.find_mut("repairs", &id).set("user_signed_by", "");
    o.plant(
        &name("owner-accepted"),
        "repairs",
        &id,
        "修好了，没有业主签认",
    );

    let id = o.nth("work_orders", 12, |_| true);
    o.find_mut("work_orders", &id)
        .set("copies", "物业公司、工程部");
    o.plant(&name("order-copies"), "work_orders", &id, "没有送客服中心");

    // Nobody asked about the works of May.
    let of_may: Vec<String> = o
        .table("repairs")
        .iter()
        .filter(|r| r.get("kind") == "works" && r.get("completed_at").starts_with("2025-05"))
        .map(|r| r.id().to_owned())
        .collect();
    o.table_mut("visits")
        .retain(|v| !of_may.iter().any(|id| id == v.get("repair")));
    o.plant_period(&name("works-30"), "2025-05", "五月完工的工程一件也没有回访");
}

fn questions(o: &mut Office) {
    let late = |v: &Record| v.nested.iter().any(|(_, q)| q[0].has("promised_on"));
    let id = o.nth("visits", 3, late);
    o.find_mut("visits", &id).nested[0].1[0].set("promised_on", "");
    o.plant(
        &name("promised"),
        "questions",
        &format!("{id}#1"),
        "没有当场答复，也没有约定日期",
    );

    let major = |v: &Record| v.nested.iter().any(|(_, q)| q[0].has("major"));
    let id = o.nth("visits", 0, major);
    o.find_mut("visits", &id).nested[0].1[0].set("meeting", "");
    o.plant(
        &name("major-meeting"),
        "questions",
        &format!("{id}#1"),
        "重大问题没有上例会",
    );
}
