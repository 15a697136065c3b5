//! A page of explanation: a title, facts in line, sections with paragraphs no wider than a terminal.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use crate::report::{Paint, Style};
use crate::text::Lang;

/// Columns of a paragraph.
const WIDTH: usize = 80;

/// Where an explanation is written.
pub(in crate::cli) struct Page<'a> {
    /// The stream.
    pub out: &'a mut dyn Write,
    /// Colour, or none.
    pub style: Style,
    /// The language.
    pub lang: Lang,
}

impl Page<'_> {
    /// The name of what is explained, and its title.
    pub fn title(&mut self, name: &str, title: &str) -> io::Result<()> {
        let name = self.style.paint(Paint::Strong, name);
        writeln!(self.out, "{name}  {title}\n")
    }

    /// Facts, their labels in line; a fact without text is left out.
    pub fn facts(&mut self, facts: &[(&str, String)]) -> io::Result<()> {
        let shown = || facts.iter().filter(|f| !f.1.is_empty());
        let widest = shown().map(|f| f.0.width()).max().unwrap_or(0);
        for (label, text) in shown() {
            let space = " ".repeat(widest - label.width() + 2);
            let label = self.style.paint(Paint::Frame, label);
            let hanging = " ".repeat(2 + widest + 2);
            for (i, line) in wrapped(text, WIDTH - hanging.len()).iter().enumerate() {
                match i {
                    0 => writeln!(self.out, "  {label}{space}{line}")?,
                    _ => writeln!(self.out, "{hanging}{line}")?,
                }
            }
        }
        Ok(())
    }

    /// A heading with a line of space above it.
    pub fn heading(&mut self, text: &str) -> io::Result<()> {
        let text = self.style.paint(Paint::Strong, text);
        writeln!(self.out, "\n{text}")
    }

    /// A paragraph.
    pub fn paragraph(&mut self, text: &str) -> io::Result<()> {
        for line in wrapped(text, WIDTH - 2) {
            writeln!(self.out, "  {line}")?;
        }
        Ok(())
    }

    /// Lines that stay as they are.
    pub fn verbatim(&mut self, text: &str) -> io::Result<()> {
        for line in text.lines() {
            writeln!(self.out, "{}", format!("  {line}").trim_end())?;
        }
        Ok(())
    }
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    text.lines()
        .flat_map(|line| textwrap::wrap(line, width))
        .map(std::borrow::Cow::into_owned)
        .collect()
}
