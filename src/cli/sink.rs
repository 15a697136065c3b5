//! Where a command's answer goes: the stream, or a file that is written aside and then renamed.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::pipeline::Failure;
use crate::source::why_unwritten;

/// Writes an answer to the stream; whoever stops reading (`| head`) ends it quietly.
///
/// # Errors
/// It cannot be written.
pub(crate) fn stream(
    out: &mut dyn Write,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut buffer = BufWriter::with_capacity(1 << 16, out);
    let written = write(&mut buffer).and_then(|()| buffer.flush());
    // What is left in the buffer would be tried again.
    drop(buffer.into_parts());
    quiet(written)
}

/// A closed pipe is no failure.
///
/// # Errors
/// Anything else is.
pub(crate) fn quiet(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => {
            let why = why_unwritten(&e);
            Err(Failure::program(
                format!("写不出去：{}", why.zh),
                format!("cannot write: {}", why.en),
            ))
        }
        _ => Ok(()),
    }
}

/// That a file could be written later, as far as its folder tells.
///
/// # Errors
/// The folder is not there.
pub(crate) fn ready(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|f| !f.is_dir());
    folder.map_or(Ok(()), |folder| {
        let why = if folder.exists() {
            ErrorKind::NotADirectory
        } else {
            ErrorKind::NotFound
        };
        Err(unwritten(path, &why.into()))
    })
}

fn unwritten(path: &Path, e: &io::Error) -> Failure {
    let (shown, why) = (path.display(), why_unwritten(e));
    Failure::program(
        format!("写不了「{shown}」：{}", why.zh),
        format!("cannot write `{shown}`: {}", why.en),
    )
}

/// Writes an answer to a file, whole or not at all. What is no ordinary file (a pipe, `/dev/null`) is written to as it is.
///
/// # Errors
/// It cannot be written.
pub(crate) fn file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let special = fs::metadata(path).is_ok_and(|m| !m.is_file());
    let result = if special {
        File::options()
            .write(true)
            .open(path)
            .and_then(|f| fill(f, write))
    } else {
        // A link stays a link: what it points at is replaced.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        aside(&target, write)
    };
    result.map_err(|e| unwritten(path, &e))
}

fn aside(target: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let temporary: PathBuf = target.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = File::create(&temporary)
        .and_then(|f| fill(f, write))
        .and_then(|()| fs::rename(&temporary, target));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn fill(file: File, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut buffer = BufWriter::with_capacity(1 << 16, file);
    write(&mut buffer)?;
    buffer.flush()
}
