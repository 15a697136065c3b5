//! What office.yaml changes in a pack: numbers, severities, rules switched off; each checked before any record is read.

use std::collections::BTreeMap;

use super::Fault;
use crate::finding::{Place, Severity};
use crate::policy::definition::{Number, Pack};
use crate::table::Adoption;
use crate::text::{Bilingual, did_you_mean};

/// No number of days, hours or visits is larger: what is larger is a slip of the pen, and sums stay in range.
const LARGEST: i64 = 1_000_000;

/// Whether a written name, short or full, is this rule's.
pub(in crate::policy) fn names(written: &str, policy: &str, rule: &str) -> bool {
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
        let near = did_you_mean(name, pack.rules.keys().map(String::as_str));
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
