//! `require`: fields that must be there and tests that must hold, at once or from the day after a last day.

use chrono::NaiveDate;

use crate::policy::compile::{Once, Rule, Test};
use crate::policy::context::{Context, Due, Judged};
use crate::policy::value::{Record, View};
use crate::policy::verdict::{Outcome, Verdict};
use crate::schema::FieldId;

/// Judges each record once; a finding names all the fields that fail.
pub fn evaluate(rule: &Rule, tests: &[Test], once: Option<&Once>, cx: &Context<'_>) -> Outcome {
    let Some(kind) = rule.each else {
        return Outcome::default();
    };
    cx.each_record(rule, kind, |view, record| {
        judge(rule, tests, once, cx, view, record)
    })
}

fn judge<'a>(
    rule: &Rule,
    tests: &[Test],
    once: Option<&Once>,
    cx: &Context<'a>,
    view: &View<'a>,
    record: Record,
) -> Judged {
    let deadline = once.map(|o| cx.due(o, view, record));
    let (arose, due) = match deadline {
        Some(Due::By(after, last)) => (Some(after.date()), Some(last)),
        Some(Due::Unknown(after, _)) => (Some(after.date()), None),
        None | Some(Due::Never) => (own_day(cx, record), None),
    };
    if !cx.in_force(rule, arose, due) {
        return Judged::NotApplicable;
    }
    let failing = || tests.iter().filter(|t| !fulfilled(t, cx, view));
    let named = |at_once: bool| -> Vec<FieldId> {
        let told = failing().filter(|t| !at_once || t.at_once);
        let mut fields: Vec<FieldId> = Vec::new();
        for f in told.flat_map(|t| &t.fields) {
            if !fields.contains(f) {
                fields.push(*f);
            }
        }
        fields
    };
    let verdict = |pending, fields| {
        Judged::Stands(Verdict {
            pending,
            fields,
            due,
            ..Verdict::missed(Some(record))
        })
    };
    let settled = |o: &Once| o.unless.as_ref().is_some_and(|e| view.holds(e));
    let waiting = once.is_some_and(|o| !settled(o)) && due.is_none_or(|d| cx.office.as_of <= d);
    if waiting && failing().any(|t| t.at_once) {
        return verdict(false, named(true));
    }
    match deadline {
        Some(Due::Never) => Judged::NotApplicable,
        _ if failing().next().is_none() => Judged::Met,
        Some(Due::Unknown(_, year)) => Judged::Unjudged(year),
        _ => verdict(waiting, named(false)),
    }
}

fn own_day(cx: &Context<'_>, record: Record) -> Option<NaiveDate> {
    let own = cx.own_date(record);
    own.is_present().then(|| own.date())
}

fn fulfilled<'a>(t: &Test, cx: &Context<'a>, view: &View<'a>) -> bool {
    t.holds.as_ref().is_none_or(|e| view.holds(e))
        && (t.exists.is_empty() || t.exists.iter().any(|l| cx.linked(view, l).next().is_some()))
}
