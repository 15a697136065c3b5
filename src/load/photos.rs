//! `core/photo`: photographs that records name and that cannot be printed. What lies on the disk is told by who asks; a
//! finding a field goes out, and what was seen, for the forms that print them.

use rayon::prelude::*;

use super::core::{about, finding};
use super::fault::shown;
use crate::finding::{Finding, Severity};
use crate::photo::{self, AllSeen, Seen, Wrong};
use crate::schema::{FieldId, KindId};
use crate::table::{Column, Office, Row, Value};
use crate::text::Bilingual;

/// What a record's name for a photograph leads to, by the folder of the record's file; nothing where that is not asked.
pub type Look<'l> = dyn Fn(&str, &str) -> Option<Seen> + Sync + 'l;

/// What separates the entries of a list.
pub(crate) const BETWEEN: char = '\u{1f}';

/// Of more entries of a field the rest is counted.
const TOLD: usize = 5;

/// What `look` sees of the photographs that records name, each asked for once.
pub fn see(office: &Office, look: &Look<'_>) -> AllSeen {
    let asked = asked(office);
    let seen = asked.par_iter().filter_map(|(beside, named)| {
        let seen = look(beside, named)?;
        Some((((*beside).to_owned(), (*named).to_owned()), seen))
    });
    seen.collect()
}

/// The photographs that records name, by the folder of the record's file, in order.
pub fn asked(office: &Office) -> Vec<(&str, &str)> {
    let mut asked = Vec::new();
    each(office, |(kind, row, field)| {
        let beside = beside(office, kind, row);
        asked.extend(names(office, kind, row, field).map(|n| (beside, n)));
    });
    asked.par_sort_unstable();
    asked.dedup();
    asked
}

/// Every field with photographs that cannot be printed.
pub fn check(office: &Office, seen: &AllSeen) -> Vec<Finding> {
    let mut findings = Vec::new();
    if seen.values().all(|s| s.photo.is_ok()) {
        return findings;
    }
    each(office, |(kind, row, field)| {
        let folder = beside(office, kind, row).to_owned();
        let wrong = names(office, kind, row, field).filter_map(|n| {
            let seen = seen.get(&(folder.clone(), n.to_owned()))?;
            Some((n, *seen.photo.as_ref().err()?))
        });
        let wrong: Vec<(&str, Wrong)> = wrong.collect();
        if let Some((first, why)) = wrong.first() {
            findings.push(told(office, (kind, row, field), first, *why, &wrong));
        }
    });
    findings
}

/// Every field that names photographs.
fn each(office: &Office, mut take: impl FnMut((KindId, Row, FieldId))) {
    for (kind, k) in office.schema.iter() {
        for (field, _) in k.iter().filter(|(_, f)| f.images) {
            let table = office.table(kind);
            // Where no record names any, no record is looked at.
            if let Column::Text(spans) = &table.columns[usize::from(field.0)] {
                let there = (0..).zip(spans).filter(|(_, s)| s.len > 0);
                there.for_each(|(row, _)| take((kind, row, field)));
            }
        }
    }
}

/// The names in a field.
pub(crate) fn names(
    office: &Office,
    kind: KindId,
    row: Row,
    field: FieldId,
) -> impl Iterator<Item = &str> {
    let text = match office.value(kind, row, field) {
        Value::List(text) => text,
        _ => "",
    };
    text.split(BETWEEN).filter(|n| !n.is_empty())
}

/// The folder of a record's file.
pub(crate) fn beside(office: &Office, kind: KindId, row: Row) -> &str {
    let origin = office.table(kind).origins[row as usize];
    photo::folder(&office.files[origin.file as usize].path)
}

fn told(
    office: &Office,
    (kind, row, field): (KindId, Row, FieldId),
    first: &str,
    why: Wrong,
    all: &[(&str, Wrong)],
) -> Finding {
    let def = office.schema.get(kind).get(field);
    let each = |zh: bool| {
        let one = |(name, wrong): &(&str, Wrong)| {
            let (name, said) = (shown(name), wrong.said());
            if zh {
                format!("「{name}」{}", said.zh)
            } else {
                format!("`{name}` {}", said.en)
            }
        };
        let told: Vec<String> = all.iter().take(TOLD).map(one).collect();
        told.join(if zh { "，" } else { ", " })
    };
    let (mut zh, mut en) = (each(true), each(false));
    if all.len() > TOLD {
        let more = all.len() - TOLD;
        zh.push_str(&format!("，还有 {more} 个"));
        en.push_str(&format!(", and {more} more"));
    }
    let message = Bilingual::new(
        format!("{}{zh}，表上印不出来", def.label.zh),
        format!("{}: {en}; it cannot be printed", def.name),
    );
    finding(
        office,
        "photo",
        Severity::Warning,
        about(office, kind, row),
        Some(def.name.clone()),
        place(office, (kind, row, field), first),
        message,
        why.help(),
    )
}

/// Where a name stands in its field.
fn place(
    office: &Office,
    (kind, row, field): (KindId, Row, FieldId),
    name: &str,
) -> crate::finding::Place {
    let origin = office.table(kind).origins[row as usize];
    let file = &office.files[origin.file as usize];
    let within = file.find(origin, Some(field)).and_then(|(start, len)| {
        let from = start as usize;
        let text = file.text.get(from..from + len as usize)?;
        let at = u32::try_from(text.find(name)?).ok()?;
        Some((start + at, u32::try_from(name.len()).ok()?))
    });
    match within {
        Some((start, len)) => file.place(start, len),
        None => office.place(kind, row, Some(field)),
    }
}
