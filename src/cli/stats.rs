//! `stats`: satisfaction, and the shares that policies ask; writes nothing.

use clap::builder::PossibleValuesParser;

use super::session::Session;
use super::{Command, period, sink};
use crate::document::report::reports;
use crate::pipeline::{self, Failure};
use crate::statistics::Answers;
use crate::stats::{self, Question};

/// What `stats` takes.
#[derive(clap::Args)]
pub(crate) struct Stats {
    /// 按什么分组，如 staff、department、area、month；不写就是合计 | by what to group, such as staff, department, area or month; else in all
    #[arg(long, value_name = "GROUPS")]
    by: Option<String>,
    /// 只算这个期间的，如 2025、2025-Q1、2025-03 或 2025-W14 | only this period, such as 2025, 2025-Q1, 2025-03 or 2025-W14
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// 格式：text、json 或 csv | format: text, json or csv
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true,
          hide_possible_values = true,
          value_parser = PossibleValuesParser::new(["text", "json", "csv"]))]
    format: String,
}

impl Command for Stats {
    const NAME: &'static str = "stats";
    const ABOUT: &'static str = "统计满意率，以及制度规定的各种比率 | Tells satisfaction, and the shares that the policies ask";
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        (
            "aftercare stats --period 2025",
            "全年满意率和各项比率 | satisfaction and shares of a year",
        ),
        (
            "aftercare stats --by staff --office cuihu",
            "一个单位，按回访人 | one office, by person",
        ),
        (
            "aftercare stats --by month --format csv > 满意率.csv",
            "逐月，给 Excel | by month, for a spreadsheet",
        ),
    ];

    fn run(self, session: &mut Session<'_>) -> Result<u8, Failure> {
        let request = session.request(true)?;
        let period = self.period.as_deref().map(period::parse).transpose()?;
        let schema = session.schema()?;
        // What may be grouped is what is counted here; reports may have answers for themselves.
        let all: Vec<(String, Answers)> = reports(&session.templates()?, &schema)?
            .into_iter()
            .flat_map(|r| r.answers)
            .filter(|(_, a)| !a.groups.is_empty())
            .collect();
        if let Some(by) = &self.by {
            stats::known(by, &all)?;
        }
        let checked = pipeline::check(&request)?;
        let question = Question {
            by: self.by,
            period,
            as_of: request.as_of,
        };
        let offices = checked.offices.iter();
        let figures: Vec<_> = offices
            .map(|judged| stats::figures(judged, &all, &question))
            .collect();
        let (lang, style) = (session.lang, session.style);
        sink::stream(session.out, |out| match self.format.as_str() {
            "json" => stats::json::write(&figures, &question, lang, out),
            "csv" => stats::csv::write(&figures, lang, out),
            _ => stats::text::write(&figures, lang, style, out),
        })?;
        Ok(0)
    }
}
