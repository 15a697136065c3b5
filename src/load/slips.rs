//! What a spreadsheet does to values behind a clerk's back: long numbers rounded, room numbers turned into dates, zeros
//! in front lost, formulas that failed. A value that certainly is not what was typed is refused; one that only looks so
//! is warned of, and only where the column as a whole bears it out.

use crate::text::Bilingual;

/// How a column is made to keep what is typed.
const AS_TEXT: (&str, &str) = (
    "先把该列设为“文本”格式，再重新输入",
    "format the column as text first, then type it again",
);

/// Why a value is certainly not what was meant, whatever the field, and what to do.
pub fn spoiled(text: &str) -> Option<Bilingual> {
    let bytes = text.as_bytes();
    if *bytes.first()? == b'#' {
        return failed(text);
    }
    let at = bytes.len().checked_sub(4)?;
    (matches!(bytes[at], b'E' | b'e') && bytes[at + 1] == b'+')
        .then(|| rounded_off(text))
        .flatten()
}

/// `#N/A`, `####`.
fn failed(text: &str) -> Option<Bilingual> {
    const FAILED: [&str; 12] = [
        "#N/A",
        "#REF!",
        "#NAME?",
        "#VALUE!",
        "#DIV/0!",
        "#NUM!",
        "#NULL!",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#GETTING_DATA",
        "#BUSY!",
    ];
    if text.len() > 2 && text.bytes().all(|b| b == b'#') {
        return Some(Bilingual::new(
            format!("{text} 是 Excel 里列太窄、显示不下的标记：把该列拉宽，再保存。"),
            format!(
                "{text} is what Excel shows where a column is too narrow: widen it and save again."
            ),
        ));
    }
    FAILED.contains(&text).then(|| {
        Bilingual::new(
            format!("{text} 是 Excel 公式出错的标记：改正公式，或改填内容本身，再保存。"),
            format!("{text} marks a formula of Excel that failed: mend it or write the value itself, then save again."),
        )
    })
}

/// `1.23E+11`; numbers below 100,000 are never shown so.
fn rounded_off(text: &str) -> Option<Bilingual> {
    let (front, exponent) = text.split_at(text.len() - 4);
    let (whole, fraction) = front.split_once('.').unwrap_or((front, "0"));
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let sure = whole.len() == 1 && digits(whole) && digits(fraction);
    let power: u32 = exponent[2..].parse().ok()?;
    let (zh, en) = AS_TEXT;
    (sure && power > 4).then(|| {
        Bilingual::new(
            format!("Excel 把长号码改成了科学计数，后面的数字已经丢了：{zh}完整的号码。"),
            format!("Excel shortened a long number and its last digits are lost: {en} in full."),
        )
    })
}

/// Of a number of a room or the like that is written as a date, what may have been typed: `2003/2/15` was 3-2-15.
pub fn typed_as(text: &str) -> Option<String> {
    if let Some(typed) = named_month(text) {
        return Some(typed);
    }
    let date = super::scalar::moment(text, false, chrono_tz::UTC)?.date();
    let year = chrono::Datelike::year(&date);
    // Two digits of a year become 1930 to 2029, and a number of eight digits is a number.
    let short = match year {
        2000..=2029 => year - 2000,
        1930..=1999 => year - 1900,
        _ => return None,
    };
    let plain = text.bytes().all(|b| b.is_ascii_digit());
    let (month, day) = (chrono::Datelike::month(&date), chrono::Datelike::day(&date));
    (!plain).then(|| format!("{short}-{month}-{day}"))
}

/// `3月2日`, `2-Mar`, `Mar-15`, `15-Mar-02`: nobody types that where a number belongs.
pub fn named_month(text: &str) -> Option<String> {
    if let Some((month, rest)) = text.split_once('月') {
        let day = rest.strip_suffix('日')?;
        return (is_number(month) && is_number(day)).then(|| format!("{month}-{day}"));
    }
    let parts: Vec<&str> = text.split('-').collect();
    let n = |t: &str| t.parse::<u32>().ok().filter(|_| is_number(t));
    Some(match parts.as_slice() {
        [a, b] => match (month(a), month(b)) {
            (Some(m), None) => format!("{m}-{}", n(b)?),
            (None, Some(m)) => format!("{m}-{}", n(a)?),
            _ => return None,
        },
        [day, name, year] => format!("{}-{}-{}", n(year)?, month(name)?, n(day)?),
        _ => return None,
    })
}

