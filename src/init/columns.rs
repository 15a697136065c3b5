//! The columns of a new office's files: what every record must have, what the adopted rules look at, what the prescribed forms print.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::form::Form;
use crate::policy::Compiled;
use crate::schema::{FieldId, Kind, KindId, Schema};
use crate::text::Lang;

/// For each kind its name and the one line of its CSV, as Excel reads it: a byte order mark, CRLF.
pub(super) fn headers<'f>(
    schema: &Schema,
    kinds: impl Iterator<Item = KindId>,
    compiled: &Compiled,
    forms: impl Iterator<Item = &'f Form>,
    lang: Lang,
) -> Vec<(String, String)> {
    let mut columns: BTreeMap<KindId, BTreeSet<FieldId>> =
        kinds.map(|k| (k, BTreeSet::new())).collect();
    let mut want = |kind: KindId, field: FieldId| {
        if let Some(all) = columns.get_mut(&kind) {
            all.insert(field);
        }
    };
    compiled.wanted(schema, &mut |kind, field, _| want(kind, field));
    forms.for_each(|f| f.fields(&mut want));
    columns
        .into_iter()
        .map(|(id, fields)| {
            let kind = schema.get(id);
            (kind.name.clone(), header(kind, &fields, lang))
        })
        .collect()
}

fn header(kind: &Kind, wanted: &BTreeSet<FieldId>, lang: Lang) -> String {
    let asked = |name: &str| name == "note";
    let columns = kind
        .iter()
        .filter(|(id, f)| f.required || wanted.contains(id) || asked(&f.name));
    let names: Vec<&str> = columns
        .map(|(id, f)| match lang {
            // A label that two fields share would be read as the first.
            Lang::Zh if kind.field_by_header(&f.label.zh) == Some(id) => f.label.zh.as_str(),
            _ => f.name.as_str(),
        })
        .collect();
    format!("\u{feff}{}\r\n", names.join(","))
}
