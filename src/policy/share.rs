//! The shares that an office's rules ask for, with what they came to: those that were met too.

use chrono::NaiveDate;

use super::compile::{Body, Compiled};
use super::context::Context;
use super::operator;
use super::value::Record;
use super::verdict::Verdict;
use super::why::Decided;
use crate::table::Office;
use crate::text::Bilingual;

/// A share in one period, or for one record.
#[derive(Clone, Debug)]
pub struct Share {
    /// `<policy>/<rule>`.
    pub rule: String,
    /// What it asks.
    pub title: Bilingual,
    /// Clause of the source text.
    pub clause: String,
    /// The period, as written.
    pub period: Option<String>,
    /// The record that it was judged for.
    pub record: Option<Record>,
    /// The last day on which it could change.
    pub due: Option<NaiveDate>,
    /// Members that count.
    pub met: u64,
    /// All members, or the number that they are held against.
    pub population: u64,
    /// The number of the rule, in thousandths of a percent.
    pub milli_percent: u64,
    /// Whether that is a maximum.
    pub at_most: bool,
    /// What was decided.
    pub decided: Decided,
}

/// Every share that was judged or can still fall short, rule by rule, in order of time.
pub fn shares(office: &Office, compiled: &Compiled) -> Vec<Share> {
    let mut cx = Context::new(office, compiled);
    cx.asked = true;
    let mut all = Vec::new();
    for rule in &compiled.rules {
        let Body::Rate(rate) = &rule.body else {
            continue;
        };
        let mut outcome = operator::evaluate(rule, &cx);
        let met = outcome.met.take().unwrap_or_default();
        let decided = |v: &Verdict| match v.pending {
            true => Decided::Pending,
            false => Decided::Missed,
        };
        let made = |decided, v: Verdict| Share {
            rule: rule.name.clone(),
            title: rule.title.clone(),
            clause: rule.clause.clone(),
            period: v.period,
            record: v.record,
            due: v.due,
            met: v.met,
            population: v.population,
            milli_percent: rate.milli_percent,
            at_most: rate.against.is_some(),
            decided,
        };
        let others = outcome.verdicts.into_iter();
        let mut own: Vec<Share> = others.map(|v| made(decided(&v), v)).collect();
        own.extend(met.into_iter().map(|v| made(Decided::Met, v)));
        own.sort_by_key(|s| (s.due, s.record));
        all.append(&mut own);
    }
    // A policy in two wordings has each of its rules twice.
    all.sort_by(|a, b| (&a.rule, a.due, a.record).cmp(&(&b.rule, b.due, b.record)));
    all
}
