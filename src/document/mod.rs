//! Records, findings and figures as documents: recipes (what a document is made from) → bytes (PDF by typst, HTML by minijinja, .xlsx).
//!
//! Nothing here reads the disk or writes to it: templates and fonts come in through [`Templates`] and [`Fonts`], what is
//! made goes out as bytes.

mod chart;
#[cfg(feature = "documents")]
mod engine;
pub mod findings;
#[cfg(feature = "documents")]
mod fonts;
pub mod form;
mod name;
#[cfg(feature = "documents")]
mod picture;
mod recipe;
pub mod redact;
pub mod report;
pub mod site;
#[cfg(feature = "documents")]
mod spreadsheet;
mod template;
pub(crate) mod words;
pub mod workbook;

#[cfg(feature = "documents")]
pub use engine::Engine;
#[cfg(feature = "documents")]
pub use fonts::Fonts;
pub use name::file_name;
pub use recipe::{Format, Meta, Recipe};
pub use template::{TemplateFault, Templates};

/// A path below `output/` that belongs to an office: below its folder, or at the top for a single office.
pub(crate) fn below_office(office: &str, path: &str) -> String {
    if office.is_empty() {
        path.to_owned()
    } else {
        format!("{office}/{path}")
    }
}
