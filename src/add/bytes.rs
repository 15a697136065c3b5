//! A file's bytes, its text, and the bytes of a text that goes into it: in its own encoding, everything else untouched.

use std::io;
use std::path::Path;

use encoding_rs::GB18030;

use super::io as failed;
use crate::pipeline::Failure;
use crate::source::decode;

/// A piece of text that is put into a file.
#[derive(Debug)]
pub(crate) struct Piece {
    /// What is put in.
    pub text: String,
    /// How many characters of the file come after it; ASCII all.
    pub from_end: usize,
    /// The record itself, for showing.
    pub shown: String,
    /// Lines of the piece above the record.
    pub skipped: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16 { big: bool },
    Gb18030,
}

/// A file's text and how it is encoded.
#[derive(Debug)]
pub(crate) struct Text {
    /// The text, without a byte order mark.
    pub text: String,
    encoding: Encoding,
    fresh: bool,
}

impl Text {
    /// Reads a file, and its bytes if there is one.
    ///
    /// # Errors
    /// It cannot be read, or it is no text.
    pub fn read(real: &Path, path: &str) -> Result<(Option<Vec<u8>>, Self), Failure> {
        let bytes = match std::fs::read(real) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok((None, Self::fresh())),
            Err(e) => return Err(failed(path, &e)),
        };
        let encoding = match bytes.as_slice() {
            [0xff, 0xfe, ..] => Encoding::Utf16 { big: false },
            [0xfe, 0xff, ..] => Encoding::Utf16 { big: true },
            plain if std::str::from_utf8(plain).is_ok() => Encoding::Utf8,
            _ => Encoding::Gb18030,
        };
        let (text, bad) = decode(bytes.clone());
        if bad.is_some() {
            return Err(Failure::usage(
                format!("{path} 里有读不懂的字节，没有写"),
                format!("{path} has bytes that are no text; nothing was written"),
            )
            .helped(
                "先用 aftercare check 看哪里坏了",
                "see `aftercare check` for where",
            ));
        }
        let fresh = false;
        Ok((
            Some(bytes),
            Self {
                text,
                encoding,
                fresh,
            },
        ))
    }

    fn fresh() -> Self {
        Self {
            text: String::new(),
            encoding: Encoding::Utf8,
            fresh: true,
        }
    }

    /// The line break that the file uses.
    pub fn eol(&self) -> &'static str {
        match self.text.find(['\r', '\n']) {
            Some(at) if self.text[at..].starts_with("\r\n") => "\r\n",
            Some(at) if self.text[at..].starts_with('\r') => "\r",
            _ => "\n",
        }
    }

    /// The file's bytes with a piece in it.
    pub fn with(&self, before: &[u8], piece: &Piece, sheet: bool) -> Vec<u8> {
        let unit = if matches!(self.encoding, Encoding::Utf16 { .. }) {
            2
        } else {
            1
        };
        let (head, tail) = before.split_at(before.len() - piece.from_end * unit);
        // Excel reads UTF-8 only where a mark says so.
        let mark: &[u8] = if self.fresh && sheet {
            b"\xef\xbb\xbf"
        } else {
            b""
        };
        [mark, head, &self.encode(&piece.text), tail].concat()
    }

    fn encode(&self, text: &str) -> Vec<u8> {
        match self.encoding {
            Encoding::Utf8 => text.as_bytes().to_vec(),
            Encoding::Gb18030 => GB18030.encode(text).0.into_owned(),
            Encoding::Utf16 { big } => {
                let bytes = |u: u16| {
                    if big {
                        u.to_be_bytes()
                    } else {
                        u.to_le_bytes()
                    }
                };
                text.encode_utf16().flat_map(bytes).collect()
            }
        }
    }
}

/// Writes a file aside and renames it into place; who may read it stays as it was, and a link stays a link.
pub(crate) fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    if let Some(folder) = target.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut aside = target.clone().into_os_string();
    aside.push(".part");
    let written = std::fs::write(&aside, bytes)
        .and_then(|()| match std::fs::metadata(&target) {
            Ok(meta) => std::fs::set_permissions(&aside, meta.permissions()),
            Err(_) => Ok(()),
        })
        .and_then(|()| std::fs::rename(&aside, &target));
    if written.is_err() {
        let _ = std::fs::remove_file(&aside);
    }
    written
}
