//! A text → the spelling in which a record keeps it, accepted by the loader's own reading of it.

use chrono_tz::Tz;

use crate::load::{self, Cell, FileReader, Options};
use crate::schema::{EnumValue, FieldId, FieldType, KindId};
use crate::text::{Bilingual, Lang};

/// Spells values for one kind's CSV file, and asks the loader about each.
pub(crate) struct Speller<'o> {
    reader: FileReader<'o>,
    kind: KindId,
    lang: Lang,
}

impl<'o> Speller<'o> {
    /// For an office's time zone and language: labels in Chinese, names and codes in English.
    pub fn new(options: &'o Options, kind: KindId, zone: Tz, lang: Lang) -> Self {
        let mut speller = Self {
            reader: FileReader::new(options, zone, 0, 0),
            kind,
            lang,
        };
        speller.start();
        speller
    }

    /// Starts a record.
    pub fn start(&mut self) {
        self.reader.parts[usize::from(self.kind.0)] = Default::default();
        self.reader.side.clear();
        self.reader.begin(self.kind, 0, 0);
    }

    /// A field's header.
    pub fn header(&self, field: FieldId) -> &'o str {
        let def = self.reader.options.schema.get(self.kind);
        let f = def.get(field);
        // A label that two fields share would be read as the first.
        if self.lang == Lang::Zh && def.field_by_header(&f.label.zh) == Some(field) {
            &f.label.zh
        } else {
            &f.name
        }
    }

    /// The spelling of a present text.
    ///
    /// # Errors
    /// What is wrong with it, and what was expected.
    pub fn spell(&mut self, field: FieldId, text: &str) -> Result<String, Bilingual> {
        let place = (0, 0);
        let cell = Cell {
            text,
            place,
            verbatim: false,
            list: false,
        };
        let slot = self.reader.slot(self.kind, field);
        self.reader.set(slot, 0, cell);
        if let Some(fault) = self.reader.faults.drain(..).next() {
            let zh = format!(
                "{}：{}",
                fault.message.zh,
                fault.help.zh.trim_end_matches('。')
            );
            let en = format!(
                "{}: {}",
                fault.message.en,
                lower(fault.help.en.trim_end_matches('.'))
            );
            return Err(Bilingual { zh, en });
        }
        let options = self.reader.options;
        let ty = &options.schema.get(self.kind).get(field).ty;
        Ok(self.canonical(ty, text).unwrap_or_else(|| text.to_owned()))
    }

    fn canonical(&self, ty: &FieldType, text: &str) -> Option<String> {
        match ty {
            FieldType::Id | FieldType::Text | FieldType::Ref(_) | FieldType::Number => None,
            FieldType::Int => load::int(text).map(|n| n.to_string()),
            FieldType::Money => load::money(text).map(|n| {
                let sign = if n < 0 { "-" } else { "" };
                format!(
                    "{sign}{}.{:02}",
                    n.unsigned_abs() / 100,
                    n.unsigned_abs() % 100
                )
            }),
            FieldType::Bool => load::boolean(&load::narrow(text)).map(|b| {
                let words = self.lang.pick(("是", "否"), ("yes", "no"));
                (if b { words.0 } else { words.1 }).to_owned()
            }),
            FieldType::Date | FieldType::Time => {
                load::moment(text, *ty == FieldType::Time, self.reader.zone).map(|m| m.to_string())
            }
            FieldType::Enum(values) => self.word(text, values),
            FieldType::List(values) => {
                let part = |p: &str| self.word(p, values).unwrap_or_else(|| p.to_owned());
                let parts = text.split([';', '；', '、']).map(load::trim);
                let parts: Vec<String> = parts.filter(|p| !load::is_absent(p)).map(part).collect();
                Some(parts.join(self.lang.pick("；", ";")))
            }
            FieldType::Period => load::period(text, false),
        }
    }

    fn word(&self, text: &str, values: &[EnumValue]) -> Option<String> {
        let value = &values[usize::from(load::code(text, values)?) - 1];
        // A label that two values share would be read as the first.
        let label = &value.label.zh;
        let own = load::code(label, values) == load::code(&value.code, values);
        Some(
            if own && self.lang == Lang::Zh {
                label
            } else {
                &value.code
            }
            .clone(),
        )
    }
}

/// A sentence that goes on after a colon.
fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}
