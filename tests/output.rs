//! What a build writes: whole or not at all, only what changed, never what is not its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::iter_over_hash_type,
    reason = "a test stops where its own preparation fails, and says what it skips"
)]
#![cfg(feature = "documents")]

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use aftercare::document::{Engine, Fonts, Recipe, Templates};
use aftercare::output::{Asked, Disk, Made, Output, Step, Told};
use aftercare::pipeline::Failure;
use proptest::prelude::*;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let mut templates = Templates::default();
    templates.insert("page.html", b"<p>{{ text }}</p>".to_vec());
    templates.insert("bad.html", b"<p>\n{{ nothing.here }}</p>".to_vec());
    Engine::new(&templates, Fonts::new(Vec::new())).unwrap()
});

type Files = BTreeMap<String, String>;

fn files(pairs: &[(&str, &str)]) -> Files {
    let pairs = pairs.iter();
    pairs
        .map(|(p, t)| ((*p).to_owned(), (*t).to_owned()))
        .collect()
}

fn recipes(files: &Files) -> Vec<Recipe> {
    let each = files.iter().map(|(path, text)| {
        let mut r = Recipe::verbatim(path, text.clone().into_bytes());
        r.records = vec![format!("visits/{text}")];
        r
    });
    each.collect()
}

fn run(disk: Disk, recipes: Vec<Recipe>, key: Option<&str>) -> Result<Made, Failure> {
    let output = Output::open(disk)?;
    let mut build = output.build(asked(&|_| true))?;
    // Two batches, as two kinds of documents come.
    let mut first = recipes;
    let second = first.split_off(first.len() / 2);
    build.add(first)?;
    build.add(second)?;
    build.finish(
        key.map(str::to_owned),
        Told {
            errors: 3,
            warnings: 1,
        },
    )
}

fn asked(covers: &(dyn Fn(&str) -> bool + Sync)) -> Asked<'_> {
    Asked {
        engine: &ENGINE,
        threads: 2,
        as_of: "2025-12-31".parse().unwrap(),
        commit: Some("c0ffee".to_owned()),
        covers,
        progress: &|_| {},
    }
}

fn make(folder: &Path, files: &Files) -> Made {
    run(Disk::open(folder).unwrap(), recipes(files), None).unwrap()
}

/// All files but those that a build keeps for itself.
fn visible(folder: &Path) -> Files {
    let all = walkdir::WalkDir::new(folder).into_iter().flatten();
    let all = all.filter(|e| !e.file_type().is_dir());
    all.map(|e| (aftercare_path(folder, e.path()), e))
        .filter(|(path, _)| !path.starts_with(".aftercare/"))
        .map(|(path, e)| (path, fs::read_to_string(e.path()).unwrap()))
        .collect()
}

fn aftercare_path(folder: &Path, path: &Path) -> String {
    let below = path.strip_prefix(folder).unwrap().to_string_lossy();
    below.replace('\\', "/")
}

/// The documents among what is visible.
fn documents(folder: &Path) -> Files {
    let mut all = visible(folder);
    all.remove("manifest.json");
    all
}

fn folders(folder: &Path) -> Vec<String> {
    let all = walkdir::WalkDir::new(folder)
        .min_depth(1)
        .sort_by_file_name();
    let dirs = all.into_iter().flatten().filter(|e| e.file_type().is_dir());
    dirs.map(|e| aftercare_path(folder, e.path()))
        .filter(|p| !p.starts_with(".aftercare"))
        .collect()
}

fn counts(made: usize, kept: usize, removed: usize) -> Made {
    Made {
        made,
        kept,
        removed,
    }
}

#[test]
fn a_build_makes_what_is_due_and_then_only_what_changed() {
    let home = tempfile::tempdir().unwrap();
    let old = files(&[
        ("index.html", "1"),
        ("cuihu/forms/a/V1.pdf", "2"),
        ("cuihu/forms/b/V2.pdf", "3"),
    ]);
    assert_eq!(make(home.path(), &old), counts(3, 0, 0));
    assert_eq!(documents(home.path()), old);
    assert_eq!(make(home.path(), &old), counts(0, 3, 0));
    let new = files(&[
        ("index.html", "1"),
        ("cuihu/forms/a/V1.pdf", "changed"),
        ("x.csv", "4"),
    ]);
    assert_eq!(make(home.path(), &new), counts(2, 1, 1));
    assert_eq!(documents(home.path()), new);
    assert_eq!(
        folders(home.path()),
        ["cuihu", "cuihu/forms", "cuihu/forms/a"]
    );
}

