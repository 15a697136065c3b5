//! Days and times of the year 2025, within working hours, without a clock.

use chrono::{Duration, NaiveDate, NaiveDateTime};

use super::rng::Rng;

pub const YEAR: i32 = 2025;

pub fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(YEAR, month, day).unwrap_or_default()
}

/// A time of day on a day.
pub fn at(day: NaiveDate, hour: u32, minute: u32) -> NaiveDateTime {
    day.and_hms_opt(hour, minute, 0).unwrap_or_default()
}

/// Some time in working hours, to five minutes.
pub fn office_hours(rng: &mut Rng, day: NaiveDate) -> NaiveDateTime {
    at(day, 8, 30) + Duration::minutes(5 * rng.range(0, 108))
}

/// So many minutes later, moved to the next morning when that is after work.
pub fn later(rng: &mut Rng, after: NaiveDateTime, low: i64, high: i64) -> NaiveDateTime {
    let t = after + Duration::minutes(5 * rng.range(low / 5, high / 5));
    if t >= at(t.date(), 18, 30) {
        at(t.date() + Duration::days(1), 8, 30) + Duration::minutes(5 * rng.range(0, 12))
    } else if t < at(t.date(), 8, 0) {
        at(t.date(), 8, 30) + Duration::minutes(5 * rng.range(0, 12))
    } else {
        t
    }
}

pub fn days(n: i64) -> Duration {
    Duration::days(n)
}

pub fn show(t: NaiveDateTime) -> String {
    t.format("%Y-%m-%d %H:%M").to_string()
}

pub fn show_day(t: NaiveDate) -> String {
    t.to_string()
}

/// Reads what `show` or `show_day` wrote.
pub fn read(text: &str) -> Option<NaiveDateTime> {
    let with_time = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M");
    with_time.ok().or_else(|| {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        Some(at(day, 0, 0))
    })
}
