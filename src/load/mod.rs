//! Source files into tables; every fault a finding. One bad row never hides the rest.

mod columns;
mod core;
mod csv;
mod files;
mod scalar;
pub(crate) mod tree;
mod yaml;

use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;

use crate::finding::{Finding, Related, Severity};
use crate::schema::{FieldId, FieldType, KindId, Schema};
use crate::table::{
    Column, DANGLING, Layout, NO_ROW, Office, OfficeConfig, Row, SourceFile, Table, id_hash,
};
use crate::text::{Bilingual, nearest};
use columns::{Fault, FileReader, Part};
pub(crate) use csv::csv_field;
use files::Found;
pub(crate) use files::below;
pub(crate) use scalar::{int, moment};

/// How much of a field is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// Checked only.
    Nothing,
    /// Whether it is there.
    Presence,
    /// Its value.
    Value,
}

/// What to load.
#[derive(Clone, Debug)]
pub struct Options {
    /// The kinds and fields.
    pub schema: Arc<Schema>,
    /// End of this day is now.
    pub as_of: NaiveDate,
    keep: Option<Vec<Vec<Keep>>>,
}

impl Options {
    /// Keeps every field: for documents.
    pub fn all(schema: Arc<Schema>, as_of: NaiveDate) -> Self {
        Self {
            schema,
            as_of,
            keep: None,
        }
    }

    /// Keeps only what is asked for, and what `core/*` needs.
    pub fn wanted(schema: Arc<Schema>, as_of: NaiveDate) -> Self {
        let nothing = schema
            .kinds
            .iter()
            .map(|k| vec![Keep::Nothing; k.fields.len()])
            .collect();
        let mut options = Self {
            schema: Arc::clone(&schema),
            as_of,
            keep: Some(nothing),
        };
        for (kind, k) in schema.iter() {
            let chains = k.time_order.iter().flatten().copied();
            let acts = k.acts.iter().flat_map(|a| [a.who, a.on]);
            let signed = k.not_signed_by.iter().flat_map(|(a, b)| [*a, *b]);
            for field in chains.chain(acts).chain(signed) {
                options.want(kind, field, true);
            }
            for field in ["name", "role", "joined_on", "left_on"]
                .iter()
                .filter_map(|n| k.field(n))
                .chain(k.own_date())
            {
                options.want(kind, field, true);
            }
            for (field, f) in k.iter().filter(|(_, f)| f.required) {
                options.want(kind, field, matches!(f.ty, FieldType::Ref(_)));
            }
            if let Some((field, _)) = k.weekly {
                options.want(kind, field, true);
            }
        }
        options
    }

    /// Asks for a field's value, or only for whether it is there.
    pub fn want(&mut self, kind: KindId, field: FieldId, value: bool) {
        if let Some(keep) = &mut self.keep {
            let k = &mut keep[usize::from(kind.0)][usize::from(field.0)];
            *k = (*k).max(if value { Keep::Value } else { Keep::Presence });
        }
    }

    fn keep(&self, kind: KindId, field: FieldId) -> Keep {
        self.keep.as_ref().map_or(Keep::Value, |k| {
            k[usize::from(kind.0)][usize::from(field.0)]
        })
    }
}

struct Read {
    file: SourceFile,
    parts: Vec<Part>,
    faults: Vec<Fault>,
}

