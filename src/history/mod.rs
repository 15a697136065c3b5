//! What git knows of a workspace: revisions, what changed since one of them, and since when each record is there.
//!
//! `repo` (the repository and its objects) → `aside` (a revision as a workspace of its own, for `check --since`) and
//! `walk` (the commits, oldest first) → `trail` (each record's way through them) → `audit` (findings: `late`, `signed`,
//! `deleted`).

mod aside;
mod audit;
mod blob;
mod deleted;
mod late;
mod loosened;
mod pair;
mod photos;
mod repo;
mod signed;
mod since;
mod thin;
mod timeline;
mod trail;
mod walk;

use std::path::Path;

pub use audit::{Audited, Told, audit};
pub use loosened::{Loosened, What, loosened};
pub use repo::{Repo, Revision};
pub use since::{Since, Stood, brought};

/// The id of the commit that is checked out in the repository that a folder lies in; none outside git, or before the
/// first commit.
pub fn commit(folder: &Path) -> Option<String> {
    Repo::of(folder).ok()?.head()
}
