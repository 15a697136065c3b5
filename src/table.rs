//! Records as typed columns, with their keys and links: what policies, statistics and documents read.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::finding::{Finding, Place};
use crate::moment::Moment;
use crate::photo::AllSeen;
use crate::schema::{FieldId, KindId, Schema};
use crate::text::Lang;

/// A record's place in its table.
pub type Row = u32;

/// In a reference column: nothing is referred to.
pub const NO_ROW: Row = Row::MAX;
/// In a reference column: a record that does not exist.
pub const DANGLING: Row = Row::MAX - 1;

/// A text in a source file: bytes `start..start + len` of its text, or, past the text's end, of its side store
/// (texts that had to be unescaped). `len` 0 is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// Bytes.
    pub len: u32,
}

/// One field of all records of a kind. A column that no file has is `Empty`; one that nobody asked for is `Skipped`.
#[derive(Clone, Debug, Default)]
pub enum Column {
    /// No record has it.
    #[default]
    Empty,
    /// Checked but not kept, since no rule asks for it.
    Skipped,
    /// Only whether it is there.
    Present(Vec<bool>),
    /// Text, id, period, or list (parts joined by U+001F).
    Text(Vec<Span>),
    /// Enum: 0 absent, else 1 + index of the value. Bool: 0 absent, 1 false, 2 true.
    Code(Vec<u8>),
    /// Whole numbers, and money in 分; `i64::MIN` is absent.
    Int(Vec<i64>),
    /// Numbers; NaN is absent.
    Number(Vec<f64>),
    /// Days and times.
    Moment(Vec<Moment>),
    /// References: the row in the other table, `NO_ROW` or `DANGLING`.
    Ref(Vec<Row>),
}

/// Where a record stands: a byte range of a file's text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin {
    /// Index into `Office::files`.
    pub file: u32,
    /// First byte.
    pub start: u32,
    /// Bytes.
    pub len: u32,
}

/// A value of a record's field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing (absent, a bad value, or a day after as-of).
    Absent,
    /// Something, of which only the presence is known.
    Present,
    /// Text, id or period.
    Text(&'a str),
    /// List: parts joined by U+001F.
    List(&'a str),
    /// Enum: 1 + index of the value.
    Code(u8),
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Money in 分.
    Money(i64),
    /// A number.
    Number(f64),
    /// A day or time.
    Moment(Moment),
    /// A record.
    Ref(KindId, Row),
    /// A record that does not exist.
    Dangling,
}

/// All records of one kind in one office.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// One column a field, in the schema's order. Moments after as-of are absent in fields that do not exempt them.
    pub columns: Vec<Column>,
    /// Where each record stands.
    pub origins: Vec<Origin>,
    /// Whether a record counts: its own date is not after as-of.
    pub live: Vec<bool>,
    /// Each record's id; filled in for nested records that have none.
    pub ids: Vec<Span>,
    /// Rows by the hash of their id; of a duplicate the first. Made when it is first asked for.
    pub(crate) by_id: std::sync::OnceLock<hashbrown::HashTable<Row>>,
}

impl Table {
    /// How many records.
    pub fn len(&self) -> usize {
        self.origins.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.origins.is_empty()
    }
}

/// A source file as it was read, decoded to UTF-8.
#[derive(Debug)]
pub struct SourceFile {
    /// Path below the workspace, with `/`.
    pub path: String,
    /// Its decoded text, without a byte order mark.
    pub text: String,
    /// Texts that had to be unescaped.
    pub side: String,
    /// First byte of each line, found when a place is asked for.
    pub lines: std::sync::OnceLock<Vec<u32>>,
    /// Characters before every 4096th byte, counted when a place in a very long line is asked for.
    pub(crate) strides: std::sync::OnceLock<Vec<u32>>,
    /// What finds a field's place in a record again.
    pub layout: Layout,
}

/// Of each record in a YAML file its first byte, and the places of its values as (field, first byte, bytes).
pub type YamlPlaces = Vec<(u32, Vec<(FieldId, u32, u32)>)>;

/// How a file's fields are found again within a record's bytes.
#[derive(Debug)]
pub enum Layout {
    /// CSV: the separator, and each column's field.
    Csv {
        /// `,`, `;` or tab.
        separator: u8,
        /// The field of each column; `None` for an unknown one.
        columns: Vec<Option<FieldId>>,
    },
    /// YAML: for each record by its first byte (sorted), the places of its values as (field, first byte, bytes).
    Yaml {
        /// Sorted by record start.
        records: YamlPlaces,
    },
}

