//! Records as offices write them, sound and broken: what is read, and what is said about the rest.
//!
//! Every folder of `tests/cases/ok` is a workspace without a finding of `core/*`; every folder of `tests/cases/bad`
//! has the findings that its file `expected` lists. `BLESS=1` writes those files anew.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test stops where its own preparation fails, and says what it skips"
)]

#[path = "load"]
mod load {
    pub mod cases;
    pub mod helper;
    pub mod hostile;
    pub mod photos;
    pub mod suites;
    pub mod values;
}
