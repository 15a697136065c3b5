//! The readers of CSV and YAML against collections that others made, where those are at hand.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::split;
use super::tree::{self, Data, Node};

/// A folder of the data that others wrote; says so where it is absent.
fn shared(path: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let base = std::env::var_os("AFTERCARE_SHARED").map_or(beside, Into::into);
    let found = base.join("data").join(path);
    if found.exists() {
        return Some(found);
    }
    eprintln!("skipped: {path} is not at hand (AFTERCARE_SHARED names the folder)");
    None
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut all: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    all.sort();
    assert!(all.len() > 10);
    all
}

/// The rows that a JSON file of a suite expects: lists of cells, or objects after the header.
fn rows(json: &Value) -> Vec<Vec<String>> {
    let cell = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    let row = |v: &Value| match v {
        Value::Object(o) => o.values().map(cell).collect(),
        Value::Array(a) => a.iter().map(cell).collect(),
        other => panic!("{other}"),
    };
    let all = json
        .as_array()
        .map_or(std::slice::from_ref(json), Vec::as_slice);
    all.iter().map(row).collect()
}

#[test]
fn csv_suites_are_read_as_they_expect() {
    for (suite, folder) in [
        ("suites/csv-spectrum", "csvs"),
        ("suites/csv-test-data", "csv"),
    ] {
        let Some(root) = shared(suite) else { return };
        for file in files(&root.join(folder)) {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = std::fs::read_to_string(&file).unwrap();
            let json = root.join("json").join(format!("{name}.json"));
            // The collection's own two files of that name hold different telephone numbers.
            if !json.exists() || name == "location_coordinates" {
                continue;
            }
            let json = std::fs::read_to_string(json).unwrap();
            let full = |r: &Vec<String>| r.iter().any(|c| !c.is_empty());
            // A line break inside a cell is read as one character.
            let json = json.replace("\\r\\n", "\\n");
            let expected: Vec<Vec<String>> = rows(&serde_json::from_str(&json).unwrap())
                .into_iter()
                .filter(full)
                .collect();
            let read: Vec<Vec<String>> = cells(&text).into_iter().filter(full).collect();
            // Where rows are objects, the header is not among them.
            let head = read.len() - expected.len();
            assert!(
                head < 2 && read[head..] == expected,
                "{suite} {name}: {read:?}"
            );
        }
    }
}

fn cells(text: &str) -> Vec<Vec<String>> {
    let (mut at, mut cells, mut rows) = (0, Vec::new(), Vec::new());
    while let Some(r) = split::record(text, at, b',', &mut cells).unwrap() {
        rows.push(cells.iter().map(|c| c.text(text).into_owned()).collect());
        at = r.next;
    }
    rows
}

#[test]
fn the_yaml_suite_never_panics_and_scalars_are_right() {
    let Some(root) = shared("suites/yaml-test-suite") else {
        return;
    };
    let (mut read, mut refused) = (0, 0);
    for file in files(&root) {
        let text = std::fs::read_to_string(&file).unwrap();
        let cases: Vec<Value> = serde_saphyr::from_str(&text).unwrap();
        let mut yaml = String::new();
        for case in &cases {
            let fail = case.get("fail").and_then(Value::as_bool).unwrap_or(false);
            if let Some(y) = case.get("yaml").and_then(Value::as_str) {
                yaml = y
                    .replace('␣', " ")
                    .replace('—', "")
                    .replace('»', "\t")
                    .replace(['↵', '∎'], "")
                    .replace('⇔', "\u{feff}")
                    .replace('←', "\r");
            }
            let found = scalars(&yaml);
            match (found, case.get("tree").and_then(Value::as_str), fail) {
                (Ok(scalars), Some(tree), false) if !tree.contains("=ALI") => {
                    read += 1;
                    assert_eq!(scalars, values(tree), "{}", file.display());
                }
                (Err(_), _, false) => refused += 1,
                _ => {}
            }
        }
    }
    eprintln!("{read} cases read, {refused} sound ones refused");
    assert!(
        read > 200 && refused * 10 < read,
        "{read} read, {refused} refused"
    );
}

/// The scalars of a text in order, or nothing where it is no YAML.
fn scalars(text: &str) -> Result<Vec<String>, ()> {
    fn walk(node: &Node, out: &mut Vec<String>) {
        match &node.data {
            Data::Scalar(..) if node.data.is_null() => out.push(String::new()),
            Data::Scalar(t, _) => out.push(t.clone()),
            Data::List(items) => items.iter().for_each(|n| walk(n, out)),
            Data::Map(pairs) => pairs.iter().for_each(|(k, v)| {
                walk(k, out);
                walk(v, out);
            }),
        }
    }
    let (roots, faults) = tree::read(text);
    let mut out = Vec::new();
    roots.iter().for_each(|r| walk(r, &mut out));
    if faults.is_empty() { Ok(out) } else { Err(()) }
}

/// The scalars of a suite's event tree.
fn values(tree: &str) -> Vec<String> {
    let scalar = |l: &str| {
        let rest = l.trim_start().strip_prefix("=VAL ")?;
        let mut rest = rest;
        while rest.starts_with('&') || rest.starts_with('<') {
            rest = rest.split_once(' ')?.1;
        }
        let text = rest.get(1..)?.replace('␣', " ");
        // No value and a written null are one thing here.
        let null = rest.starts_with(':') && matches!(text.as_str(), "~" | "null" | "Null" | "NULL");
        Some(if null { String::new() } else { unescape(&text) })
    };
    tree.lines().filter_map(scalar).collect()
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some('b') => out.push('\u{8}'),
                Some(c) => out.push(c),
                None => out.push('\\'),
            },
            (c, _) => out.push(c),
        }
    }
    out
}
