//! A sheet of a period as a workbook: each of its tables a worksheet, its other cells one of labels and values, and a last
//! one that tells what it was made from.

use super::sheet::{Block, Cell as Field, Content, Entry, Sheet, Value};
use crate::document::workbook::{Cell, Line, Tab, Workbook};
use crate::text::Lang;

/// The workbook of a sheet.
pub(super) fn workbook(sheet: &Sheet, lang: Lang) -> Workbook {
    let mut tabs: Vec<Tab> = Vec::new();
    let mut fields: Option<usize> = None;
    let mut heading: Option<String> = None;
    for block in &sheet.blocks {
        match block {
            Block::Grid { rows, .. } => {
                let lines: Vec<Line> = rows.iter().flatten().filter_map(line).collect();
                let last = lines.iter().rev().find_map(|l| match l {
                    Line::Heading(text) => Some(text.clone()),
                    _ => None,
                });
                heading = last.or(heading);
                if lines.iter().all(|l| matches!(l, Line::Heading(_))) {
                    continue;
                }
                let at = *fields.get_or_insert_with(|| {
                    tabs.push(fields_tab(sheet, lang));
                    tabs.len() - 1
                });
                tabs[at].lines.extend(lines);
            }
            Block::Photos { rows } => {
                let lines = rows.iter().flatten().map(|p| {
                    Line::Cells(vec![Cell::new(&p.caption, None), Cell::new(&p.name, None)])
                });
                let at = *fields.get_or_insert_with(|| {
                    tabs.push(fields_tab(sheet, lang));
                    tabs.len() - 1
                });
                tabs[at].lines.extend(lines);
            }
            Block::Table {
                label, head, rows, ..
            } => tabs.push(Tab {
                name: label
                    .clone()
                    .or_else(|| heading.take())
                    .unwrap_or_else(|| sheet.title.clone()),
                above: above(sheet),
                head: head.clone(),
                lines: rows.iter().filter_map(entry).collect(),
            }),
        }
    }
    tabs.push(about(sheet, lang));
    Workbook {
        lang,
        landscape: sheet.landscape,
        page: sheet.page.clone(),
        tabs,
    }
}

/// The title, and the line below it.
fn above(sheet: &Sheet) -> Vec<String> {
    let colon = if sheet.lang == "zh" { "：" } else { ": " };
    let lines = sheet.code.iter().chain(&sheet.head);
    let lines: Vec<String> = lines
        .map(|l| format!("{}{colon}{}", l.label, l.text))
        .collect();
    vec![sheet.title.clone(), lines.join("　")]
}

fn fields_tab(sheet: &Sheet, lang: Lang) -> Tab {
    Tab {
        name: lang.pick("概要", "Summary").to_owned(),
        above: above(sheet),
        head: lang
            .pick(["项目", "内容"], ["Item", "Value"])
            .map(str::to_owned)
            .into(),
        lines: Vec::new(),
    }
}

/// A labelled cell; nothing of what is written by hand alone.
fn line(cell: &Field) -> Option<Line> {
    let label = || Cell::new(cell.label.as_deref().unwrap_or_default(), None);
    match &cell.content {
        Content::Heading { text } => Some(Line::Heading(text.clone())),
        Content::Text { text } => {
            let value = Cell::new(text, cell.quantity.as_ref());
            Some(Line::Cells(vec![label(), value]))
        }
        Content::Choice { options } => {
            let chosen = options.iter().filter(|o| o.chosen);
            let chosen: Vec<&str> = chosen.map(|o| o.text.as_str()).collect();
            let value = Cell::new(&chosen.join("、"), None);
            Some(Line::Cells(vec![label(), value]))
        }
        Content::Signature { .. } => None,
    }
}

/// A line of a table; nothing of an empty one.
fn entry(entry: &Entry) -> Option<Line> {
    match entry {
        Entry::Group { group } => Some(Line::Heading(group.clone())),
        Entry::Cells(values) => {
            if values.iter().all(|v| v.text.is_empty() && v.tick.is_none()) {
                return None;
            }
            let cells = values.iter().map(cell).collect();
            Some(if values.iter().any(|v| v.sum) {
                Line::Total(cells)
            } else {
                Line::Cells(cells)
            })
        }
    }
}

fn cell(value: &Value) -> Cell {
    match value.tick {
        Some(ticked) => Cell::new(if ticked { "√" } else { "" }, None),
        None => Cell::new(&value.text, value.quantity.as_ref()),
    }
}

/// What stands in small type at the foot of the sheet.
fn about(sheet: &Sheet, lang: Lang) -> Tab {
    let text = |t: &str| Cell::new(t, None);
    let mut lines = Vec::new();
    let mut add = |label: &str, value: &str| {
        lines.push(Line::Cells(vec![text(label), text(value)]));
    };
    for l in sheet.code.iter().chain(&sheet.head).chain(&sheet.foot) {
        add(&l.label, &l.text);
    }
    for said in sheet.intro.iter().chain(&sheet.remark) {
        add(lang.pick("说明", "Remark"), said);
    }
    Tab {
        name: lang.pick("说明", "About").to_owned(),
        above: vec![sheet.title.clone()],
        head: Vec::new(),
        lines,
    }
}
