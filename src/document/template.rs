//! Templates and manifests by path: those inside the program, and a workspace's own, which replace those of the same path.

use std::borrow::Cow;
use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::finding::Place;
use crate::pipeline::Failure;

/// A template that does not work, or a document that cannot be made from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFault {
    /// The file that was being made, below `output/`.
    pub making: String,
    /// `templates/<path>:LINE:COLUMN`, as far as it is known.
    pub at: String,
    /// What is wrong, and hints.
    pub message: String,
}

impl From<TemplateFault> for Failure {
    fn from(f: TemplateFault) -> Self {
        let TemplateFault {
            making,
            at,
            message,
        } = f;
        let (zh, en) = if making.is_empty() {
            ("模板有错".to_owned(), "a template is broken".to_owned())
        } else {
            (
                format!("模板有错，做不出「{making}」"),
                format!("a template is broken; `{making}` cannot be made"),
            )
        };
        Self {
            place: Some(place(&at)),
            ..Self::usage(format!("{zh}\n{message}"), format!("{en}\n{message}"))
        }
    }
}

/// `FILE:LINE:COLUMN`, the last two as far as they are known.
fn place(at: &str) -> Place {
    let mut file = at;
    let mut numbers = Vec::new();
    while let Some((rest, number)) = file
        .rsplit_once(':')
        .and_then(|(r, n)| Some((r, n.parse().ok()?)))
    {
        file = rest;
        numbers.insert(0, number);
    }
    Place {
        file: file.to_owned(),
        line: numbers.first().copied().unwrap_or(1),
        column: numbers.get(1).copied().unwrap_or(1),
        width: 1,
        excerpt: String::new(),
        excerpt_column: 1,
    }
}

/// All files below `templates/`.
#[derive(Clone, Debug, Default)]
pub struct Templates(BTreeMap<String, Cow<'static, [u8]>>);

impl Templates {
    /// The templates inside the program.
    pub fn embedded() -> Self {
        let files = crate::embedded::TEMPLATES.iter();
        Self(
            files
                .map(|(path, bytes)| ((*path).to_owned(), Cow::Borrowed(*bytes)))
                .collect(),
        )
    }

    /// Adds or replaces a file; the path is below `templates/`, with `/`.
    pub fn insert(&mut self, path: impl Into<String>, bytes: Vec<u8>) {
        self.0.insert(path.into(), Cow::Owned(bytes));
    }

    /// A file's bytes.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.0.get(path).map(AsRef::as_ref)
    }

    /// All files in order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(p, b)| (p.as_str(), b.as_ref()))
    }

    /// The folders below a folder that hold a file of a name: `("forms", "form.yaml")` gives each form's id and manifest.
    pub fn manifests<'a>(
        &'a self,
        folder: &'a str,
        file: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.iter().filter_map(move |(path, bytes)| {
            let id = path
                .strip_prefix(folder)?
                .strip_prefix('/')?
                .strip_suffix(file)?
                .strip_suffix('/')?;
            (!id.contains('/')).then_some((id, bytes))
        })
    }

    /// A digest of all of them.
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for (path, bytes) in self.iter() {
            hash.update((path.len() as u64).to_le_bytes());
            hash.update(path);
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        }
        hash.finalize().into()
    }
}
