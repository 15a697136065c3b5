//! Every stage, in order: workspace → packs → load → policy → findings. What `check` and `build` share.

mod unknown;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;

use crate::door;
use crate::finding::{Finding, Place, Severity};
use crate::found::{Findings, Parts};
use crate::load::photos::Look;
use crate::load::{self, Options};
use crate::policy::context::Ready as Links;
use crate::policy::{self, Compiled, Fault, Judgement, Packs, Teller};
use crate::schema::Schema;
use crate::table::{Office, OfficeConfig};
use crate::text::Bilingual;
use crate::workspace;
pub use unknown::root;
pub(crate) use unknown::{no_office, unknown_office, unknown_policy};

/// What is asked.
#[derive(Clone, Debug)]
pub struct Request {
    /// The workspace: a folder that holds `records/`.
    pub root: PathBuf,
    /// End of this day is now.
    pub as_of: NaiveDate,
    /// Only these offices.
    pub offices: Vec<String>,
    /// Only these policies (and `core`).
    pub policies: Vec<String>,
    /// Keep every field, as documents need.
    pub everything: bool,
}

/// Why nothing was judged.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The exit status: 2 used wrongly or a broken office.yaml or pack, 3 the program failed.
    pub status: u8,
    /// Where, if in a file of the workspace.
    pub place: Option<Place>,
    /// What went wrong.
    pub message: Bilingual,
    /// How to mend it, where that is known.
    pub help: Option<Bilingual>,
}

impl Failure {
    /// The command was used wrongly.
    pub fn usage(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            status: 2,
            place: None,
            message: Bilingual::new(zh, en),
            help: None,
        }
    }

    /// The program failed: a file could not be written, its own data are broken.
    pub fn program(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            status: 3,
            ..Self::usage(zh, en)
        }
    }

    /// With the name that may have been meant.
    #[must_use]
    pub fn suggesting(self, near: Option<&str>) -> Self {
        match near {
            Some(n) => self.helped(format!("是不是「{n}」？"), format!("did you mean `{n}`?")),
            None => self,
        }
    }

    /// With a way to mend it.
    #[must_use]
    pub fn helped(self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            help: Some(Bilingual::new(zh, en)),
            ..self
        }
    }
}

impl From<Vec<Fault>> for Failure {
    /// The first fault with its place; the others, each with its own, below it.
    fn from(faults: Vec<Fault>) -> Self {
        let mut failure = Self::usage("", "");
        for f in faults {
            if failure.place.is_none() {
                failure.place = Some(f.place);
                failure.message = f.message;
            } else {
                let p = &f.place;
                let at = format!("\n{}:{}:{}: ", p.file, p.line, p.column);
                failure.message.zh += &format!("{at}{}", f.message.zh);
                failure.message.en += &format!("{at}{}", f.message.en);
            }
        }
        failure
    }
}

impl From<serde_json::Error> for Failure {
    fn from(e: serde_json::Error) -> Self {
        Self::program(e.to_string(), e.to_string())
    }
}

impl From<workspace::Broken> for Failure {
    fn from(b: workspace::Broken) -> Self {
        Self {
            status: 2,
            place: Some(b.place),
            message: b.message,
            help: None,
        }
    }
}

/// One office judged.
#[derive(Debug)]
pub struct Judged {
    /// The office and its records.
    pub office: Office,
    /// What it adopted, compiled.
    pub compiled: Compiled,
    /// What each rule decided.
    pub judgements: Vec<Judgement>,
    /// What was worked out to judge it.
    pub ready: Arc<Links>,
}

impl Judged {
    /// What tells the verdicts.
    pub fn teller(&self) -> Teller<'_> {
        Teller::with(&self.office, &self.compiled, Arc::clone(&self.ready))
    }
}

/// What `check` found.
#[derive(Debug)]
pub struct Checked {
    /// All findings, sorted, untold.
    pub found: Findings,
    /// The offices in order.
    pub offices: Vec<Judged>,
    /// The packs there are.
    pub packs: Packs,
    /// The counts.
    pub summary: Summary,
}

