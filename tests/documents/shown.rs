//! Every field of every kind, in one office that adopted every policy: which does no form show?

use std::collections::BTreeSet;

use aftercare::schema::{Field, FieldType, Schema};

use crate::fixture::*;

/// So many records of each kind: each allowed value is some record's.
const RECORDS: usize = 9;

/// A value of a field as it is written, and as it can be found again where it differs from every other field's.
fn token(
    kind: &str,
    field: &Field,
    schema: &Schema,
    n: usize,
    i: usize,
) -> (String, Option<String>) {
    let name = format!("T{kind}X{}", field.name).replace('_', "");
    let number = 7000 + n;
    match &field.ty {
        FieldType::Id => (format!("I{kind}{i}"), Some(format!("I{kind}{i}"))),
        FieldType::Text => (name.clone(), Some(name)),
        FieldType::List(v) if v.is_empty() => (format!("[{name}]"), Some(name)),
        FieldType::List(v) => (format!("[{}]", v[i % v.len()].code), None),
        FieldType::Enum(v) => (v[i % v.len()].code.clone(), None),
        FieldType::Int if field.name == "year" => ("2025".into(), None),
        FieldType::Int => (number.to_string(), Some(number.to_string())),
        FieldType::Number => (format!("{number}.5"), Some(format!("{number}.5"))),
        FieldType::Money => ((61_000 + n).to_string(), Some(format!("61,{n:03}.00 元"))),
        FieldType::Bool => (i.is_multiple_of(2).to_string(), None),
        FieldType::Date | FieldType::Time => {
            let day = chrono::NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
            let day = day + chrono::Days::new(n as u64);
            (
                day.to_string(),
                Some(day.format("%Y年%-m月%-d日").to_string()),
            )
        }
        FieldType::Period => (["2025-03", "2025", "2025-Q1"][i % 3].into(), None),
        FieldType::Ref(to) => (format!("I{}{i}", schema.get(*to).name), None),
    }
}

/// As [`token`]; calls fall into the shifts.
fn told_apart(
    kind: &str,
    field: &Field,
    schema: &Schema,
    n: usize,
    i: usize,
) -> (String, Option<String>) {
    match (kind, field.name.as_str()) {
        ("shifts", "starts_at") => ("2025-03-01 08:00".into(), None),
        ("calls", "at") => ("2025-03-01 10:00".into(), None),
        ("shifts", "ends_at") => ("2025-03-01 20:00".into(), None),
        _ => token(kind, field, schema, n, i),
    }
}

/// Fields that no form shows, and why.
const UNSHOWN: &[(&str, &str)] = &[
    ("acceptances.repair", SHEET),
    ("acceptances.attachments", LINE),
    ("approvals.repair", SHEET),
    ("approvals.attachments", LINE),
    ("archives.attachments", LINE),
    ("calls.customer", OTHER),
    ("calls.attachments", LINE),
    ("campaigns.meeting", SHEET),
    ("campaigns.attachments", LINE),
    ("complaints.customer", OTHER),
    ("components.attachments", LINE),
    ("deals.attachments", LINE),
    ("filings.kind", ONE),
    ("inspections.repair", SHEET),
    ("items.repair", SHEET),
    ("items.attachments", LINE),
    ("loans.archive", SHEET),
    ("loans.attachments", LINE),
    ("plans.kind", ONE),
    ("plans.attachments", LINE),
    ("questions.meeting", SHEET),
    ("repairs.customer", OTHER),
    ("repairs.complaint", OTHER),
    ("repairs.project", OTHER),
    ("repairs.plan", OTHER),
    ("staff.area", NONE),
    ("staff.joined_on", NONE),
    ("staff.note", NONE),
    ("staff.attachments", NONE),
    ("suppliers.note", NONE),
    ("suppliers.attachments", NONE),
    ("surveys.campaign", SHEET),
    ("surveys.attachments", LINE),
    ("visits.project", OTHER),
    ("visits.plan", OTHER),
    ("visits.complaint", OTHER),
    ("visits.repair", OTHER),
    ("work_orders.complaint", OTHER),
    ("work_orders.visit", OTHER),
];

const SHEET: &str =
    "the sheet on which it is a line is that record's, or shows that record's fields";
const ONE: &str = "each form is for one kind of them, and its title says which";
const LINE: &str = "a line of a table has no room for files: the attached records name them";
const OTHER: &str = "the sheet shows the other record's own fields, such as its name";
const NONE: &str = "no policy prescribes a form about it";

#[test]
fn every_field_is_on_some_form() {
    let schema = schema();
    let packs = packs();
    let ids: Vec<&str> = packs.ids().collect();
    let office_yaml = format!("name: 甲\npolicies: [{}]\n", ids.join(", "));
    let mut files = vec![("office.yaml".to_owned(), office_yaml)];
    // Each field: its name, the lines where it stands, the texts that tell it.
    let mut fields: Vec<(String, Vec<String>, Vec<String>)> = Vec::new();
    let mut n = 0;
    for kind in &schema.kinds {
        let (mut text, mut line) = (String::new(), 0);
        let first = fields.len();
        let own = kind.fields.iter();
        fields.extend(own.map(|f| (format!("{}.{}", kind.name, f.name), vec![], vec![])));
        for i in 0..RECORDS {
            for (at, field) in kind.fields.iter().enumerate() {
                let (value, told) = told_apart(&kind.name, field, &schema, n + at, i);
                let lead = if at == 0 { "- " } else { "  " };
                text.push_str(&format!("{lead}{}: {value}\n", field.name));
                line += 1;
                let place = format!("records/a/{}.yaml:{line}", kind.name);
                fields[first + at].1.push(place);
                fields[first + at].2.extend(told);
            }
        }
        n += kind.fields.len();
        files.push((format!("{}.yaml", kind.name), text));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(n, t)| (n.as_str(), t.as_str()))
        .collect();
    let mut shown = Vec::new();
    for r in recipes(&office(&files)) {
        if r.path.ends_with(".html") {
            texts(&json(&r)["sheet"], &mut shown);
        }
    }
    let whole: BTreeSet<&str> = shown.iter().map(String::as_str).collect();
    let joined = shown.join("\n");
    let is_shown = |places: &[String], told: &[String]| {
        places.iter().any(|p| whole.contains(p.as_str()))
            || told.iter().any(|t| joined.contains(t.as_str()))
    };
    let missing: Vec<&str> = fields
        .iter()
        .filter(|(_, places, told)| !is_shown(places, told))
        .map(|(name, ..)| name.as_str())
        .collect();
    assert!(UNSHOWN.iter().all(|(_, why)| !why.is_empty()));
    let known: Vec<&str> = UNSHOWN.iter().map(|u| u.0).collect();
    assert_eq!(missing, known);
}
