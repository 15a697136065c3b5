//! The closed vocabulary of operators; policies combine them.

mod agree;
mod count;
pub mod cover;
mod filing;
mod rate;
mod require;
mod spacing;
mod total;
mod within;

use super::compile::{Body, Rule};
use super::context::Context;
use super::verdict::Outcome;

/// What a rule decides about an office.
pub fn evaluate(rule: &Rule, cx: &Context<'_>) -> Outcome {
    match &rule.body {
        Body::Require(tests, once) => require::evaluate(rule, tests, once.as_ref(), cx),
        Body::Within(w) => within::evaluate(rule, w, cx),
        Body::Count(c) => count::evaluate(rule, c, cx),
        Body::Rate(r) => rate::evaluate(rule, r, cx),
        Body::Filing(f) => filing::evaluate(rule, f, cx),
        Body::Agree(a) => agree::evaluate(rule, a, cx),
        Body::Total(t) => total::evaluate(rule, t, cx),
        Body::Cover(c) => cover::evaluate(rule, c, cx),
        Body::Spacing(s) => spacing::evaluate(rule, s, cx),
    }
}
