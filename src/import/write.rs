//! Taken records → the file that holds them: what an earlier import left there, then the new file and its note.

use super::merge::{Merged, There, Written};
use super::office::Receiver;
use super::open::Source;
use super::target::{self, Origin, Target};
use super::value::Speller;
use crate::pipeline::Failure;
use crate::schema::{FieldId, Kind};

/// The records that are there, what the import before noted of each, and whether nobody touched them since. With `force`
/// nothing counts.
pub(super) fn before(
    target: &Target,
    force: bool,
    fields: &[FieldId],
    def: &Kind,
    speller: &mut Speller<'_>,
) -> Result<(Option<There>, Written, bool), Failure> {
    let there = if force { None } else { target.there()? };
    Ok(match there {
        None => (None, Written::new(), false),
        Some((there, note, untouched))
            if !note.records.is_empty() && note.fields == names(fields, def) =>
        {
            (Some(there), note.records, untouched)
        }
        // Other fields, or an older version's note: what is there is known as long as it is as it was written.
        Some((there, _, true)) => {
            let known = there.written(fields, (def, speller));
            (Some(there), known, true)
        }
        Some((there, _, false)) => (Some(there), Written::new(), false),
    })
}

fn names(fields: &[FieldId], def: &Kind) -> Vec<String> {
    fields.iter().map(|f| def.get(*f).name.clone()).collect()
}

/// Writes the records, and the office if it is new.
///
/// # Errors
/// The disk refuses.
pub(super) fn write(
    target: &Target,
    receiver: &Receiver,
    merged: &Merged,
    origin: Origin,
) -> Result<(), Failure> {
    // The mark that makes Excel read UTF-8.
    let mut out = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(b"\xef\xbb\xbf".to_vec());
    let fail = |e: csv::Error| Failure::program(e.to_string(), e.to_string());
    out.write_record(&merged.header).map_err(fail)?;
    for row in &merged.rows {
        out.write_record(row).map_err(fail)?;
    }
    let records = out
        .into_inner()
        .map_err(|e| target::io(&target.path, e.error()))?;
    if let Some(config) = &receiver.new {
        let path = receiver.folder.join("office.yaml");
        target::put(&path, config.as_bytes())
            .map_err(|e| target::io(&path.display().to_string(), &e))?;
    }
    target.write(&records, origin)
}

/// What is noted of an import.
pub(super) fn origin(source: &Source, def: &Kind, merged: &Merged, counts: [u64; 4]) -> Origin {
    let [read, taken, filtered, refused] = counts;
    let fields: Vec<FieldId> = source.map.fields.iter().map(|r| r.field).collect();
    Origin {
        read,
        taken,
        filtered,
        refused,
        fields: names(&fields, def),
        records: merged.written.clone(),
        ..source.origin.clone()
    }
}
