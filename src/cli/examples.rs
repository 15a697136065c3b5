//! The examples of policies, run: each is a small office in a folder of its own, judged on its day.

use std::collections::BTreeMap;
use std::path::Path;

use crate::door;
use crate::pipeline::{self, Checked, Failure, Request};
use crate::policy::definition::{Example, Pack};
use crate::report::example;
use crate::schema::Schema;
use crate::text::{Bilingual, Lang};

/// An example that is not judged as its pack says.
pub(super) struct Wrong {
    /// `<policy>/<rule>`.
    pub rule: String,
    /// `pass`, `fail` or `pending`.
    pub which: &'static str,
    /// What was found instead.
    pub found: Bilingual,
}

/// One example, and the folder of its office.
struct Case<'a> {
    office: String,
    policy: &'a str,
    rule: &'a str,
    which: &'static str,
    example: &'a Example,
}

/// Runs the examples of some packs; gives how many there are, and those that are wrong.
///
/// # Errors
/// A temporary folder cannot be made, or an example is no office.
pub(super) fn run(
    packs: &[&Pack],
    root: Option<&Path>,
    schema: &Schema,
) -> Result<(usize, Vec<Wrong>), Failure> {
    let mut days: BTreeMap<&str, Vec<Case<'_>>> = BTreeMap::new();
    let mut count = 0;
    for pack in packs {
        for (id, rule) in &pack.rules {
            let all = [
                ("pass", Some(&rule.examples.pass)),
                ("fail", Some(&rule.examples.fail)),
                ("pending", rule.examples.pending.as_ref()),
            ];
            for (which, example) in all {
                let Some(example) = example else { continue };
                days.entry(&example.as_of).or_default().push(Case {
                    office: format!("e{count}"),
                    policy: &pack.id,
                    rule: id,
                    which,
                    example,
                });
                count += 1;
            }
        }
    }
    let mut wrong = Vec::new();
    for (day, cases) in days {
        let checked = judge(day, &cases, root, schema)?;
        wrong.extend(cases.iter().filter_map(|c| c.wrong(&checked)));
    }
    wrong.sort_by(|a, b| (&a.rule, a.which).cmp(&(&b.rule, b.which)));
    Ok((count, wrong))
}

fn judge(
    day: &str,
    cases: &[Case<'_>],
    root: Option<&Path>,
    schema: &Schema,
) -> Result<Checked, Failure> {
    let failed = |e: std::io::Error| {
        Failure::program(
            format!("不能写临时文件：{e}"),
            format!("cannot write temporary files: {e}"),
        )
    };
    let folder = tempfile::tempdir().map_err(failed)?;
    for case in cases {
        case.write(folder.path(), schema).map_err(failed)?;
    }
    if let Some(root) = root {
        door::copy_packs(root, folder.path()).map_err(failed)?;
    }
    let Some(as_of) = crate::load::moment(day, false, chrono_tz::Asia::Shanghai) else {
        return Err(Failure::usage(
            format!("例子的 as_of「{day}」不是日期"),
            format!("`{day}` of an example's as_of is no date"),
        ));
    };
    pipeline::check_aside(&Request {
        root: folder.path().to_path_buf(),
        as_of: as_of.date(),
        offices: Vec::new(),
        policies: Vec::new(),
        everything: false,
    })
}

impl Case<'_> {
    fn write(&self, root: &Path, schema: &Schema) -> std::io::Result<()> {
        let folder = root.join("records").join(&self.office);
        std::fs::create_dir_all(&folder)?;
        let mut config = "name: 示例\n".to_owned();
        if !self.example.office.contains_key("policies") {
            config += &format!("policies: [{}]\n", self.policy);
        }
        for (name, text) in example::files(self.example, schema, Lang::En) {
            if name == "office.yaml" {
                config += &text;
            } else {
                std::fs::write(folder.join(name), text)?;
            }
        }
        std::fs::write(folder.join("office.yaml"), config)
    }

    fn wrong(&self, checked: &Checked) -> Option<Wrong> {
        let rule = format!("{}/{}", self.policy, self.rule);
        let here = || checked.findings().filter(|f| f.office == self.office);
        let found = here().filter(|f| f.rule == rule).count();
        let judged = checked.offices.iter().find(|j| j.office.id == self.office);
        let own = judged.into_iter().flat_map(|j| &j.judgements);
        let tallies: Vec<_> = own.filter(|j| j.rule == rule).map(|j| j.tally).collect();
        let sum =
            |of: fn(&crate::policy::verdict::Tally) -> u64| -> u64 { tallies.iter().map(of).sum() };
        let (met, pending) = (sum(|t| t.met), sum(|t| t.pending));
        let broken = here().find(|f| f.rule.starts_with("core/"));
        let sound = match self.which {
            "pass" => found == 0 && met > 0,
            "fail" => found > 0,
            _ => found == 0 && pending > 0,
        };
        if sound && broken.is_none() {
            return None;
        }
        let found = match broken {
            Some(f) => Bilingual::new(
                format!("记录本身有错：{}", f.message.zh),
                format!("its records are at fault: {}", f.message.en),
            ),
            None => Bilingual::new(
                format!("指出 {found} 处，做到 {met}，未到期 {pending}"),
                format!("{found} found, {met} met, {pending} pending"),
            ),
        };
        Some(Wrong {
            rule,
            which: self.which,
            found,
        })
    }
}
