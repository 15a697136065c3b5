//! Where a recipe wants its file → whether it may stand there: below `output/`, on every system.

use super::{PRIVATE, manifest};
use crate::text::Bilingual;

/// File systems take 255 bytes; what is made aside or archived needs some.
const LONGEST: usize = 240;

/// What Windows keeps for devices, whatever follows a dot.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Whether a path names a file below `output/` on every system, and none of those that a build keeps for itself.
///
/// # Errors
/// Why not.
pub(super) fn check(path: &str) -> Result<(), Bilingual> {
    for part in path.split('/') {
        sound(part)?;
    }
    let first = path.split('/').next().unwrap_or_default();
    if first.eq_ignore_ascii_case(PRIVATE) || path.eq_ignore_ascii_case(manifest::NAME) {
        return Err(Bilingual::new(
            "这个名称留给程序自己用",
            "this name is kept for the program itself",
        ));
    }
    Ok(())
}

fn sound(part: &str) -> Result<(), Bilingual> {
    let no = |zh: &str, en: &str| Err(Bilingual::new(zh, en));
    let odd = |c: char| c.is_control() || "\\:*?\"<>|".contains(c);
    if matches!(part, "" | "." | "..") {
        return no(
            "路径要在 output/ 之内，不能有空的一段、. 或 ..",
            "a path lies below output/, without an empty part, `.` or `..`",
        );
    }
    if let Some(c) = part.chars().find(|c| odd(*c)) {
        let c = c.escape_debug();
        return Err(Bilingual::new(
            format!("文件名里不能有「{c}」"),
            format!("a file name cannot hold `{c}`"),
        ));
    }
    if part.starts_with(' ') || part.ends_with([' ', '.']) {
        return no(
            "文件名不能以空格开头，也不能以空格或句点结尾",
            "a file name cannot begin with a space or end with a space or a full stop",
        );
    }
    if device(part) {
        return no(
            "这个名称在 Windows 上是设备名",
            "this name is a device on Windows",
        );
    }
    if part.len() > LONGEST {
        return no("文件名太长", "the file name is too long");
    }
    Ok(())
}

fn device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default();
    let stem = stem.trim_end().to_lowercase();
    let numbered = |prefix| {
        stem.strip_prefix(prefix).is_some_and(|rest: &str| {
            rest.chars().count() == 1 && rest.chars().all(|c| "0123456789¹²³".contains(c))
        })
    };
    DEVICES.contains(&stem.as_str()) || numbered("com") || numbered("lpt")
}

/// The folders above a file, the nearest first: `a/b` and `a` of `a/b/c.pdf`.
pub(super) fn folders(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |p| p.rsplit_once('/').map(|(above, _)| above)).skip(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_paths_pass() {
        for path in [
            "index.html",
            "cuihu/forms/visit-record/V-0031.pdf",
            "翠湖/reports/周报/2025-W14.pdf",
            "a/.b",
            "console.html",
            "com10.pdf",
        ] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn paths_that_leave_output_or_stand_on_no_windows_are_refused() {
        for path in [
            "",
            "/etc/passwd",
            "../x",
            "a/../../x",
            "a//b",
            "a/",
            "./a",
            "C:/x",
            "a\\b",
            "a\0b",
            "a\nb",
            "nul",
            "a/CON.pdf",
            "com1 .x",
            "lpt9.html",
            "a.",
            "a ",
            " a",
            "what?.pdf",
            ".aftercare/state.json",
            ".AFTERCARE",
            "manifest.json",
            "Manifest.JSON",
        ] {
            assert!(check(path).is_err(), "{path:?}");
        }
        assert!(check(&"长".repeat(81)).is_err());
    }

    proptest! {
        #[test]
        fn what_passes_stays_below(path in "\\PC{0,40}|[./a\\\\:]{0,12}") {
            if check(&path).is_ok() {
                use std::path::Component;
                let all = std::path::Path::new(&path).components().all(|c| matches!(c, Component::Normal(_)));
                prop_assert!(all);
            }
        }
    }

    #[test]
    fn folders_above() {
        assert_eq!(folders("a/b/c.pdf").collect::<Vec<_>>(), ["a/b", "a"]);
        assert_eq!(folders("c.pdf").count(), 0);
    }
}
