//! `require`: fields that must be there and tests that must hold, at once or from the day after a last day.

use crate::policy::compile::{Once, Rule, Test};
use crate::policy::context::{Context, Judged};
use crate::policy::value::{Record, View};
use crate::policy::verdict::{Outcome, Verdict};

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
    let own = cx.own_date(record);
    let own = own.is_present().then(|| own.date());
    let deadline = once.and_then(|o| cx.due(o, view, record));
    let arose = deadline.map_or(own, |(after, _)| Some(after.date()));
    let due = deadline.map(|(_, last)| last);
    if !cx.in_force(rule, arose, due) {
        return Judged::NotApplicable;
    }
    let over = due.is_none_or(|d| cx.office.as_of > d);
    let (mut missed, mut waiting) = (Vec::new(), false);
    for t in tests {
        if (once.is_some() && due.is_none() && !t.at_once) || fulfilled(t, cx, view) {
            continue;
        }
        if over || t.at_once {
            missed.extend(t.fields.iter().copied());
            if t.fields.is_empty() {
                missed.extend(
                    cx.office
                        .schema
                        .get(record.0)
                        .own_date()
                        .or_else(|| Some(crate::schema::FieldId(0))),
                );
            }
        } else {
            waiting = true;
        }
    }
    if !missed.is_empty() {
        missed.dedup();
        return Judged::Stands(Verdict {
            fields: missed,
            due,
            ..Verdict::missed(Some(record))
        });
    }
    if waiting {
        Judged::Stands(Verdict {
            pending: true,
            due,
            ..Verdict::missed(Some(record))
        })
    } else {
        Judged::Met
    }
}

fn fulfilled<'a>(t: &Test, cx: &Context<'a>, view: &View<'a>) -> bool {
    t.holds.as_ref().is_none_or(|e| view.holds(e))
        && (t.exists.is_empty() || t.exists.iter().any(|l| cx.linked(view, l).next().is_some()))
}
