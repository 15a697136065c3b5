//! A report as it is written: `templates/reports/<id>/report.yaml`. Unknown keys are refused.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::calendar::Unit;
use crate::statistics::{WrittenAnswers, WrittenFlow, WrittenKey, WrittenPopulation};
use crate::text::Bilingual;

/// A report: what it counts, and what it says of that.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Its id, the folder's name.
    pub id: String,
    /// Its title.
    pub title: Bilingual,
    /// One edition for each of these: a period with records in it, or a record of a kind.
    pub per: Vec<Per>,
    /// Of what it tells: of each office, of all of them together where there are several.
    #[serde(default = "each_office")]
    pub scope: Vec<Whole>,
    /// Whether it is made whichever policies an office adopted; else only where one of them asks for it.
    #[serde(default)]
    pub always: bool,
    /// Whether it has a cover page.
    #[serde(default)]
    pub cover: bool,
    /// Whether its figures are written as CSV and JSON beside it.
    #[serde(default)]
    pub data: bool,
    /// What comes in and is done, by name.
    #[serde(default)]
    pub flows: BTreeMap<String, WrittenFlow>,
    /// Answers on a scale, by name.
    #[serde(default)]
    pub answers: BTreeMap<String, WrittenAnswers>,
    /// Its text.
    pub sections: Vec<Section>,
}

fn each_office() -> Vec<Whole> {
    vec![Whole::Office]
}

/// Of what a report tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Whole {
    /// An office.
    Office,
    /// All offices of a workspace.
    Group,
}

impl Manifest {
    /// Whether a block compares with what was decided in the period before.
    pub fn compares(&self) -> bool {
        let blocks = self.sections.iter().flat_map(|s| &s.blocks);
        blocks
            .into_iter()
            .any(|b| matches!(b, WrittenBlock::Policies(_)))
    }
}

/// What an edition stands for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Per {
    /// The day as of which everything is told.
    #[serde(rename = "as_of")]
    AsOf,
    /// A week.
    Week,
    /// A month.
    Month,
    /// A quarter.
    Quarter,
    /// A half-year.
    Half,
    /// A year.
    Year,
    /// A record of a kind, dated by a field.
    Each {
        /// The kind.
        of: String,
        /// Its last day.
        on: String,
    },
}

impl Per {
    /// Its length, when it is a period.
    pub fn unit(&self) -> Option<Unit> {
        match self {
            Self::Week => Some(Unit::Week),
            Self::Month => Some(Unit::Month),
            Self::Quarter => Some(Unit::Quarter),
            Self::Half => Some(Unit::Half),
            Self::Year => Some(Unit::Year),
            Self::AsOf | Self::Each { .. } => None,
        }
    }
}

/// A part of a report under a heading.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its heading.
    pub heading: Bilingual,
    /// Only in editions for a period, for a record, or for all offices together.
    pub only: Option<Only>,
    /// Whether it is an appendix, numbered apart.
    #[serde(default)]
    pub appendix: bool,
    /// What it holds.
    pub blocks: Vec<WrittenBlock>,
}

/// In which editions a section stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Only {
    /// Those for a period.
    Period,
    /// Those for a record.
    Record,
    /// Those for an office, where the report is made for all offices together as well.
    Office,
    /// Those for all offices together.
    Group,
}

/// A block as it is written: the closed vocabulary of reports.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WrittenBlock {
    /// Sentences made of figures.
    Say(Vec<Sentence>),
    /// Figures that stand out, side by side.
    Figures(Vec<KeyFigure>),
    /// A table of flows: received, done, open, overdue, days.
    Flows(FlowTable),
    /// A table of one flow by groups.
    FlowBy(FlowBy),
    /// A chart and table of one or more flows over the periods within.
    FlowTrend(FlowTrend),
    /// How many by group, with their share.
    Classes(Classes),
    /// A table of answers, for each field.
    Answers(AnswersOf),
    /// … by group, with a chart.
    AnswersBy(AnswersBy),
    /// … over time, with a chart of intervals.
    AnswersTrend(AnswersTrend),
    /// Groups with several members.
    Repeats(Repeats),
    /// A list of records.
    Records(Records),
    /// Findings.
    Findings(FindingsOf),
    /// What falls due.
    Due(Due),
    /// What each rule decided.
    Compliance(Empty),
    /// How far each policy was kept, against the period before.
    Policies(Captioned),
    /// The shares that rules reckon, against the number each demands and the period before.
    Rates(Captioned),
    /// Where most was missed.
    Worst(Worst),
    /// Everything pending, by day.
    Agenda(Captioned),
    /// Amounts by group, against others such as budgets.
    Sums(Sums),
    /// The offices side by side.
    Offices(Offices),
    /// Where the office departs from its packs.
    Deviations(Empty),
    /// Waivers of office.yaml.
    Waivers(Empty),
}

/// A block without anything to choose.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// A sentence; which wording is used is decided by a figure.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sentence {
    /// The figure that decides; `many` when absent.
    pub count: Option<String>,
    /// Said of none; nothing is said when absent.
    pub zero: Option<Bilingual>,
    /// Said of one; as of many when absent.
    pub one: Option<Bilingual>,
    /// Said of several, or always.
    pub many: Bilingual,
}

