//! The records that a form looks at, as written → compiled: tables, their columns, links, counted answers.

use std::collections::BTreeMap;

use serde_saphyr::Spanned;

use super::compile::{Compiler, Made, Names, VALUE, opt};
use super::definition as def;
use super::model::{Column, Distribution, Figure, Members, Question, Sum, Table};
use crate::policy::compile::Link;
use crate::policy::definition::{Link as WrittenLink, Pick, Source};
use crate::policy::expr::{Expr, Root, Ty};
use crate::policy::value::MAX_LETS;
use crate::schema::{EnumValue, FieldType, KindId};
use crate::text::Bilingual;

pub(super) type Row = Spanned<def::Row>;

/// What a table's lines are of: the kind's name, what names mean, and the label of the allowed value they stand for.
type Line<'a> = (&'a str, Names, Option<Bilingual>);

impl Compiler<'_> {
    pub fn table(&mut self, row: &Row, t: &def::Table, names: &Names) -> Made<Table> {
        if t.from.is_empty() == t.values.is_none() || t.columns.is_empty() {
            return self.fault(
                row,
                "table 要写 from 或 values，还要写 columns",
                "a table needs `from` or `values`, and `columns`",
            );
        }
        let mut from = Vec::new();
        let mut inner = Vec::new();
        for f in &t.from {
            let (members, names) = self.members(f, names)?;
            from.push(members);
            inner.push((f.of.value.as_str(), names, None));
        }
        if let Some(s) = &t.values {
            inner = self.fixed(s, names)?;
        }
        let mut group = Vec::new();
        let mut order = Vec::new();
        for (_, n, _) in &inner {
            let typed = |s: &Source| self.typed(s, n).map(|(e, _)| e);
            group.extend(opt(t.group.as_ref(), typed)?);
            order.push(t.order.iter().map(typed).collect::<Made<Vec<_>>>()?);
        }
        let mut columns = Vec::new();
        for c in &t.columns {
            columns.push(self.column(row, c, &inner)?);
        }
        Ok(Table {
            label: t.label.clone(),
            fixed: if from.is_empty() { inner.len() } else { 0 },
            from,
            group,
            order,
            gaps: opt(t.gaps.as_ref(), |g| self.gaps(row, t, g).map(Box::new))?,
            columns,
            min_rows: usize::from(t.min_rows),
        })
    }

    /// A line for each allowed value of a field, `kind.field`, each with its label.
    fn fixed<'s>(&self, s: &Source, names: &Names) -> Made<Vec<Line<'s>>> {
        let (kind, field) = s.value.split_once('.').unwrap_or((&s.value, ""));
        let k = self.schema.kind(kind).map(|k| self.schema.get(k));
        let ty = k.and_then(|k| Some(&k.get(k.field(field)?).ty));
        let (FieldType::Enum(values), false) = (ty.unwrap_or(&FieldType::Bool), field.is_empty())
        else {
            return self.fault(
                s,
                "values 要写一个有固定选项的栏目，如 repairs.part",
                "`values` takes a field with fixed values, such as repairs.part",
            );
        };
        let line = |v: &EnumValue| {
            let mut names = names.clone();
            names.value = Some(v.code.clone());
            ("", names, Some(v.label.clone()))
        };
        Ok(values.iter().map(line).collect())
    }

    fn column(&mut self, row: &Row, c: &def::Column, inner: &[Line<'_>]) -> Made<Column> {
        for (kind, s) in &c.of {
            if !inner.iter().any(|(k, ..)| k == kind) {
                return self.unknown(s, kind, inner.iter().map(|(k, ..)| *k));
            }
        }
        let stray = |k: &&String| !inner.iter().any(|(kind, ..)| kind == k);
        if let Some(kind) = c.words.keys().find(stray) {
            return self.unknown(row, kind, inner.iter().map(|(k, ..)| *k));
        }
        let mut values = Vec::new();
        let mut label = c.label.clone();
        let mut short = true;
        for (kind, names, value) in inner {
            if let Some(figure) = self.figure(c, names)? {
                values.push(Some(figure));
                continue;
            }
            if let Some(words) = c.words.get(*kind) {
                values.push(Some(Figure::Words(words.clone())));
                continue;
            }
            let Some(s) = c.of.get(*kind).or(c.value.as_ref()) else {
                values.push(None);
                continue;
            };
            if let Some(words) = value.clone().filter(|_| s.value == VALUE) {
                values.push(Some(Figure::Words(words)));
                continue;
            }
            let (e, ty) = self.typed(s, names)?;
            label = label.or_else(|| self.label(&e));
            short &= !matches!(ty, Ty::List) && (ty != Ty::Text || self.is_id(&e));
            values.push(Some(Figure::Value(e)));
        }
        let Some(label) = label else {
            return self.fault(
                row,
                "不是直接取栏目的列要写 label",
                "a column whose value is no field needs a `label`",
            );
        };
        Ok(Column {
            label,
            values,
            total: c.total,
            width: c.width.max(1),
            show: c.kind,
            short,
        })
    }

    /// What a column counts or adds up for a line.
    fn figure(&mut self, c: &def::Column, names: &Names) -> Made<Option<Figure>> {
        Ok(if let Some(of) = &c.count {
            Some(Figure::Count(self.members(of, names)?.0))
        } else if let Some(t) = &c.text {
            let (zh, en) = (self.words(&t.zh, names)?, self.words(&t.en, names)?);
            Some(Figure::Text(zh, en))
        } else if let Some(s) = &c.share {
            let (of, inner) = self.members(&s.of, names)?;
            Some(Figure::Share(of, self.condition(&s.met, &inner)?))
        } else if let Some(s) = &c.sum {
            Some(Figure::Sum(self.sum(s, names)?))
        } else {
            None
        })
    }

    pub fn sum(&mut self, s: &def::Sum, names: &Names) -> Made<Sum> {
        let (of, inner) = self.members(&s.of, names)?;
        Ok(Sum {
            of,
            value: self.number(&s.value, &inner)?,
            left_of: opt(s.left_of.as_ref(), |s| self.number(s, names))?,
            share_of: opt(s.share_of.as_ref(), |s| self.number(s, names))?,
        })
    }

    fn number(&self, s: &Source, names: &Names) -> Made<Expr> {
        match self.typed(s, names)? {
            (e, Ty::Number) => Ok(e),
            _ => self.fault(s, "这里要写数或金额", "expected a number or an amount"),
        }
    }

    fn is_id(&self, e: &Expr) -> bool {
        matches!(e, Expr::Path(p) if self.schema.get(p.kind).get(p.field).ty == FieldType::Id)
    }

    pub fn questions(&self, row: &Row, fields: &[Source], names: &Names) -> Made<Vec<Question>> {
        let mut all: Vec<Question> = Vec::new();
        for s in fields {
            let question = self.question(s, names)?;
            if all.first().is_some_and(|q| q.answers != question.answers) {
                return self.fault(
                    s,
                    "它的选项与第一个栏目的不同",
                    "its values differ from those of the first field",
                );
            }
            all.push(question);
        }
        if all.is_empty() {
            return self.fault(row, "fields 是空的", "`fields` is empty");
        }
        Ok(all)
    }

    fn question(&self, s: &Source, names: &Names) -> Made<Question> {
        let (value, ty) = self.typed(s, names)?;
        let answers = match &ty {
            Ty::Enum(kind, field) => match &self.schema.get(*kind).get(*field).ty {
                FieldType::Enum(answers) => Some(answers.clone()),
                _ => None,
            },
            _ => None,
        };
        match (answers, self.label(&value)) {
            (Some(answers), Some(label)) => Ok(Question {
                label,
                value,
                answers,
            }),
            _ => self.fault(
                s,
                "这里要写有固定选项的栏目",
                "expected a field with fixed values",
            ),
        }
    }

    pub fn distribution(
        &mut self,
        row: &Row,
        d: &def::Distribution,
        names: &Names,
    ) -> Made<Distribution> {
        let (of, inner) = self.members(&d.of, names)?;
        let questions = self.questions(row, &d.fields, &inner)?;
        let answers = questions.first().map_or(&[][..], |q| &q.answers);
        for code in &d.satisfied {
            if !answers.iter().any(|a| a.code == *code) {
                return self.unknown(row, code, answers.iter().map(|a| a.code.as_str()));
            }
        }
        Ok(Distribution {
            label: d.label.clone(),
            of,
            satisfied: d.satisfied.clone(),
            questions,
        })
    }

    /// Records that a sheet looks at, and what names mean for one of them.
    pub fn members(&mut self, f: &def::From, names: &Names) -> Made<(Members, Names)> {
        let of = self.kind(&f.of)?;
        let outer = Names {
            lets: names.lets.clone(),
            value: names.value.clone(),
            ..Names::of(of, names.item)
        };
        let mut inner = outer.clone();
        let lets = self.lets(&f.lets, &mut inner)?;
        // What does not need the linked records is asked before they are looked for.
        let early = |s: &Source| self.condition(s, &outer).ok();
        let filter = f.filter.as_ref().and_then(early);
        let late = f.filter.as_ref().filter(|_| filter.is_none());
        let late = opt(late, |s| self.condition(s, &inner))?;
        let on_early = f.on.as_ref().and_then(|s| self.moment(s, &outer).ok());
        let on_late = f.on.is_some() && on_early.is_none();
        let on = match on_early {
            Some(e) => Some(e),
            None => opt(f.on.as_ref(), |s| self.moment(s, &inner))?,
        };
        let distinct = opt(f.distinct.as_ref(), |s| self.typed(s, &inner))?;
        let whole = filter.as_ref().or(late.as_ref());
        let members = Members {
            of,
            links: self.links_to(of, f, names)?,
            guards: whole.map(guards).unwrap_or_default(),
            filter,
            on,
            lets,
            named: names.lets.len(),
            late,
            on_late,
            distinct: distinct.map(|(e, _)| e),
        };
        Ok((members, inner))
    }

    /// The links from the sheet's record (or the one that `key` names) to records of a kind.
    fn links_to(&mut self, of: KindId, f: &def::From, names: &Names) -> Made<Vec<Link>> {
        let Some(by) = &f.by else {
            return match &f.key {
                Some(key) => self.fault(key, "key 要和 by 一起写", "`key` needs `by`"),
                None => Ok(Vec::new()),
            };
        };
        let (key, to) = match (&f.key, names.item) {
            (Some(s), _) => match self.typed(s, names)? {
                (e, Ty::Ref(kind)) => (Some(e), kind),
                _ => return self.fault(s, "这里要写一个引用", "expected a reference"),
            },
            (None, Some(item)) => (None, item),
            (None, None) => {
                return self.fault(
                    by,
                    "没有 each 的表单不能写 by",
                    "`by` needs a form with `each`",
                );
            }
        };
        let mut links = Vec::new();
        let mut kind = of;
        let names: Vec<&str> = by.value.split('.').collect();
        for (i, name) in names.iter().enumerate() {
            let k = self.schema.get(kind);
            let target = match k.field(name).map(|f| &k.get(f).ty) {
                Some(FieldType::Ref(next)) if i + 1 < names.len() => *next,
                _ => to,
            };
            links.push(self.link(kind, by, name, target, None)?);
            kind = target;
        }
        links.reverse();
        if let Some(first) = links.first_mut() {
            first.key = key;
        }
        Ok(links)
    }

    /// Linked records with a name; the names are added to those that the next ones can see.
    pub fn lets(
        &mut self,
        written: &BTreeMap<String, WrittenLink>,
        names: &mut Names,
    ) -> Made<Vec<Link>> {
        let mut links = Vec::new();
        for (name, w) in written {
            let Some(item) = names.item.filter(|_| names.lets.len() < MAX_LETS) else {
                return self.fault(
                    &w.of,
                    format!("let 要跟着一条记录，最多写 {MAX_LETS} 个"),
                    format!("`let` needs a record, and names at most {MAX_LETS}"),
                );
            };
            let of = self.kind(&w.of)?;
            let (key, to) = match &w.key {
                None => (None, item),
                Some(s) => match self.typed(s, names)? {
                    (e, Ty::Ref(kind)) => (Some(e), kind),
                    _ => return self.fault(s, "这里要写一个引用", "expected a reference"),
                },
            };
            let inner = Names {
                lets: names.lets.clone(),
                value: names.value.clone(),
                ..Names::of(of, Some(item))
            };
            let filter = opt(w.filter.as_ref(), |s| self.condition(s, &inner))?;
            let Some(by) = &w.by else {
                return self.fault(&w.of, "这里的 by 不能省略", "`by` cannot be left out here");
            };
            let link = self.link(of, by, &by.value, to, filter)?;
            links.push(Link {
                key,
                pick: w.pick,
                ..link
            });
            names.lets.push((name.clone(), of));
        }
        Ok(links)
    }

    fn link(
        &mut self,
        of: KindId,
        by: &Source,
        name: &str,
        to: KindId,
        filter: Option<Expr>,
    ) -> Made<Link> {
        let k = self.schema.get(of);
        let Some(field) = k.field(name) else {
            return self.unknown(by, name, k.fields.iter().map(|f| f.name.as_str()));
        };
        if k.get(field).ty != FieldType::Ref(to) {
            let to = &self.schema.get(to).name;
            return self.fault(
                by,
                format!("「{}.{name}」不指向 {to}", k.name),
                format!("`{}.{name}` does not refer to {to}", k.name),
            );
        }
        let known = self.links.iter().position(|l| *l == (of, field));
        let index = known.unwrap_or_else(|| {
            self.links.push((of, field));
            self.links.len() - 1
        });
        Ok(Link {
            index,
            whole: false,
            of,
            key: None,
            filter,
            pick: Pick::Latest,
        })
    }
}

/// The parts of a condition that ask of nothing but the sheet's record.
fn guards(e: &Expr) -> Vec<Expr> {
    let Expr::And(parts) = e else {
        return Vec::new();
    };
    let of_sheet = |e: &&Expr| {
        let (mut asked, mut only) = (false, true);
        e.paths(&mut |p, _| {
            asked = true;
            only &= p.root == Root::Subject;
        });
        asked && only
    };
    parts.iter().filter(of_sheet).cloned().collect()
}
