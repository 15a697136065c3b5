//! How often each rule was kept in a period: what was decided by its end less what had been decided before it.

use std::collections::BTreeMap;

use super::edition::Snapshot;
use super::maker::Figure;
use crate::policy::Judgement;
use crate::statistics::Permille;

/// The counts of a rule, or of several together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Met.
    pub met: u64,
    /// Missed.
    pub missed: u64,
    /// … of which a waiver covers so many.
    pub waived: u64,
    /// Missed before the period and still so.
    pub carried: u64,
    /// Not yet due.
    pub pending: u64,
    /// Could not be judged.
    pub unjudged: u64,
}

impl Kept {
    /// What was decided: the population of the rate.
    pub fn checked(self) -> u64 {
        self.met + self.missed
    }

    /// Met of what was decided.
    pub fn rate(self) -> Option<Permille> {
        Permille::of(self.met, self.checked())
    }

    /// Both together.
    pub fn add(&mut self, other: Self) {
        self.met += other.met;
        self.missed += other.missed;
        self.waived += other.waived;
        self.carried += other.carried;
        self.pending += other.pending;
        self.unjudged += other.unjudged;
    }

    /// All of these together.
    pub fn sum<'k>(all: impl IntoIterator<Item = &'k Self>) -> Self {
        let mut sum = Self::default();
        all.into_iter().for_each(|k| sum.add(*k));
        sum
    }
}

/// Each rule once, in order, with its counts; a policy adopted in two wordings counts together.
pub fn kept<'s>(now: &'s Snapshot, before: Option<&Snapshot>) -> Vec<(&'s Judgement, Kept)> {
    let known = before.map(Snapshot::fingerprints).unwrap_or_default();
    let mut all: BTreeMap<&str, (&Judgement, Kept)> = BTreeMap::new();
    for j in &now.judgements {
        let kept = &mut all.entry(&j.rule).or_insert((j, Kept::default())).1;
        kept.met += j.tally.met;
        kept.pending += j.tally.pending;
        kept.unjudged += j.tally.unjudged;
    }
    for j in before.iter().flat_map(|s| &s.judgements) {
        if let Some((_, kept)) = all.get_mut(j.rule.as_str()) {
            kept.met = kept.met.saturating_sub(j.tally.met);
        }
    }
    for f in &now.findings {
        if let Some((_, kept)) = all.get_mut(f.rule.as_str()) {
            if known.contains(f.fingerprint.as_str()) {
                kept.carried += 1;
            } else {
                kept.missed += 1;
                kept.waived += u64::from(f.waived);
            }
        }
    }
    all.into_values().collect()
}

/// The same by policy, in order.
pub fn by_policy<'k>(rules: &'k [(&Judgement, Kept)]) -> BTreeMap<&'k str, Kept> {
    let mut all: BTreeMap<&str, Kept> = BTreeMap::new();
    for (j, kept) in rules {
        all.entry(&j.policy).or_default().add(*kept);
    }
    all
}

/// `compliance.*`
pub fn figure(rules: &[(&Judgement, Kept)], what: &str) -> Option<Figure> {
    let sum = Kept::sum(rules.iter().map(|(_, k)| k));
    Some(match what {
        "rules" => Figure::Count(rules.len() as u64),
        "checked" => Figure::Count(sum.checked()),
        "met" => Figure::Count(sum.met),
        "missed" => Figure::Count(sum.missed),
        "waived" => Figure::Count(sum.waived),
        "carried" => Figure::Count(sum.carried),
        "pending" => Figure::Count(sum.pending),
        "rate" => sum.rate().into(),
        _ => return None,
    })
}
