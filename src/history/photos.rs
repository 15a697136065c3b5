//! Photographs as a revision holds them: what `core/photo` would have found then.

use std::io::Cursor;
use std::path::Path;

use gix::bstr::ByteSlice as _;
use gix::object::tree::EntryKind;

use super::aside::{DEEPEST, resolved};
use super::repo::{Repo, Revision, absent};
use crate::finding::Finding;
use crate::load::photos;
use crate::photo::{self, AllSeen, LARGEST, Wrong};
use crate::pipeline::Failure;
use crate::table::Office;

impl Repo {
    /// The photographs that could not be printed at a revision, of the records of then.
    ///
    /// # Errors
    /// The objects are not all there.
    pub fn photos(&self, revision: &Revision, office: &Office) -> Result<Vec<Finding>, Failure> {
        let asked = photos::asked(office);
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let Some(top) = self.workspace(revision.id)? else {
            return Ok(Vec::new());
        };
        let mut all = AllSeen::new();
        for (beside, named) in asked {
            let seen = photo::first(beside, named, |path| {
                let there = self.photo(&top, Path::new(path), 0)?;
                Ok::<_, Failure>(there.map(|whole| (String::new(), whole)))
            })?;
            all.insert((beside.to_owned(), named.to_owned()), seen);
        }
        Ok(photos::check(office, &all))
    }

    /// What lies at a path; none where nothing does.
    fn photo(
        &self,
        top: &gix::Tree<'_>,
        path: &Path,
        depth: u32,
    ) -> Result<Option<Result<(), Wrong>>, Failure> {
        let entry = top.lookup_entry_by_path(path).map_err(|e| absent(&e))?;
        let Some(entry) = entry else { return Ok(None) };
        let id = entry.object_id();
        match entry.mode().kind() {
            EntryKind::Tree => Ok(Some(Err(Wrong::NoFile))),
            EntryKind::Commit => Ok(None),
            EntryKind::Blob | EntryKind::BlobExecutable => {
                let size = self.git.find_header(id).map_err(|e| absent(&e))?.size();
                if size > LARGEST {
                    return Ok(Some(Err(Wrong::TooLarge)));
                }
                let object = self.git.find_object(id).map_err(|e| absent(&e))?;
                Ok(Some(photo::check(&mut Cursor::new(&object.data), size)))
            }
            EntryKind::Link => {
                let object = self.git.find_object(id).map_err(|e| absent(&e))?;
                let target = gix::path::from_bstr(object.data.as_bstr()).ok();
                let folder = path.parent().unwrap_or(Path::new(""));
                let to = target.and_then(|t| resolved(folder, &t));
                match to.filter(|_| depth < DEEPEST) {
                    Some(to) => self.photo(top, &to, depth + 1),
                    None => Ok(Some(Err(Wrong::Outside))),
                }
            }
        }
    }
}
