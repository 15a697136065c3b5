//! A YAML file → records: one record, a list of them, or several documents; nested lists where a kind nests.

use std::rc::Rc;

use super::advice;
use super::fault::{Fault, shown, small};
use super::reader::{Cell, FileReader, Slot};
use super::scalar;
use super::tree::{self, Data, Node};
use super::yaml_fault;
use crate::schema::{FieldId, FieldType, Kind, KindId, header_key};
use crate::table::{Layout, YamlPlaces};
use crate::text::Bilingual;

/// Reads a whole file of one kind.
pub(crate) fn read(reader: &mut FileReader<'_>, kind: KindId, text: &str) -> Layout {
    let (roots, faults) = tree::read(text);
    for f in faults {
        let message = Bilingual::new(
            format!("这里不是正确的 YAML：{}", f.why.zh),
            format!("this is not valid YAML: {}", f.why.en),
        );
        let last = text
            .get(f.at as usize..)
            .is_some_and(|rest| !rest.contains('\n'));
        let help = if last {
            // A file that was saved half ends in the middle of a line.
            Bilingual::new(
                "改正这一行；如果后面还有内容，文件可能没有存完：找回完整的文件。其余记录仍已读入。",
                "Mend this line; if more should follow, the file was not saved whole: find the whole one. Other records were read.",
            )
        } else {
            Bilingual::new(
                "检查缩进（只用空格）、冒号后的空格和引号；其余记录仍已读入。",
                "Check the indentation (spaces only), the space after a colon and quotation marks; other records were read.",
            )
        };
        reader.faults.push(Fault::parse((f.at, 1), message, help));
    }
    let mut file = File {
        reader,
        text,
        places: YamlPlaces::new(),
    };
    for root in &roots {
        match &root.data {
            Data::List(items) => items.iter().for_each(|n| file.record(kind, n, None)),
            data if data.is_null() => {}
            _ => file.record(kind, root, None),
        }
    }
    file.places.sort_by_key(|p| p.0);
    Layout::Yaml {
        records: file.places,
    }
}

struct File<'f, 's, 't> {
    reader: &'f mut FileReader<'s>,
    text: &'t str,
    places: YamlPlaces,
}

/// The parent's reference and, for a record without an id, the id it gets.
struct Parent<'p> {
    id: &'p str,
    field: FieldId,
    n: usize,
}

