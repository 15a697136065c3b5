//! A .csv or .xlsx file → its rows, numbered as a spreadsheet shows them.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::path::Path;

use super::reason::{Reason, Why};
use super::xlsx;
use crate::load::split::{self, CellSpan};
use crate::load::{MOST_WASTED, next_line, separator, trim};
use crate::pipeline::Failure;

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cell<'t> {
    /// What stands there; a true date is `2025-03-01 14:30:05`.
    pub text: Cow<'t, str>,
    /// What it is.
    pub form: Form,
}

/// What a cell is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Form {
    /// Text, or a number as text.
    Text,
    /// A true date or time of the spreadsheet.
    Moment,
    /// Nothing that can be taken.
    Broken(Why),
}

impl<'t> Cell<'t> {
    /// A cell with text.
    pub fn text(text: impl Into<Cow<'t, str>>) -> Self {
        Self {
            text: text.into(),
            form: Form::Text,
        }
    }
}

/// A row.
#[derive(Debug)]
pub(crate) struct Row<'t> {
    /// Its number in a spreadsheet; the first is 1.
    pub number: u32,
    /// The line on which it begins, in a text file.
    pub line: Option<u32>,
    /// Its cells from the first column on.
    pub cells: Vec<Cell<'t>>,
    /// Why it cannot be read at all.
    pub fault: Option<Reason>,
}

impl Row<'_> {
    /// Whether nothing stands in it.
    pub fn is_blank(&self) -> bool {
        self.fault.is_none() && self.cells.iter().all(|c| trim(&c.text).is_empty())
    }
}

/// A file that has been read.
#[derive(Debug)]
pub(crate) enum Sheet {
    /// Text with separators, and whether some bytes of it were no text.
    Csv {
        /// The text.
        text: String,
        /// Whether � stands for bytes that are no text.
        lossy: bool,
    },
    /// One sheet of a workbook.
    Xlsx(xlsx::Rows),
}

/// Reads a file; `sheet` names one of a workbook's.
///
/// # Errors
/// It is not there, of another kind, or cannot be read.
pub(crate) fn open(path: &Path, bytes: Vec<u8>, sheet: Option<&str>) -> Result<Sheet, Failure> {
    let extension = path
        .extension()
        .map(|e| e.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let name = path.display();
    // A workbook is one under any name.
    if bytes.starts_with(b"PK\x03\x04") {
        return xlsx::read(path, bytes, sheet).map(Sheet::Xlsx);
    }
    match extension.as_str() {
        "csv" | "txt" | "tsv" => {
            let (text, bad) = crate::source::decode(bytes);
            Ok(Sheet::Csv {
                text,
                lossy: bad.is_some(),
            })
        }
        "xlsx" | "xlsm" => xlsx::read(path, bytes, sheet).map(Sheet::Xlsx),
        _ => Err(Failure::usage(
            format!("「{name}」不是 .csv 或 .xlsx：请在原软件或 Excel 里另存为这两种之一"),
            format!("`{name}` is neither .csv nor .xlsx: save it as one of them"),
        )),
    }
}

impl Sheet {
    /// Gives rows until told to stop, blank ones included where the format keeps them.
    pub fn each<'t>(&'t self, f: Give<'_, 't>) {
        match self {
            Self::Csv { text, lossy } => each_csv(text, *lossy, MOST_WASTED + 4 * text.len(), f),
            Self::Xlsx(rows) => rows.each(f),
        }
    }

    /// Sheets of the workbook that were not read.
    pub fn others(&self) -> &[String] {
        match self {
            Self::Csv { .. } => &[],
            Self::Xlsx(rows) => &rows.others,
        }
    }
}

/// Takes a row; says whether more are wanted.
pub(crate) type Give<'f, 't> = &'f mut dyn FnMut(Row<'t>) -> ControlFlow<()>;

/// Where reading stands.
struct At {
    byte: usize,
    number: u32,
    line: u32,
}

impl At {
    /// Goes on to the row that begins at a byte; blank lines before it are rows too.
    fn row(&mut self, text: &str, start: usize) {
        let gap = breaks(&text[self.byte..start]);
        self.number += 1 + gap;
        self.line += gap;
        self.byte = start;
    }

    /// Goes on to the byte after a row.
    fn after(&mut self, text: &str, next: usize) {
        self.line += breaks(&text[self.byte..next]);
        self.byte = next;
    }

    fn give<'t>(&self, cells: Vec<Cell<'t>>, fault: Option<Reason>) -> Row<'t> {
        Row {
            number: self.number,
            line: Some(self.line),
            cells,
            fault,
        }
    }
}

