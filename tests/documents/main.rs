//! Documents: forms filled in from a small office, drawn as PDF and HTML.

mod fixture;
mod forms;
#[cfg(feature = "documents")]
mod rendered;
