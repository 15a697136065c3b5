//! A policy pack as it is written: `policies/<id>/policy.yaml`. Unknown keys are refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::calendar::Unit;
use crate::finding::Severity;
use crate::text::Bilingual;

/// An expression or a name with its place in the pack.
pub type Source = Spanned<String>;

/// A policy.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// Its id, the folder's name.
    pub id: String,
    /// Its title.
    pub title: Bilingual,
    /// Who it is for.
    pub audience: Bilingual,
    /// Which record kinds it needs.
    pub kinds: Vec<Source>,
    /// Which forms it prescribes.
    #[serde(default)]
    pub forms: Vec<String>,
    /// Which reports it prescribes.
    #[serde(default)]
    pub reports: Vec<String>,
    /// Named parts of conditions.
    #[serde(default)]
    pub define: BTreeMap<String, String>,
    /// Numbers by row, which an office may change.
    #[serde(default)]
    pub tables: BTreeMap<String, BTreeMap<String, Number>>,
    /// Clauses that records cannot prove, and why.
    #[serde(default)]
    pub unchecked: Vec<Unchecked>,
    /// The rules by short name.
    pub rules: BTreeMap<String, Rule>,
    /// The file's text, for quoting the line of a fault.
    #[serde(skip)]
    pub text: Arc<str>,
}

/// A clause that records cannot prove.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unchecked {
    /// Clause of the source text.
    pub clause: String,
    /// Why it is not checked.
    pub why: Bilingual,
}

/// A number of a rule.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Number {
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A month and day, a weekday, or in a table a range such as `5-8`.
    Text(String),
}

/// A rule: one clause made checkable by one operator.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Clause of the source text.
    pub clause: String,
    /// How grave a miss is.
    pub severity: Severity,
    /// What it asks.
    pub title: Bilingual,
    /// What a finding says; `{…}` stands for a field, a number or a fact.
    pub message: Said,
    /// How to put it right.
    pub help: Bilingual,
    /// Its numbers, which an office may change.
    #[serde(default)]
    pub numbers: BTreeMap<String, Number>,
    /// The kind it looks at; the office when absent.
    pub each: Option<Source>,
    /// Who answers for a miss, as a path of references from the record; whoever answers for its kind when absent.
    pub who: Option<Source>,
    /// Which of them.
    pub when: Option<Source>,
    /// Linked records with a name.
    #[serde(default, rename = "let")]
    pub lets: BTreeMap<String, Link>,
    /// When what is required is due; at once when absent.
    pub once: Option<Once>,
    /// Operator: fields that must have a value.
    #[serde(default)]
    pub require: Vec<Source>,
    /// Operator: what must hold besides.
    #[serde(default)]
    pub tests: Vec<Test>,
    /// Operator: a deadline.
    pub within: Option<Spanned<Within>>,
    /// Operator: how many in a period.
    pub count: Option<Spanned<Count>>,
    /// Operator: what share of a population.
    pub rate: Option<Spanned<Rate>>,
    /// Operator: something handed in for each period by a day.
    pub filing: Option<Spanned<Filing>>,
    /// Operator: figures that agree with the records of their period.
    pub agree: Option<Spanned<Agree>>,
    /// Operator: a year's sum against a limit.
    pub total: Option<Spanned<Total>>,
    /// Operator: stretches of time that leave no gap.
    pub cover: Option<Spanned<Cover>>,
    /// Operator: days that lie no further apart than a number.
    pub spacing: Option<Spanned<Spacing>>,
    /// Records that show it at work.
    pub examples: Examples,
}

/// A message in both languages, each with its place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// Chinese.
    pub zh: Source,
    /// English.
    pub en: Source,
}

/// Records linked to one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Their kind.
    pub of: Source,
    /// Their field that names the record; all of the kind when absent, which only `let` may ask for.
    pub by: Option<Source>,
    /// Which record they name; the rule's own when absent.
    pub key: Option<Source>,
    /// Which of them; bare names are theirs, `subject` is the rule's record.
    #[serde(rename = "where")]
    pub filter: Option<Source>,
    /// Which one, for `let`.
    #[serde(default)]
    pub pick: Pick,
}

