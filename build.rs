//! Lists the data files that the program carries, so that adding a policy, a kind or a form needs no Rust.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut code = String::new();
    for (name, folder) in [
        ("SCHEMA", "schema"),
        ("CORE", "core"),
        ("POLICIES", "policies"),
        ("TEMPLATES", "templates"),
        ("CALENDAR", "calendar"),
        ("MAPS", "maps"),
    ] {
        println!("cargo:rerun-if-changed={folder}");
        let mut files = Vec::new();
        walk(&root.join(folder), &mut files)?;
        files.sort();
        let _ = writeln!(
            code,
            "/// Files of `{folder}/`: path below it, bytes.\npub static {name}: &[(&str, &[u8])] = &["
        );
        for file in files {
            let relative = file.strip_prefix(root.join(folder)).unwrap_or(&file);
            let key = relative.to_string_lossy().replace('\\', "/");
            let _ = writeln!(
                code,
                "    ({key:?}, include_bytes!({:?})),",
                file.display().to_string()
            );
        }
        let _ = writeln!(code, "];");
    }
    let out = PathBuf::from(std::env::var("OUT_DIR").unwrap_or_default());
    std::fs::write(out.join("embedded.rs"), code)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            println!("cargo:rerun-if-changed={}", path.display());
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