/// Pages whose recipes differ in `edition`, which does not show in them.
fn pages(files: &Files, edition: u32) -> Vec<Recipe> {
    let each = files.iter().map(|(path, text)| {
        let context = serde_json::json!({ "text": text, "edition": edition });
        Recipe::html(path, "page.html", &context).unwrap()
    });
    each.collect()
}

#[test]
fn a_batch_that_comes_out_as_before_takes_no_other_batch_s_files() {
    let home = tempfile::tempdir().unwrap();
    let build = |texts: [&str; 4], edition| {
        let names = ["a", "b", "c", "d"];
        let all: Files = names
            .into_iter()
            .zip(texts)
            .map(|(n, t)| (n.to_owned(), t.to_owned()))
            .collect();
        let made = run(Disk::open(home.path()).unwrap(), pages(&all, edition), None).unwrap();
        let there = documents(home.path());
        assert!(
            all.iter().all(|(n, t)| there[n] == format!("<p>{t}</p>")),
            "{there:?}"
        );
        made
    };
    build(["1", "2", "3", "4"], 1);
    // The first of each batch gives the same bytes; the sizes are alike, so that only the number tells the files apart.
    assert_eq!(build(["1", "5", "3", "6"], 2), counts(2, 2, 0));
    assert_eq!(build(["1", "7", "8", "6"], 3), counts(2, 2, 0));
    assert_eq!(build(["1", "long", "9", "6"], 4), counts(2, 2, 0));
}

#[test]
fn the_manifest_tells_every_file_its_digest_and_its_records() {
    let home = tempfile::tempdir().unwrap();
    make(home.path(), &files(&[("b.csv", "two"), ("a/ä.txt", "one")]));
    let manifest = fs::read_to_string(home.path().join("manifest.json")).unwrap();
    insta::assert_snapshot!(manifest.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn the_same_recipes_give_the_same_manifest_whatever_was_there_before() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let new = files(&[("x/1", "1"), ("x/2", "2")]);
    make(a.path(), &new);
    make(b.path(), &files(&[("x/1", "old"), ("y", "3")]));
    make(b.path(), &new);
    assert_eq!(visible(a.path()), visible(b.path()));
}

#[test]
fn a_file_that_somebody_changed_or_deleted_is_made_again() {
    let home = tempfile::tempdir().unwrap();
    let all = files(&[("a", "1"), ("b", "2"), ("c", "3")]);
    let build = || run(Disk::open(home.path()).unwrap(), recipes(&all), Some("key")).unwrap();
    build();
    let seen = || {
        Output::open(Disk::open(home.path()).unwrap())
            .unwrap()
            .unchanged(Some("key"))
    };
    assert_eq!(
        seen(),
        Some((
            Told {
                errors: 3,
                warnings: 1
            },
            3
        ))
    );
    fs::write(home.path().join("a"), "edited").unwrap();
    fs::remove_file(home.path().join("b")).unwrap();
    assert_eq!(seen(), None);
    assert_eq!(build(), counts(2, 1, 0));
    assert_eq!(documents(home.path()), all);
    assert!(seen().is_some());
    fs::remove_file(home.path().join("manifest.json")).unwrap();
    assert_eq!(seen(), None);
    assert_eq!(build(), counts(0, 3, 0));
    assert!(seen().is_some());
}

#[test]
fn another_key_or_none_is_a_change() {
    let home = tempfile::tempdir().unwrap();
    run(
        Disk::open(home.path()).unwrap(),
        recipes(&files(&[("a", "1")])),
        Some("key"),
    )
    .unwrap();
    let output = Output::open(Disk::open(home.path()).unwrap()).unwrap();
    assert!(output.unchanged(Some("key")).is_some());
    assert!(output.unchanged(Some("other")).is_none());
    assert!(output.unchanged(None).is_none());
}

#[test]
fn a_photograph_that_the_key_does_not_tell_of_is_looked_at() {
    let home = tempfile::tempdir().unwrap();
    let open = || Output::open(Disk::open(home.path()).unwrap()).unwrap();
    let saw = |path: &str, stamp: Option<&str>| (path.to_owned(), stamp.map(str::to_owned));
    {
        let output = open();
        let mut build = output.build(asked(&|_| true)).unwrap();
        build.saw([
            saw("records/a/1.jpg", None),
            saw("photos/1.jpg", Some("old")),
        ]);
        build.saw([saw("photos/2.jpg", None)]);
        build.finish(None, Told::default()).unwrap();
    }
    let now = |first: &'static str, second: Option<&'static str>| {
        let stamp = |path: &str| match path {
            "photos/1.jpg" => Some(first.to_owned()),
            "photos/2.jpg" => second.map(str::to_owned),
            // Those below records/ are in the key.
            _ => panic!("{path}"),
        };
        open().same_photos(stamp)
    };
    assert!(now("old", None));
    assert!(!now("new", None));
    assert!(!now("old", Some("there")));
}

#[test]
fn what_no_build_made_is_never_touched() {
    let home = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        fs::create_dir_all(home.path().join(path).parent().unwrap()).unwrap();
        fs::write(home.path().join(path), text).unwrap();
    };
    put("README.md", "ours");
    put("a/scan.pdf", "signed");
    make(home.path(), &files(&[("a/1", "1"), ("b/2", "2")]));
    put("b/notes.txt", "by hand");
    make(home.path(), &files(&[("c", "3")]));
    let mut left = files(&[
        ("README.md", "ours"),
        ("a/scan.pdf", "signed"),
        ("b/notes.txt", "by hand"),
    ]);
    left.insert("c".into(), "3".into());
    assert_eq!(documents(home.path()), left);
    for path in ["a/scan.pdf", "README.md/x", "a"] {
        let before = visible(home.path());
        let e = run(
            Disk::open(home.path()).unwrap(),
            recipes(&files(&[("c", "4"), (path, "5")])),
            None,
        );
        let e = e.unwrap_err();
        assert_eq!(e.status, 3, "{path}");
        assert!(e.message.zh.contains(path), "{}", e.message.zh);
        assert_eq!(visible(home.path()), before);
    }
}

