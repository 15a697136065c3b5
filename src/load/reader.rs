//! A file's records on their way into columns: each value read by its field's type, each fault kept with its bytes.

use chrono_tz::Tz;

use super::columns::{Kept, Part};
use super::fault::{Fault, shown, small};
use super::suspects::Suspects;
use super::{Keep, Options, advice, scalar, slips};
use crate::finding::Severity;
use crate::moment::Moment;
use crate::schema::{EnumValue, Field, FieldId, FieldType, KindId, Schema};
use crate::table::{Column, Origin, Span};
use crate::text::Bilingual;

/// What reading a file, or a piece of one, gathers.
pub(crate) struct FileReader<'s> {
    /// Options of the load.
    pub options: &'s Options,
    /// The kinds and fields.
    pub schema: &'s Schema,
    /// The office's time zone.
    pub zone: Tz,
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
    /// Numbers that look wrong beside the others of their column.
    pub suspects: Suspects,
}

/// A value with its place and, where it stands unescaped in the file, its span.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'t> {
    /// The text, trimmed.
    pub text: &'t str,
    /// Where it stands, for messages.
    pub place: (u32, u32),
    /// Whether `place` holds exactly `text`.
    pub verbatim: bool,
    /// Whether it is a YAML list: its parts are joined by U+001F.
    pub list: bool,
}

/// A field of a kind and what is kept of it.
#[derive(Clone, Copy)]
pub(crate) struct Slot<'s> {
    /// The kind.
    pub kind: KindId,
    /// The field.
    pub id: FieldId,
    /// Its definition.
    pub field: &'s Field,
    /// What is kept.
    pub keep: Keep,
    /// Whether it is the record's own date.
    pub own_date: bool,
    /// Whether it is read after the record's other fields, on which its reading depends.
    pub late: bool,
}

impl<'s> FileReader<'s> {
    /// A reader of a file whose text has so many bytes.
    pub fn new(options: &'s Options, zone: Tz, file: u32, text_len: usize) -> Self {
        let kinds = options.schema.kinds.iter();
        Self {
            options,
            schema: &options.schema,
            zone,
            file,
            text_len,
            side: String::new(),
            parts: kinds.map(|_| Part::default()).collect(),
            faults: Vec::new(),
            suspects: Suspects::default(),
        }
    }

