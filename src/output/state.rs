//! What the last build made, as this machine saw it: kept in `output/.aftercare/`, never part of the output.

use std::collections::BTreeMap;
use std::fs;

use serde::{Deserialize, Serialize};

use super::disk::{Disk, Stamp};
use super::{PRIVATE, manifest, path};

/// Raised when the shape below changes; another one is not read.
const VERSION: u32 = 1;

/// What a build told, told again when nothing changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Findings of level error, waived ones apart.
    pub errors: u64,
    /// Findings of level warning, waived ones apart.
    pub warnings: u64,
}

/// One file that a build made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The digest of its recipe; absent when it is not known, and then it is made again.
    pub recipe: Option<String>,
    /// The digest of its bytes.
    pub sha256: String,
    /// As it lay on the disk.
    pub stamp: Option<Stamp>,
    /// The day as of which it was made.
    pub as_of: String,
    /// The records it was made from.
    pub records: Vec<String>,
}

/// All files by path.
pub(super) type Entries = BTreeMap<String, Entry>;

/// The state of the output folder.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    pub version: u32,
    /// What the workspace looked like; absent when it cannot tell that nothing changed.
    pub key: Option<String>,
    /// What was told.
    pub told: Told,
    /// The manifest as it lay on the disk.
    pub manifest: Option<Stamp>,
    /// Photographs that lie where the key does not look, and what was seen of each.
    #[serde(default)]
    pub photos: BTreeMap<String, Option<String>>,
    pub files: Entries,
}

/// Where it lies.
pub(super) fn file() -> String {
    format!("{PRIVATE}/state.json")
}

impl State {
    /// What the last build left; where that is lost, what its manifest says it made.
    pub(super) fn read(disk: &Disk) -> Self {
        let read = fs::read(disk.at(&file())).ok();
        let known = read.and_then(|b| serde_json::from_slice::<Self>(&b).ok());
        let sound =
            |s: &Self| s.version == VERSION && s.files.keys().all(|p| path::check(p).is_ok());
        known.filter(sound).unwrap_or_else(|| Self {
            files: manifest::read(disk),
            ..Self::default()
        })
    }

    pub(super) fn new(files: Entries) -> Self {
        Self {
            version: VERSION,
            files,
            ..Self::default()
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        // Maps of texts and numbers cannot fail to be written.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Whether all that it tells of lies on the disk as it was left.
    pub(super) fn intact(&self, disk: &Disk) -> bool {
        let same = |path: &str, stamp: Option<Stamp>| stamp.is_some_and(|s| disk.intact(path, s));
        same(manifest::NAME, self.manifest) && self.files.iter().all(|(p, e)| same(p, e.stamp))
    }
}
