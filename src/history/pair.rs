//! A record before and after a commit → what the commit did to it.

use gix::ObjectId;

use super::blob::{Record, Sealed};
use super::trail::{Change, Gone, Way, What};
use crate::schema::{FieldId, KindId};

/// A record before and after a commit: where it stood, where it stands.
#[derive(Default)]
pub(super) struct Pair<'r> {
    /// Before.
    pub(super) old: Vec<(&'r Record, &'r str, ObjectId)>,
    /// After.
    pub(super) new: Vec<(&'r Record, &'r str, ObjectId)>,
}

impl Pair<'_> {
    /// Takes it into the record's way.
    pub(super) fn apply(&self, commit: Option<usize>, way: &mut Way) {
        let begins = way.count == 0 && way.gone.is_none() && way.first.is_none();
        if self.old.is_empty() && begins {
            way.first = commit;
        }
        way.count = (way.count + self.new.len()).saturating_sub(self.old.len());
        let Some(commit) = commit else { return };
        let before = match (self.old.first(), &way.gone) {
            (Some(old), _) => Some(old.0.clone()),
            (None, Some(gone)) => Some(gone.last.clone()),
            (None, None) => None,
        };
        match (before, self.new.first()) {
            (Some(old), Some((new, ..))) => {
                way.gone = None;
                // Where an id is used twice, one that stayed as it was speaks for it.
                if !self.new.iter().any(|n| *n.0 == old) {
                    changes(&old, new, commit, &mut way.changes);
                }
            }
            (Some(last), None) if way.count == 0 => {
                if let Some((_, path, file)) = self.old.first() {
                    way.gone = Some(Gone {
                        commit,
                        path: (*path).to_owned(),
                        file: *file,
                        last,
                    });
                }
            }
            _ => {}
        }
    }
}

/// What is another value, or none, where there was one.
fn changes(old: &Record, new: &Record, commit: usize, all: &mut Vec<Change>) {
    for (field, from) in &old.sealed {
        let to = value(&new.sealed, *field);
        if *to != **from {
            all.push(Change {
                commit,
                what: What::Field(*field),
                from: from.clone(),
                to: to.into(),
            });
        }
    }
    let mut left: Vec<&(KindId, Sealed)> = new.nested.iter().collect();
    for part in &old.nested {
        // A part that is there still, with more filled in perhaps.
        let same = |p: &&(KindId, Sealed)| {
            p.0 == part.0 && part.1.iter().all(|(f, v)| *value(&p.1, *f) == **v)
        };
        match left.iter().position(same) {
            Some(at) => {
                left.remove(at);
            }
            None => all.push(Change {
                commit,
                what: What::Nested(part.0),
                from: joined(&part.1),
                to: Box::default(),
            }),
        }
    }
}

fn value(sealed: &Sealed, field: FieldId) -> &str {
    let own = sealed.iter().find(|(f, _)| *f == field);
    own.map_or("", |(_, v)| v)
}

fn joined(sealed: &Sealed) -> Box<str> {
    let all: Vec<&str> = sealed.iter().map(|(_, v)| &**v).collect();
    all.join("，").into()
}
