//! Record kinds and their fields, read from `schema/<kind>.yaml`: what a record may hold.

pub mod json;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::text::Bilingual;

/// A record kind's place in the schema; kinds are sorted by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KindId(pub u8);

/// A field's place in its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(pub u16);

/// How a field's values are read and kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// The record's own name; no `#`, `/`, separators or control characters.
    Id,
    /// Any text.
    Text,
    /// A whole number.
    Int,
    /// A number.
    Number,
    /// 元 with two decimals, kept exactly in 分.
    Money,
    /// Yes or no.
    Bool,
    /// A day.
    Date,
    /// A day with an optional time of day.
    Time,
    /// Several texts; where `values` are given, each is one of them.
    List(Vec<EnumValue>),
    /// One of the allowed values; kept as 1 + its index.
    Enum(Vec<EnumValue>),
    /// A period: `2025`, `2025-H1`, `2025-Q1`, `2025-03` or `2025-W14`, kept as text in that spelling.
    Period,
    /// The id (or unambiguous name) of a record of a kind.
    Ref(KindId),
}

/// An allowed value.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnumValue {
    /// What records and policies write.
    pub code: String,
    /// What forms print; records may write it too.
    pub label: Bilingual,
}

/// A field of a kind.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name in YAML, CSV and policies.
    pub name: String,
    /// Its printed label; records may use it as header.
    pub label: Bilingual,
    /// How its values are read.
    pub ty: FieldType,
    /// Whether a record without it is incomplete.
    pub required: bool,
    /// Whether a day after as-of is normal in it.
    pub future: bool,
    /// Whether it tells of a person (name, phone, address, words).
    pub personal: bool,
    /// Whether a signature covers it.
    pub sealed: bool,
    /// Whether it is a number that is no quantity (a room's, a phone's): spreadsheets turn such into dates, round them
    /// and take the zeros in front away.
    pub number_like: bool,
    /// Whether it lists photographs: forms may print them, and each must be one that can be printed.
    pub images: bool,
}

/// Where a kind's records may be nested inside another's.
#[derive(Clone, Debug)]
pub struct Nesting {
    /// The parent kind.
    pub kind: KindId,
    /// The key under which the parent lists them.
    pub list: String,
    /// The field that refers to the parent.
    pub field: FieldId,
}

/// Who acts on which day, for the check against their employment.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// The field that refers to a person.
    pub who: FieldId,
    /// The field with the day.
    pub on: FieldId,
}

/// A record kind.
#[derive(Clone, Debug)]
pub struct Kind {
    /// Its name: a file or folder in an office.
    pub name: String,
    /// Its printed name.
    pub label: Bilingual,
    /// Its fields, `id` first.
    pub fields: Vec<Field>,
    /// Where it may be nested.
    pub nests_in: Option<Nesting>,
    /// Chains of steps, earlier first.
    pub time_order: Vec<Vec<FieldId>>,
    /// Whether two steps at the same moment are out of order too.
    pub strict_order: bool,
    /// Acts of people.
    pub acts: Vec<Act>,
    /// Who answers for a record: paths of references (`staff`, `customer.staff`), the first that leads to somebody counts.
    pub who: Vec<String>,
    /// The days on which somebody signed what a record says: from then on its sealed fields stay as they are.
    pub signed_on: Vec<FieldId>,
    /// A signature and the person whose own name it must not be.
    pub not_signed_by: Option<(FieldId, FieldId)>,
    /// An enum field and the codes (1 + index) under which `period` may be any date of a week.
    pub weekly: Option<(FieldId, Vec<u8>)>,
    names: FxHashMap<String, FieldId>,
    /// Fields by their labels as headers are compared; of two alike the first.
    labels: FxHashMap<String, FieldId>,
    own_date: Option<FieldId>,
}

impl Kind {
    /// A field by its exact name.
    pub fn field(&self, name: &str) -> Option<FieldId> {
        self.names.get(name).copied()
    }

    /// A field by a header cell or key: its name or its Chinese or English label, surrounding space and full width forgiven.
    pub fn field_by_header(&self, header: &str) -> Option<FieldId> {
        let plain = header_key(header);
        let labelled = || self.labels.get(&plain).copied();
        self.field(&plain).or_else(labelled)
    }

    /// A field's definition.
    pub fn get(&self, id: FieldId) -> &Field {
        &self.fields[usize::from(id.0)]
    }

    /// All fields with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (FieldId, &Field)> {
        (0u16..).map(FieldId).zip(&self.fields)
    }

    /// The field with the record's own date: its first required date or time.
    pub fn own_date(&self) -> Option<FieldId> {
        self.own_date
    }
}

/// Trims, lowers the width of full-width letters, digits and punctuation.
pub fn header_key(text: &str) -> String {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            c => c,
        })
        .collect()
}

/// All record kinds.
#[derive(Clone, Debug)]
pub struct Schema {
    /// The kinds, those of files sorted by name.
    pub kinds: Vec<Kind>,
    /// How many of them, at the end, no file holds.
    derived: usize,
}

