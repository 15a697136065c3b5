//! A pack and an office's adoption of it → rules ready to run: names resolved, types checked, numbers filled in.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::definition::{self as def, DueIn, Number, Pack, Pick, Source};
use super::expr::{self, Expr, Scope};
use super::message::Template;
use crate::calendar::Unit;
use crate::finding::Severity;
use crate::schema::{FieldId, FieldType, KindId, Schema};
use crate::table::Adoption;
use crate::text::{Bilingual, nearest};

/// Something wrong in a pack or in what office.yaml says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// `policies/<id>/policy.yaml:LINE:COLUMN` or the rule.
    pub at: String,
    /// What is wrong.
    pub message: String,
}

/// Linked records: index into [`Compiled::links`].
#[derive(Clone, Debug)]
pub struct Link {
    /// Which index.
    pub index: usize,
    /// Their kind.
    pub of: KindId,
    /// Which record they name; the item when absent.
    pub key: Option<Expr>,
    /// Which of them.
    pub filter: Option<Expr>,
    /// Which one.
    pub pick: Pick,
}

/// When something is due.
#[derive(Clone, Debug)]
pub struct Once {
    /// After which moment; the record's own date when absent.
    pub after: Option<Expr>,
    /// Days after it.
    pub days: i64,
    /// Hours after it, instead.
    pub hours: Option<i64>,
    /// End of the period that holds it, instead.
    pub end_of: Option<Unit>,
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
    pub per: Unit,
    /// The subject's first day.
    pub from: Option<Expr>,
    /// The subject's last day.
    pub until: Option<Expr>,
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
    /// Periods until it is judged.
    pub settle_periods: u32,
    /// The number to hold against.
    pub against: Option<Expr>,
    /// Whose earliest record is the start.
    pub start: KindId,
    /// Percent, in thousandths of a percent so that it stays exact.
    pub milli_percent: u64,
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
    /// The last day: month and day, or day of the month.
    pub by: (Option<u32>, u32),
    /// What makes it complete.
    pub complete: Option<Expr>,
    /// Only when one of these is dated in the period.
    pub active: Vec<KindId>,
    /// Weekly ones serve as well.
    pub weekly: bool,
}

/// What a rule does.
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
}

/// A rule as one office adopted it.
#[derive(Clone, Debug)]
pub struct Rule {
    /// `<policy>/<rule>`.
    pub name: String,
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
    /// Its numbers in force.
    pub numbers: BTreeMap<String, Number>,
}

/// Everything that an office's adoptions ask.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    /// The rules in order of name.
    pub rules: Vec<Rule>,
    /// Indexes of linked records: (their kind, their reference field).
    pub links: Vec<(KindId, FieldId)>,
}

