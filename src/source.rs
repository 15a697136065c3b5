//! Bytes of a file as text, whatever its encoding, and places in it as line and column.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::finding::Place;
use crate::table::SourceFile;

/// Decodes UTF-8 (with or without a byte order mark), UTF-16 with one, or GB18030.
/// Where bytes are valid in none of them, the text is read with � in their place, and the first such place is given.
pub fn decode(bytes: Vec<u8>) -> (String, Option<usize>) {
    let lossy = |encoding: &'static Encoding, bytes: &[u8]| {
        let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
        let at = if had_errors {
            text.find('\u{fffd}')
        } else {
            None
        };
        (text.into_owned(), at)
    };
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return lossy(UTF_16LE, rest);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return lossy(UTF_16BE, rest);
    }
    let bytes = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => rest.to_vec(),
        None => bytes,
    };
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return (text, None),
        Err(e) => e.into_bytes(),
    };
    let gb = lossy(GB18030, &bytes);
    if gb.1.is_none() {
        return gb;
    }
    let utf8 = lossy(UTF_8, &bytes);
    let bad = |t: &str| t.matches('\u{fffd}').count();
    if bad(&utf8.0) <= bad(&gb.0) { utf8 } else { gb }
}

const EXCERPT: usize = 400;

impl SourceFile {
    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let breaks = memchr::memchr_iter(b'\n', self.text.as_bytes());
            std::iter::once(0)
                .chain(breaks.map(|i| u32::try_from(i + 1).unwrap_or(u32::MAX)))
                .collect()
        })
    }

    /// The place of bytes in the file.
    pub fn place(&self, start: u32, len: u32) -> Place {
        let starts = self.line_starts();
        let line = starts.partition_point(|s| *s <= start).max(1);
        let first = starts[line - 1] as usize;
        let at = floor(&self.text, (start as usize).min(self.text.len()));
        let rest = &self.text[first..];
        let whole = rest.lines().next().unwrap_or("");
        let column = self.text[first..at].chars().count();
        let end = floor(
            &self.text,
            (at + len as usize).min(first + whole.len()).max(at),
        );
        let skip = if whole.chars().count() > EXCERPT {
            column.saturating_sub(EXCERPT / 4)
        } else {
            0
        };
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Place {
            file: self.path.clone(),
            line: small(line),
            column: small(column + 1),
            width: small(self.text[at..end].chars().count().max(1)),
            excerpt: whole.chars().skip(skip).take(EXCERPT).collect(),
            excerpt_column: small(skip + 1),
        }
    }
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
