//! A YAML file → records: one record, a list of them, or several documents; nested lists where a kind nests.

use std::rc::Rc;

use super::columns::{Cell, Fault, FileReader};
use super::tree::{self, Data, Node};
use crate::finding::Severity;
use crate::schema::{FieldId, FieldType, KindId};
use crate::table::Layout;
use crate::text::{Bilingual, nearest};

type Places = Vec<(u32, Vec<(FieldId, u32, u32)>)>;

/// Reads a whole file of one kind.
pub fn read(reader: &mut FileReader<'_>, kind: KindId, text: &str) -> Layout {
    let (roots, faults) = tree::read(text);
    for f in faults {
        let message = Bilingual::new(
            format!("这里不是正确的 YAML：{}", f.why),
            format!("this is not valid YAML: {}", f.why),
        );
        let help = Bilingual::new(
            "检查缩进（只用空格）、冒号后的空格和引号；其余记录仍已读入。",
            "Check the indentation (spaces only), the space after a colon and quotation marks; other records were read.",
        );
        reader.faults.push(fault("parse", f.at, 1, message, help));
    }
    let mut places = Places::new();
    for root in roots {
        match &root.data {
            Data::List(items) => items
                .iter()
                .for_each(|n| record(reader, kind, n, None, text, &mut places)),
            Data::Scalar(t, _) if t.is_empty() => {}
            _ => record(reader, kind, &root, None, text, &mut places),
        }
    }
    places.sort_by_key(|p| p.0);
    Layout::Yaml { records: places }
}

fn fault(rule: &'static str, start: u32, len: u32, message: Bilingual, help: Bilingual) -> Fault {
    Fault {
        rule,
        severity: Severity::Error,
        record: None,
        field: None,
        start,
        len: len.max(1),
        message,
        help,
    }
}

/// The parent's reference and, for a record without an id, the id it gets.
struct Parent<'p> {
    id: &'p str,
    field: FieldId,
    n: usize,
}

fn record(
    reader: &mut FileReader<'_>,
    kind: KindId,
    node: &Rc<Node>,
    parent: Option<&Parent<'_>>,
    text: &str,
    places: &mut Places,
) {
    let Data::Map(pairs) = &node.data else {
        let message = Bilingual::new(
            "这里应是一条记录（栏目: 值）",
            "expected a record here (field: value)",
        );
        let help = Bilingual::new(
            "每条记录以“- 栏目: 值”开头。",
            "Begin each record with `- field: value`.",
        );
        reader
            .faults
            .push(fault("parse", node.start, node.len.min(20), message, help));
        return;
    };
    let schema = std::sync::Arc::clone(&reader.options.schema);
    let def = schema.get(kind);
    let row = reader.begin(kind, node.start, node.len);
    let mut here = Vec::new();
    let (mut nested, mut late) = (Vec::new(), Vec::new());
    for (key, value) in pairs {
        let Data::Scalar(name, _) = &key.data else {
            continue;
        };
        let inner = schema.iter().find(|(_, k)| {
            k.nests_in
                .as_ref()
                .is_some_and(|n| n.kind == kind && (n.list == *name || k.label.zh == *name))
        });
        match (def.field_by_header(name), inner) {
            (Some(field), _) if here.iter().any(|h: &(FieldId, u32, u32)| h.0 == field) => {
                let message = Bilingual::new(
                    format!("「{name}」写了两次，后一个没有读"),
                    format!("`{name}` is written twice; the later one is not read"),
                );
                let help = Bilingual::new("删去其中一个。", "Remove one of them.");
                let f = fault("parse", key.start, key.len, message, help);
                reader.faults.push(Fault {
                    record: Some((kind, row)),
                    ..f
                });
            }
            (Some(field), _) => {
                here.push((field, value.start, value.len));
                // How a period is read depends on the other fields, so that it comes last.
                if def.get(field).ty == FieldType::Period {
                    late.push((field, Rc::clone(value)));
                } else {
                    set(reader, kind, row, field, value, text);
                }
            }
            (None, Some((inner, _))) => nested.push((inner, Rc::clone(value))),
            (None, None) => unknown(reader, kind, row, key, name),
        }
    }
    late.iter()
        .for_each(|(field, value)| set(reader, kind, row, *field, value, text));
    let id = own_id(reader, kind, row, parent, text);
    if let Some(p) = parent
        && !here.iter().any(|h| h.0 == p.field)
    {
        here.push((p.field, node.start, 1));
        reader.set(
            kind,
            row,
            p.field,
            Cell {
                text: p.id,
                place: (node.start, 1),
                verbatim: false,
            },
        );
    }
    places.push((node.start, here));
    for (inner, list) in nested {
        let Some(field) = schema.get(inner).nests_in.as_ref().map(|n| n.field) else {
            continue;
        };
        let items: &[Rc<Node>] = if let Data::List(items) = &list.data {
            items
        } else {
            std::slice::from_ref(&list)
        };
        for (i, item) in items.iter().enumerate() {
            record(
                reader,
                inner,
                item,
                Some(&Parent {
                    id: &id,
                    field,
                    n: i + 1,
                }),
                text,
                places,
            );
        }
    }
}

