//! Message templates: text with `{…}` for a field, a number or a fact of the verdict, checked when the pack is loaded.

use super::expr::{self, Expr, Path, Scope, Ty};
use super::value::{Record, View};
use crate::schema::{FieldType, Schema};
use crate::table::{Office, Value};
use crate::text::{Bilingual, Lang};

/// What a verdict can tell in a message.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Labels of the fields it is about, in (Chinese, English).
    pub fields: (String, String),
    /// Last day, written.
    pub due: String,
    /// Days late as of today.
    pub late: i64,
    /// The period, written.
    pub period: String,
    /// How many there were.
    pub count: u64,
    /// How many were met.
    pub met: u64,
    /// The population.
    pub population: u64,
    /// What else the verdict tells, by name.
    pub told: Vec<(&'static str, Bilingual)>,
}

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Fact(&'static str),
    Field(Path),
    /// A day, a number, a text or a record's id worked out.
    Value(Expr),
}

/// A compiled message in one language.
#[derive(Clone, Debug)]
pub struct Template(Vec<Part>);

const FACTS: [&str; 17] = [
    "id",
    "fields",
    "due",
    "late",
    "period",
    "count",
    "met",
    "population",
    "rate",
    "office",
    "from",
    "to",
    "minutes",
    "days_between",
    "differences",
    "sum",
    "limit",
];

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// An unknown name in it.
    pub fn compile(
        source: &str,
        scope: &Scope<'_>,
        number: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = source;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else {
                return Err(format!("`{source}`: a `{{` without `}}`"));
            };
            parts.push(Part::Text(before.to_owned()));
            parts.push(part(name.trim(), scope, &number).map_err(|e| format!("`{source}`: {e}"))?);
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }

    /// The fields it shows.
    pub fn paths<'e>(&'e self, f: &mut impl FnMut(&'e Path, bool)) {
        for part in &self.0 {
            match part {
                Part::Field(p) => f(p, true),
                Part::Value(e) => e.paths(f),
                Part::Text(_) | Part::Fact(_) => {}
            }
        }
    }

    /// The message about a record.
    pub fn render(
        &self,
        lang: Lang,
        view: &View<'_>,
        record: Option<Record>,
        facts: &Facts,
    ) -> String {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Text(t) => out.push_str(t),
                Part::Fact(name) => out.push_str(&fact(name, lang, view.office, record, facts)),
                Part::Value(e) => match view.value(e) {
                    Value::Moment(m) => out.push_str(&m.to_string()),
                    Value::Number(n) => out.push_str(&n.to_string()),
                    Value::Int(n) => out.push_str(&n.to_string()),
                    Value::Text(t) => out.push_str(t),
                    Value::Ref(kind, row) => out.push_str(view.office.record_id(kind, row)),
                    _ => out.push_str(lang.pick("（无）", "(none)")),
                },
                Part::Field(p) => match view.owner(p) {
                    Some((kind, row)) => out.push_str(&show(view.office, kind, row, p, lang)),
                    None => out.push_str(lang.pick("（无）", "(none)")),
                },
            }
        }
        out
    }
}

fn part(
    name: &str,
    scope: &Scope<'_>,
    number: &impl Fn(&str) -> Option<String>,
) -> Result<Part, String> {
    if let Some(n) = number(name) {
        return Ok(Part::Text(n));
    }
    if let Some(f) = FACTS.iter().find(|f| **f == name) {
        return Ok(Part::Fact(f));
    }
    match expr::typed(name, scope)? {
        (Expr::Path(p), _) => Ok(Part::Field(p)),
        (e, Ty::Moment | Ty::Number | Ty::Text | Ty::Ref(_)) => Ok(Part::Value(e)),
        _ => Err(format!("`{name}` is no field, record, day or number")),
    }
}

fn fact(name: &str, lang: Lang, office: &Office, record: Option<Record>, facts: &Facts) -> String {
    match name {
        "id" => record.map_or(String::new(), |(k, r)| office.record_id(k, r).to_owned()),
        "fields" => lang.pick(&facts.fields.0, &facts.fields.1).clone(),
        "due" => facts.due.clone(),
        "late" => facts.late.to_string(),
        "period" => facts.period.clone(),
        "count" => facts.count.to_string(),
        "met" => facts.met.to_string(),
        "population" => facts.population.to_string(),
        "rate" => rate(facts.met, facts.population),
        "office" => office.config.name.clone(),
        _ => {
            let told = facts.told.iter().find(|t| t.0 == name);
            told.map_or(String::new(), |t| t.1.get(lang).to_owned())
        }
    }
}

/// `met` of `population` in percent with one decimal, rounded half up, exactly.
pub fn rate(met: u64, population: u64) -> String {
    if population == 0 {
        return "–".to_owned();
    }
    let tenths = (u128::from(met) * 2000 / u128::from(population)).div_ceil(2);
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A field of a record as a message shows it.
pub(super) fn shown(office: &Office, (kind, row): Record, path: &Path, lang: Lang) -> String {
    show(office, kind, row, path, lang)
}

/// A value as a reader expects it: labels of fixed values, names of records.
fn show(office: &Office, kind: crate::schema::KindId, row: u32, path: &Path, lang: Lang) -> String {
    let schema: &Schema = &office.schema;
    let field = schema.get(kind).get(path.field);
    match office.value(kind, row, path.field) {
        Value::Absent => lang.pick("（空）", "(empty)").to_owned(),
        Value::Present => "…".to_owned(),
        Value::Text(t) => t.to_owned(),
        Value::List(t) => t.replace('\u{1f}', lang.pick("、", ", ")),
        Value::Code(c) => match &field.ty {
            FieldType::Enum(values) => values
                .get(usize::from(c) - 1)
                .map_or("", |v| v.label.get(lang))
                .to_owned(),
            _ => String::new(),
        },
        Value::Bool(b) => lang
            .pick(if b { "是" } else { "否" }, if b { "yes" } else { "no" })
            .to_owned(),
        Value::Int(i) => i.to_string(),
        Value::Money(m) => format!("{}.{:02}", m / 100, m.unsigned_abs() % 100),
        Value::Number(n) => n.to_string(),
        Value::Moment(m) => m.to_string(),
        Value::Ref(to, at) => {
            let name = schema
                .get(to)
                .field("name")
                .map(|f| office.value(to, at, f));
            match name {
                Some(Value::Text(n)) => n.to_owned(),
                _ => office.record_id(to, at).to_owned(),
            }
        }
        Value::Dangling => "?".to_owned(),
    }
}
