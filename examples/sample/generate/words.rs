//! The sentences and tables of `words/` and `offices/`: first line the columns, `|` between cells, `-` for none.

use std::rc::Rc;

use super::record::Record;

/// A row of a table of words.
#[derive(Clone)]
pub struct Row {
    columns: Rc<Vec<&'static str>>,
    cells: Rc<Vec<&'static str>>,
}

impl Row {
    /// A cell; empty for `-`.
    pub fn get(&self, column: &str) -> &'static str {
        let Some(at) = self.columns.iter().position(|c| *c == column) else {
            panic!("no column {column} in {:?}", self.columns);
        };
        match self.cells[at] {
            "-" => "",
            cell => cell,
        }
    }
}

/// Reads a table of words.
pub fn rows(text: &'static str) -> Vec<Row> {
    let mut lines = text.lines().filter(|l| !l.trim().is_empty());
    let columns: Rc<Vec<&str>> = Rc::new(lines.next().unwrap_or("").split('|').collect());
    lines
        .map(|l| Row {
            columns: Rc::clone(&columns),
            cells: Rc::new(l.split('|').map(str::trim).collect()),
        })
        .collect()
}

/// Reads a table whose columns are the fields of records; `\n` in a cell breaks the line.
pub fn records(text: &'static str) -> Vec<Record> {
    let record = |row: Row| {
        let mut r = Record::new();
        for column in row.columns.iter() {
            r.set(column, row.get(column).replace("\\n", "\n"));
        }
        r
    };
    rows(text).into_iter().map(record).collect()
}

macro_rules! words {
    ($name:literal) => {
        $crate::generate::words::rows(include_str!(concat!("../words/", $name, ".txt")))
    };
}
pub(crate) use words;
