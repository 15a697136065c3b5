//! The records that an edition was made from: which, how many of each kind, and the digest of what stands in them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::answers;
use super::compiled::Report;
use super::edition::Edition;
use crate::schema::KindId;
use crate::table::Row;
use crate::text::Lang;

/// The records of an edition.
pub struct Source {
    /// As `<kind>/<id>`, in order; where a report counts none of its own, all of a kind as `<kind>/*`.
    pub names: Vec<String>,
    counts: BTreeMap<KindId, u64>,
    digest: [u8; 32],
}

impl Source {
    /// Gathers them.
    pub fn of(report: &Report, edition: &Edition) -> Self {
        let office = &edition.now.office;
        let mut rows = match report.populations().next() {
            Some(_) => counted(report, edition),
            None => all(edition),
        };
        rows.sort_by_cached_key(|(kind, row)| {
            (
                &office.schema.get(*kind).name,
                office.record_id(*kind, *row),
            )
        });
        rows.dedup();
        let (mut hash, mut counts) = (Sha256::new(), BTreeMap::new());
        for (kind, row) in &rows {
            *counts.entry(*kind).or_insert(0) += 1;
            hash.update(office.source_text(*kind, *row));
        }
        let name = |kind: &KindId| &office.schema.get(*kind).name;
        let names = if report.populations().next().is_some() {
            let one = |(kind, row): &(KindId, Row)| {
                format!("{}/{}", name(kind), office.record_id(*kind, *row))
            };
            rows.iter().map(one).collect()
        } else {
            counts
                .keys()
                .map(|kind| format!("{}/*", name(kind)))
                .collect()
        };
        Self {
            names,
            counts,
            digest: hash.finalize().into(),
        }
    }

    /// In words, with the digest.
    pub fn told(all: &[&Self], edition: &Edition, lang: Lang) -> String {
        let schema = &edition.now.office.schema;
        let mut counts: BTreeMap<&str, (KindId, u64)> = BTreeMap::new();
        for source in all {
            for (kind, n) in &source.counts {
                counts
                    .entry(&schema.get(*kind).name)
                    .or_insert((*kind, 0))
                    .1 += n;
            }
        }
        let told = counts.values().map(|(kind, n)| {
            let label = schema.get(*kind).label.get(lang);
            lang.pick(format!("{label} {n} 条"), format!("{label} {n}"))
        });
        let mut told = told.collect::<Vec<_>>().join(lang.pick("、", ", "));
        if told.is_empty() {
            told = lang.pick("没有记录", "no records").to_owned();
        }
        let digest = match all {
            [one] => one.digest,
            all => {
                let mut hash = Sha256::new();
                all.iter().for_each(|s| hash.update(s.digest));
                hash.finalize().into()
            }
        };
        let mut hex = String::new();
        for byte in &digest[..8] {
            let _ = write!(hex, "{byte:02x}");
        }
        lang.pick(
            format!("{told}；摘要 {hex}"),
            format!("{told}; digest {hex}"),
        )
    }
}

fn counted(report: &Report, edition: &Edition) -> Vec<(KindId, Row)> {
    let (office, subject) = (&edition.now.office, &edition.subject);
    let mut all = Vec::new();
    for asked in report.answers.values() {
        let rows = answers::rows(office, asked, subject);
        all.extend(rows.into_iter().map(|row| (asked.asked.kind, row)));
    }
    if subject.record.is_none() {
        for population in report.flows.values().map(|f| &f.population) {
            let rows = population.rows(office, Some(subject.period));
            all.extend(rows.into_iter().map(|row| (population.kind, row)));
        }
    }
    all
}

fn all(edition: &Edition) -> Vec<(KindId, Row)> {
    let office = &edition.now.office;
    let mut all = Vec::new();
    for (kind, _) in office.schema.of_files() {
        let live = (0..)
            .zip(&office.table(kind).live)
            .filter(|(_, live)| **live);
        all.extend(live.map(|(row, _)| (kind, row)));
    }
    all
}
