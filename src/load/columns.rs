//! A file's records of one kind on their way into columns; each value read by its field's type, each fault kept with its bytes.

use super::scalar;
use super::{Keep, Options};
use crate::finding::Severity;
use crate::moment::Moment;
use crate::schema::{EnumValue, Field, FieldId, FieldType, Kind, KindId};
use crate::table::{Column, Origin, Span};
use crate::text::{Bilingual, nearest};

/// A fault in a file, by bytes; it becomes a finding when all files are there.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Rule id below `core/`.
    pub rule: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// The record: kind and row within the file's part.
    pub record: Option<(KindId, u32)>,
    /// The field.
    pub field: Option<String>,
    /// First byte.
    pub start: u32,
    /// Bytes.
    pub len: u32,
    /// What is wrong.
    pub message: Bilingual,
    /// How to put it right.
    pub help: Bilingual,
}

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

/// What reading a file gathers.
pub struct FileReader<'s> {
    /// Options of the load.
    pub options: &'s Options,
    /// The office's time zone.
    pub zone: chrono_tz::Tz,
    /// The file's index in the office.
    pub file: u32,
    /// Bytes of the file's text: side texts begin here.
    pub text_len: usize,
    /// Texts that had to be unescaped.
    pub side: String,
    /// One part a kind.
    pub parts: Vec<Part>,
    /// Faults found.
    pub faults: Vec<Fault>,
}

/// A value with its place and, where it stands unescaped in the file, its span.
#[derive(Clone, Copy)]
pub struct Cell<'t> {
    /// The text, trimmed.
    pub text: &'t str,
    /// Where it stands, for messages.
    pub place: (u32, u32),
    /// Whether `place` holds exactly `text`.
    pub verbatim: bool,
}

