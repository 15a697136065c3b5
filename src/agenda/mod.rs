//! Pending verdicts → what must be done next: by whom, by when, by which rule. Who answers for a record is data (`who:`
//! in its kind's schema). `due` prints it, `build` writes it; a format is one file here.

pub mod csv;
pub mod ics;
pub mod json;
pub mod text;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::finding::Finding;
use crate::pipeline::Judged;
use crate::policy::Judgement;
use crate::schema::{KindId, Schema};
use crate::table::{Office, Row, Value};
use crate::text::{Bilingual, Lang};

/// Something that is still to be done.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What is pending, with its last day.
    pub finding: Finding,
    /// What its rule asks.
    pub title: Bilingual,
    /// The policy's id.
    pub policy: String,
    /// The office's name.
    pub office: String,
    /// The printed name of the record's kind.
    pub kind: Bilingual,
    /// The person who answers for it.
    pub person: Option<(KindId, Row)>,
    /// Their name; empty where the record names nobody.
    pub who: String,
}

impl Entry {
    /// What it is about: the record by kind and id, the period.
    pub fn about(&self, lang: Lang) -> String {
        let record = self.finding.record.as_deref().unwrap_or_default();
        let record = match (record, lang) {
            ("", _) => String::new(),
            (id, Lang::Zh) => format!("{}「{id}」", self.kind.zh),
            (id, Lang::En) => format!("{} `{id}`", self.kind.en),
        };
        let period = self.finding.period.clone().unwrap_or_default();
        let parts = [record, period];
        let said: Vec<String> = parts.into_iter().filter(|p| !p.is_empty()).collect();
        said.join(" ")
    }
}

/// Everything pending of an office, up to and with a day where one is given; earliest first, what has no day last.
pub fn entries(judged: &Judged, until: Option<NaiveDate>) -> Vec<Entry> {
    let teller = judged.teller();
    let pending = teller.pending(&judged.judgements).map(|(_, f)| f);
    of(&judged.office, &judged.judgements, pending, until)
}

/// The same, of what rules decided about an office as it stood on some day.
pub fn of(
    office: &Office,
    judgements: &[Judgement],
    pending: impl Iterator<Item = Finding>,
    until: Option<NaiveDate>,
) -> Vec<Entry> {
    let mut all: Vec<Entry> = Vec::new();
    let told: BTreeMap<&str, &Judgement> =
        judgements.iter().map(|j| (j.rule.as_str(), j)).collect();
    let soon = |f: &Finding| until.is_none_or(|u| f.due.is_some_and(|d| d <= u));
    all.extend(pending.filter(soon).filter_map(|finding| {
        let judgement = told.get(finding.rule.as_str())?;
        let record = office.record_of(&finding);
        let person = record.and_then(|r| responsible(office, judgement.who.as_deref(), r));
        Some(Entry {
            finding,
            title: judgement.title.clone(),
            policy: judgement.policy.clone(),
            office: office.config.name.clone(),
            kind: record
                .map(|(kind, _)| office.schema.get(kind).label.clone())
                .unwrap_or_default(),
            who: person.map_or_else(String::new, |p| name(office, p)),
            person,
        })
    }));
    sort(&mut all);
    all
}

/// Earliest first, what has no day last.
pub fn sort(entries: &mut [Entry]) {
    entries.sort_by(|a, b| {
        let key = |e: &Entry| e.finding.due.unwrap_or(NaiveDate::MAX);
        let (f, g) = (&a.finding, &b.finding);
        key(a).cmp(&key(b)).then_with(|| {
            (&f.office, &f.rule, &f.record, &f.period, &f.fingerprint).cmp(&(
                &g.office,
                &g.rule,
                &g.record,
                &g.period,
                &g.fingerprint,
            ))
        })
    });
}

/// Who answers for a record: where the rule's own path ends, else the first of its kind's `who:` paths that leads to somebody.
pub fn responsible(
    office: &Office,
    who: Option<&str>,
    record: (KindId, Row),
) -> Option<(KindId, Row)> {
    let paths = office.schema.get(record.0).who.iter().map(String::as_str);
    who.into_iter()
        .chain(paths)
        .find_map(|path| walk(office, record, path))
}

fn walk(office: &Office, from: (KindId, Row), path: &str) -> Option<(KindId, Row)> {
    let mut at = from;
    for step in path.split('.') {
        let field = office.schema.get(at.0).field(step)?;
        // A record's own id stays with it: a person answers for themselves.
        if field.0 != 0 {
            let Value::Ref(to, row) = office.value(at.0, at.1, field) else {
                return None;
            };
            at = (to, row);
        }
    }
    Some(at)
}

/// What a person is called; their id where they have no name.
pub fn name(office: &Office, (kind, row): (KindId, Row)) -> String {
    let field = office.schema.get(kind).field("name");
    match field.map(|f| office.value(kind, row, f)) {
        Some(Value::Text(name)) => name.to_owned(),
        _ => office.record_id(kind, row).to_owned(),
    }
}

/// The paths in the schema that lead to no record.
pub fn faults(schema: &Schema) -> Vec<String> {
    use crate::schema::FieldType;
    let leads = |kind: KindId, path: &str| {
        path.split('.').try_fold(kind, |at, step| {
            let field = schema.get(at).field(step)?;
            match &schema.get(at).get(field).ty {
                FieldType::Id => Some(at),
                FieldType::Ref(to) => Some(*to),
                _ => None,
            }
        })
    };
    let mut bad = Vec::new();
    for (id, kind) in schema.iter() {
        let paths = kind.who.iter().filter(|p| leads(id, p).is_none());
        bad.extend(paths.map(|p| format!("schema/{}.yaml: who: {p}", kind.name)));
    }
    bad
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_who_of_the_schema_leads_to_a_record() {
        let schema = Schema::embedded().unwrap();
        assert_eq!(faults(&schema), Vec::<String>::new());
        let visits = schema.get(schema.kind("visits").unwrap());
        assert_eq!(visits.who[0], "staff");
    }
}
