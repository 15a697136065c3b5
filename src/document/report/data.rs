//! A report's tables as CSV and JSON, beside the page.

use serde::Serialize;

use super::block::{Block, Doc, Table};
use crate::text::harmless;

/// Every table below each other: its caption, its head, its rows, an empty line. UTF-8 with a byte order mark, as
/// spreadsheet programs in China expect.
pub(super) fn csv(doc: &Doc) -> Vec<u8> {
    let mut out = String::from("\u{feff}");
    for table in tables(doc) {
        line(&mut out, [table.caption.as_str()]);
        line(&mut out, table.head.iter().map(|h| h.label.as_str()));
        for row in &table.rows {
            line(&mut out, row.cells.iter().map(|c| c.text.as_str()));
        }
        out.push_str("\r\n");
    }
    out.into_bytes()
}

fn line<'c>(out: &mut String, cells: impl IntoIterator<Item = &'c str>) {
    let cells: Vec<String> = cells.into_iter().map(cell).collect();
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

/// A cell that spreadsheet programs read as text: quoted where it must be, and never taken for a formula.
fn cell(text: &str) -> String {
    // A sign alone is a mark in a table, no formula.
    let text = match text.len() {
        0 | 1 => text.into(),
        _ => harmless(text),
    };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.into_owned()
    }
}

#[derive(Serialize)]
struct Published<'a> {
    version: u8,
    title: &'a str,
    office: &'a str,
    edition: &'a str,
    as_of: String,
    tables: Vec<PublishedTable<'a>>,
}

#[derive(Serialize)]
struct PublishedTable<'a> {
    section: &'a str,
    caption: &'a str,
    columns: Vec<&'a str>,
    rows: Vec<Vec<&'a str>>,
}

/// Every table as one JSON document.
///
/// # Errors
/// What cannot be written as JSON.
pub(super) fn json(doc: &Doc) -> Result<Vec<u8>, serde_json::Error> {
    let mut tables = Vec::new();
    for part in &doc.sections {
        for table in part.blocks.iter().filter_map(table) {
            tables.push(PublishedTable {
                section: &part.heading,
                caption: &table.caption,
                columns: table.head.iter().map(|h| h.label.as_str()).collect(),
                rows: table
                    .rows
                    .iter()
                    .map(|r| r.cells.iter().map(|c| c.text.as_str()).collect())
                    .collect(),
            });
        }
    }
    let d = doc.date;
    let published = Published {
        version: 1,
        title: &doc.title,
        office: &doc.office,
        edition: &doc.edition,
        as_of: format!("{:04}-{:02}-{:02}", d.year, d.month, d.day),
        tables,
    };
    let mut bytes = serde_json::to_vec_pretty(&published)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn tables(doc: &Doc) -> impl Iterator<Item = &Table> {
    doc.sections
        .iter()
        .flat_map(|p| &p.blocks)
        .filter_map(table)
}

fn table(block: &Block) -> Option<&Table> {
    match block {
        Block::Table(table) => Some(table),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        assert_eq!(cell("甲,乙"), "\"甲,乙\"");
        assert_eq!(cell("说\"好\""), "\"说\"\"好\"\"\"");
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("-"), "-");
        assert_eq!(cell("—"), "—");
    }
}
