//! What an office's pages tell of it: open findings, what is due, satisfaction, its documents.

use std::collections::BTreeMap;

use chrono::{Months, NaiveDate};
use serde::Serialize;

use super::Settings;
use super::due;
use super::library::Library;
use crate::agenda::Entry;
use crate::calendar::{Period, Unit};
use crate::core_rules;
use crate::document::chart::{self, Point};
use crate::document::redact::Redaction;
use crate::document::{Templates, below_office, words};
use crate::finding::{Finding, Place, Severity};
use crate::moment::plus_days;
use crate::pipeline::{Checked, Judged};
use crate::statistics::{Answers, Distribution};
use crate::table::Office;
use crate::text::Lang;

/// What an office's pages tell.
pub struct Facts<'a> {
    /// The office.
    pub office: &'a Office,
    /// Its findings, as they are published.
    pub findings: Vec<Finding>,
    /// Rules by name: title and clause.
    pub rules: BTreeMap<String, Rule>,
    /// What falls due soon, earliest first.
    pub due: Vec<Finding>,
    /// Everything pending, earliest first.
    pub agenda: Vec<Entry>,
    /// How many days ahead that looks.
    pub due_days: u32,
    /// How many findings of each sort.
    pub counts: Counts,
    /// Satisfaction in the last twelve months.
    pub satisfaction: Satisfaction,
    /// Its documents.
    pub library: Library,
    /// The titles of its policies.
    pub policies: Vec<String>,
    /// How many records it keeps.
    pub records: usize,
}

/// A rule as pages show it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Rule {
    /// What it asks.
    pub title: String,
    /// The policy's title.
    pub policy: String,
}

/// How many findings of each sort.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Counts {
    /// Errors that are not waived.
    pub errors: usize,
    /// Warnings that are not waived.
    pub warnings: usize,
    /// Waived.
    pub waived: usize,
    /// Those whose last day has passed.
    pub overdue: usize,
    /// What falls due soon.
    pub due: usize,
}

/// Satisfaction in the last twelve months.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Satisfaction {
    /// What it is about.
    pub label: String,
    /// Answers.
    pub n: u64,
    /// Asked.
    pub asked: u64,
    /// Response rate.
    pub response: String,
    /// Rate; empty with too few answers.
    pub rate: String,
    /// Its interval.
    pub interval: String,
    /// Mean score.
    pub mean: String,
    /// The trend by month; empty without two rates.
    pub chart: String,
    /// The months, with n and rate.
    pub months: Vec<[String; 3]>,
}

impl<'a> Facts<'a> {
    /// Gathers what one office's pages tell.
    pub fn gather(
        checked: &Checked,
        judged: &'a Judged,
        settings: &Settings,
        answers: &Answers,
        library: Library,
        templates: &Templates,
    ) -> Self {
        let office = &judged.office;
        let redaction = Redaction::of(office, templates);
        let own = checked.found.iter();
        let own = own.filter(|f| checked.offices[usize::from(f.office)].office.id == office.id);
        let findings: Vec<Finding> = checked
            .found
            .told(&checked.offices, own)
            .map(|f| published(office, &redaction, f))
            .collect();
        let until = plus_days(office.as_of, settings.due_days);
        let teller = judged.teller();
        let mut soon: Vec<Finding> = teller
            .pending(&judged.judgements)
            .map(|(_, f)| f)
            .filter(|f| f.due.is_some_and(|d| d >= office.as_of && d <= until))
            .map(|f| published(office, &redaction, f))
            .collect();
        soon.sort_by(|a, b| {
            (a.due, &a.rule, &a.record, &a.period).cmp(&(b.due, &b.rule, &b.record, &b.period))
        });
        let counts = counts(&findings, soon.len());
        Self {
            office,
            counts,
            findings,
            rules: rules(checked, judged),
            due: soon,
            agenda: due::entries(judged, templates),
            due_days: settings.due_days,
            satisfaction: satisfaction(office, answers),
            library,
            policies: policies(checked, office),
            records: office.len(),
        }
    }

    /// A path of the office's, below `output/`.
    pub fn path(&self, path: &str) -> String {
        below_office(&self.office.id, path)
    }

    /// The office's language.
    pub fn lang(&self) -> Lang {
        self.office.config.lang
    }
}

