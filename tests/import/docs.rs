//! The worked example of docs/importing.md, run as it stands there.

use assert_cmd::Command;

use crate::Workspace;

fn block(docs: &str, fence: &str) -> String {
    let start = docs
        .find(&format!("```{fence}\n"))
        .unwrap_or_else(|| panic!("no block {fence}"));
    let body = docs[start..].split_once('\n').unwrap().1;
    body[..body.find("```").unwrap()].to_owned()
}

#[test]
fn the_worked_example_is_true() {
    let docs =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/importing.md")).unwrap();
    let w = Workspace(tempfile::tempdir().unwrap());
    for name in ["csv 维修单.csv", "yaml 维修对照.yaml"] {
        w.write(name.split_once(' ').unwrap().1, block(&docs, name));
    }
    let console = block(&docs, "console");
    let (command, expected) = console.split_once('\n').unwrap();
    let args: Vec<&str> = command.split(' ').skip(2).collect();
    let out = Command::cargo_bin("aftercare")
        .unwrap()
        .current_dir(w.path(""))
        .args(&args)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(out.stdout).unwrap(), expected);
    assert_eq!(out.status.code(), Some(1));
    let written = w.read("records/cuihu/repairs/import-维修单.csv");
    assert_eq!(
        written.trim_start_matches('\u{feff}'),
        block(&docs, "csv result")
    );
}
