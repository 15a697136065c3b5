//! A CSV text → its records' cells, each with its place. A record can be read from any byte at which one begins, so
//! that a big file is read in pieces and a field's place is found again later.

use std::borrow::Cow;

/// A cell: the bytes between its quotation marks, or all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CellSpan {
    /// First byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// Whether quotation marks in it are written twice.
    pub doubled: bool,
}

impl CellSpan {
    /// The cell's text.
    pub fn text<'t>(&self, all: &'t str) -> Cow<'t, str> {
        let written = all.get(self.start..self.end).unwrap_or_default();
        if self.doubled {
            Cow::Owned(written.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(written)
        }
    }
}

/// Where a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// First byte.
    pub start: usize,
    /// The byte after the last, without the line break.
    pub end: usize,
    /// Where the next record is looked for.
    pub next: usize,
    /// How many cells it has; no more than [`MOST_CELLS`] are kept.
    pub cells: usize,
    /// A quotation mark after which a cell goes on although it was closed.
    pub stray: Option<usize>,
}

/// A quotation mark that is never closed, or only by one in the middle of a later line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unclosed {
    /// The mark.
    pub at: usize,
    /// How far was looked.
    pub seen: usize,
}

/// More cells of one record are counted, but not kept.
pub const MOST_CELLS: usize = 10_000;

/// Reads the record that begins at a byte, or after the blank lines there; `None` at the end.
///
/// # Errors
/// A quotation mark is not closed.
pub fn record(
    text: &str,
    at: usize,
    separator: u8,
    cells: &mut Vec<CellSpan>,
) -> Result<Option<Record>, Unclosed> {
    cells.clear();
    let bytes = text.as_bytes();
    let blank = bytes[at..].iter().take_while(|b| is_break(**b)).count();
    let start = at + blank;
    if start >= bytes.len() {
        return Ok(None);
    }
    let (mut i, mut count, mut stray) = (start, 0, None);
    loop {
        let cell = if bytes.get(i) == Some(&b'"') {
            quoted(bytes, i, separator, &mut stray)?
        } else {
            let end = plain_end(bytes, i, separator);
            (
                CellSpan {
                    start: i,
                    end,
                    doubled: false,
                },
                end,
            )
        };
        count += 1;
        if count <= MOST_CELLS {
            cells.push(cell.0);
        }
        i = cell.1;
        if bytes.get(i) != Some(&separator) {
            break;
        }
        i += 1;
    }
    let next = match (bytes.get(i), bytes.get(i + 1)) {
        (Some(b'\r'), Some(b'\n')) => i + 2,
        (Some(_), _) => i + 1,
        (None, _) => i,
    };
    Ok(Some(Record {
        start,
        end: i,
        next,
        cells: count,
        stray,
    }))
}

fn is_break(b: u8) -> bool {
    b == b'\n' || b == b'\r'
}

fn plain_end(bytes: &[u8], from: usize, separator: u8) -> usize {
    let ends = |b: &u8| *b == separator || is_break(*b);
    bytes[from..]
        .iter()
        .position(ends)
        .map_or(bytes.len(), |n| from + n)
}

/// The cell that a quotation mark opens, and the byte after it.
fn quoted(
    bytes: &[u8],
    open: usize,
    separator: u8,
    stray: &mut Option<usize>,
) -> Result<(CellSpan, usize), Unclosed> {
    let (mut from, mut doubled) = (open + 1, false);
    loop {
        let Some(n) = memchr::memchr(b'"', &bytes[from..]) else {
            return Err(Unclosed {
                at: open,
                seen: bytes.len(),
            });
        };
        let mark = from + n;
        if bytes.get(mark + 1) == Some(&b'"') {
            doubled = true;
            from = mark + 2;
            continue;
        }
        let space = |b: &&u8| **b == b' ' || (**b == b'\t' && separator != b'\t');
        let end = mark + 1 + bytes[mark + 1..].iter().take_while(space).count();
        if bytes
            .get(end)
            .is_none_or(|b| *b == separator || is_break(*b))
        {
            return Ok((
                CellSpan {
                    start: open + 1,
                    end: mark,
                    doubled,
                },
                end,
            ));
        }
        if memchr::memchr2(b'\n', b'\r', &bytes[open..mark]).is_some() {
            return Err(Unclosed {
                at: open,
                seen: mark,
            });
        }
        *stray = stray.or(Some(mark));
        let end = plain_end(bytes, mark, separator);
        let inner = if bytes[end - 1] == b'"' && end - 1 > mark {
            end - 1
        } else {
            end
        };
        return Ok((
            CellSpan {
                start: open + 1,
                end: inner,
                doubled,
            },
            end,
        ));
    }
}

