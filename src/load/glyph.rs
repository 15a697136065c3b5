//! `core/glyph`: characters of records that no font can print. The files' texts come in, a finding a field goes out.
//!
//! Nearly all text is ASCII and common Chinese characters, which the fonts inside the program have; so the text of whole
//! files is looked through, and only where something else stands is it asked which record and field that is.

use std::borrow::Cow;

use rayon::prelude::*;

use super::core::finding;
use crate::finding::{Finding, Severity};
use crate::schema::{FieldId, KindId};
use crate::table::{Office, Row};
use crate::text::Bilingual;

/// What the fonts inside the program have, as ranges of code points; a test compares it with the fonts.
const EMBEDDED: &str = include_str!("../../fonts/coverage.txt");

/// What is printed in place of a character that no font has.
pub const MISSING: char = '〓';

/// All of Unicode but the last private planes, which are nobody's text.
const LIMIT: u32 = 0x4_0000;

/// The common characters: all of GB2312 and GBK is here, and in the fonts.
const COMMON: std::ops::RangeInclusive<u32> = 0x4e00..=0x9fa5;

/// Which characters can be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage(Vec<u64>);

impl Coverage {
    /// What the fonts inside the program have.
    pub fn embedded() -> Self {
        let mut coverage = Self::none();
        for line in EMBEDDED.lines() {
            let (first, last) = line.split_once('-').unwrap_or((line, line));
            let number = |t| u32::from_str_radix(t, 16).unwrap_or(0);
            (number(first)..=number(last)).for_each(|c| coverage.add(c));
        }
        coverage
    }

    /// Nothing yet.
    pub fn none() -> Self {
        Self(vec![0; LIMIT as usize / 64])
    }

    fn add(&mut self, c: u32) {
        if let Some(word) = self.0.get_mut(c as usize / 64) {
            *word |= 1 << (c % 64);
        }
    }

    /// Adds what a font file has; whether it is a font.
    pub fn add_font(&mut self, font: &[u8]) -> bool {
        let faces = ttf_parser::fonts_in_collection(font).unwrap_or(1);
        (0..faces).all(|i| {
            let Ok(face) = ttf_parser::Face::parse(font, i) else {
                return false;
            };
            let tables = face.tables().cmap.iter().flat_map(|c| c.subtables);
            for table in tables.filter(ttf_parser::cmap::Subtable::is_unicode) {
                table.codepoints(|c| {
                    if char::from_u32(c).is_some_and(|c| face.glyph_index(c).is_some()) {
                        self.add(c);
                    }
                });
            }
            true
        })
    }

    /// The text with 〓, the printer's mark for a missing type, in place of what no font can print.
    pub fn printable<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut out = String::new();
        let mut done = 0;
        scan(text, self, &mut |at, c| {
            out.push_str(&text[done..at]);
            out.push(MISSING);
            done = at + c.len_utf8();
        });
        if done == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(&text[done..]);
        Cow::Owned(out)
    }

    /// Whether some font can print a character, or there is nothing to print.
    pub fn has(&self, c: char) -> bool {
        let n = c as u32;
        COMMON.contains(&n)
            || self
                .0
                .get(n as usize / 64)
                .is_some_and(|word| word >> (n % 64) & 1 == 1)
            || is_unseen(c)
    }
}

/// Characters without a shape of their own: they steer how others are set, or are space. The Ogham space is a line.
fn is_unseen(c: char) -> bool {
    (c.is_whitespace() && c != '\u{1680}')
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Every field with characters that no font can print; `own` adds a workspace's fonts, and is asked only if need be.
pub fn check(office: &Office, own: impl FnOnce(&mut Coverage)) -> Vec<Finding> {
    let mut coverage = Coverage::embedded();
    let mut strangers = find(office, &coverage);
    if strangers.is_empty() {
        return Vec::new();
    }
    own(&mut coverage);
    strangers.retain(|s| !coverage.has(s.c));
    told(office, &strangers)
}

/// A character that cannot be printed, in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stranger {
    file: usize,
    at: u32,
    c: char,
}

