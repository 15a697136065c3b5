//! That something below the workspace changed, once for each burst of changes; and that somebody pressed Ctrl-C.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::pipeline::Failure;

/// What a build is made from, below the workspace.
const FOLDERS: [&str; 4] = ["records", "policies", "templates", "fonts"];

/// A burst is over after so long without a change: a spreadsheet writes a file in several steps.
const QUIET: Duration = Duration::from_millis(200);

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// Something was changed.
    Changed,
    /// It is time to end.
    Stop,
}

/// Tells of changes as long as it is held.
pub(crate) struct Changes {
    root: PathBuf,
    /// Folders that came up below the workspace; none for a change of another kind.
    changed: Receiver<Option<PathBuf>>,
    stopped: Arc<AtomicBool>,
    watcher: RecommendedWatcher,
}

impl Changes {
    /// Watches a workspace, and Ctrl-C.
    ///
    /// # Errors
    /// The system refuses to watch.
    pub fn of(root: &Path) -> Result<Self, Failure> {
        let made = Self::below(root)?;
        for signal in [SIGINT, SIGTERM] {
            // Where the system has no such signal, it ends the program as it always does.
            let _ = signal_hook::flag::register(signal, Arc::clone(&made.stopped));
        }
        Ok(made)
    }

    fn below(root: &Path) -> Result<Self, Failure> {
        let root = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
        let (sender, changed) = channel();
        let top = root.clone();
        let tell = move |event: notify::Result<Event>| {
            for said in said(&top, event) {
                // Nobody listens any more at the end.
                let _ = sender.send(said);
            }
        };
        let watcher = notify::recommended_watcher(tell).map_err(|e| refused(&e))?;
        let mut made = Self {
            root,
            changed,
            stopped: Arc::default(),
            watcher,
        };
        // One of the folders may be made later.
        let top = made.watcher.watch(&made.root, RecursiveMode::NonRecursive);
        top.map_err(|e| refused(&e))?;
        for folder in FOLDERS.map(|f| made.root.join(f)) {
            made.watch(&folder)?;
        }
        Ok(made)
    }

    fn watch(&mut self, folder: &Path) -> Result<(), Failure> {
        if !folder.is_dir() {
            return Ok(());
        }
        match self.watcher.watch(folder, RecursiveMode::Recursive) {
            // It may be gone again.
            Err(e) if folder.is_dir() => Err(refused(&e)),
            _ => Ok(()),
        }
    }

    /// Waits for the next thing to happen; a burst of changes is one, and so is it when `is_due` says so.
    ///
    /// # Errors
    /// The system refuses to watch a new folder.
    pub fn next(&mut self, is_due: &dyn Fn() -> bool) -> Result<News, Failure> {
        let mut burst = false;
        while !self.stopped.load(Ordering::Relaxed) {
            match self.changed.recv_timeout(QUIET) {
                Ok(folder) => {
                    burst = true;
                    if let Some(folder) = folder {
                        self.watch(&folder)?;
                    }
                }
                Err(RecvTimeoutError::Timeout) if burst || is_due() => return Ok(News::Changed),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        Ok(News::Stop)
    }
}

/// What an event says: nothing where it is no change, or lies beside the folders.
fn said(root: &Path, event: notify::Result<Event>) -> Vec<Option<PathBuf>> {
    let Ok(event) = event else {
        // Something was missed.
        return vec![None];
    };
    if !matters(event.kind) {
        return Vec::new();
    }
    if event.paths.is_empty() {
        return vec![None];
    }
    let one = |path: PathBuf| match path.strip_prefix(root) {
        Ok(below) => {
            let own = FOLDERS.iter().any(|f| below.starts_with(f));
            let is_top = below.components().count() == 1;
            own.then(|| Some(path).filter(|_| is_top))
        }
        Err(_) => Some(None),
    };
    event.paths.into_iter().filter_map(one).collect()
}

/// Reading is no change: a build reads everything.
fn matters(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    }
}

fn refused(e: &notify::Error) -> Failure {
    Failure::program(
        format!("不能留意文件的变化：{e}"),
        format!("changes of files cannot be watched: {e}"),
    )
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Instant;

    use super::*;

    fn workspace() -> tempfile::TempDir {
        let w = tempfile::tempdir().unwrap();
        fs::create_dir_all(w.path().join("records/a")).unwrap();
        fs::create_dir_all(w.path().join("output")).unwrap();
        w
    }

    /// Whether word of a change comes within a while.
    fn changed(changes: &mut Changes, wait: Duration) -> bool {
        let (started, over) = (Instant::now(), std::cell::Cell::new(false));
        let is_over = || {
            over.set(started.elapsed() > wait);
            over.get()
        };
        changes.next(&is_over).unwrap() == News::Changed && !over.get()
    }

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn folders_that_come_later_are_seen() {
        let w = workspace();
        let mut changes = Changes::below(w.path()).unwrap();
        let put = |path: &str| {
            let path = w.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        };
        for _ in 0..2 {
            for path in [
                "policies/own/policy.yaml",
                "policies/own/policy.yaml",
                "policies/more/policy.yaml",
                "records/b/repairs/2025-01.csv",
                "records/b/repairs/2025-01.csv",
                "fonts/own.ttf",
            ] {
                put(path);
                assert!(changed(&mut changes, LONG), "{path}");
            }
            // Gone, and there again: it is another folder now.
            fs::remove_dir_all(w.path().join("policies")).unwrap();
            assert!(changed(&mut changes, LONG), "policies/ removed");
        }
    }

    #[test]
    fn what_lies_beside_the_folders_is_no_change() {
        let w = workspace();
        let mut changes = Changes::below(w.path()).unwrap();
        for path in ["notes.txt", "output/index.html"] {
            fs::write(w.path().join(path), "x").unwrap();
        }
        fs::create_dir(w.path().join("scans")).unwrap();
        assert!(!changed(&mut changes, Duration::from_millis(600)));
    }

    #[test]
    fn a_new_day_is_a_change() {
        let w = workspace();
        let mut changes = Changes::below(w.path()).unwrap();
        assert_eq!(changes.next(&|| true).unwrap(), News::Changed);
    }
}
