//! A map guessed from a source's headers and values, as a file to be edited: every guess says that it is one.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::ControlFlow;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::header::{self, Header};
use super::open::{file_name, kind, read, sheet};
use super::sheet::Sheet;
use super::value::Speller;
use super::{Request, moment, open};
use crate::load::{Options, is_absent, trim};
use crate::pipeline::Failure;
use crate::schema::{Field, FieldId, FieldType, Kind, KindId, Schema};
use crate::text::{Lang, nearest};

/// So many different values of a column are looked at.
const VALUES: usize = 200;

/// So many unknown values are named.
const NAMED: usize = 12;

/// Ways in which other systems write days, with the day or the month first; the year first beside them, since formats
/// once written are all that is read.
const FORMATS: [[&str; 5]; 2] = [
    [
        "%d/%m/%Y %H:%M:%S",
        "%d/%m/%Y %H:%M",
        "%d/%m/%Y",
        "%Y/%m/%d",
        "%Y-%m-%d",
    ],
    [
        "%m/%d/%Y %H:%M:%S",
        "%m/%d/%Y %H:%M",
        "%m/%d/%Y",
        "%Y/%m/%d",
        "%Y-%m-%d",
    ],
];

/// Guesses a map for a file.
///
/// # Errors
/// The kind is not named, or the file cannot be read.
pub fn guess(request: &Request, lang: Lang) -> Result<String, Failure> {
    let schema = Schema::embedded().map_err(|m| Failure::program(m.clone(), m))?;
    let options = Options::wanted(schema.into(), NaiveDate::MAX);
    let Some(name) = &request.kind else {
        return Err(Failure::usage(
            "没有说是哪类记录：加 --as，如 --as repairs",
            "the kind of record is not named: add --as, such as --as repairs",
        ));
    };
    let kind = kind(&options.schema, name)?;
    let def = options.schema.get(kind);
    let bytes = read(&request.here, &request.file)?;
    let sheet = sheet(request, bytes, None)?;
    let row = header::row(&sheet, &|h| matched(def, h).iter().flatten().count());
    let mut header = open::header(&sheet, row, &file_name(&request.file))?;
    header.names.truncate(500);
    let guess = Guess {
        request,
        options: &options,
        kind,
        columns: matched(def, &header),
        sheet: &sheet,
        header: &header,
        lang,
    };
    Ok(guess.written())
}

/// A column's field, and whether its name says so itself.
type Match = Option<(FieldId, bool)>;

/// For each column its field: those that are named so first, then those nearly so. A field has one column.
fn matched(def: &Kind, header: &Header) -> Vec<Match> {
    let mut found: Vec<Match> = vec![None; header.names.len()];
    for sure in [true, false] {
        for (i, name) in header.names.iter().enumerate() {
            let free = |f: &FieldId| found.iter().flatten().all(|m| m.0 != *f);
            let field = if sure {
                def.field_by_header(name).filter(free)
            } else {
                near(def, name, &free)
            };
            if let (None, Some(field)) = (found[i], field) {
                found[i] = Some((field, sure));
            }
        }
    }
    found
}

fn near(def: &Kind, name: &str, free: &dyn Fn(&FieldId) -> bool) -> Option<FieldId> {
    let bare = name.split(['(', '（', '[', '【', ':', '：']).next();
    let bare: String = bare?.split_whitespace().collect();
    if bare.chars().count() < 2 {
        return None;
    }
    let open = || def.iter().filter(|(id, _)| free(id));
    if let Some(id) = def.field_by_header(&bare).filter(free) {
        return Some(id);
    }
    let id_word = ["单号", "工单号", "流水号", "案件号", "ID"];
    if id_word.contains(&bare.as_str()) && free(&FieldId(0)) {
        return Some(FieldId(0));
    }
    // 客户名称 is 客户; the longest label that is part of the other counts.
    let part = |label: &str| {
        label.chars().count() >= 2 && (bare.contains(label) || label.contains(bare.as_str()))
    };
    let within = open()
        .filter(|(_, f)| part(&f.label.zh))
        .max_by_key(|(id, f)| {
            // What a Chinese name is about stands at its end.
            let label = f.label.zh.as_str();
            (
                bare.ends_with(label),
                label.chars().count(),
                std::cmp::Reverse(*id),
            )
        });
    if let Some((id, _)) = within {
        return Some(id);
    }
    let labels = open().flat_map(|(_, f)| [f.label.zh.as_str(), f.name.as_str()]);
    let label = nearest(&bare, labels).filter(|l| l.chars().count() > 2)?;
    open()
        .find(|(_, f)| f.label.zh == label || f.name == label)
        .map(|(id, _)| id)
}

