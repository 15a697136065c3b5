//! `kinds`: every kind of record, or the fields of one.

use clap::builder::PossibleValuesParser;
use serde::Serialize;
use unicode_width::UnicodeWidthStr as _;

use super::session::Session;
use super::{Command, sink};
use crate::pipeline::Failure;
use crate::report::Paint;
use crate::report::table::Table;
use crate::schema::{EnumValue, Field, FieldType, Kind, Schema};
use crate::text::{Lang, nearest};

/// What `kinds` takes.
#[derive(clap::Args)]
pub(crate) struct Kinds {
    /// 哪一类记录；不写就列出全部 | which kind of record; else all of them
    #[arg(value_name = "KIND")]
    kind: Option<String>,
    /// 格式：text 或 json | format: text or json
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true,
          hide_possible_values = true, value_parser = PossibleValuesParser::new(["text", "json"]))]
    format: String,
}

impl Command for Kinds {
    const NAME: &'static str = "kinds";
    const ABOUT: &'static str =
        "列出记录的类别，或一类记录的栏目 | Lists the kinds of record, or the fields of one";
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("aftercare kinds", "列出全部类别 | list all kinds"),
        (
            "aftercare kinds visits",
            "回访记录有哪些栏目、可以填什么 | which fields a visit has, and what may stand in them",
        ),
        (
            "aftercare kinds repairs --format json",
            "给程序用 | for programs",
        ),
    ];

    fn run(self, session: &mut Session<'_>) -> Result<u8, Failure> {
        let schema = session.schema()?;
        let (lang, style) = (session.lang, session.style);
        let one = match &self.kind {
            Some(name) => Some(named(&schema, name)?),
            None => None,
        };
        sink::stream(session.out, |out| {
            if self.format == "json" {
                serde_json::to_writer_pretty(&mut *out, &document(&schema, one, lang))?;
                return writeln!(out);
            }
            let Some(kind) = one else {
                return all(&schema, lang).write(out, style, 0);
            };
            let name = style.paint(Paint::Strong, &kind.name);
            writeln!(out, "{name}  {}\n", kind.label.get(lang))?;
            fields(&schema, kind, lang).write(out, style, 0)?;
            values(kind, lang, out, style)
        })?;
        Ok(0)
    }
}

/// A kind by its name or its label.
pub(super) fn named<'a>(schema: &'a Schema, name: &str) -> Result<&'a Kind, Failure> {
    let labelled = || schema.kinds.iter().find(|k| k.label.zh == name);
    let found = schema.kind(name).map(|k| schema.get(k)).or_else(labelled);
    found.ok_or_else(|| {
        let failure = Failure::usage(
            format!("没有「{name}」这类记录"),
            format!("there is no kind of record `{name}`"),
        );
        match nearest(name, schema.kinds.iter().map(|k| k.name.as_str())) {
            None => failure.helped(
                "aftercare kinds 列出全部类别",
                "`aftercare kinds` lists all kinds",
            ),
            near => failure.suggesting(near),
        }
    })
}

fn all(schema: &Schema, lang: Lang) -> Table {
    let mut table = Table::new(match lang {
        Lang::Zh => ["类别", "名称", "栏目", "可写在"],
        Lang::En => ["kind", "name", "fields", "may be nested in"],
    });
    for kind in &schema.kinds {
        let nests = kind.nests_in.as_ref();
        table.row([
            kind.name.clone(),
            kind.label.get(lang).to_owned(),
            kind.fields.len().to_string(),
            nests
                .map(|n| format!("{}.{}", schema.get(n.kind).name, n.list))
                .unwrap_or_default(),
        ]);
    }
    table
}

fn fields(schema: &Schema, kind: &Kind, lang: Lang) -> Table {
    let mut table = Table::new(match lang {
        Lang::Zh => ["栏目", "标签", "写法", "必填", "个人信息", "签字封存"],
        Lang::En => ["field", "label", "type", "required", "personal", "sealed"],
    });
    let mark = |yes| (if yes { lang.pick("是", "yes") } else { "" }).to_owned();
    for f in &kind.fields {
        table.row([
            f.name.clone(),
            f.label.get(lang).to_owned(),
            described(&f.ty, schema, lang),
            mark(f.required),
            mark(f.personal),
            mark(f.sealed),
        ]);
    }
    table
}

