//! Source files into tables; every fault a finding. One bad row never hides the rest.

mod advice;
mod columns;
mod core;
mod csv;
mod csv_fault;
mod dates;
mod fault;
mod file;
mod files;
pub mod glyph;
mod header;
mod links;
mod no_record;
mod options;
pub mod photos;
mod reader;
mod scalar;
mod slips;
pub(crate) mod split;
#[cfg(test)]
mod suites;
mod suspects;
pub(crate) mod tree;
mod yaml;
mod yaml_fault;

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::finding::Finding;
use crate::schema::KindId;
use crate::table::{Column, Office, OfficeConfig, SourceFile, Table};
pub(crate) use advice::{unknown_field, unquoted};
use columns::Part;
pub(crate) use csv::{MOST_WASTED, lines, next_line, separator};
use fault::Fault;
pub(crate) use files::{Found, below, find, of_records};
pub(crate) use header::sheet as csv_header;
pub(crate) use links::names;
pub(crate) use no_record::is_no_record;
pub use options::{Keep, Options};
pub(crate) use reader::{Cell, FileReader};
pub(crate) use scalar::{
    boolean, code, int, is_absent, moment, money, narrow, number, period, trim,
};
pub(crate) use split::{CellSpan, cell as csv_field, record as csv_record};

/// Whether a spreadsheet spoiled a value beyond mending.
pub(crate) fn spoiled(text: &str) -> bool {
    slips::spoiled(text).is_some()
}

/// Loads one office: its records, and every `core/*` finding about them.
pub fn load_office(
    root: &Path,
    id: &str,
    folder: &Path,
    config: OfficeConfig,
    options: &Options,
) -> (Office, Vec<Finding>) {
    let found = files::find(root, id, folder, &options.schema);
    load_files(id, config, options, found)
}

/// Loads an office from files that have been found.
pub(crate) fn load_files(
    id: &str,
    config: OfficeConfig,
    options: &Options,
    (found, mut findings): (Vec<Found>, Vec<Finding>),
) -> (Office, Vec<Finding>) {
    let reads: Vec<file::Read> = found
        .par_iter()
        .enumerate()
        .with_max_len(1)
        .map(|(i, f)| file::read(f, fault::small(i), config.timezone, options))
        .collect();
    let mut office = empty(id, config, options);
    let faults = join(&mut office, reads);
    let told: Vec<Finding> = faults
        .into_par_iter()
        .map(|(file, f)| told(&office, file, f))
        .collect();
    findings.extend(told);
    findings.extend(links::index(&mut office));
    findings.extend(links::short(&office));
    findings.extend(links::resolve(&mut office));
    core::inherit(&mut office);
    findings.extend(core::check(&office));
    (office, findings)
}

/// Reads CSV text that no file holds into an office's table of a kind, in the place of what it held.
pub(crate) fn add_table(office: &mut Office, kind: KindId, text: &str) {
    let options = Options::all(Arc::clone(&office.schema), office.as_of);
    let index = fault::small(office.files.len());
    let zone = office.config.timezone;
    let new = || FileReader::new(&options, zone, index, text.len());
    let (layout, pieces) = csv::read(new, kind, text);
    let file = SourceFile::new("", text.to_owned(), layout);
    let mut read = empty(&office.id, office.config.clone(), &options);
    // What it is given is well-formed: there is no fault to tell.
    join(&mut read, vec![file::Read { file, pieces }]);
    office.files.append(&mut read.files);
    let missing = read
        .tables
        .split_off(office.tables.len().min(read.tables.len()));
    office.tables.extend(missing);
    let at = usize::from(kind.0);
    if let Some(table) = read.tables.get_mut(at) {
        office.tables[at] = std::mem::take(table);
    }
}

/// Loads the records of one file that is not on the disk, as an office of its own: what is wrong in it is not told, and
/// references stay what is written.
pub(crate) fn load_bytes(
    found: &Found,
    bytes: Vec<u8>,
    config: OfficeConfig,
    options: &Options,
) -> Office {
    let read = file::parse(found, bytes, 0, config.timezone, options);
    let mut office = empty("", config, options);
    join(&mut office, vec![read]);
    office
}

fn empty(id: &str, config: OfficeConfig, options: &Options) -> Office {
    let kinds = options.schema.kinds.iter();
    Office {
        id: id.to_owned(),
        config,
        files: Vec::new(),
        tables: kinds
            .map(|k| Table {
                columns: vec![Column::Empty; k.fields.len()],
                ..Table::default()
            })
            .collect(),
        schema: Arc::clone(&options.schema),
        as_of: options.as_of,
        photos: Arc::default(),
    }
}

/// Puts the pieces of all files into the office's tables, in order; gives the faults with the index of their file.
fn join(office: &mut Office, reads: Vec<file::Read>) -> Vec<(usize, Fault)> {
    let mut faults = Vec::new();
    let mut parts: Vec<Vec<Part>> = office.tables.iter().map(|_| Vec::new()).collect();
    let mut rows = vec![0; office.tables.len()];
    for (index, read) in reads.into_iter().enumerate() {
        let file::Read { mut file, pieces } = read;
        for piece in pieces {
            let moved = (fault::small(file.text.len()), fault::small(file.side.len()));
            file.side.push_str(&piece.side);
            faults.extend(piece.faults.into_iter().map(|f| {
                let record = f.record.map(|(k, row)| (k, row + rows[usize::from(k.0)]));
                (index, Fault { record, ..f })
            }));
            for ((mut part, all), rows) in piece.parts.into_iter().zip(&mut parts).zip(&mut rows) {
                if !part.origins.is_empty() {
                    part.move_side(moved);
                    *rows += fault::small(part.origins.len());
                    all.push(part);
                }
            }
        }
        office.files.push(Arc::new(file));
    }
    // What is soon done is not worth handing to other cores.
    let least = if rows.iter().sum::<u32>() < FEW {
        usize::MAX
    } else {
        1
    };
    let tables = office.tables.par_iter_mut().zip(parts).with_min_len(least);
    tables.for_each(|(table, parts)| merge(table, parts, least));
    faults
}

/// Records of an office that one core joins as fast as several.
const FEW: u32 = 4096;

/// Joins the parts of a table, each column on its own.
fn merge(table: &mut Table, mut parts: Vec<Part>, least: usize) {
    let sizes: Vec<usize> = parts.iter().map(|p| p.origins.len()).collect();
    for p in &mut parts {
        table.origins.append(&mut p.origins);
        table.live.append(&mut p.live);
        table.ids.append(&mut p.ids);
    }
    let mut columns: Vec<Vec<Column>> = table.columns.iter().map(|_| Vec::new()).collect();
    for p in parts {
        p.columns
            .into_iter()
            .zip(&mut columns)
            .for_each(|(c, all)| all.push(c));
    }
    let joined = table
        .columns
        .par_iter_mut()
        .zip(columns)
        .with_min_len(least);
    joined.for_each(|(column, parts)| columns::join(column, &sizes, parts));
}

fn told(office: &Office, file: usize, f: Fault) -> Finding {
    let about = match f.record {
        Some((kind, row)) => core::about(office, kind, row),
        None => (None, None),
    };
    let place = office.files[file].place(f.start, f.len);
    core::finding(
        office, f.rule, f.severity, about, f.field, place, f.message, f.help,
    )
}

impl SourceFile {
    /// A file of which nothing has been read yet.
    pub(crate) fn empty(path: &str) -> Self {
        let layout = crate::table::Layout::Yaml {
            records: Vec::new(),
        };
        Self::new(path, String::new(), layout)
    }
}
