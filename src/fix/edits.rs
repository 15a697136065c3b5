//! Which bytes of a file's text change into what: each value found again where the loader read it, in its cell of a sheet
//! or as a scalar of YAML, and left alone where writing it otherwise could change how it is read.

use super::ids::{Ids, Renamed, rows};
use super::value::mended;
use crate::load::{self, CellSpan};
use crate::schema::{Field, FieldId, KindId};
use crate::table::{Layout, Office, Origin};

/// A change of some bytes of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    /// First byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// What stands there then.
    pub new: String,
    /// The record and field whose value it is.
    pub about: (KindId, u32, FieldId),
}

/// All changes of an office's files, by the index of the file, in order of place.
pub(super) fn find(office: &Office, renamed: &Renamed) -> Vec<Vec<Edit>> {
    let mut all: Vec<Vec<Edit>> = office.files.iter().map(|_| Vec::new()).collect();
    let mut cells = Vec::new();
    for (kind, row) in rows(office) {
        let origin = office.table(kind).origins[row as usize];
        let ids = Ids::new(office, kind, renamed);
        let record = Record {
            office,
            kind,
            row,
            origin,
            ids,
        };
        record.edits(&mut cells, &mut all[origin.file as usize]);
    }
    for edits in &mut all {
        edits.sort_by_key(|e| e.start);
        // An alias lends one value to several records.
        edits.dedup_by(|b, a| b.start < a.end);
    }
    all
}

struct Record<'o> {
    office: &'o Office,
    kind: KindId,
    row: u32,
    origin: Origin,
    ids: Ids<'o>,
}

impl Record<'_> {
    fn edits(&self, cells: &mut Vec<CellSpan>, out: &mut Vec<Edit>) {
        let file = &self.office.files[self.origin.file as usize];
        let (text, start) = (file.text.as_str(), self.origin.start);
        match &file.layout {
            Layout::Csv { separator, columns } => {
                if load::csv_record(text, start as usize, *separator, cells).is_err() {
                    return;
                }
                for (cell, column) in cells.iter().zip(columns) {
                    if let Some(field) = column {
                        out.extend(self.cell(*field, *cell, text, *separator));
                    }
                }
            }
            Layout::Yaml { records } => {
                let Ok(at) = records.binary_search_by_key(&start, |r| r.0) else {
                    return;
                };
                let nesting = self.office.schema.get(self.kind).nests_in.as_ref();
                for (field, from, len) in &records[at].1 {
                    // A nested record's parent stands nowhere in it.
                    let lent = *from == start && nesting.is_some_and(|n| n.field == *field);
                    if !lent {
                        let place = (*from as usize, (*from + *len) as usize);
                        out.extend(self.scalar(*field, place, text));
                    }
                }
            }
        }
    }

    fn field(&self, field: FieldId) -> &Field {
        self.office.schema.get(self.kind).get(field)
    }

    /// What a value should be, without the space around it; nothing where that is what stands there.
    fn better(&self, field: FieldId, written: &str) -> Option<String> {
        let inner = load::trim(written);
        let zone = self.office.config.timezone;
        let new = mended(self.field(field), inner, zone, &self.ids);
        let lead = inner.as_ptr().addr() - written.as_ptr().addr();
        let around = [&written[..lead], &written[lead + inner.len()..]];
        // Lines stay where they are.
        let broken = around.iter().any(|a| a.contains(['\n', '\r']));
        match new {
            _ if broken => None,
            Some(new) => Some(new),
            None => (inner.len() < written.len()).then(|| inner.to_owned()),
        }
    }

    fn edit(&self, field: FieldId, (start, end): (usize, usize), new: String) -> Edit {
        Edit {
            start,
            end,
            new,
            about: (self.kind, self.row, field),
        }
    }

    fn cell(&self, field: FieldId, cell: CellSpan, text: &str, separator: u8) -> Option<Edit> {
        let written = cell.text(text);
        let new = self.better(field, &written)?;
        let quoted = cell.start > 0
            && text.as_bytes()[cell.start - 1] == b'"'
            && text.as_bytes().get(cell.end) == Some(&b'"');
        let special = |c: char| matches!(c, '"' | '\n' | '\r') || c == char::from(separator);
        if !quoted && new.contains(special) {
            return None;
        }
        let new = new.replace('"', "\"\"");
        Some(self.edit(field, (cell.start, cell.end), new))
    }

    fn scalar(&self, field: FieldId, (start, end): (usize, usize), text: &str) -> Option<Edit> {
        let raw = text.get(start..end)?;
        let mark = raw.chars().next()?;
        if raw.contains(['\n', '\r']) || "[{&*!|>".contains(mark) {
            return None;
        }
        let (inner, lead) = match mark {
            '"' | '\'' => (raw.get(1..raw.len().checked_sub(1)?)?, 1),
            _ => (raw, 0),
        };
        if (lead == 1 && (!raw.ends_with(mark) || inner.contains(['"', '\'', '\\'])))
            || (lead == 0 && inner.trim_end_matches([' ', '\t']) != inner)
        {
            return None;
        }
        let new = self.better(field, inner)?;
        let sound = if lead == 1 {
            !new.contains(['"', '\'', '\\'])
        } else {
            is_plain(&new, raw)
        };
        sound.then(|| self.edit(field, (start + lead, start + lead + inner.len()), new))
    }
}

/// Whether a text reads as itself without quotation marks where another did, be it in brackets.
fn is_plain(text: &str, other: &str) -> bool {
    let first = text
        .chars()
        .next()
        .is_some_and(|c| c.is_alphanumeric() || !c.is_ascii());
    let null = matches!(text, "null" | "Null" | "NULL");
    first
        && !null
        && !text.contains(": ")
        && !text.ends_with(':')
        && !text.contains(" #")
        && [',', '[', ']', '{', '}']
            .iter()
            .all(|c| other.contains(*c) || !text.contains(*c))
}
