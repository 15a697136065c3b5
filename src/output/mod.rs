//! The one writer. Recipes and an engine in; files in `output/` out, and what was made, kept and removed.
//!
//! [`key`](workspace_key) answers "nothing changed" from sizes and times alone. Otherwise [`Build`] makes what changed
//! aside in `output/.aftercare/`, and only when all of it is there writes a commit record and moves it into place. A
//! build that is stopped before the record leaves the last output as it was; one that is stopped after it is completed
//! by the next [`Output::open`]. What no build made is never touched.

mod build;
mod commit;
mod disk;
mod key;
mod manifest;
mod path;
mod state;

pub use build::{Asked, Build, Made, Output};
pub use disk::{Disk, Step};
pub use key::workspace_key;
pub use state::Told;

/// Where a build keeps what it needs for the next one.
const PRIVATE: &str = ".aftercare";
