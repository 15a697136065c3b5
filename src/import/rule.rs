//! How one field is filled: from which source columns, and what is done to their text on the way.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::map::{MapReader, Named};
use super::moment::{self, Format};
use super::reason::{Why, shown};
use super::sheet::{Cell, Form, Row};
use super::value::Speller;
use crate::load::tree::{Data, Node};
use crate::load::{is_absent, narrow, trim};
use crate::schema::{FieldId, FieldType, KindId};
use crate::text::{Bilingual, Lang};
use crate::workspace::Broken;

/// How one field is filled.
#[derive(Debug)]
pub(crate) struct FieldRule {
    /// The field.
    pub field: FieldId,
    /// The source columns, in the order in which `pick` uses them.
    pub columns: Vec<Named>,
    /// Whether the source may lack them.
    pub optional: bool,
    /// How dates are written there; none for the spellings of records.
    pub formats: Vec<Format>,
    /// Whether of a time only the day is meant.
    pub day_only: bool,
    pick: Pick,
    prefix: String,
    replace: Vec<(String, String)>,
    trim: Trim,
    values: Option<BTreeMap<String, String>>,
    otherwise: Otherwise,
}

#[derive(Debug)]
enum Pick {
    /// The same in every record.
    Constant(String),
    /// The row's number below the header, at least so many digits wide.
    Number(usize),
    /// All columns that hold something, joined.
    Join(String),
    /// The first column that holds something.
    First,
    /// Texts between the columns: one more than there are columns.
    Template(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trim {
    /// Space around the whole.
    Ends,
    /// Space around each line, and empty lines.
    Lines,
    /// Each run of space becomes one.
    Spaces,
}

#[derive(Debug)]
enum Otherwise {
    Refuse,
    Keep,
    Text(String),
}

const KEYS: [(&str, &str); 14] = [
    ("column", "列"),
    ("join", "合并"),
    ("with", "连接符"),
    ("template", "模板"),
    ("first", "取首个"),
    ("number", "流水号"),
    ("prefix", "前缀"),
    ("replace", "替换"),
    ("trim", "去空白"),
    ("values", "对照"),
    ("else", "其余"),
    ("format", "日期格式"),
    ("take", "只取"),
    ("optional", "可缺"),
];

impl FieldRule {
    /// Takes one column as it is.
    pub fn column(field: FieldId, column: Named) -> Self {
        Self {
            field,
            columns: vec![column],
            optional: false,
            formats: Vec::new(),
            day_only: false,
            pick: Pick::Join(String::new()),
            prefix: String::new(),
            replace: Vec::new(),
            trim: Trim::Ends,
            values: None,
            otherwise: Otherwise::Refuse,
        }
    }
}

/// A field that is the same in every record.
pub(crate) fn constant(
    reader: &MapReader<'_>,
    kind: KindId,
    field: FieldId,
    node: &Rc<Node>,
) -> Result<FieldRule, Broken> {
    let text = allowed(reader, kind, field, node)?;
    let nowhere = Named {
        text: String::new(),
        at: (node.start, node.len),
    };
    Ok(FieldRule {
        columns: Vec::new(),
        pick: Pick::Constant(text),
        ..FieldRule::column(field, nowhere)
    })
}

/// Reads how a field is filled: a column's name, or a mapping.
pub(crate) fn read(
    reader: &MapReader<'_>,
    kind: KindId,
    field: FieldId,
    node: &Rc<Node>,
) -> Result<FieldRule, Broken> {
    if matches!(node.data, Data::Scalar(..)) {
        return Ok(FieldRule::column(field, reader.name(node)?));
    }
    let entries = reader.yaml.entries(reader.yaml.map(node)?, &KEYS)?;
    let sources = |k: &str| matches!(k, "column" | "join" | "template" | "first" | "number");
    let mut chosen = entries.iter().filter(|e| sources(e.0));
    let (Some((source, from)), None) = (chosen.next(), chosen.next()) else {
        return Err(reader.yaml.at(
            node,
            "要写 column、join、template、first、number 中的一个，且只写一个",
            "exactly one of column, join, template, first, number is needed",
        ));
    };
    let mut rule = FieldRule::column(
        field,
        Named {
            text: String::new(),
            at: (node.start, node.len),
        },
    );
    (rule.columns, rule.pick) = source_of(reader, source, from)?;
    for (key, value) in &entries {
        option(reader, kind, &mut rule, key, value)?;
    }
    let moment = matches!(
        reader.schema.get(kind).get(field).ty,
        FieldType::Date | FieldType::Time
    );
    for (key, value) in entries.iter().filter(|e| matches!(e.0, "format" | "take")) {
        if !moment {
            return Err(reader.yaml.at(
                value,
                format!("{key} 只用于日期和时间栏"),
                format!("`{key}` is only for dates and times"),
            ));
        }
    }
    Ok(rule)
}

fn source_of(
    reader: &MapReader<'_>,
    key: &str,
    node: &Rc<Node>,
) -> Result<(Vec<Named>, Pick), Broken> {
    Ok(match key {
        "column" => (vec![reader.name(node)?], Pick::Join(String::new())),
        "join" => (reader.names(node)?, Pick::Join(" ".to_owned())),
        "first" => (reader.names(node)?, Pick::First),
        "number" => (
            Vec::new(),
            Pick::Number(reader.count(node)?.min(20) as usize),
        ),
        _ => template(reader, node)?,
    })
}

/// `{门牌号}室 {报修人}`: columns in braces; a brace itself is written twice.
fn template(reader: &MapReader<'_>, node: &Rc<Node>) -> Result<(Vec<Named>, Pick), Broken> {
    let text = reader.raw(node)?;
    let (mut columns, mut texts, mut now) = (Vec::new(), Vec::new(), String::new());
    let mut rest = text.chars().peekable();
    let unbalanced = || {
        reader.yaml.at(
            node,
            "模板里列名写在 {} 中，如 {楼栋}-{房号}；花括号本身写两个",
            "columns stand in {} as in {building}-{room}; write a brace itself twice",
        )
    };
    while let Some(c) = rest.next() {
        match c {
            '{' | '}' if rest.peek() == Some(&c) => {
                rest.next();
                now.push(c);
            }
            '{' => {
                let mut name = String::new();
                loop {
                    match rest.next() {
                        Some('}') => break,
                        Some(c) if c != '{' => name.push(c),
                        _ => return Err(unbalanced()),
                    }
                }
                columns.push(Named {
                    text: name.trim().to_owned(),
                    at: (node.start, node.len),
                });
                texts.push(std::mem::take(&mut now));
            }
            '}' => return Err(unbalanced()),
            c => now.push(c),
        }
    }
    texts.push(now);
    if columns.is_empty() {
        return Err(unbalanced());
    }
    Ok((columns, Pick::Template(texts)))
}

fn option(
    reader: &MapReader<'_>,
    kind: KindId,
    rule: &mut FieldRule,
    key: &str,
    node: &Rc<Node>,
) -> Result<(), Broken> {
    match key {
        "with" => match &mut rule.pick {
            Pick::Join(with) => reader.raw(node)?.clone_into(with),
            _ => {
                return Err(reader.yaml.at(
                    node,
                    "with 只和 join 一起用",
                    "`with` goes with `join`",
                ));
            }
        },
        "prefix" => reader.raw(node)?.clone_into(&mut rule.prefix),
        "replace" => {
            for (from, to) in reader.yaml.map(node)? {
                rule.replace
                    .push((reader.raw(from)?.to_owned(), reader.raw(to)?.to_owned()));
            }
        }
        "trim" => {
            let words = ["ends", "lines", "spaces"];
            rule.trim = match reader.yaml.one_of(node, &words)?.as_str() {
                "lines" => Trim::Lines,
                "spaces" => Trim::Spaces,
                _ => Trim::Ends,
            };
        }
        "values" => {
            let mut table = BTreeMap::new();
            for (from, to) in reader.yaml.map(node)? {
                let word = plain(reader.word(from)?);
                if table
                    .insert(word.clone(), allowed(reader, kind, rule.field, to)?)
                    .is_some()
                {
                    return Err(reader.yaml.at(
                        from,
                        format!("「{word}」写了两次"),
                        format!("`{word}` is written twice"),
                    ));
                }
            }
            rule.values = Some(table);
        }
        "else" => {
            rule.otherwise = match reader.yaml.text(node)? {
                "refuse" => Otherwise::Refuse,
                "keep" => Otherwise::Keep,
                _ => Otherwise::Text(allowed(reader, kind, rule.field, node)?),
            };
        }
        "format" => rule.formats = moment::formats(reader, node)?,
        "take" => rule.day_only = reader.yaml.one_of(node, &["day"])? == "day",
        "optional" => rule.optional = reader.yes(node)?,
        _ => {}
    }
    Ok(())
}

/// A value written in the map; one that its field cannot hold is a fault of the map.
fn allowed(
    reader: &MapReader<'_>,
    kind: KindId,
    field: FieldId,
    node: &Rc<Node>,
) -> Result<String, Broken> {
    let text = trim(reader.raw(node)?);
    if is_absent(text) {
        return Ok(String::new());
    }
    let mut speller = Speller::new(reader.options, kind, chrono_tz::UTC, Lang::Zh);
    match speller.spell(field, text) {
        Ok(_) => Ok(text.to_owned()),
        Err(why) => Err(reader.yaml.at(node, why.zh, why.en)),
    }
}

fn plain(text: &str) -> String {
    trim(&narrow(trim(text))).to_owned()
}

/// A field's text before it is read by its type.
pub(crate) struct Picked<'r> {
    /// The text.
    pub text: Cow<'r, str>,
    /// Whether a true date of a spreadsheet is in it.
    pub dated: bool,
}

/// Why a field's text could not be got.
pub(crate) type Obstacle = (Why, Bilingual);

/// What a rule needs of a source row.
#[derive(Clone, Copy)]
pub(crate) struct Context<'r, 't> {
    /// The row.
    pub row: &'r Row<'t>,
    /// Its number below the header.
    pub number: u32,
    /// Texts that mean that there is nothing.
    pub empty: &'r [String],
}

impl<'r, 't> Context<'r, 't> {
    fn cell(&self, index: Option<usize>) -> Option<&'r Cell<'t>> {
        let cell = self.row.cells.get(index?)?;
        let text = trim(&cell.text);
        let nothing = text.is_empty() || self.empty.iter().any(|e| e == text);
        (!nothing).then_some(cell)
    }
}

impl FieldRule {
    /// A record's text for this field; `columns` says where in the row each column stands.
    pub fn pick<'r>(
        &self,
        columns: &[Option<usize>],
        c: Context<'r, '_>,
    ) -> Result<Picked<'r>, Obstacle> {
        let mut dated = false;
        for (named, index) in self.columns.iter().zip(columns) {
            if let Some(cell) = c.cell(*index) {
                dated |= cell.form == Form::Moment;
                if let Form::Broken(why) = cell.form {
                    return Err(broken(why, &named.text, &cell.text));
                }
            }
        }
        let raw = self.raw(columns, c);
        let text = self.translated(self.trimmed(self.replaced(raw)))?;
        let text = if self.prefix.is_empty() || is_absent(&text) {
            text
        } else {
            Cow::Owned(format!("{}{text}", self.prefix))
        };
        Ok(Picked { text, dated })
    }

    fn raw<'r>(&self, columns: &[Option<usize>], c: Context<'r, '_>) -> Cow<'r, str> {
        let text = |i: &Option<usize>| c.cell(*i).map_or("", |cell| trim(&cell.text));
        match (&self.pick, columns) {
            (Pick::Constant(t), _) => Cow::Owned(t.clone()),
            (Pick::Number(width), _) => Cow::Owned(format!("{:0width$}", c.number)),
            (Pick::Join(_), [one]) => Cow::Borrowed(text(one)),
            (Pick::Join(with), all) => {
                let parts: Vec<&str> = all.iter().map(text).filter(|t| !is_absent(t)).collect();
                Cow::Owned(parts.join(with))
            }
            (Pick::First, all) => {
                let first = all.iter().map(text).find(|t| !is_absent(t));
                Cow::Borrowed(first.unwrap_or(""))
            }
            (Pick::Template(_), all) if all.iter().all(|i| is_absent(text(i))) => Cow::Borrowed(""),
            (Pick::Template(texts), all) => {
                let mut whole = texts[0].clone();
                for (i, after) in all.iter().zip(&texts[1..]) {
                    whole.push_str(text(i));
                    whole.push_str(after);
                }
                Cow::Owned(whole)
            }
        }
    }

    fn replaced<'r>(&self, mut text: Cow<'r, str>) -> Cow<'r, str> {
        for (from, to) in &self.replace {
            if !from.is_empty() && text.contains(from.as_str()) {
                text = Cow::Owned(text.replace(from.as_str(), to));
            }
        }
        text
    }

    fn trimmed<'r>(&self, text: Cow<'r, str>) -> Cow<'r, str> {
        match self.trim {
            Trim::Ends => match text {
                Cow::Borrowed(t) => Cow::Borrowed(trim(t)),
                Cow::Owned(t) => Cow::Owned(trim(&t).to_owned()),
            },
            Trim::Lines => {
                let lines: Vec<&str> = text.lines().map(trim).filter(|l| !l.is_empty()).collect();
                Cow::Owned(lines.join("\n"))
            }
            Trim::Spaces => Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" ")),
        }
    }

    fn translated<'r>(&self, text: Cow<'r, str>) -> Result<Cow<'r, str>, Obstacle> {
        let Some(values) = &self.values else {
            return Ok(text);
        };
        if let Some(to) = values.get(&plain(&text)) {
            return Ok(Cow::Owned(to.clone()));
        }
        match &self.otherwise {
            _ if is_absent(&text) => Ok(text),
            Otherwise::Keep => Ok(text),
            Otherwise::Text(t) => Ok(Cow::Owned(t.clone())),
            Otherwise::Refuse => {
                let (what, from) = (shown(&text), self.names());
                let message = Bilingual::new(
                    format!("「{from}」列的「{what}」不在对照表里：在 values 里补上它，或写 else"),
                    format!(
                        "`{what}` in column `{from}` is not among `values`: add it there, or write `else`"
                    ),
                );
                Err((Why::Unlisted, message))
            }
        }
    }

    /// Its source columns, for messages.
    pub fn names(&self) -> String {
        let all: Vec<&str> = self.columns.iter().map(|c| c.text.as_str()).collect();
        all.join("+")
    }
}

fn broken(why: Why, column: &str, text: &str) -> Obstacle {
    let what = shown(text);
    let (zh, en) = match why {
        Why::Digits => (
            format!(
                "「{column}」列的 {what} 超过 15 位，Excel 存成数字时末几位已丢失：请从原系统按文本导出"
            ),
            format!(
                "{what} in column `{column}` has more than 15 digits, of which the spreadsheet lost the last: export it as text"
            ),
        ),
        Why::Encoding => (
            format!("「{column}」列有字节不是文字：请从原系统重新导出"),
            format!("column `{column}` holds bytes that are no text: export it again"),
        ),
        _ => (
            format!("「{column}」列的单元格是错误值 {what}：请在原表里改正"),
            format!("the cell in column `{column}` is {what}: correct it in the source"),
        ),
    };
    (why, Bilingual { zh, en })
}
