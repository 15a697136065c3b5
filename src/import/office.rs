//! The office that receives records: found or to be made, its ids and names, and whether links lead anywhere.

use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};

use super::map::Map;
use super::reason::{Reason, Why, shown};
use super::take::{Refused, Sorted, Taken};
use crate::load::{self, Options};
use crate::pipeline::{self, Failure};
use crate::schema::{FieldType, Kind, KindId};
use crate::table::{Office, OfficeConfig, Row};
use crate::text::{Bilingual, nearest};
use crate::workspace::{self, settings::source};

/// The office that receives records.
pub(crate) struct Receiver {
    /// Its folder.
    pub folder: PathBuf,
    /// What is in its office.yaml.
    pub config: OfficeConfig,
    /// The office.yaml to write, if it is new.
    pub new: Option<String>,
    office: Option<Office>,
}

/// Finds an office, or prepares a new one named `new`.
///
/// # Errors
/// It does not exist, or exists though a new one is wanted; or its office.yaml is broken.
pub(crate) fn receiver(
    root: &Path,
    id: Option<&str>,
    new: Option<&str>,
    zone: Option<chrono_tz::Tz>,
    options: &Options,
) -> Result<Receiver, Failure> {
    let all = workspace::offices(root);
    let id = match (id, all.as_slice()) {
        (Some("."), _) => "",
        (Some(id), _) => id,
        (None, [(only, _)]) if new.is_none() => only,
        (None, []) if new.is_none() => return Err(pipeline::no_office()),
        (None, _) => return Err(unnamed(&all)),
    };
    let found = all.iter().find(|(known, _)| known == id);
    match (found, new) {
        (Some((id, folder)), None) => {
            let config = workspace::read_config(root, folder)?;
            let office = load::load_office(root, id, folder, config.clone(), options).0;
            Ok(Receiver {
                folder: folder.clone(),
                config,
                new: None,
                office: Some(office),
            })
        }
        (Some(_), Some(_)) => Err(Failure::usage(
            format!("单位「{id}」已经有了：去掉 --new-office 即可导入"),
            format!("there is an office `{id}` already: leave out --new-office"),
        )),
        (None, None) => Err(unknown(id, &all)),
        (None, Some(name)) => fresh(root, id, name, zone, &all),
    }
}

fn unnamed(all: &[(String, PathBuf)]) -> Failure {
    let failure = Failure::usage("还要写 --into", "--into is missing");
    let names: Vec<&str> = all.iter().map(|o| o.0.as_str()).collect();
    if names.is_empty() {
        return failure.helped(
            "写单位的文件夹名，如 --into cuihu",
            "name the office's folder, such as --into cuihu",
        );
    }
    failure.helped(
        format!("写明是哪个单位：{}", names.join("、")),
        format!("say which office: {}", names.join(", ")),
    )
}

fn unknown(id: &str, all: &[(String, PathBuf)]) -> Failure {
    let (zh, en) = super::meant(nearest(id, all.iter().map(|o| o.0.as_str())));
    Failure::usage(
        format!("没有「{id}」这个单位{zh}"),
        format!("there is no office `{id}`{en}"),
    )
    .helped(
        "要新建就加 --new-office 和单位名称",
        "to make it, add --new-office and its name",
    )
}

fn fresh(
    root: &Path,
    id: &str,
    name: &str,
    zone: Option<chrono_tz::Tz>,
    all: &[(String, PathBuf)],
) -> Result<Receiver, Failure> {
    crate::init::free(id, all)?;
    let name = name.trim();
    if name.is_empty() {
        return Err(Failure::usage(
            "--new-office 后要写单位名称",
            "--new-office needs the office's name",
        ));
    }
    let zone = zone.unwrap_or(chrono_tz::Asia::Shanghai);
    // JSON's quoting is YAML's too.
    let quoted = serde_json::Value::from(name).to_string();
    let text = format!("name: {quoted}\npolicies: []\ntimezone: {zone}\n");
    let folder = root.join("records").join(id);
    let config =
        workspace::parse_config(&source(&format!("records/{id}/office.yaml"), text.clone()))?;
    Ok(Receiver {
        folder,
        config,
        new: Some(text),
        office: None,
    })
}

/// Moves records to the refused whose id is taken or whose links lead nowhere. `target` is the file that receives them; its records
/// stay unless it is `replaced`.
pub(crate) fn settle(
    receiver: &Receiver,
    options: &Options,
    map: &Map,
    kind: KindId,
    (target, replaced): (&str, bool),
    sorted: &mut Sorted,
) {
    let known = receiver.office.as_ref();
    let schema = &options.schema;
    unique(known, kind, target, sorted);
    for (i, rule) in map.fields.iter().enumerate() {
        let field = schema.get(kind).get(rule.field);
        let FieldType::Ref(to) = field.ty else {
            continue;
        };
        let gone = if replaced { target } else { "" };
        let existing = known.map(|o| Existing::of(o, to, gone));
        // One that goes may leave another's link dangling, when a kind refers to itself.
        while refer(
            existing.as_ref(),
            map,
            (schema.get(kind), schema.get(to)),
            i,
            sorted,
        ) && to == kind
        {}
    }
    sorted.refused.sort_by_key(|r| r.at.row);
}

