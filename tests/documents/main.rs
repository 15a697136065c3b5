//! Documents: forms filled in from a small office, drawn as PDF and HTML.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::iter_over_hash_type,
    reason = "a test stops where its own preparation fails, and says what it skips"
)]

#[cfg(feature = "documents")]
mod archival;
#[cfg(feature = "documents")]
mod bound;
mod figures;
mod fixture;
mod forms;
#[cfg(feature = "documents")]
mod photos;
mod points;
#[cfg(feature = "documents")]
mod rendered;
mod shown;
#[cfg(feature = "documents")]
mod workbooks;
