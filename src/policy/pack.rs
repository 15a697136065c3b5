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
}

impl Entry {
    /// The pack; none when the program's own is malformed, which a test of each of them rules out.
    fn get(&self, id: &str) -> Option<&Pack> {
        self.read.get_or_init(|| parse(id, self.text).ok()).as_ref()
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
                packs.insert(id.to_owned(), Entry { text, read });
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
        self.0.insert(id, Entry { text: "", read });
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
}
