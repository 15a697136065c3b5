//! Which findings are reported, and their counts: all, or those in some of the files.

use crate::finding::Finding;
use crate::pipeline::{Checked, Judged, Summary};
use crate::table::{Origin, Table};

/// What is reported.
pub struct Selection<'a> {
    /// In order of file, line, column and rule.
    pub findings: Vec<&'a Finding>,
    /// The counts of what is reported.
    pub summary: Summary,
}

impl<'a> Selection<'a> {
    /// Everything found.
    pub fn all(checked: &'a Checked) -> Self {
        Self {
            findings: checked.findings.iter().collect(),
            summary: checked.summary,
        }
    }

    /// What stands in the files that `covered` says yes to.
    pub fn narrowed(checked: &'a Checked, covered: &dyn Fn(&str) -> bool) -> Self {
        let findings: Vec<&Finding> = checked
            .findings
            .iter()
            .filter(|f| covered(&f.place.file))
            .collect();
        let mut summary = Summary::default();
        for judged in &checked.offices {
            add(&mut summary, judged, covered);
        }
        findings.iter().for_each(|f| summary.count(f));
        Self { findings, summary }
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
        let here = |f: &&Finding| covered(&f.place.file);
        summary.pending += j.pending.iter().filter(here).count() as u64;
        summary.unjudged += if home { j.tally.unjudged } else { 0 };
    }
}

fn records(table: &Table, files: &[bool]) -> u64 {
    let here = |o: &&Origin| files.get(o.file as usize) == Some(&true);
    table.origins.iter().filter(here).count() as u64
}
