//! What every operator needs of an office: links, own dates, the start, and which obligations are in force.

use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;

use super::compile::{Compiled, Link, Once, Rule, Span};
use super::definition::Pick;
use super::expr::Expr;
use super::value::{Record, View, as_number};
use super::verdict::{Outcome, Verdict};
use crate::calendar::Period;
use crate::calendar::working::{self, Unpublished};
use crate::moment::{Moment, date_of, day_number};
use crate::schema::{FieldId, KindId};
use crate::table::{Column, Office, Row};
use crate::text::natural;

/// For each record of one kind, the records of another that name it.
struct Index {
    first: Vec<u32>,
    rows: Vec<Row>,
}

impl Index {
    fn build(office: &Office, of: KindId, by: FieldId) -> Self {
        let table = office.table(of);
        let Column::Ref(refs) = &table.columns[usize::from(by.0)] else {
            return Self {
                first: Vec::new(),
                rows: Vec::new(),
            };
        };
        let named = |row: usize| {
            (table.live[row] && refs[row] < crate::table::DANGLING).then(|| refs[row] as usize)
        };
        let size = (0..refs.len()).filter_map(named).max().map_or(0, |m| m + 1);
        let mut first = vec![0u32; size + 1];
        (0..refs.len())
            .filter_map(named)
            .for_each(|to| first[to + 1] += 1);
        for i in 0..size {
            first[i + 1] += first[i];
        }
        let mut next = first.clone();
        let mut rows = vec![0; first[size] as usize];
        for row in 0..refs.len() {
            if let Some(to) = named(row) {
                rows[next[to] as usize] = u32::try_from(row).unwrap_or(0);
                next[to] += 1;
            }
        }
        Self { first, rows }
    }

    fn of(&self, row: Row) -> &[Row] {
        let row = row as usize;
        match (self.first.get(row), self.first.get(row + 1)) {
            (Some(a), Some(b)) => &self.rows[*a as usize..*b as usize],
            _ => &[],
        }
    }
}

/// What is worked out once for an office and what it adopted: its links, and from when on there are records.
#[derive(Default)]
pub struct Ready {
    links: Vec<Index>,
    wholes: Vec<Option<Record>>,
    earliest: Option<NaiveDate>,
}

impl std::fmt::Debug for Ready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ready").finish_non_exhaustive()
    }
}

/// One office, ready to be judged.
pub struct Context<'a> {
    /// The office.
    pub office: &'a Office,
    /// What it adopted.
    pub compiled: &'a Compiled,
    ready: Arc<Ready>,
    /// Whether somebody asks why: what was met is kept, with what was looked at.
    pub asked: bool,
    /// office.yaml's `since`, as a day number.
    since: Option<i32>,
    as_of: i32,
    /// The record that somebody asks about: rules that look at each record on its own judge no other.
    pub only: Option<Record>,
}

/// When something is due.
pub enum Due {
    /// The moment that it counts from is absent: nothing is asked.
    Never,
    /// The moment that it counts from, and the number of the last day: dates are made only of what is told.
    By(Moment, i32),
    /// The moment, and the year that the reckoning would need.
    Unknown(Moment, i32),
}

impl<'a> Context<'a> {
    /// Builds the links that the rules need.
    pub fn new(office: &'a Office, compiled: &'a Compiled) -> Self {
        let links = compiled
            .links
            .par_iter()
            .map(|(of, by)| Index::build(office, *of, *by))
            .collect();
        let kinds = office.schema.iter().map(|(k, _)| k);
        let earliest = kinds.filter_map(|k| earliest(office, k)).min();
        let wholes = compiled.wholes.iter().map(|l| among_all(office, l));
        let ready = Ready {
            links,
            wholes: wholes.collect(),
            earliest,
        };
        Self::with(office, compiled, Arc::new(ready))
    }

    /// With what an earlier context of the same office and adoptions had worked out.
    pub fn with(office: &'a Office, compiled: &'a Compiled, ready: Arc<Ready>) -> Self {
        Self {
            office,
            compiled,
            ready,
            asked: false,
            only: None,
            since: office.config.since.map(day_number),
            as_of: day_number(office.as_of),
        }
    }

    /// What was worked out, for [`Self::with`].
    pub fn ready(&self) -> Arc<Ready> {
        Arc::clone(&self.ready)
    }

    /// A record's own date: its first required date, or its parent's.
    pub fn own_date(&self, (kind, row): Record) -> Moment {
        own_date(self.office, kind, row)
    }

    /// The day from which a periodic rule about a kind is judged: `since`, else its earliest record, by its own date or
    /// by `on` where the kind has none of its own.
    pub fn start(&self, kind: KindId, on: Option<&Expr>) -> Option<NaiveDate> {
        let since = self.office.config.since;
        let by_on = || {
            let days = self.live(kind).map(|row| match on {
                Some(e) => View::of(self.office, (kind, row)).moment(e),
                None => Moment::ABSENT,
            });
            let dated = days.filter(|m| m.is_present());
            dated.map(|m| m.date()).min()
        };
        since.or_else(|| earliest(self.office, kind)).or_else(by_on)
    }

