//! `why`: every rule that looked at a record, what it decided, and its reckoning.

use clap::builder::PossibleValuesParser;
use serde::Serialize;

use super::explain::{Page, level};
use super::session::Session;
use super::{Command, sink};
use crate::pipeline::{self, Failure};
use crate::policy::compile::written;
use crate::policy::value::Record;
use crate::policy::{Account, Decided, why};
use crate::schema::KindId;
use crate::table::{Office, Row};
use crate::text::{Lang, nearest};

/// What `why` takes.
#[derive(clap::Args)]
pub(crate) struct Why {
    /// 记录的编号；重名时写 种类/编号 或 单位/种类/编号 | the record's id; where several have it, kind/id or office/kind/id
    #[arg(value_name = "RECORD")]
    record: String,
    /// 只问这一条（全名或短名） | only this rule (full or short name)
    #[arg(value_name = "RULE")]
    rule: Option<String>,
    /// 也列出与这条记录无关的规则 | list the rules that ask nothing of this record too
    #[arg(long)]
    all: bool,
    /// 格式：text 或 json | format: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true,
          hide_possible_values = true, value_parser = PossibleValuesParser::new(["text", "json"]))]
    format: String,
}

impl Command for Why {
    const NAME: &'static str = "why";
    const ABOUT: &'static str = "一条记录为什么合格或不合格：每条规则的结论和算法 | Why a record is in order or not: what each rule decided, with its reckoning";
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        (
            "aftercare why R-0031",
            "看过这条记录的每条规则 | every rule that looked at the record",
        ),
        (
            "aftercare why R-0031 revisit-leak-3d",
            "只看一条规则：哪天起算、每天怎样数 | one rule: from which day it counts, day by day",
        ),
    ];

    fn run(self, session: &mut Session<'_>) -> Result<u8, Failure> {
        // What a rule decided of one record is asked of that rule again: nothing else need be judged.
        let all = pipeline::offices(&session.request(true)?)?;
        let offices: Vec<&Office> = all.iter().map(|(office, _)| office).collect();
        let found = find(&offices, &self.record)?;
        let mut told = Vec::new();
        for (at, record) in found {
            let (office, compiled) = &all[at];
            told.push((office, record, why(office, compiled, record)));
        }
        if let Some(rule) = &self.rule {
            let is_it = |a: &Account| {
                a.rule == *rule
                    || a.rule
                        .split_once('/')
                        .is_some_and(|(_, short)| short == rule)
            };
            let names: Vec<&str> = all
                .iter()
                .flat_map(|(_, compiled)| compiled.rules.iter().map(|r| r.name.as_str()))
                .collect();
            told.iter_mut().for_each(|t| t.2.retain(is_it));
            let exists =
                |n: &&str| n == rule || n.split_once('/').is_some_and(|(_, short)| short == rule);
            if !names.iter().any(exists) {
                let short = names.iter().filter_map(|n| n.split_once('/').map(|p| p.1));
                let all = names.iter().copied().chain(short);
                return Err(Failure::usage(
                    format!("没有单位采用「{rule}」这条规则"),
                    format!("no office adopted a rule `{rule}`"),
                )
                .suggesting(nearest(rule, all)));
            }
        } else if !self.all {
            let asked = |a: &Account| a.decided != Decided::NotApplicable;
            told.iter_mut().for_each(|t| t.2.retain(asked));
        }
        let (lang, style) = (session.lang, session.style);
        let as_of = session.as_of()?.to_string();
        sink::stream(session.out, |out| {
            if self.format == "json" {
                let records = told.iter().map(|t| document(t, lang)).collect();
                let document = Document {
                    version: 1,
                    as_of: &as_of,
                    records,
                };
                serde_json::to_writer_pretty(&mut *out, &document)?;
                return writeln!(out);
            }
            let page = &mut Page { out, style, lang };
            told.iter().try_for_each(|t| show(page, t, &as_of))
        })?;
        Ok(0)
    }
}

/// The records with an id, each with its office's number.
fn find(offices: &[&Office], written: &str) -> Result<Vec<(usize, Record)>, Failure> {
    let parts: Vec<&str> = written.split('/').collect();
    let (office, kind, id) = match parts.as_slice() {
        [office, kind, id] => (Some(*office), Some(*kind), *id),
        [kind, id] => (None, Some(*kind), *id),
        _ => (None, None, written),
    };
    let mut found = Vec::new();
    let mut elsewhere = Vec::new();
    for (at, o) in offices.iter().enumerate() {
        let is_office = office.is_none_or(|name| name == o.id);
        for (k, shape) in o.schema.iter() {
            let rows = rows(o, k, id);
            if is_office && kind.is_none_or(|k| k == shape.name || k == shape.label.zh) {
                found.extend(rows.into_iter().map(|row| (at, (k, row))));
            } else if !rows.is_empty() {
                let full = [o.id.as_str(), &shape.name, id];
                let full = full.into_iter().filter(|p| !p.is_empty());
                elsewhere.push(full.collect::<Vec<_>>().join("/"));
            }
        }
    }
    if !found.is_empty() {
        return Ok(found);
    }
    let failure = Failure::usage(
        format!("没有编号为「{written}」的记录"),
        format!("there is no record `{written}`"),
    );
    if elsewhere.is_empty() {
        return Err(failure.suggesting(nearest(id, ids(offices))));
    }
    Err(failure.helped(
        format!("有这个编号的是：{}", elsewhere.join("、")),
        format!("this id is of {}", elsewhere.join(", ")),
    ))
}

