//! CEL's syntax tree → a typed expression: names resolved against the kinds, types checked, fixed values turned to codes.

use cel::common::ast::{CallExpr, Expr as Cel, IdedExpr, LiteralValue, operators as op};

use super::{Expr, FUNCTIONS, Fact, Func, Op, Path, Root, Scope, Signature, Ty};
use crate::schema::{FieldId, FieldType, KindId};
use crate::text::nearest;

/// Reads a text as CEL.
pub(super) fn parse(source: &str) -> Result<IdedExpr, String> {
    cel::parser::Parser::new().parse(source).map_err(|e| {
        let why: Vec<String> = e
            .errors
            .iter()
            .map(|e| format!("column {}: {}", e.pos.1, e.msg))
            .collect();
        format!("`{source}` is no CEL expression: {}", why.join("; "))
    })
}

/// Compiles an expression; `depth` counts definitions within definitions.
pub(super) fn compile(source: &str, scope: &Scope<'_>, depth: u8) -> Result<(Expr, Ty), String> {
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
            (op::MULTIPLY, [a, b]) => self.times(a, b),
            (op::NEGATE, [a]) => self.negate(a),
            ("present", [a]) => self.present(a),
            ("number", [a]) => self.number(a),
            ("table", [name, of]) => self.table(name, of, |row| row.1),
            ("table_min", [name, of]) => self.table(name, of, |row| row.0),
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
        let Some(Signature(_, func, takes, gives)) = FUNCTIONS.iter().find(|f| f.0 == name) else {
            let others = ["present", "number", "table", "table_min"];
            let hint = nearest(name, FUNCTIONS.iter().map(|f| f.0).chain(others));
            return self.fault(format!(
                "unknown function `{name}`{}",
                hint.map(|h| format!("; did you mean `{h}`?"))
                    .unwrap_or_default()
            ));
        };
        if args.len() != takes.len() {
            return self.fault(format!("`{name}` takes {} values", takes.len()));
        }
        let mut compiled = Vec::new();
        for (i, (a, wanted)) in args.iter().zip(*takes).enumerate() {
            match self.expr(a)? {
                (e, ty) if ty == *wanted => compiled.push(e),
                // A year is a period.
                (e, Ty::Number) if matches!(func, Func::FirstDay | Func::LastDay) => {
                    compiled.push(e);
                }
                (_, ty) => {
                    return self.fault(format!(
                        "`{name}`: value {} should be {wanted:?}, found {ty:?}",
                        i + 1
                    ));
                }
            }
        }
        Ok((Expr::Call(*func, compiled), gives.clone()))
    }

    fn table(&self, name: &IdedExpr, of: &IdedExpr, end: fn(&(f64, f64)) -> f64) -> Typed {
        let Cel::Literal(LiteralValue::String(name)) = &name.expr else {
            return self.fault("`table` takes a name in quotes and a field");
        };
        let Some(rows) = (self.scope.table)(name.inner()) else {
            return self.fault(format!("there is no table `{}`", name.inner()));
        };
        let (path, Ty::Enum(kind, field)) = (match self.expr(of)? {
            (Expr::Text(row), _) => {
                let n = rows.get(&row).map_or(f64::NAN, end);
                return Ok((Expr::Number(n), Ty::Number));
            }
            (Expr::Path(p), ty) => (p, ty),
            (_, ty) => return self.fault(format!("`table` takes a field, not {ty:?}")),
        }) else {
            return self.fault("`table` takes a field with fixed values");
        };
        let FieldType::Enum(values) = &self.scope.schema.get(kind).get(field).ty else {
            return self.fault("`table` takes a field with fixed values");
        };
        if let Some(row) = rows.keys().find(|r| values.iter().all(|v| v.code != **r)) {
            self.code(&path, row)?;
        }
        let number = |code: &str| rows.get(code).map_or(f64::NAN, end);
        let numbers = values.iter().map(|v| number(&v.code)).collect();
        Ok((Expr::Row(path, numbers), Ty::Number))
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

    fn negate(&self, a: &IdedExpr) -> Typed {
        match self.expr(a)? {
            (x, Ty::Number) => {
                let zero = Box::new(Expr::Number(0.0));
                Ok((Expr::Add(zero, Box::new(x), -1.0), Ty::Number))
            }
            (_, ty) => self.fault(format!("`-` takes a number, not {ty:?}")),
        }
    }

    fn add(&self, a: &IdedExpr, b: &IdedExpr, sign: f64) -> Typed {
        match (self.expr(a)?, self.expr(b)?) {
            ((x, Ty::Number), (y, Ty::Number)) => {
                Ok((Expr::Add(Box::new(x), Box::new(y), sign), Ty::Number))
            }
            _ => self.fault("`+` and `-` take numbers"),
        }
    }

    fn times(&self, a: &IdedExpr, b: &IdedExpr) -> Typed {
        match (self.expr(a)?, self.expr(b)?) {
            ((x, Ty::Number), (y, Ty::Number)) => {
                Ok((Expr::Times(Box::new(x), Box::new(y)), Ty::Number))
            }
            _ => self.fault("`*` takes numbers"),
        }
    }
}
