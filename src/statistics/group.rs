//! Into which groups records fall: by a field, through references, or by the period of a moment.

use std::cmp::Ordering;

use serde::Deserialize;

use super::population::expression;
use crate::calendar::{Period, Unit};
use crate::policy::expr::{self, Expr};
use crate::policy::value::View;
use crate::schema::{FieldType, KindId, Schema};
use crate::table::{Office, Row, Value};
use crate::text::{Bilingual, natural};

/// A key as a manifest writes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenKey {
    /// A field, or a path through references (`staff.department`), or a moment with `per`.
    pub by: String,
    /// The period of the moment.
    pub per: Option<Unit>,
    /// What the groups are called; the field's label when absent.
    pub label: Option<Bilingual>,
}

/// What puts a record into a group.
#[derive(Clone, Debug)]
pub struct Key {
    expr: Expr,
    per: Option<Unit>,
    /// What the groups are called.
    pub label: Bilingual,
}

/// A group: sorted as the office's files and the schema list them; without a value last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    order: Order,
    /// What stands for it in CSV and JSON: a code, an id, a text, a period; empty without a value.
    pub key: String,
    /// What people read.
    pub label: Bilingual,
    /// The record it stands for, where it is one.
    pub record: Option<(KindId, Row)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Order {
    Number(u64),
    Text(String),
    Period(Period),
    Absent,
}

impl PartialOrd for Group {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Group {
    fn cmp(&self, other: &Self) -> Ordering {
        let place = |o: &Order| match o {
            Order::Number(_) => 0,
            Order::Text(_) => 1,
            Order::Period(_) => 2,
            Order::Absent => 3,
        };
        let order = match (&self.order, &other.order) {
            (Order::Number(a), Order::Number(b)) => a.cmp(b),
            (Order::Text(a), Order::Text(b)) => natural(a, b),
            (Order::Period(a), Order::Period(b)) => a.cmp(b),
            (a, b) => place(a).cmp(&place(b)),
        };
        order.then_with(|| self.key.cmp(&other.key))
    }
}

impl Key {
    /// Resolves names and types.
    ///
    /// # Errors
    /// What is wrong in it.
    pub fn compile(written: &WrittenKey, kind: KindId, schema: &Schema) -> Result<Self, String> {
        let expr = match written.per {
            None => expression(&written.by, kind, schema, expr::any)?,
            Some(_) => expression(&written.by, kind, schema, expr::moment)?,
        };
        let label = match (&written.label, &expr) {
            (Some(label), _) => label.clone(),
            (None, Expr::Path(p)) => schema.get(p.kind).get(p.field).label.clone(),
            (None, _) => return Err(format!("`{}` needs a `label`", written.by)),
        };
        Ok(Self {
            expr,
            per: written.per,
            label,
        })
    }

    /// The groups of a record; several for a list, one without a value.
    pub fn groups(&self, office: &Office, kind: KindId, row: Row) -> Vec<Group> {
        let view = View::of(office, (kind, row));
        match view.value(&self.expr) {
            Value::List(parts) => parts.split('\u{1f}').map(Group::text).collect(),
            value => vec![self.group(office, value)],
        }
    }

    fn group(&self, office: &Office, value: Value<'_>) -> Group {
        match value {
            Value::Text(t) => Group::text(t),
            Value::Code(c) => match &self.expr {
                Expr::Path(p) => Group::code(office, p.kind, p.field, c),
                _ => Group::absent(),
            },
            Value::Bool(b) => Group::yes_or_no(b),
            Value::Int(i) => Group::text(&i.to_string()),
            Value::Moment(m) => {
                Group::period(Period::containing(self.per.unwrap_or(Unit::Day), m.date()))
            }
            Value::Ref(kind, row) => Group::record(office, kind, row),
            _ => Group::absent(),
        }
    }
}

impl Group {
    /// Records that do not say.
    pub fn absent() -> Self {
        Self {
            order: Order::Absent,
            key: String::new(),
            label: Bilingual::new("未填", "not stated"),
            record: None,
        }
    }

    /// Whether it is the group of records that do not say.
    pub fn is_absent(&self) -> bool {
        self.order == Order::Absent
    }

    /// A text.
    pub fn text(text: &str) -> Self {
        Self {
            order: Order::Text(text.to_owned()),
            key: text.to_owned(),
            label: Bilingual::new(text, text),
            record: None,
        }
    }

    /// A period.
    pub fn period(period: Period) -> Self {
        let text = period.to_string();
        Self {
            order: Order::Period(period),
            key: text.clone(),
            label: Bilingual::new(text.clone(), text),
            record: None,
        }
    }

    fn code(office: &Office, kind: KindId, field: crate::schema::FieldId, code: u8) -> Self {
        let values = match &office.schema.get(kind).get(field).ty {
            FieldType::Enum(values) => values.as_slice(),
            _ => &[],
        };
        match usize::from(code).checked_sub(1).and_then(|i| values.get(i)) {
            None => Self::absent(),
            Some(value) => Self {
                order: Order::Number(u64::from(code)),
                key: value.code.clone(),
                label: value.label.clone(),
                record: None,
            },
        }
    }

    fn yes_or_no(yes: bool) -> Self {
        let (key, zh, en) = if yes {
            ("true", "是", "yes")
        } else {
            ("false", "否", "no")
        };
        Self {
            order: Order::Number(u64::from(!yes)),
            key: key.to_owned(),
            label: Bilingual::new(zh, en),
            record: None,
        }
    }

    fn record(office: &Office, kind: KindId, row: Row) -> Self {
        let id = office.record_id(kind, row);
        let name = office.schema.get(kind).field("name");
        let label = match name.map(|n| office.value(kind, row, n)) {
            Some(Value::Text(name)) => name,
            _ => id,
        };
        Self {
            order: Order::Number(u64::from(row)),
            key: id.to_owned(),
            label: Bilingual::new(label, label),
            record: Some((kind, row)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_value_of_their_digits() {
        let mut ids = ["C-10", "C-9", "C-09", "B-100", "C", "10号楼", "9号楼"];
        ids.sort_by(|a, b| natural(a, b));
        assert_eq!(
            ids,
            ["9号楼", "10号楼", "B-100", "C", "C-9", "C-09", "C-10"]
        );
    }

    #[test]
    fn what_is_not_stated_comes_last() {
        let mut groups = [Group::absent(), Group::text("乙"), Group::text("甲")];
        groups.sort();
        assert!(groups[2].is_absent());
    }
}
