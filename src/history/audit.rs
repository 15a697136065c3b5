//! What the history says of the records: entered late, changed after somebody signed, deleted.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use gix::ObjectId;

use super::blob::{LAST, Reading};
use super::repo::{Repo, Revision};
use super::trail::{self, Trail, Way};
use crate::finding::{Finding, Place, Severity, fingerprint, sort_and_dedupe};
use crate::pipeline::{self, Failure, Request};
use crate::policy::compile::Compiled;
use crate::policy::covers;
use crate::schema::KindId;
use crate::table::Office;
use crate::text::Bilingual;

/// How far the history can tell.
#[derive(Clone, Debug)]
pub struct Told {
    /// The commits that were looked at.
    pub commits: u64,
    /// The commit that is checked out.
    pub head: ObjectId,
    /// The revision after which it was looked at.
    pub since: Option<Revision>,
    /// Whether the clone leaves out older commits.
    pub shallow: bool,
    /// Records of which nobody can tell when they came.
    pub untold: u64,
}

/// What an audit found.
pub struct Audited {
    /// In order of file, line, column and rule.
    pub findings: Vec<Finding>,
    /// How far it could tell.
    pub told: Told,
    /// Offices.
    pub offices: u64,
    /// Records.
    pub records: u64,
}

/// Asks the history of a workspace's repository.
///
/// # Errors
/// No repository, no such revision, a broken office.yaml.
pub fn audit(request: &Request, since: Option<&str>) -> Result<Audited, Failure> {
    let repo = Repo::of(&request.root)?;
    let since = since.map(|rev| repo.revision(rev)).transpose()?;
    // What is dated later than today is evidence too.
    let offices = pipeline::offices(&Request {
        as_of: LAST,
        everything: true,
        ..request.clone()
    })?;
    let mut zones = BTreeMap::new();
    for (office, _) in &offices {
        zones.insert(office.id.clone(), office.config.timezone);
    }
    let Some(schema) = offices.first().map(|(o, _)| &o.schema) else {
        return Err(pipeline::no_office());
    };
    let trail = trail::follow(&repo, schema, &zones, since.as_ref())?;
    let mut ask = Ask {
        repo: &repo,
        trail: &trail,
        request,
        reading: Reading::new(schema),
        findings: Vec::new(),
        untold: 0,
    };
    for (office, compiled) in &offices {
        ask.office(office, compiled)?;
    }
    ask.gone_offices(&offices)?;
    let (mut findings, untold) = (ask.findings, ask.untold);
    sort_and_dedupe(&mut findings);
    let cut = u64::from(trail.walk.cut && since.is_some());
    Ok(Audited {
        findings,
        offices: offices.len() as u64,
        records: offices
            .iter()
            .flat_map(|(o, _)| o.tables.iter().map(|t| t.len() as u64))
            .sum(),
        told: Told {
            commits: trail.walk.commits.len() as u64 - cut,
            head: trail
                .walk
                .commits
                .last()
                .map_or(repo.git.object_hash().null(), |c| c.id),
            since,
            shallow: trail.walk.shallow,
            untold,
        },
    })
}

/// The questions, with what they are asked of.
pub(super) struct Ask<'a> {
    pub(super) repo: &'a Repo,
    pub(super) trail: &'a Trail,
    pub(super) request: &'a Request,
    pub(super) reading: Reading,
    pub(super) findings: Vec<Finding>,
    pub(super) untold: u64,
}

/// What a finding is about.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) office: &'a Office,
    pub(super) kind: KindId,
    pub(super) id: &'a str,
}

impl Ask<'_> {
    fn office(&mut self, office: &Office, compiled: &Compiled) -> Result<(), Failure> {
        let Some(number) = self.trail.offices.get(&office.id).copied() else {
            return Ok(());
        };
        self.late(office, compiled, number);
        self.changed(office, number);
        self.deleted(office, number)
    }

    pub(super) fn way(&self, number: u32, kind: KindId, id: &str) -> Option<&Way> {
        self.trail.ways.get(&(number, kind, id.into()))
    }

    /// The day of a commit where the office is.
    pub(super) fn day(&self, commit: usize, zone: Tz) -> NaiveDate {
        let time = self.trail.walk.commits.get(commit).map_or(0, |c| c.time);
        let time = DateTime::from_timestamp(time, 0).unwrap_or_default();
        time.with_timezone(&zone).date_naive()
    }

    /// A commit as a message names it: id, day, author.
    pub(super) fn named(&self, commit: usize, zone: Tz) -> (String, String) {
        let Some(c) = self.trail.walk.commits.get(commit) else {
            return Default::default();
        };
        let (id, day) = (c.id.to_hex_with_len(10), self.day(commit, zone));
        let who = self.repo.author(c.id);
        (
            format!("提交 {id}，{day}，{who}"),
            format!("commit {id}, {day}, {who}"),
        )
    }

    /// Adds a finding; one that office.yaml waives is marked.
    pub(super) fn tell(&mut self, office: &Office, mut finding: Finding) {
        let as_of = self.request.as_of;
        let holds = office
            .config
            .waivers
            .iter()
            .filter(|w| w.until.is_none_or(|u| as_of <= u));
        finding.waived = holds.into_iter().any(|w| covers(w, &finding));
        self.findings.push(finding);
    }
}

/// A finding about a record; an error, unless it is said otherwise.
pub(super) fn finding(
    rule: &str,
    about: About<'_>,
    place: Place,
    message: Bilingual,
    help: Bilingual,
) -> Finding {
    let rule = format!("history/{rule}");
    let kind = &about.office.schema.get(about.kind).name;
    let office = &about.office.id;
    Finding {
        fingerprint: fingerprint(&[&rule, office, kind, about.id, ""]),
        rule,
        office: office.clone(),
        kind: Some(kind.clone()),
        record: Some(about.id.to_owned()),
        ..bare(place, message, help)
    }
}

/// A finding without what identifies it.
pub(super) fn bare(place: Place, message: Bilingual, help: Bilingual) -> Finding {
    Finding {
        severity: Severity::Error,
        place,
        message,
        help,
        ..Finding::default()
    }
}
