//! Streams, clock and folder in, the program run, its exit status out.

use std::io::{IsTerminal as _, stdin, stdout};
use std::process::ExitCode;

use aftercare::cli::{Outside, run};
use anstream::{AutoStream, ColorChoice};

/// Two threads that lay out documents ask for memory all the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let colour = (
        AutoStream::choice(&std::io::stdout()) != ColorChoice::Never,
        AutoStream::choice(&std::io::stderr()) != ColorChoice::Never,
    );
    let asked = stdin().is_terminal() && stdout().is_terminal();
    let mut answers = stdin().lock();
    let outside = Outside {
        out: &mut std::io::stdout().lock(),
        // Not locked: progress is drawn there from other threads.
        err: &mut std::io::stderr(),
        input: asked.then_some(&mut answers as _),
        colour,
        // The one place that looks at the clock.
        now: &chrono::Utc::now,
        here: std::env::current_dir().unwrap_or_default(),
    };
    ExitCode::from(run(std::env::args_os().collect(), outside))
}
