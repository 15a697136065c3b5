//! A policy's page, made from its pack: nothing in it is written by hand.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use aftercare::finding::Severity;
use aftercare::policy::Packs;
use aftercare::policy::compile::written;
use aftercare::policy::definition::{Example, Pack, Rule};
use aftercare::report::example;
use aftercare::schema::Schema;
use aftercare::text::Lang;

/// The pages of all policies and their list, by file name.
///
/// # Errors
/// The program's own data are broken.
pub fn pages() -> Result<BTreeMap<String, String>, String> {
    let packs = Packs::embedded().map_err(|f| f.to_string())?;
    let schema = Schema::embedded()?;
    let mut pages: BTreeMap<String, String> = packs
        .iter()
        .map(|p| (format!("{}.md", p.id), page(p, &schema)))
        .collect();
    pages.insert("README.md".to_owned(), list(&packs));
    Ok(pages)
}

const NOTE: &str = "<!-- Made from policies/ by `cargo run --example docs`. -->\n";

fn list(packs: &Packs) -> String {
    let mut out =
        format!("{NOTE}\n# 制度 Policies\n\n| 编号 | 制度 | 适用 | 规则 |\n|---|---|---|---|\n");
    for p in packs.iter() {
        let (id, title, audience, rules) = (&p.id, &p.title.zh, &p.audience.zh, p.rules.len());
        let _ = writeln!(out, "| [{id}]({id}.md) | {title} | {audience} | {rules} |");
    }
    out
}

fn page(pack: &Pack, schema: &Schema) -> String {
    let mut out = format!(
        "{NOTE}\n# {} {}\n\n{}\n\n",
        pack.title.zh, pack.title.en, pack.audience.zh
    );
    let kinds = pack.kinds.iter().map(|k| match schema.kind(&k.value) {
        Some(id) => format!("{} `{}`", schema.get(id).label.zh, k.value),
        None => k.value.clone(),
    });
    fact(
        &mut out,
        "需要的记录",
        &kinds.collect::<Vec<_>>().join("、"),
    );
    fact(&mut out, "规定的表单", &coded(&pack.forms));
    fact(&mut out, "规定的报告", &coded(&pack.reports));
    for (name, rows) in &pack.tables {
        let rows = rows
            .iter()
            .map(|(row, n)| format!("`{row}` {}", written(n)));
        fact(
            &mut out,
            &format!("表 `{name}`"),
            &rows.collect::<Vec<_>>().join("、"),
        );
    }
    out += "\n| 规则 | 要求 | 条款 | 级别 | 数字 |\n|---|---|---|---|---|\n";
    for (id, rule) in &pack.rules {
        let _ = writeln!(
            out,
            "| [`{id}`](#{id}) | {} | {} | {} | {} |",
            rule.title.zh,
            rule.clause,
            level(rule),
            numbers(rule)
        );
    }
    for (id, rule) in &pack.rules {
        section(&mut out, id, rule, schema);
    }
    if !pack.unchecked.is_empty() {
        out += "\n## 记录不能证明的条款\n\n";
        for u in &pack.unchecked {
            let _ = writeln!(out, "- {}：{}", u.clause, u.why.zh);
        }
    }
    out
}

fn section(out: &mut String, id: &str, rule: &Rule, schema: &Schema) {
    let _ = writeln!(out, "\n## {id}\n\n{}。{}.\n", rule.title.zh, rule.title.en);
    fact(out, "条款", &rule.clause);
    fact(out, "级别", level(rule));
    fact(out, "数字", &numbers(rule));
    fact(out, "会这样说", &rule.message.zh.value);
    fact(out, "怎样改", &rule.help.zh);
    let shown = [
        ("这样没有问题", Some(&rule.examples.pass)),
        ("这样会被指出", Some(&rule.examples.fail)),
        ("这样还没到期", rule.examples.pending.as_ref()),
    ];
    for (heading, example) in shown {
        if let Some(e) = example {
            records(out, heading, e, schema);
        }
    }
}

fn records(out: &mut String, heading: &str, e: &Example, schema: &Schema) {
    let _ = write!(out, "\n{heading}（截至 {}）：\n\n```yaml\n", e.as_of);
    for (name, text) in example::files(e, schema, Lang::Zh) {
        let _ = write!(out, "# {name}\n{text}");
    }
    *out += "```\n";
}

fn fact(out: &mut String, label: &str, text: &str) {
    if !text.is_empty() {
        let _ = writeln!(out, "- {label}：{text}");
    }
}

fn coded(all: &[String]) -> String {
    all.iter()
        .map(|x| format!("`{x}`"))
        .collect::<Vec<_>>()
        .join("、")
}

fn level(rule: &Rule) -> &'static str {
    match rule.severity {
        Severity::Error => "错误",
        Severity::Warning => "警告",
    }
}

fn numbers(rule: &Rule) -> String {
    let all = rule
        .numbers
        .iter()
        .map(|(n, v)| format!("`{n}` {}", written(v)));
    all.collect::<Vec<_>>().join("、")
}
