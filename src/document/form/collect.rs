//! The sheets of a form's records bound into one PDF a period, with a bookmark a sheet, for printing.
//!
//! Which period is the office's to say (office.yaml `collect`). What is of a period already is not bound, nor what is a
//! volume of its own. A sheet belongs to the period of its date; one without any is not bound.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::make::{Maker, PDF, Subject, any_date};
use crate::calendar::{Period, Unit};
use crate::document::{Format, Meta, Recipe, words};
use crate::text::natural;

/// The folder of collected sheets, below the form's.
pub(crate) const FOLDER: &str = "collected";

/// So many sheets make a volume; more take another. It bounds the memory that one document needs.
const VOLUME: usize = 400;

/// A sheet that was planned: what it stands for, and its files.
pub(super) type Planned = (Subject, Vec<Recipe>);

/// When a sheet is of, its number and its files.
struct Bound {
    day: NaiveDate,
    number: String,
    recipes: Vec<Recipe>,
}

impl Maker<'_> {
    /// The files of these sheets, and the volumes of each period after its sheets: what the layout has just done for a
    /// sheet need not be done again for its volume. `wanted` is the period that is asked for.
    ///
    /// # Errors
    /// What cannot be written as JSON.
    pub fn with_volumes(
        &self,
        planned: Vec<Planned>,
        wanted: Option<Period>,
    ) -> Result<Vec<Recipe>, serde_json::Error> {
        let unit = self.bound_by();
        let mut all = Vec::new();
        let mut periods: BTreeMap<Period, Vec<Bound>> = BTreeMap::new();
        for (subject, recipes) in planned {
            match (unit, self.bound_on(subject)) {
                (Some(unit), Some(day)) => {
                    let period = Period::containing(unit, day);
                    periods.entry(period).or_default().push(Bound {
                        day,
                        number: self.number(subject),
                        recipes,
                    });
                }
                _ => all.extend(recipes),
            }
        }
        for (period, mut sheets) in periods {
            sheets.sort_by(|a, b| {
                let by_number = || natural(&a.number, &b.number);
                a.day.cmp(&b.day).then_with(by_number)
            });
            // Of a period that is asked for in part, not all sheets are here.
            let whole = wanted.is_none_or(|w| w.contains(period.first) && w.contains(period.last));
            for (i, part) in sheets.chunks_mut(VOLUME).enumerate() {
                let volume = whole.then(|| self.volume(period, i, part)).transpose()?;
                all.extend(part.iter_mut().flat_map(|s| s.recipes.drain(..)));
                all.extend(volume);
            }
        }
        Ok(all)
    }

    /// The unit of the periods; none where nothing is bound.
    fn bound_by(&self) -> Option<Unit> {
        let form = self.form;
        if form.each.is_none() || !form.per.is_empty() || !form.parts.is_empty() {
            return None;
        }
        match self.office.config.collect.as_str() {
            "month" => Some(Unit::Month),
            "quarter" => Some(Unit::Quarter),
            "year" => Some(Unit::Year),
            _ => None,
        }
    }

    /// The day that puts a sheet into a period, also where the form leaves its date to the pen.
    fn bound_on(&self, s: Subject) -> Option<NaiveDate> {
        let own = || {
            let moment = self.context.own_date(s.record?);
            moment.is_present().then(|| moment.date())
        };
        self.date(s)
            .or_else(own)
            .or_else(|| any_date(self.office, s.record?))
    }

    fn volume(
        &self,
        period: Period,
        index: usize,
        sheets: &[Bound],
    ) -> Result<Recipe, serde_json::Error> {
        let lang = self.lang();
        let mut title = lang.pick(
            format!(
                "{} {}（合订）",
                self.form.title.zh,
                words::period(period, lang)
            ),
            format!(
                "{}, {}, collected",
                self.form.title.en,
                words::period(period, lang)
            ),
        );
        let mut name = period.to_string();
        if index > 0 {
            let n = index + 1;
            title.push_str(&lang.pick(format!(" 第{n}册"), format!(", volume {n}")));
            name.push_str(&format!("-{n}"));
        }
        let meta = Meta {
            title,
            author: self.office.config.name.clone(),
            lang,
            date: period.last,
        };
        let pdfs = || {
            let files = sheets.iter().flat_map(|s| &s.recipes);
            files.filter(|r| matches!(r.format, Format::Pdf(_)))
        };
        let contexts = pdfs().map(|r| r.context.as_slice());
        let path = format!("{}/{FOLDER}/{name}.pdf", self.folder());
        let context = bound(&meta, contexts)?;
        let mut recipe = Recipe::pdf(path, PDF, &(), meta)?;
        recipe.context = context;
        let mut seen = rustc_hash::FxHashSet::default();
        let records = pdfs().flat_map(|r| &r.records);
        recipe.records = records.filter(|r| seen.insert(*r)).cloned().collect();
        Ok(recipe)
    }
}

/// The sheets' contexts, which are JSON already, in one.
fn bound<'c>(
    meta: &Meta,
    contexts: impl Iterator<Item = &'c [u8]>,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut all = br#"{"title":"#.to_vec();
    serde_json::to_writer(&mut all, &meta.title)?;
    all.extend_from_slice(br#","office":"#);
    serde_json::to_writer(&mut all, &meta.author)?;
    all.extend_from_slice(br#","collected":["#);
    for (i, context) in contexts.enumerate() {
        if i > 0 {
            all.push(b',');
        }
        all.extend_from_slice(context);
    }
    all.extend_from_slice(b"]}");
    Ok(all)
}
