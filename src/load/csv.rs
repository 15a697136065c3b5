//! A CSV file → records. One bad row never hides the rest; a big file is read in pieces, on all cores.

use rayon::prelude::*;

use super::advice;
use super::csv_fault::{
    cut_off, given_up, header_again, misread, no_header, no_header_at_all, not_a_record,
    open_quote, stray_quote, title_above, too_many, too_wide, twice,
};
use super::fault::{Fault, small};
use super::header::{self, Header};
use super::no_record;
use super::reader::{Cell, FileReader, Slot};
use super::scalar;
use super::split::{self, CellSpan, MOST_CELLS, Record};
use crate::schema::{FieldId, KindId};
use crate::table::Layout;

/// What a column holds.
#[derive(Clone, Copy)]
enum Column<'s> {
    /// A field.
    Field(Slot<'s>),
    /// Something unknown or repeated, which the header's findings tell of.
    Unread,
    /// It has no header.
    Nameless,
}

/// A file whose header has been read.
struct Sheet<'s, 't> {
    text: &'t str,
    separator: u8,
    kind: KindId,
    columns: Vec<Column<'s>>,
    /// Which of them holds the ids.
    id: Option<usize>,
    /// The last that has to be filled in.
    last_required: Option<usize>,
    /// Where the header stands.
    header: Record,
    /// Its cells.
    heads: Vec<CellSpan>,
    /// Where each column's header stands.
    places: Vec<(u32, u32)>,
}

/// Bytes of a piece that is read on its own.
const PIECE: usize = 2 << 20;

/// Reads a whole file of one kind: how it is laid out, and what its pieces hold, in order.
pub(crate) fn read<'s>(
    new: impl Fn() -> FileReader<'s> + Sync,
    kind: KindId,
    text: &str,
) -> (Layout, Vec<FileReader<'s>>) {
    let mut first = new();
    let def = first.schema.get(kind);
    let nothing = || Layout::Csv {
        separator: separator(text).0,
        columns: Vec::new(),
    };
    let header = match header::find(text, def) {
        Ok(Some(header)) => header,
        Ok(None) => return (nothing(), vec![first]),
        Err(unclosed) => {
            first.faults.push(open_quote(unclosed.at));
            return (nothing(), vec![first]);
        }
    };
    let row = header.record;
    let unread = if row.cells > MOST_CELLS {
        Some(too_wide(row))
    } else if header.known == 0 && header.cells.iter().any(|c| !is_blank(text, *c)) {
        let written = &text[row.start..row.end];
        Some(match header::other_separator(written, def) {
            Some((at, mark)) => misread(row.start + at, mark),
            None => no_header_at_all(def, written, row),
        })
    } else {
        None
    };
    if let Some(fault) = unread {
        first.faults.push(fault);
        return (nothing(), vec![first]);
    }
    if let Some((above, lines)) = header.above {
        let at = lines + 1 + self::lines(&text[..above.start]);
        first.faults.push(title_above(above, lines, at));
    }
    let separator = header.separator;
    let sheet = columns(&mut first, kind, text, &header);
    let layout = Layout::Csv {
        separator,
        columns: sheet.columns.iter().map(Column::id).collect(),
    };
    let mut pieces = vec![first];
    pieces.extend(sheet.pieces(new));
    (layout, pieces)
}

impl Column<'_> {
    fn id(&self) -> Option<crate::schema::FieldId> {
        match self {
            Self::Field(slot) => Some(slot.id),
            _ => None,
        }
    }
}

/// The separator, and where the header is looked for: Excel may say `sep=;` on a line of its own.
pub(crate) fn separator(text: &str) -> (u8, usize) {
    for (line, separator) in [("sep=,", b','), ("sep=;", b';'), ("sep=\t", b'\t')] {
        if let Some(rest) = text.strip_prefix(line)
            && rest.starts_with(['\r', '\n'])
        {
            return (separator, line.len());
        }
    }
    (split::separator(text), 0)
}

