//! What changes in a file, line by line, for showing.

use super::edits::Edit;
use crate::table::Office;
use crate::text::Bilingual;

/// Lines that change, with those around left out.
#[derive(Debug)]
pub(crate) struct Hunk {
    /// The first line, from 1.
    pub line: usize,
    /// The lines as they are.
    pub old: Vec<String>,
    /// The lines as they will be.
    pub new: Vec<String>,
    /// The values that change.
    pub changes: Vec<Change>,
}

/// A value that changes.
#[derive(Debug)]
pub(crate) struct Change {
    /// The record's kind and id.
    pub record: Bilingual,
    /// The field.
    pub field: Bilingual,
    /// The value as it is, with the space around it.
    pub old: String,
    /// The value as it will be.
    pub new: String,
}

/// The changes of a text, one hunk for each stretch of lines.
pub(crate) fn hunks(office: &Office, text: &str, edits: &[Edit]) -> Vec<Hunk> {
    let breaks = |c: char| c == '\n' || c == '\r';
    let mut hunks: Vec<Hunk> = Vec::new();
    let mut rest = edits;
    let (mut counted, mut line) = (0, 1);
    while let Some(first) = rest.first() {
        let start = text[..first.start].rfind(breaks).map_or(0, |n| n + 1);
        let line_end = |at: usize| text[at..].find(breaks).map_or(text.len(), |n| at + n);
        let mut end = line_end(first.end);
        let mut n = 1;
        while let Some(next) = rest.get(n).filter(|e| e.start <= end) {
            end = line_end(next.end);
            n += 1;
        }
        let (these, others) = rest.split_at(n);
        rest = others;
        line += crate::load::lines(&text[counted..start]);
        counted = start;
        let (mut new, mut at) = (String::new(), start);
        for e in these {
            new.push_str(&text[at..e.start]);
            new.push_str(&e.new);
            at = e.end;
        }
        new.push_str(&text[at..end]);
        let lines = |t: &str| t.lines().map(str::to_owned).collect();
        hunks.push(Hunk {
            line,
            old: lines(&text[start..end]),
            new: lines(&new),
            changes: these.iter().map(|e| change(office, text, e)).collect(),
        });
    }
    hunks
}

fn change(office: &Office, text: &str, edit: &Edit) -> Change {
    let (kind, row, field) = edit.about;
    let (def, id) = (office.schema.get(kind), office.record_id(kind, row));
    let f = def.get(field);
    Change {
        record: Bilingual::new(
            format!("{} {id}", def.label.zh),
            format!("{} {id}", def.name),
        ),
        field: Bilingual::new(&*f.label.zh, &*f.name),
        old: text[edit.start..edit.end].to_owned(),
        new: edit.new.clone(),
    }
}
