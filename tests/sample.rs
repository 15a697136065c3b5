//! The sample group in `records/`: made by its generator, and `check` finds exactly the faults planted in it.

#[path = "../examples/sample/generate/mod.rs"]
mod generate;

use std::collections::BTreeSet;
use std::path::Path;

use aftercare::finding::Finding;
use aftercare::pipeline::{self, Checked, Request};

fn check(root: &Path, as_of: &str) -> Checked {
    let request = Request {
        root: root.to_path_buf(),
        as_of: as_of.parse().expect("a date"),
        offices: vec![],
        policies: vec![],
        everything: false,
    };
    pipeline::check(&request).unwrap_or_else(|f| panic!("{:?}: {}", f.place, f.message.en))
}

fn repo() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// office|rule|kind|record|period|field|waived of a finding, as planted.txt writes them.
fn line(f: &Finding) -> String {
    let core = f.rule.starts_with("core/");
    let cell = |c: &Option<String>| c.clone().unwrap_or_else(|| "-".into());
    let field = if core { cell(&f.field) } else { "-".into() };
    let waived = if f.waived { "waived" } else { "-" };
    [
        f.office.clone(),
        f.rule.clone(),
        cell(&f.kind),
        cell(&f.record),
        cell(&f.period),
        field,
        waived.into(),
    ]
    .join("|")
}

fn planted() -> BTreeSet<String> {
    let text = std::fs::read_to_string(repo().join("examples/sample/planted.txt")).unwrap();
    let lines = text.lines().skip(1).filter(|l| !l.is_empty());
    lines
        .map(|l| l.rsplit_once('|').expect("a reason").0.to_owned())
        .collect()
}

#[test]
fn records_are_what_the_generator_makes() {
    let sample = generate::sample().unwrap();
    let again = "run `cargo run --example sample` and commit";
    for (path, bytes) in &sample.files {
        let there = std::fs::read(repo().join("records").join(path));
        assert!(
            there.is_ok_and(|b| b == *bytes),
            "records/{path} is stale: {again}"
        );
    }
    let files = walkdir::WalkDir::new(repo().join("records"))
        .into_iter()
        .flatten();
    for file in files.filter(|e| e.file_type().is_file()) {
        let path = file.path().strip_prefix(repo().join("records")).unwrap();
        let path = path.to_str().expect("UTF-8").replace('\\', "/");
        assert!(
            sample.files.contains_key(&path),
            "the generator does not make records/{path}"
        );
    }
    let list = std::fs::read_to_string(repo().join("examples/sample/planted.txt")).unwrap();
    assert_eq!(
        list,
        generate::list(&sample.planted),
        "planted.txt is stale: {again}"
    );
}

#[test]
fn exactly_the_planted_faults_are_found() {
    let checked = check(repo(), "2026-01-31");
    let found: BTreeSet<String> = checked.findings.iter().map(line).collect();
    let planted = planted();
    let mut said = String::new();
    for f in checked
        .findings
        .iter()
        .filter(|f| !planted.contains(&line(f)))
    {
        said += &format!(
            "unexpected {}\n  {}:{} {}\n",
            line(f),
            f.place.file,
            f.place.line,
            f.message.en
        );
    }
    for p in planted.difference(&found) {
        said += &format!("missing {p}\n");
    }
    assert!(said.is_empty(), "\n{said}");
    assert_eq!(checked.findings.len(), planted.len(), "each is found once");
}
