//! Every pack's own examples, run as records of a small office: what passes stays silent, what fails is found, what is
//! pending waits.

use std::fmt::Write as _;
use std::path::Path;

use aftercare::pipeline::{self, Checked, Request};
use aftercare::policy::Packs;
use aftercare::policy::definition::Example;

fn run(policy: &str, example: &Example, folder: &Path) -> Checked {
    let office = folder.join("records/example");
    std::fs::create_dir_all(&office).unwrap();
    let mut config = format!("name: 示例\npolicies: [{policy}]\n");
    for (key, value) in &example.office {
        writeln!(config, "{key}: {value}").unwrap();
    }
    std::fs::write(office.join("office.yaml"), config).unwrap();
    for (kind, records) in &example.records {
        // JSON is YAML too.
        std::fs::write(
            office.join(format!("{kind}.yaml")),
            serde_json::to_string_pretty(records).unwrap(),
        )
        .unwrap();
    }
    let request = Request {
        root: folder.to_path_buf(),
        as_of: example.as_of.parse().expect("as_of is a date"),
        offices: vec![],
        policies: vec![],
        everything: false,
    };
    pipeline::check(&request).unwrap_or_else(|f| panic!("{policy}: {}", f.message.en))
}

struct Seen {
    found: usize,
    pending: u64,
    met: u64,
    core: Vec<String>,
}

fn seen(policy: &str, rule: &str, example: &Example) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let checked = run(policy, example, folder.path());
    let name = format!("{policy}/{rule}");
    let tally = checked.offices[0]
        .judgements
        .iter()
        .find(|j| j.rule == name)
        .map(|j| j.tally)
        .unwrap_or_default();
    let broken = |f: &&aftercare::finding::Finding| f.rule.starts_with("core/");
    Seen {
        found: checked.findings.iter().filter(|f| f.rule == name).count(),
        pending: tally.pending,
        met: tally.met,
        core: checked
            .findings
            .iter()
            .filter(broken)
            .map(|f| f.message.en.clone())
            .collect(),
    }
}

#[test]
fn every_rule_holds_on_its_examples() {
    let packs = Packs::embedded().unwrap_or_else(|f| panic!("{}: {}", f.at, f.message));
    let mut wrong = String::new();
    let mut rules = 0;
    for pack in packs.iter() {
        for (id, rule) in &pack.rules {
            rules += 1;
            let name = format!("{}/{id}", pack.id);
            let pass = seen(&pack.id, id, &rule.examples.pass);
            if pass.found > 0 || pass.met == 0 || !pass.core.is_empty() {
                writeln!(
                    wrong,
                    "{name}: pass: {} found, {} met, core {:?}",
                    pass.found, pass.met, pass.core
                )
                .unwrap();
            }
            let fail = seen(&pack.id, id, &rule.examples.fail);
            if fail.found == 0 || !fail.core.is_empty() {
                writeln!(
                    wrong,
                    "{name}: fail: {} found, core {:?}",
                    fail.found, fail.core
                )
                .unwrap();
            }
            if let Some(pending) = &rule.examples.pending {
                let p = seen(&pack.id, id, pending);
                if p.found > 0 || p.pending == 0 || !p.core.is_empty() {
                    writeln!(
                        wrong,
                        "{name}: pending: {} found, {} pending, core {:?}",
                        p.found, p.pending, p.core
                    )
                    .unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "of {rules} rules:\n{wrong}");
    assert!(rules > 0);
}

#[test]
fn no_line_under_src_names_a_policy() {
    let packs = Packs::embedded().unwrap_or_else(|f| panic!("{}: {}", f.at, f.message));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut named = Vec::new();
    for entry in walkdir::WalkDir::new(root)
        .into_iter()
        .flatten()
        .filter(|e| e.file_type().is_file())
    {
        let text = std::fs::read_to_string(entry.path()).unwrap();
        for pack in packs.iter().filter(|p| text.contains(&p.id)) {
            named.push(format!("{} names {}", entry.path().display(), pack.id));
        }
    }
    assert!(named.is_empty(), "{named:#?}");
}
