//! A form and a record (or an office and a period) → a sheet. Without a record: the blank form.

use super::capitals::capitals;
use super::definition::Show;
use super::model::{Answer, Cell, Form, Question, Row, What};
use super::parts::Entered;
use super::records::Used;
use super::sheet::{self, Block, Choice, Content, Entry, Value as Shown};
use super::text::{Part, Words, office_fact};
use crate::document::redact::Redaction;
use crate::document::words;
use crate::document::workbook::Quantity;
use crate::photo::Photo;
use crate::policy::context::Context;
use crate::policy::exact::Exact;
use crate::policy::expr::{Expr, Path};
use crate::policy::value::{Record, View};
use crate::schema::{FieldId, FieldType};
use crate::table::{Office, Value};
use crate::text::Lang;

/// Fills a form in, and remembers which records it used.
pub(super) struct Filler<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) office: &'a Office,
    pub(super) lang: Lang,
    pub(super) redaction: &'a Redaction,
    pub used: Used,
    /// The photographs that the sheet shows, and the record that names each.
    pub shown: Vec<(Photo, String)>,
    /// The parts of a volume.
    pub contents: Vec<Entered>,
}

/// A text and where it came from.
pub(super) type Told = (String, Option<String>);

impl<'a> Filler<'a> {
    pub fn new(context: &'a Context<'a>, redaction: &'a Redaction) -> Self {
        Self {
            context,
            redaction,
            office: context.office,
            lang: context.office.config.lang,
            used: Used::default(),
            shown: Vec::new(),
            contents: Vec::new(),
        }
    }

