//! One edition of a report: a period or a record, and the office as it stood at its end and on the day before it.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;

use super::compiled::Report;
use super::manifest::Per;
use super::snapshots::Days;
use crate::calendar::{Period, Unit};
use crate::document::{file_name, words};
use crate::finding::Finding;
use crate::moment::Moment;
use crate::pipeline::Judged;
use crate::policy::{self, Judgement, Teller};
use crate::schema::KindId;
use crate::table::{Office, Row, Value};
use crate::text::Lang;

/// What an edition stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its file name.
    pub name: String,
    /// Its period; of a record the year of its last day.
    pub period: Period,
    /// The record.
    pub record: Option<(KindId, Row)>,
    /// The day as of which it is told.
    pub cut: NaiveDate,
    /// Whether what was before its period is compared with it.
    pub looks_back: bool,
}

impl Subject {
    /// A period, told as of a day at the latest.
    pub fn of_period(period: Period, as_of: NaiveDate) -> Self {
        Self {
            name: period.to_string(),
            period,
            record: None,
            cut: period.last.min(as_of),
            looks_back: true,
        }
    }

    /// The last day before its period, and of the period before that.
    fn back(&self) -> (Option<NaiveDate>, Option<NaiveDate>) {
        if !self.looks_back {
            return (None, None);
        }
        let before = self.period.previous();
        (self.period.first.pred_opt(), before.first.pred_opt())
    }
}

/// An office judged as of a day.
pub struct Snapshot {
    /// The office.
    pub office: Office,
    /// What its policies find; not what `core/*` finds in the files.
    pub findings: Vec<Finding>,
    /// What each rule decided.
    pub judgements: Vec<Judgement>,
    /// What is not yet due.
    pub pending: Vec<Finding>,
    late: BTreeSet<(String, String)>,
}

impl Snapshot {
    /// Judges an office as it stood at the end of a day.
    pub fn take(judged: &Judged, day: NaiveDate) -> Self {
        let office = judged.office.at(day);
        let decided = policy::judge(&office, &judged.compiled);
        let teller = Teller::with(&office, &judged.compiled, decided.ready);
        let judgements = decided.judgements;
        let mut findings: Vec<Finding> = teller.missed(&judgements).collect();
        let pending = teller.pending(&judgements).map(|(_, f)| f).collect();
        policy::waive(&office, &judged.compiled, &mut findings);
        findings.retain(|f| !f.rule.starts_with("core/"));
        let late = findings
            .iter()
            .filter(|f| f.due.is_some() && !f.waived)
            .filter_map(|f| Some((f.kind.clone()?, f.record.clone()?)))
            .collect();
        Self {
            office,
            findings,
            judgements,
            pending,
            late,
        }
    }

    /// Whether a last day for a record has passed.
    pub fn is_late(&self, kind: KindId, row: Row) -> bool {
        let name = self.office.schema.get(kind).name.clone();
        let id = self.office.record_id(kind, row).to_owned();
        self.late.contains(&(name, id))
    }

    /// The fingerprints of its findings.
    pub fn fingerprints(&self) -> BTreeSet<&str> {
        self.findings
            .iter()
            .map(|f| f.fingerprint.as_str())
            .collect()
    }
}

/// Everything that a report's blocks are made from.
pub struct Edition {
    /// What it stands for.
    pub subject: Subject,
    /// The office at its end.
    pub now: Arc<Snapshot>,
    /// The office on the day before it; none for a record.
    pub before: Option<Arc<Snapshot>>,
    /// The office on the day before the period before it, where the report compares with that.
    pub earlier: Option<Arc<Snapshot>>,
    /// The edition before it.
    pub previous: Option<Subject>,
    /// The editions up to it, itself the last.
    pub history: Vec<Subject>,
}

impl Edition {
    /// The days as of which an edition needs the office judged.
    pub fn days(subject: &Subject, compares: bool) -> Vec<NaiveDate> {
        let (before, earlier) = subject.back();
        let days = [Some(subject.cut), before, earlier.filter(|_| compares)];
        days.into_iter().flatten().collect()
    }

    /// The last of these editions, from the snapshots of its days; none where they lack its own.
    pub fn of(history: &[Subject], taken: &Days) -> Option<Self> {
        let subject = history.last()?;
        let (before, earlier) = subject.back();
        let on = |day: Option<NaiveDate>| day.and_then(|d| taken.get(&d)).map(Arc::clone);
        Some(Self {
            subject: subject.clone(),
            now: on(Some(subject.cut))?,
            before: on(before),
            earlier: on(earlier),
            previous: history.iter().rev().nth(1).cloned(),
            history: history.to_vec(),
        })
    }
}

/// The editions of a report that an office has records for, in order; those of a kind of edition follow each other.
pub fn subjects(report: &Report, office: &Office) -> Vec<Vec<Subject>> {
    let of = |per: &Per| match per {
        Per::Each { of, on } => records(office, of, on),
        Per::AsOf => vec![as_of(office)],
        per => per
            .unit()
            .map_or_else(Vec::new, |unit| periods(report, office, unit)),
    };
    report.manifest.per.iter().map(of).collect()
}

/// The day as of which the office is told.
fn as_of(office: &Office) -> Subject {
    let period = Period::containing(Unit::Day, office.as_of);
    Subject {
        looks_back: false,
        ..Subject::of_period(period, office.as_of)
    }
}

/// The periods in which something that the report counts is dated.
fn periods(report: &Report, office: &Office, unit: Unit) -> Vec<Subject> {
    let mut all = BTreeSet::new();
    for population in report.populations() {
        for row in population.rows(office, None) {
            let at = population.moment(office, row);
            if at.is_present() && at.date() <= office.as_of {
                all.insert(Period::containing(unit, at.date()));
            }
        }
    }
    let since = office.config.since.unwrap_or(NaiveDate::MIN);
    let told = all.into_iter().filter(|p| p.last >= since);
    told.map(|p| Subject::of_period(p, office.as_of)).collect()
}

/// The records of a kind, by their last day.
fn records(office: &Office, of: &str, on: &str) -> Vec<Subject> {
    let Some(kind) = office.schema.kind(of) else {
        return Vec::new();
    };
    let field = office.schema.get(kind).field(on);
    let rows = (0..)
        .zip(&office.table(kind).live)
        .filter(|(_, live)| **live);
    let mut all: Vec<Subject> = rows
        .map(|(row, _)| {
            let day = match field.map(|f| office.value(kind, row, f)) {
                Some(Value::Moment(m)) => m,
                _ => Moment::day(office.as_of),
            };
            Subject {
                name: file_name(office.record_id(kind, row)),
                period: Period::containing(Unit::Year, day.date()),
                record: Some((kind, row)),
                cut: day.date().min(office.as_of),
                looks_back: false,
            }
        })
        .collect();
    all.sort_by_key(|s| (s.cut, s.record));
    all
}

/// What an edition stands for, in words.
pub fn in_words(office: &Office, subject: &Subject, lang: Lang) -> String {
    match subject.record {
        Some((kind, row)) => words::name(office, kind, row),
        None => words::period(subject.period, lang),
    }
}
