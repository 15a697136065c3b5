//! Which files of an office hold records, and of which kind.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::finding::{Finding, Place, Severity, fingerprint};
use crate::schema::{KindId, Schema};
use crate::text::{Bilingual, nearest};

/// A file with records.
#[derive(Clone, Debug)]
pub struct Found {
    /// Path below the workspace, with `/`.
    pub path: String,
    /// The path as the system knows it; its name need not be text.
    pub real: PathBuf,
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
    let mut search = Search {
        root,
        inside: std::fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf()),
        office,
        folder,
        schema,
        found: Vec::new(),
        findings: Vec::new(),
        unknown: Vec::new(),
    };
    let mut entries = WalkDir::new(folder)
        .min_depth(1)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter();
    while let Some(entry) = entries.next() {
        match entry {
            Err(e) => search.unread(&e),
            Ok(e) if search.is_nobodys(&e) || search.leads_out(&e) => {
                if e.file_type().is_dir() {
                    entries.skip_current_dir();
                }
            }
            Ok(e) if e.file_type().is_dir() => {}
            Ok(e) => search.file(e.path()),
        }
    }
    (search.found, search.findings)
}

struct Search<'a> {
    root: &'a Path,
    /// The workspace, with all links followed.
    inside: PathBuf,
    office: &'a str,
    folder: &'a Path,
    schema: &'a Schema,
    found: Vec<Found>,
    findings: Vec<Finding>,
    /// Unknown kinds that have been told.
    unknown: Vec<String>,
}

impl Search<'_> {
    /// Attachments, hidden files, what spreadsheets leave behind while they are open, and office.yaml itself.
    fn is_nobodys(&self, entry: &walkdir::DirEntry) -> bool {
        let name = entry.file_name().to_string_lossy();
        name.starts_with('.')
            || name.starts_with("~$")
            || (entry.file_type().is_dir() && name == "attachments")
            || (entry.depth() == 1 && name == "office.yaml")
    }

    /// Refuses a link that leads out of the workspace: a check quotes what it reads.
    fn leads_out(&mut self, entry: &walkdir::DirEntry) -> bool {
        if !entry.path_is_symlink() {
            return false;
        }
        let out = match std::fs::canonicalize(entry.path()) {
            Ok(real) => !real.starts_with(&self.inside),
            Err(_) => true,
        };
        if out {
            let (zh, en) = (
                "链接指向工作区之外，没有读",
                "the link leads out of the workspace; it is not read",
            );
            self.told(entry.path(), "parse", Severity::Error, zh, en);
        }
        out
    }

    /// What cannot be listed or followed; of files only those that would hold records.
    fn unread(&mut self, e: &walkdir::Error) {
        let Some(path) = e.path() else { return };
        let link = path.is_symlink();
        if link
            && e.loop_ancestor().is_none()
            && !matches!(extension(path).as_str(), "" | "yaml" | "yml" | "csv")
        {
            return;
        }
        let why = match (e.loop_ancestor(), e.io_error()) {
            (Some(_), _) => Bilingual::new("链接绕了一圈", "the links go round in a circle"),
            (_, Some(io)) if link && io.kind() == std::io::ErrorKind::NotFound => {
                Bilingual::new("链接指向的文件不存在", "the link leads to nothing")
            }
            (_, Some(io)) => crate::source::why(io),
            _ => Bilingual::new(e.to_string(), e.to_string()),
        };
        let (zh, en) = (
            format!("读不了：{}", why.zh),
            format!("cannot be read: {}", why.en),
        );
        self.told(path, "parse", Severity::Error, zh, en);
    }

    fn file(&mut self, path: &Path) {
        let extension = extension(path);
        match extension.as_str() {
            "yaml" | "yml" | "csv" => self.records(path, extension != "csv"),
            "xlsx" | "xls" | "txt" | "json" => {
                let zh = format!("没有读 .{extension} 文件：记录要存为 .csv 或 .yaml");
                let en = format!("a .{extension} file is not read: keep records as .csv or .yaml");
                self.told(path, "ignored-file", Severity::Warning, zh, en);
            }
            _ => {}
        }
    }

    fn records(&mut self, path: &Path, yaml: bool) {
        let inside = path.strip_prefix(self.folder).unwrap_or(path);
        let name = &kind_name(inside);
        if let Some(kind) = self.schema.kind(name) {
            self.found.push(Found {
                path: below(self.root, path),
                real: path.to_path_buf(),
                kind,
                yaml,
            });
        } else if !self.unknown.iter().any(|u| u == name) {
            self.unknown.push(name.to_owned());
            let (zh, en) = self.unknown_kind(name);
            self.told(path, "unknown-kind", Severity::Error, zh, en);
        }
    }

    fn unknown_kind(&self, name: &str) -> (String, String) {
        let labelled = self.schema.kinds.iter().find(|k| k.label.zh == name);
        let lower = name.to_lowercase();
        let near = labelled.map(|k| k.name.as_str()).or_else(|| {
            let names = self.schema.kinds.iter().map(|k| k.name.as_str());
            nearest(&lower, names)
        });
        let (zh, en) = near.map_or_else(Default::default, |n| {
            (
                format!("，是不是「{n}」？"),
                format!("; did you mean `{n}`?"),
            )
        });
        (
            format!("没有「{name}」这类记录{zh}"),
            format!("there is no kind of record `{name}`{en}"),
        )
    }

    fn told(
        &mut self,
        path: &Path,
        rule: &str,
        severity: Severity,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) {
        let path = below(self.root, path);
        let message = Bilingual::new(zh, en);
        self.findings
            .push(file_finding(self.office, &path, rule, severity, message));
    }
}

/// The kind that a file in an office says it holds: the first part of its path, without extension.
fn kind_name(inside: &Path) -> String {
    let first = inside.components().next();
    let first = first.map_or_else(String::new, |c| {
        c.as_os_str().to_string_lossy().into_owned()
    });
    let name = ["yaml", "yml", "csv"]
        .iter()
        .find(|e| extension(Path::new(&first)) == **e)
        .and_then(|e| first.get(..first.len() - e.len() - 1));
    name.unwrap_or(&first).to_owned()
}

/// The kind of a file's records, by its path in the office, and whether it is YAML; none where it holds no records.
pub(crate) fn of_records(inside: &Path, schema: &Schema) -> Option<(KindId, bool)> {
    let extension = extension(inside);
    let hidden = |name: &str| name.starts_with('.') || name.starts_with("~$");
    let parts: Vec<_> = inside
        .components()
        .map(|c| c.as_os_str().to_string_lossy())
        .collect();
    let folders = parts.split_last().map_or(&[][..], |p| p.1);
    if parts.iter().any(|p| hidden(p)) || folders.iter().any(|p| p == "attachments") {
        return None;
    }
    let reads = matches!(extension.as_str(), "yaml" | "yml" | "csv")
        && *inside != *Path::new("office.yaml");
    let kind = schema.kind(&kind_name(inside)).filter(|_| reads)?;
    Some((kind, extension != "csv"))
}

fn extension(path: &Path) -> String {
    path.extension()
        .map(|e| e.to_string_lossy().to_lowercase())
        .unwrap_or_default()
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
fn file_finding(
    office: &str,
    path: &str,
    rule: &str,
    severity: Severity,
    message: Bilingual,
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
        place: Place::whole(path),
        message,
        help: Bilingual::new(
            "改名、另存或移走这个文件。",
            "Rename the file, save it in another format, or move it away.",
        ),
        clause: String::new(),
        due: None,
        waived: false,
        related: Vec::new(),
        fingerprint,
        short: None,
    }
}