impl Compiled {
    /// Adds an adoption's rules.
    ///
    /// # Errors
    /// Every fault in the pack or in what office.yaml says of it.
    pub fn adopt(
        &mut self,
        pack: &Pack,
        adoption: &Adoption,
        schema: &Arc<Schema>,
    ) -> Result<(), Vec<Fault>> {
        let mut faults = unknown_parameters(pack, adoption);
        for (id, rule) in &pack.rules {
            if adoption.off.iter().any(|(n, _)| names(n, &pack.id, id)) {
                continue;
            }
            let mut c = Compiler {
                pack,
                id,
                rule,
                adoption,
                schema,
                links: &mut self.links,
            };
            match c.rule() {
                Ok(rule) => self.rules.push(rule),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }

    /// Calls `f` with each (kind, field) that the rules read, and whether its value is needed or only its presence.
    pub fn wanted(&self, schema: &Schema, f: &mut impl FnMut(KindId, FieldId, bool)) {
        for (kind, k) in schema.iter() {
            k.own_date()
                .into_iter()
                .chain(k.nests_in.as_ref().map(|n| n.field))
                .for_each(|d| f(kind, d, true));
            k.field("name").into_iter().for_each(|n| f(kind, n, true));
        }
        for (kind, field) in &self.links {
            f(*kind, *field, true);
        }
        for rule in &self.rules {
            rule.wanted(f);
        }
    }
}

fn names(written: &str, policy: &str, rule: &str) -> bool {
    written == rule
        || written
            .strip_prefix(policy)
            .and_then(|r| r.strip_prefix('/'))
            == Some(rule)
}

fn unknown_parameters(pack: &Pack, adoption: &Adoption) -> Vec<Fault> {
    let at = |p: &crate::finding::Place| format!("{}:{}:{}", p.file, p.line, p.column);
    let known = || pack.rules.keys().map(String::as_str);
    let short = |n: &str| {
        n.strip_prefix(&format!("{}/", pack.id))
            .unwrap_or(n)
            .to_owned()
    };
    let mut faults = Vec::new();
    let mut unknown = |name: &str, place: &crate::finding::Place| {
        let hint = nearest(name, known())
            .map(|h| format!("; did you mean `{h}`?"))
            .unwrap_or_default();
        faults.push(Fault {
            at: at(place),
            message: format!("`{}` has no rule `{name}`{hint}", pack.id),
        });
    };
    for (name, place) in &adoption.off {
        if !pack.rules.contains_key(&short(name)) {
            unknown(&short(name), place);
        }
    }
    for (name, _, _, place) in &adoption.with {
        if !pack.rules.contains_key(&short(name)) {
            unknown(&short(name), place);
        }
    }
    for (name, parameter, _, place) in &adoption.with {
        let Some(rule) = pack.rules.get(&short(name)) else {
            continue;
        };
        if parameter != "severity" && !rule.numbers.contains_key(parameter) {
            let names = || rule.numbers.keys().map(String::as_str).chain(["severity"]);
            let all: Vec<_> = names().collect();
            let hint = nearest(parameter, names())
                .map(|h| format!("; did you mean `{h}`?"))
                .unwrap_or_default();
            let message = format!(
                "`{}` has no parameter `{parameter}`{hint} (it has: {})",
                short(name),
                all.join(", ")
            );
            faults.push(Fault {
                at: at(place),
                message,
            });
        }
    }
    faults
}

struct Compiler<'a> {
    pack: &'a Pack,
    id: &'a str,
    rule: &'a def::Rule,
    adoption: &'a Adoption,
    schema: &'a Arc<Schema>,
    links: &'a mut Vec<(KindId, FieldId)>,
}

type Names = Vec<(String, KindId)>;

impl Compiler<'_> {
    fn fault(&self, message: impl Into<String>) -> Fault {
        Fault {
            at: format!("policies/{}/policy.yaml: {}", self.pack.id, self.id),
            message: message.into(),
        }
    }

    fn at<T>(&self, source: &Source, r: Result<T, String>) -> Result<T, Fault> {
        r.map_err(|message| {
            let (line, column) = (source.defined.line(), source.defined.column());
            Fault {
                at: format!(
                    "policies/{}/policy.yaml:{line}:{column}: {}",
                    self.pack.id, self.id
                ),
                message,
            }
        })
    }

    fn numbers_of(&self, rule: &str) -> Option<BTreeMap<String, Number>> {
        let mut numbers = self.pack.rules.get(rule)?.numbers.clone();
        for (name, parameter, text, _) in &self.adoption.with {
            if names(name, &self.pack.id, rule)
                && let Some(n) = numbers.get_mut(parameter)
            {
                *n = retyped(n, text);
            }
        }
        Some(numbers)
    }

    #[expect(clippy::cast_precision_loss, reason = "numbers of rules are small")]
    fn number(&self, name: &str) -> Option<f64> {
        let (rule, name) = name.rsplit_once('.').unwrap_or((self.id, name));
        match self.numbers_of(rule)?.get(name)? {
            Number::Int(i) => Some(*i as f64),
            Number::Float(f) => Some(*f),
            Number::Text(_) => None,
        }
    }

    fn int(&self, name: &str) -> Result<Option<i64>, Fault> {
        match self.numbers_of(self.id).unwrap_or_default().get(name) {
            None => Ok(None),
            Some(Number::Int(i)) if *i >= 0 => Ok(Some(*i)),
            Some(_) => Err(self.fault(format!("`{name}` must be a whole number, not negative"))),
        }
    }

