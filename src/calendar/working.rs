//! China's public calendar, from `calendar/<year>.json` (public holidays and make-up workdays): which days are worked.
//!
//! A year that is not published is never guessed: every question that needs it is answered with its number.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::Deserialize;

use crate::moment::{date_of, day_number};

/// The year, not yet published, that an answer would need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unpublished(pub i32);

/// A holiday: days off of one name with only days off between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// Its name, as published: 春节.
    pub name: String,
    /// First day.
    pub first: NaiveDate,
    /// Last day.
    pub last: NaiveDate,
}

#[derive(Deserialize)]
struct Year {
    year: i32,
    days: Vec<Day>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Day {
    name: String,
    date: String,
    is_off_day: bool,
}

/// The published years, which follow one another without a gap.
#[derive(Debug, Default)]
pub struct Calendar {
    /// First day of the first year, as a day number.
    first: i32,
    /// For each day since `first`, and the one after the last: how many working days lie before it.
    before: Vec<u32>,
    off: Vec<(NaiveDate, String)>,
}

/// The calendar inside the program.
pub fn public() -> &'static Calendar {
    static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| {
        let files = crate::embedded::CALENDAR.iter();
        let json = files.filter(|(name, _)| name.ends_with(".json"));
        Calendar::read(json.map(|(_, bytes)| *bytes))
    });
    &CALENDAR
}

