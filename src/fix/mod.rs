//! Slips that have one safe answer → the files as they should be: space around values, full-width figures, dates with
//! the year first. All other bytes stay: encoding, separators, quotation marks, line breaks, comments. The result is
//! read by the loader before anything is written: what is said of it must be said of the files too.

mod diff;
mod edits;
mod ids;
mod value;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use crate::add::aside;
use crate::add::bytes::Text;
use crate::finding::Finding;
use crate::load::{self, Found, Options};
use crate::pipeline::Failure;
use crate::schema::{FieldType, Schema};
use crate::table::{Office, Value};
use crate::workspace;
pub(crate) use diff::Hunk;
use diff::hunks;
pub(crate) use write::write;

/// What is asked.
pub(crate) struct Request<'a> {
    /// The workspace.
    pub root: &'a Path,
    /// The offices: id and folder.
    pub offices: Vec<(String, PathBuf)>,
    /// End of this day is now.
    pub as_of: NaiveDate,
    /// Which files may change, by their paths below the workspace.
    pub covers: &'a dyn Fn(&str) -> bool,
}

/// A file that gets better.
#[derive(Debug)]
pub(crate) struct Fixed {
    /// Below the workspace.
    pub path: String,
    /// What changes, line by line.
    pub hunks: Vec<Hunk>,
    real: PathBuf,
    before: Vec<u8>,
    after: Vec<u8>,
}

/// Works out what can be mended, and reads the result.
///
/// # Errors
/// An office.yaml that is broken, a temporary file that cannot be written, or a result that reads otherwise.
pub(crate) fn prepare(request: &Request<'_>, schema: &Arc<Schema>) -> Result<Vec<Fixed>, Failure> {
    let options = Options::all(Arc::clone(schema), request.as_of);
    let mut all = Vec::new();
    for office in &request.offices {
        all.extend(one(request, &options, office)?);
    }
    Ok(all)
}

fn one(
    request: &Request<'_>,
    options: &Options,
    (id, folder): &(String, PathBuf),
) -> Result<Vec<Fixed>, Failure> {
    let config = workspace::read_config(request.root, folder)?;
    let found = load::find(request.root, id, folder, &options.schema);
    let load = |found| load::load_files(id, config.clone(), options, found);
    let (office, core) = load(found.clone());
    let fixable: Vec<Option<(Vec<u8>, Text)>> = office
        .files
        .iter()
        .zip(&found.0)
        .map(|(file, found)| readable(file, found, request.covers))
        .collect();
    let mut renamed = ids::renamed(&office, &|file| fixable[file as usize].is_some());
    let mut edits = edits::find(&office, &renamed);
    if ids::keep_written(&office, &mut renamed, &edits) {
        edits = edits::find(&office, &renamed);
    }
    let mut all = Vec::new();
    for (((file, found), readable), edits) in
        office.files.iter().zip(&found.0).zip(fixable).zip(edits)
    {
        let Some((before, text)) = readable.filter(|_| !edits.is_empty()) else {
            continue;
        };
        let spans = edits.iter().map(|e| (e.start, e.end, e.new.as_str()));
        let after = text
            .spliced(&before, spans)
            .ok_or_else(|| unlike(&file.path))?;
        all.push(Fixed {
            path: file.path.clone(),
            hunks: hunks(&office, &file.text, &edits),
            real: found.real.clone(),
            before,
            after,
        });
    }
    if !all.is_empty() {
        verify(&all, found, load, (&office, &core), &renamed)?;
    }
    Ok(all)
}

/// A file's bytes and text, where it may change and was read as it stands.
fn readable(
    file: &crate::table::SourceFile,
    found: &Found,
    covers: &dyn Fn(&str) -> bool,
) -> Option<(Vec<u8>, Text)> {
    if !covers(&file.path) {
        return None;
    }
    let (bytes, text) = Text::read(&found.real, &file.path).ok()?;
    let same = text.text == file.text;
    Some((bytes?, text)).filter(|_| same)
}

/// The result says of every record what was said before, and there is nothing in it to find fault with that was not there.
fn verify(
    all: &[Fixed],
    (mut found, findings): (Vec<Found>, Vec<Finding>),
    load: impl Fn((Vec<Found>, Vec<Finding>)) -> (Office, Vec<Finding>),
    (before, core): (&Office, &[Finding]),
    renamed: &ids::Renamed,
) -> Result<(), Failure> {
    let mut kept = Vec::new();
    for fixed in all {
        let file = aside(&fixed.after)?;
        if let Some(f) = found.iter_mut().find(|f| f.path == fixed.path) {
            f.real = file.path().to_path_buf();
        }
        kept.push(file);
    }
    let (after, told) = load((found, findings));
    if let Some(path) = differs(before, &after, renamed) {
        return Err(unlike(&path));
    }
    // Ids may be spelled otherwise now, but each finding is still on its line.
    let key = |f: &Finding| {
        (
            f.place.file.clone(),
            f.place.line,
            f.rule.clone(),
            f.field.clone(),
        )
    };
    let mut known: FxHashMap<_, usize> = FxHashMap::default();
    core.iter()
        .for_each(|f| *known.entry(key(f)).or_default() += 1);
    for f in &told {
        match known.get_mut(&key(f)) {
            Some(n) if *n > 0 => *n -= 1,
            _ => return Err(unlike(&f.place.file)),
        }
    }
    Ok(())
}

/// The file of the first record that reads otherwise than before.
fn differs(before: &Office, after: &Office, renamed: &ids::Renamed) -> Option<String> {
    let count = |o: &Office| {
        o.tables
            .iter()
            .map(crate::table::Table::len)
            .collect::<Vec<_>>()
    };
    if count(before) != count(after) {
        return before.files.first().map(|f| f.path.clone());
    }
    ids::rows(before).find_map(|(kind, row)| {
        let changed = before.schema.get(kind).iter().any(|(field, f)| {
            let (a, b) = (
                before.value(kind, row, field),
                after.value(kind, row, field),
            );
            let same = match (&f.ty, a, b) {
                (FieldType::Id, Value::Text(a), Value::Text(b)) => {
                    let new = renamed.get(&(kind, a.to_owned()));
                    b == new.map_or(a, String::as_str) || (a.contains('#') && load::narrow(a) == b)
                }
                // What named nothing may name something now; a value that could not be read can be.
                (FieldType::Ref(_), Value::Dangling, Value::Ref(..)) => true,
                (FieldType::Text | FieldType::List(_) | FieldType::Ref(_), a, b)
                    if !f.number_like =>
                {
                    a == b
                }
                (_, Value::Absent, _) => true,
                (FieldType::Text, Value::Text(a), Value::Text(b)) => a == b || load::narrow(a) == b,
                (_, a, b) => a == b,
            };
            !same
        });
        let origin = before.table(kind).origins[row as usize];
        changed.then(|| before.files[origin.file as usize].path.clone())
    })
}

fn unlike(path: &str) -> Failure {
    Failure::program(
        format!("{path} 改了以后会读成别的内容，一处也没有改"),
        format!("{path} would read otherwise when mended; nothing was changed"),
    )
    .helped(
        "请按 aftercare check 的提示自己改这个文件；写明别的文件或文件夹，就只改那些",
        "mend this file by hand, as `aftercare check` says; name other files or folders to mend those alone",
    )
}
