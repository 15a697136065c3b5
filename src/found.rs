//! What a check found, in order. Ten million faults in a year's records must not need gigabytes: each is a verdict and its
//! place until somebody asks to be told it.

use std::cmp::Ordering;

use rayon::prelude::*;

use crate::finding::{Finding, Place, Severity};
use crate::pipeline::Judged;
use crate::policy::verdict::Verdict;
use crate::policy::{Teller, Waiving};
use crate::table::Office;

/// Everything found, sorted by file, line, column and rule.
#[derive(Debug, Default)]
pub struct Findings {
    all: Vec<Found>,
    /// What `core/*` found, told from the start: its words come from the loader.
    core: Vec<Finding>,
    /// Every file that something lies in, sorted.
    files: Vec<String>,
    /// Every rule's name, sorted.
    rules: Vec<String>,
}

/// One thing found.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    file: u32,
    /// The byte at which it stands: in one file the order of bytes is that of lines and columns.
    at: u32,
    rule: u16,
    /// Which of the offices.
    pub office: u16,
    /// Error or warning, as adopted.
    pub severity: Severity,
    /// Whether a waiver in office.yaml covers it.
    pub waived: bool,
    from: From,
}

#[derive(Clone, Copy, Debug)]
enum From {
    /// A place in `Findings::core`.
    Core(u32),
    /// A judgement of the office, and a verdict among those missed.
    Rule(u16, u32),
}

/// What one office gives, before all are put in order.
pub struct Parts {
    all: Vec<Found>,
    core: Vec<Finding>,
}

impl Findings {
    /// Puts what each office gave in order; `judged` and `parts` are of the same offices.
    pub fn new(judged: &[Judged], parts: Vec<Parts>) -> Self {
        let mut findings = Self::default();
        let (files, rules) = names(judged, &parts);
        for (office, (judged, part)) in judged.iter().zip(parts).enumerate() {
            let file_of: Vec<u32> = judged
                .office
                .files
                .iter()
                .map(|f| rank(&files, &f.path))
                .collect();
            let rule_of: Vec<u16> = judged
                .judgements
                .iter()
                .map(|j| u16::try_from(rank(&rules, &j.rule)).unwrap_or(u16::MAX))
                .collect();
            let before = u32::try_from(findings.core.len()).unwrap_or(u32::MAX);
            findings.all.extend(part.all.into_iter().map(|f| {
                let (file, rule, from) = match f.from {
                    From::Rule(j, _) if f.file == HOME => {
                        let home = rank(&files, &judged.office.config.place.file);
                        (home, rule_of[usize::from(j)], f.from)
                    }
                    From::Rule(j, _) => (file_of[f.file as usize], rule_of[usize::from(j)], f.from),
                    From::Core(at) => {
                        let told = &part.core[at as usize];
                        let rule = u16::try_from(rank(&rules, &told.rule)).unwrap_or(u16::MAX);
                        (
                            rank(&files, &told.place.file),
                            rule,
                            From::Core(at + before),
                        )
                    }
                };
                let office = u16::try_from(office).unwrap_or(u16::MAX);
                Found {
                    file,
                    rule,
                    from,
                    office,
                    ..f
                }
            }));
            findings.core.extend(part.core);
        }
        findings.files = files;
        findings.rules = rules;
        findings.sort(judged);
        findings
    }

    fn sort(&mut self, judged: &[Judged]) {
        let mut all = std::mem::take(&mut self.all);
        let tellers = tellers(judged);
        let key = |f: &Found| (f.file, f.at, f.rule);
        all.par_sort_by(|a, b| {
            key(a)
                .cmp(&key(b))
                .then_with(|| self.further(judged, &tellers, a, b))
        });
        all.dedup_by(|b, a| {
            key(a) == key(b)
                && self.further(judged, &tellers, a, b).is_eq()
                && self.tell(&tellers, a) == self.tell(&tellers, b)
        });
        self.all = all;
    }

    /// The order of what one rule found in one place.
    fn further(
        &self,
        judged: &[Judged],
        tellers: &[Telling<'_>],
        a: &Found,
        b: &Found,
    ) -> Ordering {
        let about = |f: &Found| self.about(judged, f);
        about(a).cmp(&about(b)).then_with(|| {
            let (a, b) = (self.tell(tellers, a), self.tell(tellers, b));
            (&a.field, &a.message.zh).cmp(&(&b.field, &b.message.zh))
        })
    }

    /// The record and the period that something is about.
    fn about<'a>(&'a self, judged: &'a [Judged], f: &Found) -> (Option<&'a str>, Option<&'a str>) {
        match f.from {
            From::Core(at) => {
                let told = &self.core[at as usize];
                (told.record.as_deref(), told.period.as_deref())
            }
            From::Rule(j, at) => {
                let judged = &judged[usize::from(f.office)];
                about(
                    &judged.office,
                    &judged.judgements[usize::from(j)].missed[at as usize],
                )
            }
        }
    }