#[test]
fn a_manifest_that_no_build_wrote_is_in_the_way() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("manifest.json"), "{\"name\": \"site\"}").unwrap();
    let e = run(
        Disk::open(home.path()).unwrap(),
        recipes(&files(&[("a", "1")])),
        None,
    )
    .unwrap_err();
    assert!(e.message.en.contains("manifest.json"));
    assert_eq!(visible(home.path()).len(), 1);
}

#[test]
fn without_its_state_a_build_knows_its_own_by_the_manifest() {
    let home = tempfile::tempdir().unwrap();
    make(home.path(), &files(&[("a", "1"), ("b/2", "2")]));
    fs::remove_dir_all(home.path().join(".aftercare")).unwrap();
    let new = files(&[("a", "1")]);
    assert_eq!(make(home.path(), &new), counts(1, 0, 1));
    assert_eq!(documents(home.path()), new);
    fs::write(home.path().join(".aftercare/state.json"), "garbage").unwrap();
    assert_eq!(make(home.path(), &new), counts(1, 0, 0));
}

#[test]
fn two_documents_of_one_name_are_named_both() {
    for (a, b) in [("x/A.pdf", "x/a.pdf"), ("x", "x/a.pdf")] {
        let home = tempfile::tempdir().unwrap();
        let e = run(
            Disk::open(home.path()).unwrap(),
            recipes(&files(&[(a, "V1"), (b, "V2")])),
            None,
        );
        let e = e.unwrap_err();
        let all = [a, b, "visits/V1", "visits/V2"];
        assert!(
            all.iter().all(|t| e.message.zh.contains(t)),
            "{}",
            e.message.zh
        );
        assert_eq!(visible(home.path()), Files::new());
    }
}

