//! How an office writes: headers and codes in Chinese or English, its dates, people by id or by name.

use std::collections::BTreeMap;

use aftercare::schema::{Field, FieldType, Kind, Schema};
use chrono::Timelike;

use super::clock;
use super::record::Record;

/// How dates are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Dates {
    /// 2025-03-01 14:30
    Iso,
    /// 2025/3/1 14:30, as Excel shows them
    Slash,
    /// 2025年3月1日 下午2:30
    Chinese,
}

/// One way of writing records.
#[derive(Clone, Copy)]
pub struct Spelling {
    /// Headers, keys and codes as printed labels.
    pub labels: bool,
    pub dates: Dates,
    /// Fields whose references name the record instead of giving its id.
    pub by_name: &'static [&'static str],
}

/// id → name of the records whose name no other has, for each kind.
pub type NamesOf = BTreeMap<String, BTreeMap<String, String>>;

impl Spelling {
    pub const PLAIN: Self = Self {
        labels: false,
        dates: Dates::Iso,
        by_name: &[],
    };

    /// A column's header or a key.
    pub fn header(&self, kind: &Kind, field: &str) -> String {
        match kind.field(field) {
            Some(id) if self.labels => kind.get(id).label.zh.clone(),
            _ => field.to_owned(),
        }
    }

    /// A field's value.
    pub fn value(
        &self,
        schema: &Schema,
        names: &NamesOf,
        kind: &Kind,
        record: &Record,
        field: &str,
    ) -> String {
        let value = record.get(field);
        match kind.field(field).map(|id| kind.get(id)) {
            Some(f) => self.typed(schema, names, f, value),
            None => value.to_owned(),
        }
    }

    fn typed(&self, schema: &Schema, names: &NamesOf, field: &Field, value: &str) -> String {
        match &field.ty {
            FieldType::Enum(values) if self.labels => values
                .iter()
                .find(|v| v.code == value)
                .map_or(value, |v| v.label.zh.as_str())
                .to_owned(),
            FieldType::Bool if self.labels => match value {
                "true" => "是".to_owned(),
                "false" => "否".to_owned(),
                _ => value.to_owned(),
            },
            FieldType::Date | FieldType::Time => self.moment(value),
            FieldType::Ref(to) if self.by_name.contains(&field.name.as_str()) => names
                .get(&schema.get(*to).name)
                .and_then(|n| n.get(value))
                .map_or(value, String::as_str)
                .to_owned(),
            _ => value.to_owned(),
        }
    }

    fn moment(&self, value: &str) -> String {
        let Some(t) = clock::read(value) else {
            return value.to_owned();
        };
        let timed = value.len() > 10;
        match self.dates {
            Dates::Iso => value.to_owned(),
            Dates::Slash if timed => t.format("%Y/%-m/%-d %-H:%M").to_string(),
            Dates::Slash => t.format("%Y/%-m/%-d").to_string(),
            Dates::Chinese if timed => {
                let half = if t.hour() < 12 { "上午" } else { "下午" };
                format!(
                    "{} {half}{}",
                    t.format("%Y年%-m月%-d日"),
                    t.format("%-I:%M")
                )
            }
            Dates::Chinese => t.format("%Y年%-m月%-d日").to_string(),
        }
    }
}

/// The names that stand for exactly one record of their kind.
pub fn names_of(tables: &BTreeMap<&'static str, Vec<Record>>) -> NamesOf {
    let unique = |records: &[Record]| {
        let mut count: BTreeMap<&str, u32> = BTreeMap::new();
        records
            .iter()
            .for_each(|r| *count.entry(r.get("name")).or_default() += 1);
        let one = records
            .iter()
            .filter(|r| r.has("name") && count[r.get("name")] == 1);
        one.map(|r| (r.id().to_owned(), r.get("name").to_owned()))
            .collect()
    };
    tables
        .iter()
        .map(|(k, r)| ((*k).to_owned(), unique(r)))
        .collect()
}
