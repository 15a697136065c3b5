//! `--period`: a calendar period as people write it.

use crate::calendar::Period;
use crate::pipeline::Failure;

/// Reads one.
///
/// # Errors
/// It is none.
pub(super) fn parse(said: &str) -> Result<Period, Failure> {
    Period::parse(said).ok_or_else(|| {
        Failure::usage(
            format!("--period 的「{said}」不是一个期间"),
            format!("`{said}` of --period is no period"),
        )
        .helped(
            "可以写 2025、2025-H1、2025-Q1、2025-03 或 2025-W14",
            "it may be 2025, 2025-H1, 2025-Q1, 2025-03 or 2025-W14",
        )
    })
}
