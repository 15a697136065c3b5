//! The one safe spelling of a value: a date with its year first and two digits for month and day, figures and marks of
//! half width, no quotation marks of a word processor. Text that people wrote stays as it is.

use chrono_tz::Tz;

use super::ids::Ids;
use crate::load;
use crate::schema::{Field, FieldType};

/// What a value is mended to; nothing where it is well, or where more than one thing may be meant.
pub(super) fn mended(field: &Field, text: &str, zone: Tz, ids: &Ids<'_>) -> Option<String> {
    if load::is_absent(text) || load::spoiled(text) {
        return None;
    }
    if let Some(new) = plain(field, text, zone, ids) {
        return Some(new);
    }
    let inner = load::unquoted(text)?;
    let readable = |t: &str| match &field.ty {
        FieldType::Text | FieldType::Id | FieldType::List(_) | FieldType::Period => false,
        FieldType::Ref(to) => ids.known(*to, t),
        ty => reads(ty, t, zone),
    };
    if readable(text) || load::is_absent(inner) {
        return None;
    }
    let new = plain(field, inner, zone, ids).unwrap_or_else(|| inner.to_owned());
    readable(inner).then_some(new)
}

/// Whether the loader understands a value.
fn reads(ty: &FieldType, text: &str, zone: Tz) -> bool {
    match ty {
        FieldType::Date => load::moment(text, false, zone).is_some(),
        FieldType::Time => load::moment(text, true, zone).is_some(),
        FieldType::Int => load::int(text).is_some(),
        FieldType::Money => load::money(text).is_some(),
        FieldType::Number => load::number(text).is_some(),
        FieldType::Bool => load::boolean(text).is_some(),
        FieldType::Enum(values) => load::code(text, values).is_some(),
        _ => true,
    }
}

fn plain(field: &Field, text: &str, zone: Tz, ids: &Ids<'_>) -> Option<String> {
    let narrow = || {
        let narrow = load::narrow(text);
        (narrow != text).then(|| narrow.into_owned())
    };
    match &field.ty {
        FieldType::Date => date(text, false, zone),
        FieldType::Time => date(text, true, zone),
        FieldType::Int | FieldType::Number | FieldType::Money => {
            // A comma among thousands would be a separator of cells.
            let new = narrow()?.replace(',', "");
            reads(&field.ty, text, zone).then_some(new)
        }
        FieldType::Bool | FieldType::Enum(_) => narrow().filter(|_| reads(&field.ty, text, zone)),
        FieldType::Period => narrow().filter(|n| load::period(n, false).is_some()),
        FieldType::Text if field.number_like => {
            let mark = |c: char| c.is_ascii_alphanumeric() || " -()+.".contains(c);
            narrow().filter(|n| n.chars().all(mark))
        }
        FieldType::Id => ids.own(text),
        FieldType::Ref(to) => ids.referred(*to, text),
        FieldType::Text | FieldType::List(_) => None,
    }
}

fn date(text: &str, time: bool, zone: Tz) -> Option<String> {
    let moment = load::moment(text, time, zone)?;
    let plain = load::narrow(text);
    // An offset or a fraction of a second would be lost.
    let clock = plain.split_once(':').map_or("", |c| c.1);
    if is_iso(text) || clock.contains(['.', '+', '-', 'Z', 'z']) {
        return None;
    }
    let new = moment.to_string();
    (new != text).then_some(new)
}

/// `2025-03-01`, `2025-03-01 14:30`, `2025-03-01T14:30:05`.
fn is_iso(text: &str) -> bool {
    const SHAPE: &[u8] = b"0000-00-00 00:00:00";
    let same = |(b, s): (u8, &u8)| match s {
        b'0' => b.is_ascii_digit(),
        b' ' => b == b' ' || b == b'T',
        s => b == *s,
    };
    matches!(text.len(), 10 | 16 | 19) && text.bytes().zip(SHAPE).all(same)
}
