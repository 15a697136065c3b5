//! Writes `docs/policies/<id>.md`, a page for each policy of the program, and `docs/templates.md`, what templates see:
//! `cargo run --example docs`.

mod generate;
mod keys;
mod templates;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policies");
    let written = generate::pages().and_then(|pages| {
        std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        for (name, text) in &pages {
            std::fs::write(folder.join(name), text).map_err(|e| format!("{name}: {e}"))?;
        }
        let page = templates::page()?;
        let file = folder.with_file_name("templates.md");
        std::fs::write(file, page).map_err(|e| format!("templates.md: {e}"))?;
        Ok(pages.len() + 1)
    });
    let (said, status) = match written {
        Ok(n) => (format!("{n} pages"), ExitCode::SUCCESS),
        Err(fault) => (fault, ExitCode::FAILURE),
    };
    let _ = writeln!(std::io::stderr(), "{said}");
    status
}
