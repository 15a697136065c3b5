//! aftercare checks an office's records against its written policies and makes the prescribed documents.
//!
//! A record's journey, one module a stage:
//! source → load → table → policy → finding → report (what `check` prints),
//! and table → statistics, finding → document → output (what `build` writes).

mod add;
pub mod agenda;
pub mod calendar;
pub mod cli;
pub mod core_rules;
pub mod document;
pub mod door;
pub mod embedded;
pub mod finding;
mod fix;
pub mod found;
pub mod history;
pub mod import;
mod init;
pub mod load;
pub mod moment;
#[cfg(feature = "documents")]
pub mod output;
pub mod photo;
pub mod pipeline;
pub mod policy;
pub mod report;
pub mod schema;
pub mod source;
pub mod statistics;
pub mod stats;
pub mod table;
pub mod text;
#[cfg(feature = "documents")]
mod watch;
pub mod workspace;
