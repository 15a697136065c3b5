//! A CSV file → records. One bad row never hides the rest; a big file is read in pieces, on all cores.

use rayon::prelude::*;

use super::advice;
use super::fault::{Fault, shown, small};
use super::reader::{Cell, FileReader, Slot};
use super::scalar;
use super::split::{self, CellSpan, MOST_CELLS, Record, Unclosed};
use crate::schema::KindId;
use crate::table::Layout;
use crate::text::Bilingual;

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
    /// Where the header stands.
    header: Record,
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
    let (separator, from) = separator(text);
    let mut cells = Vec::new();
    let header = match split::record(text, from, separator, &mut cells) {
        Ok(header) => header,
        Err(unclosed) => {
            first.faults.push(open_quote(unclosed.at));
            None
        }
    };
    let nothing = Layout::Csv {
        separator,
        columns: Vec::new(),
    };
    let Some(header) = header else {
        return (nothing, vec![first]);
    };
    if header.cells > MOST_CELLS {
        first.faults.push(too_wide(header));
        return (nothing, vec![first]);
    }
    let sheet = columns(&mut first, kind, (text, separator), header, &cells);
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
    (text, separator): (&'t str, u8),
    header: Record,
    cells: &[CellSpan],
) -> Sheet<'s, 't> {
    let def = reader.schema.get(kind);
    let mut columns = Vec::new();
    let mut places = Vec::new();
    let mut seen = Vec::new();
    for cell in cells {
        let written = cell.text(text);
        let name = scalar::trim(&written);
        let place = place(text, *cell);
        places.push(place);
        columns.push(match def.field_by_header(name) {
            _ if name.is_empty() => Column::Nameless,
            Some(id) if !seen.contains(&id) => {
                seen.push(id);
                Column::Field(reader.slot(kind, id))
            }
            Some(_) => {
                reader.faults.push(twice(name, place));
                Column::Unread
            }
            None => {
                let (message, help) = advice::unknown_field(def, name);
                let fault = Fault::error("unknown-field", place, message, help);
                reader.faults.push(fault.of(name));
                Column::Unread
            }
        });
    }
    if let Some(at) = header.stray {
        reader.faults.push(stray_quote(at));
    }
    Sheet {
        text,
        separator,
        kind,
        columns,
        header,
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
        let header = &self.text[self.header.start..self.header.end];
        if written == header {
            return reader.faults.push(header_again(record));
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
                    let fault = too_many(record.cells, self.columns.len(), place(self.text, *cell));
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

fn open_quote(at: usize) -> Fault {
    let message = Bilingual::new(
        "这个引号没有关上，这一行没有读",
        "this quotation mark is not closed; the row is not read",
    );
    let help = Bilingual::new(
        "在该格末尾补上引号，或去掉这个引号；格内要用引号时写两个。",
        "Close it at the end of the cell or remove it; inside a cell write it twice.",
    );
    Fault::parse((small(at), 1), message, help)
}

fn given_up(unclosed: Unclosed) -> Fault {
    let message = Bilingual::new(
        "没有关上的引号太多，以下各行没有读",
        "too many quotation marks are not closed; the rows below are not read",
    );
    let help = Bilingual::new("先改正上面各处。", "Mend the places above first.");
    Fault::parse((small(unclosed.at), 1), message, help)
}

fn stray_quote(at: usize) -> Fault {
    let message = Bilingual::new(
        "引号在格的中间关上了，后面还有文字",
        "the quotation mark closes in the middle of the cell",
    );
    let help = Bilingual::new("格内要用引号时写两个。", "Inside a cell write it twice.");
    Fault::parse((small(at), 1), message, help)
}

fn too_wide(header: Record) -> Fault {
    let n = header.cells;
    let message = Bilingual::new(
        format!("第一行有 {n} 格，不像表头，这个文件没有读"),
        format!("the first line has {n} cells and is no header; the file is not read"),
    );
    let help = Bilingual::new(
        "第一行写各栏的名称，以下每行一条记录。",
        "Put the fields' names in the first line and one record in each line below.",
    );
    Fault::parse((small(header.start), 1), message, help)
}

fn twice(name: &str, place: (u32, u32)) -> Fault {
    let name = shown(name);
    let message = Bilingual::new(
        format!("「{name}」这一列出现了两次，后一列没有读"),
        format!("column `{name}` stands here twice; the later one is not read"),
    );
    let help = Bilingual::new("删去其中一列。", "Remove one of them.");
    Fault::parse(place, message, help).of(&name)
}

fn header_again(record: Record) -> Fault {
    let message = Bilingual::new(
        "表头又出现了一次，这一行没有读",
        "the header stands here again; the row is not read",
    );
    let help = Bilingual::new("删去这一行。", "Remove this line.");
    Fault::parse(
        (small(record.start), small(record.end - record.start)),
        message,
        help,
    )
}

fn no_header(column: usize, place: (u32, u32)) -> Fault {
    let n = column + 1;
    let message = Bilingual::new(
        format!("第 {n} 列有内容，却没有表头"),
        format!("column {n} has values but no header"),
    );
    let help = Bilingual::new(
        "在第一行补上栏目的名称。",
        "Name the field in the first line.",
    );
    Fault::error("unknown-field", place, message, help)
}

fn too_many(cells: usize, columns: usize, place: (u32, u32)) -> Fault {
    let message = Bilingual::new(
        format!("这一行有 {cells} 格，表头只有 {columns} 格"),
        format!("this row has {cells} cells, but the header has {columns}"),
    );
    let help = Bilingual::new(
        "内容里有逗号的格要加引号。",
        "Put a cell that contains the separator in quotation marks.",
    );
    Fault::parse(place, message, help)
}
