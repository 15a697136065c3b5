//! A form and a record (or an office and a period) → a sheet. Without a record: the blank form.

use super::definition::Show;
use super::model::{Answer, Cell, Column, Form, Members, Question, Row, Table, What};
use super::records::Used;
use super::sheet::{self, Block, Choice, Content, Entry, Value as Shown};
use super::text::{Part, Words, office_fact};
use crate::document::redact::Redaction;
use crate::document::words;
use crate::moment::Moment;
use crate::policy::context::Context;
use crate::policy::expr::{Expr, Path};
use crate::policy::value::{Record, View};
use crate::schema::FieldId;
use crate::table::{Office, Value};
use crate::text::Lang;

/// Fills a form in, and remembers which records it used.
pub(super) struct Filler<'a> {
    context: &'a Context<'a>,
    office: &'a Office,
    lang: Lang,
    redaction: &'a Redaction,
    pub used: Used,
}

/// A text and where it came from.
type Told = (String, Option<String>);

impl<'a> Filler<'a> {
    pub fn new(context: &'a Context<'a>, redaction: &'a Redaction) -> Self {
        Self {
            context,
            redaction,
            office: context.office,
            lang: context.office.config.lang,
            used: Used::default(),
        }
    }

    /// The grid.
    pub fn blocks(&mut self, form: &Form, view: &View<'a>) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        for row in &form.rows {
            match row {
                Row::Cells(columns, cells) => {
                    let filled = cells.iter().map(|c| self.cell(c, view)).collect();
                    match blocks.last_mut() {
                        Some(Block::Grid { columns: c, rows }) if c == columns => rows.push(filled),
                        _ => blocks.push(Block::Grid {
                            columns: columns.clone(),
                            rows: vec![filled],
                        }),
                    }
                }
                Row::Table(t) => blocks.push(self.table(t, view)),
                Row::Matrix(label, questions) => {
                    blocks.push(self.matrix(label.get(self.lang), questions, view));
                }
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

    fn cell(&mut self, c: &Cell, view: &View<'a>) -> sheet::Cell {
        let (content, place) = self.content(&c.what, view);
        sheet::Cell {
            label: c.label.as_ref().map(|l| l.get(self.lang).to_owned()),
            span: c.span,
            lines: c.lines,
            place,
            content,
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
        }
    }

    fn share(&mut self, m: &Members, met: &Expr, view: &View<'a>) -> String {
        let rows = self.members(m, view);
        let met = rows.iter().filter(|(v, _)| v.holds(met)).count();
        super::distribution::share(met as u64, rows.len() as u64)
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
        let place = (!text.is_empty()).then(|| self.place(record, path));
        (text, place)
    }

    /// What may be shown of a field's text.
    fn published(&self, record: Record, field: FieldId, text: String) -> String {
        if self.redaction.hides(record.0, field) {
            return Redaction::masked(&text);
        }
        match self.office.value(record.0, record.1, field) {
            Value::Text(_) | Value::List(_) if !self.redaction.is_none() => {
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

    fn place(&self, record: Record, path: &Path) -> String {
        let place = self.office.place(record.0, record.1, Some(path.field));
        format!("{}:{}", place.file, place.line)
    }

    /// The record that has a path's field; remembers it and those on the way.
    fn use_path(&mut self, view: &View<'a>, path: &Path) -> Option<Record> {
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

    /// The records of a set, each with the view that its columns have of it, in order of time.
    fn members(&self, m: &Members, view: &View<'a>) -> Vec<(View<'a>, Record)> {
        let rows: Vec<Record> = match &m.link {
            Some(link) => self.context.linked(view, link).collect(),
            None => {
                let live = &self.office.table(m.of).live;
                let rows = (0..).zip(live).filter(|(_, live)| **live);
                rows.map(|(row, _)| (m.of, row)).collect()
            }
        };
        let mut members: Vec<(Moment, View<'a>, Record)> = rows
            .into_iter()
            .filter_map(|record| {
                let inner = View {
                    item: Some(record),
                    subject: view.item,
                    ..*view
                };
                let in_set = m.filter.as_ref().is_none_or(|f| inner.holds(f));
                let at = self.moment(m, &inner, record);
                let in_period = view
                    .period
                    .is_none_or(|p| at.is_present() && p.contains(at.date()));
                (in_set && in_period).then_some((at, inner, record))
            })
            .collect();
        members.sort_by(|a, b| {
            let key = |m: &Moment| (!m.is_present(), m.day_number(), m.seconds());
            let id = |r: &Record| self.office.record_id(r.0, r.1);
            key(&a.0)
                .cmp(&key(&b.0))
                .then_with(|| super::natural(id(&a.2), id(&b.2)))
        });
        members
            .into_iter()
            .map(|(_, mut inner, record)| {
                for (i, link) in m.lets.iter().enumerate() {
                    inner.lets[i] = self.context.picked(&inner, link);
                }
                (inner, record)
            })
            .collect()
    }

    /// The moments of a set's records.
    pub fn moments(&self, m: &Members, view: &View<'a>) -> Vec<Moment> {
        let all = self.members(m, view).into_iter();
        let moments = all.map(|(v, r)| self.moment(m, &v, r));
        moments.filter(|m| m.is_present()).collect()
    }

    /// The moment that puts a record into a period.
    fn moment(&self, m: &Members, view: &View<'a>, record: Record) -> Moment {
        match &m.on {
            Some(e) => view.moment(e),
            None => self.context.own_date(record),
        }
    }

    fn table(&mut self, t: &Table, view: &View<'a>) -> Block {
        let blank = is_blank(view);
        let mut lines: Vec<(Moment, usize, View<'a>, Record)> = Vec::new();
        for (i, m) in t.from.iter().enumerate().filter(|_| !blank) {
            for (v, r) in self.members(m, view) {
                lines.push((self.moment(m, &v, r), i, v, r));
            }
        }
        if t.from.len() > 1 {
            lines.sort_by_key(|(m, i, ..)| (!m.is_present(), m.day_number(), m.seconds(), *i));
        }
        let mut rows = Vec::new();
        let mut count = 0;
        for (group, lines) in self.grouped(t, lines) {
            rows.extend(group.map(|group| Entry::Group { group }));
            for (i, v, r) in lines {
                self.used.whole(r);
                count += 1;
                let cells = t.columns.iter();
                rows.push(Entry::Cells(
                    cells.map(|c| self.column(c, i, count, &v)).collect(),
                ));
            }
        }
        for _ in count..t.min_rows {
            rows.push(Entry::Cells(vec![Shown::default(); t.columns.len()]));
        }
        Block::Table {
            columns: t.columns.iter().map(|c| c.width).collect(),
            label: t.label.as_ref().map(|l| l.get(self.lang).to_owned()),
            head: t
                .columns
                .iter()
                .map(|c| c.label.get(self.lang).to_owned())
                .collect(),
            rows,
        }
    }

    /// The lines under their subheadings; those without a value last.
    #[expect(clippy::type_complexity, reason = "lines of a table, only here")]
    fn grouped(
        &mut self,
        t: &Table,
        lines: Vec<(Moment, usize, View<'a>, Record)>,
    ) -> Vec<(Option<String>, Vec<(usize, View<'a>, Record)>)> {
        if t.group.is_empty() {
            let all = lines.into_iter().map(|(_, i, v, r)| (i, v, r)).collect();
            return vec![(None, all)];
        }
        let mut groups: Vec<(String, Vec<_>)> = Vec::new();
        for (_, i, v, r) in lines {
            let names: Vec<String> = match v.value(&t.group[i]) {
                Value::List(parts) => parts.split('\u{1f}').map(str::to_owned).collect(),
                _ => vec![self.told(&v, &t.group[i], false).0],
            };
            for name in names {
                match groups.iter_mut().find(|g| g.0 == name) {
                    Some(g) => g.1.push((i, v, r)),
                    None => groups.push((name, vec![(i, v, r)])),
                }
            }
        }
        groups.sort_by(|a, b| {
            let (x, y) = (a.0.is_empty(), b.0.is_empty());
            x.cmp(&y).then_with(|| super::natural(&a.0, &b.0))
        });
        let unsorted = self.lang.pick("未归类", "Not sorted");
        groups
            .into_iter()
            .map(|(name, lines)| {
                let name = if name.is_empty() {
                    unsorted.to_owned()
                } else {
                    name
                };
                let heading = self.lang.pick(
                    format!("{name}（{} 条）", lines.len()),
                    format!("{name} ({})", lines.len()),
                );
                (Some(heading), lines)
            })
            .collect()
    }

    fn column(&mut self, c: &Column, from: usize, line: usize, view: &View<'a>) -> Shown {
        if c.show == Some(Show::Ordinal) {
            return Shown {
                text: line.to_string(),
                short: true,
                ..Shown::default()
            };
        }
        let Some(e) = c.values.get(from).and_then(Option::as_ref) else {
            return Shown::default();
        };
        let (text, place) = self.told(view, e, c.show == Some(Show::Date));
        Shown {
            text,
            place,
            short: c.short,
            tick: None,
        }
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
fn is_blank(view: &View<'_>) -> bool {
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

/// Blanks for a day to be written by hand.
pub(super) fn blank_day(lang: Lang) -> &'static str {
    lang.pick("　　年　　月　　日", "Date: ______________")
}
