//! A CSV file → records. One bad row never hides the rest.

use super::columns::{Cell, Fault, FileReader};
use crate::finding::Severity;
use crate::schema::{FieldId, FieldType, KindId};
use crate::table::Layout;
use crate::text::{Bilingual, nearest};

/// How often reading goes on after a quotation mark that is never closed.
const MENDS: usize = 100;

/// Reads a whole file of one kind.
pub fn read(reader: &mut FileReader<'_>, kind: KindId, text: &str) -> Layout {
    let separator = separator(text);
    let mut columns = Vec::new();
    let mut start = 0;
    for _ in 0..MENDS {
        match rows(reader, kind, text, start, separator, &mut columns) {
            Some(next) => start = next,
            None => break,
        }
    }
    Layout::Csv { separator, columns }
}

/// The separator that occurs most in the first line, outside quotation marks.
fn separator(text: &str) -> u8 {
    let line = text.lines().find(|l| !l.trim().is_empty()).unwrap_or("");
    let mut quoted = false;
    let mut counts = [(0usize, b','), (0, b';'), (0, b'\t')];
    for b in line.bytes() {
        quoted ^= b == b'"';
        if !quoted && let Some(c) = counts.iter_mut().find(|c| c.1 == b) {
            c.0 += 1;
        }
    }
    counts
        .iter()
        .rev()
        .max_by_key(|c| c.0)
        .map_or(b',', |c| c.1)
}

fn csv_reader(text: &str, separator: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .buffer_capacity(1 << 16)
        .from_reader(text.as_bytes())
}

