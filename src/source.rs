//! Bytes of a file as text, whatever its encoding, and places in it as line and column.

use std::fs::File;
use std::path::Path;

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use crate::finding::Place;
use crate::table::{Layout, SourceFile};
use crate::text::Bilingual;

/// Opens a regular file, and tells how many bytes it has. A pipe or a device is refused, since it might never end.
///
/// # Errors
/// Why it cannot be read.
pub fn open(path: &Path) -> Result<(File, u64), Bilingual> {
    let meta = std::fs::metadata(path).map_err(|e| why(&e))?;
    if !meta.is_file() {
        return Err(Bilingual::new("不是普通文件", "it is no regular file"));
    }
    let file = File::open(path).map_err(|e| why(&e))?;
    Ok((file, meta.len()))
}

/// Why a file cannot be read.
pub fn why(e: &std::io::Error) -> Bilingual {
    use std::io::ErrorKind as E;
    let zh = match e.kind() {
        E::NotFound => "文件不存在",
        E::PermissionDenied => "没有读取的权限",
        E::IsADirectory => "是文件夹，不是文件",
        _ => return Bilingual::new(e.to_string(), e.to_string()),
    };
    let en = match e.kind() {
        E::NotFound => "there is no such file",
        E::PermissionDenied => "no permission to read it",
        _ => "it is a folder",
    };
    Bilingual::new(zh, en)
}

/// Why a file cannot be written, in the words of whoever has to mend it.
pub fn why_unwritten(e: &std::io::Error) -> Bilingual {
    use std::io::ErrorKind as E;
    match e.kind() {
        E::NotFound => Bilingual::new(
            "没有这个文件夹，要先建好",
            "there is no such folder: make it first",
        ),
        E::StorageFull | E::QuotaExceeded => Bilingual::new("磁盘满了", "the disk is full"),
        E::PermissionDenied => Bilingual::new(
            "没有写的权限，或正被别的程序打开",
            "there is no permission to write, or another program has it open",
        ),
        E::ReadOnlyFilesystem => Bilingual::new("这个位置是只读的", "this place is read-only"),
        E::IsADirectory => Bilingual::new("这里已有同名的文件夹", "there is a folder of this name"),
        E::NotADirectory => Bilingual::new(
            "路径当中有一段是文件，不是文件夹",
            "a part of the path is a file, not a folder",
        ),
        E::InvalidFilename => Bilingual::new(
            "文件名太长，或有不能用的字符",
            "the name is too long or has characters that it cannot have",
        ),
        _ => Bilingual::new(e.to_string(), e.to_string()),
    }
}

/// Decodes UTF-8 (with or without a byte order mark), UTF-16 with one, or GB18030.
/// Where bytes are valid in none of them, the text is read with � in their place, and the first such place is given.
pub fn decode(bytes: Vec<u8>) -> (String, Option<usize>) {
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return lossy(UTF_16LE, rest);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return lossy(UTF_16BE, rest);
    }
    let mut bytes = bytes;
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return (text, None),
        Err(e) => e.into_bytes(),
    };
    if is_damaged_utf8(&bytes) {
        return lossy(UTF_8, &bytes);
    }
    let gb = lossy(GB18030, &bytes);
    if gb.1.is_none() {
        return gb;
    }
    let utf8 = lossy(UTF_8, &bytes);
    let bad = |t: &str| t.matches('\u{fffd}').count();
    if bad(&utf8.0) <= bad(&gb.0) { utf8 } else { gb }
}

fn lossy(encoding: &'static Encoding, bytes: &[u8]) -> (String, Option<usize>) {
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    let at = had_errors.then(|| text.find('\u{fffd}').unwrap_or(0));
    (text.into_owned(), at)
}

/// Whether bytes are UTF-8 but for few places: GB18030 would read most of them too, as other characters.
/// In a text that is GB18030 the characters that happen to be valid UTF-8 are fewer than the invalid places.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut sound, mut bad, mut cut) = (0usize, 0usize, false);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
        cut = chunk.invalid().first().is_some_and(|b| *b >= 0xe0);
    }
    bad * 8 <= sound || (bad == 1 && cut && sound >= 2)
}

const EXCERPT: usize = 400;
/// Characters are counted once for every so many bytes, so that a column in a very long line is found fast.
const STRIDE: usize = 4096;

impl SourceFile {
    /// A file that has been read, without side texts yet.
    pub fn new(path: &str, text: String, layout: Layout) -> Self {
        Self {
            path: path.to_owned(),
            text,
            side: String::new(),
            lines: std::sync::OnceLock::new(),
            strides: std::sync::OnceLock::new(),
            layout,
        }
    }

    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let ends = |i: &usize| bytes[*i] == b'\n' || bytes.get(i + 1) != Some(&b'\n');
            let breaks = memchr::memchr2_iter(b'\n', b'\r', bytes).filter(ends);
            std::iter::once(0)
                .chain(breaks.map(|i| small(i + 1)))
                .collect()
        })
    }

    /// How many characters there are between two bytes.
    fn chars(&self, from: usize, to: usize) -> usize {
        let bytes = self.text.as_bytes();
        if to - from <= 2 * STRIDE {
            return count(&bytes[from..to]);
        }
        let strides = self.strides.get_or_init(|| {
            let mut sum = 0;
            let sums = bytes.chunks(STRIDE).map(|c| {
                sum += count(c);
                small(sum)
            });
            std::iter::once(0).chain(sums).collect()
        });
        let before = |at: usize| {
            let whole = at / STRIDE;
            strides[whole] as usize + count(&bytes[whole * STRIDE..at])
        };
        before(to) - before(from)
    }

    /// The byte at a line and a column, both from 1, as [`Self::place`] counts them.
    pub fn byte_at(&self, line: u32, column: u32) -> u32 {
        let starts = self.line_starts();
        let first = starts.get(line.saturating_sub(1) as usize).copied();
        let first = first.unwrap_or_else(|| small(self.text.len()));
        let rest = self.text.get(first as usize..).unwrap_or_default();
        let before = rest.chars().take(column.saturating_sub(1) as usize);
        first + small(before.map(char::len_utf8).sum())
    }

    /// The place of bytes in the file.
    pub fn place(&self, start: u32, len: u32) -> Place {
        let starts = self.line_starts();
        let line = starts.partition_point(|s| *s <= start).max(1);
        let first = starts[line - 1] as usize;
        let end = starts.get(line).map_or(self.text.len(), |s| *s as usize);
        let whole = self.text[first..end].trim_end_matches(['\r', '\n']);
        let end = first + whole.len();
        let at = floor(&self.text, (start as usize).min(self.text.len()));
        let column = self.chars(first, at);
        let until = floor(&self.text, (at + len as usize).min(end).max(at));
        let width = self.text[at..until].chars().take(EXCERPT).count();
        let (excerpt, skipped) = excerpt(whole, at.min(end) - first, column);
        Place {
            file: self.path.clone(),
            line: small(line),
            column: small(column + 1),
            width: small(width.max(1)),
            excerpt: excerpt.to_owned(),
            excerpt_column: small(skipped + 1),
        }
    }
}