impl Schema {
    /// The kinds that the program carries.
    ///
    /// # Errors
    /// A message naming the schema file, when one is malformed.
    pub fn embedded() -> Result<Self, String> {
        Self::parse(
            crate::embedded::SCHEMA
                .iter()
                .map(|(name, bytes)| (*name, *bytes)),
        )
    }

    /// Kinds from (file name, bytes).
    ///
    /// # Errors
    /// A message naming the file and what is wrong in it.
    pub fn parse<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<Self, String> {
        let written = written(files)?;
        let kinds = written
            .values()
            .map(|k| resolve(k, &written))
            .collect::<Result<_, _>>()?;
        Ok(Self { kinds, derived: 0 })
    }

    /// These kinds and one more that no file holds, as a text defines it; the ids of the others stay. It refers to kinds of
    /// the program alone.
    ///
    /// # Errors
    /// What is wrong with the definition.
    pub fn and(&self, definition: &str) -> Result<Self, String> {
        let kind: WrittenKind = serde_saphyr::from_str(definition).map_err(|e| e.to_string())?;
        let mut all = self.clone();
        if self.kind(&kind.kind).is_some() {
            return Ok(all);
        }
        all.kinds.push(resolve(&kind, &written_kinds()?)?);
        all.derived += 1;
        Ok(all)
    }

    /// Whether no file holds a kind's records.
    pub fn is_derived(&self, kind: KindId) -> bool {
        usize::from(kind.0) >= self.kinds.len() - self.derived
    }

    /// A kind by name.
    pub fn kind(&self, name: &str) -> Option<KindId> {
        let (files, derived) = self.kinds.split_at(self.kinds.len() - self.derived);
        let sorted = files.binary_search_by(|k| k.name.as_str().cmp(name));
        let at = sorted.ok().or_else(|| {
            let at = derived.iter().position(|k| k.name == name)?;
            Some(files.len() + at)
        });
        at.and_then(|i| u8::try_from(i).ok()).map(KindId)
    }

    /// A kind's definition.
    pub fn get(&self, id: KindId) -> &Kind {
        &self.kinds[usize::from(id.0)]
    }

    /// The kinds that files hold, with their ids.
    pub fn of_files(&self) -> impl Iterator<Item = (KindId, &Kind)> {
        self.iter().take(self.kinds.len() - self.derived)
    }

