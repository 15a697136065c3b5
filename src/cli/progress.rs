//! How far a long build is: a line on a terminal's error stream, once it takes longer than a second.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::text::Lang;

/// Nobody looks at a line that is gone at once.
const PATIENCE: Duration = Duration::from_secs(1);

/// Counts what is made. All threads may count.
pub(super) struct Progress {
    bar: ProgressBar,
    started: Instant,
    shown: AtomicBool,
}

impl Progress {
    pub(super) fn new(lang: Lang, quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let words = lang.pick(
            "正在制作：已做好 {pos} 个文件",
            "Making documents: {pos} files so far",
        );
        if let Ok(style) = ProgressStyle::with_template(&format!("{{spinner}} {words}")) {
            bar.set_style(style);
        }
        Self {
            bar,
            started: Instant::now(),
            shown: AtomicBool::new(quiet),
        }
    }

    /// One more is made.
    pub(super) fn made(&self) {
        self.bar.inc(1);
        if self.started.elapsed() > PATIENCE && !self.shown.swap(true, Ordering::Relaxed) {
            // Draws nothing where the error stream is no terminal.
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Tells a person how long it took; a file or another program is not told, so that it reads the same every time.
    pub(super) fn took(lang: Lang, started: Instant) {
        let mut err = std::io::stderr();
        if err.is_terminal() {
            let seconds = started.elapsed().as_secs_f64();
            let _ = writeln!(
                err,
                "{}",
                lang.pick(
                    format!("用时 {seconds:.1} 秒"),
                    format!("Took {seconds:.1} s")
                )
            );
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
