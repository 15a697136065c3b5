//! Puts mended files in place of the old ones: all of them, or none.

use std::fs;

use super::Fixed;
use crate::add::bytes::Aside;
use crate::pipeline::Failure;

/// Writes every file aside, then renames them into place; what was renamed is put back where one cannot be.
///
/// # Errors
/// Somebody else changed a file meanwhile, or the disk refuses.
pub(crate) fn write(all: &[Fixed]) -> Result<(), Failure> {
    for fixed in all {
        match fs::read(&fixed.real) {
            Ok(now) if now == fixed.before => {}
            Ok(_) => return Err(changed(&fixed.path)),
            Err(e) => return Err(crate::add::io(&fixed.path, &e)),
        }
    }
    let mut ready = Vec::new();
    for fixed in all {
        let aside = Aside::write(&fixed.real, &fixed.after);
        ready.push(aside.map_err(|e| crate::add::io(&fixed.path, &e))?);
    }
    for (n, (aside, fixed)) in ready.into_iter().zip(all).enumerate() {
        if let Err(e) = aside.place() {
            for done in &all[..n] {
                // What cannot be put back is sound too, only mended already.
                let _ = crate::add::bytes::put(&done.real, &done.before);
            }
            return Err(crate::add::io(&fixed.path, &e));
        }
    }
    Ok(())
}

fn changed(path: &str) -> Failure {
    Failure::program(
        format!("{path} 刚刚被别人改过，没有写"),
        format!("{path} was changed just now; nothing was written"),
    )
    .helped("再来一次", "try again")
}
