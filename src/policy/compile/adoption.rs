//! What office.yaml changes in a pack: numbers, severities, rules switched off; each checked before any record is read.

use std::collections::BTreeMap;

use super::Fault;
use crate::finding::{Place, Severity};
use crate::policy::definition::{Number, Pack};
use crate::policy::expr::Rows;
use crate::table::Adoption;
use crate::text::{Bilingual, did_you_mean};

/// No number of days, hours or visits is larger: what is larger is a slip of the pen, and sums stay in range.
const LARGEST: i64 = 1_000_000;

/// Whether a written name, short or full, is this rule's.
pub(crate) fn names(written: &str, policy: &str, rule: &str) -> bool {
    written == rule
        || written
            .strip_prefix(policy)
            .and_then(|r| r.strip_prefix('/'))
            == Some(rule)
}

/// Everything wrong in what an adoption changes: unknown rules and parameters, values that do not fit.
pub(super) fn check(pack: &Pack, adoption: &Adoption) -> Vec<Fault> {
    let mut faults = Vec::new();
    let short = |n: &str| -> String {
        let full = n.strip_prefix(&pack.id).and_then(|r| r.strip_prefix('/'));
        full.unwrap_or(n).to_owned()
    };
    let unknown = |name: &str, place: &Place, faults: &mut Vec<Fault>| {
        let names = pack.rules.keys().chain(pack.tables.keys());
        let near = did_you_mean(name, names.map(String::as_str));
        let message = Bilingual::new(
            format!("制度「{}」没有「{name}」这一条{}", pack.id, near.zh),
            format!("`{}` has no rule `{name}`{}", pack.id, near.en),
        );
        let fault = Fault {
            place: place.clone(),
            message,
        };
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    };
    for (name, place) in &adoption.off {
        if !pack.rules.contains_key(&short(name)) {
            unknown(&short(name), place, &mut faults);
        }
    }
    for (name, parameter, text, place) in &adoption.with {
        if let Some(rows) = pack.tables.get(&short(name)) {
            let wrong = changed_row(&short(name), rows, parameter, text).err();
            faults.extend(wrong.map(|message| Fault {
                place: place.clone(),
                message,
            }));
            continue;
        }
        match pack.rules.get(&short(name)) {
            None => unknown(&short(name), place, &mut faults),
            Some(rule) => {
                let wrong = changed(&short(name), &rule.numbers, parameter, text).err();
                faults.extend(wrong.map(|message| Fault {
                    place: place.clone(),
                    message,
                }));
            }
        }
    }
    faults
}

/// A rule's numbers as an adoption changes them; changes that do not fit are left out (`check` tells of them).
pub(super) fn numbers(
    pack: &Pack,
    rule: &str,
    adoption: &Adoption,
) -> Option<BTreeMap<String, Number>> {
    let own = &pack.rules.get(rule)?.numbers;
    let mut numbers = own.clone();
    for (name, parameter, text, _) in &adoption.with {
        if names(name, &pack.id, rule)
            && let Ok(Some(n)) = changed(rule, own, parameter, text)
        {
            numbers.insert(parameter.clone(), n);
        }
    }
    Some(numbers)
}

/// A pack's table as an adoption changes it; changes that do not fit are left out (`check` tells of them).
pub(in crate::policy) fn table(pack: &Pack, name: &str, adoption: &Adoption) -> Option<Rows> {
    let own = pack.tables.get(name)?;
    let mut rows: Rows = own
        .iter()
        .filter_map(|(row, n)| Some((row.clone(), ends(n)?)))
        .collect();
    for (table, row, text, _) in &adoption.with {
        if names(table, &pack.id, name)
            && let Ok(ends) = changed_row(name, own, row, text)
        {
            rows.insert(row.clone(), ends);
        }
    }
    Some(rows)
}

/// The lower and the upper number of a row: `5`, or `5-8`.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
pub(super) fn ends(n: &Number) -> Option<(f64, f64)> {
    match n {
        Number::Int(i) => Some((*i as f64, *i as f64)),
        Number::Float(f) => Some((*f, *f)),
        Number::Text(t) => {
            let (low, high) = t.split_once('-')?;
            let number = |t: &str| t.trim().parse::<u32>().ok().map(f64::from);
            let (low, high) = (number(low)?, number(high)?);
            (low <= high).then_some((low, high))
        }
    }
}

