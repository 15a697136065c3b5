//! The file that an import writes, and what stands in its way: nothing is lost that a person wrote or an import does not bring again.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::merge::{There, Written};
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
    /// The fields that were written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// For each record, the digest of what was written; older imports did not note it.
    #[serde(default, skip_serializing_if = "Written::is_empty")]
    pub records: Written,
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
            fields: Vec::new(),
            records: Written::new(),
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

    /// The records that are there and what their import noted; nothing where there are none.
    ///
    /// # Errors
    /// No import wrote them, or they cannot be read.
    pub fn there(&self) -> Result<Option<(There, Origin, bool)>, Failure> {
        let bytes = match std::fs::read(&self.file) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(io(&self.path, &e)),
        };
        let note = std::fs::read(&self.note).ok();
        let note: Option<Origin> = note.and_then(|n| serde_json::from_slice(&n).ok());
        let Some(note) = note else {
            return Err(self.taken_by("它不是导入写成的", "no import wrote it"));
        };
        let untouched = note.written_sha256 == digest(&bytes);
        match There::read(bytes) {
            Some(there) => Ok(Some((there, note, untouched))),
            None => Err(self.taken_by("它不是完好的表", "it is no sound table")),
        }
    }

    /// The digest of the file as it is.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn digest(&self) -> Result<String, Failure> {
        let bytes = std::fs::read(&self.file).map_err(|e| io(&self.path, &e))?;
        Ok(digest(&bytes))
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
        put(&self.file, records).map_err(|e| io(&self.path, &e))?;
        self.note(&origin)
    }

    /// Notes what the records were made of.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn note(&self, origin: &Origin) -> Result<(), Failure> {
        let mut note = serde_json::to_vec_pretty(origin).unwrap_or_default();
        note.push(b'\n');
        put(&self.note, &note).map_err(|e| io(&self.path, &e))
    }
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
    crate::add::io(path, e)
}

/// A digest in hexadecimal.
pub(super) fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
