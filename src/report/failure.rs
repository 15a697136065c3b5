//! Why nothing was judged, as one block: what, where, how to mend it.

use std::io::{self, Write};

use super::style::safe;
use super::text::quote;
use super::{Paint, Style};
use crate::pipeline::Failure;
use crate::text::Lang;

/// Writes a failure.
///
/// # Errors
/// The stream is closed or broken.
pub fn write(out: &mut dyn Write, f: &Failure, lang: Lang, style: Style) -> io::Result<()> {
    let title = style.paint(Paint::Error, lang.pick("不能继续", "cannot go on"));
    let message = f.message.get(lang);
    let mut lines = message.lines();
    let first = lines.next().unwrap_or_default();
    writeln!(out, "{title}: {}", style.paint(Paint::Strong, safe(first)))?;
    let gutter = match &f.place {
        Some(place) => quote(place, true, (style, Paint::Error), out)?,
        None => 1,
    };
    for line in lines {
        writeln!(out, "{}", safe(line))?;
    }
    if let Some(help) = &f.help {
        let bar = style.paint(Paint::Frame, "=");
        let label = style.paint(Paint::Frame, lang.pick("怎样改", "help"));
        writeln!(
            out,
            "{:gutter$} {bar} {label}: {}",
            "",
            safe(help.get(lang))
        )?;
    }
    Ok(())
}