    /// A kind's records that count.
    pub fn live(&self, kind: KindId) -> impl Iterator<Item = Row> + use<'a> {
        live(self.office, kind)
    }

    /// The day from which filings are judged.
    pub fn office_start(&self) -> Option<NaiveDate> {
        self.office.config.since.or(self.ready.earliest)
    }

    /// The records of a link, as seen from a record.
    pub fn linked<'s>(
        &'s self,
        view: &'s View<'a>,
        link: &'s Link,
    ) -> impl Iterator<Item = Record> + 's {
        let named = match &link.key {
            None => view.item,
            Some(e) => match view.value(e) {
                crate::table::Value::Ref(kind, row) => Some((kind, row)),
                _ => None,
            },
        };
        let rows = named.map_or(&[][..], |(_, row)| self.ready.links[link.index].of(row));
        rows.iter()
            .map(|row| (link.of, *row))
            .filter(move |record| {
                let inner = View {
                    item: Some(*record),
                    subject: view.item,
                    ..*view
                };
                link.filter.as_ref().is_none_or(|f| inner.holds(f))
            })
    }

    /// The one record that a link picks.
    pub fn picked(&self, view: &View<'a>, link: &Link) -> Option<Record> {
        if link.whole {
            return self.ready.wholes[link.index];
        }
        pick(self.office, link.pick, self.linked(view, link))
    }

    /// The view that a rule has of a record, with its named records found.
    pub fn view(&self, rule: &Rule, record: Record) -> View<'a> {
        let mut view = View::of(self.office, record);
        for (i, link) in rule.lets.iter().enumerate() {
            view.lets[i] = self.picked(&view, link);
        }
        view
    }

    /// The moment from which `once` counts, and the last day.
    pub fn due(&self, once: &Once, view: &View<'a>, record: Record) -> Due {
        let after = match &once.after {
            None => self.own_date(record),
            Some(e) => view.moment(e),
        };
        if !after.is_present() {
            return Due::Never;
        }
        Due::By(
            after,
            match &once.span {
                Span::EndOf(unit) => day_number(Period::containing(*unit, after.date()).last),
                Span::Hours(h) => last_day_of_hours(after, *h),
                Span::Days(d) => later(after, *d),
                Span::Itself => after.day_number(),
                Span::Reckoned(days) => match reckoned(view, days) {
                    Some(d) => later(after, i64::from(d)),
                    None => return Due::Never,
                },
                Span::WorkingDays(d) => {
                    match working::public().plus_working_days(after.date(), *d) {
                        Ok(last) => day_number(last),
                        Err(Unpublished(year)) => return Due::Unknown(after, year),
                    }
                }
            },
        )
    }

    /// Whether what is asked of a record at once is judged, as [`Self::in_force`] of its own day; without reckoning a date
    /// where neither `since` nor a wording's days ask for it.
    pub fn in_force_of(&self, rule: &Rule, record: Record) -> bool {
        let bounded = rule.from.is_some() || rule.until.is_some();
        match (bounded, self.since) {
            (false, None) => true,
            (false, Some(since)) => {
                let own = self.own_date(record);
                !own.is_present() || own.day_number() >= since
            }
            (true, _) => {
                let own = self.own_date(record);
                let day = own.is_present().then(|| own.date());
                self.in_force(rule, day, None)
            }
        }
    }

    /// As [`Self::in_force`], of an obligation that arose at a moment and may be met until a day.
    pub fn in_force_until(&self, rule: &Rule, arose: Moment, due: Option<i32>) -> bool {
        if rule.from.is_some() || rule.until.is_some() {
            return self.in_force(rule, Some(arose.date()), due.map(date_of));
        }
        let day = due.unwrap_or_else(|| arose.day_number());
        self.since.is_none_or(|since| day >= since)
    }

    /// Whether a last day has not passed as of now.
    pub fn is_open(&self, due: i32) -> bool {
        self.as_of <= due
    }

    /// Whether an obligation is judged: its adoption speaks for the day it arose, and it did not fall due before `since`.
    pub fn in_force(&self, rule: &Rule, arose: Option<NaiveDate>, due: Option<NaiveDate>) -> bool {
        let since = self.office.config.since;
        let unbounded = rule.from.is_none() && rule.until.is_none();
        due.or(arose).is_none_or(|d| since.is_none_or(|s| d >= s))
            && (unbounded
                || self.compiled.speaks(&rule.policy, arose, self.office.as_of)
                    == Some(rule.adoption))
    }

    /// Judges every live record that the rule looks at, on all cores, in order.
    pub fn each_record(
        &self,
        rule: &Rule,
        kind: KindId,
        judge: impl Fn(&View<'a>, Record) -> Judged + Sync,
    ) -> Outcome {
        let table = self.office.table(kind);
        let rows = match self.only {
            Some((asked, row)) if asked == kind => row..row + 1,
            Some(_) => 0..0,
            None => 0..u32::try_from(table.len()).unwrap_or(u32::MAX),
        };
        const CHUNK: u32 = 16_384;
        let parts: Vec<Outcome> = (0..(rows.end - rows.start).div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                let mut out = Outcome::default();
                let first = rows.start + chunk * CHUNK;
                for row in first..rows.end.min(first + CHUNK) {
                    if !table.live[row as usize] {
                        continue;
                    }
                    let record = (kind, row);
                    let view = self.view(rule, record);
                    if rule.when.as_ref().is_some_and(|w| !view.holds(w)) {
                        continue;
                    }
                    match judge(&view, record) {
                        Judged::NotApplicable => {}
                        Judged::Met => out.tally.met += 1,
                        Judged::Stands(v) => out.push(v),
                        Judged::Unjudged(year) => {
                            out.tally.unjudged += 1;
                            out.years.insert(year);
                        }
                    }
                }
                out
            })
            .collect();
        let mut all = Outcome::default();
        parts.into_iter().for_each(|p| all.append(p));
        all
    }
}

