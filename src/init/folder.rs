//! Which folder an office may have.

use std::path::PathBuf;

use crate::pipeline::Failure;

/// Whether an office may be made in this folder below `records/`; empty is `records/` itself.
///
/// # Errors
/// No folder may be called so, or an office that is there would nest with it.
pub(crate) fn free(id: &str, all: &[(String, PathBuf)]) -> Result<(), Failure> {
    let sound = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.contains(['\\', ':'])
            && !part.chars().any(char::is_control)
    };
    if !id.is_empty() && !id.split('/').all(sound) {
        return Err(Failure::usage(
            format!("「{id}」不能作单位的文件夹名"),
            format!("`{id}` cannot be the folder of an office"),
        ));
    }
    let inside =
        |a: &str, b: &str| a.is_empty() || b.strip_prefix(a).is_some_and(|r| r.starts_with('/'));
    let nests = |o: &str| o != id && (inside(o, id) || inside(id, o));
    match all.iter().find(|(o, _)| nests(o)) {
        None => Ok(()),
        Some((other, _)) => {
            let shown = |id: &str| if id.is_empty() { "records" } else { id }.to_owned();
            let (id, other) = (shown(id), shown(other));
            Err(Failure::usage(
                format!("单位不能套在单位里：「{id}」与已有的「{other}」重叠"),
                format!("offices do not nest: `{id}` overlaps `{other}`"),
            )
            .helped(
                "用 --office 写另一个文件夹名",
                "name another folder with --office",
            ))
        }
    }
}
