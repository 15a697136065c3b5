//! An import again: records that came before are told by their ids, brought up to date where the source changed and nobody
//! else did, and never twice. What people wrote since stays.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::reason::{Reason, Why, shown};
use super::take::{Refused, Taken};
use super::value::Speller;
use crate::load::{next_line, separator};
use crate::schema::{FieldId, Kind};

/// A file of records as it is on the disk.
pub(crate) struct There {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// For each record that an import wrote, the digest of what it wrote.
pub(crate) type Written = BTreeMap<String, String>;

/// How the file and the import came together.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    /// The columns.
    pub header: Vec<String>,
    /// The rows, those that were there first.
    pub rows: Vec<Vec<String>>,
    /// What to remember of them.
    pub written: Written,
    /// Records that are new.
    pub added: u64,
    /// Records that were brought up to date.
    pub updated: u64,
    /// Records that are as they were.
    pub unchanged: u64,
    /// Records of the file that the source does not have.
    pub gone: u64,
    /// Records that both the source and somebody here changed.
    pub refused: Vec<Refused>,
}

impl There {
    /// What an import would have written that left these rows: where no note tells of each.
    pub fn written(
        &self,
        fields: &[FieldId],
        (def, speller): (&Kind, &mut Speller<'_>),
    ) -> Written {
        let columns: Vec<Option<usize>> = fields
            .iter()
            .map(|f| {
                self.header
                    .iter()
                    .position(|h| def.field_by_header(h) == Some(*f))
            })
            .collect();
        let cell = |row: &Vec<String>, at: usize| {
            let text = columns[at].and_then(|c| row.get(c));
            text.map_or(String::new(), Clone::clone)
        };
        let mut written = Written::new();
        for row in &self.rows {
            speller.start();
            let values: Vec<String> = (0..fields.len())
                .map(|i| plain(speller, fields[i], &cell(row, i)))
                .collect();
            let id = values.first().cloned().unwrap_or_default();
            written.insert(id, digest(values.iter().map(String::as_str)));
        }
        written
    }

    /// Reads the file; nothing where it is no table.
    pub fn read(bytes: Vec<u8>) -> Option<Self> {
        let (text, bad) = crate::source::decode(bytes);
        if bad.is_some() {
            return None;
        }
        let (separator, from) = separator(&text);
        let from = if from > 0 {
            next_line(text.as_bytes(), from)
        } else {
            0
        };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            .flexible(true)
            .from_reader(&text.as_bytes()[from..]);
        let mut all = reader.records();
        let cells = |r: csv::StringRecord| r.iter().map(str::to_owned).collect::<Vec<_>>();
        let header = cells(all.next()?.ok()?);
        let rows = all
            .map(|r| r.map(cells))
            .collect::<Result<Vec<_>, _>>()
            .ok()?;
        Some(Self { header, rows })
    }
}

/// Brings an import into a file. `fields` are the import's columns, the id first; `known` is what the last import wrote;
/// where the file is `untouched` since, its order is the source's.
pub(crate) fn merge(
    there: Option<There>,
    (fields, taken): (&[FieldId], &[Taken]),
    (def, speller): (&Kind, &mut Speller<'_>),
    (known, untouched): (&Written, bool),
) -> Merged {
    let mut merged = Merged::default();
    let there = there.unwrap_or(There {
        header: Vec::new(),
        rows: Vec::new(),
    });
    merged.header.clone_from(&there.header);
    let columns: Vec<usize> = fields
        .iter()
        .map(|field| {
            let own = merged
                .header
                .iter()
                .position(|h| def.field_by_header(h) == Some(*field));
            own.unwrap_or_else(|| {
                merged.header.push(speller.header(*field).to_owned());
                merged.header.len() - 1
            })
        })
        .collect();
    let width = merged.header.len();
    let mut place: FxHashMap<String, usize> = FxHashMap::default();
    for mut row in there.rows {
        row.resize(width.max(row.len()), String::new());
        let id = row[columns[0]].trim().to_owned();
        place.entry(id).or_insert(merged.rows.len());
        merged.rows.push(row);
    }
    let before = merged.rows.len();
    let mut came = 0;
    for t in taken {
        let (id, new) = (&t.values[0], digest(t.values.iter().map(String::as_str)));
        let Some(at) = place.get(id).copied() else {
            if let Some(base) = known.get(id) {
                merged.refused.push(removed(t));
                merged.written.insert(id.clone(), base.clone());
                continue;
            }
            let mut row = vec![String::new(); width];
            fill(&mut row, &columns, t);
            merged.rows.push(row);
            merged.written.insert(id.clone(), new);
            merged.added += 1;
            continue;
        };
        came += 1;
        // A spreadsheet may have written a day in its own way; that is no change.
        speller.start();
        let values: Vec<String> = fields
            .iter()
            .zip(&columns)
            .map(|(f, c)| plain(speller, *f, &merged.rows[at][*c]))
            .collect();
        let now = digest(values.iter().map(String::as_str));
        let base = known.get(id);
        if now == new {
            merged.unchanged += 1;
        } else if base == Some(&now) {
            fill(&mut merged.rows[at], &columns, t);
            merged.updated += 1;
        } else if base == Some(&new) {
            // Somebody put it right here, and the source is as it was.
            merged.unchanged += 1;
            merged.written.insert(id.clone(), new);
            continue;
        } else {
            let differs = t.values.iter().zip(&values).position(|(a, b)| a != b);
            merged
                .refused
                .push(edited(t, def, fields, differs, &values));
            merged.written.extend(base.map(|b| (id.clone(), b.clone())));
            continue;
        }
        merged.written.insert(id.clone(), new);
    }
    merged.gone = (before - came) as u64;
    if untouched && merged.gone == 0 {
        let order = taken
            .iter()
            .enumerate()
            .map(|(i, t)| (t.values[0].as_str(), i));
        let order: FxHashMap<&str, usize> = order.collect();
        merged
            .rows
            .sort_by_key(|row| order.get(row[columns[0]].as_str()).copied());
    }
    for (id, digest) in known {
        merged
            .written
            .entry(id.clone())
            .or_insert_with(|| digest.clone());
    }
    merged
}

fn fill(row: &mut [String], columns: &[usize], taken: &Taken) {
    for (column, value) in columns.iter().zip(&taken.values) {
        row[*column].clone_from(value);
    }
}

fn plain(speller: &mut Speller<'_>, field: FieldId, text: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    speller
        .spell(field, text)
        .unwrap_or_else(|_| text.to_owned())
}

fn edited(
    taken: &Taken,
    def: &Kind,
    fields: &[FieldId],
    differs: Option<usize>,
    here: &[String],
) -> Refused {
    let at = differs.unwrap_or(0);
    let (id, label) = (shown(&taken.values[0]), &def.get(fields[at]).label);
    let (theirs, ours) = (shown(&taken.values[at]), shown(&here[at]));
    Refused {
        at: taken.at,
        reasons: vec![Reason::field(
            Why::Edited,
            label,
            format!(
                "「{id}」导入以后这里有人改过，来源也变了：这里是「{ours}」，来源是「{theirs}」；没有覆盖"
            ),
            format!(
                "`{id}` was changed here since it was imported, and in the source too: `{ours}` here, `{theirs}` there; it was left as it is"
            ),
        )],
    }
}

fn removed(taken: &Taken) -> Refused {
    let id = shown(&taken.values[0]);
    let reason = Reason::row(
        Why::Edited,
        format!("「{id}」上次导入过，后来在这里删去了；没有再加（要重新导入全部就用 --force）"),
        format!(
            "`{id}` was imported before and has been removed here since; it was not added again (--force imports everything anew)"
        ),
    );
    Refused {
        at: taken.at,
        reasons: vec![reason],
    }
}

/// Tells two records apart.
fn digest<'v>(values: impl Iterator<Item = &'v str>) -> String {
    let mut all = String::new();
    for value in values {
        // Line breaks within a cell come back as the spreadsheet writes them.
        all += &value.replace("\r\n", "\n");
        all.push('\u{1f}');
    }
    let mut whole = super::target::digest(all.as_bytes());
    whole.truncate(16);
    whole
}
