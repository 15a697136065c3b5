//! `within`: a field or a linked record must be dated in time. The last allowed day counts; before it nothing is missed.

use chrono::NaiveDate;

use crate::calendar::working;
use crate::moment::Moment;
use crate::policy::compile::{Rule, Span, Within};
use crate::policy::context::{Context, Due, Judged};
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
    let deadline = deadline(w, cx, view, record);
    let (after, due) = match deadline {
        Due::Never => return Judged::NotApplicable,
        Due::By(after, due) => (after, Some(due)),
        Due::Unknown(after, _) => (after, None),
    };
    if !cx.in_force(rule, Some(after.date()), due) {
        return Judged::NotApplicable;
    }
    let in_time = |b: Moment| b.is_present() && in_time(w, after, due, b);
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
    if let Due::Unknown(_, year) = deadline {
        return Judged::Unjudged(year);
    }
    Judged::Stands(Verdict {
        pending: !dated && due.is_some_and(|d| cx.office.as_of <= d),
        due,
        fields: w.field.or_else(|| after_field(w)).into_iter().collect(),
        ..Verdict::missed(Some(record))
    })
}

fn in_time(w: &Within, after: Moment, due: Option<NaiveDate>, b: Moment) -> bool {
    match (&w.by, w.once.span) {
        (Some(_), _) | (None, Span::EndOf(_)) => due.is_some_and(|d| b.date() <= d),
        (None, Span::Hours(hours)) => within_hours(b, after, hours),
        (None, Span::Days(days)) => within_days(b, after, days),
        // Known without the deadline too: when every year between the two is published.
        (None, Span::WorkingDays(days)) => {
            b.date() >= after.date()
                && working::public()
                    .working_days_between(after.date(), b.date())
                    .is_ok_and(|n| n <= days)
        }
    }
}

/// The field to point at when a linked record is missing: the one the deadline counts from.
fn after_field(w: &Within) -> Option<crate::schema::FieldId> {
    use crate::policy::expr::{Expr, Root};
    match w.once.after.as_ref() {
        Some(Expr::Path(p)) if p.hops.is_empty() && p.root == Root::Item => Some(p.field),
        _ => None,
    }
}

fn deadline<'a>(w: &Within, cx: &Context<'a>, view: &View<'a>, record: Record) -> Due {
    let Some(by) = &w.by else {
        return cx.due(&w.once, view, record);
    };
    let last = view.moment(by);
    if !last.is_present() {
        return Due::Never;
    }
    let after = match &w.once.after {
        None => cx.own_date(record),
        Some(e) => view.moment(e),
    };
    Due::By(if after.is_present() { after } else { last }, last.date())
}
