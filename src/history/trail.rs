//! Each record's way through the commits: which one brought it, which changed what a signature seals, which removed it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use chrono_tz::Tz;
use gix::ObjectId;
use rustc_hash::FxHashMap;

use super::blob::{Reading, Record};
use super::pair::Pair;
use super::repo::{Repo, Revision};
use super::thin::thin;
use super::walk::{Changed, Commit, Walk};
use crate::load::of_records;
use crate::pipeline::Failure;
use crate::schema::{FieldId, KindId, Schema};

/// All ways.
pub(super) struct Trail {
    /// The commits, oldest first.
    pub walk: Walk,
    /// The offices' folders by the number that their records go by; one that was renamed keeps its number.
    pub offices: BTreeMap<String, u32>,
    /// The records by office, kind and id.
    pub ways: FxHashMap<Key, Way>,
}

/// An office's number, a kind, an id.
pub(super) type Key = (u32, KindId, Box<str>);

/// A record's way.
#[derive(Clone, Debug, Default)]
pub(super) struct Way {
    /// The commit that first brought it; none when it was there before the first commit that is looked at.
    pub first: Option<usize>,
    /// What was changed, oldest first.
    pub changes: Vec<Change>,
    /// That it is gone.
    pub gone: Option<Gone>,
    /// In how many places it stands.
    pub(super) count: usize,
}

/// A sealed field whose value was changed to another one, or taken away.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// The commit.
    pub commit: usize,
    /// The field.
    pub what: What,
    /// Its value before.
    pub from: Box<str>,
    /// Its value after; empty when there is none.
    pub to: Box<str>,
}

/// What was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// A field.
    Field(FieldId),
    /// A record of this kind that is nested in it.
    Nested(KindId),
}

/// A record that was removed.
#[derive(Clone, Debug)]
pub(super) struct Gone {
    /// The commit that did.
    pub commit: usize,
    /// The file that it stood in last, and its content then.
    pub path: String,
    /// The file's content.
    pub file: ObjectId,
    pub(super) last: Record,
}

/// What is known on the way.
struct Follow<'a> {
    repo: &'a Repo,
    schema: &'a Schema,
    reading: Reading,
    zones: &'a BTreeMap<String, Tz>,
    /// The files at the commit.
    files: BTreeMap<String, ObjectId>,
    /// The folders of the offices at the commit.
    folders: BTreeSet<String>,
    /// The offices' numbers.
    numbers: BTreeMap<String, u32>,
    next: u32,
    /// The records of the files at the commit.
    read: FxHashMap<(ObjectId, KindId, bool, Tz), Arc<Vec<Record>>>,
    ways: FxHashMap<Key, Way>,
}

/// Follows every record from the first commit to the one that is checked out.
///
/// # Errors
/// There is no commit, or the objects are not all there.
pub(super) fn follow(
    repo: &Repo,
    schema: &Arc<Schema>,
    zones: &BTreeMap<String, Tz>,
    since: Option<&Revision>,
) -> Result<Trail, Failure> {
    let walk = repo.walk(since)?;
    let mut follow = Follow {
        repo,
        schema,
        reading: Reading::new(schema),
        zones,
        files: BTreeMap::new(),
        folders: BTreeSet::new(),
        numbers: BTreeMap::new(),
        next: 0,
        read: FxHashMap::default(),
        ways: FxHashMap::default(),
    };
    let mut before: Option<&Commit> = None;
    for (at, commit) in walk.commits.iter().enumerate() {
        let changed = repo.changed(before, commit)?;
        let known = (at > 0 || !walk.cut).then_some(at);
        follow.step(known, changed)?;
        before = Some(commit);
    }
    Ok(Trail {
        offices: follow.numbers,
        ways: follow.ways,
        walk,
    })
}

