//! A volume: a form whose sheet is the contents page, and the sheets of other forms that follow it in the same document,
//! pages counted through.

use std::collections::BTreeMap;

use super::compile::{Compiler, Made, Names, place};
use super::definition as def;
use super::fill::Filler;
use super::make::{Maker, Subject};
use super::model::{Form, Members};
use super::sheet::{Block, Entry, Sheet, Value};
use crate::document::redact::Redaction;
use crate::document::words;
use crate::finding::Place;
use crate::policy::Fault;
use crate::policy::value::View;
use crate::schema::KindId;
use crate::text::{Bilingual, did_you_mean};

/// Sheets of a form that follow.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// The form.
    pub form: String,
    /// Of which records; the volume's own when absent.
    pub from: Option<Members>,
    /// Their kind.
    of: KindId,
    /// Where it is written.
    at: Place,
}

/// A part as the contents list it.
pub(super) struct Entered {
    title: String,
    number: String,
    date: String,
}

/// So many lines for handwriting has an empty list of contents.
const EMPTY: usize = 8;

impl Compiler<'_> {
    /// The parts as written; whether there are such forms is known when all are compiled.
    pub fn parts(&mut self, written: &[def::Part], names: &Names) -> Made<Vec<Part>> {
        let mut parts = Vec::new();
        for w in written {
            let from = match &w.from {
                Some(f) => Some(self.members(f, names)?.0),
                None => None,
            };
            let Some(of) = from.as_ref().map(|m| m.of).or(names.item) else {
                return self.fault(
                    &w.form,
                    "没有 each 的表单，parts 要写 from",
                    "without `each`, a part needs `from`",
                );
            };
            let at = &w.form.defined;
            parts.push(Part {
                form: w.form.value.clone(),
                from,
                of,
                at: place(self.id, self.text, at.line(), at.column()),
            });
        }
        Ok(parts)
    }
}

/// What is wrong with the parts of all forms.
pub(super) fn faults(forms: &BTreeMap<String, Form>) -> Vec<Fault> {
    let all = forms.values().flat_map(|f| &f.parts);
    let faults = all.filter_map(|p| {
        let message = wrong(p, forms)?;
        let place = p.at.clone();
        Some(Fault { place, message })
    });
    faults.collect()
}

fn wrong(part: &Part, forms: &BTreeMap<String, Form>) -> Option<Bilingual> {
    let id = &part.form;
    let Some(form) = forms.get(id) else {
        let near = did_you_mean(id, forms.keys().map(String::as_str));
        return Some(Bilingual::new(
            format!("没有「{id}」这种表单{}", near.zh),
            format!("there is no form `{id}`{}", near.en),
        ));
    };
    if !form.parts.is_empty() {
        return Some(Bilingual::new(
            format!("「{id}」自己有 parts，不能再作一部分"),
            format!("`{id}` has parts itself and cannot be one"),
        ));
    }
    if form.each != Some(part.of) || !form.per.is_empty() {
        return Some(Bilingual::new(
            format!("「{id}」不是这种记录一条一份的表单"),
            format!("`{id}` is no form of such a record each"),
        ));
    }
    None
}

impl<'a> Maker<'a> {
    /// The sheets of the form's parts in order. What they are made from counts as the volume's own.
    pub fn parts(
        &self,
        filler: &mut Filler<'a>,
        view: &View<'a>,
        redaction: &'a Redaction,
    ) -> Vec<Sheet> {
        let mut sheets = Vec::new();
        for part in self.form.parts.iter().filter(|_| view.item.is_some()) {
            let Some(form) = self.forms.get(&part.form) else {
                continue;
            };
            let maker = Maker { form, ..*self };
            let records = match &part.from {
                Some(m) => filler
                    .members(m, view)
                    .into_iter()
                    .map(|(_, r)| r)
                    .collect(),
                None => view.item.into_iter().collect::<Vec<_>>(),
            };
            for record in records {
                let subject = Subject {
                    record: Some(record),
                    period: None,
                };
                let when = form.when.as_ref();
                if when.is_some_and(|w| !maker.view(subject).holds(w)) {
                    continue;
                }
                let date = maker.date(subject);
                let worded = maker.worded_on(self.worded, date.unwrap_or(self.office.as_of));
                let (mut sheet, used, _) = worded.filled(subject, redaction);
                // One copy is enough for the file.
                sheet.copies.clear();
                filler.used.add(used);
                filler.contents.push(Entered {
                    title: sheet.title.clone(),
                    number: sheet.number.clone(),
                    date: date.map_or_else(String::new, |d| words::date(d, self.lang())),
                });
                sheets.push(sheet);
            }
        }
        sheets
    }
}

impl Filler<'_> {
    /// The list of the parts, each with the page it begins on.
    pub fn list_of_contents(&self, label: &Bilingual) -> Block {
        let lang = self.lang;
        let head = lang.pick(
            ["序号", "文件名称", "编号", "日期", "页次", "备注"],
            ["No.", "Paper", "Number", "Date", "Page", "Remark"],
        );
        let short = |text: &str| Value {
            text: text.to_owned(),
            short: true,
            ..Value::default()
        };
        let rows = self.contents.iter().enumerate().map(|(i, e)| {
            let title = Value {
                text: e.title.clone(),
                ..Value::default()
            };
            let page = Value {
                part: Some(i + 1),
                ..short("")
            };
            let number = (i + 1).to_string();
            Entry::Cells(vec![
                short(&number),
                title,
                short(&e.number),
                short(&e.date),
                page,
                Value::default(),
            ])
        });
        let mut rows: Vec<Entry> = rows.collect();
        if rows.is_empty() {
            let line = || Entry::Cells(vec![Value::default(); head.len()]);
            rows.extend(std::iter::repeat_with(line).take(EMPTY));
        }
        Block::Table {
            columns: vec![2, 9, 6, 7, 2, 5],
            label: Some(label.get(lang).to_owned()),
            head: head.map(str::to_owned).into(),
            rows,
        }
    }
}
