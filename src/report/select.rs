//! Which findings are reported, and their counts: all, or those in some of the files.

use std::borrow::Cow;

use crate::finding::{Finding, Severity};
use crate::found::Found;
use crate::pipeline::{Checked, Judged, Summary};
use crate::policy::verdict::Verdict;
use crate::table::{Origin, Table};

/// What is reported, in order of file, line, column and rule.
pub struct Selection<'a> {
    items: Items<'a>,
    /// The counts of what is reported.
    pub summary: Summary,
}

enum Items<'a> {
    /// All that was found, or part of it: told when it is written.
    Found(&'a Checked, Option<Vec<&'a Found>>),
    /// What was told before.
    Told(&'a [Finding]),
}

/// What can be said of a finding without telling it.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The office's id.
    pub office: &'a str,
    /// The file it lies in.
    pub file: &'a str,
    /// The rule.
    pub rule: &'a str,
    /// Error or warning.
    pub severity: Severity,
    /// Whether a waiver covers it.
    pub waived: bool,
}

impl<'a> Selection<'a> {
    /// Everything found.
    pub fn all(checked: &'a Checked) -> Self {
        Self {
            items: Items::Found(checked, None),
            summary: checked.summary,
        }
    }

    /// What stands in the files that `covered` says yes to.
    pub fn narrowed(checked: &'a Checked, covered: &dyn Fn(&str) -> bool) -> Self {
        let here = |f: &&Found| covered(checked.found.file(f));
        let found: Vec<&Found> = checked.found.iter().filter(here).collect();
        let mut summary = Summary::default();
        for judged in &checked.offices {
            add(&mut summary, judged, covered);
        }
        let each = found.iter();
        each.for_each(|f| summary.count(f.waived, f.severity));
        Self {
            items: Items::Found(checked, Some(found)),
            summary,
        }
    }

    /// What was told elsewhere.
    pub fn of(told: &'a [Finding], summary: Summary) -> Self {
        Self {
            items: Items::Told(told),
            summary,
        }
    }

    /// The same counts, with these findings in the place of its own.
    #[must_use]
    pub fn showing(self, told: &'a [Finding]) -> Self {
        Self {
            items: Items::Told(told),
            ..self
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        match &self.items {
            Items::Found(checked, None) => checked.found.len(),
            Items::Found(_, Some(found)) => found.len(),
            Items::Told(told) => told.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What can be said of each untold.
    pub fn heads(&self) -> Box<dyn Iterator<Item = Head<'a>> + '_> {
        match &self.items {
            Items::Found(checked, _) => Box::new(self.untold().map(|f| Head {
                office: &checked.offices[usize::from(f.office)].office.id,
                file: checked.found.file(f),
                rule: checked.found.rule(f),
                severity: f.severity,
                waived: f.waived,
            })),
            Items::Told(told) => Box::new(told.iter().map(|f| Head {
                office: &f.office,
                file: &f.place.file,
                rule: &f.rule,
                severity: f.severity,
                waived: f.waived,
            })),
        }
    }

    /// Tells those at these places among all, in the order given.
    pub fn told_at<'s>(
        &'s self,
        at: &'s [usize],
    ) -> Box<dyn Iterator<Item = Cow<'a, Finding>> + 's> {
        match &self.items {
            Items::Found(checked, part) => {
                let these = at.iter().filter_map(move |i| match part {
                    Some(found) => found.get(*i).copied(),
                    None => checked.found.get(*i),
                });
                let told = checked.found.told(&checked.offices, these);
                Box::new(told.map(Cow::Owned))
            }
            Items::Told(told) => Box::new(at.iter().map(|i| Cow::Borrowed(&told[*i]))),
        }
    }

    /// Tells each, or only those that are not waived.
    pub fn told(&self, waived_too: bool) -> Box<dyn Iterator<Item = Cow<'a, Finding>> + '_> {
        match &self.items {
            Items::Found(checked, _) => {
                let these = self.untold().filter(move |f| waived_too || !f.waived);
                let told = checked.found.told(&checked.offices, these);
                Box::new(told.map(Cow::Owned))
            }
            Items::Told(told) => {
                let these = told.iter().filter(move |f| waived_too || !f.waived);
                Box::new(these.map(Cow::Borrowed))
            }
        }
    }

    fn untold(&self) -> Box<dyn Iterator<Item = &'a Found> + '_> {
        match &self.items {
            Items::Found(checked, None) => Box::new(checked.found.iter()),
            Items::Found(_, Some(found)) => Box::new(found.iter().copied()),
            Items::Told(_) => Box::new(std::iter::empty()),
        }
    }
}

/// The counts of an office as far as its files are covered. What could not be judged has no place: it counts with office.yaml.
fn add(summary: &mut Summary, judged: &Judged, covered: &dyn Fn(&str) -> bool) {
    let office = &judged.office;
    let files: Vec<bool> = office.files.iter().map(|f| covered(&f.path)).collect();
    let home = covered(&office.config.place.file);
    summary.offices += u64::from(home || files.contains(&true));
    summary.records += office
        .tables
        .iter()
        .map(|t| records(t, &files))
        .sum::<u64>();
    for j in &judged.judgements {
        let here = |v: &&Verdict| match v.record {
            Some((kind, row)) => files[office.table(kind).origins[row as usize].file as usize],
            None => home,
        };
        summary.pending += j.pending.iter().filter(here).count() as u64;
        summary.unjudged += if home { j.tally.unjudged } else { 0 };
    }
}

fn records(table: &Table, files: &[bool]) -> u64 {
    let here = |o: &&Origin| files.get(o.file as usize) == Some(&true);
    table.origins.iter().filter(here).count() as u64
}
