//! A form as written → ready to fill in: names resolved, types checked, labels filled in from the schema.

use std::collections::BTreeMap;

use serde_saphyr::Spanned;

use super::definition::{self as def, Show};
use super::model::{Answer, Cell, Form, Row, What};
use super::numbers::Numbers;
use super::text::Words;
use crate::finding::Place;
use crate::policy::Fault;
use crate::policy::definition::Source;
use crate::policy::expr::{self, Expr, Scope, Ty};
use crate::schema::{EnumValue, FieldId, FieldType, KindId, Schema};
use crate::text::{Bilingual, did_you_mean};

/// Compiles a form; the links that it needs are added to `links`. `text` is the manifest, for quoting.
///
/// # Errors
/// Every fault in it, with its place.
pub(super) fn compile(
    written: &def::Form,
    text: &str,
    schema: &Schema,
    numbers: Numbers<'_>,
    links: &mut Vec<(KindId, FieldId)>,
) -> Result<Form, Vec<Fault>> {
    let id = &written.id;
    let mut c = Compiler {
        schema,
        id,
        text,
        defines: &written.define,
        numbers,
        links,
    };
    let mut faults = Vec::new();
    let form = c.form(written, &mut faults).map_err(|f| vec![*f])?;
    if faults.is_empty() {
        Ok(form)
    } else {
        Err(faults)
    }
}

/// A place in a form's manifest, with the line quoted.
pub(super) fn place(id: &str, text: &str, line: u64, column: u64) -> Place {
    let n = |n: u64| u32::try_from(n).unwrap_or(u32::MAX).max(1);
    let skip = n(column).saturating_sub(120);
    let quoted = text.lines().nth(n(line) as usize - 1).unwrap_or("");
    Place {
        file: format!("templates/forms/{id}/form.yaml"),
        line: n(line),
        column: n(column),
        width: 1,
        excerpt: quoted.chars().skip(skip as usize).take(400).collect(),
        excerpt_column: skip + 1,
    }
}

/// What a line's allowed value is called.
pub(super) const VALUE: &str = "value";

/// What compiling gives.
pub(super) type Made<T> = Result<T, Box<Fault>>;

pub(super) struct Compiler<'a> {
    pub schema: &'a Schema,
    pub id: &'a str,
    pub text: &'a str,
    defines: &'a BTreeMap<String, String>,
    numbers: Numbers<'a>,
    pub links: &'a mut Vec<(KindId, FieldId)>,
}

/// What names mean at some place of a form.
#[derive(Clone, Default)]
pub(super) struct Names {
    pub item: Option<KindId>,
    pub subject: Option<KindId>,
    pub lets: Vec<(String, KindId)>,
    /// The code of the line's allowed value.
    pub value: Option<String>,
}

impl Names {
    pub fn of(item: KindId, subject: Option<KindId>) -> Self {
        Self {
            item: Some(item),
            subject,
            ..Self::default()
        }
    }
}

pub(super) type Typed = (Expr, Ty);