/// Files are looked through in pieces, so that all cores have work.
const PIECE: usize = 1 << 20;

fn find(office: &Office, coverage: &Coverage) -> Vec<Stranger> {
    let pieces: Vec<(usize, usize)> = office
        .files
        .iter()
        .enumerate()
        .flat_map(|(i, f)| (0..f.text.len()).step_by(PIECE).map(move |at| (i, at)))
        .collect();
    let found: Vec<Vec<Stranger>> = pieces
        .par_iter()
        .map(|(file, at)| {
            let text = &office.files[*file].text;
            let (start, end) = (floor(text, *at), floor(text, at + PIECE));
            let mut found = Vec::new();
            scan(&text[start..end], coverage, &mut |i, c| {
                // Damaged bytes and control characters are other rules' matter.
                if c == char::REPLACEMENT_CHARACTER || c.is_control() {
                    return;
                }
                let at = u32::try_from(start + i).unwrap_or(u32::MAX);
                found.push(Stranger { file: *file, at, c });
            });
            found
        })
        .collect();
    found.concat()
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Each character that is not covered, with its place.
fn scan(text: &str, coverage: &Coverage, found: &mut impl FnMut(usize, char)) {
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        if let Some(chunk) = bytes[i..].first_chunk::<16>()
            && plain(*chunk)
        {
            i += 16;
            continue;
        }
        match bytes[i] {
            0x20..0x7f | b'\t'..=b'\r' => i += 1,
            // U+5000 to U+8FFF.
            0xe5..=0xe8 => i += 3,
            _ => {
                let Some(c) = text[i..].chars().next() else {
                    break;
                };
                if !coverage.has(c) {
                    found(i, c);
                }
                i += c.len_utf8();
            }
        }
    }
}

/// Whether all are printable ASCII or white space; without a branch, so that they are looked at together.
fn plain(chunk: [u8; 16]) -> bool {
    let one = |b: u8| (b.wrapping_sub(0x20) < 0x5f) | (b.wrapping_sub(b'\t') < 5);
    chunk.iter().fold(true, |all, b| all & one(*b))
}

/// Where a record begins and ends in its file, and which it is.
struct Range {
    start: u32,
    end: u32,
    kind: KindId,
    row: Row,
}

/// One field of a record, and the characters in it.
struct Field {
    of: (KindId, Row, FieldId),
    strangers: Vec<Stranger>,
}

fn told(office: &Office, strangers: &[Stranger]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for all in strangers.chunk_by(|a, b| a.file == b.file) {
        let ranges = ranges(office, all[0].file);
        let mut fields: Vec<Field> = Vec::new();
        for s in all {
            let Some(of) = field(office, &ranges, *s) else {
                continue;
            };
            match fields.last_mut().filter(|f| f.of == of) {
                Some(f) => f.strangers.push(*s),
                None => fields.push(Field {
                    of,
                    strangers: vec![*s],
                }),
            }
        }
        findings.extend(fields.iter().map(|f| f.told(office)));
    }
    findings
}

fn ranges(office: &Office, file: usize) -> Vec<Range> {
    let mut ranges = Vec::new();
    for (kind, _) in office.schema.iter() {
        let origins = (0..).zip(&office.table(kind).origins);
        let here = origins.filter(|(_, o)| o.file as usize == file);
        ranges.extend(here.map(|(row, o)| Range {
            start: o.start,
            end: o.start + o.len,
            kind,
            row,
        }));
    }
    // A nested record comes after the one that holds it.
    ranges.sort_by_key(|r| (r.start, std::cmp::Reverse(r.end)));
    ranges
}

/// Nested records lie no deeper than this within the records before them.
const NESTED: usize = 1_000;

