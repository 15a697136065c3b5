//! One record more: fields and their values in, a file's new bytes out. Nothing that stands in the file changes, and
//! nothing is written of which the loader would complain.

pub(crate) mod bytes;
mod file;
mod id;
mod sheet;
mod tree;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{Datelike as _, NaiveDate};
use rustc_hash::FxHashMap;

use crate::door;
use crate::finding::Finding;
use crate::import::value::Speller;
use crate::load::{self, Found, Options};
use crate::moment::Moment;
use crate::pipeline::Failure;
use crate::schema::{FieldId, FieldType, KindId, Schema};
use crate::table::{Office, OfficeConfig, Value};
use crate::text::{Bilingual, Lang};
use bytes::Text;

/// What is asked.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    /// The workspace.
    pub root: &'a Path,
    /// The office: its id and folder.
    pub office: (String, PathBuf),
    /// Its office.yaml.
    pub config: OfficeConfig,
    /// The kind of record.
    pub kind: KindId,
    /// `field=value`, as written.
    pub fields: &'a [String],
    /// End of this day is now.
    pub as_of: NaiveDate,
}

/// A record that may be written.
#[derive(Debug)]
pub(crate) struct Addition {
    /// Its id.
    pub id: String,
    /// The file, below the workspace.
    pub path: String,
    /// The file's line on which the record begins.
    pub line: usize,
    /// What is added.
    pub added: String,
    real: PathBuf,
    /// The file's bytes before (none where it is new) and after.
    before: Option<Vec<u8>>,
    after: Vec<u8>,
}

/// A field and its value.
pub(crate) type Pair = (FieldId, String);

/// Works out a record and where it goes, and has the loader read the result.
///
/// # Errors
/// A field or value that the kind does not have, no pattern for the id, or whatever the loader finds in the result.
pub(crate) fn prepare(request: Request<'_>, schema: &Arc<Schema>) -> Result<Addition, Failure> {
    let options = Options::all(Arc::clone(schema), request.as_of);
    let def = schema.get(request.kind);
    let given = fields(&request, schema)?;
    let spelled = spell(&request, &options, &given, request.config.lang)?;
    let (id, folder) = &request.office;
    let found = load::find(request.root, id, folder, schema);
    let load = |found| load::load_files(id, request.config.clone(), &options, found);
    let (office, core) = load(found.clone());
    let before = all(request.root, &office, core);
    let on = own_date(&request, schema, &spelled);
    let mut target = file::choose(&office, &found.0, request.kind, on, (request.root, folder))?;
    let own = given
        .iter()
        .find(|p| p.0 == FieldId(0))
        .map(|p| p.1.clone());
    let id = match own {
        Some(id) => id,
        None => id::next(
            &office,
            request.kind,
            &target.path,
            on.unwrap_or(request.as_of),
        )?,
    };
    // A file of its own is written like the last of its kind.
    let mut model = None;
    if target.one_each {
        model = Some(Text::read(&target.real, &target.path)?.1);
        target.rename(&id);
    }
    let (bytes, text) = Text::read(&target.real, &target.path)?;
    let habit = file::habit(model.as_ref().unwrap_or(&text), def).unwrap_or(request.config.lang);
    let mut pairs = spell(&request, &options, &given, habit)?;
    pairs.retain(|p| p.0 != FieldId(0));
    pairs.insert(0, (FieldId(0), id.clone()));
    let piece = if target.yaml {
        let model = model.as_ref().unwrap_or(&text);
        tree::append(
            (&text.text, &model.text),
            schema,
            request.kind,
            &pairs,
            &target.path,
        )?
    } else {
        sheet::append(&text, schema, request.kind, &pairs, (&target.path, habit))?
    };
    let before_bytes = bytes.as_deref().unwrap_or_default();
    let after = text
        .with(before_bytes, &piece, !target.yaml)
        .ok_or_else(|| peculiar(&target.path, &piece.shown))?;
    let addition = Addition {
        id,
        path: target.path.clone(),
        line: text.text[..text.text.len() - piece.from_end]
            .lines()
            .count()
            + piece.skipped
            + 1,
        added: piece.shown,
        real: target.real.clone(),
        before: bytes,
        after,
    };
    let aside = aside(&addition.after)?;
    let next = replaced(found, &target, request.kind, aside.path());
    let (read, core) = load(next);
    sound(&office, &read, request.kind, &addition)?;
    let news = news(before, all(request.root, &read, core));
    if news.is_empty() {
        Ok(addition)
    } else {
        Err(complaint(&news))
    }
}

