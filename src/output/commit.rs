//! The commit record: what is to be moved into place and removed. Once it is on the disk the build is made; whoever opens
//! the folder next carries it out, as often as it takes.

use std::collections::BTreeSet;
use std::fs;

use serde::{Deserialize, Serialize};

use super::disk::Disk;
use super::{PRIVATE, path};
use crate::pipeline::Failure;

/// A file that was made aside.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Move {
    /// Its number among those made aside.
    pub from: u64,
    /// Where it belongs.
    pub to: String,
    /// Its size: one that a power failure cut short is not moved, and made again.
    pub size: u64,
    /// Whether a file of an earlier build may be there.
    pub replaces: bool,
}

/// All that is left to do when everything is made.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Commit {
    /// Files of earlier builds that are no longer due.
    pub removes: Vec<String>,
    /// In this order.
    pub moves: Vec<Move>,
}

/// Where files are made.
pub(super) fn folder() -> String {
    format!("{PRIVATE}/new")
}

/// A file made aside.
pub(super) fn aside(number: u64) -> String {
    format!("{PRIVATE}/new/{number}")
}

fn file() -> String {
    format!("{PRIVATE}/commit.json")
}

impl Commit {
    /// Writes the record: from here on the build counts as made.
    pub(super) fn record(&self, disk: &Disk) -> Result<(), Failure> {
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        let part = format!("{}.part", file());
        disk.settle(&folder());
        disk.write(&part, &bytes, true)?;
        disk.rename(&part, &file())?;
        disk.settle(PRIVATE);
        Ok(())
    }

    /// Carries out what a build that was stopped had recorded, and clears what one left that was stopped before it.
    pub(super) fn complete(disk: &Disk) -> Result<(), Failure> {
        if let Ok(bytes) = fs::read(disk.at(&file())) {
            let commit: Self = serde_json::from_slice(&bytes).map_err(|_| broken(disk))?;
            let all = commit.moves.iter().map(|m| &m.to).chain(&commit.removes);
            if all.into_iter().any(|p| !allowed(p)) {
                return Err(broken(disk));
            }
            commit.carry_out(disk)?;
        }
        disk.clear(&folder())
    }

    /// Moves and removes; what was done before is done.
    pub(super) fn carry_out(&self, disk: &Disk) -> Result<(), Failure> {
        let mut emptied = BTreeSet::new();
        for path in &self.removes {
            disk.remove(path)?;
            emptied.extend(path::folders(path).map(str::to_owned));
        }
        // The deepest first.
        for folder in emptied.iter().rev() {
            if disk.meta(folder).is_some_and(|m| m.is_dir()) {
                disk.prune(folder)?;
            }
        }
        for m in &self.moves {
            m.carry_out(disk)?;
        }
        disk.settle("");
        disk.remove(&file())?;
        disk.clear(&folder())
    }
}

impl Move {
    fn carry_out(&self, disk: &Disk) -> Result<(), Failure> {
        let from = aside(self.from);
        match disk.meta(&from) {
            Some(made) if made.len() == self.size => {}
            _ => return Ok(()),
        }
        if !self.replaces && disk.meta(&self.to).is_some() {
            return Err(foreign(disk, &[&self.to]));
        }
        if let Some(folder) = path::folders(&self.to).next() {
            disk.folder(folder)?;
        }
        disk.rename(&from, &self.to)
    }
}

/// A record may name the output, its manifest and the state, nothing else.
fn allowed(path: &str) -> bool {
    path::check(path).is_ok() || path == super::manifest::NAME || path == super::state::file()
}

fn broken(disk: &Disk) -> Failure {
    let shown = disk.at(&file()).display().to_string();
    Failure::program(
        format!("上次制作留下的记录「{shown}」坏了"),
        format!("the record `{shown}` that the last build left is broken"),
    )
    .helped(
        "删掉 output/ 里的 .aftercare 文件夹，再运行一次。",
        "Delete the folder .aftercare in output/, then run again.",
    )
}

/// Files that no build made stand where documents belong.
pub(super) fn foreign(disk: &Disk, paths: &[&str]) -> Failure {
    let shown: Vec<String> = paths
        .iter()
        .map(|p| disk.at(p).display().to_string())
        .collect();
    Failure::program(
        format!(
            "要制作的文件的位置上，已有不是本程序制作的文件：「{}」",
            shown.join("」「")
        ),
        format!(
            "files that aftercare did not make stand where documents belong: `{}`",
            shown.join("`, `")
        ),
    )
    .helped(
        "它们没有动。移走或改名，再运行一次。",
        "They are untouched. Move or rename them, then run again.",
    )
}