fn unique(known: Option<&Office>, kind: KindId, target: &str, sorted: &mut Sorted) {
    let mut seen: FxHashMap<String, u32> = FxHashMap::default();
    let mut kept = Vec::with_capacity(sorted.taken.len());
    for taken in sorted.taken.drain(..) {
        let id = taken.values[0].clone();
        let first = seen.get(&id).copied();
        let there = known.and_then(|o| {
            let row = o.row_of(kind, &id)?;
            (file_of(o, kind, row) != target).then(|| o.place(kind, row, None))
        });
        let (zh, en) = match (first, there) {
            (Some(row), _) => (
                format!("第 {row} 行也是"),
                format!("it is that of row {row}"),
            ),
            (None, Some(p)) => (
                format!("{} 第 {} 行已有", p.file, p.line),
                format!("{} has it in line {}", p.file, p.line),
            ),
            (None, None) => {
                seen.insert(id, taken.at.row);
                kept.push(taken);
                continue;
            }
        };
        let what = shown(&id);
        let reason = Reason::row(
            Why::Duplicate,
            format!("编号「{what}」已被使用：{zh}"),
            format!("id `{what}` is taken: {en}"),
        );
        sorted.refused.push(Refused {
            at: taken.at,
            reasons: vec![reason],
        });
    }
    sorted.taken = kept;
}

fn file_of(office: &Office, kind: KindId, row: Row) -> &str {
    &office.files[office.table(kind).origins[row as usize].file as usize].path
}

/// What links of a kind may name among the records that are there.
struct Existing<'o> {
    office: &'o Office,
    kind: KindId,
    target: &'o str,
    names: FxHashMap<&'o str, Vec<u32>>,
}

impl<'o> Existing<'o> {
    fn of(office: &'o Office, kind: KindId, target: &'o str) -> Self {
        Self {
            office,
            kind,
            target,
            names: load::names(office, kind),
        }
    }

    /// How many records a text names.
    fn count(&self, text: &str) -> usize {
        let stays = |row| file_of(self.office, self.kind, row) != self.target;
        match self.office.row_of(self.kind, text) {
            Some(row) => usize::from(stays(row)),
            None => self
                .names
                .get(text)
                .map_or(0, |all| all.iter().filter(|r| stays(**r)).count()),
        }
    }
}

/// What links may name among the records that are being imported.
#[derive(Default)]
struct Own<'t> {
    ids: FxHashSet<&'t str>,
    names: FxHashMap<&'t str, usize>,
}

impl<'t> Own<'t> {
    fn of(taken: &'t [Taken], map: &Map, def: &Kind) -> Self {
        let name = def
            .field("name")
            .and_then(|n| map.fields.iter().position(|r| r.field == n));
        let mut names = FxHashMap::default();
        if let Some(n) = name {
            taken
                .iter()
                .for_each(|t| *names.entry(t.values[n].as_str()).or_default() += 1);
        }
        let ids = taken.iter().map(|t| t.values[0].as_str()).collect();
        Self { ids, names }
    }
}

/// How many records each taken row's link names; one where there is no link.
fn counts(taken: &[Taken], i: usize, own: &Own<'_>, existing: Option<&Existing<'_>>) -> Vec<usize> {
    let count = |text: &str| match text {
        "" => 1,
        t if own.ids.contains(t) => 1,
        t => own.names.get(t).copied().unwrap_or(0) + existing.map_or(0, |e| e.count(t)),
    };
    taken.iter().map(|t| count(&t.values[i])).collect()
}

/// Refuses records whose link does not name one record; gives whether there were any.
fn refer(
    existing: Option<&Existing<'_>>,
    map: &Map,
    (def, to): (&Kind, &Kind),
    i: usize,
    sorted: &mut Sorted,
) -> bool {
    let own = if def.name == to.name {
        Own::of(&sorted.taken, map, def)
    } else {
        Own::default()
    };
    let counts = counts(&sorted.taken, i, &own, existing);
    let label = &def.get(map.fields[i].field).label;
    let before = sorted.refused.len();
    let mut kept = Vec::with_capacity(sorted.taken.len());
    for (taken, n) in std::mem::take(&mut sorted.taken).into_iter().zip(counts) {
        if n == 1 {
            kept.push(taken);
        } else {
            let reason = dangling(label, &to.label, &taken.values[i], n);
            sorted.refused.push(Refused {
                at: taken.at,
                reasons: vec![reason],
            });
        }
    }
    sorted.taken = kept;
    sorted.refused.len() > before
}

fn dangling(label: &Bilingual, target: &Bilingual, text: &str, n: usize) -> Reason {
    let what = shown(text);
    let (zh, en) = if n == 0 {
        (
            format!(
                "在{}里找不到：先导入或登记它，或在 values 里改成已有的编号或名称",
                target.zh
            ),
            format!(
                "is not among {}: add it first, or translate it with `values`",
                target.en
            ),
        )
    } else {
        (
            format!("在{}里有 {n} 个同名：在 values 里改成编号", target.zh),
            format!(
                "is the name of {n} among {}: translate it to an id with `values`",
                target.en
            ),
        )
    };
    let (zh, en) = (
        format!("{}「{what}」{zh}", label.zh),
        format!("{} `{what}` {en}", label.en),
    );
    Reason::field(Why::Reference, label, zh, en)
}
