//! Records → figures: how satisfied, how many, how fast. Which kinds and fields are counted is data (a report's manifest).
//!
//! [`Population`] says which records and when; [`Key`] into which groups; [`Distribution`] counts answers on a scale;
//! [`Answers`] are those of people asked; [`Flow`] counts what came in, was done, is open. Everything is whole numbers until it is written, so that the same
//! records give the same bytes on every machine.

mod answers;
mod flow;
mod group;
mod interval;
mod population;
mod satisfaction;

pub use answers::{Answers, WrittenAnswers};
pub use flow::{Activity, Flow, WrittenFlow};
pub use group::{Group, Key, WrittenKey};
pub use interval::{Permille, wilson};
pub use population::{Population, WrittenPopulation, field};
pub use satisfaction::{
    Change, Distribution, MIN_ANSWERS, Scale, WrittenScale, by_group, compare, share_change,
};
