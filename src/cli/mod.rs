//! Arguments in, exit status out. A command is one file here and its row in `COMMANDS`.

mod answer;
mod audit;
mod baseline;
#[cfg(feature = "documents")]
mod blank;
#[cfg(feature = "documents")]
mod build;
mod check;
mod clap_text;
mod common;
mod completions;
mod due;
mod examples;
mod explain;
mod fix;
mod forms;
mod help;
mod import;
mod init;
mod kinds;
mod man;
mod new;
mod paths;
mod period;
mod policies;
#[cfg(feature = "documents")]
mod progress;
mod schema;
mod session;
mod since;
mod sink;
mod stats;
#[cfg(feature = "documents")]
mod watch;
mod why;

use std::ffi::OsString;
use std::io::{BufRead, Write};
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{ArgMatches, FromArgMatches as _};

use crate::pipeline::Failure;
use crate::report::{self, Style};
use common::Common;
use session::Session;

/// What the program takes from the machine: streams, clock and folder, so that tests can stand in for them.
pub struct Outside<'a> {
    /// What a command says.
    pub out: &'a mut dyn Write,
    /// Why it could not.
    pub err: &'a mut dyn Write,
    /// Answers to questions, where somebody sits at a terminal.
    pub input: Option<&'a mut dyn BufRead>,
    /// Whether the two streams show colour.
    pub colour: (bool, bool),
    /// The clock; an office's time zone says which day it is.
    pub now: &'a dyn Fn() -> DateTime<Utc>,
    /// The current folder.
    pub here: PathBuf,
}

/// What a command is called, takes and does. Help texts are written `中文 | English`.
pub(crate) trait Command: clap::Args {
    /// Its name.
    const NAME: &'static str;
    /// What it does, in a line.
    const ABOUT: &'static str;
    /// Command lines with what they do.
    const EXAMPLES: &'static [(&'static str, &'static str)];
    /// Does it; gives the exit status.
    ///
    /// # Errors
    /// Why it could not be done.
    fn run(self, session: &mut Session<'_>) -> Result<u8, Failure>;
}

/// A command in the table.
struct Row {
    name: &'static str,
    about: &'static str,
    examples: &'static [(&'static str, &'static str)],
    define: fn(clap::Command) -> clap::Command,
    run: fn(&ArgMatches, &mut Session<'_>) -> Result<u8, Failure>,
}

impl Row {
    const fn of<C: Command>() -> Self {
        Self {
            name: C::NAME,
            about: C::ABOUT,
            examples: C::EXAMPLES,
            define: C::augment_args,
            run: start::<C>,
        }
    }
}

fn start<C: Command>(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let arguments = C::from_arg_matches(matches).map_err(|e| clap_text::failure(&e))?;
    arguments.run(session)
}

/// Every command, in the order in which help lists them.
const COMMANDS: &[Row] = &[
    #[cfg(feature = "documents")]
    Row::of::<build::Build>(),
    #[cfg(feature = "documents")]
    Row::of::<watch::Watch>(),
    Row::of::<check::Check>(),
    Row::of::<due::Due>(),
    Row::of::<stats::Stats>(),
    Row::of::<explain::Explain>(),
    Row::of::<why::Why>(),
    Row::of::<policies::Policies>(),
    Row::of::<kinds::Kinds>(),
    Row::of::<forms::Forms>(),
    #[cfg(feature = "documents")]
    Row::of::<blank::Blank>(),
    Row::of::<init::Init>(),
    Row::of::<new::New>(),
    Row::of::<import::Import>(),
    Row::of::<audit::Audit>(),
    Row::of::<schema::Schema>(),
    Row::of::<completions::Completions>(),
    Row::of::<man::Man>(),
];

/// The command that is meant when none is named, once there is one of this name.
const DEFAULT: &str = "build";

/// Runs the program.
pub fn run(args: Vec<OsString>, outside: Outside<'_>) -> u8 {
    let said = |name| help::scan(&args, name);
    let mut lang = help::lang(said("--lang").as_deref());
    let style = |terminal| Style::new(help::colour(said("--color").as_deref(), terminal));
    let (on_out, on_err) = (style(outside.colour.0), style(outside.colour.1));
    let input = outside.input;
    let act = || {
        let (row, matches) = match help::parse(&args, lang, on_out)? {
            Asked::Show(text, status) => {
                sink::quiet(write!(outside.out, "{text}"))?;
                return Ok(status);
            }
            Asked::Do(row, matches) => (row, matches),
        };
        let common = Common::from_arg_matches(&matches).map_err(|e| clap_text::failure(&e))?;
        let mut session = Session::open(common, outside.out, on_out, outside.now, &outside.here)?;
        session.input = input;
        lang = session.lang;
        (row.run)(&matches, &mut session)
    };
    match act() {
        Ok(status) => status,
        Err(failure) => {
            // Nobody is left to tell when the error stream is closed too.
            let _ = report::failure::write(outside.err, &failure, lang, on_err);
            failure.status
        }
    }
}

/// What the arguments come to.
enum Asked {
    /// A text, and the exit status to end with.
    Show(String, u8),
    /// A command.
    Do(&'static Row, ArgMatches),
}