/// A line, or of a long one the part around a byte; and how many characters stand before that part.
fn excerpt(line: &str, at: usize, column: usize) -> (&str, usize) {
    let short =
        line.len() <= EXCERPT || (line.len() <= 4 * EXCERPT && line.chars().count() <= EXCERPT);
    let lead = EXCERPT / 4;
    let skipped = if short {
        0
    } else {
        column.saturating_sub(lead)
    };
    let from = if skipped == 0 {
        0
    } else {
        let back = line[..at].char_indices().rev().nth(lead - 1);
        back.map_or(0, |c| c.0)
    };
    let part = &line[from..];
    let to = part.char_indices().nth(EXCERPT).map_or(part.len(), |c| c.0);
    (&part[..to], skipped)
}

/// Characters in UTF-8: bytes that continue none.
fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| **b & 0xc0 != 0x80).count()
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> SourceFile {
        let records = Vec::new();
        SourceFile::new("f.csv", text.to_owned(), Layout::Yaml { records })
    }

    #[test]
    fn lines_end_with_any_break() {
        let f = file("a\nb\r\nc\rd");
        let at = |n| (f.place(n, 1).line, f.place(n, 1).excerpt);
        assert_eq!(at(2), (2, "b".into()));
        assert_eq!(at(5), (3, "c".into()));
        assert_eq!(at(7), (4, "d".into()));
    }

    #[test]
    fn a_place_leads_back_to_its_byte() {
        let f = file("编号,名称\r\nC-1,湖㳇镇\n\nx");
        for (at, _) in f.text.char_indices() {
            let at = u32::try_from(at).unwrap();
            let place = f.place(at, 1);
            assert_eq!(f.byte_at(place.line, place.column), at);
        }
        assert_eq!(f.byte_at(9, 1) as usize, f.text.len());
    }

    #[test]
    fn a_column_counts_characters_however_long_the_line() {
        let f = file(&format!("id,name\n{}X", "回,".repeat(50_000)));
        let x = u32::try_from(f.text.len() - 1).unwrap();
        let place = f.place(x, 1);
        assert_eq!(
            (place.line, place.column, place.excerpt_column),
            (2, 100_001, 99_901)
        );
        assert!(place.excerpt.ends_with("回,X"));
        assert_eq!(place.excerpt.chars().count(), 101);
        assert_eq!(f.place(8 + 4, 3).column, 3);
        assert_eq!(
            f.place(9, 1).column,
            1,
            "inside a character is at its beginning"
        );
    }

    #[test]
    fn each_encoding_is_known_without_being_told() {
        let text = "编号,名称\nC-1,湖㳇镇 玥\n";
        let utf16 = |big: bool, bom: [u8; 2]| {
            let units = text.encode_utf16();
            let bytes = units.flat_map(|u| {
                if big {
                    u.to_be_bytes()
                } else {
                    u.to_le_bytes()
                }
            });
            bom.into_iter().chain(bytes).collect::<Vec<u8>>()
        };
        let bom = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        let gb = GB18030.encode(text).0.into_owned();
        for bytes in [
            text.as_bytes().to_vec(),
            bom,
            gb,
            utf16(true, [0xfe, 0xff]),
            utf16(false, [0xff, 0xfe]),
        ] {
            assert_eq!(decode(bytes), (text.to_owned(), None));
        }
    }

    #[test]
    fn what_is_damaged_is_not_taken_for_another_encoding() {
        let text = "编号,名称,地址\nC-1,张三,翠湖苑三栋\nC-2,李四,翠湖苑四栋\n";
        let mut cut = text.as_bytes().to_vec();
        cut.truncate(cut.len() - 2);
        let (read, at) = decode(cut);
        assert!(read.starts_with("编号,名称"), "{read}");
        assert_eq!(at, Some(text.len() - 4));
        let mut hit = text.as_bytes().to_vec();
        hit[25] = 0xff;
        let (read, at) = decode(hit);
        assert!(
            at.is_some() && read.ends_with("李四,翠湖苑四栋\n"),
            "{read}"
        );
        let odd = [b"\xff\xfe".as_slice(), &[0x41, 0, 0x42]].concat();
        assert_eq!(decode(odd), ("A\u{fffd}".into(), Some(1)));
        assert!(decode(vec![0xff; 9]).1.is_some());
    }
}
