//! The keys of a manifest or of a template's data, read from the docstrings of the types that hold them.

use std::fmt::Write as _;

/// A type: what it is, and its keys or variants.
struct Type {
    name: String,
    what: String,
    keys: Vec<Key>,
}

/// A key or a variant: its name as it is written, the type of what it holds, what it means.
struct Key {
    name: String,
    holds: String,
    what: String,
}

/// The types of a source file, each as a heading and a table, in the order of the file; only those whose names are in
/// `wanted`, each with the heading given there.
///
/// # Errors
/// A type that is not there, or a key without a docstring.
pub fn tables(source: &str, wanted: &[(&str, &str)]) -> Result<String, String> {
    let types = types(source);
    let mut out = String::new();
    for (name, heading) in wanted {
        let found = types.iter().find(|t| t.name == *name);
        let t = found.ok_or_else(|| format!("there is no type `{name}`"))?;
        if let Some(k) = t.keys.iter().find(|k| k.what.is_empty()) {
            return Err(format!("`{name}`: `{}` has no docstring", k.name));
        }
        let _ = write!(
            out,
            "### {heading}\n\n{}\n\n| key | holds | meaning |\n|---|---|---|\n",
            t.what
        );
        for k in &t.keys {
            let _ = writeln!(out, "| `{}` | {} | {} |", k.name, k.holds, k.what);
        }
        out.push('\n');
    }
    Ok(out)
}

fn types(source: &str) -> Vec<Type> {
    let mut all: Vec<Type> = Vec::new();
    let (mut doc, mut renamed, mut style) = (String::new(), None, Style::AsIs);
    let mut open: Option<(Type, bool)> = None;
    let (mut variant, mut skipped) = (String::new(), false);
    for raw in source.lines() {
        let line = raw.trim();
        if line == "///" {
            continue;
        }
        if let Some(text) = line.strip_prefix("/// ") {
            doc = if doc.is_empty() {
                text.to_owned()
            } else {
                format!("{doc} {text}")
            };
        } else if let Some(attribute) = line.strip_prefix("#[serde(") {
            renamed = quoted(attribute, "rename = ").or(renamed);
            skipped |= attribute == "skip)]";
            style = match quoted(attribute, "rename_all = ").as_deref() {
                Some("lowercase") => Style::Lower,
                Some("snake_case") => Style::Snake,
                _ => style,
            };
        } else if let Some((t, is_enum)) = &mut open {
            if raw == "}" {
                all.extend(open.take().map(|(t, _)| t));
                style = Style::AsIs;
                continue;
            }
            let what = std::mem::take(&mut doc).replace('|', "\\|");
            let skipped = std::mem::take(&mut skipped);
            if let Some((name, holds)) = member(line, *is_enum) {
                let name = match renamed.take() {
                    Some(name) => name,
                    None if *is_enum => style.of(&name),
                    None => name,
                };
                variant.clone_from(&name);
                if !skipped {
                    t.keys.push(Key { name, holds, what });
                }
            } else if let Some((name, holds)) = inner(line).filter(|_| *is_enum) {
                let name = format!("{variant}.{name}");
                t.keys.push(Key { name, holds, what });
            }
        } else if let Some((name, is_enum)) = opened(line) {
            let what = std::mem::take(&mut doc);
            open = Some((
                Type {
                    name,
                    what,
                    keys: Vec::new(),
                },
                is_enum,
            ));
        } else if !line.starts_with("#[") && !line.starts_with("///") {
            doc.clear();
            renamed = None;
            style = Style::AsIs;
        }
    }
    all
}

/// How serde writes the names of variants.
#[derive(Clone, Copy)]
enum Style {
    AsIs,
    Lower,
    Snake,
}

impl Style {
    fn of(self, name: &str) -> String {
        match self {
            Self::AsIs => name.to_owned(),
            Self::Lower => name.to_lowercase(),
            Self::Snake => {
                let mut out = String::new();
                for (i, c) in name.chars().enumerate() {
                    if c.is_uppercase() && i > 0 {
                        out.push('_');
                    }
                    out.extend(c.to_lowercase());
                }
                out
            }
        }
    }
}

fn quoted(attribute: &str, key: &str) -> Option<String> {
    let (_, rest) = attribute.split_once(key)?;
    rest.split('"').nth(1).map(str::to_owned)
}

/// `pub struct X {` or `pub enum X {`.
fn opened(line: &str) -> Option<(String, bool)> {
    let rest = line.strip_suffix('{')?.trim();
    let named = |keyword: &str| {
        rest.strip_prefix(keyword)
            .map(|n| n.split('<').next().unwrap_or(n).to_owned())
    };
    named("pub struct ")
        .map(|n| (n, false))
        .or_else(|| named("pub enum ").map(|n| (n, true)))
}

/// A field `pub name: Type,`, or a variant `Name,`, `Name(Type),` or `Name {`.
fn member(line: &str, is_enum: bool) -> Option<(String, String)> {
    if !is_enum {
        let (name, holds) = line
            .strip_prefix("pub ")?
            .strip_suffix(',')?
            .split_once(": ")?;
        return Some((name.to_owned(), plain(holds)));
    }
    let first = line.chars().next()?;
    if !first.is_uppercase() {
        return None;
    }
    let end = line
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    let inner = rest.strip_prefix('(').and_then(|r| r.strip_suffix("),"));
    Some((name.to_owned(), inner.map_or_else(String::new, plain)))
}

/// A field of a variant: `name: Type,`.
fn inner(line: &str) -> Option<(&str, String)> {
    let (name, holds) = line.strip_suffix(',')?.split_once(": ")?;
    let is_name = name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    is_name.then(|| (name, plain(holds)))
}

/// A type in words.
fn plain(holds: &str) -> String {
    let inner = |prefix: &str| holds.strip_prefix(prefix).and_then(|r| r.strip_suffix('>'));
    if let Some(t) = inner("Option<") {
        return format!("{}, or nothing", plain(t));
    }
    if let Some(t) = inner("Vec<") {
        return format!("list of {}", plain(t));
    }
    if let Some(t) = inner("Spanned<") {
        return plain(t);
    }
    if let Some(t) = inner("BTreeMap<String, ") {
        return format!("{} by name", plain(t));
    }
    match holds {
        "String" | "&'static str" | "Source" => "text".to_owned(),
        "Bilingual" => "`{zh, en}`".to_owned(),
        "bool" => "yes or no".to_owned(),
        "u16" | "u32" | "i32" | "usize" => "number".to_owned(),
        "(String, String)" | "[String; 2]" => "pair of texts".to_owned(),
        "[String; 3]" => "three texts".to_owned(),
        "Empty" => "`{}`".to_owned(),
        other => format!("`{}`", other.trim_start_matches("Written")),
    }
}
