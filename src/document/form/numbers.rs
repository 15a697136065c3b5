//! The numbers and tables of policies in a form: what the office's adoption in force on a day says, else the pack's own.

use chrono::NaiveDate;

use crate::policy::Packs;
use crate::policy::compile::{number_in_force, table_in_force};
use crate::policy::definition::Pack;
use crate::policy::expr::Rows;
use crate::table::Adoption;

/// Where a form's numbers come from.
#[derive(Clone, Copy)]
pub(super) struct Numbers<'a> {
    pub packs: &'a Packs,
    /// What the office adopted; nothing for the packs' own numbers.
    pub adoptions: &'a [Adoption],
    /// The day of the document.
    pub day: NaiveDate,
}

impl Numbers<'_> {
    /// `policy/rule.name`, or `policy/table.row`. A pack that a workspace put in the place of one of the same id may lack it:
    /// then it is NaN, and the form leaves the place empty.
    pub fn number(&self, name: &str) -> Option<f64> {
        let (policy, rest) = name.split_once('/')?;
        let found = self
            .packs
            .get(policy)
            .and_then(|p| number_in_force(p, self.adoption(policy), rest));
        found.or_else(|| {
            let packs = Packs::embedded().ok()?;
            number_in_force(packs.get(policy)?, None, rest).map(|_| f64::NAN)
        })
    }

    /// `policy/table`.
    pub fn table(&self, name: &str) -> Option<Rows> {
        let (policy, table) = name.split_once('/')?;
        let found = self
            .packs
            .get(policy)
            .and_then(|p| table_in_force(p, self.adoption(policy), table));
        found.or_else(|| {
            let packs = Packs::embedded().ok()?;
            let lacks = |p: &Pack| p.tables.contains_key(table);
            packs.get(policy).is_some_and(lacks).then(Rows::new)
        })
    }

    /// The adoption of a policy that speaks on the day: the one in force, else the last before it, else the first.
    fn adoption(&self, policy: &str) -> Option<&Adoption> {
        let own = || self.adoptions.iter().filter(|a| a.policy == policy);
        let day = self.day;
        let holds =
            |a: &&Adoption| a.from.is_none_or(|f| day >= f) && a.until.is_none_or(|u| day <= u);
        let past = || own().filter(|a| a.until.is_some_and(|u| u < day));
        own()
            .find(holds)
            .or_else(|| past().max_by_key(|a| a.until))
            .or_else(|| own().min_by_key(|a| a.from))
    }
}
