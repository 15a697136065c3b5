//! The records that a file held at a commit, by their ids and sealed values: as the schema reads them, so that another
//! spelling, encoding or order is no difference.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;
use rustc_hash::FxHashMap;

use crate::finding::Place;
use crate::load::{self, Found, Options};
use crate::schema::{FieldId, FieldType, KindId, Schema};
use crate::table::{Layout, Office, OfficeConfig, Row, Value};

/// A record at a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Its kind.
    pub kind: KindId,
    /// Its id.
    pub id: Box<str>,
    /// Its sealed fields that have a value.
    pub sealed: Sealed,
    /// The records nested in it that have no id of their own: they are part of it.
    pub nested: Vec<(KindId, Sealed)>,
}

/// Fields and their values, in the schema's order.
pub(super) type Sealed = Vec<(FieldId, Box<str>)>;

/// No day is in the future for a file of the past.
pub(super) const LAST: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// How files of the past are read.
pub(super) struct Reading {
    options: Options,
}

impl Reading {
    /// Reads what a signature seals.
    pub(super) fn new(schema: &Arc<Schema>) -> Self {
        let mut options = Options::wanted(Arc::clone(schema), LAST);
        for (kind, k) in schema.iter() {
            for (field, _) in k.iter().filter(|(_, f)| f.sealed) {
                options.want(kind, field, true);
            }
            if let Some(nesting) = &k.nests_in {
                options.want(kind, nesting.field, true);
            }
        }
        Self { options }
    }

    fn load(&self, path: &str, (kind, yaml): (KindId, bool), zone: Tz, bytes: Vec<u8>) -> Office {
        let found = Found {
            path: path.to_owned(),
            real: PathBuf::new(),
            kind,
            yaml,
        };
        let config = OfficeConfig {
            timezone: zone,
            ..OfficeConfig::new(Place::default())
        };
        load::load_bytes(&found, bytes, config, &self.options)
    }

    /// Where a record stands in a file.
    pub(super) fn place(
        &self,
        path: &str,
        (kind, yaml): (KindId, bool),
        zone: Tz,
        bytes: Vec<u8>,
        record: (KindId, &str),
    ) -> Option<Place> {
        let office = self.load(path, (kind, yaml), zone, bytes);
        let row = office.row_of(record.0, record.1)?;
        Some(office.place(record.0, row, None))
    }

    /// The records of a file, in order.
    pub(super) fn records(&self, what: (KindId, bool), zone: Tz, bytes: Vec<u8>) -> Vec<Record> {
        let office = self.load("", what, zone, bytes);
        let mut all: Vec<Record> = Vec::new();
        let mut parts = Vec::new();
        for (kind, _) in self.options.schema.iter() {
            for row in 0..u32::try_from(office.table(kind).len()).unwrap_or(0) {
                let sealed = sealed(&office, kind, row);
                match parent(&office, kind, row) {
                    Some(parent) => parts.push((parent, (kind, sealed))),
                    None => all.push(Record {
                        kind,
                        id: office.record_id(kind, row).into(),
                        sealed,
                        nested: Vec::new(),
                    }),
                }
            }
        }
        let at: FxHashMap<(KindId, Box<str>), usize> = all
            .iter()
            .enumerate()
            .map(|(i, r)| ((r.kind, r.id.clone()), i))
            .collect();
        for (parent, part) in parts {
            if let Some(i) = at.get(&parent) {
                all[*i].nested.push(part);
            }
        }
        // A record without an id cannot be followed.
        all.retain(|r| !r.id.is_empty());
        all
    }
}

/// The parent of a nested record in whose own text no id stands.
fn parent(office: &Office, kind: KindId, row: Row) -> Option<(KindId, Box<str>)> {
    let nesting = office.schema.get(kind).nests_in.as_ref()?;
    let origin = office.table(kind).origins[row as usize];
    let file = &office.files[origin.file as usize];
    let own_id = file.find(origin, Some(FieldId(0))).is_some();
    if own_id || !matches!(file.layout, Layout::Yaml { .. }) {
        return None;
    }
    match office.value(kind, row, nesting.field) {
        Value::Text(id) if !office.record_id(kind, row).is_empty() => {
            Some((nesting.kind, id.into()))
        }
        _ => None,
    }
}

fn sealed(office: &Office, kind: KindId, row: Row) -> Sealed {
    let fields = office.schema.get(kind).iter().filter(|(_, f)| f.sealed);
    let values =
        fields.filter_map(|(id, f)| Some((id, plain(office.value(kind, row, id), &f.ty)?)));
    values.collect()
}

/// A value as text, the same for all ways to write it.
fn plain(value: Value<'_>, ty: &FieldType) -> Option<Box<str>> {
    let words = |t: &str| t.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = match value {
        Value::Absent | Value::Dangling | Value::Present | Value::Ref(..) => return None,
        Value::Text(t) => words(t),
        Value::List(t) => t.split('\u{1f}').map(words).collect::<Vec<_>>().join("、"),
        Value::Code(c) => match ty {
            FieldType::Enum(values) => values.get(usize::from(c) - 1)?.code.clone(),
            _ => c.to_string(),
        },
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Money(fen) => {
            let sign = if fen < 0 { "-" } else { "" };
            let fen = fen.unsigned_abs();
            format!("{sign}{}.{:02}", fen / 100, fen % 100)
        }
        Value::Number(n) => n.to_string(),
        Value::Moment(m) if m.has_time() => {
            let seconds = m.seconds() % 60 != 0;
            let form = if seconds {
                "%Y-%m-%d %H:%M:%S"
            } else {
                "%Y-%m-%d %H:%M"
            };
            m.datetime().format(form).to_string()
        }
        Value::Moment(m) => m.date().to_string(),
    };
    Some(text.into())
}
