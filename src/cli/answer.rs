//! How a report is given: its format, where it goes, and what fails. What `check` and `audit` share.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::builder::PossibleValuesParser;

use super::session::Session;
use super::sink;
use crate::history::{Since, Told};
use crate::pipeline::Failure;
use crate::report::{self, FORMATS, Report, Selection};

/// How a report is given.
#[derive(clap::Args)]
pub(super) struct Answer {
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
}

/// What a report tells besides findings.
#[derive(Clone, Copy, Default)]
pub(super) struct Besides<'a> {
    /// What changed since a revision.
    pub since: Option<&'a Since>,
    /// How far the history can tell.
    pub history: Option<&'a Told>,
}

impl Answer {
    /// The report has a place: better known before everything is judged.
    ///
    /// # Errors
    /// The folder of its file is not there.
    pub(super) fn ready(&self, session: &Session<'_>) -> Result<(), Failure> {
        let path = self.output.as_ref();
        path.map_or(Ok(()), |path| sink::ready(&session.here.join(path)))
    }

    /// Gives the report, and the exit status.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn give(
        &self,
        session: &mut Session<'_>,
        as_of: NaiveDate,
        selection: &Selection<'_>,
        besides: Besides<'_>,
    ) -> Result<u8, Failure> {
        let below = below(&self.format, session.workspace());
        let report = Report {
            selection,
            as_of,
            lang: session.lang,
            style: session.style,
            verbose: session.common.verbose,
            quiet: session.common.quiet,
            strict: self.strict,
            below: &below,
            since: besides.since,
            history: besides.history,
        };
        self.write(session, report)?;
        let summary = selection.summary;
        let failing = summary.errors + if self.strict { summary.warnings } else { 0 };
        Ok(u8::from(failing > 0))
    }

    fn write(&self, session: &mut Session<'_>, mut report: Report<'_>) -> Result<(), Failure> {
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

/// Where the workspace lies in the repository, as GitHub and GitLab tell their jobs; empty at its top.
fn below(format: &str, workspace: Option<&Path>) -> String {
    let top = match format {
        "github" => std::env::var_os("GITHUB_WORKSPACE"),
        "gitlab" => std::env::var_os("CI_PROJECT_DIR"),
        _ => None,
    };
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    let both = top
        .and_then(|t| real(Path::new(&t)))
        .zip(workspace.and_then(real));
    let below = both.and_then(|(top, own)| {
        let below = own.strip_prefix(top).ok()?;
        Some(crate::load::below(Path::new(""), below))
    });
    below
        .filter(|b| !b.is_empty())
        .map_or_else(String::new, |b| b + "/")
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
