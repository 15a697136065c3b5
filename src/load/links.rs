//! Ids and names → rows: the table of ids, references resolved, duplicates and references to nothing as findings.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::core;
use super::fault::shown;
use super::{scalar, slips};
use crate::finding::{Finding, Related, Severity};
use crate::schema::{FieldId, FieldType, KindId, Schema};
use crate::table::{Column, DANGLING, NO_ROW, Office, Row, Value};
use crate::text::{Bilingual, nearest};

/// Fills in the table of ids; a second record with an id is a finding that names both.
pub fn index(office: &mut Office) -> Vec<Finding> {
    let kinds: Vec<KindId> = office.schema.iter().map(|(k, _)| k).collect();
    let made: Vec<Ids> = kinds.par_iter().map(|k| ids(office, *k)).collect();
    let mut findings = Vec::new();
    for (kind, (by_id, twice)) in kinds.into_iter().zip(made) {
        let twice = twice.into_iter();
        findings.extend(twice.map(|(first, second)| duplicate(office, kind, first, second)));
        office.tables[usize::from(kind.0)].by_id = by_id.map(Into::into).unwrap_or_default();
    }
    findings
}

/// Rows by their ids where a table of them had to be made, and of each id that is used again the first row and the other.
type Ids = (Option<hashbrown::HashTable<Row>>, Vec<(Row, Row)>);

/// Whether each id is greater than the one before, so that none can be there twice.
fn ascend(office: &Office, kind: KindId) -> bool {
    let rows = 0..u32::try_from(office.table(kind).len()).unwrap_or(u32::MAX);
    let ids = rows.map(|row| office.record_id(kind, row).as_bytes());
    ids.filter(|id| !id.is_empty()).is_sorted_by(|a, b| a < b)
}

fn ids(office: &Office, kind: KindId) -> Ids {
    if ascend(office, kind) {
        return Ids::default();
    }
    let rows = u32::try_from(office.table(kind).len()).unwrap_or(u32::MAX);
    let mut by_id = hashbrown::HashTable::with_capacity(rows as usize);
    let mut twice = Vec::new();
    for row in 0..rows {
        if let Some(first) = office.enter_id(kind, row, &mut by_id) {
            twice.push((first, row));
        }
    }
    (Some(by_id), twice)
}

fn duplicate(office: &Office, kind: KindId, first: Row, second: Row) -> Finding {
    let id = office.record_id(kind, second).to_owned();
    let def = office.schema.get(kind);
    let message = Bilingual::new(
        format!("{}的编号「{id}」用了两次", def.label.zh),
        format!("id `{id}` is used twice among {}", def.name),
    );
    let help = Bilingual::new("给其中一条换一个编号。", "Give one of them another id.");
    let mut f = core::finding(
        office,
        "duplicate-id",
        Severity::Error,
        (Some(def.name.clone()), Some(id)),
        Some("id".into()),
        office.place(kind, second, Some(FieldId(0))),
        message,
        help,
    );
    f.related.push(Related {
        place: office.place(kind, first, Some(FieldId(0))),
        message: Bilingual::new("第一次用在这里", "first used here"),
    });
    f
}

/// Ids that are shorter than the others of their file, all of which have zeros in front: a spreadsheet took theirs away.
pub fn short(office: &Office) -> Vec<Finding> {
    let kinds: Vec<KindId> = office.schema.iter().map(|(k, _)| k).collect();
    let found = kinds.par_iter().flat_map_iter(|k| short_of(office, *k));
    found.collect()
}

fn short_of(office: &Office, kind: KindId) -> Vec<Finding> {
    let origins = &office.table(kind).origins;
    let ids = || {
        (0u32..)
            .zip(origins)
            .map(|(row, o)| (row, o.file, office.record_id(kind, row)))
    };
    // Of each file the length of its ids with a zero in front; of two lengths neither is the usual one.
    let mut widths: FxHashMap<u32, Option<usize>> = FxHashMap::default();
    for (_, file, id) in ids() {
        if let Some(width) = slips::zero_led(&scalar::narrow(id)) {
            let known = widths.entry(file).or_insert(Some(width));
            *known = known.filter(|w| *w == width);
        }
    }
    if widths.is_empty() {
        return Vec::new();
    }
    let short = ids().filter_map(|(row, file, id)| {
        let full = slips::padded(&scalar::narrow(id), widths.get(&file).copied()??)?;
        Some((row, id, full))
    });
    let told = short.map(|(row, id, full)| {
        let (message, help) = slips::maybe_short(id, &full);
        let field = Some(office.schema.get(kind).fields[0].name.clone());
        let place = office.place(kind, row, Some(FieldId(0)));
        let about = core::about(office, kind, row);
        core::finding(
            office,
            "implausible",
            Severity::Warning,
            about,
            field,
            place,
            message,
            help,
        )
    });
    told.collect()
}

type Names<'o> = FxHashMap<&'o str, Vec<Row>>;

