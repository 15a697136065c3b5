//! Forms: an office's records → the sheets that its policies prescribe, as recipes for PDF and HTML.
//!
//! `definition` (a grid of cells, as written in `templates/forms/<id>/form.yaml`) → `compile` (names resolved, types
//! checked) → `fill` (a [`Sheet`]: what both renderers draw). No line here names a form.

mod around;
mod capitals;
mod collect;
mod compile;
mod definition;
mod distribution;
mod fields;
mod fill;
mod gaps;
mod lines;
mod make;
mod members;
mod model;
mod numbers;
mod parts;
mod photos;
mod records;
mod sheet;
mod tabs;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

pub(crate) use collect::FOLDER as COLLECTED;
pub use make::{Wanted, blank, each_of_office, of_office, prescribed};
pub use model::Form;
pub use sheet::Sheet;

use super::Templates;
use crate::policy::{Compiled, Fault, Packs};
use crate::schema::Schema;
use crate::table::Office;
use crate::text::Bilingual;
use numbers::Numbers;

/// Forms by id, as worded from a day on.
type Wording = (NaiveDate, BTreeMap<String, Form>);

/// All forms, with the links between records that they need.
#[derive(Clone, Debug, Default)]
pub struct Forms {
    forms: BTreeMap<String, Form>,
    /// Those that ask for numbers of policies, as written: they are compiled again for an office that changed some.
    asking: Vec<(definition::Form, String)>,
    /// Holds the links alone: what a [`crate::policy::context::Context`] is built for.
    links: Compiled,
}

impl Forms {
    /// Reads and checks every `forms/<id>/form.yaml` among the templates.
    ///
    /// # Errors
    /// All faults, each with its place.
    pub fn compile(
        templates: &Templates,
        schema: &Schema,
        packs: &Packs,
    ) -> Result<Self, Vec<Fault>> {
        let numbers = Numbers {
            packs,
            adoptions: &[],
            day: NaiveDate::MIN,
        };
        let schema = &super::findings::schema(schema).map_err(|e| {
            let place = crate::finding::Place::default();
            let message = Bilingual::new(e.clone(), e);
            vec![Fault { place, message }]
        })?;
        let mut all = Self::default();
        let mut faults = Vec::new();
        for (id, bytes) in templates.manifests("forms", "form.yaml") {
            let form = parse(id, bytes).and_then(|(w, text)| {
                let form = compile::compile(&w, text, schema, numbers, &mut all.links.links)?;
                Ok((form, w, text))
            });
            match form {
                Ok((form, w, text)) => {
                    all.forms.insert(id.to_owned(), form);
                    if ["number(", "table(", "table_min("]
                        .iter()
                        .any(|f| text.contains(f))
                    {
                        all.asking.push((w, text.to_owned()));
                    }
                }
                Err(more) => faults.extend(more),
            }
        }
        if faults.is_empty() {
            faults = parts::faults(&all.forms);
        }
        if faults.is_empty() {
            Ok(all)
        } else {
            Err(faults)
        }
    }

    /// The forms with the numbers that an office changed, from the first day of each wording on; nothing where it
    /// changed none.
    fn worded(&self, office: &Office, packs: &Packs) -> Vec<Wording> {
        let adoptions = &office.config.adoptions;
        if adoptions.iter().all(|a| a.with.is_empty()) {
            return Vec::new();
        }
        let first = std::iter::once(NaiveDate::MIN);
        let days: BTreeSet<NaiveDate> = first
            .chain(adoptions.iter().filter_map(|a| a.from))
            .collect();
        let worded = days.into_iter().map(|day| {
            let numbers = Numbers {
                packs,
                adoptions,
                day,
            };
            let forms = self.asking.iter().filter_map(|(w, text)| {
                // The links are those of the form as it was compiled first.
                let mut links = self.links.links.clone();
                let form = compile::compile(w, text, &office.schema, numbers, &mut links).ok()?;
                Some((form.id.clone(), form))
            });
            (day, forms.collect())
        });
        worded.collect()
    }

    /// A form by its id.
    pub fn get(&self, id: &str) -> Option<&Form> {
        self.forms.get(id)
    }

    /// A form, and those whose sheets follow its own.
    pub fn with_parts(&self, id: &str) -> impl Iterator<Item = &Form> {
        let form = self.get(id);
        let parts = form.into_iter().flat_map(|f| &f.parts);
        form.into_iter()
            .chain(parts.filter_map(|p| self.get(&p.form)))
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
