//! What came in, was done, is open and is overdue, and how many days it took.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::group::{Group, Key};
use super::population::{Population, WrittenPopulation, expression};
use crate::calendar::Period;
use crate::moment::Moment;
use crate::policy::expr::{self, Expr};
use crate::policy::value::View;
use crate::schema::Schema;
use crate::table::{Office, Row};
use crate::text::Bilingual;

/// A flow as a manifest writes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenFlow {
    /// Its name in tables; the kind's label when absent.
    pub label: Option<Bilingual>,
    /// The kind.
    pub of: String,
    /// Which of them.
    #[serde(rename = "where")]
    pub filter: Option<String>,
    /// When one came in; its own date when absent.
    pub on: Option<String>,
    /// When it was done; absent for what is done when it is recorded.
    pub done: Option<String>,
    /// The day by which it was promised.
    pub promised: Option<String>,
}

/// Records that come in and are done.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Its name in tables.
    pub label: Bilingual,
    /// Which records, and when they came in.
    pub population: Population,
    done: Option<Expr>,
    promised: Option<Expr>,
}

/// The counts of a flow in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// Came in during the period.
    pub received: u64,
    /// Done during the period, whenever it came in.
    pub done: u64,
    /// Came in by the period's end and not done by then.
    pub open: u64,
    /// Open, and a last day for it has passed.
    pub overdue: u64,
    /// Of those done: how many carry both days.
    pub timed: u64,
    /// … and their days from coming in to done, together.
    pub days: u64,
}

impl Activity {
    /// Days from coming in to done, on average, with one decimal.
    pub fn average_days(&self) -> Option<String> {
        let tenths = (20 * self.days + self.timed).checked_div(2 * self.timed)?;
        Some(format!("{}.{}", tenths / 10, tenths % 10))
    }

    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Both together.
    pub fn add(&mut self, other: Self) {
        self.received += other.received;
        self.done += other.done;
        self.open += other.open;
        self.overdue += other.overdue;
        self.timed += other.timed;
        self.days += other.days;
    }
}

impl Flow {
    /// Resolves names and types.
    ///
    /// # Errors
    /// What is wrong in it.
    pub fn compile(written: &WrittenFlow, schema: &Schema) -> Result<Self, String> {
        let population = Population::compile(
            &WrittenPopulation {
                of: written.of.clone(),
                filter: written.filter.clone(),
                on: written.on.clone(),
            },
            schema,
        )?;
        let kind = population.kind;
        let moment = |source: &Option<String>| {
            source
                .as_ref()
                .map(|s| expression(s, kind, schema, expr::moment))
                .transpose()
        };
        Ok(Self {
            label: written
                .label
                .clone()
                .unwrap_or_else(|| schema.get(kind).label.clone()),
            done: moment(&written.done)?,
            promised: moment(&written.promised)?,
            population,
        })
    }

    /// Whether its records can be open at all.
    pub fn can_be_open(&self) -> bool {
        self.done.is_some()
    }

    fn moment(&self, office: &Office, row: Row, e: Option<&Expr>) -> Moment {
        e.map_or(Moment::ABSENT, |e| {
            View::of(office, (self.population.kind, row)).moment(e)
        })
    }

    /// What one record adds; `late` says whether some other last day for it has passed.
    fn one(
        &self,
        office: &Office,
        row: Row,
        period: Period,
        late: &dyn Fn(Row) -> bool,
    ) -> Activity {
        let mut a = Activity::default();
        let came = self.population.moment(office, row);
        if came.is_present() && period.contains(came.date()) {
            a.received = 1;
        }
        let Some(done) = self
            .done
            .as_ref()
            .map(|e| self.moment(office, row, Some(e)))
        else {
            a.done = a.received;
            return a;
        };
        if done.is_present() && done.date() <= period.last {
            if period.contains(done.date()) {
                a.done = 1;
                let days = u64::try_from(done.day_number() - came.day_number());
                if let (true, Ok(days)) = (came.is_present(), days) {
                    (a.timed, a.days) = (1, days);
                }
            }
        } else if !came.is_present() || came.date() <= period.last {
            a.open = 1;
            let end = office.as_of.min(period.last);
            let promised = self.moment(office, row, self.promised.as_ref());
            let passed = promised.is_present() && promised.date() < end;
            a.overdue = u64::from(passed || late(row));
        }
        a
    }

    /// The counts of a period: what is dated after its end is not yet done.
    pub fn count(&self, office: &Office, period: Period, late: &dyn Fn(Row) -> bool) -> Activity {
        let mut all = Activity::default();
        for row in self.population.rows(office, None) {
            all.add(self.one(office, row, period, late));
        }
        all
    }

    /// The counts by group, in the groups' order; groups without any are left out.
    pub fn by_group(
        &self,
        office: &Office,
        period: Period,
        late: &dyn Fn(Row) -> bool,
        key: &Key,
    ) -> Vec<(Group, Activity)> {
        let mut groups: BTreeMap<Group, Activity> = BTreeMap::new();
        for row in self.population.rows(office, None) {
            let one = self.one(office, row, period, late);
            if one.is_empty() {
                continue;
            }
            for group in key.groups(office, self.population.kind, row) {
                groups.entry(group).or_default().add(one);
            }
        }
        groups.into_iter().collect()
    }

    /// The records that are open, oldest first.
    pub fn open(&self, office: &Office) -> Vec<Row> {
        let mut rows = self.population.rows(office, None);
        rows.retain(|row| {
            self.done
                .as_ref()
                .is_some_and(|e| !self.moment(office, *row, Some(e)).is_present())
        });
        rows.sort_by_key(|row| (self.population.moment(office, *row).seconds(), *row));
        rows
    }
}
