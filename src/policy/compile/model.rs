//! Rules ready to run: what `compile` makes of a pack, and what the operators read.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::calendar::Unit;
use crate::finding::Severity;
use crate::policy::definition::{DueIn, Every, Holiday, Number, Pick, Start};
use crate::policy::expr::{self, Expr};
use crate::policy::message::Template;
use crate::schema::{FieldId, KindId};
use crate::text::Bilingual;

/// Linked records.
#[derive(Clone, Debug)]
pub struct Link {
    /// Index into [`super::Compiled::links`]; of a link to all records of a kind, into [`super::Compiled::wholes`].
    pub index: usize,
    /// Whether it looks at all records of its kind.
    pub whole: bool,
    /// Their kind.
    pub of: KindId,
    /// Which record they name; the item when absent.
    pub key: Option<Expr>,
    /// Which of them.
    pub filter: Option<Expr>,
    /// Which one.
    pub pick: Pick,
}

/// How long something may take after its moment.
#[derive(Clone, Debug)]
pub enum Span {
    /// Calendar days.
    Days(i64),
    /// Hours; ceil(N/24) days after a bare day.
    Hours(i64),
    /// Working days of the public calendar.
    WorkingDays(i64),
    /// To the end of the period that holds the moment.
    EndOf(Unit),
    /// Days worked out for each record.
    Reckoned(Expr),
    /// The moment is the last day itself.
    Itself,
}

/// When something is due.
#[derive(Clone, Debug)]
pub struct Once {
    /// After which moment; the record's own date when absent.
    pub after: Option<Expr>,
    /// How long after it.
    pub span: Span,
    /// Where this holds it is judged at once.
    pub unless: Option<Expr>,
}

impl Once {
    fn expressions<'e>(&'e self, f: &mut impl FnMut(&'e Expr)) {
        self.after.iter().chain(&self.unless).for_each(&mut *f);
        if let Span::Reckoned(days) = &self.span {
            f(days);
        }
    }
}

/// One test of a record.
#[derive(Clone, Debug)]
pub struct Test {
    /// The fields it is about.
    pub fields: Vec<FieldId>,
    /// What must hold.
    pub holds: Option<Expr>,
    /// One of these must be there.
    pub exists: Vec<Link>,
    /// Judged at once.
    pub at_once: bool,
    /// When it is due, instead of the rule's own.
    pub once: Option<Once>,
}

/// A compiled deadline.
#[derive(Clone, Debug)]
pub struct Within {
    /// When it ends, counted from a moment.
    pub once: Once,
    /// The stated last day, instead.
    pub by: Option<Expr>,
    /// The field dated in time.
    pub field: Option<FieldId>,
    /// The linked record dated in time.
    pub find: Option<Link>,
    /// The period whose rate is told.
    pub per: Option<Unit>,
}

/// A compiled count.
#[derive(Clone, Debug)]
pub struct Count {
    /// What is counted.
    pub of: KindId,
    /// Which of them.
    pub filter: Option<Expr>,
    /// Their field that names the subject.
    pub by: Option<FieldId>,
    /// Their date.
    pub on: Option<Expr>,
    /// The period.
    pub per: Every,
    /// The subject's first day.
    pub from: Option<Expr>,
    /// The subject's last day.
    pub until: Option<Expr>,
    /// Of which periods, by the subject and the period.
    pub which: Option<Expr>,
    /// From when.
    pub start: Start,
    /// The field whose different values count.
    pub distinct: Option<FieldId>,
    /// At least.
    pub min: Option<u64>,
    /// At most.
    pub max: Option<u64>,
}

/// A compiled rate.
#[derive(Clone, Debug)]
pub struct Rate {
    /// The population.
    pub of: KindId,
    /// Which of them.
    pub filter: Option<Expr>,
    /// Their date.
    pub on: Option<Expr>,
    /// The period.
    pub per: Option<Unit>,
    /// When an `each` record is judged.
    pub after: Option<Expr>,
    /// What a member fulfils.
    pub met: Option<Expr>,
    /// What is linked to a member.
    pub find: Option<Link>,
    /// Days until a member is settled.
    pub settle_days: Option<Expr>,
    /// The last day on which a member can be settled.
    pub settle_by: Option<Expr>,
    /// Periods until it is judged.
    pub settle_periods: u32,
    /// The number to hold against.
    pub against: Option<Expr>,
    /// Whose earliest record is the start.
    pub start: KindId,
    /// Percent, in thousandths of a percent so that it stays exact.
    pub milli_percent: u64,
}

