//! `completions SHELL`: what a shell needs to complete commands and options, from their definitions.

use clap_complete::Shell;

use super::session::Session;
use super::{Command, help, sink};
use crate::pipeline::Failure;

/// What `completions` takes.
#[derive(clap::Args)]
pub(crate) struct Completions {
    /// 哪种命令行：bash、zsh、fish、powershell 或 elvish | which shell: bash, zsh, fish, powershell or elvish
    #[arg(value_name = "SHELL", hide_possible_values = true)]
    shell: Shell,
}

impl Command for Completions {
    const NAME: &'static str = "completions";
    const ABOUT: &'static str =
        "让命令行按 Tab 键补全命令和选项 | Lets a shell complete commands and options";
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        (
            "aftercare completions bash > ~/.local/share/bash-completion/completions/aftercare",
            "bash：重新打开终端后生效 | bash: from the next terminal on",
        ),
        (
            "aftercare completions zsh > ~/.zfunc/_aftercare",
            "zsh：~/.zfunc 要在 fpath 里 | zsh: with ~/.zfunc in fpath",
        ),
        (
            "aftercare completions powershell >> $PROFILE",
            "Windows PowerShell | Windows PowerShell",
        ),
    ];

    fn run(self, session: &mut Session<'_>) -> Result<u8, Failure> {
        let mut program = help::program(session.lang);
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut program, "aftercare", &mut script);
        sink::stream(session.out, |out| out.write_all(&script))?;
        Ok(0)
    }
}
