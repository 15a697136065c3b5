//! Conditions: CEL source, checked against the schema and compiled to tests on typed columns.
//!
//! The subset of CEL: `&& || ! == != < <= > >= in ?: + - *`, literals, lists of literals, field paths through references
//! (`customer.area`), `x.contains("…")`, and the functions of [`FUNCTIONS`]. An absent value makes every comparison
//! false, `!=` true, and `present` false; a bool field by itself asks whether it is true (contract/policies.md).

mod typed;

use crate::schema::{FieldId, KindId, Schema};
use typed::{compile, parse};

/// What a compiled path starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// The record that the rule looks at, or the linked record inside `where`.
    Item,
    /// The record that the rule looks at, inside a link's `where`.
    Subject,
    /// A record named by `let`.
    Let(usize),
}

/// A field reached through references.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// Where it starts.
    pub root: Root,
    /// References to follow, each with the kind that has it.
    pub hops: Vec<(KindId, FieldId)>,
    /// The field itself.
    pub field: FieldId,
    /// The kind that has the field.
    pub kind: KindId,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

/// The type of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Ty {
    /// Yes or no.
    Bool,
    /// Text.
    Text,
    /// A list of texts.
    List,
    /// One of a field's values.
    Enum(KindId, FieldId),
    /// A number of any kind; money counts in 元, and stays money in sums and in products with a number.
    Number,
    /// A day or time.
    Moment,
    /// A record.
    Ref(KindId),
}

/// What a name without a record stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// First day of the period judged.
    PeriodFirst,
    /// Last day of the period judged.
    PeriodLast,
    /// Last day on which it can be met.
    Deadline,
    /// As of this day.
    AsOf,
    /// office.yaml `households`.
    Households,
}

/// A function on values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Func {
    /// `within_days(b, a, n)`: 0 ≤ date(b) − date(a) ≤ n.
    WithinDays,
    /// `within_hours(b, a, n)`: exact when both carry a time of day, else ceil(n/24) days.
    WithinHours,
    /// `same_day(a, b)`.
    SameDay,
    /// `day(a)`: without its time of day.
    Day,
    /// `year(a)`.
    Year,
    /// `text.contains("…")`; on a list: one of its parts equals it.
    Contains,
    /// `timed(a)`: whether its time of day is known.
    Timed,
    /// `plus_days(a, n)`: the day n days later.
    PlusDays,
    /// `plus_months(a, n)`: the day n months later, a month's end where that month has no such day.
    PlusMonths,
    /// `plus_years(a, n)`: the anniversary.
    PlusYears,
    /// `plus_minutes(a, n)`.
    PlusMinutes,
    /// `first_day(p)`: the first day of a written period, or of a year given as a number.
    FirstDay,
    /// `last_day(p)`: its last day.
    LastDay,
    /// `days_between(a, b)`: date(b) − date(a).
    DaysBetween,
    /// `id_before(a, b)`: of two ids, a sorts before b.
    IdBefore,
}

/// The signature of a function: its name, what it is, the types of its values and of its result.
pub struct Signature(pub &'static str, pub Func, pub &'static [Ty], pub Ty);

/// The functions on moments, periods and ids; `Contains` is written as a method.
pub const FUNCTIONS: &[Signature] = {
    const M: Ty = Ty::Moment;
    const N: Ty = Ty::Number;
    const T: Ty = Ty::Text;
    &[
        Signature("within_days", Func::WithinDays, &[M, M, N], Ty::Bool),
        Signature("within_hours", Func::WithinHours, &[M, M, N], Ty::Bool),
        Signature("same_day", Func::SameDay, &[M, M], Ty::Bool),
        Signature("timed", Func::Timed, &[M], Ty::Bool),
        Signature("day", Func::Day, &[M], M),
        Signature("year", Func::Year, &[M], N),
        Signature("plus_days", Func::PlusDays, &[M, N], M),
        Signature("plus_months", Func::PlusMonths, &[M, N], M),
        Signature("plus_years", Func::PlusYears, &[M, N], M),
        Signature("plus_minutes", Func::PlusMinutes, &[M, N], M),
        Signature("days_between", Func::DaysBetween, &[M, M], N),
        Signature("first_day", Func::FirstDay, &[T], M),
        Signature("last_day", Func::LastDay, &[T], M),
        Signature("id_before", Func::IdBefore, &[T, T], Ty::Bool),
    ]
};