    /// The grid.
    pub fn blocks(&mut self, form: &Form, view: &View<'a>) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        for row in &form.rows {
            match row {
                Row::Cells(columns, cells) => self.row(&mut blocks, columns, cells, view),
                Row::Images(path, columns, cell) => match self.photographs(path, view) {
                    Some(photographs) => blocks.push(photographs),
                    None => self.row(&mut blocks, columns, std::slice::from_ref(cell), view),
                },
                Row::Table(t) => blocks.push(self.table(t, view)),
                Row::Matrix(label, questions) => {
                    blocks.push(self.matrix(label.get(self.lang), questions, view));
                }
                Row::Contents(label) => blocks.push(self.list_of_contents(label)),
                Row::Distribution(d) => {
                    let rows = self.members(&d.of, view);
                    let rows: Vec<_> = rows.into_iter().map(|(_, r)| r).collect();
                    rows.iter().for_each(|r| self.used.whole(*r));
                    let rows = (!is_blank(view)).then_some(rows.as_slice());
                    blocks.push(super::distribution::block(self.office, d, rows));
                }
            }
        }
        blocks
    }

    fn row(&mut self, blocks: &mut Vec<Block>, columns: &[u16], cells: &[Cell], view: &View<'a>) {
        let filled = cells.iter().map(|c| self.cell(c, view)).collect();
        match blocks.last_mut() {
            Some(Block::Grid { columns: c, rows }) if c == columns => rows.push(filled),
            _ => blocks.push(Block::Grid {
                columns: columns.to_vec(),
                rows: vec![filled],
            }),
        }
    }

    fn cell(&mut self, c: &Cell, view: &View<'a>) -> sheet::Cell {
        let (content, place) = self.content(&c.what, view);
        let quantity = self.quantity(&c.what, view);
        sheet::Cell {
            label: c.label.as_ref().map(|l| l.get(self.lang).to_owned()),
            span: c.span,
            lines: c.lines,
            place,
            quantity,
            content,
        }
    }

    /// What a spreadsheet reckons with in a cell.
    fn quantity(&mut self, what: &What, view: &View<'a>) -> Option<Quantity> {
        if is_blank(view) || view.period.is_none() {
            // Only what is of a period comes as a workbook.
            return None;
        }
        match what {
            What::Value(e, show) if *show != Show::Capitals => {
                Quantity::of(view.value(e), *show == Show::Date)
            }
            What::Count(m) => Some(Quantity::Number(self.members(m, view).len().to_string())),
            What::Sum(s, false) => self.sum(s, view).and_then(|a| a.quantity()),
            _ => None,
        }
    }

    fn content(&mut self, what: &What, view: &View<'a>) -> (Content, Option<String>) {
        let text = |(text, place): Told| (Content::Text { text }, place);
        match what {
            What::Nothing => text(Told::default()),
            What::Heading(h) => {
                let text = h.get(self.lang).to_owned();
                (Content::Heading { text }, None)
            }
            What::Value(e, Show::Capitals) => {
                let (_, place) = self.told(view, e, false);
                let value = Exact::of(view.value(e)).and_then(Exact::cents);
                text((value.map(capitals).unwrap_or_default(), place))
            }
            What::Value(e, show) => text(self.told(view, e, *show == Show::Date)),
            What::Joined(all, join) => {
                let told: Vec<Told> = all.iter().map(|e| self.told(view, e, false)).collect();
                let place = told.iter().find_map(|t| t.1.clone());
                let parts: Vec<String> = told
                    .into_iter()
                    .map(|t| t.0)
                    .filter(|t| !t.is_empty())
                    .collect();
                let join = join.as_deref().unwrap_or(self.lang.pick("、", ", "));
                text((parts.join(join), place))
            }
            What::Text(zh, en) => text(self.words(self.lang.pick(zh, en), view)),
            What::Choice(e, answers) => self.choice(e, answers, view),
            What::Signature(who, on) => {
                let (by, place) = who
                    .as_ref()
                    .map(|e| self.told(view, e, true))
                    .unwrap_or_default();
                let day = on
                    .as_ref()
                    .map(|e| self.told(view, e, true))
                    .unwrap_or_default()
                    .0;
                let day = if day.is_empty() {
                    blank_day(self.lang).to_owned()
                } else {
                    day
                };
                (Content::Signature { by, day }, place)
            }
            What::Count(m) => {
                if is_blank(view) {
                    return text(Told::default());
                }
                text((self.members(m, view).len().to_string(), None))
            }
            What::Share(m, met) => text((self.share(m, met, view), None)),
            What::Sum(s, capitals) => {
                let value = (!is_blank(view)).then(|| self.sum(s, view)).flatten();
                text((self.amount(value, *capitals), None))
            }
        }
    }

    /// A text with its values; nothing when it has values and none is there.
    pub fn words(&mut self, words: &Words, view: &View<'a>) -> Told {
        let mut out = Told::default();
        let (mut asked, mut found) = (false, false);
        for part in &words.0 {
            let text = match part {
                Part::Literal(t) => {
                    out.0.push_str(t);
                    continue;
                }
                Part::Value(e) => {
                    let (text, place) = self.told(view, e, false);
                    out.1 = out.1.or(place);
                    text
                }
                Part::Office(name) => office_fact(self.office, name).to_owned(),
                Part::Period => view
                    .period
                    .map(|p| words::period(p, self.lang))
                    .unwrap_or_default(),
            };
            asked = true;
            found |= !text.is_empty();
            out.0.push_str(&text);
        }
        if asked && !found {
            Told::default()
        } else {
            out
        }
    }

    /// An expression's value as text, and its place.
    pub fn told(&mut self, view: &View<'a>, e: &Expr, day: bool) -> Told {
        match chosen(view, e) {
            Expr::Path(p) => self.field(view, p, day),
            e => match view.value(e) {
                Value::Ref(kind, row) => (self.name((kind, row)), None),
                Value::Moment(m) if day && m.is_present() => {
                    (words::date(m.date(), self.lang), None)
                }
                v => (words::value(self.office, self.lang, v), None),
            },
        }
    }

    fn field(&mut self, view: &View<'a>, path: &Path, day: bool) -> Told {
        let Some(record) = self.use_path(view, path) else {
            return Told::default();
        };
        let value = self.office.value(record.0, record.1, path.field);
        let text = match value {
            Value::Ref(kind, row) => self.name((kind, row)),
            _ => {
                let text = words::field(self.office, self.lang, record, path.field, day);
                self.published(record, path.field, text)
            }
        };
        let is_placed = !text.is_empty() && !self.office.schema.is_derived(record.0);
        let place = is_placed.then(|| self.place(record, path));
        (text, place)
    }

    /// What may be shown of a field's text.
    pub(super) fn published(&self, record: Record, field: FieldId, text: String) -> String {
        if self.redaction.hides(record.0, field) {
            return Redaction::masked(&text);
        }
        let is_id = self.office.schema.get(record.0).get(field).ty == FieldType::Id;
        match self.office.value(record.0, record.1, field) {
            // A number of a record may be as long as one of a telephone.
            Value::Text(_) | Value::List(_) if !is_id && !self.redaction.is_none() => {
                self.redaction.text(self.office, Some(record), &text)
            }
            _ => text,
        }
    }

    /// A record's name, or its id.
    fn name(&mut self, record: Record) -> String {
        let name = words::name(self.office, record.0, record.1);
        match self.office.schema.get(record.0).field("name") {
            Some(field) => {
                self.used.field(record, field);
                self.published(record, field, name)
            }
            None => name,
        }
    }

    pub(super) fn place(&self, record: Record, path: &Path) -> String {
        let place = self.office.place(record.0, record.1, Some(path.field));
        format!("{}:{}", place.file, place.line)
    }

    /// The record that has a path's field; remembers it and those on the way.
    pub(super) fn use_path(&mut self, view: &View<'a>, path: &Path) -> Option<Record> {
        for (i, (kind, field)) in path.hops.iter().enumerate() {
            let part = Path {
                root: path.root,
                hops: path.hops[..i].to_vec(),
                field: *field,
                kind: *kind,
            };
            self.used.field(view.owner(&part)?, *field);
        }
        let record = view.owner(path)?;
        self.used.field(record, path.field);
        Some(record)
    }

    fn choice(
        &mut self,
        e: &Expr,
        answers: &[Answer],
        view: &View<'a>,
    ) -> (Content, Option<String>) {
        let mut place = None;
        if let Expr::Path(p) = chosen(view, e)
            && let Some(record) = self.use_path(view, p)
        {
            place = Some(self.place(record, p));
        }
        let value = view.value(e);
        let is = |i: usize, a: &Answer| match value {
            Value::Code(c) => usize::from(c) == i + 1,
            Value::Bool(b) => b == (i == 0),
            Value::List(t) => t.split('\u{1f}').any(|part| part == a.code),
            _ => false,
        };
        let all = answers.iter().enumerate().map(|(i, a)| (is(i, a), a));
        let options: Vec<Choice> = all
            .filter(|(chosen, a)| *chosen || a.shown)
            .map(|(chosen, a)| Choice {
                text: a.label.get(self.lang).to_owned(),
                chosen,
            })
            .collect();
        let place = place.filter(|_| options.iter().any(|o| o.chosen));
        (Content::Choice { options }, place)
    }

    fn matrix(&mut self, label: &str, questions: &[Question], view: &View<'a>) -> Block {
        let answers = questions.first().map_or(&[][..], |q| &q.answers);
        let head = std::iter::once(label.to_owned())
            .chain(answers.iter().map(|a| a.label.get(self.lang).to_owned()))
            .collect();
        let rows = questions
            .iter()
            .map(|q| {
                let code = match view.value(&q.value) {
                    Value::Code(c) => usize::from(c),
                    _ => 0,
                };
                let (_, place) = self.told(view, &q.value, false);
                let first = Shown {
                    text: q.label.get(self.lang).to_owned(),
                    ..Shown::default()
                };
                let boxes = (1..=answers.len()).map(|i| Shown {
                    tick: Some(i == code),
                    place: place.clone().filter(|_| i == code),
                    ..Shown::default()
                });
                Entry::Cells(std::iter::once(first).chain(boxes).collect())
            })
            .collect();
        let columns = std::iter::once(3)
            .chain(answers.iter().map(|_| 2))
            .collect();
        Block::Table {
            columns,
            label: None,
            head,
            rows,
        }
    }
}

/// Whether there is nothing to fill in.
pub(super) fn is_blank(view: &View<'_>) -> bool {
    view.item.is_none() && view.period.is_none()
}

/// The branch of a condition that holds.
fn chosen<'e>(view: &View<'_>, e: &'e Expr) -> &'e Expr {
    match e {
        Expr::If(t) if view.holds(&t.0) => chosen(view, &t.1),
        Expr::If(t) => chosen(view, &t.2),
        e => e,
    }
}

/// Blanks for a day to be written by hand where nothing else says that a day belongs there.
pub(super) fn blank_day(lang: Lang) -> &'static str {
    lang.pick(labelled_day(lang), "Date: ______________")
}

/// The same behind a label.
pub(super) fn labelled_day(lang: Lang) -> &'static str {
    lang.pick("　　年　　月　　日", "______________")
}