impl Calendar {
    /// Reads a year from each JSON text. A year without days is not published; what is no such JSON is passed over (a
    /// test reads every file that the program carries).
    pub fn read<'a>(files: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut years = Vec::new();
        let mut marked = BTreeMap::new();
        for bytes in files {
            let Ok(year) = serde_json::from_slice::<Year>(bytes) else {
                continue;
            };
            if !year.days.is_empty() {
                years.push(year.year);
            }
            // A notice may move a day of the year before: 2011-12-31 was worked for New Year 2012.
            let days = year.days.into_iter();
            marked
                .extend(days.filter_map(|d| Some((d.date.parse().ok()?, (d.is_off_day, d.name)))));
        }
        years.sort_unstable();
        let Some(start) = years.first().copied() else {
            return Self::default();
        };
        let run = years.iter().zip(start..).take_while(|(y, n)| **y == *n);
        let end = start + i32::try_from(run.count()).unwrap_or(0);
        let new_year = |y| NaiveDate::from_ymd_opt(y, 1, 1).map_or(0, day_number);
        let (first, past) = (new_year(start), new_year(end));
        let mut before = vec![0];
        let mut worked = 0;
        for n in first..past {
            let day = date_of(n);
            let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
            let off = marked.get(&day).map_or(weekend, |m: &(bool, String)| m.0);
            worked += u32::from(!off);
            before.push(worked);
        }
        let off = marked.into_iter().filter(|(_, (off, _))| *off);
        Self {
            first,
            before,
            off: off.map(|(day, (_, name))| (day, name)).collect(),
        }
    }

    fn past(&self) -> i32 {
        self.first + i32::try_from(self.before.len()).unwrap_or(1) - 1
    }

    /// The first unpublished year that has a day in `from..=to`.
    fn gap(&self, from: i32, to: i32) -> Option<Unpublished> {
        let year = |n: i32| Unpublished(date_of(n).year());
        if from > to {
            None
        } else if from < self.first {
            Some(year(from))
        } else {
            (to >= self.past()).then(|| year(from.max(self.past())))
        }
    }

    fn worked_before(&self, n: i32) -> u32 {
        let at = usize::try_from(n - self.first).unwrap_or(0);
        self.before.get(at).copied().unwrap_or(0)
    }

    /// Whether a day is worked.
    ///
    /// # Errors
    /// Its year is not published.
    pub fn is_working_day(&self, day: NaiveDate) -> Result<bool, Unpublished> {
        let n = day_number(day);
        match self.gap(n, n) {
            Some(year) => Err(year),
            None => Ok(self.worked_before(n + 1) > self.worked_before(n)),
        }
    }

    /// What a day off is called; none for a weekend's.
    pub fn holiday_of(&self, day: NaiveDate) -> Option<&str> {
        let at = self.off.binary_search_by(|(d, _)| d.cmp(&day)).ok()?;
        Some(&self.off[at].1)
    }

    /// Working days after `from` up to and including `to`; 0 when `to` is not after it.
    ///
    /// # Errors
    /// A year that has one of those days is not published.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> Result<i64, Unpublished> {
        let (from, to) = (day_number(from).saturating_add(1), day_number(to));
        match self.gap(from, to) {
            Some(year) => Err(year),
            None if from > to => Ok(0),
            None => Ok(i64::from(
                self.worked_before(to + 1) - self.worked_before(from),
            )),
        }
    }

    /// The `n`-th working day after `from`; `from` itself for 0.
    ///
    /// # Errors
    /// A year that the reckoning needs is not published.
    pub fn plus_working_days(&self, from: NaiveDate, n: i64) -> Result<NaiveDate, Unpublished> {
        if n <= 0 {
            return Ok(from);
        }
        let next = day_number(from).saturating_add(1);
        if let Some(year) = self.gap(next, next) {
            return Err(year);
        }
        let wanted = i64::from(self.worked_before(next)) + n;
        let at = self.before.partition_point(|b| i64::from(*b) < wanted);
        match i32::try_from(at) {
            // `before[k]` counts the days before day k: the n-th working day is the one before it.
            Ok(k) if at < self.before.len() => Ok(date_of(self.first + k - 1)),
            _ => Err(Unpublished(date_of(self.past()).year())),
        }
    }

    /// The holidays that begin in a year, in order.
    ///
    /// # Errors
    /// The year is not published.
    pub fn holidays(&self, year: i32) -> Result<Vec<Holiday>, Unpublished> {
        let day = |y| NaiveDate::from_ymd_opt(y, 1, 1).map_or(i32::MIN, day_number);
        if let Some(gap) = self.gap(day(year), day(year)) {
            return Err(gap);
        }
        let mut all: Vec<Holiday> = Vec::new();
        for (day, name) in &self.off {
            match all.last_mut() {
                Some(h) if h.name == *name && self.only_off(h.last, *day) => h.last = *day,
                _ => all.push(Holiday {
                    name: name.clone(),
                    first: *day,
                    last: *day,
                }),
            }
        }
        all.retain(|h| h.first.year() == year);
        Ok(all)
    }

    fn only_off(&self, from: NaiveDate, to: NaiveDate) -> bool {
        self.working_days_between(from, to) == Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// The twin walks day by day over what the files mark, and knows nothing of sums.
    fn twin() -> &'static BTreeMap<NaiveDate, bool> {
        static TWIN: LazyLock<BTreeMap<NaiveDate, bool>> = LazyLock::new(|| {
            let published = day("2007-01-01")
                .iter_days()
                .take_while(|d| d.year() < 2027);
            let weekday = |d: &NaiveDate| d.weekday().num_days_from_monday() < 5;
            let mut worked: BTreeMap<_, _> = published.map(|d| (d, weekday(&d))).collect();
            for (_, bytes) in crate::embedded::CALENDAR
                .iter()
                .filter(|(n, _)| n.ends_with("json"))
            {
                for d in serde_json::from_slice::<Year>(bytes).unwrap().days {
                    // A year's file may move days of the year before, whose own is not published.
                    worked
                        .entry(day(&d.date))
                        .and_modify(|w| *w = !d.is_off_day);
                }
            }
            worked
        });
        &TWIN
    }

    #[test]
    fn every_year_of_the_program_is_read() {
        let files = crate::embedded::CALENDAR.iter();
        let years = files
            .filter(|(n, _)| n.ends_with(".json"))
            .map(|(n, bytes)| {
                serde_json::from_slice::<Year>(bytes)
                    .unwrap_or_else(|e| panic!("{n}: {e}"))
                    .year
            });
        assert_eq!(years.collect::<Vec<_>>(), (2007..=2027).collect::<Vec<_>>());
    }

    #[test]
    fn make_up_workdays_are_worked_and_holidays_are_not() {
        let c = public();
        assert_eq!(
            c.is_working_day(day("2025-01-26")),
            Ok(true),
            "a Sunday, worked for 春节"
        );
        assert_eq!(
            c.is_working_day(day("2025-01-28")),
            Ok(false),
            "a Tuesday of 春节"
        );
        assert_eq!(
            c.is_working_day(day("2011-12-31")),
            Ok(true),
            "in the notice of 2012"
        );
        assert_eq!(
            c.plus_working_days(day("2025-01-27"), 1),
            Ok(day("2025-02-05"))
        );
        assert_eq!(
            c.working_days_between(day("2025-01-27"), day("2025-02-05")),
            Ok(1)
        );
        assert_eq!(
            c.working_days_between(day("2025-02-05"), day("2025-01-27")),
            Ok(0)
        );
    }

    #[test]
    fn an_unpublished_year_is_not_guessed() {
        let c = public();
        assert_eq!(c.is_working_day(day("2026-12-31")), Ok(true));
        assert_eq!(c.is_working_day(day("2027-01-04")), Err(Unpublished(2027)));
        assert_eq!(c.is_working_day(day("2006-06-01")), Err(Unpublished(2006)));
        assert_eq!(
            c.plus_working_days(day("2026-12-30"), 1),
            Ok(day("2026-12-31"))
        );
        assert_eq!(
            c.plus_working_days(day("2026-12-30"), 2),
            Err(Unpublished(2027))
        );
        assert_eq!(
            c.working_days_between(day("2026-12-31"), day("2026-12-31")),
            Ok(0)
        );
        assert_eq!(
            c.working_days_between(day("2026-12-31"), day("2029-01-01")),
            Err(Unpublished(2027))
        );
        assert_eq!(c.holidays(2027), Err(Unpublished(2027)));
    }

    #[test]
    fn holidays_of_2025() {
        let all = public().holidays(2025).unwrap();
        let written: Vec<String> = all
            .iter()
            .map(|h| format!("{} {}/{}", h.name, h.first, h.last))
            .collect();
        assert_eq!(
            written,
            [
                "元旦 2025-01-01/2025-01-01",
                "春节 2025-01-28/2025-02-04",
                "清明节 2025-04-04/2025-04-06",
                "劳动节 2025-05-01/2025-05-05",
                "端午节 2025-05-31/2025-06-02",
                "国庆节、中秋节 2025-10-01/2025-10-08",
            ]
        );
    }

    #[test]
    fn days_that_the_first_year_moves_in_the_year_before_are_not_published() {
        let c = public();
        let (friday, saturday) = (day("2006-12-29"), day("2006-12-30"));
        let gap = Err(Unpublished(2006));
        assert_eq!(c.working_days_between(friday, saturday), gap);
        assert_eq!(c.is_working_day(saturday).err(), gap.err());
    }

    proptest! {
        #[test]
        fn counting_agrees_with_walking(start in 13_200i32..20_900, n in 0i64..300, length in 0i32..400) {
            let (c, twin) = (public(), twin());
            let from = date_of(start);
            let walked = (1..=length).try_fold(0, |sum, i| {
                twin.get(&date_of(start + i)).map(|w| sum + i64::from(*w))
            });
            prop_assert_eq!(c.working_days_between(from, date_of(start + length)).ok(), walked);
            let mut left = n;
            let mut at = Some(start);
            while left > 0 && let Some(d) = at {
                at = twin.get(&date_of(d + 1)).map(|w| { left -= i64::from(*w); d + 1 });
            }
            prop_assert_eq!(c.plus_working_days(from, n).ok(), at.map(date_of));
        }
    }
}
