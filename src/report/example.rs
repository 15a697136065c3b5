//! An example of a rule as the files of a small office, in the words of a language: what a clerk could write.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::policy::definition::Example;
use crate::schema::{Field, FieldType, Kind, Schema};
use crate::text::Lang;
use unicode_width::UnicodeWidthStr as _;

/// Columns that a record may take on one line.
const WIDTH: usize = 78;

type Written = BTreeMap<String, Value>;

/// The files of an example: name and YAML text. Fields and values are labels in Chinese, names and codes in English.
pub fn files(example: &Example, schema: &Schema, lang: Lang) -> Vec<(String, String)> {
    let mut files = Vec::new();
    if !example.office.is_empty() {
        let lines = example
            .office
            .iter()
            .map(|(k, v)| format!("{k}: {}\n", flow(v)));
        files.push(("office.yaml".to_owned(), lines.collect()));
    }
    for (kind, records) in &example.records {
        let Some(id) = schema.kind(kind) else {
            continue;
        };
        let words = Words {
            schema,
            kind: schema.get(id),
            lang,
        };
        let text = if records.is_empty() {
            "[]\n".to_owned()
        } else {
            records.iter().map(|r| words.record(r)).collect()
        };
        files.push((format!("{kind}.yaml"), text));
    }
    files
}

/// How one kind is written in one language.
#[derive(Clone, Copy)]
struct Words<'a> {
    schema: &'a Schema,
    kind: &'a Kind,
    lang: Lang,
}

impl<'a> Words<'a> {
    fn record(self, record: &Written) -> String {
        let pairs = self.pairs(record.iter());
        let flow: Vec<String> = pairs.iter().map(|(k, v)| format!("{k}: {v}")).collect();
        let flow = format!("- {{{}}}\n", flow.join(", "));
        if flow.width() <= WIDTH {
            return flow;
        }
        let mut block = String::new();
        for (i, (key, value)) in pairs.iter().enumerate() {
            let lead = if i == 0 { "- " } else { "  " };
            let _ = writeln!(block, "{lead}{key}: {value}");
        }
        block
    }

    /// Keys and values in the order of the schema.
    fn pairs<'r>(
        self,
        record: impl Iterator<Item = (&'r String, &'r Value)>,
    ) -> Vec<(String, String)> {
        let mut pairs: Vec<(u16, String, String)> = record
            .map(|(name, value)| match self.kind.field(name) {
                Some(id) => {
                    let field = self.kind.get(id);
                    (id.0, self.name(field), self.value(field, value))
                }
                None => (u16::MAX, name.clone(), self.nested(name, value)),
            })
            .collect();
        pairs.sort_by_key(|p| p.0);
        pairs.into_iter().map(|(_, k, v)| (k, v)).collect()
    }

    fn name(self, field: &Field) -> String {
        match self.lang {
            Lang::Zh => scalar(&field.label.zh),
            Lang::En => field.name.clone(),
        }
    }

    fn value(self, field: &Field, value: &Value) -> String {
        match (self.lang, &field.ty, value) {
            (Lang::Zh, FieldType::Bool, Value::Bool(b)) => {
                (if *b { "是" } else { "否" }).to_owned()
            }
            (Lang::Zh, FieldType::Enum(_) | FieldType::List(_), Value::String(code)) => {
                scalar(label(&field.ty, code))
            }
            (Lang::Zh, FieldType::List(_), Value::Array(all)) => {
                let all = all.iter().map(|v| self.value(field, v));
                format!("[{}]", all.collect::<Vec<_>>().join(", "))
            }
            _ => flow(value),
        }
    }

    /// Records listed inside another.
    fn nested(self, list: &str, value: &Value) -> String {
        let inner = self.schema.iter().map(|(_, k)| k).find(|k| {
            let nests = k.nests_in.as_ref();
            nests.is_some_and(|n| n.list == list && self.schema.get(n.kind).name == self.kind.name)
        });
        let (Some(kind), Value::Array(records)) = (inner, value) else {
            return flow(value);
        };
        let words = Words { kind, ..self };
        let one = |r: &Value| match r {
            Value::Object(fields) => {
                let pairs = words.pairs(fields.iter());
                let pairs: Vec<String> = pairs.iter().map(|(k, v)| format!("{k}: {v}")).collect();
                format!("{{{}}}", pairs.join(", "))
            }
            other => flow(other),
        };
        let all: Vec<String> = records.iter().map(one).collect();
        format!("[{}]", all.join(", "))
    }
}

