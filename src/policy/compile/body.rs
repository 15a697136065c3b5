//! The operators of a rule → their compiled form.

use chrono::Weekday;

use super::rule::{Compiler, Made, Names};
use super::{
    Agree, Body, By, Count, Cover, Figure, Filing, Rate, Spacing, Test, Total, Within, adoption,
};
use crate::calendar::Unit;
use crate::policy::definition::{self as def, Number, Source};
use crate::policy::expr::{self, Expr};
use crate::schema::{FieldId, FieldType, KindId};

fn opt<T>(s: Option<&Source>, f: impl FnOnce(&Source) -> Made<T>) -> Made<Option<T>> {
    s.map(f).transpose()
}

impl Compiler<'_> {
    pub(super) fn body(&mut self, each: Option<KindId>, names: &Names) -> Made<Body> {
        let r = self.rule;
        let operators = [
            (
                !r.require.is_empty() || !r.tests.is_empty(),
                "require/tests",
            ),
            (r.within.is_some(), "within"),
            (r.count.is_some(), "count"),
            (r.rate.is_some(), "rate"),
            (r.filing.is_some(), "filing"),
            (r.agree.is_some(), "agree"),
            (r.total.is_some(), "total"),
            (r.cover.is_some(), "cover"),
            (r.spacing.is_some(), "spacing"),
        ];
        let found: Vec<&str> = operators.iter().filter(|o| o.0).map(|o| o.1).collect();
        if found.len() != 1 {
            let found = if found.is_empty() {
                "0".to_owned()
            } else {
                found.join(", ")
            };
            return self.fault(
                format!("一条要有且只有一种写法（require/tests、within、count、rate、filing、agree、total、cover、spacing），现有：{found}"),
                format!("a rule has one operator (require/tests, within, count, rate, filing, agree, total, cover or spacing), found: {found}"),
            );
        }
        if let Some(c) = &r.cover {
            return match each {
                None => self.cover(&c.value).map(Body::Cover),
                Some(_) => self.fault("cover 不写 each", "`cover` takes no `each`"),
            };
        }
        let Some(item) = each else {
            return match (&r.count, &r.rate, &r.filing) {
                (Some(c), ..) => self.count(&c.value, None, names).map(Body::Count),
                (_, Some(x), _) => self.rate(&x.value, None).map(Body::Rate),
                (.., Some(f)) => self.filing(&f.value).map(Body::Filing),
                _ => self.fault("这种写法要有 each", "this operator needs `each`"),
            };
        };
        if let Some(a) = &r.agree {
            return self.agree(&a.value, item, names).map(Body::Agree);
        }
        if let Some(t) = &r.total {
            return self.total(&t.value, item).map(Body::Total);
        }
        if let Some(s) = &r.spacing {
            return self.spacing(&s.value, item, names).map(Body::Spacing);
        }
        if let Some(w) = &r.within {
            return self.within(&w.value, item, names).map(Body::Within);
        }
        if let Some(c) = &r.count {
            return self.count(&c.value, each, names).map(Body::Count);
        }
        if let Some(rate) = &r.rate {
            return self.rate(&rate.value, each).map(Body::Rate);
        }
        if let Some(f) = &r.filing {
            return self.filing(&f.value).map(Body::Filing);
        }
        self.require(item, names)
    }

    fn require(&mut self, item: KindId, names: &Names) -> Made<Body> {
        let r = self.rule;
        let mut tests = Vec::new();
        for name in &r.require {
            let field = self.field(item, name)?;
            tests.push(Test {
                fields: vec![field],
                holds: Some(present(item, field)),
                exists: vec![],
                at_once: false,
                once: None,
            });
        }
        for t in &r.tests {
            tests.push(self.test(t, item, names)?);
        }
        let once = r.once.as_ref();
        let once = once.map(|o| self.once(o, item, names)).transpose()?;
        Ok(Body::Require(tests, once))
    }

    fn test(&mut self, t: &def::Test, item: KindId, names: &Names) -> Made<Test> {
        let written = t.field.iter().chain(&t.any_of);
        let fields: Vec<FieldId> = written.map(|n| self.field(item, n)).collect::<Made<_>>()?;
        if fields.is_empty() {
            return self.fault(
                "每个 tests 要写 field 或 any_of",
                "each of `tests` needs `field` or `any_of`",
            );
        }
        let holds = match &t.test {
            Some(s) => Some(self.condition(s, item, None, names)?),
            None if t.exists.is_empty() => {
                Some(Expr::Or(fields.iter().map(|f| present(item, *f)).collect()))
            }
            None => None,
        };
        let exists = t
            .exists
            .iter()
            .map(|l| self.link(l, item, names))
            .collect::<Made<_>>()?;
        Ok(Test {
            fields,
            holds,
            exists,
            at_once: t.at_once,
            once: match &t.once {
                Some(o) => Some(self.once(o, item, names)?),
                None => None,
            },
        })
    }

    fn within(&mut self, w: &def::Within, item: KindId, names: &Names) -> Made<Within> {
        let counted = def::Once {
            after: w.after.clone(),
            days: w.days.clone(),
            ..def::Once::default()
        };
        let once = self.once(&counted, item, names)?;
        let by = opt(w.by.as_ref(), |s| self.moment(s, item, names))?;
        let field = opt(w.field.as_ref(), |f| self.field(item, f))?;
        let find = match &w.find {
            Some(l) => Some(self.link(l, item, names)?),
            None => None,
        };
        if field.is_some() == find.is_some() {
            return self.fault(
                "within 要写 field 或 find，只写一个",
                "`within` has either `field` or `find`",
            );
        }
        Ok(Within {
            once,
            by,
            field,
            find,
            per: w.per,
        })
    }

    fn count(&mut self, c: &def::Count, each: Option<KindId>, names: &Names) -> Made<Count> {
        let of = self.kind(&c.of)?;
        let none = Names::new();
        let by = opt(c.by.as_ref(), |f| self.field(of, f))?;
        if by.is_some() != each.is_some() {
            return self.fault_at(
                c.by.as_ref().unwrap_or(&c.of),
                "count 的 by 与这一条的 each 要么都写，要么都不写",
                "`count` needs `by` exactly when the rule has `each`",
            );
        }
        let (min, max) = match (self.int("min")?, self.int("max")?) {
            (None, None) => (Some(1), None),
            numbers => numbers,
        };
        let alone = |s: &Source| {
            self.fault_at(
                s,
                "from、until、for 要有 each",
                "`from`, `until` and `for` need `each`",
            )
        };
        let subject = |s: &Source| match each {
            Some(kind) => self.moment(s, kind, names),
            None => alone(s).map(|_: ()| Expr::Bool(false)),
        };
        let which = |s: &Source| match each {
            Some(kind) => self.condition(s, kind, None, names),
            None => alone(s).map(|_: ()| Expr::Bool(false)),
        };
        if c.start == def::Start::Own && c.from.is_none() {
            return self.fault_at(&c.of, "start: own 要写 from", "`start: own` needs `from`");
        }
        Ok(Count {
            of,
            filter: opt(c.filter.as_ref(), |s| self.condition(s, of, None, &none))?,
            by,
            on: opt(c.on.as_ref(), |s| self.moment(s, of, &none))?,
            per: c.per,
            from: opt(c.from.as_ref(), subject)?,
            until: opt(c.until.as_ref(), subject)?,
            which: opt(c.which.as_ref(), which)?,
            start: c.start,
            distinct: opt(c.distinct.as_ref(), |f| self.field(of, f))?,
            min: min.map(i64::unsigned_abs),
            max: max.map(i64::unsigned_abs),
        })
    }

    fn rate(&mut self, r: &def::Rate, each: Option<KindId>) -> Made<Rate> {
        let of = self.kind(&r.of)?;
        let names: Names = each.map(|k| ("each".to_owned(), k)).into_iter().collect();
        let find = match &r.find {
            Some(l) => Some(self.link(l, of, &names)?),
            None => None,
        };
        let after = match (&r.after, each) {
            (Some(s), Some(kind)) => Some(self.moment(s, kind, &Names::new())?),
            _ => None,
        };
        if each.is_some() != after.is_some() || each.is_some() == r.per.is_some() {
            return self.fault_at(
                &r.of,
                "rate 要么写 per，要么写 each 和 after",
                "`rate` has either `per`, or `after` in a rule with `each`",
            );
        }
        Ok(Rate {
            of,
            filter: opt(r.filter.as_ref(), |s| self.condition(s, of, None, &names))?,
            on: opt(r.on.as_ref(), |s| self.moment(s, of, &names))?,
            per: r.per,
            after,
            met: opt(r.met.as_ref(), |s| self.condition(s, of, None, &names))?,
            find,
            settle_days: opt(r.settle_days.as_ref(), |s| self.amount(s, Some(of), &names))?,
            settle_by: opt(r.settle_by.as_ref(), |s| self.moment(s, of, &names))?,
            settle_periods: r.settle_periods,
            against: opt(r.against.as_ref(), |s| self.amount(s, None, &names))?,
            start: opt(r.start.as_ref(), |k| self.kind(k))?.unwrap_or(of),
            milli_percent: self.milli_percent()?,
        })
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a percentage"
    )]
    fn milli_percent(&self) -> Made<u64> {
        match self.number("percent") {
            Some(p) if (0.0..=100.0).contains(&p) => Ok((p * 1000.0).round() as u64),
            _ => self.fault(
                "rate 要有 0 到 100 的 percent",
                "a rate needs the number `percent`, from 0 to 100",
            ),
        }
    }

    fn filing(&mut self, f: &def::Filing) -> Made<Filing> {
        let of = self.kind(&f.of)?;
        let none = Names::new();
        let on = self.moment(&f.on, of, &none)?;
        let on_field = match &on {
            Expr::Path(p) if p.hops.is_empty() => Some(p.field),
            _ => None,
        };
        Ok(Filing {
            of,
            filter: opt(f.filter.as_ref(), |s| self.condition(s, of, None, &none))?,
            period: self.field(of, &f.period)?,
            per: f.per,
            on,
            on_field,
            due_in: f.due_in,
            by: self.by(f.per)?,
            complete: opt(f.complete.as_ref(), |s| self.condition(s, of, None, &none))?,
            active: f.active.iter().map(|k| self.kind(k)).collect::<Made<_>>()?,
            weekly: f.weekly,
            holiday: f.holiday,
        })
    }

    fn agree(&mut self, a: &def::Agree, item: KindId, names: &Names) -> Made<Agree> {
        let none = Names::new();
        let mut figures = Vec::new();
        for g in &a.figures {
            let of = self.kind(&g.of)?;
            figures.push(Figure {
                field: self.of_type(item, &g.field, &FieldType::Int, "整数", "a whole number")?,
                of,
                filter: opt(g.filter.as_ref(), |s| self.condition(s, of, None, &none))?,
                on: opt(g.on.as_ref(), |s| self.moment(s, of, &none))?,
            });
        }
        Ok(Agree {
            period: self.of_type(item, &a.period, &FieldType::Period, "期间", "a period")?,
            per: a.per,
            until: opt(a.until.as_ref(), |s| self.moment(s, item, names))?,
            figures,
        })
    }

    fn total(&mut self, t: &def::Total, item: KindId) -> Made<Total> {
        let of = self.kind(&t.of)?;
        let none = Names::new();
        let mut matching = Vec::new();
        for (theirs, ours) in &t.matching {
            let Some(field) = self.schema.get(of).field(theirs) else {
                return self.fault_at(
                    ours,
                    format!("「{}」没有「{theirs}」这个字段", t.of.value),
                    format!("`{}` has no field `{theirs}`", t.of.value),
                );
            };
            matching.push((field, self.field(item, ours)?));
        }
        let money = |s: &Source, kind| self.of_type(kind, s, &FieldType::Money, "金额", "money");
        Ok(Total {
            of,
            filter: opt(t.filter.as_ref(), |s| {
                self.condition(s, of, Some(item), &none)
            })?,
            sum: money(&t.sum, of)?,
            on: self.moment(&t.on, of, &none)?,
            matching,
            year: self.of_type(item, &t.year, &FieldType::Int, "整数", "a whole number")?,
            limit: money(&t.limit, item)?,
        })
    }

    fn cover(&mut self, c: &def::Cover) -> Made<Cover> {
        let of = self.kind(&c.of)?;
        let none = Names::new();
        let moment = |s: &Source| self.moment(s, of, &none);
        let away = match &c.away {
            None => None,
            Some(a) => Some((
                moment(&a.from)?,
                moment(&a.until)?,
                opt(a.unless.as_ref(), |s| self.condition(s, of, None, &none))?,
            )),
        };
        Ok(Cover {
            of,
            filter: opt(c.filter.as_ref(), |s| self.condition(s, of, None, &none))?,
            from: moment(&c.from)?,
            until: moment(&c.until)?,
            away,
        })
    }

    fn spacing(&mut self, s: &def::Spacing, item: KindId, names: &Names) -> Made<Spacing> {
        let of = self.kind(&s.of)?;
        let none = Names::new();
        let by = self.of_type(
            of,
            &s.by,
            &FieldType::Ref(item),
            "指向本条记录的字段",
            "a reference to the rule's record",
        )?;
        let Some(days) = self.int("days")? else {
            return self.fault("spacing 要有 days", "`spacing` needs the number `days`");
        };
        Ok(Spacing {
            of,
            by,
            filter: opt(s.filter.as_ref(), |e| self.condition(e, of, None, &none))?,
            from: opt(s.from.as_ref(), |e| self.moment(e, item, names))?,
            until: opt(s.until.as_ref(), |e| self.moment(e, item, names))?,
            days,
        })
    }

    /// A field that must be of a type.
    fn of_type(
        &self,
        kind: KindId,
        s: &Source,
        ty: &FieldType,
        zh: &str,
        en: &str,
    ) -> Made<FieldId> {
        let field = self.field(kind, s)?;
        if self.schema.get(kind).get(field).ty == *ty {
            return Ok(field);
        }
        let name = &s.value;
        self.fault_at(
            s,
            format!("「{name}」应是{zh}"),
            format!("`{name}` must be {en}"),
        )
    }

    /// The last day for handing in, which must fit the period.
    fn by(&self, per: Unit) -> Made<By> {
        let by = self.numbers().get("by").and_then(day_by);
        let fits = |by: &By| match by {
            By::Weekday(_) => per == Unit::Week,
            By::Day(_) => per == Unit::Month,
            By::MonthDay(..) => per == Unit::Year,
        };
        if let Some(by) = by.filter(fits) {
            return Ok(by);
        }
        let (zh, en) = (
            "filing 要有 by：年写 MM-DD，月写几号，周写 Monday 等",
            "a filing needs the number `by`: MM-DD for a year, a day for a month, a weekday for a week",
        );
        match adoption::place_of(self.pack, self.id, "by", self.adoption) {
            Some(place) => Err(Box::new(super::Fault {
                place: place.clone(),
                message: crate::text::Bilingual::new(zh, en),
            })),
            None => self.fault(zh, en),
        }
    }
}

fn present(kind: KindId, field: FieldId) -> Expr {
    Expr::Present(expr::Path {
        root: expr::Root::Item,
        hops: vec![],
        field,
        kind,
    })
}

/// A day as `by` writes it: `7`, `01-31` or `Monday`.
pub(super) fn day_by(n: &Number) -> Option<By> {
    match n {
        Number::Int(d) => u32::try_from(*d)
            .ok()
            .filter(|d| (1..=31).contains(d))
            .map(By::Day),
        Number::Text(t) => match t.split_once('-') {
            // 02-29 is a day of some years; in the others the month's last day stands for it.
            Some((m, d)) => {
                let (m, d) = (m.parse().ok()?, d.parse().ok()?);
                chrono::NaiveDate::from_ymd_opt(2024, m, d).map(|_| By::MonthDay(m, d))
            }
            None => t.parse::<Weekday>().ok().map(By::Weekday),
        },
        Number::Float(_) => None,
    }
}
