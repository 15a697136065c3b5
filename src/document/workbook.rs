//! A workbook as it is described: worksheets of lines under a head, with cells that a spreadsheet can reckon with. What
//! makes the file of it is `spreadsheet`.

use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::policy::exact::Exact;
use crate::table::Value;
use crate::text::Lang;

/// A workbook.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Workbook {
    /// Its language.
    pub lang: Lang,
    /// Whether the paper lies on its side.
    pub landscape: bool,
    /// `第 {} 页 共 {} 页`: what stands before, between and after the two numbers.
    pub page: [String; 3],
    /// Its worksheets.
    pub tabs: Vec<Tab>,
}

/// A worksheet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tab {
    /// Its name; what Excel refuses in it is left out.
    pub name: String,
    /// What stands above the head, the title first.
    pub above: Vec<String>,
    /// The head; without one there is nothing to filter and nothing is frozen.
    pub head: Vec<String>,
    /// The lines.
    pub lines: Vec<Line>,
}

/// A line of a worksheet.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Line {
    /// A subheading.
    Heading(String),
    /// Cells, one a column.
    Cells(Vec<Cell>),
    /// The same, in bold: a sum.
    Total(Vec<Cell>),
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cell {
    /// A text, never a formula; nothing when empty.
    Text(String),
    /// A number, with the text that people read.
    Quantity(Quantity, String),
}

/// What a spreadsheet reckons with, beside the text that people read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quantity {
    /// A number, as it is written.
    Number(String),
    /// 分.
    Money(i64),
    /// A day, counted from 1970-01-01.
    Day(i32),
    /// A time, in seconds from 1970-01-01 00:00 local.
    Time(i64),
}

impl Quantity {
    /// A value as a quantity; none where it is no number and no moment. `day` leaves a time of day out.
    pub(super) fn of(value: Value<'_>, day: bool) -> Option<Self> {
        Some(match value {
            Value::Int(i) => Self::Number(i.to_string()),
            Value::Number(n) => Self::Number(n.to_string()),
            Value::Money(cents) => Self::Money(cents),
            Value::Moment(m) if m.is_present() => Self::moment(m, day),
            _ => return None,
        })
    }

    /// A sum as a quantity.
    pub(super) fn exact(sum: Exact) -> Option<Self> {
        Self::of(sum.value()?, false)
    }

    fn moment(m: Moment, day: bool) -> Self {
        if m.has_time() && !day {
            Self::Time(m.seconds())
        } else {
            Self::Day(m.day_number())
        }
    }
}

impl Cell {
    /// A cell of a text and, where it is one, its quantity.
    pub fn new(text: &str, quantity: Option<&Quantity>) -> Self {
        match quantity {
            Some(f) if !text.is_empty() => Self::Quantity(f.clone(), text.to_owned()),
            _ => Self::Text(text.to_owned()),
        }
    }

    /// The text that people read.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Quantity(_, text) => text,
        }
    }
}