/// The allowed values, below the table since some fields have many.
fn values(
    kind: &Kind,
    lang: Lang,
    out: &mut dyn std::io::Write,
    style: crate::report::Style,
) -> std::io::Result<()> {
    for f in &kind.fields {
        let list = allowed(f);
        if list.is_empty() {
            continue;
        }
        let name = format!("{} {}", f.name, f.label.get(lang));
        writeln!(out, "\n{}", style.paint(Paint::Strong, name))?;
        let words = list.iter().map(|v| match lang {
            Lang::Zh => format!("{} {}", v.code, v.label.zh),
            Lang::En => v.code.clone(),
        });
        for line in lines(words, 78) {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(())
}

/// Words joined by dots, as many to a line as fit.
fn lines(words: impl Iterator<Item = String>, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.width() + 3 + word.width() <= width => {
                line.push_str(" · ");
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

fn allowed(field: &Field) -> &[EnumValue] {
    match &field.ty {
        FieldType::Enum(values) | FieldType::List(values) => values,
        _ => &[],
    }
}

/// A type's name in JSON, and in words.
fn type_name(ty: &FieldType) -> (&'static str, &'static str, &'static str) {
    match ty {
        FieldType::Id => ("id", "编号", "id"),
        FieldType::Text => ("text", "文字", "text"),
        FieldType::Int => ("int", "整数", "whole number"),
        FieldType::Number => ("number", "数字", "number"),
        FieldType::Money => ("money", "金额（元）", "money (yuan)"),
        FieldType::Bool => ("bool", "是或否", "yes or no"),
        FieldType::Date => ("date", "日期", "date"),
        FieldType::Time => ("time", "日期和时间", "date and time"),
        FieldType::List(_) => ("list", "几项", "list"),
        FieldType::Enum(_) => ("enum", "选项", "choice"),
        FieldType::Period => ("period", "期间", "period"),
        FieldType::Ref(_) => ("ref", "引用", "reference"),
    }
}

fn described(ty: &FieldType, schema: &Schema, lang: Lang) -> String {
    let (_, zh, en) = type_name(ty);
    match ty {
        FieldType::Ref(to) => {
            let kind = schema.get(*to);
            lang.pick(
                format!("{}的编号或名称", kind.label.zh),
                format!("id or name in {}", kind.name),
            )
        }
        _ => lang.pick(zh, en).to_owned(),
    }
}

/// The published document, version 1.
#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    kinds: Vec<KindOut<'a>>,
}

#[derive(Serialize)]
struct KindOut<'a> {
    name: &'a str,
    label: &'a str,
    nests_in: Option<&'a str>,
    nests_as: Option<&'a str>,
    fields: Vec<FieldOut<'a>>,
}

#[derive(Serialize)]
struct FieldOut<'a> {
    name: &'a str,
    label: &'a str,
    #[serde(rename = "type")]
    ty: &'static str,
    to: Option<&'a str>,
    values: Vec<ValueOut<'a>>,
    required: bool,
    personal: bool,
    sealed: bool,
}

#[derive(Serialize)]
struct ValueOut<'a> {
    code: &'a str,
    label: &'a str,
}

fn document<'a>(schema: &'a Schema, one: Option<&'a Kind>, lang: Lang) -> Document<'a> {
    let shown = |k: &&Kind| one.is_none_or(|o| o.name == k.name);
    let kinds = schema.kinds.iter().filter(shown).map(|k| {
        let nests = k.nests_in.as_ref();
        KindOut {
            name: &k.name,
            label: k.label.get(lang),
            nests_in: nests.map(|n| schema.get(n.kind).name.as_str()),
            nests_as: nests.map(|n| n.list.as_str()),
            fields: k.fields.iter().map(|f| field(f, schema, lang)).collect(),
        }
    });
    Document {
        version: 1,
        kinds: kinds.collect(),
    }
}

fn field<'a>(f: &'a Field, schema: &'a Schema, lang: Lang) -> FieldOut<'a> {
    let values = allowed(f).iter().map(|v| ValueOut {
        code: &v.code,
        label: v.label.get(lang),
    });
    FieldOut {
        name: &f.name,
        label: f.label.get(lang),
        ty: type_name(&f.ty).0,
        to: match &f.ty {
            FieldType::Ref(to) => Some(schema.get(*to).name.as_str()),
            _ => None,
        },
        values: values.collect(),
        required: f.required,
        personal: f.personal,
        sealed: f.sealed,
    }
}
