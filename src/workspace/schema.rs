//! JSON Schema of office.yaml, so that an editor completes the policies' ids and checks what is typed. It refuses nothing
//! that the reader takes.

use serde_json::{Map, Value, json};

use super::config::KEYS;
use crate::policy::Packs;
use crate::text::Lang;

/// The schema, with the policies there are.
pub(crate) fn config_schema(packs: &Packs, lang: Lang) -> Value {
    let mut properties = Map::new();
    for (name, label) in KEYS {
        properties.insert(name.to_owned(), property(name, label, lang));
        let same = json!({"$ref": format!("#/properties/{name}")});
        properties.insert(label.to_owned(), same);
    }
    let ids: Vec<Value> = packs
        .iter()
        .map(|p| json!({"const": p.id, "description": p.title.get(lang)}))
        .collect();
    let either = |a: &str, b: &str| json!({"anyOf": [{"required": [a]}, {"required": [b]}]});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "office.yaml",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "allOf": [either("name", "单位名称"), either("policies", "适用制度")],
        "$defs": {
            "policy": {"anyOf": ids},
            "adoption": {"type": "object", "properties": {
                "use": {"$ref": "#/$defs/policy"}, "制度": {"$ref": "#/$defs/policy"},
            }},
        },
    })
}

fn property(name: &str, label: &str, lang: Lang) -> Value {
    let choice = |all: &[&str]| json!({"enum": all});
    let mut one = match name {
        "policies" => {
            let item = json!({"anyOf": [{"$ref": "#/$defs/policy"}, {"$ref": "#/$defs/adoption"}]});
            json!({"type": ["array", "null"], "items": item})
        }
        "lang" => choice(&["zh", "en"]),
        "collect" => choice(&["month", "quarter", "year", "none"]),
        "redact" => {
            json!({"type": ["array", "null"], "items": choice(&["phone", "name", "address"])})
        }
        "waivers" => json!({"type": ["array", "null"]}),
        "audit" | "form_codes" => json!({"type": ["object", "null"]}),
        _ => json!({"type": ["string", "number", "null"]}),
    };
    let said = lang.pick(label, name);
    if let Value::Object(one) = &mut one {
        one.insert("description".into(), said.into());
    }
    one
}
