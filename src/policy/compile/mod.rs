//! A pack and an office's adoption of it → rules ready to run: names resolved, types checked, numbers filled in.
//!
//! `model` (what comes out) ← `rule` (names, conditions, links) and `body` (the operators), with the numbers that
//! `adoption` found in office.yaml.

mod adoption;
mod body;
mod model;
mod rule;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;

use super::definition::{Number, Pack};
use super::expr::Rows;
use crate::finding::Place;
use crate::schema::{FieldId, KindId, Schema};
use crate::table::Adoption;
use crate::text::Bilingual;
pub(crate) use adoption::names;
pub use model::{
    Agree, Body, By, Count, Cover, Figure, Filing, Link, Once, Rate, Rule, Spacing, Span, Test,
    Total, Within,
};

/// Something wrong in a pack or in what office.yaml says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where: in `policies/<id>/policy.yaml` or in an office.yaml.
    pub place: Place,
    /// What is wrong, and what was expected.
    pub message: Bilingual,
}

impl std::fmt::Display for Fault {
    /// `FILE:LINE:COLUMN: what is wrong`, in English.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let p = &self.place;
        write!(f, "{}:{}:{}: {}", p.file, p.line, p.column, self.message.en)
    }
}

/// When one entry of office.yaml's `policies` is in force.
#[derive(Clone, Debug)]
pub struct Term {
    /// The policy's id.
    pub policy: String,
    /// First day; from ever when absent.
    pub from: Option<NaiveDate>,
    /// Last day; for good when absent.
    pub until: Option<NaiveDate>,
}

impl Term {
    fn holds(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|f| day >= f) && self.until.is_none_or(|u| day <= u)
    }
}

/// Everything that an office's adoptions ask.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    /// The rules in order of name.
    pub rules: Vec<Rule>,
    /// Indexes of linked records: (their kind, their reference field).
    pub links: Vec<(KindId, FieldId)>,
    /// What is looked for among all records of a kind, once for the office.
    pub wholes: Vec<Link>,
    /// One for each adoption, in office.yaml's order.
    pub terms: Vec<Term>,
    /// Every rule's full name, those switched off too.
    pub known: BTreeSet<String>,
    /// The rules of adopted policies that are not asked about this time.
    pub unasked: BTreeSet<String>,
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
        self.known.extend(full_names(pack));
        let mut faults = adoption::check(pack, adoption);
        self.terms.push(Term {
            policy: pack.id.clone(),
            from: adoption.from,
            until: adoption.until,
        });
        for (id, definition) in &pack.rules {
            if adoption.off.iter().any(|(n, _)| names(n, &pack.id, id)) {
                continue;
            }
            let mut c = rule::Compiler {
                pack,
                id,
                rule: definition,
                adoption,
                schema,
                links: &mut self.links,
                wholes: &mut self.wholes,
                term: self.terms.len() - 1,
            };
            match c.rule() {
                Ok(rule) => self.rules.push(rule),
                Err(fault) => faults.push(*fault),
            }
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(faults)
        }
    }

    /// Notes a pack's rules as adopted without running them.
    pub fn leave_out(&mut self, pack: &Pack) {
        self.unasked.extend(full_names(pack));
    }

    /// Which adoption of a policy speaks for an obligation that arose on a day, or for one without a date.
    ///
    /// One without a date is always judged (policies.md, `since`): by the wording in force at as-of, else by the last
    /// before it, else by the first. `workspace` sees to it that two wordings are never in force together.
    pub fn speaks(
        &self,
        policy: &str,
        arose: Option<NaiveDate>,
        as_of: NaiveDate,
    ) -> Option<usize> {
        let own = || {
            let all = self.terms.iter().enumerate();
            all.filter(|(_, t)| t.policy == policy)
        };
        let on = |day| own().find(|(_, t)| t.holds(day)).map(|(i, _)| i);
        let last = || {
            let past = own().filter(|(_, t)| t.until.is_some_and(|u| u < as_of));
            past.max_by_key(|(_, t)| t.until).map(|(i, _)| i)
        };
        let first = || own().min_by_key(|(_, t)| t.from).map(|(i, _)| i);
        match arose {
            Some(day) => on(day),
            None => on(as_of).or_else(last).or_else(first),
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

fn full_names(pack: &Pack) -> impl Iterator<Item = String> {
    pack.rules.keys().map(|id| format!("{}/{id}", pack.id))
}

/// Type-checks a pack that nobody need have adopted.
///
/// # Errors
/// Every fault in it.
pub fn check_pack(pack: &Pack, schema: &Arc<Schema>) -> Result<(), Vec<Fault>> {
    let unchanged = unchanged(pack);
    let mut faults = rule::unknown_kinds(pack, schema);
    faults.extend(rule::broken_tables(pack));
    faults.extend(rule::broken_definitions(pack));
    if let Err(more) = Compiled::default().adopt(pack, &unchanged, schema) {
        faults.extend(more);
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}

/// A pack as it stands.
fn unchanged(pack: &Pack) -> Adoption {
    Adoption {
        policy: pack.id.clone(),
        place: rule::place(pack, 1, 1),
        with: Vec::new(),
        off: Vec::new(),
        from: None,
        until: None,
    }
}

/// A number `rule.name`, or `table.row` (of a range its upper end), as an adoption changes it; without one the pack's own.
pub fn number_in_force(pack: &Pack, adoption: Option<&Adoption>, name: &str) -> Option<f64> {
    let (rule, name) = name.rsplit_once('.')?;
    let own = unchanged(pack);
    let adoption = adoption.unwrap_or(&own);
    if let Some(rows) = adoption::table(pack, rule, adoption) {
        return rows.get(name).map(|ends| ends.1);
    }
    let numbers = adoption::numbers(pack, rule, adoption)?;
    adoption::ends(numbers.get(name)?).map(|ends| ends.1)
}

/// A table as an adoption changes it; without one the pack's own.
pub fn table_in_force(pack: &Pack, adoption: Option<&Adoption>, name: &str) -> Option<Rows> {
    adoption::table(pack, name, adoption.unwrap_or(&unchanged(pack)))
}

/// A place in the file of the pack with an id, with the line quoted.
pub(super) fn place(id: &str, text: &str, line: u32, column: u32) -> Place {
    // The line is cut around the column: rules with their examples are long.
    let skip = column.saturating_sub(120);
    let quoted = text.lines().nth(line.saturating_sub(1) as usize);
    let excerpt = quoted.unwrap_or("").chars().skip(skip as usize).take(400);
    Place {
        file: format!("policies/{id}/policy.yaml"),
        line,
        column,
        width: 1,
        excerpt: excerpt.collect(),
        excerpt_column: skip + 1,
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
