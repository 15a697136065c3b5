//! A form as it is written: `templates/forms/<id>/form.yaml`. Unknown keys are refused.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::calendar::Unit;
use crate::policy::definition::{Cover, Link, Source};
use crate::text::Bilingual;

/// A form: what one sheet of it stands for, and its grid.
///
/// A sheet stands for a record (`each`), for the office in a period (`per`), or for a record in a period (both). Sheets of
/// records alone are also bound, a PDF a month or whatever office.yaml `collect` says, unless they have `parts`; sheets of
/// a period are also written as .xlsx.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// Its id, the folder's name.
    pub id: String,
    /// What is printed at its head.
    pub title: Bilingual,
    /// The kind of which each record has a sheet.
    pub each: Option<Source>,
    /// Which of them; sees the names of `let`.
    pub when: Option<Source>,
    /// The periods that have a sheet: those in which a record of its tables is dated.
    #[serde(default)]
    pub per: Vec<Unit>,
    /// Linked records with a name.
    #[serde(default, rename = "let")]
    pub lets: BTreeMap<String, Link>,
    /// Names for expressions used several times.
    #[serde(default)]
    pub define: BTreeMap<String, String>,
    /// The sheet's number and file name, a text with `{…}`; the record's id or the period when absent.
    pub file: Option<Source>,
    /// The document's own date; the record's or the period's last day when absent. `none`: to be written by hand.
    pub date: Option<Source>,
    /// The clause of each policy that the form answers.
    #[serde(default)]
    pub answers: BTreeMap<String, String>,
    /// It leaves the office: it has a place for the seal.
    #[serde(default)]
    pub seal: bool,
    /// A list field: the sheet is printed once for each of its parts, marked with it.
    pub copies: Option<Source>,
    /// A paragraph above the grid.
    pub intro: Option<Bilingual>,
    /// Relative widths of the grid's columns.
    #[serde(default)]
    pub columns: Vec<u16>,
    /// The grid.
    pub rows: Spanned<Vec<Spanned<Row>>>,
    /// A remark below the grid.
    pub remark: Option<Bilingual>,
    /// Sheets of other forms that follow in the same document, in this order, pages counted through. A row `contents`
    /// lists them.
    #[serde(default)]
    pub parts: Vec<Part>,
}

/// Sheets of another form that follow: one a record.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The form's id.
    pub form: Source,
    /// Of which records; the sheet's own when absent.
    pub from: Option<From>,
}

/// A row: one of `cells`, `heading`, `images`, `table`, `matrix`, `distribution`, `contents`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Its own column widths, where they differ from the form's.
    pub columns: Option<Vec<u16>>,
    /// Cells side by side.
    #[serde(default)]
    pub cells: Vec<Cell>,
    /// A heading across the sheet.
    pub heading: Option<Bilingual>,
    /// Photographs, two abreast.
    pub images: Option<Images>,
    /// Linked records, one a line.
    pub table: Option<Table>,
    /// Questions with the same answers, one a line, each answer a check box.
    pub matrix: Option<Matrix>,
    /// How many gave each answer, with rates.
    pub distribution: Option<Distribution>,
    /// The parts that follow, with the page each begins on, under this heading.
    pub contents: Option<Bilingual>,
}

/// Photographs that a record names. One that cannot be printed leaves a frame that says why; where none is named there is a
/// labelled cell to fill in by hand.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Images {
    /// The label of the cell; the field's own when absent.
    pub label: Option<Bilingual>,
    /// The field that names them: one that the schema marks as `images`.
    pub value: Source,
    /// Room in the cell, in lines.
    #[serde(default = "one")]
    pub lines: u16,
}

/// A labelled cell. The label takes one column, the value `span`; a signature has its label inside.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// Its label; the field's own when absent.
    pub label: Option<Bilingual>,
    /// What it shows.
    pub value: Option<Source>,
    /// Instead: several values, those that are there, joined.
    #[serde(default)]
    pub values: Vec<Source>,
    /// What stands between `values`; 、 when absent.
    pub join: Option<String>,
    /// Instead: a text with `{…}` for a value.
    pub text: Option<Text>,
    /// Instead: how many records.
    pub count: Option<From>,
    /// Instead: the share of records that fulfil `met`.
    pub share: Option<Share>,
    /// Instead: a sum over records.
    pub sum: Option<Sum>,
    /// How it is shown; by the value's type when absent.
    pub kind: Option<Show>,
    /// How many columns its value takes.
    #[serde(default = "one")]
    pub span: u16,
    /// Room for handwriting, in lines.
    #[serde(default = "one")]
    pub lines: u16,
    /// Which of the allowed values have a check box; all when absent. The value itself always has one.
    #[serde(default)]
    pub options: Vec<String>,
    /// The day of a signature.
    pub on: Option<Source>,
}

