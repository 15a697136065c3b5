//! A kind → JSON Schema (2020-12), so that an editor completes and checks a YAML file as it is written.
//!
//! It says no more than the loader: what it refuses, the loader refuses. What hangs on other records (whether a
//! reference leads anywhere, the order of days) is left to `check`.

use serde_json::{Map, Value, json};

use super::{EnumValue, Field, FieldType, Kind, KindId, Schema};
use crate::text::Lang;

/// What is written where a value is not known; the loader reads it as absent.
const ABSENT: &str = r"^(|-|—|/|待补|待定|\?|N/A|－|／|？|Ｎ／Ａ)$";
const DAY: &str = "^[0-9０-９]{4}[-/.年－／．]?[0-9０-９]{1,2}[-/.月－／．]?[0-9０-９]{1,2}日?";
const NUMBER: &str = r"^[¥￥]? *[-+－＋]? *[0-9０-９.．][0-9０-９,，.．]* *万? *元?$";

/// The schema of a file of one kind: one record, a list of them, or nothing yet.
pub fn of_kind(schema: &Schema, id: KindId, lang: Lang) -> Value {
    let kind = schema.get(id);
    let mut defs = Map::new();
    defs.insert(
        "absent".into(),
        json!({"type": ["string", "null"], "pattern": ABSENT}),
    );
    define(schema, id, lang, &mut defs);
    let record = whole(kind, false);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("{} {}", kind.name, kind.label.get(lang)),
        "anyOf": [record, {"type": "array", "items": record}, {"type": "null"}],
        "$defs": defs,
    })
}

/// The kinds that may be nested in one, and where.
fn nested(schema: &Schema, id: KindId) -> impl Iterator<Item = (KindId, &Kind, &str)> {
    schema.iter().filter_map(move |(inner, k)| {
        let nesting = k.nests_in.as_ref().filter(|n| n.kind == id)?;
        Some((inner, k, nesting.list.as_str()))
    })
}

fn define(schema: &Schema, id: KindId, lang: Lang, defs: &mut Map<String, Value>) {
    let kind = schema.get(id);
    let (mut names, mut patterns) = (Map::new(), Map::new());
    for (at, field) in kind.iter() {
        let same = json!({"$ref": format!("#/$defs/{}/properties/{}", kind.name, field.name)});
        names.insert(field.name.clone(), property(schema, field, lang));
        if kind.field_by_header(&field.label.zh) == Some(at) {
            names.insert(field.label.zh.clone(), same.clone());
        }
        // English labels are read too; as patterns they are not offered beside the names.
        if kind.field_by_header(&field.label.en) == Some(at) {
            patterns.insert(format!("^{}$", literal(&field.label.en)), same);
        }
    }
    for (inner, k, list) in nested(schema, id) {
        let item = whole(k, true);
        let title = k.label.get(lang);
        let listed = json!({"description": title, "anyOf": [{"type": "array", "items": item}, item, {"type": "null"}]});
        names.insert(list.to_owned(), listed);
        let same = json!({"$ref": format!("#/$defs/{}/properties/{list}", kind.name)});
        names.insert(k.label.zh.clone(), same);
        define(schema, inner, lang, defs);
    }
    let about = json!({
        "type": "object",
        "properties": names,
        "patternProperties": patterns,
        "additionalProperties": false,
    });
    defs.insert(kind.name.clone(), about);
}

/// A record with what it must have. One that is nested gets its id and its parent from where it stands.
fn whole(kind: &Kind, is_nested: bool) -> Value {
    let parent = kind.nests_in.as_ref().filter(|_| is_nested);
    let given = |f: &Field| is_nested && f.ty == FieldType::Id;
    let mut all = vec![json!({"$ref": format!("#/$defs/{}", kind.name)})];
    for (at, f) in kind.iter() {
        if f.required && !given(f) && parent.is_none_or(|n| n.field != at) {
            let mut keys = vec![&f.name, &f.label.zh, &f.label.en];
            keys.dedup();
            let one: Vec<Value> = keys.iter().map(|k| json!({"required": [k]})).collect();
            all.push(json!({"anyOf": one}));
        }
    }
    json!({"allOf": all})
}

fn property(schema: &Schema, field: &Field, lang: Lang) -> Value {
    let (hint, value) = typed(schema, &field.ty, lang);
    let mut words = vec![field.label.get(lang).to_owned()];
    words.extend((!hint.is_empty()).then_some(hint));
    if field.required {
        words.push(lang.pick("必填", "required").to_owned());
    }
    let mut one = Map::new();
    one.insert("description".into(), words.join(" · ").into());
    // A required field that is to be filled in later is told of by `check`.
    one.insert("anyOf".into(), json!([value, {"$ref": "#/$defs/absent"}]));
    Value::Object(one)
}

