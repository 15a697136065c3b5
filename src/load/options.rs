//! What to load: which fields are kept, and whether their values matter or only that they are there.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::schema::{FieldId, FieldType, KindId, Schema};

/// How much of a field is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// Checked only.
    Nothing,
    /// Whether it is there.
    Presence,
    /// Its value.
    Value,
}

/// What to load.
#[derive(Clone, Debug)]
pub struct Options {
    /// The kinds and fields.
    pub schema: Arc<Schema>,
    /// End of this day is now.
    pub as_of: NaiveDate,
    keep: Option<Vec<Vec<Keep>>>,
}

impl Options {
    /// Keeps every field: for documents.
    pub fn all(schema: Arc<Schema>, as_of: NaiveDate) -> Self {
        Self {
            schema,
            as_of,
            keep: None,
        }
    }

    /// Keeps only what is asked for, and what `core/*` needs.
    pub fn wanted(schema: Arc<Schema>, as_of: NaiveDate) -> Self {
        let nothing = schema
            .kinds
            .iter()
            .map(|k| vec![Keep::Nothing; k.fields.len()])
            .collect();
        let mut options = Self {
            schema: Arc::clone(&schema),
            as_of,
            keep: Some(nothing),
        };
        for (kind, k) in schema.iter() {
            let chains = k.time_order.iter().flatten().copied();
            let acts = k.acts.iter().flat_map(|a| [a.who, a.on]);
            let signed = k.not_signed_by.iter().flat_map(|(a, b)| [*a, *b]);
            for field in chains.chain(acts).chain(signed) {
                options.want(kind, field, true);
            }
            for field in ["name", "role", "joined_on", "left_on"]
                .iter()
                .filter_map(|n| k.field(n))
                .chain(k.own_date())
            {
                options.want(kind, field, true);
            }
            for (field, f) in k.iter().filter(|(_, f)| f.required) {
                // A reference is always resolved.
                options.want(kind, field, matches!(f.ty, FieldType::Ref(_)));
            }
            for (field, _) in k.iter().filter(|(_, f)| f.images) {
                options.want(kind, field, true);
            }
            if let Some((field, _)) = k.weekly {
                options.want(kind, field, true);
            }
        }
        options
    }

    /// Asks for a field's value, or only for whether it is there.
    pub fn want(&mut self, kind: KindId, field: FieldId, value: bool) {
        if let Some(keep) = &mut self.keep {
            let k = &mut keep[usize::from(kind.0)][usize::from(field.0)];
            *k = (*k).max(if value { Keep::Value } else { Keep::Presence });
        }
    }

    pub(crate) fn keep(&self, kind: KindId, field: FieldId) -> Keep {
        self.keep.as_ref().map_or(Keep::Value, |k| {
            k[usize::from(kind.0)][usize::from(field.0)]
        })
    }
}
