//! What is wrong with a date that cannot be read, in a clerk's words.

use chrono::{Days, NaiveDate};

use super::advice::unquoted;
use super::scalar::{moment, narrow};
use super::slips::month;

type Words = (String, String);

fn words(zh: impl Into<String>, en: impl Into<String>) -> Option<Words> {
    Some((zh.into(), en.into()))
}

/// The reason why a text is no date, where one can be told.
pub fn wrong(text: &str, time: bool) -> Option<Words> {
    let plain = narrow(text);
    let t = plain.trim();
    let reads = |t: &str| moment(t, time, chrono_tz::UTC).is_some();
    if unquoted(text).is_some_and(reads) {
        return words("去掉两边的引号", "without quotation marks");
    }
    if let Some(day) = serial(t) {
        return words(
            format!("{t} 是 Excel 的日期序号，通常是 {day}：请把该列设为“日期”格式后再保存"),
            format!(
                "{t} is Excel's serial number, usually of {day}: format the column as a date and save again"
            ),
        );
    }
    if !time && moment(t, true, chrono_tz::UTC).is_some() {
        return words(
            "这一栏只写日期，不写时间",
            "this field holds a day without a time",
        );
    }
    if t.contains(['至', '到', '~', '～', '—']) {
        return words("只写一个日期，不写起止", "one date, no range");
    }
    let numbers: Vec<&str> = t
        .split(|c: char| !c.is_ascii_digit())
        .filter(|p| !p.is_empty())
        .collect();
    if t.split(|c: char| !c.is_ascii_alphabetic())
        .any(|w| month(w.get(..3).unwrap_or_default()).is_some())
    {
        return words("月份写数字", "write the month as a number");
    }
    if t.contains(['〇', '零', '一', '二', '三', '十']) {
        return words("用数字 0–9 写", "write it with the figures 0 to 9");
    }
    match numbers.as_slice() {
        [_, _, year, ..] if year.len() == 4 => words(
            "年在前；3/4/2025 这样的写法分不清月和日",
            "year first: in 3/4/2025 month and day cannot be told apart",
        ),
        [y, _, _, ..] if y.len() < 4 => words(
            "年份要写在前面，写四位",
            "the year comes first, with four digits",
        ),
        [m, _] if t.contains('月') && m.len() < 3 => words("要写明哪一年", "say of which year"),
        [y, _] if y.len() == 4 => words("要写到哪一日", "say on which day"),
        [y, m, d, rest @ ..] if y.len() == 4 => no_such_day(y, m, d).or_else(|| clock(rest)),
        _ => None,
    }
}

/// A year, month and day that no calendar has.
fn no_such_day(y: &str, m: &str, d: &str) -> Option<Words> {
    let (y, m, d): (i32, u32, u32) = (y.parse().ok()?, m.parse().ok()?, d.parse().ok()?);
    if !(1..=12).contains(&m) {
        return words(format!("没有 {m} 月"), format!("there is no month {m}"));
    }
    match NaiveDate::from_ymd_opt(y, m, d) {
        Some(_) => None,
        None => words(
            format!("{y} 年 {m} 月没有 {d} 日"),
            format!("there is no {y}-{m:02}-{d:02}"),
        ),
    }
}

/// A time of day that cannot be read.
fn clock(rest: &[&str]) -> Option<Words> {
    let number = |t: &&str| t.parse::<u32>().ok().filter(|_| t.len() < 3);
    match (rest.first().and_then(number), rest.get(1).and_then(number)) {
        (Some(h), _) if h > 23 => words(format!("没有 {h} 点"), format!("there is no hour {h}")),
        (_, Some(m)) if m > 59 => words(format!("没有 {m} 分"), format!("there is no minute {m}")),
        (None, _) if rest.is_empty() => None,
        _ => words(
            "时间写成 14:30，用冒号",
            "write the time as 14:30, with a colon",
        ),
    }
}

/// The day of a spreadsheet's serial number, for the last decades and the next.
fn serial(text: &str) -> Option<NaiveDate> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if whole.len() != 5 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let n: u64 = whole
        .parse()
        .ok()
        .filter(|n| (20_000..80_000).contains(n))?;
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(n))
}

/// Whether a text looks like a month that a spreadsheet took for a date: `Mar-25`, `2025/3/1`, `45717`.
pub fn became_date(text: &str) -> bool {
    let plain = narrow(text);
    let t = plain.trim();
    let named = || super::slips::named_month(t).is_some() && !t.contains('月');
    serial(t).is_some() || named() || moment(t, false, chrono_tz::UTC).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unreadable_date_has_its_reason() {
        for (text, time, said) in [
            (
                "45717",
                false,
                "45717 is Excel's serial number, usually of 2025-03-01: format the column as a date and save again",
            ),
            (
                "45717.4375",
                true,
                "45717.4375 is Excel's serial number, usually of 2025-03-01: format the column as a date and save again",
            ),
            ("“2025-03-01”", false, "without quotation marks"),
            (
                "2025-03-01 14:30",
                false,
                "this field holds a day without a time",
            ),
            ("2025-03-01至2025-03-05", false, "one date, no range"),
            ("1-Mar-25", false, "write the month as a number"),
            ("March 1, 2025", true, "write the month as a number"),
            (
                "二〇二五年三月一日",
                false,
                "write it with the figures 0 to 9",
            ),
            (
                "3/4/2025",
                false,
                "year first: in 3/4/2025 month and day cannot be told apart",
            ),
            (
                "01-03-2025 9:00",
                true,
                "year first: in 3/4/2025 month and day cannot be told apart",
            ),
            ("25.3.1", false, "the year comes first, with four digits"),
            ("3月1日", false, "say of which year"),
            ("2025年3月", false, "say on which day"),
            ("2025-3", false, "say on which day"),
            ("2025-02-30", false, "there is no 2025-02-30"),
            ("2025-13-01", true, "there is no month 13"),
            ("2025-03-01 25:00", true, "there is no hour 25"),
            ("2025-03-01 9:75", true, "there is no minute 75"),
            (
                "2025-03-01 9点30分",
                true,
                "write the time as 14:30, with a colon",
            ),
            (
                "2025-03-01 0930",
                true,
                "write the time as 14:30, with a colon",
            ),
        ] {
            let found = wrong(text, time).map(|w| w.1);
            assert_eq!(found.as_deref(), Some(said), "{text}");
        }
        for text in ["昨天", "", "12345", "2025", "99999"] {
            assert_eq!(wrong(text, false), None, "{text}");
        }
    }
}