fn columns<'s, 't>(
    reader: &mut FileReader<'s>,
    kind: KindId,
    text: &'t str,
    header: &Header,
) -> Sheet<'s, 't> {
    let def = reader.schema.get(kind);
    let mut columns = Vec::new();
    let mut places = Vec::new();
    let mut seen: Vec<(FieldId, usize)> = Vec::new();
    for (n, cell) in header.cells.iter().enumerate() {
        let written = cell.text(text);
        let name = scalar::trim(&written);
        let place = place(text, *cell);
        places.push(place);
        columns.push(match def.field_by_header(name) {
            _ if name.is_empty() => Column::Nameless,
            Some(id) => match seen.iter().find(|s| s.0 == id) {
                None => {
                    seen.push((id, n));
                    Column::Field(reader.slot(kind, id))
                }
                Some((_, first)) => {
                    reader.faults.push(twice(name, place, (*first + 1, n + 1)));
                    Column::Unread
                }
            },
            None => {
                let (message, help) = advice::unknown_field(def, name);
                let fault = Fault::error("unknown-field", place, message, help);
                reader.faults.push(fault.of(name));
                Column::Unread
            }
        });
    }
    if let Some(at) = header.record.stray {
        reader.faults.push(stray_quote(at));
    }
    let required = columns.iter().enumerate().filter_map(|(i, c)| match c {
        Column::Field(slot) if slot.field.required => Some(i),
        _ => None,
    });
    Sheet {
        text,
        separator: header.separator,
        kind,
        id: columns.iter().position(|c| c.id() == Some(FieldId(0))),
        last_required: required.max(),
        columns,
        header: header.record,
        heads: header.cells.clone(),
        places,
    }
}

fn place(text: &str, cell: CellSpan) -> (u32, u32) {
    let written = text.get(cell.start..cell.end).unwrap_or_default();
    let (lead, len) = split::trimmed(written);
    (small(cell.start + lead), small(len))
}