/// A row as an office writes it: a number, which in the place of a range is its upper end, or a range.
fn changed_row(
    table: &str,
    own: &BTreeMap<String, Number>,
    row: &str,
    text: &str,
) -> Result<(f64, f64), Bilingual> {
    let Some(before) = own.get(row) else {
        let near = did_you_mean(row, own.keys().map(String::as_str));
        return Err(Bilingual::new(
            format!("表「{table}」没有「{row}」这一行{}", near.zh),
            format!("the table `{table}` has no row `{row}`{}", near.en),
        ));
    };
    let written = match text.parse::<i64>() {
        Ok(i) => Number::Int(i),
        Err(_) => Number::Text(text.to_owned()),
    };
    let (low, high) = ends(before).unwrap_or_default();
    // Points may be negative, years and days may not.
    let least = if low < 0.0 || own.values().any(|n| matches!(n, Number::Int(i) if *i < 0)) {
        -1000.0
    } else {
        0.0
    };
    match (&written, ends(&written)) {
        (Number::Int(_), Some((_, new))) if (least..=1000.0).contains(&new) && low < high => {
            Ok((low.min(new), new))
        }
        (_, Some((a, b))) if a >= least && b <= 1000.0 => Ok((a, b)),
        _ => Err(Bilingual::new(
            format!("「{row}」应是 {least} 到 1000 的整数，或范围（如 5-8），不是「{text}」"),
            format!(
                "`{row}` must be a whole number from {least} to 1000 or a range such as 5-8, not `{text}`"
            ),
        )),
    }
}

/// A rule's severity as an adoption changes it.
pub(super) fn severity(pack: &Pack, rule: &str, own: Severity, adoption: &Adoption) -> Severity {
    let set = adoption
        .with
        .iter()
        .rev()
        .find(|w| names(&w.0, &pack.id, rule) && w.1 == "severity");
    set.and_then(|w| severity_of(&w.2)).unwrap_or(own)
}

fn severity_of(text: &str) -> Option<Severity> {
    match text {
        "error" => Some(Severity::Error),
        "warning" => Some(Severity::Warning),
        _ => None,
    }
}

/// The place in office.yaml that set a rule's number, if one did.
pub(super) fn place_of<'a>(
    pack: &Pack,
    rule: &str,
    parameter: &str,
    adoption: &'a Adoption,
) -> Option<&'a Place> {
    let set = adoption.with.iter().rev();
    let mut own = set.filter(|w| names(&w.0, &pack.id, rule) && w.1 == parameter);
    own.next().map(|w| &w.3)
}

/// The new value of a parameter; none for `severity`, which is no number.
fn changed(
    rule: &str,
    own: &BTreeMap<String, Number>,
    parameter: &str,
    text: &str,
) -> Result<Option<Number>, Bilingual> {
    if parameter == "severity" {
        return match severity_of(text) {
            Some(_) => Ok(None),
            None => Err(Bilingual::new(
                format!("severity 应是 error（错误）或 warning（提醒），不是「{text}」"),
                format!("`severity` is `error` or `warning`, not `{text}`"),
            )),
        };
    }
    let Some(number) = own.get(parameter) else {
        return Err(unknown_parameter(rule, own, parameter));
    };
    fitting(parameter, number, text).map(Some)
}

fn unknown_parameter(rule: &str, own: &BTreeMap<String, Number>, parameter: &str) -> Bilingual {
    let all: Vec<&str> = own.keys().map(String::as_str).chain(["severity"]).collect();
    let near = did_you_mean(parameter, all.iter().copied());
    Bilingual::new(
        format!(
            "「{rule}」没有参数「{parameter}」{}（可改的有：{}）",
            near.zh,
            all.join("、")
        ),
        format!(
            "`{rule}` has no parameter `{parameter}`{} (it has: {})",
            near.en,
            all.join(", ")
        ),
    )
}

/// A written value as the number it changes: a day stays a day, a share may have decimals, a count is whole.
fn fitting(parameter: &str, own: &Number, text: &str) -> Result<Number, Bilingual> {
    if parameter.starts_with("by") {
        let fits = matches!(own, Number::Int(_)) == text.parse::<i64>().is_ok();
        let day = |t: &str| match t.parse() {
            Ok(i) => Number::Int(i),
            Err(_) => Number::Text(t.to_owned()),
        };
        return match super::body::day_by(&day(text)) {
            Some(_) if fits => Ok(day(text)),
            _ => Err(Bilingual::new(
                format!(
                    "「{parameter}」写成与 {} 同样的形式，不是「{text}」",
                    super::written(own)
                ),
                format!(
                    "`{parameter}` is written like {}, not `{text}`",
                    super::written(own)
                ),
            )),
        };
    }
    let share = parameter.starts_with("percent");
    let decimals = share || ["limit", "above"].iter().any(|p| parameter.starts_with(p));
    let most = if share { 100 } else { LARGEST };
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(i), _) if (0..=most).contains(&i) || (decimals && !share && i >= 0) => {
            Ok(Number::Int(i))
        }
        (Err(_), Ok(f))
            if decimals && f >= 0.0 && f.is_finite() && (!share || f <= most as f64) =>
        {
            Ok(Number::Float(f))
        }
        _ => Err(Bilingual::new(
            format!(
                "「{parameter}」应是 0 到 {most} 的{}，不是「{text}」",
                if decimals { "数" } else { "整数" }
            ),
            format!(
                "`{parameter}` must be a {} from 0 to {most}, not `{text}`",
                if decimals { "number" } else { "whole number" }
            ),
        )),
    }
}
