//! Compiled conditions at work on one record.

use chrono::{Datelike, NaiveDate};

use super::exact::Exact;
use super::expr::{Expr, Fact, Func, Op, Path, Root};
use crate::calendar::Period;
use crate::moment::{Moment, date_of, plus_months, plus_years};
use crate::schema::KindId;
use crate::table::{Office, Row, Value};
use crate::text::natural;

/// A record of some kind.
pub type Record = (KindId, Row);

/// How many records a rule may name by `let`.
pub const MAX_LETS: usize = 4;

/// What an expression can see.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The office.
    pub office: &'a Office,
    /// The record that bare names belong to.
    pub item: Option<Record>,
    /// The record that the rule looks at.
    pub subject: Option<Record>,
    /// Records named by `let`.
    pub lets: [Option<Record>; MAX_LETS],
    /// The period judged.
    pub period: Option<Period>,
    /// Last day on which it can be met.
    pub deadline: Option<NaiveDate>,
}

impl<'a> View<'a> {
    /// A view of one record.
    pub fn of(office: &'a Office, item: Record) -> Self {
        Self {
            office,
            item: Some(item),
            subject: Some(item),
            lets: [None; MAX_LETS],
            period: None,
            deadline: None,
        }
    }

    fn root(&self, root: Root) -> Option<Record> {
        match root {
            Root::Item => self.item,
            Root::Subject => self.subject,
            Root::Let(i) => self.lets.get(i).copied().flatten(),
        }
    }

    /// The record that has a path's field. One dated after as-of is no evidence: it has no fields, as if dangling.
    pub fn owner(&self, path: &Path) -> Option<Record> {
        let mut at = self.root(path.root)?;
        for (i, (_, hop)) in path.hops.iter().enumerate() {
            let kind = path.hops.get(i + 1).map_or(path.kind, |next| next.0);
            let row = self.office.reference(at.0, at.1, *hop)?;
            if !self.office.table(kind).live[row as usize] {
                return None;
            }
            at = (kind, row);
        }
        Some(at)
    }

    /// The code of a fixed value or a bool, as [`Office::code`].
    fn code(&self, path: &Path) -> u8 {
        self.owner(path)
            .map_or(0, |(kind, row)| self.office.code(kind, row, path.field))
    }

