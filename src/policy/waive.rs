//! Waivers of office.yaml: a waived finding is still listed; a weak, expired or unused waiver is a finding itself.

use chrono::Months;

use super::compile::Compiled;
use crate::core_rules;
use crate::finding::{Finding, Place, Severity, fingerprint};
use crate::table::{Office, Value, Waiver};
use crate::text::{Bilingual, did_you_mean};

/// Who may waive: a leader (contract/policies.md).
const LEADERS: [&str; 9] = [
    "supervisor",
    "manager",
    "deputy_manager",
    "department_head",
    "sales_manager",
    "office_director",
    "property_manager",
    "company_manager",
    "general_manager",
];

/// Marks the findings that waivers cover, and adds what is wrong with the waivers.
pub fn waive(office: &Office, compiled: &Compiled, findings: &mut Vec<Finding>) {
    let mut waiving = Waiving::of(office);
    findings.iter_mut().for_each(|f| waiving.mark(f));
    findings.extend(waiving.notes(compiled));
}

/// An office's waivers, and which of them were of use so far.
pub struct Waiving<'a> {
    office: &'a Office,
    used: Vec<bool>,
}

impl<'a> Waiving<'a> {
    /// None was of use yet.
    pub fn of(office: &'a Office) -> Self {
        let used = vec![false; office.config.waivers.len()];
        Self { office, used }
    }

    fn is_expired(&self, w: &Waiver) -> bool {
        w.until.is_some_and(|u| self.office.as_of > u)
    }

    /// Whether a waiver in force covers what a rule found.
    pub fn covers(&mut self, rule: &str, record: Option<&str>, period: Option<&str>) -> bool {
        let mut covered = false;
        for (i, w) in self.office.config.waivers.iter().enumerate() {
            if is_about(w, rule, record, period) {
                self.used[i] = true;
                covered |= !self.is_expired(w);
            }
        }
        covered
    }

    /// Marks a finding that a waiver in force covers.
    pub fn mark(&mut self, f: &mut Finding) {
        f.waived |= self.covers(&f.rule, f.record.as_deref(), f.period.as_deref());
    }

    /// What is wrong with the waivers, once all findings were asked about.
    pub fn notes(self, compiled: &Compiled) -> Vec<Finding> {
        let mut own = Vec::new();
        for (w, used) in self.office.config.waivers.iter().zip(&self.used) {
            let expired = self.is_expired(w);
            // What the history says is asked by `audit` alone.
            let unasked = || {
                let named = |r: &String| is_named(&w.rule, r);
                is_of_history(&w.rule) || compiled.unasked.iter().any(named)
            };
            if expired || (!used && !unasked()) {
                own.push(stale(self.office, w, expired, compiled));
            }
            own.extend(weak(self.office, w));
        }
        own
    }
}

/// Whether a waiver, in force or not, is about a finding.
pub fn covers(w: &Waiver, f: &Finding) -> bool {
    is_about(w, &f.rule, f.record.as_deref(), f.period.as_deref())
}

fn is_about(w: &Waiver, rule: &str, record: Option<&str>, period: Option<&str>) -> bool {
    is_named(&w.rule, rule)
        && w.record.as_ref().is_none_or(|r| record == Some(r))
        && w.period.as_ref().is_none_or(|p| period == Some(p))
}

fn is_named(written: &str, rule: &str) -> bool {
    rule.split_once('/')
        .is_some_and(|(policy, short)| super::compile::names(written, policy, short))
}

/// Whether this names what `audit` asks.
fn is_of_history(written: &str) -> bool {
    let all = core_rules::history().unwrap_or_default();
    all.keys()
        .any(|k| is_named(written, &format!("history/{k}")))
}

