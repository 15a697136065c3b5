//! Makes a report's blocks for one edition, in one language: what every kind of block needs, and the figures that
//! sentences are made of.

use std::cell::OnceCell;

use super::block::{self, Block, Cell};
use super::compiled::Report;
use super::edition::{Edition, in_words};
use super::kept::{Kept, kept};
use super::manifest::{KeyFigure, Sentence, WrittenBlock};
use super::{agenda, answers, compliance, flows, lists, rates, rules, sums};
use crate::calendar::Period;
use crate::document::redact::Redaction;
use crate::document::words;
use crate::policy::{Judgement, Packs};
use crate::schema::{FieldId, KindId};
use crate::statistics::{Activity, Answers, Distribution, Flow, Group};
use crate::table::{Office, Row, Value};
use crate::text::{Bilingual, Lang};

/// One edition being told.
pub struct Maker<'a> {
    /// The report.
    pub report: &'a Report,
    /// The edition.
    pub edition: &'a Edition,
    /// The packs.
    pub packs: &'a Packs,
    /// The language.
    pub lang: Lang,
    /// What is hidden.
    pub redaction: &'a Redaction,
    kept: OnceCell<Vec<(&'a Judgement, Kept)>>,
}

/// What a sentence's figures are taken from.
pub trait Tell {
    /// The language.
    fn lang(&self) -> Lang;

    /// A figure by its name.
    ///
    /// # Errors
    /// There is none of that name.
    fn figure(&self, name: &str) -> Result<Figure, String>;

    /// One paragraph of sentences; none when nothing is to be said.
    ///
    /// # Errors
    /// A sentence names what is not there.
    fn paragraph(&self, sentences: &[Sentence]) -> Result<Option<Block>, String> {
        let mut said = Vec::new();
        for sentence in sentences {
            if let Some(wording) = self.wording(sentence)?
                && let Some(text) = self.filled(wording.get(self.lang()))?
            {
                said.push(text);
            }
        }
        let text = said.join(self.lang().pick("", " "));
        Ok((!text.is_empty()).then_some(Block::Text { text }))
    }

    /// Figures that stand out, side by side.
    ///
    /// # Errors
    /// One names what is not there.
    fn figures(&self, written: &[KeyFigure]) -> Result<Block, String> {
        let mut items = Vec::new();
        for f in written {
            items.push(block::KeyFigure {
                label: f.label.get(self.lang()).to_owned(),
                value: self.filled(&f.value)?.unwrap_or_else(|| "—".to_owned()),
            });
        }
        Ok(Block::Figures { items })
    }

    /// The wording that a sentence's count asks for.
    ///
    /// # Errors
    /// It names what is not there, or no count.
    fn wording<'s>(&self, s: &'s Sentence) -> Result<Option<&'s Bilingual>, String> {
        let Some(count) = &s.count else {
            return Ok(Some(&s.many));
        };
        match self.figure(count)? {
            Figure::Count(0) => Ok(s.zero.as_ref()),
            Figure::Count(1) => Ok(Some(s.one.as_ref().unwrap_or(&s.many))),
            Figure::Count(_) => Ok(Some(&s.many)),
            Figure::Absent => Ok(None),
            Figure::Text(_) => Err(format!("`{count}` is no count")),
        }
    }

    /// A text with its figures; none when one of them cannot be told.
    ///
    /// # Errors
    /// It names what is not there.
    fn filled(&self, source: &str) -> Result<Option<String>, String> {
        let mut out = String::new();
        let mut rest = source;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| format!("`{source}`: a `{{` without `}}`"))?;
            out.push_str(before);
            match self.figure(name)? {
                Figure::Count(n) => out.push_str(&n.to_string()),
                Figure::Text(t) => out.push_str(&t),
                Figure::Absent => return Ok(None),
            }
            rest = after;
        }
        out.push_str(rest);
        Ok(Some(out))
    }
}

