//! Which sheets an office gets, and each as recipes for PDF and HTML, and for .xlsx where it is of a period.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;
use serde::Serialize;

use super::collect::Shelf;
use super::fill::Filler;
use super::model::{Form, Members, Row as FormRow};
use super::sheet::Sheet;
use super::{Forms, Wording, photos, tabs};
use crate::calendar::Period;
use crate::document::name::file_names;
use crate::document::redact::Redaction;
use crate::document::{Recipe, below_office, findings};
use crate::policy::Packs;
use crate::policy::context::Context;
use crate::policy::value::{Record, View};
use crate::schema::Schema;
use crate::table::{Office, OfficeConfig};
use crate::text::Lang;

/// The renderers' templates, below `templates/`.
pub(super) const PDF: &str = "shared/form.typ";
const HTML: &str = "site/form.html";

/// The file with the records inside a PDF.
pub(super) const RECORDS: &str = "records.yaml";

/// Which of the prescribed sheets are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only these forms; all when empty.
    pub forms: Vec<String>,
    /// Only sheets dated in this period.
    pub period: Option<Period>,
}

/// What one sheet stands for.
#[derive(Clone, Copy)]
pub(super) struct Subject {
    pub record: Option<Record>,
    pub period: Option<Period>,
}

/// What an HTML page is made from, besides the sheet.
#[derive(Serialize)]
struct Page<'a> {
    title: &'a str,
    lang: &'a str,
    /// The pages above it: label and address.
    crumbs: Vec<(String, String)>,
    /// From the page's folder to `output/`.
    root: String,
    /// The same form for printing.
    pdf: String,
    /// The same for reckoning.
    xlsx: Option<String>,
    sheet: &'a Sheet,
}

/// The recipes of every sheet that an office's adopted policies prescribe: each as PDF and as HTML, those
/// of a period as .xlsx too; `redaction` is for the HTML. They are handed on some hundred sheets at a time, so that memory
/// does not grow with their number.
///
/// # Errors
/// What cannot be written as JSON, or whatever ends the handing on.
pub fn each_of_office<E: From<serde_json::Error>>(
    office: &Office,
    forms: &Forms,
    packs: &Packs,
    redaction: &Redaction,
    wanted: &Wanted,
    mut hand_on: impl FnMut(Vec<Recipe>) -> Result<(), E>,
) -> Result<(), E> {
    let own = findings::seen(office).map_err(serde::ser::Error::custom)?;
    let office = own.as_ref().unwrap_or(office);
    let context = Context::new(office, &forms.links);
    let worded = forms.worded(office, packs);
    let plain = Redaction::none();
    let mut pictures = BTreeSet::new();
    for form in prescribed(office, forms, packs) {
        if !wanted.forms.is_empty() && !wanted.forms.contains(&form.id) {
            continue;
        }
        let maker = Maker {
            office,
            context: &context,
            packs,
            forms,
            form,
            worded: &worded,
            plain: &plain,
            redaction,
        };
        let mut subjects = maker.named_subjects();
        subjects.retain(|(s, _)| maker.is_wanted(*s, wanted.period));
        let mut shelf = Shelf::default();
        for part in maker.bound(subjects, wanted.period) {
            let sheets: Vec<Vec<Recipe>> = part
                .sheets
                .par_iter()
                .map(|(subject, name)| maker.formats(*subject, name))
                .collect::<Result<_, _>>()?;
            let all = match part.period {
                Some(period) => maker.shelved(period, sheets, &mut shelf)?,
                None => sheets.into_iter().flatten().collect(),
            };
            hand_on(photos::once(all.into_iter(), &mut pictures))?;
        }
    }
    Ok(())
}

/// What [`each_of_office`] hands on, all of it.
///
/// # Errors
/// What cannot be written as JSON.
pub fn of_office(
    office: &Office,
    forms: &Forms,
    packs: &Packs,
    redaction: &Redaction,
    wanted: &Wanted,
) -> Result<Vec<Recipe>, serde_json::Error> {
    let mut all = Vec::new();
    each_of_office(office, forms, packs, redaction, wanted, |some| {
        all.extend(some);
        Ok::<(), serde_json::Error>(())
    })?;
    Ok(all)
}

/// The forms that an office's adopted policies prescribe, in order of id; forms that do not exist are left out.
pub fn prescribed<'f>(office: &Office, forms: &'f Forms, packs: &Packs) -> Vec<&'f Form> {
    let adopted = office.config.adoptions.iter();
    let ids: BTreeSet<&String> = adopted
        .filter_map(|a| packs.get(&a.policy))
        .flat_map(|p| &p.forms)
        .collect();
    ids.into_iter().filter_map(|id| forms.get(id)).collect()
}