/// A text with `{…}`, in both languages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Chinese.
    pub zh: Source,
    /// English.
    pub en: Source,
}

/// How a value is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Show {
    /// As text.
    Text,
    /// Only the day.
    Date,
    /// All allowed values with check boxes.
    Choice,
    /// Room for ink, who signed by the record, and a day.
    Signature,
    /// In a table: the line's number.
    Ordinal,
    /// Money in capital Chinese numerals.
    Capitals,
}

/// Records of a kind that a sheet looks at.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct From {
    /// Their kind.
    pub of: Source,
    /// Their field that names the sheet's record, itself or over references (`visit.customer`); any record of the office when absent.
    pub by: Option<Source>,
    /// Which record they name; the sheet's own when absent.
    pub key: Option<Source>,
    /// Which of them; bare names are theirs, `subject` is the sheet's record. Sees the names of `let`.
    #[serde(rename = "where")]
    pub filter: Option<Source>,
    /// The moment that puts one into the sheet's period and in order; its own date when absent.
    pub on: Option<Source>,
    /// Records linked to one of them, with a name.
    #[serde(default, rename = "let")]
    pub lets: BTreeMap<String, Link>,
    /// Of those with the same value of this, only the first.
    pub distinct: Option<Source>,
}

/// A sum over records, exact; of money in 分.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sum {
    /// Over which records.
    pub of: From,
    /// What is added up.
    pub value: Source,
    /// Instead of the sum: what it leaves of this.
    pub left_of: Option<Source>,
    /// Instead of the sum: its share of this.
    pub share_of: Option<Source>,
}

/// A share of records.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Of which records.
    pub of: From,
    /// What those counted fulfil.
    pub met: Source,
}

/// Records, one a line.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// A heading above it.
    pub label: Option<Bilingual>,
    /// Which records, of one or more kinds.
    #[serde(default)]
    pub from: Vec<From>,
    /// Instead: a line for each allowed value of a field (`repairs.part`); `value` is the line's code.
    pub values: Option<Source>,
    /// In which order; by their moment when absent.
    #[serde(default)]
    pub order: Vec<Source>,
    /// A subheading for each value of this; of a list, for each of its parts.
    pub group: Option<Source>,
    /// Between its lines, one for each gap in what records cover.
    pub gaps: Option<Gaps>,
    /// Its columns.
    pub columns: Vec<Column>,
    /// At least so many lines; those left over are for handwriting.
    #[serde(default)]
    pub min_rows: u16,
}

/// A time that nothing covers is told between the lines of a table, as a rule with `cover` finds it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gaps {
    /// What is said of it, before its beginning and end.
    pub label: Bilingual,
    /// What should leave no gap.
    pub cover: Cover,
}

/// A column of a table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its head; the field's own label when absent.
    pub label: Option<Bilingual>,
    /// What it shows of every kind that has it.
    pub value: Option<Source>,
    /// What it shows of one kind, by the kind's name.
    #[serde(default)]
    pub of: BTreeMap<String, Source>,
    /// What it says of one kind, the same in every line, by the kind's name.
    #[serde(default)]
    pub words: BTreeMap<String, Bilingual>,
    /// Instead: a text with `{…}` for a value.
    pub text: Option<Text>,
    /// Instead: how many records that have to do with the line's.
    pub count: Option<From>,
    /// Instead: the share of them that fulfil `met`.
    pub share: Option<Share>,
    /// Instead: a sum over them.
    pub sum: Option<Sum>,
    /// The column is added up in a last line.
    #[serde(default)]
    pub total: bool,
    /// Relative width.
    #[serde(default = "one")]
    pub width: u16,
    /// How it is shown.
    pub kind: Option<Show>,
}

/// Fields with the same allowed values, one a line.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// The head of the first column.
    pub label: Bilingual,
    /// The fields.
    pub fields: Vec<Source>,
}

/// Answers counted by level, one field a line, with response, rate, interval and mean.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distribution {
    /// The head of the first column.
    pub label: Bilingual,
    /// Whose answers.
    pub of: From,
    /// The fields with the answers; their values from best to worst.
    pub fields: Vec<Source>,
    /// Which values count as satisfied.
    pub satisfied: Vec<String>,
}

fn one() -> u16 {
    1
}
