//! `check`: judges the records and reports what it found; writes nothing but the report, or what `--fix` mends.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;

use super::session::Session;
use super::{Command, baseline, fix, paths, sink};
use crate::pipeline::{self, Failure};
use crate::report::{self, FORMATS, Report, Selection};

/// What `check` takes.
#[derive(clap::Args)]
pub(crate) struct Check {
    /// 只报告这些文件或文件夹里的问题；判断时仍看全部记录 | report only what lies in these files or folders; all records are judged still
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// 报告的格式：text、json、sarif、junit、github、gitlab 或 csv | format of the report: text, json, sarif, junit, github, gitlab or csv
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true,
          hide_possible_values = true,
          value_parser = PossibleValuesParser::new(FORMATS.iter().map(|f| f.name)))]
    format: String,
    /// 报告写进这个文件（写完才换上去） | write the report to this file, whole or not at all
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// 警告也算不合格 | warnings fail too
    #[arg(long)]
    strict: bool,
    /// 基线文件里已有的问题不再报告 | findings that this file knows are not told again
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// 把现有的问题写成基线文件，不再报告 | write what stands now to this file instead of reporting it
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    write_baseline: Option<PathBuf>,
    /// 改好只有一种改法的地方（空格、全角数字、日期写法）：先列出改动，问过再写 | mend what has one safe answer (spaces, full-width figures, spellings of dates): shows the changes, asks, then writes
    #[arg(long, conflicts_with_all = ["format", "output", "baseline", "write_baseline"])]
    fix: bool,
    /// 只列出 --fix 会改什么，不写；有可改的就以 1 结束 | show what --fix would change and write nothing; exit status 1 if there is anything
    #[arg(long, conflicts_with_all = ["fix", "yes", "format", "output", "baseline", "write_baseline"])]
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
            "aftercare check --strict --format json --output findings.json",
            "给程序用的报告；有警告也不合格 | a report for programs; warnings fail too",
        ),
        (
            "aftercare check --fix records/cuihu",
            "先列出能改好的空格、全角数字和日期写法，问过再改，然后核对 | mend spaces, full-width figures and dates after showing them, then check",
        ),
    ];

    fn run(self, session: &mut Session<'_>) -> Result<u8, Failure> {
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
        let mut checked = pipeline::check(&request)?;
        if let Some(path) = &self.write_baseline {
            let count = baseline::write(&session.here.join(path), &checked)?;
            return written(session, count);
        }
        if let Some(path) = &self.baseline {
            baseline::apply(&session.here.join(path), &mut checked)?;
        }
        let covered = |file: &str| paths::covers(&below, file);
        let selection = if below.is_empty() {
            Selection::all(&checked)
        } else {
            Selection::narrowed(&checked, &covered)
        };
        self.report(session, &request, &selection)?;
        let summary = selection.summary;
        let failing = summary.errors + if self.strict { summary.warnings } else { 0 };
        Ok(u8::from(failing > 0))
    }
}

impl Check {
    fn report(
        &self,
        session: &mut Session<'_>,
        request: &pipeline::Request,
        selection: &Selection<'_>,
    ) -> Result<(), Failure> {
        let mut report = Report {
            selection,
            as_of: request.as_of,
            lang: session.lang,
            style: session.style,
            verbose: session.common.verbose,
            quiet: session.common.quiet,
            strict: self.strict,
        };
        let Some(format) = FORMATS.iter().find(|f| f.name == self.format) else {
            return Ok(());
        };
        if format.name == "github" {
            job_summary(&report)?;
        }
        let Some(path) = &self.output else {
            return sink::stream(session.out, |out| (format.write)(&report, out));
        };
        if session.common.color.is_none() {
            report.style = crate::report::Style::default();
        }
        sink::file(&session.here.join(path), |out| (format.write)(&report, out))?;
        if report.quiet {
            return Ok(());
        }
        report.style = session.style;
        sink::stream(session.out, |out| report::text::count(&report, out))
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

/// Adds the whole list to the page of the job, where GitHub says in which file that is.
fn job_summary(report: &Report<'_>) -> Result<(), Failure> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|p| !p.is_empty()) else {
        return Ok(());
    };
    let added = std::fs::File::options()
        .append(true)
        .create(true)
        .open(&path)
        .and_then(|mut file| report::github::summary(report, &mut file));
    added.map_err(|e| {
        Failure::program(
            format!("写不了 GITHUB_STEP_SUMMARY：{e}"),
            format!("cannot write GITHUB_STEP_SUMMARY: {e}"),
        )
    })
}
