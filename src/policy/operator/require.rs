//! `require`: fields that must be there and tests that must hold, at once or from the day after a last day.

use crate::moment::date_of;
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
    let apart = tests.iter().any(|t| t.once.is_some());
    cx.each_record(rule, kind, |view, record| {
        if apart {
            judge_apart(rule, tests, once, cx, view, record)
        } else {
            judge(rule, tests, once, cx, view, record)
        }
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
    let (in_force, due) = match deadline {
        Some(Due::By(after, last)) => (cx.in_force_until(rule, after, Some(last)), Some(last)),
        Some(Due::Unknown(after, _)) => (cx.in_force_until(rule, after, None), None),
        None | Some(Due::Never) => (cx.in_force_of(rule, record), None),
    };
    if !in_force {
        return Judged::NotApplicable;
    }
    let failing = || tests.iter().filter(|t| !fulfilled(t, cx, view));
    let verdict = |pending, fields| {
        Judged::Stands(Verdict {
            pending,
            fields,
            due: due.map(date_of),
            ..Verdict::missed(Some(record))
        })
    };
    let waiting = once.is_some_and(|o| !settled(o, view)) && due.is_none_or(|d| cx.is_open(d));
    if waiting && failing().any(|t| t.at_once) {
        return verdict(false, named(failing().filter(|t| t.at_once)));
    }
    match deadline {
        Some(Due::Never) => Judged::NotApplicable,
        _ if failing().next().is_none() => Judged::Met,
        Some(Due::Unknown(_, year)) => Judged::Unjudged(year),
        _ => verdict(waiting, named(failing())),
    }
}

/// As [`judge`], for a rule some of whose tests have last days of their own: each waits for its own, and the earliest of
/// those that are missed, else of those still awaited, is the finding's.
fn judge_apart<'a>(
    rule: &Rule,
    tests: &[Test],
    once: Option<&Once>,
    cx: &Context<'a>,
    view: &View<'a>,
    record: Record,
) -> Judged {
    let (mut missed, mut awaited) = (Vec::new(), Vec::new());
    let (mut missed_due, mut awaited_due) = (None, None);
    let (mut asked, mut unknown) = (false, None);
    let earlier = |a: Option<i32>, b: i32| Some(a.map_or(b, |a| a.min(b)));
    for test in tests {
        let own = test.once.as_ref().or(once).filter(|_| !test.at_once);
        let (in_force, due) = match own.map(|o| cx.due(o, view, record)) {
            Some(Due::Never) => continue,
            Some(Due::By(after, last)) => (cx.in_force_until(rule, after, Some(last)), Some(last)),
            Some(Due::Unknown(_, year)) => {
                unknown = unknown.or((!fulfilled(test, cx, view)).then_some(year));
                continue;
            }
            None => (cx.in_force_of(rule, record), None),
        };
        if !in_force {
            continue;
        }
        asked = true;
        if fulfilled(test, cx, view) {
            continue;
        }
        let settled = own.is_some_and(|o| settled(o, view));
        match due.filter(|d| !settled && cx.is_open(*d)) {
            Some(last) => {
                awaited.push(test);
                awaited_due = earlier(awaited_due, last);
            }
            None => {
                missed.push(test);
                missed_due = due.map_or(missed_due, |d| earlier(missed_due, d));
            }
        }
    }
    let pending = missed.is_empty();
    let (failing, due) = if pending {
        (awaited, awaited_due)
    } else {
        (missed, missed_due)
    };
    if failing.is_empty() {
        return match (unknown, asked) {
            (Some(year), _) => Judged::Unjudged(year),
            (None, true) => Judged::Met,
            (None, false) => Judged::NotApplicable,
        };
    }
    Judged::Stands(Verdict {
        pending,
        fields: named(failing.into_iter()),
        due: due.map(date_of),
        ..Verdict::missed(Some(record))
    })
}

fn settled(o: &Once, view: &View<'_>) -> bool {
    o.unless.as_ref().is_some_and(|e| view.holds(e))
}

/// The fields of some tests, each once.
fn named<'t>(tests: impl Iterator<Item = &'t Test>) -> Vec<FieldId> {
    let mut fields: Vec<FieldId> = Vec::new();
    for f in tests.flat_map(|t| &t.fields) {
        if !fields.contains(f) {
            fields.push(*f);
        }
    }
    fields
}

fn fulfilled<'a>(t: &Test, cx: &Context<'a>, view: &View<'a>) -> bool {
    t.holds.as_ref().is_none_or(|e| view.holds(e))
        && (t.exists.is_empty() || t.exists.iter().any(|l| cx.linked(view, l).next().is_some()))
}
