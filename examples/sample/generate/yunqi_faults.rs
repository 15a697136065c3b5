//! The faults planted at 云栖苑.

use super::clock::{days, read, show_day};
use super::office::Office;
use super::record::Record;
use super::yunqi::UNREACHED;

/// Plants them.
pub fn plant(o: &mut Office) {
    visits(o);
    questions(o);
    surveys(o);
    complaints(o);
    core(o);
}

fn name(rule: &str) -> String {
    format!("owner-visit-survey/{rule}")
}

fn visits(o: &mut Office) {
    let regular = |v: &Record| v.get("type") == "regular" && v.nested.is_empty();
    let change = |o: &mut Office, n: usize, rule: &str, field: &str, value: &str, why: &str| {
        let id = o.nth("visits", n, regular);
        o.find_mut("visits", &id).set(field, value);
        o.plant(&name(rule), "visits", &id, why);
    };
    change(
        o,
        3,
        "type",
        "type",
        "holiday",
        "节日问候登记成节假日回访，制度里没有这一类",
    );
    change(o, 7, "method", "method", "sms", "发短信当作回访");
    change(o, 11, "recorded", "opinion", "", "没有记业主意见");
    change(
        o,
        15,
        "three-signatures",
        "project_manager_signed_on",
        "",
        "缺项目经理签字",
    );
    let id = o.nth("visits", 19, |v| {
        v.get("supervisor_signed_on") > v.day("date")
    });
    let early = o.find("visits", &id).day("date").to_owned();
    o.find_mut("visits", &id)
        .set("property_manager_signed_on", early);
    o.plant(
        &name("three-signatures"),
        "visits",
        &id,
        "物业经理先于主管签字",
    );

    let again = |v: &Record| v.get("content").starts_with("返工后");
    let second = o.nth("visits", 0, again);
    let repair = o.find("visits", &second).get("repair").to_owned();
    o.table_mut("visits").retain(|v| v.id() != second);
    let first = o.visit_about("repair", &repair);
    o.plant(
        &name("until-satisfied"),
        "visits",
        &first,
        "业主不满意，没有再次回访",
    );

    let repair = o.nth("repairs", 2, |r| {
        r.has("paid_service") && o.visits_about("repair", r.id()) == 1
    });
    let visit = o.visit_about("repair", &repair);
    o.find_mut("visits", &visit).set("signed_by", "");
    o.plant(
        &name("paid-service"),
        "repairs",
        &repair,
        "有偿服务回访没有业主签名",
    );

    o.plant_period(
        &name("owners-visited"),
        "2025",
        &format!("业主 {} 两户在国外，全年没有走访", UNREACHED.join("、")),
    );
}

fn questions(o: &mut Office) {
    let asked = |o: &Office, n: usize, from: &str, to: &str| {
        o.nth("visits", n, |v| {
            let one = v
                .nested
                .first()
                .filter(|(_, q)| q.len() == 1)
                .map(|(_, q)| &q[0]);
            (from..to).contains(&v.get("date")) && one.is_some_and(|q| q.has("escalated_to"))
        })
    };
    let visit = asked(o, 0, "2025-02", "2025-05");
    let q = &mut o.find_mut("visits", &visit).nested[0].1[0];
    q.set("escalated_to", "")
        .set("escalated_on", "")
        .set("beyond_authority", "");
    o.plant(
        &name("escalated"),
        "questions",
        &format!("{visit}#1"),
        "第二天没解决，也没有上报",
    );

    let visit = asked(o, 1, "2025-09", "2025-12");
    let q = &mut o.find_mut("visits", &visit).nested[0].1[0];
    q.set("escalated_to", "")
        .set("escalated_on", "")
        .set("resolved_on", "")
        .set("resolution", "");
    let id = format!("{visit}#1");
    o.plant(
        &name("escalated"),
        "questions",
        &id,
        "一直没有解决，也没有上报",
    );
    o.plant(
        &name("year-end"),
        "questions",
        &id,
        "到年底没有解决，也没有上报",
    );
}

fn surveys(o: &mut Office) {
    let change = |o: &mut Office, n: usize, rule: &str, field: &str, value: &str, why: &str| {
        let id = o.nth("surveys", n, |s| s.has("opinion"));
        o.find_mut("surveys", &id).set(field, value);
        o.plant(&name(rule), "surveys", &id, why);
    };
    change(o, 5, "survey-receipt", "receipt_signed_by", "", "没有签收");
    change(o, 12, "survey-named", "signed_by", "", "收回时没有查看署名");
    change(
        o,
        20,
        "opinion-sorted",
        "opinion_department",
        "",
        "意见没有分到部门",
    );
    change(
        o,
        30,
        "survey-collected",
        "collected_on",
        "2025-06-03",
        "过了收回期限",
    );
    let late = o.nth("surveys", 40, |s| {
        s.get("campaign") == "DC2025-2" && s.has("opinion")
    });
    o.find_mut("surveys", &late)
        .set("distributed_on", "2025-10-27")
        .set("collected_on", "2025-10-30");
    o.plant(
        &name("survey-on-time"),
        "surveys",
        &late,
        "发放截止以后才发出",
    );

    let none = o.nth("surveys", 50, |s| s.get("campaign") == "DC2025-2");
    o.table_mut("surveys").retain(|s| s.id() != none);
    o.plant(
        &name("survey-everyone"),
        "campaigns",
        "DC2025-2",
        "漏发一户",
    );

    let meeting = o.find("campaigns", "DC2025-2").get("collect_by").to_owned();
    let early = read(&meeting).unwrap_or_default() - days(2);
    o.find_mut("meetings", "HY2025-05")
        .set("held_on", show_day(early.date()));
    o.plant(
        &name("survey-meeting"),
        "campaigns",
        "DC2025-2",
        "研讨会开在收回期限之前",
    );
}

fn complaints(o: &mut Office) {
    let closed = |c: &Record| c.get("severity") == "minor" && c.has("closed_at");
    let name = |rule: &str| format!("complaint-handling/{rule}");
    let id = o.nth("complaints", 2, closed);
    let received = o.find("complaints", &id).day("received_at").to_owned();
    o.find_mut("complaints", &id)
        .set("replied_at", "")
        .set("escalated_on", received);
    o.plant(&name("replied"), "complaints", &id, "办结了，没有答复业主");

    let id = o.nth("complaints", 4, closed);
    o.find_mut("complaints", &id).set("summary", "待补");
    o.plant(
        &name("register-complete"),
        "complaints",
        &id,
        "内容摘要写着“待补”",
    );
}

fn core(o: &mut Office) {
    let visit = o.nth("visits", 6, |v| {
        v.get("type") == "special" && v.nested.is_empty()
    });
    o.find_mut("visits", &visit).set("满意情况", "满意");
    o.plant_core(
        "core/unknown-field",
        "visits",
        &visit,
        "满意情况",
        "自己加的一项",
    );

    let order = o.nth("work_orders", 3, |_| true);
    o.find_mut("work_orders", &order)
        .set("promised_on", "3/4/2025");
    o.plant_core(
        "core/bad-value",
        "work_orders",
        &order,
        "promised_on",
        "月日不分的日期",
    );

    o.loose.push((
        "夜间巡查.csv",
        "日期,巡查人,情况\n2025-03-01,石敢当,正常\n".into(),
    ));
    o.plant("core/unknown-kind", "", "", "没有“夜间巡查”这一类记录");
}
