//! `where:` of a map: which rows are looked at. All conditions hold, and in each all of its tests.

use std::rc::Rc;

use chrono::NaiveDate;

use super::map::{MapReader, Named};
use super::moment::{self, Format};
use crate::load::tree::Node;
use crate::load::{narrow, trim};
use crate::workspace::Broken;

/// What the text of one source column must be.
#[derive(Debug)]
pub(crate) struct Condition {
    /// The column.
    pub column: Named,
    tests: Vec<Test>,
}

#[derive(Debug)]
enum Test {
    Present(bool),
    In(Vec<String>),
    NotIn(Vec<String>),
    Like(Vec<String>),
    From(NaiveDate),
    Until(NaiveDate),
    /// How `From` and `Until` read the column.
    Format(Vec<Format>),
}

const KEYS: [(&str, &str); 8] = [
    ("column", "列"),
    ("present", "有值"),
    ("in", "是其中之一"),
    ("not_in", "不是其中之一"),
    ("like", "形如"),
    ("from", "起"),
    ("until", "止"),
    ("format", "日期格式"),
];

/// Reads the conditions.
pub(crate) fn read(reader: &MapReader<'_>, node: &Rc<Node>) -> Result<Vec<Condition>, Broken> {
    let one = |n: &Rc<Node>| {
        let mut column = None;
        let mut tests = Vec::new();
        for (key, value) in reader.yaml.entries(reader.yaml.map(n)?, &KEYS)? {
            match key {
                "column" => column = Some(reader.name(value)?),
                _ => tests.push(test(reader, key, value)?),
            }
        }
        match column {
            Some(column) if tests.iter().any(|t| !matches!(t, Test::Format(_))) => {
                Ok(Condition { column, tests })
            }
            _ => Err(reader.yaml.at(
                n,
                "一个条件要写 column 和 present、in、not_in、like、from、until 之一",
                "a condition needs `column` and one of present, in, not_in, like, from, until",
            )),
        }
    };
    reader.several(node).iter().map(one).collect()
}

fn test(reader: &MapReader<'_>, key: &str, node: &Rc<Node>) -> Result<Test, Broken> {
    let texts = || -> Result<Vec<String>, Broken> {
        reader
            .several(node)
            .iter()
            .map(|n| Ok(plain(reader.word(n)?)))
            .collect()
    };
    Ok(match key {
        "present" => Test::Present(reader.yes(node)?),
        "in" => Test::In(texts()?),
        "not_in" => Test::NotIn(texts()?),
        "like" => Test::Like(texts()?),
        "from" => Test::From(reader.yaml.date(node)?),
        "until" => Test::Until(reader.yaml.date(node)?),
        _ => Test::Format(moment::formats(reader, node)?),
    })
}

fn plain(text: &str) -> String {
    trim(&narrow(trim(text))).to_owned()
}

impl Condition {
    /// Whether a cell's text meets it; `None` when a day was needed and is not there.
    pub fn holds(&self, text: &str) -> Option<bool> {
        let text = plain(text);
        let formats = self.tests.iter().find_map(|t| match t {
            Test::Format(f) => Some(f.as_slice()),
            _ => None,
        });
        let day = || moment::day(&text, formats.unwrap_or(&[]));
        for test in &self.tests {
            let met = match test {
                Test::Present(wanted) => *wanted != text.is_empty(),
                Test::In(all) => all.contains(&text),
                Test::NotIn(all) => !all.contains(&text),
                Test::Like(all) => all.iter().any(|p| like(p, &text)),
                Test::From(d) if !text.is_empty() => day()? >= *d,
                Test::Until(d) if !text.is_empty() => day()? <= *d,
                Test::From(_) | Test::Until(_) => false,
                Test::Format(_) => true,
            };
            if !met {
                return Some(false);
            }
        }
        Some(true)
    }
}

/// Whether a text is like a pattern: `*` stands for any characters, `?` for one, as in a spreadsheet.
fn like(pattern: &str, text: &str) -> bool {
    let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut i, mut j) = (0, 0);
    let mut star = None;
    while j < t.len() {
        match p.get(i) {
            Some('*') => {
                star = Some((i, j));
                i += 1;
            }
            Some(c) if *c == '?' || *c == t[j] => {
                i += 1;
                j += 1;
            }
            _ => match star {
                // The last star takes one character more.
                Some((si, sj)) => {
                    star = Some((si, sj + 1));
                    i = si + 1;
                    j = sj + 1;
                }
                None => return false,
            },
        }
    }
    p[i..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::like;

    #[test]
    fn wildcards_are_those_of_a_spreadsheet() {
        for (p, t) in [
            ("*", ""),
            ("A*", "A"),
            ("*水*", "漏水了"),
            ("a?c", "abc"),
            ("*ab", "aab"),
            ("2024-*-?", "2024-11-3"),
        ] {
            assert!(like(p, t), "{p} {t}");
        }
        for (p, t) in [
            ("", "a"),
            ("a?c", "ac"),
            ("*水", "漏水了"),
            ("A", "AB"),
            ("**b", "a"),
        ] {
            assert!(!like(p, t), "{p} {t}");
        }
    }
}
