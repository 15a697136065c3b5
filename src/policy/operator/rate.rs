//! `rate`: what share of a population is met, for each period or once for each record of a kind. Exact in whole numbers.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::Period;
use crate::moment::plus_days;
use crate::policy::compile::{Rate, Rule};
use crate::policy::context::{Context, reckoned};
use crate::policy::value::{MAX_LETS, Record, View, as_number};
use crate::policy::verdict::{Outcome, Reckoned, Verdict};
use crate::table::Row;

/// What is being judged: a period, or a record of `each`.
struct Group {
    period: Option<Period>,
    each: Option<Record>,
    members: Vec<Row>,
    /// The last day on which the rate can still change.
    due: NaiveDate,
}

/// Judges each period or each record of a kind.
pub fn evaluate(rule: &Rule, r: &Rate, cx: &Context<'_>) -> Outcome {
    let mut out = Outcome::new(cx.asked);
    let groups = match rule.each {
        Some(kind) => each_groups(rule, r, cx, kind),
        None => period_groups(r, cx),
    };
    for g in groups {
        judge(rule, r, cx, g, &mut out);
    }
    out
}

fn view<'a>(cx: &Context<'a>, member: Record, g: &Group) -> View<'a> {
    // `each`, when there is one, is the first named record.
    let mut lets = [None; MAX_LETS];
    lets[0] = g.each;
    View {
        lets,
        period: g.period,
        deadline: Some(g.due),
        ..View::of(cx.office, member)
    }
}

fn judge(rule: &Rule, r: &Rate, cx: &Context<'_>, g: Group, out: &mut Outcome) {
    let arose = g.period.map(|p| p.first).or(Some(g.due));
    if !cx.in_force(rule, arose, Some(g.due)) {
        return;
    }
    let mut missed = Vec::new();
    let (mut met, mut population) = (0u64, 0u64);
    for row in &g.members {
        let record = (r.of, *row);
        let v = view(cx, record, &g);
        if r.on.is_none() && r.filter.as_ref().is_some_and(|f| !v.holds(f)) {
            continue;
        }
        population += 1;
        let fulfilled = r.met.as_ref().is_none_or(|e| v.holds(e))
            && r.find
                .as_ref()
                .is_none_or(|l| cx.linked(&v, l).next().is_some());
        if fulfilled {
            met += 1
        } else {
            missed.push(record)
        }
    }
    let verdict = Verdict {
        period: g.period.map(|p| p.to_string()),
        due: Some(g.due),
        ..Verdict::missed(g.each)
    };
    let over = cx.office.as_of > g.due;
    if let Some(against) = &r.against {
        return at_most(
            r,
            cx,
            &g,
            population,
            View {
                item: None,
                ..view(cx, (r.of, 0), &g)
            }
            .value(against),
            verdict,
            out,
        );
    }
    if population == 0 {
        return;
    }
    out.shares.push(Reckoned {
        met,
        population,
        ..share(r, &g)
    });
    let members = cx.asked.then_some(&g.members).into_iter().flatten();
    let verdict = Verdict {
        pending: !over,
        met,
        population,
        count: population - met,
        related: missed,
        members: members.map(|row| (r.of, *row)).collect(),
        ..verdict
    };
    let enough = u128::from(met) * 100_000 >= u128::from(population) * u128::from(r.milli_percent);
    match (enough, over) {
        (true, true) => out.meet(|| verdict),
        (true, false) => {}
        (false, _) => out.push(verdict),
    }
}

/// A group's share, not yet counted.
fn share(r: &Rate, g: &Group) -> Reckoned {
    Reckoned {
        period: g.period,
        record: g.each,
        due: g.due,
        met: 0,
        population: 0,
        milli_percent: r.milli_percent,
        at_most: false,
    }
}

/// The population itself must not exceed a share of a number (a maximum: judged when the period is over).
fn at_most(
    r: &Rate,
    cx: &Context<'_>,
    g: &Group,
    members: u64,
    against: crate::table::Value<'_>,
    verdict: Verdict,
    out: &mut Outcome,
) {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of households"
    )]
    let whole = as_number(against).filter(|n| *n > 0.0).map(|n| n as u64);
    let over = cx.office.as_of > g.due;
    let Some(whole) = whole else {
        out.tally.unjudged += u64::from(over);
        return;
    };
    out.shares.push(Reckoned {
        met: members,
        population: whole,
        at_most: true,
        ..share(r, g)
    });
    let many = u128::from(members) * 100_000 > u128::from(whole) * u128::from(r.milli_percent);
    let verdict = || Verdict {
        pending: !over,
        met: members,
        population: whole,
        count: members,
        related: g.members.iter().map(|row| (r.of, *row)).collect(),
        counted: true,
        ..verdict
    };
    match (many, over) {
        (true, _) => out.push(verdict()),
        (false, true) => out.meet(verdict),
        (false, false) => {}
    }
}

fn each_groups(rule: &Rule, r: &Rate, cx: &Context<'_>, kind: crate::schema::KindId) -> Vec<Group> {
    let mut groups = Vec::new();
    for row in cx.live(kind) {
        let v = View::of(cx.office, (kind, row));
        let after = r
            .after
            .as_ref()
            .map(|e| v.moment(e))
            .filter(|m| m.is_present());
        if let Some(after) = after
            && rule.when.as_ref().is_none_or(|w| v.holds(w))
        {
            groups.push(Group {
                period: None,
                each: Some((kind, row)),
                members: cx.live(r.of).collect::<Vec<_>>(),
                due: after.date(),
            });
        }
    }
    groups
}

fn period_groups(r: &Rate, cx: &Context<'_>) -> Vec<Group> {
    let (Some(unit), Some(start)) = (r.per, cx.start(r.start, None)) else {
        return Vec::new();
    };
    let mut p = Period::containing(unit, start);
    if p.first < start {
        p = p.next();
    }
    let periods: Vec<Period> = std::iter::successors(Some(p), |p| Some(p.next()))
        .take_while(|p| p.first <= cx.office.as_of)
        .collect();
    let due = |p: &Period| (0..r.settle_periods).fold(*p, |p, _| p.next()).last;
    let mut groups: Vec<Group> = periods
        .iter()
        .map(|p| Group {
            period: Some(*p),
            each: None,
            members: Vec::new(),
            due: due(p),
        })
        .collect();
    let all = cx.live(r.of).collect::<Vec<_>>();
    let Some(on) = &r.on else {
        groups.iter_mut().for_each(|g| g.members.clone_from(&all));
        return groups;
    };
    let place: BTreeMap<NaiveDate, usize> = periods
        .iter()
        .enumerate()
        .map(|(i, p)| (p.first, i))
        .collect();
    for row in all {
        let v = View::of(cx.office, (r.of, row));
        let at = v.moment(on);
        if !at.is_present() || r.filter.as_ref().is_some_and(|f| !v.holds(f)) {
            continue;
        }
        let Some(g) = place
            .get(&Period::containing(unit, at.date()).first)
            .map(|i| &mut groups[*i])
        else {
            continue;
        };
        g.members.push(row);
        if let Some(days) = r.settle_days.as_ref().and_then(|e| reckoned(&v, e)) {
            g.due = g.due.max(plus_days(at.date(), days));
        }
        if let Some(last) = r.settle_by.as_ref().map(|e| v.moment(e))
            && last.is_present()
        {
            g.due = g.due.max(last.date());
        }
    }
    groups
}
