//! `policies`: every policy, and who adopted which.

use clap::builder::PossibleValuesParser;
use serde::Serialize;

use super::session::Session;
use super::{Command, examples, sink};
use crate::pipeline::Failure;
use crate::policy::Packs;
use crate::policy::definition::Pack;
use crate::report::Paint;
use crate::report::table::Table;
use crate::table::{Adoption, OfficeConfig};
use crate::text::Lang;

/// What `policies` takes.
#[derive(clap::Args)]
pub(crate) struct Policies {
    /// 格式：text 或 json | format: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true,
          hide_possible_values = true, value_parser = PossibleValuesParser::new(["text", "json"]))]
    format: String,
    /// 运行工作区自己的制度的例子（没有自己的制度时运行全部）：该合格的合格、该指出的指出 | run the examples of the workspace's own policies (of all where it has none): what passes passes, what fails is found
    #[arg(long)]
    test: bool,
}

impl Command for Policies {
    const NAME: &'static str = "policies";
    const ABOUT: &'static str = "列出全部制度，以及各单位采用了哪些、改了什么数字 | Lists all policies, and which offices adopted which, with the numbers they changed";
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("aftercare policies", "列成表 | as a table"),
        (
            "aftercare policies --test",
            "运行自己写的制度的例子 | run the examples of one's own policies",
        ),
        (
            "aftercare policies --format json",
            "给程序用 | for programs",
        ),
    ];

    fn run(self, session: &mut Session<'_>) -> Result<u8, Failure> {
        let packs = session.packs()?.without_examples();
        if self.test {
            return test(session, &packs);
        }
        let document = document(&packs, &session.offices, session.lang);
        let (lang, style) = (session.lang, session.style);
        sink::stream(session.out, |out| {
            if self.format == "json" {
                serde_json::to_writer_pretty(&mut *out, &document)?;
                return writeln!(out);
            }
            table(&document, lang).write(out, style, 0)?;
            let adopted = adoptions(&document, lang);
            if !adopted.is_empty() {
                let heading = lang.pick("各单位采用的制度", "What the offices adopted");
                writeln!(out, "\n{}", style.paint(Paint::Strong, heading))?;
                adopted.write(out, style, 0)?;
            }
            Ok(())
        })?;
        Ok(0)
    }
}

fn test(session: &mut Session<'_>, packs: &Packs) -> Result<u8, Failure> {
    let own = |p: &&Pack| {
        let root = session.workspace();
        root.is_some_and(|r| r.join("policies").join(&p.id).join("policy.yaml").is_file())
    };
    let mut asked: Vec<&Pack> = packs.iter().filter(own).collect();
    if asked.is_empty() {
        asked = packs.iter().collect();
    }
    let schema = session.schema()?;
    let (count, wrong) = examples::run(&asked, session.workspace(), &schema)?;
    let lang = session.lang;
    sink::stream(session.out, |out| {
        for w in &wrong {
            writeln!(out, "{} {}: {}", w.rule, w.which, w.found.get(lang))?;
        }
        let wrong = wrong.len();
        let said = lang.pick(
            format!("{} 项制度的 {count} 个例子，{wrong} 个不对", asked.len()),
            format!(
                "{count} examples of {} policies, {wrong} wrong",
                asked.len()
            ),
        );
        writeln!(out, "{said}")
    })?;
    Ok(u8::from(!wrong.is_empty()))
}

/// The published document, version 1.
#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    policies: Vec<Policy<'a>>,
    adoptions: Vec<Adopted<'a>>,
}

#[derive(Serialize)]
struct Policy<'a> {
    id: &'a str,
    title: &'a str,
    audience: &'a str,
    rules: Vec<&'a str>,
    forms: &'a [String],
    reports: &'a [String],
}

#[derive(Serialize)]
struct Adopted<'a> {
    office: &'a str,
    name: &'a str,
    policy: &'a str,
    from: Option<String>,
    until: Option<String>,
    with: Vec<Changed<'a>>,
    off: Vec<&'a str>,
}

#[derive(Serialize)]
struct Changed<'a> {
    rule: &'a str,
    parameter: &'a str,
    value: &'a str,
}

fn document<'a>(
    packs: &'a Packs,
    offices: &'a [(String, OfficeConfig)],
    lang: Lang,
) -> Document<'a> {
    let policies = packs.iter().map(|p| Policy {
        id: &p.id,
        title: p.title.get(lang),
        audience: p.audience.get(lang),
        rules: p.rules.keys().map(String::as_str).collect(),
        forms: &p.forms,
        reports: &p.reports,
    });
    let adoptions = offices.iter().flat_map(|(id, config)| {
        let all = config.adoptions.iter();
        all.map(move |a| adopted(id, config, a))
    });
    Document {
        version: 1,
        policies: policies.collect(),
        adoptions: adoptions.collect(),
    }
}

fn adopted<'a>(office: &'a str, config: &'a OfficeConfig, a: &'a Adoption) -> Adopted<'a> {
    let with = a.with.iter().map(|(rule, parameter, value, _)| Changed {
        rule,
        parameter,
        value,
    });
    Adopted {
        office,
        name: &config.name,
        policy: &a.policy,
        from: a.from.map(|d| d.to_string()),
        until: a.until.map(|d| d.to_string()),
        with: with.collect(),
        off: a.off.iter().map(|(rule, _)| rule.as_str()).collect(),
    }
}

fn table(document: &Document<'_>, lang: Lang) -> Table {
    let mut table = Table::new(match lang {
        Lang::Zh => ["编号", "名称", "规则", "表单"],
        Lang::En => ["id", "title", "rules", "forms"],
    });
    for p in &document.policies {
        let counts = [p.rules.len().to_string(), p.forms.len().to_string()];
        let [rules, forms] = counts;
        table.row([p.id.to_owned(), p.title.to_owned(), rules, forms]);
    }
    table
}

fn adoptions(document: &Document<'_>, lang: Lang) -> Table {
    let mut table = Table::new(match lang {
        Lang::Zh => ["单位", "制度", "改动"],
        Lang::En => ["office", "policy", "changes"],
    });
    for a in &document.adoptions {
        let office = if a.office.is_empty() {
            a.name
        } else {
            a.office
        };
        table.row([office, a.policy, &changes(a, lang)]);
    }
    table
}

fn changes(a: &Adopted<'_>, lang: Lang) -> String {
    let with = a
        .with
        .iter()
        .map(|c| format!("{} {}={}", c.rule, c.parameter, c.value));
    let off = a
        .off
        .iter()
        .map(|rule| lang.pick(format!("停用 {rule}"), format!("{rule} off")));
    let from = a
        .from
        .iter()
        .map(|d| lang.pick(format!("{d} 起"), format!("from {d}")));
    let until = a
        .until
        .iter()
        .map(|d| lang.pick(format!("到 {d}"), format!("until {d}")));
    let all: Vec<String> = with.chain(off).chain(from).chain(until).collect();
    all.join(lang.pick("；", "; "))
}
