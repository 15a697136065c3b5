//! Calendar periods: days, ISO weeks, months, quarters, halves and years, and how they are written; `working` has the
//! public calendar's working days.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::Deserialize;

pub mod working;

/// The length of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// A calendar day.
    Day,
    /// An ISO week, Monday first.
    Week,
    /// A week from Saturday to Friday.
    #[serde(rename = "saturday_week")]
    SaturdayWeek,
    /// A calendar month.
    Month,
    /// A quarter.
    Quarter,
    /// A half-year.
    Half,
    /// A calendar year.
    Year,
    /// Days that no calendar unit holds, such as a holiday's: a day is the stretch of itself.
    #[serde(skip)]
    Stretch,
}

impl Unit {
    /// How many months it has, for those made of months.
    fn months(self) -> Option<u32> {
        match self {
            Self::Day | Self::Week | Self::SaturdayWeek | Self::Stretch => None,
            Self::Month => Some(1),
            Self::Quarter => Some(3),
            Self::Half => Some(6),
            Self::Year => Some(12),
        }
    }
}

/// A calendar period with its first and last day, both inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// First day.
    pub first: NaiveDate,
    /// Last day.
    pub last: NaiveDate,
    /// Its length.
    pub unit: Unit,
}

impl Period {
    /// The period of a length that holds a day.
    pub fn containing(unit: Unit, day: NaiveDate) -> Self {
        let (first, last) = match unit.months() {
            Some(n) => {
                let month = day.month0() / n * n + 1;
                let first = NaiveDate::from_ymd_opt(day.year(), month, 1).unwrap_or(day);
                let last = first
                    .checked_add_months(chrono::Months::new(n))
                    .and_then(|d| d.pred_opt());
                (first, last.unwrap_or(NaiveDate::MAX))
            }
            None if unit == Unit::Week => {
                let first = day - Days::new(u64::from(day.weekday().num_days_from_monday()));
                (first, first + Days::new(6))
            }
            None if unit == Unit::SaturdayWeek => {
                let past = (day.weekday().num_days_from_monday() + 2) % 7;
                let first = day - Days::new(u64::from(past));
                (first, first + Days::new(6))
            }
            None => (day, day),
        };
        Self { first, last, unit }
    }

    /// Days that no calendar unit holds.
    pub fn stretch(first: NaiveDate, last: NaiveDate) -> Self {
        let unit = Unit::Stretch;
        Self { first, last, unit }
    }

    /// The period after it.
    pub fn next(self) -> Self {
        Self::containing(self.unit, self.last.succ_opt().unwrap_or(self.last))
    }

    /// The period before it.
    pub fn previous(self) -> Self {
        Self::containing(self.unit, self.first.pred_opt().unwrap_or(self.first))
    }

    /// Whether a day lies in it.
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.first <= day && day <= self.last
    }

    /// Reads `2025`, `2025-H1`, `2025-Q1`, `2025-03`, `2025-W14` or `2025-03-02`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, rest) = match text.split_once('-') {
            None => (text, None),
            Some((y, r)) => (y, Some(r)),
        };
        if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let year: i32 = year.parse().ok()?;
        let Some(rest) = rest else {
            return Some(Self::containing(
                Unit::Year,
                NaiveDate::from_ymd_opt(year, 1, 1)?,
            ));
        };
        let in_months = |unit: Unit, n: u32, size: u32| {
            let month = n.checked_sub(1)? * size + 1;
            NaiveDate::from_ymd_opt(year, month, 1).map(|d| Self::containing(unit, d))
        };
        if let Some(n) = rest.strip_prefix('H') {
            in_months(Unit::Half, n.parse().ok()?, 6)
        } else if let Some(n) = rest.strip_prefix('Q') {
            in_months(Unit::Quarter, n.parse().ok()?, 3)
        } else if let Some(n) = rest.strip_prefix('W') {
            let monday = NaiveDate::from_isoywd_opt(year, n.parse().ok()?, Weekday::Mon)?;
            Some(Self::containing(Unit::Week, monday))
        } else if let Some((m, d)) = rest.split_once('-') {
            let day = NaiveDate::from_ymd_opt(year, m.parse().ok()?, d.parse().ok()?)?;
            Some(Self::containing(Unit::Day, day))
        } else {
            in_months(Unit::Month, rest.parse().ok()?, 1)
        }
    }
}

impl std::fmt::Display for Period {
    /// As contract/policies.md writes periods: `2025-03-02`, `2025-W14`, `2025-03`, `2025-Q1`, `2025-H1`, `2025`; a week
    /// from Saturday or a stretch by its first and last day, `2025-03-01/2025-03-07`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (y, m) = (self.first.year(), self.first.month());
        match self.unit {
            Unit::Day => write!(f, "{}", self.first),
            Unit::Week => {
                let week = self.first.iso_week();
                write!(f, "{:04}-W{:02}", week.year(), week.week())
            }
            Unit::Month => write!(f, "{y:04}-{m:02}"),
            Unit::Quarter => write!(f, "{y:04}-Q{}", m.div_ceil(3)),
            Unit::Half => write!(f, "{y:04}-H{}", m.div_ceil(6)),
            Unit::Year => write!(f, "{y:04}"),
            Unit::SaturdayWeek | Unit::Stretch => write!(f, "{}/{}", self.first, self.last),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const UNITS: [Unit; 7] = [
        Unit::SaturdayWeek,
        Unit::Day,
        Unit::Week,
        Unit::Month,
        Unit::Quarter,
        Unit::Half,
        Unit::Year,
    ];

    fn days() -> impl Strategy<Value = NaiveDate> {
        (0i32..40_000).prop_map(crate::moment::date_of)
    }

    proptest! {
        /// The brute-force twin walks day by day while the written name stays the same.
        #[test]
        fn a_period_is_the_longest_run_of_days_with_its_name(day in days(), u in 0usize..7) {
            let unit = UNITS[u];
            let name = |d: NaiveDate| Period::containing(unit, d).to_string();
            let p = Period::containing(unit, day);
            prop_assert!(p.contains(day));
            let mut d = day;
            while name(d.pred_opt().unwrap()) == name(day) { d = d.pred_opt().unwrap(); }
            prop_assert_eq!(d, p.first);
            let mut d = day;
            while name(d.succ_opt().unwrap()) == name(day) { d = d.succ_opt().unwrap(); }
            prop_assert_eq!(d, p.last);
        }

        #[test]
        fn what_is_written_is_read(day in days(), u in 0usize..7) {
            let p = Period::containing(UNITS[u], day);
            let read = Period::parse(&p.to_string());
            prop_assert_eq!(read, (u > 0).then_some(p), "a week from Saturday is written, never read");
            prop_assert_eq!(p.next().previous(), p);
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,12}|[0-9HQW-]{0,12}") {
            let _ = Period::parse(&text);
        }
    }
}
