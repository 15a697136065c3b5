//! `why`: what every rule decided about one record, with its reckoning: from which moment it counted, each day counted or
//! skipped, the numbers in force, and for a share or a count what it was made of.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::compile::{Body, Compiled, Link, Once, Rule, Span, Test};
use super::context::{Context, Due, last_day_of_hours, reckoned};
use super::definition::Number;
use super::expr::{Expr, Path, Root};
use super::message::{rate, shown};
use super::operator;
use super::value::{Record, View};
use super::verdict::{Outcome, Verdict};
use crate::calendar::working::{self, Unpublished};
use crate::finding::Severity;
use crate::moment::{Moment, date_of};
use crate::table::Office;
use crate::text::{Bilingual, Lang};

/// What a rule decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decided {
    /// It was missed: a finding.
    Missed,
    /// It can still be met.
    Pending,
    /// It could not be judged.
    Unjudged,
    /// It was met.
    Met,
    /// It asks nothing of this record.
    NotApplicable,
}

/// One decision of one rule, with its reckoning.
#[derive(Clone, Debug)]
pub struct Account {
    /// `<policy>/<rule>`.
    pub rule: String,
    /// What it asks.
    pub title: Bilingual,
    /// Clause of the source text.
    pub clause: String,
    /// Error or warning, as adopted.
    pub severity: Severity,
    /// First and last day of the wording that was applied.
    pub term: (Option<NaiveDate>, Option<NaiveDate>),
    /// The numbers in force in it.
    pub numbers: BTreeMap<String, Number>,
    /// What was decided.
    pub decided: Decided,
    /// The period, as written.
    pub period: Option<String>,
    /// Last day on which it can or could be met.
    pub due: Option<NaiveDate>,
    /// How that came about, a line each.
    pub reckoning: Vec<Bilingual>,
}

/// Every decision about a record, in order of the rules; the one about another subject in which the record counted too.
pub fn why(office: &Office, compiled: &Compiled, record: Record) -> Vec<Account> {
    let mut cx = Context::new(office, compiled);
    cx.asked = true;
    cx.only = Some(record);
    let mut all = Vec::new();
    for rule in &compiled.rules {
        if rule.each == Some(record.0) {
            match &rule.body {
                Body::Agree(_) | Body::Total(_) => {
                    all.push(alone(rule, &cx, record, (&[], None, None)));
                    continue;
                }
                Body::Require(tests, once) => {
                    all.push(alone(rule, &cx, record, (tests, once.as_ref(), None)));
                    continue;
                }
                Body::Within(w) => {
                    let find = w.find.as_ref();
                    let once = Once {
                        after: w.by.clone().or_else(|| w.once.after.clone()),
                        span: w.by.as_ref().map_or(w.once.span.clone(), |_| Span::Itself),
                        unless: None,
                    };
                    all.push(alone(rule, &cx, record, (&[], Some(&once), find)));
                    continue;
                }
                _ => {}
            }
        }
        all.extend(shared(rule, &cx, record));
    }
    all
}

fn account(rule: &Rule, decided: Decided) -> Account {
    Account {
        rule: rule.name.clone(),
        title: rule.title.clone(),
        clause: rule.clause.clone(),
        severity: rule.severity,
        term: (rule.from, rule.until),
        numbers: rule.numbers.clone(),
        decided,
        period: None,
        due: None,
        reckoning: Vec::new(),
    }
}

/// The verdicts of a rule about a record, or that counted it, when only that record's subject is evaluated again.
fn shared(rule: &Rule, cx: &Context<'_>, record: Record) -> Vec<Account> {
    let mut outcome = operator::evaluate(rule, cx);
    let met = outcome.met.take().unwrap_or_default();
    let missed = std::mem::take(&mut outcome.verdicts);
    let decided = |v: &Verdict| match v.pending {
        true => Decided::Pending,
        false => Decided::Missed,
    };
    let all = missed.iter().map(|v| (decided(v), v));
    let all = all.chain(met.iter().map(|v| (Decided::Met, v)));
    let about = |v: &Verdict| {
        v.record == Some(record) || v.members.contains(&record) || v.related.contains(&record)
    };
    let mut found: Vec<Account> = all
        .filter(|(_, v)| about(v))
        .map(|(decided, v)| Account {
            period: v.period.clone(),
            due: v.due,
            reckoning: reckoning(rule, cx, v, record),
            ..account(rule, decided)
        })
        .collect();
    found.sort_by(|a, b| a.period.cmp(&b.period));
    found
}

