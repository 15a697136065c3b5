//! The findings that a change brought: those of now less those of then.

use std::collections::BTreeMap;

use super::Revision;
use super::loosened::Loosened;
use crate::finding::Finding;
use crate::text::Bilingual;

/// What `check --since` tells besides its findings.
#[derive(Clone, Debug)]
pub struct Since {
    /// The revision that is compared with.
    pub revision: Revision,
    /// What was loosened since.
    pub loosened: Vec<Loosened>,
    /// Why nothing could be judged then, so that all that is found now is told.
    pub unjudged: Option<Bilingual>,
}

/// What tells whether a finding stood before.
#[derive(Clone, Debug)]
pub struct Stood {
    fingerprint: String,
    line: String,
    short: Option<u32>,
    waived: bool,
}

impl From<Finding> for Stood {
    fn from(f: Finding) -> Self {
        Self {
            fingerprint: f.fingerprint,
            line: f.place.excerpt,
            short: f.short,
            waived: f.waived,
        }
    }
}

/// Which findings are not among the earlier ones. Like a baseline: one that stood is known by its fingerprint, and a
/// share that has become worse is told again. So is one whose waiver is gone.
pub fn brought(now: &[Stood], then: &[Stood]) -> Vec<bool> {
    let mut before: BTreeMap<&str, Vec<&Stood>> = BTreeMap::new();
    for f in then {
        before.entry(&f.fingerprint).or_default().push(f);
    }
    // Several findings share a fingerprint where records have no id: those on the same line are the same ones.
    let mut fate: Vec<Option<bool>> = now
        .iter()
        .map(|f| {
            let known = before.get_mut(f.fingerprint.as_str())?;
            let at = known.iter().position(|o| o.line == f.line)?;
            Some(is_worse(f, known.remove(at)))
        })
        .collect();
    for (f, fate) in now.iter().zip(&mut fate).filter(|(_, fate)| fate.is_none()) {
        let known = before.get_mut(f.fingerprint.as_str()).and_then(Vec::pop);
        *fate = known.map(|o| is_worse(f, o));
    }
    fate.into_iter().map(|f| f.unwrap_or(true)).collect()
}

fn is_worse(now: &Stood, then: &Stood) -> bool {
    (then.short.is_some() && now.short > then.short) || (then.waived && !now.waived)
}
