//! Satisfaction and shares as figures for the terminal and for programs. What is asked of whom, and by what it may be
//! grouped, is what the reports' manifests say (`answers` with `groups`).

pub mod csv;
pub mod json;
pub mod text;

use chrono::NaiveDate;

use crate::calendar::Period;
use crate::pipeline::{Failure, Judged};
use crate::policy::{Share, shares};
use crate::schema::EnumValue;
use crate::statistics::{self, Answers, Distribution};
use crate::text::{Bilingual, nearest};

/// What is asked.
pub struct Question {
    /// The name of the groups.
    pub by: Option<String>,
    /// Only what counts in this period.
    pub period: Option<Period>,
    /// End of this day is now.
    pub as_of: NaiveDate,
}

/// The figures of one office.
pub struct Figures {
    /// Its folder below `records/`.
    pub office: String,
    /// What it is called.
    pub name: String,
    /// Answers of people.
    pub answers: Vec<Told>,
    /// What rules ask as a share.
    pub shares: Vec<Asked>,
}

/// Answers to one set of questions.
pub struct Told {
    /// Their name in the manifest.
    pub name: String,
    /// What they are about.
    pub label: Bilingual,
    /// What the groups are called.
    pub by: Bilingual,
    /// The values, best first.
    pub levels: Vec<EnumValue>,
    /// Group by group.
    pub rows: Vec<Line>,
}

/// One group, or one question.
pub struct Line {
    /// What stands for it in CSV and JSON.
    pub key: String,
    /// What people read.
    pub label: Bilingual,
    /// What was answered.
    pub counts: Distribution,
}

/// A share that a rule asks.
pub struct Asked {
    /// What it is and what it came to.
    pub share: Share,
    /// The id of the record it was judged for.
    pub record: Option<String>,
}

/// The names that groups may have, in order.
pub fn names(all: &[(String, Answers)]) -> Vec<&str> {
    let mut names: Vec<&str> = all
        .iter()
        .flat_map(|(_, a)| a.groups.keys().map(String::as_str))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Whether groups have this name.
///
/// # Errors
/// None has, with those that there are.
pub fn known(by: &str, all: &[(String, Answers)]) -> Result<(), Failure> {
    let names = names(all);
    if names.contains(&by) {
        return Ok(());
    }
    let failure = Failure::usage(
        format!("不能按「{by}」分组"),
        format!("nothing is grouped by `{by}`"),
    );
    Err(match nearest(by, names.iter().copied()) {
        None => failure.helped(
            format!("可以按 {}", names.join("、")),
            format!("it may be {}", names.join(", ")),
        ),
        near => failure.suggesting(near),
    })
}

/// The figures of an office.
pub fn figures(judged: &Judged, all: &[(String, Answers)], question: &Question) -> Figures {
    let office = &judged.office;
    let told = all.iter().filter_map(|(name, answers)| {
        let kind = answers.asked.kind;
        let rows = answers.asked.rows(office, question.period);
        let (by, lines) = match &question.by {
            None => (
                Bilingual::new("项目", "Question"),
                questions(judged, answers, &rows),
            ),
            Some(by) => {
                let key = answers.groups.get(by)?;
                let (_, scale) = answers.scales.first()?;
                let groups = statistics::by_group(office, kind, &rows, scale, key);
                let lines = groups.into_iter().map(|(group, counts)| Line {
                    key: group.key,
                    label: group.label,
                    counts,
                });
                (key.label.clone(), lines.collect())
            }
        };
        Some(Told {
            name: name.clone(),
            label: answers.label.clone(),
            by,
            levels: answers.scales.first()?.1.levels.clone(),
            rows: lines,
        })
    });
    let within = |s: &Share| {
        question.period.is_none_or(|asked| {
            let own = s.period.as_deref().and_then(Period::parse);
            match own {
                Some(own) => asked.contains(own.last) && own.unit <= asked.unit,
                None => s.due.is_some_and(|d| asked.contains(d)),
            }
        })
    };
    let shares = shares(office, &judged.compiled).into_iter().filter(within);
    Figures {
        office: office.id.clone(),
        name: office.config.name.clone(),
        answers: told.filter(|t| !t.rows.is_empty()).collect(),
        shares: shares
            .map(|share| Asked {
                record: share
                    .record
                    .map(|(kind, row)| office.record_id(kind, row).to_owned()),
                share,
            })
            .collect(),
    }
}

/// Each question by itself; nothing where nobody was asked.
fn questions(judged: &Judged, answers: &Answers, rows: &[crate::table::Row]) -> Vec<Line> {
    if rows.is_empty() {
        return Vec::new();
    }
    let office = &judged.office;
    let kind = office.schema.get(answers.asked.kind);
    let lines = answers.scales.iter().map(|(label, scale)| Line {
        key: kind.get(scale.field).name.clone(),
        label: label.clone(),
        counts: scale.count(office, answers.asked.kind, rows),
    });
    lines.collect()
}

/// A number of thousandths of a percent: `30`, `2.5`.
fn percent(milli: u64) -> String {
    let text = format!("{}.{:03}", milli / 1000, milli % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn percentages_are_as_policies_write_them() {
        assert_eq!(percent(30_000), "30");
        assert_eq!(percent(100_000), "100");
        assert_eq!(percent(2_500), "2.5");
        assert_eq!(percent(0), "0");
    }
}
