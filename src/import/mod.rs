//! Another system's CSV or xlsx into records: file → rows → the map's fields → values that the loader accepts → one CSV.
//! A row is taken whole or refused with all its reasons, and read = taken + filtered + refused. docs/importing.md tells it to users.

mod condition;
mod guess;
mod header;
mod map;
mod merge;
mod moment;
mod office;
mod open;
mod reason;
mod report;
mod rule;
mod sheet;
mod take;
mod target;
pub(crate) mod value;
mod write;
mod xlsx;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::load::Options;
use crate::pipeline::Failure;
use crate::schema::{Kind, Schema};
use crate::text::Bilingual;
pub use guess::guess;
use map::Map;
use merge::merge;
use open::{Source, open};
pub use reason::{Reason, Why};
pub use report::{preview, table, text};
pub use take::{At, Refused};
use take::{Sorted, Taker};
use target::{Origin, Target};
use value::Speller;
use write::{before, origin, write};

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The workspace.
    pub root: PathBuf,
    /// The folder that `file` and `map` start from.
    pub here: PathBuf,
    /// The file to import.
    pub file: PathBuf,
    /// The kind of record, unless the map says it.
    pub kind: Option<String>,
    /// A map's file, or the name of one that the program carries.
    pub map: Option<String>,
    /// The office's folder below `records/`; nothing where there is only one.
    pub into: Option<String>,
    /// The name of the office, if it is to be made.
    pub new_office: Option<String>,
    /// The name of the file to write, instead of the source's.
    pub name: Option<String>,
    /// Overwrite whatever is there.
    pub force: bool,
    /// Write nothing.
    pub dry_run: bool,
    /// The sheet of a workbook, instead of the map's.
    pub sheet: Option<String>,
}

/// What became of the rows.
#[derive(Debug)]
pub struct Outcome {
    /// Rows with something in them, below the header.
    pub read: u64,
    /// Rows that became records.
    pub taken: u64,
    /// Rows left out by a condition of the map: where, and which condition (from 0).
    pub filtered: Vec<(At, usize)>,
    /// Refused rows.
    pub refused: Vec<Refused>,
    /// The columns that the conditions look at.
    pub conditions: Vec<String>,
    /// Columns of the source that the map does not use.
    pub unused: Vec<String>,
    /// Sheets that were not read.
    pub sheets: Vec<String>,
    /// Where the records are, below the workspace; `None` when there were none or nothing was to be written.
    pub written: Option<String>,
    /// Of those taken: how many are new, brought up to date, and as they were.
    pub fresh: [u64; 3],
    /// Records of an earlier import that the source does not have any more; they stay.
    pub gone: u64,
    /// The first records: where each stands, and its labels and values.
    pub first: Vec<(At, Vec<(Bilingual, String)>)>,
    /// Whether the office was made.
    pub made_office: bool,
}

impl Outcome {
    /// The exit status: 1 when rows were refused.
    pub fn status(&self) -> u8 {
        u8::from(!self.refused.is_empty())
    }
}

/// So many records are shown beforehand.
const SHOWN: usize = 5;

