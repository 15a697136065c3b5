//! The ways of writing the same records: YAML, CSV, and CSV with Chinese headers and values in GB18030.

use std::collections::BTreeMap;

use aftercare::schema::{FieldType, Kind};

use crate::harness::{Records, SCHEMA, Yaml};

/// A way of writing records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Yaml,
    Csv,
    Gb18030,
}

pub const WAYS: [Way; 3] = [Way::Yaml, Way::Csv, Way::Gb18030];

type Row = BTreeMap<String, Yaml>;

/// The files of some records: name and bytes.
pub fn files(records: &Records, way: Way) -> Vec<(String, Vec<u8>)> {
    if way == Way::Yaml {
        // JSON is YAML too.
        let text = |r: &Vec<Row>| serde_json::to_vec_pretty(r).unwrap();
        let all = records.iter();
        return all
            .map(|(kind, r)| (format!("{kind}.yaml"), text(r)))
            .collect();
    }
    let flat = flat(records);
    let all = flat.iter();
    all.map(|(kind, rows)| (format!("{kind}.csv"), csv(kind, rows, way)))
        .collect()
}

/// Records listed inside others as records of their own kind, which name the others.
fn flat(records: &Records) -> Records {
    let mut flat = Records::new();
    for (kind, rows) in records {
        for row in rows {
            let mut own = row.clone();
            let parent = SCHEMA.kind(kind).unwrap();
            for (_, inner) in SCHEMA.iter() {
                let nests = inner.nests_in.as_ref().filter(|n| n.kind == parent);
                let Some(Yaml::Array(list)) = nests.and_then(|n| own.remove(&n.list)) else {
                    continue;
                };
                let names = &inner.get(inner.nests_in.as_ref().unwrap().field).name;
                for (i, item) in list.iter().enumerate() {
                    let mut item: Row = item.as_object().unwrap().clone().into_iter().collect();
                    let id = format!("{}-{}", row["id"].as_str().unwrap(), i + 1);
                    item.entry("id".into()).or_insert(id.into());
                    item.insert(names.clone(), row["id"].clone());
                    flat.entry(inner.name.clone()).or_default().push(item);
                }
            }
            flat.entry(kind.clone()).or_default().push(own);
        }
    }
    flat
}

fn csv(kind: &str, rows: &[Row], way: Way) -> Vec<u8> {
    let kind = SCHEMA.get(SCHEMA.kind(kind).unwrap());
    let used = |name: &String| rows.iter().any(|r| r.contains_key(name));
    let names: Vec<&String> = kind
        .fields
        .iter()
        .map(|f| &f.name)
        .filter(|n| used(n))
        .collect();
    let mut out = ::csv::Writer::from_writer(Vec::new());
    let header = names.iter().map(|n| match way {
        Way::Gb18030 => kind.get(kind.field(n).unwrap()).label.zh.clone(),
        _ => (*n).clone(),
    });
    out.write_record(header).unwrap();
    for row in rows {
        let cells = names.iter().map(|n| match row.get(*n) {
            Some(v) => cell(kind, n, v, way),
            None => String::new(),
        });
        out.write_record(cells).unwrap();
    }
    let text = String::from_utf8(out.into_inner().unwrap()).unwrap();
    match way {
        Way::Gb18030 => encoding_rs::GB18030.encode(&text).0.into_owned(),
        _ => text.into_bytes(),
    }
}

fn cell(kind: &Kind, name: &str, value: &Yaml, way: Way) -> String {
    let ty = &kind.get(kind.field(name).unwrap()).ty;
    match (value, ty, way) {
        (Yaml::Null, ..) => String::new(),
        (Yaml::Array(all), ..) => {
            let parts: Vec<String> = all.iter().map(|v| cell(kind, name, v, way)).collect();
            parts.join(if way == Way::Gb18030 { "；" } else { ";" })
        }
        (Yaml::Bool(b), _, Way::Gb18030) => (if *b { "是" } else { "否" }).to_owned(),
        (Yaml::String(code), FieldType::Enum(values) | FieldType::List(values), Way::Gb18030) => {
            let known = values.iter().find(|v| v.code == *code);
            known.map_or_else(|| code.clone(), |v| v.label.zh.clone())
        }
        (Yaml::String(text), ..) => text.clone(),
        (other, ..) => other.to_string(),
    }
}