/// The empty form as a PDF, for an office that starts on paper.
///
/// # Errors
/// What cannot be written as JSON.
pub fn blank(
    config: &OfficeConfig,
    schema: &Arc<Schema>,
    forms: &Forms,
    packs: &Packs,
    form: &Form,
) -> Result<Recipe, serde_json::Error> {
    let schema = findings::schema(schema).map_err(serde::ser::Error::custom)?;
    let office = Office::empty(config.clone(), Arc::new(schema));
    let plain = Redaction::none();
    let maker = Maker {
        office: &office,
        context: &Context::new(&office, &forms.links),
        packs,
        forms,
        form,
        worded: &[],
        plain: &plain,
        redaction: &plain,
    };
    let worded = forms.worded(&office, packs);
    let maker = maker.worded_on(&worded, office.as_of);
    let nothing = Subject {
        record: None,
        period: None,
    };
    let (sheet, _, _) = maker.sheet(nothing, &plain);
    let path = format!("{}.pdf", form.id);
    Recipe::pdf(path, PDF, &sheet, maker.meta(&sheet, NaiveDate::default()))
}

/// One form of one office.
#[derive(Clone, Copy)]
pub(super) struct Maker<'a> {
    pub office: &'a Office,
    pub context: &'a Context<'a>,
    pub packs: &'a Packs,
    pub forms: &'a Forms,
    pub form: &'a Form,
    /// The forms as the office's wordings of its policies have them, by the first day of each.
    pub worded: &'a [Wording],
    /// Hides nothing: for what is printed and filed.
    pub plain: &'a Redaction,
    /// For what is published.
    pub redaction: &'a Redaction,
}

impl<'a> Maker<'a> {
    pub fn lang(&self) -> Lang {
        self.office.config.lang
    }

    /// The same, with the form as worded on a day.
    pub fn worded_on(self, worded: &'a [Wording], day: NaiveDate) -> Self {
        let last = worded.iter().rev().find(|(from, _)| *from <= day);
        let form = last.and_then(|(_, forms)| forms.get(&self.form.id));
        Self {
            form: form.unwrap_or(self.form),
            ..self
        }
    }

