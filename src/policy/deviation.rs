//! What an office changed in the policies it adopted: every deviation from the packs, for the annual report.

use super::compile::{names, written};
use super::definition::{Pack, Rule};
use super::pack::Packs;
use crate::finding::{Place, Severity};
use crate::table::{Adoption, OfficeConfig, Waiver};
use crate::text::Bilingual;

/// What kind of change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Nothing that fell due before a day is judged.
    Since,
    /// A wording is in force only from or until a day.
    Term,
    /// A rule is switched off.
    Off,
    /// A number differs from the pack's.
    Number,
    /// A severity differs from the pack's.
    Severity,
    /// A finding is waived.
    Waiver,
}

/// One change, as office.yaml words it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// What kind it is.
    pub change: Change,
    /// The policy's id; empty where all are meant.
    pub policy: String,
    /// The rule's full name, or as a waiver wrote it; empty where the whole policy is meant.
    pub rule: String,
    /// What the rule asks, where one pack's rule is meant.
    pub title: Option<Bilingual>,
    /// What was changed, in a sentence.
    pub message: Bilingual,
    /// Where office.yaml says so.
    pub place: Place,
}

/// Every deviation from the packs, in office.yaml's order, waivers last.
pub fn deviations(config: &OfficeConfig, packs: &Packs) -> Vec<Deviation> {
    let mut all = Vec::new();
    all.extend(config.since.map(|day| Deviation {
        change: Change::Since,
        policy: String::new(),
        rule: String::new(),
        title: None,
        message: Bilingual::new(
            format!("{day} 以前到期的不检查"),
            format!("what fell due before {day} is not judged"),
        ),
        place: config.place.clone(),
    }));
    for adoption in &config.adoptions {
        all.extend(term(adoption));
        if let Some(pack) = packs.get(&adoption.policy) {
            all.extend(rows(pack, adoption));
            all.extend(switched_off(pack, adoption));
            all.extend(changed(pack, adoption));
        }
    }
    all.extend(config.waivers.iter().map(waiver));
    all
}

fn term(adoption: &Adoption) -> Option<Deviation> {
    let (zh, en) = match (adoption.from, adoption.until) {
        (None, None) => return None,
        (Some(from), None) => (format!("自 {from} 起执行"), format!("in force from {from}")),
        (None, Some(until)) => (format!("执行到 {until}"), format!("in force until {until}")),
        (Some(from), Some(until)) => (
            format!("自 {from} 起执行到 {until}"),
            format!("in force from {from} until {until}"),
        ),
    };
    Some(Deviation {
        change: Change::Term,
        policy: adoption.policy.clone(),
        rule: String::new(),
        title: None,
        message: Bilingual::new(zh, en),
        place: adoption.place.clone(),
    })
}

/// The rule of a pack that a short or full name means.
fn named<'a>(pack: &'a Pack, written: &str) -> Option<(&'a String, &'a Rule)> {
    let mut rules = pack.rules.iter();
    rules.find(|(id, _)| names(written, &pack.id, id))
}

fn of_rule(
    change: Change,
    pack: &Pack,
    (id, rule): (&String, &Rule),
    message: Bilingual,
    place: &Place,
) -> Deviation {
    Deviation {
        change,
        policy: pack.id.clone(),
        rule: format!("{}/{id}", pack.id),
        title: Some(rule.title.clone()),
        message,
        place: place.clone(),
    }
}

fn switched_off(pack: &Pack, adoption: &Adoption) -> Vec<Deviation> {
    let one = |(name, place): &(String, Place)| {
        let message = Bilingual::new("停用", "switched off");
        named(pack, name).map(|rule| of_rule(Change::Off, pack, rule, message, place))
    };
    adoption.off.iter().filter_map(one).collect()
}

