//! Where a CSV file's header stands: in its first row, or below a title that somebody put over it.

use super::csv;
use super::scalar;
use super::split::{self, CellSpan, MOST_CELLS, Record, Unclosed};
use crate::schema::Kind;

/// A header, or the row that stands where it should.
pub(super) struct Header {
    /// Its separator.
    pub separator: u8,
    /// The row.
    pub record: Record,
    /// Its cells.
    pub cells: Vec<CellSpan>,
    /// How many of them name a field.
    pub known: usize,
    /// The rows above it: the first one, and the number of lines.
    pub above: Option<(Record, usize)>,
}

/// Rows below the first that are looked at for a header.
const LOOKED_AT: usize = 10;

/// Finds the header; none in an empty file. Where no row names a field, the first one is given.
pub(super) fn find(text: &str, def: &Kind) -> Result<Option<Header>, Unclosed> {
    let (separator, from) = csv::separator(text);
    let Some(first) = at(text, from, separator, def)? else {
        return Ok(None);
    };
    if first.known > 0 || first.record.cells > MOST_CELLS {
        return Ok(Some(first));
    }
    let mut next = first.record.next;
    for _ in 0..LOOKED_AT {
        let Some(rest) = text.get(next..) else { break };
        let Ok(Some(below)) = at(text, next, split::separator(rest), def) else {
            break;
        };
        // One word that happens to be a label makes no header.
        if below.known > 1 && below.record.cells <= MOST_CELLS {
            let lines = csv::lines(&text[first.record.start..below.record.start]);
            let above = Some((first.record, lines));
            return Ok(Some(Header { above, ..below }));
        }
        next = below.record.next;
    }
    Ok(Some(first))
}

/// A file's separator, and its header with its cells; below a title if need be.
pub(crate) fn sheet(
    text: &str,
    def: &Kind,
) -> Result<Option<(u8, Record, Vec<CellSpan>)>, Unclosed> {
    let header = find(text, def)?;
    Ok(header.map(|h| (h.separator, h.record, h.cells)))
}

fn at(text: &str, from: usize, separator: u8, def: &Kind) -> Result<Option<Header>, Unclosed> {
    let mut cells = Vec::new();
    let Some(record) = split::record(text, from, separator, &mut cells)? else {
        return Ok(None);
    };
    let names = |c: &&CellSpan| def.field_by_header(scalar::trim(&c.text(text))).is_some();
    let known = cells.iter().filter(names).count();
    Ok(Some(Header {
        separator,
        record,
        cells,
        known,
        above: None,
    }))
}

/// The first mark in a row that is no separator, but between which names of fields stand: a full-width comma, say.
pub(super) fn other_separator(row: &str, def: &Kind) -> Option<(usize, char)> {
    ['，', '；', '、', '|', '｜', ' ', '　']
        .into_iter()
        .find_map(|mark| {
            let parts = row.split(mark);
            let known = parts.filter(|p| def.field_by_header(scalar::trim(p)).is_some());
            let at = (known.count() > 1).then(|| row.find(mark))??;
            Some((at, mark))
        })
}
