//! Reports: an office's figures and findings, told by period, as recipes for PDF, HTML, CSV and JSON.
//!
//! `manifest` (as written in `templates/reports/<id>/report.yaml`) → `compiled` (names resolved) → `edition` (the office
//! as it stood at the period's end) → `maker` (blocks). No line here names a report, a policy or a kind.

mod answers;
pub mod block;
mod compiled;
mod data;
mod edition;
mod flows;
mod lists;
mod maker;
mod manifest;
mod rules;

use std::fmt::Write as _;

use chrono::Datelike;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use self::block::{Block, Day, Doc, File, Part};
use self::compiled::Report;
pub(crate) use self::compiled::reports;
use self::edition::{Edition, Subject, in_words, subjects};
use self::maker::Maker;
use self::manifest::Only;
use super::redact::Redaction;
use super::{Meta, Recipe, TemplateFault, Templates, words};
use crate::pipeline::{Checked, Judged};
use crate::policy::Packs;
use crate::schema::KindId;
use crate::table::{Office, Row};

/// The recipes of every report that an office's policies prescribe, office by office, in order of their paths.
///
/// # Errors
/// A manifest that is malformed or names what is not there.
pub fn recipes(checked: &Checked, templates: &Templates) -> Result<Vec<Recipe>, TemplateFault> {
    let Some(first) = checked.offices.first() else {
        return Ok(Vec::new());
    };
    let reports = compiled::reports(templates, &first.office.schema)?;
    let mut all = Vec::new();
    for judged in &checked.offices {
        for report in reports
            .iter()
            .filter(|r| is_prescribed(&r.manifest.id, judged, &checked.packs))
        {
            all.extend(of_office(report, judged, &checked.packs, templates)?);
        }
    }
    Ok(all)
}

/// Whether one of the policies that an office adopted prescribes a report.
fn is_prescribed(id: &str, judged: &Judged, packs: &Packs) -> bool {
    let adopted = judged
        .office
        .config
        .adoptions
        .iter()
        .filter_map(|a| packs.get(&a.policy));
    adopted
        .into_iter()
        .any(|p| p.reports.iter().any(|r| r == id))
}

fn of_office(
    report: &Report,
    judged: &Judged,
    packs: &Packs,
    templates: &Templates,
) -> Result<Vec<Recipe>, TemplateFault> {
    let redaction = Redaction::of(&judged.office, templates);
    let mut wanted = Vec::new();
    for editions in subjects(report, &judged.office) {
        wanted.extend((0..editions.len()).map(|i| editions[..=i].to_vec()));
    }
    let making = Making {
        report,
        judged,
        packs,
        redaction: &redaction,
    };
    let made: Vec<Vec<Recipe>> = wanted
        .par_iter()
        .map(|history| making.edition(history))
        .collect::<Result<_, _>>()?;
    Ok(made.into_iter().flatten().collect())
}

/// A report of an office being made.
struct Making<'a> {
    report: &'a Report,
    judged: &'a Judged,
    packs: &'a Packs,
    redaction: &'a Redaction,
}

