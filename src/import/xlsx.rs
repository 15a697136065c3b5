//! One sheet of an .xlsx workbook → rows of text: dates as dates, whole numbers as digits, errors as such.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Cursor;
use std::path::Path;

use calamine::{DataRef, ExcelDateTime, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};
use chrono::{NaiveDate, TimeDelta, Timelike};

use super::reason::Why;
use super::sheet::{Cell, Form, Give, Row};
use crate::pipeline::Failure;
use crate::text::nearest;

/// From here on a spreadsheet's number has lost its last digits.
const EXACT: f64 = 1e15;

type Book = Xlsx<Cursor<Vec<u8>>>;

/// The rows of a sheet that hold something.
#[derive(Debug)]
pub(crate) struct Rows {
    // Sparse, since one cell far out would make a dense table of billions.
    rows: BTreeMap<u32, Vec<(u32, Cell<'static>)>>,
    /// Other sheets.
    pub others: Vec<String>,
}

/// Reads the sheet of a name, or the first visible one.
///
/// # Errors
/// No workbook, or no such sheet.
pub(crate) fn read(path: &Path, bytes: Vec<u8>, sheet: Option<&str>) -> Result<Rows, Failure> {
    let mut book = Book::new(Cursor::new(bytes)).map_err(|e| broken(path, &e))?;
    let mut names: Vec<(String, bool)> = book
        .sheets_metadata()
        .iter()
        .filter(|s| s.typ == SheetType::WorkSheet)
        .map(|s| (s.name.clone(), s.visible == SheetVisible::Visible))
        .collect();
    let name = chosen(path, &names, sheet)?;
    names.retain(|(n, visible)| *n != name && *visible);
    let rows = cells(&mut book, &name).map_err(|e| broken(path, &e))?;
    let others = names.into_iter().map(|(n, _)| n).collect();
    Ok(Rows { rows, others })
}

fn broken(path: &Path, why: &XlsxError) -> Failure {
    let name = path.display();
    Failure::usage(
        format!("「{name}」不是完好的 .xlsx（{why}）：请用 Excel 打开并另存为 .xlsx 或 .csv"),
        format!(
            "`{name}` is no sound .xlsx ({why}): open it in Excel and save it again as .xlsx or .csv"
        ),
    )
}

fn chosen(path: &Path, names: &[(String, bool)], sheet: Option<&str>) -> Result<String, Failure> {
    let file = path.display();
    let Some(wanted) = sheet else {
        let first = names.iter().find(|n| n.1).or(names.first());
        return first.map(|n| n.0.clone()).ok_or_else(|| {
            Failure::usage(
                format!("「{file}」里没有工作表"),
                format!("`{file}` has no sheet"),
            )
        });
    };
    let same = |n: &&(String, bool)| n.0.trim() == wanted;
    let near = nearest(wanted, names.iter().map(|n| n.0.as_str()));
    names.iter().find(same).map(|n| n.0.clone()).ok_or_else(|| {
        let all: Vec<&str> = names.iter().map(|n| n.0.as_str()).collect();
        let (zh, en) = super::meant(near);
        Failure::usage(
            format!(
                "「{file}」里没有工作表「{wanted}」{zh}（有：{}）",
                all.join("、")
            ),
            format!(
                "`{file}` has no sheet `{wanted}`{en} (it has: {})",
                all.join(", ")
            ),
        )
    })
}

type Cells = BTreeMap<u32, Vec<(u32, Cell<'static>)>>;

fn cells(book: &mut Book, name: &str) -> Result<Cells, XlsxError> {
    let mut rows = Cells::new();
    let mut input = book.worksheet_cells_reader(name)?;
    while let Some(cell) = input.next_cell()? {
        let (row, column) = cell.get_position();
        if let Some(c) = read_cell(cell.get_value()) {
            rows.entry(row).or_default().push((column, c));
        }
    }
    Ok(rows)
}

impl Rows {
    /// Gives the rows that hold something until told to stop.
    pub fn each<'t>(&'t self, f: Give<'_, 't>) {
        for (number, cells) in &self.rows {
            let last = cells.iter().map(|c| c.0 as usize).max().unwrap_or(0);
            let mut row = vec![Cell::text(""); last + 1];
            for (column, cell) in cells {
                row[*column as usize] = cell.clone();
            }
            let row = Row {
                number: number.saturating_add(1),
                line: None,
                cells: row,
                fault: None,
            };
            if f(row).is_break() {
                return;
            }
        }
    }
}

fn read_cell(value: &DataRef<'_>) -> Option<Cell<'static>> {
    let moment = |text| Cell {
        text: std::borrow::Cow::Owned(text),
        form: Form::Moment,
    };
    Some(match value {
        DataRef::Empty => return None,
        DataRef::String(s) => Cell::text(s.clone()),
        DataRef::SharedString(s) => Cell::text((*s).to_owned()),
        DataRef::Bool(b) => Cell::text(if *b { "TRUE" } else { "FALSE" }),
        DataRef::Int(n) => Cell::text(n.to_string()),
        DataRef::Float(n) => number(*n),
        DataRef::DateTime(d) => date(*d).map_or_else(|| number(d.as_f64()), moment),
        DataRef::DateTimeIso(s) => moment(s.clone()),
        DataRef::DurationIso(s) => Cell::text(s.clone()),
        DataRef::Error(e) => Cell {
            text: std::borrow::Cow::Owned(e.to_string()),
            form: Form::Broken(Why::CellError),
        },
    })
}

/// A number as the spreadsheet shows it: 15 digits, none after the point where it is whole.
fn number(n: f64) -> Cell<'static> {
    let text = format!("{n:.14e}").parse().unwrap_or(n).to_string();
    let form = if n.abs() < EXACT {
        Form::Text
    } else {
        Form::Broken(Why::Digits)
    };
    Cell {
        text: std::borrow::Cow::Owned(text),
        form,
    }
}

/// A date cell: a day, a day with its time, or only a time (`9:30:00`).
fn date(d: ExcelDateTime) -> Option<String> {
    if !(0.0..2_958_466.0).contains(&d.as_f64()) {
        return None;
    }
    if d.is_duration() || d.as_f64() < 1.0 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "below 2.6e11 seconds, as checked above"
        )]
        let s = (d.as_f64() * 86_400.0).round() as i64;
        return Some(format!("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60));
    }
    let (y, mo, da, h, mi, s, ms) = d.to_ymd_hms_milli();
    let day = NaiveDate::from_ymd_opt(i32::from(y), u32::from(mo), u32::from(da))?;
    let at = day.and_hms_milli_opt(u32::from(h), u32::from(mi), u32::from(s), u32::from(ms))?;
    // The fraction of a day that the cell holds is a hair less than the second it means.
    let at = at.checked_add_signed(TimeDelta::milliseconds(500))?;
    let mut text = at.format("%Y-%m-%d").to_string();
    if at.num_seconds_from_midnight() > 0 {
        let _ = write!(text, " {}", at.format("%H:%M:%S"));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType::{DateTime, TimeDelta};

    #[test]
    fn dates_are_exact_to_the_second() {
        let read = |v, t| date(ExcelDateTime::new(v, t, false));
        assert_eq!(
            read(43_563.359_259_259_254, DateTime).as_deref(),
            Some("2019-04-08 08:37:20")
        );
        assert_eq!(
            read(43_563.999_999_999, DateTime).as_deref(),
            Some("2019-04-09")
        );
        assert_eq!(read(43_563.0, DateTime).as_deref(), Some("2019-04-08"));
        assert_eq!(read(0.395_833_333, DateTime).as_deref(), Some("09:30:00"));
        assert_eq!(read(1.5, TimeDelta).as_deref(), Some("36:00:00"));
        assert_eq!(read(-1.0, DateTime), None);
    }

    #[test]
    fn numbers_read_as_the_spreadsheet_shows_them() {
        assert_eq!(number(12.0).text, "12");
        assert_eq!(number(0.1 + 0.2).text, "0.3");
        assert_eq!(number(101_000_295_613.0).text, "101000295613");
        assert_eq!(number(-3.5).text, "-3.5");
        assert_eq!(
            number(110_101_199_001_011_230.0).form,
            Form::Broken(Why::Digits)
        );
    }
}