#[test]
fn no_document_leaves_the_folder() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("output");
    for path in [
        "../x",
        "/x",
        "a/../../x",
        ".aftercare/state.json",
        "manifest.json",
        "nul.pdf",
    ] {
        let e = run(
            Disk::open(&out).unwrap(),
            recipes(&files(&[(path, "1")])),
            None,
        )
        .unwrap_err();
        assert_eq!(e.status, 2);
        assert!(e.message.en.contains(path));
    }
    assert!(!home.path().join("x").exists());
}

#[test]
fn a_template_fault_leaves_the_last_output() {
    let home = tempfile::tempdir().unwrap();
    let old = files(&[("a", "1")]);
    make(home.path(), &old);
    let context = serde_json::json!({});
    let mut all = recipes(&files(&[("a", "2")]));
    all.push(Recipe::html("b.html", "bad.html", &context).unwrap());
    all.extend((0..50).map(|i| Recipe::html(format!("c{i}.html"), "bad.html", &context).unwrap()));
    let e = run(Disk::open(home.path()).unwrap(), all, None).unwrap_err();
    assert_eq!(e.status, 2);
    assert!(e.message.zh.contains("「b.html」"), "{}", e.message.zh);
    let place = e.place.unwrap();
    assert_eq!((place.file.as_str(), place.line), ("templates/bad.html", 2));
    assert_eq!(documents(home.path()), old);
    assert!(!home.path().join(".aftercare/new").exists());
}

#[test]
fn a_build_of_a_part_keeps_the_rest_and_says_of_which_day_it_is() {
    let home = tempfile::tempdir().unwrap();
    make(
        home.path(),
        &files(&[("a/1", "1"), ("a/2", "2"), ("b/3", "3")]),
    );
    let output = Output::open(Disk::open(home.path()).unwrap()).unwrap();
    let covers = |path: &str| path.starts_with("a/");
    let later = Asked {
        as_of: "2026-01-01".parse().unwrap(),
        ..asked(&covers)
    };
    let mut build = output.build(later).unwrap();
    build.add(recipes(&files(&[("a/1", "1")]))).unwrap();
    assert_eq!(
        build.finish(None, Told::default()).unwrap(),
        counts(0, 2, 1)
    );
    assert_eq!(documents(home.path()), files(&[("a/1", "1"), ("b/3", "3")]));
    let manifest: serde_json::Value =
        serde_json::from_str(&visible(home.path())["manifest.json"]).unwrap();
    assert_eq!(manifest["as_of"], "2026-01-01");
    assert_eq!(manifest["files"][0].get("as_of"), None);
    assert_eq!(manifest["files"][1]["as_of"], "2025-12-31");
}

#[test]
fn two_builds_at_once_are_refused_and_a_dead_one_is_no_hindrance() {
    let home = tempfile::tempdir().unwrap();
    let first = Output::open(Disk::open(home.path()).unwrap()).unwrap();
    let e = Output::open(Disk::open(home.path()).unwrap())
        .err()
        .unwrap();
    assert_eq!(e.status, 3);
    assert!(
        e.message.zh.contains(&std::process::id().to_string()),
        "{}",
        e.message.zh
    );
    drop(first);
    fs::write(home.path().join(".aftercare/lock"), "4194305").unwrap();
    assert!(Output::open(Disk::open(home.path()).unwrap()).is_ok());
}

#[cfg(unix)]
#[test]
fn the_folder_may_be_a_link_but_nothing_in_it_leads_out() {
    let home = tempfile::tempdir().unwrap();
    let (real, link, out) = (
        home.path().join("real"),
        home.path().join("output"),
        home.path().join("out"),
    );
    fs::create_dir(&real).unwrap();
    fs::create_dir(&out).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    make(&link, &files(&[("a/1", "1")]));
    assert!(link.is_symlink() && real.join("a/1").is_file());
    std::os::unix::fs::symlink(&out, real.join("b")).unwrap();
    let e = run(
        Disk::open(&link).unwrap(),
        recipes(&files(&[("b/2", "2")])),
        None,
    )
    .unwrap_err();
    assert!(e.message.en.contains("b/2"));
    assert_eq!(fs::read_dir(&out).unwrap().count(), 0);
}

