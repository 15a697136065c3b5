//! A table for Excel: UTF-8 with its mark, and no cell that Excel would take for a formula.

use std::io::{self, Write};

use super::Report;
use crate::finding::{Finding, Severity};
use crate::text::{Lang, harmless};

/// Writes a line a finding below the header.
///
/// # Errors
/// The stream is closed or broken.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let lang = report.lang;
    let header = match lang {
        Lang::Zh => [
            "规则",
            "级别",
            "单位",
            "种类",
            "记录",
            "期间",
            "字段",
            "文件",
            "行",
            "列",
            "问题",
            "怎样改",
            "条款",
            "期限",
            "豁免",
        ],
        Lang::En => [
            "rule", "severity", "office", "kind", "record", "period", "field", "file", "line",
            "column", "message", "help", "clause", "due", "waived",
        ],
    };
    out.write_all("\u{feff}".as_bytes())?;
    let mut csv = ::csv::WriterBuilder::new()
        .terminator(::csv::Terminator::CRLF)
        .from_writer(out);
    csv.write_record(header).map_err(io::Error::other)?;
    for f in report.selection.told(true) {
        let cells = row(&f, lang);
        let cells = cells.iter().map(|c| harmless(c).into_owned());
        csv.write_record(cells).map_err(io::Error::other)?;
    }
    csv.flush()
}

fn row(f: &Finding, lang: Lang) -> [String; 15] {
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let severity = match f.severity {
        Severity::Error => lang.pick("错误", "error"),
        Severity::Warning => lang.pick("警告", "warning"),
    };
    [
        f.rule.clone(),
        severity.to_owned(),
        f.office.clone(),
        text(&f.kind),
        text(&f.record),
        text(&f.period),
        text(&f.field),
        f.place.file.clone(),
        f.place.line.to_string(),
        f.place.column.to_string(),
        f.message.get(lang).to_owned(),
        f.help.get(lang).to_owned(),
        f.clause.clone(),
        f.due.map(|d| d.to_string()).unwrap_or_default(),
        (if f.waived {
            lang.pick("是", "yes")
        } else {
            ""
        })
        .to_owned(),
    ]
}
