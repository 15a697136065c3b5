//! A policy: whom it is for, what it asks, what records cannot prove.

use std::io;

use super::Family;
use super::page::Page;
use super::rule::level;
use crate::policy::definition::Pack;
use crate::report::table::Table;
use crate::schema::Schema;
use crate::table::OfficeConfig;

/// Explains a policy.
pub(super) fn explain(
    page: &mut Page<'_>,
    pack: &Pack,
    schema: &Schema,
    offices: &[(String, OfficeConfig)],
) -> io::Result<()> {
    let lang = page.lang;
    let comma = lang.pick("、", ", ");
    page.title(&pack.id, pack.title.get(lang))?;
    let kinds = pack.kinds.iter().filter_map(|k| schema.kind(&k.value));
    let kinds = kinds.map(|k| match lang {
        crate::text::Lang::Zh => schema.get(k).label.zh.clone(),
        crate::text::Lang::En => schema.get(k).name.clone(),
    });
    let adopted = offices
        .iter()
        .filter(|(_, c)| c.adoptions.iter().any(|a| a.policy == pack.id))
        .map(|(id, c)| {
            if id.is_empty() {
                c.name.clone()
            } else {
                id.clone()
            }
        });
    page.facts(&[
        (lang.pick("适用", "for"), pack.audience.get(lang).to_owned()),
        (
            lang.pick("记录", "records"),
            kinds.collect::<Vec<_>>().join(comma),
        ),
        (lang.pick("表单", "forms"), pack.forms.join(comma)),
        (lang.pick("报表", "reports"), pack.reports.join(comma)),
        (
            lang.pick("采用", "adopted by"),
            adopted.collect::<Vec<_>>().join(comma),
        ),
    ])?;
    page.heading(&lang.pick(
        format!("规则（{} 条）", pack.rules.len()),
        format!("Rules ({})", pack.rules.len()),
    ))?;
    rules(page, pack)?;
    if !pack.unchecked.is_empty() {
        page.heading(lang.pick("记录证明不了的条款", "Clauses that records cannot prove"))?;
    }
    for u in &pack.unchecked {
        let colon = lang.pick("：", ": ");
        page.paragraph(&format!("{}{colon}{}", u.clause, u.why.get(lang)))?;
    }
    let first = pack.rules.keys().next().map_or("", String::as_str);
    footer(page, &format!("{}/{first}", pack.id))
}

fn rules(page: &mut Page<'_>, pack: &Pack) -> io::Result<()> {
    let lang = page.lang;
    let mut table = Table::new(match lang {
        crate::text::Lang::Zh => ["规则", "级别", "条款", "要求"],
        crate::text::Lang::En => ["rule", "severity", "clause", "asks"],
    });
    for (id, rule) in &pack.rules {
        table.row([
            id,
            level(rule.severity, lang),
            &rule.clause,
            rule.title.get(lang),
        ]);
    }
    table.write(page.out, page.style, 2)
}

fn footer(page: &mut Page<'_>, example: &str) -> io::Result<()> {
    page.heading(page.lang.pick("看其中一条", "One of them in full"))?;
    page.verbatim(&format!("aftercare explain {example}"))
}

/// Explains rules that no policy brings.
pub(super) fn family(page: &mut Page<'_>, family: &Family) -> io::Result<()> {
    let lang = page.lang;
    page.title(family.name, family.title.get(lang))?;
    let mut table = Table::new(match lang {
        crate::text::Lang::Zh => ["规则", "级别", "要求"],
        crate::text::Lang::En => ["rule", "severity", "asks"],
    });
    for (name, rule) in &family.rules {
        table.row([name, level(rule.severity, lang), rule.title.get(lang)]);
    }
    table.write(page.out, page.style, 2)?;
    let first = family.rules.keys().next().map_or("", String::as_str);
    footer(page, &format!("{}/{first}", family.name))
}
