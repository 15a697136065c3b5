//! A report's manifest with its names resolved against the schema.

use std::collections::BTreeMap;

use super::manifest::{Manifest, Per};
use crate::document::{TemplateFault, Templates};
use crate::schema::Schema;
pub use crate::statistics::field;
use crate::statistics::{Answers, Flow, Population};

/// A report, ready to be made.
pub struct Report {
    /// As it is written.
    pub manifest: Manifest,
    /// What comes in and is done.
    pub flows: BTreeMap<String, Flow>,
    /// Answers on a scale.
    pub answers: BTreeMap<String, Answers>,
}

impl Report {
    /// Which records it counts.
    pub fn populations(&self) -> impl Iterator<Item = &Population> {
        let flows = self.flows.values().map(|f| &f.population);
        flows.chain(self.answers.values().map(|a| &a.asked))
    }
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
        answers.insert(name.clone(), Answers::compile(written, schema)?);
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