fn stale(office: &Office, w: &Waiver, expired: bool, compiled: &Compiled) -> Finding {
    let rule = &w.rule;
    let known = rule.starts_with("core/")
        || is_of_history(rule)
        || compiled
            .known
            .iter()
            .chain(&compiled.unasked)
            .any(|k| is_named(rule, k));
    let message = match (known, w.until.filter(|_| expired)) {
        (false, _) => {
            let all = compiled.known.iter();
            let both = all.flat_map(|k| [Some(k.as_str()), k.split_once('/').map(|k| k.1)]);
            let near = did_you_mean(rule, both.flatten());
            Bilingual::new(
                format!("豁免写的「{rule}」不是本单位适用的条款{}", near.zh),
                format!(
                    "the waiver names `{rule}`, which is no rule of this office{}",
                    near.en
                ),
            )
        }
        (true, Some(until)) => Bilingual::new(
            format!("对「{rule}」的豁免已于 {until} 到期"),
            format!("the waiver of `{rule}` expired on {until}"),
        ),
        (true, None) => Bilingual::new(
            format!("对「{rule}」的豁免没有用到"),
            format!("the waiver of `{rule}` is not used"),
        ),
    };
    note(
        office,
        "stale-waiver",
        &waiver_key(w, "stale"),
        &w.place,
        message,
        Bilingual::new(
            "删去它，或改正条款、记录和期间。",
            "Remove it, or correct its rule, record and period.",
        ),
    )
}

/// What identifies a waiver's fault over time, wherever in office.yaml it stands.
fn waiver_key(w: &Waiver, fault: &str) -> String {
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    format!("{fault} {} {} {}", w.rule, text(&w.record), text(&w.period))
}

fn weak(office: &Office, w: &Waiver) -> Vec<Finding> {
    let far = office.as_of.checked_add_months(Months::new(12));
    let faults = [
        (w.reason.is_none(), "没有写理由", "gives no reason"),
        (w.until.is_none(), "没有写到期日", "has no last day"),
        (
            w.record.is_none() && w.period.is_none(),
            "没有写明记录或期间",
            "names neither record nor period",
        ),
        (
            w.until.is_some_and(|u| far.is_some_and(|f| u > f)),
            "到期日在一年以后",
            "runs for more than a year",
        ),
        (
            !w.by.as_deref().is_some_and(|by| is_leader(office, by)),
            "批准人不是在册的负责人",
            "is not by a leader among the staff",
        ),
    ];
    let help = Bilingual::new(
        "写明理由、到期日、记录和批准人。",
        "State the reason, the last day, the record and who approved it.",
    );
    let one = |(_, zh, en): &(bool, &str, &str)| {
        let message = Bilingual::new(
            format!("对「{}」的豁免{zh}", w.rule),
            format!("the waiver of `{}` {en}", w.rule),
        );
        note(
            office,
            "weak-waiver",
            &waiver_key(w, en),
            &w.place,
            message,
            help.clone(),
        )
    };
    faults.iter().filter(|f| f.0).map(one).collect()
}

fn is_leader(office: &Office, by: &str) -> bool {
    use crate::schema::FieldType;
    // The people are whoever a waiver's `by` can name: the kind with a role.
    let people = office
        .schema
        .iter()
        .find(|(_, k)| k.field("role").is_some());
    let Some((kind, k)) = people else {
        return false;
    };
    let (Some(role), Some(name)) = (k.field("role"), k.field("name")) else {
        return false;
    };
    let FieldType::Enum(values) = &k.get(role).ty else {
        return false;
    };
    let leads = |row| match office.value(kind, row, role) {
        Value::Code(c) => values
            .get(usize::from(c) - 1)
            .is_some_and(|v| LEADERS.contains(&v.code.as_str())),
        _ => false,
    };
    let rows = 0..u32::try_from(office.table(kind).len()).unwrap_or(0);
    let named = |row: u32| {
        office.record_id(kind, row) == by || office.value(kind, row, name) == Value::Text(by)
    };
    rows.into_iter().any(|row| named(row) && leads(row))
}

/// A `core/*` warning about what an office.yaml says; `key` identifies it over time.
pub(super) fn note(
    office: &Office,
    rule: &str,
    key: &str,
    place: &Place,
    message: Bilingual,
    help: Bilingual,
) -> Finding {
    let rule = format!("core/{rule}");
    let fingerprint = fingerprint(&[&rule, &office.id, "", "", "", key, &place.file]);
    Finding {
        rule,
        severity: Severity::Warning,
        office: office.id.clone(),
        place: place.clone(),
        message,
        help,
        fingerprint,
        ..Finding::default()
    }
}
