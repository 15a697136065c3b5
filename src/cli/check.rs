//! `check`: judges the records and reports what it found; writes nothing but the report, or what `--fix` mends.

use std::path::PathBuf;

use super::answer::{Answer, Besides};
use super::session::Session;
use super::since::Earlier;
use super::{Command, baseline, fix, paths, sink};
use crate::pipeline::{self, Failure};
use crate::report::Selection;

/// What `check` takes.
#[derive(clap::Args)]
pub(crate) struct Check {
    /// 只报告这些文件或文件夹里的问题；判断时仍看全部记录 | report only what lies in these files or folders; all records are judged still
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    answer: Answer,
    /// 只报告自这个 git 版本以来新出现的问题，并列出放宽、删去了什么 | report only what is new since this git revision, and what was loosened or deleted
    #[arg(long, value_name = "REV")]
    since: Option<String>,
    /// 基线文件里已有的问题不再报告 | findings that this file knows are not told again
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// 把现有的问题写成基线文件，不再报告 | write what stands now to this file instead of reporting it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "since", "format", "output"])]
    write_baseline: Option<PathBuf>,
    /// 改好只有一种改法的地方（空格、全角数字、日期写法）：先列出改动，问过再写 | mend what has one safe answer (spaces, full-width figures, spellings of dates): shows the changes, asks, then writes
    #[arg(long, conflicts_with_all = ["since", "format", "output", "baseline", "write_baseline"])]
    fix: bool,
    /// 只列出 --fix 会改什么，不写；有可改的就以 1 结束 | show what --fix would change and write nothing; exit status 1 if there is anything
    #[arg(long, conflicts_with_all = ["fix", "yes", "since", "strict", "format", "output", "baseline", "write_baseline"])]
    diff: bool,
    /// 与 --fix 合用：不问就写 | with --fix: write without asking
    #[arg(long, short, requires = "fix")]
    yes: bool,
}

impl Command for Check {
    const NAME: &'static str = "check";
    const ABOUT: &'static str = "按采用的制度核对记录；不加 --fix 不改动任何文件 | Checks the records against the adopted policies; changes no file without --fix";
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        (
            "aftercare check",
            "核对全部单位，截至今天 | check every office as of today",
        ),
        (
            "aftercare check records/cuihu --as-of 2025-12-31",
            "只报告翠湖一处，截至年底 | report one office as of the year's end",
        ),
        (
            "aftercare check --since origin/main",
            "只报告这个分支带来的问题 | report only what this branch brought",
        ),
        (
            "aftercare check --strict --format json --output findings.json",
            "给程序用的报告；有警告也不合格 | a report for programs; warnings fail too",
        ),
        (
            "aftercare check --fix records/cuihu",
            "先列出能改好的空格、全角数字和日期写法，问过再改，然后核对 | mend spaces, full-width figures and dates after showing them, then check",
        ),
    ];

    fn run(self, session: &mut Session<'_>) -> Result<u8, Failure> {
        self.answer.ready(session)?;
        let request = session.request(false)?;
        let below: Result<Vec<String>, Failure> = self
            .paths
            .iter()
            .map(|p| paths::resolve(&session.here, &request.root, p))
            .collect();
        let below = below?;
        let wanted = match (self.diff, self.fix, self.yes) {
            (true, ..) => Some(fix::Wanted::Shown),
            (_, true, false) => Some(fix::Wanted::Asked),
            (_, true, true) => Some(fix::Wanted::Written),
            _ => None,
        };
        if let Some(wanted) = wanted {
            let came = fix::run(session, &request, &below, wanted)?;
            if self.diff || came == fix::Came::Open {
                return Ok(u8::from(came == fix::Came::Open));
            }
        }
        let earlier = self
            .since
            .as_deref()
            .map(|rev| Earlier::find(&request, rev));
        let earlier = earlier.transpose()?;
        let mut checked = pipeline::check(&request)?;
        if let Some(path) = &self.write_baseline {
            let count = baseline::write(&session.here.join(path), &checked)?;
            return written(session, count);
        }
        if let Some(path) = &self.baseline {
            baseline::apply(&session.here.join(path), &mut checked)?;
        }
        let since = earlier.map(|e| e.compare(&request, &mut checked));
        let since = since.transpose()?;
        let covered = |file: &str| paths::covers(&below, file);
        let selection = if below.is_empty() {
            Selection::all(&checked)
        } else {
            Selection::narrowed(&checked, &covered)
        };
        let besides = Besides {
            since: since.as_ref(),
            history: None,
        };
        let status = self
            .answer
            .give(session, request.as_of, &selection, besides);
        // The process ends here: of millions of records and verdicts none need be freed one by one.
        std::mem::forget(checked);
        status
    }
}

fn written(session: &mut Session<'_>, count: usize) -> Result<u8, Failure> {
    let said = session.lang.pick(
        format!("已把 {count} 个问题记入基线"),
        format!("{count} findings written to the baseline"),
    );
    if !session.common.quiet {
        sink::stream(session.out, |out| writeln!(out, "{said}"))?;
    }
    Ok(0)
}
