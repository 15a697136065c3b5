//! A form filled in: what both renderers draw. The same shape, with every value empty, is the blank form.

use serde::Serialize;

use crate::document::workbook::Quantity;
use crate::photo::Photo;

/// One filled-in form.
#[derive(Clone, Debug, Serialize)]
pub struct Sheet {
    /// Raised when the meaning of something here changes.
    pub version: u8,
    /// The form's id.
    pub form: String,
    /// What it is called among the sheets of a document.
    pub key: String,
    /// What is printed at its head.
    pub title: String,
    /// `zh` or `en`.
    pub lang: &'static str,
    /// The office.
    pub office: String,
    /// The office's own number and version of the form.
    pub code: Option<Line>,
    /// The line above the grid: office, number, date or period.
    pub head: Vec<Line>,
    /// The number alone, for running heads.
    pub number: String,
    /// Whether the paper lies on its side.
    pub landscape: bool,
    /// A paragraph above the grid.
    pub intro: Option<String>,
    /// The grid, from top to bottom.
    pub blocks: Vec<Block>,
    /// A remark below the grid.
    pub remark: Option<String>,
    /// The words at the place for the seal: the office, and the date line.
    pub seal: Option<[String; 2]>,
    /// Small type at the foot: policies and clauses, records, digest.
    pub foot: Vec<Line>,
    /// `第 {} 页 共 {} 页`: what stands before, between and after the two numbers.
    pub page: [String; 3],
    /// The marks of its copies; one sheet without a mark when there are none.
    pub copies: Vec<String>,
    /// What stands in small type before the name that a record gives for a signature.
    pub signed: String,
    /// What follows the title where it is repeated.
    pub continued: String,
    /// The name of the file with the records, attached to a PDF.
    pub attachment: Option<Attached>,
    /// How many photographs it shows; a PDF's template reads them as `/photos/1` and so on, those of the sheets before it
    /// in the same document counted first.
    #[serde(skip_serializing_if = "is_zero")]
    pub photos: usize,
    /// The photographs, and the record that names each.
    #[serde(skip)]
    pub shown: Vec<(Photo, String)>,
    /// The sheets that follow in the same document, pages counted through.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Sheet>,
}

/// The file with the records behind a sheet.
#[derive(Clone, Debug, Serialize)]
pub struct Attached {
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
}

/// A labelled text.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Its label.
    pub label: String,
    /// The text.
    pub text: String,
}

/// A part of the grid with its own column widths.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Block {
    /// Labelled cells.
    Grid {
        /// Relative widths.
        columns: Vec<u16>,
        /// Rows of cells.
        rows: Vec<Vec<Cell>>,
    },
    /// A table with a head that is repeated on every page.
    Table {
        /// Relative widths.
        columns: Vec<u16>,
        /// A heading above it.
        label: Option<String>,
        /// The head.
        head: Vec<String>,
        /// The lines.
        rows: Vec<Entry>,
    },
    /// Photographs.
    Photos {
        /// Two abreast.
        rows: Vec<Vec<Picture>>,
    },
}

/// A photograph.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Picture {
    /// Its number among the sheet's, counted from 1; absent where there is nothing to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<usize>,
    /// Its file for pages, below `output/`; empty where there is nothing to show.
    pub src: String,
    /// What it is called: 照片 1.
    pub caption: String,
    /// The file's name as the record has it.
    pub name: String,
    /// Why there is nothing to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wrong: Option<String>,
    /// `FILE:LINE` that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// A line of a table.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Entry {
    /// A subheading.
    Group {
        /// Its text.
        group: String,
    },
    /// Cells, one a column.
    Cells(Vec<Value>),
}

/// A value in a table.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Value {
    /// What is shown.
    pub text: String,
    /// A check box instead, ticked or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tick: Option<bool>,
    /// Whether it is short (a number, a date, a name), to be centred.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub short: bool,
    /// `FILE:LINE` that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Instead: the page on which this part begins, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<usize>,
    /// What a spreadsheet reckons with instead of the text.
    #[serde(skip)]
    pub quantity: Option<Quantity>,
    /// Whether it stands in a line of sums.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sum: bool,
}

/// A cell of the grid.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    /// Its label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// How many columns its value takes.
    pub span: u16,
    /// Room for handwriting, in lines.
    pub lines: u16,
    /// `FILE:LINE` that its value came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What a spreadsheet reckons with instead of the text.
    #[serde(skip)]
    pub quantity: Option<Quantity>,
    /// What it shows.
    #[serde(flatten)]
    pub content: Content,
}

/// What a cell shows.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Content {
    /// A text; empty for handwriting.
    Text {
        /// The text.
        text: String,
    },
    /// A heading across the sheet.
    Heading {
        /// The text.
        text: String,
    },
    /// All allowed values, each with a check box.
    Choice {
        /// In the schema's order.
        options: Vec<Choice>,
    },
    /// A place to sign.
    Signature {
        /// Who signed, by the record; empty when it does not say.
        by: String,
        /// The day, or blanks for it.
        day: String,
    },
}

/// An allowed value.
#[derive(Clone, Debug, Serialize)]
pub struct Choice {
    /// Its label.
    pub text: String,
    /// Whether it is the record's.
    pub chosen: bool,
}

fn is_zero(n: &usize) -> bool {
    *n == 0
}

impl Sheet {
    /// The photographs of a document: the sheet's own and those of its parts.
    pub fn all_shown(&self) -> impl Iterator<Item = &(Photo, String)> {
        let parts = self.parts.iter().flat_map(|p| &p.shown);
        self.shown.iter().chain(parts)
    }

    /// Takes the source places out: a PDF must not change when a row is inserted elsewhere in a file.
    pub fn without_places(mut self) -> Self {
        for block in &mut self.blocks {
            match block {
                Block::Grid { rows, .. } => rows.iter_mut().flatten().for_each(|c| c.place = None),
                Block::Table { rows, .. } => rows.iter_mut().for_each(|r| {
                    if let Entry::Cells(cells) = r {
                        cells.iter_mut().for_each(|c| c.place = None);
                    }
                }),
                Block::Photos { rows } => {
                    rows.iter_mut().flatten().for_each(|p| p.place = None);
                }
            }
        }
        let parts = std::mem::take(&mut self.parts).into_iter();
        self.parts = parts.map(Self::without_places).collect();
        self
    }
}
