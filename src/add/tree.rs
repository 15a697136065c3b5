//! An item more in a YAML file, in the style of the last one: its keys, its indentation, its quotation marks.

use std::rc::Rc;

use super::Pair;
use super::bytes::Piece;
use crate::load::tree::{self, Data, Node};
use crate::pipeline::Failure;
use crate::schema::{FieldId, FieldType, Kind, KindId, Schema};

/// How items are written.
#[derive(Default)]
struct Style {
    /// Spaces before the dash, and from the dash to the first key.
    list: Option<(usize, usize)>,
    /// `{…}`.
    flow: bool,
    /// The mark around texts.
    quote: Option<char>,
    /// An empty line between items.
    airy: bool,
    /// The keys of the last item with their fields.
    keys: Vec<(FieldId, String)>,
    /// Whether keys are labels where the last item has none.
    labels: bool,
}

/// The item, to be put at the end of a text, in the style of another's (or its own) last.
///
/// # Errors
/// The list is written in brackets, or the file is no YAML.
pub(crate) fn append(
    (text, model): (&str, &str),
    schema: &Schema,
    kind: KindId,
    pairs: &[Pair],
    path: &str,
) -> Result<Piece, Failure> {
    let (roots, faults) = tree::read(model);
    let def = schema.get(kind);
    let eol = if model.contains("\r\n") { "\r\n" } else { "\n" };
    let style = match roots.iter().rev().find(|r| !r.data.is_null()) {
        _ if !faults.is_empty() => return Err(refused(path)),
        None => Style {
            list: Some((0, 2)),
            labels: true,
            ..Style::default()
        },
        Some(root) => styled(model, def, root).ok_or_else(|| refused(path))?,
    };
    let item = item(&style, def, pairs).join(eol);
    let mut lead = String::new();
    if !text.is_empty() && !text.ends_with('\n') {
        lead.push_str(eol);
    }
    let mut skipped = 0;
    if style.list.is_none() && !text.trim().is_empty() {
        lead.push_str("---");
        lead.push_str(eol);
        skipped = 1;
    } else if style.airy && !text.ends_with("\n\n") && !text.ends_with("\n\r\n") {
        lead.push_str(eol);
        skipped = 1;
    }
    // A file that ended without a line break goes on doing so.
    let tail = if text.is_empty() || text.ends_with('\n') {
        eol
    } else {
        ""
    };
    Ok(Piece {
        text: format!("{lead}{item}{tail}"),
        from_end: 0,
        shown: item,
        skipped,
    })
}

fn refused(path: &str) -> Failure {
    Failure::usage(
        format!("{path} 的写法特别（写在方括号里，或有错），不能在末尾加一条"),
        format!("{path} is written in brackets or is at fault: no item can be put at its end"),
    )
    .helped(
        "改成每条以「- 」开头的列表，或先用 aftercare check 看错在哪里",
        "write it as a list with `- `, or see `aftercare check` for what is wrong",
    )
}

fn styled(text: &str, def: &Kind, root: &Rc<Node>) -> Option<Style> {
    let (items, is_list) = match &root.data {
        Data::List(items) => (items.as_slice(), true),
        Data::Map(_) => (std::slice::from_ref(root), false),
        Data::Scalar(..) => return None,
    };
    if is_list && text.get(root.start as usize..)?.starts_with('[') {
        return None;
    }
    let last = items.last()?;
    let Data::Map(pairs) = &last.data else {
        return None;
    };
    let at = last.start as usize;
    let line = text[..at].rfind('\n').map_or(0, |n| n + 1);
    let before = &text[line..at];
    let list = if is_list {
        let dash = before.find('-')?;
        before[..dash].chars().all(|c| c == ' ').then_some(())?;
        Some((dash, before.len() - dash))
    } else {
        before.is_empty().then_some(())?;
        None
    };
    let mut style = Style {
        list,
        flow: text[at..].starts_with('{'),
        airy: is_list && items.len() > 1 && blank_above(&text[..line]),
        ..Style::default()
    };
    let mut marks = [0usize; 3];
    for (key, value) in pairs {
        let Data::Scalar(name, _) = &key.data else {
            continue;
        };
        let Some(field) = def.field_by_header(name) else {
            continue;
        };
        style.keys.push((field, name.clone()));
        style.labels |= *name == def.get(field).label.zh && *name != def.get(field).name;
        if matches!(value.data, Data::Scalar(..)) {
            match text.as_bytes().get(value.start as usize) {
                Some(b'"') => marks[0] += 1,
                Some(b'\'') => marks[1] += 1,
                _ => marks[2] += 1,
            }
        }
    }
    style.quote = match marks {
        [d, s, p] if d > s && d > p => Some('"'),
        [d, s, p] if s > d && s > p => Some('\''),
        _ => None,
    };
    Some(style)
}

fn blank_above(text: &str) -> bool {
    text.ends_with("\n\n") || text.ends_with("\r\n\r\n")
}

/// The item's lines.
fn item(style: &Style, def: &Kind, pairs: &[Pair]) -> Vec<String> {
    let order = |p: &Pair| {
        let at = style.keys.iter().position(|k| k.0 == p.0);
        (p.0 != FieldId(0), at.unwrap_or(usize::MAX), p.0)
    };
    let mut pairs: Vec<&Pair> = pairs.iter().collect();
    pairs.sort_by_key(|p| order(p));
    let written = pairs.iter().map(|(field, value)| {
        let own = style
            .keys
            .iter()
            .find(|k| k.0 == *field)
            .map(|k| k.1.clone());
        let f = def.get(*field);
        let key = own.unwrap_or_else(|| {
            if style.labels {
                f.label.zh.clone()
            } else {
                f.name.clone()
            }
        });
        let value = match &f.ty {
            FieldType::List(_) if value.contains([';', '；', '、']) => {
                let parts = value
                    .split([';', '；', '、'])
                    .map(|p| scalar(p.trim(), style.quote, true));
                format!("[{}]", parts.collect::<Vec<_>>().join(", "))
            }
            _ => scalar(value, style.quote, style.flow),
        };
        format!("{}: {value}", scalar(&key, None, style.flow))
    });
    let written: Vec<String> = written.collect();
    let (indent, gap) = style.list.unwrap_or((0, 0));
    let first = match style.list {
        Some(_) => format!("{}-{}", " ".repeat(indent), " ".repeat(gap.max(2) - 1)),
        None => String::new(),
    };
    if style.flow {
        return vec![format!("{first}{{{}}}", written.join(", "))];
    }
    let rest = " ".repeat(first.len());
    let lead = std::iter::once(first).chain(std::iter::repeat(rest));
    lead.zip(written).map(|(lead, pair)| lead + &pair).collect()
}

/// A text as YAML: plain where that reads back as itself.
fn scalar(text: &str, quote: Option<char>, flow: bool) -> String {
    let starts = text.starts_with(|c: char| "-?:,[]{}#&*!|>'\"%@`".contains(c));
    let breaks = text.chars().any(char::is_control);
    let marks = text.contains(": ") || text.contains(" #") || text.ends_with(':');
    let inner = flow && text.contains([',', '[', ']', '{', '}']);
    let null = matches!(text, "" | "~" | "null" | "Null" | "NULL");
    let plain = !(starts || breaks || marks || inner || null || text.trim() != text);
    match quote {
        None if plain => text.to_owned(),
        Some('\'') if !breaks => format!("'{}'", text.replace('\'', "''")),
        // JSON's quoting is YAML's too.
        _ => serde_json::Value::from(text).to_string(),
    }
}