/// A finding without what must be hidden: words are masked, and the line is not quoted.
pub(super) fn published(office: &Office, redaction: &Redaction, f: Finding) -> Finding {
    if redaction.is_none() {
        return f;
    }
    let record = office.record_of(&f);
    let mut f = f;
    f.message.zh = redaction.text(office, record, &f.message.zh);
    f.message.en = redaction.text(office, record, &f.message.en);
    f.place = Place {
        excerpt: String::new(),
        ..f.place
    };
    f
}

fn counts(findings: &[Finding], due: usize) -> Counts {
    let mut c = Counts {
        due,
        ..Counts::default()
    };
    for f in findings {
        match (f.waived, f.severity) {
            (true, _) => c.waived += 1,
            (false, Severity::Error) => c.errors += 1,
            (false, Severity::Warning) => c.warnings += 1,
        }
        c.overdue += usize::from(!f.waived && f.due.is_some());
    }
    c
}

/// Every rule that a finding of the office may name: those of its policies, and those that hold for every record.
fn rules(checked: &Checked, judged: &Judged) -> BTreeMap<String, Rule> {
    let lang = judged.office.config.lang;
    let mut all = BTreeMap::new();
    for (name, rule) in core_rules::embedded().unwrap_or_default() {
        let rule = Rule {
            title: rule.title.get(lang).to_owned(),
            policy: lang.pick("所有记录", "Every record").to_owned(),
        };
        all.insert(format!("core/{name}"), rule);
    }
    for j in &judged.judgements {
        let pack = checked.packs.get(&j.policy);
        let rule = Rule {
            title: j.title.get(lang).to_owned(),
            policy: pack
                .map(|p| p.title.get(lang).to_owned())
                .unwrap_or_default(),
        };
        all.insert(j.rule.clone(), rule);
    }
    all
}

fn policies(checked: &Checked, office: &Office) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    for pack in office
        .config
        .adoptions
        .iter()
        .filter_map(|a| checked.packs.get(&a.policy))
    {
        let title = pack.title.get(office.config.lang).to_owned();
        if !titles.contains(&title) {
            titles.push(title);
        }
    }
    titles
}

/// The twelve months up to a day, the day's own the last.
fn months(as_of: NaiveDate) -> Vec<Period> {
    let last = Period::containing(Unit::Month, as_of);
    let month = |back: u32| {
        let day = last.first.checked_sub_months(Months::new(back))?;
        Some(Period::containing(Unit::Month, day))
    };
    (0..12).rev().filter_map(month).collect()
}

fn satisfaction(office: &Office, answers: &Answers) -> Satisfaction {
    let lang = office.config.lang;
    let Some((_, scale)) = answers.scales.first() else {
        return Satisfaction::default();
    };
    let kind = answers.asked.kind;
    let count = |p: Period| scale.count(office, kind, &answers.asked.rows(office, Some(p)));
    let months = months(office.as_of);
    let (Some(first), Some(last)) = (months.first(), months.last()) else {
        return Satisfaction::default();
    };
    let year = Period {
        first: first.first,
        last: last.last,
        unit: Unit::Year,
    };
    let told: Vec<(Period, Distribution)> = months.iter().map(|m| (*m, count(*m))).collect();
    let points: Vec<Point> = told
        .iter()
        .map(|(p, d)| Point {
            label: lang.pick(
                format!("{}月", chrono::Datelike::month(&p.first)),
                p.first.format("%b").to_string(),
            ),
            value: d.rate(),
            band: d.interval(),
        })
        .collect();
    let enough = points.iter().filter(|p| p.value.is_some()).count() > 1;
    let unit = lang.pick(
        "满意率（%），竖条为 95% 区间",
        "Rate (%), bars are 95% intervals",
    );
    let all = count(year);
    let text = |t: Option<String>| t.unwrap_or_default();
    Satisfaction {
        label: answers.label.get(lang).to_owned(),
        n: all.answered(),
        asked: all.asked(),
        response: text(all.response().map(|p| p.to_string())),
        rate: text(all.rate().map(|p| p.to_string())),
        interval: text(all.interval().map(|(low, high)| format!("{low}–{high}"))),
        mean: text(all.mean()),
        chart: if enough {
            chart::trend(&points, unit)
        } else {
            String::new()
        },
        months: told
            .iter()
            .map(|(p, d)| {
                let rate = d.rate().map_or_else(|| "—".to_owned(), |r| r.to_string());
                [words::period(*p, lang), d.answered().to_string(), rate]
            })
            .collect(),
    }
}