/// What a sentence may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Figure {
    /// A number of things, which decides the wording.
    Count(u64),
    /// Something said as it is.
    Text(String),
    /// Cannot be told (too few answers, nothing done): its sentence is left out.
    Absent,
}

impl<T: ToString> From<Option<T>> for Figure {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, |v| Self::Text(v.to_string()))
    }
}

impl<'a> Maker<'a> {
    /// Tells an edition of a report.
    pub fn new(
        report: &'a Report,
        edition: &'a Edition,
        packs: &'a Packs,
        lang: Lang,
        redaction: &'a Redaction,
    ) -> Self {
        Self {
            report,
            edition,
            packs,
            lang,
            redaction,
            kept: OnceCell::new(),
        }
    }

    /// Each rule with its counts in the edition's period.
    pub fn kept(&self) -> &[(&'a Judgement, Kept)] {
        let edition = self.edition;
        self.kept
            .get_or_init(|| kept(&edition.now, edition.before.as_deref()))
    }

    /// The office as it stood at the edition's end.
    pub fn office(&self) -> &Office {
        &self.edition.now.office
    }

    /// The edition's period.
    pub fn period(&self) -> Period {
        self.edition.subject.period
    }

    /// Of two wordings, the one in the document's language.
    pub fn say<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        self.lang.pick(zh, en)
    }

    /// A wording in the document's language.
    pub fn text(&self, b: &Bilingual) -> String {
        b.get(self.lang).to_owned()
    }

    /// Makes the blocks that a manifest asks for.
    ///
    /// # Errors
    /// What is wrong in the manifest.
    pub fn blocks(&self, written: &WrittenBlock) -> Result<Vec<Block>, String> {
        match written {
            WrittenBlock::Say(sentences) => Ok(self.paragraph(sentences)?.into_iter().collect()),
            WrittenBlock::Figures(all) => Ok(vec![self.figures(all)?]),
            WrittenBlock::Flows(b) => flows::table(self, b),
            WrittenBlock::FlowBy(b) => flows::by_group(self, b),
            WrittenBlock::FlowTrend(b) => flows::trend(self, b),
            WrittenBlock::Classes(b) => flows::classes(self, b),
            WrittenBlock::Answers(b) => answers::table(self, b),
            WrittenBlock::AnswersBy(b) => answers::by_group(self, b),
            WrittenBlock::AnswersTrend(b) => answers::trend(self, b),
            WrittenBlock::Repeats(b) => lists::repeats(self, b),
            WrittenBlock::Records(b) => lists::records(self, b),
            WrittenBlock::Findings(b) => Ok(rules::findings(self, b)),
            WrittenBlock::Due(b) => Ok(rules::due(self, b)),
            WrittenBlock::Compliance(_) => Ok(compliance::compliance(self)),
            WrittenBlock::Policies(b) => Ok(compliance::policies(self, b)),
            WrittenBlock::Rates(b) => Ok(rates::rates(self, b)),
            WrittenBlock::Worst(b) => compliance::worst(self, b),
            WrittenBlock::Agenda(b) => Ok(agenda::agenda(self, b)),
            WrittenBlock::Sums(b) => sums::sums(self, b),
            WrittenBlock::Offices(_) => {
                Err("`offices` is for all offices together: scope: [group]".to_owned())
            }
            WrittenBlock::Deviations(_) => Ok(rules::deviations(self)),
            WrittenBlock::Waivers(_) => Ok(rules::waivers(self)),
        }
    }

    /// A flow by its name.
    pub fn flow(&self, name: &str) -> Result<&Flow, String> {
        let flows = &self.report.flows;
        flows
            .get(name)
            .ok_or_else(|| format!("there is no flow `{name}`"))
    }

    /// Answers by their name.
    pub fn answers(&self, name: &str) -> Result<&Answers, String> {
        let answers = &self.report.answers;
        answers
            .get(name)
            .ok_or_else(|| format!("there are no answers `{name}`"))
    }

