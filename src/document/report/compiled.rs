//! A report's manifest with its names resolved against the schema.

use std::collections::BTreeMap;

use super::manifest::{Manifest, Per, WrittenAnswers};
use crate::document::{TemplateFault, Templates};
use crate::policy::expr::{self, Scope};
use crate::schema::{FieldId, Schema};
use crate::statistics::{Flow, Population, Scale, WrittenScale};
use crate::text::Bilingual;

/// A report, ready to be made.
pub struct Report {
    /// As it is written.
    pub manifest: Manifest,
    /// What comes in and is done.
    pub flows: BTreeMap<String, Flow>,
    /// Answers on a scale.
    pub answers: BTreeMap<String, Answers>,
}

/// Answers on a scale.
pub struct Answers {
    /// What they are about.
    pub label: Bilingual,
    /// Who was asked.
    pub asked: Population,
    /// The fields that hold answers: label and scale.
    pub scales: Vec<(Bilingual, Scale)>,
    /// The field that names the record an edition stands for.
    pub names: Option<FieldId>,
}

/// Reads every `reports/<id>/report.yaml` among the templates, in order of id.
///
/// # Errors
/// The first that is malformed or names what is not there.
pub fn reports(templates: &Templates, schema: &Schema) -> Result<Vec<Report>, TemplateFault> {
    let all = templates.manifests("reports", "report.yaml");
    all.map(|(id, bytes)| report(id, bytes, schema)).collect()
}

fn report(id: &str, bytes: &[u8], schema: &Schema) -> Result<Report, TemplateFault> {
    let file = format!("templates/reports/{id}/report.yaml");
    let fault = |at: String, message: String| TemplateFault {
        making: String::new(),
        at,
        message,
    };
    let plain = |message: String| fault(file.clone(), message);
    let text = std::str::from_utf8(bytes).map_err(|e| plain(e.to_string()))?;
    let manifest: Manifest = serde_saphyr::from_str(text).map_err(|e| {
        let at = e.location().map_or_else(
            || file.clone(),
            |l| format!("{file}:{}:{}", l.line(), l.column()),
        );
        fault(at, e.to_string())
    })?;
    if manifest.id != id {
        let name = &manifest.id;
        return Err(plain(format!(
            "its id is `{name}`, but its folder is `{id}`"
        )));
    }
    compile(manifest, schema).map_err(plain)
}

fn compile(manifest: Manifest, schema: &Schema) -> Result<Report, String> {
    let mut flows = BTreeMap::new();
    for (name, written) in &manifest.flows {
        flows.insert(name.clone(), Flow::compile(written, schema)?);
    }
    let mut answers = BTreeMap::new();
    for (name, written) in &manifest.answers {
        answers.insert(name.clone(), answers_for_site(written, schema)?);
    }
    for per in &manifest.per {
        if let Per::Each { of, on } = per {
            let kind = schema
                .kind(of)
                .ok_or_else(|| format!("there is no kind `{of}`"))?;
            field(schema, kind, on)?;
        }
    }
    Ok(Report {
        manifest,
        flows,
        answers,
    })
}

/// Answers on a scale, resolved.
///
/// # Errors
/// What is wrong in it.
pub fn answers_for_site(written: &WrittenAnswers, schema: &Schema) -> Result<Answers, String> {
    let asked = Population::compile(&written.asked, schema)?;
    let kind = asked.kind;
    let mut scales = Vec::new();
    for name in &written.fields {
        let scale = WrittenScale {
            field: name.clone(),
            satisfied: written.satisfied.clone(),
        };
        let scale = Scale::compile(&scale, kind, schema)?;
        scales.push((schema.get(kind).get(scale.field).label.clone(), scale));
    }
    let names = written
        .names
        .as_ref()
        .map(|n| field(schema, kind, n))
        .transpose()?;
    Ok(Answers {
        label: written.label.clone(),
        asked,
        scales,
        names,
    })
}

/// A kind's field by its name.
pub fn field(schema: &Schema, kind: crate::schema::KindId, name: &str) -> Result<FieldId, String> {
    // The expression language knows how to tell of a name that is nearly right.
    let scope = Scope {
        schema,
        item: Some(kind),
        subject: Some(kind),
        lets: &[],
        defines: &BTreeMap::new(),
        number: &|_| None,
        table: &|_| None,
    };
    match schema.get(kind).field(name) {
        Some(field) => Ok(field),
        None => match expr::any(name, &scope) {
            Err(why) => Err(why),
            Ok(_) => Err(format!("`{name}` is no field")),
        },
    }
}