    /// All kinds with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (KindId, &Kind)> {
        (0u8..).map(KindId).zip(&self.kinds)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenKind {
    kind: String,
    label: Bilingual,
    nests_in: Option<WrittenNesting>,
    #[serde(default)]
    time_order: Vec<Vec<String>>,
    #[serde(default)]
    strict_order: bool,
    #[serde(default)]
    acts: Vec<WrittenAct>,
    #[serde(default)]
    who: Vec<String>,
    #[serde(default)]
    signed_on: Vec<String>,
    not_signed_by: Option<WrittenSignature>,
    weekly: Option<WrittenWeekly>,
    fields: Vec<WrittenField>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenNesting {
    kind: String,
    #[serde(rename = "as")]
    list: String,
    field: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAct {
    who: String,
    on: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSignature {
    signature: String,
    person: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenWeekly {
    field: String,
    values: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenField {
    name: String,
    label: Bilingual,
    #[serde(rename = "type")]
    ty: String,
    to: Option<String>,
    like: Option<String>,
    values: Option<Vec<EnumValue>>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    future: bool,
    #[serde(default)]
    personal: bool,
    #[serde(default)]
    sealed: bool,
    #[serde(default)]
    number_like: bool,
    #[serde(default)]
    images: bool,
}

type Written = BTreeMap<String, WrittenKind>;

fn written<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<Written, String> {
    let mut written = BTreeMap::new();
    for (file, bytes) in files {
        let text = std::str::from_utf8(bytes).map_err(|e| format!("schema/{file}: {e}"))?;
        let kind: WrittenKind =
            serde_saphyr::from_str(text).map_err(|e| format!("schema/{file}: {e}"))?;
        written.insert(kind.kind.clone(), kind);
    }
    Ok(written)
}

/// The program's kinds as written.
fn written_kinds() -> Result<Written, String> {
    written(
        crate::embedded::SCHEMA
            .iter()
            .map(|(name, bytes)| (*name, *bytes)),
    )
}

fn resolve(kind: &WrittenKind, all: &Written) -> Result<Kind, String> {
    let mut fields = Vec::new();
    let mut names = FxHashMap::default();
    let mut labels = FxHashMap::default();
    for (i, f) in kind.fields.iter().enumerate() {
        let ty = field_type(kind, f, all)?;
        let id = FieldId(u16::try_from(i).unwrap_or(u16::MAX));
        names.insert(f.name.clone(), id);
        for label in [&f.label.zh, &f.label.en] {
            labels.entry(header_key(label)).or_insert(id);
        }
        fields.push(Field {
            name: f.name.clone(),
            label: f.label.clone(),
            ty,
            required: f.required,
            future: f.future,
            personal: f.personal,
            sealed: f.sealed,
            number_like: f.number_like,
            images: f.images,
        });
    }
    let find = |name: &str| {
        names
            .get(name)
            .copied()
            .ok_or_else(|| format!("schema/{}.yaml: no field `{name}`", kind.kind))
    };
    let nests_in = match &kind.nests_in {
        None => None,
        Some(n) => Some(Nesting {
            kind: kind_id(&n.kind, all)?,
            list: n.list.clone(),
            field: find(&n.field)?,
        }),
    };
    let time_order = kind
        .time_order
        .iter()
        .map(|c| c.iter().map(|n| find(n)).collect())
        .collect::<Result<_, String>>()?;
    let acts = kind
        .acts
        .iter()
        .map(|a| {
            Ok(Act {
                who: find(&a.who)?,
                on: find(&a.on)?,
            })
        })
        .collect::<Result<_, String>>()?;
    let signed_on = kind.signed_on.iter().map(|n| find(n));
    let signed_on = signed_on.collect::<Result<_, _>>()?;
    let not_signed_by = match &kind.not_signed_by {
        None => None,
        Some(s) => Some((find(&s.signature)?, find(&s.person)?)),
    };
    let weekly = match &kind.weekly {
        None => None,
        Some(w) => {
            let field = find(&w.field)?;
            let FieldType::Enum(values) = &fields[usize::from(field.0)].ty else {
                return Err(format!("schema/{}.yaml: weekly needs an enum", kind.kind));
            };
            let code = |c: &String| {
                values
                    .iter()
                    .position(|v| v.code == *c)
                    .and_then(|i| u8::try_from(i + 1).ok())
            };
            Some((field, w.values.iter().filter_map(code).collect()))
        }
    };
    let own_date = fields
        .iter()
        .position(|f| f.required && matches!(f.ty, FieldType::Date | FieldType::Time))
        .and_then(|i| u16::try_from(i).ok())
        .map(FieldId);
    Ok(Kind {
        who: kind.who.clone(),
        name: kind.kind.clone(),
        label: kind.label.clone(),
        fields,
        nests_in,
        time_order,
        strict_order: kind.strict_order,
        acts,
        signed_on,
        not_signed_by,
        weekly,
        names,
        labels,
        own_date,
    })
}

fn kind_id(name: &str, all: &Written) -> Result<KindId, String> {
    let at = all
        .keys()
        .position(|k| k == name)
        .ok_or_else(|| format!("schema: no kind `{name}`"))?;
    u8::try_from(at)
        .map(KindId)
        .map_err(|_| "schema: too many kinds".to_owned())
}

fn field_type(kind: &WrittenKind, f: &WrittenField, all: &Written) -> Result<FieldType, String> {
    let fault = |why: &str| format!("schema/{}.yaml: field `{}`: {why}", kind.kind, f.name);
    let values = || {
        let like = match &f.like {
            None => {
                return f
                    .values
                    .clone()
                    .ok_or_else(|| fault("an enum needs `values` or `like`"));
            }
            Some(like) => like,
        };
        let (k, n) = like.split_once('.').unwrap_or((&kind.kind, like));
        all.get(k)
            .and_then(|k| k.fields.iter().find(|x| x.name == n))
            .and_then(|x| x.values.clone())
            .ok_or_else(|| fault("`like` names no enum"))
    };
    Ok(match f.ty.as_str() {
        "id" => FieldType::Id,
        "text" => FieldType::Text,
        "int" => FieldType::Int,
        "number" => FieldType::Number,
        "money" => FieldType::Money,
        "bool" => FieldType::Bool,
        "date" => FieldType::Date,
        "time" => FieldType::Time,
        "period" => FieldType::Period,
        "list" => FieldType::List(f.values.clone().unwrap_or_default()),
        "enum" => FieldType::Enum(values()?),
        "ref" => FieldType::Ref(kind_id(f.to.as_deref().unwrap_or(""), all)?),
        other => return Err(fault(&format!("unknown type `{other}`"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_schema_is_sound() {
        let schema = Schema::embedded().unwrap();
        assert_eq!(schema.kinds.len(), 27);
        for (_, kind) in schema.iter() {
            assert_eq!(kind.fields[0].name, "id");
            for (id, f) in kind.iter() {
                assert_eq!(
                    kind.field_by_header(&f.label.zh),
                    Some(id),
                    "{} {}",
                    kind.name,
                    f.name
                );
            }
        }
    }

    #[test]
    fn a_header_may_be_a_label_in_full_width() {
        let schema = Schema::embedded().unwrap();
        let visits = schema.get(schema.kind("visits").unwrap());
        assert_eq!(visits.field_by_header(" 回访时间 "), visits.field("date"));
        assert_eq!(visits.field_by_header("ｄａｔｅ"), visits.field("date"));
        assert_eq!(visits.field_by_header("日期"), None);
    }
}
