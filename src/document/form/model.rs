//! A form ready to be filled in: names resolved, types checked, labels filled in.

use std::collections::BTreeMap;

use super::definition::Show;
use super::parts::Part;
use super::text::Words;
use crate::calendar::Unit;
use crate::policy::compile::{Cover, Link};
use crate::policy::expr::{Expr, Path};
use crate::schema::{EnumValue, KindId};
use crate::text::Bilingual;

/// A form ready to be filled in.
#[derive(Clone, Debug)]
pub struct Form {
    /// Its id.
    pub id: String,
    /// What is printed at its head.
    pub title: Bilingual,
    /// The kind of which each record has a sheet.
    pub each: Option<KindId>,
    /// The periods that have a sheet.
    pub per: Vec<Unit>,
    pub(super) when: Option<Expr>,
    pub(super) lets: Vec<Link>,
    pub(super) file: Option<Words>,
    pub(super) date: Option<Expr>,
    /// Its date is written by hand.
    pub(super) undated: bool,
    pub(super) answers: BTreeMap<String, String>,
    pub(super) seal: bool,
    pub(super) copies: Option<Expr>,
    pub(super) intro: Option<Bilingual>,
    pub(super) remark: Option<Bilingual>,
    pub(super) rows: Vec<Row>,
    pub(super) landscape: bool,
    pub(super) parts: Vec<Part>,
}

/// A row of the grid.
#[derive(Clone, Debug)]
pub(super) enum Row {
    Cells(Vec<u16>, Vec<Cell>),
    /// Photographs that a field names; the cell where there are none.
    Images(Path, Vec<u16>, Box<Cell>),
    Table(Table),
    Matrix(Bilingual, Vec<Question>),
    Distribution(Box<Distribution>),
    Contents(Bilingual),
}

/// A cell of the grid.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub label: Option<Bilingual>,
    pub span: u16,
    pub lines: u16,
    pub what: What,
}

/// What a cell shows.
#[derive(Clone, Debug)]
pub(super) enum What {
    Nothing,
    Heading(Bilingual),
    Value(Expr, Show),
    Joined(Vec<Expr>, Option<String>),
    Text(Words, Words),
    Choice(Expr, Vec<Answer>),
    Signature(Option<Expr>, Option<Expr>),
    Count(Members),
    Share(Members, Expr),
    Sum(Box<Sum>, bool),
}

/// A sum over records.
#[derive(Clone, Debug)]
pub(super) struct Sum {
    pub of: Members,
    pub value: Expr,
    pub left_of: Option<Expr>,
    pub share_of: Option<Expr>,
}

/// An allowed value with or without a check box of its own.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub label: Bilingual,
    pub code: String,
    pub shown: bool,
}

/// Records that a sheet looks at.
#[derive(Clone, Debug)]
pub(super) struct Members {
    pub of: KindId,
    /// From the sheet's record to them, over the records between.
    pub links: Vec<Link>,
    /// What the sheet's record must be for there to be any: asked once, not of each of them.
    pub guards: Vec<Expr>,
    /// Which of them, as far as that does not depend on `lets`.
    pub filter: Option<Expr>,
    pub on: Option<Expr>,
    pub lets: Vec<Link>,
    /// How many names the sheet itself has.
    pub named: usize,
    /// Which of them, by what `lets` found.
    pub late: Option<Expr>,
    /// Whether `on` depends on `lets`.
    pub on_late: bool,
    pub distinct: Option<Expr>,
}

/// Records, one a line.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub label: Option<Bilingual>,
    pub from: Vec<Members>,
    /// Instead of records: so many lines that are always there.
    pub fixed: usize,
    pub group: Vec<Expr>,
    /// For each entry of `from`, what its lines are in order of.
    pub order: Vec<Vec<Expr>>,
    /// What a gap in this is called.
    pub gaps: Option<Box<(Bilingual, Cover)>>,
    pub columns: Vec<Column>,
    pub min_rows: usize,
}

/// A column: what it shows for each entry of `from`.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub label: Bilingual,
    pub values: Vec<Option<Figure>>,
    pub total: bool,
    pub width: u16,
    pub show: Option<Show>,
    pub short: bool,
}

/// What a column shows of a line.
#[derive(Clone, Debug)]
pub(super) enum Figure {
    Value(Expr),
    /// The same for every line.
    Words(Bilingual),
    Text(Words, Words),
    Count(Members),
    Share(Members, Expr),
    Sum(Sum),
}

/// A line of a matrix.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub label: Bilingual,
    pub value: Expr,
    pub answers: Vec<EnumValue>,
}

/// Answers counted by level.
#[derive(Clone, Debug)]
pub(super) struct Distribution {
    pub label: Bilingual,
    pub of: Members,
    pub questions: Vec<Question>,
    pub satisfied: Vec<String>,
}

impl Cell {
    /// A signature has its label inside.
    pub fn inner_label(&self) -> bool {
        matches!(self.what, What::Signature(..))
    }
}
