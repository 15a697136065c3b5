//! Photographs that records name: found on the disk, looked at, read.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs::{self, File, Metadata};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::UNIX_EPOCH;

use crate::photo::{self, LARGEST, Photo, Seen, Wrong};

/// The photographs of a workspace.
pub struct Photos {
    root: PathBuf,
    /// The workspace without links on the way.
    inside: PathBuf,
    /// The folders there are, so that a name is not looked for in others.
    folders: Mutex<BTreeMap<String, bool>>,
}

impl Photos {
    /// Those of a workspace.
    pub fn of(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            inside: fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf()),
            folders: Mutex::default(),
        }
    }

    /// What a record's name for a photograph leads to; `beside` is the folder of the record's file.
    pub fn look(&self, beside: &str, named: &str) -> Seen {
        let Ok(seen) = photo::first::<Infallible>(beside, named, |path| {
            let there = self.is_folder(photo::folder(path));
            let found = there.then(|| self.at(path)).flatten();
            Ok(found.map(|(file, meta)| (stamp(&meta), self.whole(&file, &meta))))
        });
        seen
    }

    /// The stamp of what lies at a path below the workspace.
    pub fn stamp(&self, path: &str) -> Option<String> {
        self.at(path).map(|(_, meta)| stamp(&meta))
    }

    /// A photograph's bytes; none when it has gone since it was seen.
    pub fn read(&self, photo: &Photo) -> Option<Vec<u8>> {
        let (path, meta) = self.at(&photo.path)?;
        self.whole(&path, &meta).ok()?;
        let mut bytes = Vec::new();
        let file = File::open(path).ok()?;
        file.take(LARGEST).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    fn is_folder(&self, folder: &str) -> bool {
        let Ok(mut known) = self.folders.lock() else {
            return true;
        };
        let look = || self.root.join(folder).is_dir();
        *known.entry(folder.to_owned()).or_insert_with(look)
    }

    fn at(&self, path: &str) -> Option<(PathBuf, Metadata)> {
        let path = self.root.join(path);
        let meta = fs::metadata(&path).ok()?;
        Some((path, meta))
    }

    fn whole(&self, path: &Path, meta: &Metadata) -> Result<(), Wrong> {
        let real = fs::canonicalize(path).map_err(|_| Wrong::Missing)?;
        if !real.starts_with(&self.inside) {
            return Err(Wrong::Outside);
        }
        if !meta.is_file() {
            return Err(Wrong::NoFile);
        }
        let mut file = File::open(real).map_err(|_| Wrong::NoFile)?;
        photo::check(&mut file, meta.len())
    }
}

/// Its size, when it was written, and what changes even when that time is set back.
fn stamp(meta: &Metadata) -> String {
    let written = meta.modified().ok();
    let since = written.and_then(|m| m.duration_since(UNIX_EPOCH).ok());
    let since = since.unwrap_or_default();
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let (size, ino, at, nano) = (meta.len(), meta.ino(), meta.ctime(), meta.ctime_nsec());
        format!("{size} {since:?} {ino} {at}.{nano}")
    }
    #[cfg(not(unix))]
    format!("{} {since:?}", meta.len())
}
