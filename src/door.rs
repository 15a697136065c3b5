//! The one door through which a workspace's own policies, templates, fonts and photographs come in: whole files, within
//! limits, none from outside the workspace.

mod photos;

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::finding::Place;
use crate::load::below;
use crate::load::glyph::Coverage;
use crate::pipeline::Failure;

pub use photos::Photos;

/// A file's path below its folder, with `/`, and its bytes.
pub type File = (String, Vec<u8>);

/// What a folder may hold.
struct Folder {
    name: &'static str,
    /// The endings that count; all when empty.
    endings: &'static [&'static str],
    /// Bytes of one file.
    largest: u64,
    /// Files.
    most: usize,
}

const TEMPLATES: Folder = Folder {
    name: "templates",
    endings: &[],
    largest: 16 << 20,
    most: 5_000,
};

const FONTS: Folder = Folder {
    name: "fonts",
    endings: &["ttf", "otf", "ttc", "otc"],
    largest: 128 << 20,
    most: 64,
};

/// The workspace's own templates, in order of their paths.
///
/// # Errors
/// One that cannot be read, is too large, or lies outside the workspace.
pub fn templates(root: &Path) -> Result<Vec<File>, Failure> {
    read(root, &TEMPLATES)
}

/// Copies a workspace's own packs into another: they may replace some of the program's.
///
/// # Errors
/// One cannot be copied.
pub(crate) fn copy_packs(root: &Path, to: &Path) -> std::io::Result<()> {
    let Ok(entries) = fs::read_dir(root.join("policies")) else {
        return Ok(());
    };
    for entry in entries.flatten() {
        let pack = entry.path().join("policy.yaml");
        if pack.is_file() {
            let folder = to.join("policies").join(entry.file_name());
            fs::create_dir_all(&folder)?;
            fs::copy(pack, folder.join("policy.yaml"))?;
        }
    }
    Ok(())
}

/// The workspace's own fonts, in order of their names.
///
/// # Errors
/// One that cannot be read, is no font, is too large, or lies outside the workspace.
pub fn fonts(root: &Path) -> Result<Vec<File>, Failure> {
    let files = read(root, &FONTS)?;
    let mut any = Coverage::none();
    match files.iter().find(|(_, bytes)| !any.add_font(bytes)) {
        None => Ok(files),
        Some((path, _)) => Err(refused(
            &format!("fonts/{path}"),
            "不是能用的字体文件",
            "is no font that can be used",
        )),
    }
}

/// Adds what the workspace's own fonts can print. Whatever is wrong with them is told by who prints.
pub fn coverage(root: &Path, coverage: &mut Coverage) {
    for (_, bytes) in read(root, &FONTS).unwrap_or_default() {
        coverage.add_font(&bytes);
    }
}

fn read(root: &Path, folder: &Folder) -> Result<Vec<File>, Failure> {
    let top = root.join(folder.name);
    if !top.is_dir() {
        return Ok(Vec::new());
    }
    let inside = fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf());
    let mut files = Vec::new();
    let entries = WalkDir::new(&top).follow_links(true).sort_by_file_name();
    for entry in entries
        .into_iter()
        .filter_entry(|e| e.depth() == 0 || !is_hidden(e))
    {
        let entry = entry.map_err(|e| {
            let path = below(root, e.path().unwrap_or(&top));
            refused(&path, "读不了", "cannot be read")
        })?;
        stays(root, &inside, &entry)?;
        if !entry.file_type().is_file() || !folder.counts(entry.path()) {
            continue;
        }
        let path = below(root, entry.path());
        let size = entry.metadata().map_or(u64::MAX, |m| m.len());
        if size > folder.largest {
            let most = folder.largest >> 20;
            return Err(refused(
                &path,
                &format!("超过 {most} MB"),
                &format!("is over {most} MB"),
            ));
        }
        if files.len() == folder.most {
            let most = folder.most;
            return Err(refused(
                folder.name,
                &format!("里超过 {most} 个文件"),
                &format!("holds more than {most} files"),
            ));
        }
        let bytes = fs::read(entry.path()).map_err(|e| {
            refused(
                &path,
                &format!("读不了：{e}"),
                &format!("cannot be read: {e}"),
            )
        })?;
        files.push((below(&top, entry.path()), bytes));
    }
    Ok(files)
}

