//! The spellings of values (contract: records.md, *Where records live*): dates, times, numbers, yes and no, periods.

use chrono::{NaiveDate, NaiveTime, TimeZone};
use std::borrow::Cow;

use crate::calendar::{Period, Unit};
use crate::moment::Moment;
use crate::schema::EnumValue;

/// The text without surrounding space; marks of width zero that come with pasted text count as space.
pub fn trim(text: &str) -> &str {
    // Most texts begin and end with a letter, digit or Chinese character (three bytes, the first from E4 to E9).
    let han = |b: u8| (0xe4..=0xe9).contains(&b);
    let solid = match text.as_bytes() {
        [a, .., x, _, b] => {
            (a.is_ascii_graphic() || han(*a)) && (b.is_ascii_graphic() || (han(*x) && *b >= 0x80))
        }
        [a, .., b] => a.is_ascii_graphic() && b.is_ascii_graphic(),
        _ => false,
    };
    if solid {
        return text;
    }
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'))
}

/// Whether a cell or value means that there is none.
pub fn is_absent(text: &str) -> bool {
    // No token is longer than nine bytes.
    text.len() <= 9
        && matches!(
            text,
            "" | "-" | "—" | "/" | "待补" | "待定" | "?" | "N/A" | "－" | "／" | "？" | "Ｎ／Ａ"
        )
}

/// Full-width digits, letters and punctuation as half-width ones.
pub fn narrow(text: &str) -> Cow<'_, str> {
    if text
        .chars()
        .any(|c| ('\u{ff01}'..='\u{ff5e}').contains(&c) || c == '\u{3000}')
    {
        Cow::Owned(crate::schema::header_key(text))
    } else {
        Cow::Borrowed(text)
    }
}

fn digits(bytes: &[u8]) -> Option<u32> {
    let mut n = 0;
    for b in bytes {
        n = n * 10 + u32::from(b.checked_sub(b'0').filter(|d| *d < 10)?);
    }
    (!bytes.is_empty() && bytes.len() <= 6).then_some(n)
}

fn ymd(y: u32, m: u32, d: u32) -> Option<NaiveDate> {
    (1000..=9999).contains(&y).then_some(())?;
    NaiveDate::from_ymd_opt(i32::try_from(y).ok()?, m, d)
}

/// A day, with a time of day where `time` allows one. An offset is turned into the office's time zone.
pub fn moment(text: &str, time: bool, zone: chrono_tz::Tz) -> Option<Moment> {
    let b = text.as_bytes();
    if b.len() >= 10 && b[4] == b'-' && b[7] == b'-' {
        let date = ymd(digits(&b[..4])?, digits(&b[5..7])?, digits(&b[8..10])?)?;
        if b.len() == 10 {
            return Some(Moment::day(date));
        }
        if time && b.len() == 16 && (b[10] == b' ' || b[10] == b'T') && b[13] == b':' {
            let (hour, minute) = (digits(&b[11..13])?, digits(&b[14..])?);
            return (hour < 24 && minute < 60).then(|| Moment::at(date, hour * 3600 + minute * 60));
        }
    }
    let plain = narrow(text);
    let (date, rest) = any_date(plain.trim())?;
    if rest.is_empty() {
        return Some(Moment::day(date));
    }
    let rest = rest.strip_prefix('T').unwrap_or(rest).trim();
    if !time {
        // A field of days forgives midnight, which spreadsheets add.
        return matches!(rest, "00:00" | "00:00:00" | "0:00" | "0:00:00")
            .then(|| Moment::day(date));
    }
    with_time(date, rest, zone)
}

fn any_date(text: &str) -> Option<(NaiveDate, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    if end == 8 {
        let b = text.as_bytes();
        return Some((
            ymd(digits(&b[..4])?, digits(&b[4..6])?, digits(&b[6..8])?)?,
            &text[8..],
        ));
    }
    if end != 4 {
        return None;
    }
    let year = digits(&text.as_bytes()[..4])?;
    let mark = text[4..].chars().next()?;
    let (second, last) = match mark {
        '-' | '/' | '.' => (mark, None),
        '年' => ('月', Some('日')),
        _ => return None,
    };
    let (month, rest) = text[4 + mark.len_utf8()..].split_once(second)?;
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (day, rest) = rest.split_at(end);
    if month.len() > 2 || day.len() > 2 {
        return None;
    }
    let date = ymd(year, digits(month.as_bytes())?, digits(day.as_bytes())?)?;
    let rest = match last {
        Some(l) => rest.strip_prefix(l)?,
        None => rest,
    };
    (rest.is_empty() || !rest.starts_with(|c: char| c.is_ascii_digit()) || last.is_some())
        .then_some((date, rest))
}