/// How a count, a share or a sum came about.
fn reckoning(rule: &Rule, cx: &Context<'_>, v: &Verdict, record: Record) -> Vec<Bilingual> {
    let office = cx.office;
    let mut lines = Vec::new();
    if v.record != Some(record)
        && let Some(subject) = v.record
    {
        let name = named(office, subject);
        lines.push(Bilingual::new(
            format!("看的是{}", name.zh),
            format!("it looks at {}", name.en),
        ));
    }
    let list = |records: &[Record], lang: Lang| {
        let ids: Vec<&str> = records.iter().map(|r| office.record_id(r.0, r.1)).collect();
        match ids.is_empty() {
            true => lang.pick("无", "none").to_owned(),
            false => ids.join(lang.pick("、", ", ")),
        }
    };
    match &rule.body {
        Body::Count(c) => {
            let bound = |n: Option<u64>, zh: &str, en: &str| match n {
                Some(n) => (format!("，{zh} {n}"), format!(", {en} {n}")),
                None => (String::new(), String::new()),
            };
            let (least, most) = (
                bound(c.min, "至少", "at least"),
                bound(c.max, "至多", "at most"),
            );
            lines.push(Bilingual::new(
                format!(
                    "计 {} 次{}{}：{}",
                    v.count,
                    least.0,
                    most.0,
                    list(&v.members, Lang::Zh)
                ),
                format!(
                    "{} counted{}{}: {}",
                    v.count,
                    least.1,
                    most.1,
                    list(&v.members, Lang::En)
                ),
            ));
        }
        Body::Rate(r) => {
            let share = rate(v.met, v.population);
            #[expect(clippy::cast_precision_loss, reason = "a percentage")]
            let wanted = r.milli_percent as f64 / 1000.0;
            let (zh, en) = if r.against.is_some() {
                ("至多", "at most")
            } else {
                ("至少", "at least")
            };
            lines.push(Bilingual::new(
                format!(
                    "分子 {}，分母 {}，{share}%，{zh} {wanted}%",
                    v.met, v.population
                ),
                format!("{} of {}, {share} %, {en} {wanted} %", v.met, v.population),
            ));
            lines.push(Bilingual::new(
                format!(
                    "{}：{}",
                    if v.counted { "计入" } else { "未达到" },
                    list(&v.related, Lang::Zh)
                ),
                format!(
                    "{}: {}",
                    if v.counted { "counted" } else { "missed" },
                    list(&v.related, Lang::En)
                ),
            ));
        }
        _ => {
            for (name, text) in &v.told {
                lines.push(Bilingual::new(
                    format!("{name}：{}", text.zh),
                    format!("{name}: {}", text.en),
                ));
            }
            if !v.related.is_empty() {
                lines.push(Bilingual::new(
                    format!("越过的记录：{}", list(&v.related, Lang::Zh)),
                    format!("crossed by: {}", list(&v.related, Lang::En)),
                ));
            }
        }
    }
    lines
}

type Asked<'r> = (&'r [Test], Option<&'r Once>, Option<&'r Link>);