/// Line breaks: LF, CR LF or CR.
fn breaks(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let ends = |i: &usize| bytes[*i] == b'\n' || bytes.get(i + 1) != Some(&b'\n');
    let count = memchr::memchr2_iter(b'\n', b'\r', bytes)
        .filter(ends)
        .count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Gives the rows of a text; `most` bounds the bytes that are looked through for quotation marks that close none.
fn each_csv<'t>(text: &'t str, lossy: bool, most: usize, f: Give<'_, 't>) {
    let (separator, from) = separator(text);
    let (mut cells, mut wasted) = (Vec::new(), 0);
    let mut at = At {
        byte: 0,
        number: 0,
        line: 1,
    };
    if from > 0 {
        // A spreadsheet does not show the line `sep=;`.
        at.after(text, next_line(text.as_bytes(), from));
    }
    loop {
        let (row, next) = match split::record(text, at.byte, separator, &mut cells) {
            Ok(None) => return,
            Ok(Some(record)) => {
                at.row(text, record.start);
                let fault = record.stray.map(|_| stray());
                (at.give(taken(text, &cells, lossy), fault), record.next)
            }
            Err(open) => {
                let rest = text[at.byte..].trim_start_matches(['\r', '\n']);
                at.row(text, text.len() - rest.len());
                wasted += open.seen - open.at;
                let over = wasted > most;
                let next = if over {
                    text.len()
                } else {
                    next_line(text.as_bytes(), open.at)
                };
                (at.give(Vec::new(), Some(unclosed(over))), next)
            }
        };
        if f(row).is_break() {
            return;
        }
        at.after(text, next);
    }
}

fn taken<'t>(text: &'t str, cells: &[CellSpan], lossy: bool) -> Vec<Cell<'t>> {
    let cell = |c: &CellSpan| {
        let text = c.text(text);
        let bad =
            memchr::memchr(0, text.as_bytes()).is_some() || (lossy && text.contains('\u{fffd}'));
        let form = if bad {
            Form::Broken(Why::Encoding)
        } else {
            Form::Text
        };
        Cell { text, form }
    };
    cells.iter().map(cell).collect()
}

fn stray() -> Reason {
    let zh = "这一行有一格在引号关上以后还有字：格内的引号要写两个";
    let en = "a cell of this row goes on after its closing quotation mark: write a mark inside a cell twice";
    Reason::row(Why::Shape, zh, en)
}

fn unclosed(over: bool) -> Reason {
    if over {
        let zh = "引号没有关上的行太多，从这里起没有再读";
        let en = "too many quotation marks are not closed; nothing was read from here on";
        return Reason::row(Why::Shape, zh, en);
    }
    let zh = "这一行有一个引号没有关上：补上或去掉它";
    let en = "a quotation mark in this row is not closed: close or remove it";
    Reason::row(Why::Shape, zh, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Seen = (u32, u32, Vec<String>, bool);

    fn rows(text: &str) -> Vec<Seen> {
        rows_within(text, MOST_WASTED)
    }

    fn rows_within(text: &str, most: usize) -> Vec<Seen> {
        let mut all = Vec::new();
        each_csv(text, false, most, &mut |r| {
            let cells = r.cells.iter().map(|c| c.text.to_string()).collect();
            all.push((r.number, r.line.unwrap(), cells, r.fault.is_some()));
            ControlFlow::Continue(())
        });
        all
    }

    fn numbers(text: &str) -> Vec<(u32, u32)> {
        rows(text).iter().map(|r| (r.0, r.1)).collect()
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_shows_them() {
        let expected = [(1, 1), (2, 2), (3, 4), (5, 6)];
        assert_eq!(numbers("a,b\n1,\"x\ny\"\n2,z\n\n3,w\n"), expected);
        assert_eq!(
            numbers("a,b\r\n1,\"x\r\ny\"\r\n2,z\r\n\r\n3,w\r\n"),
            expected
        );
    }

    #[test]
    fn a_quotation_mark_that_is_never_closed_costs_one_row() {
        let all = rows("a,b\n1,\"x\n2,y\n3,z\n");
        assert_eq!(
            all.iter().map(|r| (r.0, r.3)).collect::<Vec<_>>(),
            [(1, false), (2, true), (3, false), (4, false)]
        );
        assert_eq!(all[3].1, 4);
    }

    #[test]
    fn what_was_never_read_is_told() {
        let text = "a,b\n".to_owned() + &"x,\"y\n".repeat(50);
        let all = rows_within(&text, 100);
        assert!(all.len() < 50 && all.last().unwrap().3);
        assert_eq!(rows(&text).len(), 51);
    }

    #[test]
    fn the_line_that_names_the_separator_is_no_row() {
        assert_eq!(numbers("sep=;\na;b\n1;2\n"), [(1, 2), (2, 3)]);
    }
}
