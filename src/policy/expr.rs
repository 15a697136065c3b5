//! Conditions: CEL source, checked against the schema and compiled to tests on typed columns.
//!
//! The subset of CEL: `&& || ! == != < <= > >= in ?: + -`, literals, lists of literals, field paths through references
//! (`customer.area`), `x.contains("…")`, and the functions of [`FUNCTIONS`]. An absent value makes every comparison
//! false, `!=` true, and `present` false; a bool field by itself asks whether it is true (contract/policies.md).

use cel::common::ast::{CallExpr, Expr as Cel, IdedExpr, LiteralValue, operators as op};

use crate::schema::{FieldId, FieldType, KindId, Schema};
use crate::text::nearest;

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
    /// A number of any kind; money counts in 元.
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
}

/// Function names, argument types and meanings.
pub const FUNCTIONS: &[(&str, Func, usize)] = &[
    ("within_days", Func::WithinDays, 3),
    ("within_hours", Func::WithinHours, 3),
    ("same_day", Func::SameDay, 2),
    ("day", Func::Day, 1),
    ("year", Func::Year, 1),
];

/// A compiled condition.
#[derive(Clone, Debug)]
pub enum Expr {
    /// A literal truth.
    Bool(bool),
    /// A literal number.
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
    /// A fact.
    Fact(Fact),
    /// A function.
    Call(Func, Vec<Expr>),
}

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
}

/// Whether a text is an expression at all, whatever its names mean.
///
/// # Errors
/// What is wrong in it.
pub fn parses(source: &str) -> Result<(), String> {
    parse(source).map(|_| ())
}

fn parse(source: &str) -> Result<IdedExpr, String> {
    cel::parser::Parser::new().parse(source).map_err(|e| {
        let why: Vec<String> = e
            .errors
            .iter()
            .map(|e| format!("column {}: {}", e.pos.1, e.msg))
            .collect();
        format!("`{source}` is no CEL expression: {}", why.join("; "))
    })
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

fn compile(source: &str, scope: &Scope<'_>, depth: u8) -> Result<(Expr, Ty), String> {
    if depth > 8 {
        return Err(format!(
            "`{source}`: definitions refer to each other in a circle"
        ));
    }
    let ast = parse(source)?;
    let c = Compiler {
        scope,
        depth,
        source,
    };
    c.expr(&ast)
}

struct Compiler<'a> {
    scope: &'a Scope<'a>,
    depth: u8,
    source: &'a str,
}

type Typed = Result<(Expr, Ty), String>;

