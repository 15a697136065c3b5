//! The packs and the operators from outside: the packs' own examples, tables of hard cases, faults in packs and
//! adoptions, and the public calendar against real letters.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where its own preparation fails"
)]

#[path = "policies/cases.rs"]
mod cases;
#[path = "policies/examples.rs"]
mod examples;
#[path = "policies/faults.rs"]
mod faults;
#[path = "policies/harness.rs"]
mod harness;
#[path = "policies/letters.rs"]
mod letters;
#[path = "policies/office.rs"]
mod office;
#[path = "policies/twins.rs"]
mod twins;
#[path = "policies/twins_days.rs"]
mod twins_days;
#[path = "policies/ways.rs"]
mod ways;

use std::path::Path;

#[test]
fn no_line_under_src_names_a_policy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut named = Vec::new();
    for entry in walkdir::WalkDir::new(root)
        .into_iter()
        .flatten()
        .filter(|e| e.file_type().is_file())
    {
        let text = std::fs::read_to_string(entry.path()).unwrap();
        for pack in harness::PACKS.iter().filter(|p| text.contains(&p.id)) {
            named.push(format!("{} names {}", entry.path().display(), pack.id));
        }
    }
    assert!(named.is_empty(), "{named:#?}");
}
