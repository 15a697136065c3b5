//! `watch`: builds again whenever something changes, and serves the site on this machine with pages that renew themselves.

use std::io::ErrorKind;

use super::build::{self, Build};
use super::session::Session;
use super::{Command, sink};
use crate::pipeline::Failure;
use crate::report;
use crate::watch::{Changes, News, Server};

/// Tried where no port is named; any other that is free where it is taken.
const PORT: u16 = 7070;

/// What `watch` takes.
#[derive(clap::Args)]
pub(crate) struct Watch {
    /// 网页的端口；0 是随便哪个空着的。不写就是 7070，被占了就换一个 | the site's port, 0 for any that is free; else 7070, or another where it is taken
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
}

impl Command for Watch {
    const NAME: &'static str = "watch";
    const ABOUT: &'static str = "记录一有变化就重做，并在本机打开的网页上自动刷新；Ctrl-C 结束 | Builds again on every change and serves the site on this machine, renewing open pages; Ctrl-C ends it";
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        (
            "aftercare watch",
            "一边改记录，一边在浏览器里看 | edit the records and look at the site meanwhile",
        ),
        (
            "aftercare watch --port 8080 --as-of 2025-12-31",
            "指定端口和日期 | with a port and a day",
        ),
    ];

    fn run(self, session: &mut Session<'_>) -> Result<u8, Failure> {
        let root = session.root()?;
        // Before the first build, so that nothing that changes during it is missed.
        let mut changes = Changes::of(&root)?;
        let output = root.join("output");
        let build = Build::default();
        made(&build, session)?;
        let server = self.serve(&output)?;
        let address = server.address;
        let lang = session.lang;
        let said = lang.pick(
            format!("在浏览器里打开 http://{address}/ ，Ctrl-C 结束"),
            format!("Open http://{address}/ in a browser; Ctrl-C ends this"),
        );
        sink::stream(session.out, |out| writeln!(out, "{said}"))?;
        while changes.next(&|| session.is_of_yesterday())? == News::Changed {
            session.renew();
            if made(&build, session)? {
                server.reload();
            }
        }
        sink::stream(session.out, |out| {
            writeln!(out, "\n{}", lang.pick("结束了。", "Ended."))
        })?;
        Ok(0)
    }
}

impl Watch {
    fn serve(&self, output: &std::path::Path) -> Result<Server, Failure> {
        let started = match (self.port, Server::start(output, self.port.unwrap_or(PORT))) {
            (None, Err(e)) if e.kind() == ErrorKind::AddrInUse => Server::start(output, 0),
            (_, started) => started,
        };
        started.map_err(|e| {
            let port = self.port.unwrap_or(PORT);
            Failure::program(
                format!("不能用端口 {port}：{e}"),
                format!("port {port} cannot be used: {e}"),
            )
            .helped("用 --port 另写一个", "name another with --port")
        })
    }
}

/// Builds, and says whether anything became different. What is wrong is told, and the last good output stays.
///
/// # Errors
/// Nobody can be told.
fn made(build: &Build, session: &mut Session<'_>) -> Result<bool, Failure> {
    match build.make(session) {
        Ok((told, made)) => {
            let different = made.made + made.removed > 0;
            if different {
                build::say(session, told, made)?;
            }
            Ok(different)
        }
        Err(failure) => {
            let (lang, style) = (session.lang, session.style);
            sink::stream(session.out, |out| {
                report::failure::write(out, &failure, lang, style)?;
                let kept = lang.pick(
                    "网页停在上一次做好的样子；改好以后会重做。",
                    "The site stays as it was made last; it is made again once this is mended.",
                );
                writeln!(out, "{kept}")
            })?;
            Ok(false)
        }
    }
}
