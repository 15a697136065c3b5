//! What banks and fund houses keep beside a visit: the plan made before it, and a file for each customer.

use chrono::NaiveDate;

use super::clock::{days, read, show_day};
use super::record::Record;
use super::story::Story;
use super::workdays;

/// What the files are called.
const TITLES: [&str; 4] = [
    "客户回访档案",
    "客户资料卷",
    "业务与回访档案",
    "客户综合档案",
];

/// Adds the plan that a visit follows, and names it there.
pub fn plan(s: &mut Story, visit: &mut Record, approver: &str, content: &str) {
    let on = date(visit);
    let prepared = workdays::before(on, s.rng.range(2, 9));
    let approved = workdays::within(prepared, s.rng.range(0, 2)).min(on);
    let month = on.format("%Y-%m").to_string();
    let p = Record::new().with(&[
        ("kind", "visit"),
        ("period", &month),
        ("staff", visit.get("staff")),
        ("customer", visit.get("customer")),
        ("purpose", purpose(visit.get("purpose"))),
        ("method", visit.get("method")),
        ("planned_on", &show_day(on)),
        ("content", content),
        ("prepared_on", &show_day(prepared)),
        ("approved_by", approver),
        ("approved_on", &show_day(approved)),
    ]);
    let id = s.office.add("plans", p);
    visit.set("plan", id);
}

/// A plan says in words what a visit says by a code.
fn purpose(code: &str) -> &'static str {
    match code {
        "usage" => "了解产品和服务使用情况",
        "archive" => "补充客户资料、建立档案",
        "relationship" => "节前问候、维系关系",
        _ => "适当性核查",
    }
}

/// The day of a visit.
pub fn date(visit: &Record) -> NaiveDate {
    read(visit.day("date")).unwrap_or_default().date()
}

/// A file for each customer; one in six was changed in the year and put in order again.
pub fn archives(s: &mut Story, custodian: &str) {
    for c in s.office.table("customers").to_vec() {
        let opened = read(c.get("signed_on")).unwrap_or_default().date() + days(12);
        let title = format!("{}{}", c.get("name"), s.rng.pick(&TITLES));
        let mut a = Record::new().with(&[
            ("customer", c.id()),
            ("title", &title),
            ("custodian", custodian),
            ("archived_on", &show_day(opened)),
        ]);
        if s.rng.chance(17) {
            let changed = workdays::after(super::clock::day(2, 10), s.rng.range(0, 260));
            let put = workdays::within(changed, s.rng.range(0, 5));
            a.set("changed_on", show_day(changed))
                .set("reindexed_on", show_day(put));
        }
        s.office.add("archives", a);
    }
}
