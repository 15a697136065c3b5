//! The faults planted at 翠湖花园: each is one thing a clerk gets wrong, and says which finding it must give.

use super::clock::{days, read, show, show_day};
use super::office::Office;
use super::record::Record;

const VISIT_STEPS: [&str; 6] = [
    "date",
    "recorded_at",
    "reviewed_on",
    "supervisor_signed_on",
    "project_manager_signed_on",
    "property_manager_signed_on",
];
const RATES: &str = "residential-visit-rates";
const COMPLAINTS: &str = "complaint-handling";

/// Plants them, and returns office.yaml with the ids that its waivers name.
pub fn plant(o: &mut Office, config: &str) -> String {
    deadlines(o);
    contents(o);
    shares(o);
    questions(o);
    complaints(o);
    core(o);
    let tracker = o.nth("complaints", 1, |c| c.get("severity") == "important");
    o.find_mut("complaints", &tracker).set("tracker", "");
    o.plant(
        &format!("{COMPLAINTS}/tracker"),
        "complaints",
        &tracker,
        "没有跟踪人；豁免已过期",
    );
    o.plant("core/stale-waiver", "", "", "跟踪人的豁免 2025-06-30 到期");
    config.replace("{tracker}", &tracker)
}

/// A repair completed in a span of months, of a category, with a single visit that found nothing.
fn visited_once(
    o: &Office,
    n: usize,
    category: &str,
    months: std::ops::RangeInclusive<&str>,
) -> (String, String) {
    let repair = o.nth("repairs", n, |r| {
        r.get("category") == category
            && r.get("completed_at")
                .get(..7)
                .is_some_and(|m| months.contains(&m))
            && o.visits_about("repair", r.id()) == 1
            && !o.is_planted("visits", &o.visit_about("repair", r.id()))
    });
    let visit = o.visit_about("repair", &repair);
    (repair, visit)
}

/// Moves a visit to so many days after the repair was completed.
fn visit_after(o: &mut Office, repair: &str, visit: &str, gap: i64) {
    let day = |r: &Record, f: &str| read(r.day(f)).unwrap_or_default();
    let from = day(o.find("visits", visit), "date");
    let to = day(o.find("repairs", repair), "completed_at") + days(gap);
    o.postpone("visits", visit, &VISIT_STEPS, (to - from).num_days());
    o.find_mut("visits", visit).set("archived_on", "");
}

fn deadlines(o: &mut Office) {
    for (n, category, months, gap, rule, why) in [
        (
            1,
            "leak",
            "2025-02"..="2025-03",
            5,
            "revisit-leak-3d",
            "漏水维修第五天才回访",
        ),
        (
            0,
            "leak",
            "2025-10"..="2025-10",
            4,
            "revisit-leak-3d",
            "漏水维修第四天才回访",
        ),
        (
            1,
            "general",
            "2025-03"..="2025-04",
            9,
            "revisit-7d",
            "一般维修第九天才回访",
        ),
        (
            0,
            "general",
            "2025-09"..="2025-09",
            6,
            "revisit-7d",
            "七月起改为五天，第六天才回访",
        ),
        (
            0,
            "safety",
            "2025-05"..="2025-06",
            4,
            "revisit-safety-2d",
            "安全设施维修第四天才回访",
        ),
    ] {
        let (repair, visit) = visited_once(o, n, category, months);
        visit_after(o, &repair, &visit, gap);
        o.plant(&format!("{RATES}/{rule}"), "repairs", &repair, why);
    }
    // The year's last repairs are still to be visited on its last day.
    for (category, rule) in [("safety", "revisit-safety-2d"), ("general", "revisit-7d")] {
        let repair = o.nth("repairs", 0, |r| {
            (r.get("category") == "safety") == (category == "safety")
                && r.get("completed_at") > "2025-12-28"
        });
        o.plant(
            &format!("{RATES}/{rule}"),
            "repairs",
            &repair,
            "年末完工，还没有回访",
        );
    }
}

fn contents(o: &mut Office) {
    let unsigned = visited_once(o, 1, "general", "2025-05"..="2025-06").1;
    o.find_mut("visits", &unsigned).set("signed_by", "");
    o.plant(
        &format!("{RATES}/revisit-content"),
        "visits",
        &unsigned,
        "被回访人没有签名",
    );
    let silent = visited_once(o, 1, "safety", "2025-08"..="2025-11").1;
    o.find_mut("visits", &silent)
        .set("fee_checked", "false")
        .set("opinion", "");
    o.plant(
        &format!("{RATES}/revisit-content"),
        "visits",
        &silent,
        "没有核对收费，也没有记意见",
    );

    let order = o.nth("work_orders", 2, |w| w.has("visit"));
    let visit = o.find("work_orders", &order).get("visit").to_owned();
    o.postpone(
        "work_orders",
        &order,
        &["issued_at", "promised_on", "closed_on"],
        2,
    );
    o.plant(
        &format!("{RATES}/notice-24h"),
        "visits",
        &visit,
        "整改通知两天后才发出",
    );
}

