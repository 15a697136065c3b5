//! `total`: the sum of a field over a year's records against a limit, in whole 分, and the record that crossed it.

use chrono::Datelike;
use rustc_hash::FxHashMap;

use crate::calendar::{Period, Unit};
use crate::policy::compile::{Rule, Total};
use crate::policy::context::{Context, Judged};
use crate::policy::value::{Record, View};
use crate::policy::verdict::{Outcome, Verdict};
use crate::schema::{FieldId, KindId};
use crate::table::{Office, Row, Value};
use crate::text::Bilingual;

/// What must be equal, and the year.
type Key = (Vec<String>, i64);
/// When (day and second, for the order), how much in 分, and by which record.
type Spent = (i64, Row, i64);

/// Judges each record that has a limit, from the day after its year.
pub fn evaluate(rule: &Rule, t: &Total, cx: &Context<'_>) -> Outcome {
    let Some(kind) = rule.each else {
        return Outcome::default();
    };
    let spent = spent(t, cx);
    cx.each_record(rule, kind, |view, record| {
        judge(rule, t, &spent, cx, view, record)
    })
}

fn spent(t: &Total, cx: &Context<'_>) -> FxHashMap<Key, Vec<Spent>> {
    let mut all: FxHashMap<Key, Vec<Spent>> = FxHashMap::default();
    for row in cx.live(t.of) {
        let view = View::of(cx.office, (t.of, row));
        let on = view.moment(&t.on);
        let Value::Money(amount) = cx.office.value(t.of, row, t.sum) else {
            continue;
        };
        if !on.is_present() || t.filter.as_ref().is_some_and(|f| !view.holds(f)) {
            continue;
        }
        let theirs = t.matching.iter().map(|(theirs, _)| *theirs);
        if let Some(texts) = texts(cx.office, (t.of, row), theirs) {
            let key = (texts, i64::from(on.date().year()));
            all.entry(key)
                .or_default()
                .push((on.seconds(), row, amount));
        }
    }
    all.values_mut().for_each(|v| v.sort_unstable());
    all
}

fn texts(
    office: &Office,
    (kind, row): (KindId, Row),
    fields: impl Iterator<Item = FieldId>,
) -> Option<Vec<String>> {
    fields
        .map(|f| match office.value(kind, row, f) {
            Value::Text(t) => Some(t.to_owned()),
            Value::Code(c) => Some(c.to_string()),
            Value::Ref(_, to) => Some(to.to_string()),
            _ => None,
        })
        .collect()
}

fn judge<'a>(
    rule: &Rule,
    t: &Total,
    spent: &FxHashMap<Key, Vec<Spent>>,
    cx: &Context<'a>,
    _: &View<'a>,
    record: Record,
) -> Judged {
    let office = cx.office;
    let value = |f| office.value(record.0, record.1, f);
    let (Value::Int(year), Value::Money(limit)) = (value(t.year), value(t.limit)) else {
        return Judged::NotApplicable;
    };
    let first = i32::try_from(year)
        .ok()
        .and_then(|y| chrono::NaiveDate::from_ymd_opt(y, 1, 1));
    let ours = texts(office, record, t.matching.iter().map(|(_, ours)| *ours));
    let (Some(first), Some(ours)) = (first, ours) else {
        return Judged::NotApplicable;
    };
    let p = Period::containing(Unit::Year, first);
    let whole = office.config.since.is_none_or(|since| p.first >= since);
    if !whole || !cx.in_force(rule, Some(p.first), Some(p.last)) {
        return Judged::NotApplicable;
    }
    let all = spent.get(&(ours, year)).map_or(&[][..], Vec::as_slice);
    let sum: i64 = all.iter().map(|s| s.2).sum();
    let over = office.as_of > p.last;
    if sum <= limit {
        return if over {
            Judged::Met
        } else {
            Judged::NotApplicable
        };
    }
    let mut so_far = 0;
    let crossed = all.iter().find(|s| {
        so_far += s.2;
        so_far > limit
    });
    let money = |m: i64| {
        let text = format!("{}.{:02}", m / 100, m.unsigned_abs() % 100);
        Bilingual::new(text.clone(), text)
    };
    Judged::Stands(Verdict {
        pending: !over,
        fields: vec![t.limit],
        period: Some(p.to_string()),
        due: Some(p.last),
        count: all.len() as u64,
        related: crossed.map(|s| (t.of, s.1)).into_iter().collect(),
        counted: true,
        told: vec![("sum", money(sum)), ("limit", money(limit))],
        ..Verdict::missed(Some(record))
    })
}
