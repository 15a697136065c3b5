//! What a rule decided about a record, a person and a period, or the office.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::value::Record;
use crate::calendar::Period;
use crate::schema::FieldId;
use crate::text::Bilingual;

/// A rule's decision. Those that were met are counted, and kept only where somebody asks why.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Still possible until `due`, or missed.
    pub pending: bool,
    /// The record it is about.
    pub record: Option<Record>,
    /// The fields it is about, the first one named first.
    pub fields: Vec<FieldId>,
    /// The period it is about, as written.
    pub period: Option<String>,
    /// The last day on which it can or could be met.
    pub due: Option<NaiveDate>,
    /// How many there were (count), or members (rate).
    pub count: u64,
    /// How many of the population were met.
    pub met: u64,
    /// The population.
    pub population: u64,
    /// Records that explain it: members missed, or those that counted against a maximum.
    pub related: Vec<Record>,
    /// Whether `related` counted towards a maximum rather than fell short.
    pub counted: bool,
    /// What else a message can tell, by name.
    pub told: Vec<(&'static str, Bilingual)>,
    /// What was looked at to decide it, where somebody asks why.
    pub members: Vec<Record>,
}

impl Verdict {
    /// A verdict about a record, missed.
    pub fn missed(record: Option<Record>) -> Self {
        Self {
            pending: false,
            record,
            fields: Vec::new(),
            period: None,
            due: None,
            count: 0,
            met: 0,
            population: 0,
            related: Vec::new(),
            counted: false,
            told: Vec::new(),
            members: Vec::new(),
        }
    }
}

/// How often a rule looked, and what it decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Judged as met.
    pub met: u64,
    /// Judged as missed.
    pub missed: u64,
    /// Not yet due.
    pub pending: u64,
    /// Could not be judged.
    pub unjudged: u64,
}

/// A share that a rule reckoned, whatever it decided of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reckoned {
    /// The period it is of; without one, the record.
    pub period: Option<Period>,
    /// The record it is of.
    pub record: Option<Record>,
    /// The last day on which it can change.
    pub due: NaiveDate,
    /// How many of the population are met, or count towards a maximum.
    pub met: u64,
    /// The population.
    pub population: u64,
    /// The share demanded, in thousandths of a percent.
    pub milli_percent: u64,
    /// Whether it is a maximum.
    pub at_most: bool,
}

/// All that one rule decided.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The counts.
    pub tally: Tally,
    /// The shares it reckoned, where it asks for one.
    pub shares: Vec<Reckoned>,
    /// Missed and pending verdicts, in order of the records.
    pub verdicts: Vec<Verdict>,
    /// Years that a deadline in working days would need and that are not published.
    pub years: BTreeSet<i32>,
    /// What was met, where somebody asks why.
    pub met: Option<Vec<Verdict>>,
}

impl Outcome {
    /// Nothing decided yet; keeps what is met where somebody asks why.
    pub fn new(asked: bool) -> Self {
        Self {
            met: asked.then(Vec::new),
            ..Self::default()
        }
    }

    /// Notes a met verdict; `made` is called only where somebody asks why.
    pub fn meet(&mut self, made: impl FnOnce() -> Verdict) {
        self.tally.met += 1;
        if let Some(met) = &mut self.met {
            met.push(made());
        }
    }

    /// Notes a missed or pending verdict.
    pub fn push(&mut self, v: Verdict) {
        if v.pending {
            self.tally.pending += 1;
        } else {
            self.tally.missed += 1;
        }
        self.verdicts.push(v);
    }

    /// Joins what the next part of the records gave.
    pub fn append(&mut self, mut other: Self) {
        let (a, b) = (&mut self.tally, other.tally);
        a.met += b.met;
        a.missed += b.missed;
        a.pending += b.pending;
        a.unjudged += b.unjudged;
        self.verdicts.append(&mut other.verdicts);
        self.years.append(&mut other.years);
        self.shares.append(&mut other.shares);
    }
}
