//! `manifest.json`: every file of the output, its digest and the records it came from. The same records, version and
//! as-of give the same manifest, but for the commit id.

use std::fs;

use serde::{Deserialize, Serialize};

use super::disk::Disk;
use super::path;
use super::state::{Entries, Entry};

/// Its name in the output folder.
pub(super) const NAME: &str = "manifest.json";

/// The version of its shape; it rises when a field goes or changes its meaning.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    sha256: &'a str,
    /// Only where it is another day than the manifest's: a build of a part keeps the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<&'a str>,
    records: &'a [String],
}

/// The manifest, a line a file so that two of them are compared line by line.
pub(super) fn bytes(files: &Entries, as_of: &str, commit: Option<&str>) -> Vec<u8> {
    let text = |t: &str| serde_json::to_string(t).unwrap_or_default();
    let mut out = format!(
        "{{\"version\": {VERSION}, \"program\": {}, \"as_of\": {},\n",
        text(concat!("aftercare ", env!("CARGO_PKG_VERSION"))),
        text(as_of)
    );
    if let Some(commit) = commit {
        out.push_str(&format!("\"commit\": {},\n", text(commit)));
    }
    out.push_str("\"files\": [");
    for (i, (path, entry)) in files.iter().enumerate() {
        out.push_str(if i == 0 { "\n" } else { ",\n" });
        let file = File {
            path,
            sha256: &entry.sha256,
            as_of: Some(entry.as_of.as_str()).filter(|d| *d != as_of),
            records: &entry.records,
        };
        out.push_str(&serde_json::to_string(&file).unwrap_or_default());
    }
    out.push_str("\n]}\n");
    out.into_bytes()
}

#[derive(Deserialize)]
struct Read {
    files: Vec<ReadFile>,
}

#[derive(Deserialize)]
struct ReadFile {
    path: String,
    sha256: String,
    #[serde(default)]
    records: Vec<String>,
}

/// What an earlier build made by its manifest, when all else that it left is lost: enough to know what is ours.
pub(super) fn read(disk: &Disk) -> Entries {
    let bytes = fs::read(disk.at(NAME)).unwrap_or_default();
    let Ok(read) = serde_json::from_slice::<Read>(&bytes) else {
        return Entries::new();
    };
    let sound = read
        .files
        .into_iter()
        .filter(|f| path::check(&f.path).is_ok());
    sound
        .map(|f| {
            let entry = Entry {
                recipe: None,
                sha256: f.sha256,
                stamp: None,
                as_of: String::new(),
                records: f.records,
            };
            (f.path, entry)
        })
        .collect()
}

/// Whether there is a manifest that a build wrote.
pub(super) fn is_ours(disk: &Disk) -> bool {
    fs::read(disk.at(NAME)).is_ok_and(|b| serde_json::from_slice::<Read>(&b).is_ok())
}