/// What editors and systems leave behind.
fn is_hidden(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    name.starts_with('.') || name.ends_with('~')
}

/// A link may lead to another place in the workspace only.
fn stays(root: &Path, inside: &PathBuf, entry: &DirEntry) -> Result<(), Failure> {
    if !entry.path_is_symlink() {
        return Ok(());
    }
    match fs::canonicalize(entry.path()) {
        Ok(real) if real.starts_with(inside) => Ok(()),
        _ => Err(refused(
            &below(root, entry.path()),
            "是指到工作区外面去的链接",
            "is a link that leads out of the workspace",
        )),
    }
}

impl Folder {
    fn counts(&self, path: &Path) -> bool {
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        self.endings.is_empty() || ending.is_some_and(|e| self.endings.contains(&e.as_str()))
    }
}

fn refused(path: &str, zh: &str, en: &str) -> Failure {
    let place = Place::whole(path);
    Failure {
        place: Some(place),
        ..Failure::usage(format!("「{path}」{zh}"), format!("`{path}` {en}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        for (path, bytes) in files {
            let path = home.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        home
    }

    #[test]
    fn templates_come_in_by_path_and_what_editors_leave_does_not() {
        let home = workspace(&[
            ("templates/forms/b/form.yaml", b"2"),
            ("templates/forms/a/form.yaml", b"1"),
            ("templates/.DS_Store", b"x"),
            ("templates/forms/a/form.yaml~", b"x"),
        ]);
        let paths = |files: Vec<File>| files.into_iter().map(|f| f.0).collect::<Vec<_>>();
        let read = paths(templates(home.path()).unwrap());
        assert_eq!(read, ["forms/a/form.yaml", "forms/b/form.yaml"]);
        assert!(templates(&home.path().join("none")).unwrap().is_empty());
    }

    #[test]
    fn a_file_that_is_no_font_is_named() {
        let font = include_bytes!("../fonts/NotoSerifSC-Regular.ttf");
        let home = workspace(&[("fonts/仿宋.ttf", font), ("fonts/LICENSE", b"text")]);
        assert_eq!(fonts(home.path()).unwrap().len(), 1);
        let home = workspace(&[("fonts/仿宋.TTF", b"not a font")]);
        let e = fonts(home.path()).unwrap_err();
        assert_eq!(
            (e.status, e.message.en.as_str()),
            (2, "`fonts/仿宋.TTF` is no font that can be used")
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_in_the_workspace() {
        use std::os::unix::fs::symlink;
        let home = workspace(&[("shared/a.typ", b"1"), ("templates/b.typ", b"2")]);
        symlink(home.path().join("shared"), home.path().join("templates/in")).unwrap();
        assert_eq!(templates(home.path()).unwrap().len(), 2);
        symlink("/etc/hosts", home.path().join("templates/hosts.typ")).unwrap();
        let e = templates(home.path()).unwrap_err();
        assert!(
            e.message.zh.contains("templates/hosts.typ"),
            "{}",
            e.message.zh
        );
        fs::remove_file(home.path().join("templates/hosts.typ")).unwrap();
        symlink(
            home.path().join("templates"),
            home.path().join("templates/loop"),
        )
        .unwrap();
        assert_eq!(templates(home.path()).unwrap_err().status, 2);
    }

    #[test]
    fn a_file_that_is_too_large_is_refused() {
        let home = workspace(&[("templates/a.typ", b"")]);
        let file = fs::File::options()
            .write(true)
            .open(home.path().join("templates/a.typ"))
            .unwrap();
        file.set_len(TEMPLATES.largest + 1).unwrap();
        assert!(
            templates(home.path())
                .unwrap_err()
                .message
                .zh
                .contains("16 MB")
        );
    }
}