fn with_time(date: NaiveDate, rest: &str, zone: chrono_tz::Tz) -> Option<Moment> {
    let (half, rest) = match (rest.strip_prefix("下午"), rest.strip_prefix("上午")) {
        (Some(r), _) => (Some(12), r.trim()),
        (_, Some(r)) => (Some(0), r.trim()),
        _ => (None, rest),
    };
    let clock = rest
        .find(|c: char| !c.is_ascii_digit() && c != ':')
        .unwrap_or(rest.len());
    let (clock, offset) = rest.split_at(clock);
    let offset = match offset.strip_prefix('.') {
        Some(f) => f.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => offset,
    };
    let mut parts = clock.split(':');
    let mut hour = digits(parts.next()?.as_bytes())?;
    let minute = parts
        .next()
        .filter(|m| m.len() == 2)
        .and_then(|m| digits(m.as_bytes()))?;
    let second = match parts.next() {
        Some(s) if s.len() == 2 => digits(s.as_bytes())?,
        Some(_) => return None,
        None => 0,
    };
    if parts.next().is_some() {
        return None;
    }
    match half {
        Some(add) if (1..=12).contains(&hour) => hour = hour % 12 + add,
        Some(_) => return None,
        None => {}
    }
    let local = date.and_time(NaiveTime::from_hms_opt(hour, minute, second)?);
    match offset.trim() {
        "" => Some(Moment::instant(local)),
        o => {
            let seconds = if o == "Z" || o == "z" {
                0
            } else {
                offset_seconds(o)?
            };
            let utc = local.checked_sub_signed(chrono::Duration::seconds(seconds))?;
            Some(Moment::instant(zone.from_utc_datetime(&utc).naive_local()))
        }
    }
}

fn offset_seconds(text: &str) -> Option<i64> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", r) => (1, r),
        ("-", r) => (-1, r),
        _ => return None,
    };
    let plain = rest.replace(':', "");
    let b = plain.as_bytes();
    let (h, m) = match b.len() {
        2 => (digits(b)?, 0),
        4 => (digits(&b[..2])?, digits(&b[2..])?),
        _ => return None,
    };
    (h <= 14 && m < 60).then(|| sign * (i64::from(h) * 3600 + i64::from(m) * 60))
}

/// A decimal number as (digits, how many of them after the point): thousands separators, full width, 元 ¥ 万元 forgiven.
fn decimal(text: &str) -> Option<(i64, u32)> {
    plain_decimal(text).or_else(|| any_decimal(text))
}

/// Digits with at most one point among them.
fn plain_decimal(text: &str) -> Option<(i64, u32)> {
    if text.is_empty() || text == "." || text.len() > 17 {
        return None;
    }
    let (mut n, mut places, mut point) = (0i64, 0, false);
    for b in text.bytes() {
        match b {
            b'0'..=b'9' => n = n * 10 + i64::from(b - b'0'),
            b'.' if !point => point = true,
            _ => return None,
        }
        places += u32::from(point && b != b'.');
    }
    Some((n, places))
}

fn any_decimal(text: &str) -> Option<(i64, u32)> {
    let plain = narrow(text.trim());
    let mut t = plain.trim().trim_start_matches(['¥', '￥']).trim();
    let mut shift = 0;
    if let Some(r) = t.strip_suffix('元') {
        t = r.trim();
    }
    if let Some(r) = t.strip_suffix('万') {
        t = r.trim();
        shift = 4;
    }
    let (negative, t) = t
        .strip_prefix('-')
        .map_or((false, t.strip_prefix('+').unwrap_or(t)), |r| (true, r));
    let (whole, fraction) = t.split_once('.').unwrap_or((t, ""));
    let whole = thousands(whole)?;
    if !fraction.bytes().all(|b| b.is_ascii_digit())
        || whole.len() + fraction.len() > 17
        || (whole.is_empty() && fraction.is_empty())
    {
        return None;
    }
    let mut n: i64 = 0;
    for b in whole.bytes().chain(fraction.bytes()) {
        n = n * 10 + i64::from(b - b'0');
    }
    let mut places = u32::try_from(fraction.len()).ok()?;
    while shift > 0 {
        if places > 0 {
            places -= 1
        } else {
            n = n.checked_mul(10)?
        }
        shift -= 1;
    }
    Some((if negative { -n } else { n }, places))
}

