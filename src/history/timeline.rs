//! What each rule asks, day by day, then and now. An adoption that was split in July is compared before and after July.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use super::loosened::{Loosened, What};
use crate::finding::{Place, Severity};
use crate::pipeline::{Checked, Judged};
use crate::policy::Packs;
use crate::policy::compile::{Rule, names, written};
use crate::policy::deviation::word;
use crate::table::{Adoption, OfficeConfig};
use crate::text::Bilingual;

/// Packs of the workspace's own that an office has adopted and whose text is another one.
pub(super) fn own_packs(then: &Checked, now: &Checked, policies: &[String]) -> Vec<Loosened> {
    let adopted = |c: &Checked| -> BTreeSet<String> {
        let configs = c.offices.iter().map(|j| &j.office.config);
        configs
            .flat_map(|c| c.adoptions.iter().map(|a| a.policy.clone()))
            .collect()
    };
    let both = adopted(then)
        .intersection(&adopted(now))
        .cloned()
        .collect::<Vec<_>>();
    let changed = both.into_iter().filter(|id| {
        let text = |c: &Checked| c.packs.get(id).map(|p| p.text.clone());
        (policies.is_empty() || policies.contains(id)) && text(then) != text(now)
    });
    let one = |id: String| Loosened {
        what: What::Policy,
        office: String::new(),
        record: None,
        message: Bilingual::new("制度文件改动了", "the policy's text changed"),
        place: Place::whole(&format!("policies/{id}/policy.yaml")),
        then: false,
        rule: id,
    };
    changed.map(one).collect()
}

/// What an office's rules ask less than they did.
pub(super) fn rules(
    (then, old_packs): (&Judged, &Packs),
    (now, new_packs): (&Judged, &Packs),
    policies: &[String],
    all: &mut Vec<Loosened>,
) {
    let mut found: BTreeMap<Key, Vec<(usize, Loosened)>> = BTreeMap::new();
    let spans = spans(&then.office.config, &now.office.config);
    let adopted = &then.office.config.adoptions;
    let mut ids: Vec<&str> = adopted.iter().map(|a| a.policy.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.retain(|id| policies.is_empty() || policies.iter().any(|p| p == id));
    for (at, (day, _)) in spans.iter().enumerate() {
        for policy in &ids {
            let pair = Pair {
                policy,
                day: *day,
                old: (then, old_packs),
                new: (now, new_packs),
            };
            for l in pair.compare() {
                let key = (l.what, l.rule.clone(), l.message.en.clone());
                found.entry(key).or_default().push((at, l));
            }
        }
    }
    for same in found.into_values() {
        for run in same.chunk_by(|a, b| a.0 + 1 == b.0) {
            let (Some((from, l)), Some((to, _))) = (run.first(), run.last()) else {
                continue;
            };
            let (zh, en) = stretch(&spans, *from, *to);
            let mut l = l.clone();
            l.message.zh += &zh;
            l.message.en += &en;
            all.push(l);
        }
    }
}

/// Equal changes of neighbouring spans are one.
type Key = (What, String, String);
/// A day of a span on which nothing changes, and the day after the span.
type Span = (NaiveDate, Option<NaiveDate>);

/// The stretches of days between which an adoption begins or ends.
fn spans(old: &OfficeConfig, new: &OfficeConfig) -> Vec<Span> {
    let all = old.adoptions.iter().chain(&new.adoptions);
    let days = all.flat_map(|a| {
        [
            a.from,
            a.until.and_then(|d| d.checked_add_days(Days::new(1))),
        ]
    });
    let mut days: Vec<NaiveDate> = days.flatten().collect();
    days.sort_unstable();
    days.dedup();
    let first = days.first().and_then(|d| d.pred_opt()).unwrap_or_default();
    let begins = std::iter::once(first).chain(days.iter().copied());
    let ends = days.iter().copied().map(Some).chain([None]);
    begins.zip(ends).collect()
}

/// From when to when a change holds, where that is not for ever.
fn stretch(spans: &[Span], from: usize, to: usize) -> (String, String) {
    let begin = spans.get(from).filter(|_| from > 0).map(|s| s.0);
    let end = spans.get(to).and_then(|s| s.1).and_then(|d| d.pred_opt());
    match (begin, end) {
        (None, None) => Default::default(),
        (Some(a), None) => (format!("（{a} 起）"), format!(" (from {a})")),
        (None, Some(b)) => (format!("（到 {b}）"), format!(" (until {b})")),
        (Some(a), Some(b)) => (format!("（{a} 到 {b}）"), format!(" (from {a} until {b})")),
    }
}

/// A policy on a day, then and now.
struct Pair<'a> {
    policy: &'a str,
    day: NaiveDate,
    old: (&'a Judged, &'a Packs),
    new: (&'a Judged, &'a Packs),
}