impl Checked {
    /// All findings, told one after another: in order of file, line, column and rule.
    pub fn findings(&self) -> impl Iterator<Item = Finding> + '_ {
        self.found.told(&self.offices, self.found.iter())
    }
}

/// The counts of a check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Offices judged.
    pub offices: u64,
    /// Records read.
    pub records: u64,
    /// Findings of level error, waived ones apart.
    pub errors: u64,
    /// Findings of level warning, waived ones apart.
    pub warnings: u64,
    /// Waived findings.
    pub waived: u64,
    /// What is not yet due.
    pub pending: u64,
    /// What could not be judged.
    pub unjudged: u64,
}

impl Summary {
    /// Counts a finding: whether it is waived, and how grave it is.
    pub fn count(&mut self, waived: bool, severity: Severity) {
        match (waived, severity) {
            (true, _) => self.waived += 1,
            (false, Severity::Error) => self.errors += 1,
            (false, Severity::Warning) => self.warnings += 1,
        }
    }
}

/// Judges a workspace.
///
/// # Errors
/// No office, a broken office.yaml, an unknown policy or a broken pack.
pub fn check(request: &Request) -> Result<Checked, Failure> {
    let photos = door::Photos::of(&request.root);
    check_with(request, &|beside, named| Some(photos.look(beside, named)))
}

/// Judges records that were written aside; the photographs that they name are not there and are not asked for.
///
/// # Errors
/// As [`check`].
pub fn check_aside(request: &Request) -> Result<Checked, Failure> {
    check_with(request, &|_, _| None)
}

fn check_with(request: &Request, look: &Look<'_>) -> Result<Checked, Failure> {
    let fail = |m: String| Failure::program(m.clone(), m);
    let schema = Arc::new(Schema::embedded().map_err(fail)?);
    let packs = Packs::for_judging(&request.root, &schema)?;
    let ready = ready(request, &schema, &packs)?;
    let mut checked = Checked {
        found: Findings::default(),
        offices: Vec::new(),
        packs,
        summary: Summary::default(),
    };
    let judged: Vec<(Judged, Parts)> = ready
        .into_par_iter()
        .map(|office| judge(request, &schema, office, look))
        .collect();
    let (offices, parts) = judged.into_iter().unzip();
    checked.offices = offices;
    checked.found = Findings::new(&checked.offices, parts);
    checked.summary = summary(&checked);
    Ok(checked)
}

/// The offices with their records, and what they adopted; nothing is judged.
///
/// # Errors
/// As [`check`].
pub fn offices(request: &Request) -> Result<Vec<(Office, Compiled)>, Failure> {
    let schema = Schema::embedded().map_err(|m| Failure::program(m.clone(), m))?;
    let schema = Arc::new(schema);
    let packs = Packs::for_judging(&request.root, &schema)?;
    let load = |(id, folder, config, compiled): Ready| {
        let options = options(request, &schema, &compiled);
        let (office, _) = load::load_office(&request.root, &id, &folder, config, &options);
        (office, compiled)
    };
    let ready = ready(request, &schema, &packs)?;
    Ok(ready.into_par_iter().map(load).collect())
}

/// The offices that are asked about.
fn ready(request: &Request, schema: &Arc<Schema>, packs: &Packs) -> Result<Vec<Ready>, Failure> {
    known(&request.policies, packs)?;
    // Every office.yaml and pack is sound before any record is read; the first fault in order is told.
    let ready: Vec<Result<Ready, Failure>> = selected(request)?
        .into_par_iter()
        .map(|(id, folder)| {
            let config = workspace::read_config(&request.root, &folder)?;
            let compiled = adopt(&config, packs, schema, &request.policies)?;
            Ok((id, folder, config, compiled))
        })
        .collect();
    let ready = ready.into_iter().collect::<Result<Vec<Ready>, Failure>>()?;
    adopted(&request.policies, ready.iter().map(|r| &r.2))?;
    Ok(ready)
}

/// An office that can be judged: its id, its folder, its office.yaml and what it adopted.
type Ready = (String, PathBuf, OfficeConfig, Compiled);

