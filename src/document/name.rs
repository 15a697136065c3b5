//! A record's id as a file name that every system takes: no path, no reserved name, no two alike.

use sha2::{Digest, Sha256};

/// Longer names are cut; file systems take 255 bytes, archives and shares often less.
const LONGEST: usize = 100;

/// What Windows keeps for devices, whatever follows a dot; and what lists a folder's documents.
const RESERVED: [&str; 5] = ["con", "prn", "aux", "nul", "index"];

/// A file name (without extension) for an id. An id that had to be changed gets a mark of its own, so that two ids never
/// share a name.
pub fn file_name(id: &str) -> String {
    let plain = plain(id);
    if plain == id {
        plain
    } else {
        marked(&plain, id)
    }
}

/// File names for ids, in their order; ids that differ only in case get different names on systems that ignore case.
pub fn file_names<'a>(ids: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut taken = rustc_hash::FxHashSet::default();
    ids.into_iter()
        .map(|id| {
            let name = file_name(id);
            let free = taken.insert(name.to_lowercase());
            let name = if free { name } else { marked(&name, id) };
            taken.insert(name.to_lowercase());
            name
        })
        .collect()
}

fn plain(id: &str) -> String {
    let mut out = String::new();
    for c in id.chars() {
        let c = if allowed(c) { c } else { '_' };
        if out.len() + c.len_utf8() > LONGEST {
            break;
        }
        out.push(c);
    }
    let out = out.trim_matches(['.', ' ']);
    let stem = out.split('.').next().unwrap_or("").to_lowercase();
    let numbered = |p: &str| {
        let rest = stem.strip_prefix(p);
        rest.is_some_and(|r| {
            r.chars().count() == 1 && r.chars().all(|c| "0123456789¹²³".contains(c))
        })
    };
    if out.is_empty() || RESERVED.contains(&stem.as_str()) || numbered("com") || numbered("lpt") {
        return format!("_{out}");
    }
    out.to_owned()
}

/// Letters and figures of any script, and what no shell, address or file system gives a meaning.
fn allowed(c: char) -> bool {
    c.is_alphanumeric() || "-_.()[]@+=！（）【】《》·—".contains(c)
}

fn marked(name: &str, id: &str) -> String {
    let mark = Sha256::digest(id);
    format!(
        "{name}~{:02x}{:02x}{:02x}{:02x}",
        mark[0], mark[1], mark[2], mark[3]
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_ids_stay_and_others_are_made_safe() {
        for id in ["V-0031", "2025-W14", "投诉0142", "䶮-1", "a.b"] {
            assert_eq!(file_name(id), id);
        }
        for (id, start) in [
            ("..", "_~"),
            ("../../etc/passwd", "_.._etc_passwd~"),
            ("CON", "_CON~"),
            ("Index", "_Index~"),
            ("com1.txt", "_com1.txt~"),
            ("R-1#2", "R-1_2~"),
            ("a:b\\c", "a_b_c~"),
            (" x ", "_x_~"),
            ("x.", "x~"),
            ("", "_~"),
        ] {
            let name = file_name(id);
            assert!(name.starts_with(start), "{id}: {name}");
        }
    }

    #[test]
    fn ids_that_differ_in_case_get_two_names() {
        let names = file_names(["a1", "A1", "b"]);
        assert_eq!((names[0].as_str(), names[2].as_str()), ("a1", "b"));
        assert_ne!(names[1].to_lowercase(), "a1");
    }

    proptest! {
        #[test]
        fn no_name_leaves_its_folder(id in "\\PC{0,300}") {
            let name = file_name(&id);
            prop_assert!(!name.is_empty() && name.len() <= LONGEST + 12);
            prop_assert!(!name.contains(['/', '\\', ':', '\0', '*', '?', '"', '<', '>', '|', '#', '%']));
            prop_assert!(!name.starts_with(['.', ' ']) && !name.ends_with(['.', ' ']));
        }

        #[test]
        fn two_ids_never_share_a_name(a in "[A-Ca-c./: #]{0,4}", b in "[A-Ca-c./: #]{0,4}") {
            prop_assume!(a != b);
            let names = file_names([a.as_str(), b.as_str()]);
            prop_assert_ne!(names[0].to_lowercase(), names[1].to_lowercase());
        }
    }
}
