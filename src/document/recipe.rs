//! What a document is made from, complete: the same recipe gives the same bytes. Its digest decides whether it is made again.

use chrono::NaiveDate;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::workbook::Workbook;
use crate::photo::Photo;
use crate::text::Lang;

/// How a file is made from its context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// PDF/A by a typst template, named by its path below `templates/`; the context is its `/data.json`.
    Pdf(String),
    /// HTML by a minijinja template, named by its path below `templates/`; the context's keys are its variables.
    Html(String),
    /// An .xlsx file; the context is its [`Workbook`].
    Workbook,
    /// The context as it is: CSV, JSON, a stylesheet.
    Verbatim,
    /// The first of its photographs, made as small as it is printed.
    Photo,
}

/// What a PDF or a workbook says of itself. The date is the record's own or the period's last day, never today's.
#[derive(Clone, Debug, Serialize)]
pub struct Meta {
    /// The document's title.
    pub title: String,
    /// The office.
    pub author: String,
    /// Its language.
    pub lang: Lang,
    /// The date of its records; written `2025-03-01`.
    #[serde(serialize_with = "written")]
    pub date: NaiveDate,
}

fn written<S: serde::Serializer>(date: &NaiveDate, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(date)
}

/// One file that a build makes.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// Path below `output/`, with `/`.
    pub path: String,
    /// How.
    pub format: Format,
    /// What its template sees, as JSON (or, verbatim, the file itself).
    pub context: Vec<u8>,
    /// What a PDF says of itself; only for [`Format::Pdf`] and [`Format::Workbook`].
    pub meta: Option<Meta>,
    /// A source file to attach: name and text (the records behind the document, as YAML).
    pub attachment: Option<(String, String)>,
    /// The photographs that it shows, in order; they are read when it is made.
    pub photos: Vec<Photo>,
    /// The records it was made from, as `<kind>/<id>`, for the manifest.
    pub records: Vec<String>,
}

impl Recipe {
    /// Whether typst makes it.
    pub fn is_pdf(&self) -> bool {
        matches!(self.format, Format::Pdf(_))
    }

    /// A file whose bytes are known.
    pub fn verbatim(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self {
            path: path.into(),
            format: Format::Verbatim,
            context: bytes,
            meta: None,
            attachment: None,
            photos: Vec::new(),
            records: Vec::new(),
        }
    }

    /// A photograph for pages, and the record that names it.
    pub fn photo(path: impl Into<String>, photo: Photo, record: String) -> Self {
        Self {
            format: Format::Photo,
            photos: vec![photo],
            records: vec![record],
            ..Self::verbatim(path, Vec::new())
        }
    }

    /// A page; the context must serialise to a JSON object.
    ///
    /// # Errors
    /// What cannot be written as JSON.
    pub fn html(
        path: impl Into<String>,
        template: &str,
        context: &impl Serialize,
    ) -> Result<Self, serde_json::Error> {
        Ok(Self {
            format: Format::Html(template.to_owned()),
            ..Self::verbatim(path, serde_json::to_vec(context)?)
        })
    }

    /// A PDF; the context must serialise to a JSON object.
    ///
    /// # Errors
    /// What cannot be written as JSON.
    pub fn pdf(
        path: impl Into<String>,
        template: &str,
        context: &impl Serialize,
        meta: Meta,
    ) -> Result<Self, serde_json::Error> {
        Ok(Self {
            format: Format::Pdf(template.to_owned()),
            meta: Some(meta),
            ..Self::verbatim(path, serde_json::to_vec(context)?)
        })
    }

    /// A workbook.
    ///
    /// # Errors
    /// What cannot be written as JSON.
    pub fn workbook(
        path: impl Into<String>,
        book: &Workbook,
        meta: Meta,
    ) -> Result<Self, serde_json::Error> {
        Ok(Self {
            format: Format::Workbook,
            meta: Some(meta),
            ..Self::verbatim(path, serde_json::to_vec(book)?)
        })
    }

    /// The digest of everything that its bytes depend on; `base` is that of templates, fonts and renderer together.
    pub fn digest(&self, base: &[u8; 32]) -> [u8; 32] {
        let (kind, template) = match &self.format {
            Format::Pdf(t) => ("pdf", t.as_str()),
            Format::Html(t) => ("html", t.as_str()),
            Format::Workbook => ("xlsx", ""),
            Format::Photo => ("photo", ""),
            Format::Verbatim => return Sha256::digest(&self.context).into(),
        };
        let meta = self.meta.as_ref().map(|m| {
            format!(
                "{}\0{}\0{}\0{}",
                m.title,
                m.author,
                m.lang.pick("zh", "en"),
                m.date
            )
        });
        let (name, text) = self
            .attachment
            .as_ref()
            .map_or(("", ""), |(n, t)| (n.as_str(), t.as_str()));
        let meta = meta.unwrap_or_default();
        let parts: [&[u8]; 8] = [
            base,
            kind.as_bytes(),
            template.as_bytes(),
            self.path.as_bytes(),
            meta.as_bytes(),
            name.as_bytes(),
            text.as_bytes(),
            &self.context,
        ];
        let mut hash = Sha256::new();
        let photos = self.photos.iter();
        let photos = photos.flat_map(|p| [p.path.as_bytes(), p.stamp.as_bytes()]);
        for part in parts.into_iter().chain(photos) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }
}
