//! Workbook → the bytes of an .xlsx file: the same workbook gives the same bytes.

use std::collections::BTreeSet;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Worksheet, XlsxError,
};
use unicode_width::UnicodeWidthStr as _;

use super::Meta;
use super::workbook::{Cell, Line, Quantity, Tab, Workbook};
use crate::text::Lang;

/// What Excel takes in a cell, in UTF-16 units.
const LONGEST: usize = 32_767;

/// What Excel takes as the name of a worksheet, in UTF-16 units.
const LONGEST_NAME: usize = 31;

/// A column is at least and at most so wide, in half-width characters; longer text is wrapped.
const WIDTHS: (usize, usize) = (6, 44);

/// A4.
const PAPER: u8 = 9;

/// 1970-01-01, and 1900-03-01, as Excel counts days; before the second it counts one too many.
const EPOCH: i64 = 25_569;
const FIRST: f64 = 61.0;

/// After the last day of 9999 Excel knows no date.
const END: f64 = 2_958_466.0;

/// More digits than this a spreadsheet does not keep.
const DIGITS: usize = 15;

/// The file's bytes; the workbook's date is that of its records, never today's.
///
/// # Errors
/// What Excel's format cannot hold: over a million lines, say.
pub(super) fn bytes(book: &Workbook, meta: Option<&Meta>) -> Result<Vec<u8>, XlsxError> {
    let mut file = rust_xlsxwriter::Workbook::new();
    file.set_properties(&properties(meta));
    let styles = Styles::new(book.lang);
    let mut names = BTreeSet::new();
    for tab in &book.tabs {
        let sheet = file.add_worksheet();
        sheet.set_name(name(&tab.name, &mut names))?;
        print_setup(sheet, book)?;
        fill(sheet, tab, &styles)?;
    }
    file.save_to_buffer()
}

fn properties(meta: Option<&Meta>) -> DocProperties {
    use chrono::Datelike as _;
    let date = meta.map(|m| m.date).unwrap_or_default();
    let (month, day) = (date.month(), date.day());
    let created = u16::try_from(date.year()).ok().and_then(|year| {
        let day = u8::try_from(day).ok()?;
        ExcelDateTime::from_ymd(year, u8::try_from(month).ok()?, day).ok()
    });
    // Some date must be set, or the file would tell when it was made.
    let created = created.unwrap_or_default();
    let properties = DocProperties::new().set_creation_datetime(&created);
    match meta {
        None => properties,
        Some(m) => properties.set_title(&m.title).set_author(&m.author),
    }
}

fn print_setup(sheet: &mut Worksheet, book: &Workbook) -> Result<(), XlsxError> {
    let [before, between, after] = &book.page;
    sheet
        .set_paper_size(PAPER)
        .set_print_fit_to_pages(1, 0)
        .set_margins(0.6, 0.6, 0.7, 0.7, 0.3, 0.3)
        .set_footer(format!("&C{before}&P{between}&N{after}"));
    if book.landscape {
        sheet.set_landscape();
    }
    Ok(())
}

struct Styles {
    title: Format,
    above: Format,
    head: Format,
    heading: Format,
    plain: Kinds,
    total: Kinds,
}

/// A format for each sort of cell.
struct Kinds {
    text: Format,
    number: Format,
    money: Format,
    day: Format,
    time: Format,
}

impl Kinds {
    fn new(base: &Format, lang: Lang) -> Self {
        let with = |pattern: &str| base.clone().set_num_format(pattern);
        Self {
            // What is typed over a text stays text.
            text: with("@").set_align(FormatAlign::Left).set_text_wrap(),
            number: with("General"),
            money: with(lang.pick("#,##0.00\" 元\"", "\"CNY \"#,##0.00")),
            day: with("yyyy-mm-dd"),
            time: with("yyyy-mm-dd hh:mm"),
        }
    }

    fn of(&self, quantity: &Quantity) -> &Format {
        match quantity {
            Quantity::Number(_) => &self.number,
            Quantity::Money(_) => &self.money,
            Quantity::Day(_) => &self.day,
            Quantity::Time(_) => &self.time,
        }
    }
}

impl Styles {
    fn new(lang: Lang) -> Self {
        let font = Format::new()
            .set_font_name(lang.pick("宋体", "Arial"))
            .set_font_size(10.5)
            .set_align(FormatAlign::Top);
        let ruled = font.clone().set_border(FormatBorder::Thin);
        let bold = ruled.clone().set_bold();
        let shade = 0x00F0_F0F0;
        Self {
            title: font.clone().set_bold().set_font_size(16),
            above: font,
            head: bold
                .clone()
                .set_background_color(shade)
                .set_text_wrap()
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter),
            heading: bold.clone().set_background_color(shade),
            plain: Kinds::new(&ruled, lang),
            total: Kinds::new(&bold, lang),
        }
    }
}