impl SourceFile {
    /// The text at a span.
    pub fn get(&self, span: Span) -> &str {
        let (start, len) = (span.start as usize, span.len as usize);
        match start.checked_sub(self.text.len()) {
            None => &self.text[start..start + len],
            Some(start) => &self.side[start..start + len],
        }
    }
}

/// An adopted policy, as office.yaml words it.
#[derive(Clone, Debug)]
pub struct Adoption {
    /// The policy's id.
    pub policy: String,
    /// Where office.yaml says so.
    pub place: Place,
    /// Changed numbers: (rule or table, parameter, value as written, its place).
    pub with: Vec<(String, String, String, Place)>,
    /// Rules switched off, as written, with their places.
    pub off: Vec<(String, Place)>,
    /// First day of this wording.
    pub from: Option<NaiveDate>,
    /// Last day of this wording.
    pub until: Option<NaiveDate>,
}

/// An accepted finding.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The rule's full or short name, as written.
    pub rule: String,
    /// The record it covers; any when absent.
    pub record: Option<String>,
    /// The period it covers; any when absent.
    pub period: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Who accepted it: an id or a name.
    pub by: Option<String>,
    /// Last day, inclusive.
    pub until: Option<NaiveDate>,
    /// Where office.yaml says so.
    pub place: Place,
}

/// 稽核: what the git history is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// From which day on the history is evidence.
    pub from: Option<NaiveDate>,
    /// How many days an entry may be late.
    pub grace_days: u32,
}

/// office.yaml.
#[derive(Clone, Debug)]
pub struct OfficeConfig {
    /// 单位名称.
    pub name: String,
    /// 适用制度.
    pub adoptions: Vec<Adoption>,
    /// 时区.
    pub timezone: chrono_tz::Tz,
    /// 启用日期.
    pub since: Option<NaiveDate>,
    /// 户数.
    pub households: Option<i64>,
    /// 地址.
    pub address: String,
    /// 电话.
    pub phone: String,
    /// 表单编号: form id → number.
    pub form_codes: std::collections::BTreeMap<String, String>,
    /// 合订: `month`, `quarter`, `year` or `none`.
    pub collect: String,
    /// 稽核.
    pub audit: Audit,
    /// 语言.
    pub lang: Lang,
    /// 豁免.
    pub waivers: Vec<Waiver>,
    /// 脱敏: `phone`, `name`, `address`.
    pub redact: Vec<String>,
    /// The file's first line, for findings about what does not exist.
    pub place: Place,
}

impl OfficeConfig {
    /// What holds where office.yaml says nothing else; without a name and policies.
    pub fn new(place: Place) -> Self {
        Self {
            name: String::new(),
            adoptions: Vec::new(),
            timezone: chrono_tz::Asia::Shanghai,
            since: None,
            households: None,
            address: String::new(),
            phone: String::new(),
            form_codes: std::collections::BTreeMap::new(),
            collect: "month".to_owned(),
            audit: Audit::default(),
            lang: Lang::Zh,
            waivers: Vec::new(),
            redact: Vec::new(),
            place,
        }
    }
}

/// One office with all its records.
#[derive(Debug)]
pub struct Office {
    /// Folder name below `records/`; empty when `records/` itself is the office.
    pub id: String,
    /// office.yaml.
    pub config: OfficeConfig,
    /// The files its records came from.
    pub files: Vec<Arc<SourceFile>>,
    /// One table a kind, in the schema's order.
    pub tables: Vec<Table>,
    /// The kinds and fields.
    pub schema: Arc<Schema>,
    /// End of this day is now.
    pub as_of: NaiveDate,
    /// What was seen of the photographs that its records name.
    pub photos: Arc<AllSeen>,
}

impl Office {
    /// An office without any records, as it is before its first one.
    pub fn empty(config: OfficeConfig, schema: Arc<Schema>) -> Self {
        let table = |k: &crate::schema::Kind| Table {
            columns: vec![Column::Empty; k.fields.len()],
            ..Table::default()
        };
        Self {
            id: String::new(),
            config,
            files: Vec::new(),
            tables: schema.kinds.iter().map(table).collect(),
            schema,
            as_of: NaiveDate::default(),
            photos: Arc::default(),
        }
    }

    /// How many records its files hold.
    pub fn len(&self) -> usize {
        let own = self.schema.of_files();
        own.map(|(kind, _)| self.table(kind).len()).sum()
    }