    fn kind(&self, name: &str) -> Result<KindId, Fault> {
        self.schema.kind(name).ok_or_else(|| {
            let hint = nearest(name, self.schema.kinds.iter().map(|k| k.name.as_str()));
            self.fault(format!(
                "unknown kind `{name}`{}",
                hint.map(|h| format!("; did you mean `{h}`?"))
                    .unwrap_or_default()
            ))
        })
    }

    fn field(&self, kind: KindId, name: &str) -> Result<FieldId, Fault> {
        let k = self.schema.get(kind);
        k.field(name).ok_or_else(|| {
            let hint = nearest(name, k.fields.iter().map(|f| f.name.as_str()));
            let hint = hint
                .map(|h| format!("; did you mean `{h}`?"))
                .unwrap_or_default();
            self.fault(format!("`{}` has no field `{name}`{hint}", k.name))
        })
    }

    fn scoped<T>(
        &self,
        item: Option<KindId>,
        subject: Option<KindId>,
        lets: &Names,
        f: impl FnOnce(&Scope<'_>) -> T,
    ) -> T {
        let number = |n: &str| self.number(n);
        f(&Scope {
            schema: self.schema,
            item,
            subject,
            lets,
            defines: &self.pack.define,
            number: &number,
        })
    }

    fn condition(
        &self,
        s: &Source,
        item: KindId,
        subject: Option<KindId>,
        lets: &Names,
    ) -> Result<Expr, Fault> {
        self.at(
            s,
            self.scoped(Some(item), subject, lets, |sc| {
                expr::condition(&s.value, sc)
            }),
        )
    }

    fn moment(&self, s: &Source, item: KindId, lets: &Names) -> Result<Expr, Fault> {
        self.at(
            s,
            self.scoped(Some(item), None, lets, |sc| expr::moment(&s.value, sc)),
        )
    }

    fn opt<T>(
        s: Option<&Source>,
        f: impl FnOnce(&Source) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        s.map(f).transpose()
    }

    fn link(&mut self, l: &def::Link, item: KindId, lets: &Names) -> Result<Link, Fault> {
        let of = self.kind(&l.of)?;
        let by = self.field(of, &l.by)?;
        let FieldType::Ref(target) = self.schema.get(of).get(by).ty else {
            return Err(self.fault(format!("`{}.{}` is no reference", l.of, l.by)));
        };
        let (key, named) = match &l.key {
            None => (None, item),
            Some(s) => {
                let (e, kind) = self.at(
                    s,
                    self.scoped(Some(item), None, lets, |sc| expr::record(&s.value, sc)),
                )?;
                (Some(e), kind)
            }
        };
        if named != target {
            let (by, kind) = (&self.schema.get(target).name, &self.schema.get(named).name);
            return Err(self.fault(format!("`{}.{}` names {by}, not {kind}", l.of, l.by)));
        }
        let filter = Self::opt(l.filter.as_ref(), |s| {
            self.condition(s, of, Some(item), lets)
        })?;
        let index = self
            .links
            .iter()
            .position(|x| *x == (of, by))
            .unwrap_or_else(|| {
                self.links.push((of, by));
                self.links.len() - 1
            });
        Ok(Link {
            index,
            of,
            key,
            filter,
            pick: l.pick,
        })
    }

    fn once(&self, o: Option<&def::Once>, item: KindId, lets: &Names) -> Result<Once, Fault> {
        let after = match o.and_then(|o| o.after.as_ref()) {
            None => None,
            Some(s) => Some(self.moment(s, item, lets)?),
        };
        let name = o.and_then(|o| o.number.as_deref());
        let days = self.int(name.unwrap_or("days"))?.unwrap_or(0);
        let hours = if name.is_none() {
            self.int("hours")?
        } else {
            None
        };
        Ok(Once {
            after,
            days,
            hours,
            end_of: o.and_then(|o| o.end_of),
        })
    }

    fn rule(&mut self) -> Result<Rule, Fault> {
        let r = self.rule;
        let each = r.each.as_deref().map(|k| self.kind(k)).transpose()?;
        let (mut names, mut lets) = (Names::new(), Vec::new());
        if r.lets.len() > super::value::MAX_LETS {
            return Err(self.fault(format!("at most {} named records", super::value::MAX_LETS)));
        }
        for (name, l) in &r.lets {
            let item = each.ok_or_else(|| self.fault("`let` needs `each`"))?;
            let link = self.link(l, item, &names)?;
            names.push((name.clone(), link.of));
            lets.push(link);
        }
        let when = Self::opt(r.when.as_ref(), |s| {
            let item = each.ok_or_else(|| self.fault("`when` needs `each`"))?;
            self.condition(s, item, None, &names)
        })?;
        let body = self.body(each, &names)?;
        let numbers = self.numbers_of(self.id).unwrap_or_default();
        let message = self.message(each, &names, &numbers)?;
        Ok(Rule {
            name: format!("{}/{}", self.pack.id, self.id),
            severity: self.severity()?,
            clause: r.clause.clone(),
            title: r.title.clone(),
            help: r.help.clone(),
            message,
            each,
            when,
            lets,
            body,
            from: self.adoption.from,
            until: self.adoption.until,
            numbers,
        })
    }

    fn severity(&self) -> Result<Severity, Fault> {
        let set = self
            .adoption
            .with
            .iter()
            .rev()
            .find(|w| names(&w.0, &self.pack.id, self.id) && w.1 == "severity");
        match set.map(|w| w.2.as_str()) {
            None => Ok(self.rule.severity),
            Some("error") => Ok(Severity::Error),
            Some("warning") => Ok(Severity::Warning),
            Some(other) => {
                Err(self.fault(format!("severity is `error` or `warning`, not `{other}`")))
            }
        }
    }

    fn message(
        &self,
        each: Option<KindId>,
        names: &Names,
        numbers: &BTreeMap<String, Number>,
    ) -> Result<(Template, Template), Fault> {
        let number = |n: &str| numbers.get(n).map(written);
        // A filing's message may show the filing's own fields.
        let item = each.or_else(|| {
            self.rule
                .filing
                .as_ref()
                .and_then(|f| self.schema.kind(&f.of))
        });
        let compile = |text: &str| {
            self.scoped(item, item, names, |sc| Template::compile(text, sc, number))
                .map_err(|e| self.fault(e))
        };
        Ok((
            compile(&self.rule.message.zh)?,
            compile(&self.rule.message.en)?,
        ))
    }

    fn body(&mut self, each: Option<KindId>, names: &Names) -> Result<Body, Fault> {
        let r = self.rule;
        let require = !r.require.is_empty() || !r.tests.is_empty();
        let operators = [
            require,
            r.within.is_some(),
            r.count.is_some(),
            r.rate.is_some(),
            r.filing.is_some(),
        ];
        if operators.iter().filter(|o| **o).count() != 1 {
            return Err(
                self.fault("a rule has one operator: require/tests, within, count, rate or filing")
            );
        }
        let item = || each.ok_or_else(|| self.fault("this operator needs `each`"));
        if let Some(w) = &r.within {
            let item = item()?;
            return self.within(w, item, names).map(Body::Within);
        }
        if let Some(c) = &r.count {
            return self.count(c, each).map(Body::Count);
        }
        if let Some(rate) = &r.rate {
            return self.rate(rate, each).map(Body::Rate);
        }
        if let Some(f) = &r.filing {
            return self.filing(f).map(Body::Filing);
        }
        let item = item()?;
        let mut tests = Vec::new();
        for name in &r.require {
            let path = expr::Path {
                root: expr::Root::Item,
                hops: vec![],
                field: self.field(item, name)?,
                kind: item,
            };
            let fields = vec![path.field];
            tests.push(Test {
                fields,
                holds: Some(Expr::Present(path)),
                exists: vec![],
                at_once: false,
            });
        }
        for t in &r.tests {
            tests.push(self.test(t, item, names)?);
        }
        let once = r
            .once
            .as_ref()
            .map(|o| self.once(Some(o), item, names))
            .transpose()?;
        Ok(Body::Require(tests, once))
    }

    fn test(&mut self, t: &def::Test, item: KindId, names: &Names) -> Result<Test, Fault> {
        let written = t.field.iter().chain(&t.any_of);
        let fields: Vec<_> = written
            .map(|n| self.field(item, n))
            .collect::<Result<_, _>>()?;
        let present = |f: &FieldId| {
            Expr::Present(expr::Path {
                root: expr::Root::Item,
                hops: vec![],
                field: *f,
                kind: item,
            })
        };
        let holds = match &t.test {
            Some(s) => Some(self.condition(s, item, None, names)?),
            None if t.exists.is_empty() => Some(Expr::Or(fields.iter().map(present).collect())),
            None => None,
        };
        let exists = t
            .exists
            .iter()
            .map(|l| self.link(l, item, names))
            .collect::<Result<_, _>>()?;
        Ok(Test {
            fields,
            holds,
            exists,
            at_once: t.at_once,
        })
    }

    fn within(&mut self, w: &def::Within, item: KindId, names: &Names) -> Result<Within, Fault> {
        let once = self.once(
            Some(&def::Once {
                after: w.after.clone(),
                number: None,
                end_of: None,
            }),
            item,
            names,
        )?;
        let by = Self::opt(w.by.as_ref(), |s| self.moment(s, item, names))?;
        let field = w
            .field
            .as_deref()
            .map(|f| self.field(item, f))
            .transpose()?;
        let find = w
            .find
            .as_ref()
            .map(|l| self.link(l, item, names))
            .transpose()?;
        if field.is_some() == find.is_some() {
            return Err(self.fault("`within` has either `field` or `find`"));
        }
        Ok(Within {
            once,
            by,
            field,
            find,
        })
    }

    fn count(&mut self, c: &def::Count, each: Option<KindId>) -> Result<Count, Fault> {
        let of = self.kind(&c.of)?;
        let none = Names::new();
        let by = c.by.as_deref().map(|f| self.field(of, f)).transpose()?;
        if by.is_some() != each.is_some() {
            return Err(self.fault("`count` needs `by` exactly when the rule has `each`"));
        }
        let subject = |s: &Source| match each {
            Some(kind) => self.moment(s, kind, &none),
            None => Err(self.fault("`from` and `until` need `each`")),
        };
        Ok(Count {
            of,
            filter: Self::opt(c.filter.as_ref(), |s| self.condition(s, of, None, &none))?,
            by,
            on: Self::opt(c.on.as_ref(), |s| self.moment(s, of, &none))?,
            per: c.per,
            from: Self::opt(c.from.as_ref(), subject)?,
            until: Self::opt(c.until.as_ref(), subject)?,
            min: self.int("min")?.map(i64::unsigned_abs),
            max: self.int("max")?.map(i64::unsigned_abs),
        })
    }

    fn rate(&mut self, r: &def::Rate, each: Option<KindId>) -> Result<Rate, Fault> {
        let of = self.kind(&r.of)?;
        let names: Names = each.map(|k| ("each".to_owned(), k)).into_iter().collect();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a percentage"
        )]
        let milli_percent = self.number("percent").map(|p| (p * 1000.0).round() as u64);
        let find = r
            .find
            .as_ref()
            .map(|l| self.link(l, of, &names))
            .transpose()?;
        Ok(Rate {
            of,
            filter: Self::opt(r.filter.as_ref(), |s| self.condition(s, of, None, &names))?,
            on: Self::opt(r.on.as_ref(), |s| self.moment(s, of, &names))?,
            per: r.per,
            after: match (&r.after, each) {
                (Some(s), Some(kind)) => Some(self.moment(s, kind, &Names::new())?),
                _ => None,
            },
            met: Self::opt(r.met.as_ref(), |s| self.condition(s, of, None, &names))?,
            find,
            settle_days: Self::opt(r.settle_days.as_ref(), |s| {
                self.at(
                    s,
                    self.scoped(Some(of), None, &names, |sc| expr::number(&s.value, sc)),
                )
            })?,
            settle_periods: r.settle_periods,
            against: Self::opt(r.against.as_ref(), |s| {
                self.at(
                    s,
                    self.scoped(None, None, &names, |sc| expr::number(&s.value, sc)),
                )
            })?,
            start: r.start.as_deref().map_or(Ok(of), |k| self.kind(k))?,
            milli_percent: milli_percent
                .ok_or_else(|| self.fault("a rate needs the number `percent`"))?,
        })
    }

    fn filing(&mut self, f: &def::Filing) -> Result<Filing, Fault> {
        let of = self.kind(&f.of)?;
        let none = Names::new();
        let by = match self.numbers_of(self.id).unwrap_or_default().get("by") {
            Some(Number::Int(day)) => (None, u32::try_from(*day).unwrap_or(0)),
            Some(Number::Text(t)) => match t.split_once('-') {
                Some((m, d)) => (m.parse().ok(), d.parse().unwrap_or(0)),
                None => (None, t.parse().unwrap_or(0)),
            },
            _ => (None, 0),
        };
        if !(1..=31).contains(&by.1) || by.0.is_some_and(|m| !(1..=12).contains(&m)) {
            return Err(self.fault("a filing needs the number `by`: a day of the month, or MM-DD"));
        }
        let on = self.moment(&f.on, of, &none)?;
        let on_field = if let Expr::Path(p) = &on {
            Some(p.field)
        } else {
            None
        };
        Ok(Filing {
            of,
            filter: Self::opt(f.filter.as_ref(), |s| self.condition(s, of, None, &none))?,
            period: self.field(of, &f.period)?,
            per: f.per,
            on,
            on_field,
            due_in: f.due_in,
            by,
            complete: Self::opt(f.complete.as_ref(), |s| self.condition(s, of, None, &none))?,
            active: f
                .active
                .iter()
                .map(|k| self.kind(k))
                .collect::<Result<_, _>>()?,
            weekly: f.weekly,
        })
    }
}

