//! A small office in `tests/documents/records`, and offices made up on the spot.

use std::path::Path;
use std::sync::Arc;

use aftercare::document::form::{self, Forms, Wanted};
use aftercare::document::redact::Redaction;
use aftercare::document::{Recipe, Templates};
use aftercare::pipeline::{self, Request};
use aftercare::policy::Packs;
use aftercare::schema::Schema;
use aftercare::table::Office;

pub fn schema() -> Arc<Schema> {
    Arc::new(Schema::embedded().unwrap())
}

pub fn forms() -> Forms {
    Forms::compile(&Templates::embedded(), &schema(), &packs())
        .unwrap_or_else(|f| panic!("{}", f[0]))
}

pub fn packs() -> Packs {
    Packs::embedded().unwrap()
}

/// The offices of a workspace, as of the end of 2025.
pub fn offices(root: &Path) -> Vec<Office> {
    let request = Request {
        root: root.to_path_buf(),
        as_of: "2025-12-31".parse().unwrap(),
        offices: vec![],
        policies: vec![],
        everything: true,
    };
    let checked = pipeline::check(&request).unwrap_or_else(|f| panic!("{}", f.message.en));
    checked.offices.into_iter().map(|j| j.office).collect()
}

pub fn lanting() -> Office {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents");
    offices(&root).remove(0)
}

/// An office with these files.
pub fn office(files: &[(&str, &str)]) -> Office {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let file = folder.path().join("records/a").join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    offices(folder.path()).remove(0)
}

pub fn recipes(office: &Office) -> Vec<Recipe> {
    wanted(office, &Wanted::default())
}

/// Without what is bound from several.
pub fn single(recipes: &[Recipe]) -> impl Iterator<Item = &Recipe> {
    let bound = |r: &&Recipe| r.path.contains("/collected/");
    recipes.iter().filter(move |r| !bound(r))
}

pub fn wanted(office: &Office, wanted: &Wanted) -> Vec<Recipe> {
    let redaction = Redaction::of(office, &Templates::embedded());
    form::of_office(office, &forms(), &packs(), &redaction, wanted).unwrap()
}

pub fn one<'r>(recipes: &'r [Recipe], path: &str) -> &'r Recipe {
    let all = || recipes.iter().map(|r| r.path.as_str()).collect::<Vec<_>>();
    let found = recipes.iter().find(|r| r.path.ends_with(path));
    found.unwrap_or_else(|| panic!("no {path} in {:#?}", all()))
}

pub fn json(recipe: &Recipe) -> serde_json::Value {
    serde_json::from_slice(&recipe.context).unwrap()
}

/// Every text anywhere in a value.
pub fn texts(value: &serde_json::Value, out: &mut Vec<String>) {
    match value {
        serde_json::Value::String(s) => out.push(s.clone()),
        serde_json::Value::Array(a) => a.iter().for_each(|v| texts(v, out)),
        serde_json::Value::Object(o) => o.values().for_each(|v| texts(v, out)),
        _ => {}
    }
}