/// What a rule that looks at each record on its own decided about one.
fn alone(rule: &Rule, cx: &Context<'_>, record: Record, (tests, once, find): Asked<'_>) -> Account {
    let office = cx.office;
    let view = cx.view(rule, record);
    if !office.table(record.0).live[record.1 as usize] {
        let mut a = account(rule, Decided::NotApplicable);
        a.reckoning.push(Bilingual::new(
            "日期晚于截至日，不判断",
            "dated after as-of, so not judged",
        ));
        return a;
    }
    if rule.when.as_ref().is_some_and(|w| !view.holds(w)) {
        let mut a = account(rule, Decided::NotApplicable);
        a.reckoning.push(Bilingual::new(
            "本条不看这样的记录",
            "the rule does not look at such a record",
        ));
        return a;
    }
    let Outcome {
        tally,
        mut verdicts,
        years,
        ..
    } = operator::evaluate(rule, cx);
    let verdict = verdicts.pop();
    let decided = match (&verdict, tally.met, tally.unjudged) {
        (Some(v), ..) if v.pending => Decided::Pending,
        (Some(_), ..) => Decided::Missed,
        (None, met, _) if met > 0 => Decided::Met,
        (None, _, unjudged) if unjudged > 0 => Decided::Unjudged,
        _ => Decided::NotApplicable,
    };
    let mut a = account(rule, decided);
    a.due = verdict.as_ref().and_then(|v| v.due);
    a.period = verdict.as_ref().and_then(|v| v.period.clone());
    for once in once
        .into_iter()
        .chain(tests.iter().filter_map(|t| t.once.as_ref()))
    {
        deadline(cx, once, &view, record, &mut a.reckoning);
    }
    for year in years {
        a.reckoning.push(Bilingual::new(
            format!("{year} 年的节假日安排尚未公布，没有判断"),
            format!("the public calendar of {year} is not published, so it was not judged"),
        ));
    }
    let links = find.into_iter().chain(tests.iter().flat_map(|t| &t.exists));
    links.for_each(|l| linked(cx, l, &view, &mut a.reckoning));
    if let Some(v) = &verdict {
        a.reckoning
            .extend(v.told.iter().map(|(_, text)| text.clone()));
        let names = |lang: Lang| {
            let k = office.schema.get(record.0);
            let of = |f: &crate::schema::FieldId| {
                let path = Path {
                    root: Root::Item,
                    hops: vec![],
                    field: *f,
                    kind: record.0,
                };
                let value = shown(office, record, &path, lang);
                format!("{} {value}", k.get(*f).label.get(lang))
            };
            v.fields
                .iter()
                .map(of)
                .collect::<Vec<_>>()
                .join(lang.pick("、", ", "))
        };
        a.reckoning.push(Bilingual::new(
            format!("没有做到：{}", names(Lang::Zh)),
            format!("falls short: {}", names(Lang::En)),
        ));
    }
    if decided == Decided::NotApplicable && a.reckoning.is_empty() {
        a.reckoning.push(Bilingual::new(
            "在启用日期以前到期，或不在本条执行的日期内",
            "it fell due before `since`, or outside the days on which this wording is in force",
        ));
    }
    a
}

/// The moment, the length, and each day counted or skipped.
fn deadline(
    cx: &Context<'_>,
    once: &Once,
    view: &View<'_>,
    record: Record,
    lines: &mut Vec<Bilingual>,
) {
    let from = match &once.after {
        None => cx.own_date(record),
        Some(e) => view.moment(e),
    };
    let label = label(cx.office, once.after.as_ref(), record);
    let (due, unknown) = match cx.due(once, view, record) {
        Due::Never => {
            lines.push(Bilingual::new(
                format!("没有{}，无从起算", label.zh),
                format!("no {}, nothing to count from", label.en),
            ));
            return;
        }
        Due::By(_, due) => (Some(date_of(due)), None),
        Due::Unknown(_, year) => (None, Some(year)),
    };
    let written = due.map(|d| d.to_string()).unwrap_or_default();
    let length = match &once.span {
        Span::Itself => Bilingual::new("", ""),
        Span::Days(n) => Bilingual::new(format!("，{n} 天"), format!(", {n} d")),
        Span::Reckoned(e) => {
            let n = reckoned(view, e).unwrap_or_default();
            Bilingual::new(format!("，{n} 天"), format!(", {n} d"))
        }
        Span::Hours(n) if from.has_time() => {
            let end = from.plus_minutes(n.saturating_mul(60));
            Bilingual::new(
                format!(
                    "，{n} 小时，到 {end}；只写了日期的按 {} 为止",
                    date_of(last_day_of_hours(Moment::day(from.date()), *n))
                ),
                format!(
                    ", {n} h, until {end}; against a bare day until {}",
                    date_of(last_day_of_hours(Moment::day(from.date()), *n))
                ),
            )
        }
        Span::Hours(n) => {
            let days = (n + 23) / 24;
            Bilingual::new(
                format!("，{n} 小时；没有时刻，按 {days} 天"),
                format!(", {n} h; without a time of day {days} d"),
            )
        }
        Span::WorkingDays(n) => {
            Bilingual::new(format!("，{n} 个工作日"), format!(", {n} working days"))
        }
        Span::EndOf(_) => Bilingual::new("，到所在期间的末日", ", to the end of its period"),
    };
    let last = match unknown {
        Some(year) => Bilingual::new(
            format!("，需要 {year} 年的安排"),
            format!(", needs the calendar of {year}"),
        ),
        None => Bilingual::new(
            format!("；最后一天 {written}"),
            format!("; last day {written}"),
        ),
    };
    lines.push(Bilingual::new(
        format!("起算：{} {from}{}{}", label.zh, length.zh, last.zh),
        format!("counts from {} {from}{}{}", label.en, length.en, last.en),
    ));
    if let Some(due) = due {
        days(
            from.date(),
            due,
            matches!(once.span, Span::WorkingDays(_)),
            lines,
        );
    }
}

