//! The documents that forms and reports make, as pages list them.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::document::form::COLLECTED;
use crate::document::{Recipe, Templates, below_office};
use crate::table::Office;
use crate::text::{Bilingual, Lang, natural};

/// A document as far as pages need to know it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Path below `output/`.
    pub path: String,
    /// Its title, where it has one.
    pub title: Option<String>,
    /// The date of its records.
    pub date: Option<NaiveDate>,
    /// The records it was made from, as `<kind>/<id>`.
    pub records: Vec<String>,
}

impl From<&Recipe> for Listed {
    fn from(recipe: &Recipe) -> Self {
        Self {
            path: recipe.path.clone(),
            title: recipe.meta.as_ref().map(|m| m.title.clone()),
            date: recipe.meta.as_ref().map(|m| m.date),
            records: recipe.records.clone(),
        }
    }
}

/// The documents of one form or report.
#[derive(Clone, Debug, Serialize)]
pub struct Shelf {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The folder of its documents, below the office's.
    pub folder: String,
    /// How many documents.
    pub count: usize,
    /// Its documents, the latest first.
    pub documents: Vec<Document>,
    /// The same bound for printing, a volume a period.
    pub collected: Vec<Document>,
}

/// A document in all its formats.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    /// Its file name without extension.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its date.
    pub date: String,
    /// The formats it comes in: name and extension.
    pub formats: Vec<(String, String)>,
}

/// All documents of an office.
#[derive(Clone, Debug, Default)]
pub struct Library {
    /// Reports.
    pub reports: Vec<Shelf>,
    /// Forms.
    pub forms: Vec<Shelf>,
    /// The page of a record, as `<kind>/<id>` → path below the office's folder.
    pub pages: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Titled {
    title: Bilingual,
}

impl Library {
    /// Sorts an office's documents onto shelves.
    pub fn of(office: &Office, templates: &Templates, documents: &[Listed]) -> Self {
        let home = below_office(&office.id, "");
        let mine: Vec<(&str, &Listed)> = documents
            .iter()
            .filter_map(|d| Some((d.path.strip_prefix(&home)?, d)))
            .collect();
        let lang = office.config.lang;
        let mut library = Self {
            reports: shelves(&mine, "reports", "report.yaml", templates, lang),
            forms: shelves(&mine, "forms", "form.yaml", templates, lang),
            pages: BTreeMap::new(),
        };
        for (path, d) in mine
            .iter()
            .filter(|(p, _)| p.starts_with("forms/") && p.ends_with(".html"))
        {
            if let [record] = d.records.as_slice() {
                library
                    .pages
                    .entry(record.clone())
                    .or_insert_with(|| (*path).to_owned());
            } else if let Some(record) = d.records.first() {
                library
                    .pages
                    .entry(record.clone())
                    .or_insert_with(|| (*path).to_owned());
            }
        }
        library
    }
}

/// The reports of all offices together, which lie in no office's folder.
pub fn of_group(templates: &Templates, documents: &[Listed], lang: Lang) -> Vec<Shelf> {
    let all: Vec<(&str, &Listed)> = documents.iter().map(|d| (d.path.as_str(), d)).collect();
    shelves(&all, "reports", "report.yaml", templates, lang)
}

/// The files of each document of a form, by the document's name and each with its ending.
type Documents<'a> = BTreeMap<&'a str, Vec<(&'a str, &'a Listed)>>;

fn shelves(
    mine: &[(&str, &Listed)],
    folder: &str,
    manifest: &str,
    templates: &Templates,
    lang: Lang,
) -> Vec<Shelf> {
    let mut by_id: BTreeMap<&str, Documents<'_>> = BTreeMap::new();
    for (path, listed) in mine {
        let Some((id, file)) = path
            .strip_prefix(folder)
            .and_then(|p| p.strip_prefix('/'))
            .and_then(|p| p.split_once('/'))
        else {
            continue;
        };
        if let Some((name, ending)) = file.rsplit_once('.')
            && file != "index.html"
        {
            let documents = by_id.entry(id).or_default();
            documents.entry(name).or_default().push((ending, listed));
        }
    }
    let shelf = |(id, documents): (&str, Documents<'_>)| {
        let text = templates.get(&format!("{folder}/{id}/{manifest}"));
        let titled = text
            .and_then(|t| std::str::from_utf8(t).ok())
            .and_then(|t| serde_saphyr::from_str::<Titled>(t).ok());
        let is_collected = |d: &Document| {
            let folder = d.name.split_once('/').map(|(folder, _)| folder);
            folder == Some(COLLECTED)
        };
        let (mut collected, mut documents): (Vec<Document>, Vec<Document>) = documents
            .into_iter()
            .map(|(n, f)| document(n, &f))
            .partition(is_collected);
        for all in [&mut collected, &mut documents] {
            all.sort_by(|a, b| b.date.cmp(&a.date).then_with(|| natural(&a.name, &b.name)));
        }
        Shelf {
            id: id.to_owned(),
            title: titled.map_or_else(|| id.to_owned(), |t| t.title.get(lang).to_owned()),
            folder: format!("{folder}/{id}"),
            count: documents.len(),
            documents,
            collected,
        }
    };
    by_id.into_iter().map(shelf).collect()
}

fn document(name: &str, files: &[(&str, &Listed)]) -> Document {
    const ORDER: [&str; 5] = ["html", "pdf", "xlsx", "csv", "json"];
    let title = files.iter().find_map(|(_, l)| l.title.clone());
    let date = files.iter().find_map(|(_, l)| l.date);
    let mut formats: Vec<&str> = files.iter().map(|(ending, _)| *ending).collect();
    formats.sort_by_key(|e| (ORDER.iter().position(|o| o == e), *e));
    Document {
        name: name.to_owned(),
        title: title.unwrap_or_else(|| name.to_owned()),
        date: date.map(|d| d.to_string()).unwrap_or_default(),
        formats: formats
            .into_iter()
            .map(|e| (e.to_uppercase(), e.to_owned()))
            .collect(),
    }
}