/// A kind's records that count.
fn live<'a>(office: &'a Office, kind: KindId) -> impl Iterator<Item = Row> + use<'a> {
    let live = &office.table(kind).live;
    let rows = 0..u32::try_from(live.len()).unwrap_or(u32::MAX);
    rows.filter(|row| live[*row as usize])
}

/// The record that a link to a whole kind picks.
fn among_all(office: &Office, link: &Link) -> Option<Record> {
    let holds = |record: &Record| {
        let view = View::of(office, *record);
        link.filter.as_ref().is_none_or(|f| view.holds(f))
    };
    let all = live(office, link.of).map(|row| (link.of, row));
    pick(office, link.pick, all.filter(holds))
}

fn pick(office: &Office, pick: Pick, all: impl Iterator<Item = Record>) -> Option<Record> {
    let date = |r: &Record| {
        let m = own_date(office, r.0, r.1);
        (m.day_number(), m.seconds())
    };
    let id = |r: &Record| office.record_id(r.0, r.1);
    match pick {
        Pick::Latest => all.max_by_key(date),
        Pick::Earliest => all.min_by_key(date),
        Pick::LastId => all.max_by(|a, b| natural(id(a), id(b))),
    }
}

/// A number of days worked out for a record; none when it has none or it is below 0.
pub fn reckoned(view: &View<'_>, days: &Expr) -> Option<u32> {
    let n = as_number(view.value(days)).filter(|n| *n >= 0.0)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not below 0, and numbers of rules are at most a million"
    )]
    Some(n as u32)
}

/// A decision about one record.
pub enum Judged {
    /// The rule does not ask anything of it.
    NotApplicable,
    /// Met.
    Met,
    /// Missed or pending.
    Stands(Verdict),
    /// Its deadline needs this year, which is not published.
    Unjudged(i32),
}

/// The number of the day on which N hours after a moment end; for a bare day ceil(N/24) days after it.
pub(super) fn last_day_of_hours(after: Moment, hours: i64) -> i32 {
    if after.has_time() {
        let end = after.plus_minutes(hours.saturating_mul(60));
        return end.day_number();
    }
    later(
        after,
        hours.div_euclid(24) + i64::from(hours.rem_euclid(24) > 0),
    )
}

/// The number of the day N days after a moment's.
fn later(after: Moment, days: i64) -> i32 {
    let days = i32::try_from(days).unwrap_or(i32::MAX);
    after.day_number().saturating_add(days)
}

/// A record's own date: its first required date, or its parent's; `ABSENT` when it has none.
pub fn own_date(office: &Office, kind: KindId, row: Row) -> Moment {
    let k = office.schema.get(kind);
    if let Some(field) = k.own_date() {
        return match office.value(kind, row, field) {
            crate::table::Value::Moment(m) => m,
            _ => Moment::ABSENT,
        };
    }
    match k
        .nests_in
        .as_ref()
        .map(|n| office.value(kind, row, n.field))
    {
        Some(crate::table::Value::Ref(parent, at)) if parent != kind => {
            own_date(office, parent, at)
        }
        _ => Moment::ABSENT,
    }
}

fn earliest(office: &Office, kind: KindId) -> Option<NaiveDate> {
    let table = office.table(kind);
    let field = office.schema.get(kind).own_date();
    let day = match field.map(|f| &table.columns[usize::from(f.0)]) {
        Some(Column::Moment(v)) => {
            let live = v
                .iter()
                .zip(&table.live)
                .filter(|(m, live)| **live && m.is_present());
            live.map(|(m, _)| m.day_number()).min()
        }
        Some(_) => None,
        None => {
            let rows = 0..u32::try_from(table.len()).unwrap_or(0);
            let live = rows
                .filter(|r| table.live[*r as usize])
                .map(|r| own_date(office, kind, r));
            live.filter(|m| m.is_present())
                .map(Moment::day_number)
                .min()
        }
    };
    day.map(crate::moment::date_of)
}
