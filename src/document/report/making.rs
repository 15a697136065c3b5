//! An edition → its files: PDF, HTML and, where it has figures, CSV and JSON.

use chrono::{Datelike, NaiveDate};

use super::Wants;
use super::block::{Block, Day, Doc, File, Part};
use super::compiled::Report;
use super::data;
use super::edition::{Edition, Subject, in_words};
use super::group::Group;
use super::maker::Maker;
use super::manifest::{Only, Section};
use super::source::Source;
use crate::document::redact::Redaction;
use crate::document::{Meta, Recipe, TemplateFault, below_office, words};
use crate::pipeline::Judged;
use crate::policy::Packs;
use crate::table::Office;
use crate::text::Lang;

/// Where an edition's files lie, without their endings; `office` is empty for all offices together.
fn folder(office: &str, report: &Report) -> String {
    below_office(office, &format!("reports/{}", report.manifest.id))
}

fn endings(report: &Report) -> Vec<(&'static str, &'static str)> {
    let mut endings = vec![("PDF", "pdf")];
    if report.manifest.data {
        endings.extend([("CSV", "csv"), ("JSON", "json")]);
    }
    endings
}

/// Whether one of an edition's files is asked for.
pub fn is_wanted(office: &str, report: &Report, subject: &Subject, wants: Wants<'_>) -> bool {
    let stem = format!("{}/{}", folder(office, report), subject.name);
    let mut endings = endings(report).into_iter().map(|(_, e)| e).chain(["html"]);
    endings.any(|ending| wants(&format!("{stem}.{ending}")))
}

fn fault(report: &Report, making: &str, message: String) -> TemplateFault {
    TemplateFault {
        making: making.to_owned(),
        at: format!("templates/reports/{}/report.yaml", report.manifest.id),
        message,
    }
}

/// A document and where it goes.
struct Filed<'a> {
    report: &'a Report,
    folder: String,
    subject: &'a Subject,
    lang: Lang,
}

impl Filed<'_> {
    /// `printed` is for paper and may tell everything; `shown` is for pages.
    fn files(
        &self,
        printed: &Doc,
        shown: &Doc,
        records: &[String],
    ) -> Result<Vec<Recipe>, TemplateFault> {
        let id = &self.report.manifest.id;
        let stem = format!("{}/{}", self.folder, self.subject.name);
        let written = |e: serde_json::Error| fault(self.report, &stem, e.to_string());
        let meta = Meta {
            title: format!("{} {}", printed.title, printed.edition),
            author: printed.office.clone(),
            lang: self.lang,
            date: self.subject.cut,
        };
        let template = |ending: &str| format!("reports/{id}/report.{ending}");
        let mut files = vec![
            Recipe::pdf(format!("{stem}.pdf"), &template("typ"), printed, meta).map_err(written)?,
            Recipe::html(format!("{stem}.html"), &template("html"), shown).map_err(written)?,
        ];
        if self.report.manifest.data {
            files.push(Recipe::verbatim(format!("{stem}.csv"), data::csv(shown)));
            let json = data::json(shown).map_err(written)?;
            files.push(Recipe::verbatim(format!("{stem}.json"), json));
        }
        files.iter_mut().for_each(|f| f.records = records.to_vec());
        Ok(files)
    }

    /// What every document of the edition says, whatever it holds.
    fn frame(&self, office: &str, edition: String, cut: NaiveDate) -> Doc {
        let depth = self.folder.split('/').count();
        let name = &self.subject.name;
        let files = endings(self.report)
            .into_iter()
            .map(|(label, ending)| File {
                label: label.to_owned(),
                href: format!("{name}.{ending}"),
            });
        Doc {
            title: self.report.manifest.title.get(self.lang).to_owned(),
            office: office.to_owned(),
            edition,
            as_of: words::date(cut, self.lang),
            lang: self.lang.pick("zh", "en"),
            date: Day {
                year: cut.year(),
                month: cut.month(),
                day: cut.day(),
            },
            cover: self.report.manifest.cover,
            policies: Vec::new(),
            source: String::new(),
            root: "../".repeat(depth),
            crumbs: vec![(office.to_owned(), "../../index.html".to_owned())],
            files: files.collect(),
            sections: Vec::new(),
        }
    }
}

/// A report of an office being made.
pub struct Making<'a> {
    /// The report.
    pub report: &'a Report,
    /// The office.
    pub judged: &'a Judged,
    /// The packs.
    pub packs: &'a Packs,
    /// What pages hide.
    pub redaction: &'a Redaction,
}

impl Making<'_> {
    /// The files of an edition.
    ///
    /// # Errors
    /// What is wrong in the manifest.
    pub fn files(&self, edition: &Edition) -> Result<Vec<Recipe>, TemplateFault> {
        let config = &self.judged.office.config;
        let filed = Filed {
            report: self.report,
            folder: folder(&self.judged.office.id, self.report),
            subject: &edition.subject,
            lang: config.lang,
        };
        let source = Source::of(self.report, edition);
        let doc = |redaction: &Redaction| {
            let maker = Maker::new(self.report, edition, self.packs, config.lang, redaction);
            let in_words = in_words(&edition.now.office, &edition.subject, config.lang);
            let is = |only| match only {
                Only::Record => edition.subject.record.is_some(),
                Only::Period => edition.subject.record.is_none(),
                Only::Office => true,
                Only::Group => false,
            };
            let sections = self.report.manifest.sections.iter();
            let sections = sections.filter(|s| s.only.is_none_or(is));
            let parts = parts(sections, config.lang, &|b| maker.blocks(b))
                .map_err(|e| fault(self.report, &filed.folder, e))?;
            Ok(Doc {
                policies: policies([&self.judged.office], self.packs, config.lang),
                source: Source::told(&[&source], edition, config.lang),
                sections: parts,
                ..filed.frame(&config.name, in_words, edition.subject.cut)
            })
        };
        let printed = doc(&Redaction::none())?;
        if self.redaction.is_none() {
            return filed.files(&printed, &printed, &source.names);
        }
        filed.files(&printed, &doc(self.redaction)?, &source.names)
    }
}

