//! That something below the workspace changed, once for each burst of changes; and that somebody pressed Ctrl-C.

use std::path::Path;
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
    changed: Receiver<()>,
    stopped: Arc<AtomicBool>,
    _watcher: RecommendedWatcher,
}

impl Changes {
    /// Watches a workspace, and Ctrl-C.
    ///
    /// # Errors
    /// The system refuses to watch.
    pub fn of(root: &Path) -> Result<Self, Failure> {
        let (sender, changed) = channel();
        let tell = move |event: notify::Result<Event>| {
            if event.as_ref().map_or(true, |e| matters(e.kind)) {
                // Nobody listens any more at the end.
                let _ = sender.send(());
            }
        };
        let mut watcher = notify::recommended_watcher(tell).map_err(|e| refused(&e))?;
        for folder in FOLDERS.map(|f| root.join(f)) {
            if folder.is_dir() {
                let watched = watcher.watch(&folder, RecursiveMode::Recursive);
                watched.map_err(|e| refused(&e))?;
            }
        }
        let stopped = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // Where the system has no such signal, it ends the program as it always does.
            let _ = signal_hook::flag::register(signal, Arc::clone(&stopped));
        }
        Ok(Self {
            changed,
            stopped,
            _watcher: watcher,
        })
    }

    /// Waits for the next thing to happen; a burst of changes is one.
    pub fn next(&self) -> News {
        let mut burst = false;
        while !self.stopped.load(Ordering::Relaxed) {
            match self.changed.recv_timeout(QUIET) {
                Ok(()) => burst = true,
                Err(RecvTimeoutError::Timeout) if burst => return News::Changed,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        News::Stop
    }
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