impl Addition {
    /// Writes the file aside and renames it into place.
    ///
    /// # Errors
    /// Somebody else wrote it meanwhile, or the disk refuses.
    pub fn write(&self) -> Result<(), Failure> {
        let path = &self.path;
        let now = match std::fs::read(&self.real) {
            Ok(bytes) => Some(bytes),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
            Err(e) => return Err(io(path, &e)),
        };
        if now != self.before {
            return Err(Failure::program(
                format!("{path} 刚刚被别人改过，没有写"),
                format!("{path} was changed just now; nothing was written"),
            )
            .helped("再来一次", "try again"));
        }
        bytes::put(&self.real, &self.after).map_err(|e| io(path, &e))
    }
}

/// That a file could not be read or written.
pub(crate) fn io(path: &str, e: &std::io::Error) -> Failure {
    let why = crate::source::why_unwritten(e);
    Failure::program(format!("{path}：{}", why.zh), format!("{path}: {}", why.en))
}

/// The fields as they were written, each known and none twice; those that say that there is no value are left out.
fn fields(request: &Request<'_>, schema: &Schema) -> Result<Vec<Pair>, Failure> {
    let def = schema.get(request.kind);
    let mut pairs: Vec<Pair> = Vec::new();
    for word in request.fields {
        let Some((name, value)) = word.split_once(['=', '＝']) else {
            return Err(Failure::usage(
                format!("「{word}」要写成 栏目=值"),
                format!("`{word}` should be field=value"),
            )
            .helped(
                format!("如 {}=…；值里有空格就加引号", def.fields[0].label.zh),
                format!(
                    "such as {}=…; put quotation marks around spaces",
                    def.fields[0].name
                ),
            ));
        };
        let Some(field) = def.field_by_header(name) else {
            let (message, help) = load::unknown_field(def, load::trim(name));
            return Err(Failure::usage(message.zh, message.en).helped(help.zh, help.en));
        };
        if pairs.iter().any(|p| p.0 == field) {
            let label = &def.get(field).label;
            return Err(Failure::usage(
                format!("「{}」写了两次", label.zh),
                format!("`{}` is given twice", def.get(field).name),
            ));
        }
        pairs.push((field, load::trim(value).to_owned()));
    }
    pairs.retain(|p| !load::is_absent(&p.1));
    Ok(pairs)
}

/// The values as records keep them in a language. All that is wrong is told at once.
fn spell(
    request: &Request<'_>,
    options: &Options,
    given: &[Pair],
    lang: Lang,
) -> Result<Vec<Pair>, Failure> {
    let def = options.schema.get(request.kind);
    let mut speller = Speller::new(options, request.kind, request.config.timezone, lang);
    let mut pairs = given.to_vec();
    // How a period is read depends on the other fields.
    pairs.sort_by_key(|p| (def.get(p.0).ty == FieldType::Period, p.0));
    let (mut spelled, mut wrong) = (Vec::new(), Vec::new());
    for (field, text) in pairs {
        match speller.spell(field, &text) {
            Ok(value) => spelled.push((field, value)),
            Err(why) => wrong.push(why),
        }
    }
    if wrong.is_empty() {
        Ok(spelled)
    } else {
        let join = |of: fn(&Bilingual) -> &str| wrong.iter().map(of).collect::<Vec<_>>().join("\n");
        Err(Failure::usage(join(|b| &b.zh), join(|b| &b.en)))
    }
}

