//! One file's bytes → its text and the pieces of its records.

use std::io::Read as _;
use std::path::Path;

use chrono_tz::Tz;

use super::fault::Fault;
use super::files::Found;
use super::reader::FileReader;
use super::{Options, csv, yaml};
use crate::source::decode;
use crate::table::{Layout, SourceFile};
use crate::text::Bilingual;

/// A file that has been read.
pub(crate) struct Read<'s> {
    /// The file; the side texts are still with the pieces.
    pub file: SourceFile,
    /// What it holds, in order.
    pub pieces: Vec<FileReader<'s>>,
}

/// Bytes of places are kept in 32 bits, and decoding may lengthen a text by half.
const LARGEST: u64 = 2 << 30;

/// Reads a file. One that cannot be read is an empty one with a fault.
pub(crate) fn read<'s>(found: &Found, index: u32, zone: Tz, options: &'s Options) -> Read<'s> {
    match bytes(&found.real) {
        Ok(bytes) => parse(found, bytes, index, zone, options),
        Err(fault) => unread(found, *fault, index, zone, options),
    }
}

fn unread<'s>(found: &Found, fault: Fault, index: u32, zone: Tz, options: &'s Options) -> Read<'s> {
    let mut piece = FileReader::new(options, zone, index, 0);
    piece.faults.push(fault);
    Read {
        file: SourceFile::empty(&found.path),
        pieces: vec![piece],
    }
}

/// Reads a file's bytes.
pub(crate) fn parse<'s>(
    found: &Found,
    bytes: Vec<u8>,
    index: u32,
    zone: Tz,
    options: &'s Options,
) -> Read<'s> {
    if let Some(fault) = no_text(&bytes) {
        return unread(found, fault, index, zone, options);
    }
    let (text, bad) = decode(bytes);
    let (text, nul) = without_nul(text);
    let cut = |at: usize| {
        if text.len() - at <= "\u{fffd}".len() {
            cut_short(at)
        } else {
            bad_bytes(at)
        }
    };
    let faults = [bad.map(cut), nul.map(nul_byte)];
    let garbage = bad.is_some() && mostly_bad(&text);
    let new = || FileReader::new(options, zone, index, text.len());
    let (layout, mut pieces) = if garbage {
        (
            Layout::Yaml {
                records: Vec::new(),
            },
            vec![new()],
        )
    } else if found.yaml {
        let mut reader = new();
        (yaml::read(&mut reader, found.kind, &text), vec![reader])
    } else {
        csv::read(new, found.kind, &text)
    };
    super::suspects::settle(&mut pieces);
    if let Some(first) = pieces.first_mut() {
        first.faults.extend(faults.into_iter().flatten());
    }
    Read {
        file: SourceFile::new(&found.path, text, layout),
        pieces,
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, Box<Fault>> {
    let (file, size) = crate::source::open(path).map_err(|why| Box::new(unreadable(why)))?;
    if size > LARGEST {
        let message = Bilingual::new(
            "文件超过 2 GB，没有读",
            "the file is over 2 GB and is not read",
        );
        let help = Bilingual::new("请按月拆开。", "Split it by month.");
        return Err(Box::new(Fault::parse((0, 1), message, help)));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    // A file that grows while it is read ends where it was seen to end.
    file.take(LARGEST)
        .read_to_end(&mut bytes)
        .map_err(|e| Box::new(unreadable(crate::source::why(&e))))?;
    Ok(bytes)
}

fn unreadable(why: Bilingual) -> Fault {
    let message = Bilingual::new(
        format!("读不了这个文件：{}", why.zh),
        format!("cannot read this file: {}", why.en),
    );
    let help = Bilingual::new(
        "检查文件和它的权限，或移走它。",
        "Check the file and its permissions, or move it away.",
    );
    Fault::parse((0, 1), message, help)
}

/// A workbook or other binary file under a name that says text.
fn no_text(bytes: &[u8]) -> Option<Fault> {
    let workbook = bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0");
    if workbook {
        let message = Bilingual::new(
            "这是 Excel 工作簿，只是改了扩展名",
            "this is an Excel workbook under another extension",
        );
        let help = Bilingual::new(
            "用 Excel 打开，另存为“CSV UTF-8”。",
            "Open it in Excel and save it as CSV UTF-8.",
        );
        return Some(Fault::parse((0, 1), message, help));
    }
    let head = &bytes[..bytes.len().min(4096)];
    let bom = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    let nul = memchr::memchr_iter(0, head).count();
    let fault = || {
        // Of text in UTF-16 every other byte of what is ASCII is NUL.
        let even = head.iter().step_by(2).filter(|b| **b == 0).count();
        if even == nul || even == 0 {
            utf16_without_mark()
        } else {
            bad_bytes(0)
        }
    };
    (!bom && nul * 10 > head.len()).then(fault)
}

/// The text with � in the place of NUL, and where the first one was.
fn without_nul(text: String) -> (String, Option<usize>) {
    match memchr::memchr(0, text.as_bytes()) {
        None => (text, None),
        at => (text.replace('\0', "\u{fffd}"), at),
    }
}

/// Whether so much of a text is no text that reading it would only make noise.
fn mostly_bad(text: &str) -> bool {
    let odd = |c: &char| *c == '\u{fffd}' || (c.is_control() && !matches!(c, '\t' | '\r' | '\n'));
    let bad = text.chars().filter(odd).count();
    bad > 10 && bad * 10 > text.chars().count()
}

fn bad_bytes(at: usize) -> Fault {
    let message = Bilingual::new(
        "这里的字节不是 UTF-8、带 BOM 的 UTF-16 或 GB18030 编码的文字",
        "these bytes are text in neither UTF-8, UTF-16 with a byte order mark nor GB18030",
    );
    let help = Bilingual::new(
        "用 Excel 或编辑器打开原文件，另存为“CSV UTF-8”。",
        "Open the original and save it again as CSV UTF-8.",
    );
    Fault::error("encoding", (super::fault::small(at), 1), message, help)
}

fn cut_short(at: usize) -> Fault {
    let message = Bilingual::new(
        "文件在一个字的中间断了：可能没有存完或没有传完",
        "the file breaks off in the middle of a character: it was not saved or sent whole",
    );
    let help = Bilingual::new(
        "找回完整的文件，或补全最后一行再保存。",
        "Find the whole file, or complete its last line.",
    );
    Fault::error("encoding", (super::fault::small(at), 1), message, help)
}

fn utf16_without_mark() -> Fault {
    let message = Bilingual::new(
        "像是没有 BOM 的 UTF-16 文件，没有读",
        "this looks like UTF-16 without a byte order mark; it is not read",
    );
    let help = Bilingual::new(
        "用 Excel 或记事本打开，另存为“CSV UTF-8”。",
        "Open it and save it again as CSV UTF-8.",
    );
    Fault::error("encoding", (0, 1), message, help)
}

fn nul_byte(at: usize) -> Fault {
    let message = Bilingual::new(
        "这里有空字节，文件可能已损坏",
        "a NUL byte; the file may be damaged",
    );
    let help = Bilingual::new(
        "用编辑器打开，删去它，或找回完好的文件。",
        "Open the file in an editor and remove it, or restore a sound copy.",
    );
    Fault::parse((super::fault::small(at), 1), message, help)
}
