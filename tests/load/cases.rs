//! The folders of `tests/cases`.

use std::path::{Path, PathBuf};

use super::helper::{check, line, told};

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

/// What a slip's finding says, in both languages.
fn said(folder: &Path) -> String {
    let one = |f: aftercare::finding::Finding| {
        format!(
            "{}\n  {}\n  {}\n  {}\n  {}\n",
            line(&f),
            f.message.zh,
            f.help.zh,
            f.message.en,
            f.help.en
        )
    };
    check(folder).unwrap().findings().map(one).collect()
}

#[test]
fn each_slip_is_told_in_a_clerks_words() {
    let mut wrong = String::new();
    let slips = folders("bad").into_iter();
    let slips: Vec<_> = slips
        .filter(|f| {
            f.file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with("slip-")
        })
        .collect();
    assert!(slips.len() > 15, "the slips are gone");
    for folder in slips {
        let (said, file) = (said(&folder), folder.join("messages"));
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&file, &said).unwrap();
        }
        if std::fs::read_to_string(&file).unwrap_or_default() != said {
            wrong += &format!("{}\n{said}\n", folder.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