fn label<'t>(ty: &'t FieldType, code: &'t str) -> &'t str {
    match ty {
        FieldType::Enum(values) | FieldType::List(values) => values
            .iter()
            .find(|v| v.code == code)
            .map_or(code, |v| v.label.zh.as_str()),
        _ => code,
    }
}

/// A value in YAML's flow style.
fn flow(value: &Value) -> String {
    match value {
        Value::String(s) => scalar(s),
        Value::Array(all) => {
            let all: Vec<String> = all.iter().map(flow).collect();
            format!("[{}]", all.join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(k, v)| format!("{}: {}", scalar(k), flow(v)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

/// A text without quotes where YAML reads it the same.
fn scalar(text: &str) -> String {
    let plain = |c: char| {
        c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ' ' | ':' | '+' | '，' | '、')
    };
    let safe = text.chars().next().is_some_and(char::is_alphanumeric)
        && text.chars().all(plain)
        && !text.contains(": ")
        && !text.ends_with([' ', ':']);
    if safe {
        text.to_owned()
    } else {
        Value::from(text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::pipeline::{self, Request};
    use crate::policy::Packs;

    /// An example as it is shown, to be judged on its day: office, policy, rule and whether it fails.
    type Shown<'a> = (String, &'a str, &'a str, bool, Vec<(String, String)>);

    fn shown<'a>(packs: &'a Packs, schema: &Schema) -> BTreeMap<&'a str, Vec<Shown<'a>>> {
        let mut days: BTreeMap<&str, Vec<Shown<'_>>> = BTreeMap::new();
        for (pack, (id, rule)) in packs
            .iter()
            .flat_map(|p| p.rules.iter().map(move |r| (p, r)))
        {
            for lang in [Lang::Zh, Lang::En] {
                for (fails, example) in [(false, &rule.examples.pass), (true, &rule.examples.fail)]
                {
                    let day = days.entry(&example.as_of).or_default();
                    let office = format!("{}-{id}-{fails}-{lang:?}", pack.id);
                    day.push((office, &pack.id, id, fails, files(example, schema, lang)));
                }
            }
        }
        days
    }

    fn write(root: &Path, (office, policy, _, _, files): &Shown<'_>) {
        let folder = root.join("records").join(office);
        std::fs::create_dir_all(&folder).unwrap();
        let mut config = format!("name: 示例\npolicies: [{policy}]\n");
        for (name, text) in files {
            if name == "office.yaml" {
                config.push_str(text);
            } else {
                std::fs::write(folder.join(name), text).unwrap();
            }
        }
        std::fs::write(folder.join("office.yaml"), config).unwrap();
    }

    #[test]
    fn examples_as_shown_are_judged_as_said() {
        let packs = Packs::embedded().unwrap_or_else(|f| panic!("{f:?}"));
        let schema = Schema::embedded().unwrap();
        for (day, offices) in shown(&packs, &schema) {
            let root = tempfile::tempdir().unwrap();
            offices.iter().for_each(|o| write(root.path(), o));
            let checked = pipeline::check_aside(&Request {
                root: root.path().to_path_buf(),
                as_of: day.parse().unwrap(),
                offices: vec![],
                policies: vec![],
                everything: false,
            })
            .unwrap_or_else(|f| panic!("{}", f.message.en));
            for (office, policy, rule, fails, _) in &offices {
                let name = format!("{policy}/{rule}");
                let here = || checked.findings().filter(|f| f.office == *office);
                assert_eq!(here().any(|f| f.rule == name), *fails, "{office}");
                assert!(!here().any(|f| f.rule.starts_with("core/")), "{office}");
            }
        }
    }

    #[test]
    fn what_yaml_would_read_otherwise_is_quoted() {
        for text in [
            "a: b", "", "- x", "[x", "x #y", "{a}", "'a'", "x:", "是\n否", "*a", "&a",
        ] {
            assert!(scalar(text).starts_with('"'), "{text:?}");
        }
        for text in ["2025-03-01 14:30", "李玥", "工程管理部", "R1"] {
            assert_eq!(scalar(text), text);
        }
    }
}