/// The records of a kind with an id; several only where it was given twice.
fn rows(office: &Office, kind: KindId, id: &str) -> Vec<Row> {
    let Some(first) = office.row_of(kind, id) else {
        return Vec::new();
    };
    if office.ids_are_unique(kind) {
        return vec![first];
    }
    let all = 0..u32::try_from(office.table(kind).len()).unwrap_or(u32::MAX);
    all.filter(|row| office.record_id(kind, *row) == id)
        .collect()
}

/// Ids to choose a near one from.
fn ids<'o>(offices: &[&'o Office]) -> Vec<&'o str> {
    let mut all = Vec::new();
    for o in offices {
        for (k, _) in o.schema.iter() {
            let rows = 0..u32::try_from(o.table(k).len()).unwrap_or(u32::MAX);
            all.extend(rows.map(|row| o.record_id(k, row)));
        }
    }
    all.truncate(100_000);
    all
}

type Told<'a> = (&'a Office, Record, Vec<Account>);

fn show(
    page: &mut Page<'_>,
    (office, record, accounts): &Told<'_>,
    as_of: &str,
) -> std::io::Result<()> {
    let lang = page.lang;
    let label = office.schema.get(record.0).label.get(lang);
    let id = office.record_id(record.0, record.1);
    let place = office.place(record.0, record.1, None);
    let where_ = format!(
        "{}:{}{}",
        place.file,
        place.line,
        lang.pick(format!("，截至 {as_of}"), format!(", as of {as_of}"))
    );
    page.title(&format!("{label} {id}"), &where_)?;
    if accounts.is_empty() {
        page.paragraph(lang.pick("没有规则看过这条记录", "no rule looked at this record"))?;
    }
    for a in accounts {
        let period = a
            .period
            .as_ref()
            .map(|p| format!(" {p}"))
            .unwrap_or_default();
        page.heading(&format!("{}{period}  {}", a.rule, word(a.decided, lang)))?;
        let numbers: Vec<String> = a
            .numbers
            .iter()
            .map(|(n, v)| format!("{n} {}", written(v)))
            .collect();
        let term = match a.term {
            (None, None) => String::new(),
            (from, until) => {
                let day =
                    |d: Option<chrono::NaiveDate>| d.map(|d| d.to_string()).unwrap_or_default();
                format!("{}–{}", day(from), day(until))
            }
        };
        page.facts(&[
            (lang.pick("要求", "asks"), a.title.get(lang).to_owned()),
            (lang.pick("条款", "clause"), a.clause.clone()),
            (
                lang.pick("级别", "severity"),
                level(a.severity, lang).to_owned(),
            ),
            (lang.pick("数字", "numbers"), numbers.join(", ")),
            (lang.pick("执行期", "in force"), term),
            (
                lang.pick("期限", "due"),
                a.due.map(|d| d.to_string()).unwrap_or_default(),
            ),
            (
                lang.pick("算法", "reckoning"),
                a.reckoning
                    .iter()
                    .map(|r| r.get(lang))
                    .collect::<Vec<_>>()
                    .join("\n"),
            ),
        ])?;
    }
    writeln!(page.out)
}

fn word(d: Decided, lang: Lang) -> &'static str {
    match d {
        Decided::Missed => lang.pick("没有做到", "missed"),
        Decided::Pending => lang.pick("还没到期", "not yet due"),
        Decided::Unjudged => lang.pick("没有判断", "not judged"),
        Decided::Met => lang.pick("做到了", "met"),
        Decided::NotApplicable => lang.pick("不适用", "does not apply"),
    }
}

/// The published document, version 1.
#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    as_of: &'a str,
    records: Vec<About<'a>>,
}

#[derive(Serialize)]
struct About<'a> {
    office: &'a str,
    kind: &'a str,
    record: &'a str,
    file: String,
    line: u32,
    rules: Vec<Decision<'a>>,
}

#[derive(Serialize)]
struct Decision<'a> {
    rule: &'a str,
    title: &'a str,
    clause: &'a str,
    decided: Decided,
    period: Option<&'a str>,
    due: Option<String>,
    numbers: serde_json::Map<String, serde_json::Value>,
    reckoning: Vec<&'a str>,
}

fn document<'a>((office, record, accounts): &'a Told<'a>, lang: Lang) -> About<'a> {
    use crate::policy::definition::Number;
    let place = office.place(record.0, record.1, None);
    let number = |n: &Number| match n {
        Number::Int(i) => (*i).into(),
        Number::Float(f) => (*f).into(),
        Number::Text(t) => t.clone().into(),
    };
    let decision = |a: &'a Account| Decision {
        rule: &a.rule,
        title: a.title.get(lang),
        clause: &a.clause,
        decided: a.decided,
        period: a.period.as_deref(),
        due: a.due.map(|d| d.to_string()),
        numbers: a
            .numbers
            .iter()
            .map(|(k, v)| (k.clone(), number(v)))
            .collect(),
        reckoning: a.reckoning.iter().map(|r| r.get(lang)).collect(),
    };
    About {
        office: &office.id,
        kind: &office.schema.get(record.0).name,
        record: office.record_id(record.0, record.1),
        file: place.file,
        line: place.line,
        rules: accounts.iter().map(decision).collect(),
    }
}
