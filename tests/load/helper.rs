//! Small workspaces to load.

use std::path::Path;
use std::sync::Arc;

use aftercare::finding::Finding;
use aftercare::load::{Options, load_office};
use aftercare::pipeline::{self, Failure, Request};
use aftercare::schema::{FieldType, Schema};
use aftercare::table::{Office, Value};
use aftercare::workspace;
use chrono::NaiveDate;
use tempfile::TempDir;

/// The day as of which all is judged.
pub const AS_OF: NaiveDate = NaiveDate::from_ymd_opt(2025, 12, 31).unwrap();
/// An office.yaml that asks nothing.
pub const QUIET: &str = "name: 示例\npolicies: []\n";

/// A workspace with one office `o`.
pub struct Workspace(TempDir);

impl Workspace {
    /// An office with files.
    pub fn new(files: &[(&str, &[u8])]) -> Self {
        let workspace = Self(tempfile::tempdir().unwrap());
        workspace.put("office.yaml", QUIET.as_bytes());
        for (name, bytes) in files {
            workspace.put(name, bytes);
        }
        workspace
    }

    /// The workspace's folder.
    pub fn root(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file of the office.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.office().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// The office's folder.
    pub fn office(&self) -> std::path::PathBuf {
        self.root().join("records/o")
    }

    /// Loads the office with all fields.
    pub fn load(&self) -> (Office, Vec<Finding>) {
        let config = workspace::read_config(self.root(), &self.office()).unwrap();
        let schema = Arc::new(Schema::embedded().unwrap());
        let options = Options::all(schema, AS_OF);
        load_office(self.root(), "o", &self.office(), config, &options)
    }

    /// The findings, told.
    pub fn told(&self) -> Vec<String> {
        told(self.root())
    }
}

/// Checks a workspace.
pub fn check(root: &Path) -> Result<pipeline::Checked, Failure> {
    pipeline::check(&Request {
        root: root.to_path_buf(),
        as_of: AS_OF,
        offices: vec![],
        policies: vec![],
        everything: false,
    })
}

/// The findings about records as `file:line:column rule record field`.
pub fn told(root: &Path) -> Vec<String> {
    let checked = check(root).unwrap_or_else(|f| panic!("{:?}: {}", f.place, f.message.en));
    checked.findings().map(|f| line(&f)).collect()
}

/// A finding in one line, without its message.
pub fn line(f: &Finding) -> String {
    let p = &f.place;
    let file = p.file.strip_prefix("records/o/").unwrap_or(&p.file);
    let or_dash = |t: &Option<String>| t.clone().unwrap_or_else(|| "-".into());
    format!(
        "{file}:{}:{} {} {} {}",
        p.line,
        p.column,
        f.rule,
        or_dash(&f.record),
        or_dash(&f.field)
    )
}

/// A value as text; nothing for an absent one.
pub fn shown(office: &Office, kind: &str, row: u32, field: &str) -> String {
    let kind = office.schema.kind(kind).unwrap();
    let def = office.schema.get(kind);
    let id = def.field(field).unwrap();
    if def.get(id).ty == FieldType::Id {
        return office.record_id(kind, row).to_owned();
    }
    match office.value(kind, row, id) {
        Value::Absent => String::new(),
        Value::Present => "present".into(),
        Value::Text(t) => t.to_owned(),
        Value::List(t) => t.replace('\u{1f}', "|"),
        Value::Code(c) => match &def.get(id).ty {
            FieldType::Enum(values) => values[usize::from(c) - 1].code.clone(),
            _ => c.to_string(),
        },
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Money(m) => format!("{m}分"),
        Value::Number(n) => n.to_string(),
        Value::Moment(m) => m.to_string(),
        Value::Ref(to, at) => office.record_id(to, at).to_owned(),
        Value::Dangling => "?".into(),
    }
}

/// A file of the data that others wrote, where it is present; says that it is not otherwise.
pub fn shared(path: &str) -> Option<std::path::PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let base = std::env::var_os("AFTERCARE_SHARED").map_or(beside, Into::into);
    let found = base.join("data").join(path);
    if found.exists() {
        return Some(found);
    }
    eprintln!("skipped: {path} is not at hand (AFTERCARE_SHARED names the folder)");
    None
}
