//! Writes the sample group of offices into `records/` and years in good order into `tests/cases/ok/`, or, with `--big DIR`,
//! the set that benchmarks read.
//!
//! `cargo run --example sample`, `cargo run --release --example sample -- --big DIR [--visits 1000000] [--one-file]`

mod generate;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "sample | sample --big DIR [--visits N] [--one-file]";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(said) => {
            let _ = writeln!(std::io::stderr(), "{said}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            let _ = writeln!(std::io::stderr(), "{fault}\n{USAGE}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut args: impl Iterator<Item = String>) -> Result<String, String> {
    let mut big: Option<generate::Big> = None;
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{arg} needs a value"));
        match (arg.as_str(), &mut big) {
            ("--big", _) => big = Some(generate::Big::new(PathBuf::from(value()?))),
            ("--visits", Some(b)) => {
                b.visits = value()?
                    .parse()
                    .map_err(|_| "--visits needs a number".to_owned())?;
            }
            ("--one-file", Some(b)) => b.one_file = true,
            _ => return Err(format!("unknown argument {arg}")),
        }
    }
    match big {
        Some(b) => b.write().map(|c| c.to_string()).map_err(|e| e.to_string()),
        None => group(),
    }
}

fn group() -> Result<String, String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let sample = generate::sample()?;
    let done = generate::write(&root.join("records"), &sample.files)
        .and_then(|()| generate::write(&root.join("tests/cases/ok"), &sample.years))
        .and_then(|()| {
            std::fs::write(
                root.join("examples/sample/planted.txt"),
                generate::list(&sample.planted),
            )
        });
    done.map_err(|e| e.to_string())?;
    Ok(format!(
        "{} files, {} planted faults, {} files in good order",
        sample.files.len(),
        sample.planted.len(),
        sample.years.len()
    ))
}
