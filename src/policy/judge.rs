//! Verdicts → findings: rules run on an office, their messages, places and fingerprints; then waivers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::compile::{Body, Compiled, Rule};
use super::context::{Context, Ready};
use super::definition::Number;
use super::message::Facts;
use super::operator;
use super::value::View;
use super::verdict::{Outcome, Reckoned, Tally, Verdict};
use super::waive::note;
use crate::finding::{Finding, Place, Related, Severity};
use crate::schema::{FieldId, KindId};
use crate::table::Office;
use crate::text::{Bilingual, Lang};

/// What one rule decided about one office.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// `<policy>/<rule>`.
    pub rule: String,
    /// The policy's id.
    pub policy: String,
    /// What it asks.
    pub title: Bilingual,
    /// Clause of the source text.
    pub clause: String,
    /// Error or warning, as adopted.
    pub severity: Severity,
    /// Who answers for a miss, as a path of references; whoever answers for the kind when absent.
    pub who: Option<String>,
    /// Its numbers in force.
    pub numbers: BTreeMap<String, Number>,
    /// First day of this wording; a policy adopted in two wordings has two judgements of each rule.
    pub from: Option<NaiveDate>,
    /// Last day of this wording.
    pub until: Option<NaiveDate>,
    /// The counts; a waived miss is a miss (its finding says that it is waived).
    pub tally: Tally,
    /// The shares it reckoned, where it asks for one.
    pub shares: Vec<Reckoned>,
    /// What is missed, in order of the records.
    pub missed: Vec<Verdict>,
    /// What is still due, in order of the records.
    pub pending: Vec<Verdict>,
}

/// What all rules decided about an office.
#[derive(Clone, Debug, Default)]
pub struct Verdicts {
    /// Rule by rule, in the order of [`Compiled::rules`].
    pub judgements: Vec<Judgement>,
    /// What is wrong beside the rules: years whose public calendar is missing.
    pub notes: Vec<Finding>,
    /// For [`Teller::with`].
    pub ready: Arc<Ready>,
}

/// Judges an office by all its rules.
pub fn judge(office: &Office, compiled: &Compiled) -> Verdicts {
    let cx = Context::new(office, compiled);
    let parts: Vec<(Judgement, BTreeSet<i32>)> = compiled
        .rules
        .par_iter()
        .map(|rule| run(rule, &cx))
        .collect();
    let mut judgements = Vec::with_capacity(parts.len());
    let mut years = BTreeSet::new();
    for (judgement, own) in parts {
        judgements.push(judgement);
        years.extend(own);
    }
    Verdicts {
        judgements,
        notes: years.iter().map(|y| no_calendar(office, *y)).collect(),
        ready: cx.ready(),
    }
}

fn run(rule: &Rule, cx: &Context<'_>) -> (Judgement, BTreeSet<i32>) {
    let mut outcome = operator::evaluate(rule, cx);
    once_each(&mut outcome, cx.office);
    let (pending, missed) = if outcome.tally.pending == 0 {
        (Vec::new(), outcome.verdicts)
    } else {
        outcome.verdicts.into_iter().partition(|v| v.pending)
    };
    let judgement = Judgement {
        rule: rule.name.clone(),
        policy: rule.policy.clone(),
        title: rule.title.clone(),
        clause: rule.clause.clone(),
        severity: rule.severity,
        who: rule.who.clone(),
        numbers: rule.numbers.clone(),
        from: rule.from,
        until: rule.until,
        tally: outcome.tally,
        shares: outcome.shares,
        missed,
        pending,
    };
    (judgement, outcome.years)
}

/// Tells verdicts as findings: their words, places and fingerprints. A verdict is small; a finding is made where it is shown.
pub struct Teller<'a>(Context<'a>);

impl<'a> Teller<'a> {
    /// Tells what was decided about an office; `ready` is of the [`Verdicts`].
    pub fn with(office: &'a Office, compiled: &'a Compiled, ready: Arc<Ready>) -> Self {
        Self(Context::with(office, compiled, ready))
    }

    /// The finding of a verdict by the rule at this place in [`Compiled::rules`], not waived.
    pub fn tell(&self, rule: usize, verdict: &Verdict) -> Finding {
        finding(&self.0.compiled.rules[rule], &self.0, verdict)
    }

    /// All that is missed, rule by rule.
    pub fn missed<'s>(&'s self, judgements: &'s [Judgement]) -> impl Iterator<Item = Finding> + 's {
        let all = judgements.iter().enumerate();
        all.flat_map(move |(i, j)| j.missed.iter().map(move |v| self.tell(i, v)))
    }

    /// All that is still due, rule by rule, as findings that are not yet due.
    pub fn pending<'s>(
        &'s self,
        judgements: &'s [Judgement],
    ) -> impl Iterator<Item = (&'s Judgement, Finding)> + 's {
        let all = judgements.iter().enumerate();
        all.flat_map(move |(i, j)| j.pending.iter().map(move |v| (j, self.tell(i, v))))
    }
}

/// One verdict for each (kind, record, period): where an id is used twice, the first record speaks for it. Records
/// without an id are told apart by their place.
fn once_each(outcome: &mut Outcome, office: &Office) {
    let kinds: BTreeSet<KindId> = outcome
        .verdicts
        .iter()
        .filter_map(|v| v.record.map(|(kind, _)| kind))
        .collect();
    if kinds.iter().all(|kind| office.ids_are_unique(*kind)) {
        return;
    }
    let mut seen = FxHashSet::default();
    outcome.verdicts.retain(|v| match v.record {
        Some((kind, row)) => {
            let id = office.record_id(kind, row);
            id.is_empty() || seen.insert((kind, id, v.period.clone()))
        }
        None => true,
    });
    let all = outcome.verdicts.len() as u64;
    outcome.tally.pending = outcome.verdicts.iter().filter(|v| v.pending).count() as u64;
    outcome.tally.missed = all - outcome.tally.pending;
}

