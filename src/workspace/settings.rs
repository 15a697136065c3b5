//! A YAML file of settings → values with places; what is not as expected is one fault that says where and what was.

use std::io::Read as _;
use std::path::Path;
use std::rc::Rc;

use chrono::NaiveDate;

use super::Broken;
use crate::load::tree::{Data, Node};
use crate::table::{Layout, SourceFile};
use crate::text::{Bilingual, nearest};

/// The decoded text of a file of settings.
pub(crate) fn text(file: &Path, path: &str) -> Result<SourceFile, Broken> {
    let unread = |why: Bilingual| Broken {
        place: SourceFile::empty(path).place(0, 1),
        message: Bilingual::new(
            format!("读不了：{}", why.zh),
            format!("cannot be read: {}", why.en),
        ),
    };
    let (open, _) = crate::source::open(file).map_err(unread)?;
    let mut bytes = Vec::new();
    open.take(LARGEST)
        .read_to_end(&mut bytes)
        .map_err(|e| unread(crate::source::why(&e)))?;
    let (text, bad) = crate::source::decode(bytes);
    let nul = memchr::memchr(0, text.as_bytes());
    let source = source(path, text);
    match bad.or(nul).and_then(|at| u32::try_from(at).ok()) {
        None => Ok(source),
        Some(at) => Err(Broken {
            place: source.place(at, 1),
            message: Bilingual::new(
                "这里的字节不是文字；请另存为 UTF-8",
                "these bytes are no text; save the file as UTF-8",
            ),
        }),
    }
}

/// Settings are read up to so many bytes.
const LARGEST: u64 = 64 << 20;

/// A YAML file's text, for places in it.
pub(crate) fn source(path: &str, text: String) -> SourceFile {
    let layout = Layout::Yaml {
        records: Vec::new(),
    };
    SourceFile::new(path, text, layout)
}

/// Reads what people configure in YAML; a fault says where, in both languages.
pub(crate) struct Reader<'a> {
    /// The file.
    pub(crate) source: &'a SourceFile,
}

/// Keys and values.
pub(crate) type Pairs = [(Rc<Node>, Rc<Node>)];

impl Reader<'_> {
    /// A fault at some bytes.
    pub(crate) fn fault(
        &self,
        start: u32,
        len: u32,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Broken {
        Broken {
            place: self.source.place(start, len),
            message: Bilingual::new(zh, en),
        }
    }

    /// A fault at a node.
    pub(crate) fn at(&self, node: &Node, zh: impl Into<String>, en: impl Into<String>) -> Broken {
        self.fault(node.start, node.len, zh, en)
    }

    /// Values by their keys, each once.
    pub(crate) fn entries<'n, 'k>(
        &self,
        pairs: &'n Pairs,
        known: &[(&'k str, &str)],
    ) -> Result<Vec<(&'k str, &'n Rc<Node>)>, Broken> {
        let mut all: Vec<(&'k str, &'n Rc<Node>)> = Vec::new();
        for (key, value) in pairs {
            let name = self.key(key, known)?;
            if all.iter().any(|(k, _)| *k == name) {
                return Err(self.at(
                    key,
                    format!("「{name}」写了两次"),
                    format!("`{name}` is written twice"),
                ));
            }
            all.push((name, value));
        }
        Ok(all)
    }

    /// A key by its English or Chinese name; another is a fault that names the nearest.
    pub(crate) fn key<'k>(&self, key: &Node, known: &[(&'k str, &str)]) -> Result<&'k str, Broken> {
        let written = crate::schema::header_key(self.text(key)?);
        if let Some(k) = known.iter().find(|k| k.0 == written || k.1 == written) {
            return Ok(k.0);
        }
        let near = nearest(&written, known.iter().flat_map(|k| [k.0, k.1]));
        let (zh, en) = match near {
            Some(n) => (
                format!("，是不是「{n}」？"),
                format!("; did you mean `{n}`?"),
            ),
            None => (String::new(), String::new()),
        };
        Err(self.at(
            key,
            format!("没有「{written}」这一项{zh}"),
            format!("unknown key `{written}`{en}"),
        ))
    }

    /// A single value, trimmed.
    pub(crate) fn text<'n>(&self, node: &'n Node) -> Result<&'n str, Broken> {
        match &node.data {
            data if data.is_null() => Ok(""),
            Data::Scalar(t, _) => Ok(crate::load::trim(t)),
            _ => Err(self.at(node, "这里应是一个值", "expected a single value here")),
        }
    }

    /// A list; nothing is an empty one.
    pub(crate) fn list<'n>(&self, node: &'n Node) -> Result<&'n [Rc<Node>], Broken> {
        match &node.data {
            Data::List(items) => Ok(items),
            data if data.is_null() => Ok(&[]),
            _ => Err(self.at(
                node,
                "这里应是列表（每行以“- ”开头）",
                "expected a list here (lines that begin with `- `)",
            )),
        }
    }

    /// Keys and values.
    pub(crate) fn map<'n>(&self, node: &'n Node) -> Result<&'n Pairs, Broken> {
        match &node.data {
            Data::Map(pairs) => Ok(pairs),
            data if data.is_null() => Ok(&[]),
            _ => Err(self.at(node, "这里应是“名称: 值”", "expected `name: value` here")),
        }
    }

    /// One of some words.
    pub(crate) fn one_of(&self, node: &Node, allowed: &[&str]) -> Result<String, Broken> {
        let t = self.text(node)?;
        if allowed.contains(&t) {
            return Ok(t.to_owned());
        }
        let all = allowed.join(", ");
        Err(self.at(
            node,
            format!("应是 {all} 之一"),
            format!("expected one of {all}"),
        ))
    }

    /// A day.
    pub(crate) fn date(&self, node: &Node) -> Result<NaiveDate, Broken> {
        let t = self.text(node)?;
        let m = crate::load::moment(t, false, chrono_tz::Asia::Shanghai);
        m.map(crate::moment::Moment::date).ok_or_else(|| {
            self.at(
                node,
                format!("「{t}」不是日期，如 2025-03-01"),
                format!("`{t}` is no date such as 2025-03-01"),
            )
        })
    }
}
