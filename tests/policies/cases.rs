//! The tables in `cases/*.yaml`: for each rule the offices on which hasty readings of the policies would differ.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use crate::harness::{Records, Seen, Yaml, judge};

/// A file: records that its cases share, and the cases.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    base: Records,
    cases: Vec<Case>,
}

/// An office and what one rule must say of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    rule: String,
    why: String,
    as_of: String,
    #[serde(default)]
    office: BTreeMap<String, Yaml>,
    /// Each kind replaces that of `base`.
    #[serde(default)]
    records: Records,
    /// `record@period`, each part only where there is one.
    #[serde(default)]
    found: Vec<String>,
    #[serde(default)]
    pending: Vec<String>,
    #[serde(default)]
    unjudged: u64,
    /// How often the rule was met, where it matters.
    met: Option<u64>,
    /// `due` of every finding and of what is pending.
    due: Option<String>,
    /// Severity of every finding.
    severity: Option<String>,
    /// What the Chinese messages of the findings hold.
    #[serde(default)]
    says: Vec<String>,
    /// The ids that `related` names.
    related: Option<Vec<String>>,
    /// `field` of the first finding.
    field: Option<String>,
}

impl Case {
    fn wrong(&self, base: &Records) -> Result<(), String> {
        let mut records = base.clone();
        records.extend(self.records.clone());
        let policy = self.rule.split('/').next().unwrap_or_default();
        let seen = judge(policy, &self.office, &records, &self.as_of)
            .map_err(|f| format!("refused: {}", f.message.en))?;
        let mut out = String::new();
        let mut differ = |what: &str, want: String, got: String| {
            if want != got {
                write!(out, "\n    {what}: expected {want}, got {got}").unwrap();
            }
        };
        let mut expected = (self.found.clone(), self.pending.clone());
        expected.0.sort();
        expected.1.sort();
        let list = |v: &[String]| format!("{v:?}");
        differ("found", list(&expected.0), list(&seen.found(&self.rule)));
        differ(
            "pending",
            list(&expected.1),
            list(&seen.pending(&self.rule)),
        );
        let tally = |of: fn(&aftercare::policy::verdict::Tally) -> u64| {
            seen.tally(&self.rule, of).to_string()
        };
        differ("unjudged", self.unjudged.to_string(), tally(|t| t.unjudged));
        if let Some(met) = self.met {
            differ("met", met.to_string(), tally(|t| t.met));
        }
        self.details(&seen, &mut differ);
        if out.is_empty() { Ok(()) } else { Err(out) }
    }

    fn details(&self, seen: &Seen, differ: &mut impl FnMut(&str, String, String)) {
        if let Some(due) = &self.due {
            let waiting = seen.due.iter().filter(|f| f.rule == self.rule);
            let all = seen.of(&self.rule).chain(waiting);
            for f in all {
                let got = f.due.map(|d| d.to_string()).unwrap_or_default();
                differ("due", due.clone(), got);
            }
        }
        if let Some(severity) = &self.severity {
            for f in seen.of(&self.rule) {
                let got = format!("{:?}", f.severity).to_lowercase();
                differ("severity", severity.clone(), got);
            }
        }
        let said: Vec<&str> = seen.of(&self.rule).map(|f| f.message.zh.as_str()).collect();
        let said = said.join("\n");
        for part in self.says.iter().filter(|p| !said.contains(p.as_str())) {
            differ("says", part.clone(), said.clone());
        }
        if let Some(related) = &self.related {
            let notes = seen.of(&self.rule).flat_map(|f| &f.related);
            let ids = notes.filter_map(|r| r.message.en.split('`').nth(1));
            let ids: Vec<&str> = ids.collect();
            differ("related", format!("{related:?}"), format!("{ids:?}"));
        }
        if let Some(field) = &self.field {
            let got = seen.of(&self.rule).next().and_then(|f| f.field.clone());
            differ("field", field.clone(), got.unwrap_or_default());
        }
    }
}

#[test]
fn the_tables_hold() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/policies/cases");
    let mut wrong = String::new();
    let mut count = 0;
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    files.sort();
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        let table: Table = serde_saphyr::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
        for case in &table.cases {
            count += 1;
            if let Err(why) = case.wrong(&table.base) {
                writeln!(wrong, "{name}: {}: {}{why}", case.rule, case.why).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "of {count} cases:\n{wrong}");
    assert!(count > 100, "the tables were found");
}
