//! The output folder as it lies on disk: every change to it goes through here, and every fault is told in both languages.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::pipeline::Failure;
use crate::source;
use crate::text::Bilingual;

/// What is about to be done to a path below the output folder; tests stop a build at each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A file is written aside.
    Write,
    /// A folder is made.
    Folder,
    /// A file is moved into place.
    Move,
    /// A file or an empty folder is removed.
    Remove,
}

type Before = dyn Fn(Step, &str) -> io::Result<()> + Send + Sync;

/// The output folder.
pub struct Disk {
    root: PathBuf,
    before: Box<Before>,
}

/// A file's size and time, by which it is seen whether it was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    /// Bytes.
    pub size: u64,
    /// When it was last written, in seconds and nanoseconds since 1970; negative before.
    pub time: (i64, u32),
}

impl Stamp {
    pub(super) fn of(meta: &Metadata) -> Self {
        let since = |m: std::time::SystemTime| match m.duration_since(UNIX_EPOCH) {
            Ok(d) => (d.as_secs().cast_signed(), d.subsec_nanos()),
            Err(e) => (
                -e.duration().as_secs().cast_signed(),
                e.duration().subsec_nanos(),
            ),
        };
        Self {
            size: meta.len(),
            time: meta.modified().map_or((0, 0), since),
        }
    }
}

impl Disk {
    /// The output folder `folder`, made if it is not there. It may be a link to a folder.
    ///
    /// # Errors
    /// It cannot be made, or is no folder.
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        Self::watched(folder, |_, _| Ok(()))
    }

    /// As [`Disk::open`]; `before` is asked before each change and may refuse it.
    ///
    /// # Errors
    /// As [`Disk::open`].
    pub fn watched(
        folder: &Path,
        before: impl Fn(Step, &str) -> io::Result<()> + Send + Sync + 'static,
    ) -> Result<Self, Failure> {
        let shown = folder.display().to_string();
        let root = fs::create_dir_all(folder)
            .and_then(|()| fs::canonicalize(folder))
            .map_err(|e| fault(&shown, &e))?;
        let before = Box::new(before);
        Ok(Self { root, before })
    }

    /// A path below the folder.
    pub(super) fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub(super) fn fault(&self, path: &str, e: &io::Error) -> Failure {
        fault(&self.at(path).display().to_string(), e)
    }

    fn step(
        &self,
        step: Step,
        path: &str,
        act: impl FnOnce(PathBuf) -> io::Result<()>,
    ) -> Result<(), Failure> {
        (self.before)(step, path)
            .and_then(|()| act(self.at(path)))
            .map_err(|e| self.fault(path, &e))
    }

    /// Writes a new file; `durable` waits until it is on the disk itself.
    pub(super) fn write(&self, path: &str, bytes: &[u8], durable: bool) -> Result<Stamp, Failure> {
        let mut stamp = None;
        self.step(Step::Write, path, |at| {
            let mut file = File::create(at)?;
            file.write_all(bytes)?;
            if durable {
                file.sync_all()?;
            }
            stamp = Some(Stamp::of(&file.metadata()?));
            Ok(())
        })?;
        Ok(stamp.unwrap_or(Stamp {
            size: 0,
            time: (0, 0),
        }))
    }

    /// Makes a folder and those above it; nothing where it is there.
    pub(super) fn folder(&self, path: &str) -> Result<(), Failure> {
        if self.at(path).is_dir() {
            return Ok(());
        }
        self.step(Step::Folder, path, fs::create_dir_all)
    }

    /// Moves a file over what is there.
    pub(super) fn rename(&self, from: &str, to: &str) -> Result<(), Failure> {
        let source = self.at(from);
        self.step(Step::Move, to, |at| fs::rename(source, at))
    }

    /// Removes a file, or what a link is; nothing where none is there.
    pub(super) fn remove(&self, path: &str) -> Result<(), Failure> {
        match self.meta(path) {
            Some(m) if !m.is_dir() => self.step(Step::Remove, path, |at| gone(fs::remove_file(at))),
            _ => Ok(()),
        }
    }

    /// Removes a folder if it is empty; whether it is gone.
    pub(super) fn prune(&self, path: &str) -> Result<bool, Failure> {
        let at = self.at(path);
        let empty = fs::read_dir(&at).is_ok_and(|mut entries| entries.next().is_none());
        if empty {
            // Somebody may have put a file there just now.
            self.step(Step::Remove, path, |at| match fs::remove_dir(at) {
                Err(e) if e.kind() == ErrorKind::DirectoryNotEmpty => Ok(()),
                other => gone(other),
            })?;
        }
        Ok(!at.exists())
    }

    /// Removes a folder of ours with all that is in it.
    pub(super) fn clear(&self, path: &str) -> Result<(), Failure> {
        if self.meta(path).is_none() {
            return Ok(());
        }
        self.step(Step::Remove, path, |at| gone(fs::remove_dir_all(at)))
    }

    /// What is at a path; a link is not followed.
    pub(super) fn meta(&self, path: &str) -> Option<Metadata> {
        fs::symlink_metadata(self.at(path)).ok()
    }

    /// Whether the file is there as it was when it was stamped.
    pub(super) fn intact(&self, path: &str, stamp: Stamp) -> bool {
        self.meta(path)
            .is_some_and(|m| m.is_file() && Stamp::of(&m) == stamp)
    }

    /// Waits until what stands in a folder is on the disk itself. Not every system can.
    pub(super) fn settle(&self, path: &str) {
        let _ = File::open(self.at(path)).and_then(|f| f.sync_all());
    }
}

fn gone(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// That something could not be written, and why, in the words of whoever has to mend it.
fn fault(path: &str, e: &io::Error) -> Failure {
    let why = match e.kind() {
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => Bilingual::new(
            "这里应是文件夹，却有同名的文件",
            "a folder should be here, but there is a file",
        ),
        ErrorKind::IsADirectory => Bilingual::new(
            "这里应是文件，却有同名的文件夹",
            "a file should be here, but there is a folder",
        ),
        _ => source::why_unwritten(e),
    };
    Failure::program(
        format!("写不了「{path}」：{}", why.zh),
        format!("cannot write `{path}`: {}", why.en),
    )
    .helped(
        "已有的文件不会丢。腾出空间、改好权限或关掉打开着的文件，再运行一次。",
        "Nothing is lost. Make room, mend the permissions or close open files, then run again.",
    )
}