/// A report of all offices together being made.
pub struct Together<'a> {
    /// The report.
    pub report: &'a Report,
    /// The packs.
    pub packs: &'a Packs,
    /// The offices, and what their pages hide.
    pub members: &'a [(&'a Judged, &'a Redaction)],
    /// Their editions.
    pub editions: &'a [Edition],
}

impl Together<'_> {
    /// A group speaks Chinese unless all its offices speak English.
    fn lang(&self) -> Lang {
        let mut offices = self.members.iter().map(|(j, _)| j.office.config.lang);
        if offices.all(|l| l == Lang::En) {
            Lang::En
        } else {
            Lang::Zh
        }
    }

    /// The files of an edition.
    ///
    /// # Errors
    /// What is wrong in the manifest.
    pub fn files(&self, subject: &Subject) -> Result<Vec<Recipe>, TemplateFault> {
        let lang = self.lang();
        let filed = Filed {
            report: self.report,
            folder: folder("", self.report),
            subject,
            lang,
        };
        let sources: Vec<Source> = self
            .editions
            .iter()
            .map(|e| Source::of(self.report, e))
            .collect();
        let mut names = Vec::new();
        for ((judged, _), source) in self.members.iter().zip(&sources) {
            names.extend(
                source
                    .names
                    .iter()
                    .map(|n| format!("{}/{n}", judged.office.id)),
            );
        }
        let (full, hides) = (
            Redaction::none(),
            self.members.iter().any(|(_, r)| !r.is_none()),
        );
        let doc = |printed: bool| {
            let mut makers = Vec::new();
            for ((_, own), edition) in self.members.iter().zip(self.editions) {
                let redaction = if printed { &full } else { *own };
                makers.push(Maker::new(
                    self.report,
                    edition,
                    self.packs,
                    lang,
                    redaction,
                ));
            }
            let group = Group { makers, lang };
            let sections = self.report.manifest.sections.iter();
            let sections = sections.filter(|s| matches!(s.only, None | Some(Only::Group)));
            let parts = parts(sections, lang, &|b| group.blocks(b))
                .map_err(|e| fault(self.report, &filed.folder, e))?;
            let told: Vec<&Source> = sources.iter().collect();
            let offices = self.members.iter().map(|(j, _)| &j.office);
            let name = lang.pick("全部单位", "All offices");
            let source = self.editions.first().map(|e| Source::told(&told, e, lang));
            Ok(Doc {
                policies: policies(offices, self.packs, lang),
                source: source.unwrap_or_default(),
                sections: parts,
                ..filed.frame(name, words::period(subject.period, lang), subject.cut)
            })
        };
        let printed = doc(true)?;
        if !hides {
            return filed.files(&printed, &printed, &names);
        }
        filed.files(&printed, &doc(false)?, &names)
    }
}

/// The titles of the policies that offices adopted, each once.
fn policies<'o>(
    offices: impl IntoIterator<Item = &'o Office>,
    packs: &Packs,
    lang: Lang,
) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    for office in offices {
        let adoptions = office.config.adoptions.iter();
        for pack in adoptions.filter_map(|a| packs.get(&a.policy)) {
            let title = pack.title.get(lang);
            if !titles.iter().any(|t| t == title) {
                titles.push(title.to_owned());
            }
        }
    }
    titles
}

/// The parts that an edition has, numbered; one without anything to tell is left out.
fn parts<'s>(
    sections: impl Iterator<Item = &'s Section>,
    lang: Lang,
    make: &dyn Fn(&super::manifest::WrittenBlock) -> Result<Vec<Block>, String>,
) -> Result<Vec<Part>, String> {
    let mut parts: Vec<Part> = Vec::new();
    for section in sections {
        let mut blocks = Vec::new();
        for written in &section.blocks {
            blocks.extend(make(written)?);
        }
        if !blocks.is_empty() {
            let n = parts
                .iter()
                .filter(|p| p.appendix == section.appendix)
                .count()
                + 1;
            parts.push(Part {
                heading: numbered(n, section.heading.get(lang), section.appendix, lang),
                appendix: section.appendix,
                blocks,
            });
        }
    }
    Ok(parts)
}

/// `一、概况`, `1. Summary`, `附录一　差异`, `Appendix 1. Departures`.
fn numbered(n: usize, heading: &str, appendix: bool, lang: Lang) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let zh = match n {
        1..=9 => DIGITS[n].to_owned(),
        10..=19 => format!("十{}", DIGITS[n - 10]),
        20..=99 => format!("{}十{}", DIGITS[n / 10], DIGITS[n % 10]),
        _ => n.to_string(),
    };
    match (appendix, lang) {
        (false, Lang::Zh) => format!("{zh}、{heading}"),
        (false, Lang::En) => format!("{n}. {heading}"),
        (true, Lang::Zh) => format!("附录{zh}　{heading}"),
        (true, Lang::En) => format!("Appendix {n}. {heading}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_count_as_official_documents_do() {
        let zh = |n| numbered(n, "概况", false, Lang::Zh);
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
        assert_eq!(numbered(3, "Summary", false, Lang::En), "3. Summary");
        assert_eq!(numbered(2, "豁免", true, Lang::Zh), "附录二　豁免");
        assert_eq!(
            numbered(2, "Waivers", true, Lang::En),
            "Appendix 2. Waivers"
        );
    }
}