fn shares(o: &mut Office) {
    // In August the leads were on leave and the supervisor went instead.
    let in_august = |o: &Office, r: &str| {
        o.find("repairs", r)
            .get("completed_at")
            .starts_with("2025-08")
    };
    let visits = o
        .table("visits")
        .iter()
        .filter(|v| v.get("type") == "repair" && in_august(o, v.get("repair")));
    let led: Vec<String> = visits
        .filter(|v| matches!(v.get("staff"), "S12" | "S13"))
        .map(|v| v.id().to_owned())
        .collect();
    for id in led.iter().step_by(2) {
        o.find_mut("visits", id).set("staff", "S05");
    }
    o.plant_period(
        &format!("{RATES}/rate-lead"),
        "2025-08",
        "八月维修负责人休假，回访由主管代办",
    );

    let walked = o.table("visits").iter().filter(|v| {
        v.get("staff") == "S11"
            && v.get("type") == "regular"
            && ("2025-07".."2025-10").contains(&v.get("date"))
    });
    let walked: Vec<String> = walked.map(|v| v.id().to_owned()).collect();
    for id in &walked {
        o.find_mut("visits", id).set("staff", "S09");
    }
    o.plant(
        &format!("{RATES}/area-quarterly"),
        "staff",
        "S11",
        "第三季度北区由别人代走",
    )
    .period = "2025-Q3".into();

    o.plant_period(
        &format!("{RATES}/quarterly-meeting"),
        "2025-Q3",
        "台风期间没有开座谈会（豁免）",
    )
    .waived = true;

    let visits = o.table("visits").iter().filter(|v| v.get("staff") == "S01");
    let special: Vec<String> = visits.map(|v| v.id().to_owned()).collect();
    let customer = o.find("visits", &special[0]).get("customer").to_owned();
    for id in &special[1..3] {
        o.find_mut("visits", id).set("customer", customer.as_str());
    }
    o.plant(
        &format!("{RATES}/director-visits-max"),
        "customers",
        &customer,
        "主任一年上门三次",
    )
    .period = "2025".into();
}

/// The visit whose only question fits, and which is raised in some month.
fn asked(o: &Office, n: usize, month: &str, fits: impl Fn(&Record) -> bool) -> String {
    o.nth("visits", n, |v| {
        v.get("date").starts_with(month)
            && v.nested
                .first()
                .is_some_and(|(_, q)| q.len() == 1 && fits(&q[0]))
    })
}

fn question<'a>(o: &'a mut Office, visit: &str) -> &'a mut Record {
    &mut o.find_mut("visits", visit).nested[0].1[0]
}

fn questions(o: &mut Office) {
    let visit = asked(o, 0, "2025-03", |q| q.has("promised_on") && !q.has("major"));
    question(o, &visit).set("promised_on", "");
    o.plant(
        &format!("{RATES}/promised"),
        "questions",
        &format!("{visit}#1"),
        "没有当场答复，也没有约定日期",
    );

    let visit = asked(o, 0, "2025-05", |q| !q.has("major"));
    question(o, &visit)
        .set("resolved_on", "")
        .set("resolution", "");
    o.plant_period(
        &format!("{RATES}/handled"),
        "2025-05",
        "五月有一个问题到六月底没有解决",
    );

    let visit = asked(o, 0, "2025", |q| q.has("major"));
    question(o, &visit)
        .set("escalated_to", "")
        .set("escalated_on", "");
    o.plant(
        &format!("{RATES}/major-escalated"),
        "questions",
        &format!("{visit}#1"),
        "重大问题没有上报",
    );
}

