//! A small office made of a case's records, judged as `check` would; packs and schema are read once for all tests.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use aftercare::finding::Finding;
use aftercare::load::{self, Options};
use aftercare::pipeline::{self, Failure};
use aftercare::policy::{self, Judgement, Packs};
use aftercare::schema::Schema;
use aftercare::workspace;

use crate::ways::{Way, files};

pub type Yaml = serde_json::Value;
pub type Records = BTreeMap<String, Vec<BTreeMap<String, Yaml>>>;

pub static SCHEMA: LazyLock<Arc<Schema>> = LazyLock::new(|| Arc::new(Schema::embedded().unwrap()));
/// The packs as they stand in `policies/` now, so that one is tried without building the program again.
pub static PACKS: LazyLock<Packs> = LazyLock::new(|| {
    let root = env!("CARGO_MANIFEST_DIR");
    let all = |f: Vec<policy::Fault>| f.iter().map(ToString::to_string).collect::<Vec<_>>();
    let packs = Packs::for_workspace(Path::new(root), &SCHEMA);
    packs.unwrap_or_else(|f| panic!("{}", all(f).join("\n")))
});

/// What an office's records gave.
pub struct Seen {
    pub findings: Vec<Finding>,
    pub due: Vec<Finding>,
    pub judgements: Vec<Judgement>,
}

/// Judges one office as of a day; `office` are lines of office.yaml besides name and, unless it has them, policies.
pub fn judge(
    policy: &str,
    office: &BTreeMap<String, Yaml>,
    records: &Records,
    as_of: &str,
) -> Result<Seen, Failure> {
    judge_written(policy, office, &files(records, Way::Yaml), as_of)
}

/// Judges one office of files, as [`judge`] does.
pub fn judge_written(
    policy: &str,
    office: &BTreeMap<String, Yaml>,
    files: &[(String, Vec<u8>)],
    as_of: &str,
) -> Result<Seen, Failure> {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("records/example");
    std::fs::create_dir_all(&home).unwrap();
    std::fs::write(home.join("office.yaml"), config(policy, office)).unwrap();
    for (name, bytes) in files {
        std::fs::write(home.join(name), bytes).unwrap();
    }
    judge_folder(folder.path(), &PACKS, as_of)
}

/// Judges the office `example` of a workspace with some packs.
pub fn judge_folder(root: &Path, packs: &Packs, as_of: &str) -> Result<Seen, Failure> {
    let home = root.join("records/example");
    let as_of = as_of.parse().expect("as_of is a date");
    let config = workspace::read_config(root, &home)?;
    let compiled = pipeline::adopt(&config, packs, &SCHEMA, &[])?;
    let mut options = Options::wanted(Arc::clone(&SCHEMA), as_of);
    compiled.wanted(&SCHEMA, &mut |kind, field, value| {
        options.want(kind, field, value);
    });
    let (office, core) = load::load_office(root, "example", &home, config, &options);
    let decided = policy::judge(&office, &compiled);
    let judgements = decided.judgements;
    let teller = policy::Teller::with(&office, &compiled, decided.ready);
    let mut findings: Vec<Finding> = teller.missed(&judgements).collect();
    let due = teller.pending(&judgements).map(|(_, f)| f).collect();
    findings.extend(decided.notes);
    findings.extend(core);
    policy::waive(&office, &compiled, &mut findings);
    aftercare::finding::sort_and_dedupe(&mut findings);
    Ok(Seen {
        findings,
        due,
        judgements,
    })
}

fn config(policy: &str, office: &BTreeMap<String, Yaml>) -> String {
    let mut text = String::from("name: 示例\n");
    if !office.contains_key("policies") {
        writeln!(text, "policies: [{policy}]").unwrap();
    }
    for (key, value) in office {
        writeln!(text, "{key}: {value}").unwrap();
    }
    text
}

impl Seen {
    /// A rule's findings as `record@period`, each part only where there is one.
    pub fn found(&self, rule: &str) -> Vec<String> {
        let mut all: Vec<String> = self.of(rule).map(written).collect();
        all.sort();
        all
    }

    /// What is still due by a rule, written alike.
    pub fn pending(&self, rule: &str) -> Vec<String> {
        let own = self.due.iter().filter(|f| f.rule == rule);
        let mut all: Vec<String> = own.map(written).collect();
        all.sort();
        all
    }

    /// A rule's findings.
    pub fn of<'a>(&'a self, rule: &'a str) -> impl Iterator<Item = &'a Finding> {
        self.findings.iter().filter(move |f| f.rule == rule)
    }

    /// The sum of a count over a rule's judgements.
    pub fn tally(&self, rule: &str, of: impl Fn(&policy::verdict::Tally) -> u64) -> u64 {
        let own = self.judgements.iter().filter(|j| j.rule == rule);
        own.map(|j| of(&j.tally)).sum()
    }
}

fn written(f: &Finding) -> String {
    let period = f.period.as_ref().map(|p| format!("@{p}"));
    format!(
        "{}{}",
        f.record.as_deref().unwrap_or_default(),
        period.unwrap_or_default()
    )
}
