//! The sheets of a form's records bound into one PDF a period, with a bookmark a sheet, for printing.
//!
//! Which period is the office's to say (office.yaml `collect`). What is of a period already is not bound, nor what is a
//! volume of its own. A sheet belongs to the period of its date; one without any is not bound.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::make::{Maker, PDF, Subject, any_date};
use crate::calendar::{Period, Unit};
use crate::document::{Meta, Recipe, words};
use crate::text::natural;

/// The folder of collected sheets, below the form's.
pub(crate) const FOLDER: &str = "collected";

/// So many sheets make a volume; more take another. It bounds the memory that one document needs: 3 MB a page.
const VOLUME: usize = 100;

/// So many bytes of their contexts likewise, for sheets of several pages.
const VOLUME_BYTES: usize = 448 << 10;

/// So many sheets are planned at a time.
const PART: usize = 400;

/// So many photographs likewise: each is unpacked while its document is made.
const PHOTOS: usize = 120;

/// What has a sheet, with the file's name.
pub(super) type Named = (Subject, String);

/// Sheets that are planned together.
pub(super) struct Part {
    /// In the order of the volume.
    pub sheets: Vec<Named>,
    /// The period that they are bound by; none where they are not.
    pub period: Option<Period>,
}

/// How many volumes the period bound last has so far.
#[derive(Default)]
pub(super) struct Shelf(Option<(Period, usize)>);

impl Shelf {
    /// Of the period's volumes the next one's number, from 1.
    fn next(&mut self, period: Period) -> usize {
        let before = self.0.filter(|(last, _)| *last == period);
        let number = before.map_or(1, |(_, n)| n + 1);
        self.0 = Some((period, number));
        number
    }
}

impl Maker<'_> {
    /// Sheets in parts: first those that are not bound, then period by period. `wanted` is the period that is asked for.
    pub fn bound(&self, sheets: Vec<Named>, wanted: Option<Period>) -> Vec<Part> {
        let unit = self.bound_by();
        let mut loose = Vec::new();
        let mut periods: BTreeMap<Period, Vec<(NaiveDate, String, Named)>> = BTreeMap::new();
        for named in sheets {
            match (unit, self.bound_on(named.0)) {
                (Some(unit), Some(day)) => {
                    let period = periods.entry(Period::containing(unit, day)).or_default();
                    period.push((day, self.number(named.0), named));
                }
                _ => loose.push(named),
            }
        }
        let part = |period| move |sheets| Part { sheets, period };
        let mut parts: Vec<Part> = self.in_parts(loose).into_iter().map(part(None)).collect();
        for (period, mut sheets) in periods {
            sheets.sort_by(|(a, x, _), (b, y, _)| a.cmp(b).then_with(|| natural(x, y)));
            // Of a period that is asked for in part, not all sheets are here.
            let whole = wanted.is_none_or(|w| w.contains(period.first) && w.contains(period.last));
            let named = sheets.into_iter().map(|(_, _, named)| named).collect();
            let bound = self.in_parts(named).into_iter();
            parts.extend(bound.map(part(whole.then_some(period))));
        }
        parts
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

    /// Sheets in parts that no document or plan of them is too large for.
    fn in_parts(&self, sheets: Vec<Named>) -> Vec<Vec<Named>> {
        let mut parts: Vec<Vec<Named>> = Vec::new();
        let mut photos = 0;
        for named in sheets {
            let more = self.count_photographs(named.0);
            match parts.last_mut() {
                Some(part) if part.len() < PART && photos + more <= PHOTOS => {
                    part.push(named);
                    photos += more;
                }
                _ => {
                    parts.push(vec![named]);
                    photos = more;
                }
            }
        }
        parts
    }

    /// The recipes of a part's sheets, those of each volume followed by its own: what typst found for a sheet is then at hand.
    ///
    /// # Errors
    /// What cannot be written as JSON.
    pub fn shelved(
        &self,
        period: Period,
        sheets: Vec<Vec<Recipe>>,
        shelf: &mut Shelf,
    ) -> Result<Vec<Recipe>, serde_json::Error> {
        let mut all = Vec::new();
        let mut open: Vec<Vec<Recipe>> = Vec::new();
        let mut bytes = 0;
        let mut sheets = sheets.into_iter().peekable();
        while let Some(sheet) = sheets.next() {
            bytes += size(&sheet);
            open.push(sheet);
            let room =
                |next: &Vec<Recipe>| open.len() < VOLUME && bytes + size(next) <= VOLUME_BYTES;
            if sheets.peek().is_some_and(room) {
                continue;
            }
            let volume = self.volume(period, shelf.next(period), &open)?;
            all.extend(open.drain(..).flatten());
            all.push(volume);
            bytes = 0;
        }
        Ok(all)
    }

    /// The recipe of a volume of these sheets, whose own recipes are given; `number` among the period's, from 1.
    fn volume(
        &self,
        period: Period,
        number: usize,
        sheets: &[Vec<Recipe>],
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
        if number > 1 {
            title.push_str(&lang.pick(format!(" 第{number}册"), format!(", volume {number}")));
            name.push_str(&format!("-{number}"));
        }
        let meta = Meta {
            title,
            author: self.office.config.name.clone(),
            lang,
            date: period.last,
        };
        let pdfs = || sheets.iter().flatten().filter(|r| r.is_pdf());
        let contexts = pdfs().map(|r| r.context.as_slice());
        let path = format!("{}/{FOLDER}/{name}.pdf", self.folder());
        let context = bound(&meta, contexts)?;
        let mut recipe = Recipe::pdf(path, PDF, &(), meta)?;
        recipe.context = context;
        let mut seen = rustc_hash::FxHashSet::default();
        recipe.photos = pdfs().flat_map(|r| &r.photos).cloned().collect();
        let records = pdfs().flat_map(|r| &r.records);
        recipe.records = records.filter(|r| seen.insert(*r)).cloned().collect();
        Ok(recipe)
    }
}

/// What a sheet adds to its volume, in bytes.
fn size(sheet: &[Recipe]) -> usize {
    let pdfs = sheet.iter().filter(|r| r.is_pdf());
    pdfs.map(|r| r.context.len()).sum()
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