    fn tell(&self, tellers: &[Telling<'_>], f: &Found) -> Finding {
        let told = match f.from {
            From::Core(at) => self.core[at as usize].clone(),
            From::Rule(j, at) => {
                let (judged, teller) = &tellers[usize::from(f.office)];
                let verdict = &judged.judgements[usize::from(j)].missed[at as usize];
                teller.tell(usize::from(j), verdict)
            }
        };
        Finding {
            waived: f.waived,
            ..told
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// One by its place in the order, untold.
    pub fn get(&self, at: usize) -> Option<&Found> {
        self.all.get(at)
    }

    /// Each, untold.
    pub fn iter(&self) -> std::slice::Iter<'_, Found> {
        self.all.iter()
    }

    /// The file that something lies in, below the workspace.
    pub fn file(&self, f: &Found) -> &str {
        &self.files[f.file as usize]
    }

    /// The name of the rule that found it.
    pub fn rule(&self, f: &Found) -> &str {
        &self.rules[usize::from(f.rule)]
    }

    /// Tells these, in order, on all cores; no more than a few thousand are held at a time.
    pub fn told<'a>(
        &'a self,
        judged: &'a [Judged],
        these: impl Iterator<Item = &'a Found> + 'a,
    ) -> impl Iterator<Item = Finding> + 'a {
        const CHUNK: usize = 8192;
        let tellers = tellers(judged);
        let mut these = these.fuse();
        let mut ready: std::vec::IntoIter<Finding> = Vec::new().into_iter();
        std::iter::from_fn(move || {
            if let Some(f) = ready.next() {
                return Some(f);
            }
            let next: Vec<&Found> = these.by_ref().take(CHUNK).collect();
            let told: Vec<Finding> = next.par_iter().map(|f| self.tell(&tellers, f)).collect();
            ready = told.into_iter();
            ready.next()
        })
    }

    /// Keeps some, one `true` each.
    pub fn keep(&mut self, kept: &[bool]) {
        let mut kept = kept.iter();
        self.all.retain(|_| kept.next() == Some(&true));
    }

    /// Keeps those that `keep`, which is told each, says yes to.
    pub fn retain(&mut self, judged: &[Judged], keep: impl Fn(&Finding) -> bool + Sync) {
        let tellers = tellers(judged);
        let all = std::mem::take(&mut self.all);
        self.all = all
            .into_par_iter()
            .filter(|f| keep(&self.tell(&tellers, f)))
            .collect();
    }
}

/// The file of what is not about a record: the office's own.
const HOME: u32 = u32::MAX;

impl Parts {
    /// What one office gives: what `core/*` found in its files, and what its rules missed, with the waivers that cover it.
    pub fn of(judged: &Judged, mut core: Vec<Finding>) -> Self {
        let (office, compiled) = (&judged.office, &judged.compiled);
        let mut all: Vec<Found> = judged
            .judgements
            .par_iter()
            .enumerate()
            .flat_map_iter(|(j, judgement)| {
                let j = u16::try_from(j).unwrap_or(u16::MAX);
                let each = (0..).zip(&judgement.missed);
                each.map(move |(at, v)| {
                    let (file, at_byte) = place(office, v);
                    Found {
                        file,
                        at: at_byte,
                        rule: 0,
                        office: 0,
                        severity: judgement.severity,
                        waived: false,
                        from: From::Rule(j, at),
                    }
                })
            })
            .collect();
        let mut waiving = Waiving::of(office);
        let waived = all.iter_mut();
        for f in waived.filter(|_| !office.config.waivers.is_empty()) {
            let From::Rule(j, at) = f.from else { continue };
            let judgement = &judged.judgements[usize::from(j)];
            let (record, period) = about(office, &judgement.missed[at as usize]);
            f.waived = waiving.covers(&judgement.rule, record, period);
        }
        core.iter_mut().for_each(|f| waiving.mark(f));
        core.extend(waiving.notes(compiled));
        all.extend((0..).zip(&core).map(|(at, f)| Found {
            file: HOME,
            at: byte(office, &f.place),
            rule: 0,
            office: 0,
            severity: f.severity,
            waived: f.waived,
            from: From::Core(at),
        }));
        Self { all, core }
    }
}

/// An office, and what tells its verdicts.
type Telling<'a> = (&'a Judged, Teller<'a>);

fn tellers(judged: &[Judged]) -> Vec<Telling<'_>> {
    judged.iter().map(|j| (j, j.teller())).collect()
}

/// The record and the period that a verdict is about.
fn about<'a>(office: &'a Office, v: &'a Verdict) -> (Option<&'a str>, Option<&'a str>) {
    let id = |(kind, row)| office.record_id(kind, row);
    (v.record.map(id), v.period.as_deref())
}

/// Where a verdict points: the file among the office's, and the byte in it.
fn place(office: &Office, v: &Verdict) -> (u32, u32) {
    match v.record {
        Some((kind, row)) => office.byte_of(kind, row, v.fields.first().copied()),
        None => (HOME, byte(office, &office.config.place)),
    }
}

/// The byte of a place; in a file that holds no record, a number in the order of its lines and columns.
fn byte(office: &Office, place: &Place) -> u32 {
    match office.files.iter().find(|f| f.path == place.file) {
        Some(file) => file.byte_at(place.line, place.column),
        None => (place.line << 12) | place.column.min(0xfff),
    }
}

/// The names of all files and of all rules, sorted.
fn names(judged: &[Judged], parts: &[Parts]) -> (Vec<String>, Vec<String>) {
    let (mut files, mut rules) = (Vec::new(), Vec::new());
    for (j, part) in judged.iter().zip(parts) {
        files.extend(j.office.files.iter().map(|f| f.path.clone()));
        files.push(j.office.config.place.file.clone());
        files.extend(part.core.iter().map(|f| f.place.file.clone()));
        rules.extend(j.judgements.iter().map(|j| j.rule.clone()));
        rules.extend(part.core.iter().map(|f| f.rule.clone()));
    }
    for all in [&mut files, &mut rules] {
        all.sort_unstable();
        all.dedup();
    }
    (files, rules)
}

/// A name's place among sorted names that hold it.
fn rank(names: &[String], name: &str) -> u32 {
    let at = names.binary_search_by(|n| n.as_str().cmp(name));
    u32::try_from(at.unwrap_or(0)).unwrap_or(u32::MAX)
}
