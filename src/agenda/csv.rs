//! What is due as CSV for spreadsheets: UTF-8 with a byte order mark, no cell that a spreadsheet would take for a formula.

use std::io::{self, Write};

use super::Entry;
use crate::text::{Lang, csv_cell};

const HEAD: [(&str, &str); 13] = [
    ("最迟", "Last day"),
    ("责任人", "By whom"),
    ("事项", "What"),
    ("对象", "About"),
    ("单位", "Office"),
    ("要求", "Rule"),
    ("条款", "Clause"),
    ("类别", "Kind"),
    ("编号", "Record"),
    ("期间", "Period"),
    ("说明", "Message"),
    ("文件", "File"),
    ("行", "Line"),
];

/// Writes it.
///
/// # Errors
/// The stream is closed or broken.
pub fn write(entries: &[Entry], lang: Lang, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "\u{feff}")?;
    line(HEAD.map(|(zh, en)| lang.pick(zh, en).to_owned()), out)?;
    for e in entries {
        let f = &e.finding;
        let day = f.due.map(|d| d.to_string()).unwrap_or_default();
        let cells = [
            day,
            e.who.clone(),
            e.title.get(lang).to_owned(),
            e.about(lang),
            e.office.clone(),
            f.rule.clone(),
            f.clause.clone(),
            f.kind.clone().unwrap_or_default(),
            f.record.clone().unwrap_or_default(),
            f.period.clone().unwrap_or_default(),
            f.message.get(lang).to_owned(),
            f.place.file.clone(),
            f.place.line.to_string(),
        ];
        line(cells, out)?;
    }
    Ok(())
}

fn line<const N: usize>(cells: [String; N], out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<String> = cells.iter().map(|c| csv_cell(c)).collect();
    write!(out, "{}\r\n", cells.join(","))
}
