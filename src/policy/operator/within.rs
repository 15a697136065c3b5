//! `within`: a field or a linked record must be dated in time. The last allowed day counts; before it nothing is missed.

use chrono::NaiveDate;

use crate::moment::Moment;
use crate::policy::compile::{Rule, Within};
use crate::policy::context::{Context, Judged};
use crate::policy::value::{Record, View, within_days, within_hours};
use crate::policy::verdict::{Outcome, Verdict};
use crate::table::Value;

/// Judges each record's deadline.
pub fn evaluate(rule: &Rule, w: &Within, cx: &Context<'_>) -> Outcome {
    let Some(kind) = rule.each else {
        return Outcome::default();
    };
    cx.each_record(rule, kind, |view, record| judge(rule, w, cx, view, record))
}

fn judge<'a>(rule: &Rule, w: &Within, cx: &Context<'a>, view: &View<'a>, record: Record) -> Judged {
    let Some((after, due)) = span(w, cx, view, record) else {
        return Judged::NotApplicable;
    };
    if !cx.in_force(rule, Some(after.date()), Some(due)) {
        return Judged::NotApplicable;
    }
    let in_time = |b: Moment| {
        b.is_present()
            && match (&w.by, w.once.hours) {
                (Some(_), _) => b.date() <= due,
                (None, Some(hours)) => within_hours(b, after, hours),
                (None, None) => within_days(b, after, w.once.days),
            }
    };
    let (met, dated) = match (&w.field, &w.find) {
        (Some(field), _) => match cx.office.value(record.0, record.1, *field) {
            Value::Moment(m) => (in_time(m), true),
            _ => (false, false),
        },
        (None, Some(link)) => {
            let mut dates = cx.linked(view, link).map(|r| cx.own_date(r));
            (dates.any(in_time), false)
        }
        (None, None) => return Judged::NotApplicable,
    };
    if met {
        return Judged::Met;
    }
    let pending = !dated && cx.office.as_of <= due;
    let fields = w.field.or_else(|| after_field(w)).into_iter().collect();
    Judged::Stands(Verdict {
        pending,
        due: Some(due),
        fields,
        ..Verdict::missed(Some(record))
    })
}

/// The field to point at when a linked record is missing: the one the deadline counts from.
fn after_field(w: &Within) -> Option<crate::schema::FieldId> {
    use crate::policy::expr::{Expr, Root};
    match w.once.after.as_ref() {
        Some(Expr::Path(p)) if p.hops.is_empty() && p.root == Root::Item => Some(p.field),
        _ => None,
    }
}

fn span<'a>(
    w: &Within,
    cx: &Context<'a>,
    view: &View<'a>,
    record: Record,
) -> Option<(Moment, NaiveDate)> {
    let Some(by) = &w.by else {
        return cx.due(&w.once, view, record);
    };
    let last = view.moment(by);
    let after = w
        .once
        .after
        .as_ref()
        .map_or_else(|| cx.own_date(record), |e| view.moment(e));
    let after = if after.is_present() { after } else { last };
    last.is_present().then(|| (after, last.date()))
}
