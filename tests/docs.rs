//! The pages under `docs/policies/` are what the packs say now, `docs/templates.md` what templates see now.

#![expect(clippy::expect_used, reason = "helpers of tests may panic")]

#[path = "../examples/docs/generate.rs"]
mod generate;
#[path = "../examples/docs/keys.rs"]
mod keys;
#[path = "../examples/docs/templates.rs"]
mod templates;

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

#[test]
fn the_page_of_templates_is_what_the_types_say() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/templates.md");
    let made = templates::page().unwrap();
    assert!(
        std::fs::read_to_string(file).unwrap() == made,
        "run `cargo run --example docs`: docs/templates.md"
    );
    let bare = keys::tables("pub struct X {\n    pub a: bool,\n}\n", &[("X", "x")]);
    assert!(bare.unwrap_err().contains("`a` has no docstring"));
}

/// The blocks of a page: what stands behind the fence, and the text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once("\n```") {
        let (fence, after) = after.split_once('\n').expect("a fence ends its line");
        let (text, after) = after.split_once("```").expect("a block is closed");
        all.push((fence.to_owned(), text.to_owned()));
        rest = after;
    }
    all
}

#[test]
fn the_worked_example_of_a_policy_is_true() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/writing-a-policy.md");
    let blocks = blocks(&std::fs::read_to_string(page).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let (mut said, mut pack) = (Vec::new(), None);
    for (fence, text) in &blocks {
        match fence.split_once(' ') {
            Some((_, path)) => {
                write(path, text);
                if path.ends_with("policy.yaml") {
                    pack = Some((path, text));
                }
            }
            None => said.push(text.as_str()),
        }
    }
    let run = |args: &[&str]| {
        let mut command = assert_cmd::Command::cargo_bin("aftercare").unwrap();
        let out = command
            .current_dir(folder.path())
            .args(args)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(out.stdout), text(out.stderr), out.status.code())
    };
    let [findings, tried, broken] = said[..] else {
        panic!("{said:?}");
    };
    let check = ["check", "-q", "--as-of", "2025-03-10"];
    let (out, err, status) = run(&check);
    assert_eq!(
        (out.as_str(), err.as_str(), status),
        (findings, "", Some(1))
    );
    let (out, _, status) = run(&["policies", "--test"]);
    assert_eq!(out, tried.split_once('\n').unwrap().1);
    assert_eq!(status, Some(0));
    let (path, text) = pack.unwrap();
    write(path, &text.replace("field: arrived_at", "field: arived_at"));
    let (_, err, status) = run(&check);
    let told: String = err.chars().filter(|c| !c.is_whitespace()).collect();
    let wanted: String = broken.chars().filter(|c| !c.is_whitespace()).collect();
    let (place, message) = wanted.split_once("：「").expect("a place and a message");
    let place = place.rsplit_once(':').unwrap().0;
    assert!(told.contains(place) && told.contains(message), "{err}");
    assert_eq!(status, Some(2));
}