impl Making<'_> {
    fn fault(&self, making: &str, message: String) -> TemplateFault {
        TemplateFault {
            making: making.to_owned(),
            at: format!("templates/reports/{}/report.yaml", self.report.manifest.id),
            message,
        }
    }

    /// The files of the last of these editions.
    fn edition(&self, history: &[Subject]) -> Result<Vec<Recipe>, TemplateFault> {
        let Some(subject) = history.last() else {
            return Ok(Vec::new());
        };
        let edition = Edition::of(self.judged, subject, history);
        let id = &self.report.manifest.id;
        let folder = super::below_office(&self.judged.office.id, &format!("reports/{id}"));
        let stem = format!("{folder}/{}", subject.name);
        let written = |e: serde_json::Error| self.fault(&stem, e.to_string());
        let (full, hidden) = (Redaction::none(), self.redaction);
        let doc = |r| {
            self.doc(&edition, r, &folder)
                .map_err(|e| self.fault(&stem, e))
        };
        let printed = doc(&full)?;
        let meta = Meta {
            title: format!("{} {}", printed.title, printed.edition),
            author: printed.office.clone(),
            lang: self.judged.office.config.lang,
            date: subject.cut,
        };
        let template = |ending: &str| format!("reports/{id}/report.{ending}");
        let shown = if hidden.is_none() {
            &printed
        } else {
            &doc(hidden)?
        };
        let mut files = vec![
            Recipe::pdf(format!("{stem}.pdf"), &template("typ"), &printed, meta)
                .map_err(written)?,
            Recipe::html(format!("{stem}.html"), &template("html"), shown).map_err(written)?,
        ];
        if self.report.manifest.data {
            files.push(Recipe::verbatim(format!("{stem}.csv"), data::csv(shown)));
            files.push(Recipe::verbatim(
                format!("{stem}.json"),
                data::json(shown).map_err(written)?,
            ));
        }
        let records = self.records(&edition);
        files
            .iter_mut()
            .for_each(|f| f.records.clone_from(&records));
        Ok(files)
    }

    fn doc(&self, edition: &Edition, redaction: &Redaction, folder: &str) -> Result<Doc, String> {
        let office = &edition.now.office;
        let lang = office.config.lang;
        let maker = Maker {
            report: self.report,
            edition,
            packs: self.packs,
            lang,
            redaction,
        };
        let cut = edition.subject.cut;
        let up = |n: usize| "../".repeat(n);
        let depth = folder.split('/').count();
        Ok(Doc {
            title: self.report.manifest.title.get(lang).to_owned(),
            office: office.config.name.clone(),
            edition: in_words(office, &edition.subject, lang),
            as_of: words::date(cut, lang),
            lang: lang.pick("zh", "en"),
            date: Day {
                year: cut.year(),
                month: cut.month(),
                day: cut.day(),
            },
            cover: self.report.manifest.cover,
            policies: policies(office, self.packs),
            source: self.source(edition),
            root: up(depth),
            crumbs: vec![(office.config.name.clone(), format!("{}index.html", up(2)))],
            files: self.files(&edition.subject.name),
            sections: sections(&maker)?,
        })
    }

    fn files(&self, name: &str) -> Vec<File> {
        let mut endings = vec![("PDF", "pdf")];
        if self.report.manifest.data {
            endings.extend([("CSV", "csv"), ("JSON", "json")]);
        }
        let file = |(label, ending): (&str, &str)| File {
            label: label.to_owned(),
            href: format!("{name}.{ending}"),
        };
        endings.into_iter().map(file).collect()
    }

    /// The records that the edition counts, as `<kind>/<id>`.
    fn records(&self, edition: &Edition) -> Vec<String> {
        let office = &edition.now.office;
        let subject = &edition.subject;
        let mut all = Vec::new();
        let mut add = |kind: KindId, rows: &[Row]| {
            let name = &office.schema.get(kind).name;
            let id = |r: &Row| format!("{name}/{}", office.record_id(kind, *r));
            all.extend(rows.iter().map(id));
        };
        for answers in self.report.answers.values() {
            add(answers.asked.kind, &answers::rows(office, answers, subject));
        }
        if subject.record.is_none() {
            for population in self.report.flows.values().map(|f| &f.population) {
                add(
                    population.kind,
                    &population.rows(office, Some(subject.period)),
                );
            }
        }
        all.sort();
        all.dedup();
        all
    }

    /// How many records of which kinds the edition counts, and the digest of what stands in them.
    fn source(&self, edition: &Edition) -> String {
        let office = &edition.now.office;
        let mut counts = std::collections::BTreeMap::new();
        let mut hash = Sha256::new();
        for name in self.records(edition) {
            let Some((kind, id)) = name.split_once('/') else {
                continue;
            };
            *counts.entry(kind.to_owned()).or_insert(0u64) += 1;
            if let Some(kind) = office.schema.kind(kind)
                && let Some(row) = office.row_of(kind, id)
            {
                hash.update(office.source_text(kind, row));
            }
        }
        let lang = office.config.lang;
        let told = counts.iter().filter_map(|(kind, n)| {
            let label = office
                .schema
                .kind(kind)
                .map(|k| office.schema.get(k).label.get(lang))?;
            Some(lang.pick(format!("{label} {n} 条"), format!("{n} of {label}")))
        });
        let told = told.collect::<Vec<_>>().join(lang.pick("、", ", "));
        let mut digest = String::new();
        for byte in &hash.finalize()[..8] {
            let _ = write!(digest, "{byte:02x}");
        }
        lang.pick(
            format!("{told}；摘要 {digest}"),
            format!("{told}; digest {digest}"),
        )
    }
}

fn policies(office: &Office, packs: &Packs) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    for pack in office
        .config
        .adoptions
        .iter()
        .filter_map(|a| packs.get(&a.policy))
    {
        let title = pack.title.get(office.config.lang);
        if !titles.iter().any(|t| t == title) {
            titles.push(title.to_owned());
        }
    }
    titles
}

/// The parts that an edition has, numbered; one without anything to tell is left out.
fn sections(maker: &Maker<'_>) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    for section in &maker.report.manifest.sections {
        let is_record = maker.edition.subject.record.is_some();
        if section
            .only
            .is_some_and(|o| (o == Only::Record) != is_record)
        {
            continue;
        }
        let mut blocks: Vec<Block> = Vec::new();
        for written in &section.blocks {
            blocks.extend(maker.blocks(written)?);
        }
        if !blocks.is_empty() {
            let heading = numbered(parts.len() + 1, section.heading.get(maker.lang), maker.lang);
            parts.push(Part { heading, blocks });
        }
    }
    Ok(parts)
}

/// `一、概况`, `1. Summary`.
fn numbered(n: usize, heading: &str, lang: crate::text::Lang) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let zh = match n {
        1..=9 => DIGITS[n].to_owned(),
        10..=19 => format!("十{}", DIGITS[n - 10]),
        20..=99 => format!("{}十{}", DIGITS[n / 10], DIGITS[n % 10]),
        _ => n.to_string(),
    };
    lang.pick(format!("{zh}、{heading}"), format!("{n}. {heading}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Lang;

    #[test]
    fn headings_count_as_official_documents_do() {
        let zh = |n| numbered(n, "概况", Lang::Zh);
        assert_eq!(
            [zh(1), zh(10), zh(11), zh(20), zh(21)],
            [
                "一、概况",
                "十、概况",
                "十一、概况",
                "二十、概况",
                "二十一、概况"
            ]
        );
        assert_eq!(numbered(3, "Summary", Lang::En), "3. Summary");
    }
}
