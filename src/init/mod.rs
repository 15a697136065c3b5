//! A new office: what it is called and which policies it keeps → its files. Nothing that is there is touched, and what
//! is written has been judged first.

mod ci;
mod columns;
mod editor;
mod files;
mod folder;
mod since;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::document::Templates;
use crate::document::form::Forms;
use crate::pipeline::{self, Failure};
use crate::policy::Packs;
use crate::schema::Schema;
use crate::table::OfficeConfig;
use crate::text::Lang;
use crate::workspace::{self, settings};
pub(crate) use ci::Ci;
use files::File;
pub(crate) use folder::free;

/// What is asked.
pub(crate) struct Request<'a> {
    /// The workspace: the folder that holds `records/`, or will.
    pub root: &'a Path,
    /// The office's folder below `records/`; empty for `records/` itself.
    pub office: &'a str,
    /// What the office is called.
    pub name: &'a str,
    /// What it adopts.
    pub policies: &'a [String],
    /// From when it is judged.
    pub since: Option<NaiveDate>,
    /// End of this day is now.
    pub as_of: NaiveDate,
    /// Who checks each change.
    pub ci: Ci,
    /// The language of its documents and of what is written for it.
    pub lang: Lang,
}

/// A new office, ready to be written.
pub(crate) struct Plan {
    root: PathBuf,
    files: Vec<File>,
    /// From when it is judged.
    pub since: NaiveDate,
    /// Findings that it starts with.
    pub findings: usize,
    /// Whether `since` is later than the first of the month, because that would have begun with findings.
    pub moved: bool,
}

/// Works out the files of a new office.
///
/// # Errors
/// An unknown policy, a folder that cannot hold an office, or files that are in the way.
pub(crate) fn plan(
    request: &Request<'_>,
    (schema, packs, templates): (&Arc<Schema>, &Packs, &Templates),
) -> Result<Plan, Failure> {
    known(request.policies, packs)?;
    let others = workspace::offices(request.root);
    free(request.office, &others)?;
    let home = below("records", request.office);
    let config = config(request, request.as_of)?;
    let compiled = pipeline::adopt(&config, packs, schema, &[])?;
    let forms = Forms::compile(templates, schema, packs)?;
    let printed = request
        .policies
        .iter()
        .filter_map(|p| packs.get(p))
        .flat_map(|p| &p.forms)
        .flat_map(|id| forms.with_parts(id));
    let kinds = request
        .policies
        .iter()
        .filter_map(|p| packs.get(p))
        .flat_map(|p| &p.kinds)
        .filter_map(|k| schema.kind(&k.value));
    let mut own: Vec<File> = columns::headers(schema, kinds, &compiled, printed, request.lang)
        .into_iter()
        .map(|(kind, header)| File::new(&format!("{home}/{kind}.csv"), header))
        .collect();
    let text = |since| office_yaml(request, packs, since);
    let chosen = since::choose(request, &own, &home, &text)?;
    let office = File::new(&format!("{home}/office.yaml"), text(chosen.since));
    own.insert(0, office);
    let mut shared: Vec<File> = request.ci.file().into_iter().collect();
    shared.extend(editor::files(schema, packs, request.lang));
    files::must_be_free(request.root, &home, &own)?;
    if others.is_empty() {
        files::must_be_free(request.root, "", &shared)?;
    }
    // A group has these from its first office.
    shared.retain(|f| !f.is_there(request.root));
    own.append(&mut shared);
    Ok(Plan {
        root: request.root.to_path_buf(),
        files: own,
        since: chosen.since,
        findings: chosen.findings,
        moved: chosen.moved,
    })
}

impl Plan {
    /// The files, below the workspace.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|f| f.path.as_str())
    }

    /// Writes the files: all of them, or none.
    ///
    /// # Errors
    /// Somebody else wrote one meanwhile, or the disk refuses.
    pub fn write(&self) -> Result<(), Failure> {
        files::write(&self.root, &self.files)
    }
}

fn known(policies: &[String], packs: &Packs) -> Result<(), Failure> {
    let unknown = policies.iter().find(|id| packs.get(id).is_none());
    match unknown {
        None => Ok(()),
        Some(id) => Err(pipeline::unknown_policy(id, packs)),
    }
}

/// The new office.yaml as the loader reads it.
fn config(request: &Request<'_>, since: NaiveDate) -> Result<OfficeConfig, Failure> {
    let path = format!("{}/office.yaml", below("records", request.office));
    let mut text = format!(
        "name: {}\nsince: {since}\npolicies:\n",
        quoted(request.name)
    );
    for id in request.policies {
        text += &format!("- {}\n", quoted(id));
    }
    Ok(workspace::parse_config(&settings::source(&path, text))?)
}

/// An office.yaml with a word on each line, and what else it may say.
fn office_yaml(request: &Request<'_>, packs: &Packs, since: NaiveDate) -> String {
    let lang = request.lang;
    let said = |zh: &'static str, en: &'static str| lang.pick(zh, en);
    let mut text = format!("name: {}\n", plain(request.name));
    if lang == Lang::En {
        text += "lang: en\n";
    }
    text += &format!(
        "since: {since}  # {}\n",
        said(
            "启用日期：此前到期的不查",
            "nothing that fell due before this day is judged"
        )
    );
    text += &format!(
        "policies:  # {}\n",
        said(
            "适用制度；要改数字或停用某一条，见 aftercare explain 制度",
            "to change a number or switch a rule off, see `aftercare explain POLICY`"
        )
    );
    for id in request.policies {
        let title = packs.get(id).map_or("", |p| p.title.get(lang));
        text += &format!("  - {}  # {title}\n", plain(id));
    }
    text += said(
        "# 以下印在表单上或用来算比率，按需要去掉行首的 #\n# address: 地址\n# phone: 电话\n# households: 户数\n",
        "# Printed on documents or used for rates: remove the # where needed\n# address: \n# phone: \n# households: \n",
    );
    text
}

/// A text in quotation marks; JSON's are YAML's too.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A name as it is, where YAML reads it as itself.
fn plain(text: &str) -> String {
    let simple = |c: char| c.is_alphanumeric() || "-（）·".contains(c);
    let first = |c: char| c.is_ascii_lowercase() || (c.is_alphabetic() && !c.is_ascii());
    // `null`, `yes` and their like are short and ASCII.
    let word = text.len() > 5 && text.starts_with(first) && text.chars().all(simple);
    if word { text.to_owned() } else { quoted(text) }
}

fn below(folder: &str, path: &str) -> String {
    if path.is_empty() {
        folder.to_owned()
    } else {
        format!("{folder}/{path}")
    }
}
