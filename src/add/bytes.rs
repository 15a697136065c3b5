//! A file's bytes, its text, and the bytes of a text that goes into it: in its own encoding, everything else untouched.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use encoding_rs::GB18030;

use super::io as failed;
use crate::pipeline::Failure;
use crate::source::decode;

/// A piece of text that is put into a file.
#[derive(Debug)]
pub(crate) struct Piece {
    /// What is put in.
    pub text: String,
    /// How many bytes of the file's text come after it.
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
        let fresh = bytes.is_empty();
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

    /// The line break that the file uses; cells of its header may have others in them.
    pub fn eol(&self, header_end: usize) -> &'static str {
        let breaks = |text: &str| match text.find(['\r', '\n']) {
            Some(at) if text[at..].starts_with("\r\n") => Some("\r\n"),
            Some(at) if text[at..].starts_with('\r') => Some("\r"),
            found => found.map(|_| "\n"),
        };
        let (above, below) = self.text.split_at(header_end);
        breaks(below).or_else(|| breaks(above)).unwrap_or("\n")
    }

    /// The file's bytes with a piece in it; nothing where that cannot be told apart from the rest.
    pub fn with(&self, before: &[u8], piece: &Piece, sheet: bool) -> Option<Vec<u8>> {
        let at = self.text.len() - piece.from_end;
        let after = self.spliced(before, [(at, at, piece.text.as_str())].into_iter())?;
        // Excel reads UTF-8 only where a mark says so.
        let mark: &[u8] = if self.fresh && sheet {
            b"\xef\xbb\xbf"
        } else {
            b""
        };
        Some([mark, &after].concat())
    }

    /// The file's bytes with other texts in the place of some, given by the bytes of its text, in order. Nothing where
    /// that cannot be told apart from the rest.
    pub fn spliced<'e>(
        &self,
        before: &[u8],
        edits: impl Iterator<Item = (usize, usize, &'e str)>,
    ) -> Option<Vec<u8>> {
        let mut after = Vec::with_capacity(before.len());
        let mut expected = String::with_capacity(self.text.len());
        let mut walk = Walk {
            bytes: before,
            at: before.len() - self.skip_mark(before).len(),
            text: 0,
        };
        let (mut copied, mut read) = (0, 0);
        for (start, end, new) in edits {
            let from = walk.to(self, start)?;
            after.extend_from_slice(&before[copied..from]);
            after.extend(self.encode(new));
            copied = walk.to(self, end)?;
            expected.push_str(self.text.get(read..start)?);
            expected.push_str(new);
            read = end;
        }
        after.extend_from_slice(&before[copied..]);
        expected.push_str(self.text.get(read..)?);
        let sound = decode(after.clone()) == (expected, None);
        sound.then_some(after)
    }

    fn skip_mark<'b>(&self, bytes: &'b [u8]) -> &'b [u8] {
        let mark: &[u8] = match self.encoding {
            Encoding::Utf8 => b"\xef\xbb\xbf",
            Encoding::Utf16 { .. } => &bytes[..2],
            Encoding::Gb18030 => b"",
        };
        bytes.strip_prefix(mark).unwrap_or(bytes)
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

/// Goes along a file's bytes and its text side by side.
struct Walk<'b> {
    bytes: &'b [u8],
    at: usize,
    text: usize,
}

impl Walk<'_> {
    /// Where in the bytes a byte of the text is.
    fn to(&mut self, file: &Text, text: usize) -> Option<usize> {
        let part = file.text.get(self.text..text)?;
        self.at += match file.encoding {
            Encoding::Utf8 => part.len(),
            Encoding::Utf16 { .. } => part.encode_utf16().count() * 2,
            Encoding::Gb18030 => {
                let mut at = self.at;
                for _ in part.chars() {
                    // One, two or four bytes a character.
                    at += match self.bytes.get(at..)? {
                        [0x81..=0xfe, 0x30..=0x39, ..] => 4,
                        [0x81..=0xfe, _, ..] => 2,
                        _ => 1,
                    };
                }
                at - self.at
            }
        };
        self.text = text;
        (self.at <= self.bytes.len()).then_some(self.at)
    }
}

/// A file written aside; it goes away unless it is put in place.
pub(crate) struct Aside {
    aside: PathBuf,
    target: PathBuf,
}

impl Aside {
    /// Writes beside the file; who may read it stays as it was, and a link stays a link.
    pub fn write(path: &Path, bytes: &[u8]) -> io::Result<Self> {
        let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut aside = target.clone().into_os_string();
        aside.push(".part");
        let made = Self {
            aside: aside.into(),
            target,
        };
        let mut file = std::fs::File::create(&made.aside)?;
        file.write_all(bytes)?;
        // A name that is there after the power failed has its content too.
        file.sync_all()?;
        if let Ok(meta) = std::fs::metadata(&made.target) {
            std::fs::set_permissions(&made.aside, meta.permissions())?;
        }
        Ok(made)
    }

    /// Renames it into place.
    pub fn place(self) -> io::Result<()> {
        std::fs::rename(&self.aside, &self.target)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.aside);
    }
}

/// Writes a file aside and renames it into place.
pub(crate) fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    Aside::write(path, bytes)?.place()
}
