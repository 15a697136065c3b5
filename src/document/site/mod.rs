//! The site: the pages that lead to every document, as recipes. Pages work from the file system and ask no other host
//! for anything.
//!
//! `facts` (what an office's pages tell) → `pages` (recipes): the group's index, each office's page, its findings, and a
//! list of each form's documents.

mod due;
mod facts;
mod library;
mod pages;
mod search;

use serde::Deserialize;

use super::redact::Redaction;
use super::{Recipe, TemplateFault, Templates};
use crate::pipeline::Checked;
use crate::report::{Format, Report, Selection, Style};
use crate::statistics::{Answers, WrittenAnswers};

pub use library::Listed;

/// `templates/site/site.yaml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// How many days ahead pages look.
    due_days: u32,
    /// Which kinds of records the search box finds.
    search: Vec<String>,
    /// Which answers they show.
    satisfaction: WrittenAnswers,
}

fn settings(templates: &Templates) -> Result<Settings, TemplateFault> {
    const FILE: &str = "site/site.yaml";
    let fault = |message: String| TemplateFault {
        making: "index.html".to_owned(),
        at: format!("templates/{FILE}"),
        message,
    };
    let bytes = templates
        .get(FILE)
        .ok_or_else(|| fault("there is no such file".to_owned()))?;
    let text = std::str::from_utf8(bytes).map_err(|e| fault(e.to_string()))?;
    serde_saphyr::from_str(text).map_err(|e| fault(e.to_string()))
}

/// The recipes of every page and asset. `documents` are all the files that forms and reports make, which the pages list;
/// `commit` is the commit that the records are of, for the index page alone.
///
/// # Errors
/// Broken settings.
pub fn recipes(
    checked: &Checked,
    templates: &Templates,
    documents: &[Listed],
    commit: Option<&str>,
) -> Result<Vec<Recipe>, TemplateFault> {
    let settings = settings(templates)?;
    let mut all = assets(templates);
    let mut offices = Vec::new();
    for judged in &checked.offices {
        let answers =
            Answers::compile(&settings.satisfaction, &judged.office.schema).map_err(|message| {
                TemplateFault {
                    making: "index.html".to_owned(),
                    at: "templates/site/site.yaml".to_owned(),
                    message,
                }
            })?;
        let library = library::Library::of(&judged.office, templates, documents);
        offices.push(facts::Facts::gather(
            checked, judged, &settings, &answers, library, templates,
        ));
    }
    let write = |e: serde_json::Error| TemplateFault {
        making: "index.html".to_owned(),
        at: "templates/site".to_owned(),
        message: e.to_string(),
    };
    for facts in &offices {
        let redaction = Redaction::of(facts.office, templates);
        let script = search::script(facts, &settings.search, &redaction).map_err(write)?;
        all.push(Recipe::verbatim(facts.path("records.js"), script));
    }
    let shelves = |lang| library::of_group(templates, documents, lang);
    all.extend(pages::all(checked, &offices, &shelves, commit).map_err(write)?);
    Ok(all)
}

/// The stylesheet (forms' rules after the frame's) and the script, which every page needs.
pub fn assets(templates: &Templates) -> Vec<Recipe> {
    let join = |files: &[&str]| {
        let parts = files.iter().filter_map(|f| templates.get(f));
        parts.collect::<Vec<_>>().join(&b'\n')
    };
    vec![
        Recipe::verbatim(
            "assets/aftercare.css",
            join(&["site/aftercare.css", "site/form.css"]),
        ),
        Recipe::verbatim(
            "assets/aftercare.js",
            join(&["site/aftercare.js", "site/search.js"]),
        ),
    ]
}

/// An office's findings as `check` prints them in a format.
fn findings_as(
    format: &Format,
    checked: &Checked,
    office: &crate::table::Office,
    shown: &[crate::finding::Finding],
) -> Vec<u8> {
    let folder = if office.id.is_empty() {
        "records/".to_owned()
    } else {
        format!("records/{}/", office.id)
    };
    let selection = Selection::narrowed(checked, &|file| file.starts_with(&folder));
    let selection = selection.showing(shown);
    let report = Report {
        selection: &selection,
        as_of: office.as_of,
        lang: office.config.lang,
        style: Style::default(),
        verbose: false,
        quiet: false,
        strict: false,
        below: "",
        since: None,
        history: None,
    };
    let mut out = Vec::new();
    // Writing to memory cannot fail.
    let _ = (format.write)(&report, &mut out);
    out
}