/// Which of several linked records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pick {
    /// The latest by its own date.
    #[default]
    Latest,
    /// The earliest.
    Earliest,
    /// The one whose id sorts last.
    #[serde(rename = "last_id")]
    LastId,
}

/// The day from which something is due: `days`, `hours` or `working_days` of the rule's numbers after a moment.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Once {
    /// The moment; the record's own date when absent.
    pub after: Option<Source>,
    /// The number that counts; `days`, `hours` or `working_days` when absent.
    pub number: Option<Source>,
    /// Or a number of days worked out for each record.
    pub days: Option<Source>,
    /// Or the last day itself.
    pub by: Option<Source>,
    /// Due at the end of the period that holds the moment.
    pub end_of: Option<Unit>,
    /// Judged at once where this holds: what came too late need not be waited for.
    pub unless: Option<Source>,
}

/// A test on a record.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// The field it is about.
    pub field: Option<Source>,
    /// Instead: fields of which one must have a value.
    #[serde(default)]
    pub any_of: Vec<Source>,
    /// What must hold.
    pub test: Option<Source>,
    /// One of these must be there.
    #[serde(default)]
    pub exists: Vec<Link>,
    /// Judged at once, whatever the rule's `once` says.
    #[serde(default)]
    pub at_once: bool,
    /// When it is due, instead of what the rule's `once` says.
    pub once: Option<Once>,
}

/// A deadline: `days`, `hours` or `working_days` of the rule's numbers after a moment, or a stated last day.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Within {
    /// The moment; the record's own date when absent.
    pub after: Option<Source>,
    /// A number of days worked out for each record, instead of the rule's.
    pub days: Option<Source>,
    /// The last day or time, instead.
    pub by: Option<Source>,
    /// The period of the moment whose rate the message can tell.
    pub per: Option<Unit>,
    /// The field that must be dated in time.
    pub field: Option<Source>,
    /// Or the linked record that must be.
    pub find: Option<Link>,
}

/// How many records in each period.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// Their kind.
    pub of: Source,
    /// Which of them; bare names are theirs.
    #[serde(rename = "where")]
    pub filter: Option<Source>,
    /// Their field that names the rule's record; none when the office is judged.
    pub by: Option<Source>,
    /// Their date; their own when absent.
    pub on: Option<Source>,
    /// The period.
    pub per: Every,
    /// A record is judged for periods that begin on or after this day of it.
    pub from: Option<Source>,
    /// … and end on or before this one.
    pub until: Option<Source>,
    /// … and of which this holds.
    #[serde(rename = "for")]
    pub which: Option<Source>,
    /// From when periods are judged where the office has no `since`.
    #[serde(default)]
    pub start: Start,
    /// Counted is how many different values this field of theirs has.
    pub distinct: Option<Source>,
}

/// A period of `count`: a calendar unit, or days of the public calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Each calendar day.
    Day,
    /// Each working day of the public calendar.
    WorkingDay,
    /// Each ISO week.
    Week,
    /// Each week from Saturday to Friday.
    SaturdayWeek,
    /// Each public holiday.
    Holiday,
    /// Each month.
    Month,
    /// Each quarter.
    Quarter,
    /// Each half-year.
    Half,
    /// Each year.
    Year,
}

/// From when periods are judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Start {
    /// The earliest record of the kind that is counted.
    #[default]
    Kind,
    /// Each record's own `from`.
    Own,
}

/// What share of a population is met.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// The population's kind.
    pub of: Source,
    /// Which of them.
    #[serde(rename = "where")]
    pub filter: Option<Source>,
    /// The date that puts a member into a period; everyone is in every period when absent.
    pub on: Option<Source>,
    /// The period; none when `each` record is judged once.
    pub per: Option<Unit>,
    /// For `each` record: the day after which it is judged.
    pub after: Option<Source>,
    /// What a member must fulfil.
    pub met: Option<Source>,
    /// What must be linked to a member.
    pub find: Option<Link>,
    /// Days after `on` until a member is settled.
    pub settle_days: Option<Source>,
    /// Or the last day on which it can be settled.
    pub settle_by: Option<Source>,
    /// How many periods later it is judged.
    #[serde(default)]
    pub settle_periods: u32,
    /// The population is this number, and `percent` a maximum.
    pub against: Option<Source>,
    /// Whose earliest record is the start; the population's when absent.
    pub start: Option<Source>,
}