    /// A flow's counts in the edition's period.
    pub fn activity(&self, flow: &Flow) -> Activity {
        let kind = flow.population.kind;
        let late = |row| self.edition.now.is_late(kind, row);
        flow.count(self.office(), self.period(), &late)
    }

    /// A field of a record as people read it, with what must be hidden hidden, and its place.
    pub fn cell(&self, kind: KindId, row: Row, field: FieldId) -> Cell {
        let office = self.office();
        let mut text = words::field(office, self.lang, (kind, row), field, false);
        if self.redaction.hides(kind, field) {
            text = Redaction::masked(&text);
        } else if let Value::Ref(to, named) = office.value(kind, row, field) {
            let name = office.schema.get(to).field("name");
            if name.is_some_and(|n| self.redaction.hides(to, n)) {
                text = self.redaction.text(office, Some((to, named)), &text);
            }
        } else {
            text = self.redaction.text(office, Some((kind, row)), &text);
        }
        let place = office.place(kind, row, Some(field));
        Cell {
            text,
            place: format!("{}:{}", place.file, place.line),
        }
    }

    /// What a group is called, a person's name hidden where names are.
    pub fn group(&self, group: &Group) -> String {
        let label = self.text(&group.label);
        let office = self.office();
        let hidden = group.record.is_some_and(|(kind, _)| {
            let name = office.schema.get(kind).field("name");
            name.is_some_and(|n| self.redaction.hides(kind, n))
        });
        if hidden {
            Redaction::masked(&label)
        } else {
            label
        }
    }
}

impl Tell for Maker<'_> {
    fn lang(&self) -> Lang {
        self.lang
    }

    /// A figure by its name: `period`, `as_of`, `<flow>.<count>`, `<answers>.<figure>`, `findings.new` and the like.
    ///
    /// # Errors
    /// There is none of that name.
    fn figure(&self, name: &str) -> Result<Figure, String> {
        let unknown = || format!("there is no figure `{name}`");
        let (of, what) = match name.split_once('.') {
            Some(parts) => parts,
            None => (name, ""),
        };
        match of {
            "office" => return Ok(Figure::Text(self.office().config.name.clone())),
            // Only all offices together are several.
            "offices" => return Ok(Figure::Absent),
            "period" => {
                let words = in_words(self.office(), &self.edition.subject, self.lang);
                return Ok(Figure::Text(words));
            }
            "as_of" => {
                let day = words::date(self.edition.subject.cut, self.lang);
                return Ok(Figure::Text(day));
            }
            _ => {}
        }
        if let Some(flow) = self.report.flows.get(of) {
            return activity_figure(&self.activity(flow), what).ok_or_else(unknown);
        }
        if let Some(answers) = self.report.answers.get(of) {
            let d = answers::overall(self, answers, &self.edition.subject);
            return answer_figure(&d, what).ok_or_else(unknown);
        }
        let told = match of {
            "agenda" => agenda::figure(self, what),
            _ => rules::figure(self, of, what),
        };
        told.ok_or_else(unknown)
    }
}

/// A figure of a flow.
pub(super) fn activity_figure(a: &Activity, what: &str) -> Option<Figure> {
    Some(match what {
        "received" => Figure::Count(a.received),
        "done" => Figure::Count(a.done),
        "open" => Figure::Count(a.open),
        "overdue" => Figure::Count(a.overdue),
        "days" => a.average_days().into(),
        _ => return None,
    })
}

/// A figure of answers.
pub(super) fn answer_figure(d: &Distribution, what: &str) -> Option<Figure> {
    Some(match what {
        "asked" => Figure::Count(d.asked()),
        "answered" => Figure::Count(d.answered()),
        "satisfied" => Figure::Count(d.satisfied()),
        "unanswered" => Figure::Count(d.unanswered),
        "rate" => d.rate().into(),
        "low" => d.interval().map(|(low, _)| low).into(),
        "high" => d.interval().map(|(_, high)| high).into(),
        "response" => d.response().into(),
        "mean" => d.mean().into(),
        _ => return None,
    })
}
