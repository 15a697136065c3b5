//! What a build costs: a thousand one-page forms, each its own PDF, against typst itself on the same documents; and a build
//! in which nothing changed. `cargo bench --bench build` also prints the peak of memory; `FORMS=10000` makes it more forms.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops where its own preparation fails"
)]

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use aftercare::document::form::{self, Forms, Wanted};
use aftercare::document::redact::Redaction;
use aftercare::document::{Engine, Fonts, Recipe, Templates};
use aftercare::output::{Asked, Disk, Output, Told, workspace_key};
use aftercare::pipeline::{self, Request};

/// How many forms.
static FORMS: LazyLock<usize> = LazyLock::new(|| {
    let asked = std::env::var("FORMS").ok();
    asked.map_or(1_000, |n| n.parse().unwrap())
});
/// On how many threads: CI has two cores.
const THREADS: usize = 2;

struct Case {
    home: tempfile::TempDir,
    engine: Engine,
    recipes: Vec<Recipe>,
    /// The same, and the volumes they are bound in, in the order of a build.
    bound: Vec<Recipe>,
}

static CASE: LazyLock<Case> = LazyLock::new(|| {
    let home = tempfile::tempdir().unwrap();
    records(home.path());
    let templates = Templates::embedded();
    let engine = Engine::new(&templates, Fonts::new(Vec::new())).unwrap();
    let bound = forms(home.path(), &templates);
    let single = bound.iter().filter(|r| !r.path.contains("/collected/"));
    let recipes: Vec<Recipe> = single.cloned().collect();
    assert_eq!(recipes.len(), *FORMS);
    Case {
        home,
        engine,
        recipes,
        bound,
    }
});

/// An office with a visit a form.
fn records(root: &Path) {
    let office = root.join("records");
    std::fs::create_dir_all(&office).unwrap();
    let put = |name: &str, text: &str| std::fs::write(office.join(name), text).unwrap();
    put(
        "office.yaml",
        "name: 翠湖花园管理处\npolicies: [owner-visit-survey]\n",
    );
    put("staff.csv", "id,name,role\nS1,王芳,property_officer\n");
    let mut customers = "id,name,kind,building,unit,room\n".to_owned();
    let mut visits =
        "id,date,customer,staff,method,type,content,opinion,satisfaction,signed_by\n".to_owned();
    for i in 0..*FORMS {
        let _ = writeln!(
            customers,
            "C{i},陈玥{i},owner,{}栋,{}单元,{}",
            i % 9 + 1,
            i % 3 + 1,
            i % 20 + 101
        );
        let day = i % 28 + 1;
        let _ = writeln!(
            visits,
            "V{i},2025-03-{day:02} 14:30,C{i},S1,onsite,regular,了解楼道照明和电梯运行情况，查看地下车库渗水部位,希望增加夜间巡逻，尽快修好单元门禁,satisfied,陈玥{i}"
        );
    }
    put("customers.csv", &customers);
    put("visits.csv", &visits);
}

fn forms(root: &Path, templates: &Templates) -> Vec<Recipe> {
    let request = Request {
        root: root.to_path_buf(),
        as_of: "2025-12-31".parse().unwrap(),
        offices: Vec::new(),
        policies: Vec::new(),
        everything: true,
    };
    let checked = pipeline::check(&request).unwrap();
    let judged = &checked.offices[0].office;
    let forms = Forms::compile(templates, &judged.schema, &checked.packs).unwrap();
    let nothing_hidden = Redaction::none();
    let wanted = Wanted {
        forms: vec!["owner-visit-record".to_owned()],
        period: None,
    };
    let all = form::of_office(judged, &forms, &checked.packs, &nothing_hidden, &wanted).unwrap();
    let pdfs = all.into_iter().filter(Recipe::is_pdf);
    pdfs.collect()
}

fn build(folder: &Path, key: Option<String>) -> usize {
    let output = Output::open(Disk::open(folder).unwrap()).unwrap();
    let asked = Asked {
        engine: &CASE.engine,
        threads: THREADS,
        as_of: "2025-12-31".parse().unwrap(),
        commit: None,
        covers: &|_| true,
        progress: &|_| {},
    };
    let mut build = output.build(asked).unwrap();
    build.add(CASE.recipes.clone()).unwrap();
    build.finish(key, Told::default()).unwrap().made
}

/// The engine alone: typst compiles and exports, on as many threads; nothing planned, nothing written.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn typst_alone() -> usize {
    rendered(&CASE.recipes)
}

/// The same, and the volumes that they are bound in.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn typst_alone_with_volumes() -> usize {
    rendered(&CASE.bound)
}

fn rendered(recipes: &[Recipe]) -> usize {
    let bytes = AtomicUsize::new(0);
    CASE.engine.render_all(recipes, THREADS, |_, made| {
        bytes.fetch_add(made.unwrap().len(), Ordering::Relaxed);
        ControlFlow::Continue(())
    });
    bytes.into_inner()
}

/// The same documents planned, made, written, and moved into place.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn forms_into_an_empty_folder(bencher: divan::Bencher<'_, '_>) {
    bencher
        .with_inputs(|| tempfile::tempdir().unwrap())
        .bench_refs(|folder| {
            assert_eq!(build(folder.path(), None), *FORMS);
        });
}

/// Recipes known, none changed: the digests and the files on the disk are compared.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn no_document_changed(bencher: divan::Bencher<'_, '_>) {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path(), None);
    bencher.bench_local(|| assert_eq!(build(folder.path(), None), 0));
}

/// Nothing changed in the workspace: sizes and times are compared.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn nothing_changed(bencher: divan::Bencher<'_, '_>) {
    let folder = tempfile::tempdir().unwrap();
    let root = CASE.home.path();
    // The files must be old enough to be told from ones that change now.
    std::thread::sleep(std::time::Duration::from_millis(200));
    let key = |output: &Output| workspace_key(root, "", output.now());
    let known = key(&Output::open(Disk::open(folder.path()).unwrap()).unwrap());
    build(folder.path(), known);
    bencher.bench_local(|| {
        let output = Output::open(Disk::open(folder.path()).unwrap()).unwrap();
        assert!(output.unchanged(key(&output).as_deref()).is_some());
    });
}

fn main() {
    divan::main();
    // Where the system tells it.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(peak) = status.lines().find(|l| l.starts_with("VmHWM")) {
        println!("peak memory {peak}");
    }
}