fn fill(sheet: &mut Worksheet, tab: &Tab, styles: &Styles) -> Result<(), XlsxError> {
    let mut row = 0;
    for (i, text) in tab.above.iter().enumerate() {
        let style = if i == 0 { &styles.title } else { &styles.above };
        sheet.write_string_with_format(row, 0, short(text), style)?;
        row += 1;
    }
    let last_column = column(width_of(tab).saturating_sub(1));
    let head = row;
    for (c, text) in tab.head.iter().enumerate() {
        sheet.write_string_with_format(row, column(c), short(text), &styles.head)?;
    }
    if !tab.head.is_empty() {
        row += 1;
        sheet.set_freeze_panes(row, 0)?;
        sheet.set_repeat_rows(head, head)?;
    }
    for line in &tab.lines {
        match line {
            Line::Heading(text) => {
                for c in 0..=last_column {
                    let text = if c == 0 { short(text) } else { String::new() };
                    sheet.write_string_with_format(row, c, text, &styles.heading)?;
                }
            }
            Line::Cells(cells) => cells_of(sheet, row, cells, &styles.plain)?,
            Line::Total(cells) => cells_of(sheet, row, cells, &styles.total)?,
        }
        row += 1;
    }
    // Subheadings and sums would be sorted among the lines.
    let plain = tab.lines.iter().all(|l| matches!(l, Line::Cells(_)));
    if plain && !tab.head.is_empty() && row > head + 1 {
        sheet.autofilter(head, 0, row - 1, last_column)?;
    }
    for (c, width) in widths(tab).into_iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "at most WIDTHS.1")]
        sheet.set_column_width(column(c), width as f64)?;
    }
    Ok(())
}

fn cells_of(
    sheet: &mut Worksheet,
    row: u32,
    cells: &[Cell],
    kinds: &Kinds,
) -> Result<(), XlsxError> {
    for (c, cell) in cells.iter().enumerate() {
        let c = column(c);
        let number = match cell {
            Cell::Text(_) => None,
            Cell::Quantity(f, _) => number(f).map(|n| (n, kinds.of(f))),
        };
        match number {
            Some((n, format)) => sheet.write_number_with_format(row, c, n, format)?,
            None => sheet.write_string_with_format(row, c, short(cell.text()), &kinds.text)?,
        };
    }
    Ok(())
}

/// A quantity as Excel counts; none where it would lose something.
fn number(quantity: &Quantity) -> Option<f64> {
    let dated = |days: f64| (FIRST..END).contains(&days).then_some(days);
    match quantity {
        Quantity::Number(text) => {
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            text.parse().ok().filter(|_| digits <= DIGITS)
        }
        Quantity::Money(cents) => {
            let text = format!("{cents}e-2");
            let digits = cents.unsigned_abs().to_string().len();
            text.parse().ok().filter(|_| digits <= DIGITS)
        }
        Quantity::Day(day) => {
            let days = i32::try_from(i64::from(*day) + EPOCH).ok()?;
            dated(f64::from(days))
        }
        Quantity::Time(seconds) => {
            let days = i32::try_from(seconds.div_euclid(86_400) + EPOCH).ok()?;
            let rest = i32::try_from(seconds.rem_euclid(86_400)).ok()?;
            dated(f64::from(days) + f64::from(rest) / 86_400.0)
        }
    }
}

/// No longer than a cell may be.
fn short(text: &str) -> String {
    cut(text, LONGEST)
}

fn cut(text: &str, most: usize) -> String {
    if text.encode_utf16().count() <= most {
        return text.to_owned();
    }
    let mut length = 1;
    let kept = text.chars().take_while(|c| {
        length += c.len_utf16();
        length <= most
    });
    kept.chain(std::iter::once('…')).collect()
}

/// A name that Excel takes, and that no other worksheet of the file has.
fn name(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    let sound: String = wanted
        .chars()
        .map(|c| {
            if c.is_control() || "*?:[]\\/".contains(c) {
                ' '
            } else {
                c
            }
        })
        .collect();
    let sound = sound.trim_matches(['\'', ' ']);
    // Excel keeps this name for itself.
    let kept = sound.is_empty() || sound.eq_ignore_ascii_case("history");
    let sound = if kept {
        format!("{sound}_")
    } else {
        sound.to_owned()
    };
    (1..)
        .map(|n| match n {
            1 => cut(&sound, LONGEST_NAME),
            n => {
                let mark = format!(" ({n})");
                cut(&sound, LONGEST_NAME - mark.len()) + &mark
            }
        })
        .find(|n| taken.insert(n.to_lowercase()))
        .unwrap_or_default()
}

fn width_of(tab: &Tab) -> usize {
    let lines = tab.lines.iter().map(|l| match l {
        Line::Heading(_) => 1,
        Line::Cells(cells) | Line::Total(cells) => cells.len(),
    });
    lines.max().unwrap_or(0).max(tab.head.len())
}

/// Each column as wide as its text, within limits; a head may be wrapped.
fn widths(tab: &Tab) -> Vec<usize> {
    let mut widths = vec![WIDTHS.0; width_of(tab)];
    let head = tab.head.iter().map(|h| h.width().div_ceil(2) + 2);
    for (most, width) in widths.iter_mut().zip(head) {
        *most = width.max(*most);
    }
    for line in &tab.lines {
        let (Line::Cells(cells) | Line::Total(cells)) = line else {
            continue;
        };
        for (most, cell) in widths.iter_mut().zip(cells) {
            let longest = cell.text().lines().map(|l| l.width() + 2).max();
            *most = longest.unwrap_or(0).max(*most);
        }
    }
    widths.into_iter().map(|w| w.min(WIDTHS.1)).collect()
}

fn column(c: usize) -> u16 {
    u16::try_from(c).unwrap_or(u16::MAX)
}
