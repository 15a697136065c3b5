//! What is not there: a workspace, an office, a policy; and what to do about it.

use std::path::{Path, PathBuf};

use super::Failure;
use crate::policy::Packs;
use crate::text::nearest;
use crate::workspace;

/// No pack has this id.
pub(crate) fn unknown_policy(id: &str, packs: &Packs) -> Failure {
    let failure = Failure::usage(
        format!("没有「{id}」这项制度"),
        format!("there is no policy `{id}`"),
    );
    match nearest(id, packs.ids()) {
        None => failure.helped(
            "aftercare policies 列出全部制度",
            "`aftercare policies` lists all policies",
        ),
        near => failure.suggesting(near),
    }
}

/// What a new user needs.
const START: (&str, &str) = (
    "新建单位用 aftercare init；已有的工作区用 -C 指明",
    "`aftercare init` makes a new office; -C names a workspace that is there",
);

/// A workspace without offices.
pub(crate) fn no_office() -> Failure {
    Failure::usage(
        "没有找到单位：records/ 下要有写着 office.yaml 的文件夹",
        "no office found: a folder below records/ needs an office.yaml",
    )
    .helped(START.0, START.1)
}

/// So many offices are named where none is like the one that was meant.
const NAMED: usize = 20;

/// No office has this id.
pub(crate) fn unknown_office(id: &str, all: &[(String, PathBuf)]) -> Failure {
    let failure = Failure::usage(
        format!("没有「{id}」这个单位"),
        format!("there is no office `{id}`"),
    );
    let names = || all.iter().map(|o| o.0.as_str());
    match nearest(id, names()) {
        None if all.len() <= NAMED && names().all(|n| !n.is_empty()) => {
            let listed = names().collect::<Vec<_>>();
            failure.helped(
                format!("有：{}", listed.join("、")),
                format!("they are {}", listed.join(", ")),
            )
        }
        near => failure.suggesting(near),
    }
}

/// The workspace that a folder lies in.
///
/// # Errors
/// There is none.
pub fn root(start: &Path) -> Result<PathBuf, Failure> {
    workspace::find_root(start).ok_or_else(|| {
        Failure::usage(
            format!("「{}」及其上级没有 records/ 文件夹", start.display()),
            format!("no records/ folder in `{}` or above", start.display()),
        )
        .helped(START.0, START.1)
    })
}