impl Follow<'_> {
    /// Takes in what a commit changed; of the files that were there before the first one nothing is known.
    fn step(&mut self, commit: Option<usize>, changed: Vec<Changed>) -> Result<(), Failure> {
        if changed.is_empty() {
            return Ok(());
        }
        let folders = self.folders_after(&changed);
        let (mut removed, mut added) = (Vec::new(), Vec::new());
        if folders == self.folders {
            for c in &changed {
                let (old, new) = self.parts(c)?;
                removed.extend(old);
                added.extend(new);
            }
            self.apply(changed);
        } else {
            // Which office a file belongs to may have changed with the folders.
            let all = |files: &BTreeMap<String, ObjectId>| -> Vec<Version> {
                files.iter().map(|(p, id)| Version::whole(p, *id)).collect()
            };
            removed = all(&self.files);
            self.apply(changed);
            added = all(&self.files);
        }
        let before = std::mem::replace(&mut self.folders, folders);
        self.records(commit, &before, &removed, &added)
    }

    /// A file before and after; of one that is there still, only what differs.
    fn parts(&self, c: &Changed) -> Result<(Option<Version>, Option<Version>), Failure> {
        if let (Some(old), Some(new)) = (c.old, c.new)
            && let Some((_, (_, yaml))) = self.kind(&self.folders, &c.path)
        {
            let (before, after) = (self.repo.bytes(old)?, self.repo.bytes(new)?);
            if let Some((before, after)) = thin(&before, &after, yaml) {
                let of = |id, part| {
                    Some(Version {
                        part: Some(part),
                        ..Version::whole(&c.path, id)
                    })
                };
                return Ok((of(old, before), of(new, after)));
            }
        }
        let whole = |id: ObjectId| Version::whole(&c.path, id);
        Ok((c.old.map(whole), c.new.map(whole)))
    }

    /// The office of a file, and what it holds.
    fn kind<'f>(
        &self,
        folders: &'f BTreeSet<String>,
        path: &str,
    ) -> Option<(&'f str, (KindId, bool))> {
        let folder = office_of(folders, path)?;
        let inside = path[folder.len()..].trim_start_matches('/');
        Some((folder, of_records(Path::new(inside), self.schema)?))
    }

    fn apply(&mut self, changed: Vec<Changed>) {
        for c in changed {
            match c.new {
                Some(id) => self.files.insert(c.path, id),
                None => self.files.remove(&c.path),
            };
        }
    }

    /// The folders with an office.yaml once the changes are made.
    fn folders_after(&self, changed: &[Changed]) -> BTreeSet<String> {
        let mut folders = self.folders.clone();
        for c in changed {
            let folder = match c.path.as_str() {
                "office.yaml" => Some(""),
                path => path.strip_suffix("/office.yaml"),
            };
            match (folder, c.new) {
                (Some(f), Some(_)) => folders.insert(f.to_owned()),
                (Some(f), None) => folders.remove(f),
                (None, _) => false,
            };
        }
        folders
    }

    /// Compares the records of the files before and after.
    fn records(
        &mut self,
        commit: Option<usize>,
        before: &BTreeSet<String>,
        removed: &[Version],
        added: &[Version],
    ) -> Result<(), Failure> {
        let old = self.parse(before, removed)?;
        let after = self.folders.clone();
        let new = self.parse(&after, added)?;
        self.rename(before, &old, &new);
        let mut pairs: FxHashMap<(u32, KindId, &str), Pair<'_>> = FxHashMap::default();
        let mut order = Vec::new();
        for (files, is_new) in [(&old, false), (&new, true)] {
            for (folder, path, file, records) in files {
                let Some(office) = self.number(folder) else {
                    continue;
                };
                for r in records.iter() {
                    let key = (office, r.kind, &*r.id);
                    let pair = pairs.entry(key).or_insert_with(|| {
                        order.push(key);
                        Pair::default()
                    });
                    let side = if is_new { &mut pair.new } else { &mut pair.old };
                    side.push((r, *path, *file));
                }
            }
        }
        for key in order {
            if let Some(pair) = pairs.get(&key) {
                let own = (key.0, key.1, Box::from(key.2));
                pair.apply(commit, self.ways.entry(own).or_default());
            }
        }
        self.forget(removed);
        Ok(())
    }

    fn number(&mut self, folder: &str) -> Option<u32> {
        if let Some(n) = self.numbers.get(folder) {
            return Some(*n);
        }
        let n = self.next;
        self.next += 1;
        self.numbers.insert(folder.to_owned(), n);
        Some(n)
    }

    /// An office whose folder is gone goes on under the name of a new one that has most of its records.
    fn rename(&mut self, before: &BTreeSet<String>, old: &[File<'_>], new: &[File<'_>]) {
        let records = |files: &[File<'_>], folder: &str| -> BTreeSet<(KindId, Box<str>)> {
            let own = files.iter().filter(|f| f.0 == folder);
            own.flat_map(|f| f.3.iter().map(|r| (r.kind, r.id.clone())))
                .collect()
        };
        let gone: Vec<String> = before.difference(&self.folders).cloned().collect();
        let mut come: Vec<String> = self.folders.difference(before).cloned().collect();
        come.retain(|f| !self.numbers.contains_key(f));
        for was in gone {
            let had = records(old, &was);
            let shared = |f: &String| records(new, f).intersection(&had).count();
            let best = come.iter().max_by_key(|f| shared(f)).cloned();
            let Some(is) = best.filter(|f| shared(f) * 2 > had.len()) else {
                continue;
            };
            if let Some(number) = self.numbers.remove(&was) {
                self.numbers.insert(is.clone(), number);
                self.aliases(&was, number);
                come.retain(|f| *f != is);
            }
        }
    }

    /// The old name stands for the same office while the two sides of a commit are compared.
    fn aliases(&mut self, was: &str, number: u32) {
        self.numbers.insert(was.to_owned(), number);
    }

    fn forget(&mut self, removed: &[Version]) {
        let gone: BTreeSet<ObjectId> = removed.iter().map(|r| r.file).collect();
        let kept: BTreeSet<ObjectId> = self
            .files
            .values()
            .copied()
            .filter(|id| gone.contains(id))
            .collect();
        if !gone.is_empty() {
            self.read
                .retain(|k, _| !gone.contains(&k.0) || kept.contains(&k.0));
        }
    }

    fn parse<'p>(
        &mut self,
        folders: &BTreeSet<String>,
        files: &'p [Version],
    ) -> Result<Vec<File<'p>>, Failure> {
        let mut all = Vec::new();
        for v in files {
            let Some((folder, what)) = self.kind(folders, &v.path) else {
                continue;
            };
            let zone = self
                .zones
                .get(folder)
                .copied()
                .unwrap_or(chrono_tz::Asia::Shanghai);
            let key = (v.file, what.0, what.1, zone);
            let records = match (&v.part, self.read.get(&key)) {
                (Some(part), _) => Arc::new(self.reading.records(what, zone, part.clone())),
                (None, Some(records)) => Arc::clone(records),
                (None, None) => {
                    let bytes = self.repo.bytes(v.file)?;
                    let records = Arc::new(self.reading.records(what, zone, bytes));
                    self.read.insert(key, Arc::clone(&records));
                    records
                }
            };
            all.push((folder.to_owned(), v.path.as_str(), v.file, records));
        }
        Ok(all)
    }
}

/// A file at a commit.
struct Version {
    path: String,
    /// Its content.
    file: ObjectId,
    /// The part of it that another version does not have.
    part: Option<Vec<u8>>,
}

impl Version {
    fn whole(path: &str, file: ObjectId) -> Self {
        Self {
            path: path.to_owned(),
            file,
            part: None,
        }
    }
}

/// An office's folder, a file's path and content, its records.
type File<'p> = (String, &'p str, ObjectId, Arc<Vec<Record>>);

/// The office that a file belongs to: offices do not nest, so the topmost folder counts.
pub(super) fn office_of<'f>(folders: &'f BTreeSet<String>, path: &str) -> Option<&'f str> {
    if let Some(top) = folders.get("") {
        return Some(top);
    }
    let ends = path.match_indices('/').map(|(i, _)| i);
    ends.into_iter()
        .find_map(|end| folders.get(&path[..end]).map(String::as_str))
}