/// The last day for handing something in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A month and day.
    MonthDay(u32, u32),
    /// A day of the month.
    Day(u32),
    /// A weekday.
    Weekday(chrono::Weekday),
}

/// A compiled filing.
#[derive(Clone, Debug)]
pub struct Filing {
    /// Its kind.
    pub of: KindId,
    /// Which of them.
    pub filter: Option<Expr>,
    /// The field naming the period.
    pub period: FieldId,
    /// The period.
    pub per: Unit,
    /// When it was handed in.
    pub on: Expr,
    /// The field of `on`.
    pub on_field: Option<FieldId>,
    /// Where the last day lies.
    pub due_in: DueIn,
    /// The last day.
    pub by: By,
    /// What makes it complete.
    pub complete: Option<Expr>,
    /// Only when one of these is dated in the period.
    pub active: Vec<KindId>,
    /// Weekly ones serve as well.
    pub weekly: bool,
    /// What becomes of a last day that is no working day.
    pub holiday: Holiday,
}

/// Compiled figures.
#[derive(Clone, Debug)]
pub struct Agree {
    /// The field naming the period.
    pub period: FieldId,
    /// The period.
    pub per: Unit,
    /// Records count up to this day.
    pub until: Option<Expr>,
    /// The figures.
    pub figures: Vec<Figure>,
}

/// A compiled figure.
#[derive(Clone, Debug)]
pub struct Figure {
    /// The field.
    pub field: FieldId,
    /// What it counts.
    pub of: KindId,
    /// Which of them.
    pub filter: Option<Expr>,
    /// Their date.
    pub on: Option<Expr>,
}

/// A compiled sum.
#[derive(Clone, Debug)]
pub struct Total {
    /// What is summed.
    pub of: KindId,
    /// Which of them.
    pub filter: Option<Expr>,
    /// The field that is summed.
    pub sum: FieldId,
    /// Their date.
    pub on: Expr,
    /// Their fields and the subject's that must be equal.
    pub matching: Vec<(FieldId, FieldId)>,
    /// The subject's year.
    pub year: FieldId,
    /// The subject's limit.
    pub limit: FieldId,
}

/// Compiled stretches of time.
#[derive(Clone, Debug)]
pub struct Cover {
    /// What covers.
    pub of: KindId,
    /// Which of them.
    pub filter: Option<Expr>,
    /// When one begins.
    pub from: Expr,
    /// When it ends.
    pub until: Expr,
    /// What is taken out: from, until, unless.
    pub away: Option<(Expr, Expr, Option<Expr>)>,
}

/// Compiled days with records.
#[derive(Clone, Debug)]
pub struct Spacing {
    /// What is looked for.
    pub of: KindId,
    /// Their field that names the subject.
    pub by: FieldId,
    /// Which of them.
    pub filter: Option<Expr>,
    /// The subject's first day.
    pub from: Option<Expr>,
    /// The subject's last day.
    pub until: Option<Expr>,
    /// How far apart, in days.
    pub days: i64,
}

/// What a rule does.
#[expect(
    clippy::large_enum_variant,
    reason = "one for each rule of an office, some dozens"
)]
#[derive(Clone, Debug)]
pub enum Body {
    /// Fields and tests of a record.
    Require(Vec<Test>, Option<Once>),
    /// A deadline.
    Within(Within),
    /// A count in each period.
    Count(Count),
    /// A share of a population.
    Rate(Rate),
    /// A filing for each period.
    Filing(Filing),
    /// Figures against records.
    Agree(Agree),
    /// A sum against a limit.
    Total(Total),
    /// Unbroken cover.
    Cover(Cover),
    /// Days not too far apart.
    Spacing(Spacing),
}