/// What stands in a field, in words and as a schema. Editors read `0031` as a number and `no` as a truth value; the loader does not.
fn typed(schema: &Schema, ty: &FieldType, lang: Lang) -> (String, Value) {
    let scalar = json!({"type": ["string", "number", "boolean"]});
    let said = |zh: &str, en: &str| lang.pick(zh, en).to_owned();
    match ty {
        FieldType::Id => (
            String::new(),
            json!({"type": ["string", "number"], "pattern": r"^[^#/,;；、\u0000-\u001f]+$"}),
        ),
        FieldType::Text => (String::new(), scalar),
        FieldType::Int => (
            said("整数", "whole number"),
            json!({"type": ["integer", "string"], "pattern": NUMBER}),
        ),
        FieldType::Number => (
            said("数字", "number"),
            json!({"type": ["number", "string"], "pattern": NUMBER}),
        ),
        FieldType::Money => (
            said("金额（元），如 1280.50", "yuan, such as 1280.50"),
            json!({"type": ["number", "string"], "pattern": NUMBER}),
        ),
        FieldType::Bool => (
            said("是或否", "yes or no"),
            json!({"anyOf": [
                {"enum": [true, false, "是", "否"]},
                {"type": "string", "pattern": "^(True|TRUE|有|√|✓|yes|Yes|YES|False|FALSE|无|×|✗|no|No|NO|true|false)$"},
            ]}),
        ),
        FieldType::Date => (
            said("日期，如 2025-03-04", "date, such as 2025-03-04"),
            json!({"type": ["string", "integer"], "pattern": format!("{DAY}([ T]*0?0:00(:00)?)?$"), "minimum": 10_000_101}),
        ),
        FieldType::Time => (
            said(
                "日期和时间，如 2025-03-04 14:30",
                "date and time, such as 2025-03-04 14:30",
            ),
            json!({"type": ["string", "integer"], "pattern": format!("{DAY}([ T上下].*)?$"), "minimum": 10_000_101}),
        ),
        FieldType::Period => (
            said(
                "期间，如 2025、2025-Q1、2025-03 或 2025-W14",
                "period, such as 2025, 2025-Q1, 2025-03 or 2025-W14",
            ),
            json!({"type": ["string", "integer"], "pattern": "^[0-9０-９]{4}"}),
        ),
        FieldType::Ref(to) => {
            let kind = schema.get(*to);
            let zh = format!("{}的编号或名称", kind.label.zh);
            (
                said(&zh, &format!("id or name in {}", kind.name)),
                json!({"type": ["string", "number"]}),
            )
        }
        FieldType::Enum(values) => (meanings(values), choice(values)),
        FieldType::List(values) if values.is_empty() => (
            said("几项", "list"),
            json!({"anyOf": [scalar, {"type": "array", "items": scalar}]}),
        ),
        FieldType::List(values) => {
            let words: Vec<String> = spellings(values).map(literal).collect();
            let one = format!("({})", words.join("|"));
            let joined =
                json!({"type": "string", "pattern": format!("^{one}( *[;；、] *{one})*$")});
            (
                meanings(values),
                json!({"anyOf": [{"type": "array", "items": choice(values)}, joined]}),
            )
        }
    }
}

fn spellings(values: &[EnumValue]) -> impl Iterator<Item = &str> {
    values
        .iter()
        .flat_map(|v| [v.code.as_str(), v.label.zh.as_str(), v.label.en.as_str()])
}

/// Codes with their labels.
fn meanings(values: &[EnumValue]) -> String {
    let all = values.iter().map(|v| format!("{} {}", v.code, v.label.zh));
    all.collect::<Vec<_>>().join(", ")
}

fn choice(values: &[EnumValue]) -> Value {
    let codes = values.iter().map(|v| &v.code);
    let mut offered: Vec<&String> = codes.chain(values.iter().map(|v| &v.label.zh)).collect();
    // Two values may share a label; a list of choices may not.
    let mut seen = rustc_hash::FxHashSet::default();
    offered.retain(|o| seen.insert(*o));
    let english: Vec<String> = values.iter().map(|v| literal(&v.label.en)).collect();
    json!({"anyOf": [{"enum": offered}, {"type": "string", "pattern": format!("^({})$", english.join("|"))}]})
}

/// A text as a regular expression for itself.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\^$.|?*+()[]{}/-".contains(c) {
            out.push_str(if c == '-' || c == '/' { "" } else { "\\" });
        }
        out.push(c);
    }
    out
}
