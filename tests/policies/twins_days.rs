//! Days that lie too far apart, working days, holidays and weeks from Saturday against twins that walk day by day.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};
use proptest::prelude::*;
use serde_json::json;

use crate::harness::Yaml;
use crate::twins::{folder, packs, seen};

fn day(n: u16) -> NaiveDate {
    // A year with a long holiday, make-up workdays and a Sunday of work.
    NaiveDate::from_ymd_opt(2025, 1, 6).unwrap() + chrono::Days::new(u64::from(n))
}

/// Days off of the twin's own list: the notice of the State Council for 2025, January to April.
fn worked(d: NaiveDate) -> bool {
    let off = |from: (u32, u32), to: (u32, u32)| {
        let at = |(m, d)| NaiveDate::from_ymd_opt(2025, m, d).unwrap();
        at(from) <= d && d <= at(to)
    };
    let made_up = [(1, 26), (2, 8)].contains(&(d.month(), d.day()));
    let holiday = off((1, 28), (2, 4)) || off((4, 4), (4, 6));
    made_up || !holiday && !matches!(d.weekday(), Weekday::Sat | Weekday::Sun)
}

fn visits(days: &BTreeSet<u16>) -> Yaml {
    let all = days.iter().map(|n| {
        json!({"id": format!("V{n}"), "date": day(*n).to_string(), "staff": "S1", "method": "phone"})
    });
    Yaml::Array(all.collect())
}

fn staff(joined: Option<NaiveDate>, left: Option<NaiveDate>) -> Yaml {
    json!([{"id": "S1", "name": "王芳", "role": "salesperson",
        "joined_on": joined.map(|d| d.to_string()), "left_on": left.map(|d| d.to_string())}])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn days_too_far_apart(
        days in prop::collection::btree_set(0u16..40, 0..8), limit in 1i64..6, as_of in 0u16..45,
        joined in proptest::option::of(0u16..20), left in proptest::option::of(20u16..60),
    ) {
        let (as_of, joined, left) = (day(as_of), joined.map(day), left.map(day));
        let body = format!(
            "    numbers: {{days: {limit}}}\n    each: staff\n    spacing: {{of: visits, by: staff, from: joined_on, until: left_on}}\n");
        let folder = folder(Some(day(0)), &[("staff", staff(joined, left)), ("visits", visits(&days))]);
        let seen = seen(folder.path(), &packs(&[("apart", body)]), as_of);
        // The twin walks from the first day to the last and breaks off at each day with a visit.
        // A day of joining after as-of is not known yet.
        let first = joined.filter(|j| *j <= as_of).map_or(day(0), |j| j.max(day(0)));
        let gone = left.filter(|l| *l <= as_of);
        let last = gone.unwrap_or(as_of);
        let called: BTreeSet<NaiveDate> = days.iter().map(|n| day(*n)).filter(|d| *d <= as_of).collect();
        let (mut found, mut waiting) = (Vec::new(), Vec::new());
        let mut begun = first;
        for d in first.iter_days().take_while(|d| *d <= last) {
            let open = d == last;
            if called.contains(&d) && d > begun || open {
                let gap = (d - begun).num_days();
                let period = format!("S1@{begun}/{d}");
                let closed = called.contains(&d) || gone.is_some();
                if gap > limit {
                    found.push(period);
                } else if open && !closed {
                    waiting.push(period);
                }
                if open && called.contains(&d) && gone.is_none() {
                    waiting.push(format!("S1@{d}/{d}"));
                }
                begun = d;
            }
        }
        found.sort();
        waiting.sort();
        prop_assert_eq!(seen.found("twin/apart"), found);
        let pending: BTreeSet<String> = seen.pending("twin/apart").into_iter().collect();
        prop_assert_eq!(pending, waiting.into_iter().collect::<BTreeSet<_>>());
    }

    #[test]
    fn working_days_and_weeks_from_saturday(
        days in prop::collection::btree_set(0u16..60, 0..40), as_of in 0u16..70,
    ) {
        let as_of = day(as_of);
        let rule = |per: &str| format!("    count: {{of: visits, per: {per}}}\n");
        let packs = packs(&[
            ("worked", rule("working_day")),
            ("saturday", rule("saturday_week")),
            ("holiday", rule("holiday")),
        ]);
        let folder = folder(Some(day(0)), &[("staff", staff(None, None)), ("visits", visits(&days))]);
        let seen = seen(folder.path(), &packs, as_of);
        let called: BTreeSet<NaiveDate> = days.iter().map(|n| day(*n)).filter(|d| *d <= as_of).collect();
        let silent = |from: NaiveDate, to: NaiveDate| {
            from.iter_days().take_while(|d| *d <= to).all(|d| !called.contains(&d))
        };
        let over = |d: &NaiveDate| *d < as_of;
        let days = || day(0).iter_days().take_while(over);
        let worked: Vec<String> = days()
            .filter(|d| worked(*d) && !called.contains(d))
            .map(|d| format!("@{d}"))
            .collect();
        prop_assert_eq!(seen.found("twin/worked"), worked);
        let weeks: Vec<String> = days()
            .filter(|d| d.weekday() == Weekday::Fri && *d - chrono::Days::new(6) >= day(0))
            .filter(|d| silent(*d - chrono::Days::new(6), *d))
            .map(|d| format!("@{}/{d}", d - chrono::Days::new(6)))
            .collect();
        prop_assert_eq!(seen.found("twin/saturday"), weeks);
        let at = |m, d| NaiveDate::from_ymd_opt(2025, m, d).unwrap();
        let spring = (at(1, 28), at(2, 4));
        let expected = spring.1 < as_of && silent(spring.0, spring.1);
        let found: Vec<String> = expected
            .then(|| format!("@{}/{}", spring.0, spring.1))
            .into_iter()
            .collect();
        prop_assert_eq!(seen.found("twin/holiday"), found);
    }

    /// The anniversary is the first day on which so many birthdays have passed.
    #[test]
    fn anniversaries_and_months(n in 0u16..3000, years in 0i32..12, months in 0i32..30) {
        use aftercare::moment::{plus_months, plus_years};
        let from = NaiveDate::from_ymd_opt(2016, 1, 1).unwrap() + chrono::Days::new(u64::from(n));
        let key = |d: NaiveDate| (d.month(), d.day());
        let twin = from
            .iter_days()
            .filter(|d| d.year() == from.year() + years)
            .find(|d| key(*d) >= key(from))
            .or_else(|| (years == 0).then_some(from));
        prop_assert_eq!(Some(plus_years(from, years)), twin);
        let later = plus_months(from, months);
        let count = |d: NaiveDate| d.year() * 12 + i32::try_from(d.month0()).unwrap();
        prop_assert_eq!(count(later), count(from) + months);
        let end_of_month = later.succ_opt().unwrap().day() == 1;
        prop_assert!(later.day() == from.day() || later.day() < from.day() && end_of_month);
    }
}