    /// Whether its files hold no record.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A kind's records.
    pub fn table(&self, kind: KindId) -> &Table {
        &self.tables[usize::from(kind.0)]
    }

    /// A record's id.
    pub fn record_id(&self, kind: KindId, row: Row) -> &str {
        let table = self.table(kind);
        self.text_at(table, row, table.ids[row as usize])
    }

    fn text_at(&self, table: &Table, row: Row, span: Span) -> &str {
        self.files[table.origins[row as usize].file as usize].get(span)
    }

    /// A field's value.
    pub fn value(&self, kind: KindId, row: Row, field: FieldId) -> Value<'_> {
        use crate::schema::FieldType;
        let table = self.table(kind);
        let i = row as usize;
        match &table.columns[usize::from(field.0)] {
            Column::Empty | Column::Skipped => match self.schema.get(kind).get(field).ty {
                FieldType::Id => match self.record_id(kind, row) {
                    "" => Value::Absent,
                    id => Value::Text(id),
                },
                _ => Value::Absent,
            },
            Column::Present(v) => {
                if v[i] {
                    Value::Present
                } else {
                    Value::Absent
                }
            }
            Column::Text(v) if v[i].len == 0 => Value::Absent,
            Column::Text(v) => match self.schema.get(kind).get(field).ty {
                FieldType::List(_) => Value::List(self.text_at(table, row, v[i])),
                _ => Value::Text(self.text_at(table, row, v[i])),
            },
            Column::Code(v) if v[i] == 0 => Value::Absent,
            Column::Code(v) => match self.schema.get(kind).get(field).ty {
                FieldType::Bool => Value::Bool(v[i] == 2),
                _ => Value::Code(v[i]),
            },
            Column::Int(v) if v[i] == i64::MIN => Value::Absent,
            Column::Int(v) => match self.schema.get(kind).get(field).ty {
                FieldType::Money => Value::Money(v[i]),
                _ => Value::Int(v[i]),
            },
            Column::Number(v) => {
                if v[i].is_nan() {
                    Value::Absent
                } else {
                    Value::Number(v[i])
                }
            }
            Column::Moment(v) => {
                if v[i].is_present() {
                    Value::Moment(v[i])
                } else {
                    Value::Absent
                }
            }
            Column::Ref(v) => match (v[i], &self.schema.get(kind).get(field).ty) {
                (NO_ROW, _) => Value::Absent,
                (DANGLING, _) => Value::Dangling,
                (r, FieldType::Ref(to)) => Value::Ref(*to, r),
                _ => Value::Absent,
            },
        }
    }

    /// The row of a record by its id.
    pub fn row_of(&self, kind: KindId, id: &str) -> Option<Row> {
        let table = self.table(kind);
        let by_id = table.by_id.get_or_init(|| {
            let rows = u32::try_from(table.len()).unwrap_or(u32::MAX);
            let mut by_id = hashbrown::HashTable::with_capacity(table.len());
            for row in 0..rows {
                self.enter_id(kind, row, &mut by_id);
            }
            by_id
        });
        let same = |row: &Row| self.record_id(kind, *row) == id;
        by_id.find(id_hash(id), same).copied()
    }

    /// The record that a finding is about.
    pub fn record_of(&self, f: &Finding) -> Option<(KindId, Row)> {
        let kind = self.schema.kind(f.kind.as_deref()?)?;
        Some((kind, self.row_of(kind, f.record.as_deref()?)?))
    }

    /// Whether no two records of a kind have the same id, as far as that was worked out.
    pub(crate) fn ids_are_unique(&self, kind: KindId) -> bool {
        let table = self.table(kind);
        let all = |by_id: &hashbrown::HashTable<Row>| by_id.len() == table.len();
        table.by_id.get().is_some_and(all)
    }

    /// Puts a record's id into a table of ids; gives the record that has it already.
    pub(crate) fn enter_id(
        &self,
        kind: KindId,
        row: Row,
        by_id: &mut hashbrown::HashTable<Row>,
    ) -> Option<Row> {
        let id = self.record_id(kind, row);
        if id.is_empty() {
            return None;
        }
        let same = |r: &Row| self.record_id(kind, *r) == id;
        match by_id.entry(id_hash(id), same, |r| id_hash(self.record_id(kind, *r))) {
            hashbrown::hash_table::Entry::Occupied(o) => Some(*o.get()),
            hashbrown::hash_table::Entry::Vacant(v) => {
                v.insert(row);
                None
            }
        }
    }

    /// Whether a field has a value.
    pub fn is_present(&self, kind: KindId, row: Row, field: FieldId) -> bool {
        let i = row as usize;
        match &self.table(kind).columns[usize::from(field.0)] {
            Column::Empty | Column::Skipped => false,
            Column::Present(v) => v[i],
            Column::Text(v) => v[i].len > 0,
            Column::Code(v) => v[i] > 0,
            Column::Int(v) => v[i] != i64::MIN,
            Column::Number(v) => !v[i].is_nan(),
            Column::Moment(v) => v[i].is_present(),
            Column::Ref(v) => v[i] != NO_ROW,
        }
    }

    /// The code of a fixed value (1 + its index) or of a bool (1 false, 2 true); 0 when absent. As [`Self::value`], without
    /// asking for the field's type.
    pub fn code(&self, kind: KindId, row: Row, field: FieldId) -> u8 {
        match &self.table(kind).columns[usize::from(field.0)] {
            Column::Code(v) => v[row as usize],
            _ => 0,
        }
    }

    /// A day or time; `ABSENT` when there is none.
    pub fn moment(&self, kind: KindId, row: Row, field: FieldId) -> Moment {
        match &self.table(kind).columns[usize::from(field.0)] {
            Column::Moment(v) => v[row as usize],
            _ => Moment::ABSENT,
        }
    }

    /// The row that a reference names, when there is such a record.
    pub fn reference(&self, kind: KindId, row: Row, field: FieldId) -> Option<Row> {
        match &self.table(kind).columns[usize::from(field.0)] {
            Column::Ref(v) => Some(v[row as usize]).filter(|to| *to < DANGLING),
            _ => None,
        }
    }

    /// Where a record's field stands; without a field, or where it is absent, where the record begins.
    pub fn place(&self, kind: KindId, row: Row, field: Option<FieldId>) -> Place {
        let (origin, start, len) = self.span(kind, row, field);
        self.files[origin.file as usize].place(start, len)
    }

    /// Where [`Self::place`] begins: the file among `files`, and the byte in it.
    pub fn byte_of(&self, kind: KindId, row: Row, field: Option<FieldId>) -> (u32, u32) {
        let (origin, start, _) = self.span(kind, row, field);
        (origin.file, start)
    }

    /// Where a field, or else the record, stands: first byte and bytes.
    fn span(&self, kind: KindId, row: Row, field: Option<FieldId>) -> (Origin, u32, u32) {
        let origin = self.table(kind).origins[row as usize];
        let file = &self.files[origin.file as usize];
        let (start, len) = file
            .find(origin, field)
            .or_else(|| file.find(origin, Some(FieldId(0))))
            .unwrap_or((origin.start, 1));
        (origin, start, len)
    }
}

