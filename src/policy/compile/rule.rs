//! One rule of a pack → names resolved to kinds and fields, conditions compiled, links indexed, messages checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::adoption;
use super::{Fault, Link, Once, Rule, Span};
use crate::finding::Place;
use crate::policy::definition::{self as def, Number, Pack, Source};
use crate::policy::expr::{self, Expr, Scope};
use crate::policy::message::Template;
use crate::policy::value::MAX_LETS;
use crate::schema::{FieldId, FieldType, KindId, Schema};
use crate::table::Adoption;
use crate::text::{Bilingual, did_you_mean};

/// Names of `let` and what they stand for, in order.
pub(super) type Names = Vec<(String, KindId)>;

/// A result whose fault is kept small on the way.
pub(super) type Made<T> = Result<T, Box<Fault>>;

/// A place in a pack's file, with the line quoted.
pub(super) fn place(pack: &Pack, line: u32, column: u32) -> Place {
    super::place(&pack.id, &pack.text, line, column)
}

/// The kinds a pack says it needs that there are none of.
pub(super) fn unknown_kinds(pack: &Pack, schema: &Schema) -> Vec<Fault> {
    let known = |s: &&Source| schema.kind(&s.value).is_none();
    let fault = |s: &Source| Fault {
        place: source_place(pack, s),
        message: no_kind(schema, &s.value),
    };
    pack.kinds.iter().filter(known).map(fault).collect()
}

/// The definitions of a pack that are no expressions; what their names mean depends on where they are used.
pub(super) fn broken_definitions(pack: &Pack) -> Vec<Fault> {
    let fault = |(name, source): (&String, &String)| {
        let why = expr::parses(source).err()?;
        let message = Bilingual::new(
            format!("define「{name}」：写法有误：{why}"),
            format!("{name}: {why}"),
        );
        let place = key_place(pack, "define:", name);
        Some(Fault { place, message })
    };
    pack.define.iter().filter_map(fault).collect()
}

/// The rows of a pack's tables that are no numbers.
pub(super) fn broken_tables(pack: &Pack) -> Vec<Fault> {
    let rows = pack.tables.values().flatten();
    let broken = rows.filter(|(_, n)| adoption::ends(n).is_none());
    let fault = |(row, n): (&String, &Number)| Fault {
        place: key_place(pack, "tables:", row),
        message: Bilingual::new(
            format!(
                "「{row}」应是数或范围（如 5-8），不是「{}」",
                super::written(n)
            ),
            format!(
                "`{row}` must be a number or a range such as 5-8, not `{}`",
                super::written(n)
            ),
        ),
    };
    broken.map(fault).collect()
}

/// The place of a key below a section that begins a line.
fn key_place(pack: &Pack, section: &str, name: &str) -> Place {
    let key = format!("{name}:");
    let lines = pack.text.lines().enumerate();
    let mut own = lines
        .skip_while(|(_, l)| l.trim_end() != section)
        .filter(|(_, l)| l.trim_start().starts_with(&key) && l.starts_with(' '));
    let (line, column) = match own.next() {
        Some((n, l)) => (n + 1, l.len() - l.trim_start().len() + 1),
        None => (1, 1),
    };
    let at = |n: usize| u32::try_from(n).unwrap_or(1);
    place(pack, at(line), at(column))
}

fn source_place(pack: &Pack, s: &Source) -> Place {
    let at = |n: u64| u32::try_from(n).unwrap_or(u32::MAX).max(1);
    let width = s.value.chars().count().clamp(1, 200);
    Place {
        width: u32::try_from(width).unwrap_or(1),
        ..place(pack, at(s.defined.line()), at(s.defined.column()))
    }
}

fn no_kind(schema: &Schema, name: &str) -> Bilingual {
    let near = did_you_mean(name, schema.kinds.iter().map(|k| k.name.as_str()));
    Bilingual::new(
        format!("没有「{name}」这种记录{}", near.zh),
        format!("unknown kind `{name}`{}", near.en),
    )
}