impl<'a> Pair<'a> {
    fn adoption(&self, judged: &'a Judged) -> Option<&'a Adoption> {
        let holds = |a: &&Adoption| {
            a.policy == self.policy
                && a.from.is_none_or(|f| f <= self.day)
                && a.until.is_none_or(|u| u >= self.day)
        };
        judged.office.config.adoptions.iter().find(holds)
    }

    fn rules(&self, judged: &'a Judged) -> BTreeMap<&'a str, &'a Rule> {
        let holds = |r: &&Rule| {
            r.policy == self.policy
                && r.from.is_none_or(|f| f <= self.day)
                && r.until.is_none_or(|u| u >= self.day)
        };
        let rules = judged.compiled.rules.iter().filter(holds);
        rules.map(|r| (r.name.as_str(), r)).collect()
    }

    fn compare(&self) -> Vec<Loosened> {
        let Some(before) = self.adoption(self.old.0) else {
            return Vec::new();
        };
        let Some(adoption) = self.adoption(self.new.0) else {
            let place = self.new.0.office.config.place.clone();
            let message = Bilingual::new("这项制度不再适用", "the policy is no longer in force");
            return vec![self.one(What::Term, self.policy, message, place)];
        };
        let (old, new) = (self.rules(self.old.0), self.rules(self.new.0));
        let mut all = self.tables(before, adoption);
        for (name, was) in old {
            match new.get(name) {
                None => all.push(self.off(name, adoption)),
                Some(is) => all.extend(self.rule(was, is, adoption)),
            }
        }
        all
    }

    fn off(&self, name: &str, adoption: &Adoption) -> Loosened {
        let written = adoption.off.iter().find(|(n, _)| self.is_named(n, name));
        let place = written.map_or(&adoption.place, |w| &w.1).clone();
        let message = match written {
            Some(_) => Bilingual::new("停用", "switched off"),
            None => Bilingual::new("制度里没有这一条了", "the policy no longer has this rule"),
        };
        self.one(What::Off, name, message, place)
    }

    fn rule(&self, was: &Rule, is: &Rule, adoption: &Adoption) -> Vec<Loosened> {
        let mut all = Vec::new();
        let place = |parameter: &str| self.place(adoption, &is.name, parameter);
        if (was.severity, is.severity) == (Severity::Error, Severity::Warning) {
            let message = Bilingual::new("错误改成了警告", "an error became a warning");
            all.push(self.one(What::Severity, &is.name, message, place("severity")));
        }
        for (parameter, before) in &was.numbers {
            let before = written(before);
            let after = is.numbers.get(parameter).map(written).unwrap_or_default();
            if before != after {
                let message = Bilingual::new(
                    format!("{}由 {before} 改为 {after}", word(parameter)),
                    format!("`{parameter}` changed from {before} to {after}"),
                );
                all.push(self.one(What::Number, &is.name, message, place(parameter)));
            }
        }
        all
    }

    fn tables(&self, before: &Adoption, after: &Adoption) -> Vec<Loosened> {
        let old = self.rows(before, self.old.1);
        let new = self.rows(after, self.new.1);
        let one = |((table, row), was): (&(String, String), &String)| {
            let is = new
                .get(&(table.clone(), row.clone()))
                .cloned()
                .unwrap_or_default();
            let name = format!("{}/{table}", self.policy);
            let message = Bilingual::new(
                format!("{row} 由 {was} 改为 {is}"),
                format!("`{row}` changed from {was} to {is}"),
            );
            let place = self.place(after, &name, row);
            (*was != is).then(|| self.one(What::Number, &name, message, place))
        };
        old.iter().filter_map(one).collect()
    }

    /// The rows of a policy's tables as an adoption has them.
    fn rows(&self, adoption: &Adoption, packs: &Packs) -> BTreeMap<(String, String), String> {
        let mut rows = BTreeMap::new();
        let tables = packs.get(self.policy).into_iter().flat_map(|p| &p.tables);
        for (table, own) in tables {
            for (row, number) in own {
                rows.insert((table.clone(), row.clone()), written(number));
            }
            for (name, row, value, _) in &adoption.with {
                if names(name, self.policy, table) {
                    rows.insert((table.clone(), row.clone()), value.clone());
                }
            }
        }
        rows
    }

    /// Where an adoption sets a number, or where it stands itself.
    fn place(&self, adoption: &Adoption, rule: &str, parameter: &str) -> Place {
        let mut set = adoption.with.iter().rev();
        let set = set.find(|w| self.is_named(&w.0, rule) && w.1 == parameter);
        set.map_or(&adoption.place, |w| &w.3).clone()
    }

    fn is_named(&self, written: &str, full: &str) -> bool {
        let short = full.split_once('/').map_or(full, |r| r.1);
        names(written, self.policy, short)
    }

    fn one(&self, what: What, rule: &str, message: Bilingual, place: Place) -> Loosened {
        Loosened {
            what,
            office: self.new.0.office.id.clone(),
            rule: rule.to_owned(),
            record: None,
            message,
            place,
            then: false,
        }
    }
}
