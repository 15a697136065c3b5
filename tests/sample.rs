//! The sample group in `records/`: made by its generator, and `check` finds exactly the faults planted in it; the years in
//! good order in `tests/cases/ok`: made by it too, and `check` finds nothing.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may panic"
)]

#[path = "../examples/sample/generate/mod.rs"]
mod generate;

use std::collections::{BTreeMap, BTreeSet};
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

/// Every file below a folder: path and bytes.
fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = walkdir::WalkDir::new(root).into_iter().flatten();
    let files = files.filter(|e| e.file_type().is_file());
    let named = files.map(|e| {
        let path = e.path().strip_prefix(root).unwrap().to_str().unwrap();
        (path.replace('\\', "/"), std::fs::read(e.path()).unwrap())
    });
    named.collect()
}

/// What must be done again where the files differ from what is made.
const AGAIN: &str = "run `cargo run --example sample`, delete what it no longer makes, and commit";

/// The paths below a folder that are not what the generator makes.
fn stale(files: &BTreeMap<String, Vec<u8>>, kept: &Path, only: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    generate::write(folder.path(), files).unwrap();
    let (made, kept) = (tree(folder.path()), tree(kept));
    let paths: BTreeSet<&String> = made.keys().chain(kept.keys()).collect();
    let paths = paths.into_iter().filter(|p| p.starts_with(only));
    paths
        .filter(|p| made.get(*p) != kept.get(*p))
        .cloned()
        .collect()
}

#[test]
fn records_are_what_the_generator_makes() {
    let sample = generate::sample().unwrap();
    let stale_records = stale(&sample.files, &repo().join("records"), "");
    assert!(
        stale_records.is_empty(),
        "differ in records/: {stale_records:?}: {AGAIN}"
    );
    let stale_years = stale(&sample.years, &repo().join("tests/cases/ok"), "year-");
    assert!(
        stale_years.is_empty(),
        "differ in tests/cases/ok/: {stale_years:?}: {AGAIN}"
    );
    let list = std::fs::read_to_string(repo().join("examples/sample/planted.txt")).unwrap();
    assert_eq!(
        list,
        generate::list(&sample.planted),
        "planted.txt is stale: {AGAIN}"
    );
}

/// The folders of `tests/cases/ok` that hold an office's year in good order.
fn years() -> Vec<std::path::PathBuf> {
    let folders = std::fs::read_dir(repo().join("tests/cases/ok")).unwrap();
    let folders = folders.map(|f| f.unwrap().path());
    let mut all: Vec<_> = folders
        .filter(|f| {
            f.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with("year-")
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_year_in_good_order_stays_silent() {
    let mut said = String::new();
    for folder in years() {
        let name = folder.file_name().unwrap().to_str().unwrap();
        for as_of in ["2025-12-31", "2026-01-31", "2026-11-30"] {
            let checked = check(&folder, as_of);
            assert!(checked.summary.records > 50, "{name} holds hardly anything");
            for f in checked.findings() {
                said += &format!("{name} as of {as_of}: {}\n  {}\n", line(&f), f.message.en);
            }
        }
    }
    assert!(said.is_empty(), "\n{said}");
}

#[test]
fn exactly_the_planted_faults_are_found() {
    let checked = check(repo(), "2026-01-31");
    let found: BTreeSet<String> = checked.findings().map(|f| line(&f)).collect();
    let planted = planted();
    let mut said = String::new();
    for f in checked.findings().filter(|f| !planted.contains(&line(f))) {
        said += &format!(
            "unexpected {}\n  {}:{} {}\n",
            line(&f),
            f.place.file,
            f.place.line,
            f.message.en
        );
    }
    for p in planted.difference(&found) {
        said += &format!("missing {p}\n");
    }
    assert!(said.is_empty(), "\n{said}");
    assert_eq!(checked.found.len(), planted.len(), "each is found once");
}

/// How many records a folder's CSV files hold (the big set has no line break inside a cell).
fn rows(path: &Path) -> usize {
    let files = walkdir::WalkDir::new(path).into_iter().flatten();
    let files = files.filter(|e| e.file_type().is_file());
    files
        .map(|e| std::fs::read_to_string(e.path()).unwrap().lines().count() - 1)
        .sum()
}

#[test]
fn the_big_set_has_as_many_records_as_asked_in_both_layouts() {
    let mut found = Vec::new();
    for one_file in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let mut big = generate::Big::new(folder.path().to_path_buf());
        big.visits = 2_000;
        big.one_file = one_file;
        let counts = big.write().unwrap();
        let office = folder.path().join("records/big");
        let visits = if one_file { "visits.csv" } else { "visits" };
        let expected = [
            (visits, 2_000),
            ("customers.csv", 200),
            ("repairs.csv", 400),
            ("complaints.csv", 100),
        ];
        for (path, count) in expected {
            assert_eq!(rows(&office.join(path)), count, "{path}");
        }
        let checked = check(folder.path(), "2026-01-31");
        let all = counts.visits + counts.customers + counts.repairs + counts.complaints;
        let all = all + counts.work_orders + counts.others;
        assert_eq!(checked.summary.records, all as u64);
        let mut lines: Vec<String> = checked.findings().map(|f| line(&f)).collect();
        lines.sort();
        found.push(lines);
    }
    assert!(!found[0].is_empty(), "some of it is planted");
    assert!(
        found[0].iter().all(|l| !l.contains("core/parse")),
        "{:?}",
        found[0]
    );
    assert_eq!(found[0], found[1]);
}

#[test]
fn the_findings_stay_the_same_until_the_waivers_end() {
    let lines = |as_of| {
        let mut all: Vec<String> = check(repo(), as_of).findings().map(|f| line(&f)).collect();
        all.sort();
        all
    };
    let winter = lines("2026-01-31");
    assert_eq!(winter, lines("2026-11-25"));
    assert_eq!(winter, lines("2026-12-31"));
    // The day after, what three waivers covered fails again and the waivers are stale.
    let after = lines("2027-01-01");
    let waived = |l: &&String| l.ends_with("|waived");
    assert_eq!(winter.iter().filter(waived).count(), 3);
    assert_eq!(after.iter().filter(waived).count(), 0);
    let stale = |all: &[String]| {
        all.iter()
            .filter(|l| l.contains("core/stale-waiver"))
            .count()
    };
    assert_eq!(stale(&after), stale(&winter) + 3);
}