/// The innermost record around a character that has a field there.
fn field(office: &Office, ranges: &[Range], s: Stranger) -> Option<(KindId, Row, FieldId)> {
    let after = ranges.partition_point(|r| r.start <= s.at);
    let around = ranges[..after]
        .iter()
        .rev()
        .take(NESTED)
        .filter(|r| s.at < r.end);
    let file = &office.files[s.file];
    for r in around {
        let origin = office.table(r.kind).origins[r.row as usize];
        let fields = office.schema.get(r.kind).iter();
        let here = |(id, _): &(FieldId, &crate::schema::Field)| {
            let place = file.find(origin, Some(*id));
            place.is_some_and(|(start, len)| (start..start + len).contains(&s.at))
        };
        if let Some((id, _)) = fields.into_iter().find(here) {
            return Some((r.kind, r.row, id));
        }
    }
    None
}

impl Field {
    fn told(&self, office: &Office) -> Finding {
        let (kind, row, field) = self.of;
        let def = office.schema.get(kind);
        let first = self.strangers[0];
        let mut chars: Vec<char> = self.strangers.iter().map(|s| s.c).collect();
        let mut seen = std::collections::BTreeSet::new();
        chars.retain(|c| seen.insert(*c));
        let list = |open: &str, close: &str, between: &str| {
            let each = chars
                .iter()
                .map(|c| format!("{open}{c}{close}(U+{:04X})", *c as u32));
            each.collect::<Vec<_>>().join(between)
        };
        let message = Bilingual::new(
            format!(
                "{}里的{}打印不出来：字体里没有",
                def.get(field).label.zh,
                list("「", "」", "、")
            ),
            format!(
                "no font can print {} in {}",
                list("`", "` ", ", "),
                def.get(field).name
            ),
        );
        let help = Bilingual::new(
            "把有这个字的字体文件放进工作区的 fonts/ 文件夹；不放，打印出来是「〓」。",
            "Put a font that has it into the workspace's fonts/ folder; without one it prints as 〓.",
        );
        let id = office.record_id(kind, row).to_owned();
        let place = office.files[first.file]
            .place(first.at, u32::try_from(first.c.len_utf8()).unwrap_or(1));
        finding(
            office,
            "glyph",
            Severity::Warning,
            (Some(def.name.clone()), Some(id)),
            Some(def.get(field).name.clone()),
            place,
            message,
            help,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn common_and_rare_characters_are_there_and_others_are_not() {
        let coverage = Coverage::embedded();
        assert!(
            "王芳 ①℃䶮㛃𬱟玥赟㼆，。〓\u{200b}\u{fe0f}\t\n\u{b}"
                .chars()
                .all(|c| coverage.has(c))
        );
        assert!(
            COMMON
                .chain(0x20..0x7f)
                .chain(0x3000..0x3040)
                .chain(0xff01..0xff5f)
                .all(|c| {
                    let word = coverage.0[c as usize / 64];
                    word >> (c % 64) & 1 == 1
                })
        );
        assert!(
            "😀\u{e000}\u{10fffd}\u{31350}☑\0\u{7f}\u{1680}"
                .chars()
                .all(|c| !coverage.has(c))
        );
    }

    #[test]
    fn the_program_s_fonts_are_read_as_listed() {
        let mut read = Coverage::none();
        assert!(read.add_font(include_bytes!("../../fonts/NotoSerifSC-Regular.ttf")));
        assert!(read.add_font(include_bytes!("../../fonts/NotoSansSC-Bold.ttf")));
        assert!(
            read == Coverage::embedded(),
            "make fonts/coverage.txt again"
        );
        assert!(!read.add_font(b"no font"));
    }

    proptest! {
        #[test]
        fn the_scan_sees_what_looking_at_each_character_sees(text in "[a-z一-龥，😀é䶮\u{e000}\n\u{7}\u{7f}]{0,80}") {
            let coverage = Coverage::embedded();
            let mut fast = Vec::new();
            scan(&text, &coverage, &mut |i, c| fast.push((i, c)));
            let slow: Vec<_> = text.char_indices().filter(|(_, c)| !coverage.has(*c)).collect();
            prop_assert_eq!(fast, slow);
        }
    }
}