/// Imports a file.
///
/// # Errors
/// Used wrongly, a broken map, or the disk refuses.
pub fn run(request: &Request) -> Result<Outcome, Failure> {
    let schema = Schema::embedded().map_err(|m| Failure::program(m.clone(), m))?;
    // No day is too late here: what is in the future is for `check` to say.
    let options = Options::wanted(Arc::new(schema), NaiveDate::MAX);
    let source = open(request, &options)?;
    let (into, new) = (request.into.as_deref(), request.new_office.as_deref());
    let receiver = office::receiver(&request.root, into, new, source.map.zone, &options)?;
    let kind = &options.schema.get(source.kind).name;
    let stem = Path::new(&source.origin.source)
        .file_stem()
        .unwrap_or_default();
    let name = request
        .name
        .clone()
        .unwrap_or_else(|| stem.to_string_lossy().into_owned());
    let target = Target::new(&request.root, &receiver.folder, kind, &name);
    let config = &receiver.config;
    let speller = || Speller::new(&options, source.kind, config.timezone, config.lang);
    let mut sorted = sort(&source, &options, speller(), config.timezone)?;
    office::settle(
        &receiver,
        &options,
        &source.map,
        source.kind,
        (&target.path, request.force),
        &mut sorted,
    );
    let mut outcome = outcome(&source, &sorted);
    let def = options.schema.get(source.kind);
    outcome.first = first(&source.map, def, &sorted);
    if !sorted.taken.is_empty() {
        let fields: Vec<_> = source.map.fields.iter().map(|r| r.field).collect();
        let (there, known, same) = before(&target, request.force, &fields, def, &mut speller())?;
        let mut merged = merge(
            there,
            (&fields, &sorted.taken),
            (def, &mut speller()),
            (&known, same),
        );
        sorted.refused.append(&mut merged.refused);
        sorted.refused.sort_by_key(|r| r.at.row);
        outcome.fresh = [merged.added, merged.updated, merged.unchanged];
        outcome.taken = outcome.fresh.iter().sum();
        outcome.gone = merged.gone;
        let counts = [
            outcome.read,
            outcome.taken,
            sorted.filtered.len() as u64,
            sorted.refused.len() as u64,
        ];
        if !request.dry_run {
            if merged.added + merged.updated > 0 {
                write(
                    &target,
                    &receiver,
                    &merged,
                    origin(&source, def, &merged, counts),
                )?;
                outcome.made_office = receiver.new.is_some();
                outcome.written = Some(target.path);
            } else if known != merged.written && same {
                let origin = origin(&source, def, &merged, counts);
                target.note(&Origin {
                    written_sha256: target.digest()?,
                    ..origin
                })?;
            }
        }
    }
    outcome.filtered = sorted.filtered;
    outcome.refused = sorted.refused;
    Ok(outcome)
}

/// The first records as people read them.
fn first(map: &Map, def: &Kind, sorted: &Sorted) -> Vec<(At, Vec<(Bilingual, String)>)> {
    let shown = sorted.taken.iter().take(SHOWN).map(|t| {
        let pairs = map.fields.iter().zip(&t.values);
        let full = pairs.filter(|(_, v)| !v.is_empty());
        let told = full.map(|(r, v)| (def.get(r.field).label.clone(), v.clone()));
        (t.at, told.collect())
    });
    shown.collect()
}

/// Takes or refuses each row, by itself.
fn sort(
    source: &Source,
    options: &Options,
    speller: Speller<'_>,
    zone: Tz,
) -> Result<Sorted, Failure> {
    let def = options.schema.get(source.kind);
    let zones = (source.map.zone.unwrap_or(zone), zone);
    let mut taker = Taker::new(&source.map, def, speller, zones, &source.header)
        .map_err(|f| source.other_sheets(f))?;
    source.sheet.each(&mut |row| {
        if row.number > source.header.row {
            taker.row(row);
        }
        ControlFlow::Continue(())
    });
    Ok(taker.sorted)
}

fn outcome(source: &Source, sorted: &Sorted) -> Outcome {
    let map = &source.map;
    let count = |n: usize| n as u64;
    Outcome {
        read: count(sorted.taken.len() + sorted.filtered.len() + sorted.refused.len()),
        taken: count(sorted.taken.len()),
        filtered: Vec::new(),
        refused: Vec::new(),
        conditions: map
            .conditions
            .iter()
            .map(|c| c.column.text.clone())
            .collect(),
        unused: header::unused(map, &source.header),
        sheets: source.sheet.others().to_vec(),
        written: None,
        fresh: [0; 3],
        gone: 0,
        first: Vec::new(),
        made_office: false,
    }
}

/// What was perhaps meant, as the end of a sentence in both languages.
pub(crate) fn meant(near: Option<&str>) -> (String, String) {
    near.map_or_else(Default::default, |n| {
        (
            format!("，是不是「{n}」？"),
            format!("; did you mean `{n}`?"),
        )
    })
}
