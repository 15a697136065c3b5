//! What a report's template draws: the same blocks in PDF and HTML (templates/shared/report.typ, report.html).

use serde::Serialize;

/// A report, ready to be drawn.
#[derive(Clone, Debug, Serialize)]
pub struct Doc {
    /// Its title.
    pub title: String,
    /// The office.
    pub office: String,
    /// The period or record it stands for, in words.
    pub edition: String,
    /// As of which day, in words.
    pub as_of: String,
    /// `zh` or `en`.
    pub lang: &'static str,
    /// The date of its records.
    pub date: Day,
    /// Whether it has a cover page.
    pub cover: bool,
    /// The policies it answers, by title.
    pub policies: Vec<String>,
    /// What records it was made from, in words, with their digest.
    pub source: String,
    /// Path from the page to the root of the site.
    pub root: String,
    /// The pages above it: what they are called, and the way there.
    pub crumbs: Vec<(String, String)>,
    /// File names of the same report in other formats.
    pub files: Vec<File>,
    /// Its parts.
    pub sections: Vec<Part>,
}

/// A day in numbers.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Day {
    /// Year.
    pub year: i32,
    /// Month, from 1.
    pub month: u32,
    /// Day of the month.
    pub day: u32,
}

/// The same report in another format.
#[derive(Clone, Debug, Serialize)]
pub struct File {
    /// What it is called.
    pub label: String,
    /// Its file name.
    pub href: String,
}

/// Blocks under a heading.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// Its number and heading.
    pub heading: String,
    /// Whether it is an appendix.
    pub appendix: bool,
    /// What it holds.
    pub blocks: Vec<Block>,
}

/// A block.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Block {
    /// A paragraph.
    Text {
        /// Its words.
        text: String,
    },
    /// Figures that stand out.
    Figures {
        /// Them, in order.
        items: Vec<KeyFigure>,
    },
    /// A table.
    Table(Table),
    /// A drawing.
    Chart {
        /// What it is called.
        caption: String,
        /// The drawing.
        svg: String,
        /// What it shows, for those who cannot see it.
        alt: String,
    },
}

/// A figure that stands out.
#[derive(Clone, Debug, Serialize)]
pub struct KeyFigure {
    /// What it is of.
    pub label: String,
    /// The figure; a dash where it cannot be told.
    pub value: String,
}

/// A table.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Table {
    /// What it is called.
    pub caption: String,
    /// Its columns.
    pub head: Vec<Head>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Said instead of an empty table.
    pub none: String,
    /// What stands below it.
    pub note: String,
    /// Whether it repeats a chart's figures: folded in HTML, left to CSV and JSON in print.
    pub aside: bool,
}

/// A column.
#[derive(Clone, Debug, Serialize)]
pub struct Head {
    /// Its heading.
    pub label: String,
    /// Whether it holds figures, set to the right.
    pub number: bool,
    /// Its width against the others'.
    pub width: u32,
}

impl Head {
    /// A column of words, as wide as `width` parts; one of figures takes two.
    pub fn words(label: impl Into<String>, width: u32) -> Self {
        Self {
            label: label.into(),
            number: false,
            width,
        }
    }

    /// A column of figures.
    pub fn number(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            number: true,
            width: 2,
        }
    }
}

/// A row.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Row {
    /// Its cells.
    pub cells: Vec<Cell>,
    /// Whether it stands for several others: a total, or a heading over rows.
    pub strong: bool,
    /// Whether its first cell takes the whole row.
    pub spans: bool,
}

/// A cell.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Cell {
    /// What it says.
    pub text: String,
    /// The file and line it came from; empty for what was counted.
    pub place: String,
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self {
            text: text.into(),
            place: String::new(),
        }
    }
}

impl Row {
    /// A row of texts.
    pub fn of(cells: impl IntoIterator<Item = Cell>) -> Self {
        Self {
            cells: cells.into_iter().collect(),
            ..Self::default()
        }
    }
}
