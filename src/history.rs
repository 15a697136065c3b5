//! What git knows of a workspace: the commit that is checked out. Read from `.git` by hand: a build needs no more of it.

use std::fs;
use std::path::{Path, PathBuf};

/// The id of the commit that is checked out in the repository that a folder lies in; none outside git, or before the
/// first commit.
pub fn commit(folder: &Path) -> Option<String> {
    let folder = fs::canonicalize(folder).ok()?;
    let git = folder.ancestors().find_map(git_folder)?;
    let head = read(&git.join("HEAD"))?;
    match head.strip_prefix("ref:") {
        None => Some(head).filter(|id| is_id(id)),
        Some(name) => reference(&git, name.trim(), 0),
    }
}

/// `.git` is a folder, or a file that names one (a worktree, a submodule).
fn git_folder(folder: &Path) -> Option<PathBuf> {
    let git = folder.join(".git");
    if git.is_dir() {
        return git.join("HEAD").is_file().then_some(git);
    }
    let named = read(&git)?;
    Some(folder.join(named.strip_prefix("gitdir:")?.trim()))
}

/// A reference may name another one, but not for ever.
const DEEPEST: u32 = 5;

fn reference(git: &Path, name: &str, depth: u32) -> Option<String> {
    // A worktree keeps its branches in the repository that it is of.
    let common = read(&git.join("commondir")).map(|c| git.join(c));
    let places = [Some(git.to_path_buf()), common];
    let places = || places.iter().flatten();
    if let Some(text) = places().find_map(|p| read(&p.join(name))) {
        return match text.strip_prefix("ref:") {
            Some(other) if depth < DEEPEST => reference(git, other.trim(), depth + 1),
            _ => Some(text).filter(|id| is_id(id)),
        };
    }
    places()
        .filter_map(|p| read(&p.join("packed-refs")))
        .find_map(|packed| {
            let mut lines = packed.lines().filter_map(|l| l.split_once(' '));
            lines.find(|(_, n)| *n == name).map(|(id, _)| id.to_owned())
        })
        .filter(|id| is_id(id))
}

fn read(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    Some(text.trim().to_owned())
}

/// SHA-1 or SHA-256 in hexadecimal.
fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "0123456789abcdef0123456789abcdef01234567";
    const B: &str = "89abcdef0123456789abcdef0123456789abcdef";

    fn put(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn a_branch_a_packed_branch_and_a_bare_commit() {
        let home = tempfile::tempdir().unwrap();
        let deep = home.path().join("offices/east");
        fs::create_dir_all(&deep).unwrap();
        assert_eq!(commit(&deep), None);
        put(home.path(), ".git/HEAD", "ref: refs/heads/main\n");
        assert_eq!(commit(&deep), None);
        put(
            home.path(),
            ".git/packed-refs",
            &format!("# pack-refs with: peeled\n{B} refs/heads/main\n^{A}\n"),
        );
        assert_eq!(commit(&deep).as_deref(), Some(B));
        put(home.path(), ".git/refs/heads/main", &format!("{A}\n"));
        assert_eq!(commit(&deep).as_deref(), Some(A));
        put(home.path(), ".git/HEAD", &format!("{B}\n"));
        assert_eq!(commit(&deep).as_deref(), Some(B));
    }

    #[test]
    fn a_worktree_reads_its_repository() {
        let home = tempfile::tempdir().unwrap();
        put(
            home.path(),
            "work/.git",
            "gitdir: ../repo/.git/worktrees/work\n",
        );
        put(
            home.path(),
            "repo/.git/worktrees/work/HEAD",
            "ref: refs/heads/x\n",
        );
        put(home.path(), "repo/.git/worktrees/work/commondir", "../..\n");
        put(home.path(), "repo/.git/refs/heads/x", A);
        assert_eq!(commit(&home.path().join("work")).as_deref(), Some(A));
    }

    #[test]
    fn what_is_no_id_is_none() {
        let home = tempfile::tempdir().unwrap();
        put(home.path(), ".git/HEAD", "ref: refs/heads/a\n");
        put(home.path(), ".git/refs/heads/a", "ref: refs/heads/a\n");
        assert_eq!(commit(home.path()), None);
        put(home.path(), ".git/refs/heads/a", "no id");
        assert_eq!(commit(home.path()), None);
    }
}
