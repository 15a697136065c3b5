//! Dates and times of the source, by the map's formats or by the spellings that records allow, in the office's zone.

use std::fmt::Write as _;
use std::rc::Rc;

use chrono::format::{Item, Parsed, StrftimeItems};
use chrono::offset::LocalResult;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, TimeZone};
use chrono_tz::Tz;

use super::map::MapReader;
use crate::load::{moment, tree::Node};
use crate::moment::Moment;
use crate::workspace::Broken;

/// A way to write dates (chrono's strftime: `%d/%m/%Y %H:%M`).
pub(crate) type Format = Vec<Item<'static>>;

/// Reads `format:`, one or several.
pub(crate) fn formats(reader: &MapReader<'_>, node: &Rc<Node>) -> Result<Vec<Format>, Broken> {
    let one = |n: &Rc<Node>| {
        let text = reader.yaml.text(n)?;
        compile(text).ok_or_else(|| {
            reader.yaml.at(
                n,
                format!("「{text}」不是日期格式：年月日都要有，如 %d/%m/%Y %H:%M"),
                format!(
                    "`{text}` is no date format: it needs year, month and day, as in %d/%m/%Y %H:%M"
                ),
            )
        })
    };
    reader.several(node).iter().map(one).collect()
}

/// A format, if a day can be read back from what it writes.
fn compile(text: &str) -> Option<Format> {
    let items: Format = StrftimeItems::new(text).map(Item::to_owned).collect();
    if items.iter().any(|i| matches!(i, Item::Error)) {
        return None;
    }
    let day = NaiveDate::from_ymd_opt(2024, 11, 25)?;
    let sample: DateTime<FixedOffset> = day.and_hms_opt(14, 30, 5)?.and_utc().fixed_offset();
    let mut written = String::new();
    write!(written, "{}", sample.format_with_items(items.iter())).ok()?;
    (by(&written, &items)?.0 == day).then_some(items)
}

/// Whether a text is a moment in a format.
pub(crate) fn is_written(text: &str, format: &str) -> bool {
    compile(format).is_some_and(|f| by(text, &f).is_some())
}

type Read = (NaiveDate, Option<NaiveDateTime>, Option<FixedOffset>);

fn by(text: &str, format: &Format) -> Option<Read> {
    let mut parsed = Parsed::new();
    chrono::format::parse(&mut parsed, text, format.iter()).ok()?;
    let date = parsed.to_naive_date().ok()?;
    (1000..=9999).contains(&date.year()).then_some(())?;
    let at = parsed.to_naive_time().ok().map(|t| date.and_time(t));
    Some((date, at, parsed.to_fixed_offset().ok()))
}

/// The day in a text.
pub(crate) fn day(text: &str, formats: &[Format]) -> Option<NaiveDate> {
    local(text, formats, chrono_tz::UTC).map(Moment::date)
}

/// The moment in a text, local to `zone`; an offset in the text is heeded.
pub(crate) fn local(text: &str, formats: &[Format], zone: Tz) -> Option<Moment> {
    if formats.is_empty() {
        return moment(text, true, zone);
    }
    let (date, at, offset) = formats.iter().find_map(|f| by(text, f))?;
    Some(match (at, offset) {
        (None, _) => Moment::day(date),
        (Some(at), None) => Moment::instant(at),
        (Some(at), Some(offset)) => {
            let at = offset.from_local_datetime(&at).single()?;
            Moment::instant(at.with_timezone(&zone).naive_local())
        }
    })
}

/// A moment of one zone in another. A bare day stays as it is; of a time that clocks showed twice the first is meant.
/// `None` for a time that clocks skipped.
pub(crate) fn moved(m: Moment, from: Tz, to: Tz) -> Option<Moment> {
    if from == to || !m.has_time() {
        return Some(m);
    }
    let at = match from.from_local_datetime(&m.datetime()) {
        LocalResult::None => return None,
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at,
    };
    Some(Moment::instant(at.with_timezone(&to).naive_local()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::{America::New_York, Asia::Shanghai};

    fn read(text: &str, format: &str) -> Option<String> {
        let f = compile(format)?;
        local(text, &[f], Shanghai).map(|m| m.to_string())
    }

    #[test]
    fn formats_read_what_records_would_refuse() {
        assert_eq!(read("3/4/2025", "%d/%m/%Y").as_deref(), Some("2025-04-03"));
        assert_eq!(
            read("04-Mar-25 2:05 PM", "%d-%b-%y %I:%M %p").as_deref(),
            Some("2025-03-04 14:05")
        );
        assert_eq!(
            read("2025-03-01T00:00:00+0000", "%Y-%m-%dT%H:%M:%S%z").as_deref(),
            Some("2025-03-01 08:00")
        );
        assert_eq!(read("2025-02-30", "%Y-%m-%d"), None);
        assert_eq!(read("2025-03-04 rest", "%Y-%m-%d"), None);
    }

    #[test]
    fn a_format_without_a_whole_day_is_none() {
        for f in ["%H:%M", "%m/%d", "%Q", "", "text", "%Y-%m"] {
            assert!(compile(f).is_none(), "{f}");
        }
        assert!(compile("%Y-%j").is_some());
    }

    #[test]
    fn times_move_between_zones() {
        let at = |t| moment(t, true, New_York).unwrap();
        let to = |t| moved(at(t), New_York, Shanghai).map(|m| m.to_string());
        assert_eq!(
            to("2011-07-01 01:32:33").as_deref(),
            Some("2011-07-01 13:32:33")
        );
        assert_eq!(to("2011-07-01").as_deref(), Some("2011-07-01"));
        assert_eq!(
            to("2011-11-06 01:30").as_deref(),
            Some("2011-11-06 13:30"),
            "the first of two"
        );
        assert_eq!(to("2011-03-13 02:30"), None, "clocks skipped it");
    }
}
