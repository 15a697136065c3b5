//! Answers of people on a scale: who was asked, which fields hold what they said, into which groups they fall.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::group::{Key, WrittenKey};
use super::population::{Population, WrittenPopulation, field};
use super::satisfaction::{Scale, WrittenScale};
use crate::schema::{FieldId, Schema};
use crate::text::Bilingual;

/// Answers on a scale as a manifest writes them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenAnswers {
    /// What they are about.
    pub label: Bilingual,
    /// Who was asked.
    pub asked: WrittenPopulation,
    /// The fields that hold answers, the general one first; each with the same values, best first.
    pub fields: Vec<String>,
    /// Which values count as satisfied.
    pub satisfied: Vec<String>,
    /// The field that names the record an edition stands for.
    pub names: Option<String>,
    /// Groups by name, for `stats --by`.
    #[serde(default)]
    pub groups: BTreeMap<String, WrittenKey>,
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
    /// Groups by name, for `stats --by`.
    pub groups: BTreeMap<String, Key>,
}

impl Answers {
    /// Resolves names and types.
    ///
    /// # Errors
    /// What is wrong in it.
    pub fn compile(written: &WrittenAnswers, schema: &Schema) -> Result<Self, String> {
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
        let names = written.names.as_ref().map(|n| field(schema, kind, n));
        let mut groups = BTreeMap::new();
        for (name, key) in &written.groups {
            groups.insert(name.clone(), Key::compile(key, kind, schema)?);
        }
        Ok(Self {
            label: written.label.clone(),
            asked,
            scales,
            names: names.transpose()?,
            groups,
        })
    }
}
