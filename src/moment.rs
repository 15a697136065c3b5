//! A day with an optional time of day, in the office's own time zone, packed into eight bytes.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime};

const DAY: i64 = 86_400;

/// A day (`2025-03-01`) or an instant (`2025-03-01 14:30`), local to the office. `Moment::ABSENT` is no moment.
/// The packing is (seconds since 1970-01-01 local) × 2 + (1 when a time of day is known).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Moment(i64);

impl Moment {
    /// What an empty cell holds.
    pub const ABSENT: Self = Self(i64::MIN);

    /// A bare day.
    pub fn day(date: NaiveDate) -> Self {
        Self(i64::from(date.to_epoch_days()) * DAY * 2)
    }

    /// A day and the seconds since its midnight.
    pub fn at(date: NaiveDate, seconds: u32) -> Self {
        Self((i64::from(date.to_epoch_days()) * DAY + i64::from(seconds)) * 2 + 1)
    }

    /// A day with a time of day.
    pub fn instant(at: NaiveDateTime) -> Self {
        Self(at.and_utc().timestamp() * 2 + 1)
    }

    /// Whether there is a moment at all.
    pub fn is_present(self) -> bool {
        self != Self::ABSENT
    }

    /// Whether the time of day is known.
    pub fn has_time(self) -> bool {
        self.is_present() && self.0 & 1 == 1
    }

    /// Seconds since 1970-01-01 00:00 local; a bare day counts as its midnight.
    pub fn seconds(self) -> i64 {
        self.0 >> 1
    }

    /// Days since 1970-01-01.
    pub fn day_number(self) -> i32 {
        i32::try_from(self.seconds().div_euclid(DAY)).unwrap_or(i32::MIN)
    }

    /// The day it falls on. Meaningless for `ABSENT`.
    pub fn date(self) -> NaiveDate {
        date_of(self.day_number())
    }

    /// The moment `n` minutes later, or earlier; a bare day stays as it is.
    pub fn plus_minutes(self, n: i64) -> Self {
        if self.has_time() {
            Self(self.0 + n * 120)
        } else {
            self
        }
    }

    /// The moment as date and time; a bare day is its midnight.
    pub fn datetime(self) -> NaiveDateTime {
        chrono::DateTime::from_timestamp(self.seconds(), 0)
            .map_or(NaiveDateTime::MIN, |t| t.naive_utc())
    }

    /// Before, on or after (policies.md, *How time is counted*): instants when both carry a time of day, else days.
    pub fn compare(self, other: Self) -> std::cmp::Ordering {
        if self.has_time() && other.has_time() {
            self.seconds().cmp(&other.seconds())
        } else {
            self.day_number().cmp(&other.day_number())
        }
    }
}

/// The day with a number since 1970-01-01.
pub fn date_of(number: i32) -> NaiveDate {
    NaiveDate::from_epoch_days(number).unwrap_or(NaiveDate::MIN)
}

/// The number of a day since 1970-01-01.
pub fn day_number(date: NaiveDate) -> i32 {
    date.to_epoch_days()
}

/// `date` and `n` months, back or on: a month's end where that month has no such day.
pub fn plus_months(date: NaiveDate, n: i32) -> NaiveDate {
    let months = chrono::Months::new(n.unsigned_abs());
    let moved = if n < 0 {
        date.checked_sub_months(months)
    } else {
        date.checked_add_months(months)
    };
    moved.unwrap_or(NaiveDate::MAX)
}

/// The anniversary of `date` after `n` years; that of 29 February is 1 March in a common year (policies.md, policy 1).
pub fn plus_years(date: NaiveDate, n: i32) -> NaiveDate {
    let year = date.year().saturating_add(n);
    let same = NaiveDate::from_ymd_opt(year, date.month(), date.day());
    same.or_else(|| NaiveDate::from_ymd_opt(year, 3, 1))
        .unwrap_or(NaiveDate::MAX)
}

/// `date` and `n` days.
pub fn plus_days(date: NaiveDate, n: u32) -> NaiveDate {
    date.checked_add_days(Days::new(u64::from(n)))
        .unwrap_or(NaiveDate::MAX)
}

impl std::fmt::Display for Moment {
    /// `2025-03-01`, `2025-03-01 14:30` or, with seconds, `2025-03-01 14:30:05`; nothing when absent.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.is_present() {
            return Ok(());
        }
        let date = self.date();
        write!(
            f,
            "{:04}-{:02}-{:02}",
            date.year(),
            date.month(),
            date.day()
        )?;
        if self.has_time() {
            let s = self.seconds().rem_euclid(DAY);
            write!(f, " {:02}:{:02}", s / 3600, s / 60 % 60)?;
            if s % 60 != 0 {
                write!(f, ":{:02}", s % 60)?;
            }
        }
        Ok(())
    }
}
