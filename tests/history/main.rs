//! What git is asked: `check --since` and `audit`, in scratch repositories.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where its own preparation fails"
)]

mod audit;
mod edits;
mod explained;
mod repository;
mod since;
