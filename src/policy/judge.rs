//! Verdicts → findings: rules run on an office, their messages, places and fingerprints; then waivers.

use rayon::prelude::*;

use super::compile::{Compiled, Rule};
use super::context::Context;
use super::message::Facts;
use super::operator;
use super::value::View;
use super::verdict::{Tally, Verdict};
use crate::finding::{Finding, Place, Related};
use crate::table::Office;
use crate::text::{Bilingual, Lang};

/// What one rule decided about one office.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// `<policy>/<rule>`.
    pub rule: String,
    /// What it asks.
    pub title: Bilingual,
    /// Clause of the source text.
    pub clause: String,
    /// The counts.
    pub tally: Tally,
    /// What is still due, as findings that are not yet due.
    pub pending: Vec<Finding>,
}

/// Judges an office by all its rules: findings, and what each rule decided.
pub fn judge(office: &Office, compiled: &Compiled) -> (Vec<Finding>, Vec<Judgement>) {
    let cx = Context::new(office, compiled);
    let parts: Vec<(Vec<Finding>, Judgement)> = compiled
        .rules
        .par_iter()
        .map(|rule| run(rule, &cx))
        .collect();
    let mut findings = Vec::new();
    let mut judgements = Vec::new();
    for (f, j) in parts {
        findings.extend(f);
        judgements.push(j);
    }
    (findings, judgements)
}

fn run(rule: &Rule, cx: &Context<'_>) -> (Vec<Finding>, Judgement) {
    let outcome = operator::evaluate(rule, cx);
    let made: Vec<(bool, Finding)> = outcome
        .verdicts
        .par_iter()
        .map(|v| (v.pending, finding(rule, cx, v)))
        .collect();
    let (pending, findings): (Vec<_>, Vec<_>) = made.into_iter().partition(|(pending, _)| *pending);
    let judgement = Judgement {
        rule: rule.name.clone(),
        title: rule.title.clone(),
        clause: rule.clause.clone(),
        tally: outcome.tally,
        pending: pending.into_iter().map(|(_, f)| f).collect(),
    };
    (findings.into_iter().map(|(_, f)| f).collect(), judgement)
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
    let names = |lang: Lang, sep: &str| match v.record {
        Some((k, _)) => v
            .fields
            .iter()
            .map(|f| schema.get(k).get(*f).label.get(lang))
            .collect::<Vec<_>>()
            .join(sep),
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
    };
    let (zh, en) = messages(rule, cx, v, &facts);
    let fingerprint = crate::finding::fingerprint(&[
        &rule.name,
        &office.id,
        kind.as_deref().unwrap_or(""),
        record.as_deref().unwrap_or(""),
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
        message: Bilingual { zh, en },
        help: rule.help.clone(),
        clause: rule.clause.clone(),
        due: v.due,
        waived: false,
        related: related(cx, v),
        fingerprint,
    }
}

fn messages(rule: &Rule, cx: &Context<'_>, v: &Verdict, facts: &Facts) -> (String, String) {
    let none = View {
        item: None,
        subject: None,
        ..View::of(cx.office, (crate::schema::KindId(0), 0))
    };
    let view = match v.record {
        Some(record) if rule.each == Some(record.0) => cx.view(rule, record),
        Some(record) => View::of(cx.office, record),
        None => none,
    };
    let say = |t: &super::message::Template, lang| t.render(lang, &view, v.record, facts);
    (
        say(&rule.message.0, Lang::Zh),
        say(&rule.message.1, Lang::En),
    )
}

fn related(cx: &Context<'_>, v: &Verdict) -> Vec<Related> {
    let one = |(kind, row): &(crate::schema::KindId, u32)| {
        let id = cx.office.record_id(*kind, *row);
        let label = &cx.office.schema.get(*kind).label;
        Related {
            place: Place {
                excerpt: String::new(),
                ..cx.office.place(*kind, *row, None)
            },
            message: Bilingual::new(
                format!("{}「{id}」未达到", label.zh),
                format!("{} `{id}` falls short", label.en),
            ),
        }
    };
    v.related.iter().map(one).collect()
}
