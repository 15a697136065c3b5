//! Photographs that records name: whether a file is one, told by its first and last bytes, and what is wrong with one that
//! cannot be printed. The forms and `core/photo` ask the same question here, so that they give the same answer.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};

use crate::text::Bilingual;

/// Bytes of the largest file that is read.
pub const LARGEST: u64 = 20 << 20;

/// Pixels of the largest picture that is unpacked.
const PIXELS: u64 = 120_000_000;

/// A photograph that can be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// Path below the workspace, with `/`.
    pub path: String,
    /// Its size and when it was written: another one means that it may have changed.
    pub stamp: String,
}

/// Why a photograph cannot be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// No file has this name.
    Missing,
    /// It lies outside the workspace, or is no path at all.
    Outside,
    /// It is a folder, or something else that is no file.
    NoFile,
    /// It is over [`LARGEST`], or has too many pixels.
    TooLarge,
    /// Nothing is in it.
    Empty,
    /// It is none of the formats that can be printed.
    NoImage,
    /// Its end is missing.
    Cut,
    /// It stands for a file that git LFS has not fetched.
    NotFetched,
}

impl Wrong {
    /// What is wrong, after the file's name.
    pub fn said(self) -> Bilingual {
        let (zh, en) = match self {
            Self::Missing => ("不存在", "does not exist"),
            Self::Outside => ("在工作区外", "lies outside the workspace"),
            Self::NoFile => ("不是文件", "is no file"),
            Self::TooLarge => (
                "太大（超过 20 MB 或一亿两千万像素）",
                "is too large (over 20 MB or 120 million pixels)",
            ),
            Self::Empty => ("是空文件", "is empty"),
            Self::NoImage => (
                "不是 JPEG、PNG、GIF、WebP 图片",
                "is no JPEG, PNG, GIF or WebP image",
            ),
            Self::Cut => ("不完整", "is not complete"),
            Self::NotFetched => ("还没有从 git LFS 取下来", "was not fetched from git LFS"),
        };
        Bilingual::new(zh, en)
    }

    /// How to mend it.
    pub fn help(self) -> Bilingual {
        let (zh, en) = match self {
            Self::Missing | Self::NoFile => (
                "核对文件名和大小写；照片放在工作区里，路径从工作区或记录所在的文件夹写起，也可以放进单位的 attachments/ 只写文件名。",
                "Check the name and its case. A photograph lies in the workspace and is named from there or from the record's folder; in the office's attachments/ its name alone will do.",
            ),
            Self::Outside => (
                "把照片复制到工作区里（如单位的 attachments/），再改写路径。",
                "Copy the photograph into the workspace, such as the office's attachments/, and name it there.",
            ),
            Self::TooLarge => ("缩小照片再存。", "Save the photograph smaller."),
            Self::NoImage => (
                "另存为 JPEG 或 PNG；苹果手机的 HEIC 照片也要先转换。",
                "Save it as JPEG or PNG; HEIC photographs of a phone are converted first.",
            ),
            Self::Cut | Self::Empty => (
                "从手机或相机里重新复制一次。",
                "Copy it from the phone or camera again.",
            ),
            Self::NotFetched => ("运行 git lfs pull。", "Run `git lfs pull`."),
        };
        Bilingual::new(zh, en)
    }
}

/// What a record's name for a photograph leads to.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The photograph, or why there is none.
    pub photo: Result<Photo, Wrong>,
    /// The paths below the workspace at which it was looked for, and what lay there.
    pub tried: Vec<(String, Option<String>)>,
}

/// What was seen of an office's photographs, by the folder of the record's file and the name in the record.
pub type AllSeen = BTreeMap<(String, String), Seen>;

/// The folder of a file, by its path.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether a file is a photograph that can be printed.
///
/// # Errors
/// Why it is not.
pub fn check(file: &mut (impl Read + Seek), size: u64) -> Result<(), Wrong> {
    if size > LARGEST {
        return Err(Wrong::TooLarge);
    }
    if size == 0 {
        return Err(Wrong::Empty);
    }
    let mut head = [0; 30];
    let length = fill(file, &mut head);
    let head = &head[..length];
    let (width, height) = if head.starts_with(b"\xff\xd8\xff") {
        jpeg(file)?
    } else if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        ends(file, b"IEND\xae\x42\x60\x82", 64)?;
        (number(head, 16, 4), number(head, 20, 4))
    } else if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
        ends(file, b";", 2)?;
        (little(head, 6, 2), little(head, 8, 2))
    } else if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        if size < little(head, 4, 4) + 8 {
            return Err(Wrong::Cut);
        }
        webp(head)
    } else if head.starts_with(b"version https://git-lfs") {
        return Err(Wrong::NotFetched);
    } else {
        return Err(Wrong::NoImage);
    };
    match width * height {
        0 => Err(Wrong::Cut),
        n if n > PIXELS => Err(Wrong::TooLarge),
        _ => Ok(()),
    }
}

