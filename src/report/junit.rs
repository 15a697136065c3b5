//! JUnit XML, as CI servers read it: a suite for each office, a case for each finding.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::Report;
use crate::finding::{Finding, Severity};
use crate::text::xml;

/// Writes the suites. Errors fail, warnings fail only where `--strict` asks for it, and are shown as skipped otherwise, as
/// waived findings are; an office without a finding is one case that passes.
///
/// # Errors
/// The stream is closed or broken.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let selection = report.selection;
    let mut offices: BTreeMap<&str, Suite> = BTreeMap::new();
    for (i, head) in selection.heads().enumerate() {
        let suite = offices.entry(head.office).or_default();
        suite.cases.push(i);
        suite.failures += usize::from(fails(report, head.waived, head.severity));
    }
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"aftercare\" tests=\"{}\" failures=\"{}\" errors=\"0\">",
        selection.len().max(1),
        offices.values().map(|s| s.failures).sum::<usize>()
    )?;
    for (office, suite) in &offices {
        writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">",
            xml(if office.is_empty() { "records" } else { office }),
            suite.cases.len(),
            suite.failures,
            suite.cases.len() - suite.failures,
        )?;
        for f in selection.told_at(&suite.cases) {
            case(report, &f, out)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    if offices.is_empty() {
        let suite = "  <testsuite name=\"aftercare\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\">";
        writeln!(
            out,
            "{suite}\n    <testcase classname=\"aftercare\" name=\"check\"/>\n  </testsuite>"
        )?;
    }
    writeln!(out, "</testsuites>")
}

/// The findings of an office: their places among all, and how many of them fail.
#[derive(Default)]
struct Suite {
    cases: Vec<usize>,
    failures: usize,
}

fn fails(report: &Report<'_>, waived: bool, severity: Severity) -> bool {
    !waived && (report.strict || severity == Severity::Error)
}

fn case(report: &Report<'_>, f: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let about = [&f.record, &f.period].into_iter().flatten();
    let name: Vec<&str> = std::iter::once(f.rule.as_str())
        .chain(about.map(String::as_str))
        .collect();
    let message = f.message.get(report.lang);
    writeln!(
        out,
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\">",
        xml(&f.place.file),
        xml(&name.join(" ")),
        xml(&f.place.file),
        f.place.line
    )?;
    let place = format!("{}:{}:{}", f.place.file, f.place.line, f.place.column);
    if fails(report, f.waived, f.severity) {
        writeln!(
            out,
            "      <failure message=\"{}\" type=\"{}\">{}</failure>",
            xml(message),
            xml(&f.rule),
            xml(&format!("{place}\n{message}\n{}", f.help.get(report.lang)))
        )?;
    } else {
        writeln!(out, "      <skipped message=\"{}\"/>", xml(message))?;
    }
    writeln!(out, "    </testcase>")
}
