//! Findings as records that forms can look at: each verdict of a check a line of the kind `findings`, which no file holds and
//! no policy sees, so that points, lists and sums of them are said in a form as those of any other records are.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::agenda::responsible;
use crate::finding::{Finding, Severity};
use crate::load;
use crate::pipeline::Checked;
use crate::policy::Judgement;
use crate::policy::context::own_date;
use crate::schema::{KindId, Schema};
use crate::table::{Column, NO_ROW, Office, Row};

const KIND: &str = include_str!("findings.yaml");

/// The kinds that forms see: those of the files, and findings.
///
/// # Errors
/// The kind's own definition is malformed.
pub(super) fn schema(of_files: &Schema) -> Result<Schema, String> {
    of_files.and(KIND)
}

/// Adds to every office what its rules found, in the order of `check`, and what is still due.
///
/// # Errors
/// The kind's own definition is malformed.
pub fn attach(checked: &mut Checked) -> Result<(), String> {
    let mut lines: Vec<Vec<Finding>> = checked.offices.iter().map(|_| Vec::new()).collect();
    for (found, told) in checked.found.iter().zip(checked.findings()) {
        if !told.rule.starts_with("core/") {
            lines[usize::from(found.office)].push(told);
        }
    }
    for (judged, mut missed) in checked.offices.iter_mut().zip(lines) {
        let pending: Vec<Finding> = {
            let teller = judged.teller();
            teller.pending(&judged.judgements).map(|(_, f)| f).collect()
        };
        let first_pending = missed.len();
        missed.extend(pending);
        let rules: BTreeMap<&str, &Judgement> = judged
            .judgements
            .iter()
            .map(|j| (j.rule.as_str(), j))
            .collect();
        let (text, staff) = written(&judged.office, &missed, &rules, first_pending);
        let schema = Arc::new(schema(&judged.office.schema)?);
        judged.office.schema = schema;
        add(&mut judged.office, &text, staff);
    }
    Ok(())
}

/// An office that forms can look at: one without findings where none were attached.
pub(super) fn seen(office: &Office) -> Result<Option<Office>, String> {
    if office.schema.kind("findings").is_some() {
        return Ok(None);
    }
    let mut seen = office.at(office.as_of);
    seen.schema = Arc::new(schema(&office.schema)?);
    add(&mut seen, "", Vec::new());
    Ok(Some(seen))
}

/// The table as CSV, and whom each line is about.
fn written(
    office: &Office,
    findings: &[Finding],
    rules: &BTreeMap<&str, &Judgement>,
    first_pending: usize,
) -> (String, Vec<Row>) {
    let lang = office.config.lang;
    let mut csv = csv::Writer::from_writer(Vec::new());
    let mut staff = Vec::new();
    let header = [
        "id", "date", "state", "policy", "rule", "title", "clause", "severity", "waived", "about",
        "message",
    ];
    // Writing to memory cannot fail.
    let _ = csv.write_record(header);
    for (i, f) in findings.iter().enumerate() {
        let judgement = rules.get(f.rule.as_str());
        let record = office.record_of(f);
        let own = || {
            let own = record.map(|(kind, row)| own_date(office, kind, row))?;
            own.is_present().then(|| own.date())
        };
        let period = f.period.as_deref();
        let period_end = || {
            period
                .and_then(crate::calendar::Period::parse)
                .map(|p| p.last)
        };
        let Some(date) = f
            .due
            .or_else(own)
            .or_else(period_end)
            .or(office.config.since)
        else {
            continue;
        };
        let about = match record {
            Some((kind, _)) => {
                let label = office.schema.get(kind).label.get(lang);
                let id = f.record.as_deref().unwrap_or_default();
                lang.pick(format!("{label}「{id}」"), format!("{label} {id}"))
            }
            None => String::new(),
        };
        let parts = [about.as_str(), period.unwrap_or_default()];
        let parts: Vec<&str> = parts.into_iter().filter(|p| !p.is_empty()).collect();
        let (policy, rule) = f.rule.split_once('/').unwrap_or(("", &f.rule));
        let id = format!(
            "{}-{}",
            &f.fingerprint[..12.min(f.fingerprint.len())],
            i + 1
        );
        let line = [
            id.as_str(),
            &date.to_string(),
            if i < first_pending {
                "missed"
            } else {
                "pending"
            },
            policy,
            rule,
            judgement.map_or("", |j| j.title.get(lang)),
            &f.clause,
            match f.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            if f.waived { "yes" } else { "no" },
            &parts.join(" "),
            f.message.get(lang),
        ];
        let _ = csv.write_record(line);
        let who = judgement.and_then(|j| j.who.as_deref());
        let person = record.and_then(|r| responsible(office, who, r));
        staff.push(person.map_or(NO_ROW, |(_, row)| row));
    }
    let bytes = csv.into_inner().unwrap_or_default();
    (String::from_utf8(bytes).unwrap_or_default(), staff)
}

/// Reads the table into the office, as any other is read.
fn add(office: &mut Office, text: &str, staff: Vec<Row>) {
    let Some(kind) = office.schema.kind("findings") else {
        return;
    };
    load::add_table(office, kind, text);
    set_person(office, kind, staff);
}

fn set_person(office: &mut Office, kind: KindId, staff: Vec<Row>) {
    let Some(field) = office.schema.get(kind).field("staff") else {
        return;
    };
    let table = &mut office.tables[usize::from(kind.0)];
    table.live = vec![true; table.origins.len()];
    if staff.len() == table.origins.len() && !staff.is_empty() {
        table.columns[usize::from(field.0)] = Column::Ref(staff);
    }
}
