//! The workspace's key: what its files are called, how large they are and when they were written, with the program and
//! what it was asked. The same key means that the same build would be made, and no record is read to know it.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};
use walkdir::{DirEntry, WalkDir};

use super::build::hex;
use super::disk::Stamp;

/// The folders that a build reads.
const FOLDERS: [&str; 4] = ["records", "policies", "templates", "fonts"];

/// A file that was written so shortly ago may be written again without its time changing.
const GRAIN: Duration = Duration::from_millis(50);

/// The same where the file system keeps whole seconds, or pairs of them.
const COARSE: Duration = Duration::from_secs(2);

/// Whether the key tells of a file at this path below the workspace.
pub fn covers(path: &str) -> bool {
    FOLDERS.iter().any(|f| path.split('/').next() == Some(f))
}

/// The key; none when a file was written so shortly before `now` that it could change unseen.
pub fn workspace_key(root: &Path, asked: &str, now: Option<SystemTime>) -> Option<String> {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    part(env!("CARGO_PKG_VERSION").as_bytes());
    part(asked.as_bytes());
    if let Some(meta) = std::env::current_exe()
        .ok()
        .and_then(|p| fs::metadata(p).ok())
    {
        part(&written(&meta));
    }
    let mut settled = now.is_some();
    for file in FOLDERS.iter().flat_map(|f| files(root, f)) {
        part(file.0.as_os_str().as_encoded_bytes());
        match file.1 {
            Some(meta) => {
                part(&written(&meta));
                settled &= is_settled(&meta, now);
            }
            None => part(b"?"),
        }
    }
    settled.then(|| hex(&hash.finalize()))
}

/// Every file below a folder, links followed as far as they stay in the workspace.
fn files(root: &Path, folder: &str) -> impl Iterator<Item = (PathBuf, Option<Metadata>)> {
    let inside = fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf());
    let stays = move |e: &DirEntry| {
        !e.path_is_symlink() || fs::canonicalize(e.path()).is_ok_and(|p| p.starts_with(&inside))
    };
    let root = root.to_path_buf();
    WalkDir::new(root.join(folder))
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(stays)
        .map(move |entry| match entry {
            Ok(e) => (below(&root, e.path()), e.metadata().ok()),
            Err(e) => (below(&root, e.path().unwrap_or(Path::new(""))), None),
        })
        .filter(|(_, meta)| meta.as_ref().is_none_or(Metadata::is_file))
}

fn below(root: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(root).unwrap_or(path).to_path_buf()
}

fn written(meta: &Metadata) -> Vec<u8> {
    let stamp = Stamp::of(meta);
    let mut out = stamp.size.to_le_bytes().to_vec();
    out.extend(stamp.time.0.to_le_bytes());
    out.extend(stamp.time.1.to_le_bytes());
    out.extend(identity(meta));
    out
}

/// What changes even when a file's time is set back.
#[cfg(unix)]
fn identity(meta: &Metadata) -> Vec<u8> {
    use std::os::unix::fs::MetadataExt as _;
    [meta.ctime(), meta.ctime_nsec(), meta.ino().cast_signed()]
        .iter()
        .flat_map(|n| n.to_le_bytes())
        .collect()
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Vec<u8> {
    Vec::new()
}

fn is_settled(meta: &Metadata, now: Option<SystemTime>) -> bool {
    let (Ok(modified), Some(now)) = (meta.modified(), now) else {
        return false;
    };
    let grain = if Stamp::of(meta).time.1 == 0 {
        COARSE
    } else {
        GRAIN
    };
    // A file from the future cannot be told from one that is written now.
    now.duration_since(modified).is_ok_and(|age| age >= grain)
}
