//! Values of one kind's records → typed columns, piece by piece; pieces are joined into a table.

use super::Keep;
use crate::moment::Moment;
use crate::schema::FieldId;
use crate::table::{Column, Origin, Span};

/// Records of one kind from one file.
#[derive(Debug, Default)]
pub struct Part {
    /// The columns so far; references are still text.
    pub columns: Vec<Column>,
    /// Where each record stands.
    pub origins: Vec<Origin>,
    /// Whether each counts.
    pub live: Vec<bool>,
    /// Each record's id.
    pub ids: Vec<Span>,
}

impl Part {
    /// Moves the texts that lie past the end of the file's text (`moved.0` bytes) by `moved.1` bytes.
    pub fn move_side(&mut self, moved: (u32, u32)) {
        if moved.1 == 0 {
            return;
        }
        let texts = self.columns.iter_mut().filter_map(|c| match c {
            Column::Text(v) => Some(v),
            _ => None,
        });
        for span in texts.flatten().chain(&mut self.ids) {
            if span.start >= moved.0 && span.len > 0 {
                span.start += moved.1;
            }
        }
    }

    /// Puts a value into a column, or notes that there is one.
    pub fn store<T: Kept>(&mut self, field: FieldId, keep: Keep, row: usize, value: T) {
        let column = &mut self.columns[usize::from(field.0)];
        match keep {
            Keep::Nothing => *column = Column::Skipped,
            Keep::Presence => put(<bool as Kept>::vec(column), row, true),
            Keep::Value => put(T::vec(column), row, value),
        }
    }
}

fn put<T: Kept>(column: &mut Vec<T>, row: usize, value: T) {
    column.resize(row, T::ABSENT);
    column.push(value);
}

/// A type that a column keeps.
pub trait Kept: Clone + Sized {
    /// What an empty cell holds.
    const ABSENT: Self;
    /// The column's values, made when there are none yet.
    fn vec(column: &mut Column) -> &mut Vec<Self>;
}

macro_rules! kept {
    ($ty:ty, $absent:expr, $variant:ident) => {
        impl Kept for $ty {
            const ABSENT: Self = $absent;
            fn vec(column: &mut Column) -> &mut Vec<Self> {
                if !matches!(column, Column::$variant(_)) {
                    *column = Column::$variant(Vec::new());
                }
                match column {
                    Column::$variant(v) => v,
                    _ => unreachable!("just made"),
                }
            }
        }
    };
}

kept!(bool, false, Present);
kept!(u8, 0, Code);
kept!(i64, i64::MIN, Int);
kept!(f64, f64::NAN, Number);
kept!(Moment, Moment::ABSENT, Moment);
kept!(Span, Span { start: 0, len: 0 }, Text);

fn fill<T: Kept>(a: &mut Column, rows: usize, b: Option<Vec<T>>, more: usize) {
    let v = T::vec(a);
    v.resize(rows, T::ABSENT);
    v.extend(b.unwrap_or_default());
    v.resize(rows + more, T::ABSENT);
}

/// Appends a part's column to a table's that has `rows` rows; the part has `more`.
pub fn append(a: &mut Column, rows: usize, b: Column, more: usize) {
    match (&*a, b) {
        (Column::Skipped, _) | (_, Column::Skipped) => *a = Column::Skipped,
        (Column::Empty, Column::Empty) => {}
        (_, Column::Present(v)) => fill(a, rows, Some(v), more),
        (_, Column::Text(v)) => fill(a, rows, Some(v), more),
        (_, Column::Code(v)) => fill(a, rows, Some(v), more),
        (_, Column::Int(v)) => fill(a, rows, Some(v), more),
        (_, Column::Number(v)) => fill(a, rows, Some(v), more),
        (_, Column::Moment(v)) => fill(a, rows, Some(v), more),
        (Column::Present(_), _) => fill::<bool>(a, rows, None, more),
        (Column::Text(_), _) => fill::<Span>(a, rows, None, more),
        (Column::Code(_), _) => fill::<u8>(a, rows, None, more),
        (Column::Int(_), _) => fill::<i64>(a, rows, None, more),
        (Column::Number(_), _) => fill::<f64>(a, rows, None, more),
        (Column::Moment(_), _) => fill::<Moment>(a, rows, None, more),
        _ => {}
    }
}
