//! What published HTML hides of people, as office.yaml `redact` asks: telephone numbers, names, addresses.
//!
//! Which fields hold what is data (`templates/shared/redact.yaml`); running text loses whatever such a field of the
//! same records says, and every long number.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::Templates;
use crate::schema::{FieldId, KindId, Schema};
use crate::table::{Office, Row, Value};

/// Fields by what they tell of a person.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    phone: Vec<String>,
    name: Vec<String>,
    address: Vec<String>,
}

/// What is hidden.
#[derive(Clone, Debug, Default)]
pub struct Redaction {
    phone: bool,
    name: bool,
    fields: BTreeSet<(KindId, FieldId)>,
    people: BTreeSet<(KindId, FieldId)>,
}

impl Redaction {
    /// Nothing is hidden: for what is printed and filed.
    pub fn none() -> Self {
        Self::default()
    }

    /// What office.yaml asks to hide.
    pub fn of(office: &Office, templates: &Templates) -> Self {
        let asked = &office.config.redact;
        let text = templates.get("shared/redact.yaml").unwrap_or_default();
        let written: Written = std::str::from_utf8(text)
            .ok()
            .and_then(|t| serde_saphyr::from_str(t).ok())
            .unwrap_or_default();
        let mut names = BTreeSet::new();
        let who = written
            .phone
            .iter()
            .chain(&written.name)
            .map(String::as_str)
            .collect();
        for (what, fields) in [
            ("phone", &written.phone),
            ("name", &written.name),
            ("address", &written.address),
        ] {
            if asked.iter().any(|a| a == what) {
                names.extend(fields.iter().map(String::as_str));
            }
        }
        Self {
            phone: asked.iter().any(|a| a == "phone"),
            name: asked.iter().any(|a| a == "name"),
            fields: fields(&office.schema, &names),
            people: fields(&office.schema, &who),
        }
    }

    /// Whether nothing is hidden.
    pub fn is_none(&self) -> bool {
        self.fields.is_empty() && !self.phone
    }

    /// Whether a field is hidden.
    pub fn hides(&self, kind: KindId, field: FieldId) -> bool {
        self.fields.contains(&(kind, field))
    }

    /// Whether a field names a person or how to reach them by telephone, hidden or not.
    pub fn tells_of_a_person(&self, kind: KindId, field: FieldId) -> bool {
        self.people.contains(&(kind, field))
    }

    /// A person's name that stands in no record.
    pub fn person(&self, name: &str) -> String {
        if self.name {
            Self::masked(name)
        } else {
            name.to_owned()
        }
    }

    /// A hidden value: its first character, the rest as stars.
    pub fn masked(value: &str) -> String {
        let mut chars = value.chars();
        match chars.next() {
            None => String::new(),
            Some(first) => std::iter::once(first)
                .chain(std::iter::repeat_n('*', chars.count().clamp(1, 2)))
                .collect(),
        }
    }

    /// Running text about a record without what its own hidden fields, and those of the records it names, say.
    pub fn text(&self, office: &Office, record: Option<(KindId, Row)>, text: &str) -> String {
        if self.is_none() {
            return text.to_owned();
        }
        let mut text = text.to_owned();
        if let Some(record) = record {
            self.hide(office, record, &mut text);
            let kind = office.schema.get(record.0);
            for (field, _) in kind.iter() {
                if let Value::Ref(to, row) = office.value(record.0, record.1, field) {
                    self.hide(office, (to, row), &mut text);
                }
            }
        }
        if self.phone {
            numbers_hidden(&text)
        } else {
            text
        }
    }

    fn hide(&self, office: &Office, (kind, row): (KindId, Row), text: &mut String) {
        for (field, _) in office.schema.get(kind).iter() {
            if self.hides(kind, field)
                && let Value::Text(value) = office.value(kind, row, field)
                && value.chars().count() > 1
                && text.contains(value)
            {
                *text = text.replace(value, &Self::masked(value));
            }
        }
    }
}

fn fields(schema: &Schema, names: &BTreeSet<&str>) -> BTreeSet<(KindId, FieldId)> {
    let mut all = BTreeSet::new();
    for (kind, k) in schema.iter() {
        for (field, f) in k.iter() {
            if f.personal && names.contains(f.name.as_str()) {
                all.insert((kind, field));
            }
        }
    }
    all
}

/// Seven and more digits in a row, with hyphens or spaces between, lose all but the first three.
fn numbers_hidden(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars().chain(std::iter::once('\0')) {
        if c.is_ascii_digit() || (!run.is_empty() && (c == '-' || c == ' ')) {
            run.push(c);
            continue;
        }
        out.push_str(&number_hidden(&run));
        run.clear();
        if c != '\0' {
            out.push(c);
        }
    }
    out
}

fn number_hidden(run: &str) -> String {
    let digits = run.bytes().filter(u8::is_ascii_digit).count();
    // Days, times and ids such as 2025-03-01 are no telephone numbers.
    let dated =
        crate::calendar::Period::parse(run.trim_end().split(' ').next().unwrap_or("")).is_some();
    if digits < 7 || dated {
        return run.to_owned();
    }
    let mut seen = 0;
    run.chars()
        .map(|c| {
            seen += usize::from(c.is_ascii_digit());
            if c.is_ascii_digit() && seen > 3 {
                '*'
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lose_their_tail_and_days_stay() {
        assert_eq!(numbers_hidden("电话 13812345678。"), "电话 138********。");
        assert_eq!(numbers_hidden("0755-2345678 转 8"), "075*-******* 转 8");
        assert_eq!(
            numbers_hidden("2025-03-01 14:30 前，2025-W14，R-0031"),
            "2025-03-01 14:30 前，2025-W14，R-0031"
        );
    }

    #[test]
    fn a_name_keeps_its_first_character() {
        assert_eq!(Redaction::masked("欧阳修远"), "欧**");
        assert_eq!(Redaction::masked("李玥"), "李*");
        assert_eq!(Redaction::masked(""), "");
    }
}
