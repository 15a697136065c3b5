//! Finds policy packs: those inside the program, and a workspace's own, which add to them or replace one of the same id.

use std::collections::BTreeMap;
use std::path::Path;

use super::compile::Fault;
use super::definition::Pack;

/// All packs by id.
#[derive(Clone, Debug, Default)]
pub struct Packs(BTreeMap<String, Pack>);

impl Packs {
    /// The packs inside the program.
    ///
    /// # Errors
    /// A malformed pack, with its place.
    pub fn embedded() -> Result<Self, Fault> {
        let mut packs = Self::default();
        for (name, bytes) in crate::embedded::POLICIES {
            if let Some(id) = name.strip_suffix("/policy.yaml") {
                packs.add(id, &String::from_utf8_lossy(bytes))?;
            }
        }
        Ok(packs)
    }

    /// The packs inside the program with those of a workspace's `policies/`.
    ///
    /// # Errors
    /// A malformed or unreadable pack, with its place.
    pub fn for_workspace(root: &Path) -> Result<Self, Fault> {
        let mut packs = Self::embedded()?;
        let folder = root.join("policies");
        let Ok(entries) = std::fs::read_dir(&folder) else {
            return Ok(packs);
        };
        let mut ids: Vec<String> = entries
            .flatten()
            .map(|e| e.file_name().to_string_lossy().into_owned())
            .collect();
        ids.sort();
        for id in ids {
            let file = folder.join(&id).join("policy.yaml");
            if !file.is_file() {
                continue;
            }
            let text = std::fs::read_to_string(&file).map_err(|e| Fault {
                at: format!("policies/{id}/policy.yaml"),
                message: e.to_string(),
            })?;
            packs.add(&id, &text)?;
        }
        Ok(packs)
    }

    fn add(&mut self, id: &str, text: &str) -> Result<(), Fault> {
        let pack = parse(id, text)?;
        self.0.insert(id.to_owned(), pack);
        Ok(())
    }

    /// A pack by id.
    pub fn get(&self, id: &str) -> Option<&Pack> {
        self.0.get(id)
    }

    /// All packs in order of id.
    pub fn iter(&self) -> impl Iterator<Item = &Pack> {
        self.0.values()
    }

    /// Adds or replaces a pack, for tests and tools.
    pub fn insert(&mut self, pack: Pack) {
        self.0.insert(pack.id.clone(), pack);
    }
}

/// Reads one pack.
///
/// # Errors
/// What is wrong in it, with line and column.
pub fn parse(id: &str, text: &str) -> Result<Pack, Fault> {
    let file = format!("policies/{id}/policy.yaml");
    let pack: Pack = serde_saphyr::from_str(text).map_err(|e| {
        let at = e.location().map_or_else(
            || file.clone(),
            |l| format!("{file}:{}:{}", l.line(), l.column()),
        );
        Fault {
            at,
            message: e.to_string(),
        }
    })?;
    if pack.id != id {
        return Err(Fault {
            at: file,
            message: format!("its id is `{}`, but its folder is `{id}`", pack.id),
        });
    }
    Ok(pack)
}
