//! `spacing`: the days with a subject's records lie no further apart than a number, nor the first from the start, nor the
//! last from the end (policies.md, 10 `every-two-days`).

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use crate::policy::compile::{Rule, Spacing};
use crate::policy::context::Context;
use crate::policy::value::{Record, View};
use crate::policy::verdict::{Outcome, Verdict};
use crate::table::{Row, Value};
use crate::text::Bilingual;

/// A finding for each stretch that is too long; the open one is pending while it is not.
pub fn evaluate(rule: &Rule, s: &Spacing, cx: &Context<'_>) -> Outcome {
    let mut out = Outcome::new(cx.asked);
    let (Some(kind), Some(start)) = (rule.each, cx.start(s.of, None)) else {
        return out;
    };
    let days = days(s, cx);
    for row in cx.live(kind) {
        let view = cx.view(rule, (kind, row));
        if rule.when.as_ref().is_some_and(|w| !view.holds(w)) {
            continue;
        }
        let day = |e: &Option<crate::policy::expr::Expr>| {
            let m = e.as_ref().map(|e| view.moment(e));
            m.filter(|m| m.is_present()).map(|m| m.date())
        };
        let first = day(&s.from).map_or(start, |f| f.max(start));
        let left = day(&s.until).filter(|u| *u <= cx.office.as_of);
        let last = left.unwrap_or(cx.office.as_of);
        let own = days.get(&row).map_or(&[][..], Vec::as_slice);
        let all = stretches(own, first, last);
        for (i, (from, to)) in all.iter().enumerate() {
            let open = left.is_none() && i + 1 == all.len();
            judge(rule, s, cx, (kind, row), (*from, *to), open, &mut out);
        }
    }
    out
}

/// From one of the days to the next, from the first day to the first of them, and from the last of them to the last day.
fn stretches(days: &[NaiveDate], first: NaiveDate, last: NaiveDate) -> Vec<(NaiveDate, NaiveDate)> {
    if first > last {
        return Vec::new();
    }
    let inside = days.iter().copied().filter(|d| first <= *d && *d <= last);
    let mut ends = vec![first];
    ends.extend(inside);
    ends.push(last);
    ends.windows(2).map(|w| (w[0], w[1])).collect()
}

fn judge(
    rule: &Rule,
    s: &Spacing,
    cx: &Context<'_>,
    subject: Record,
    (from, to): (NaiveDate, NaiveDate),
    open: bool,
    out: &mut Outcome,
) {
    let due = from + chrono::Days::new(s.days.unsigned_abs());
    if !cx.in_force(rule, Some(from), Some(due)) {
        return;
    }
    let between = (to - from).num_days();
    let same = |text: String| Bilingual::new(text.clone(), text);
    let verdict = || Verdict {
        pending: between <= s.days,
        period: Some(format!("{from}/{to}")),
        due: Some(due),
        told: vec![
            ("from", same(from.to_string())),
            ("to", same(to.to_string())),
            ("days_between", same(between.to_string())),
        ],
        ..Verdict::missed(Some(subject))
    };
    if between <= s.days && !open {
        out.meet(verdict);
    } else {
        out.push(verdict());
    }
}

/// For each subject the different days of its records, in order.
fn days(s: &Spacing, cx: &Context<'_>) -> FxHashMap<Row, Vec<NaiveDate>> {
    let mut all = Vec::new();
    for row in cx.live(s.of) {
        let view = View::of(cx.office, (s.of, row));
        if s.filter.as_ref().is_some_and(|f| !view.holds(f)) {
            continue;
        }
        let on = cx.own_date((s.of, row));
        if let Value::Ref(_, subject) = cx.office.value(s.of, row, s.by)
            && on.is_present()
        {
            all.push((subject, on.date()));
        }
    }
    all.sort_unstable();
    all.dedup();
    let subjects = all.chunk_by(|a, b| a.0 == b.0);
    subjects
        .map(|own| (own[0].0, own.iter().map(|(_, day)| *day).collect()))
        .collect()
}