impl FileReader<'_> {
    /// Starts a record.
    pub fn begin(&mut self, kind: KindId, start: u32, len: u32) -> u32 {
        let fields = self.options.schema.get(kind).fields.len();
        let part = &mut self.parts[usize::from(kind.0)];
        if part.columns.is_empty() {
            part.columns = vec![Column::Empty; fields];
        }
        part.origins.push(Origin {
            file: self.file,
            start,
            len,
        });
        part.live.push(true);
        part.ids.push(Span::default());
        u32::try_from(part.origins.len() - 1).unwrap_or(u32::MAX)
    }

    /// Keeps a text aside.
    pub fn keep_aside(&mut self, text: &str) -> Span {
        let start = u32::try_from(self.text_len + self.side.len()).unwrap_or(u32::MAX);
        self.side.push_str(text);
        Span {
            start,
            len: u32::try_from(text.len()).unwrap_or(0),
        }
    }

    fn span(&mut self, cell: Cell<'_>) -> Span {
        if cell.verbatim {
            Span {
                start: cell.place.0,
                len: cell.place.1,
            }
        } else {
            self.keep_aside(cell.text)
        }
    }

    /// Reads a value into a record.
    pub fn set(&mut self, kind: KindId, row: u32, id: FieldId, cell: Cell<'_>) {
        if scalar::is_absent(cell.text) {
            return;
        }
        let schema = std::sync::Arc::clone(&self.options.schema);
        let field = schema.get(kind).get(id);
        let keep = self.options.keep(kind, id);
        match &field.ty {
            FieldType::Id => self.set_id(kind, row, cell),
            FieldType::Text => self.set_text(kind, row, id, cell, keep),
            FieldType::Ref(_) => self.set_text(kind, row, id, cell, Keep::Value),
            FieldType::List(values) => self.set_list(kind, row, id, cell, values, keep),
            FieldType::Period => self.set_period(schema.get(kind), kind, row, id, cell),
            FieldType::Date | FieldType::Time => self.set_moment(kind, row, id, cell, field, keep),
            FieldType::Bool => match scalar::boolean(&scalar::narrow(cell.text)) {
                Some(b) => self.store(kind, row, id, keep, |v: &mut Vec<u8>| {
                    v.push(if b { 2 } else { 1 })
                }),
                None => self.bad(kind, row, field, cell, "「是」或「否」", "`yes` or `no`"),
            },
            FieldType::Enum(values) => match scalar::code(cell.text, values) {
                Some(c) => self.store(kind, row, id, keep, |v: &mut Vec<u8>| v.push(c)),
                None => self.bad_code(kind, row, field, cell, values),
            },
            FieldType::Int => match scalar::int(cell.text) {
                Some(n) => self.store(kind, row, id, keep, |v: &mut Vec<i64>| v.push(n)),
                None => self.bad(
                    kind,
                    row,
                    field,
                    cell,
                    "整数，如 12",
                    "a whole number such as 12",
                ),
            },
            FieldType::Money => match scalar::money(cell.text) {
                Some(n) => self.store(kind, row, id, keep, |v: &mut Vec<i64>| v.push(n)),
                None => self.bad(
                    kind,
                    row,
                    field,
                    cell,
                    "金额，如 1280.50",
                    "an amount such as 1280.50",
                ),
            },
            FieldType::Number => match scalar::number(cell.text) {
                Some(n) => self.store(kind, row, id, keep, |v: &mut Vec<f64>| v.push(n)),
                None => self.bad(
                    kind,
                    row,
                    field,
                    cell,
                    "数字，如 3.5",
                    "a number such as 3.5",
                ),
            },
        }
    }

    fn set_id(&mut self, kind: KindId, row: u32, cell: Cell<'_>) {
        if cell
            .text
            .contains(|c: char| matches!(c, '#' | '/' | ',' | ';' | '；' | '、') || c.is_control())
        {
            let field = self.options.schema.get(kind).fields[0].clone();
            self.bad(
                kind,
                row,
                &field,
                cell,
                "不含 # / , ; ； 、 的编号",
                "an id without # / , ; ； 、",
            );
            return;
        }
        let span = self.span(cell);
        self.parts[usize::from(kind.0)].ids[row as usize] = span;
    }

    fn set_text(&mut self, kind: KindId, row: u32, id: FieldId, cell: Cell<'_>, keep: Keep) {
        match keep {
            Keep::Nothing => {}
            Keep::Presence => self.store(kind, row, id, keep, |_: &mut Vec<u8>| {}),
            Keep::Value => {
                let span = self.span(cell);
                self.store(kind, row, id, keep, |v: &mut Vec<Span>| v.push(span));
            }
        }
    }

    fn set_list(
        &mut self,
        kind: KindId,
        row: u32,
        id: FieldId,
        cell: Cell<'_>,
        values: &[EnumValue],
        keep: Keep,
    ) {
        let mut joined = String::new();
        for part in cell
            .text
            .split([';', '；', '、', '\u{1f}'])
            .map(str::trim)
            .filter(|p| !scalar::is_absent(p))
        {
            let part = match (values.is_empty(), scalar::code(part, values)) {
                (true, _) => part,
                (false, Some(c)) => &values[usize::from(c) - 1].code,
                (false, None) => {
                    let field = self.options.schema.get(kind).get(id).clone();
                    self.bad_code(kind, row, &field, Cell { text: part, ..cell }, values);
                    continue;
                }
            };
            if !joined.is_empty() {
                joined.push('\u{1f}');
            }
            joined.push_str(part);
        }
        if !joined.is_empty() {
            let verbatim = cell.verbatim && joined == cell.text;
            self.set_text(
                kind,
                row,
                id,
                Cell {
                    text: &joined,
                    verbatim,
                    ..cell
                },
                keep,
            );
        }
    }

    fn set_period(&mut self, def: &Kind, kind: KindId, row: u32, id: FieldId, cell: Cell<'_>) {
        let weekly = def.weekly.as_ref().is_some_and(|(field, codes)| {
            match &self.parts[usize::from(kind.0)].columns[usize::from(field.0)] {
                Column::Code(v) => v.get(row as usize).is_some_and(|c| codes.contains(c)),
                _ => false,
            }
        });
        match scalar::period(cell.text, weekly) {
            Some(p) => {
                let verbatim = cell.verbatim && p == cell.text;
                self.set_text(
                    kind,
                    row,
                    id,
                    Cell {
                        text: &p,
                        verbatim,
                        ..cell
                    },
                    Keep::Value,
                );
            }
            None => {
                let zh = "期间，如 2025、2025-H1、2025-Q1、2025-03 或 2025-W14";
                self.bad(
                    kind,
                    row,
                    def.get(id),
                    cell,
                    zh,
                    "a period such as 2025, 2025-H1, 2025-Q1, 2025-03 or 2025-W14",
                );
            }
        }
    }

    fn set_moment(
        &mut self,
        kind: KindId,
        row: u32,
        id: FieldId,
        cell: Cell<'_>,
        field: &Field,
        keep: Keep,
    ) {
        let time = field.ty == FieldType::Time;
        let Some(m) = scalar::moment(cell.text, time, self.zone) else {
            let (zh, en) = date_advice(cell.text, time);
            return self.bad(kind, row, field, cell, &zh, &en);
        };
        if !field.future && m.date() > self.options.as_of {
            if self.options.schema.get(kind).own_date() == Some(id) {
                self.parts[usize::from(kind.0)].live[row as usize] = false;
            }
            let day = self.options.as_of;
            self.faults.push(Fault {
                rule: "future-date",
                severity: Severity::Warning,
                record: Some((kind, row)),
                field: Some(field.name.clone()),
                start: cell.place.0,
                len: cell.place.1,
                message: Bilingual::new(
                    format!("{}「{}」晚于截止日 {day}", field.label.zh, cell.text),
                    format!("{} `{}` is after {day}", field.label.en, cell.text),
                ),
                help: Bilingual::new(
                    "核对日期；截止日之后的日期不作为依据。",
                    "Check the date: what comes after the as-of day is no evidence.",
                ),
            });
            return;
        }
        self.store(kind, row, id, keep, |v: &mut Vec<Moment>| v.push(m));
    }

    fn store<T: Kept>(
        &mut self,
        kind: KindId,
        row: u32,
        id: FieldId,
        keep: Keep,
        push: impl FnOnce(&mut Vec<T>),
    ) {
        let column = &mut self.parts[usize::from(kind.0)].columns[usize::from(id.0)];
        match keep {
            Keep::Nothing => *column = Column::Skipped,
            Keep::Presence => {
                let v = <bool as Kept>::vec(column);
                v.resize(row as usize, false);
                v.push(true);
            }
            Keep::Value => {
                let v = T::vec(column);
                v.resize(row as usize, T::ABSENT);
                push(v);
            }
        }
    }

    fn bad_code(
        &mut self,
        kind: KindId,
        row: u32,
        field: &Field,
        cell: Cell<'_>,
        values: &[EnumValue],
    ) {
        let near = nearest(cell.text, values.iter().map(|v| v.label.zh.as_str()));
        let near = near.or_else(|| {
            let code = nearest(cell.text, values.iter().map(|v| v.code.as_str()))?;
            values
                .iter()
                .find(|v| v.code == code)
                .map(|v| v.label.zh.as_str())
        });
        let mut order: Vec<&EnumValue> = values.iter().collect();
        order.sort_by_key(|v| Some(v.label.zh.as_str()) != near);
        let zh: Vec<&str> = order.iter().map(|v| v.label.zh.as_str()).collect();
        let en: Vec<&str> = order.iter().map(|v| v.code.as_str()).collect();
        self.bad(
            kind,
            row,
            field,
            cell,
            &format!("下列之一：{}", zh.join("、")),
            &format!("one of: {}", en.join(", ")),
        );
    }

    fn bad(&mut self, kind: KindId, row: u32, field: &Field, cell: Cell<'_>, zh: &str, en: &str) {
        let shown: String = cell.text.chars().take(40).collect();
        self.faults.push(Fault {
            rule: "bad-value",
            severity: Severity::Error,
            record: Some((kind, row)),
            field: Some(field.name.clone()),
            start: cell.place.0,
            len: cell.place.1,
            message: Bilingual::new(
                format!("{}不能是「{shown}」", field.label.zh),
                format!("{} cannot be `{shown}`", field.label.en),
            ),
            help: Bilingual::new(format!("应填{zh}。"), format!("Expected {en}.")),
        });
    }
}

/// How to write a date, in view of what stands there now.
fn date_advice(text: &str, time: bool) -> (String, String) {
    let example = if time {
        "2025-03-04 14:30"
    } else {
        "2025-03-04"
    };
    let plain = text.trim();
    if plain.len() == 5 && plain.bytes().all(|b| b.is_ascii_digit()) {
        return (
            format!(
                "日期，如 {example}（{plain} 是 Excel 的日期序号：请把该列设为“文本”或“日期”格式后再保存）"
            ),
            format!(
                "a date such as {example} ({plain} is Excel's serial number: format the column as a date or text and save again)"
            ),
        );
    }
    if plain.split('/').count() == 3 {
        return (
            format!("日期，如 {example}（年在前；3/4/2025 这样的写法分不清月和日）"),
            format!(
                "a date such as {example} (year first: in 3/4/2025 month and day cannot be told apart)"
            ),
        );
    }
    (
        format!("日期，如 {example}"),
        format!("a date such as {example}"),
    )
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
