//! One office in the making: its records by kind, the ids it gives, and the faults planted in it.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::clock;
use super::record::Record;

/// A finding that `check` must report, and why it is there.
pub struct Planted {
    pub rule: String,
    pub office: &'static str,
    pub kind: String,
    pub record: String,
    pub period: String,
    pub field: String,
    /// Whether a waiver in office.yaml covers it.
    pub waived: bool,
    pub why: String,
}

/// An office.
pub struct Office {
    pub id: &'static str,
    pub tables: BTreeMap<&'static str, Vec<Record>>,
    pub planted: Vec<Planted>,
    /// Files written as they are: path below the office, bytes.
    pub loose: Vec<(&'static str, Vec<u8>)>,
    number: fn(&str, usize) -> String,
}

impl Office {
    pub fn new(id: &'static str, number: fn(&str, usize) -> String) -> Self {
        Self {
            id,
            tables: BTreeMap::new(),
            planted: Vec::new(),
            loose: Vec::new(),
            number,
        }
    }

    pub fn table(&self, kind: &str) -> &[Record] {
        self.tables.get(kind).map_or(&[], Vec::as_slice)
    }

    pub fn table_mut(&mut self, kind: &'static str) -> &mut Vec<Record> {
        self.tables.entry(kind).or_default()
    }

    /// Adds a record under the next id of its kind, which it returns.
    pub fn add(&mut self, kind: &'static str, mut record: Record) -> String {
        let number = self.number;
        let table = self.table_mut(kind);
        let id = number(kind, table.len() + 1);
        record.fields.insert(0, ("id".to_owned(), id.clone()));
        table.push(record);
        id
    }

    /// Adds records in the order of a date.
    pub fn add_sorted(&mut self, kind: &'static str, mut records: Vec<Record>, date: &str) {
        records.sort_by(|a, b| a.get(date).cmp(b.get(date)));
        for r in records {
            self.add(kind, r);
        }
    }

    pub fn find(&self, kind: &str, id: &str) -> &Record {
        match self.table(kind).iter().find(|r| r.id() == id) {
            Some(r) => r,
            None => panic!("{}: no {kind} {id}", self.id),
        }
    }

    pub fn find_mut(&mut self, kind: &'static str, id: &str) -> &mut Record {
        let office = self.id;
        match self.table_mut(kind).iter_mut().find(|r| r.id() == id) {
            Some(r) => r,
            None => panic!("{office}: no {kind} {id}"),
        }
    }

    /// The id of the n-th record (from 0) of a kind that fits and is still in order; the faults are planted in such.
    pub fn nth(&self, kind: &str, n: usize, fits: impl Fn(&Record) -> bool) -> String {
        let sound = |r: &&Record| fits(r) && !self.is_planted(kind, r.id());
        match self.table(kind).iter().filter(sound).nth(n) {
            Some(r) => r.id().to_owned(),
            None => panic!("{}: no {n}th {kind} that fits", self.id),
        }
    }

    /// Whether a fault has been planted in a record.
    pub fn is_planted(&self, kind: &str, id: &str) -> bool {
        self.planted
            .iter()
            .any(|p| p.kind == kind && p.record == id)
    }

    /// The ids of the people who have a role on a day.
    pub fn people(&self, role: &str, on: NaiveDate) -> Vec<String> {
        let on = clock::show_day(on);
        let there = |s: &&Record| {
            s.get("role") == role
                && s.get("joined_on") <= on.as_str()
                && (!s.has("left_on") || s.get("left_on") >= on.as_str())
        };
        let staff = self.table("staff").iter().filter(there);
        staff.map(|s| s.id().to_owned()).collect()
    }

    /// Says that a planted fault is to be found at a record.
    pub fn plant(&mut self, rule: &str, kind: &str, record: &str, why: &str) -> &mut Planted {
        self.planted.push(Planted {
            rule: rule.to_owned(),
            office: self.id,
            kind: kind.to_owned(),
            record: record.to_owned(),
            period: String::new(),
            field: String::new(),
            waived: false,
            why: why.to_owned(),
        });
        let last = self.planted.len() - 1;
        &mut self.planted[last]
    }

    /// Says that a planted fault is to be found for the office in a period.
    pub fn plant_period(&mut self, rule: &str, period: &str, why: &str) -> &mut Planted {
        let planted = self.plant(rule, "", "", why);
        planted.period = period.to_owned();
        planted
    }

    /// Says that a `core/*` fault is to be found at a record's field.
    pub fn plant_core(&mut self, rule: &str, kind: &str, record: &str, field: &str, why: &str) {
        self.plant(rule, kind, record, why).field = field.to_owned();
    }

    /// The id of the earliest visit about a repair or complaint.
    pub fn visit_about(&self, field: &str, id: &str) -> String {
        match self.table("visits").iter().find(|v| v.get(field) == id) {
            Some(v) => v.id().to_owned(),
            None => panic!("{}: no visit about {id}", self.id),
        }
    }

    /// How many visits name a repair or complaint.
    pub fn visits_about(&self, field: &str, id: &str) -> usize {
        self.table("visits")
            .iter()
            .filter(|v| v.get(field) == id)
            .count()
    }

    /// Moves a record and all that follows in it so many days on, as if it had been done later.
    pub fn postpone(&mut self, kind: &'static str, id: &str, fields: &[&str], by: i64) {
        let r = self.find_mut(kind, id);
        for field in fields.iter().filter(|f| r.has(f)).collect::<Vec<_>>() {
            let old = r.get(field).to_owned();
            let Some(t) = clock::read(&old) else { continue };
            let t = t + clock::days(by);
            let new = if old.len() > 10 {
                clock::show(t)
            } else {
                clock::show_day(t.date())
            };
            r.set(field, new);
        }
    }
}