/// A changed number keeps the type of the pack's own where it can.
fn retyped(own: &Number, text: &str) -> Number {
    match own {
        Number::Text(_) => Number::Text(text.to_owned()),
        _ => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(i), _) => Number::Int(i),
            (_, Ok(f)) if f.is_finite() => Number::Float(f),
            _ => Number::Text(text.to_owned()),
        },
    }
}

/// A number as it is written.
pub fn written(n: &Number) -> String {
    match n {
        Number::Int(i) => i.to_string(),
        Number::Float(f) => f.to_string(),
        Number::Text(t) => t.clone(),
    }
}

impl Rule {
    fn wanted(&self, f: &mut impl FnMut(KindId, FieldId, bool)) {
        let mut path = |p: &expr::Path, value: bool| {
            f(p.kind, p.field, value);
            p.hops.iter().for_each(|(kind, hop)| f(*kind, *hop, true));
        };
        self.expressions(&mut |e| e.paths(&mut path));
        self.message.0.paths(&mut path);
        self.message.1.paths(&mut path);
        match &self.body {
            Body::Within(Within {
                field: Some(field), ..
            }) => {
                if let Some(each) = self.each {
                    f(each, *field, true);
                }
            }
            Body::Filing(x) => f(x.of, x.period, true),
            Body::Count(Count {
                of, by: Some(by), ..
            }) => f(*of, *by, true),
            _ => {}
        }
    }

