//! The pages under `docs/policies/` are what the packs say now.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

#[path = "../examples/docs/generate.rs"]
mod generate;

use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn the_pages_of_policies_are_what_the_packs_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policies");
    let kept: BTreeMap<String, String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap())
        .map(|e| {
            let name = e.file_name().into_string().unwrap();
            (name, std::fs::read_to_string(e.path()).unwrap())
        })
        .collect();
    let made = generate::pages().unwrap();
    let stale: Vec<&String> = made
        .keys()
        .chain(kept.keys())
        .filter(|name| made.get(*name) != kept.get(*name))
        .collect();
    assert!(
        stale.is_empty(),
        "run `cargo run --example docs`: {stale:?}"
    );
}