    /// A path's value.
    pub fn get(&self, path: &Path) -> Value<'a> {
        match self.owner(path) {
            Some((kind, row)) => self.office.value(kind, row, path.field),
            None => Value::Absent,
        }
    }

    /// Whether a condition holds.
    pub fn holds(&self, e: &Expr) -> bool {
        match e {
            Expr::Bool(b) => *b,
            Expr::Path(p) => self.code(p) == 2,
            Expr::Present(p) => {
                let owner = self.owner(p);
                owner.is_some_and(|(k, row)| self.office.is_present(k, row, p.field))
            }
            Expr::Found(root) => self.root(*root).is_some(),
            Expr::Codes(p, codes, wanted) => codes.contains(&self.code(p)) == *wanted,
            Expr::OneOf(e, texts) => {
                matches!(self.value(e), Value::Text(t) if texts.iter().any(|x| x == t))
            }
            Expr::Compare(op, a, b) => compare(*op, self.value(a), self.value(b)),
            Expr::And(v) => v.iter().all(|e| self.holds(e)),
            Expr::Or(v) => v.iter().any(|e| self.holds(e)),
            Expr::Not(e) => !self.holds(e),
            Expr::If(t) => {
                if self.holds(&t.0) {
                    self.holds(&t.1)
                } else {
                    self.holds(&t.2)
                }
            }
            Expr::Call(f, args) => self.call(*f, args) == Value::Bool(true),
            Expr::Number(_)
            | Expr::Text(_)
            | Expr::Record(..)
            | Expr::Add(..)
            | Expr::Times(..)
            | Expr::Fact(_)
            | Expr::Row(..) => false,
        }
    }

    /// An expression's value.
    pub fn value<'b>(&self, e: &'b Expr) -> Value<'b>
    where
        'a: 'b,
    {
        match e {
            Expr::Number(n) if n.is_nan() => Value::Absent,
            Expr::Number(n) => Value::Number(*n),
            Expr::Text(t) => Value::Text(t),
            Expr::Path(p) => self.get(p),
            Expr::Record(root, _) => self
                .root(*root)
                .map_or(Value::Absent, |(k, r)| Value::Ref(k, r)),
            Expr::If(t) => {
                if self.holds(&t.0) {
                    self.value(&t.1)
                } else {
                    self.value(&t.2)
                }
            }
            Expr::Add(a, b, sign) => sum(self.value(a), self.value(b), *sign),
            Expr::Times(a, b) => product(self.value(a), self.value(b)),
            Expr::Fact(f) => self.fact(*f),
            Expr::Row(p, numbers) => match self.get(p) {
                Value::Code(c) => match numbers.get(usize::from(c).wrapping_sub(1)) {
                    Some(n) if !n.is_nan() => Value::Number(*n),
                    _ => Value::Absent,
                },
                _ => Value::Absent,
            },
            Expr::Call(f, args) => self.call(*f, args),
            _ => Value::Bool(self.holds(e)),
        }
    }

    /// An expression's day or time; `Moment::ABSENT` when there is none.
    pub fn moment(&self, e: &Expr) -> Moment {
        match e {
            Expr::Path(p) => self.owner(p).map_or(Moment::ABSENT, |(kind, row)| {
                self.office.moment(kind, row, p.field)
            }),
            _ => match self.value(e) {
                Value::Moment(m) => m,
                _ => Moment::ABSENT,
            },
        }
    }

    fn fact(&self, f: Fact) -> Value<'static> {
        let day = |d: Option<NaiveDate>| d.map_or(Value::Absent, |d| Value::Moment(Moment::day(d)));
        match f {
            Fact::PeriodFirst => day(self.period.map(|p| p.first)),
            Fact::PeriodLast => day(self.period.map(|p| p.last)),
            Fact::Deadline => day(self.deadline),
            Fact::AsOf => day(Some(self.office.as_of)),
            Fact::Households => self
                .office
                .config
                .households
                .map_or(Value::Absent, Value::Int),
        }
    }

    fn call<'b>(&self, f: Func, args: &'b [Expr]) -> Value<'b>
    where
        'a: 'b,
    {
        if f == Func::Contains {
            let (text, part) = (self.value(&args[0]), self.value(&args[1]));
            return Value::Bool(match (text, part) {
                (Value::Text(t), Value::Text(p)) => t.contains(p),
                (Value::List(t), Value::Text(p)) => t.split('\u{1f}').any(|x| x == p),
                _ => false,
            });
        }
        match f {
            Func::FirstDay | Func::LastDay => {
                let period = match self.value(&args[0]) {
                    Value::Text(t) => Period::parse(t),
                    Value::Int(year) => Period::parse(&year.to_string()),
                    _ => None,
                };
                let day = period.map(|p| if f == Func::FirstDay { p.first } else { p.last });
                return day.map_or(Value::Absent, |d| Value::Moment(Moment::day(d)));
            }
            Func::IdBefore => {
                return Value::Bool(match (self.value(&args[0]), self.value(&args[1])) {
                    (Value::Text(a), Value::Text(b)) => natural(a, b).is_lt(),
                    _ => false,
                });
            }
            _ => {}
        }
        let a = self.moment(&args[0]);
        if !a.is_present() {
            return match f {
                Func::WithinDays | Func::WithinHours | Func::SameDay | Func::Timed => {
                    Value::Bool(false)
                }
                _ => Value::Absent,
            };
        }
        match f {
            Func::Day => return Value::Moment(Moment::day(a.date())),
            Func::Year => return Value::Int(i64::from(a.date().year())),
            Func::Timed => return Value::Bool(a.has_time()),
            Func::PlusDays | Func::PlusMonths | Func::PlusYears | Func::PlusMinutes => {
                return match as_number(self.value(&args[1])) {
                    Some(n) => Value::Moment(later(f, a, n)),
                    None => Value::Absent,
                };
            }
            _ => {}
        }
        let b = self.moment(&args[1]);
        if f == Func::DaysBetween {
            let days = i64::from(b.day_number()) - i64::from(a.day_number());
            return if b.is_present() {
                Value::Int(days)
            } else {
                Value::Absent
            };
        }
        let n = args.get(2).and_then(|e| as_number(self.value(e)));
        let n = whole(n.unwrap_or(0.0));
        Value::Bool(
            b.is_present()
                && match f {
                    Func::SameDay => a.day_number() == b.day_number(),
                    Func::WithinHours => within_hours(a, b, n),
                    _ => within_days(a, b, n),
                },
        )
    }
}

