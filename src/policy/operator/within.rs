//! `within`: a field or a linked record must be dated in time. The last allowed day counts; before it nothing is missed.

use std::collections::BTreeMap;

use crate::calendar::{Period, Unit, working};
use crate::moment::{Moment, date_of};
use crate::policy::compile::{Rule, Span, Within};
use crate::policy::context::{Context, Due, Judged, reckoned};
use crate::policy::value::{Record, View, within_days, within_hours};
use crate::policy::verdict::{Outcome, Verdict};
use crate::schema::KindId;
use crate::table::Value;

/// Judges each record's deadline.
pub fn evaluate(rule: &Rule, w: &Within, cx: &Context<'_>) -> Outcome {
    let Some(kind) = rule.each else {
        return Outcome::default();
    };
    let mut out = cx.each_record(rule, kind, |view, record| judge(rule, w, cx, view, record));
    if let Some(unit) = w.per {
        rates(rule, w, unit, cx, kind, &mut out);
    }
    out
}

/// Tells each verdict how many of the records of its period were in time, of how many.
fn rates(rule: &Rule, w: &Within, unit: Unit, cx: &Context<'_>, kind: KindId, out: &mut Outcome) {
    let period = |view: &View<'_>, record: Record| match deadline(w, cx, view, record) {
        Due::By(after, _) | Due::Unknown(after, _) => Some(Period::containing(unit, after.date())),
        Due::Never => None,
    };
    let mut of: BTreeMap<Period, (u64, u64)> = BTreeMap::new();
    for row in cx.live(kind) {
        let record = (kind, row);
        let view = cx.view(rule, record);
        if rule.when.as_ref().is_some_and(|e| !view.holds(e)) {
            continue;
        }
        let met = match judge(rule, w, cx, &view, record) {
            Judged::NotApplicable => continue,
            Judged::Met => 1,
            Judged::Stands(_) | Judged::Unjudged(_) => 0,
        };
        if let Some(p) = period(&view, record) {
            let sums = of.entry(p).or_default();
            *sums = (sums.0 + met, sums.1 + 1);
        }
    }
    for v in &mut out.verdicts {
        let Some(record) = v.record else { continue };
        let own = period(&cx.view(rule, record), record).and_then(|p| of.get(&p));
        (v.met, v.population) = own.copied().unwrap_or_default();
    }
}

fn judge<'a>(rule: &Rule, w: &Within, cx: &Context<'a>, view: &View<'a>, record: Record) -> Judged {
    let deadline = deadline(w, cx, view, record);
    let (after, due) = match deadline {
        Due::Never => return Judged::NotApplicable,
        Due::By(after, due) => (after, Some(due)),
        Due::Unknown(after, _) => (after, None),
    };
    if !cx.in_force_until(rule, after, due) {
        return Judged::NotApplicable;
    }
    let last = w.by.as_ref().map(|e| view.moment(e));
    let in_time = |b: Moment| {
        b.is_present()
            && match last {
                Some(last) => b.compare(last).is_le(),
                None => in_time(&w.once.span, view, after, due, b),
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
    if let Due::Unknown(_, year) = deadline {
        return Judged::Unjudged(year);
    }
    Judged::Stands(Verdict {
        pending: !dated && due.is_some_and(|d| cx.is_open(d)),
        due: due.map(date_of),
        fields: w.field.or_else(|| after_field(w)).into_iter().collect(),
        ..Verdict::missed(Some(record))
    })
}

fn in_time(span: &Span, view: &View<'_>, after: Moment, due: Option<i32>, b: Moment) -> bool {
    match span {
        Span::EndOf(_) | Span::Itself => due.is_some_and(|d| b.day_number() <= d),
        Span::Hours(hours) => within_hours(b, after, *hours),
        Span::Days(days) => within_days(b, after, *days),
        Span::Reckoned(days) => {
            reckoned(view, days).is_some_and(|days| within_days(b, after, i64::from(days)))
        }
        // Known without the deadline too: when every year between the two is published.
        Span::WorkingDays(days) => {
            b.date() >= after.date()
                && working::public()
                    .working_days_between(after.date(), b.date())
                    .is_ok_and(|n| n <= *days)
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
    Due::By(
        if after.is_present() { after } else { last },
        last.day_number(),
    )
}
