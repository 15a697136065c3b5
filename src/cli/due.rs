//! `due`: what must be done next, by whom, by when and by which rule; writes nothing.

use clap::builder::PossibleValuesParser;

use super::session::Session;
use super::{Command, sink};
use crate::agenda;
use crate::moment::plus_days;
use crate::pipeline::{self, Failure};

/// What `due` takes.
#[derive(clap::Args)]
pub(crate) struct Due {
    /// 只列这么多天内到期的，如 14d 或 2w | only what falls due within so many days, such as 14d or 2w
    #[arg(long, value_name = "DAYS")]
    within: Option<String>,
    /// 格式：text、json、csv 或 ics | format: text, json, csv or ics
    #[arg(long, value_name = "FORMAT", default_value = "text", hide_default_value = true,
          hide_possible_values = true,
          value_parser = PossibleValuesParser::new(["text", "json", "csv", "ics"]))]
    format: String,
}

impl Command for Due {
    const NAME: &'static str = "due";
    const ABOUT: &'static str = "列出接下来要做的事：谁、最迟哪天、按哪条要求 | Lists what must be done next: by whom, by when, by which rule";
    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        (
            "aftercare due --within 14d",
            "两周内到期的 | what falls due within two weeks",
        ),
        (
            "aftercare due --format ics > due.ics",
            "给日历软件 | for a calendar program",
        ),
    ];

    fn run(self, session: &mut Session<'_>) -> Result<u8, Failure> {
        let request = session.request(true)?;
        let within = self.within.as_deref().map(days).transpose()?;
        let until = within.map(|n| plus_days(request.as_of, n));
        let checked = pipeline::check(&request)?;
        let all = checked.offices.iter();
        let mut due: Vec<_> = all.flat_map(|j| agenda::entries(j, until)).collect();
        agenda::sort(&mut due);
        let (lang, style, as_of) = (session.lang, session.style, request.as_of);
        let several = checked.offices.len() > 1;
        sink::stream(session.out, |out| match self.format.as_str() {
            "json" => agenda::json::write(&due, as_of, lang, out),
            "csv" => agenda::csv::write(&due, lang, out),
            "ics" => agenda::ics::write(&due, as_of, lang, out),
            _ => agenda::text::write(&due, several, lang, style, out),
        })?;
        Ok(0)
    }
}

/// `14d`, `2w` or a plain number of days.
fn days(said: &str) -> Result<u32, Failure> {
    let (number, of) = match said.strip_suffix('w') {
        Some(weeks) => (weeks, 7),
        None => (said.strip_suffix('d').unwrap_or(said), 1),
    };
    let days = number.parse::<u32>().ok().and_then(|n| n.checked_mul(of));
    days.ok_or_else(|| {
        Failure::usage(
            format!("--within 的「{said}」不是天数"),
            format!("`{said}` of --within is no number of days"),
        )
        .helped("如 14d 或 2w", "such as 14d or 2w")
    })
}

#[cfg(test)]
mod tests {
    use super::days;

    #[test]
    fn days_and_weeks() {
        assert_eq!(days("14d").ok(), Some(14));
        assert_eq!(days("2w").ok(), Some(14));
        assert_eq!(days("7").ok(), Some(7));
        assert!(days("-1d").is_err() && days("d").is_err() && days("9999999999w").is_err());
    }
}
