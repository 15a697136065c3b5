//! `man`: manual pages from the definitions of the commands.

use std::io;
use std::path::PathBuf;

use super::session::Session;
use super::{Command, clap_text, help, sink};
use crate::pipeline::Failure;
use crate::text::Lang;

/// What `man` takes.
#[derive(clap::Args)]
pub(crate) struct Man {
    /// 哪个命令的手册页；不写就是整个程序的 | the page of which command; else of the program
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
    /// 每个命令各写一页到这个文件夹 | write a page a command into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    all: Option<PathBuf>,
}

impl Command for Man {
    const NAME: &'static str = "man";
    const ABOUT: &'static str = "手册页（roff） | Manual pages (roff)";
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        (
            "aftercare man check > check.1 && man ./check.1",
            "看一个命令的手册页 | read the page of a command",
        ),
        (
            "aftercare man --all ~/.local/share/man/man1",
            "装上全部手册页 | install all pages",
        ),
    ];

    fn run(self, session: &mut Session<'_>) -> Result<u8, Failure> {
        let lang = session.lang;
        let mut program = help::program(lang);
        // Names the commands in full in their usage lines.
        program.build();
        let failed = |e: io::Error| Failure::program(e.to_string(), e.to_string());
        let Some(folder) = &self.all else {
            let page = match &self.command {
                None => program,
                Some(name) => match program.find_subcommand(name) {
                    Some(command) => named(command),
                    None => return Err(clap_text::unknown_command(name)),
                },
            };
            let page = page_of(page, lang).map_err(failed)?;
            sink::stream(session.out, |out| out.write_all(page.as_bytes()))?;
            return Ok(0);
        };
        let folder = session.here.join(folder);
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let commands: Vec<_> = program.get_subcommands().map(named).collect();
        for page in commands.into_iter().chain([program]) {
            let file = folder.join(format!("{}.1", page.get_name()));
            let page = page_of(page, lang).map_err(failed)?;
            sink::file(&file, |out| out.write_all(page.as_bytes()))?;
        }
        Ok(0)
    }
}

/// A command under the name of its page: `aftercare-check`.
fn named(command: &clap::Command) -> clap::Command {
    let name = format!("aftercare-{}", command.get_name());
    command.clone().name(name)
}

fn page_of(command: clap::Command, lang: Lang) -> io::Result<String> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    let page = String::from_utf8_lossy(&page).into_owned();
    if lang == Lang::En {
        return Ok(page);
    }
    // The generator's own headings are English.
    let lines = page.lines().map(|line| match line {
        ".SH NAME" => ".SH 名称",
        ".SH SYNOPSIS" => ".SH 用法",
        ".SH DESCRIPTION" => ".SH 说明",
        ".SH OPTIONS" => ".SH 选项",
        ".SH SUBCOMMANDS" => ".SH 命令",
        ".SH EXTRA" => ".SH 其他",
        ".SH VERSION" => ".SH 版本",
        other => other,
    });
    Ok(lines.flat_map(|l| [l, "\n"]).collect())
}
