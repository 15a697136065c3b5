//! The folders of `tests/cases`.

use std::path::{Path, PathBuf};

use super::helper::told;

fn folders(name: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases")
        .join(name);
    let mut all: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    all.sort();
    assert!(all.len() > 10, "{name}: the cases are gone");
    all
}

#[test]
fn what_is_sound_stays_silent() {
    let noisy: Vec<String> = folders("ok")
        .iter()
        .flat_map(|f| told(f).into_iter().map(|t| format!("{}: {t}", f.display())))
        .collect();
    assert!(noisy.is_empty(), "{}", noisy.join("\n"));
}

#[test]
fn what_is_broken_is_told_with_its_place() {
    let mut wrong = String::new();
    for folder in folders("bad") {
        let found = told(&folder).join("\n") + "\n";
        let file = folder.join("expected");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&file, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(found.len() > 1, "{}: nothing is found", folder.display());
        if found != expected {
            wrong += &format!(
                "{}\nexpected:\n{expected}found:\n{found}\n",
                folder.display()
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
