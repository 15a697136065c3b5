//! Finds policy packs: those inside the program, and a workspace's own, which add to them or replace one of the same id.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::compile::{Fault, check_pack};
use super::definition::Pack;
use crate::schema::Schema;
use crate::text::Bilingual;

/// All packs by id. One is read when it is first asked for: an office adopts a few of many.
#[derive(Clone, Debug, Default)]
pub struct Packs(BTreeMap<String, Entry>);

/// A pack inside the program, or one already read.
#[derive(Clone, Debug)]
struct Entry {
    text: &'static str,
    read: OnceLock<Option<Pack>>,
    /// Whether its examples are read.
    examples: bool,
}

/// A pack's text with empty examples in the place of those that take one line each; every line keeps its number.
fn without_examples(text: &str) -> String {
    let mut lean = String::with_capacity(text.len() / 2);
    for line in text.split_inclusive('\n') {
        let key = line
            .strip_prefix("      ")
            .and_then(|l| l.split_once(": {as_of: "));
        match key {
            Some((which @ ("pass" | "fail" | "pending"), rest))
                if rest.trim_end().ends_with('}') =>
            {
                lean.push_str("      ");
                lean.push_str(which);
                lean.push_str(": {as_of: '', records: {}}\n");
            }
            _ => lean.push_str(line),
        }
    }
    lean
}

impl Entry {
    /// The pack; none when the program's own is malformed, which a test of each of them rules out.
    fn get(&self, id: &str) -> Option<&Pack> {
        let read = || match self.examples {
            true => parse(id, self.text).ok(),
            false => parse(id, &without_examples(self.text)).ok(),
        };
        self.read.get_or_init(read).as_ref()
    }
}

impl Packs {
    /// The packs inside the program.
    ///
    /// # Errors
    /// A pack that is no UTF-8 text.
    pub fn embedded() -> Result<Self, Fault> {
        let mut packs = BTreeMap::new();
        for (name, bytes) in crate::embedded::POLICIES {
            if let Some(id) = name.strip_suffix("/policy.yaml") {
                let text = std::str::from_utf8(bytes).map_err(|e| {
                    let message = Bilingual::new(format!("不是 UTF-8：{e}"), e.to_string());
                    fault(id, "", None, message)
                })?;
                let read = OnceLock::new();
                let entry = Entry {
                    text,
                    read,
                    examples: true,
                };
                packs.insert(id.to_owned(), entry);
            }
        }
        Ok(Self(packs))
    }

    /// The packs inside the program with those of a workspace's `policies/`, which are type-checked whether or not an
    /// office has adopted them (the program's own are by its tests).
    ///
    /// # Errors
    /// A malformed or unreadable pack, with its place.
    pub fn for_workspace(root: &Path, schema: &Arc<Schema>) -> Result<Self, Vec<Fault>> {
        let mut packs = Self::embedded().map_err(|f| vec![f])?;
        let folder = root.join("policies");
        let Ok(entries) = std::fs::read_dir(&folder) else {
            return Ok(packs);
        };
        let mut ids: Vec<String> = entries
            .flatten()
            .map(|e| e.file_name().to_string_lossy().into_owned())
            .filter(|id| folder.join(id).join("policy.yaml").is_file())
            .collect();
        ids.sort();
        let mut faults = Vec::new();
        for id in ids {
            match own(&folder, &id, schema) {
                Ok(pack) => packs.insert(pack),
                Err(more) => faults.extend(more),
            }
        }
        if faults.is_empty() {
            Ok(packs)
        } else {
            Err(faults)
        }
    }

    /// As [`Self::for_workspace`], without the examples of the program's own packs: nothing that judges reads them, and they
    /// are most of the text.
    ///
    /// # Errors
    /// A malformed or unreadable pack, with its place.
    pub fn for_judging(root: &Path, schema: &Arc<Schema>) -> Result<Self, Vec<Fault>> {
        Ok(Self::for_workspace(root, schema)?.without_examples())
    }

    /// The same packs; of those that were not read yet no examples will be.
    #[must_use]
    pub fn without_examples(mut self) -> Self {
        for entry in self.0.values_mut() {
            entry.examples = false;
        }
        self
    }