/// A field that refers to records of a kind.
#[derive(Clone, Copy)]
struct Reference {
    kind: KindId,
    field: FieldId,
    to: KindId,
}

/// All fields that refer to records.
fn references(schema: &Schema) -> impl Iterator<Item = Reference> {
    schema.iter().flat_map(|(kind, k)| {
        k.iter().filter_map(move |(field, f)| match f.ty {
            FieldType::Ref(to) => Some(Reference { kind, field, to }),
            _ => None,
        })
    })
}

/// Turns references into rows.
pub fn resolve(office: &mut Office) -> Vec<Finding> {
    let schema = Arc::clone(&office.schema);
    let used = |r: &Reference| matches!(cells(office, *r), Column::Text(_));
    let fields: Vec<Reference> = references(&schema).filter(used).collect();
    let mut kinds: Vec<KindId> = fields.iter().map(|r| r.to).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let targets: Vec<Target<'_>> = kinds.par_iter().map(|k| Target::new(office, *k)).collect();
    let made: Vec<(Column, Vec<Finding>)> = fields
        .par_iter()
        .filter_map(|r| {
            let target = targets.iter().find(|t| t.kind == r.to)?;
            Some(column(office, *r, target))
        })
        .collect();
    drop(targets);
    let mut findings = Vec::new();
    for (r, (column, found)) in fields.into_iter().zip(made) {
        office.tables[usize::from(r.kind.0)].columns[usize::from(r.field.0)] = column;
        findings.extend(found);
    }
    findings
}

fn cells(office: &Office, r: Reference) -> &Column {
    &office.table(r.kind).columns[usize::from(r.field.0)]
}

const CHUNK: usize = 16_384;

fn column(office: &Office, r: Reference, target: &Target<'_>) -> (Column, Vec<Finding>) {
    let Column::Text(spans) = cells(office, r) else {
        return (Column::Empty, Vec::new());
    };
    let origins = &office.table(r.kind).origins;
    let text = |i: usize| office.files[origins[i].file as usize].get(spans[i]);
    let row = |i: usize| match spans[i].len {
        0 => NO_ROW,
        _ => target.row_of(text(i)),
    };
    let rows: Vec<Row> = (0..spans.len())
        .into_par_iter()
        .with_min_len(CHUNK)
        .map(row)
        .collect();
    let lost = rows.iter().enumerate().filter(|(_, to)| **to == DANGLING);
    // The nearest id is looked for as long as that stays a matter of a second.
    let sought = NEAREST / office.table(r.to).len().max(1);
    let findings = lost.enumerate().map(|(n, (i, _))| {
        let named = target.names.get(text(i)).map_or(&[][..], Vec::as_slice);
        dangling(office, r, i, named, n < sought)
    });
    let findings = findings.collect();
    (Column::Ref(rows), findings)
}

/// A kind that is referred to. Its ids are at hand together with their rows, so that finding one reads no file's text.
struct Target<'o> {
    office: &'o Office,
    kind: KindId,
    short: hashbrown::HashTable<(u128, Row)>,
    names: Names<'o>,
}

impl<'o> Target<'o> {
    fn new(office: &'o Office, kind: KindId) -> Self {
        let rows = u32::try_from(office.table(kind).len()).unwrap_or(u32::MAX);
        let mut short = hashbrown::HashTable::with_capacity(rows as usize);
        for row in 0..rows {
            if let Some(key) = key(office.record_id(kind, row)) {
                let entry = short.entry(
                    key_hash(key),
                    |e: &(u128, Row)| e.0 == key,
                    |e| key_hash(e.0),
                );
                // Of a duplicate the first counts.
                entry.or_insert((key, row));
            }
        }
        Self {
            office,
            kind,
            short,
            names: names(office, kind),
        }
    }

    fn row_of(&self, text: &str) -> Row {
        let found = match key(text) {
            Some(key) => self.short.find(key_hash(key), |e| e.0 == key).map(|e| e.1),
            None => self.office.row_of(self.kind, text),
        };
        found.unwrap_or_else(|| match self.names.get(text).map(Vec::as_slice) {
            Some([one]) => *one,
            _ => DANGLING,
        })
    }
}

/// A text of up to 15 bytes and its length as a number; nothing for an empty or a longer one.
fn key(text: &str) -> Option<u128> {
    let mut bytes = [0; 16];
    bytes
        .get_mut(..text.len())
        .filter(|b| (1..16).contains(&b.len()))?
        .copy_from_slice(text.as_bytes());
    bytes[15] = u8::try_from(text.len()).ok()?;
    Some(u128::from_le_bytes(bytes))
}

fn key_hash(key: u128) -> u64 {
    use std::hash::{BuildHasher, BuildHasherDefault};
    BuildHasherDefault::<rustc_hash::FxHasher>::default().hash_one(key)
}