/// A record on its way in.
struct Entry<'n> {
    kind: KindId,
    row: u32,
    /// Where its values stand.
    places: Vec<(FieldId, u32, u32)>,
    /// Values that are read after all others.
    late: Vec<(FieldId, &'n Rc<Node>)>,
    /// Lists of other kinds' records.
    nested: Vec<(KindId, &'n Rc<Node>)>,
}

impl<'s> File<'_, 's, '_> {
    fn record(&mut self, kind: KindId, node: &Rc<Node>, parent: Option<&Parent<'_>>) {
        let Data::Map(pairs) = &node.data else {
            let fault = no_record(node);
            // What breaks off a list is often its last item.
            if !self.reader.faults.iter().any(|f| f.start == fault.start) {
                self.reader.faults.push(fault);
            }
            return;
        };
        let row = self.reader.begin(kind, node.start, node.len);
        let mut entry = Entry {
            kind,
            row,
            places: Vec::new(),
            late: Vec::new(),
            nested: Vec::new(),
        };
        for (key, value) in pairs {
            self.pair(&mut entry, key, value);
        }
        for (field, value) in std::mem::take(&mut entry.late) {
            self.set(kind, row, field, value);
        }
        let id = self.own_id(kind, row, parent);
        if let Some(p) = parent
            && !entry.places.iter().any(|h| h.0 == p.field && h.2 > 0)
        {
            entry.places.push((p.field, node.start, 1));
            let cell = Cell {
                text: p.id,
                place: (node.start, 1),
                verbatim: false,
                list: false,
            };
            self.reader.set(self.reader.slot(kind, p.field), row, cell);
        }
        self.places.push((node.start, entry.places));
        for (inner, list) in entry.nested {
            self.children(inner, list, &id);
        }
    }

    fn pair<'n>(&mut self, entry: &mut Entry<'n>, key: &'n Rc<Node>, value: &'n Rc<Node>) {
        let (kind, row) = (entry.kind, entry.row);
        let Data::Scalar(name, _) = &key.data else {
            return self.reader.faults.push(no_key(key).about(kind, row));
        };
        let def: &'s Kind = self.reader.schema.get(kind);
        if let Some(field) = def.field_by_header(name) {
            if entry.places.iter().any(|h| h.0 == field) {
                return self.reader.faults.push(twice(key, name).about(kind, row));
            }
            entry.places.push((field, value.start, value.len));
            // How a period is read depends on the other fields, so that it comes last.
            if def.get(field).ty == FieldType::Period {
                entry.late.push((field, value));
            } else {
                self.set(kind, row, field, value);
            }
        } else if let Some(inner) = self.nests(kind, name) {
            if entry.nested.iter().any(|n| n.0 == inner) {
                return self.reader.faults.push(twice(key, name).about(kind, row));
            }
            entry.nested.push((inner, value));
        } else {
            let (message, help) = advice::unknown_field(def, name);
            let fault = Fault::error("unknown-field", (key.start, key.len), message, help);
            self.reader.faults.push(fault.about(kind, row).of(name));
        }
    }

    /// The kind whose records a kind's records may list under a key.
    fn nests(&self, kind: KindId, name: &str) -> Option<KindId> {
        let name = header_key(name);
        let inner = self.reader.schema.iter().find(|(_, k)| {
            let nesting = k.nests_in.as_ref().filter(|n| n.kind == kind);
            nesting.is_some_and(|n| n.list == name || k.label.zh == name)
        });
        inner.map(|(k, _)| k)
    }

    fn children(&mut self, kind: KindId, list: &Rc<Node>, parent: &str) {
        let nesting = self.reader.schema.get(kind).nests_in.as_ref();
        let Some(field) = nesting.map(|n| n.field) else {
            return;
        };
        let items: &[Rc<Node>] = match &list.data {
            Data::List(items) => items,
            data if data.is_null() => &[],
            _ => std::slice::from_ref(list),
        };
        for (i, item) in items.iter().enumerate() {
            let parent = Parent {
                id: parent,
                field,
                n: i + 1,
            };
            self.record(kind, item, Some(&parent));
        }
    }

    fn own_id(&mut self, kind: KindId, row: u32, parent: Option<&Parent<'_>>) -> String {
        let span = self.reader.parts[usize::from(kind.0)].ids[row as usize];
        if span.len > 0 {
            let (start, len) = (span.start as usize, span.len as usize);
            return match start.checked_sub(self.text.len()) {
                None => self.text[start..start + len].to_owned(),
                Some(s) => self.reader.side[s..s + len].to_owned(),
            };
        }
        // A parent without an id can lend none.
        let Some(p) = parent.filter(|p| !p.id.is_empty()) else {
            return String::new();
        };
        let id = format!("{}#{}", p.id, p.n);
        let span = self.reader.keep_aside(&id);
        self.reader.parts[usize::from(kind.0)].ids[row as usize] = span;
        id
    }

    fn set(&mut self, kind: KindId, row: u32, field: FieldId, value: &Node) {
        let slot = self.reader.slot(kind, field);
        let place = (value.start, value.len);
        match &value.data {
            data if data.is_null() => {}
            Data::Scalar(t, _) => self.set_scalar(slot, row, place, scalar::trim(t)),
            Data::List(items) => self.set_list(slot, row, place, items),
            Data::Map(_) => {
                let fault = no_value(value).of(&slot.field.name);
                self.reader.faults.push(fault.about(kind, row));
            }
        }
    }

    fn set_scalar(&mut self, slot: Slot<'s>, row: u32, place: (u32, u32), text: &str) {
        let (start, len) = (place.0 as usize, place.1 as usize);
        let cell = Cell {
            text,
            place,
            verbatim: self.text.get(start..start + len) == Some(text),
            list: false,
        };
        self.reader.set(slot, row, cell);
    }

    fn set_list(&mut self, slot: Slot<'s>, row: u32, place: (u32, u32), items: &[Rc<Node>]) {
        let mut joined = String::new();
        for item in items {
            match &item.data {
                data if data.is_null() => {}
                Data::Scalar(t, _) => {
                    if !joined.is_empty() {
                        joined.push('\u{1f}');
                    }
                    joined.push_str(scalar::trim(t));
                }
                _ => {
                    let fault = no_value(item).of(&slot.field.name);
                    self.reader.faults.push(fault.about(slot.kind, row));
                }
            }
        }
        let cell = Cell {
            text: &joined,
            place,
            verbatim: false,
            list: true,
        };
        self.reader.set(slot, row, cell);
    }
}

fn no_record(node: &Node) -> Fault {
    let mut message = Bilingual::new(
        "这里应是一条记录（栏目: 值）",
        "expected a record here (field: value)",
    );
    let mut at = node.start;
    if let Data::Scalar(text, true) = &node.data
        && let Some((behind, why)) = yaml_fault::lookalike(text)
    {
        at += small(behind);
        message = Bilingual::new(
            format!("这里读不出记录：{}", why.zh),
            format!("no record can be read here: {}", why.en),
        );
    }
    let help = Bilingual::new(
        "每条记录以“- 栏目: 值”开头。",
        "Begin each record with `- field: value`.",
    );
    Fault::parse((at, node.len.min(20)), message, help)
}

fn no_key(key: &Node) -> Fault {
    let message = Bilingual::new(
        "栏目的名称应是一个词，而不是列表或一组栏目",
        "a field's name is a word, not a list or a group of fields",
    );
    let help = Bilingual::new(
        "写成“栏目: 值”；以 ? [ { 开头的值要加引号。",
        "Write `field: value`; put a value that begins with ? [ or { in quotation marks.",
    );
    Fault::parse((key.start, key.len.min(20)), message, help)
}

fn twice(key: &Node, name: &str) -> Fault {
    let name = shown(name);
    let message = Bilingual::new(
        format!("「{name}」写了两次，后一个没有读"),
        format!("`{name}` is written twice; the later one is not read"),
    );
    let help = Bilingual::new("删去其中一个。", "Remove one of them.");
    Fault::parse((key.start, key.len), message, help).of(&name)
}

fn no_value(value: &Node) -> Fault {
    let message = Bilingual::new(
        "这里应是一个值，而不是一组栏目",
        "expected a value here, not a group of fields",
    );
    let help = Bilingual::new(
        "检查缩进；值里有冒号时加引号。",
        "Check the indentation; put a value with a colon in quotation marks.",
    );
    Fault::error("bad-value", (value.start, 1), message, help)
}
