//! Records as YAML the way a person writes it: plain scalars, block text for several lines, lists in brackets.

use std::fmt::Write as _;

use aftercare::schema::{FieldType, Kind};

use super::record::Record;
use super::sheet::Desk;
use super::spelling::Spelling;

/// One list of records.
pub fn list(desk: &Desk<'_>, spelling: &Spelling, kind: &Kind, records: &[&Record]) -> String {
    let mut out = String::new();
    for r in records {
        item(&mut out, desk, spelling, kind, r, 0);
    }
    out
}

/// One document a record.
pub fn documents(desk: &Desk<'_>, spelling: &Spelling, kind: &Kind, records: &[&Record]) -> String {
    let mut out = String::new();
    for (i, r) in records.iter().enumerate() {
        if i > 0 {
            out.push_str("---\n");
        }
        let lines = pairs(desk, spelling, kind, r, 0);
        out.push_str(&lines.join(""));
    }
    out
}

fn item(
    out: &mut String,
    desk: &Desk<'_>,
    spelling: &Spelling,
    kind: &Kind,
    r: &Record,
    indent: usize,
) {
    for (i, pair) in pairs(desk, spelling, kind, r, indent + 2)
        .into_iter()
        .enumerate()
    {
        let lead = if i == 0 { "- " } else { "  " };
        let pair = pair.get(indent + 2..).unwrap_or("");
        let _ = write!(out, "{:indent$}{lead}{pair}", "");
    }
}

/// A record's keys and values, each with its lines, all indented.
fn pairs(
    desk: &Desk<'_>,
    spelling: &Spelling,
    kind: &Kind,
    r: &Record,
    indent: usize,
) -> Vec<String> {
    let one = |field: &String| {
        let key = spelling.header(kind, field);
        let value = spelling.value(desk.schema, &desk.names, kind, r, field);
        let list = kind
            .field(field)
            .is_some_and(|f| matches!(kind.get(f).ty, FieldType::List(_)));
        let written = match (list, value.contains('\n')) {
            (true, _) => {
                let parts = value
                    .split(['、', ';', '；'])
                    .map(|p| scalar(p.trim(), true));
                format!("[{}]", parts.collect::<Vec<_>>().join(", "))
            }
            (false, true) => block(&value, indent + 2),
            (false, false) => scalar(&value, false),
        };
        format!("{:indent$}{key}: {written}\n", "")
    };
    let columns = super::sheet::columns(kind, &[r]);
    let mut lines: Vec<String> = columns.iter().map(one).collect();
    for (key, nested) in &r.nested {
        let inner = desk
            .schema
            .iter()
            .find(|(_, k)| k.nests_in.as_ref().is_some_and(|n| n.list == *key));
        let Some((_, inner)) = inner else {
            panic!("nothing nests as {key}");
        };
        let mut text = format!("{:indent$}{key}:\n", "");
        for n in nested {
            item(&mut text, desk, spelling, inner, n, indent + 2);
        }
        lines.push(text);
    }
    lines
}

fn block(text: &str, indent: usize) -> String {
    let mut out = String::from("|-");
    for line in text.lines() {
        let _ = write!(out, "\n{:indent$}{line}", "");
    }
    out
}

/// Quoted only where a plain scalar would be read as something else.
fn scalar(text: &str, in_list: bool) -> String {
    let special = "-?:,[]{}#&*!|>'\"%@`";
    let quoted = text.is_empty()
        || text.starts_with(|c: char| special.contains(c) || c.is_whitespace())
        || text.ends_with([':', ' '])
        || text.contains(": ")
        || text.contains(" #")
        || (in_list && text.contains([',', '[', ']', '{', '}']));
    if quoted {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        text.to_owned()
    }
}
