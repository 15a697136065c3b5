//! Which file a record goes to, and the language in which that file writes its values.

use std::path::{Path, PathBuf};

use chrono::{Datelike as _, NaiveDate};

use super::bytes::Text;
use crate::load;
use crate::pipeline::Failure;
use crate::schema::{FieldType, Kind, KindId};
use crate::table::Office;
use crate::text::{Lang, natural};

/// Where a record goes.
#[derive(Debug)]
pub(crate) struct Target {
    /// Below the workspace.
    pub path: String,
    /// As the system knows it.
    pub real: PathBuf,
    /// YAML; else CSV.
    pub yaml: bool,
    /// Whether each record has a file of its own, named by its id.
    pub one_each: bool,
}

impl Target {
    fn new(root: &Path, path: &str) -> Self {
        Self {
            path: path.to_owned(),
            real: root.join(path),
            yaml: !path.to_lowercase().ends_with(".csv"),
            one_each: false,
        }
    }

    /// The file of a record's own.
    pub fn rename(&mut self, id: &str) {
        let plain = |c: char| {
            if c.is_control() || "\\:*?\"<>|".contains(c) {
                '-'
            } else {
                c
            }
        };
        let stem: String = id.chars().map(plain).collect();
        let swap = |name: &str| {
            let extension = name.rsplit('.').next().unwrap_or("yaml");
            format!("{stem}.{extension}")
        };
        let (folder, name) = self.path.rsplit_once('/').unwrap_or(("", &self.path));
        let name = swap(name);
        self.real.set_file_name(&name);
        self.path = format!("{folder}/{name}");
    }
}

/// The kind's own file; in its folder the file of the month, else the newest; else a new CSV.
pub(crate) fn choose(
    office: &Office,
    found: &[load::Found],
    kind: KindId,
    on: Option<NaiveDate>,
    (root, folder): (&Path, &Path),
) -> Result<Target, Failure> {
    let name = &office.schema.get(kind).name;
    let home = load::below(root, folder);
    let inside = format!("{home}/{name}/");
    let mut own: Vec<&str> = Vec::new();
    let mut others: Vec<&str> = Vec::new();
    for f in found.iter().filter(|f| f.kind == kind) {
        if f.path.starts_with(&inside) {
            others.push(&f.path);
        } else {
            own.push(&f.path);
        }
    }
    if let Some(path) = own.first() {
        return Ok(Target::new(root, path));
    }
    if others.is_empty() {
        return Ok(Target::new(root, &format!("{home}/{name}.csv")));
    }
    if is_one_each(office, kind, &others) {
        let last = others.iter().max_by(|a, b| natural(a, b)).copied();
        return Ok(Target {
            one_each: true,
            ..Target::new(root, last.unwrap_or_default())
        });
    }
    let path = on
        .and_then(|day| of_month(&others, day))
        .or_else(|| newest(office, kind, &others));
    Ok(Target::new(root, path.unwrap_or_default()))
}

/// The file whose name is the month, or begins with it.
fn of_month<'p>(paths: &[&'p str], day: NaiveDate) -> Option<&'p str> {
    let (y, m) = (day.year(), day.month());
    let months = [
        format!("{y}-{m:02}"),
        format!("{y}{m:02}"),
        format!("{y}.{m:02}"),
        format!("{y}_{m:02}"),
        format!("{y}年{m}月"),
        format!("{y}年{m:02}月"),
    ];
    let whole = |p: &&&str| months.iter().any(|m| stem(p) == m);
    let starts = |p: &&&str| {
        let rest = months.iter().find_map(|m| stem(p).strip_prefix(m.as_str()));
        rest.is_some_and(|r| !r.starts_with(|c: char| c.is_ascii_digit()))
    };
    paths
        .iter()
        .find(whole)
        .or_else(|| paths.iter().find(starts))
        .copied()
}

/// The file with the latest record, by name where no record has a day.
fn newest<'p>(office: &Office, kind: KindId, paths: &[&'p str]) -> Option<&'p str> {
    let latest = |path: &str| {
        let rows = rows_of(office, kind, path);
        rows.filter_map(|row| super::day(office, kind, row)).max()
    };
    let by = |a: &&&str, b: &&&str| latest(a).cmp(&latest(b)).then_with(|| natural(a, b));
    paths.iter().max_by(by).copied()
}

/// The records of a file.
pub(crate) fn rows_of<'o>(
    office: &'o Office,
    kind: KindId,
    path: &'o str,
) -> impl Iterator<Item = u32> + 'o {
    let origins = office.table(kind).origins.iter();
    let here = move |o: &crate::table::Origin| office.files[o.file as usize].path == path;
    (0u32..)
        .zip(origins)
        .filter(move |(_, o)| here(o))
        .map(|(row, _)| row)
}

fn is_one_each(office: &Office, kind: KindId, paths: &[&str]) -> bool {
    paths.iter().all(|path| {
        let mut rows = rows_of(office, kind, path);
        let first = rows.next();
        first.is_some_and(|row| office.record_id(kind, row) == stem(path)) && rows.next().is_none()
    })
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |n| n.0)
}

/// Labels or codes, by what occurs more often among the file's words; nothing where it has neither.
pub(crate) fn habit(text: &Text, def: &Kind) -> Option<Lang> {
    let start = text.text.len().saturating_sub(64 << 10);
    let start = (start..)
        .find(|i| text.text.is_char_boundary(*i))
        .unwrap_or(0);
    let marks = |c: char| c.is_whitespace() || ",;\"'[]{}".contains(c);
    let (mut labels, mut codes) = (0usize, 0usize);
    let values = def.fields.iter().filter_map(|f| match &f.ty {
        FieldType::Enum(v) => Some(v),
        _ => None,
    });
    let values: Vec<_> = values.flatten().collect();
    for word in text.text[start..].split(marks).filter(|w| !w.is_empty()) {
        labels += usize::from(values.iter().any(|v| v.label.zh == word));
        codes += usize::from(values.iter().any(|v| v.code == word));
    }
    let header = || {
        let words = || text.text.split(marks).take(400);
        let known = |of: fn(&crate::schema::Field) -> &str| {
            words()
                .filter(|w| def.fields.iter().any(|f| of(f) == w.trim_end_matches(':')))
                .count()
        };
        let (zh, en) = (known(|f| &f.label.zh), known(|f| &f.name));
        (zh + en > 0).then_some(if zh >= en { Lang::Zh } else { Lang::En })
    };
    match labels.cmp(&codes) {
        std::cmp::Ordering::Greater => Some(Lang::Zh),
        std::cmp::Ordering::Less => Some(Lang::En),
        std::cmp::Ordering::Equal => header(),
    }
}
