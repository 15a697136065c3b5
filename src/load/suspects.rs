//! Numbers that look as if a spreadsheet had changed them. Alone such a number may be right; so it is judged when its
//! whole column has been read: one long number that ends otherwise, and none is told of.

use super::fault::Fault;
use super::reader::{Cell, FileReader, Slot};
use super::slips;
use crate::finding::Severity;
use crate::schema::{FieldId, FieldType, KindId};

/// What one piece of a file has seen.
#[derive(Debug, Default)]
pub(crate) struct Suspects {
    found: Vec<Suspect>,
    /// Columns in which a long number keeps its last digits.
    exact: Vec<(KindId, FieldId)>,
    /// Numbers with a zero in front: column, length and first digits.
    led: Vec<(KindId, FieldId, usize, String)>,
}

#[derive(Debug)]
struct Suspect {
    kind: KindId,
    field: FieldId,
    name: String,
    row: u32,
    place: (u32, u32),
    text: String,
    /// Rounded; else it lacks its zeros.
    long: bool,
}

/// Phone numbers with their area code begin alike; shorter numbers are compared as ids alone.
const ALIKE: usize = 3;
/// A subscriber's number and an area code have at least so many digits.
const PHONE: usize = 9;
/// A column with more kinds of numbers than this tells nothing.
const MOST_KINDS: usize = 64;

impl Suspects {
    /// Looks at a number.
    pub fn see(&mut self, slot: Slot<'_>, row: u32, cell: Cell<'_>) {
        let text = cell.text;
        if text.len() < PHONE || !text.as_bytes()[0].is_ascii_digit() {
            return;
        }
        let column = (slot.kind, slot.id);
        match slips::long_number(text) {
            Some(false) if !self.exact.contains(&column) => self.exact.push(column),
            Some(true) if !self.exact.contains(&column) => self.keep(slot, row, cell, true),
            Some(_) => {}
            None if slot.field.ty != FieldType::Text => {}
            None => self.phone(slot, row, cell),
        }
    }

    fn phone(&mut self, slot: Slot<'_>, row: u32, cell: Cell<'_>) {
        let text = cell.text;
        if let Some(width) = slips::zero_led(text) {
            let (kind, field) = (slot.kind, slot.id);
            let known = |l: &(KindId, FieldId, usize, String)| {
                (l.0, l.1, l.2) == (kind, field, width) && text.starts_with(&l.3)
            };
            if self.led.len() < MOST_KINDS && !self.led.iter().any(known) {
                self.led
                    .push((kind, field, width, text[..ALIKE].to_owned()));
            }
        } else if !text.starts_with('1') && text.bytes().all(|b| b.is_ascii_digit()) {
            self.keep(slot, row, cell, false);
        }
    }

    fn keep(&mut self, slot: Slot<'_>, row: u32, cell: Cell<'_>, long: bool) {
        self.found.push(Suspect {
            kind: slot.kind,
            field: slot.id,
            name: slot.field.name.clone(),
            row,
            place: cell.place,
            text: cell.text.to_owned(),
            long,
        });
    }
}

/// Turns what the pieces of a file suspected into faults where the columns bear it out.
pub(super) fn settle(pieces: &mut [FileReader<'_>]) {
    if pieces.iter().all(|p| p.suspects.found.is_empty()) {
        return;
    }
    let all: Vec<Suspects> = pieces
        .iter_mut()
        .map(|p| std::mem::take(&mut p.suspects))
        .collect();
    let exact = |s: &Suspect| all.iter().any(|p| p.exact.contains(&(s.kind, s.field)));
    let full = |s: &Suspect| {
        let text = format!("0{}", s.text);
        let led = all.iter().flat_map(|p| &p.led);
        let same = led.filter(|l| (l.0, l.1, l.2) == (s.kind, s.field, text.len()));
        let alike = same.clone().any(|l| text.starts_with(&l.3));
        alike.then_some(text)
    };
    for (piece, own) in pieces.iter_mut().zip(&all) {
        for s in &own.found {
            let told = if s.long {
                (!exact(s)).then(|| slips::maybe_rounded(&s.text))
            } else {
                full(s).map(|full| slips::maybe_short(&s.text, &full))
            };
            if let Some((message, help)) = told {
                let fault = Fault::error("implausible", s.place, message, help);
                let fault = fault.about(s.kind, s.row).of(&s.name);
                piece.faults.push(Fault {
                    severity: Severity::Warning,
                    ..fault
                });
            }
        }
    }
}