/// The record's own day.
fn own_date(request: &Request<'_>, schema: &Schema, spelled: &[Pair]) -> Option<NaiveDate> {
    let field = schema.get(request.kind).own_date()?;
    let text = &spelled.iter().find(|p| p.0 == field)?.1;
    load::moment(text, true, request.config.timezone).map(Moment::date)
}

/// All that the loader says, with what only fonts tell.
fn all(root: &Path, office: &Office, mut core: Vec<Finding>) -> Vec<Finding> {
    core.extend(load::glyph::check(office, |all| door::coverage(root, all)));
    core
}

/// A file that goes away again, for reading a result before it is written.
pub(crate) fn aside(after: &[u8]) -> Result<tempfile::NamedTempFile, Failure> {
    use std::io::Write as _;
    let failed = |e: std::io::Error| {
        Failure::program(
            format!("不能写临时文件：{e}"),
            format!("cannot write temporary files: {e}"),
        )
    };
    let mut file = tempfile::NamedTempFile::new().map_err(failed)?;
    file.write_all(after)
        .and_then(|()| file.flush())
        .map_err(failed)?;
    Ok(file)
}

/// The office's files with the new one in the place of the old.
fn replaced(
    (mut found, findings): (Vec<Found>, Vec<Finding>),
    target: &file::Target,
    kind: KindId,
    real: &Path,
) -> (Vec<Found>, Vec<Finding>) {
    let real = real.to_path_buf();
    match found.iter_mut().find(|f| f.path == target.path) {
        Some(f) => f.real = real,
        None => found.push(Found {
            path: target.path.clone(),
            real,
            kind,
            yaml: target.yaml,
        }),
    }
    (found, findings)
}

/// There is one record more, under its id; all others are as they were.
fn sound(
    before: &Office,
    after: &Office,
    kind: KindId,
    addition: &Addition,
) -> Result<(), Failure> {
    let counts = |o: &Office| {
        o.tables
            .iter()
            .map(crate::table::Table::len)
            .collect::<Vec<_>>()
    };
    let mut expected = counts(before);
    expected[usize::from(kind.0)] += 1;
    if counts(after) == expected && after.row_of(kind, &addition.id).is_some() {
        return Ok(());
    }
    Err(peculiar(&addition.path, &addition.added))
}

/// Nothing can be added to a file without changing what it says.
fn peculiar(path: &str, added: &str) -> Failure {
    Failure::usage(
        format!("{path} 的写法特别，加在末尾会读错，没有写"),
        format!("{path} is written in a way to which nothing can be added; nothing was written"),
    )
    .helped(
        format!("请自己加上：\n{added}"),
        format!("add it by hand:\n{added}"),
    )
}

/// What is found now and was not before.
fn news(before: Vec<Finding>, after: Vec<Finding>) -> Vec<Finding> {
    let mut known: FxHashMap<String, usize> = FxHashMap::default();
    before
        .into_iter()
        .for_each(|f| *known.entry(f.fingerprint).or_default() += 1);
    let mut is_new = |f: &Finding| match known.get_mut(&f.fingerprint) {
        Some(n) if *n > 0 => {
            *n -= 1;
            false
        }
        _ => true,
    };
    after.into_iter().filter(|f| is_new(f)).collect()
}

fn complaint(news: &[Finding]) -> Failure {
    let lines = |of: fn(&Finding) -> (&str, &str)| {
        let mut lines: Vec<String> = Vec::new();
        for f in news {
            let (message, help) = of(f);
            let line = format!("{message} [{}]\n  {help}", f.rule);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines.join("\n")
    };
    let (zh, en) = (
        lines(|f| (&f.message.zh, &f.help.zh)),
        lines(|f| (&f.message.en, &f.help.en)),
    );
    Failure::usage(
        format!("没有写，因为：\n{zh}"),
        format!("nothing was written:\n{en}"),
    )
}

/// The days of a kind's records.
pub(crate) fn day(office: &Office, kind: KindId, row: u32) -> Option<NaiveDate> {
    let field = office.schema.get(kind).own_date()?;
    match office.value(kind, row, field) {
        Value::Moment(m) if m.is_present() && m.date().year() > 0 => Some(m.date()),
        _ => None,
    }
}
