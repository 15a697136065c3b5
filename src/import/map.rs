//! MAP.yaml → which source columns fill which fields, and how. Every fault in it has a place and the nearest name.

use std::rc::Rc;
use std::sync::Arc;

use chrono_tz::Tz;

use super::condition::{self, Condition};
use super::rule::{self, FieldRule};
use crate::load::Options;
use crate::load::tree::{self, Data, Node};
use crate::schema::{FieldId, KindId, Schema};
use crate::table::SourceFile;
use crate::text::nearest;
use crate::workspace::Broken;
use crate::workspace::settings::{Pairs, Reader};

/// A source column as a map names it.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    /// Its header.
    pub text: String,
    /// Where the map says so: byte and bytes.
    pub at: (u32, u32),
}

/// A map, sound in itself; whether the source has its columns is seen when that is read.
#[derive(Debug)]
pub(crate) struct Map {
    /// The file, for places in it.
    pub file: Arc<SourceFile>,
    /// The kind that it fills.
    pub kind: Option<KindId>,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The row with the headers; 0 where there is none and columns are A, B, C …; looked for where the map does not say
    pub header_row: Option<u32>,
    /// Where the source's local times are local to; else the office's zone.
    pub zone: Option<Tz>,
    /// Texts that mean that there is nothing.
    pub empty: Vec<String>,
    /// Columns in which an empty cell repeats the one above.
    pub fill_down: Vec<Named>,
    /// What a row must meet to be looked at.
    pub conditions: Vec<Condition>,
    /// How each field is filled.
    pub fields: Vec<FieldRule>,
}

const KEYS: [(&str, &str); 11] = [
    ("title", "标题"),
    ("as", "记录类别"),
    ("sheet", "工作表"),
    ("header_row", "表头行"),
    ("time_zone", "时区"),
    ("empty", "视为空"),
    ("fill_down", "向下填充"),
    ("where", "条件"),
    ("id", "编号"),
    ("constant", "固定值"),
    ("columns", "列"),
];

/// Reads the configuration of a map.
pub(crate) struct MapReader<'a> {
    /// Texts and places.
    pub yaml: Reader<'a>,
    /// All kinds.
    pub schema: &'a Schema,
    /// How the loader reads values.
    pub options: &'a Options,
}

impl Map {
    /// A map that fills nothing yet.
    pub fn new(file: SourceFile) -> Self {
        Self {
            file: Arc::new(file),
            kind: None,
            sheet: None,
            header_row: None,
            zone: None,
            empty: Vec::new(),
            fill_down: Vec::new(),
            conditions: Vec::new(),
            fields: Vec::new(),
        }
    }

    /// Reads a map; `asked` is the kind that the command names.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn parse(
        file: SourceFile,
        options: &Options,
        asked: Option<KindId>,
    ) -> Result<Self, Broken> {
        let mut map = Self::new(file);
        let source = Arc::clone(&map.file);
        let reader = MapReader {
            yaml: Reader { source: &source },
            schema: &options.schema,
            options,
        };
        let (roots, faults) = tree::read(&source.text);
        if let Some(f) = faults.first() {
            let (zh, en) = (
                format!("这里不是正确的 YAML：{}", f.why.zh),
                format!("this is not valid YAML: {}", f.why.en),
            );
            return Err(reader.yaml.fault(f.at, 1, zh, en));
        }
        match roots.first().map(|r| &r.data) {
            Some(Data::Map(pairs)) => reader.whole(&mut map, pairs, asked)?,
            _ => {
                return Err(reader.yaml.fault(
                    0,
                    1,
                    "应写有 columns:（列）",
                    "expected `columns:`",
                ));
            }
        }
        Ok(map)
    }
}

