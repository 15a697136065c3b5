//! The clap command from the table of commands, in one language; parsing, help and version texts.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, Args as _};

use super::common::Common;
use super::{Asked, COMMANDS, DEFAULT, Row, clap_text};
use crate::pipeline::Failure;
use crate::report::Style;
use crate::text::Lang;

/// The value of an option among arguments that are not parsed yet: they may be wrong, and this must be known to say so.
pub(super) fn scan(args: &[OsString], name: &str) -> Option<String> {
    let words: Vec<_> = args.iter().map(|a| a.to_string_lossy()).collect();
    words.iter().enumerate().find_map(|(i, word)| {
        if word == name {
            return words.get(i + 1).map(ToString::to_string);
        }
        Some(word.strip_prefix(name)?.strip_prefix('=')?.to_owned())
    })
}

/// The language of what is said before the workspace is known.
pub(super) fn lang(said: Option<&str>) -> Lang {
    match said {
        Some("en") => Lang::En,
        _ => Lang::Zh,
    }
}

/// Whether a stream gets colour.
pub(super) fn colour(said: Option<&str>, terminal: bool) -> bool {
    match said {
        Some("always") => true,
        Some("never") => false,
        _ => terminal,
    }
}

/// Reads the arguments.
///
/// # Errors
/// They make no sense.
pub(super) fn parse(args: &[OsString], lang: Lang, style: Style) -> Result<Asked, Failure> {
    let program = program(lang);
    let matches = match program.clone().try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(e) if matches!(e.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            return Ok(Asked::Show(shown(&e.render(), style), 0));
        }
        Err(e) => return Err(clap_text::failure(&e)),
    };
    match matches.subcommand() {
        Some(("help", which)) => {
            let words = which.get_many::<String>("COMMAND").into_iter().flatten();
            help(program, words, style)
        }
        Some((name, inner)) => Ok(row(name).map_or_else(
            || Asked::Show(String::new(), 2),
            |row| Asked::Do(row, inner.clone()),
        )),
        None if row(DEFAULT).is_some() => {
            let with = args.iter().cloned().chain([DEFAULT.into()]);
            parse(&with.collect::<Vec<_>>(), lang, style)
        }
        None => match help(program, [].iter(), style)? {
            Asked::Show(text, _) => Ok(Asked::Show(text, 2)),
            other => Ok(other),
        },
    }
}

fn row(name: &str) -> Option<&'static Row> {
    COMMANDS.iter().find(|r| r.name == name)
}

fn help<'a>(
    mut program: clap::Command,
    words: impl Iterator<Item = &'a String>,
    style: Style,
) -> Result<Asked, Failure> {
    // Names the subcommands in full ("aftercare check") in their usage lines.
    program.build();
    let mut at = &mut program;
    for word in words {
        at = match at.find_subcommand_mut(word) {
            Some(inner) => inner,
            None => return Err(clap_text::unknown_command(word)),
        };
    }
    Ok(Asked::Show(shown(&at.render_help(), style), 0))
}

fn shown(text: &clap::builder::StyledStr, style: Style) -> String {
    if style.is_on() {
        text.ansi().to_string()
    } else {
        text.to_string()
    }
}

/// Of `中文 | English`, one side.
fn side(text: &str, lang: Lang) -> String {
    let (zh, en) = text.split_once(" | ").unwrap_or((text, text));
    lang.pick(zh, en).to_owned()
}

/// The program's commands and options in a language.
pub(super) fn program(lang: Lang) -> clap::Command {
    let version = Arg::new("version")
        .short('V')
        .long("version")
        .action(ArgAction::Version)
        .help("显示版本 | print the version");
    let root = clap::Command::new("aftercare")
        .bin_name("aftercare")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_subcommand(true)
        .disable_version_flag(true)
        .subcommand_help_heading(lang.pick("命令", "Commands"))
        .arg(version);
    let about = lang.pick(
        "按制度核对回访、投诉、维修记录，并制作规定的表单和报表",
        "Checks visit, complaint and repair records against written policies and makes the prescribed documents",
    );
    Common::augment_args(plain(root, lang))
        .about(about)
        .subcommands(COMMANDS.iter().map(|row| subcommand(row, lang)))
        .subcommand(help_command(lang))
        .mut_args(|a| localised(a, lang))
}

/// clap's own speaks English alone.
fn help_command(lang: Lang) -> clap::Command {
    let which = Arg::new("COMMAND")
        .num_args(0..)
        .help("哪个命令 | which command");
    plain(clap::Command::new("help"), lang)
        .about(lang.pick("显示某个命令的用法", "Tells how a command is used"))
        .arg(which)
        .mut_args(|a| localised(a, lang))
}

fn subcommand(row: &Row, lang: Lang) -> clap::Command {
    let command = (row.define)(clap::Command::new(row.name)).about(side(row.about, lang));
    let examples = row
        .examples
        .iter()
        .map(|(line, what)| format!("  {line}\n      {}", side(what, lang)));
    let heading = lang.pick("例子", "Examples");
    let examples = format!("{heading}:\n{}", examples.collect::<Vec<_>>().join("\n"));
    plain(command, lang)
        .after_help(examples)
        .mut_args(|a| localised(a, lang))
}

fn plain(command: clap::Command, lang: Lang) -> clap::Command {
    let usage = lang.pick("用法", "Usage");
    command
        .disable_help_flag(true)
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .action(ArgAction::Help)
                .help("显示用法 | print this help"),
        )
        .help_template(format!(
            "{{about}}\n\n{usage}: {{usage}}\n\n{{all-args}}{{after-help}}"
        ))
}

fn localised(arg: Arg, lang: Lang) -> Arg {
    let heading = match arg.get_help_heading() {
        Some(h) => side(h, lang),
        None if arg.is_positional() => lang.pick("参数", "Arguments").to_owned(),
        None => lang.pick("选项", "Options").to_owned(),
    };
    let help = arg.get_help().map(|h| side(&h.to_string(), lang));
    let arg = arg.help_heading(heading);
    match help {
        Some(h) => arg.help(h),
        None => arg,
    }
}
