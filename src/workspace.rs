//! Finds the workspace and its offices; reads office.yaml.

mod config;
mod schema;
pub(crate) mod settings;

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::finding::Place;
use crate::load::tree::{self, Data};
use crate::table::{OfficeConfig, SourceFile};
use crate::text::Bilingual;
pub(crate) use schema::config_schema;
use settings::Reader;

/// A broken office.yaml: nothing was judged.
#[derive(Clone, Debug)]
pub struct Broken {
    /// Where.
    pub place: Place,
    /// What is wrong, and what was expected.
    pub message: Bilingual,
}

/// The folder that holds `records/`, from a folder upwards.
pub fn find_root(start: &Path) -> Option<PathBuf> {
    start
        .ancestors()
        .find(|d| d.join("records").is_dir())
        .map(Path::to_path_buf)
}

/// The offices of a workspace: (folder name, folder), in order; `records/` itself may be the only one.
pub fn offices(root: &Path) -> Vec<(String, PathBuf)> {
    let records = root.join("records");
    if is_office(&records) {
        return vec![(String::new(), records)];
    }
    let mut found = Vec::new();
    let mut folders = WalkDir::new(&records)
        .min_depth(1)
        .sort_by_file_name()
        .into_iter();
    while let Some(entry) = folders.next() {
        let Ok(entry) = entry else { continue };
        if entry.file_type().is_dir() && is_office(entry.path()) {
            found.push((
                crate::load::below(&records, entry.path()),
                entry.path().to_path_buf(),
            ));
            // Offices do not nest.
            folders.skip_current_dir();
        }
    }
    found
}

fn is_office(folder: &Path) -> bool {
    folder.join("office.yaml").is_file()
}

/// Reads an office's office.yaml.
///
/// # Errors
/// The first fault in it, with its place.
pub fn read_config(root: &Path, folder: &Path) -> Result<OfficeConfig, Broken> {
    let file = folder.join("office.yaml");
    let path = crate::load::below(root, &file);
    parse_config(&settings::text(&file, &path)?)
}

/// Reads the text of an office.yaml.
///
/// # Errors
/// The first fault in it, with its place.
pub(crate) fn parse_config(source: &SourceFile) -> Result<OfficeConfig, Broken> {
    let (roots, faults) = tree::read(&source.text);
    if let Some(f) = faults.first() {
        let message = Bilingual::new(
            format!("这里不是正确的 YAML：{}", f.why.zh),
            format!("this is not valid YAML: {}", f.why.en),
        );
        return Err(Broken {
            place: source.place(f.at, 1),
            message,
        });
    }
    let reader = Reader { source };
    if let Some(second) = roots.get(1) {
        let (zh, en) = (
            "只能有一个单位的设置；删去这个 --- 以下的部分",
            "only one office's settings may stand here; remove this second document",
        );
        return Err(reader.at(second, zh, en));
    }
    match roots.first().map(|r| &r.data) {
        Some(Data::Map(pairs)) => reader.config(pairs),
        _ => Err(reader.fault(
            0,
            1,
            "应写有 name: 和 policies:",
            "expected `name:` and `policies:`",
        )),
    }
}