fn thousands(whole: &str) -> Option<String> {
    if !whole.contains(',') {
        return whole
            .bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| whole.to_owned());
    }
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let ok = (1..=3).contains(&first.len()) && groups.all(|g| g.len() == 3);
    let plain = whole.replace(',', "");
    (ok && plain.bytes().all(|b| b.is_ascii_digit())).then_some(plain)
}

/// A whole number; `3.0` is one too.
pub fn int(text: &str) -> Option<i64> {
    let (mut n, places) = decimal(text)?;
    for _ in 0..places {
        if n % 10 != 0 {
            return None;
        }
        n /= 10;
    }
    Some(n)
}

/// Money in 分, exactly; more than two decimals are refused unless they are zeros.
pub fn money(text: &str) -> Option<i64> {
    let (mut n, mut places) = decimal(text)?;
    while places > 2 {
        if n % 10 != 0 {
            return None;
        }
        n /= 10;
        places -= 1;
    }
    (places..2).try_fold(n, |n, _| n.checked_mul(10))
}

/// A number.
pub fn number(text: &str) -> Option<f64> {
    let (n, places) = decimal(text)?;
    #[expect(clippy::cast_precision_loss, reason = "at most 17 digits, as written")]
    let value = n as f64 / 10f64.powi(i32::try_from(places).ok()?);
    Some(value)
}

/// Yes or no.
pub fn boolean(text: &str) -> Option<bool> {
    yes_or_no(text).or_else(|| yes_or_no(&narrow(text)))
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" | "是" | "有" | "√" | "✓" | "yes" | "Yes" | "YES" => {
            Some(true)
        }
        "false" | "False" | "FALSE" | "否" | "无" | "×" | "✗" | "no" | "No" | "NO" => {
            Some(false)
        }
        _ => None,
    }
}

/// 1 + the index of the value with this code or label.
pub fn code(text: &str, values: &[EnumValue]) -> Option<u8> {
    let exact = |v: &EnumValue| v.code == text || v.label.zh == text;
    let at = values.iter().position(exact).or_else(|| {
        let plain = narrow(text);
        let t = plain.trim();
        let same =
            |v: &EnumValue| v.code == t || v.label.zh == t || v.label.en.eq_ignore_ascii_case(t);
        values.iter().position(same)
    })?;
    u8::try_from(at + 1).ok()
}

/// A period in the one spelling that is kept; `weekly` lets any date of a week name it.
pub fn period(text: &str, weekly: bool) -> Option<String> {
    let plain = narrow(text);
    let t = plain.trim();
    if weekly && let Some((date, "")) = any_date(t) {
        return Some(Period::containing(Unit::Week, date).to_string());
    }
    if let Some(p) = Period::parse(t).filter(|p| p.unit != Unit::Day) {
        return Some(p.to_string());
    }
    let (year, rest) = t.split_once('年')?;
    let written = match rest {
        "" => year.to_owned(),
        "上半年" => format!("{year}-H1"),
        "下半年" => format!("{year}-H2"),
        _ => {
            let n = |suffix: &str| {
                rest.strip_suffix(suffix)
                    .map(|r| r.trim_start_matches('第'))
            };
            if let Some(q) = n("季度") {
                format!("{year}-Q{}", chinese(q)?)
            } else if let Some(w) = n("周") {
                format!("{year}-W{:02}", chinese(w)?)
            } else {
                format!("{year}-{:02}", chinese(n("月")?)?)
            }
        }
    };
    Period::parse(&written).map(|p| p.to_string())
}