/// The records of a kind by their names.
pub(crate) fn names(office: &Office, kind: KindId) -> Names<'_> {
    let mut names = Names::default();
    let Some(field) = office.schema.get(kind).field("name") else {
        return names;
    };
    for row in 0..u32::try_from(office.table(kind).len()).unwrap_or(0) {
        if let Value::Text(t) = office.value(kind, row, field) {
            names.entry(t).or_default().push(row);
        }
    }
    names
}

/// How many ids a column's references to nothing are compared with in all.
const NEAREST: usize = 2_000_000;

fn dangling(office: &Office, r: Reference, i: usize, named: &[Row], seek: bool) -> Finding {
    let row = u32::try_from(i).unwrap_or(u32::MAX);
    let (def, target) = (office.schema.get(r.kind), office.schema.get(r.to));
    let label = &def.get(r.field).label;
    let table = office.table(r.kind);
    let text = match &table.columns[usize::from(r.field.0)] {
        Column::Text(spans) => office.files[table.origins[i].file as usize].get(spans[i]),
        _ => "",
    };
    let short = shown(text);
    let ids: Vec<&str> = named.iter().map(|n| office.record_id(r.to, *n)).collect();
    let (message, help) = if ids.is_empty() {
        let all = 0..u32::try_from(office.table(r.to).len()).unwrap_or(0);
        let near = seek.then(|| nearest(text, all.map(|n| office.record_id(r.to, n))));
        let message = Bilingual::new(
            format!("{}「{short}」在{}里找不到", label.zh, target.label.zh),
            format!(
                "{} `{short}` does not exist among {}",
                label.en, target.name
            ),
        );
        let near = alike(office, r.to, text, seek).or_else(|| Some((near.flatten()?, Why::Near)));
        let help = match near {
            Some((n, Why::Near)) => {
                Bilingual::new(format!("是不是「{n}」？"), format!("Did you mean `{n}`?"))
            }
            Some((n, Why::Zeros)) => Bilingual::new(
                format!(
                    "是不是「{n}」？像是前面的 0 丢了：先把该列设为“文本”格式，再重新输入 {n}。"
                ),
                format!(
                    "Did you mean `{n}`? The zeros in front seem lost: format the column as text, then type {n} again."
                ),
            ),
            Some((n, Why::Width)) => Bilingual::new(
                format!("是不是「{n}」？两处的全角和半角不一样，改成一样的。"),
                format!(
                    "Did you mean `{n}`? One of them has full-width characters: write both alike."
                ),
            ),
            Some((n, Why::Case)) => Bilingual::new(
                format!("是不是「{n}」？大小写要一样。"),
                format!("Did you mean `{n}`? Upper and lower case are kept apart."),
            ),
            None if super::advice::unquoted(text).is_some() => Bilingual::new(
                "去掉两边的引号；或先登记这条记录。",
                "Take the quotation marks away, or add that record.",
            ),
            None => Bilingual::new(
                format!("先登记这条{}，或改成已有的编号或名称。", target.label.zh),
                "Add that record, or use an existing id or name.",
            ),
        };
        (message, help)
    } else {
        let message = Bilingual::new(
            format!("{}「{short}」有重名：{}", label.zh, several(&ids, "、")),
            format!(
                "{} `{short}` is the name of several: {}",
                label.en,
                several(&ids, ", ")
            ),
        );
        let help = Bilingual::new("请改写编号。", "Write the id instead.");
        (message, help)
    };
    let name = Some(def.get(r.field).name.clone());
    let place = office.place(r.kind, row, Some(r.field));
    let about = core::about(office, r.kind, row);
    core::finding(
        office,
        "dangling-ref",
        Severity::Error,
        about,
        name,
        place,
        message,
        help,
    )
}

/// How an id differs from what was written.
#[derive(Clone, Copy)]
enum Why {
    /// By a few characters.
    Near,
    /// By zeros in front.
    Zeros,
    /// By the width of its characters.
    Width,
    /// By upper and lower case.
    Case,
}

/// The one id that differs only in a way that is easily overlooked.
fn alike<'o>(office: &'o Office, to: KindId, text: &str, seek: bool) -> Option<(&'o str, Why)> {
    let number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let plain = scalar::narrow(text);
    let why = |id: &str| {
        if number
            && slips::zero_led(id).is_some()
            && id.trim_start_matches('0') == text.trim_start_matches('0')
        {
            Some(Why::Zeros)
        } else if scalar::narrow(id) == plain {
            Some(Why::Width)
        } else {
            id.eq_ignore_ascii_case(text).then_some(Why::Case)
        }
    };
    let all = 0..u32::try_from(office.table(to).len()).unwrap_or(0);
    let ids = all.map(|n| office.record_id(to, n));
    let mut found = ids.filter_map(|id| Some((id, why(id)?))).filter(|_| seek);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Ids that share a name; of many the first ones.
fn several(ids: &[&str], separator: &str) -> String {
    const SHOWN: usize = 10;
    let more = if ids.len() > SHOWN { "…" } else { "" };
    format!("{}{more}", ids[..ids.len().min(SHOWN)].join(separator))
}