impl Compiler<'_> {
    /// A fault at something written.
    pub fn fault<S, T>(
        &self,
        s: &Spanned<S>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Made<T> {
        let place = place(self.id, self.text, s.defined.line(), s.defined.column());
        let message = Bilingual::new(zh, en);
        Err(Box::new(Fault { place, message }))
    }

    /// A fault at a name that there is not.
    pub fn unknown<'n, S, T>(
        &self,
        s: &Spanned<S>,
        name: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) -> Made<T> {
        let near = did_you_mean(name, known);
        self.fault(
            s,
            format!("没有「{name}」{}", near.zh),
            format!("there is no `{name}`{}", near.en),
        )
    }

    fn scoped<T>(
        &self,
        s: &Source,
        names: &Names,
        f: impl FnOnce(&Scope<'_>) -> Result<T, String>,
    ) -> Made<T> {
        let mut defines = std::borrow::Cow::Borrowed(self.defines);
        if let Some(code) = &names.value {
            defines
                .to_mut()
                .insert(VALUE.to_owned(), format!("{code:?}"));
        }
        let made = f(&Scope {
            schema: self.schema,
            item: names.item,
            subject: names.subject,
            lets: &names.lets,
            defines: &defines,
            number: &|name| self.numbers.number(name),
            table: &|name| self.numbers.table(name),
        });
        match made {
            Ok(x) => Ok(x),
            Err(why) => self.fault(s, format!("写法有误：{why}"), why),
        }
    }

    pub fn typed(&self, s: &Source, names: &Names) -> Made<Typed> {
        self.scoped(s, names, |sc| expr::typed(&s.value, sc))
    }

    pub fn condition(&self, s: &Source, names: &Names) -> Made<Expr> {
        self.scoped(s, names, |sc| expr::condition(&s.value, sc))
    }

    pub fn moment(&self, s: &Source, names: &Names) -> Made<Expr> {
        self.scoped(s, names, |sc| expr::moment(&s.value, sc))
    }

    pub fn words(&self, s: &Source, names: &Names) -> Made<Words> {
        self.scoped(s, names, |sc| Words::compile(&s.value, sc))
    }

    pub fn kind(&self, s: &Source) -> Made<KindId> {
        match self.schema.kind(&s.value) {
            Some(kind) => Ok(kind),
            None => {
                let all = self.schema.kinds.iter().map(|k| k.name.as_str());
                self.unknown(s, &s.value, all)
            }
        }
    }

    fn form(&mut self, w: &def::Form, faults: &mut Vec<Fault>) -> Made<Form> {
        let each = opt(w.each.as_ref(), |k| self.kind(k))?;
        let mut names = Names {
            item: each,
            subject: each,
            ..Names::default()
        };
        if each.is_none() && w.per.is_empty() {
            return self.fault(
                &w.rows,
                "表单要写 each（哪种记录）或 per（哪种期间）",
                "a form needs `each` (a kind), `per` (periods), or both",
            );
        }
        let lets = self.lets(&w.lets, &mut names)?;
        let when = opt(w.when.as_ref(), |s| self.condition(s, &names))?;
        let undated = w.date.as_ref().is_some_and(|s| s.value == "none");
        let date = w.date.as_ref().filter(|_| !undated);
        let mut rows = Vec::new();
        for row in &w.rows.value {
            match self.row(w, row, &names) {
                Ok(row) => rows.push(row),
                Err(f) => faults.push(*f),
            }
        }
        let wide = |r: &Row| matches!(r, Row::Table(t) if t.columns.len() > 8);
        Ok(Form {
            id: w.id.clone(),
            title: w.title.clone(),
            each,
            per: w.per.clone(),
            when,
            lets,
            file: opt(w.file.as_ref(), |s| self.words(s, &names))?,
            date: opt(date, |s| self.moment(s, &names))?,
            undated,
            answers: w.answers.clone(),
            seal: w.seal,
            copies: opt(w.copies.as_ref(), |s| self.list(s, &names))?,
            intro: w.intro.clone(),
            remark: w.remark.clone(),
            landscape: rows.iter().any(wide),
            rows,
            parts: self.parts(&w.parts, &names)?,
        })
    }

    fn list(&self, s: &Source, names: &Names) -> Made<Expr> {
        match self.typed(s, names)? {
            (e, Ty::List) => Ok(e),
            _ => self.fault(s, "copies 要写一个列表栏目", "`copies` takes a list field"),
        }
    }

    fn row(&mut self, w: &def::Form, row: &Spanned<def::Row>, names: &Names) -> Made<Row> {
        let r = &row.value;
        let kinds = [
            !r.cells.is_empty(),
            r.heading.is_some(),
            r.images.is_some(),
            r.table.is_some(),
            r.matrix.is_some(),
            r.distribution.is_some(),
            r.contents.is_some(),
        ];
        if kinds.iter().filter(|k| **k).count() != 1 {
            return self.fault(
                row,
                "一行只能写 cells、heading、images、table、matrix、distribution、contents 之一",
                "a row has one of cells, heading, images, table, matrix, distribution, contents",
            );
        }
        if let Some(t) = &r.table {
            return self.table(row, t, names).map(Row::Table);
        }
        if let Some(m) = &r.matrix {
            let questions = self.questions(row, &m.fields, names)?;
            return Ok(Row::Matrix(m.label.clone(), questions));
        }
        if let Some(label) = &r.contents {
            return Ok(Row::Contents(label.clone()));
        }
        if let Some(i) = &r.images {
            return self.images(w, r, i, names);
        }
        if let Some(d) = &r.distribution {
            let made = self.distribution(row, d, names)?;
            return Ok(Row::Distribution(Box::new(made)));
        }
        self.cells(w, row, names)
    }

    fn cells(&mut self, w: &def::Form, row: &Spanned<def::Row>, names: &Names) -> Made<Row> {
        let r = &row.value;
        let columns = r.columns.clone().unwrap_or_else(|| w.columns.clone());
        let whole = u16::try_from(columns.len()).unwrap_or(u16::MAX);
        if let Some(h) = &r.heading {
            let cell = Cell {
                label: None,
                span: whole,
                lines: 1,
                what: What::Heading(h.clone()),
            };
            return Ok(Row::Cells(columns, vec![cell]));
        }
        let cells: Vec<Cell> = r
            .cells
            .iter()
            .map(|c| self.cell(row, c, names))
            .collect::<Made<_>>()?;
        let taken: u32 = cells
            .iter()
            .map(|c| u32::from(c.span) + u32::from(c.label.is_some() && !c.inner_label()))
            .sum();
        if taken != u32::from(whole) || columns.contains(&0) {
            return self.fault(
                row,
                format!("这一行的格子占 {taken} 列，应占 {whole} 列"),
                format!("its cells take {taken} columns of {whole}"),
            );
        }
        Ok(Row::Cells(columns, cells))
    }

    fn cell(&mut self, row: &Spanned<def::Row>, c: &def::Cell, names: &Names) -> Made<Cell> {
        let (what, own) = self.what(row, c, names)?;
        let label = c.label.clone().or(own);
        if label.is_none() && !matches!(what, What::Text(..) | What::Nothing) {
            return self.fault(
                row,
                "不是直接取栏目的格子要写 label",
                "a cell whose value is no field needs a `label`",
            );
        }
        Ok(Cell {
            label,
            span: c.span.max(1),
            lines: c.lines.max(1),
            what,
        })
    }

    /// What a cell shows, and the label that the schema has for it.
    fn what(
        &mut self,
        row: &Spanned<def::Row>,
        c: &def::Cell,
        names: &Names,
    ) -> Made<(What, Option<Bilingual>)> {
        let given = [
            c.value.is_some(),
            !c.values.is_empty(),
            c.text.is_some(),
            c.count.is_some(),
            c.share.is_some(),
            c.sum.is_some(),
        ];
        if given.iter().filter(|g| **g).count() > 1 {
            return self.fault(
                row,
                "一格只能写 value、values、text、count、share、sum 之一",
                "a cell has one of value, values, text, count, share, sum",
            );
        }
        if c.kind == Some(Show::Signature) {
            return self.signature(c, names);
        }
        if let Some(t) = &c.text {
            let what = What::Text(self.words(&t.zh, names)?, self.words(&t.en, names)?);
            return Ok((what, None));
        }
        if let Some(of) = &c.count {
            return Ok((What::Count(self.members(of, names)?.0), None));
        }
        if let Some(s) = &c.share {
            let (of, inner) = self.members(&s.of, names)?;
            let met = self.condition(&s.met, &inner)?;
            return Ok((What::Share(of, met), None));
        }
        if let Some(s) = &c.sum {
            let capitals = c.kind == Some(Show::Capitals);
            return Ok((What::Sum(Box::new(self.sum(s, names)?), capitals), None));
        }
        if !c.values.is_empty() {
            let all: Vec<Typed> = c
                .values
                .iter()
                .map(|s| self.typed(s, names))
                .collect::<Made<_>>()?;
            let label = all.first().and_then(|(e, _)| self.label(e));
            let exprs = all.into_iter().map(|(e, _)| e).collect();
            return Ok((What::Joined(exprs, c.join.clone()), label));
        }
        let Some(s) = &c.value else {
            return Ok((What::Nothing, None));
        };
        let (e, ty) = self.typed(s, names)?;
        let label = self.label(&e);
        let what = self.shown(c, s, e, &ty)?;
        Ok((what, label))
    }

    fn shown(&self, c: &def::Cell, s: &Source, e: Expr, ty: &Ty) -> Made<What> {
        match (c.kind, self.answers(&e, ty)) {
            (None | Some(Show::Choice), Some(mut answers)) => {
                for code in &c.options {
                    if !answers.iter().any(|a| a.code == *code) {
                        let all = answers.iter().map(|a| a.code.as_str());
                        return self.unknown(s, code, all);
                    }
                }
                for a in &mut answers {
                    a.shown = c.options.is_empty() || c.options.contains(&a.code);
                }
                Ok(What::Choice(e, answers))
            }
            (Some(Show::Choice), None) => self.fault(
                s,
                "choice 要写一个有固定选项的栏目",
                "a choice needs a field with fixed values",
            ),
            (Some(Show::Ordinal), _) => self.fault(
                s,
                "ordinal（序号）只用在 table 的列里",
                "`ordinal` is for a table's column",
            ),
            (Some(Show::Date), _) if *ty != Ty::Moment => {
                self.fault(s, "date 要写一个日期或时间", "`date` needs a day or time")
            }
            (Some(Show::Capitals), _) if *ty != Ty::Number => {
                self.fault(s, "capitals 要写金额", "`capitals` needs an amount")
            }
            (kind, _) => Ok(What::Value(e, kind.unwrap_or(Show::Text))),
        }
    }

    fn signature(&self, c: &def::Cell, names: &Names) -> Made<(What, Option<Bilingual>)> {
        let who = opt(c.value.as_ref(), |s| match self.typed(s, names)? {
            (e, Ty::Text | Ty::Ref(_)) => Ok(e),
            _ => self.fault(
                s,
                "签字的人要写文字或人员栏目",
                "who signed is a text or a person",
            ),
        })?;
        let on = opt(c.on.as_ref(), |s| self.moment(s, names))?;
        let label = who.as_ref().or(on.as_ref()).and_then(|e| self.label(e));
        Ok((What::Signature(who, on), label))
    }

    /// The label of the field that an expression shows.
    pub fn label(&self, e: &Expr) -> Option<Bilingual> {
        match e {
            Expr::Path(p) => Some(self.schema.get(p.kind).get(p.field).label.clone()),
            Expr::If(t) => self.label(&t.1),
            _ => None,
        }
    }

    /// The allowed values of what an expression shows.
    fn answers(&self, e: &Expr, ty: &Ty) -> Option<Vec<Answer>> {
        let answer = |label: &Bilingual, code: &str| Answer {
            label: label.clone(),
            code: code.to_owned(),
            shown: true,
        };
        let of = |values: &[EnumValue]| {
            let all = values.iter().map(|v| answer(&v.label, &v.code));
            all.collect::<Vec<_>>()
        };
        match (ty, e) {
            (Ty::Bool, _) => {
                let (yes, no) = (Bilingual::new("是", "Yes"), Bilingual::new("否", "No"));
                Some(vec![answer(&yes, "true"), answer(&no, "false")])
            }
            (Ty::Enum(kind, field), _) => match &self.schema.get(*kind).get(*field).ty {
                FieldType::Enum(values) => Some(of(values)),
                _ => None,
            },
            (Ty::List, Expr::Path(p)) => match &self.schema.get(p.kind).get(p.field).ty {
                FieldType::List(values) if !values.is_empty() => Some(of(values)),
                _ => None,
            },
            _ => None,
        }
    }
}

pub(super) fn opt<S, T>(s: Option<&S>, f: impl FnOnce(&S) -> Made<T>) -> Made<Option<T>> {
    s.map(f).transpose()
}
