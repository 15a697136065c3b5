//! `count`: how many records in each period, for the office or for each record of a kind.

use chrono::{Datelike, NaiveDate};
use rustc_hash::FxHashMap;

use crate::calendar::working::{self, Unpublished};
use crate::calendar::{Period, Unit};
use crate::policy::compile::{Count, Rule};
use crate::policy::context::Context;
use crate::policy::definition::{Every, Start};
use crate::policy::expr::Expr;
use crate::policy::value::{Record, View};
use crate::policy::verdict::{Outcome, Verdict};
use crate::table::{Row, Value};

/// Judges every whole period since the start, and shows the one that still runs as pending.
pub fn evaluate(rule: &Rule, c: &Count, cx: &Context<'_>) -> Outcome {
    let mut out = Outcome::new(cx.asked);
    let subjects = subjects(rule, c, cx);
    let Some(start) = start(c, cx, &subjects) else {
        return out;
    };
    let (periods, unpublished) = periods(c.per, start, cx.office.as_of);
    for gap in unpublished {
        let during = |s: &&Subject<'_>| {
            s.from.is_none_or(|f| f <= gap.last) && s.until.is_none_or(|u| u >= gap.first)
        };
        let asked = rule.each.is_none() || subjects.iter().any(|s| during(&s));
        if asked && cx.in_force(rule, Some(gap.first), Some(gap.last)) {
            out.tally.unjudged += u64::from(out.years.insert(gap.first.year()));
        }
    }
    let found = found(c, cx, &periods);
    let of = |row: Option<Row>, at: usize| found.get(&(row, at)).cloned().unwrap_or_default();
    if rule.each.is_none() {
        for (at, p) in periods.iter().enumerate() {
            judge(rule, c, cx, None, *p, of(None, at), &mut out);
        }
        return out;
    }
    for s in &subjects {
        let first = s
            .from
            .map_or(0, |f| periods.partition_point(|p| p.first < f));
        let past = s
            .until
            .map_or(periods.len(), |u| periods.partition_point(|p| p.last <= u));
        for (at, p) in periods.iter().enumerate().take(past).skip(first) {
            let view = View {
                period: Some(*p),
                ..s.view
            };
            if c.which.as_ref().is_none_or(|w| view.holds(w)) {
                judge(rule, c, cx, s.view.item, *p, of(s.row, at), &mut out);
            }
        }
    }
    out
}

/// A record that is judged for periods between two days.
struct Subject<'a> {
    row: Option<Row>,
    view: View<'a>,
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
}

fn subjects<'a>(rule: &Rule, c: &Count, cx: &Context<'a>) -> Vec<Subject<'a>> {
    let Some(kind) = rule.each else {
        return Vec::new();
    };
    let mut all = Vec::new();
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
        // One that begins itself is judged only where it says when.
        if c.start == Start::Kind || from.is_some() {
            all.push(Subject {
                row: Some(row),
                view,
                from,
                until,
            });
        }
    }
    all
}

fn start(c: &Count, cx: &Context<'_>, subjects: &[Subject<'_>]) -> Option<NaiveDate> {
    match c.start {
        Start::Kind => cx.start(c.of, c.on.as_ref()),
        Start::Own => {
            let since = cx.office.config.since;
            since.or_else(|| subjects.iter().filter_map(|s| s.from).min())
        }
    }
}

fn judge(
    rule: &Rule,
    c: &Count,
    cx: &Context<'_>,
    subject: Option<Record>,
    p: Period,
    found: Found,
    out: &mut Outcome,
) {
    let n = found.count;
    if !cx.in_force(rule, Some(p.first), Some(p.last)) {
        return;
    }
    let few = c.min.is_some_and(|min| n < min);
    let many = c.max.is_some_and(|max| n > max);
    let over = cx.office.as_of > p.last;
    let verdict = || Verdict {
        pending: !over,
        period: Some(p.to_string()),
        due: Some(p.last),
        count: n,
        members: found.rows.into_iter().map(|row| (c.of, row)).collect(),
        ..Verdict::missed(subject)
    };
    if few || many {
        out.push(verdict());
    } else if over {
        out.meet(verdict);
    }
}