fn judge(
    request: &Request,
    schema: &Arc<Schema>,
    (id, folder, config, compiled): Ready,
    look: &Look<'_>,
) -> (Judged, Parts) {
    let options = options(request, schema, &compiled);
    let (mut office, mut core) = load::load_office(&request.root, &id, &folder, config, &options);
    core.extend(load::glyph::check(&office, |all| {
        door::coverage(&request.root, all)
    }));
    office.photos = Arc::new(load::photos::see(&office, look));
    core.extend(load::photos::check(&office, &office.photos));
    let verdicts = policy::judge(&office, &compiled);
    core.extend(verdicts.notes);
    let judged = Judged {
        office,
        compiled,
        judgements: verdicts.judgements,
        ready: verdicts.ready,
    };
    let parts = Parts::of(&judged, core);
    (judged, parts)
}

/// The policies asked for exist.
fn known(policies: &[String], packs: &Packs) -> Result<(), Failure> {
    let Some(id) = policies.iter().find(|id| packs.get(id).is_none()) else {
        return Ok(());
    };
    Err(unknown_policy(id, packs))
}

/// Some office adopted each policy asked for: to judge nothing would look like being in order.
fn adopted<'a>(
    policies: &[String],
    configs: impl Iterator<Item = &'a OfficeConfig> + Clone,
) -> Result<(), Failure> {
    let has = |id: &String| {
        configs
            .clone()
            .any(|c| c.adoptions.iter().any(|a| a.policy == *id))
    };
    match policies.iter().find(|id| !has(id)) {
        None => Ok(()),
        Some(id) => Err(Failure::usage(
            format!("没有单位采用「{id}」这项制度"),
            format!("no office adopted the policy `{id}`"),
        )
        .helped(
            "aftercare policies 列出各单位采用的制度",
            "`aftercare policies` lists what the offices adopted",
        )),
    }
}

/// The offices that are asked for: id and folder.
pub(crate) fn selected(request: &Request) -> Result<Vec<(String, PathBuf)>, Failure> {
    let all = workspace::offices(&request.root);
    if all.is_empty() {
        return Err(no_office());
    }
    for wanted in &request.offices {
        if !all.iter().any(|(id, _)| id == wanted) {
            return Err(unknown_office(wanted, &all));
        }
    }
    Ok(all
        .into_iter()
        .filter(|(id, _)| request.offices.is_empty() || request.offices.contains(id))
        .collect())
}

/// Compiles what an office adopted.
///
/// # Errors
/// An unknown policy, rule or parameter, or a broken pack.
pub fn adopt(
    config: &OfficeConfig,
    packs: &Packs,
    schema: &Arc<Schema>,
    only: &[String],
) -> Result<Compiled, Failure> {
    let mut compiled = Compiled::default();
    for adoption in &config.adoptions {
        let Some(pack) = packs.get(&adoption.policy) else {
            let id = &adoption.policy;
            return Err(Failure {
                place: Some(adoption.place.clone()),
                ..unknown_policy(id, packs)
            });
        };
        if !only.is_empty() && !only.contains(&pack.id) {
            compiled.leave_out(pack);
            continue;
        }
        compiled.adopt(pack, adoption, schema)?;
    }
    compiled.rules.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(compiled)
}

fn options(request: &Request, schema: &Arc<Schema>, compiled: &Compiled) -> Options {
    if request.everything {
        return Options::all(Arc::clone(schema), request.as_of);
    }
    let mut options = Options::wanted(Arc::clone(schema), request.as_of);
    compiled.wanted(schema, &mut |kind, field, value| {
        options.want(kind, field, value)
    });
    options
}

fn summary(checked: &Checked) -> Summary {
    let mut s = Summary::default();
    for j in &checked.offices {
        s.offices += 1;
        s.records += j.office.len() as u64;
        s.pending += j.judgements.iter().map(|x| x.tally.pending).sum::<u64>();
        s.unjudged += j.judgements.iter().map(|x| x.tally.unjudged).sum::<u64>();
    }
    let each = checked.found.iter();
    each.for_each(|f| s.count(f.waived, f.severity));
    s
}
