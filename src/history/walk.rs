//! The commits of the checked-out branch, oldest first, and which files each of them changed.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use gix::ObjectId;
use gix::bstr::ByteSlice as _;
use gix::objs::tree::EntryRef;

use super::repo::{Repo, Revision, SHALLOW, absent, subtree};
use crate::pipeline::Failure;

/// A commit of the checked-out branch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Commit {
    /// Its id.
    pub id: ObjectId,
    /// When it was committed, in seconds since 1970.
    pub time: i64,
    /// The tree of `records/`, if it has one.
    records: Option<ObjectId>,
}

/// The commits that are looked at.
pub(super) struct Walk {
    /// Oldest first.
    pub commits: Vec<Commit>,
    /// Whether of the first one only its files are known, not what it changed: it is where a clone is cut off, or the
    /// revision that is compared with.
    pub cut: bool,
    /// Whether the clone ends there.
    pub shallow: bool,
}

/// A file that a commit changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Changed {
    /// Its path below `records/`.
    pub path: String,
    /// Its content before, if it was there.
    pub old: Option<ObjectId>,
    /// Its content after, if it still is.
    pub new: Option<ObjectId>,
}

impl Repo {
    /// From the commit that is checked out back to the first one, or to what a revision holds already. Of a merge the
    /// branch's own side is followed, so that what a merge brings comes with it.
    ///
    /// # Errors
    /// There is no commit, or the objects are not all there.
    pub(super) fn walk(&self, since: Option<&Revision>) -> Result<Walk, Failure> {
        let head = self.git.head_id().map_err(|_| super::repo::no_commit())?;
        let ends = self.git.shallow_commits().ok().flatten();
        let ends: BTreeSet<ObjectId> = ends.iter().flat_map(|c| c.iter().copied()).collect();
        let known = match since {
            Some(revision) => self.ancestors(revision.id, &ends)?,
            None => BTreeSet::new(),
        };
        let mut walk = Walk {
            commits: Vec::new(),
            cut: false,
            shallow: false,
        };
        let mut next = Some(head.detach());
        while let Some(id) = next {
            let commit = self.git.find_commit(id).map_err(|e| absent(&e))?;
            walk.commits.push(self.commit(&commit)?);
            (walk.cut, walk.shallow) = (known.contains(&id), ends.contains(&id));
            walk.cut |= walk.shallow;
            next = match walk.cut {
                true => None,
                false => commit.parent_ids().next().map(gix::Id::detach),
            };
        }
        if let Some(revision) = since.filter(|_| !walk.cut || walk.shallow) {
            let written = &revision.written;
            if !walk.commits.iter().any(|c| known.contains(&c.id)) {
                let failure = Failure::usage(
                    format!("「{written}」和现在的分支没有共同的提交"),
                    format!("`{written}` shares no commit with the branch that is checked out"),
                );
                return Err(match walk.shallow {
                    true => failure.helped(SHALLOW.0, SHALLOW.1),
                    false => failure,
                });
            }
        }
        walk.commits.reverse();
        Ok(walk)
    }

    fn commit(&self, commit: &gix::Commit<'_>) -> Result<Commit, Failure> {
        let time = commit.time().map_err(|e| absent(&e))?.seconds;
        let tree = commit.tree().map_err(|e| absent(&e))?;
        let records = subtree(&tree, &self.below.join("records"))?.map(|t| t.id);
        Ok(Commit {
            id: commit.id,
            time,
            records,
        })
    }

    /// A commit and everything before it, as far as the clone holds it.
    fn ancestors(
        &self,
        of: ObjectId,
        ends: &BTreeSet<ObjectId>,
    ) -> Result<BTreeSet<ObjectId>, Failure> {
        let mut seen = BTreeSet::from([of]);
        let mut open = vec![of];
        while let Some(id) = open.pop() {
            if ends.contains(&id) {
                continue;
            }
            let commit = self.git.find_commit(id).map_err(|e| absent(&e))?;
            let parents = commit.parent_ids().map(gix::Id::detach);
            open.extend(parents.filter(|p| seen.insert(*p)));
        }
        Ok(seen)
    }

    /// The files below `records/` that differ between two commits; all of the second where there is no first.
    ///
    /// # Errors
    /// The objects are not all there.
    pub(super) fn changed(
        &self,
        before: Option<&Commit>,
        after: &Commit,
    ) -> Result<Vec<Changed>, Failure> {
        let mut all = Vec::new();
        self.compare("", before.and_then(|c| c.records), after.records, &mut all)?;
        Ok(all)
    }

    fn compare(
        &self,
        path: &str,
        old: Option<ObjectId>,
        new: Option<ObjectId>,
        all: &mut Vec<Changed>,
    ) -> Result<(), Failure> {
        if old == new {
            return Ok(());
        }
        let tree = |id: Option<ObjectId>| id.map(|id| self.git.find_tree(id)).transpose();
        let (old, new) = (
            tree(old).map_err(|e| absent(&e))?,
            tree(new).map_err(|e| absent(&e))?,
        );
        let (old, new) = (entries(old.as_ref())?, entries(new.as_ref())?);
        // Both are in the order in which git keeps them.
        let (mut at, mut to) = (0, 0);
        loop {
            let (was, is) = (old.get(at), new.get(to));
            let order = match (was, is) {
                (None, None) => return Ok(()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(was), Some(is)) => was.cmp(is),
            };
            at += usize::from(order.is_le());
            to += usize::from(order.is_ge());
            let (was, is) = (was.filter(|_| order.is_le()), is.filter(|_| order.is_ge()));
            if was != is {
                self.entry(path, was, is, all)?;
            }
        }
    }

    fn entry(
        &self,
        path: &str,
        was: Option<&EntryRef<'_>>,
        is: Option<&EntryRef<'_>>,
        all: &mut Vec<Changed>,
    ) -> Result<(), Failure> {
        let Some(name) = is.or(was).map(|e| e.filename.to_str_lossy()) else {
            return Ok(());
        };
        let here = match path {
            "" => name.clone().into_owned(),
            _ => format!("{path}/{name}"),
        };
        // Links and submodules hold no records.
        let id = |e: Option<&EntryRef<'_>>, tree: bool| {
            let own = e.filter(|e| {
                if tree {
                    e.mode.is_tree()
                } else {
                    e.mode.is_blob()
                }
            });
            own.map(|e| e.oid.to_owned())
        };
        if name != "attachments" {
            self.compare(&here, id(was, true), id(is, true), all)?;
        }
        let (old, new) = (id(was, false), id(is, false));
        if old != new {
            all.push(Changed {
                path: here,
                old,
                new,
            });
        }
        Ok(())
    }

    /// A file's bytes.
    ///
    /// # Errors
    /// The object is not there.
    pub(super) fn bytes(&self, id: ObjectId) -> Result<Vec<u8>, Failure> {
        let object = self.git.find_object(id).map_err(|e| absent(&e))?;
        Ok(object.detach().data)
    }

    /// Who made a commit.
    pub(super) fn author(&self, id: ObjectId) -> String {
        let commit = self.git.find_commit(id).ok();
        let author = commit.as_ref().and_then(|c| c.author().ok());
        author.map(|a| a.name.to_string()).unwrap_or_default()
    }
}

/// What a folder holds.
fn entries<'t>(tree: Option<&'t gix::Tree<'_>>) -> Result<Vec<EntryRef<'t>>, Failure> {
    match tree {
        None => Ok(Vec::new()),
        Some(tree) => Ok(tree.decode().map_err(|e| absent(&e))?.entries),
    }
}