/// At most so many days are listed one by one.
const LISTED: i64 = 62;

/// Each day from the one after `from` to `due`: its number, or why it is skipped.
fn days(from: NaiveDate, due: NaiveDate, working_only: bool, lines: &mut Vec<Bilingual>) {
    let length = (due - from).num_days();
    if length < 1 || (length > LISTED && !working_only) {
        return;
    }
    let (mut n, mut zh, mut en) = (0, Vec::new(), Vec::new());
    for day in from
        .iter_days()
        .skip(1)
        .take(usize::try_from(length).unwrap_or(0))
    {
        match skipped(day, working_only) {
            Some(why) => {
                zh.push(format!("{}（{}，不计）", day.format("%m-%d"), why.zh));
                en.push(format!("{} ({}, skipped)", day.format("%m-%d"), why.en));
            }
            None => {
                n += 1;
                zh.push(format!("{} 第{n}天", day.format("%m-%d")));
                en.push(format!("{} day {n}", day.format("%m-%d")));
            }
        }
    }
    lines.push(Bilingual::new(zh.join("，"), en.join(", ")));
}

fn skipped(day: NaiveDate, working_only: bool) -> Option<Bilingual> {
    let calendar = working::public();
    match (working_only, calendar.is_working_day(day)) {
        (false, _) | (true, Ok(true)) => None,
        (true, Err(Unpublished(_))) => Some(Bilingual::new("安排未公布", "not published")),
        (true, Ok(false)) => Some(match calendar.holiday_of(day) {
            Some(name) => Bilingual::new(name, name),
            None => Bilingual::new("周末", "weekend"),
        }),
    }
}

/// The linked records that were found, with their days.
fn linked<'a>(cx: &Context<'a>, link: &Link, view: &View<'a>, lines: &mut Vec<Bilingual>) {
    let k = cx.office.schema.get(link.of);
    let all: Vec<String> = cx
        .linked(view, link)
        .map(|r| {
            let on = cx.own_date(r);
            format!("{} {on}", cx.office.record_id(r.0, r.1))
                .trim_end()
                .to_owned()
        })
        .collect();
    lines.push(match all.is_empty() {
        true => Bilingual::new(
            format!("没有找到要求的{}", k.label.zh),
            format!("none of the {} it asks for", k.label.en),
        ),
        false => Bilingual::new(
            format!("找到的{}：{}", k.label.zh, all.join("、")),
            format!("{} found: {}", k.label.en, all.join(", ")),
        ),
    });
}

/// A record by its kind and id.
fn named(office: &Office, (kind, row): Record) -> Bilingual {
    let (label, id) = (&office.schema.get(kind).label, office.record_id(kind, row));
    Bilingual::new(
        format!("{}「{id}」", label.zh),
        format!("{} `{id}`", label.en),
    )
}

/// What a moment is called: its field's label.
fn label(office: &Office, moment: Option<&Expr>, (kind, _): Record) -> Bilingual {
    let schema = &office.schema;
    match moment {
        Some(Expr::Path(p)) => schema.get(p.kind).get(p.field).label.clone(),
        Some(_) => Bilingual::new("算出的日期", "the day worked out"),
        None => match schema.get(kind).own_date() {
            Some(f) => schema.get(kind).get(f).label.clone(),
            None => Bilingual::new("日期", "the date"),
        },
    }
}
