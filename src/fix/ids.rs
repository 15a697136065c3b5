//! Ids in full-width characters, and what refers to them: both change together, or neither.

use rustc_hash::{FxHashMap, FxHashSet};

use super::edits::Edit;
use crate::load;
use crate::schema::{FieldId, KindId};
use crate::table::Office;

/// Which ids get another spelling.
pub(super) struct Ids<'o> {
    office: &'o Office,
    /// The kind of the record whose id is asked for.
    kind: KindId,
    new: &'o Renamed,
}

/// Of each kind the ids that change, and into what.
pub(super) type Renamed = FxHashMap<(KindId, String), String>;

/// The ids that can be written in half width without becoming another's. `fixed` says which files may change.
pub(super) fn renamed(office: &Office, fixed: &dyn Fn(u32) -> bool) -> Renamed {
    let mut new = Renamed::default();
    let mut taken: FxHashMap<(KindId, String), usize> = FxHashMap::default();
    for (kind, row) in rows(office) {
        let id = office.record_id(kind, row);
        let narrow = load::narrow(id);
        if narrow == id || id.contains('#') {
            continue;
        }
        let narrow = narrow.into_owned();
        let sound = !narrow.contains(['#', '/', ',', ';']) && !narrow.is_empty();
        let file = office.table(kind).origins[row as usize].file;
        if sound && fixed(file) && office.row_of(kind, &narrow).is_none() {
            *taken.entry((kind, narrow.clone())).or_default() += 1;
            new.insert((kind, id.to_owned()), narrow);
        }
    }
    new.retain(|(kind, _), narrow| taken.get(&(*kind, narrow.clone())) == Some(&1));
    new
}

/// Keeps those that are written anew where they stand; tells whether there were others.
pub(super) fn keep_written(office: &Office, new: &mut Renamed, edits: &[Vec<Edit>]) -> bool {
    let own = edits.iter().flatten().filter(|e| e.about.2 == FieldId(0));
    let written: FxHashSet<(KindId, &str)> = own
        .map(|e| (e.about.0, office.record_id(e.about.0, e.about.1)))
        .collect();
    let before = new.len();
    new.retain(|(kind, old), _| written.contains(&(*kind, old.as_str())));
    new.len() < before
}

/// Every record.
pub(super) fn rows(office: &Office) -> impl Iterator<Item = (KindId, u32)> + '_ {
    office.schema.iter().flat_map(|(kind, _)| {
        let rows = u32::try_from(office.table(kind).len()).unwrap_or(u32::MAX);
        (0..rows).map(move |row| (kind, row))
    })
}

impl<'o> Ids<'o> {
    /// For the records of a kind.
    pub fn new(office: &'o Office, kind: KindId, new: &'o Renamed) -> Self {
        Self { office, kind, new }
    }

    /// The new spelling of a record's own id.
    pub fn own(&self, id: &str) -> Option<String> {
        self.new.get(&(self.kind, id.to_owned())).cloned()
    }

    /// The new spelling of a reference: that of the id it names, or the one id that it names in another width.
    pub fn referred(&self, to: KindId, text: &str) -> Option<String> {
        if self.office.row_of(to, text).is_some() {
            return self.new.get(&(to, text.to_owned())).cloned();
        }
        let narrow = load::narrow(text);
        // A name may be written in full width; what is known by its name stays.
        (narrow != text && !self.is_name(to, text) && self.known(to, &narrow))
            .then(|| narrow.into_owned())
    }

    /// Whether a record of a kind has this id, or will have it.
    pub fn known(&self, to: KindId, id: &str) -> bool {
        let renamed = || self.new.iter().any(|(old, new)| old.0 == to && new == id);
        self.office.row_of(to, id).is_some() || renamed()
    }

    fn is_name(&self, to: KindId, text: &str) -> bool {
        let Some(field) = self.office.schema.get(to).field("name") else {
            return false;
        };
        let mut all = 0..u32::try_from(self.office.table(to).len()).unwrap_or(0);
        all.any(|row| self.office.value(to, row, field) == crate::table::Value::Text(text))
    }
}