/// The bytes of a cell within a record's text, without surrounding space and quotation marks.
pub fn cell(record_text: &str, separator: u8, index: usize) -> Option<(u32, u32)> {
    let mut cells = Vec::new();
    record(record_text, 0, separator, &mut cells).ok()?;
    let cell = cells.get(index)?;
    let written = record_text.get(cell.start..cell.end)?;
    let (lead, len) = trimmed(written);
    Some((
        u32::try_from(cell.start + lead).ok()?,
        u32::try_from(len).ok()?,
    ))
}

/// Where the text of a cell begins and how long it is without surrounding space.
pub fn trimmed(text: &str) -> (usize, usize) {
    let inner = super::scalar::trim(text);
    (inner.as_ptr().addr() - text.as_ptr().addr(), inner.len())
}

/// The separator that occurs most in the first line, outside quotation marks.
pub(crate) fn separator(text: &str) -> u8 {
    let line = text.lines().find(|l| !l.trim().is_empty()).unwrap_or("");
    let mut quoted = false;
    let mut counts = [(0usize, b','), (0, b';'), (0, b'\t')];
    for b in line.bytes() {
        quoted ^= b == b'"';
        if !quoted && let Some(c) = counts.iter_mut().find(|c| c.1 == b) {
            c.0 += 1;
        }
    }
    let most = counts.iter().rev().max_by_key(|c| c.0);
    most.map_or(b',', |c| c.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &str, separator: u8) -> Result<Vec<Vec<String>>, Unclosed> {
        let (mut at, mut cells, mut rows) = (0, Vec::new(), Vec::new());
        while let Some(r) = record(text, at, separator, &mut cells)? {
            rows.push(cells.iter().map(|c| c.text(text).into_owned()).collect());
            at = r.next;
        }
        Ok(rows)
    }

    #[test]
    fn cells_and_their_places() {
        assert_eq!(
            rows("a,b\r\n1,\"x,\"\"y\"\"\nz\"\n\n2,", b',').unwrap(),
            [vec!["a", "b"], vec!["1", "x,\"y\"\nz"], vec!["2", ""],]
        );
        assert_eq!(
            rows("a;b\rc\t;d", b';').unwrap(),
            [["a", "b"], ["c\t", "d"]]
        );
        assert_eq!(cell("ab, cd ,\" ef\"", b',', 1), Some((4, 2)));
        assert_eq!(cell("ab, cd ,\" ef\"", b',', 2), Some((10, 2)));
        assert_eq!(cell("ab", b',', 1), None);
    }

    #[test]
    fn quotation_marks_gone_wrong() {
        let mut cells = Vec::new();
        let stray = record("1,\"Hey, I missed \" it\",3", 0, b',', &mut cells)
            .unwrap()
            .unwrap();
        assert_eq!((stray.stray, cells.len()), (Some(17), 3));
        assert_eq!(
            record("1,\"open\n2,\"x\"", 0, b',', &mut cells)
                .unwrap_err()
                .at,
            2
        );
        assert_eq!(
            record("1,\"open\n2,3", 0, b',', &mut cells).unwrap_err().at,
            2
        );
        assert_eq!(
            rows("1,5\" pipe,\"a\" ,b", b',').unwrap(),
            [["1", "5\" pipe", "a", "b"]]
        );
    }

    fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
        let cell = "[a-c ,;\"\\n\\r\\t回访]{0,6}";
        proptest::collection::vec(proptest::collection::vec(cell, 2..5), 1..6)
    }

    proptest! {
        #[test]
        fn what_the_csv_crate_writes_is_read_back(table in table(), separator in prop_oneof![Just(b','), Just(b';'), Just(b'\t')]) {
            let mut out = csv::WriterBuilder::new().delimiter(separator).flexible(true).from_writer(Vec::new());
            table.iter().for_each(|r| out.write_record(r).unwrap());
            let text = String::from_utf8(out.into_inner().unwrap()).unwrap();
            prop_assert_eq!(rows(&text, separator).unwrap(), table);
        }

        #[test]
        fn no_text_panics_or_stands_still(text in "[a,\"\\n\\r 回]{0,40}") {
            let (mut at, mut cells) = (0, Vec::new());
            while at < text.len() {
                match record(&text, at, b',', &mut cells) {
                    Ok(Some(r)) => { prop_assert!(r.next > at); at = r.next; }
                    Ok(None) => break,
                    Err(u) => { prop_assert!(u.at >= at); at = u.at + 1; }
                }
            }
        }
    }
}
