//! Answers on a scale: rate, response, interval, mean and distribution. No answer never counts as satisfied.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::group::{Group, Key};
use super::interval::{Permille, wilson};
use crate::schema::{EnumValue, FieldId, FieldType, KindId, Schema};
use crate::table::{Office, Row, Value};

/// A group with fewer answers shows its counts and no rate.
pub const MIN_ANSWERS: u64 = 5;

/// A scale as a manifest writes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenScale {
    /// The field that holds the answer; its values from best to worst.
    pub field: String,
    /// Which values count as satisfied.
    pub satisfied: Vec<String>,
}

/// A field with an ordered answer.
#[derive(Clone, Debug)]
pub struct Scale {
    /// The field.
    pub field: FieldId,
    /// Its values, best first.
    pub levels: Vec<EnumValue>,
    satisfied: Vec<bool>,
}

impl Scale {
    /// Resolves the field and its values.
    ///
    /// # Errors
    /// What is wrong in it.
    pub fn compile(written: &WrittenScale, kind: KindId, schema: &Schema) -> Result<Self, String> {
        let k = schema.get(kind);
        let name = &written.field;
        let field = k
            .field(name)
            .ok_or_else(|| format!("`{}` has no field `{name}`", k.name))?;
        let FieldType::Enum(levels) = &k.get(field).ty else {
            return Err(format!("`{name}` has no fixed values"));
        };
        for code in &written.satisfied {
            if !levels.iter().any(|l| l.code == *code) {
                return Err(format!("`{code}` is no value of `{name}`"));
            }
        }
        let satisfied = levels
            .iter()
            .map(|l| written.satisfied.contains(&l.code))
            .collect();
        Ok(Self {
            field,
            levels: levels.clone(),
            satisfied,
        })
    }

    /// Counts the answers of these records.
    pub fn count(&self, office: &Office, kind: KindId, rows: &[Row]) -> Distribution {
        let mut d = Distribution::new(self);
        rows.iter()
            .for_each(|row| d.add(self.answer(office, kind, *row)));
        d
    }

    /// The level of a record's answer, 0 the best.
    fn answer(&self, office: &Office, kind: KindId, row: Row) -> Option<usize> {
        match office.value(kind, row, self.field) {
            Value::Code(c) => usize::from(c).checked_sub(1),
            _ => None,
        }
    }
}

/// How many gave each answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distribution {
    /// Answers of each level, best first.
    pub levels: Vec<u64>,
    /// Asked without an answer.
    pub unanswered: u64,
    satisfied: Vec<bool>,
}

impl Distribution {
    /// Nobody asked yet.
    pub fn new(scale: &Scale) -> Self {
        Self {
            levels: vec![0; scale.levels.len()],
            unanswered: 0,
            satisfied: scale.satisfied.clone(),
        }
    }

    fn add(&mut self, answer: Option<usize>) {
        match answer.and_then(|i| self.levels.get_mut(i)) {
            Some(count) => *count += 1,
            None => self.unanswered += 1,
        }
    }

    /// Adds those of another group, asked on the same scale.
    pub fn merge(&mut self, other: &Self) {
        self.levels
            .iter_mut()
            .zip(&other.levels)
            .for_each(|(a, b)| *a += b);
        self.unanswered += other.unanswered;
    }

    /// How many answered: the n of every rate.
    pub fn answered(&self) -> u64 {
        self.levels.iter().sum()
    }

    /// How many were asked.
    pub fn asked(&self) -> u64 {
        self.answered() + self.unanswered
    }

    /// How many are satisfied.
    pub fn satisfied(&self) -> u64 {
        let both = self.levels.iter().zip(&self.satisfied);
        both.filter(|(_, yes)| **yes).map(|(n, _)| n).sum()
    }

    /// Satisfied of answered; none below [`MIN_ANSWERS`].
    pub fn rate(&self) -> Option<Permille> {
        Permille::of(self.satisfied(), self.answered()).filter(|_| self.is_enough())
    }

    /// The Wilson 95 % interval of the rate; none below [`MIN_ANSWERS`].
    pub fn interval(&self) -> Option<(Permille, Permille)> {
        wilson(self.satisfied(), self.answered()).filter(|_| self.is_enough())
    }

    /// Answered of asked.
    pub fn response(&self) -> Option<Permille> {
        Permille::of(self.answered(), self.asked())
    }

    /// Whether a rate may be shown.
    pub fn is_enough(&self) -> bool {
        self.answered() >= MIN_ANSWERS
    }

    /// The mean score with two decimals: the best level counts as many points as there are levels, the worst one point.
    /// None below [`MIN_ANSWERS`].
    pub fn mean(&self) -> Option<String> {
        let n = self.answered();
        if !self.is_enough() {
            return None;
        }
        let points = (1..).zip(self.levels.iter().rev());
        let sum: u64 = points.map(|(points, count)| points * count).sum();
        let hundredths = (200 * sum + n) / (2 * n);
        Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
    }
}

