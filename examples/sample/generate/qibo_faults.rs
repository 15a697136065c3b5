//! The faults planted at 汽博园.

use super::clock::{days, read, show, show_day};
use super::office::Office;
use super::record::Record;

fn name(rule: &str) -> String {
    format!("warranty-period-repair/{rule}")
}

/// Plants them, and returns office.yaml with the ids that its waivers name.
pub fn plant(o: &mut Office, config: &str) -> String {
    o.plant(
        &name("commitment"),
        "projects",
        "GC-04",
        "承诺书没有签署日期",
    );
    causes(o);
    retention(o);
    let waived = starts(o);
    periods(o);
    complaints(o);
    core(o);
    o.plant("core/stale-waiver", "", "", "编号写错，豁免没有用到");
    config.replace("{waived}", &waived)
}

/// A repair of a cause within the warranty of the two big projects.
fn of_cause(o: &Office, n: usize, cause: &str, fits: impl Fn(&Record) -> bool) -> String {
    o.nth("repairs", n, |r| {
        r.get("cause") == cause
            && matches!(r.get("project"), "GC-01" | "GC-02")
            && r.get("received_at") > "2025-03"
            && fits(r)
    })
}

fn causes(o: &mut Office) {
    let id = of_cause(o, 1, "wear", |_| true);
    o.find_mut("repairs", &id).set("photos", "");
    o.plant(&name("surveyed"), "repairs", &id, "没有影像资料");

    let id = of_cause(o, 0, "design", |_| true);
    o.find_mut("repairs", &id).set("routed_to", "客户服务部");
    o.plant(&name("design"), "repairs", &id, "设计缺陷转错了部门");

    let id = of_cause(o, 1, "design", |_| true);
    o.find_mut("repairs", &id).set("escalated_on", "");
    o.plant(&name("difficult"), "repairs", &id, "重大疑难没有上报");

    let id = of_cause(o, 1, "construction", |r| {
        r.has("arranged_at") && r.has("weather_hold")
    });
    o.postpone(
        "repairs",
        &id,
        &["notified_at", "arranged_at", "arrived_at"],
        2,
    );
    o.plant(
        &name("notified-24h"),
        "repairs",
        &id,
        "两天后才通知施工单位",
    );

    let id = of_cause(o, 0, "misuse", |_| true);
    let r = o.find_mut("repairs", &id);
    let late =
        read(r.get("received_at")).unwrap_or_default() + days(1) + chrono::Duration::minutes(35);
    r.set("replied_at", show(late));
    o.plant(&name("answered-24h"), "repairs", &id, "答复晚了三十五分钟");
}

fn retention(o: &mut Office) {
    let id = of_cause(o, 0, "construction", |r| r.has("delegated"));
    o.find_mut("repairs", &id)
        .set("application_on", "")
        .set("application_by", "")
        .set("application_approved_on", "")
        .set("application_approved_by", "");
    o.plant(
        &name("applied-delegated"),
        "repairs",
        &id,
        "委托维修没有申请就开工",
    );

    let id = of_cause(o, 0, "construction", |r| {
        r.has("notified_at") && !r.has("arranged_at")
    });
    o.find_mut("repairs", &id).set("paid_by", "company");
    o.plant(
        &name("contractor-24h"),
        "repairs",
        &id,
        "施工单位没有安排，费用却由公司承担",
    );

    let id = of_cause(o, 0, "construction", |r| r.get("attempts") == "2");
    let r = o.find_mut("repairs", &id);
    for field in [
        "application_by",
        "application_on",
        "application_approved_by",
        "application_approved_on",
    ] {
        r.set(field, "");
    }
    o.plant(
        &name("two-attempts"),
        "repairs",
        &id,
        "修了两次仍不满意，没有申请",
    );
}

