//! `audit`: what the git history says of the records.

use super::Command;
use super::answer::{Answer, Besides};
use super::session::Session;
use crate::history;
use crate::pipeline::{Failure, Summary};
use crate::report::Selection;

/// What `audit` takes.
#[derive(clap::Args)]
pub(crate) struct Audit {
    #[command(flatten)]
    answer: Answer,
    /// 只看这个 git 版本以后的提交 | look only at the commits after this git revision
    #[arg(long, value_name = "REV")]
    since: Option<String>,
}

impl Command for Audit {
    const NAME: &'static str = "audit";
    const ABOUT: &'static str = "看 git 历史：补记、签字后改动、删去的记录 | Asks the git history: records entered late, changed after they were signed, deleted";
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("aftercare audit", "看全部历史 | look at the whole history"),
        (
            "aftercare audit --since origin/main --strict",
            "只看这个分支的提交；有警告也不合格 | only this branch's commits; warnings fail too",
        ),
    ];

    fn run(self, session: &mut Session<'_>) -> Result<u8, Failure> {
        self.answer.ready(session)?;
        let request = session.request(true)?;
        let audited = history::audit(&request, self.since.as_deref())?;
        let mut summary = Summary {
            offices: audited.offices,
            records: audited.records,
            unjudged: audited.told.untold,
            ..Summary::default()
        };
        let each = audited.findings.iter();
        each.for_each(|f| summary.count(f.waived, f.severity));
        let selection = Selection::of(&audited.findings, summary);
        let besides = Besides {
            since: None,
            history: Some(&audited.told),
        };
        self.answer
            .give(session, request.as_of, &selection, besides)
    }
}