/// A compiled condition.
#[derive(Clone, Debug)]
pub enum Expr {
    /// A literal truth.
    Bool(bool),
    /// A literal number; NaN for one that there is not.
    Number(f64),
    /// A literal text.
    Text(String),
    /// A field.
    Path(Path),
    /// The record itself.
    Record(Root, KindId),
    /// Whether a field has a value.
    Present(Path),
    /// Whether `let` found a record.
    Found(Root),
    /// An enum field is (not) one of these codes.
    Codes(Path, Vec<u8>, bool),
    /// A text is one of these.
    OneOf(Box<Expr>, Vec<String>),
    /// A comparison.
    Compare(Op, Box<Expr>, Box<Expr>),
    /// All of these.
    And(Vec<Expr>),
    /// One of these.
    Or(Vec<Expr>),
    /// Not this.
    Not(Box<Expr>),
    /// Condition, then, else.
    If(Box<(Expr, Expr, Expr)>),
    /// Sum or difference.
    Add(Box<Expr>, Box<Expr>, f64),
    /// Product.
    Times(Box<Expr>, Box<Expr>),
    /// A fact.
    Fact(Fact),
    /// A function.
    Call(Func, Vec<Expr>),
    /// The number that a table has for the code of a field; NaN where it has none.
    Row(Path, Vec<f64>),
}

/// The rows of a table: for each name its lower and its upper number, which are one but for a range.
pub type Rows = std::collections::BTreeMap<String, (f64, f64)>;

/// What names mean where an expression stands.
pub struct Scope<'a> {
    /// The kinds.
    pub schema: &'a Schema,
    /// The kind of the record that bare names belong to.
    pub item: Option<KindId>,
    /// The kind of `subject`.
    pub subject: Option<KindId>,
    /// Named linked records.
    pub lets: &'a [(String, KindId)],
    /// The pack's `define`.
    pub defines: &'a std::collections::BTreeMap<String, String>,
    /// `number("…")`.
    pub number: &'a dyn Fn(&str) -> Option<f64>,
    /// `table("…", field)`.
    pub table: &'a dyn Fn(&str) -> Option<Rows>,
}

/// Whether a text is an expression at all, whatever its names mean.
///
/// # Errors
/// What is wrong in it.
pub fn parses(source: &str) -> Result<(), String> {
    parse(source).map(|_| ())
}

/// Compiles a condition.
///
/// # Errors
/// What is wrong in it, with the nearest known name.
pub fn condition(source: &str, scope: &Scope<'_>) -> Result<Expr, String> {
    match compile(source, scope, 0)? {
        (e, Ty::Bool) => Ok(e),
        (_, ty) => Err(format!("`{source}`: expected a condition, found {ty:?}")),
    }
}

/// Compiles an expression that gives a day or time.
///
/// # Errors
/// What is wrong in it.
pub fn moment(source: &str, scope: &Scope<'_>) -> Result<Expr, String> {
    match compile(source, scope, 0)? {
        (e, Ty::Moment) => Ok(e),
        (_, ty) => Err(format!("`{source}`: expected a day or time, found {ty:?}")),
    }
}

/// Compiles an expression that gives a number.
///
/// # Errors
/// What is wrong in it.
pub fn number(source: &str, scope: &Scope<'_>) -> Result<Expr, String> {
    match compile(source, scope, 0)? {
        (e, Ty::Number) => Ok(e),
        (_, ty) => Err(format!("`{source}`: expected a number, found {ty:?}")),
    }
}

/// Compiles an expression that gives a record, with its kind.
///
/// # Errors
/// What is wrong in it.
pub fn record(source: &str, scope: &Scope<'_>) -> Result<(Expr, KindId), String> {
    match compile(source, scope, 0)? {
        (e, Ty::Ref(kind)) => Ok((e, kind)),
        (_, ty) => Err(format!("`{source}`: expected a reference, found {ty:?}")),
    }
}

/// Compiles any expression, with its type.
///
/// # Errors
/// What is wrong in it.
pub fn typed(source: &str, scope: &Scope<'_>) -> Result<(Expr, Ty), String> {
    compile(source, scope, 0)
}

/// Compiles any expression.
///
/// # Errors
/// What is wrong in it.
pub fn any(source: &str, scope: &Scope<'_>) -> Result<Expr, String> {
    compile(source, scope, 0).map(|(e, _)| e)
}

impl Expr {
    /// Calls `f` with each path and whether its value (not only its presence) is needed.
    pub fn paths<'e>(&'e self, f: &mut impl FnMut(&'e Path, bool)) {
        match self {
            Self::Path(p) | Self::Codes(p, ..) | Self::Row(p, _) => f(p, true),
            Self::Present(p) => f(p, false),
            Self::OneOf(e, _) | Self::Not(e) => e.paths(f),
            Self::Compare(_, a, b) | Self::Add(a, b, _) | Self::Times(a, b) => {
                a.paths(f);
                b.paths(f);
            }
            Self::And(v) | Self::Or(v) | Self::Call(_, v) => v.iter().for_each(|e| e.paths(f)),
            Self::If(t) => {
                t.0.paths(f);
                t.1.paths(f);
                t.2.paths(f);
            }
            Self::Bool(_)
            | Self::Number(_)
            | Self::Text(_)
            | Self::Record(..)
            | Self::Found(_)
            | Self::Fact(_) => {}
        }
    }
}
