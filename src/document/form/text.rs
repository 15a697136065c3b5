//! Texts with `{…}` for a value.

use crate::policy::expr::{self, Expr, Scope};
use crate::table::Office;

/// A part of a text.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Literal(String),
    Value(Expr),
    Office(&'static str),
    Period,
}

/// A text with `{…}`.
#[derive(Clone, Debug)]
pub(super) struct Words(pub Vec<Part>);

const OFFICE: [&str; 3] = ["office.name", "office.address", "office.phone"];

impl Words {
    /// Reads a text.
    ///
    /// # Errors
    /// An unknown name in it.
    pub fn compile(source: &str, scope: &Scope<'_>) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = source;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else {
                return Err(format!("`{source}`: a `{{` without `}}`"));
            };
            parts.push(Part::Literal(before.to_owned()));
            let name = name.trim();
            parts.push(match OFFICE.iter().find(|o| **o == name) {
                Some(o) => Part::Office(o),
                None if name == "period" => Part::Period,
                None => Part::Value(expr::any(name, scope)?),
            });
            rest = after;
        }
        parts.push(Part::Literal(rest.to_owned()));
        parts.retain(|p| !matches!(p, Part::Literal(t) if t.is_empty()));
        Ok(Self(parts))
    }
}

/// What stands at an office's name, address or phone.
pub(super) fn office_fact<'o>(office: &'o Office, name: &str) -> &'o str {
    match name {
        "office.name" => &office.config.name,
        "office.address" => &office.config.address,
        _ => &office.config.phone,
    }
}
