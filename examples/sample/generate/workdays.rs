//! The working days of 2025: offices in town visit, sign and file on no weekend and no public holiday.

use chrono::{Datelike, NaiveDate, Weekday};

use super::clock::{day, days};
use super::rng::Rng;

/// Public holidays, first and last day as (month, day). Make-up workdays are left free too: nobody minds.
const HOLIDAYS: [[(u32, u32); 2]; 7] = [
    [(1, 1), (1, 1)],
    [(1, 28), (2, 4)],
    [(4, 4), (4, 6)],
    [(5, 1), (5, 5)],
    [(5, 31), (6, 2)],
    [(10, 1), (10, 8)],
    [(12, 31), (12, 31)],
];

pub fn is_off(on: NaiveDate) -> bool {
    let weekend = matches!(on.weekday(), Weekday::Sat | Weekday::Sun);
    let date = (on.month(), on.day());
    weekend || HOLIDAYS.iter().any(|h| h[0] <= date && date <= h[1])
}

/// The first working day on or after so many days from a day.
pub fn after(from: NaiveDate, n: i64) -> NaiveDate {
    let mut on = from + days(n);
    while is_off(on) {
        on += days(1);
    }
    on
}

/// The last working day no more than so many days after a day, which is one itself.
pub fn within(from: NaiveDate, n: i64) -> NaiveDate {
    let mut on = from + days(n);
    while on > from && is_off(on) {
        on -= days(1);
    }
    on
}

/// The last working day at least so many days before a day; within the year.
pub fn before(from: NaiveDate, n: i64) -> NaiveDate {
    let mut on = from - days(n);
    while is_off(on) {
        on -= days(1);
    }
    on.max(day(1, 2))
}

/// So many working days spread over a stretch of the year, in order.
pub fn spread(rng: &mut Rng, n: usize, first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
    let span = (last - first).num_days();
    let n = i64::try_from(n).unwrap_or(1);
    let gap = span / n.max(1);
    let mut all: Vec<NaiveDate> = (0..n)
        .map(|i| after(first, span * i / n + rng.range(0, gap.max(1))))
        .collect();
    all.sort_unstable();
    all
}