    pub fn view(&self, s: Subject) -> View<'a> {
        let mut view = View {
            office: self.office,
            item: s.record,
            subject: s.record,
            lets: [None; crate::policy::value::MAX_LETS],
            period: s.period,
            deadline: None,
        };
        if s.record.is_some() {
            for (i, link) in self.form.lets.iter().enumerate() {
                view.lets[i] = self.context.picked(&view, link);
            }
        }
        view
    }

    /// What has a sheet, with the file's name.
    fn named_subjects(&self) -> Vec<(Subject, String)> {
        let subjects = self.subjects();
        let numbers: Vec<String> = subjects.iter().map(|s| self.number(*s)).collect();
        let names = file_names(numbers.iter().map(String::as_str));
        subjects.into_iter().zip(names).collect()
    }

    fn subjects(&self) -> Vec<Subject> {
        let mut all = Vec::new();
        for record in self.records() {
            if self.form.per.is_empty() {
                let period = None;
                all.push(Subject { record, period });
                continue;
            }
            let periods = self.periods(record);
            all.extend(periods.into_iter().map(|p| Subject {
                record,
                period: Some(p),
            }));
        }
        all
    }

    /// The records that have a sheet; one `None` for a form of the office.
    fn records(&self) -> Vec<Option<Record>> {
        let Some(kind) = self.form.each else {
            return vec![None];
        };
        let live = (0..).zip(&self.office.table(kind).live);
        let rows = live
            .filter(|(_, live)| **live)
            .map(|(row, _)| Some((kind, row)));
        rows.filter(|record| {
            let subject = Subject {
                record: *record,
                period: None,
            };
            let when = self.form.when.as_ref();
            when.is_none_or(|w| self.view(subject).holds(w))
        })
        .collect()
    }

    /// The periods in which a record of the form's tables is dated.
    fn periods(&self, record: Option<Record>) -> BTreeSet<Period> {
        let view = self.view(Subject {
            record,
            period: None,
        });
        let filler = Filler::new(self.context, self.plain);
        let mut periods = BTreeSet::new();
        for members in self.form.rows.iter().flat_map(sources) {
            for moment in filler.moments(members, &view) {
                let units = self.form.per.iter();
                periods.extend(units.map(|u| Period::containing(*u, moment.date())));
            }
        }
        periods
    }

    /// What is printed as its number, and names its file.
    pub fn number(&self, s: Subject) -> String {
        if let Some(words) = &self.form.file {
            return Filler::new(self.context, self.plain)
                .words(words, &self.view(s))
                .0;
        }
        let id = s
            .record
            .map(|(k, r)| self.office.record_id(k, r).to_owned());
        let period = s.period.map(|p| p.to_string());
        let parts: Vec<String> = id.into_iter().chain(period).collect();
        parts.join("-")
    }

    fn is_wanted(&self, s: Subject, period: Option<Period>) -> bool {
        let Some(wanted) = period else { return true };
        match s.period {
            Some(p) => wanted.contains(p.last) && p.unit <= wanted.unit,
            None => self.date(s).is_some_and(|d| wanted.contains(d)),
        }
    }

    /// The document's own date: what the form says, the period's last day, the record's own or any date in it.
    pub fn date(&self, s: Subject) -> Option<NaiveDate> {
        if self.form.undated {
            return None;
        }
        let said = self.form.date.as_ref().map(|e| self.view(s).moment(e));
        let said = said.filter(|m| m.is_present()).map(|m| m.date());
        let own = || {
            s.record
                .map(|r| self.context.own_date(r))
                .filter(|m| m.is_present())
        };
        said.or(s.period.map(|p| p.last))
            .or_else(|| own().map(|m| m.date()))
            .or_else(|| any_date(self.office, s.record?))
    }

    fn formats(&self, subject: Subject, name: &str) -> Result<Vec<Recipe>, serde_json::Error> {
        let day = self.date(subject).unwrap_or(self.office.as_of);
        self.worded_on(self.worded, day)
            .worded_formats(subject, name)
    }

    fn worded_formats(
        &self,
        subject: Subject,
        name: &str,
    ) -> Result<Vec<Recipe>, serde_json::Error> {
        let (sheet, records, yaml) = self.sheet(subject, self.plain);
        let published = (!self.redaction.is_none()).then(|| self.sheet(subject, self.redaction).0);
        let folder = self.folder();
        let date = self.date(subject).or(self.office.config.since);
        let meta = self.meta(&sheet, date.unwrap_or_default());
        let shown = published.as_ref().unwrap_or(&sheet);
        let page = self.page(&folder, name, &meta.title, shown);
        let pictures: Vec<Recipe> = photos::files(&self.office.id, shown).collect();
        let mut html = Recipe::html(format!("{folder}/{name}.html"), HTML, &page)?;
        html.records.clone_from(&records);
        let mut book = None;
        if !self.form.per.is_empty() {
            let tabs = tabs::workbook(&sheet, self.lang());
            let path = format!("{folder}/{name}.xlsx");
            let recipe = Recipe::workbook(path, &tabs, meta.clone())?;
            book = Some(Recipe {
                records: records.clone(),
                ..recipe
            });
        }
        let path = format!("{folder}/{name}.pdf");
        let photos = sheet.all_shown().map(|(p, _)| p.clone()).collect();
        let mut pdf = Recipe::pdf(path, PDF, &sheet.without_places(), meta)?;
        pdf.attachment = Some((RECORDS.to_owned(), yaml));
        pdf.photos = photos;
        pdf.records = records;
        let files = [pdf, html].into_iter().chain(book);
        Ok(files.chain(pictures).collect())
    }

    /// Where the form's documents stand, below `output/`.
    pub fn folder(&self) -> String {
        below_office(&self.office.id, &format!("forms/{}", self.form.id))
    }

    fn page<'s>(&self, folder: &str, name: &str, title: &'s str, sheet: &'s Sheet) -> Page<'s> {
        let root = "../".repeat(folder.split('/').count());
        let mut crumbs = Vec::new();
        if !self.office.id.is_empty() {
            let label = self.lang().pick("全部单位", "All offices");
            crumbs.push((label.to_owned(), format!("{root}index.html")));
        }
        let own = below_office(&self.office.id, "index.html");
        crumbs.push((sheet.office.clone(), format!("{root}{own}")));
        crumbs.push((sheet.title.clone(), "index.html".to_owned()));
        Page {
            title,
            lang: sheet.lang,
            crumbs,
            root,
            pdf: format!("{name}.pdf"),
            xlsx: (!self.form.per.is_empty()).then(|| format!("{name}.xlsx")),
            sheet,
        }
    }
}

/// The sets of records whose dates give a register its periods.
fn sources(row: &FormRow) -> &[Members] {
    match row {
        FormRow::Table(t) => &t.from,
        FormRow::Distribution(d) => std::slice::from_ref(&d.of),
        FormRow::Cells(..) | FormRow::Images(..) | FormRow::Matrix(..) | FormRow::Contents(..) => {
            &[]
        }
    }
}

/// The first day that a record has in any of its fields.
pub(super) fn any_date(office: &Office, (kind, row): Record) -> Option<NaiveDate> {
    office
        .schema
        .get(kind)
        .iter()
        .find_map(|(id, _)| match office.value(kind, row, id) {
            crate::table::Value::Moment(m) => Some(m.date()),
            _ => None,
        })
}
