//! Text in two languages, as packs, schema and messages carry it.

use serde::{Deserialize, Serialize};

/// The language of documents and messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, Hash)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Chinese, the default.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Of two wordings, the one in this language.
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// One wording in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Bilingual {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Bilingual {
    /// Both wordings from string slices.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// The wording in a language.
    pub fn get(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

/// The candidate nearest to `word` (Damerau–Levenshtein), if any is near enough to be meant:
/// within a third of its length, or two characters.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(2);
    candidates
        .into_iter()
        .map(|c| (strsim::damerau_levenshtein(word, c), c))
        .filter(|(d, c)| *d <= limit && *d < c.chars().count().max(2))
        .min_by(|a, b| a.cmp(b))
        .map(|(_, c)| c)
}

/// “Did you mean …?” in both languages, to put after a message about an unknown name; empty when nothing is near.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Bilingual {
    match nearest(word, candidates) {
        Some(n) => Bilingual::new(
            format!("，是不是「{n}」？"),
            format!("; did you mean `{n}`?"),
        ),
        None => Bilingual::default(),
    }
}

/// Compares by runs of digits and text, digits by value (policies.md, *Boundaries*: how ids sort).
pub fn natural(a: &str, b: &str) -> std::cmp::Ordering {
    let (mut a, mut b) = (a, b);
    while let (Some(x), Some(y)) = (a.chars().next(), b.chars().next()) {
        let digits = |s: &str| s.bytes().take_while(u8::is_ascii_digit).count();
        let (m, n) = (digits(a), digits(b));
        let order = if m > 0 && n > 0 {
            let (p, q) = (
                a[..m].trim_start_matches('0'),
                b[..n].trim_start_matches('0'),
            );
            (a, b) = (&a[m..], &b[n..]);
            p.len().cmp(&q.len()).then_with(|| p.cmp(q))
        } else {
            (a, b) = (&a[x.len_utf8()..], &b[y.len_utf8()..]);
            x.cmp(&y)
        };
        if order != std::cmp::Ordering::Equal {
            return order;
        }
    }
    a.len().cmp(&b.len())
}

/// Text as XML 1.0 allows it: markup escaped, characters that it has no way to write replaced.
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// A cell that no spreadsheet takes for a formula (OWASP, *CSV injection*): one that begins like one gets an apostrophe.
pub fn harmless(cell: &str) -> std::borrow::Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        std::borrow::Cow::Owned(format!("'{cell}"))
    } else {
        std::borrow::Cow::Borrowed(cell)
    }
}

/// A cell of a CSV for spreadsheets: an apostrophe before what would be a formula, quoted where it must be.
pub fn csv_cell(text: &str) -> String {
    let plain = harmless(text);
    if plain.contains(['"', ',', '\n', '\r']) {
        return format!("\"{}\"", plain.replace('"', "\"\""));
    }
    plain.into_owned()
}

#[cfg(test)]
mod tests {
    use super::csv_cell;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(csv_cell("=1+1"), "'=1+1");
        assert_eq!(csv_cell("+86"), "'+86");
        assert_eq!(csv_cell("-2"), "'-2");
        assert_eq!(csv_cell("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(csv_cell("\t=1"), "'\t=1");
        assert_eq!(
            csv_cell("=HYPERLINK(\"x\",\"y\")"),
            "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""
        );
    }

    #[test]
    fn ordinary_cells_are_left_alone() {
        assert_eq!(csv_cell("2025-03-09"), "2025-03-09");
        assert_eq!(csv_cell("甲,乙\n丙"), "\"甲,乙\n丙\"");
        assert_eq!(csv_cell(""), "");
    }
}