fn complaints(o: &mut Office) {
    let minor = |n: usize, o: &Office| {
        o.nth("complaints", n, |c| {
            c.get("severity") == "minor" && c.get("department") != "客服中心" && c.has("closed_at")
        })
    };
    let name = |rule: &str| format!("{COMPLAINTS}/{rule}");

    let id = minor(2, o);
    o.find_mut("complaints", &id).set("registered_by", "S05");
    o.plant(&name("central"), "complaints", &id, "工程部主管自己登记");

    let id = minor(2, o);
    o.table_mut("work_orders")
        .retain(|w| w.get("complaint") != id);
    o.plant(
        &name("work-order"),
        "complaints",
        &id,
        "口头转办，没有联系单",
    );

    let id = minor(2, o);
    o.find_mut("complaints", &id).set("severity", "");
    o.plant(&name("severity"), "complaints", &id, "没有定等级");

    let id = o.nth("complaints", 3, |c| c.get("severity") == "important");
    o.find_mut("complaints", &id).set("decided_by", "S02");
    o.plant(
        &name("escalated"),
        "complaints",
        &id,
        "由经理决定，不是分管经理",
    );

    let id = minor(2, o);
    let c = o.find_mut("complaints", &id);
    for field in [
        "replied_at",
        "closed_at",
        "result",
        "archived_on",
        "verified",
        "discipline",
    ] {
        c.set(field, "");
    }
    o.table_mut("visits").retain(|v| v.get("complaint") != id);
    o.plant(
        &name("minor-answered"),
        "complaints",
        &id,
        "调查以后没有答复",
    );

    let id = minor(2, o);
    o.table_mut("visits").retain(|v| v.get("complaint") != id);
    o.plant(&name("revisited"), "complaints", &id, "办结后没有回访");

    let id = minor(2, o);
    o.find_mut("complaints", &id).set("archived_on", "");
    o.plant(&name("archived"), "complaints", &id, "回访后没有归档");

    let id = minor(2, o);
    let visit = o.visit_about("complaint", &id);
    o.find_mut("visits", &visit)
        .set("opinion", "")
        .set("satisfaction", "");
    o.plant(
        &name("revisit-opinion"),
        "visits",
        &visit,
        "回访没有记意见和满意度",
    );

    let id = o.nth("complaints", 0, |c| {
        c.has("discipline") && c.has("closed_at") && c.get("kind") == "service"
    });
    o.find_mut("complaints", &id).set("discipline", "");
    o.plant(
        &name("discipline"),
        "complaints",
        &id,
        "投诉属实，没有奖惩处理",
    );

    let id = minor(2, o);
    o.find_mut("complaints", &id).set("result", "");
    o.plant(
        &name("register-complete"),
        "complaints",
        &id,
        "已办结，没有写处理结果",
    );
}

fn core(o: &mut Office) {
    let twice = o.table("calls")[20].id().to_owned();
    o.table_mut("calls")[21].set("id", twice.as_str());
    o.plant_core(
        "core/duplicate-id",
        "calls",
        &twice,
        "id",
        "复制上一行忘了改编号",
    );

    let visit = o.nth("visits", 5, |v| v.get("type") == "complaint");
    o.find_mut("visits", &visit).set("customer", "K-0932");
    o.plant_core(
        "core/dangling-ref",
        "visits",
        &visit,
        "customer",
        "客户编号抄错",
    );

    let visit = o.nth("visits", 9, |v| v.get("type") == "complaint");
    o.find_mut("visits", &visit)
        .set("recorded_at", "2025-02-30 10:15");
    o.plant_core(
        "core/bad-value",
        "visits",
        &visit,
        "recorded_at",
        "没有二月三十日",
    );

    let visit = o.nth("visits", 12, |v| v.get("type") == "complaint");
    o.find_mut("visits", &visit).set("method", "电活");
    o.plant_core(
        "core/bad-value",
        "visits",
        &visit,
        "method",
        "“电话”写成“电活”",
    );

    let repair = o.nth("repairs", 0, |r| r.get("fee") == "60");
    o.find_mut("repairs", &repair).set("fee", "六十元");
    o.plant_core("core/bad-value", "repairs", &repair, "fee", "金额写成汉字");

    let repair = visited_once(o, 0, "general", "2025-10"..="2025-11").0;
    let r = o.find_mut("repairs", &repair);
    let wrong = read(r.get("started_at")).unwrap_or_default() + days(1);
    r.set("started_at", show(wrong));
    o.plant_core(
        "core/time-order",
        "repairs",
        &repair,
        "completed_at",
        "开工日期写晚了一天",
    );

    let visit = o.nth("visits", 16, |v| v.get("type") == "complaint");
    let old = read(o.find("visits", &visit).day("date")).unwrap_or_default();
    o.find_mut("visits", &visit)
        .set("archived_on", show_day(old.date()).replace("2025", "2052"));
    o.plant_core(
        "core/future-date",
        "visits",
        &visit,
        "archived_on",
        "2025 写成 2052",
    );

    let visit = o.nth("visits", 0, |v| {
        v.get("type") == "complaint" && v.get("date") > "2025-07"
    });
    o.find_mut("visits", &visit).set("staff", "S18");
    o.plant_core(
        "core/implausible",
        "visits",
        &visit,
        "staff",
        "经办人五月底已经调走",
    );

    let visit = visited_once(o, 0, "general", "2025-06"..="2025-07").1;
    let staff = o.find("visits", &visit).get("staff").to_owned();
    let own = o.find("staff", &staff).get("name").to_owned();
    o.find_mut("visits", &visit).set("signed_by", own);
    o.plant_core(
        "core/implausible",
        "visits",
        &visit,
        "signed_by",
        "回访人自己签了名",
    );

    let visit = o.nth("visits", 0, |v| {
        v.get("type") == "repair" && v.get("date").starts_with("2025-06")
    });
    o.find_mut("visits", &visit).set("满意程度", "满意");
    o.plant_core(
        "core/unknown-field",
        "",
        "",
        "满意程度",
        "六月的表里多了一列",
    );

    o.loose.push((
        "旧报修登记.txt",
        "2024 年以前的纸质登记，只作查考。\n".into(),
    ));
    o.plant("core/ignored-file", "", "", "文本文件不是记录");
}
