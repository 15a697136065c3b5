//! The next free id, by the pattern of those that are there: prefix, year, width.

use chrono::{Datelike as _, NaiveDate};
use rustc_hash::FxHashMap;

use super::file;
use crate::pipeline::Failure;
use crate::schema::KindId;
use crate::table::Office;

/// An id taken apart: `QB-V-2025-0001` is `QB-V-`, 2025, `-` and 0001.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Pattern {
    /// With `{Y}`, `{M}` for the year, or year and month, in it.
    prefix: String,
}

/// The next id for a record of a day.
///
/// # Errors
/// The ids that are there have no number at their end.
pub(crate) fn next(
    office: &Office,
    kind: KindId,
    path: &str,
    on: NaiveDate,
) -> Result<String, Failure> {
    let ids: Vec<&str> = (0u32..)
        .zip(&office.table(kind).origins)
        .map(|(row, _)| office.record_id(kind, row))
        .filter(|id| !id.is_empty() && !id.contains('#'))
        .collect();
    if ids.is_empty() {
        // The first of all: the kind's first letter.
        let name = &office.schema.get(kind).name;
        let letter = name.chars().next().unwrap_or('r').to_ascii_uppercase();
        return Ok(format!("{letter}-0001"));
    }
    let here = file::rows_of(office, kind, path).map(|row| office.record_id(kind, row));
    let pattern = usual(here).or_else(|| usual(ids.iter().copied()));
    let Some(pattern) = pattern else {
        let last = ids.last().copied().unwrap_or_default();
        return Err(Failure::usage(
            format!("看不出下一个编号：已有的编号（如「{last}」）不是以数字结尾"),
            format!("no next id can be told: those that are there, such as `{last}`, do not end in a number"),
        )
        .helped("请写明 id=…", "give it: id=…"));
    };
    let prefix = filled(&pattern.prefix, on);
    let numbers = |prefix: &str| {
        let own = ids.iter().filter_map(|id| id.strip_prefix(prefix));
        let own = own.filter(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        own.filter_map(|n| Some((n.parse::<u64>().ok()?, n.len())))
            .max()
    };
    let width = ids
        .iter()
        .filter(|id| taken_apart(id).is_some_and(|p| p.0 == pattern))
        .filter_map(|id| Some(taken_apart(id)?.1))
        .max_by_key(|n| (n.starts_with('0'), n.len()));
    // Zeros in front make a fixed width; without them a number is as long as it is.
    let width = width.filter(|n| n.starts_with('0')).map_or(0, str::len);
    let (last, wide) = numbers(&prefix).unwrap_or((0, 0));
    let width = if width > 0 { width.max(wide) } else { 0 };
    Ok(format!("{prefix}{:0width$}", last.saturating_add(1)))
}

/// The pattern of most ids; of several the one that comes last.
fn usual<'i>(ids: impl Iterator<Item = &'i str>) -> Option<Pattern> {
    let mut counts: FxHashMap<Pattern, (usize, usize)> = FxHashMap::default();
    let mut best: Option<(usize, usize, Pattern)> = None;
    for (at, id) in ids.enumerate() {
        let Some((pattern, _)) = taken_apart(id) else {
            continue;
        };
        let count = counts.entry(pattern.clone()).or_default();
        *count = (count.0 + 1, at);
        if best.as_ref().is_none_or(|b| (b.0, b.1) <= *count) {
            best = Some((count.0, count.1, pattern));
        }
    }
    best.map(|b| b.2)
}

/// The pattern and the number at the end.
fn taken_apart(id: &str) -> Option<(Pattern, &str)> {
    let front = id.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = &id[front.len()..];
    if number.is_empty() || number.len() > 18 || id.contains('#') {
        return None;
    }
    let prefix = dated(front);
    Some((Pattern { prefix }, number))
}

/// The year, or year and month, in a prefix as a placeholder.
fn dated(front: &str) -> String {
    let mut out = String::new();
    let mut rest = front;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let digits = rest[start..].bytes().take_while(u8::is_ascii_digit).count();
        let (run, after) = rest[start..].split_at(digits);
        out.push_str(&rest[..start]);
        let year = run
            .get(..4)
            .and_then(|y| y.parse::<u32>().ok())
            .filter(|y| (1990..2100).contains(y));
        let month = run
            .get(4..)
            .and_then(|m| m.parse::<u32>().ok())
            .filter(|m| (1..=12).contains(m));
        match (digits, year, month) {
            (4, Some(_), _) => out.push_str("{Y}"),
            (6, Some(_), Some(_)) => out.push_str("{Y}{M}"),
            _ => out.push_str(run),
        }
        rest = after;
    }
    out + rest
}

fn filled(prefix: &str, on: NaiveDate) -> String {
    prefix
        .replace("{Y}", &format!("{:04}", on.year()))
        .replace("{M}", &format!("{:02}", on.month()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apart(id: &str) -> Option<(String, &str)> {
        taken_apart(id).map(|(p, n)| (p.prefix, n))
    }

    #[test]
    fn prefix_year_and_number() {
        assert_eq!(apart("QB-V-2025-0001"), Some(("QB-V-{Y}-".into(), "0001")));
        assert_eq!(apart("V202503-01"), Some(("V{Y}{M}-".into(), "01")));
        assert_eq!(apart("DC2025-1"), Some(("DC{Y}-".into(), "1")));
        assert_eq!(apart("1001"), Some((String::new(), "1001")));
        assert_eq!(apart("B3-07"), Some(("B3-".into(), "07")));
        assert_eq!(apart("HM"), None);
        assert_eq!(apart("V-1#2"), None);
    }

    #[test]
    fn the_usual_pattern_is_that_of_most_and_then_of_the_last() {
        let of = |ids: &[&str]| usual(ids.iter().copied()).map(|p| p.prefix);
        assert_eq!(of(&["A-1", "A-2", "B-1"]), Some("A-".into()));
        assert_eq!(of(&["A-1", "B-1"]), Some("B-".into()));
        assert_eq!(of(&["x"]), None);
    }
}