/// The hash of an id in `Table::by_id`.
pub fn id_hash(id: &str) -> u64 {
    use std::hash::{BuildHasher, BuildHasherDefault};
    BuildHasherDefault::<rustc_hash::FxHasher>::default().hash_one(id)
}

impl SourceFile {
    /// The bytes of a record's field, found by reading the record again.
    pub(crate) fn find(&self, origin: Origin, field: Option<FieldId>) -> Option<(u32, u32)> {
        let field = field?;
        match &self.layout {
            Layout::Yaml { records } => {
                let at = records.binary_search_by_key(&origin.start, |r| r.0).ok()?;
                records[at]
                    .1
                    .iter()
                    .find(|f| f.0 == field)
                    .map(|f| (f.1, f.2))
            }
            Layout::Csv { separator, columns } => {
                let column = columns.iter().position(|c| *c == Some(field))?;
                let row = &self.text[origin.start as usize..(origin.start + origin.len) as usize];
                let (start, len) = crate::load::csv_field(row, *separator, column)?;
                (len > 0).then(|| (origin.start + start, len))
            }
        }
    }
}

impl Office {
    /// The office as it stood at the end of an earlier day: what is dated later is absent, as if loaded as of that day.
    pub fn at(&self, day: NaiveDate) -> Self {
        let mut tables = self.tables.clone();
        for ((_, kind), table) in self.schema.iter().zip(&mut tables) {
            if let Some(own) = kind.own_date()
                && let Column::Moment(dates) = &table.columns[usize::from(own.0)]
            {
                let known = dates.iter().map(|m| !m.is_present() || m.date() <= day);
                table.live.iter_mut().zip(known).for_each(|(l, k)| *l &= k);
            }
            for (field, column) in kind.fields.iter().zip(&mut table.columns) {
                if let Column::Moment(moments) = column
                    && !field.future
                {
                    let later = |m: &&mut Moment| m.is_present() && m.date() > day;
                    moments
                        .iter_mut()
                        .filter(later)
                        .for_each(|m| *m = Moment::ABSENT);
                }
            }
        }
        self.hide_children(&mut tables);
        Self {
            id: self.id.clone(),
            config: self.config.clone(),
            files: self.files.clone(),
            tables,
            schema: Arc::clone(&self.schema),
            as_of: day.min(self.as_of),
            photos: Arc::clone(&self.photos),
        }
    }

