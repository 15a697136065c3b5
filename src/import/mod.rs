//! Another system's CSV or xlsx into records: file → rows → the map's fields → values that the loader accepts → one CSV.
//! A row is taken whole or refused with all its reasons, and read = taken + filtered + refused. docs/importing.md tells it to users.

mod condition;
mod guess;
mod header;
mod map;
mod merge;
mod moment;
mod office;
mod reason;
mod report;
mod rule;
mod sheet;
mod take;
mod target;
pub(crate) mod value;
mod xlsx;

use std::io::Read as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::load::Options;
use crate::pipeline::Failure;
use crate::schema::{FieldId, Kind, KindId, Schema};
use crate::source;
use crate::text::{Bilingual, nearest};
use crate::workspace::settings;
pub use guess::guess;
use header::Header;
use map::Map;
use merge::{Merged, There, Written, merge};
pub use reason::{Reason, Why};
pub use report::{preview, table, text};
use sheet::Sheet;
pub use take::{At, Refused};
use take::{Sorted, Taker};
use target::{Origin, Target};
use value::Speller;

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
    /// The office's folder below `records/`.
    pub into: String,
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

/// What is imported, by which map.
struct Source {
    map: Map,
    kind: KindId,
    sheet: Sheet,
    header: Header,
    origin: Origin,
}