impl Compiler<'_> {
    fn fault<T>(&self, why: impl std::fmt::Display) -> Result<T, String> {
        Err(format!("`{}`: {why}", self.source))
    }

    fn expr(&self, e: &IdedExpr) -> Typed {
        match &e.expr {
            Cel::Literal(l) => self.literal(l),
            Cel::Ident(name) => self.ident(name),
            Cel::Select(s) if s.test => {
                let (path, _) = self.path(&s.operand, &s.field)?;
                Ok((Expr::Present(path), Ty::Bool))
            }
            Cel::Select(s) => self.select(&s.operand, &s.field),
            Cel::Call(c) => self.call(c),
            _ => self.fault("only conditions on fields are allowed here"),
        }
    }

    fn literal(&self, l: &LiteralValue) -> Typed {
        #[expect(
            clippy::cast_precision_loss,
            reason = "numbers in conditions are small"
        )]
        match l {
            LiteralValue::Boolean(b) => Ok((Expr::Bool(*b.inner()), Ty::Bool)),
            LiteralValue::Int(i) => Ok((Expr::Number(*i.inner() as f64), Ty::Number)),
            LiteralValue::Double(d) => Ok((Expr::Number(*d.inner()), Ty::Number)),
            LiteralValue::String(s) => Ok((Expr::Text(s.inner().to_owned()), Ty::Text)),
            _ => self.fault("this kind of literal is not allowed"),
        }
    }

    fn ident(&self, name: &str) -> Typed {
        if let Some(item) = self.scope.item
            && let Some(field) = self.scope.schema.get(item).field(name)
        {
            return self.typed_path(Path {
                root: Root::Item,
                hops: vec![],
                field,
                kind: item,
            });
        }
        if let Some((root, kind)) = self.root(name) {
            return Ok((Expr::Record(root, kind), Ty::Ref(kind)));
        }
        if let Some(source) = self.scope.defines.get(name) {
            return compile(source, self.scope, self.depth + 1);
        }
        match name {
            "deadline" => Ok((Expr::Fact(Fact::Deadline), Ty::Moment)),
            "as_of" => Ok((Expr::Fact(Fact::AsOf), Ty::Moment)),
            "households" => Ok((Expr::Fact(Fact::Households), Ty::Number)),
            _ => self.unknown(name, self.scope.item),
        }
    }

    fn unknown<T>(&self, name: &str, kind: Option<KindId>) -> Result<T, String> {
        let Some(kind) = kind else {
            return self.fault(format!("unknown name `{name}`"));
        };
        let kind = self.scope.schema.get(kind);
        let hint = nearest(name, kind.fields.iter().map(|f| f.name.as_str()));
        let hint = hint
            .map(|h| format!("; did you mean `{h}`?"))
            .unwrap_or_default();
        self.fault(format!("`{}` has no field `{name}`{hint}", kind.name))
    }

    fn root(&self, name: &str) -> Option<(Root, KindId)> {
        match name {
            "this" => self.scope.item.map(|k| (Root::Item, k)),
            "subject" => self.scope.subject.map(|k| (Root::Subject, k)),
            _ => {
                let at = self.scope.lets.iter().position(|(n, _)| n == name)?;
                Some((Root::Let(at), self.scope.lets[at].1))
            }
        }
    }

    fn typed_path(&self, path: Path) -> Typed {
        let ty = match &self.scope.schema.get(path.kind).get(path.field).ty {
            FieldType::Id | FieldType::Text | FieldType::Period => Ty::Text,
            FieldType::Int | FieldType::Number | FieldType::Money => Ty::Number,
            FieldType::Bool => Ty::Bool,
            FieldType::Date | FieldType::Time => Ty::Moment,
            FieldType::List(_) => Ty::List,
            FieldType::Enum(_) => Ty::Enum(path.kind, path.field),
            FieldType::Ref(to) => Ty::Ref(*to),
        };
        Ok((Expr::Path(path), ty))
    }

    fn select(&self, operand: &IdedExpr, field: &str) -> Typed {
        if let Cel::Ident(name) = &operand.expr
            && name == "period"
            && self.scope.item.is_none_or(|k| {
                self.scope.schema.get(k).field(name).is_none()
                    || field == "first"
                    || field == "last"
            })
        {
            return match field {
                "first" => Ok((Expr::Fact(Fact::PeriodFirst), Ty::Moment)),
                "last" => Ok((Expr::Fact(Fact::PeriodLast), Ty::Moment)),
                _ => self.fault(format!("`period` has `first` and `last`, not `{field}`")),
            };
        }
        let (path, _) = self.path(operand, field)?;
        self.typed_path(path)
    }

    fn path(&self, operand: &IdedExpr, field: &str) -> Result<(Path, KindId), String> {
        let (mut path, kind) = match self.expr(operand)? {
            (Expr::Record(root, kind), _) => (
                Path {
                    root,
                    hops: vec![],
                    field: FieldId(0),
                    kind,
                },
                kind,
            ),
            (Expr::Path(mut p), Ty::Ref(kind)) => {
                p.hops.push((p.kind, p.field));
                (p, kind)
            }
            _ => {
                return self.fault(format!(
                    "`.{field}`: what stands before the dot is no reference"
                ));
            }
        };
        let Some(id) = self.scope.schema.get(kind).field(field) else {
            return self.unknown(field, Some(kind));
        };
        path.field = id;
        path.kind = kind;
        Ok((path, kind))
    }

    fn bools(&self, args: &[IdedExpr], into: fn(Vec<Expr>) -> Expr) -> Typed {
        let parts = args
            .iter()
            .map(|a| self.bool(a))
            .collect::<Result<_, _>>()?;
        Ok((into(parts), Ty::Bool))
    }

    fn bool(&self, e: &IdedExpr) -> Result<Expr, String> {
        match self.expr(e)? {
            (e, Ty::Bool) => Ok(e),
            (_, ty) => self.fault(format!("expected yes or no, found {ty:?}")),
        }
    }

    fn call(&self, c: &CallExpr) -> Typed {
        match (c.func_name.as_str(), c.args.as_slice()) {
            (op::LOGICAL_AND, args) => self.bools(args, Expr::And),
            (op::LOGICAL_OR, args) => self.bools(args, Expr::Or),
            (op::LOGICAL_NOT, [a]) => Ok((Expr::Not(Box::new(self.bool(a)?)), Ty::Bool)),
            (op::EQUALS, [a, b]) => self.compare(Op::Eq, a, b),
            (op::NOT_EQUALS, [a, b]) => self.compare(Op::Ne, a, b),
            (op::LESS, [a, b]) => self.compare(Op::Lt, a, b),
            (op::LESS_EQUALS, [a, b]) => self.compare(Op::Le, a, b),
            (op::GREATER, [a, b]) => self.compare(Op::Gt, a, b),
            (op::GREATER_EQUALS, [a, b]) => self.compare(Op::Ge, a, b),
            (op::IN, [a, b]) => self.one_of(a, b),
            (op::CONDITIONAL, [c, a, b]) => self.conditional(c, a, b),
            (op::ADD, [a, b]) => self.add(a, b, 1.0),
            (op::SUBSTRACT, [a, b]) => self.add(a, b, -1.0),
            ("present", [a]) => self.present(a),
            ("number", [a]) => self.number(a),
            ("contains", [a]) => self.contains(c, a),
            (name, args) => self.function(name, args),
        }
    }

    fn present(&self, a: &IdedExpr) -> Typed {
        match self.expr(a)? {
            (Expr::Path(p), _) => Ok((Expr::Present(p), Ty::Bool)),
            (Expr::Record(root, _), _) => Ok((Expr::Found(root), Ty::Bool)),
            (Expr::Fact(Fact::Households), _) => {
                let zero = Box::new(Expr::Number(0.0));
                Ok((
                    Expr::Compare(Op::Ge, Box::new(Expr::Fact(Fact::Households)), zero),
                    Ty::Bool,
                ))
            }
            _ => self.fault("`present` asks about a field"),
        }
    }

    fn number(&self, a: &IdedExpr) -> Typed {
        let Cel::Literal(LiteralValue::String(name)) = &a.expr else {
            return self.fault("`number` takes a name in quotes");
        };
        match (self.scope.number)(name.inner()) {
            Some(n) => Ok((Expr::Number(n), Ty::Number)),
            None => self.fault(format!("there is no number `{}`", name.inner())),
        }
    }

    fn contains(&self, c: &CallExpr, a: &IdedExpr) -> Typed {
        let Some(target) = &c.target else {
            return self.fault("write `field.contains(\"…\")`");
        };
        let target = match self.expr(target)? {
            (e, Ty::Text | Ty::List) => e,
            (_, ty) => {
                return self.fault(format!("`contains` asks about text or a list, not {ty:?}"));
            }
        };
        match self.expr(a)? {
            (part, Ty::Text) => Ok((Expr::Call(Func::Contains, vec![target, part]), Ty::Bool)),
            _ => self.fault("`contains` takes a text"),
        }
    }

    fn function(&self, name: &str, args: &[IdedExpr]) -> Typed {
        let Some((_, func, arity)) = FUNCTIONS.iter().find(|f| f.0 == name) else {
            let hint = nearest(name, FUNCTIONS.iter().map(|f| f.0));
            return self.fault(format!(
                "unknown function `{name}`{}",
                hint.map(|h| format!("; did you mean `{h}`?"))
                    .unwrap_or_default()
            ));
        };
        if args.len() != *arity {
            return self.fault(format!("`{name}` takes {arity} values"));
        }
        let mut compiled = Vec::new();
        for (i, a) in args.iter().enumerate() {
            let wanted = if i == 2 { Ty::Number } else { Ty::Moment };
            match self.expr(a)? {
                (e, ty) if ty == wanted => compiled.push(e),
                (_, ty) => {
                    return self.fault(format!(
                        "`{name}`: value {} should be {wanted:?}, found {ty:?}",
                        i + 1
                    ));
                }
            }
        }
        let ty = match func {
            Func::Day => Ty::Moment,
            Func::Year => Ty::Number,
            _ => Ty::Bool,
        };
        Ok((Expr::Call(*func, compiled), ty))
    }

    fn code(&self, path: &Path, text: &str) -> Result<u8, String> {
        let FieldType::Enum(values) = &self.scope.schema.get(path.kind).get(path.field).ty else {
            return self.fault("not a field with fixed values");
        };
        match values.iter().position(|v| v.code == text) {
            Some(i) => Ok(u8::try_from(i + 1).unwrap_or(u8::MAX)),
            None => {
                let hint = nearest(text, values.iter().map(|v| v.code.as_str()));
                let hint = hint
                    .map(|h| format!("; did you mean `{h}`?"))
                    .unwrap_or_default();
                self.fault(format!(
                    "`{text}` is no value of `{}`{hint}",
                    self.scope.schema.get(path.kind).get(path.field).name
                ))
            }
        }
    }

    fn compare(&self, o: Op, a: &IdedExpr, b: &IdedExpr) -> Typed {
        let (x, y) = (self.expr(a)?, self.expr(b)?);
        let e = match (x, y) {
            ((Expr::Path(p), Ty::Enum(..)), (Expr::Text(t), _))
            | ((Expr::Text(t), _), (Expr::Path(p), Ty::Enum(..))) => {
                let code = self.code(&p, &t)?;
                match o {
                    Op::Eq => Expr::Codes(p, vec![code], true),
                    Op::Ne => Expr::Codes(p, vec![code], false),
                    _ => return self.fault("fixed values have no order"),
                }
            }
            ((x, tx), (y, ty)) if tx == ty => Expr::Compare(o, Box::new(x), Box::new(y)),
            ((_, tx), (_, ty)) => {
                return self.fault(format!("{tx:?} and {ty:?} cannot be compared"));
            }
        };
        Ok((e, Ty::Bool))
    }

    fn one_of(&self, a: &IdedExpr, b: &IdedExpr) -> Typed {
        let Cel::List(list) = &b.expr else {
            return self.fault("`in` takes a list such as [\"a\", \"b\"]");
        };
        let mut texts = Vec::new();
        for e in &list.elements {
            let Cel::Literal(LiteralValue::String(s)) = &e.expr else {
                return self.fault("`in` takes texts");
            };
            texts.push(s.inner().to_owned());
        }
        match self.expr(a)? {
            (Expr::Path(p), Ty::Enum(..)) => {
                let codes = texts
                    .iter()
                    .map(|t| self.code(&p, t))
                    .collect::<Result<_, _>>()?;
                Ok((Expr::Codes(p, codes, true), Ty::Bool))
            }
            (e, Ty::Text) => Ok((Expr::OneOf(Box::new(e), texts), Ty::Bool)),
            (_, ty) => self.fault(format!("`in` asks about text or fixed values, not {ty:?}")),
        }
    }

    fn conditional(&self, c: &IdedExpr, a: &IdedExpr, b: &IdedExpr) -> Typed {
        let (x, tx) = self.expr(a)?;
        let (y, ty) = self.expr(b)?;
        if tx != ty {
            return self.fault("both sides of `:` must be of one type");
        }
        Ok((Expr::If(Box::new((self.bool(c)?, x, y))), tx))
    }

    fn add(&self, a: &IdedExpr, b: &IdedExpr, sign: f64) -> Typed {
        match (self.expr(a)?, self.expr(b)?) {
            ((x, Ty::Number), (y, Ty::Number)) => {
                Ok((Expr::Add(Box::new(x), Box::new(y), sign), Ty::Number))
            }
            _ => self.fault("`+` and `-` take numbers"),
        }
    }
}

impl Expr {
    /// Calls `f` with each path and whether its value (not only its presence) is needed.
    pub fn paths<'e>(&'e self, f: &mut impl FnMut(&'e Path, bool)) {
        match self {
            Self::Path(p) | Self::Codes(p, ..) => f(p, true),
            Self::Present(p) => f(p, false),
            Self::OneOf(e, _) | Self::Not(e) => e.paths(f),
            Self::Compare(_, a, b) | Self::Add(a, b, _) => {
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
