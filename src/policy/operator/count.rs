//! `count`: how many records in each calendar period, for the office or for each record of a kind.

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use crate::calendar::Period;
use crate::policy::compile::{Count, Rule};
use crate::policy::context::Context;
use crate::policy::expr::Expr;
use crate::policy::value::{Record, View};
use crate::policy::verdict::{Outcome, Verdict};
use crate::table::{Row, Value};

/// Judges every whole period since the start, and shows the one that still runs as pending.
pub fn evaluate(rule: &Rule, c: &Count, cx: &Context<'_>) -> Outcome {
    let mut out = Outcome::default();
    let Some(start) = cx.start(c.of, c.on.as_ref()) else {
        return out;
    };
    let counts = tally(c, cx);
    let periods = periods(c, start, cx.office.as_of);
    let Some(kind) = rule.each else {
        for p in &periods {
            let n = counts.get(&(None, p.first)).copied().unwrap_or(0);
            judge(rule, c, cx, None, *p, n, &mut out);
        }
        return out;
    };
    for row in cx.live(kind) {
        let view = cx.view(rule, (kind, row));
        if rule.when.as_ref().is_some_and(|w| !view.holds(w)) {
            continue;
        }
        let day = |e: &Option<Expr>| {
            let m = e.as_ref().map(|e| view.moment(e));
            m.filter(|m| m.is_present()).map(|m| m.date())
        };
        let (from, until) = (day(&c.from), day(&c.until));
        for p in &periods {
            if from.is_none_or(|f| p.first >= f) && until.is_none_or(|u| p.last <= u) {
                let n = counts.get(&(Some(row), p.first)).copied().unwrap_or(0);
                judge(rule, c, cx, Some((kind, row)), *p, n, &mut out);
            }
        }
    }
    out
}

fn judge(
    rule: &Rule,
    c: &Count,
    cx: &Context<'_>,
    subject: Option<Record>,
    p: Period,
    n: u64,
    out: &mut Outcome,
) {
    if !cx.in_force(rule, Some(p.first), Some(p.last)) {
        return;
    }
    let few = c.min.is_some_and(|min| n < min);
    let many = c.max.is_some_and(|max| n > max);
    let over = cx.office.as_of > p.last;
    if few || many {
        let verdict = Verdict::missed(subject);
        out.push(Verdict {
            pending: !over,
            period: Some(p.to_string()),
            due: Some(p.last),
            count: n,
            ..verdict
        });
    } else if over {
        out.tally.met += 1;
    }
}

fn periods(c: &Count, start: NaiveDate, as_of: NaiveDate) -> Vec<Period> {
    let mut p = Period::containing(c.per, start);
    if p.first < start {
        p = p.next();
    }
    std::iter::successors(Some(p), |p| Some(p.next()))
        .take_while(|p| p.first <= as_of)
        .collect()
}

fn tally(c: &Count, cx: &Context<'_>) -> FxHashMap<(Option<Row>, NaiveDate), u64> {
    let mut counts = FxHashMap::default();
    for row in cx.live(c.of) {
        let record = (c.of, row);
        let view = View::of(cx.office, record);
        if c.filter.as_ref().is_some_and(|f| !view.holds(f)) {
            continue;
        }
        let on =
            c.on.as_ref()
                .map_or_else(|| cx.own_date(record), |e| view.moment(e));
        let subject = match c.by.map(|by| cx.office.value(c.of, row, by)) {
            None => None,
            Some(Value::Ref(_, at)) => Some(at),
            Some(_) => continue,
        };
        if on.is_present() {
            *counts
                .entry((subject, Period::containing(c.per, on.date()).first))
                .or_insert(0) += 1;
        }
    }
    counts
}