struct Guess<'a> {
    request: &'a Request,
    options: &'a Options,
    kind: KindId,
    columns: Vec<Match>,
    sheet: &'a Sheet,
    header: &'a Header,
    lang: Lang,
}

impl Guess<'_> {
    fn say(&self, zh: &str, en: &str) -> String {
        self.lang.pick(zh, en).to_owned()
    }

    fn written(&self) -> String {
        let def = self.options.schema.get(self.kind);
        let mut out = String::new();
        let head = self.say(
            "按表头猜的对照表：逐行核对，改好后用 --map 导入（写法见 docs/importing.md）。",
            "A map guessed from the headers: check each line, then import with --map (see docs/importing.md).",
        );
        let _ = writeln!(out, "# {head}\nas: {}", def.name);
        if let Some(sheet) = &self.request.sheet {
            let _ = writeln!(out, "sheet: {}", scalar(sheet));
        }
        if self.header.row != 1 {
            let _ = writeln!(out, "header_row: {}", self.header.row);
        }
        let id = self
            .columns
            .iter()
            .position(|m| m.is_some_and(|m| m.0 == FieldId(0)));
        match id {
            Some(i) => {
                let sure = self.columns[i].is_some_and(|m| m.1);
                let doubt = self.doubt(sure);
                let _ = writeln!(out, "id: {}{doubt}", scalar(&self.header.names[i]));
            }
            None => {
                let why = self.say("没有编号列，按行次编号", "no column of ids: by row");
                let _ = writeln!(out, "id: {{number: 4}}  # {why}");
            }
        }
        let _ = writeln!(out, "columns:");
        let mut any = false;
        for (i, m) in self.columns.iter().enumerate() {
            if let Some((field, sure)) = m.filter(|m| m.0 != FieldId(0)) {
                any = true;
                out += &self.line(i, field, sure);
            }
        }
        if !any {
            out.truncate(out.trim_end().len());
            out += " {}\n";
        }
        self.rest(&mut out, def);
        out
    }

    fn doubt(&self, sure: bool) -> String {
        if sure {
            String::new()
        } else {
            self.say("  # 猜的", "  # a guess")
        }
    }

    fn line(&self, column: usize, field: FieldId, sure: bool) -> String {
        let def = self.options.schema.get(self.kind);
        let f = def.get(field);
        let name = scalar(&self.header.names[column]);
        let unknown = self.unknown(column, field);
        let mut remarks: Vec<String> = Vec::new();
        if !sure {
            remarks.push(self.say("猜的", "a guess"));
        }
        let mut how = name.clone();
        if !unknown.is_empty() {
            match &f.ty {
                FieldType::Enum(values) | FieldType::List(values) if !values.is_empty() => {
                    let labels = || values.iter().map(|v| v.label.zh.as_str());
                    let pairs: Vec<String> = unknown
                        .iter()
                        .filter_map(|u| {
                            let inside = labels().find(|l| u.contains(l) || l.contains(u.as_str()));
                            let label = inside.or_else(|| nearest(u, labels()))?;
                            let code = &values.iter().find(|v| v.label.zh == label)?.code;
                            Some(format!("{}: {code}", scalar(u)))
                        })
                        .collect();
                    let pairs = pairs.join(", ");
                    how = format!("{{column: {name}, values: {{{pairs}}}, else: keep}}");
                    let all: Vec<&str> = values.iter().map(|v| v.code.as_str()).collect();
                    remarks.push(format!(
                        "{}{}",
                        self.say("可以是 ", "may be "),
                        all.join(" ")
                    ));
                    remarks.push(self.strange(&unknown));
                }
                FieldType::Date | FieldType::Time => match dated(&unknown).as_slice() {
                    [one] => how = format!("{{column: {name}, format: [{}]}}", quoted(one)),
                    [] => remarks.push(self.strange(&unknown)),
                    [one, ..] => {
                        how = format!("{{column: {name}, format: [{}]}}", quoted(one));
                        remarks.push(self.say(
                            "日在前还是月在前看不出来，请确认",
                            "day or month first cannot be told: make sure",
                        ));
                    }
                },
                _ => remarks.push(self.strange(&unknown)),
            }
        }
        let remark = match remarks.is_empty() {
            true => String::new(),
            false => format!("  # {}", remarks.join(self.lang.pick("；", "; "))),
        };
        format!("  {}: {how}{remark}\n", f.name)
    }

    fn strange(&self, unknown: &BTreeSet<String>) -> String {
        let named: Vec<String> = unknown
            .iter()
            .take(NAMED)
            .map(|u| super::reason::shown(u))
            .collect();
        let dots = if unknown.len() > NAMED { "……" } else { "" };
        let all = named.join(self.lang.pick("、", ", "));
        format!("{}{all}{dots}", self.say("不认识：", "not known: "))
    }

    /// The values of a column that no record may hold.
    fn unknown(&self, column: usize, field: FieldId) -> BTreeSet<String> {
        let ty = &self.options.schema.get(self.kind).get(field).ty;
        if matches!(ty, FieldType::Ref(_) | FieldType::Text | FieldType::Id) {
            return BTreeSet::new();
        }
        let mut speller = Speller::new(self.options, self.kind, Tz::Asia__Shanghai, self.lang);
        let mut unknown = BTreeSet::new();
        self.sheet.each(&mut |row| {
            let cell = row
                .cells
                .get(column)
                .filter(|_| row.number > self.header.row);
            let text = cell.map_or("", |c| trim(&c.text));
            if !is_absent(text) && unknown.len() < VALUES {
                speller.start();
                if speller.spell(field, text).is_err() {
                    unknown.insert(text.to_owned());
                }
            }
            ControlFlow::Continue(())
        });
        unknown
    }

    /// What is left over on both sides.
    fn rest(&self, out: &mut String, def: &Kind) {
        let has = |id: FieldId| self.columns.iter().flatten().any(|m| m.0 == id);
        let lacking = |(id, f): &(FieldId, &Field)| f.required && id.0 > 0 && !has(*id);
        for (_, f) in def.iter().filter(lacking) {
            let label = f.label.get(self.lang);
            let why = self.say(
                "必填，没有猜到是哪一列",
                "required, and no column seems to hold it",
            );
            let _ = writeln!(out, "  # {}: {label}：{why}", f.name);
        }
        let unused: Vec<String> = self
            .columns
            .iter()
            .zip(&self.header.names)
            .filter(|(m, _)| m.is_none())
            .map(|(_, n)| one_line(n))
            .collect();
        if !unused.is_empty() {
            let all = unused.join(self.lang.pick("、", ", "));
            let what = self.say("没有用到的列：", "columns not used: ");
            let _ = writeln!(out, "# {what}{all}");
        }
    }
}

/// The formats that read all of some texts.
fn dated(texts: &BTreeSet<String>) -> Vec<[&'static str; 5]> {
    let fits = |formats: &[&str; 5]| {
        let read = |text: &String| formats.iter().any(|f| moment::is_written(text, f));
        texts.iter().all(read)
    };
    FORMATS.into_iter().filter(fits).collect()
}

fn quoted(formats: &[&str; 5]) -> String {
    let all: Vec<String> = formats.iter().map(|f| format!("'{f}'")).collect();
    all.join(", ")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text as YAML reads it back: plain where it is a Chinese word, else in quotation marks.
fn scalar(text: &str) -> String {
    let first = text
        .chars()
        .next()
        .is_some_and(|c| c.is_alphabetic() && !c.is_ascii());
    if first
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "（）".contains(c))
    {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}