#[test]
fn output_that_is_a_file_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("output");
    fs::write(&path, "mine").unwrap();
    let e = Disk::open(&path).err().unwrap();
    assert_eq!(e.status, 3);
    assert!(e.message.zh.contains("应是文件夹"), "{}", e.message.zh);
}

/// Stops at a step: as a process that is killed, or with an error of the system.
fn stopping(folder: &Path, at: usize, kill: bool) -> (Disk, Arc<AtomicUsize>) {
    let steps = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&steps);
    let before = move |_: Step, _: &str| {
        let now = counted.fetch_add(1, Ordering::Relaxed);
        // A killed process does nothing after it.
        if kill && now >= at {
            std::panic::resume_unwind(Box::new("killed"));
        }
        if now == at {
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        Ok(())
    };
    (Disk::watched(folder, before).unwrap(), steps)
}

/// Builds `new` over `old`, stopped at step `at`; gives whether there was such a step.
fn stopped(old: &Files, new: &Files, at: usize, kill: bool) -> bool {
    let home = tempfile::tempdir().unwrap();
    make(home.path(), old);
    let before = visible(home.path());
    let (disk, steps) = stopping(home.path(), at, kill);
    let ended = catch_unwind(AssertUnwindSafe(|| run(disk, recipes(new), Some("key"))));
    if steps.load(Ordering::Relaxed) <= at {
        assert!(matches!(ended, Ok(Ok(_))));
        return false;
    }
    if let Ok(Err(e)) = &ended {
        assert_eq!(e.status, 3);
        assert!(e.message.zh.contains("磁盘满了"), "{}", e.message.zh);
    }
    let touched = visible(home.path()) != before;
    // What completes it may be stopped as well.
    let (disk, _) = stopping(home.path(), at % 3, kill);
    let _ = catch_unwind(AssertUnwindSafe(|| Output::open(disk).map(drop)));
    drop(Output::open(Disk::open(home.path()).unwrap()).unwrap());
    let after = visible(home.path());
    if touched || after != before {
        assert_eq!(documents(home.path()), *new, "step {at}");
    }
    assert!(!home.path().join(".aftercare/new").exists());
    make(home.path(), new);
    assert_eq!(documents(home.path()), *new);
    true
}

fn stopped_everywhere(old: &Files, new: &Files) {
    for kill in [true, false] {
        let steps = (0..).take_while(|at| stopped(old, new, *at, kill)).count();
        assert!(steps > 3);
    }
}

#[test]
fn a_stopped_build_is_wholly_old_or_becomes_wholly_new() {
    let old = files(&[
        ("index.html", "1"),
        ("a/1", "1"),
        ("a/2", "2"),
        ("b", "3"),
        ("c/d/e", "4"),
    ]);
    let new = files(&[
        ("index.html", "2"),
        ("a/1", "1"),
        ("a/3", "3"),
        ("b/1", "4"),
        ("c/d", "5"),
    ]);
    stopped_everywhere(&old, &new);
}

fn some_files() -> impl Strategy<Value = Files> {
    let path = prop::sample::select(vec!["a", "b", "c/1", "c/2", "c/d/3", "e/f/4", "g"]);
    prop::collection::btree_map(path.prop_map(str::to_owned), "[xy]", 0..7)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn wherever_it_is_stopped(old in some_files(), new in some_files(), at in 0usize..24, kill in any::<bool>()) {
        stopped(&old, &new, at, kill);
    }
}

/// Two small offices, as a clerk keeps them.
fn workspace() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    for (path, text) in [
        (
            "records/east/office.yaml",
            "name: 东苑管理处\npolicies: [owner-visit-survey]\n",
        ),
        (
            "records/east/staff.csv",
            "id,name,role\nS1,王芳,property_officer\n",
        ),
        (
            "records/east/customers.csv",
            "id,name,kind\nC1,陈玥,owner\n",
        ),
        (
            "records/east/visits.csv",
            "id,date,customer,staff,method,type,content,satisfaction\n\
             V1,2025-03-04 10:00,C1,S1,onsite,regular,看过,satisfied\n",
        ),
        (
            "records/west/office.yaml",
            "name: 西苑管理处\npolicies: [complaint-handling]\n",
        ),
        (
            "records/west/complaints.csv",
            "id,received_at,summary\nT1,2025-03-05 09:00,电梯停运\n",
        ),
    ] {
        put(home.path(), path, text);
    }
    // Files so young could change unseen, and a build would look at all of them again.
    std::thread::sleep(std::time::Duration::from_millis(100));
    home
}

