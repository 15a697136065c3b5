//! Two versions of a file → what differs in them: mostly a line was added, and the hundreds above it need not be read again.

/// The parts of both versions that differ, each a file of whole records; none where records cannot be told apart
/// without reading them all.
pub(super) fn thin(old: &[u8], new: &[u8], yaml: bool) -> Option<(Vec<u8>, Vec<u8>)> {
    // Bytes tell lines and quotation marks in every encoding, but a part alone might be taken for another encoding.
    std::str::from_utf8(old).ok()?;
    std::str::from_utf8(new).ok()?;
    let plain: fn(&[u8]) -> bool = if yaml { plain_yaml } else { plain_csv };
    if !plain(old) || !plain(new) {
        return None;
    }
    let head = if yaml { 0 } else { header(old)? };
    let same = prefix(old, new);
    let begin = begin(old, new, same, yaml)?;
    if begin < head {
        return None;
    }
    let after = end(old, new, begin, yaml);
    let part = |text: &[u8]| [&text[..head], &text[begin..text.len() - after]].concat();
    Some((part(old), part(new)))
}

/// Where the line of headers ends.
fn header(text: &[u8]) -> Option<usize> {
    let end = memchr::memchr(b'\n', text)? + 1;
    let line = &text[..end];
    let odd = line.starts_with(b"sep=") || line.trim_ascii().is_empty() || line.contains(&b'"');
    (!odd).then_some(end)
}

/// No line break stands in a cell: each line has all of its quotation marks, and each of them begins or ends a cell, or
/// is doubled.
fn plain_csv(text: &[u8]) -> bool {
    let mut line = 0;
    let mut quotes = 0usize;
    for at in memchr::memchr_iter(b'"', text) {
        let broken = memchr::memchr(b'\n', &text[line..at]).is_some();
        if broken {
            if quotes % 2 == 1 {
                return false;
            }
            quotes = 0;
            line = memchr::memrchr(b'\n', &text[..at]).map_or(0, |n| n + 1);
        }
        quotes += 1;
        let edge = |b: Option<&u8>| {
            b.is_none_or(|b| matches!(b, b',' | b';' | b'\t' | b'\r' | b'\n' | b'"'))
        };
        let before = at.checked_sub(1).and_then(|n| text.get(n));
        if !edge(before) && !edge(text.get(at + 1)) {
            return false;
        }
    }
    quotes.is_multiple_of(2)
}

/// A list of records, each beginning with `- ` at the margin, that do not refer to each other.
fn plain_yaml(text: &[u8]) -> bool {
    let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text).map(|n| n + 1));
    let margin = |at: usize| {
        let line = &text[at..];
        line.is_empty() || line.starts_with(b"- ") || matches!(line[0], b' ' | b'\n' | b'\r' | b'#')
    };
    memchr::memchr2(b'&', b'*', text).is_none() && starts.into_iter().all(margin)
}

const CHUNK: usize = 4096;

/// How many bytes two texts begin alike with.
fn prefix(a: &[u8], b: &[u8]) -> usize {
    let chunks = a.chunks_exact(CHUNK).zip(b.chunks_exact(CHUNK));
    let whole = chunks.take_while(|(a, b)| a == b).count() * CHUNK;
    let rest = a[whole..].iter().zip(&b[whole..]);
    whole + rest.take_while(|(a, b)| a == b).count()
}

/// How many bytes two texts end alike with.
fn suffix(a: &[u8], b: &[u8]) -> usize {
    let chunks = a.rchunks_exact(CHUNK).zip(b.rchunks_exact(CHUNK));
    let whole = chunks.take_while(|(a, b)| a == b).count() * CHUNK;
    let (a, b) = (&a[..a.len() - whole], &b[..b.len() - whole]);
    let rest = a.iter().rev().zip(b.iter().rev());
    whole + rest.take_while(|(a, b)| a == b).count()
}

/// Whether a record may begin at a byte, which is where a line begins.
fn begins(text: &[u8], at: usize, yaml: bool) -> bool {
    !yaml || at == text.len() || text[at..].starts_with(b"- ")
}