/// Rows of tables that differ from the pack's; of one written twice, the last counts.
fn rows(pack: &Pack, adoption: &Adoption) -> Vec<Deviation> {
    let mut all = Vec::new();
    for (name, own) in &pack.tables {
        for (row, before) in own {
            let mut set = adoption.with.iter().rev();
            let is_this =
                |w: &&(String, String, String, Place)| names(&w.0, &pack.id, name) && w.1 == *row;
            let (before, Some((.., value, place))) = (written(before), set.find(is_this)) else {
                continue;
            };
            if before != *value {
                all.push(Deviation {
                    change: Change::Number,
                    policy: pack.id.clone(),
                    rule: format!("{}/{name}", pack.id),
                    title: None,
                    message: Bilingual::new(
                        format!("{row} 由 {before} 改为 {value}"),
                        format!("`{row}` changed from {before} to {value}"),
                    ),
                    place: place.clone(),
                });
            }
        }
    }
    all
}

/// Numbers and severities that differ from the pack's; of one written twice, the last counts.
fn changed(pack: &Pack, adoption: &Adoption) -> Vec<Deviation> {
    let one = |(at, (name, parameter, value, place)): (usize, &(String, String, String, Place))| {
        let (id, rule) = named(pack, name)?;
        let later = adoption.with[at + 1..].iter();
        let again =
            |w: &(String, String, String, Place)| names(&w.0, &pack.id, id) && w.1 == *parameter;
        if later.clone().any(again) {
            return None;
        }
        let severity = parameter == "severity";
        let own = match severity {
            true => severity_name(rule.severity).to_owned(),
            false => written(rule.numbers.get(parameter)?),
        };
        if own == *value {
            return None;
        }
        let change = if severity {
            Change::Severity
        } else {
            Change::Number
        };
        let message = Bilingual::new(
            format!("{}由 {own} 改为 {value}", word(parameter)),
            format!("`{parameter}` changed from {own} to {value}"),
        );
        Some(of_rule(change, pack, (id, rule), message, place))
    };
    adoption.with.iter().enumerate().filter_map(one).collect()
}

/// What a parameter is called in Chinese: its unit (policies.md, *Parameters*); its own name where it is none of those.
pub(crate) fn word(parameter: &str) -> String {
    let units = [
        ("severity", "级别"),
        ("working_days", "工作日数"),
        ("days", "天数"),
        ("hours", "小时数"),
        ("minutes", "分钟数"),
        ("years", "年数"),
        ("percent", "百分比"),
        ("limit", "限额"),
        ("above", "起点金额"),
        ("by", "期限"),
        ("min", "最少次数"),
        ("max", "最多次数"),
        ("from_months", "起始月数"),
        ("to_months", "截止月数"),
    ];
    let whole = units.iter().find(|(name, _)| *name == parameter);
    let begun = || {
        units
            .iter()
            .find(|(name, _)| parameter.starts_with(&format!("{name}_")))
    };
    match whole.or_else(begun) {
        Some((name, zh)) if *name == parameter => format!("{zh} "),
        Some((_, zh)) => format!("{zh}（{parameter}）"),
        None => format!("{parameter} "),
    }
}

fn severity_name(s: Severity) -> &'static str {
    match s {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

pub(crate) fn waiver(w: &Waiver) -> Deviation {
    let (mut zh, mut en) = ("豁免".to_owned(), "waived".to_owned());
    let mut part = |label: (&str, &str), value: Option<String>| {
        if let Some(v) = value {
            zh += &format!("，{}{v}", label.0);
            en += &format!(", {}{v}", label.1);
        }
    };
    part(("记录 ", "record "), w.record.clone());
    part(("期间 ", "period "), w.period.clone());
    part(("理由：", "reason: "), w.reason.clone());
    part(("批准人：", "by "), w.by.clone());
    part(("到 ", "until "), w.until.map(|d| d.to_string()));
    let policy = w.rule.split_once('/').map_or("", |(policy, _)| policy);
    Deviation {
        change: Change::Waiver,
        policy: policy.to_owned(),
        rule: w.rule.clone(),
        title: None,
        message: Bilingual::new(zh, en),
        place: w.place.clone(),
    }
}
