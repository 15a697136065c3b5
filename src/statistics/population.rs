//! Which records are counted, and on which day each counts.

use serde::Deserialize;

use crate::calendar::Period;
use crate::moment::Moment;
use crate::policy::context::own_date;
use crate::policy::expr::{self, Expr, Scope};
use crate::policy::value::View;
use crate::schema::{FieldId, KindId, Schema};
use crate::table::{Office, Row};

/// A population as a manifest writes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenPopulation {
    /// The kind.
    pub of: String,
    /// Which of them, in the language of policies.
    #[serde(rename = "where")]
    pub filter: Option<String>,
    /// The moment that puts one into a period; its own date when absent.
    pub on: Option<String>,
}

/// Records of a kind.
#[derive(Clone, Debug)]
pub struct Population {
    /// The kind.
    pub kind: KindId,
    filter: Option<Expr>,
    on: Option<Expr>,
}

/// Compiles an expression on a kind's records.
pub(super) fn expression<T>(
    source: &str,
    kind: KindId,
    schema: &Schema,
    compile: impl Fn(&str, &Scope<'_>) -> Result<T, String>,
) -> Result<T, String> {
    let scope = Scope {
        schema,
        item: Some(kind),
        subject: Some(kind),
        lets: &[],
        defines: &std::collections::BTreeMap::new(),
        number: &|_| None,
        table: &|_| None,
    };
    compile(source, &scope)
}

/// A kind by its name.
pub(super) fn kind(name: &str, schema: &Schema) -> Result<KindId, String> {
    schema.kind(name).ok_or_else(|| {
        let near = crate::text::nearest(name, schema.kinds.iter().map(|k| k.name.as_str()));
        let near = near.map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
        format!("there is no kind `{name}`{near}")
    })
}

/// A kind's field by its name.
///
/// # Errors
/// It has none, with the name that may have been meant.
pub fn field(schema: &Schema, kind: KindId, name: &str) -> Result<FieldId, String> {
    // The expression language knows how to tell of a name that is nearly right.
    match schema.get(kind).field(name) {
        Some(field) => Ok(field),
        None => match expression(name, kind, schema, expr::any) {
            Err(why) => Err(why),
            Ok(_) => Err(format!("`{name}` is no field")),
        },
    }
}

impl Population {
    /// Resolves names and types.
    ///
    /// # Errors
    /// What is wrong in it.
    pub fn compile(written: &WrittenPopulation, schema: &Schema) -> Result<Self, String> {
        let kind = kind(&written.of, schema)?;
        let compiled = |source: &Option<String>,
                        how: fn(&str, &Scope<'_>) -> Result<Expr, String>| {
            source
                .as_ref()
                .map(|s| expression(s, kind, schema, how))
                .transpose()
        };
        Ok(Self {
            kind,
            filter: compiled(&written.filter, expr::condition)?,
            on: compiled(&written.on, expr::moment)?,
        })
    }

    /// The moment on which a record counts; `ABSENT` when it has none.
    pub fn moment(&self, office: &Office, row: Row) -> Moment {
        match &self.on {
            Some(e) => View::of(office, (self.kind, row)).moment(e),
            None => own_date(office, self.kind, row),
        }
    }

    /// Its members that count in a period (or at all), in order.
    pub fn rows(&self, office: &Office, period: Option<Period>) -> Vec<Row> {
        let live = &office.table(self.kind).live;
        let rows = (0..)
            .zip(live)
            .filter(|(_, live)| **live)
            .map(|(row, _)| row);
        rows.filter(|row| {
            let view = View::of(office, (self.kind, *row));
            self.filter.as_ref().is_none_or(|f| view.holds(f))
                && period.is_none_or(|p| {
                    let at = self.moment(office, *row);
                    at.is_present() && p.contains(at.date())
                })
        })
        .collect()
    }
}
