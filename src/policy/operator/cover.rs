//! `cover`: stretches of time that leave no gap between the first and the last (policies.md, *unbroken cover*).

use chrono::{DateTime, NaiveDateTime};

use crate::moment::Moment;
use crate::policy::compile::{Cover, Rule};
use crate::policy::context::Context;
use crate::policy::value::View;
use crate::policy::verdict::{Outcome, Verdict};
use crate::table::Row;
use crate::text::Bilingual;

const DAY: i64 = 86_400;

/// A stretch of seconds, its end excluded, and the record that covers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Stretch {
    from: i64,
    to: i64,
    row: Row,
}

/// A time that nothing covers, its end excluded, and the record whose stretch ends before it.
#[derive(Clone, Copy, Debug)]
pub struct Gap {
    /// When it begins.
    pub from: NaiveDateTime,
    /// When it ends.
    pub to: NaiveDateTime,
    /// The record before it.
    pub row: Row,
}

/// A finding for each gap, at the record whose stretch ends before it.
pub fn evaluate(rule: &Rule, c: &Cover, cx: &Context<'_>) -> Outcome {
    let mut out = Outcome::new(cx.asked);
    let (stretches, open) = uncovered(c, cx);
    out.tally.met = stretches.saturating_sub(open.len()) as u64;
    for Gap { from, to, row } in open.into_iter().filter(|g| g.from < g.to) {
        let (first, last) = (from.date(), to.date());
        if !cx.in_force(rule, Some(first), Some(last)) {
            continue;
        }
        let minutes = (to - from).num_minutes().to_string();
        let written = |t: NaiveDateTime| t.format("%Y-%m-%d %H:%M").to_string();
        let same = |text: String| Bilingual::new(text.clone(), text);
        out.push(Verdict {
            period: Some(format!(
                "{}/{}",
                from.format("%Y-%m-%dT%H:%M"),
                to.format("%Y-%m-%dT%H:%M")
            )),
            due: Some(first),
            told: vec![
                ("from", same(written(from))),
                ("to", same(written(to))),
                ("minutes", same(minutes)),
            ],
            ..Verdict::missed(Some((c.of, row)))
        });
    }
    out
}

/// How many stretches there are, and the gaps between them, of which what lies before the office's `since` is cut off
/// (such a gap may end as it begins). One still open at as-of ends at the next midnight.
pub fn uncovered(c: &Cover, cx: &Context<'_>) -> (usize, Vec<Gap>) {
    let end_of_as_of = (i64::from(cx.office.as_of.to_epoch_days()) + 1) * DAY;
    let (covered, last) = covered(c, cx, end_of_as_of);
    let until = last.min(end_of_as_of);
    let since = cx
        .office
        .config
        .since
        .map(|s| i64::from(s.to_epoch_days()) * DAY);
    let open = gaps(&covered, until).into_iter().map(|g| Gap {
        from: instant(since.map_or(g.from, |s| g.from.max(s))),
        to: instant(g.to),
        row: g.row,
    });
    (covered.len(), open.collect())
}

fn instant(seconds: i64) -> NaiveDateTime {
    DateTime::from_timestamp(seconds, 0).map_or(NaiveDateTime::MIN, |t| t.naive_utc())
}

/// What is covered, in order, by the records begun by the end of as-of; and the last of their ends.
fn covered(c: &Cover, cx: &Context<'_>, end_of_as_of: i64) -> (Vec<Stretch>, i64) {
    let mut all = Vec::new();
    let mut last = i64::MIN;
    for row in cx.live(c.of) {
        let view = View::of(cx.office, (c.of, row));
        let (from, until) = (view.moment(&c.from), view.moment(&c.until));
        if !from.is_present()
            || !until.is_present()
            || c.filter.as_ref().is_some_and(|f| !view.holds(f))
        {
            continue;
        }
        let (from, to) = (from.seconds(), end(until));
        if from >= to || from >= end_of_as_of {
            continue;
        }
        last = last.max(to);
        let away = c.away.as_ref().and_then(|(a, b, unless)| {
            let a = view.moment(a);
            let out = a.is_present() && unless.as_ref().is_none_or(|u| !view.holds(u));
            let back = view.moment(b);
            let back = if back.is_present() { end(back) } else { to };
            out.then(|| (a.seconds().clamp(from, to), back.clamp(from, to)))
        });
        match away {
            Some((a, b)) if a < b => {
                // Empty where the record is away from its beginning: it still stands before the gap.
                all.push(Stretch { from, to: a, row });
                all.extend((b < to).then_some(Stretch { from: b, to, row }));
            }
            _ => all.push(Stretch { from, to, row }),
        }
    }
    all.sort_unstable();
    (all, last)
}

/// The end of a stretch: a bare day lasts to its midnight.
fn end(m: Moment) -> i64 {
    if m.has_time() {
        m.seconds()
    } else {
        m.seconds() + DAY
    }
}

/// What lies uncovered between the first beginning and `until`, each with the record that ends before it.
fn gaps(covered: &[Stretch], until: i64) -> Vec<Stretch> {
    let mut gaps = Vec::new();
    let Some(first) = covered.first() else {
        return gaps;
    };
    let (mut reached, mut by) = (first.from, first.row);
    let mut gap = |from: i64, to: i64, row: Row| {
        let to = to.min(until);
        if from < to {
            gaps.push(Stretch { from, to, row });
        }
    };
    for s in covered {
        if s.from == s.to {
            if s.from == reached {
                by = s.row;
            }
            continue;
        }
        if s.from > reached {
            gap(reached, s.from, by);
        }
        // Of two that reach equally far, the one that begins later stands before the gap.
        if s.to >= reached {
            (reached, by) = (s.to, s.row);
        }
    }
    gap(reached, until, by);
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The twin looks at each minute.
        #[test]
        fn gaps_are_the_minutes_that_nothing_covers(
            stretches in prop::collection::vec((0i64..60, 0i64..20), 1..8),
            cut in 0i64..90,
        ) {
            let mut all: Vec<Stretch> = stretches
                .iter()
                .enumerate()
                .map(|(i, (from, length))| Stretch { from: *from, to: from + length, row: i as Row })
                .collect();
            all.sort_unstable();
            let until = all.iter().map(|s| s.to).max().unwrap().min(cut);
            let first = all[0].from;
            let open = |m: i64| all.iter().all(|s| m < s.from || m >= s.to);
            let expected: Vec<i64> = (first..until).filter(|m| open(*m)).collect();
            let found = gaps(&all, until);
            let minutes: Vec<i64> = found.iter().flat_map(|g| g.from..g.to).collect();
            prop_assert_eq!(minutes, expected);
            for pair in found.windows(2) {
                prop_assert!(pair[0].to < pair[1].from, "two gaps that touch are one");
            }
            for g in &found {
                let before = all.iter().find(|s| s.row == g.row).unwrap();
                prop_assert!(before.to == g.from || before.from == g.from, "a record ends where a gap begins");
            }
        }
    }
}
