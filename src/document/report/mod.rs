//! Reports: an office's figures and findings, told by period, as recipes for PDF, HTML, CSV and JSON.
//!
//! `manifest` (as written in `templates/reports/<id>/report.yaml`) → `compiled` (names resolved) → `edition` (the office
//! as it stood at the period's end, judged once a day by `snapshots`) → `maker` (blocks of one office) or `group` (of
//! all together) → `making` (files). No line here names a report, a policy or a kind.

mod agenda;
mod answers;
pub mod block;
mod compiled;
mod compliance;
mod data;
mod edition;
mod flows;
mod group;
mod kept;
mod lists;
mod maker;
mod making;
mod manifest;
mod rates;
mod rules;
mod snapshots;
mod source;
mod sums;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use rayon::prelude::*;

use self::compiled::Report;
pub(crate) use self::compiled::reports;
use self::edition::{Edition, Subject, subjects};
use self::making::{Making, Together};
use self::manifest::{Per, Whole};
use self::snapshots::Days;
use super::redact::Redaction;
use super::{Recipe, TemplateFault, Templates};
use crate::calendar::Period;
use crate::pipeline::{Checked, Judged};
use crate::policy::Packs;

/// Which paths below `output/` are asked for.
pub type Wants<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// The recipes of every report that is due: those that an office's policies prescribe or that every office gets, office
/// by office in order of their paths; then those of all offices together. Each office's are handed on at once.
///
/// # Errors
/// A manifest that is malformed or names what is not there, or whatever ends the handing on.
pub fn each<E: From<TemplateFault>>(
    checked: &Checked,
    templates: &Templates,
    wants: Wants<'_>,
    mut hand_on: impl FnMut(Vec<Recipe>) -> Result<(), E>,
) -> Result<(), E> {
    let Some(first) = checked.offices.first() else {
        return Ok(());
    };
    let reports = compiled::reports(templates, &first.office.schema)?;
    for judged in &checked.offices {
        let own = of_office(&reports, judged, &checked.packs, templates, wants)?;
        hand_on(own)?;
    }
    if checked.offices.len() > 1 {
        hand_on(of_group(&reports, checked, templates, wants)?)?;
    }
    Ok(())
}

/// What [`each`] hands on, all of it.
///
/// # Errors
/// A manifest that is malformed or names what is not there.
pub fn recipes(
    checked: &Checked,
    templates: &Templates,
    wants: Wants<'_>,
) -> Result<Vec<Recipe>, TemplateFault> {
    let mut all = Vec::new();
    each(checked, templates, wants, |some| {
        all.extend(some);
        Ok::<(), TemplateFault>(())
    })?;
    Ok(all)
}

/// Whether an office gets a report: every office does, or one of the policies that it adopted asks for it.
fn is_due(report: &Report, judged: &Judged, packs: &Packs) -> bool {
    let adoptions = judged.office.config.adoptions.iter();
    let mut adopted = adoptions.filter_map(|a| packs.get(&a.policy));
    report.manifest.always || adopted.any(|p| p.reports.contains(&report.manifest.id))
}

/// An edition to be made: the report, and the editions up to it.
struct Job<'a> {
    report: &'a Report,
    history: Vec<Subject>,
}

impl Job<'_> {
    fn days(&self) -> Vec<NaiveDate> {
        let compares = self.report.manifest.compares();
        let last = self.history.last();
        last.map_or_else(Vec::new, |s| Edition::days(s, compares))
    }
}

fn of_office(
    reports: &[Report],
    judged: &Judged,
    packs: &Packs,
    templates: &Templates,
    wants: Wants<'_>,
) -> Result<Vec<Recipe>, TemplateFault> {
    let redaction = Redaction::of(&judged.office, templates);
    let mut jobs = Vec::new();
    let mine = |r: &&Report| r.manifest.scope.contains(&Whole::Office) && is_due(r, judged, packs);
    for report in reports.iter().filter(mine) {
        for editions in subjects(report, &judged.office) {
            for (i, subject) in editions.iter().enumerate() {
                if making::is_wanted(&judged.office.id, report, subject, wants) {
                    let history = editions[..=i].to_vec();
                    jobs.push(Job { report, history });
                }
            }
        }
    }
    // Those that share a day stand together, whatever report they are of.
    jobs.sort_by_key(|j| j.history.last().map(|s| s.cut));
    let make = |job: &Job<'_>, taken: &Days| {
        let Some(edition) = Edition::of(&job.history, taken) else {
            return Ok(Vec::new());
        };
        let making = Making {
            report: job.report,
            judged,
            packs,
            redaction: &redaction,
        };
        making.files(&edition)
    };
    let mut made: Vec<Recipe> = snapshots::each(judged, &jobs, Job::days, make)?
        .into_iter()
        .flatten()
        .collect();
    made.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(made)
}

/// The reports of all offices together, period by period.
fn of_group(
    reports: &[Report],
    checked: &Checked,
    templates: &Templates,
    wants: Wants<'_>,
) -> Result<Vec<Recipe>, TemplateFault> {
    let redactions: Vec<Redaction> = checked
        .offices
        .iter()
        .map(|j| Redaction::of(&j.office, templates))
        .collect();
    let mine = |r: &&Report| r.manifest.scope.contains(&Whole::Group);
    let mut all = Vec::new();
    for report in reports.iter().filter(mine) {
        let due = |j: &Judged| is_due(report, j, &checked.packs);
        let members: Vec<(&Judged, &Redaction)> = checked
            .offices
            .iter()
            .zip(&redactions)
            .filter(|(j, _)| due(j))
            .collect();
        let Some((first, _)) = members.first() else {
            continue;
        };
        for period in periods(report, &members) {
            let subject = Subject::of_period(period, first.office.as_of);
            if !making::is_wanted("", report, &subject, wants) {
                continue;
            }
            let editions: Vec<Edition> = members
                .par_iter()
                .map(|(judged, _)| of_member(judged, &subject))
                .collect::<Vec<Option<Edition>>>()
                .into_iter()
                .flatten()
                .collect();
            let together = Together {
                report,
                packs: &checked.packs,
                members: &members,
                editions: &editions,
            };
            all.extend(together.files(&subject)?);
        }
    }
    all.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(all)
}

/// An office's edition of a report of all together.
fn of_member(judged: &Judged, subject: &Subject) -> Option<Edition> {
    let days = Edition::days(subject, false);
    let taken: Days = days
        .into_iter()
        .map(|day| {
            (
                day,
                std::sync::Arc::new(edition::Snapshot::take(judged, day)),
            )
        })
        .collect();
    Edition::of(std::slice::from_ref(subject), &taken)
}

/// The periods in which some office has something that a report counts.
fn periods(report: &Report, members: &[(&Judged, &Redaction)]) -> Vec<Period> {
    let mut all = BTreeSet::new();
    for (judged, _) in members {
        let per = report
            .manifest
            .per
            .iter()
            .zip(subjects(report, &judged.office));
        for (_, editions) in per.filter(|(per, _)| !matches!(per, Per::Each { .. } | Per::AsOf)) {
            all.extend(editions.iter().map(|s| s.period));
        }
    }
    all.into_iter().collect()
}
