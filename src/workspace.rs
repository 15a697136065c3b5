//! Finds the workspace and its offices; reads office.yaml (contract: records.md, *office.yaml*).

use std::path::{Path, PathBuf};
use std::rc::Rc;

use chrono::NaiveDate;
use walkdir::WalkDir;

use crate::finding::Place;
use crate::load::tree::{self, Data, Node};
use crate::table::{Adoption, Layout, OfficeConfig, SourceFile, Waiver};
use crate::text::{Bilingual, Lang, nearest};

/// A broken office.yaml: nothing was judged.
#[derive(Clone, Debug)]
pub struct Broken {
    /// Where.
    pub place: Place,
    /// What is wrong, and what was expected.
    pub message: Bilingual,
}

/// The folder that holds `records/`, from a folder upwards.
pub fn find_root(start: &Path) -> Option<PathBuf> {
    start
        .ancestors()
        .find(|d| d.join("records").is_dir())
        .map(Path::to_path_buf)
}

/// The offices of a workspace: (folder name, folder), in order; `records/` itself may be the only one.
pub fn offices(root: &Path) -> Vec<(String, PathBuf)> {
    let records = root.join("records");
    if records.join("office.yaml").is_file() {
        return vec![(String::new(), records)];
    }
    let folders = WalkDir::new(&records)
        .min_depth(1)
        .sort_by_file_name()
        .into_iter()
        .flatten();
    let mut found: Vec<(String, PathBuf)> = Vec::new();
    for entry in folders.filter(|e| e.file_type().is_file() && e.file_name() == "office.yaml") {
        let Some(folder) = entry.path().parent() else {
            continue;
        };
        if found.iter().all(|(_, f)| !folder.starts_with(f)) {
            found.push((crate::load::below(&records, folder), folder.to_path_buf()));
        }
    }
    found
}

/// Reads an office's office.yaml.
///
/// # Errors
/// The first fault in it, with its place.
pub fn read_config(root: &Path, folder: &Path) -> Result<OfficeConfig, Broken> {
    let file = folder.join("office.yaml");
    let path = crate::load::below(root, &file);
    let bytes = std::fs::read(&file).map_err(|e| {
        let source = source(&path, String::new());
        Broken {
            place: source.place(0, 1),
            message: Bilingual::new(format!("读不了：{e}"), format!("cannot be read: {e}")),
        }
    })?;
    let source = source(&path, crate::source::decode(bytes).0);
    let (roots, faults) = tree::read(&source.text);
    if let Some(f) = faults.first() {
        let message = Bilingual::new(
            format!("这里不是正确的 YAML：{}", f.why),
            format!("this is not valid YAML: {}", f.why),
        );
        return Err(Broken {
            place: source.place(f.at, 1),
            message,
        });
    }
    let reader = Reader { source: &source };
    match roots.first().map(|r| &r.data) {
        Some(Data::Map(pairs)) => reader.config(pairs),
        _ => Err(reader.fault(
            0,
            1,
            "应写有 name: 和 policies:",
            "expected `name:` and `policies:`",
        )),
    }
}

fn source(path: &str, text: String) -> SourceFile {
    let layout = Layout::Yaml {
        records: Vec::new(),
    };
    SourceFile {
        path: path.to_owned(),
        text,
        side: String::new(),
        lines: std::sync::OnceLock::new(),
        layout,
    }
}

struct Reader<'a> {
    source: &'a SourceFile,
}

type Pairs = [(Rc<Node>, Rc<Node>)];

const KEYS: [(&str, &str); 14] = [
    ("name", "单位名称"),
    ("policies", "适用制度"),
    ("timezone", "时区"),
    ("since", "启用日期"),
    ("households", "户数"),
    ("address", "地址"),
    ("phone", "电话"),
    ("form_codes", "表单编号"),
    ("collect", "合订"),
    ("audit", "稽核"),
    ("lang", "语言"),
    ("waivers", "豁免"),
    ("redact", "脱敏"),
    ("note", "备注"),
];

