//! `agree`: figures of a record equal the number of records dated in its period. Judged when the period is over.

use rustc_hash::FxHashMap;

use crate::calendar::Period;
use crate::policy::compile::{Agree, Figure, Rule};
use crate::policy::context::{Context, Judged};
use crate::policy::value::{Record, View};
use crate::policy::verdict::{Outcome, Verdict};
use crate::schema::FieldId;
use crate::table::Value;
use crate::text::Bilingual;

/// Judges each record that names a period.
pub fn evaluate(rule: &Rule, a: &Agree, cx: &Context<'_>) -> Outcome {
    let Some(kind) = rule.each else {
        return Outcome::default();
    };
    let days: FxHashMap<FieldId, Vec<i32>> =
        a.figures.iter().map(|g| (g.field, days(g, cx))).collect();
    cx.each_record(rule, kind, |view, record| {
        judge(rule, a, &days, cx, view, record)
    })
}

/// The day numbers of the records that a figure counts, in order.
fn days(g: &Figure, cx: &Context<'_>) -> Vec<i32> {
    let mut days = Vec::new();
    for row in cx.live(g.of) {
        let view = View::of(cx.office, (g.of, row));
        let on = match &g.on {
            Some(e) => view.moment(e),
            None => cx.own_date((g.of, row)),
        };
        if on.is_present() && g.filter.as_ref().is_none_or(|f| view.holds(f)) {
            days.push(on.day_number());
        }
    }
    days.sort_unstable();
    days
}

fn judge<'a>(
    rule: &Rule,
    a: &Agree,
    days: &FxHashMap<FieldId, Vec<i32>>,
    cx: &Context<'a>,
    view: &View<'a>,
    record: Record,
) -> Judged {
    let office = cx.office;
    let Value::Text(written) = office.value(record.0, record.1, a.period) else {
        return Judged::NotApplicable;
    };
    let Some(p) = Period::parse(written).filter(|p| p.unit == a.per) else {
        return Judged::NotApplicable;
    };
    // It falls due on the period's first day, and is judged when the period is over (policies.md, 4 and 10).
    if !cx.in_force(rule, Some(p.first), Some(p.first)) {
        return Judged::NotApplicable;
    }
    let until = a.until.as_ref().map(|e| view.moment(e));
    let last = match until.filter(|m| m.is_present()) {
        Some(m) => m.date().min(p.last),
        None => p.last,
    };
    let dated = |days: &[i32]| {
        let before = |day: i32| days.partition_point(|d| *d < day);
        let (first, past) = (p.first.to_epoch_days(), last.to_epoch_days() + 1);
        before(past).saturating_sub(before(first))
    };
    let (mut fields, mut zh, mut en) = (Vec::new(), Vec::new(), Vec::new());
    let mut asked = false;
    for g in &a.figures {
        let Value::Int(told) = office.value(record.0, record.1, g.field) else {
            continue;
        };
        asked = true;
        let counted = days.get(&g.field).map_or(0, |d| dated(d));
        if i64::try_from(counted) != Ok(told) {
            let label = &office.schema.get(record.0).get(g.field).label;
            fields.push(g.field);
            zh.push(format!("{}报 {told}、记录为 {counted}", label.zh));
            en.push(format!("{}: {told} reported, {counted} recorded", label.en));
        }
    }
    let over = office.as_of > p.last;
    match (fields.is_empty(), asked, over) {
        (true, true, true) => Judged::Met,
        (true, ..) => Judged::NotApplicable,
        (false, ..) => Judged::Stands(Verdict {
            pending: !over,
            fields,
            period: Some(p.to_string()),
            due: Some(p.last),
            told: vec![("differences", Bilingual::new(zh.join("；"), en.join("; ")))],
            ..Verdict::missed(Some(record))
        }),
    }
}
