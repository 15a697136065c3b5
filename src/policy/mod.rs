//! Policies: as written, compiled, evaluated into verdicts, told as findings.
//!
//! `definition` (the shape on disk) → `compile` (names resolved, types checked, numbers filled in) → `operator`
//! (verdicts) → `judge` (findings, made where they are told). Built-in packs take the very path that an office's own pack takes.

pub mod compile;
pub mod context;
pub mod definition;
pub mod deviation;
pub mod exact;
pub mod expr;
pub mod judge;
pub mod message;
pub mod operator;
pub mod pack;
mod share;
pub mod value;
pub mod verdict;
mod waive;
mod why;

pub use compile::{Compiled, Fault};
pub use deviation::{Change, Deviation, deviations};
pub use judge::{Judgement, Teller, Verdicts, judge};
pub use pack::Packs;
pub use share::{Share, shares};
pub use waive::{Waiving, covers, waive};
pub use why::{Account, Decided, why};