    /// A record as its file writes it.
    pub fn source_text(&self, kind: KindId, row: Row) -> &str {
        let origin = self.table(kind).origins[row as usize];
        let text = &self.files[origin.file as usize].text;
        let (start, end) = (origin.start as usize, (origin.start + origin.len) as usize);
        text.get(start..end).unwrap_or("")
    }

    /// A nested record without a date of its own counts when its parent does.
    fn hide_children(&self, tables: &mut [Table]) {
        for (id, kind) in self.schema.iter() {
            let (None, Some(nesting)) = (kind.own_date(), &kind.nests_in) else {
                continue;
            };
            let table = &tables[usize::from(id.0)];
            let Column::Ref(parents) = &table.columns[usize::from(nesting.field.0)] else {
                continue;
            };
            let above = &tables[usize::from(nesting.kind.0)].live;
            let live = table
                .live
                .iter()
                .zip(parents)
                .map(|(l, p)| *l && above.get(*p as usize).is_none_or(|a| *a))
                .collect();
            tables[usize::from(id.0)].live = live;
        }
    }

    /// Whether something is written in a field, readable or not.
    pub(crate) fn has_text(&self, kind: KindId, row: Row, field: FieldId) -> bool {
        let origin = self.table(kind).origins[row as usize];
        let file = &self.files[origin.file as usize];
        file.find(origin, Some(field)).is_some_and(|(start, len)| {
            let text = file
                .text
                .get(start as usize..(start + len) as usize)
                .unwrap_or("");
            let null = matches!(text, "~" | "null" | "Null" | "NULL" | "''" | "\"\"");
            !null && !crate::load::is_absent(crate::load::trim(text))
        })
    }
}

impl Office {
    /// What identifies a record over time: its id; for a nested one without an id its parent's, what is written in it,
    /// and which of several alike it is. So a question inserted above another does not change the other's name.
    pub(crate) fn identity(&self, kind: KindId, row: Row) -> String {
        match self.parent_without_id(kind, row) {
            None => self.record_id(kind, row).to_owned(),
            Some(parent) => {
                let own = self.written(kind, row);
                let before = (0..row).rev();
                let siblings =
                    before.take_while(|r| self.parent_without_id(kind, *r) == Some(parent));
                let alike = siblings.filter(|r| self.written(kind, *r) == own).count();
                format!("{}#{own}#{alike}", self.record_id(parent.0, parent.1))
            }
        }
    }

    /// The parent of a nested record in whose own text no id stands.
    fn parent_without_id(&self, kind: KindId, row: Row) -> Option<(KindId, Row)> {
        let nesting = self.schema.get(kind).nests_in.as_ref()?;
        let origin = self.table(kind).origins[row as usize];
        let file = &self.files[origin.file as usize];
        if !matches!(file.layout, Layout::Yaml { .. })
            || file.find(origin, Some(FieldId(0))).is_some()
        {
            return None;
        }
        match self.value(kind, row, nesting.field) {
            Value::Ref(parent, at) => Some((parent, at)),
            _ => None,
        }
    }

    /// The fields that are written in a record, in the schema's order, with their texts.
    fn written(&self, kind: KindId, row: Row) -> String {
        let origin = self.table(kind).origins[row as usize];
        let file = &self.files[origin.file as usize];
        let fields = self.schema.get(kind).iter();
        let texts = fields.filter_map(|(id, field)| {
            let (start, len) = file.find(origin, Some(id))?;
            let text = file.text.get(start as usize..(start + len) as usize)?;
            Some(format!(
                "{}={}",
                field.name,
                text.trim_matches(['"', '\'', ' '])
            ))
        });
        texts.collect::<Vec<_>>().join("\u{1f}")
    }
}
