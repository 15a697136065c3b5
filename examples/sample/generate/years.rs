//! Years in good order of policies that have no office of their own: a part of another office's records, under that policy
//! alone, so that every policy has a year in which nothing is found.

use super::Made;
use super::heyuan;
use super::record::Record;

/// An office.yaml that adopts one policy for the year, in the text's own numbers.
fn config(name: &str, policy: &str) -> String {
    format!(
        "name: {name}\nsince: 2025-01-01\npolicies:\n  - use: {policy}\n    until: 2025-12-31\n"
    )
}

/// Keeps of a kind what fits.
fn keep(made: &mut Made, kind: &'static str, fits: impl Fn(&Record) -> bool) {
    made.0.table_mut(kind).retain(fits);
}

/// The reception room: complaints and the visits after them.
pub fn owner_complaint_desk() -> Made {
    let mut made = heyuan::make(false);
    keep(&mut made, "plans", |_| false);
    keep(&mut made, "visits", |v| v.has("complaint"));
    made.1 = config("和苑业主接待室", "owner-complaint-desk");
    made
}
