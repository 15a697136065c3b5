//! A rule of a policy, or one that no policy brings.

use std::io;

use super::page::Page;
use crate::core_rules::{CoreExample, CoreRule};
use crate::finding::Severity;
use crate::policy::compile::written;
use crate::policy::definition::{Example, Pack, Rule};
use crate::report::example;
use crate::schema::Schema;
use crate::table::{Adoption, OfficeConfig};
use crate::text::Lang;

/// How grave a miss is, in a word.
pub(in crate::cli) fn level(severity: Severity, lang: Lang) -> &'static str {
    match severity {
        Severity::Error => lang.pick("错误", "error"),
        Severity::Warning => lang.pick("警告", "warning"),
    }
}

/// Explains a policy's rule.
pub(super) fn explain(
    page: &mut Page<'_>,
    (pack, id, rule): (&Pack, &str, &Rule),
    schema: &Schema,
    offices: &[(String, OfficeConfig)],
) -> io::Result<()> {
    let lang = page.lang;
    page.title(&format!("{}/{id}", pack.id), rule.title.get(lang))?;
    page.facts(&[
        (lang.pick("制度", "policy"), pack.title.get(lang).to_owned()),
        (lang.pick("条款", "clause"), rule.clause.clone()),
        (
            lang.pick("级别", "severity"),
            level(rule.severity, lang).to_owned(),
        ),
        (lang.pick("看什么", "looks at"), subject(rule, schema, lang)),
        (lang.pick("数字", "numbers"), numbers(rule)),
        (
            lang.pick("各单位", "offices"),
            changed(pack, id, offices, lang),
        ),
        (lang.pick("会这样说", "says"), says(rule, schema, lang)),
        (lang.pick("怎样改", "help"), rule.help.get(lang).to_owned()),
    ])?;
    let shown = [
        (
            lang.pick("这样没有问题", "This is in order"),
            Some(&rule.examples.pass),
        ),
        (
            lang.pick("这样会被指出", "This is pointed out"),
            Some(&rule.examples.fail),
        ),
        (
            lang.pick("这样还没到期", "This is not yet due"),
            rule.examples.pending.as_ref(),
        ),
    ];
    for (heading, example) in shown {
        if let Some(example) = example {
            records(page, heading, example, schema)?;
        }
    }
    if rule.numbers.is_empty() {
        return Ok(());
    }
    page.heading(lang.pick(
        "单位要改数字，写在 office.yaml 里",
        "To change a number, write in office.yaml",
    ))?;
    page.verbatim(&change(pack, id, rule))
}

fn subject(rule: &Rule, schema: &Schema, lang: Lang) -> String {
    let kind = rule.each.as_ref().and_then(|k| schema.kind(&k.value));
    match kind.map(|k| schema.get(k)) {
        Some(k) => format!("{} {}", k.name, k.label.get(lang)),
        None => lang.pick("整个单位", "the office").to_owned(),
    }
}

fn numbers(rule: &Rule) -> String {
    let all = rule
        .numbers
        .iter()
        .map(|(n, v)| format!("{n} {}", written(v)));
    all.collect::<Vec<_>>().join(", ")
}

/// What each office that adopted the policy says of the rule, a line an adoption.
fn changed(pack: &Pack, id: &str, offices: &[(String, OfficeConfig)], lang: Lang) -> String {
    let mut lines = Vec::new();
    for (office, config) in offices {
        for adoption in config.adoptions.iter().filter(|a| a.policy == pack.id) {
            let name = if office.is_empty() {
                &config.name
            } else {
                office
            };
            let what = wording(adoption, &pack.id, id, lang);
            lines.push(format!("{name}{}{what}", lang.pick("：", ": ")));
        }
    }
    lines.join("\n")
}

fn wording(adoption: &Adoption, policy: &str, rule: &str, lang: Lang) -> String {
    let is_this = |n: &str| {
        n == rule || n.strip_prefix(policy).and_then(|n| n.strip_prefix('/')) == Some(rule)
    };
    let mut parts: Vec<String> = adoption
        .with
        .iter()
        .filter(|(name, ..)| is_this(name))
        .map(|(_, parameter, value, _)| format!("{parameter} {value}"))
        .collect();
    if adoption.off.iter().any(|(n, _)| is_this(n)) {
        parts = vec![lang.pick("停用", "switched off").to_owned()];
    }
    if parts.is_empty() {
        parts.push(lang.pick("照原样", "as it stands").to_owned());
    }
    let from = adoption
        .from
        .map(|d| lang.pick(format!("{d} 起"), format!("from {d}")));
    let until = adoption
        .until
        .map(|d| lang.pick(format!("到 {d}"), format!("until {d}")));
    parts.extend(from.into_iter().chain(until));
    parts.join(lang.pick("，", ", "))
}

