//! Faults in a file, by bytes; they become findings when all files of an office are there.

use crate::finding::Severity;
use crate::schema::KindId;
use crate::text::Bilingual;

/// A fault in a file.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Rule id below `core/`.
    pub rule: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// The record: kind and row within the file's piece.
    pub record: Option<(KindId, u32)>,
    /// The field.
    pub field: Option<String>,
    /// First byte.
    pub start: u32,
    /// Bytes.
    pub len: u32,
    /// What is wrong.
    pub message: Bilingual,
    /// How to put it right.
    pub help: Bilingual,
}

impl Fault {
    /// An error at some bytes, about no record.
    pub fn error(
        rule: &'static str,
        (start, len): (u32, u32),
        message: Bilingual,
        help: Bilingual,
    ) -> Self {
        Self {
            rule,
            severity: Severity::Error,
            record: None,
            field: None,
            start,
            len: len.max(1),
            message,
            help,
        }
    }

    /// A file that cannot be read as it should.
    pub fn parse(place: (u32, u32), message: Bilingual, help: Bilingual) -> Self {
        Self::error("parse", place, message, help)
    }

    /// The same, about a record.
    pub fn about(self, kind: KindId, row: u32) -> Self {
        Self {
            record: Some((kind, row)),
            ..self
        }
    }

    /// The same, about a field.
    pub fn of(self, field: &str) -> Self {
        Self {
            field: Some(shown(field)),
            ..self
        }
    }
}

/// A number of bytes; files are smaller than 2 GB.
pub fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

const SHOWN: usize = 40;

/// What is written, short enough for a message.
pub fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
