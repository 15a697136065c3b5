//! Source files into tables; every fault a finding. One bad row never hides the rest.

mod advice;
mod columns;
mod core;
mod csv;
mod fault;
mod file;
mod files;
pub mod glyph;
mod links;
mod options;
mod reader;
mod scalar;
pub(crate) mod split;
#[cfg(test)]
mod suites;
pub(crate) mod tree;
mod yaml;
mod yaml_fault;

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::finding::Finding;
use crate::table::{Column, Office, OfficeConfig, SourceFile, Table};
use columns::Part;
pub(crate) use csv::{MOST_WASTED, next_line, separator};
use fault::Fault;
pub(crate) use files::below;
pub(crate) use links::names;
pub use options::{Keep, Options};
pub(crate) use reader::{Cell, FileReader};
pub(crate) use scalar::{boolean, code, int, is_absent, moment, money, narrow, period, trim};
pub(crate) use split::cell as csv_field;

/// Loads one office: its records, and every `core/*` finding about them.
pub fn load_office(
    root: &Path,
    id: &str,
    folder: &Path,
    config: OfficeConfig,
    options: &Options,
) -> (Office, Vec<Finding>) {
    let (found, mut findings) = files::find(root, id, folder, &options.schema);
    let reads: Vec<file::Read> = found
        .par_iter()
        .enumerate()
        .with_max_len(1)
        .map(|(i, f)| file::read(f, fault::small(i), config.timezone, options))
        .collect();
    let mut office = empty(id, config, options);
    let faults = join(&mut office, reads);
    findings.extend(faults.into_iter().map(|(file, f)| told(&office, file, f)));
    findings.extend(links::index(&mut office));
    findings.extend(links::resolve(&mut office));
    core::inherit(&mut office);
    findings.extend(core::check(&office));
    (office, findings)
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
    let tables = office.tables.par_iter_mut().zip(parts);
    tables.for_each(|(table, parts)| merge(table, parts));
    faults
}

fn merge(table: &mut Table, parts: Vec<Part>) {
    let mut rows = 0;
    for p in parts {
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