fn is_number(text: &str) -> bool {
    (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// The number of an English month's short name.
pub fn month(name: &str) -> Option<usize> {
    const NAMES: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let at = NAMES.iter().position(|n| name.eq_ignore_ascii_case(n))?;
    Some(at + 1)
}

/// What to do about a number that became a date.
pub fn became_date(typed: &str) -> Bilingual {
    let (zh, en) = AS_TEXT;
    Bilingual::new(
        format!("像是 Excel 把 {typed} 这样的号码改成了日期：{zh}。"),
        format!("It looks as if Excel turned a number such as {typed} into a date: {en}."),
    )
}

/// A number of more digits than a spreadsheet keeps, and whether all those past the fifteenth are zeros.
pub fn long_number(text: &str) -> Option<bool> {
    const KEPT: usize = 15;
    let long = text.len() > KEPT && text.bytes().all(|b| b.is_ascii_digit());
    long.then(|| text[KEPT..].bytes().all(|b| b == b'0'))
}

/// That a number's last digits may have become zeros.
pub fn maybe_rounded(text: &str) -> (Bilingual, Bilingual) {
    let (zh, en) = AS_TEXT;
    (
        Bilingual::new(
            format!("「{text}」的第 15 位以后全是 0，像是被 Excel 改过"),
            format!("`{text}` has only zeros after its 15th digit, as if Excel had rounded it"),
        ),
        Bilingual::new(
            format!("Excel 只留 15 位数字：对照原件，{zh}完整的号码。"),
            format!("Excel keeps 15 digits: look at the original, {en} in full."),
        ),
    )
}

/// That a number may have lost the zeros in front; `full` is as long as the others.
pub fn maybe_short(text: &str, full: &str) -> (Bilingual, Bilingual) {
    let (zh, en) = AS_TEXT;
    (
        Bilingual::new(
            format!("「{text}」比同一栏别的号码短，像是前面的 0 丢了"),
            format!("`{text}` is shorter than the others, as if it had lost the zeros in front"),
        ),
        Bilingual::new(
            format!("应是「{full}」的话：{zh} {full}。"),
            format!("If `{full}` is meant: {en} as {full}."),
        ),
    )
}

/// A number without a zero in front, with zeros to a length; nothing for one that is that long or no number.
pub fn padded(text: &str, width: usize) -> Option<String> {
    let short = text.len() < width && !text.starts_with('0') && !text.is_empty();
    (short && text.bytes().all(|b| b.is_ascii_digit())).then(|| format!("{text:0>width$}"))
}

/// The length of a number that begins with a zero.
pub fn zero_led(text: &str) -> Option<usize> {
    let led = text.len() > 1 && text.starts_with('0');
    (led && text.bytes().all(|b| b.is_ascii_digit())).then_some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_leaves_is_known() {
        for text in [
            "1.23E+11",
            "1E+05",
            "1.23457E+17",
            "#N/A",
            "#DIV/0!",
            "###",
            "########",
        ] {
            assert!(spoiled(text).is_some(), "{text}");
        }
        for text in [
            "", "#", "##", "1e3", "1.5E+02", "12E+11", "E+11", "x.1E+11", "#3", "1.E+11", "A1E+11",
        ] {
            assert!(spoiled(text).is_none(), "{text}");
        }
    }

    #[test]
    fn numbers_of_rooms_that_became_dates() {
        for (text, typed) in [
            ("2003/2/15", "3-2-15"),
            ("2003-02-15", "3-2-15"),
            ("1931年5月2日", "31-5-2"),
            ("3月2日", "3-2"),
            ("2-Mar", "3-2"),
            ("Mar-15", "3-15"),
            ("15-Mar-02", "2-3-15"),
        ] {
            assert_eq!(typed_as(text).as_deref(), Some(typed), "{text}");
        }
        for text in [
            "3-2-15",
            "20030215",
            "1001-2-15",
            "2-3",
            "三月二日",
            "A-Mar",
            "3月",
            "翠湖 3-2",
            "",
        ] {
            assert_eq!(typed_as(text), None, "{text}");
        }
    }

    #[test]
    fn lengths_of_numbers() {
        assert_eq!(long_number("330106202503010000"), Some(true));
        assert_eq!(long_number("330106202503010012"), Some(false));
        assert_eq!(long_number("330106202503010"), None);
        assert_eq!(padded("2", 4).as_deref(), Some("0002"));
        assert_eq!(padded("0002", 5), None);
        assert_eq!(
            (zero_led("0571"), zero_led("0"), zero_led("0a")),
            (Some(4), None, None)
        );
    }
}