/// A sum or difference; of two amounts of money exact, and money.
fn sum(a: Value<'_>, b: Value<'_>, sign: f64) -> Value<'static> {
    if let (Value::Money(x), Value::Money(y)) = (a, b) {
        let y = if sign < 0.0 { y.checked_neg() } else { Some(y) };
        return y
            .and_then(|y| x.checked_add(y))
            .map_or(Value::Absent, Value::Money);
    }
    match (as_number(a), as_number(b)) {
        (Some(x), Some(y)) => Value::Number(x + sign * y),
        _ => Value::Absent,
    }
}

/// A product, as on paper; of money and a number money.
fn product(a: Value<'_>, b: Value<'_>) -> Value<'static> {
    let exact = || Exact::of(a)?.times(Exact::of(b)?)?.value();
    exact().unwrap_or(Value::Absent)
}

/// A number of days, months, years or minutes without its fraction.
#[expect(
    clippy::cast_possible_truncation,
    reason = "numbers of rules are at most a million"
)]
fn whole(n: f64) -> i64 {
    n as i64
}

fn later(f: Func, a: Moment, n: f64) -> Moment {
    let n = whole(n);
    let small = i32::try_from(n).unwrap_or(i32::MAX);
    match f {
        Func::PlusMinutes => a.plus_minutes(n),
        Func::PlusMonths => Moment::day(plus_months(a.date(), small)),
        Func::PlusYears => Moment::day(plus_years(a.date(), small)),
        _ => Moment::day(date_of(a.day_number().saturating_add(small))),
    }
}

/// `0 <= date(b) - date(a) <= n` (policies.md, *within N d of A*).
pub fn within_days(b: Moment, a: Moment, n: i64) -> bool {
    (0..=n).contains(&(i64::from(b.day_number()) - i64::from(a.day_number())))
}

/// Exact when both carry a time of day; else N h means ceil(N/24) d (policies.md, *within N h of A*).
pub fn within_hours(b: Moment, a: Moment, n: i64) -> bool {
    if a.has_time() && b.has_time() {
        (0..=n.saturating_mul(3600)).contains(&(b.seconds() - a.seconds()))
    } else {
        within_days(b, a, n.div_euclid(24) + i64::from(n.rem_euclid(24) > 0))
    }
}

/// A value as a number; money in 元.
#[expect(clippy::cast_precision_loss, reason = "counts and amounts below 2^53")]
pub fn as_number(v: Value<'_>) -> Option<f64> {
    match v {
        Value::Int(i) => Some(i as f64),
        Value::Money(m) => Some(m as f64 / 100.0),
        Value::Number(n) => Some(n),
        _ => None,
    }
}

fn compare(op: Op, a: Value<'_>, b: Value<'_>) -> bool {
    use std::cmp::Ordering as O;
    let order = match (a, b) {
        (Value::Moment(x), Value::Moment(y)) => Some(x.compare(y)),
        (Value::Text(x), Value::Text(y)) => Some(x.cmp(y)),
        (Value::Ref(k, x), Value::Ref(l, y)) => Some((k, x).cmp(&(l, y))),
        (Value::Code(x), Value::Code(y)) => Some(x.cmp(&y)),
        (Value::Bool(x), Value::Bool(y)) => Some(x.cmp(&y)),
        _ => match (as_number(a), as_number(b)) {
            (Some(x), Some(y)) => x.partial_cmp(&y),
            _ => None,
        },
    };
    match (op, order) {
        (Op::Ne, o) => o != Some(O::Equal),
        (_, None) => false,
        (Op::Eq, Some(o)) => o == O::Equal,
        (Op::Lt, Some(o)) => o == O::Less,
        (Op::Le, Some(o)) => o != O::Greater,
        (Op::Gt, Some(o)) => o == O::Greater,
        (Op::Ge, Some(o)) => o != O::Less,
    }
}