/// Counts answers by group, in the groups' order.
pub fn by_group(
    office: &Office,
    kind: KindId,
    rows: &[Row],
    scale: &Scale,
    key: &Key,
) -> Vec<(Group, Distribution)> {
    let mut groups = BTreeMap::new();
    for row in rows {
        for group in key.groups(office, kind, *row) {
            let d = groups
                .entry(group)
                .or_insert_with(|| Distribution::new(scale));
            d.add(scale.answer(office, kind, *row));
        }
    }
    groups.into_iter().collect()
}

/// How two rates stand to each other, judged by their intervals as they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// One of them has too few answers for a rate.
    TooFew,
    /// The intervals overlap: the difference may be chance.
    Overlap,
    /// Apart, and higher than before.
    Higher,
    /// Apart, and lower than before.
    Lower,
}

/// Compares with the period before.
pub fn compare(now: &Distribution, before: &Distribution) -> Change {
    stands(now.interval(), before.interval())
}

/// Compares a share, met of all, with the one before; neither of fewer than [`MIN_ANSWERS`].
pub fn share_change(now: (u64, u64), before: (u64, u64)) -> Change {
    let interval = |(met, all): (u64, u64)| wilson(met, all).filter(|_| all >= MIN_ANSWERS);
    stands(interval(now), interval(before))
}

fn stands(now: Option<(Permille, Permille)>, before: Option<(Permille, Permille)>) -> Change {
    match (now, before) {
        (Some((low, _)), Some((_, high))) if low > high => Change::Higher,
        (Some((_, high)), Some((low, _))) if high < low => Change::Lower,
        (Some(_), Some(_)) => Change::Overlap,
        _ => Change::TooFew,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn distribution(levels: [u64; 5], unanswered: u64) -> Distribution {
        Distribution {
            levels: levels.to_vec(),
            unanswered,
            satisfied: vec![true, true, false, false, false],
        }
    }

    #[test]
    fn a_hand_computed_distribution() {
        let d = distribution([3, 4, 1, 1, 1], 6);
        assert_eq!((d.answered(), d.asked(), d.satisfied()), (10, 16, 7));
        assert_eq!(d.rate().unwrap().to_string(), "70.0%");
        assert_eq!(d.response().unwrap().to_string(), "62.5%");
        // (3·5 + 4·4 + 3 + 2 + 1) / 10
        assert_eq!(d.mean().unwrap(), "3.70");
        let (low, high) = d.interval().unwrap();
        assert_eq!(
            (low.to_string(), high.to_string()),
            ("39.7%".into(), "89.2%".into())
        );
    }

    #[test]
    fn few_answers_show_no_rate_and_silence_is_not_content() {
        let d = distribution([4, 0, 0, 0, 0], 100);
        assert_eq!((d.rate(), d.interval(), d.mean()), (None, None, None));
        let d = distribution([5, 0, 0, 0, 0], 95);
        assert_eq!(d.rate().unwrap().to_string(), "100.0%");
        assert_eq!(d.response().unwrap().to_string(), "5.0%");
        let none = distribution([0; 5], 0);
        assert_eq!((none.response(), none.rate()), (None, None));
    }

    #[test]
    fn a_change_is_told_by_the_intervals() {
        let (good, bad) = (
            distribution([95, 0, 0, 0, 5], 0),
            distribution([50, 0, 0, 0, 50], 0),
        );
        assert_eq!(compare(&good, &bad), Change::Higher);
        assert_eq!(compare(&bad, &good), Change::Lower);
        assert_eq!(compare(&good, &good), Change::Overlap);
        assert_eq!(
            compare(&good, &distribution([4, 0, 0, 0, 0], 0)),
            Change::TooFew
        );
    }

    proptest! {
        /// Against counting answer by answer.
        #[test]
        fn counts_agree_with_a_plain_count(answers in prop::collection::vec(prop::option::of(0usize..5), 0..300)) {
            let mut d = distribution([0; 5], 0);
            answers.iter().for_each(|a| d.add(*a));
            let count = |f: &dyn Fn(&Option<usize>) -> bool| answers.iter().filter(|a| f(a)).count() as u64;
            prop_assert_eq!(d.asked(), answers.len() as u64);
            prop_assert_eq!(d.answered(), count(&|a| a.is_some()));
            prop_assert_eq!(d.satisfied(), count(&|a| matches!(a, Some(0 | 1))));
            for (i, n) in d.levels.iter().enumerate() {
                prop_assert_eq!(*n, count(&|a| *a == Some(i)));
            }
            if let Some(mean) = d.mean() {
                let points: Vec<usize> = answers.iter().flatten().map(|i| 5 - i).collect();
                #[expect(clippy::cast_precision_loss, reason = "test sizes")]
                let plain = points.iter().sum::<usize>() as f64 / points.len() as f64;
                prop_assert!((mean.parse::<f64>().unwrap() - plain).abs() <= 0.005 + 1e-9);
            }
        }
    }
}