/// Two that began too late; the second is waived.
fn starts(o: &mut Office) -> String {
    let late = |o: &mut Office, n: usize, by: i64| {
        let id = of_cause(o, n, "wear", |r| !r.has("complaint"));
        let r = o.find("repairs", &id).clone();
        let received = read(r.day("received_at")).unwrap_or_default();
        let started = read(r.day("started_at")).unwrap_or_default();
        let shift = by - (started - received).num_days();
        o.postpone("repairs", &id, &["started_at", "completed_at"], shift);
        let about = o
            .table("visits")
            .iter()
            .find(|v| v.get("repair") == id)
            .map(|v| v.id().to_owned());
        if let Some(visit) = about {
            o.postpone(
                "visits",
                &visit,
                &["date", "recorded_at", "reviewed_on", "archived_on"],
                shift,
            );
        }
        id
    };
    let id = late(o, 2, 5);
    o.plant(&name("start-3d"), "repairs", &id, "受理后第五天才开工");
    let id = late(o, 3, 4);
    o.plant(
        &name("start-3d"),
        "repairs",
        &id,
        "停线检修不得动火，顺延一天（豁免）",
    )
    .waived = true;
    id
}

fn periods(o: &mut Office) {
    let june = o.nth("filings", 0, |f| f.get("period") == "2025年6月");
    o.find_mut("filings", &june)
        .set("submitted_on", "2025-07-08")
        .set("approved_on", "2025-07-09");
    o.plant(&name("ledger"), "filings", &june, "六月台帐晚报三天")
        .period = "2025-06".into();
    let october = o.nth("filings", 0, |f| f.get("period") == "2025年10月");
    o.table_mut("filings").retain(|f| f.id() != october);
    o.plant_period(&name("ledger"), "2025-10", "十月台帐漏报");

    let id = o.nth("repairs", 0, |r| {
        r.get("cause") == "wear" && r.get("project") == "GC-02" && r.get("received_at") > "2025-04"
    });
    let shop = o.nth("customers", 0, |c| c.get("area") == "商业街");
    o.find_mut("repairs", &id)
        .set("project", "GC-03")
        .set("customer", shop.as_str());
    o.plant(
        &name("out-of-period"),
        "repairs",
        &id,
        "商业街三月底质保期满，仍按保修登记",
    );
}

fn complaints(o: &mut Office) {
    let rule = |r: &str| format!("complaint-handling/{r}");
    let id = o.nth("complaints", 3, |c| {
        c.get("severity") == "minor" && c.get("received_at") > "2025-03"
    });
    let visit = o.visit_about("complaint", &id);
    let closed = read(o.find("complaints", &id).day("closed_at")).unwrap_or_default();
    o.table_mut("visits").retain(|v| v.id() != visit);
    o.plant(
        &rule("revisited"),
        "complaints",
        &id,
        &format!("{} 办结后没有回访", show_day(closed.date())),
    );

    let id = o.nth("complaints", 0, |c| {
        c.get("severity") == "important" && c.get("received_at") > "2025-03"
    });
    o.find_mut("complaints", &id).set("escalated_on", "");
    o.plant(
        &rule("escalated"),
        "complaints",
        &id,
        "重要投诉没有上报日期",
    );
}

fn core(o: &mut Office) {
    let visit = o.nth("visits", 8, |v| v.get("type") == "warranty");
    o.find_mut("visits", &visit).set("staff", "1014");
    o.plant_core("core/dangling-ref", "visits", &visit, "staff", "工号写错");

    let id = o.nth("repairs", 3, |r| {
        r.get("cause") == "construction" && r.has("arranged_at") && r.get("received_at") > "2025-05"
    });
    let wrong = read(o.find("repairs", &id).get("notified_at")).unwrap_or_default() - days(1);
    o.find_mut("repairs", &id).set("arrived_at", show(wrong));
    o.plant_core(
        "core/time-order",
        "repairs",
        &id,
        "arrived_at",
        "到场写在通知之前",
    );

    let id = o.nth("work_orders", 2, |_| true);
    o.find_mut("work_orders", &id).set("issued_at", "");
    o.plant_core(
        "core/missing-field",
        "work_orders",
        &id,
        "issued_at",
        "联系单没有签发时间",
    );
}