/// Loads one office: its records, and every `core/*` finding about them.
pub fn load_office(
    root: &Path,
    id: &str,
    folder: &Path,
    config: OfficeConfig,
    options: &Options,
) -> (Office, Vec<Finding>) {
    let (found, mut findings) = files::find(root, id, folder, &options.schema);
    let reads: Vec<Result<Read, Finding>> = found
        .par_iter()
        .enumerate()
        .with_max_len(1)
        .map(|(i, f)| {
            read(
                root,
                id,
                f,
                u32::try_from(i).unwrap_or(u32::MAX),
                config.timezone,
                options,
            )
        })
        .collect();
    let mut office = Office {
        id: id.to_owned(),
        config,
        files: Vec::new(),
        tables: options
            .schema
            .kinds
            .iter()
            .map(|k| Table {
                columns: vec![Column::Empty; k.fields.len()],
                ..Table::default()
            })
            .collect(),
        schema: Arc::clone(&options.schema),
        as_of: options.as_of,
    };
    let mut faults = Vec::new();
    let mut parts: Vec<Vec<Part>> = options.schema.kinds.iter().map(|_| Vec::new()).collect();
    for read in reads {
        match read {
            Ok(r) => {
                let base: Vec<usize> = parts
                    .iter()
                    .map(|p| p.iter().map(|x: &Part| x.origins.len()).sum())
                    .collect();
                let file = office.files.len();
                faults.extend(r.faults.into_iter().map(|f| (file, base.clone(), f)));
                r.parts
                    .into_iter()
                    .zip(&mut parts)
                    .for_each(|(p, all)| all.push(p));
                office.files.push(Arc::new(r.file));
            }
            Err(finding) => {
                // Keeps the numbering of files.
                office
                    .files
                    .push(Arc::new(SourceFile::empty(&finding.place.file)));
                findings.push(finding);
            }
        }
    }
    office
        .tables
        .par_iter_mut()
        .zip(parts)
        .for_each(|(table, parts)| merge(table, parts));
    findings.extend(
        faults
            .into_iter()
            .map(|(file, base, f)| told(&office, file, &base, f)),
    );
    findings.extend(index(&mut office));
    findings.extend(resolve(&mut office));
    core::inherit(&mut office);
    findings.extend(core::check(&office));
    (office, findings)
}

fn read(
    root: &Path,
    office: &str,
    found: &Found,
    index: u32,
    zone: chrono_tz::Tz,
    options: &Options,
) -> Result<Read, Finding> {
    let path = root.join(&found.path);
    let unreadable = |zh: String, en: String| {
        files::file_finding(office, &found.path, "parse", Severity::Error, zh, en)
    };
    let bytes = std::fs::read(&path).map_err(|e| {
        unreadable(
            format!("读不了这个文件：{e}"),
            format!("cannot read this file: {e}"),
        )
    })?;
    if bytes.len() > u32::MAX as usize / 2 {
        return Err(unreadable(
            "文件超过 2 GB，请按月拆开".into(),
            "this file is over 2 GB; split it by month".into(),
        ));
    }
    let (text, bad) = crate::source::decode(bytes);
    let mut reader = FileReader {
        options,
        zone,
        file: index,
        text_len: text.len(),
        side: String::new(),
        parts: options
            .schema
            .kinds
            .iter()
            .map(|_| Part::default())
            .collect(),
        faults: Vec::new(),
    };
    if let Some(at) = bad {
        reader.faults.push(Fault {
            rule: "encoding",
            severity: Severity::Error,
            record: None,
            field: None,
            start: u32::try_from(at).unwrap_or(0),
            len: 1,
            message: Bilingual::new(
                "这里的字节不是 UTF-8、UTF-16 或 GB18030 编码的文字",
                "these bytes are text in neither UTF-8, UTF-16 nor GB18030",
            ),
            help: Bilingual::new(
                "用 Excel 或编辑器打开原文件，另存为“CSV UTF-8”。",
                "Open the original and save it again as CSV UTF-8.",
            ),
        });
    }
    let layout = if found.yaml {
        yaml::read(&mut reader, found.kind, &text)
    } else {
        csv::read(&mut reader, found.kind, &text)
    };
    let FileReader {
        side,
        parts,
        faults,
        ..
    } = reader;
    let file = SourceFile {
        path: found.path.clone(),
        text,
        side,
        lines: std::sync::OnceLock::new(),
        layout,
    };
    Ok(Read {
        file,
        parts,
        faults,
    })
}

impl SourceFile {
    fn empty(path: &str) -> Self {
        let layout = Layout::Yaml {
            records: Vec::new(),
        };
        Self {
            path: path.to_owned(),
            text: String::new(),
            side: String::new(),
            lines: std::sync::OnceLock::new(),
            layout,
        }
    }
}

