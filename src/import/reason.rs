//! Why a row of another system's file was not taken, in words that a clerk can act on.

use crate::text::Bilingual;

/// The sort of obstacle; rows are grouped by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// More or fewer cells than the header, or a quotation mark that is never closed.
    Shape,
    /// Bytes that are no text.
    Encoding,
    /// A cell that holds `#N/A` or another error.
    CellError,
    /// A number of which the spreadsheet kept only 15 digits.
    Digits,
    /// A text that is no value of its field.
    Value,
    /// A text that the map's `values` do not name.
    Unlisted,
    /// A time of day in a field of days.
    Clock,
    /// A local time that its time zone skipped.
    Zone,
    /// A field that every record needs.
    Missing,
    /// An id that another record has.
    Duplicate,
    /// A record that does not exist.
    Reference,
    /// A record that was changed both here and in the source.
    Edited,
}

impl Why {
    /// What the group is called.
    pub fn title(self) -> Bilingual {
        let (zh, en) = match self {
            Self::Shape => ("这一行的格子与表头对不上", "cells do not match the header"),
            Self::Encoding => ("文字编码有错", "bytes that are no text"),
            Self::CellError => ("单元格是错误值", "the cell holds an error"),
            Self::Digits => (
                "数字超过 15 位，末几位已丢失",
                "more than 15 digits, the last are lost",
            ),
            Self::Value => ("值不合要求", "not a value of this field"),
            Self::Unlisted => ("对照表里没有这个值", "not listed in the map's values"),
            Self::Clock => ("日期栏里有时刻", "a time of day in a field of days"),
            Self::Zone => ("当地没有这个时刻", "no such local time"),
            Self::Missing => ("必填栏没有值", "a required field is empty"),
            Self::Duplicate => ("编号已被使用", "the id is taken"),
            Self::Edited => ("这里和来源都改过", "changed both here and in the source"),
            Self::Reference => ("找不到所指的记录", "the record referred to does not exist"),
        };
        Bilingual::new(zh, en)
    }
}

/// One obstacle in one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Its sort.
    pub why: Why,
    /// The label of the field it is about.
    pub field: Option<Bilingual>,
    /// What is wrong and how to mend it.
    pub message: Bilingual,
}

impl Reason {
    /// A reason about a whole row.
    pub fn row(why: Why, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            why,
            field: None,
            message: Bilingual::new(zh, en),
        }
    }

    /// A reason about a field.
    pub fn field(why: Why, label: &Bilingual, zh: String, en: String) -> Self {
        Self {
            why,
            field: Some(label.clone()),
            message: Bilingual { zh, en },
        }
    }
}

/// A text as messages quote it: one line, at most 40 characters.
pub(crate) fn shown(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 40 {
        return line;
    }
    line.chars().take(39).chain(['…']).collect()
}