/// Imports a file.
///
/// # Errors
/// Used wrongly, a broken map, or the disk refuses.
pub fn run(request: &Request) -> Result<Outcome, Failure> {
    let schema = Schema::embedded().map_err(|m| Failure::program(m.clone(), m))?;
    // No day is too late here: what is in the future is for `check` to say.
    let options = Options::wanted(Arc::new(schema), NaiveDate::MAX);
    let source = open(request, &options)?;
    let (into, new) = (&request.into, request.new_office.as_deref());
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

/// The records that are there, what the import before noted of each, and whether nobody touched them since. With `force`
/// nothing counts.
fn before(
    target: &Target,
    force: bool,
    fields: &[FieldId],
    def: &Kind,
    speller: &mut Speller<'_>,
) -> Result<(Option<There>, Written, bool), Failure> {
    let there = if force { None } else { target.there()? };
    Ok(match there {
        None => (None, Written::new(), false),
        Some((there, note, untouched))
            if !note.records.is_empty() && note.fields == names(fields, def) =>
        {
            (Some(there), note.records, untouched)
        }
        // Other fields, or an older version's note: what is there is known as long as it is as it was written.
        Some((there, _, true)) => {
            let known = there.written(fields, (def, speller));
            (Some(there), known, true)
        }
        Some((there, _, false)) => (Some(there), Written::new(), false),
    })
}

fn names(fields: &[FieldId], def: &Kind) -> Vec<String> {
    fields.iter().map(|f| def.get(*f).name.clone()).collect()
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

fn open(request: &Request, options: &Options) -> Result<Source, Failure> {
    let asked = request.kind.as_deref().map(|k| kind(&options.schema, k));
    let asked = asked.transpose()?;
    let named = request.map.as_deref();
    let map = named.map(|m| read_map(&request.here, m, options, asked));
    let map = map.transpose()?;
    let bytes = read(&request.here, &request.file)?;
    let name = file_name(&request.file);
    let origin = Origin::new(&name, &bytes, named.map(|m| file_name(Path::new(m))));
    let wanted = map.as_ref().and_then(|m| m.sheet.as_deref());
    let sheet = sheet(request, bytes, wanted)?;
    let row = map.as_ref().and_then(|m| m.header_row).unwrap_or_else(|| {
        header::row(&sheet, &|h| match (&map, asked) {
            (Some(map), _) => header::named(map, h),
            (None, Some(kind)) => header::fields(options.schema.get(kind), h),
            (None, None) => 0,
        })
    });
    let header = header(&sheet, row, &name)?;
    let (map, kind) = whole(map, asked, options, &header)?;
    Ok(Source {
        map,
        kind,
        sheet,
        header,
        origin,
    })
}

/// Reads the file, or the sheet of it that is asked for.
fn sheet(request: &Request, bytes: Vec<u8>, map: Option<&str>) -> Result<Sheet, Failure> {
    let asked = request.sheet.as_deref();
    let sheet = sheet::open(&request.file, bytes, asked.or(map))?;
    match (asked, &sheet) {
        (Some(_), Sheet::Csv { .. }) => Err(Failure::usage(
            "只有 .xlsx 才有工作表：去掉 --sheet",
            "only an .xlsx has sheets: leave out --sheet",
        )),
        _ => Ok(sheet),
    }
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
    let mut taker = Taker::new(&source.map, def, speller, zones, &source.header)?;
    source.sheet.each(&mut |row| {
        if row.number > source.header.row {
            taker.row(row);
        }
        ControlFlow::Continue(())
    });
    Ok(taker.sorted)
}

fn read(here: &Path, path: &Path) -> Result<Vec<u8>, Failure> {
    let name = path.display();
    let path = here.join(path);
    if !path.exists() {
        return Err(Failure::usage(
            format!("没有「{name}」这个文件"),
            format!("there is no file `{name}`"),
        ));
    }
    let fail = |why: Bilingual| {
        Failure::program(
            format!("读不了「{name}」：{}", why.zh),
            format!("cannot read `{name}`: {}", why.en),
        )
    };
    let (mut file, size) = source::open(&path).map_err(fail)?;
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    file.read_to_end(&mut bytes)
        .map_err(|e| fail(source::why(&e)))?;
    Ok(bytes)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn kind(schema: &Schema, name: &str) -> Result<KindId, Failure> {
    let found = schema
        .iter()
        .find(|(_, k)| k.name == name || k.label.zh == name);
    found.map(|(id, _)| id).ok_or_else(|| {
        let (zh, en) = meant(nearest(
            name,
            schema
                .kinds
                .iter()
                .flat_map(|k| [k.name.as_str(), k.label.zh.as_str()]),
        ));
        Failure::usage(
            format!("没有「{name}」这类记录{zh}"),
            format!("there is no kind of record `{name}`{en}"),
        )
    })
}

/// Reads a map from a file or, when there is none, one that the program carries.
fn read_map(
    here: &Path,
    name: &str,
    options: &Options,
    asked: Option<KindId>,
) -> Result<Map, Failure> {
    let path = here.join(name);
    let file = if path.exists() {
        settings::text(&path, name)?
    } else {
        let text = String::from_utf8_lossy(carried(name)?);
        settings::source(name, text.into_owned())
    };
    Ok(Map::parse(file, options, asked)?)
}

fn carried(name: &str) -> Result<&'static [u8], Failure> {
    let all = || {
        crate::embedded::MAPS
            .iter()
            .filter_map(|(file, bytes)| Some((file.strip_suffix(".yaml")?, *bytes)))
    };
    all()
        .find(|(n, _)| *n == name)
        .map(|(_, bytes)| bytes)
        .ok_or_else(|| {
            let (zh, en) = meant(nearest(name, all().map(|(n, _)| n)));
            let names: Vec<&str> = all().map(|(n, _)| n).collect();
            Failure::usage(
                format!(
                    "没有「{name}」这个对照表{zh}（自带的有：{}）",
                    names.join("、")
                ),
                format!(
                    "there is no map `{name}`{en} (built in: {})",
                    names.join(", ")
                ),
            )
        })
}

fn header(sheet: &Sheet, row: u32, name: &str) -> Result<Header, Failure> {
    let (mut found, mut width, mut any) = (None, 0, false);
    sheet.each(&mut |r| {
        any |= !r.is_blank();
        width = width.max(r.cells.len());
        if r.number == row && !r.is_blank() {
            found = Some(Header::of(&r));
        }
        // Without headers the widest row says how many columns there are.
        if row > 0 && r.number >= row {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    match found {
        None if row == 0 && any => Ok(Header::letters(width)),
        Some(h) => Ok(h),
        None => Err(Failure::usage(
            format!("「{name}」的第 {row} 行是空的，没有表头"),
            format!("row {row} of `{name}` is empty: there are no headers"),
        )),
    }
}

fn whole(
    map: Option<Map>,
    asked: Option<KindId>,
    options: &Options,
    header: &Header,
) -> Result<(Map, KindId), Failure> {
    let kind = map.as_ref().and_then(|m| m.kind).or(asked).ok_or_else(|| {
        Failure::usage(
            "没有说是哪类记录：加 --as，如 --as repairs",
            "the kind of record is not named: add --as, such as --as repairs",
        )
    })?;
    let map = match map {
        Some(map) => map,
        None => header::implied(options.schema.get(kind), header)?,
    };
    Ok((map, kind))
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

fn write(
    target: &Target,
    receiver: &office::Receiver,
    merged: &Merged,
    origin: Origin,
) -> Result<(), Failure> {
    // The mark that makes Excel read UTF-8.
    let mut out = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(b"\xef\xbb\xbf".to_vec());
    let fail = |e: csv::Error| Failure::program(e.to_string(), e.to_string());
    out.write_record(&merged.header).map_err(fail)?;
    for row in &merged.rows {
        out.write_record(row).map_err(fail)?;
    }
    let records = out
        .into_inner()
        .map_err(|e| target::io(&target.path, e.error()))?;
    if let Some(config) = &receiver.new {
        let path = receiver.folder.join("office.yaml");
        target::put(&path, config.as_bytes())
            .map_err(|e| target::io(&path.display().to_string(), &e))?;
    }
    target.write(&records, origin)
}

fn origin(source: &Source, def: &Kind, merged: &Merged, counts: [u64; 4]) -> Origin {
    let [read, taken, filtered, refused] = counts;
    let fields: Vec<FieldId> = source.map.fields.iter().map(|r| r.field).collect();
    Origin {
        read,
        taken,
        filtered,
        refused,
        fields: names(&fields, def),
        records: merged.written.clone(),
        ..source.origin.clone()
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