/// The size in pixels. A photograph's end mark is its last two bytes, or is looked for: some phones put a film behind it.
fn jpeg(file: &mut (impl Read + Seek)) -> Result<(u64, u64), Wrong> {
    let mut size = (0, 0);
    let mut at = 2;
    // Far more parts than a file has before its picture.
    for _ in 0..1000 {
        let mut part = [0; 9];
        seek(file, SeekFrom::Start(at))?;
        if fill(file, &mut part) < 4 || part[0] != 0xff {
            return Err(Wrong::Cut);
        }
        match part[1] {
            0xff => {
                at += 1;
                continue;
            }
            0xda => {
                return if ends(file, b"\xff\xd9", 2).is_ok() || goes_on(file, at)? {
                    Ok(size)
                } else {
                    Err(Wrong::Cut)
                };
            }
            0xc4 | 0xc8 | 0xcc => {}
            0xc0..=0xcf => size = (number(&part, 7, 2), number(&part, 5, 2)),
            _ => {}
        }
        at += 2 + number(&part, 2, 2).max(2);
    }
    Err(Wrong::NoImage)
}

/// Whether an end mark stands somewhere after a place.
fn goes_on(file: &mut (impl Read + Seek), from: u64) -> Result<bool, Wrong> {
    seek(file, SeekFrom::Start(from))?;
    let mut rest = Vec::new();
    file.read_to_end(&mut rest).map_err(|_| Wrong::Cut)?;
    Ok(memchr::memmem::find(&rest, b"\xff\xd9").is_some())
}

/// The size in pixels, from the first of its parts.
fn webp(head: &[u8]) -> (u64, u64) {
    match head.get(12..16) {
        Some(b"VP8X") => (little(head, 24, 3) + 1, little(head, 27, 3) + 1),
        Some(b"VP8L") => {
            let bits = little(head, 21, 4);
            ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)
        }
        Some(b"VP8 ") => (little(head, 26, 2) & 0x3fff, little(head, 28, 2) & 0x3fff),
        _ => (0, 0),
    }
}

/// Whether a mark stands in the last so many bytes.
fn ends(file: &mut (impl Read + Seek), mark: &[u8], within: u16) -> Result<(), Wrong> {
    let end = file.seek(SeekFrom::End(0)).map_err(|_| Wrong::Cut)?;
    seek(file, SeekFrom::Start(end.saturating_sub(u64::from(within))))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).map_err(|_| Wrong::Cut)?;
    match memchr::memmem::find(&tail, mark) {
        Some(_) => Ok(()),
        None => Err(Wrong::Cut),
    }
}

fn seek(file: &mut impl Seek, to: SeekFrom) -> Result<(), Wrong> {
    file.seek(to).map(|_| ()).map_err(|_| Wrong::Cut)
}

/// Reads as much as there is; how much that was.
fn fill(file: &mut impl Read, into: &mut [u8]) -> usize {
    let mut done = 0;
    while done < into.len() {
        match file.read(&mut into[done..]) {
            Ok(n) if n > 0 => done += n,
            _ => break,
        }
    }
    done
}

/// A number with its highest byte first; 0 where there are not so many bytes.
fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
    let bytes = bytes.get(at..at + length).unwrap_or_default();
    bytes.iter().fold(0, |n, b| n << 8 | u64::from(*b))
}

/// A number with its lowest byte first.
fn little(bytes: &[u8], at: usize, length: usize) -> u64 {
    let bytes = bytes.get(at..at + length).unwrap_or_default();
    bytes.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b))
}

/// The folder in which an office keeps what is no record.
const ATTACHMENTS: &str = "attachments";

/// What lies at a path: its stamp, and whether it can be printed.
pub type There = (String, Result<(), Wrong>);

