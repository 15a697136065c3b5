//! `forms`: every form there is, what one sheet of it stands for, and which policies prescribe it.

use clap::builder::PossibleValuesParser;
use serde::Serialize;

use super::session::Session;
use super::{Command, sink};
use crate::calendar::Unit;
use crate::document::form::{Form, Forms as All};
use crate::pipeline::Failure;
use crate::policy::Packs;
use crate::report::table::Table;
use crate::schema::Schema;
use crate::text::Lang;

/// What `forms` takes.
#[derive(clap::Args)]
pub(crate) struct Forms {
    /// 格式：text 或 json | format: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true,
          hide_possible_values = true, value_parser = PossibleValuesParser::new(["text", "json"]))]
    format: String,
}

impl Command for Forms {
    const NAME: &'static str = "forms";
    const ABOUT: &'static str =
        "列出全部表单，以及哪些制度规定要用 | Lists all forms, and which policies prescribe them";
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("aftercare forms", "列成表 | as a table"),
        ("aftercare forms --format json", "给程序用 | for programs"),
    ];

    fn run(self, session: &mut Session<'_>) -> Result<u8, Failure> {
        let schema = session.schema()?;
        let packs = session.packs()?.without_examples();
        let forms = All::compile(&session.templates()?, &schema, &packs)?;
        let (lang, style) = (session.lang, session.style);
        let document = Document {
            version: 1,
            forms: forms
                .iter()
                .map(|f| listed(f, &schema, &packs, lang))
                .collect(),
        };
        sink::stream(session.out, |out| {
            if self.format == "json" {
                serde_json::to_writer_pretty(&mut *out, &document)?;
                return writeln!(out);
            }
            table(&document, lang).write(out, style, 0)
        })?;
        Ok(0)
    }
}

/// The published document, version 1.
#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    forms: Vec<Listed<'a>>,
}

#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    title: &'a str,
    /// The kind of which each record has a sheet; none for a form of the office.
    each: Option<&'a str>,
    /// The periods that have a sheet.
    per: Vec<&'static str>,
    /// The same in words.
    #[serde(skip)]
    stands_for: String,
    policies: Vec<&'a str>,
}

fn listed<'a>(form: &'a Form, schema: &'a Schema, packs: &'a Packs, lang: Lang) -> Listed<'a> {
    let prescribing = packs.iter().filter(|p| p.forms.contains(&form.id));
    Listed {
        id: &form.id,
        title: form.title.get(lang),
        each: form.each.map(|k| schema.get(k).name.as_str()),
        per: form.per.iter().map(|u| unit(*u).0).collect(),
        stands_for: stands_for(form, schema, lang),
        policies: prescribing.map(|p| p.id.as_str()).collect(),
    }
}

/// A period's name in JSON, in Chinese and in English.
fn unit(unit: Unit) -> (&'static str, &'static str) {
    match unit {
        Unit::Day => ("day", "日"),
        Unit::Week => ("week", "周"),
        Unit::SaturdayWeek => ("week from Saturday", "周（周六起）"),
        Unit::Stretch => ("stretch of days", "一段日子"),
        Unit::Month => ("month", "月"),
        Unit::Quarter => ("quarter", "季度"),
        Unit::Half => ("half", "半年"),
        Unit::Year => ("year", "年"),
    }
}

fn stands_for(form: &Form, schema: &Schema, lang: Lang) -> String {
    let each = form
        .each
        .map(|k| schema.get(k).label.get(lang).to_lowercase());
    let each = each.map(|k| lang.pick(format!("每条{k}"), format!("each of {k}")));
    let per = form.per.iter().map(|u| {
        let (en, zh) = unit(*u);
        lang.pick(format!("每{zh}"), format!("each {en}"))
    });
    let all: Vec<String> = each.into_iter().chain(per).collect();
    all.join(lang.pick("、", ", "))
}

fn table(document: &Document<'_>, lang: Lang) -> Table {
    let mut table = Table::new(match lang {
        Lang::Zh => ["编号", "名称", "一份表对应", "规定它的制度"],
        Lang::En => ["id", "title", "one sheet for", "prescribed by"],
    });
    for f in &document.forms {
        table.row([f.id, f.title, &f.stands_for, &f.policies.join(" ")]);
    }
    table
}
