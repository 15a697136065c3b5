//! Records, findings and figures as documents: recipes (what a document is made from) → bytes (PDF by typst, HTML by minijinja).
//!
//! Nothing here reads the disk or writes to it: templates and fonts come in through [`Templates`] and [`Fonts`], what is
//! made goes out as bytes.

mod engine;
mod fonts;
mod recipe;
mod template;

pub use engine::{Engine, TemplateFault};
pub use fonts::Fonts;
pub use recipe::{Format, Meta, Recipe};
pub use template::Templates;