/// A figure that stands out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFigure {
    /// What it is of, with its unit.
    pub label: Bilingual,
    /// The figure, as a sentence would name it.
    pub value: String,
}

/// Flows side by side.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowTable {
    /// What the table is called.
    pub caption: Bilingual,
    /// Their names, in order.
    pub flows: Vec<String>,
    /// Whether each stands beside itself in the period before.
    #[serde(default)]
    pub before: bool,
}

/// One flow by groups.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowBy {
    /// What the table is called.
    pub caption: Bilingual,
    /// Its name.
    pub flow: String,
    /// The groups.
    pub key: WrittenKey,
}

/// Flows over the periods within.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowTrend {
    /// What it is called.
    pub caption: Bilingual,
    /// Its name.
    pub flow: String,
    /// The periods.
    pub per: Unit,
    /// So many, up to the edition's own; those within the edition's when absent.
    pub last: Option<usize>,
}

/// How many by group.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Classes {
    /// What it is called.
    pub caption: Bilingual,
    /// Which records.
    pub population: WrittenPopulation,
    /// The groups.
    pub key: WrittenKey,
    /// How many of them are done, when this has a value.
    pub done: Option<String>,
}

/// A table of answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswersOf {
    /// What it is called.
    pub caption: Bilingual,
    /// Their name.
    pub answers: String,
}

/// Answers by group.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswersBy {
    /// What it is called.
    pub caption: Bilingual,
    /// Their name.
    pub answers: String,
    /// The groups.
    pub key: WrittenKey,
}

/// Answers over time.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswersTrend {
    /// What it is called.
    pub caption: Bilingual,
    /// Their name.
    pub answers: String,
    /// The periods within the edition's, or the records that editions stand for.
    pub per: Option<Unit>,
}

/// Groups with several members.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeats {
    /// What it is called.
    pub caption: Bilingual,
    /// Which records.
    pub population: WrittenPopulation,
    /// What makes them one group.
    pub key: WrittenKey,
    /// From how many on.
    pub min: usize,
}

/// A list of records.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Records {
    /// What it is called.
    pub caption: Bilingual,
    /// Which records; `period.first` and `period.last` may stand in its condition.
    pub population: WrittenPopulation,
    /// Whether only those that count in the period.
    #[serde(default)]
    pub within: bool,
    /// Only those that none of these names in the period.
    pub unnamed: Option<Unnamed>,
    /// What is told of each.
    pub columns: Vec<ListColumn>,
    /// Said when there are none.
    pub none: Bilingual,
}

/// Records that would name one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unnamed {
    /// Which.
    #[serde(rename = "in")]
    pub population: WrittenPopulation,
    /// Their field that names it.
    pub by: String,
}

/// A column of a list: the first of its fields that has a value.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListColumn {
    /// Its heading; the first field's label when absent.
    pub label: Option<Bilingual>,
    /// Fields of the record.
    pub fields: Vec<String>,
    /// Shows, where none has a value, the rules whose last day has passed.
    #[serde(default)]
    pub overdue: bool,
}

/// Findings in a report.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingsOf {
    /// What they are called.
    pub caption: Bilingual,
    /// Which.
    pub which: Which,
    /// At most so many, the gravest first; how many more there are is told.
    pub most: Option<usize>,
}

/// Which findings, compared with the day before the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    /// There at its end, not before it.
    New,
    /// There before it, not at its end.
    Settled,
    /// There at its end.
    Open,
}

/// What falls due after the period.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Due {
    /// What it is called.
    pub caption: Bilingual,
}

/// A block that has only a name to choose.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Captioned {
    /// What it is called.
    pub caption: Bilingual,
}

/// Where most was missed in the period.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worst {
    /// What it is called.
    pub caption: Bilingual,
    /// By what.
    pub by: WorstBy,
    /// So many at the most.
    pub most: usize,
}

/// By what misses are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorstBy {
    /// By rule, with the worst places of each.
    Rule,
    /// By who answers for the record.
    Person,
    /// By file.
    File,
    /// By record.
    Record,
    /// By office.
    Office,
}

/// Amounts by group.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sums {
    /// What it is called.
    pub caption: Bilingual,
    /// What is summed.
    pub sum: Amount,
    /// What it is held against.
    pub against: Amount,
    /// What the groups are called; the field's label when absent.
    pub label: Option<Bilingual>,
}

/// A sum of a field by a key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// What it is called; the field's label when absent.
    pub label: Option<Bilingual>,
    /// Which records; `period.first` and `period.last` may stand in its condition.
    pub population: WrittenPopulation,
    /// The field.
    pub field: String,
    /// By which field or path records are grouped.
    pub by: String,
    /// Whether only those that count in the period.
    #[serde(default)]
    pub within: bool,
}

/// The offices side by side.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offices {
    /// What it is called.
    pub caption: Bilingual,
    /// What is told of each.
    pub show: Show,
}

/// What is told of each office.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Show {
    /// Records, findings by severity, waivers, what is pending.
    Findings,
    /// How far the policies were kept.
    Compliance,
    /// Answers, by name.
    Answers(String),
    /// A flow, by name.
    Flow(String),
}