impl<'s> Sheet<'s, '_> {
    /// Reads all rows. Where pieces begin is guessed from the quotation marks before them; a piece that was begun in
    /// the middle of a record is read again from where the piece before it ended.
    fn pieces(&self, new: impl Fn() -> FileReader<'s> + Sync) -> Vec<FileReader<'s>> {
        let starts = self.starts();
        let end = |i: usize| starts.get(i + 1).copied().unwrap_or(self.text.len());
        let read = |from: usize, until: usize| {
            let mut reader = new();
            let next = self.rows(&mut reader, from, until);
            (reader, next)
        };
        let guessed: Vec<(FileReader<'s>, usize)> = (0..starts.len())
            .into_par_iter()
            .with_max_len(1)
            .map(|i| read(starts[i], end(i)))
            .collect();
        let mut at = self.header.next;
        let mut sound = Vec::new();
        for (i, (reader, next)) in guessed.into_iter().enumerate() {
            if starts[i] == at {
                at = next;
                sound.push(reader);
            } else if at < end(i) {
                let (reader, next) = read(at, end(i));
                at = next;
                sound.push(reader);
            }
        }
        sound
    }

    fn starts(&self) -> Vec<usize> {
        let (from, bytes) = (self.header.next, self.text.as_bytes());
        let bounds: Vec<usize> = (from..bytes.len()).step_by(PIECE).collect();
        let quotes: Vec<usize> = bounds
            .par_iter()
            .map(|b| memchr::memchr_iter(b'"', &bytes[*b..bytes.len().min(b + PIECE)]).count())
            .collect();
        let (mut starts, mut open) = (vec![from], false);
        for (bound, quotes) in bounds.iter().zip(quotes) {
            if *bound > from {
                let start = next_record(bytes, *bound, open);
                if start < bytes.len() && starts.last().is_none_or(|s| start > *s) {
                    starts.push(start);
                }
            }
            open ^= quotes % 2 == 1;
        }
        starts
    }

    /// Reads the rows that begin before a byte; gives where the next one is.
    fn rows(&self, reader: &mut FileReader<'s>, from: usize, until: usize) -> usize {
        let mut cells = Vec::new();
        let mut nameless = Vec::new();
        let (mut at, mut wasted) = (from, 0);
        while at < until {
            match split::record(self.text, at, self.separator, &mut cells) {
                Ok(None) => return self.text.len(),
                Ok(Some(record)) => {
                    at = record.next;
                    if cells.iter().any(|c| !is_blank(self.text, *c)) {
                        self.row(reader, record, &cells, &mut nameless);
                    }
                }
                Err(unclosed) => {
                    reader.faults.push(open_quote(unclosed.at));
                    wasted += unclosed.seen - unclosed.at;
                    if wasted > MOST_WASTED + 4 * (until - from) {
                        reader.faults.push(given_up(unclosed));
                        return self.text.len();
                    }
                    at = next_line(self.text.as_bytes(), unclosed.at);
                }
            }
        }
        at
    }

    fn row(
        &self,
        reader: &mut FileReader<'s>,
        record: Record,
        cells: &[CellSpan],
        nameless: &mut Vec<usize>,
    ) {
        let written = &self.text[record.start..record.end];
        if let Some(fault) = self.no_record(record, cells) {
            return reader.faults.push(fault);
        }
        let row = reader.begin(self.kind, small(record.start), small(written.len()));
        let mut late = None;
        for (i, cell) in cells.iter().enumerate() {
            match self.columns.get(i) {
                // How a period is read depends on the other fields, so that it comes last.
                Some(Column::Field(slot)) if slot.late => {
                    late = Some((*slot, *cell));
                }
                Some(Column::Field(slot)) => self.set(reader, *slot, row, *cell),
                Some(Column::Unread) => {}
                Some(Column::Nameless) if nameless.contains(&i) || is_blank(self.text, *cell) => {}
                Some(Column::Nameless) => {
                    nameless.push(i);
                    reader.faults.push(no_header(i, self.places[i]));
                }
                None if is_blank(self.text, *cell) => {}
                None => {
                    let fault = too_many(
                        written,
                        (record.cells, self.columns.len()),
                        place(self.text, *cell),
                    );
                    reader.faults.push(fault.about(self.kind, row));
                    break;
                }
            }
        }
        if let Some((slot, cell)) = late {
            self.set(reader, slot, row, cell);
        }
        if let Some(at) = record.stray {
            reader.faults.push(stray_quote(at).about(self.kind, row));
        }
    }

    /// Why a row is no record, if it is none.
    fn no_record(&self, record: Record, cells: &[CellSpan]) -> Option<Fault> {
        let text = |c: &CellSpan| scalar::trim(&self.text[c.start..c.end]);
        let first = cells.iter().position(|c| !is_blank(self.text, *c))?;
        let said = text(&cells[first]);
        if self.heads.get(first).map(text) == Some(said) {
            let same = |(i, c): (usize, &CellSpan)| text(c) == self.heads.get(i).map_or("", text);
            if cells.iter().enumerate().all(same) {
                return Some(header_again(record));
            }
        }
        let filled = || cells.iter().filter(|c| !is_blank(self.text, **c)).count();
        if let Some(why) = no_record::told_by(said, filled) {
            // Whoever has an id of its own is a record.
            let id = self.id.and_then(|i| cells.get(i)).map_or("", text);
            if id.is_empty() || id == said {
                return Some(not_a_record(record, said, why));
            }
        }
        let broken_off = record.end == self.text.len() && record.cells < self.columns.len();
        (broken_off && self.last_required.is_some_and(|r| r >= record.cells))
            .then(|| cut_off(record, self.columns.len()))
    }

    fn set(&self, reader: &mut FileReader<'s>, slot: Slot<'s>, row: u32, cell: CellSpan) {
        let written = &self.text[cell.start..cell.end];
        if written.is_empty() {
            return;
        }
        let (lead, len) = split::trimmed(written);
        let place = (small(cell.start + lead), small(len));
        let whole;
        let text = if cell.doubled {
            whole = cell.text(self.text);
            scalar::trim(&whole)
        } else {
            &written[lead..lead + len]
        };
        let cell = Cell {
            text,
            place,
            verbatim: !cell.doubled,
            list: false,
        };
        reader.set(slot, row, cell);
    }
}

fn is_blank(text: &str, cell: CellSpan) -> bool {
    scalar::trim(&text[cell.start..cell.end]).is_empty()
}

/// Looking for the end of cells that are never closed costs no more than this and a few times the piece.
pub(crate) const MOST_WASTED: usize = 64 << 20;

/// The first line break from a byte on that is not inside quotation marks; the byte after it.
fn next_record(bytes: &[u8], from: usize, mut open: bool) -> usize {
    for i in memchr::memchr2_iter(b'\n', b'"', &bytes[from..]) {
        match bytes[from + i] {
            b'"' => open = !open,
            _ if !open => return from + i + 1,
            _ => {}
        }
    }
    bytes.len()
}

/// The byte after the first line break from a byte on.
pub(crate) fn next_line(bytes: &[u8], from: usize) -> usize {
    let found = memchr::memchr2(b'\n', b'\r', &bytes[from..]);
    found.map_or(bytes.len(), |n| from + n + 1)
}

/// How many line breaks there are in a text.
pub(crate) fn lines(text: &str) -> usize {
    let bytes = text.as_bytes();
    let ends = |i: &usize| bytes[*i] == b'\n' || bytes.get(i + 1) != Some(&b'\n');
    memchr::memchr2_iter(b'\n', b'\r', bytes)
        .filter(ends)
        .count()
}
