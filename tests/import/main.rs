//! Import of other systems' files: made-up ones with every oddity, any table at all, and the whole files where they are at hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::iter_over_hash_type,
    reason = "a test stops where its own preparation fails, and says what it skips"
)]

mod any_table;
mod docs;
mod foreign;
mod guess;
mod links;
mod maps;
mod replace;
mod samples;
mod whole_files;
mod xlsx;

use std::path::{Path, PathBuf};

use aftercare::import::{self, Outcome, Request, Why};
use aftercare::pipeline::{self, Checked, Failure};
use tempfile::TempDir;

/// A workspace with one empty office, `cuihu`.
struct Workspace(TempDir);

impl Workspace {
    fn new() -> Self {
        Self::with("name: 翠湖\npolicies: []\n")
    }

    fn with(office: &str) -> Self {
        let this = Self(tempfile::tempdir().unwrap());
        this.write("records/cuihu/office.yaml", office);
        this
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    fn request(&self, file: &Path) -> Request {
        Request {
            root: self.0.path().into(),
            here: self.0.path().into(),
            file: file.into(),
            into: Some("cuihu".into()),
            ..Request::default()
        }
    }

    /// Imports a text file by a map's text.
    fn import(&self, csv: &str, map: &str) -> Result<Outcome, Failure> {
        let file = self.write("source.csv", csv);
        self.write("map.yaml", map);
        let outcome = import::run(&Request {
            map: Some("map.yaml".into()),
            ..self.request(&file)
        });
        outcome.inspect(adds_up)
    }

    /// The file that an import wrote, without the mark at its start.
    fn written(&self, outcome: &Outcome) -> String {
        let text = self.read(outcome.written.as_ref().expect("something was written"));
        text.strip_prefix('\u{feff}')
            .expect("Excel needs the mark")
            .to_owned()
    }

    fn check(&self, as_of: &str) -> Checked {
        let request = pipeline::Request {
            root: self.0.path().into(),
            as_of: as_of.parse().unwrap(),
            offices: vec![],
            policies: vec![],
            everything: true,
        };
        pipeline::check(&request).unwrap_or_else(|f| panic!("{}", f.message.en))
    }
}

fn adds_up(o: &Outcome) {
    let rest = (o.filtered.len() + o.refused.len()) as u64;
    assert_eq!(o.read, o.taken + rest, "read = taken + filtered + refused");
}

/// Refused rows with the sorts of their reasons.
fn refused(o: &Outcome) -> Vec<(u32, Vec<Why>)> {
    o.refused
        .iter()
        .map(|r| (r.at.row, r.reasons.iter().map(|x| x.why).collect()))
        .collect()
}

fn core(checked: &Checked) -> Vec<String> {
    let all = checked.findings().filter(|f| f.rule.starts_with("core/"));
    all.map(|f| {
        format!(
            "{} {}: {}",
            f.rule,
            f.record.as_deref().unwrap_or("-"),
            f.message.en
        )
    })
    .collect()
}
