//! Colours of what is printed, and text from records made safe to print.

use std::borrow::Cow;
use std::fmt::Display;

use anstyle::{AnsiColor, Color, Style as Ansi};

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// A name, a heading.
    Strong,
    /// A fault that fails.
    Error,
    /// A fault that does not.
    Warning,
    /// Frames, line numbers.
    Frame,
    /// What matters less.
    Dim,
    /// What is well.
    Good,
}

/// Whether there is colour; none by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    on: bool,
}

impl Style {
    /// With colour or without.
    pub fn new(on: bool) -> Self {
        Self { on }
    }

    /// Whether there is colour.
    pub fn is_on(self) -> bool {
        self.on
    }

    /// A text in its colour.
    pub fn paint(self, what: Paint, text: impl Display) -> String {
        if !self.on {
            return text.to_string();
        }
        let colour = |c: AnsiColor| Ansi::new().fg_color(Some(Color::Ansi(c)));
        let ansi = match what {
            Paint::Strong => Ansi::new().bold(),
            Paint::Error => colour(AnsiColor::Red).bold(),
            Paint::Warning => colour(AnsiColor::Yellow).bold(),
            Paint::Frame => colour(AnsiColor::Blue),
            Paint::Dim => Ansi::new().dimmed(),
            Paint::Good => colour(AnsiColor::Green).bold(),
        };
        format!("{ansi}{text}{ansi:#}")
    }
}

/// Whether a terminal would obey this character instead of showing it: controls, and marks that turn the direction of
/// writing around.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// A text from a record, on one line and harmless to a terminal.
pub(crate) fn safe(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let shown = |c| match c {
        '\n' | '\t' => ' ',
        c if is_unsafe(c) => '\u{fffd}',
        c => c,
    };
    Cow::Owned(text.chars().map(shown).collect())
}
