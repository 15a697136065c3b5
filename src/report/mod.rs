//! Findings → what `check` prints. A format is one file here and its row in [`FORMATS`].

mod besides;
pub mod csv;
pub mod example;
pub mod failure;
pub mod github;
mod gitlab;
pub mod json;
mod junit;
mod sarif;
mod select;
mod snippet;
mod style;
pub mod table;
pub mod text;

use std::io::{self, Write};

use chrono::NaiveDate;

use crate::history::{Since, Told};
use crate::text::Lang;
pub use select::Selection;
pub(crate) use style::safe;
pub use style::{Paint, Style};

/// What is reported, and how.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// The findings and their counts.
    pub selection: &'a Selection<'a>,
    /// Judged as of the end of this day.
    pub as_of: NaiveDate,
    /// The language of messages.
    pub lang: Lang,
    /// Colour, or none.
    pub style: Style,
    /// Waived findings and all related places too.
    pub verbose: bool,
    /// A line a finding, and nothing when there is none.
    pub quiet: bool,
    /// Warnings fail too.
    pub strict: bool,
    /// The workspace's folder in its repository, with a `/` behind it, for code hosts that name files from there.
    pub below: &'a str,
    /// With which revision the findings were compared, and what was loosened since.
    pub since: Option<&'a Since>,
    /// How far the history can tell, where it was asked.
    pub history: Option<&'a Told>,
}

/// A format of the report.
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// Writes it.
    pub write: fn(&Report<'_>, &mut dyn Write) -> io::Result<()>,
}

/// Every format.
pub const FORMATS: &[Format] = &[
    Format {
        name: "text",
        write: text::write,
    },
    Format {
        name: "json",
        write: json::write,
    },
    Format {
        name: "sarif",
        write: sarif::write,
    },
    Format {
        name: "junit",
        write: junit::write,
    },
    Format {
        name: "github",
        write: github::write,
    },
    Format {
        name: "gitlab",
        write: gitlab::write,
    },
    Format {
        name: "csv",
        write: csv::write,
    },
];