impl Reader<'_> {
    fn fault(&self, start: u32, len: u32, zh: impl Into<String>, en: impl Into<String>) -> Broken {
        Broken {
            place: self.source.place(start, len),
            message: Bilingual::new(zh, en),
        }
    }

    fn at(&self, node: &Node, zh: impl Into<String>, en: impl Into<String>) -> Broken {
        self.fault(node.start, node.len, zh, en)
    }

    fn config(&self, pairs: &Pairs) -> Result<OfficeConfig, Broken> {
        let mut config = OfficeConfig {
            name: String::new(),
            adoptions: Vec::new(),
            timezone: chrono_tz::Asia::Shanghai,
            since: None,
            households: None,
            address: String::new(),
            phone: String::new(),
            form_codes: std::collections::BTreeMap::new(),
            collect: "month".to_owned(),
            lang: Lang::Zh,
            waivers: Vec::new(),
            redact: Vec::new(),
            place: self.source.place(0, 1),
        };
        let mut adopted = false;
        for (key, value) in pairs {
            let name = self.key(key, &KEYS)?;
            adopted |= name == "policies";
            self.entry(&mut config, name, value)?;
        }
        if config.name.is_empty() {
            return Err(self.fault(0, 1, "缺 name（单位名称）", "`name` is missing"));
        }
        if !adopted {
            return Err(self.fault(0, 1, "缺 policies（适用制度）", "`policies` is missing"));
        }
        Ok(config)
    }

    fn entry(&self, c: &mut OfficeConfig, name: &str, value: &Rc<Node>) -> Result<(), Broken> {
        match name {
            "name" => c.name = self.text(value)?.to_owned(),
            "address" => c.address = self.text(value)?.to_owned(),
            "phone" => c.phone = self.text(value)?.to_owned(),
            "collect" => c.collect = self.one_of(value, &["month", "quarter", "year", "none"])?,
            "lang" => {
                c.lang = if self.one_of(value, &["zh", "en"])? == "en" {
                    Lang::En
                } else {
                    Lang::Zh
                }
            }
            "since" => c.since = Some(self.date(value)?),
            "households" => {
                let n = crate::load::int(self.text(value)?);
                let n = n.ok_or_else(|| {
                    self.at(
                        value,
                        "户数应是整数，如 860",
                        "`households` must be a whole number such as 860",
                    )
                })?;
                c.households = Some(n);
            }
            "timezone" => {
                let zone = self.text(value)?.parse();
                c.timezone = zone.map_err(|_| {
                    self.at(
                        value,
                        "不是 IANA 时区，如 Asia/Shanghai",
                        "no IANA time zone such as Asia/Shanghai",
                    )
                })?;
            }
            "form_codes" => {
                for (k, v) in self.map(value)? {
                    c.form_codes
                        .insert(self.text(k)?.to_owned(), self.text(v)?.to_owned());
                }
            }
            "redact" => {
                for n in self.list(value)? {
                    c.redact
                        .push(self.one_of(n, &["phone", "name", "address"])?);
                }
            }
            "policies" => {
                for n in self.list(value)? {
                    c.adoptions.push(self.adoption(n)?);
                }
            }
            "waivers" => {
                for n in self.list(value)? {
                    c.waivers.push(self.waiver(n)?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn key<'k>(&self, key: &Node, known: &[(&'k str, &str)]) -> Result<&'k str, Broken> {
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

    fn text<'n>(&self, node: &'n Node) -> Result<&'n str, Broken> {
        match &node.data {
            Data::Scalar(t, _) => Ok(t.trim()),
            _ => Err(self.at(node, "这里应是一个值", "expected a single value here")),
        }
    }

    fn list<'n>(&self, node: &'n Node) -> Result<&'n [Rc<Node>], Broken> {
        match &node.data {
            Data::List(items) => Ok(items),
            Data::Scalar(t, true) if t.is_empty() || t == "~" => Ok(&[]),
            _ => Err(self.at(
                node,
                "这里应是列表（每行以“- ”开头）",
                "expected a list here (lines that begin with `- `)",
            )),
        }
    }

    fn map<'n>(&self, node: &'n Node) -> Result<&'n Pairs, Broken> {
        match &node.data {
            Data::Map(pairs) => Ok(pairs),
            _ => Err(self.at(node, "这里应是“名称: 值”", "expected `name: value` here")),
        }
    }

    fn one_of(&self, node: &Node, allowed: &[&str]) -> Result<String, Broken> {
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

    fn date(&self, node: &Node) -> Result<NaiveDate, Broken> {
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

    fn adoption(&self, node: &Rc<Node>) -> Result<Adoption, Broken> {
        let mut a = Adoption {
            policy: String::new(),
            place: self.source.place(node.start, node.len),
            with: Vec::new(),
            off: Vec::new(),
            from: None,
            until: None,
        };
        if let Data::Scalar(t, _) = &node.data {
            a.policy = t.trim().to_owned();
            return Ok(a);
        }
        let known = [
            ("use", "制度"),
            ("with", "改动"),
            ("off", "停用"),
            ("from", "起"),
            ("until", "止"),
        ];
        for (key, value) in self.map(node)? {
            match self.key(key, &known)? {
                "use" => {
                    a.policy = self.text(value)?.to_owned();
                    a.place = self.source.place(value.start, value.len);
                }
                "from" => a.from = Some(self.date(value)?),
                "until" => a.until = Some(self.date(value)?),
                "off" => {
                    for n in self.list(value)? {
                        a.off
                            .push((self.text(n)?.to_owned(), self.source.place(n.start, n.len)));
                    }
                }
                _ => {
                    for (rule, numbers) in self.map(value)? {
                        for (parameter, number) in self.map(numbers)? {
                            let place = self.source.place(parameter.start, parameter.len);
                            let names = (
                                self.text(rule)?.to_owned(),
                                self.text(parameter)?.to_owned(),
                            );
                            a.with
                                .push((names.0, names.1, self.text(number)?.to_owned(), place));
                        }
                    }
                }
            }
        }
        if a.policy.is_empty() {
            return Err(self.at(
                node,
                "缺 use（制度的编号）",
                "`use` (the policy's id) is missing",
            ));
        }
        Ok(a)
    }

    fn waiver(&self, node: &Rc<Node>) -> Result<Waiver, Broken> {
        let mut w = Waiver {
            rule: String::new(),
            record: None,
            period: None,
            reason: None,
            by: None,
            until: None,
            place: self.source.place(node.start, 1),
        };
        let known = [
            ("rule", "条款"),
            ("record", "记录"),
            ("period", "期间"),
            ("reason", "理由"),
            ("by", "批准人"),
            ("until", "止"),
        ];
        for (key, value) in self.map(node)? {
            let name = self.key(key, &known)?;
            let text = self.text(value)?.to_owned();
            match name {
                "rule" => w.rule = text,
                "record" => w.record = Some(text),
                "period" => w.period = Some(text),
                "reason" => w.reason = Some(text).filter(|t| !t.is_empty()),
                "by" => w.by = Some(text).filter(|t| !t.is_empty()),
                _ => w.until = Some(self.date(value)?),
            }
        }
        if w.rule.is_empty() {
            return Err(self.at(node, "豁免要写 rule（哪一条）", "a waiver needs `rule`"));
        }
        Ok(w)
    }
}
