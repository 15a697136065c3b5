//! Paths that a user names → paths below the workspace, as findings carry them.

use std::path::{Component, Path, PathBuf};

use crate::load::below;
use crate::pipeline::Failure;
use crate::text::nearest;

/// A named file or folder as a path below the workspace; empty is the whole of it. It is looked for from the current
/// folder, then from the workspace (as findings print it), then from `records/` (an office's name).
///
/// # Errors
/// It does not exist, or lies outside the workspace.
pub(crate) fn resolve(here: &Path, root: &Path, given: &Path) -> Result<String, Failure> {
    let bases = [here.to_path_buf(), root.to_path_buf(), root.join("records")];
    let shown = given.display();
    let Some(found) = bases.iter().map(|b| b.join(given)).find(|p| p.exists()) else {
        let missing = Failure::usage(
            format!("没有「{shown}」这个文件或文件夹"),
            format!("there is no file or folder `{shown}`"),
        );
        let near = bases.iter().find_map(|b| near(b, given));
        return Err(missing.suggesting(near.as_deref()));
    };
    inside(root, &found).ok_or_else(|| {
        Failure::usage(
            format!("「{shown}」不在工作区「{}」里", root.display()),
            format!("`{shown}` lies outside the workspace `{}`", root.display()),
        )
    })
}

fn inside(root: &Path, path: &Path) -> Option<String> {
    let lexical = clean(path);
    let base = clean(root);
    if lexical.starts_with(&base) {
        return Some(below(&base, &lexical));
    }
    let (path, root) = (path.canonicalize().ok()?, root.canonicalize().ok()?);
    path.starts_with(&root).then(|| below(&root, &path))
}

/// Without `.` and `..`, as written.
fn clean(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// The path with its first missing part replaced by the nearest name that is there, as far as it then exists.
fn near(base: &Path, given: &Path) -> Option<String> {
    let mut so_far = PathBuf::new();
    let mut parts = given.components();
    while let Some(part) = parts.next() {
        let next = so_far.join(part);
        if base.join(&next).exists() {
            so_far = next;
            continue;
        }
        let mut names: Vec<String> = std::fs::read_dir(base.join(&so_far))
            .ok()?
            .flatten()
            .map(|e| e.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        let word = part.as_os_str().to_string_lossy();
        let found = nearest(&word, names.iter().map(String::as_str))?;
        let found = so_far.join(found);
        let whole = found.join(parts.as_path());
        let there = if base.join(&whole).exists() {
            whole
        } else {
            found
        };
        return Some(there.display().to_string());
    }
    None
}

/// Whether a file is one of these paths or below one.
pub(crate) fn covers(paths: &[String], file: &str) -> bool {
    paths.iter().any(|p| {
        file.strip_prefix(p.as_str())
            .is_some_and(|rest| p.is_empty() || rest.is_empty() || rest.starts_with('/'))
    })
}
