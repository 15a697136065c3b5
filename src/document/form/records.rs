//! The records behind a document, as canonical YAML: what is attached to it, and what its digest is of.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use crate::policy::value::Record;
use crate::schema::{FieldId, FieldType};
use crate::table::{Office, Value};

/// Records in order of their use. Of a record that is only referred to, the fields shown; of the others, all.
#[derive(Default)]
pub(super) struct Used {
    order: Vec<(Record, Fields)>,
    at: FxHashMap<Record, usize>,
}

enum Fields {
    All,
    Some(BTreeSet<u16>),
}

impl Used {
    fn entry(&mut self, record: Record) -> &mut Fields {
        let order = &mut self.order;
        let at = *self.at.entry(record).or_insert_with(|| {
            order.push((record, Fields::Some(BTreeSet::new())));
            order.len() - 1
        });
        &mut self.order[at].1
    }

    /// The document is about this record.
    pub fn whole(&mut self, record: Record) {
        *self.entry(record) = Fields::All;
    }

    /// The document shows this field.
    pub fn field(&mut self, record: Record, field: FieldId) {
        if let Fields::Some(fields) = self.entry(record) {
            fields.insert(field.0);
        }
    }

    /// What another document used.
    pub fn add(&mut self, other: Self) {
        for (record, fields) in other.order {
            match fields {
                Fields::All => self.whole(record),
                Fields::Some(set) => set.into_iter().for_each(|f| self.field(record, FieldId(f))),
            }
        }
    }

    /// Forgets what no file holds: findings are made from other records.
    pub fn without_findings(mut self, office: &Office) -> Self {
        self.order
            .retain(|(record, _)| !office.schema.is_derived(record.0));
        let records = self.order.iter().map(|(record, _)| *record);
        self.at = records.zip(0..).collect();
        self
    }

    /// The records by kind, in order of first use.
    fn kinds(&self) -> Vec<(crate::schema::KindId, Vec<&(Record, Fields)>)> {
        let mut kinds: Vec<(crate::schema::KindId, Vec<&(Record, Fields)>)> = Vec::new();
        for entry in &self.order {
            let kind = entry.0.0;
            match kinds.iter_mut().find(|k| k.0 == kind) {
                Some(k) => k.1.push(entry),
                None => kinds.push((kind, vec![entry])),
            }
        }
        kinds
    }

    /// `<kind>/<id>` of each.
    pub fn names(&self, office: &Office) -> Vec<String> {
        let name = |(kind, row): Record| {
            let kind_name = &office.schema.get(kind).name;
            format!("{kind_name}/{}", office.record_id(kind, row))
        };
        self.order.iter().map(|(r, _)| name(*r)).collect()
    }

    /// The ids by kind, for people: of many, the first, the last and how many.
    pub fn told(&self, office: &Office) -> String {
        let lang = office.config.lang;
        let mut all = Vec::new();
        for (kind, entries) in self.kinds() {
            let label = office.schema.get(kind).label.get(lang);
            let ids: Vec<&str> = entries
                .iter()
                .map(|e| office.record_id(e.0.0, e.0.1))
                .collect();
            let listed = match ids.as_slice() {
                [first, .., last] if ids.len() > MANY => lang.pick(
                    format!("{first} … {last}（共 {} 条）", ids.len()),
                    format!("{first} … {last} ({} records)", ids.len()),
                ),
                _ => ids.join(lang.pick("、", ", ")),
            };
            all.push(format!("{label} {listed}"));
        }
        all.join(lang.pick("；", "; "))
    }

    /// All of it as YAML that can be loaded again: the same records give the same text, wherever they stand.
    pub fn yaml(&self, office: &Office) -> String {
        let mut out = String::new();
        for (kind, entries) in self.kinds() {
            let k = office.schema.get(kind);
            let _ = writeln!(out, "{}:", k.name);
            for (record, fields) in entries {
                let _ = writeln!(
                    out,
                    "- id: {}",
                    quoted(office.record_id(record.0, record.1))
                );
                for (id, field) in k.iter().skip(1) {
                    if matches!(fields, Fields::Some(set) if !set.contains(&id.0)) {
                        continue;
                    }
                    if let Some(v) = scalar(office, *record, id) {
                        let _ = writeln!(out, "  {}: {v}", field.name);
                    }
                }
            }
        }
        out
    }
}

/// With more ids than this of one kind, only the ends are printed; all are in the attached file.
const MANY: usize = 40;

/// The SHA-256 of the records' YAML, in hexadecimal: what `sha256sum` says of the attached file.
pub(super) fn digest(yaml: &str) -> String {
    let mut hex = String::new();
    for byte in Sha256::digest(yaml) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// A value in its one spelling; `None` when absent.
fn scalar(office: &Office, (kind, row): Record, id: FieldId) -> Option<String> {
    let field = office.schema.get(kind).get(id);
    Some(match office.value(kind, row, id) {
        Value::Absent | Value::Present => return None,
        Value::Text(t) => quoted(t),
        Value::List(t) => {
            let parts: Vec<String> = t.split('\u{1f}').map(quoted).collect();
            format!("[{}]", parts.join(", "))
        }
        Value::Code(c) => match &field.ty {
            FieldType::Enum(values) => values.get(usize::from(c).checked_sub(1)?)?.code.clone(),
            _ => return None,
        },
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Money(m) => {
            let sign = if m < 0 { "-" } else { "" };
            let m = m.unsigned_abs();
            format!("{sign}{}.{:02}", m / 100, m % 100)
        }
        Value::Number(n) => n.to_string(),
        Value::Moment(m) => m.to_string(),
        Value::Ref(to, at) => quoted(office.record_id(to, at)),
        Value::Dangling => quoted(&crate::document::words::written(office, kind, row, id)),
    })
}

/// A text in double quotes, as YAML and JSON both read it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