/// A rule as one office adopted it.
#[derive(Clone, Debug)]
pub struct Rule {
    /// `<policy>/<rule>`.
    pub name: String,
    /// The policy's id.
    pub policy: String,
    /// Error or warning, as adopted.
    pub severity: Severity,
    /// Clause of the source text.
    pub clause: String,
    /// What it asks.
    pub title: Bilingual,
    /// How to put it right.
    pub help: Bilingual,
    /// What a finding says, in Chinese and English.
    pub message: (Template, Template),
    /// The kind it looks at.
    pub each: Option<KindId>,
    /// Who answers for a miss, as a path of references; whoever answers for the kind when absent.
    pub who: Option<String>,
    /// Which of them.
    pub when: Option<Expr>,
    /// Named linked records.
    pub lets: Vec<Link>,
    /// What it does.
    pub body: Body,
    /// First day of this wording.
    pub from: Option<NaiveDate>,
    /// Last day of this wording.
    pub until: Option<NaiveDate>,
    /// Index into [`super::Compiled::terms`]: the adoption it belongs to.
    pub adoption: usize,
    /// Its numbers in force.
    pub numbers: BTreeMap<String, Number>,
}

impl Rule {
    /// Calls `f` with each (kind, field) that the rule reads, and whether its value is needed or only its presence.
    pub(super) fn wanted(&self, f: &mut impl FnMut(KindId, FieldId, bool)) {
        let mut path = |p: &expr::Path, value: bool| {
            f(p.kind, p.field, value);
            p.hops.iter().for_each(|(kind, hop)| f(*kind, *hop, true));
        };
        self.expressions(&mut |e| e.paths(&mut path));
        self.message.0.paths(&mut path);
        self.message.1.paths(&mut path);
        match (&self.body, self.each) {
            (Body::Within(w), Some(each)) => w.field.iter().for_each(|field| f(each, *field, true)),
            (Body::Filing(x), _) => f(x.of, x.period, true),
            (Body::Count(c), _) => {
                let own = c.by.iter().chain(&c.distinct);
                own.for_each(|field| f(c.of, *field, true));
            }
            (Body::Spacing(s), _) => f(s.of, s.by, true),
            (Body::Agree(a), Some(each)) => {
                let own = a.figures.iter().map(|g| g.field).chain([a.period]);
                own.for_each(|field| f(each, field, true));
            }
            (Body::Total(t), Some(each)) => {
                f(t.of, t.sum, true);
                [t.year, t.limit].iter().for_each(|x| f(each, *x, true));
                for (theirs, ours) in &t.matching {
                    f(t.of, *theirs, true);
                    f(each, *ours, true);
                }
            }
            _ => {}
        }
    }

    fn expressions<'e>(&'e self, f: &mut impl FnMut(&'e Expr)) {
        let link = |l: &'e Link, f: &mut dyn FnMut(&'e Expr)| {
            l.key.iter().chain(&l.filter).for_each(f);
        };
        self.when.iter().for_each(&mut *f);
        self.lets.iter().for_each(|l| link(l, f));
        match &self.body {
            Body::Require(tests, once) => {
                once.iter().for_each(|o| o.expressions(f));
                for t in tests {
                    t.holds.iter().for_each(&mut *f);
                    t.exists.iter().for_each(|l| link(l, f));
                    t.once.iter().for_each(|o| o.expressions(f));
                }
            }
            Body::Within(w) => {
                w.once.expressions(f);
                w.by.iter().for_each(&mut *f);
                w.find.iter().for_each(|l| link(l, f));
            }
            Body::Count(c) => {
                let own = [&c.filter, &c.on, &c.from, &c.until, &c.which];
                own.into_iter().flatten().for_each(f);
            }
            Body::Agree(a) => {
                a.until.iter().for_each(&mut *f);
                let own = a.figures.iter().flat_map(|g| g.filter.iter().chain(&g.on));
                own.for_each(f);
            }
            Body::Total(t) => t.filter.iter().chain([&t.on]).for_each(f),
            Body::Cover(c) => {
                let own = c.filter.iter().chain([&c.from, &c.until]);
                own.for_each(&mut *f);
                if let Some((from, until, unless)) = &c.away {
                    [from, until].into_iter().chain(unless).for_each(f);
                }
            }
            Body::Spacing(s) => {
                let own = [&s.filter, &s.from, &s.until];
                own.into_iter().flatten().for_each(f);
            }
            Body::Rate(r) => {
                let own = [
                    &r.filter,
                    &r.on,
                    &r.after,
                    &r.met,
                    &r.settle_days,
                    &r.settle_by,
                    &r.against,
                ];
                own.into_iter().flatten().for_each(&mut *f);
                r.find.iter().for_each(|l| link(l, f));
            }
            Body::Filing(x) => {
                let own = x.filter.iter().chain(&x.complete).chain([&x.on]);
                own.for_each(f);
            }
        }
    }
}
