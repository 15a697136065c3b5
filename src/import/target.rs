//! The file that an import writes, and what stands in its way: nothing is lost that a person wrote or an import does not bring again.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::take::Taken;
use crate::pipeline::Failure;

/// What a file of records was made of; kept in `<office>/.imports/`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Origin {
    /// Of this shape: 1.
    pub version: u32,
    /// The file's name.
    pub source: String,
    /// Digest of its bytes.
    pub source_sha256: String,
    /// The map's name, if there was one.
    pub map: Option<String>,
    /// Digest of the file that was written.
    pub written_sha256: String,
    /// The counts.
    pub read: u64,
    /// Rows taken.
    pub taken: u64,
    /// Rows left out by the map's conditions.
    pub filtered: u64,
    /// Rows refused.
    pub refused: u64,
}

impl Origin {
    /// An origin without counts.
    pub fn new(source: &str, bytes: &[u8], map: Option<String>) -> Self {
        Self {
            version: 1,
            source: source.to_owned(),
            source_sha256: digest(bytes),
            map,
            written_sha256: String::new(),
            read: 0,
            taken: 0,
            filtered: 0,
            refused: 0,
        }
    }
}

/// Where an import writes.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// The records.
    pub file: PathBuf,
    /// The same, below the workspace.
    pub path: String,
    note: PathBuf,
}

impl Target {
    /// The file for a source of this name: `<office>/<kind>/import-<name>.csv`.
    pub fn new(root: &Path, folder: &Path, kind: &str, name: &str) -> Self {
        let plain = |c: char| {
            if c.is_control() || c.is_whitespace() || "\\/:*?\"<>|".contains(c) {
                '-'
            } else {
                c
            }
        };
        let name: String = name.trim().chars().map(plain).collect();
        let file = folder.join(kind).join(format!("import-{name}.csv"));
        let note = folder.join(".imports").join(format!("{kind}-{name}.json"));
        let path = crate::load::below(root, &file);
        Self { file, path, note }
    }

    /// Whether the records that are there may be replaced; `true` when there are any.
    ///
    /// # Errors
    /// They were changed or made by something else, or some of them would be lost.
    pub fn free(&self, origin: &Origin, taken: &[Taken]) -> Result<bool, Failure> {
        let there = match std::fs::read(&self.file) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(e) => return Err(io(&self.path, &e)),
        };
        let note = std::fs::read(&self.note).ok();
        let note: Option<Origin> = note.and_then(|n| serde_json::from_slice(&n).ok());
        let Some(note) = note else {
            return Err(self.taken_by("它不是导入写成的", "no import wrote it"));
        };
        if note.source != origin.source {
            let (zh, en) = (
                format!("它是从「{}」导入的", note.source),
                format!("it was imported from `{}`", note.source),
            );
            return Err(self.taken_by(&zh, &en));
        }
        if note.written_sha256 != digest(&there) {
            return Err(self.taken_by(
                "导入以后有人改过它",
                "somebody changed it since it was imported",
            ));
        }
        let lost = if note.source_sha256 == origin.source_sha256 {
            0
        } else {
            lost(&there, taken)
        };
        if lost > 0 {
            let zh = format!("来源文件变了，其中 {lost} 条记录这次没有");
            return Err(self.taken_by(
                &zh,
                &format!("the source has changed and {lost} of its records are not in it any more"),
            ));
        }
        Ok(true)
    }

    fn taken_by(&self, zh: &str, en: &str) -> Failure {
        let path = &self.path;
        Failure::usage(
            format!("{path} 已存在，{zh}，没有覆盖"),
            format!("{path} exists and {en}; it was left as it is"),
        )
        .helped(
            "用 --name 另取一个文件名；确实要覆盖就加 --force",
            "choose another file with --name, or overwrite it with --force",
        )
    }

    /// Writes the records beside and renames them into place.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn write(&self, records: &[u8], mut origin: Origin) -> Result<(), Failure> {
        origin.written_sha256 = digest(records);
        let mut note = serde_json::to_vec_pretty(&origin).unwrap_or_default();
        note.push(b'\n');
        put(&self.file, records).map_err(|e| io(&self.path, &e))?;
        put(&self.note, &note).map_err(|e| io(&self.path, &e))
    }
}

/// How many of the records that are there will not come again.
fn lost(there: &[u8], taken: &[Taken]) -> usize {
    let ids: FxHashSet<&[u8]> = taken.iter().map(|t| t.values[0].as_bytes()).collect();
    let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(there);
    let gone = |r: &csv::ByteRecord| !ids.contains(r.get(0).unwrap_or_default());
    rows.byte_records().flatten().filter(gone).count()
}

/// Writes a file beside and renames it into place.
pub(crate) fn put(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut aside = path.as_os_str().to_owned();
    aside.push(".part");
    let aside = PathBuf::from(aside);
    std::fs::write(&aside, bytes)?;
    std::fs::rename(&aside, path)
}

/// The disk refused.
pub(crate) fn io(path: &str, e: &std::io::Error) -> Failure {
    Failure::program(format!("{path}：{e}"), format!("{path}: {e}"))
}

fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
