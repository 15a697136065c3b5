//! Every pack's own examples: what passes stays silent, what fails is found, what is pending waits.

use std::fmt::Write as _;

use aftercare::policy::definition::Example;

use crate::harness::{PACKS, judge_written};
use crate::ways::{WAYS, Way, files};

struct Counts {
    found: usize,
    pending: u64,
    met: u64,
    core: Vec<String>,
}

fn counts(policy: &str, rule: &str, example: &Example, way: Way) -> Counts {
    let written = files(&example.records, way);
    let seen = judge_written(policy, &example.office, &written, &example.as_of)
        .unwrap_or_else(|f| panic!("{policy}: {}", f.message.en));
    let name = format!("{policy}/{rule}");
    let broken = |f: &&aftercare::finding::Finding| f.rule.starts_with("core/");
    let core = seen.findings.iter().filter(broken);
    Counts {
        found: seen.of(&name).count(),
        pending: seen.tally(&name, |t| t.pending),
        met: seen.tally(&name, |t| t.met),
        core: core.map(|f| f.message.en.clone()).collect(),
    }
}

#[test]
fn every_rule_holds_on_its_examples() {
    let mut wrong = String::new();
    let mut rules = 0;
    for pack in PACKS.iter() {
        for (id, rule) in &pack.rules {
            rules += 1;
            let mut check = |which: &str, example: &Example, sound: fn(&Counts) -> bool| {
                for way in WAYS {
                    let c = counts(&pack.id, id, example, way);
                    if !sound(&c) || !c.core.is_empty() {
                        let Counts {
                            found,
                            pending,
                            met,
                            core,
                        } = c;
                        let at = format!("{}/{id}: {which}, {way:?}", pack.id);
                        writeln!(
                            wrong,
                            "{at}: {found} found, {pending} pending, {met} met, {core:?}"
                        )
                        .unwrap();
                    }
                }
            };
            check("pass", &rule.examples.pass, |c| c.found == 0 && c.met > 0);
            check("fail", &rule.examples.fail, |c| c.found > 0);
            if let Some(pending) = &rule.examples.pending {
                check("pending", pending, |c| c.found == 0 && c.pending > 0);
            }
        }
    }
    assert!(wrong.is_empty(), "of {rules} rules:\n{wrong}");
    assert!(rules > 0);
}