fn no_calendar(office: &Office, year: i32) -> Finding {
    let mut f = note(
        office,
        "no-calendar",
        &year.to_string(),
        &office.config.place,
        Bilingual::new(
            format!("{year} 年的节假日安排尚未公布，需要它的工作日期限没有判断"),
            format!(
                "the public calendar of {year} is not published; deadlines in working days that need it were not judged"
            ),
        ),
        Bilingual::new(
            "等国务院公布该年的放假安排后，用新版本再查。",
            "Check again with a newer version once the calendar is published.",
        ),
    );
    f.period = Some(year.to_string());
    f
}

fn finding(rule: &Rule, cx: &Context<'_>, v: &Verdict) -> Finding {
    let office = cx.office;
    let schema = &office.schema;
    let kind = v.record.map(|(k, _)| schema.get(k).name.clone());
    let record = v.record.map(|(k, r)| office.record_id(k, r).to_owned());
    let place = match v.record {
        Some((k, r)) => office.place(k, r, v.fields.first().copied()),
        None => office.config.place.clone(),
    };
    let message = match (v.pending, &rule.body) {
        (
            true,
            Body::Require(..)
            | Body::Within(_)
            | Body::Filing(_)
            | Body::Agree(_)
            | Body::Spacing(_),
        ) => awaited(rule, office, v),
        _ => messages(rule, cx, v),
    };
    let fingerprint = crate::finding::fingerprint(&[
        &rule.name,
        &office.id,
        kind.as_deref().unwrap_or(""),
        &v.record
            .map_or(String::new(), |(k, r)| office.identity(k, r)),
        v.period.as_deref().unwrap_or(""),
    ]);
    Finding {
        rule: rule.name.clone(),
        severity: rule.severity,
        office: office.id.clone(),
        field: v
            .record
            .and_then(|(k, _)| v.fields.first().map(|f| schema.get(k).get(*f).name.clone())),
        kind,
        record,
        period: v.period.clone(),
        place,
        message,
        help: rule.help.clone(),
        clause: rule.clause.clone(),
        due: v.due,
        waived: false,
        related: related(cx, v),
        fingerprint,
        short: short(rule, v),
    }
}

/// How far a share falls short, in millionths: of what was met, or of what a maximum counts.
fn short(rule: &Rule, v: &Verdict) -> Option<u32> {
    let Body::Rate(_) = rule.body else {
        return None;
    };
    let bad = if v.counted {
        v.met
    } else {
        v.population.saturating_sub(v.met)
    };
    let share = u128::from(bad) * 1_000_000 / u128::from(v.population.max(1));
    u32::try_from(share).ok()
}

/// What is still awaited: the rule's title, whose turn it is, and the last day.
fn awaited(rule: &Rule, office: &Office, v: &Verdict) -> Bilingual {
    let (zh, en) = match (v.record, &v.period) {
        (_, Some(period)) => (period.clone(), period.clone()),
        (Some((k, r)), None) => {
            let (label, id) = (&office.schema.get(k).label, office.record_id(k, r));
            (
                format!("{}「{id}」", label.zh),
                format!("{} `{id}`", label.en),
            )
        }
        (None, None) => (String::new(), String::new()),
    };
    let due = v.due.map(|d| d.to_string()).unwrap_or_default();
    Bilingual::new(
        format!("{}：{zh}，最迟 {due}", rule.title.zh),
        format!("{}: {en}, by {due}", rule.title.en),
    )
}

fn messages(rule: &Rule, cx: &Context<'_>, v: &Verdict) -> Bilingual {
    let office = cx.office;
    let names = |lang: Lang, sep: &str| match v.record {
        Some((k, _)) => {
            let label = |f: &FieldId| office.schema.get(k).get(*f).label.get(lang);
            v.fields.iter().map(label).collect::<Vec<_>>().join(sep)
        }
        None => String::new(),
    };
    let facts = Facts {
        fields: (names(Lang::Zh, "、"), names(Lang::En, ", ")),
        due: v.due.map(|d| d.to_string()).unwrap_or_default(),
        late: v.due.map_or(0, |d| (office.as_of - d).num_days().max(0)),
        period: v.period.clone().unwrap_or_default(),
        count: v.count,
        met: v.met,
        population: v.population,
        told: v.told.clone(),
    };
    let none = View {
        item: None,
        subject: None,
        ..View::of(office, (KindId(0), 0))
    };
    let view = match v.record {
        Some(record) if rule.each == Some(record.0) => cx.view(rule, record),
        Some(record) => View::of(office, record),
        None => none,
    };
    let say = |t: &super::message::Template, lang| t.render(lang, &view, v.record, &facts);
    Bilingual::new(
        say(&rule.message.0, Lang::Zh),
        say(&rule.message.1, Lang::En),
    )
}

fn related(cx: &Context<'_>, v: &Verdict) -> Vec<Related> {
    let (zh, en) = if v.counted {
        ("计入其中", "counts towards it")
    } else {
        ("未达到", "falls short")
    };
    let one = |(kind, row): &(KindId, u32)| {
        let id = cx.office.record_id(*kind, *row);
        let label = &cx.office.schema.get(*kind).label;
        Related {
            place: Place {
                excerpt: String::new(),
                ..cx.office.place(*kind, *row, None)
            },
            message: Bilingual::new(
                format!("{}「{id}」{zh}", label.zh),
                format!("{} `{id}` {en}", label.en),
            ),
        }
    };
    v.related.iter().map(one).collect()
}