fn chinese(text: &str) -> Option<u32> {
    match text {
        "一" => Some(1),
        "二" => Some(2),
        "三" => Some(3),
        "四" => Some(4),
        _ => digits(text.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<String> {
        moment(text, true, chrono_tz::Asia::Shanghai).map(|m| m.to_string())
    }

    #[test]
    fn every_spelling_of_a_day() {
        for t in [
            "2025-03-01",
            "2025/3/1",
            "2025.3.1",
            "20250301",
            "2025年3月1日",
            "２０２５－０３－０１",
        ] {
            assert_eq!(read(t).as_deref(), Some("2025-03-01"), "{t}");
        }
    }

    #[test]
    fn every_spelling_of_a_time() {
        for t in [
            "2025-03-01 14:30",
            "2025-03-01T14:30",
            "2025/3/1 14:30:00",
            "2025年3月1日 下午2:30",
            "2025-03-01T06:30Z",
            "2025-03-01 15:30+09:00",
        ] {
            assert_eq!(read(t).as_deref(), Some("2025-03-01 14:30"), "{t}");
        }
        assert_eq!(
            read("2025-03-01 14:30:05").as_deref(),
            Some("2025-03-01 14:30:05")
        );
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for t in [
            "3/4/2025",
            "2025-02-29",
            "2025-13-01",
            "45000",
            "2025-3",
            "明天",
            "2025-03-01 25:00",
            "2025-03-01 下午13:00",
            "2025年3月",
            "2025-03-01T",
            "2025-03-01TT14:30",
            "2025-03-01 14",
            "2025-03-01 24:00",
            "2025-03-01 14:30 下午",
            "2025-03-01 14:30+25:00",
            "202503011430",
            "25-03-01",
            "2025/03-01",
            "2025-03-01至2025-03-02",
        ] {
            assert_eq!(read(t), None, "{t}");
        }
    }

    #[test]
    fn numbers_and_money() {
        assert_eq!(money("1,234.50元"), Some(123_450));
        assert_eq!(money("¥ ８００"), Some(80_000));
        assert_eq!(money("1.5万元"), Some(1_500_000));
        assert_eq!(money("0.005"), None);
        assert_eq!(money("12,34"), None);
        assert_eq!(int("3.0"), Some(3));
        assert_eq!(int("1.23E+11"), None);
        assert_eq!(number("2.5"), Some(2.5));
        assert_eq!(int(&"9".repeat(60)), None);
        assert_eq!(
            (int("."), int("1..2"), number("5.")),
            (None, None, Some(5.0))
        );
    }

    #[test]
    fn only_space_is_trimmed() {
        for (text, inner) in [
            ("", ""),
            (" ", ""),
            ("　", ""),
            ("a", "a"),
            ("回", "回"),
            ("回访", "回访"),
            (" 回访　", "回访"),
            ("\u{feff}a", "a"),
            ("a回\u{200b}", "a回"),
            ("回a ", "回a"),
            ("丠　", "丠"),
            ("é ", "é"),
            ("😀", "😀"),
            ("ab\u{3000}", "ab"),
            ("\u{2028}x回", "x回"),
        ] {
            assert_eq!(trim(text), inner, "{text:?}");
        }
    }

    #[test]
    fn periods() {
        for (t, p) in [
            ("2025年", "2025"),
            ("2025年上半年", "2025-H1"),
            ("2025年第1季度", "2025-Q1"),
            ("2025年3月", "2025-03"),
            ("2025年第14周", "2025-W14"),
            ("2025-W14", "2025-W14"),
        ] {
            assert_eq!(period(t, false).as_deref(), Some(p));
        }
        assert_eq!(period("2025-04-02", true).as_deref(), Some("2025-W14"));
        assert_eq!(period("2025-04-02", false), None);
    }

    proptest! {
        #[test]
        fn a_written_moment_is_read_back(seconds in 0i64..4_000_000_000, bare: bool) {
            let at = chrono::DateTime::from_timestamp(seconds, 0).unwrap().naive_utc();
            let m = if bare { Moment::day(at.date()) } else { Moment::instant(at) };
            prop_assert_eq!(moment(&m.to_string(), true, chrono_tz::Asia::Shanghai), Some(m));
        }

        #[test]
        fn trimming_is_as_slow_trimming(text in "[ a回\u{3000}\u{feff}\u{e9}😀丠]{0,6}") {
            let slow = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'));
            prop_assert_eq!(trim(&text), slow);
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,30}|[0-9年月日/:.T +-]{0,24}") {
            let _ = (read(&text), money(&text), int(&text), number(&text), period(&text, true), boolean(&text));
        }
    }
}