fn own_id(
    reader: &mut FileReader<'_>,
    kind: KindId,
    row: u32,
    parent: Option<&Parent<'_>>,
    text: &str,
) -> String {
    let span = reader.parts[usize::from(kind.0)].ids[row as usize];
    if span.len > 0 {
        let (start, len) = (span.start as usize, span.len as usize);
        return match start.checked_sub(text.len()) {
            None => text[start..start + len].to_owned(),
            Some(s) => reader.side[s..s + len].to_owned(),
        };
    }
    let Some(p) = parent else {
        return String::new();
    };
    let id = format!("{}#{}", p.id, p.n);
    let span = reader.keep_aside(&id);
    reader.parts[usize::from(kind.0)].ids[row as usize] = span;
    id
}

fn set(
    reader: &mut FileReader<'_>,
    kind: KindId,
    row: u32,
    field: FieldId,
    value: &Node,
    text: &str,
) {
    let place = (value.start, value.len);
    match &value.data {
        Data::Scalar(t, plain) => {
            let trimmed = t.trim();
            if *plain && matches!(trimmed, "~" | "null") {
                return;
            }
            let written = text.get(value.start as usize..(value.start + value.len) as usize);
            reader.set(
                kind,
                row,
                field,
                Cell {
                    text: trimmed,
                    place,
                    verbatim: written == Some(trimmed),
                },
            );
        }
        Data::List(items) => {
            let parts: Vec<&str> = items
                .iter()
                .filter_map(|n| {
                    if let Data::Scalar(t, _) = &n.data {
                        Some(t.trim())
                    } else {
                        None
                    }
                })
                .collect();
            reader.set(
                kind,
                row,
                field,
                Cell {
                    text: &parts.join("\u{1f}"),
                    place,
                    verbatim: false,
                },
            );
        }
        Data::Map(_) => {
            let message = Bilingual::new(
                "这里应是一个值，而不是一组栏目",
                "expected a value here, not a group of fields",
            );
            let help = Bilingual::new(
                "检查缩进；值里有冒号时加引号。",
                "Check the indentation; put a value with a colon in quotation marks.",
            );
            let f = fault("parse", value.start, 1, message, help);
            reader.faults.push(Fault {
                record: Some((kind, row)),
                ..f
            });
        }
    }
}

fn unknown(reader: &mut FileReader<'_>, kind: KindId, row: u32, key: &Node, name: &str) {
    let schema = std::sync::Arc::clone(&reader.options.schema);
    let def = schema.get(kind);
    let near = nearest(
        name,
        def.fields
            .iter()
            .flat_map(|f| [f.name.as_str(), f.label.zh.as_str()]),
    );
    let message = Bilingual::new(
        format!("{}没有「{name}」这一栏", def.label.zh),
        format!("{} have no field `{name}`", def.name),
    );
    let help = match near {
        Some(n) => Bilingual::new(format!("是不是「{n}」？"), format!("Did you mean `{n}`?")),
        None => Bilingual::new(
            "改成该类记录有的栏目，或删去它。",
            "Use a field of this kind, or remove it.",
        ),
    };
    let f = fault("unknown-field", key.start, key.len, message, help);
    reader.faults.push(Fault {
        record: Some((kind, row)),
        field: Some(name.to_owned()),
        ..f
    });
}