/// The last record's beginning in what both begin alike with.
fn begin(old: &[u8], new: &[u8], same: usize, yaml: bool) -> Option<usize> {
    let mut breaks = memchr::memrchr_iter(b'\n', &old[..same]).map(|n| n + 1);
    let both = |at: &usize| begins(old, *at, yaml) && begins(new, *at, yaml);
    breaks.find(both).or_else(|| yaml.then_some(0))
}

/// How many bytes of whole records both end alike with.
fn end(old: &[u8], new: &[u8], begin: usize, yaml: bool) -> usize {
    let same = suffix(&old[begin..], &new[begin..]);
    let from = old.len() - same;
    let begins_line = |text: &[u8], at: usize| at == begin || text[..at].ends_with(b"\n");
    if begins_line(old, from) && begins_line(new, new.len() - same) && begins(old, from, yaml) {
        return same;
    }
    let mut breaks = memchr::memchr_iter(b'\n', &old[from..]).map(|n| from + n + 1);
    let first = breaks.find(|at| begins(old, *at, yaml));
    first.map_or(0, |at| old.len() - at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(old: &str, new: &str, yaml: bool) -> Option<(String, String)> {
        let text = |b: Vec<u8>| String::from_utf8(b).unwrap();
        thin(old.as_bytes(), new.as_bytes(), yaml).map(|(a, b)| (text(a), text(b)))
    }

    #[track_caller]
    fn are(old: &str, new: &str, yaml: bool, parts: (&str, &str)) {
        let found = self::parts(old, new, yaml).expect("can be told apart");
        assert_eq!((found.0.as_str(), found.1.as_str()), parts);
    }

    #[test]
    fn a_line_added_changed_or_removed() {
        let old = "id,a\n1,x\n2,y\n3,z\n";
        are(
            old,
            "id,a\n1,x\n2,y\n3,z\n4,w\n",
            false,
            ("id,a\n", "id,a\n4,w\n"),
        );
        are(
            old,
            "id,a\n1,x\n2,Y\n3,z\n",
            false,
            ("id,a\n2,y\n", "id,a\n2,Y\n"),
        );
        are(old, "id,a\n1,x\n3,z\n", false, ("id,a\n2,y\n", "id,a\n"));
        // The same line again: a record twice.
        are(
            old,
            "id,a\n1,x\n2,y\n2,y\n3,z\n",
            false,
            ("id,a\n", "id,a\n2,y\n"),
        );
        // A last line without its break.
        are(
            "id,a\n1,x",
            "id,a\n1,x\n2,y",
            false,
            ("id,a\n1,x", "id,a\n1,x\n2,y"),
        );
    }

    #[test]
    fn cells_with_line_breaks_and_stray_marks_are_read_whole() {
        let new = "id,a\n1,x\n2,y\n";
        assert_eq!(parts("id,a\n1,\"x\ny\"\n", new, false), None);
        assert_eq!(parts("id,a\n1,5\"x\n", new, false), None);
        assert_eq!(
            parts("id,b\n1,x\n2,y\n", new, false),
            None,
            "another header"
        );
        assert_eq!(parts("sep=,\nid,a\n1,x\n", "sep=,\nid,a\n", false), None);
        are(
            "id,a\n1,\"x, \"\"y\"\"\"\n",
            "id,a\n1,\"x, \"\"y\"\"\"\n2,z\n",
            false,
            ("id,a\n", "id,a\n2,z\n"),
        );
        assert_eq!(thin(b"id\n\xd5\xc5\n", b"id\n\xd5\xc5\n1\n", false), None);
    }

    #[test]
    fn items_of_a_list() {
        let old = "# visits\n- id: 1\n  a: x\n- id: 2\n  a: y\n";
        are(old, &format!("{old}- id: 3\n"), true, ("", "- id: 3\n"));
        are(
            old,
            "# visits\n- id: 1\n  a: z\n- id: 2\n  a: y\n",
            true,
            ("- id: 1\n  a: x\n", "- id: 1\n  a: z\n"),
        );
        assert_eq!(parts("- &a 1\n", "- &a 1\n- *a\n", true), None);
        assert_eq!(parts("id: 1\n", "id: 2\n", true), None);
    }
}