/// The message, with the labels of fields and the rule's own numbers where a finding has values.
fn says(rule: &Rule, schema: &Schema, lang: Lang) -> String {
    let message = &lang.pick(&rule.message.zh, &rule.message.en).value;
    let kind = rule
        .each
        .as_ref()
        .and_then(|k| schema.kind(&k.value))
        .map(|k| schema.get(k));
    let mut out = String::new();
    let mut rest = message.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            break;
        };
        let name = name.trim();
        let field = kind.and_then(|k| k.field(name).map(|f| k.get(f).label.get(lang)));
        out.push_str(before);
        match (rule.numbers.get(name), field.or_else(|| fact(name, lang))) {
            (Some(n), _) => out.push_str(&written(n)),
            (None, said) => out.push_str(&format!("<{}>", said.unwrap_or(name))),
        }
        rest = after;
    }
    out + rest
}

fn fact(name: &str, lang: Lang) -> Option<&'static str> {
    let facts = [
        ("id", "编号", "id"),
        ("fields", "缺的栏目", "fields"),
        ("due", "期限", "last day"),
        ("late", "天数", "days"),
        ("period", "期间", "period"),
        ("count", "次数", "count"),
        ("met", "做到的件数", "met"),
        ("population", "总件数", "population"),
        ("rate", "百分比", "rate"),
        ("office", "单位", "office"),
    ];
    let found = facts.iter().find(|f| f.0 == name)?;
    Some(lang.pick(found.1, found.2))
}

fn change(pack: &Pack, id: &str, rule: &Rule) -> String {
    let numbers = rule
        .numbers
        .iter()
        .map(|(n, v)| format!("{n}: {}", written(v)));
    let numbers = numbers.collect::<Vec<_>>().join(", ");
    format!(
        "policies:\n  - use: {}\n    with: {{{id}: {{{numbers}}}}}\n",
        pack.id
    )
}

fn as_of(heading: &str, day: &str, lang: Lang) -> String {
    lang.pick(
        format!("{heading}（截至 {day}）"),
        format!("{heading} (as of {day})"),
    )
}

fn records(
    page: &mut Page<'_>,
    heading: &str,
    example: &Example,
    schema: &Schema,
) -> io::Result<()> {
    page.heading(&as_of(heading, &example.as_of, page.lang))?;
    for (name, text) in example::files(example, schema, page.lang) {
        page.verbatim(&format!("# {name}\n{text}"))?;
    }
    Ok(())
}

/// Explains a rule that no policy brings.
pub(super) fn core(
    page: &mut Page<'_>,
    (family, name): (&str, &str),
    rule: &CoreRule,
) -> io::Result<()> {
    let lang = page.lang;
    page.title(&format!("{family}/{name}"), rule.title.get(lang))?;
    page.facts(&[
        (
            lang.pick("级别", "severity"),
            level(rule.severity, lang).to_owned(),
        ),
        (lang.pick("要求", "asks"), rule.asks.get(lang).to_owned()),
        (lang.pick("怎样改", "help"), rule.help.get(lang).to_owned()),
    ])?;
    let shown = [
        (
            lang.pick("这样没有问题", "This is in order"),
            &rule.examples.pass,
        ),
        (
            lang.pick("这样会被指出", "This is pointed out"),
            &rule.examples.fail,
        ),
    ];
    for (heading, example) in shown {
        if example.commits.is_empty() {
            page.heading(&as_of(heading, &example.as_of, lang))?;
        } else {
            page.heading(heading)?;
        }
        files(page, example)?;
    }
    Ok(())
}

fn files(page: &mut Page<'_>, example: &CoreExample) -> io::Result<()> {
    for (name, text) in &example.files {
        page.verbatim(&format!("# {name}\n{text}"))?;
    }
    for (name, hex) in &example.bytes {
        let note = page.lang.pick("字节，十六进制", "bytes, in hexadecimal");
        page.verbatim(&format!("# {name} ({note})\n{hex}"))?;
    }
    for commit in &example.commits {
        let day = &commit.on;
        page.paragraph(
            &page
                .lang
                .pick(format!("{day} 提交："), format!("committed on {day}:")),
        )?;
        for (name, text) in &commit.files {
            page.verbatim(&format!("# {name}\n{text}"))?;
        }
    }
    Ok(())
}
