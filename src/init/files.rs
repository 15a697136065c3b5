//! Files that are to be: none may be there already, and all of them are written or none.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::pipeline::Failure;

/// A file that is to be.
pub(super) struct File {
    /// Below the workspace.
    pub path: String,
    /// What it will hold.
    pub text: String,
}

impl File {
    pub fn new(path: &str, text: String) -> Self {
        let path = path.to_owned();
        Self { path, text }
    }

    /// Whether something of its name is there, a broken link too.
    pub fn is_there(&self, root: &Path) -> bool {
        fs::symlink_metadata(root.join(&self.path)).is_ok()
    }
}

/// Nothing is where the files will be, and the office's own folder is empty.
///
/// # Errors
/// All that is in the way.
pub(super) fn must_be_free(root: &Path, home: &str, files: &[File]) -> Result<(), Failure> {
    let mut there: Vec<String> = files
        .iter()
        .filter(|f| f.is_there(root))
        .map(|f| f.path.clone())
        .collect();
    if !home.is_empty()
        && let Ok(entries) = fs::read_dir(root.join(home))
    {
        let names = entries.flatten().map(|e| e.file_name());
        there.extend(names.map(|n| format!("{home}/{}", n.to_string_lossy())));
    }
    there.sort();
    there.dedup();
    if there.is_empty() {
        return Ok(());
    }
    let list = there.join("\n  ");
    Err(Failure::usage(
        format!("这些已经有了，什么也没写：\n  {list}"),
        format!("these are there already; nothing was written:\n  {list}"),
    )
    .helped(
        "换一个文件夹，或用 --office 写另一个单位；已有 CI 文件就加 --ci none",
        "take another folder, or name another office with --office; with a CI file of your own, add --ci none",
    ))
}

/// Writes files that are not there; when one cannot be written, those before it are removed again.
///
/// # Errors
/// One came to be there meanwhile, or the disk refuses.
pub(super) fn write(root: &Path, files: &[File]) -> Result<(), Failure> {
    let mut done = Made::default();
    for file in files {
        if let Err(e) = done.put(&root.join(&file.path), file.text.as_bytes()) {
            done.undo();
            let (path, why) = (&file.path, crate::source::why_unwritten(&e));
            return Err(Failure::program(
                format!("写不了「{path}」：{}；什么也没留下", why.zh),
                format!("cannot write `{path}`: {}; nothing is left of it", why.en),
            ));
        }
    }
    Ok(())
}

/// What was made, in order.
#[derive(Default)]
struct Made {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Made {
    fn put(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let missing = path.ancestors().skip(1).take_while(|a| !a.exists());
        let mut missing: Vec<PathBuf> = missing.map(Path::to_path_buf).collect();
        missing.reverse();
        for folder in missing {
            fs::create_dir(&folder)?;
            self.folders.push(folder);
        }
        let mut file = fs::File::options()
            .write(true)
            .create_new(true)
            .open(path)?;
        self.files.push(path.to_path_buf());
        file.write_all(bytes)
    }

    fn undo(&self) {
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_before_a_fault_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("b"), "").unwrap();
        let files = [File::new("a/x/1", "1".into()), File::new("b/2", "2".into())];
        assert_eq!(write(folder.path(), &files).unwrap_err().status, 3);
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }
}