/// Reads rows from a byte on; gives where to go on after a quotation mark that is never closed.
fn rows(
    reader: &mut FileReader<'_>,
    kind: KindId,
    text: &str,
    from: usize,
    separator: u8,
    columns: &mut Vec<Option<FieldId>>,
) -> Option<usize> {
    let body = &text[from..];
    let mut input = csv_reader(body, separator);
    let mut record = csv::ByteRecord::new();
    loop {
        let before = usize::try_from(input.position().byte()).unwrap_or(0);
        // The text is in memory and flexible, so that reading cannot fail.
        if !input.read_byte_record(&mut record).unwrap_or(false) {
            return None;
        }
        let after = usize::try_from(input.position().byte()).unwrap_or(body.len());
        let raw = &body[before..after];
        let lead = raw.len() - raw.trim_start_matches(['\r', '\n']).len();
        let raw = raw[lead..].trim_end_matches(['\r', '\n']);
        let start = from + before + lead;
        if after >= body.len() && raw.bytes().filter(|b| *b == b'"').count() % 2 == 1 {
            unclosed(reader, raw, start, separator);
            return body[before + lead..].find('\n').map(|i| start + i + 1);
        }
        if columns.is_empty() {
            *columns = header(reader, kind, &record, raw, start, separator);
        } else if record.iter().any(|f| !f.trim_ascii().is_empty()) {
            row(reader, kind, &record, raw, start, separator, columns);
        }
    }
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn unclosed(reader: &mut FileReader<'_>, raw: &str, start: usize, separator: u8) {
    let mut at = 0;
    for (i, b) in raw.bytes().enumerate() {
        let opens = b == b'"'
            && (i == 0 || raw.as_bytes()[i - 1] == separator || raw.as_bytes()[i - 1] == b'\n');
        if opens && raw[i + 1..].bytes().filter(|b| *b == b'"').count() % 2 == 0 {
            at = i;
            break;
        }
    }
    reader.faults.push(Fault {
        rule: "parse",
        severity: Severity::Error,
        record: None,
        field: None,
        start: small(start + at),
        len: 1,
        message: Bilingual::new(
            "这个引号一直没有关上",
            "this quotation mark is never closed",
        ),
        help: Bilingual::new(
            "在该格末尾补上引号，或去掉这个引号；格内要用引号时写两个。",
            "Close it at the end of the cell or remove it; inside a cell write it twice.",
        ),
    });
}

fn header(
    reader: &mut FileReader<'_>,
    kind: KindId,
    record: &csv::ByteRecord,
    raw: &str,
    start: usize,
    separator: u8,
) -> Vec<Option<FieldId>> {
    let schema = std::sync::Arc::clone(&reader.options.schema);
    let def = schema.get(kind);
    let mut columns: Vec<Option<FieldId>> = Vec::new();
    for (i, cell) in record.iter().enumerate() {
        let name = String::from_utf8_lossy(cell);
        let name = name.trim();
        let field = def.field_by_header(name);
        let (at, len) = csv_field(raw, separator, i).unwrap_or((0, 1));
        let mut fault = |rule, message, help| {
            let (start, len) = (small(start) + at, len.max(1));
            let field = Some(name.to_owned());
            reader.faults.push(Fault {
                rule,
                severity: Severity::Error,
                record: None,
                field,
                start,
                len,
                message,
                help,
            });
        };
        if field.is_some() && columns.contains(&field) {
            let message = Bilingual::new(
                format!("「{name}」这一列出现了两次，后一列没有读"),
                format!("column `{name}` stands here twice; the later one is not read"),
            );
            fault(
                "parse",
                message,
                Bilingual::new("删去其中一列。", "Remove one of them."),
            );
            columns.push(None);
            continue;
        }
        if field.is_none() && !name.is_empty() {
            let all = def
                .fields
                .iter()
                .flat_map(|f| [f.name.as_str(), f.label.zh.as_str()]);
            let near = nearest(name, all);
            let message = Bilingual::new(
                format!("{}没有「{name}」这一栏", def.label.zh),
                format!("{} have no field `{name}`", def.name),
            );
            let help = match near {
                Some(n) => {
                    Bilingual::new(format!("是不是「{n}」？"), format!("Did you mean `{n}`?"))
                }
                None => Bilingual::new(
                    "改成该类记录有的栏目，或删去这一列。",
                    "Use a field of this kind, or remove the column.",
                ),
            };
            fault("unknown-field", message, help);
        }
        columns.push(field);
    }
    columns
}

fn row(
    reader: &mut FileReader<'_>,
    kind: KindId,
    record: &csv::ByteRecord,
    raw: &str,
    start: usize,
    separator: u8,
    columns: &[Option<FieldId>],
) {
    let row = reader.begin(kind, small(start), small(raw.len()));
    let plain = record.as_slice().len() + record.len() == raw.len() + 1;
    let (mut at, mut late) = (start, None);
    for (i, cell) in record.iter().enumerate() {
        // The text is UTF-8 and the separators are ASCII, so that every cell is UTF-8 too.
        let Ok(text) = std::str::from_utf8(cell) else {
            continue;
        };
        let here = at;
        at += cell.len() + 1;
        let trimmed = text.trim();
        let place = if plain {
            (
                small(here + (text.len() - text.trim_start().len())),
                small(trimmed.len()),
            )
        } else if trimmed.is_empty() {
            (small(start), 1)
        } else {
            csv_field(raw, separator, i).map_or((small(start), 1), |(s, l)| (small(start) + s, l))
        };
        match columns.get(i) {
            Some(Some(field)) => {
                let cell = Cell {
                    text: trimmed,
                    place,
                    verbatim: plain,
                };
                // How a period is read depends on the other fields, so that it comes last.
                if reader.options.schema.get(kind).get(*field).ty == FieldType::Period {
                    late = Some((*field, cell));
                } else {
                    reader.set(kind, row, *field, cell);
                }
            }
            Some(None) => {}
            None if trimmed.is_empty() => {}
            None => {
                reader.faults.push(Fault {
                    rule: "parse",
                    severity: Severity::Error,
                    record: Some((kind, row)),
                    field: None,
                    start: place.0,
                    len: place.1,
                    message: Bilingual::new(
                        format!(
                            "这一行有 {} 格，表头只有 {} 格",
                            record.len(),
                            columns.len()
                        ),
                        format!(
                            "this row has {} cells, but the header has {}",
                            record.len(),
                            columns.len()
                        ),
                    ),
                    help: Bilingual::new(
                        "内容里有逗号的格要加引号。",
                        "Put a cell that contains the separator in quotation marks.",
                    ),
                });
                break;
            }
        }
    }
    if let Some((field, cell)) = late {
        reader.set(kind, row, field, cell);
    }
}

/// The bytes of a field within a row's text, without surrounding space and quotation marks.
pub fn csv_field(row: &str, separator: u8, index: usize) -> Option<(u32, u32)> {
    let bytes = row.as_bytes();
    let (mut start, mut column, mut quoted) = (0, 0, false);
    for i in 0..=bytes.len() {
        let end = i == bytes.len();
        if !end && bytes[i] == b'"' {
            quoted = !quoted;
        }
        if end || (bytes[i] == separator && !quoted) {
            if column == index {
                let cell = &row[start..i];
                let inner = cell.trim().trim_matches('"');
                let lead = cell.len() - cell.trim_start().len()
                    + usize::from(cell.trim().starts_with('"') && !inner.is_empty());
                return Some((small(start + lead), small(inner.len())));
            }
            column += 1;
            start = i + 1;
        }
    }
    None
}