    /// A field to read values into.
    pub fn slot(&self, kind: KindId, id: FieldId) -> Slot<'s> {
        let def = self.schema.get(kind);
        Slot {
            kind,
            id,
            field: def.get(id),
            keep: self.options.keep(kind, id),
            own_date: def.own_date() == Some(id),
            late: def.get(id).ty == FieldType::Period,
        }
    }

    /// Starts a record.
    pub fn begin(&mut self, kind: KindId, start: u32, len: u32) -> u32 {
        let fields = self.schema.get(kind).fields.len();
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
        small(part.origins.len() - 1)
    }

    /// Keeps a text aside.
    pub fn keep_aside(&mut self, text: &str) -> Span {
        let start = small(self.text_len + self.side.len());
        self.side.push_str(text);
        Span {
            start,
            len: small(text.len()),
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
    pub fn set(&mut self, slot: Slot<'s>, row: u32, cell: Cell<'_>) {
        if scalar::is_absent(cell.text) {
            return;
        }
        if let Some(help) = slips::spoiled(cell.text) {
            return self.refuse(slot, row, cell, help);
        }
        if cell.list && !matches!(slot.field.ty, FieldType::List(_)) {
            let (zh, en) = ("一个值，而不是列表", "a single value, not a list");
            let text = &cell.text.replace('\u{1f}', "、");
            return self.bad(slot, row, Cell { text, ..cell }, zh, en);
        }
        match &slot.field.ty {
            FieldType::Id => self.set_id(slot, row, cell),
            FieldType::Text => self.set_plain(slot, row, cell),
            FieldType::Ref(_) => {
                self.suspects.see(slot, row, cell);
                self.set_text(slot, row, cell, Keep::Value);
            }
            FieldType::List(values) => self.set_list(slot, row, cell, values),
            FieldType::Period => self.set_period(slot, row, cell),
            FieldType::Date | FieldType::Time => self.set_moment(slot, row, cell),
            FieldType::Bool => match scalar::boolean(cell.text) {
                Some(b) => self.store(slot, row, if b { 2u8 } else { 1 }),
                None => self.bad(slot, row, cell, "「是」或「否」", "`yes` or `no`"),
            },
            FieldType::Enum(values) => match scalar::code(cell.text, values) {
                Some(c) => self.store(slot, row, c),
                None => self.bad_code(slot, row, cell, values),
            },
            FieldType::Int => match scalar::int(cell.text) {
                Some(n) => self.store(slot, row, n),
                None => self.bad_number(
                    slot,
                    row,
                    cell,
                    ("整数，如 12", "a whole number such as 12"),
                ),
            },
            FieldType::Money => match scalar::money(cell.text) {
                Some(n) => self.store(slot, row, n),
                None => self.bad_number(
                    slot,
                    row,
                    cell,
                    ("金额，如 1280.50", "an amount such as 1280.50"),
                ),
            },
            FieldType::Number => match scalar::number(cell.text) {
                Some(n) => self.store(slot, row, n),
                None => self.bad_number(slot, row, cell, ("数字，如 3.5", "a number such as 3.5")),
            },
        }
    }

    fn bad_number(&mut self, slot: Slot<'s>, row: u32, cell: Cell<'_>, (zh, en): (&str, &str)) {
        let (more_zh, more_en) = advice::number(cell.text, &slot.field.ty);
        self.bad(
            slot,
            row,
            cell,
            &format!("{zh}{more_zh}"),
            &format!("{en}{more_en}"),
        );
    }

    fn set_id(&mut self, slot: Slot<'s>, row: u32, cell: Cell<'_>) {
        let forbidden =
            |c: char| matches!(c, '#' | '/' | ',' | ';' | '；' | '、') || c.is_control();
        if cell.text.contains(forbidden) {
            let (zh, en) = ("不含 # / , ; ； 、 的编号", "an id without # / , ; ； 、");
            return self.bad(slot, row, cell, zh, en);
        }
        if cell.text.len() > LONGEST_ID {
            let (zh, en) = ("短一些的编号，如 R-0031", "a shorter id such as R-0031");
            return self.bad(slot, row, cell, zh, en);
        }
        if let Some(typed) = slips::named_month(cell.text) {
            return self.refuse(slot, row, cell, slips::became_date(&typed));
        }
        self.suspects.see(slot, row, cell);
        let span = self.span(cell);
        self.parts[usize::from(slot.kind.0)].ids[row as usize] = span;
    }

    fn set_plain(&mut self, slot: Slot<'s>, row: u32, cell: Cell<'_>) {
        if slot.field.number_like {
            if let Some(typed) = slips::typed_as(cell.text) {
                return self.refuse(slot, row, cell, slips::became_date(&typed));
            }
            self.suspects.see(slot, row, cell);
        }
        self.set_text(slot, row, cell, slot.keep);
    }

    fn set_text(&mut self, slot: Slot<'s>, row: u32, cell: Cell<'_>, keep: Keep) {
        let span = if keep == Keep::Value {
            self.span(cell)
        } else {
            Span::default()
        };
        self.store(Slot { keep, ..slot }, row, span);
    }

    fn set_list(&mut self, slot: Slot<'s>, row: u32, cell: Cell<'_>, values: &[EnumValue]) {
        let splits: &[char] = if cell.list {
            &['\u{1f}']
        } else {
            &[';', '；', '、', '\u{1f}']
        };
        let mut joined = String::new();
        let parts = cell.text.split(splits).map(scalar::trim);
        for part in parts.filter(|p| !scalar::is_absent(p)) {
            let part = match (values.is_empty(), scalar::code(part, values)) {
                (true, _) => part,
                (false, Some(c)) => &values[usize::from(c) - 1].code,
                (false, None) => {
                    self.bad_code(slot, row, Cell { text: part, ..cell }, values);
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
            let cell = Cell {
                text: &joined,
                verbatim,
                ..cell
            };
            self.set_text(slot, row, cell, slot.keep);
        }
    }

    fn set_period(&mut self, slot: Slot<'s>, row: u32, cell: Cell<'_>) {
        let weekly = self.schema.get(slot.kind).weekly.as_ref();
        let weekly = weekly.is_some_and(|(field, codes)| {
            match &self.parts[usize::from(slot.kind.0)].columns[usize::from(field.0)] {
                Column::Code(v) => v.get(row as usize).is_some_and(|c| codes.contains(c)),
                _ => false,
            }
        });
        let Some(p) = scalar::period(cell.text, weekly) else {
            let (zh, en) = advice::period(cell.text);
            return self.bad(slot, row, cell, &zh, &en);
        };
        let verbatim = cell.verbatim && p == cell.text;
        let cell = Cell {
            text: &p,
            verbatim,
            ..cell
        };
        self.set_text(slot, row, cell, Keep::Value);
    }

    fn set_moment(&mut self, slot: Slot<'s>, row: u32, cell: Cell<'_>) {
        let time = slot.field.ty == FieldType::Time;
        let Some(m) = scalar::moment(cell.text, time, self.zone) else {
            let (zh, en) = advice::date(cell.text, time);
            return self.bad(slot, row, cell, &zh, &en);
        };
        let later = m.day_number() > crate::moment::day_number(self.options.as_of);
        if later && slot.own_date {
            self.parts[usize::from(slot.kind.0)].live[row as usize] = false;
        }
        if later && !slot.field.future {
            self.future(slot, row, cell, m);
        } else {
            self.store(slot, row, m);
        }
    }

    fn future(&mut self, slot: Slot<'s>, row: u32, cell: Cell<'_>, m: Moment) {
        let (label, day) = (&slot.field.label, self.options.as_of);
        let message = Bilingual::new(
            format!("{}「{m}」晚于截止日 {day}", label.zh),
            format!("{} `{m}` is after {day}", label.en),
        );
        let help = Bilingual::new(
            "核对日期；截止日之后的日期不作为依据。",
            "Check the date: what comes after the as-of day is no evidence.",
        );
        let fault = Fault::error("future-date", cell.place, message, help);
        self.faults.push(Fault {
            severity: Severity::Warning,
            ..fault.about(slot.kind, row).of(&slot.field.name)
        });
    }

    fn store<T: Kept>(&mut self, slot: Slot<'s>, row: u32, value: T) {
        let part = &mut self.parts[usize::from(slot.kind.0)];
        part.store(slot.id, slot.keep, row as usize, value);
    }

    fn bad_code(&mut self, slot: Slot<'s>, row: u32, cell: Cell<'_>, values: &[EnumValue]) {
        let (zh, en) = advice::one_of(cell.text, values);
        self.bad(slot, row, cell, &zh, &en);
    }

    fn bad(&mut self, slot: Slot<'s>, row: u32, cell: Cell<'_>, zh: &str, en: &str) {
        let help = Bilingual::new(format!("应填{zh}。"), format!("Expected {en}."));
        self.refuse(slot, row, cell, help);
    }

    /// A value that is not kept.
    fn refuse(&mut self, slot: Slot<'s>, row: u32, cell: Cell<'_>, help: Bilingual) {
        let (text, label) = (shown(cell.text), &slot.field.label);
        let message = Bilingual::new(
            format!("{}不能是「{text}」", label.zh),
            format!("{} cannot be `{text}`", label.en),
        );
        let fault = Fault::error("bad-value", cell.place, message, help);
        self.faults
            .push(fault.about(slot.kind, row).of(&slot.field.name));
    }
}

/// An id of more bytes is no id, but a cell that was not closed.
const LONGEST_ID: usize = 200;