fn put(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Runs the program; gives the exit status and what it said.
fn aftercare(root: &Path, args: &[&str]) -> (i32, String, String) {
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_aftercare"))
        .current_dir(root)
        .args(["--as-of", "2025-12-31"])
        .args(args)
        .output()
        .unwrap();
    let text = |b: Vec<u8>| String::from_utf8(b).unwrap();
    (
        done.status.code().unwrap(),
        text(done.stdout),
        text(done.stderr),
    )
}

#[test]
fn a_workspace_builds_once_and_then_nothing_changes() {
    let home = workspace();
    let (status, said, _) = aftercare(home.path(), &[]);
    assert_eq!(status, 0);
    assert!(
        said.contains("做好了") && said.contains("output/index.html"),
        "{said}"
    );
    let before = listing(home.path());
    assert!(
        before.contains_key("west/index.html"),
        "{:?}",
        before.keys()
    );
    let (_, said, _) = aftercare(home.path(), &[]);
    assert!(
        said.starts_with("没有变化") && said.contains("处问题"),
        "{said}"
    );
    let (_, said, _) = aftercare(home.path(), &["build", "--lang", "en"]);
    assert!(said.starts_with("Done"), "{said}");
    aftercare(home.path(), &["build", "-q"]);
    assert_eq!(listing(home.path()), before);
}

#[test]
fn another_machine_and_another_path_give_the_same_bytes() {
    let (a, b) = (workspace(), workspace());
    aftercare(a.path(), &["build", "--jobs", "1"]);
    aftercare(b.path(), &["build", "--jobs", "3"]);
    assert_eq!(listing(a.path()), listing(b.path()));
}

/// The digest of every file of the output.
fn listing(root: &Path) -> BTreeMap<String, Vec<u8>> {
    use sha2::Digest as _;
    let output = root.join("output");
    let all = walkdir::WalkDir::new(&output).into_iter().flatten();
    all.filter(|e| e.file_type().is_file())
        .map(|e| {
            (
                aftercare_path(&output, e.path()),
                fs::read(e.path()).unwrap(),
            )
        })
        .filter(|(path, _)| !path.starts_with(".aftercare/"))
        .map(|(path, bytes)| (path, sha2::Sha256::digest(bytes).to_vec()))
        .collect()
}

#[test]
fn a_record_that_goes_takes_its_pages_with_it() {
    let home = workspace();
    aftercare(home.path(), &[]);
    let sheet = home
        .path()
        .join("output/east/forms/owner-visit-record/V1.pdf");
    assert!(sheet.exists());
    put(
        home.path(),
        "records/east/visits.csv",
        "id,date,customer,staff,method,type\nindex,2025-03-04,C1,S1,onsite,regular\n",
    );
    let (_, said, _) = aftercare(home.path(), &[]);
    assert!(!sheet.exists(), "{said}");
    fs::remove_dir_all(home.path().join("records/west")).unwrap();
    let (_, said, _) = aftercare(home.path(), &[]);
    assert!(!home.path().join("output/west").exists(), "{said}");
    assert!(home.path().join("output/east/index.html").exists());
}

#[test]
fn a_part_is_made_and_the_rest_kept() {
    let home = workspace();
    aftercare(home.path(), &[]);
    let before = listing(home.path());
    put(
        home.path(),
        "records/west/complaints.csv",
        "id,received_at,summary\n",
    );
    put(
        home.path(),
        "records/east/customers.csv",
        "id,name,kind\nC1,陈玥,owner\nC2,李雷,owner\n",
    );
    aftercare(home.path(), &["build", "--office", "east"]);
    let after = listing(home.path());
    let west = |all: &BTreeMap<String, Vec<u8>>| -> Vec<_> {
        let all = all.iter().filter(|(p, _)| p.starts_with("west/"));
        all.map(|(p, d)| (p.clone(), d.clone())).collect()
    };
    assert_eq!(west(&after), west(&before));
    assert_ne!(after["east/index.html"], before["east/index.html"]);
    // A full build afterwards is what it would have been without.
    aftercare(home.path(), &[]);
    let whole = listing(home.path());
    fs::remove_dir_all(home.path().join("output")).unwrap();
    aftercare(home.path(), &[]);
    assert_eq!(listing(home.path()), whole);
}

#[test]
fn one_form_is_made_again_and_its_list_stays() {
    let home = workspace();
    aftercare(home.path(), &[]);
    let list = home
        .path()
        .join("output/east/forms/owner-visit-record/index.html");
    let list = fs::read_to_string(list).unwrap().replace("&#x2f;", "/");
    for link in ["V1.pdf", "./collected/2025-03.pdf"] {
        assert!(list.contains(&format!("href=\"{link}\"")), "{list}");
    }
    let before = listing(home.path());
    put(
        home.path(),
        "records/east/visits.csv",
        "id,date,customer,staff,method,type\n",
    );
    let (_, said, _) = aftercare(home.path(), &["build", "--form", "owner-visit-record"]);
    let gone: Vec<String> = {
        let after = listing(home.path());
        before
            .into_keys()
            .filter(|p| !after.contains_key(p))
            .collect()
    };
    let folder = "east/forms/owner-visit-record/";
    assert_eq!(
        gone,
        ["V1.html", "V1.pdf", "collected/2025-03.pdf"].map(|f| format!("{folder}{f}")),
        "{said}"
    );
}

#[test]
fn one_form_alone_has_its_stylesheet() {
    let home = workspace();
    aftercare(home.path(), &["build", "--form", "owner-visit-record"]);
    let style = home.path().join("output/assets/aftercare.css");
    let own = "/* ours */\n";
    assert!(style.is_file());
    // A stylesheet that changed is made again, whatever is asked for.
    put(home.path(), "templates/site/form.css", own);
    aftercare(home.path(), &["build", "--form", "owner-visit-record"]);
    assert!(fs::read_to_string(style).unwrap().ends_with(own));
}

#[test]
fn findings_fail_a_build_only_at_the_gate() {
    let home = workspace();
    assert_eq!(
        aftercare(home.path(), &["build", "-q"]),
        (0, String::new(), String::new())
    );
    let (status, said, _) = aftercare(home.path(), &["build", "--gate"]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("错误"), "{said}");
}

#[test]
fn what_is_asked_for_must_exist() {
    let home = workspace();
    for (args, named) in [
        (["--office", "est"], "east"),
        (["--form", "owner-visit-recrd"], "owner-visit-record"),
        (["--report", "weakly"], "weekly"),
        (["--period", "2025-13"], "2025-W14"),
    ] {
        let (status, _, said) = aftercare(home.path(), &[&["build"][..], &args].concat());
        assert_eq!(status, 2, "{said}");
        assert!(said.contains(args[1]) && said.contains(named), "{said}");
    }
    assert!(!home.path().join("output/index.html").exists());
}

#[test]
fn a_broken_template_is_named_and_nothing_is_lost() {
    let home = workspace();
    aftercare(home.path(), &[]);
    let before = listing(home.path());
    put(
        home.path(),
        "templates/site/office.html",
        "<p>\n{% if %}</p>",
    );
    let (status, _, said) = aftercare(home.path(), &[]);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("templates/site/office.html:2"), "{said}");
    put(
        home.path(),
        "templates/site/office.html",
        "<p>\n\n{{ nothing.at.all }}</p>",
    );
    let (status, _, said) = aftercare(home.path(), &["--lang", "en"]);
    assert_eq!(status, 2, "{said}");
    assert!(
        said.contains("templates/site/office.html:3") && said.contains("east/index.html"),
        "{said}"
    );
    assert_eq!(listing(home.path()), before);
}

#[cfg(unix)]
#[test]
fn output_that_cannot_be_written_is_told() {
    let home = workspace();
    fs::write(home.path().join("output"), "mine").unwrap();
    let (status, _, said) = aftercare(home.path(), &[]);
    assert_eq!(status, 3, "{said}");
    assert_eq!(
        fs::read_to_string(home.path().join("output")).unwrap(),
        "mine"
    );
}
