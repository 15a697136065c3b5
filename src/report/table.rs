//! Rows as aligned columns of a terminal; a full-width character takes two.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::style::safe;
use super::{Paint, Style};

/// Rows under a heading.
#[derive(Debug, Default)]
pub struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub fn new<T: Into<String>>(head: impl IntoIterator<Item = T>) -> Self {
        Self {
            head: head.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Writes it, `indent` columns in; a column of whole numbers stands to the right.
    ///
    /// # Errors
    /// The stream is closed or broken.
    pub fn write(&self, out: &mut dyn Write, style: Style, indent: usize) -> io::Result<()> {
        let columns: Vec<(usize, bool)> = (0..self.head.len()).map(|i| self.column(i)).collect();
        let head = line(&self.head, &columns);
        writeln!(out, "{:indent$}{}", "", style.paint(Paint::Dim, head))?;
        for row in &self.rows {
            writeln!(out, "{:indent$}{}", "", line(row, &columns))?;
        }
        Ok(())
    }

    /// A column's width, and whether it holds only numbers.
    fn column(&self, i: usize) -> (usize, bool) {
        let cells = || self.rows.iter().filter_map(|r| r.get(i));
        let all = cells().chain(self.head.get(i));
        let width = all.map(|c| safe(c).width()).max().unwrap_or(0);
        let numbers = cells().all(|c| c.bytes().all(|b| b.is_ascii_digit()));
        (width, numbers && !self.rows.is_empty())
    }
}

fn line(cells: &[String], columns: &[(usize, bool)]) -> String {
    let mut out = String::new();
    for (cell, (width, right)) in cells.iter().zip(columns) {
        let cell = safe(cell);
        let space = " ".repeat(width.saturating_sub(cell.width()));
        let (before, after) = if *right {
            (space.as_str(), "")
        } else {
            ("", space.as_str())
        };
        out.extend([before, &cell, after, "  "]);
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_cells_stand_in_line() {
        let mut t = Table::new(["编号", "名称", "条数"]);
        t.row(["S1", "周岚", "7"]);
        t.row(["S10", "Lin", "12"]);
        let mut out = Vec::new();
        t.write(&mut out, Style::default(), 2).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "  编号  名称  条数\n  S1    周岚     7\n  S10   Lin     12\n"
        );
    }
}
