//! Which sheets an office gets, and each as recipes for PDF and HTML.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;
use serde::Serialize;

use super::model::{Form, Members, Row as FormRow};
use super::fill::{Filler, blank_day};
use super::records::digest;
use super::sheet::{Attached, Line, Sheet};
use super::{Forms, file_names};
use crate::calendar::Period;
use crate::document::{Meta, Recipe, words};
use crate::policy::Packs;
use crate::policy::context::Context;
use crate::policy::value::{Record, View};
use crate::schema::Schema;
use crate::table::{Office, OfficeConfig};
use crate::text::Lang;

/// The renderers' templates, below `templates/`.
const PDF: &str = "shared/form.typ";
const HTML: &str = "site/form.html";

/// The file with the records inside a PDF.
const RECORDS: &str = "records.yaml";

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
struct Subject {
    record: Option<Record>,
    period: Option<Period>,
}

/// What an HTML page is made from, besides the sheet.
#[derive(Serialize)]
struct Page<'a> {
    title: &'a str,
    lang: &'a str,
    office: &'a str,
    /// From the page's folder to `output/`.
    root: String,
    /// The same form for printing.
    pdf: String,
    sheet: &'a Sheet,
}

/// The recipes of every sheet that an office's adopted policies prescribe: each as PDF and as HTML.
///
/// # Errors
/// What cannot be written as JSON.
pub fn recipes(
    office: &Office,
    forms: &Forms,
    packs: &Packs,
    wanted: &Wanted,
) -> Result<Vec<Recipe>, serde_json::Error> {
    let context = Context::new(office, &forms.links);
    let mut all = Vec::new();
    for form in prescribed(office, forms, packs) {
        if !wanted.forms.is_empty() && !wanted.forms.contains(&form.id) {
            continue;
        }
        let maker = Maker {
            office,
            context: &context,
            packs,
            form,
        };
        let made: Vec<Vec<Recipe>> = maker
            .named_subjects()
            .into_par_iter()
            .filter(|(s, _)| maker.is_wanted(*s, wanted.period))
            .map(|(subject, name)| maker.both(subject, &name))
            .collect::<Result<_, _>>()?;
        all.extend(made.into_iter().flatten());
    }
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
    let office = Office::empty(config.clone(), Arc::clone(schema));
    let maker = Maker {
        office: &office,
        context: &Context::new(&office, &forms.links),
        packs,
        form,
    };
    let nothing = Subject {
        record: None,
        period: None,
    };
    let (sheet, _, _) = maker.sheet(nothing);
    let path = format!("{}.pdf", form.id);
    Recipe::pdf(path, PDF, &sheet, maker.meta(&sheet, NaiveDate::default()))
}

struct Maker<'a> {
    office: &'a Office,
    context: &'a Context<'a>,
    packs: &'a Packs,
    form: &'a Form,
}

impl<'a> Maker<'a> {
    fn lang(&self) -> Lang {
        self.office.config.lang
    }