impl MapReader<'_> {
    fn whole(&self, map: &mut Map, pairs: &Pairs, asked: Option<KindId>) -> Result<(), Broken> {
        let entries = self.yaml.entries(pairs, &KEYS)?;
        if let Some((_, node)) = entries.iter().find(|e| e.0 == "as") {
            map.kind = Some(self.kind(node, asked)?);
        }
        map.kind = map.kind.or(asked);
        let Some(kind) = map.kind else {
            return Err(self.yaml.fault(
                0,
                1,
                "没有说是哪类记录：写 as:（记录类别），或在命令里写 --as",
                "the kind of record is not named: write `as:` here or --as on the command line",
            ));
        };
        for (key, node) in entries {
            self.entry(map, kind, key, node)?;
        }
        self.complete(map, kind)
    }

    fn kind(&self, node: &Node, asked: Option<KindId>) -> Result<KindId, Broken> {
        let text = self.yaml.text(node)?;
        let names = || {
            self.schema
                .kinds
                .iter()
                .flat_map(|k| [k.name.as_str(), k.label.zh.as_str()])
        };
        let found = self
            .schema
            .iter()
            .find(|(_, k)| k.name == text || k.label.zh == text);
        let Some((kind, def)) = found else {
            let (zh, en) = super::meant(nearest(text, names()));
            return Err(self.yaml.at(
                node,
                format!("没有「{text}」这类记录{zh}"),
                format!("there is no kind of record `{text}`{en}"),
            ));
        };
        match asked {
            Some(other) if other != kind => Err(self.yaml.at(
                node,
                format!(
                    "这份对照表是给{}用的，命令里写的是 --as {}",
                    def.label.zh,
                    self.schema.get(other).name
                ),
                format!(
                    "this map is for {}, but --as says {}",
                    def.name,
                    self.schema.get(other).name
                ),
            )),
            _ => Ok(kind),
        }
    }

    fn entry(&self, map: &mut Map, kind: KindId, key: &str, node: &Rc<Node>) -> Result<(), Broken> {
        match key {
            "sheet" => map.sheet = Some(self.yaml.text(node)?.to_owned()),
            "header_row" => map.header_row = Some(self.count(node)?),
            "time_zone" => {
                let zone = self.yaml.text(node)?.parse();
                map.zone = Some(zone.map_err(|_| {
                    self.yaml.at(
                        node,
                        "不是 IANA 时区，如 Asia/Shanghai",
                        "no IANA time zone such as Asia/Shanghai",
                    )
                })?);
            }
            "empty" => {
                for n in self.several(node) {
                    map.empty.push(self.word(n)?.to_owned());
                }
            }
            "fill_down" => map.fill_down = self.names(node)?,
            "where" => map.conditions = condition::read(self, node)?,
            "id" => map.fields.push(rule::read(self, kind, FieldId(0), node)?),
            "constant" => self.fields(map, kind, node, true)?,
            "columns" => self.fields(map, kind, node, false)?,
            _ => {}
        }
        Ok(())
    }

    fn fields(
        &self,
        map: &mut Map,
        kind: KindId,
        node: &Rc<Node>,
        constant: bool,
    ) -> Result<(), Broken> {
        let def = self.schema.get(kind);
        for (key, value) in self.yaml.map(node)? {
            let name = self.yaml.text(key)?;
            let Some(field) = def.field_by_header(name) else {
                let all = def
                    .fields
                    .iter()
                    .flat_map(|f| [f.name.as_str(), f.label.zh.as_str()]);
                let (zh, en) = super::meant(nearest(name, all));
                return Err(self.yaml.at(
                    key,
                    format!("{}没有「{name}」这一栏{zh}", def.label.zh),
                    format!("{} have no field `{name}`{en}", def.name),
                ));
            };
            if map.fields.iter().any(|r| r.field == field) {
                return Err(self.twice(key, name));
            }
            map.fields.push(if constant {
                rule::constant(self, kind, field, value)?
            } else {
                rule::read(self, kind, field, value)?
            });
        }
        Ok(())
    }

    /// Whether every record can get what it needs.
    fn complete(&self, map: &mut Map, kind: KindId) -> Result<(), Broken> {
        let def = self.schema.get(kind);
        for (id, field) in def.iter().filter(|(_, f)| f.required) {
            if !map.fields.iter().any(|r| r.field == id) {
                return Err(self.yaml.fault(
                    0,
                    1,
                    format!(
                        "没有一列对应{}必填的{}（{}）",
                        def.label.zh, field.label.zh, field.name
                    ),
                    format!("nothing fills `{}`, which {} need", field.name, def.name),
                ));
            }
        }
        map.fields.sort_by_key(|r| r.field);
        Ok(())
    }

    fn twice(&self, key: &Node, name: &str) -> Broken {
        self.yaml.at(
            key,
            format!("「{name}」写了两次"),
            format!("`{name}` is written twice"),
        )
    }

    /// The items of a list; a single value is a list of one.
    pub fn several<'n>(&self, node: &'n Rc<Node>) -> &'n [Rc<Node>] {
        match &node.data {
            Data::List(items) => items,
            _ => std::slice::from_ref(node),
        }
    }

    /// Names of source columns.
    pub fn names(&self, node: &Rc<Node>) -> Result<Vec<Named>, Broken> {
        self.several(node).iter().map(|n| self.name(n)).collect()
    }

    /// A source column's name.
    pub fn name(&self, node: &Node) -> Result<Named, Broken> {
        let text = self.yaml.text(node)?;
        if text.is_empty() {
            return Err(self.yaml.at(
                node,
                "这里应是来源的列名",
                "expected a column of the source here",
            ));
        }
        Ok(Named {
            text: text.to_owned(),
            at: (node.start, node.len),
        })
    }

    /// A text of the source, where NULL means just that.
    pub fn word<'n>(&self, node: &'n Node) -> Result<&'n str, Broken> {
        match &node.data {
            Data::Scalar(t, _) => Ok(crate::load::trim(t)),
            _ => self.yaml.text(node),
        }
    }

    /// A text with its spaces.
    pub fn raw<'n>(&self, node: &'n Node) -> Result<&'n str, Broken> {
        match &node.data {
            data if data.is_null() => Ok(""),
            Data::Scalar(t, _) => Ok(t),
            _ => self.yaml.text(node),
        }
    }

    /// A small whole number.
    pub fn count(&self, node: &Node) -> Result<u32, Broken> {
        let n = crate::load::int(self.yaml.text(node)?).and_then(|n| u32::try_from(n).ok());
        n.filter(|n| *n < 1_000_000).ok_or_else(|| {
            self.yaml.at(
                node,
                "应是 0 以上的整数",
                "expected a whole number, 0 or more",
            )
        })
    }

    /// Yes or no.
    pub fn yes(&self, node: &Node) -> Result<bool, Broken> {
        crate::load::boolean(self.yaml.text(node)?).ok_or_else(|| {
            self.yaml
                .at(node, "应是 true 或 false", "expected true or false")
        })
    }
}