/// Something handed in for each period by a day: the number `by`, a month and day, a day of the month or a weekday.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filing {
    /// Its kind.
    pub of: Source,
    /// Which of them.
    #[serde(rename = "where")]
    pub filter: Option<Source>,
    /// The field that names the period.
    pub period: Source,
    /// The period.
    pub per: Unit,
    /// The day it was handed in.
    pub on: Source,
    /// Whether `by` lies in the period itself, the one before or the next one.
    #[serde(default)]
    pub due_in: DueIn,
    /// What makes it complete.
    pub complete: Option<Source>,
    /// Only periods in which a record of one of these kinds is dated.
    #[serde(default)]
    pub active: Vec<Source>,
    /// One for each ISO week that ends in the period serves as well.
    #[serde(default)]
    pub weekly: bool,
    /// What becomes of a last day that is no working day.
    #[serde(default)]
    pub holiday: Holiday,
}

/// What becomes of a last day that is no working day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holiday {
    /// It stays.
    #[default]
    Stays,
    /// The day before it takes its place.
    PreviousDay,
}

/// Figures of each record that must equal the number of records dated in its period.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agree {
    /// The field that names the period.
    pub period: Source,
    /// The period.
    pub per: Unit,
    /// Only records dated on or before this day count.
    pub until: Option<Source>,
    /// The figures.
    pub figures: Vec<Figure>,
}

/// One figure: a field, and the records that it counts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// The field.
    pub field: Source,
    /// Their kind.
    pub of: Source,
    /// Which of them.
    #[serde(rename = "where")]
    pub filter: Option<Source>,
    /// Their date; their own when absent.
    pub on: Option<Source>,
}

/// The sum of a field over a year's records, which must not exceed a field of the rule's record.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Total {
    /// Their kind.
    pub of: Source,
    /// Which of them.
    #[serde(rename = "where")]
    pub filter: Option<Source>,
    /// The field that is summed, money.
    pub sum: Source,
    /// The date that puts them into a year.
    pub on: Source,
    /// Their text fields and those of the rule's record that must be equal.
    #[serde(rename = "match", default)]
    pub matching: BTreeMap<String, Source>,
    /// The rule's record's year.
    pub year: Source,
    /// The rule's record's limit, money.
    pub limit: Source,
}

/// Stretches of time of an office's records, which must leave no gap between the first and the last.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cover {
    /// Their kind.
    pub of: Source,
    /// Which of them.
    #[serde(rename = "where")]
    pub filter: Option<Source>,
    /// When one begins.
    pub from: Source,
    /// When it ends.
    pub until: Source,
    /// What is taken out of it.
    pub away: Option<Away>,
}

/// A stretch taken out of another: to the other's end when `until` has no value.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Away {
    /// When it begins.
    pub from: Source,
    /// When it ends.
    pub until: Source,
    /// Where this holds nothing is taken out.
    pub unless: Option<Source>,
}

/// Days with records of each subject, which lie no further apart than the rule's `days`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spacing {
    /// Their kind.
    pub of: Source,
    /// Their field that names the rule's record.
    pub by: Source,
    /// Which of them.
    #[serde(rename = "where")]
    pub filter: Option<Source>,
    /// Counted from this day of the rule's record, where it is after the start.
    pub from: Option<Source>,
    /// … to this one, where it is before as-of.
    pub until: Option<Source>,
}

/// Where a filing's last day lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DueIn {
    /// In the period.
    #[default]
    This,
    /// In the next one.
    Next,
    /// In the one before.
    Previous,
}

/// Examples that run as tests: each a small office.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    /// Judged as met.
    pub pass: Example,
    /// Judged as missed.
    pub fail: Example,
    /// Not yet due.
    pub pending: Option<Example>,
}

/// Records of one example, by kind, as YAML; `as_of` says when they are judged.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// Judged as of this day.
    pub as_of: String,
    /// Lines for office.yaml, besides name and policies.
    #[serde(default)]
    pub office: BTreeMap<String, serde_json::Value>,
    /// For each kind its records.
    pub records: BTreeMap<String, Vec<BTreeMap<String, serde_json::Value>>>,
}