    fn view(&self, s: Subject) -> View<'a> {
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
        let filler = Filler::new(self.context);
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
    fn number(&self, s: Subject) -> String {
        if let Some(words) = &self.form.file {
            return Filler::new(self.context).words(words, &self.view(s)).0;
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
    fn date(&self, s: Subject) -> Option<NaiveDate> {
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

    fn meta(&self, sheet: &Sheet, date: NaiveDate) -> Meta {
        let number = Some(sheet.number.as_str()).filter(|n| !n.is_empty());
        Meta {
            title: std::iter::once(sheet.title.as_str())
                .chain(number)
                .collect::<Vec<_>>()
                .join(" "),
            author: sheet.office.clone(),
            lang: self.lang(),
            date,
        }
    }

    fn both(&self, subject: Subject, name: &str) -> Result<Vec<Recipe>, serde_json::Error> {
        let (sheet, records, yaml) = self.sheet(subject);
        let date = self
            .date(subject)
            .or(self.office.config.since)
            .unwrap_or_default();
        let folder = match self.office.id.as_str() {
            "" => format!("forms/{}", self.form.id),
            id => format!("{id}/forms/{}", self.form.id),
        };
        let meta = self.meta(&sheet, date);
        let page = Page {
            title: &meta.title,
            lang: sheet.lang,
            office: &sheet.office,
            root: "../".repeat(folder.split('/').count()),
            pdf: format!("{name}.pdf"),
            sheet: &sheet,
        };
        let mut html = Recipe::html(format!("{folder}/{name}.html"), HTML, &page)?;
        html.records.clone_from(&records);
        let mut pdf = Recipe::pdf(
            format!("{folder}/{name}.pdf"),
            PDF,
            &sheet.without_places(),
            meta,
        )?;
        pdf.attachment = Some((RECORDS.to_owned(), yaml));
        pdf.records = records;
        Ok(vec![pdf, html])
    }

    /// The sheet, the records that it was made from, and these as YAML.
    fn sheet(&self, subject: Subject) -> (Sheet, Vec<String>, String) {
        let (form, office, lang) = (self.form, self.office, self.lang());
        let view = self.view(subject);
        let mut filler = Filler::new(self.context);
        if let Some(record) = subject.record {
            filler.used.whole(record);
        }
        let blocks = filler.blocks(form, &view);
        let copies = form
            .copies
            .as_ref()
            .map(|e| self.copies(&view, e))
            .unwrap_or_default();
        let yaml = filler.used.yaml(office);
        let number = self.number(subject);
        let code = office.config.form_codes.get(&form.id);
        let name = &office.config.name;
        let filled = subject.record.is_some() || subject.period.is_some();
        let sheet = Sheet {
            version: 1,
            form: form.id.clone(),
            title: form.title.get(lang).to_owned(),
            lang: lang.pick("zh", "en"),
            office: name.clone(),
            code: code.map(|c| line(lang.pick("表单编号", "Form"), c.clone())),
            head: self.head(subject, &number),
            number,
            landscape: form.landscape,
            intro: form.intro.as_ref().map(|t| t.get(lang).to_owned()),
            blocks,
            remark: form.remark.as_ref().map(|t| t.get(lang).to_owned()),
            seal: form.seal.then(|| {
                let words = lang.pick(format!("{name}（盖章）"), format!("{name} (seal)"));
                [words, blank_day(lang).to_owned()]
            }),
            foot: self.foot(subject, &filler, &yaml),
            page: lang
                .pick(["第 ", " 页 共 ", " 页"], ["Page ", " of ", ""])
                .map(str::to_owned),
            copies,
            signed: lang.pick("据记录：", "on record: ").to_owned(),
            continued: lang.pick("（续）", " (continued)").to_owned(),
            attachment: filled.then(|| Attached {
                name: RECORDS.to_owned(),
                description: lang
                    .pick("本表所据的记录", "The records that this form was made from")
                    .to_owned(),
            }),
        };
        (sheet, filler.used.names(office), yaml)
    }

    fn copies(&self, view: &View<'a>, e: &crate::policy::expr::Expr) -> Vec<String> {
        let crate::table::Value::List(parts) = view.value(e) else {
            return Vec::new();
        };
        let mark = |part: &str| {
            let plain = part.strip_suffix('联').unwrap_or(part);
            self.lang()
                .pick(format!("{plain}联"), format!("Copy: {part}"))
        };
        parts.split('\u{1f}').map(mark).collect()
    }

    fn head(&self, s: Subject, number: &str) -> Vec<Line> {
        let lang = self.lang();
        let mut head = vec![line(
            lang.pick("单位", "Office"),
            self.office.config.name.clone(),
        )];
        if self.form.each.is_some() {
            head.push(line(lang.pick("编号", "No."), number.to_owned()));
        }
        if self.form.per.is_empty() {
            let date = self
                .date(s)
                .map_or_else(String::new, |d| words::date(d, lang));
            let date = if date.is_empty() {
                blank_day(lang).to_owned()
            } else {
                date
            };
            head.push(line(lang.pick("日期", "Date"), date));
        } else {
            let period = s
                .period
                .map_or_else(String::new, |p| words::period(p, lang));
            head.push(line(lang.pick("期间", "Period"), period));
        }
        head
    }

    fn foot(&self, s: Subject, filler: &Filler<'a>, yaml: &str) -> Vec<Line> {
        let lang = self.lang();
        let mut foot = Vec::new();
        let answers = self.answers(s);
        if !answers.is_empty() {
            foot.push(line(lang.pick("依据", "Policy"), answers));
        }
        if s.record.is_some() || s.period.is_some() {
            let told = filler.used.told(self.office);
            foot.push(line(lang.pick("所据记录", "Records"), told));
            foot.push(line(
                lang.pick("记录摘要 SHA-256", "Digest SHA-256"),
                digest(yaml),
            ));
        }
        foot
    }

    /// The adopted policies that prescribe the form, each with the clause that it answers.
    fn answers(&self, s: Subject) -> String {
        let lang = self.lang();
        let day = self.date(s);
        let mut told: Vec<String> = Vec::new();
        for a in &self.office.config.adoptions {
            let in_force =
                day.is_none_or(|d| a.from.is_none_or(|f| d >= f) && a.until.is_none_or(|u| d <= u));
            let Some(pack) = self
                .packs
                .get(&a.policy)
                .filter(|p| in_force && p.forms.contains(&self.form.id))
            else {
                continue;
            };
            let title = pack.title.get(lang);
            let clause = self.form.answers.get(&pack.id).map_or("", String::as_str);
            let text = lang.pick(format!("《{title}》{clause}"), format!("{title} {clause}"));
            if !told.contains(&text) {
                told.push(text);
            }
        }
        told.join(lang.pick("；", "; "))
    }
}

fn line(label: &str, text: String) -> Line {
    Line {
        label: label.to_owned(),
        text,
    }
}

/// The sets of records whose dates give a register its periods.
fn sources(row: &FormRow) -> &[Members] {
    match row {
        FormRow::Table(t) => &t.from,
        FormRow::Distribution(d) => std::slice::from_ref(&d.of),
        FormRow::Cells(..) | FormRow::Matrix(..) => &[],
    }
}

/// The first day that a record has in any of its fields.
fn any_date(office: &Office, (kind, row): Record) -> Option<NaiveDate> {
    office
        .schema
        .get(kind)
        .iter()
        .find_map(|(id, _)| match office.value(kind, row, id) {
            crate::table::Value::Moment(m) => Some(m.date()),
            _ => None,
        })
}