fn merge(table: &mut Table, parts: Vec<Part>) {
    let mut rows = 0;
    for p in parts.into_iter().filter(|p| !p.origins.is_empty()) {
        let more = p.origins.len();
        for (a, b) in table.columns.iter_mut().zip(p.columns) {
            columns::append(a, rows, b, more);
        }
        rows += more;
        table.origins.extend(p.origins);
        table.live.extend(p.live);
        table.ids.extend(p.ids);
    }
    // A column that a later part left empty ends early.
    for c in &mut table.columns {
        columns::append(c, rows, Column::Empty, 0);
    }
}

fn told(office: &Office, file: usize, base: &[usize], f: Fault) -> Finding {
    let record = f.record.map(|(kind, row)| {
        let row = u32::try_from(base[usize::from(kind.0)]).unwrap_or(0) + row;
        (
            office.schema.get(kind).name.clone(),
            office.record_id(kind, row).to_owned(),
        )
    });
    let place = office.files[file].place(f.start, f.len);
    core::finding(
        office, f.rule, f.severity, record, f.field, place, f.message, f.help,
    )
}

/// Fills in the table of ids; a second record with an id is a finding that names both.
fn index(office: &mut Office) -> Vec<Finding> {
    let made: Vec<(hashbrown::HashTable<Row>, Vec<(Row, Row)>)> = office
        .schema
        .kinds
        .par_iter()
        .enumerate()
        .map(|(k, _)| {
            let kind = KindId(u8::try_from(k).unwrap_or(u8::MAX));
            let rows = u32::try_from(office.table(kind).len()).unwrap_or(u32::MAX);
            let mut by_id = hashbrown::HashTable::with_capacity(rows as usize);
            let mut twice = Vec::new();
            for row in 0..rows {
                let id = office.record_id(kind, row);
                if id.is_empty() {
                    continue;
                }
                let same = |r: &Row| office.record_id(kind, *r) == id;
                match by_id.entry(id_hash(id), same, |r| id_hash(office.record_id(kind, *r))) {
                    hashbrown::hash_table::Entry::Occupied(o) => twice.push((*o.get(), row)),
                    hashbrown::hash_table::Entry::Vacant(v) => {
                        v.insert(row);
                    }
                }
            }
            (by_id, twice)
        })
        .collect();
    let mut findings = Vec::new();
    for (k, (by_id, twice)) in made.into_iter().enumerate() {
        let kind = KindId(u8::try_from(k).unwrap_or(u8::MAX));
        findings.extend(
            twice
                .into_iter()
                .map(|(first, second)| duplicate(office, kind, first, second)),
        );
        office.tables[k].by_id = by_id;
    }
    findings
}

fn duplicate(office: &Office, kind: KindId, first: Row, second: Row) -> Finding {
    let id = office.record_id(kind, second).to_owned();
    let def = office.schema.get(kind);
    let message = Bilingual::new(
        format!("{}的编号「{id}」用了两次", def.label.zh),
        format!("id `{id}` is used twice among {}", def.name),
    );
    let help = Bilingual::new("给其中一条换一个编号。", "Give one of them another id.");
    let place = office.place(kind, second, Some(FieldId(0)));
    let record = Some((def.name.clone(), id));
    let mut f = core::finding(
        office,
        "duplicate-id",
        Severity::Error,
        record,
        Some("id".into()),
        place,
        message,
        help,
    );
    f.related.push(Related {
        place: office.place(kind, first, Some(FieldId(0))),
        message: Bilingual::new("第一次用在这里", "first used here"),
    });
    f
}

/// Turns references into rows.
fn resolve(office: &mut Office) -> Vec<Finding> {
    let schema = Arc::clone(&office.schema);
    let fields = schema.iter().flat_map(|(kind, k)| {
        k.iter().filter_map(move |(field, f)| {
            if let FieldType::Ref(to) = f.ty {
                Some((kind, field, to))
            } else {
                None
            }
        })
    });
    let fields: Vec<(KindId, FieldId, KindId)> = fields.collect();
    let made: Vec<(Column, Vec<Finding>)> = fields
        .par_iter()
        .map(|(kind, field, to)| column(office, *kind, *field, *to))
        .collect();
    let mut findings = Vec::new();
    for ((kind, field, _), (column, found)) in fields.into_iter().zip(made) {
        office.tables[usize::from(kind.0)].columns[usize::from(field.0)] = column;
        findings.extend(found);
    }
    findings
}

