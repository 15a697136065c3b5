//! Collections of awkward files that others made (see `shared` in the helper for where they are looked for).

use std::fmt::Write as _;
use std::path::Path;

use super::helper::{Workspace, shared, shown};

/// Puts cells through records: one text field a cell, one record a row.
fn through(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    const FIELDS: [&str; 5] = ["summary", "investigation", "evidence", "decision", "result"];
    let mut out = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(Vec::new());
    out.write_record(["id", "received_at"].iter().chain(&FIELDS))
        .unwrap();
    for (i, row) in rows.iter().enumerate() {
        let head = [format!("K-{i}"), "2025-03-01".to_owned()];
        out.write_record(head.iter().chain(row)).unwrap();
    }
    let w = Workspace::new(&[("complaints.csv", &out.into_inner().unwrap())]);
    let (office, findings) = w.load();
    assert!(findings.is_empty(), "{findings:?}");
    let read = |(i, row): (usize, &Vec<String>)| {
        let row = FIELDS.iter().take(row.len());
        row.map(|f| shown(&office, "complaints", u32::try_from(i).unwrap(), f))
            .collect()
    };
    rows.iter().enumerate().map(read).collect()
}

/// A text as a field keeps it: without surrounding space, and nothing for a token that says so.
fn kept(text: &str) -> String {
    let absent = ["-", "—", "/", "待补", "待定", "?", "N/A"];
    let t = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}');
    if absent.contains(&t) {
        String::new()
    } else {
        t.to_owned()
    }
}

fn naughty() -> Option<Vec<String>> {
    let blns = std::fs::read_to_string(shared("suites/blns/blns.json")?).unwrap();
    let xss = std::fs::read_to_string(shared("suites/xss-payload-list.txt")?).unwrap();
    let mut all: Vec<String> = serde_json::from_str(&blns).unwrap();
    all.extend(xss.lines().map(str::to_owned));
    Some(all)
}

#[test]
fn naughty_strings_come_back_from_csv() {
    let Some(all) = naughty() else { return };
    assert!(all.len() > 7_000);
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|t| vec![t.clone(), "x".into(), t.clone()])
        .collect();
    for (row, read) in rows.iter().zip(through(&rows)) {
        let expected: Vec<String> = row
            .iter()
            .map(|t| kept(t).replace('\0', "\u{fffd}"))
            .collect();
        assert_eq!(read, expected);
    }
}

#[test]
fn naughty_strings_come_back_from_yaml() {
    let Some(all) = naughty() else { return };
    let mut yaml = String::new();
    for (i, t) in all.iter().enumerate() {
        let text = serde_json::to_string(t).unwrap();
        // YAML wants what cannot be printed escaped.
        let plain = |c: char| !matches!(c, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
        let text: String = text
            .chars()
            .map(|c| {
                if plain(c) {
                    c.to_string()
                } else {
                    format!("\\u{:04x}", u32::from(c))
                }
            })
            .collect();
        writeln!(
            yaml,
            "- id: K-{i}\n  received_at: 2025-03-01\n  summary: {text}"
        )
        .unwrap();
    }
    let (office, findings) = Workspace::new(&[("complaints.yaml", yaml.as_bytes())]).load();
    assert!(
        findings.is_empty(),
        "{:?}",
        &findings[..findings.len().min(3)]
    );
    for (i, t) in all.iter().enumerate() {
        let read = shown(&office, "complaints", u32::try_from(i).unwrap(), "summary");
        assert_eq!(read, kept(t));
    }
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut all: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    all.sort();
    assert!(!all.is_empty());
    all
}

#[test]
fn files_in_gbk_and_gb18030_are_decoded() {
    let Some(folder) = shared("encodings") else {
        return;
    };
    for file in files(&folder)
        .iter()
        .chain(shared("citizen-letters.gb18030.csv").iter())
    {
        let bytes = std::fs::read(file).unwrap();
        let (text, bad) = aftercare::source::decode(bytes.clone());
        assert_eq!(bad, None, "{}", file.display());
        let expected = match String::from_utf8(bytes) {
            Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
            Err(e) => encoding_rs::GB18030.decode(e.as_bytes()).0.into_owned(),
        };
        assert_eq!(text, expected, "{}", file.display());
        let han = text
            .chars()
            .filter(|c| ('\u{3400}'..='\u{9fff}').contains(c))
            .count();
        assert!(
            han * 3 > text.chars().filter(|c| !c.is_ascii()).count(),
            "{}",
            file.display()
        );
    }
}
