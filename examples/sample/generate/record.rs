//! A record as the generator sees it: field names and canonical values (ids, codes, ISO dates); how it is spelled comes later.

/// One record.
#[derive(Clone, Debug, Default)]
pub struct Record {
    pub fields: Vec<(String, String)>,
    /// Nested records under a key (`questions`).
    pub nested: Vec<(&'static str, Vec<Record>)>,
}

impl Record {
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a field; an empty value removes it.
    pub fn set(&mut self, field: &str, value: impl Into<String>) -> &mut Self {
        let value = value.into();
        self.fields.retain(|(f, _)| f != field || !value.is_empty());
        match self.fields.iter_mut().find(|(f, _)| f == field) {
            Some(old) => old.1 = value,
            None if value.is_empty() => {}
            None => self.fields.push((field.to_owned(), value)),
        }
        self
    }

    /// Sets several fields.
    pub fn with(mut self, fields: &[(&str, &str)]) -> Self {
        for (f, v) in fields {
            self.set(f, *v);
        }
        self
    }

    /// A field's value; empty when absent.
    pub fn get(&self, field: &str) -> &str {
        self.fields
            .iter()
            .find(|(f, _)| f == field)
            .map_or("", |(_, v)| v.as_str())
    }

    pub fn has(&self, field: &str) -> bool {
        !self.get(field).is_empty()
    }

    pub fn id(&self) -> &str {
        self.get("id")
    }

    /// The day part of a date or time.
    pub fn day(&self, field: &str) -> &str {
        let v = self.get(field);
        v.get(..10).unwrap_or(v)
    }
}
