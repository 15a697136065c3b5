//! The repository that a workspace lies in. gix reads it: no git program is needed, and nobody's settings are read.

use std::path::{Path, PathBuf};

use gix::bstr::ByteSlice as _;

use crate::pipeline::Failure;

/// A repository, and where in it the workspace lies.
pub struct Repo {
    pub(super) git: gix::Repository,
    /// The workspace's path below the repository's folder; empty when they are the same.
    pub(super) below: PathBuf,
}

/// A revision as somebody wrote it, and the commit that it names.
#[derive(Clone, Debug)]
pub struct Revision {
    /// As written: a branch, a tag, `HEAD~3`, a commit's id.
    pub written: String,
    /// The id of what it names.
    pub id: gix::ObjectId,
}

impl Revision {
    /// The first figures of its id.
    pub fn short(&self) -> String {
        self.id.to_hex_with_len(10).to_string()
    }
}

impl Repo {
    /// The repository that a workspace lies in.
    ///
    /// # Errors
    /// There is none.
    pub fn of(root: &Path) -> Result<Self, Failure> {
        let none = || {
            let shown = root.display();
            Failure::usage(
                format!("「{shown}」不在 git 仓库里"),
                format!("`{shown}` lies in no git repository"),
            )
            .helped(
                "先用 git init 建库并提交，或在克隆的仓库里运行",
                "commit the workspace to git first, or run this in a clone of it",
            )
        };
        let root = std::fs::canonicalize(root).map_err(|_| none())?;
        let isolated = gix::sec::trust::Mapping {
            full: gix::open::Options::isolated(),
            reduced: gix::open::Options::isolated(),
        };
        let found = gix::ThreadSafeRepository::discover_opts(&root, Default::default(), isolated);
        let found = found.map_err(|e| {
            let broken = root.ancestors().any(|d| d.join(".git").exists());
            if broken { absent(&e) } else { none() }
        });
        let mut git = found?.to_thread_local();
        git.object_cache_size_if_unset(CACHE);
        let top = git.workdir().and_then(|d| std::fs::canonicalize(d).ok());
        let below = top.and_then(|top| root.strip_prefix(top).map(Path::to_path_buf).ok());
        Ok(Self {
            below: below.ok_or_else(none)?,
            git,
        })
    }

    /// The id of the commit that is checked out; none before the first one.
    pub fn head(&self) -> Option<String> {
        self.git.head_id().ok().map(|id| id.to_string())
    }

    /// Whether the clone leaves out the older commits.
    pub fn is_shallow(&self) -> bool {
        self.git.is_shallow().unwrap_or(false)
    }

    /// What a revision names.
    ///
    /// # Errors
    /// Nothing, or nothing that this clone holds.
    pub fn revision(&self, written: &str) -> Result<Revision, Failure> {
        let unknown = || {
            if self.head().is_none() {
                return no_commit();
            }
            let failure = Failure::usage(
                format!("没有「{written}」这个版本"),
                format!("there is no revision `{written}`"),
            );
            if self.is_shallow() {
                let (zh, en) = SHALLOW;
                return failure.helped(zh, en);
            }
            failure.helped(
                "写分支、标签、HEAD~3 或提交的编号，如 origin/main；远端的分支要先 git fetch",
                "write a branch, a tag, HEAD~3 or a commit's id, such as origin/main; fetch a remote's branch first",
            )
        };
        let id = self.git.rev_parse_single(written).map_err(|_| unknown())?;
        // A tag is of a commit, and a commit may be named that this clone does not hold.
        let object = id.object().map_err(|_| unknown())?;
        let commit = object.peel_to_kind(gix::object::Kind::Commit);
        let commit = commit.map_err(|_| unknown())?;
        Ok(Revision {
            written: written.to_owned(),
            id: commit.id,
        })
    }

    /// The workspace's folder as a commit holds it; none where the commit has no such folder.
    ///
    /// # Errors
    /// The objects are not all there.
    pub(super) fn workspace(
        &self,
        commit: gix::ObjectId,
    ) -> Result<Option<gix::Tree<'_>>, Failure> {
        let commit = self.git.find_commit(commit).map_err(|e| absent(&e))?;
        let tree = commit.tree().map_err(|e| absent(&e))?;
        if self.below.as_os_str().is_empty() {
            return Ok(Some(tree));
        }
        subtree(&tree, &self.below)
    }
}

/// A folder in a tree.
///
/// # Errors
/// The objects are not all there.
pub(super) fn subtree<'r>(
    tree: &gix::Tree<'r>,
    path: &Path,
) -> Result<Option<gix::Tree<'r>>, Failure> {
    let entry = tree
        .lookup_entry_by_path(path)
        .map_err(|e| absent(&e))?
        .filter(|e| e.mode().is_tree());
    let Some(entry) = entry else { return Ok(None) };
    let object = entry.object().map_err(|e| absent(&e))?;
    Ok(Some(object.into_tree()))
}

/// A repository without a commit.
pub(super) fn no_commit() -> Failure {
    Failure::usage("仓库里还没有提交", "the repository has no commit yet").helped(
        "先 git add -A 再 git commit",
        "first git add -A, then git commit",
    )
}

/// Bytes of objects that are kept at hand.
const CACHE: usize = 16 << 20;

/// What to do where a clone holds only the newest commits.
pub(super) const SHALLOW: (&str, &str) = (
    "这个克隆不含较早的提交（浅克隆）：先 git fetch --unshallow；GitHub 上给 checkout 写 fetch-depth: 0",
    "this clone leaves out the older commits (it is shallow): `git fetch --unshallow`; on GitHub give checkout `fetch-depth: 0`",
);

/// An object that should be in the repository is not.
pub(super) fn absent(e: &dyn std::fmt::Display) -> Failure {
    Failure::usage(
        format!("读不了仓库里的内容：{e}"),
        format!("cannot read from the repository: {e}"),
    )
    .helped(
        "浅克隆或部分克隆缺少这些内容：git fetch --unshallow --refetch；仍不行就用 git fsck 查仓库",
        "a shallow or partial clone lacks them: git fetch --unshallow --refetch; else ask git fsck about the repository",
    )
}

/// A file's name in a tree as a path's part; none for one that no file can have.
pub(super) fn name(bytes: &gix::bstr::BStr) -> Option<PathBuf> {
    let path = gix::path::from_bstr(bytes).ok()?.into_owned();
    let one = path.components().count() == 1
        && matches!(
            path.components().next(),
            Some(std::path::Component::Normal(_))
        );
    let parted = bytes.contains_str("/") || (cfg!(windows) && bytes.contains_str("\\"));
    (one && !parted).then_some(path)
}
