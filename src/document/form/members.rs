//! The records that a form looks at, as written → compiled: tables, their columns, links, counted answers.

use std::collections::BTreeMap;

use serde_saphyr::Spanned;

use super::compile::{Compiler, Made, Names, opt};
use super::definition as def;
use super::model::{Column, Distribution, Members, Question, Table};
use crate::policy::compile::Link;
use crate::policy::definition::{Link as WrittenLink, Pick, Source};
use crate::policy::expr::{Expr, Ty};
use crate::policy::value::MAX_LETS;
use crate::schema::{FieldType, KindId};

type Row = Spanned<def::Row>;

impl Compiler<'_> {
    pub fn table(&mut self, row: &Row, t: &def::Table, names: &Names) -> Made<Table> {
        if t.from.is_empty() || t.columns.is_empty() {
            return self.fault(
                row,
                "table 要写 from 和 columns",
                "a table needs `from` and `columns`",
            );
        }
        let mut from = Vec::new();
        let mut inner = Vec::new();
        for f in &t.from {
            let (members, names) = self.members(f, names)?;
            from.push(members);
            inner.push((f.of.value.as_str(), names));
        }
        let group = match &t.group {
            None => Vec::new(),
            Some(s) => inner
                .iter()
                .map(|(_, n)| self.typed(s, n).map(|(e, _)| e))
                .collect::<Made<_>>()?,
        };
        let columns = t
            .columns
            .iter()
            .map(|c| self.column(row, c, &inner))
            .collect::<Made<_>>()?;
        Ok(Table {
            label: t.label.clone(),
            from,
            group,
            columns,
            min_rows: usize::from(t.min_rows),
        })
    }

    fn column(&self, row: &Row, c: &def::Column, inner: &[(&str, Names)]) -> Made<Column> {
        for (kind, s) in &c.of {
            if !inner.iter().any(|(k, _)| k == kind) {
                return self.unknown(s, kind, inner.iter().map(|(k, _)| *k));
            }
        }
        let mut values = Vec::new();
        let mut label = c.label.clone();
        let mut short = true;
        for (kind, names) in inner {
            let Some(s) = c.of.get(*kind).or(c.value.as_ref()) else {
                values.push(None);
                continue;
            };
            let (e, ty) = self.typed(s, names)?;
            label = label.or_else(|| self.label(&e));
            short &= !matches!(ty, Ty::List) && (ty != Ty::Text || self.is_id(&e));
            values.push(Some(e));
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
            width: c.width.max(1),
            show: c.kind,
            short,
        })
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
        let mut inner = Names::of(of, names.item);
        inner.lets.clone_from(&names.lets);
        let filter = opt(f.filter.as_ref(), |s| self.condition(s, &inner))?;
        inner.lets.clear();
        let on = opt(f.on.as_ref(), |s| self.moment(s, &inner))?;
        let (link, filter) = match (&f.by, names.item) {
            (None, _) => (None, filter),
            (Some(by), Some(to)) => (Some(self.link(of, by, to, filter)?), None),
            (Some(by), None) => {
                return self.fault(
                    by,
                    "没有 each 的表单不能写 by",
                    "`by` needs a form with `each`",
                );
            }
        };
        let lets = self.lets(&f.lets, &mut inner)?;
        let members = Members {
            of,
            link,
            filter,
            on,
            lets,
        };
        Ok((members, inner))
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
                ..Names::of(of, Some(item))
            };
            let filter = opt(w.filter.as_ref(), |s| self.condition(s, &inner))?;
            let Some(by) = &w.by else {
                return self.fault(&w.of, "这里的 by 不能省略", "`by` cannot be left out here");
            };
            let link = self.link(of, by, to, filter)?;
            links.push(Link {
                key,
                pick: w.pick,
                ..link
            });
            names.lets.push((name.clone(), of));
        }
        Ok(links)
    }

    fn link(&mut self, of: KindId, by: &Source, to: KindId, filter: Option<Expr>) -> Made<Link> {
        let k = self.schema.get(of);
        let Some(field) = k.field(&by.value) else {
            return self.unknown(by, &by.value, k.fields.iter().map(|f| f.name.as_str()));
        };
        if k.get(field).ty != FieldType::Ref(to) {
            let (name, to) = (&by.value, &self.schema.get(to).name);
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