/// Compiles one rule.
pub(super) struct Compiler<'a> {
    pub(super) pack: &'a Pack,
    pub(super) id: &'a str,
    pub(super) rule: &'a def::Rule,
    pub(super) adoption: &'a Adoption,
    pub(super) schema: &'a Arc<Schema>,
    pub(super) links: &'a mut Vec<(KindId, FieldId)>,
    pub(super) wholes: &'a mut Vec<Link>,
    pub(super) term: usize,
}

impl Compiler<'_> {
    /// A fault of the rule as a whole: at the line that begins it.
    pub(super) fn fault<T>(&self, zh: impl Into<String>, en: impl Into<String>) -> Made<T> {
        self.named(key_place(self.pack, "rules:", self.id), zh, en)
    }

    /// A fault at a written name or condition.
    pub(super) fn fault_at<T>(
        &self,
        s: &Source,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Made<T> {
        self.named(source_place(self.pack, s), zh, en)
    }

    fn named<T>(&self, place: Place, zh: impl Into<String>, en: impl Into<String>) -> Made<T> {
        let (zh, en): (String, String) = (zh.into(), en.into());
        let message = Bilingual::new(
            format!("条款「{}」：{zh}", self.id),
            format!("{}: {en}", self.id),
        );
        Err(Box::new(Fault { place, message }))
    }

    /// What an expression's compiler says, at the expression's place.
    pub(super) fn at<T>(&self, s: &Source, r: Result<T, String>) -> Made<T> {
        match r {
            Ok(x) => Ok(x),
            Err(why) => self.fault_at(s, format!("写法有误：{why}"), why),
        }
    }

    pub(super) fn numbers(&self) -> BTreeMap<String, Number> {
        adoption::numbers(self.pack, self.id, self.adoption).unwrap_or_default()
    }

    /// A number of this rule, or of another as `<rule>.<name>`, for conditions.
    #[expect(clippy::cast_precision_loss, reason = "numbers of rules are small")]
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        let (rule, name) = name.rsplit_once('.').unwrap_or((self.id, name));
        match adoption::numbers(self.pack, rule, self.adoption)?.get(name)? {
            Number::Int(i) => Some(*i as f64),
            Number::Float(f) => Some(*f),
            Number::Text(_) => None,
        }
    }

    /// A whole number of this rule.
    pub(super) fn int(&self, name: &str) -> Made<Option<i64>> {
        match self.numbers().get(name) {
            None => Ok(None),
            Some(Number::Int(i)) if (0..=1_000_000).contains(i) => Ok(Some(*i)),
            Some(_) => self.fault(
                format!("「{name}」应是 0 到 1000000 的整数"),
                format!("`{name}` must be a whole number from 0 to 1000000"),
            ),
        }
    }

    pub(super) fn kind(&self, s: &Source) -> Made<KindId> {
        match self.schema.kind(&s.value) {
            Some(kind) => Ok(kind),
            None => {
                let why = no_kind(self.schema, &s.value);
                self.fault_at(s, why.zh, why.en)
            }
        }
    }

    pub(super) fn field(&self, kind: KindId, s: &Source) -> Made<FieldId> {
        let (k, name) = (self.schema.get(kind), &s.value);
        match k.field(name) {
            Some(field) => Ok(field),
            None => {
                let near = did_you_mean(name, k.fields.iter().map(|f| f.name.as_str()));
                self.fault_at(
                    s,
                    format!("「{}」没有「{name}」这个字段{}", k.name, near.zh),
                    format!("`{}` has no field `{name}`{}", k.name, near.en),
                )
            }
        }
    }

    pub(super) fn scoped<T>(
        &self,
        item: Option<KindId>,
        subject: Option<KindId>,
        lets: &Names,
        f: impl FnOnce(&Scope<'_>) -> T,
    ) -> T {
        let number = |n: &str| self.number(n);
        let table = |n: &str| adoption::table(self.pack, n, self.adoption);
        f(&Scope {
            schema: self.schema,
            item,
            subject,
            lets,
            defines: &self.pack.define,
            number: &number,
            table: &table,
        })
    }

    pub(super) fn condition(
        &self,
        s: &Source,
        item: KindId,
        subject: Option<KindId>,
        lets: &Names,
    ) -> Made<Expr> {
        let made = self.scoped(Some(item), subject, lets, |sc| {
            expr::condition(&s.value, sc)
        });
        self.at(s, made)
    }

    pub(super) fn moment(&self, s: &Source, item: KindId, lets: &Names) -> Made<Expr> {
        let made = self.scoped(Some(item), None, lets, |sc| expr::moment(&s.value, sc));
        self.at(s, made)
    }

    pub(super) fn amount(&self, s: &Source, item: Option<KindId>, lets: &Names) -> Made<Expr> {
        let made = self.scoped(item, None, lets, |sc| expr::number(&s.value, sc));
        self.at(s, made)
    }

    pub(super) fn link(&mut self, l: &def::Link, item: KindId, lets: &Names) -> Made<Link> {
        let of = self.kind(&l.of)?;
        let Some(written) = &l.by else {
            return self.fault_at(
                &l.of,
                "这里的 by 不能省略",
                "`by` can only be left out in `let`",
            );
        };
        let by = self.field(of, written)?;
        let FieldType::Ref(target) = self.schema.get(of).get(by).ty else {
            let (of, by) = (&l.of.value, &written.value);
            return self.fault_at(
                written,
                format!("「{of}.{by}」不指向别的记录"),
                format!("`{of}.{by}` is no reference"),
            );
        };
        let (key, named) = match &l.key {
            None => (None, item),
            Some(s) => {
                let made = self.scoped(Some(item), None, lets, |sc| expr::record(&s.value, sc));
                let (e, kind) = self.at(s, made)?;
                (Some(e), kind)
            }
        };
        if named != target {
            let (to, from) = (&self.schema.get(target).name, &self.schema.get(named).name);
            let (of, by) = (&l.of.value, &written.value);
            return self.fault_at(
                l.key.as_ref().unwrap_or(written),
                format!("「{of}.{by}」指向「{to}」，不是「{from}」"),
                format!("`{of}.{by}` names {to}, not {from}"),
            );
        }
        let filter = l.filter.as_ref();
        let filter = filter.map(|s| self.condition(s, of, Some(item), lets));
        Ok(Link {
            index: self.index(of, by),
            whole: false,
            of,
            key,
            filter: filter.transpose()?,
            pick: l.pick,
        })
    }

    /// A link of `let` to all records of a kind: it sees nothing of the rule's record.
    fn whole(&mut self, l: &def::Link) -> Made<Link> {
        let of = self.kind(&l.of)?;
        let filter = l.filter.as_ref();
        let filter = filter.map(|s| self.condition(s, of, None, &Names::new()));
        let link = Link {
            index: self.wholes.len(),
            whole: true,
            of,
            key: None,
            filter: filter.transpose()?,
            pick: l.pick,
        };
        self.wholes.push(link.clone());
        Ok(link)
    }

    fn index(&mut self, of: KindId, by: FieldId) -> usize {
        let known = self.links.iter().position(|x| *x == (of, by));
        known.unwrap_or_else(|| {
            self.links.push((of, by));
            self.links.len() - 1
        })
    }

    /// When something is due.
    pub(super) fn once(&self, o: &def::Once, item: KindId, lets: &Names) -> Made<Once> {
        let (after, unless) = (o.after.as_ref().or(o.by.as_ref()), o.unless.as_ref());
        let span = match (&o.by, &o.days) {
            (Some(_), _) => Span::Itself,
            (None, Some(days)) => Span::Reckoned(self.amount(days, Some(item), lets)?),
            (None, None) => self.span(o)?,
        };
        Ok(Once {
            after: after.map(|s| self.moment(s, item, lets)).transpose()?,
            span,
            unless: unless
                .map(|s| self.condition(s, item, None, lets))
                .transpose()?,
        })
    }

    /// A named number of days, or the rule's `hours`, `working_days` or `days`.
    fn span(&self, o: &def::Once) -> Made<Span> {
        if let Some(unit) = o.end_of {
            return Ok(Span::EndOf(unit));
        }
        if let Some(name) = &o.number {
            let n = &name.value;
            return match self.int(n)? {
                Some(days) => Ok(Span::Days(days)),
                None => self.fault_at(
                    name,
                    format!("没有「{n}」这个数"),
                    format!("there is no number `{n}`"),
                ),
            };
        }
        Ok(match (self.int("hours")?, self.int("working_days")?) {
            (Some(hours), _) => Span::Hours(hours),
            (None, Some(days)) => Span::WorkingDays(days),
            (None, None) => Span::Days(self.int("days")?.unwrap_or(0)),
        })
    }

    pub(super) fn rule(&mut self) -> Made<Rule> {
        let r = self.rule;
        let each = r.each.as_ref().map(|k| self.kind(k)).transpose()?;
        let (names, lets) = self.lets(each)?;
        let when = match (&r.when, each) {
            (None, _) => None,
            (Some(s), Some(item)) => Some(self.condition(s, item, None, &names)?),
            (Some(s), None) => {
                return self.fault_at(s, "写了 when 就要写 each", "`when` needs `each`");
            }
        };
        let body = self.body(each, &names)?;
        let numbers = self.numbers();
        let message = (
            self.message(&r.message.zh, each, &names, &numbers)?,
            self.message(&r.message.en, each, &names, &numbers)?,
        );
        Ok(Rule {
            name: format!("{}/{}", self.pack.id, self.id),
            policy: self.pack.id.clone(),
            severity: adoption::severity(self.pack, self.id, r.severity, self.adoption),
            clause: r.clause.clone(),
            title: r.title.clone(),
            help: r.help.clone(),
            message,
            each,
            who: r.who.as_ref().map(|s| self.who(s, each)).transpose()?,
            when,
            lets,
            body,
            from: self.adoption.from,
            until: self.adoption.until,
            adoption: self.term,
            numbers,
        })
    }

    /// A path of references from the record to a person.
    fn who(&self, s: &Source, each: Option<KindId>) -> Made<String> {
        let Some(mut kind) = each else {
            return self.fault_at(s, "写了 who 就要写 each", "`who` needs `each`");
        };
        for step in s.value.split('.') {
            let k = self.schema.get(kind);
            let to = k.field(step).map(|f| &k.get(f).ty);
            let Some(FieldType::Ref(to)) = to else {
                let refs = k.iter().filter(|(_, f)| matches!(f.ty, FieldType::Ref(_)));
                let near = did_you_mean(step, refs.map(|(_, f)| f.name.as_str()));
                return self.fault_at(
                    s,
                    format!("「{}.{step}」不指向别的记录{}", k.name, near.zh),
                    format!("`{}.{step}` is no reference{}", k.name, near.en),
                );
            };
            kind = *to;
        }
        Ok(s.value.clone())
    }

    fn lets(&mut self, each: Option<KindId>) -> Made<(Names, Vec<Link>)> {
        let (mut names, mut lets) = (Names::new(), Vec::new());
        if self.rule.lets.len() > MAX_LETS {
            return self.fault(
                format!("let 最多写 {MAX_LETS} 个"),
                format!("at most {MAX_LETS} named records"),
            );
        }
        for (name, l) in &self.rule.lets {
            let Some(item) = each else {
                return self.fault_at(&l.of, "写了 let 就要写 each", "`let` needs `each`");
            };
            let link = match l.by {
                Some(_) => self.link(l, item, &names)?,
                None => self.whole(l)?,
            };
            names.push((name.clone(), link.of));
            lets.push(link);
        }
        Ok((names, lets))
    }

    fn message(
        &self,
        text: &Source,
        each: Option<KindId>,
        names: &Names,
        numbers: &BTreeMap<String, Number>,
    ) -> Made<Template> {
        let number = |n: &str| numbers.get(n).map(super::written);
        // A filing's message may show the filing's own fields.
        let filing = self.rule.filing.as_ref();
        let item = each.or_else(|| filing.and_then(|f| self.schema.kind(&f.value.of.value)));
        let made = self.scoped(item, item, names, |sc| {
            Template::compile(&text.value, sc, number)
        });
        self.at(text, made)
    }
}
