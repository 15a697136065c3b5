//! Streams in, the program run, its exit status out.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::SUCCESS
}
