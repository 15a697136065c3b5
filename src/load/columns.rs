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
    if column.len() != row {
        column.resize(row, T::ABSENT);
    }
    column.push(value);
}

/// A type that a column keeps.
pub trait Kept: Clone + Sized {
    /// What an empty cell holds.
    const ABSENT: Self;
    /// The column's values, made when there are none yet.
    fn vec(column: &mut Column) -> &mut Vec<Self>;
    /// The column's values, if it has any of this type.
    fn kept(column: &mut Column) -> Option<&mut Vec<Self>>;
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
            fn kept(column: &mut Column) -> Option<&mut Vec<Self>> {
                match column {
                    Column::$variant(v) => Some(v),
                    _ => None,
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

/// Joins the parts of a column; each has as many rows as `sizes` says, of which the last may be missing.
pub fn join(column: &mut Column, sizes: &[usize], parts: Vec<Column>) {
    let skipped = |c: &Column| matches!(c, Column::Skipped);
    let kept = |c: &Column| !matches!(c, Column::Empty | Column::Skipped);
    if let Some(first) = parts.iter().find(|c| kept(c)) {
        match first {
            Column::Present(_) => fill::<bool>(column, sizes, parts),
            Column::Text(_) => fill::<Span>(column, sizes, parts),
            Column::Code(_) => fill::<u8>(column, sizes, parts),
            Column::Int(_) => fill::<i64>(column, sizes, parts),
            Column::Number(_) => fill::<f64>(column, sizes, parts),
            _ => fill::<Moment>(column, sizes, parts),
        }
    } else if parts.iter().any(skipped) {
        *column = Column::Skipped;
    }
}

fn fill<T: Kept>(column: &mut Column, sizes: &[usize], parts: Vec<Column>) {
    let all = T::vec(column);
    all.reserve_exact(sizes.iter().sum());
    for (mut part, size) in parts.into_iter().zip(sizes) {
        let end = all.len() + size;
        if let Some(values) = T::kept(&mut part) {
            all.append(values);
        }
        all.resize(end, T::ABSENT);
    }
}