/// How many there are, and which, where somebody asks why.
#[derive(Clone, Default)]
struct Found {
    count: u64,
    rows: Vec<Row>,
}

/// The periods that begin on or after a day and not after as-of, in order; and what of that time needs a year not yet
/// published, a stretch for each year.
fn periods(every: Every, start: NaiveDate, as_of: NaiveDate) -> (Vec<Period>, Vec<Period>) {
    let unit = match every {
        Every::Day | Every::WorkingDay => Unit::Day,
        Every::Week => Unit::Week,
        Every::SaturdayWeek => Unit::SaturdayWeek,
        Every::Month => Unit::Month,
        Every::Quarter => Unit::Quarter,
        Every::Half => Unit::Half,
        Every::Year => Unit::Year,
        Every::Holiday => return holidays(start, as_of),
    };
    let mut p = Period::containing(unit, start);
    if p.first < start {
        p = p.next();
    }
    let (mut all, mut unpublished) = (Vec::new(), Vec::<Period>::new());
    while p.first <= as_of {
        match (every, working::public().is_working_day(p.first)) {
            (Every::WorkingDay, Ok(false)) => {}
            (Every::WorkingDay, Err(Unpublished(year))) => match unpublished.last_mut() {
                Some(gap) if gap.first.year() == year => gap.last = p.last,
                _ => unpublished.push(Period::stretch(p.first, p.last)),
            },
            _ => all.push(p),
        }
        let next = p.next();
        if next.first <= p.first {
            break;
        }
        p = next;
    }
    (all, unpublished)
}

fn holidays(start: NaiveDate, as_of: NaiveDate) -> (Vec<Period>, Vec<Period>) {
    let (mut all, mut unpublished) = (Vec::new(), Vec::new());
    for year in start.year()..=as_of.year() {
        match working::public().holidays(year) {
            Ok(found) => all.extend(found.iter().map(|h| Period::stretch(h.first, h.last))),
            Err(Unpublished(year)) => {
                let whole = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(start);
                let whole = Period::containing(Unit::Year, whole);
                unpublished.push(Period::stretch(
                    whole.first.max(start),
                    whole.last.min(as_of),
                ));
            }
        }
    }
    all.retain(|p| p.first >= start && p.first <= as_of);
    (all, unpublished)
}

/// For each subject and each of the periods, by its place in their list, how many records or different values.
fn found(
    c: &Count,
    cx: &Context<'_>,
    periods: &[Period],
) -> FxHashMap<(Option<Row>, usize), Found> {
    let mut found = Vec::new();
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
        let Some(at) = on.is_present().then(|| at(periods, on.date())).flatten() else {
            continue;
        };
        let value = match c.distinct.map(|f| cx.office.value(c.of, row, f)) {
            None => row,
            Some(Value::Ref(_, to)) => to,
            Some(Value::Code(code)) => Row::from(code),
            Some(_) => continue,
        };
        found.push((subject, at, value, row));
    }
    if c.distinct.is_some() {
        found.sort_unstable();
        found.dedup_by_key(|f| (f.0, f.1, f.2));
    }
    let mut counts: FxHashMap<_, Found> = FxHashMap::default();
    for (subject, at, _, row) in found {
        let own = counts.entry((subject, at)).or_default();
        own.count += 1;
        own.rows.extend(cx.asked.then_some(row));
    }
    counts
}

/// Which of some periods, in order, holds a day.
fn at(periods: &[Period], day: NaiveDate) -> Option<usize> {
    let past = periods.partition_point(|p| p.first <= day);
    past.checked_sub(1).filter(|at| periods[*at].contains(day))
}