/// What a record's name for a photograph leads to: of the places where it may lie (`beside` is the folder of the record's
/// file) the first at which something is.
///
/// # Errors
/// Whatever keeps `at` from telling what lies at a path.
pub fn first<E>(
    beside: &str,
    named: &str,
    mut at: impl FnMut(&str) -> Result<Option<There>, E>,
) -> Result<Seen, E> {
    let (places, leaves) = places(beside, named);
    let mut tried = Vec::new();
    for path in places {
        let there = at(&path)?;
        let stamp = there.as_ref().map(|(stamp, _)| stamp.clone());
        tried.push((path.clone(), stamp));
        if let Some((stamp, whole)) = there {
            let photo = whole.map(|()| Photo { path, stamp });
            return Ok(Seen { photo, tried });
        }
    }
    let wrong = if leaves {
        Wrong::Outside
    } else {
        Wrong::Missing
    };
    Ok(Seen {
        photo: Err(wrong),
        tried,
    })
}

/// Where a photograph may lie that a record names: paths below the workspace, the first that is there counts; and whether
/// the name leads out of the workspace from somewhere. It counts from the workspace, from the folder of the record's file
/// (`beside`) and those above it, and from the attachments in any of these.
fn places(beside: &str, named: &str) -> (Vec<String>, bool) {
    let named = named.replace('\\', "/");
    // A path of a machine, or an address.
    if named.starts_with('/') || named.contains(':') || named.contains('\0') {
        return (Vec::new(), true);
    }
    let mut bases = vec![String::new()];
    let mut above = beside;
    while !above.is_empty() {
        bases.push(above.to_owned());
        bases.push(format!("{above}/{ATTACHMENTS}"));
        above = folder(above);
    }
    let all = bases.len();
    let places: Vec<String> = bases.iter().filter_map(|b| joined(b, &named)).collect();
    let leaves = places.len() < all;
    (places, leaves)
}

/// A path below the workspace; none for one that leads out of it.
fn joined(base: &str, named: &str) -> Option<String> {
    let mut parts: Vec<&str> = base.split('/').filter(|p| !p.is_empty()).collect();
    for part in named.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    const LEAK: &[u8] = include_bytes!("../examples/sample/pictures/leak-1.jpg");

    macro_rules! photo {
        ($name:literal) => {
            include_bytes!(concat!("../tests/documents/photos/", $name)).as_slice()
        };
    }

    fn told(bytes: &[u8]) -> Result<(), Wrong> {
        check(&mut Cursor::new(bytes), bytes.len() as u64)
    }

    #[test]
    fn what_can_be_printed_is_told_by_its_content() {
        for photo in [
            LEAK,
            photo!("cmyk.jpg"),
            photo!("turned.jpg"),
            photo!("alpha.png"),
            photo!("still.gif"),
            photo!("upright.webp"),
        ] {
            assert_eq!(told(photo), Ok(()));
            // Its beginning alone is none.
            for part in 1..20 {
                let end = photo.len() * part / 20;
                assert!(told(&photo[..end]).is_err(), "{end} of {}", photo.len());
            }
        }
        assert_eq!(told(b""), Err(Wrong::Empty));
        assert_eq!(
            told(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            Err(Wrong::NoImage)
        );
        assert_eq!(told(b"BM and the rest"), Err(Wrong::NoImage));
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
        assert_eq!(told(pointer), Err(Wrong::NotFetched));
    }

    #[test]
    fn a_film_behind_a_photograph_is_no_fault() {
        let mut moving = LEAK.to_vec();
        moving.extend_from_slice(b"ftypmp42 and so on");
        assert_eq!(told(&moving), Ok(()));
    }

    #[test]
    fn what_is_too_large_is_not_unpacked() {
        assert_eq!(
            check(&mut Cursor::new(LEAK), LARGEST + 1),
            Err(Wrong::TooLarge)
        );
        let mut huge = photo!("alpha.png").to_vec();
        huge[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
        assert_eq!(told(&huge), Err(Wrong::TooLarge));
    }

    #[test]
    fn a_name_counts_from_the_workspace_the_records_folders_and_their_attachments() {
        let (all, leaves) = places("records/a/repairs", "x/1.jpg");
        let expected = [
            "x/1.jpg",
            "records/a/repairs/x/1.jpg",
            "records/a/repairs/attachments/x/1.jpg",
            "records/a/x/1.jpg",
            "records/a/attachments/x/1.jpg",
            "records/x/1.jpg",
            "records/attachments/x/1.jpg",
        ];
        assert_eq!((all, leaves), (expected.map(str::to_owned).to_vec(), false));
        assert_eq!(places("records", r"x\1.jpg").0[0], "x/1.jpg");
        for out in ["/etc/passwd", r"C:\1.jpg", "https://example.com/1.jpg"] {
            assert_eq!(places("records/a", out), (vec![], true), "{out}");
        }
        assert_eq!(places("records/a", "../../../../x").0, [""; 0]);
        assert_eq!(places("records/a", "../x").0[0], "records/x");
    }
}
