//! What the search box finds: records by number, name and telephone number, as a script that a page loads when someone
//! searches (it works from the file system, where a page may not fetch data).

use serde::Serialize;

use super::facts::Facts;
use crate::document::redact::Redaction;
use crate::schema::{FieldId, FieldType, KindId};
use crate::table::{Office, Row, Value};

/// The records of a kind.
#[derive(Serialize)]
struct Found {
    kind: String,
    /// Number, what else is searched and shown, and the way to its page or the place in its file.
    rows: Vec<[String; 3]>,
}

/// The script of an office: `aftercareRecords([…])`.
///
/// # Errors
/// What cannot be written as JSON.
pub fn script(
    f: &Facts<'_>,
    kinds: &[String],
    redaction: &Redaction,
) -> Result<Vec<u8>, serde_json::Error> {
    let office = f.office;
    let all = kinds.iter().filter_map(|name| {
        let kind = office.schema.kind(name)?;
        let rows = found(f, kind, redaction);
        (!rows.is_empty()).then(|| Found {
            kind: office.schema.get(kind).label.get(f.lang()).to_owned(),
            rows,
        })
    });
    let json = serde_json::to_string(&all.collect::<Vec<_>>())?;
    // Both are line ends in scripts of old, and may stand in JSON.
    let json = json
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029");
    Ok(format!("aftercareRecords({json});\n").into_bytes())
}

fn found(f: &Facts<'_>, kind: KindId, redaction: &Redaction) -> Vec<[String; 3]> {
    let office = f.office;
    let table = office.table(kind);
    let name = &office.schema.get(kind).name;
    let fields = searched(office, kind, redaction);
    let rows = (0..).zip(&table.live).filter(|(_, live)| **live);
    rows.map(|(row, _)| {
        let id = office.record_id(kind, row);
        let page = f.library.pages.get(&format!("{name}/{id}"));
        let at = page.cloned().unwrap_or_else(|| {
            let place = office.place(kind, row, None);
            format!("{}:{}", place.file, place.line)
        });
        [
            id.to_owned(),
            words(office, kind, row, &fields, redaction),
            at,
        ]
    })
    .collect()
}

/// The fields that tell who a record is about, as far as they may be published: names, numbers and references.
fn searched(office: &Office, kind: KindId, redaction: &Redaction) -> Vec<FieldId> {
    let k = office.schema.get(kind);
    let wanted = k.iter().filter(|(id, field)| {
        let told = redaction.tells_of_a_person(kind, *id) && !redaction.hides(kind, *id);
        told || matches!(field.ty, FieldType::Ref(_))
    });
    wanted.map(|(id, _)| id).collect()
}

fn words(
    office: &Office,
    kind: KindId,
    row: Row,
    fields: &[FieldId],
    redaction: &Redaction,
) -> String {
    let mut all: Vec<&str> = Vec::new();
    for field in fields {
        let text = match office.value(kind, row, *field) {
            Value::Text(t) => t,
            Value::Ref(to, at) => {
                let name = office.schema.get(to).field("name");
                match name
                    .filter(|n| !redaction.hides(to, *n))
                    .map(|n| office.value(to, at, n))
                {
                    Some(Value::Text(t)) => t,
                    _ => "",
                }
            }
            _ => "",
        };
        if !text.is_empty() && !all.contains(&text) {
            all.push(text);
        }
    }
    all.join(" ")
}
