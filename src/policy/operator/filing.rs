//! `filing`: something handed in for each period by a day. Of several the earliest complete one counts, else the latest.

use chrono::{Datelike, NaiveDate};

use crate::calendar::working::{self, Unpublished};
use crate::calendar::{Period, Unit};
use crate::moment::plus_days;
use crate::policy::compile::{By, Filing, Rule};
use crate::policy::context::Context;
use crate::policy::definition::{DueIn, Holiday};
use crate::policy::value::{Record, View};
use crate::policy::verdict::{Outcome, Verdict};
use crate::table::{Row, Value};

/// Judges each period from the day after its last day for handing in.
pub fn evaluate(rule: &Rule, f: &Filing, cx: &Context<'_>) -> Outcome {
    let mut out = Outcome::new(cx.asked);
    let Some(start) = cx.office_start() else {
        return out;
    };
    let filed = filed(f, cx);
    let mut period = Period::containing(f.per, start);
    if period.first < start {
        period = period.next();
    }
    // Handed in before its period, the next one is already waited for.
    let ahead = |p: Period| f.due_in == DueIn::Previous && p.previous().first <= cx.office.as_of;
    let asked = |due: NaiveDate, p: Period| {
        due >= start && cx.in_force(rule, Some(p.first), Some(due)) && active(f, cx, p)
    };
    while period.first <= cx.office.as_of || ahead(period) {
        let last = last_day(f, period);
        match worked(f, last) {
            Ok(due) => {
                if asked(due, period) {
                    judge(f, cx, &filed, period, due, &mut out);
                }
            }
            Err(Unpublished(year)) if asked(last, period) => {
                out.tally.unjudged += u64::from(out.years.insert(year));
            }
            Err(Unpublished(_)) => {}
        }
        let next = period.next();
        if next.first <= period.first {
            break;
        }
        period = next;
    }
    out
}

fn judge(
    f: &Filing,
    cx: &Context<'_>,
    filed: &[(Period, Row)],
    p: Period,
    due: NaiveDate,
    out: &mut Outcome,
) {
    let for_period = |q: Period| {
        filed
            .iter()
            .filter(move |(x, _)| *x == q)
            .map(|(_, row)| *row)
            .collect::<Vec<_>>()
    };
    let verdict = |row: Option<Row>, fields| {
        let record = row.map(|r| (f.of, r));
        Verdict {
            pending: cx.office.as_of <= due,
            period: Some(p.to_string()),
            due: Some(due),
            fields,
            ..Verdict::missed(record)
        }
    };
    let own = best(f, cx, &for_period(p));
    if own.is_some_and(|row| in_time(f, cx, row, due)) {
        out.meet(|| verdict(own, Vec::new()));
        return;
    }
    if f.weekly {
        let weeks: Vec<Option<Row>> = weeks_ending_in(p)
            .map(|w| best(f, cx, &for_period(w)))
            .collect();
        if weeks
            .iter()
            .all(|w| w.is_some_and(|row| in_time(f, cx, row, due)))
        {
            let members = weeks.iter().flatten().map(|row| (f.of, *row)).collect();
            out.meet(|| Verdict {
                members,
                ..verdict(None, Vec::new())
            });
            return;
        }
        if own.is_none()
            && let Some(late) = weeks
                .iter()
                .flatten()
                .copied()
                .find(|row| !in_time(f, cx, *row, due))
        {
            out.push(verdict(Some(late), f.on_field.into_iter().collect()));
            return;
        }
    }
    let fields = if own.is_some() {
        f.on_field.into_iter().collect()
    } else {
        Vec::new()
    };
    out.push(verdict(own, fields));
}

fn weeks_ending_in(p: Period) -> impl Iterator<Item = Period> {
    let first = Period::containing(Unit::Week, p.first);
    std::iter::successors(Some(first), |w| Some(w.next()))
        .skip_while(move |w| w.last < p.first)
        .take_while(move |w| w.last <= p.last)
}

fn in_time(f: &Filing, cx: &Context<'_>, row: Row, due: NaiveDate) -> bool {
    let view = View::of(cx.office, (f.of, row));
    let on = view.moment(&f.on);
    on.is_present() && on.date() <= due && f.complete.as_ref().is_none_or(|c| view.holds(c))
}

fn best(f: &Filing, cx: &Context<'_>, rows: &[Row]) -> Option<Row> {
    let day = |row: &Row| View::of(cx.office, (f.of, *row)).moment(&f.on).seconds();
    let complete = |row: &&Row| {
        let view = View::of(cx.office, (f.of, **row));
        view.moment(&f.on).is_present() && f.complete.as_ref().is_none_or(|c| view.holds(c))
    };
    let first = rows.iter().filter(complete).copied().min_by_key(day);
    first.or_else(|| rows.iter().copied().max_by_key(day))
}

fn filed(f: &Filing, cx: &Context<'_>) -> Vec<(Period, Row)> {
    let mut all = Vec::new();
    for row in cx.live(f.of) {
        let record: Record = (f.of, row);
        if f.filter
            .as_ref()
            .is_some_and(|e| !View::of(cx.office, record).holds(e))
        {
            continue;
        }
        if let Value::Text(t) = cx.office.value(f.of, row, f.period)
            && let Some(p) = Period::parse(t)
        {
            all.push((p, row));
        }
    }
    all
}

fn active(f: &Filing, cx: &Context<'_>, p: Period) -> bool {
    f.active.is_empty()
        || f.active.iter().any(|kind| {
            cx.live(*kind).any(|r| {
                let m = cx.own_date((*kind, r));
                m.is_present() && p.contains(m.date())
            })
        })
}

/// The last day, or the day before it where the filing asks for that and it is no working day.
fn worked(f: &Filing, last: NaiveDate) -> Result<NaiveDate, Unpublished> {
    match f.holiday {
        Holiday::Stays => Ok(last),
        Holiday::PreviousDay => match working::public().is_working_day(last)? {
            true => Ok(last),
            false => Ok(last.pred_opt().unwrap_or(last)),
        },
    }
}

/// The last day for handing in; a day of the month past its end means its last day.
fn last_day(f: &Filing, period: Period) -> NaiveDate {
    let within = match f.due_in {
        DueIn::This => period,
        DueIn::Next => period.next(),
        DueIn::Previous => period.previous(),
    };
    let (month, day) = match f.by {
        By::Weekday(w) => {
            let week = Period::containing(Unit::Week, within.first);
            return plus_days(week.first, w.num_days_from_monday());
        }
        By::Day(day) => (within.first.month(), day),
        By::MonthDay(month, day) => (month, day),
    };
    let year = within.first.year();
    let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap_or(within.first);
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or(Period::containing(Unit::Month, first).last)
}
