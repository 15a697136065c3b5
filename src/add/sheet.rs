//! A row more in a CSV file: its columns in their order, its separator and line break, quotation marks where that column has them.

use super::Pair;
use super::bytes::{Piece, Text};
use crate::load::{self, CellSpan};
use crate::pipeline::Failure;
use crate::schema::{FieldId, Kind, KindId, Schema};
use crate::text::Lang;

/// The row, to be put after the last one.
///
/// # Errors
/// The file has no column for a field.
pub(crate) fn append(
    file: &Text,
    schema: &Schema,
    kind: KindId,
    pairs: &[Pair],
    (path, lang): (&str, Lang),
) -> Result<Piece, Failure> {
    let (def, text) = (schema.get(kind), file.text.as_str());
    let found = load::csv_header(text, def).ok().flatten();
    let Some((separator, header, mut cells)) = found else {
        return Ok(whole(def, pairs, lang, file.eol(0)));
    };
    let eol = file.eol(header.end);
    let columns: Vec<Option<FieldId>> = cells
        .iter()
        .map(|c| def.field_by_header(load::trim(&c.text(text))))
        .collect();
    missing(def, pairs, &columns, path)?;
    let id = columns.iter().position(|c| *c == Some(FieldId(0)));
    let mut habits: Vec<Habit> = cells
        .iter()
        .map(|c| Habit::of(text, *c, separator))
        .collect();
    let (mut at, mut end, mut first) = (header.next, header.end, true);
    while let Ok(Some(record)) = load::csv_record(text, at, separator, &mut cells) {
        at = record.next;
        let texts: Vec<_> = cells.iter().map(|c| c.text(text)).collect();
        let texts: Vec<&str> = texts.iter().map(|t| load::trim(t)).collect();
        // Sums and signatures below the table stay below it.
        if texts.iter().all(|t| t.is_empty()) || load::is_no_record(&texts, id) {
            continue;
        }
        end = record.end;
        if std::mem::take(&mut first) {
            habits.iter_mut().for_each(Habit::forget);
        }
        habits
            .iter_mut()
            .zip(&cells)
            .for_each(|(h, c)| h.see(text, *c, separator));
    }
    let usual = Habit::of_all(&habits);
    let mut seen: Vec<FieldId> = Vec::new();
    let row: Vec<String> = columns
        .iter()
        .zip(&habits)
        .map(|(column, habit)| {
            let value = column.filter(|c| !seen.contains(c)).and_then(|c| {
                seen.push(c);
                pairs.iter().find(|p| p.0 == c)
            });
            habit
                .or(usual)
                .written(value.map_or("", |p| &p.1), separator)
        })
        .collect();
    let row = row.join(&char::from(separator).to_string());
    Ok(Piece {
        text: format!("{eol}{row}"),
        from_end: text.len() - end,
        shown: row,
        skipped: 0,
    })
}

/// A file of its own, with the fields that are required or given.
fn whole(def: &Kind, pairs: &[Pair], lang: Lang, eol: &str) -> Piece {
    let given = |id: FieldId| pairs.iter().find(|p| p.0 == id);
    let columns: Vec<_> = def
        .iter()
        .filter(|(id, f)| f.required || given(*id).is_some())
        .collect();
    let heads = columns.iter().map(|(id, f)| match lang {
        Lang::Zh if def.field_by_header(&f.label.zh) == Some(*id) => f.label.zh.clone(),
        _ => f.name.clone(),
    });
    let plain = Habit::default();
    let values = columns
        .iter()
        .map(|(id, _)| plain.written(given(*id).map_or("", |p| &p.1), b','));
    let (heads, row) = (
        heads.collect::<Vec<_>>().join(","),
        values.collect::<Vec<_>>().join(","),
    );
    Piece {
        text: format!("{heads}{eol}{row}{eol}"),
        from_end: 0,
        shown: row,
        skipped: 1,
    }
}

fn missing(
    def: &Kind,
    pairs: &[Pair],
    columns: &[Option<FieldId>],
    path: &str,
) -> Result<(), Failure> {
    let lacking: Vec<&Pair> = pairs
        .iter()
        .filter(|p| !columns.contains(&Some(p.0)))
        .collect();
    if lacking.is_empty() {
        return Ok(());
    }
    let join =
        |of: &dyn Fn(&Pair) -> String| lacking.iter().map(|p| of(p)).collect::<Vec<_>>().join("、");
    let zh = join(&|p| def.get(p.0).label.zh.clone());
    let en = join(&|p| def.get(p.0).name.clone()).replace('、', ", ");
    Err(Failure::usage(
        format!("{path} 没有「{zh}」这一列，没有写"),
        format!("{path} has no column for {en}; nothing was written"),
    )
    .helped(
        "先在表头末尾加上这一列，或不写这一栏",
        "add the column at the end of its header first, or leave the field out",
    ))
}

/// How a column is written, by its cells that need no quotation marks.
#[derive(Clone, Copy, Debug, Default)]
struct Habit {
    /// Cells with something in them, quoted and not.
    full: (usize, usize),
    /// Empty ones.
    empty: (usize, usize),
}

impl Habit {
    fn of(text: &str, cell: CellSpan, separator: u8) -> Self {
        let mut habit = Self::default();
        habit.see(text, cell, separator);
        // A header alone tells of its column's cells too.
        habit
    }

    /// Rows tell more than the header.
    fn forget(&mut self) {
        let header = *self;
        *self = Self {
            full: (0, 0),
            empty: header.empty,
        };
    }

    /// What the columns have in common; where no cell is empty, an empty one is written as the full ones are.
    fn of_all(habits: &[Self]) -> Self {
        let sum = |of: fn(&Self) -> (usize, usize)| {
            let each = habits.iter().map(of);
            each.fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
        };
        let (full, empty) = (sum(|h| h.full), sum(|h| h.empty));
        Self {
            full,
            empty: if empty == (0, 0) { full } else { empty },
        }
    }

    /// A column's own habit, else what is usual.
    fn or(self, usual: Self) -> Self {
        let seen = |own, other| if own == (0, 0) { other } else { own };
        Self {
            full: seen(self.full, usual.full),
            empty: seen(self.empty, usual.empty),
        }
    }

    fn see(&mut self, text: &str, cell: CellSpan, separator: u8) {
        let quoted = cell.start > 0
            && text.as_bytes()[cell.start - 1] == b'"'
            && text.as_bytes().get(cell.end) == Some(&b'"');
        let written = &text[cell.start..cell.end];
        let count = if written.is_empty() {
            &mut self.empty
        } else {
            &mut self.full
        };
        if quoted && !needs(written, separator) {
            count.0 += 1;
        } else if !quoted {
            count.1 += 1;
        }
    }

    fn written(&self, value: &str, separator: u8) -> String {
        let (quoted, plain) = if value.is_empty() {
            self.empty
        } else {
            self.full
        };
        if (quoted > 0 && plain == 0) || needs(value, separator) {
            format!("\"{}\"", value.replace('"', "\"\""))
        } else {
            value.to_owned()
        }
    }
}

fn needs(value: &str, separator: u8) -> bool {
    value.contains(['"', '\n', '\r', char::from(separator)]) || value.trim() != value
}
