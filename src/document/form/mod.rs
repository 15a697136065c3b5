//! Forms: an office's records → the sheets that its policies prescribe, as recipes for PDF and HTML.
//!
//! `definition` (a grid of cells, as written in `templates/forms/<id>/form.yaml`) → `compile` (names resolved, types
//! checked) → `fill` (a [`Sheet`]: what both renderers draw). No line here names a form.

mod around;
mod compile;
mod definition;
mod distribution;
mod fill;
mod make;
mod members;
mod model;
mod records;
mod sheet;
mod text;

use std::collections::BTreeMap;

pub use make::{Wanted, blank, of_office, prescribed};
pub use model::Form;
pub use sheet::Sheet;

use super::Templates;
use crate::policy::{Compiled, Fault};
use crate::schema::Schema;
use crate::text::{Bilingual, natural};

/// All forms, with the links between records that they need.
#[derive(Clone, Debug, Default)]
pub struct Forms {
    forms: BTreeMap<String, Form>,
    /// Holds the links alone: what a [`crate::policy::context::Context`] is built for.
    links: Compiled,
}

impl Forms {
    /// Reads and checks every `forms/<id>/form.yaml` among the templates.
    ///
    /// # Errors
    /// All faults, each with its place.
    pub fn compile(templates: &Templates, schema: &Schema) -> Result<Self, Vec<Fault>> {
        let mut all = Self::default();
        let mut faults = Vec::new();
        for (id, bytes) in templates.manifests("forms", "form.yaml") {
            let form = parse(id, bytes)
                .and_then(|(w, text)| compile::compile(&w, text, schema, &mut all.links.links));
            match form {
                Ok(form) => {
                    all.forms.insert(id.to_owned(), form);
                }
                Err(more) => faults.extend(more),
            }
        }
        if faults.is_empty() {
            Ok(all)
        } else {
            Err(faults)
        }
    }

    /// A form by its id.
    pub fn get(&self, id: &str) -> Option<&Form> {
        self.forms.get(id)
    }

    /// All forms in order of id.
    pub fn iter(&self) -> impl Iterator<Item = &Form> {
        self.forms.values()
    }
}

fn parse<'b>(id: &str, bytes: &'b [u8]) -> Result<(definition::Form, &'b str), Vec<Fault>> {
    let fault = |text: &str, at: Option<(u64, u64)>, message: Bilingual| {
        let (line, column) = at.unwrap_or((1, 1));
        let place = compile::place(id, text, line, column);
        vec![Fault { place, message }]
    };
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let message = Bilingual::new(format!("不是 UTF-8：{e}"), format!("not UTF-8: {e}"));
        fault("", None, message)
    })?;
    let form: definition::Form = serde_saphyr::from_str(text).map_err(|e| {
        let at = e.location().map(|l| (l.line(), l.column()));
        let why = e.without_snippet().to_string();
        let why = why.lines().next().unwrap_or_default();
        fault(text, at, Bilingual::new(format!("表单写错了：{why}"), why))
    })?;
    if form.id == id {
        return Ok((form, text));
    }
    let message = Bilingual::new(
        format!("id 写的是「{}」，文件夹却是「{id}」", form.id),
        format!("its id is `{}`, but its folder is `{id}`", form.id),
    );
    Err(fault(text, None, message))
}