    fn expressions<'e>(&'e self, f: &mut impl FnMut(&'e Expr)) {
        let link = |l: &'e Link, f: &mut dyn FnMut(&'e Expr)| {
            l.key.iter().chain(&l.filter).for_each(|e| f(e))
        };
        self.when.iter().for_each(&mut *f);
        self.lets.iter().for_each(|l| link(l, f));
        match &self.body {
            Body::Require(tests, once) => {
                once.iter()
                    .filter_map(|o| o.after.as_ref())
                    .for_each(&mut *f);
                for t in tests {
                    t.holds.iter().for_each(&mut *f);
                    t.exists.iter().for_each(|l| link(l, f));
                }
            }
            Body::Within(w) => {
                w.once.after.iter().chain(&w.by).for_each(&mut *f);
                w.find.iter().for_each(|l| link(l, f));
            }
            Body::Count(c) => c
                .filter
                .iter()
                .chain(&c.on)
                .chain(&c.from)
                .chain(&c.until)
                .for_each(f),
            Body::Rate(r) => {
                let own = [
                    &r.filter,
                    &r.on,
                    &r.after,
                    &r.met,
                    &r.settle_days,
                    &r.against,
                ];
                own.into_iter().flatten().for_each(&mut *f);
                r.find.iter().for_each(|l| link(l, f));
            }
            Body::Filing(x) => x
                .filter
                .iter()
                .chain(&x.complete)
                .chain([&x.on])
                .for_each(f),
        }
    }
}