fn column(office: &Office, kind: KindId, field: FieldId, to: KindId) -> (Column, Vec<Finding>) {
    let table = office.table(kind);
    let Column::Text(spans) = &table.columns[usize::from(field.0)] else {
        return (Column::Empty, Vec::new());
    };
    let names = names(office, to);
    let mut rows = Vec::with_capacity(spans.len());
    let mut findings = Vec::new();
    for (i, span) in spans.iter().enumerate() {
        if span.len == 0 {
            rows.push(NO_ROW);
            continue;
        }
        let text = office.files[table.origins[i].file as usize].get(*span);
        match office.row_of(to, text) {
            Some(row) => rows.push(row),
            None => match names.get(text).map(Vec::as_slice) {
                Some([one]) => rows.push(*one),
                named => {
                    rows.push(DANGLING);
                    let row = u32::try_from(i).unwrap_or(u32::MAX);
                    findings.push(dangling(
                        office,
                        (kind, row),
                        field,
                        to,
                        text,
                        named.unwrap_or(&[]),
                    ));
                }
            },
        }
    }
    (Column::Ref(rows), findings)
}

fn names(office: &Office, kind: KindId) -> rustc_hash::FxHashMap<&str, Vec<Row>> {
    let mut names: rustc_hash::FxHashMap<&str, Vec<Row>> = rustc_hash::FxHashMap::default();
    let Some(field) = office.schema.get(kind).field("name") else {
        return names;
    };
    for row in 0..u32::try_from(office.table(kind).len()).unwrap_or(0) {
        if let crate::table::Value::Text(t) = office.value(kind, row, field) {
            names.entry(t).or_default().push(row);
        }
    }
    names
}

/// Above this many records the nearest id is not looked for.
const NEAREST: usize = 5_000;

fn dangling(
    office: &Office,
    (kind, row): (KindId, Row),
    field: FieldId,
    to: KindId,
    text: &str,
    named: &[Row],
) -> Finding {
    let (def, target) = (office.schema.get(kind), office.schema.get(to));
    let label = &def.get(field).label;
    let ids: Vec<&str> = named.iter().map(|r| office.record_id(to, *r)).collect();
    let (message, help) = if ids.is_empty() {
        let all = 0..u32::try_from(office.table(to).len()).unwrap_or(0);
        let near = if all.len() <= NEAREST {
            nearest(text, all.map(|r| office.record_id(to, r)))
        } else {
            None
        };
        let message = Bilingual::new(
            format!("{}「{text}」在{}里找不到", label.zh, target.label.zh),
            format!("{} `{text}` does not exist among {}", label.en, target.name),
        );
        let help = match near {
            Some(n) => Bilingual::new(format!("是不是「{n}」？"), format!("Did you mean `{n}`?")),
            None => Bilingual::new(
                format!("先登记这条{}，或改成已有的编号或名称。", target.label.zh),
                "Add that record, or use an existing id or name.",
            ),
        };
        (message, help)
    } else {
        let message = Bilingual::new(
            format!("{}「{text}」有重名：{}", label.zh, ids.join("、")),
            format!(
                "{} `{text}` is the name of several: {}",
                label.en,
                ids.join(", ")
            ),
        );
        (
            message,
            Bilingual::new("请改写编号。", "Write the id instead."),
        )
    };
    let record = Some((def.name.clone(), office.record_id(kind, row).to_owned()));
    let place = office.place(kind, row, Some(field));
    core::finding(
        office,
        "dangling-ref",
        Severity::Error,
        record,
        Some(def.get(field).name.clone()),
        place,
        message,
        help,
    )
}
