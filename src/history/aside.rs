//! A revision's records, and what they are judged by, written to a scratch folder: a workspace as any other.

use std::fs;
use std::path::{Component, Path, PathBuf};

use gix::bstr::ByteSlice as _;
use gix::object::tree::EntryKind;
use tempfile::TempDir;

use super::repo::{Repo, Revision, absent, name, subtree};
use crate::pipeline::Failure;

/// What a check reads of a workspace.
const FOLDERS: [&str; 3] = ["records", "policies", "fonts"];
/// Links that lead to links are followed so far.
pub(super) const DEEPEST: u32 = 16;

impl Repo {
    /// The workspace as a revision holds it; the folder goes with the value.
    ///
    /// # Errors
    /// The objects are not all there, or the disk is full.
    pub fn aside(&self, revision: &Revision) -> Result<TempDir, Failure> {
        let folder = tempfile::tempdir().map_err(|e| unwritten(&e))?;
        if let Some(top) = self.workspace(revision.id)? {
            let copy = Copy { top: &top };
            for part in FOLDERS.map(Path::new) {
                if let Some(tree) = subtree(&top, part)? {
                    copy.folder(&tree, part, &folder.path().join(part), 0)?;
                }
            }
        }
        Ok(folder)
    }
}

/// The copying of a workspace's tree.
struct Copy<'r> {
    top: &'r gix::Tree<'r>,
}

impl Copy<'_> {
    /// Writes a folder that lies at `from` in the workspace.
    fn folder(
        &self,
        tree: &gix::Tree<'_>,
        from: &Path,
        to: &Path,
        depth: u32,
    ) -> Result<(), Failure> {
        fs::create_dir_all(to).map_err(|e| unwritten(&e))?;
        for entry in tree.iter() {
            let entry = entry.map_err(|e| absent(&e))?;
            // Attachments are no records and may be large; `photos` looks at those that records name.
            let Some(name) = name(entry.filename()).filter(|n| *n != *Path::new("attachments"))
            else {
                continue;
            };
            let kind = entry.mode().kind();
            if kind == EntryKind::Commit {
                continue;
            }
            let object = entry.object().map_err(|e| absent(&e))?;
            let (from, to) = (from.join(&name), to.join(&name));
            self.object(kind, object, &from, &to, depth)?;
        }
        Ok(())
    }

    fn object(
        &self,
        kind: EntryKind,
        object: gix::Object<'_>,
        from: &Path,
        to: &Path,
        depth: u32,
    ) -> Result<(), Failure> {
        match kind {
            EntryKind::Commit => Ok(()),
            EntryKind::Tree => self.folder(&object.into_tree(), from, to, depth),
            EntryKind::Blob | EntryKind::BlobExecutable => {
                fs::write(to, &object.data).map_err(|e| unwritten(&e))
            }
            EntryKind::Link => self.link(&object.data, from, to, depth),
        }
    }

    /// What a link leads to takes its place; one that leads out of the workspace, or to nothing, stays a link.
    fn link(&self, target: &[u8], from: &Path, to: &Path, depth: u32) -> Result<(), Failure> {
        let Ok(target) = gix::path::from_bstr(target.as_bstr()) else {
            return Ok(());
        };
        let inside = resolved(from.parent().unwrap_or(Path::new("")), &target);
        let found = match inside.filter(|_| depth < DEEPEST) {
            Some(path) => self
                .top
                .lookup_entry_by_path(&path)
                .map_err(|e| absent(&e))?
                .filter(|e| e.mode().kind() != EntryKind::Commit)
                .map(|e| (path, e)),
            None => None,
        };
        match found {
            Some((path, entry)) => {
                let object = entry.object().map_err(|e| absent(&e))?;
                self.object(entry.mode().kind(), object, &path, to, depth + 1)
            }
            None => dead(&target, to),
        }
    }
}

/// Where a link in a folder of the workspace leads; none when that is out of it.
pub(super) fn resolved(folder: &Path, target: &Path) -> Option<PathBuf> {
    let mut path = folder.to_path_buf();
    for part in target.components() {
        match part {
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !path.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

#[cfg(unix)]
fn dead(target: &Path, to: &Path) -> Result<(), Failure> {
    std::os::unix::fs::symlink(target, to).map_err(|e| unwritten(&e))
}

#[cfg(not(unix))]
fn dead(_: &Path, _: &Path) -> Result<(), Failure> {
    Ok(())
}

fn unwritten(e: &std::io::Error) -> Failure {
    Failure::program(
        format!("写不了临时文件夹：{e}"),
        format!("cannot write to a temporary folder: {e}"),
    )
}
