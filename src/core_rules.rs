//! `core/`: what the rules ask that no policy brings, for `explain` and for reports that describe rules: those that hold
//! for every record (`rules.yaml`), and those of `audit` (`history.yaml`).

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::finding::Severity;
use crate::text::Bilingual;

/// A rule that no policy brings; its full name is `core/<name>` or `history/<name>`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoreRule {
    /// How grave a miss is.
    pub severity: Severity,
    /// What it asks, in a few words.
    pub title: Bilingual,
    /// What it asks, in full.
    pub asks: Bilingual,
    /// How to put it right.
    pub help: Bilingual,
    /// Small offices that show it at work.
    pub examples: CoreExamples,
}

/// An office in which all is well, and one in which it is not.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoreExamples {
    /// Nothing is found.
    pub pass: CoreExample,
    /// The rule finds something.
    pub fail: CoreExample,
}

/// The files of an office; those below `policies/` are the workspace's.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoreExample {
    /// Judged as of this day.
    #[serde(default = "year_end")]
    pub as_of: String,
    /// Files that are text.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Files that are not, in hexadecimal.
    #[serde(default)]
    pub bytes: BTreeMap<String, String>,
    /// How the office came to be, where the rule asks its history; the first commit comes first.
    #[serde(default)]
    pub commits: Vec<CoreCommit>,
}

/// A commit of an example.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoreCommit {
    /// Its day.
    pub on: String,
    /// The files that it writes.
    pub files: BTreeMap<String, String>,
}

fn year_end() -> String {
    "2025-12-31".to_owned()
}

/// The rules that hold for every record, by name, without `core/`.
///
/// # Errors
/// The file that the program carries is malformed.
pub fn embedded() -> Result<BTreeMap<String, CoreRule>, String> {
    read("rules.yaml")
}

/// The rules that `audit` asks of the history, by name, without `history/`.
///
/// # Errors
/// The file that the program carries is malformed.
pub fn history() -> Result<BTreeMap<String, CoreRule>, String> {
    read("history.yaml")
}

/// The rule that no policy brings, by its full name.
pub fn of(rule: &str) -> Option<CoreRule> {
    let (family, name) = rule.split_once('/')?;
    let all = match family {
        "core" => embedded(),
        "history" => history(),
        _ => return None,
    };
    all.ok()?.remove(name)
}

fn read(name: &str) -> Result<BTreeMap<String, CoreRule>, String> {
    let file = crate::embedded::CORE.iter().find(|(file, _)| *file == name);
    let text = file.map_or_else(Default::default, |(_, bytes)| {
        String::from_utf8_lossy(bytes)
    });
    serde_saphyr::from_str(&text).map_err(|e| format!("core/{name}: {e}"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::pipeline::{self, Request};

    fn found(name: &str, example: &CoreExample) -> usize {
        let root = tempfile::tempdir().unwrap();
        let office = root.path().join("records/example");
        let put = |file: &str, bytes: &[u8]| {
            let own = file.starts_with("policies/");
            let file = if own { root.path() } else { &office }.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, bytes).unwrap();
        };
        put("office.yaml", "name: 示例\npolicies: []\n".as_bytes());
        for (file, text) in &example.files {
            put(file, text.as_bytes());
        }
        for (file, hex) in &example.bytes {
            let byte = |i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap();
            let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
            put(file, &bytes);
        }
        let checked = pipeline::check(&Request {
            root: root.path().to_path_buf(),
            as_of: example.as_of.parse().unwrap(),
            offices: vec![],
            policies: vec![],
            everything: false,
        })
        .unwrap_or_else(|f| panic!("core/{name}: {}", f.message.en));
        let rule = format!("core/{name}");
        checked.findings().filter(|f| f.rule == rule).count()
    }

    #[test]
    fn every_rule_holds_on_its_examples() {
        for (name, rule) in embedded().unwrap() {
            assert_eq!(found(&name, &rule.examples.pass), 0, "core/{name}: pass");
            assert!(found(&name, &rule.examples.fail) > 0, "core/{name}: fail");
        }
    }

    /// Texts in quotes that look like a rule's name: with hyphens, or after `core/`.
    fn names(code: &str) -> Vec<String> {
        let quoted = code.split('"').skip(1).step_by(2);
        let plain = |t: &str| {
            !t.is_empty()
                && t.split('-')
                    .all(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase()))
        };
        quoted
            .filter_map(|t| match t.strip_prefix("core/") {
                Some(name) => plain(name).then_some(name),
                None => (plain(t) && t.contains('-')).then_some(t),
            })
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn every_rule_that_the_code_names_is_explained() {
        let known = embedded().unwrap();
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut named = Vec::new();
        for part in ["load", "policy"] {
            for entry in walkdir::WalkDir::new(src.join(part)).into_iter().flatten() {
                if entry.file_type().is_file() {
                    named.extend(names(&std::fs::read_to_string(entry.path()).unwrap()));
                }
            }
        }
        assert!(named.contains(&"duplicate-id".to_owned()), "{named:?}");
        named.retain(|n| !known.contains_key(n));
        assert!(
            named.is_empty(),
            "core/rules.yaml does not explain {named:?}"
        );
    }
}
