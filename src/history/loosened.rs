//! What an office asks less of itself than it did at a revision: settings, waivers, records that are gone.

use std::collections::BTreeSet;

use super::timeline;
use crate::finding::Place;
use crate::pipeline::{Checked, Judged};
use crate::schema::KindId;
use crate::table::{Office, OfficeConfig, Value, Waiver};
use crate::text::Bilingual;

/// What kind of change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A number of a rule or a table; whether it asks less is for the reader to see.
    Number,
    /// An error is only a warning.
    Severity,
    /// A rule is no longer asked.
    Off,
    /// A policy is not in force on days on which it was.
    Term,
    /// Less falls under judgement, since `since` is later.
    Since,
    /// A finding is waived that was not.
    Waiver,
    /// The history is asked less.
    Audit,
    /// The text of the workspace's own policy is another one.
    Policy,
    /// A record is gone.
    Record,
    /// An office is gone.
    Office,
}

impl What {
    /// Its name in published JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Severity => "severity",
            Self::Off => "off",
            Self::Term => "term",
            Self::Since => "since",
            Self::Waiver => "waiver",
            Self::Audit => "audit",
            Self::Policy => "policy",
            Self::Record => "record",
            Self::Office => "office",
        }
    }
}

/// One thing that was loosened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loosened {
    /// What kind it is.
    pub what: What,
    /// The office; empty where the workspace is meant, or its only office.
    pub office: String,
    /// The rule's full name, a table's, a policy's id, or what a waiver names; empty for others.
    pub rule: String,
    /// The kind and id of a record that is gone.
    pub record: Option<(String, String)>,
    /// What changed, in a sentence.
    pub message: Bilingual,
    /// Where it stands, or stood.
    pub place: Place,
    /// Whether the place is in the earlier files.
    pub then: bool,
}

/// Everything that was loosened, office by office; only of some policies and offices where they are named.
pub fn loosened(
    then: &Checked,
    now: &Checked,
    policies: &[String],
    offices: &[String],
) -> Vec<Loosened> {
    let mut all = timeline::own_packs(then, now, policies);
    for old in &then.offices {
        let id = &old.office.id;
        if !offices.is_empty() && !offices.contains(id) {
            continue;
        }
        match now.offices.iter().find(|n| n.office.id == *id) {
            None => all.push(gone(&old.office)),
            Some(new) => {
                settings(&old.office.config, &new.office.config, id, &mut all);
                timeline::rules((old, &then.packs), (new, &now.packs), policies, &mut all);
                waivers(old, new, &mut all);
                records(&old.office, &new.office, &mut all);
            }
        }
    }
    all
}

fn gone(office: &Office) -> Loosened {
    let n: usize = office.tables.iter().map(crate::table::Table::len).sum();
    let name = &office.config.name;
    Loosened {
        what: What::Office,
        office: office.id.clone(),
        rule: String::new(),
        record: None,
        message: Bilingual::new(
            format!("单位「{name}」和它的 {n} 条记录没有了"),
            format!("the office `{name}` and its {n} records are gone"),
        ),
        place: office.config.place.clone(),
        then: true,
    }
}

fn settings(old: &OfficeConfig, new: &OfficeConfig, office: &str, all: &mut Vec<Loosened>) {
    let mut add = |what, message| {
        all.push(Loosened {
            what,
            office: office.to_owned(),
            rule: String::new(),
            record: None,
            message,
            place: new.place.clone(),
            then: false,
        });
    };
    if let Some(since) = new.since.filter(|n| old.since.is_none_or(|o| o < *n)) {
        add(
            What::Since,
            match old.since {
                Some(old) => Bilingual::new(
                    format!("since（启用日期）由 {old} 改为 {since}，其间到期的不再检查"),
                    format!(
                        "`since` moved from {old} to {since}: what fell due between them is not judged"
                    ),
                ),
                None => Bilingual::new(
                    format!("since（启用日期）写成 {since}，以前到期的不再检查"),
                    format!("`since` set to {since}: what fell due before it is not judged"),
                ),
            },
        );
    }
    let (a, b) = (old.audit, new.audit);
    if let Some(from) = b.from.filter(|n| a.from.is_none_or(|o| o < *n)) {
        add(
            What::Audit,
            Bilingual::new(
                format!("audit（稽核）从 {from} 起才看历史"),
                format!("`audit` looks at the history from {from} only"),
            ),
        );
    }
    if b.grace_days > a.grace_days {
        let (from, to) = (a.grace_days, b.grace_days);
        add(
            What::Audit,
            Bilingual::new(
                format!("audit（稽核）的宽限天数由 {from} 改为 {to}"),
                format!("`grace_days` of `audit` changed from {from} to {to}"),
            ),
        );
    }
}

/// Waivers that nothing earlier covers.
fn waivers(old: &Judged, new: &Judged, all: &mut Vec<Loosened>) {
    for w in &new.office.config.waivers {
        if old.office.config.waivers.iter().any(|o| covers(o, w)) {
            continue;
        }
        let message = crate::policy::deviation::waiver(w).message;
        all.push(Loosened {
            what: What::Waiver,
            office: new.office.id.clone(),
            rule: w.rule.clone(),
            record: None,
            message,
            place: w.place.clone(),
            then: false,
        });
    }
}

/// Whether one waiver waives all that another does.
fn covers(old: &Waiver, new: &Waiver) -> bool {
    let short = |r: &str| r.rsplit('/').next().unwrap_or(r).to_owned();
    let rule = old.rule == new.rule || (!old.rule.contains('/') && old.rule == short(&new.rule));
    let wide = |o: &Option<String>, n: &Option<String>| o.is_none() || o == n;
    let long = old.until.is_none() || (new.until.is_some() && old.until >= new.until);
    rule && wide(&old.record, &new.record) && wide(&old.period, &new.period) && long
}

/// Records that are gone; a nested one whose parent is gone goes with it.
fn records(old: &Office, new: &Office, all: &mut Vec<Loosened>) {
    for (kind, k) in old.schema.iter() {
        let mut seen = BTreeSet::new();
        for row in 0..u32::try_from(old.table(kind).len()).unwrap_or(0) {
            let id = old.record_id(kind, row);
            let lost = |kind: KindId, id: &str| new.row_of(kind, id).is_none();
            if id.is_empty() || !lost(kind, id) || !seen.insert(id) {
                continue;
            }
            let parent = k
                .nests_in
                .as_ref()
                .and_then(|n| match old.value(kind, row, n.field) {
                    Value::Ref(parent, at) => Some((parent, old.record_id(parent, at))),
                    _ => None,
                });
            if parent.is_some_and(|(kind, id)| lost(kind, id)) {
                continue;
            }
            all.push(Loosened {
                what: What::Record,
                office: old.id.clone(),
                rule: String::new(),
                record: Some((k.name.clone(), id.to_owned())),
                message: Bilingual::new(
                    format!("删去了{}「{id}」", k.label.zh),
                    format!("{} `{id}` was deleted", k.label.en),
                ),
                place: old.place(kind, row, None),
                then: true,
            });
        }
    }
}
