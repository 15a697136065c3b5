//! `explain`: what a rule or a policy asks.

mod page;
mod policy;
mod rule;

use std::collections::BTreeMap;

use super::session::Session;
use super::{Command, sink};
use crate::core_rules::{self, CoreRule};
use crate::pipeline::Failure;
use crate::policy::Packs;
use crate::policy::definition::{Pack, Rule};
use crate::text::{Bilingual, nearest};
pub(super) use page::Page;
pub(super) use rule::level;

/// What `explain` takes.
#[derive(clap::Args)]
pub(crate) struct Explain {
    /// 规则（全名，或不会混淆的短名）、制度、core 或 history | a rule (its full name, or its short one where that is clear), a policy, core or history
    #[arg(value_name = "RULE|POLICY")]
    name: String,
}

/// What a name stands for.
enum Topic<'a> {
    Policy(&'a Pack),
    Rule(&'a Pack, &'a str, &'a Rule),
    Family(&'a Family),
    CoreRule(&'a Family, &'a str, &'a CoreRule),
}

/// Rules that no policy brings.
struct Family {
    name: &'static str,
    title: Bilingual,
    rules: BTreeMap<String, CoreRule>,
}

fn families() -> Result<[Family; 2], Failure> {
    let read = |rules: Result<_, String>| rules.map_err(|m| Failure::program(m.clone(), m));
    Ok([
        Family {
            name: "core",
            title: Bilingual::new("对所有记录都有效的规则", "Rules that hold for every record"),
            rules: read(core_rules::embedded())?,
        },
        Family {
            name: "history",
            title: Bilingual::new(
                "audit 向 git 历史问的规则",
                "Rules that `audit` asks of the git history",
            ),
            rules: read(core_rules::history())?,
        },
    ])
}

impl Command for Explain {
    const NAME: &'static str = "explain";
    const ABOUT: &'static str = "说明一条规则或一项制度：要求什么、条款、数字、怎样改、例子 | Explains a rule or a policy: what it asks, its clause, its numbers, how to put it right, examples";
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        (
            "aftercare explain revisit-leak-3d",
            "说明一条规则 | explain a rule",
        ),
        (
            "aftercare explain core/bad-value",
            "说明一条对所有记录都有效的规则 | explain a rule that holds for every record",
        ),
        (
            "aftercare explain core",
            "列出对所有记录都有效的规则 | list the rules that hold for every record",
        ),
        (
            "aftercare explain history",
            "列出 audit 的规则 | list the rules of audit",
        ),
    ];

    fn run(self, session: &mut Session<'_>) -> Result<u8, Failure> {
        let packs = session.packs()?;
        let families = families()?;
        let schema = session.schema()?;
        let topic = find(&self.name, &packs, &families, session)?;
        let (style, lang) = (session.style, session.lang);
        let offices = &session.offices;
        sink::stream(session.out, |out| {
            let page = &mut Page { out, style, lang };
            match topic {
                Topic::Policy(pack) => policy::explain(page, pack, &schema, offices),
                Topic::Rule(pack, id, r) => rule::explain(page, (pack, id, r), &schema, offices),
                Topic::Family(family) => policy::family(page, family),
                Topic::CoreRule(family, name, r) => rule::core(page, (family.name, name), r),
            }
        })?;
        Ok(0)
    }
}

/// What a name stands for. Of the packs only those are read in full that may be meant.
fn find<'a>(
    name: &str,
    packs: &'a Packs,
    families: &'a [Family],
    session: &Session<'_>,
) -> Result<Topic<'a>, Failure> {
    if let Some(pack) = packs.get(name) {
        return Ok(Topic::Policy(pack));
    }
    if let Some(family) = families.iter().find(|f| f.name == name) {
        return Ok(Topic::Family(family));
    }
    if let Some(topic) = full(name, packs, families) {
        return Ok(topic);
    }
    let all = rules(packs, families);
    let short = |full: &&String| full.split_once('/').is_some_and(|n| n.1 == name);
    let mut found: Vec<&String> = all.iter().filter(short).collect();
    if found.len() > 1 {
        // Of several policies with a rule of this name, the one that is adopted here is meant.
        let adopted = |full: &&&String| session.adopts(full.split('/').next().unwrap_or_default());
        let adopted: Vec<&String> = found.iter().filter(adopted).copied().collect();
        if adopted.len() == 1 {
            found = adopted;
        }
    }
    match found.as_slice() {
        [one] => full(one, packs, families).ok_or_else(|| unknown(name, packs, &all)),
        [] => Err(unknown(name, packs, &all)),
        several => {
            let names: Vec<&str> = several.iter().map(|n| n.as_str()).collect();
            Err(Failure::usage(
                format!("有好几条规则叫「{name}」"),
                format!("several rules are called `{name}`"),
            )
            .helped(
                format!("写全名：{}", names.join("、")),
                format!("write the full name: {}", names.join(", ")),
            ))
        }
    }
}

/// The rule of a full name.
fn full<'a>(name: &str, packs: &'a Packs, families: &'a [Family]) -> Option<Topic<'a>> {
    let (of, rule) = name.split_once('/')?;
    if let Some(family) = families.iter().find(|f| f.name == of) {
        let (name, rule) = family.rules.get_key_value(rule)?;
        return Some(Topic::CoreRule(family, name, rule));
    }
    let pack = packs.get(of)?;
    let (id, rule) = pack.rules.get_key_value(rule)?;
    Some(Topic::Rule(pack, id, rule))
}

/// Every rule's full name.
fn rules(packs: &Packs, families: &[Family]) -> Vec<String> {
    let core = families.iter().flat_map(|family| {
        let names = family.rules.keys();
        names.map(|name| format!("{}/{name}", family.name))
    });
    let lean = packs.clone().without_examples();
    let packs = lean
        .iter()
        .flat_map(|pack| pack.rules.keys().map(|id| format!("{}/{id}", pack.id)));
    core.chain(packs).collect()
}

fn unknown(name: &str, packs: &Packs, all: &[String]) -> Failure {
    let full = all.iter().map(String::as_str);
    let short = all.iter().filter_map(|n| n.split_once('/').map(|n| n.1));
    let policies = packs.ids().chain(["core", "history"]);
    let failure = Failure::usage(
        format!("没有「{name}」这条规则或这项制度"),
        format!("there is no rule or policy `{name}`"),
    );
    match nearest(name, policies.chain(full).chain(short)) {
        None => failure.helped(
            "aftercare policies 列出全部制度",
            "`aftercare policies` lists all policies",
        ),
        near => failure.suggesting(near),
    }
}