    /// A pack by id.
    pub fn get(&self, id: &str) -> Option<&Pack> {
        self.0.get(id).and_then(|e| e.get(id))
    }

    /// The ids, in order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// All packs in order of id.
    pub fn iter(&self) -> impl Iterator<Item = &Pack> {
        self.0.iter().filter_map(|(id, e)| e.get(id))
    }

    /// Adds or replaces a pack.
    pub fn insert(&mut self, pack: Pack) {
        let id = pack.id.clone();
        let read = OnceLock::from(Some(pack));
        let entry = Entry {
            text: "",
            read,
            examples: true,
        };
        self.0.insert(id, entry);
    }
}

fn own(folder: &Path, id: &str, schema: &Arc<Schema>) -> Result<Pack, Vec<Fault>> {
    let bytes = std::fs::read(folder.join(id).join("policy.yaml")).map_err(|e| {
        let message = Bilingual::new(format!("读不了：{e}"), format!("cannot be read: {e}"));
        vec![fault(id, "", None, message)]
    })?;
    let pack = parse(id, &crate::source::decode(bytes).0).map_err(|f| vec![f])?;
    check_pack(&pack, schema)?;
    Ok(pack)
}

/// Reads one pack.
///
/// # Errors
/// What is wrong in it, with line and column.
pub fn parse(id: &str, text: &str) -> Result<Pack, Fault> {
    let mut pack: Pack = serde_saphyr::from_str(text).map_err(|e| {
        let at = e.location().map(|l| (l.line(), l.column()));
        let why = told(&e);
        let message = Bilingual::new(format!("制度文件写错了：{why}"), why);
        fault(id, text, at, message)
    })?;
    if pack.id != id {
        let message = Bilingual::new(
            format!("id 写的是「{}」，文件夹却是「{id}」", pack.id),
            format!("its id is `{}`, but its folder is `{id}`", pack.id),
        );
        return Err(fault(id, text, None, message));
    }
    pack.text = text.into();
    Ok(pack)
}

/// The first line of what the YAML reader says, without the snippet that we quote ourselves.
fn told(e: &serde_saphyr::Error) -> String {
    let text = e.without_snippet().to_string();
    text.lines().next().unwrap_or_default().to_owned()
}

fn fault(id: &str, text: &str, at: Option<(u64, u64)>, message: Bilingual) -> Fault {
    let (line, column) = at.unwrap_or((1, 1));
    let n = |n: u64| u32::try_from(n).unwrap_or(u32::MAX).max(1);
    Fault {
        place: super::compile::place(id, text, n(line), n(column)),
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pack_of_the_program_is_read_and_sound() {
        let schema = Arc::new(Schema::embedded().unwrap());
        for (name, text) in crate::embedded::POLICIES {
            let Some(id) = name.strip_suffix("/policy.yaml") else {
                continue;
            };
            let pack = parse(id, &String::from_utf8_lossy(text)).unwrap_or_else(|f| panic!("{f}"));
            check_pack(&pack, &schema).unwrap_or_else(|f| panic!("{}", f[0]));
        }
    }
    #[test]
    fn a_pack_without_its_examples_has_the_same_rules_on_the_same_lines() {
        for (name, text) in crate::embedded::POLICIES {
            let Some(id) = name.strip_suffix("/policy.yaml") else {
                continue;
            };
            let text = String::from_utf8_lossy(text);
            let lean = without_examples(&text);
            assert_eq!(lean.lines().count(), text.lines().count());
            assert!(lean.len() < text.len(), "{id}: nothing was left out");
            let (full, lean) = (parse(id, &text).unwrap(), parse(id, &lean).unwrap());
            assert!(full.rules.keys().eq(lean.rules.keys()));
            for (rule, a) in &full.rules {
                let b = &lean.rules[rule];
                assert!(b.examples.pass.records.is_empty(), "{id}/{rule}");
                assert_eq!(a.message.zh.defined.line(), b.message.zh.defined.line());
                assert_eq!((&a.numbers, &a.title), (&b.numbers, &b.title));
            }
        }
    }
}
