//! Which files of an office hold records, and of which kind.

use std::path::Path;

use walkdir::WalkDir;

use crate::finding::{Finding, Place, Severity, fingerprint};
use crate::schema::{KindId, Schema};
use crate::text::{Bilingual, nearest};

/// A file with records.
#[derive(Clone, Debug)]
pub struct Found {
    /// Path below the workspace, with `/`.
    pub path: String,
    /// The kind of its records.
    pub kind: KindId,
    /// YAML; else CSV.
    pub yaml: bool,
}

/// Files of an office in order of their paths, and what is wrong with others.
pub fn find(
    root: &Path,
    office: &str,
    folder: &Path,
    schema: &Schema,
) -> (Vec<Found>, Vec<Finding>) {
    let (mut found, mut findings) = (Vec::new(), Vec::new());
    let mut unknown: Vec<String> = Vec::new();
    for entry in WalkDir::new(folder).min_depth(1).sort_by_file_name() {
        let Ok(entry) = entry else {
            continue;
        };
        let path = below(root, entry.path());
        if entry.file_type().is_dir() {
            continue;
        }
        let inside = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let mut parts = inside
            .components()
            .map(|c| c.as_os_str().to_string_lossy().into_owned());
        let first = parts.next().unwrap_or_default();
        let nested = parts.next().is_some();
        if first.starts_with('.') || first == "attachments" || (!nested && first == "office.yaml") {
            continue;
        }
        let extension = entry
            .path()
            .extension()
            .map(|e| e.to_string_lossy().to_lowercase())
            .unwrap_or_default();
        match extension.as_str() {
            "yaml" | "yml" | "csv" => {
                let name = if nested {
                    first.clone()
                } else {
                    first
                        .rsplit_once('.')
                        .map_or(first.clone(), |n| n.0.to_owned())
                };
                match schema.kind(&name) {
                    Some(kind) => found.push(Found {
                        path,
                        kind,
                        yaml: extension != "csv",
                    }),
                    None if unknown.contains(&name) => {}
                    None => {
                        findings.push(unknown_kind(office, &path, &name, schema));
                        unknown.push(name);
                    }
                }
            }
            "xlsx" | "xls" | "txt" | "json" => findings.push(file_finding(
                office,
                &path,
                "ignored-file",
                Severity::Warning,
                format!("没有读 .{extension} 文件：记录要存为 .csv 或 .yaml"),
                format!("a .{extension} file is not read: keep records as .csv or .yaml"),
            )),
            _ => {}
        }
    }
    (found, findings)
}

fn unknown_kind(office: &str, path: &str, name: &str, schema: &Schema) -> Finding {
    let near = nearest(name, schema.kinds.iter().map(|k| k.name.as_str()));
    let hint = |text: fn(&str) -> String| near.map(text).unwrap_or_default();
    file_finding(
        office,
        path,
        "unknown-kind",
        Severity::Error,
        format!(
            "没有「{name}」这类记录{}",
            hint(|n| format!("，是不是「{n}」？"))
        ),
        format!(
            "there is no kind of record `{name}`{}",
            hint(|n| format!("; did you mean `{n}`?"))
        ),
    )
}

/// A path below the workspace, with `/`.
pub fn below(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path);
    relative
        .components()
        .map(|c| c.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}

/// A finding about a file as a whole.
pub fn file_finding(
    office: &str,
    path: &str,
    rule: &str,
    severity: Severity,
    zh: String,
    en: String,
) -> Finding {
    let rule = format!("core/{rule}");
    let fingerprint = fingerprint(&[&rule, office, "", "", "", "", path]);
    Finding {
        rule,
        severity,
        office: office.to_owned(),
        kind: None,
        record: None,
        field: None,
        period: None,
        place: Place {
            file: path.to_owned(),
            line: 1,
            column: 1,
            width: 1,
            excerpt: String::new(),
            excerpt_column: 1,
        },
        message: Bilingual { zh, en },
        help: Bilingual::new(
            "改名、另存或移走这个文件。",
            "Rename the file, save it in another format, or move it away.",
        ),
        clause: String::new(),
        due: None,
        waived: false,
        related: Vec::new(),
        fingerprint,
    }
}
