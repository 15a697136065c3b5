//! The source's header row → where the columns are that a map names.

use std::ops::ControlFlow;

use rustc_hash::FxHashMap;

use super::map::{Map, Named};
use super::rule::FieldRule;
use super::sheet::{Row, Sheet};
use crate::load::trim;
use crate::pipeline::Failure;
use crate::schema::{Field, FieldId, Kind, header_key};
use crate::text::{Bilingual, nearest};
use crate::workspace::Broken;
use crate::workspace::settings::{Reader, source};

/// The source's headers, as a map may name them.
pub(crate) struct Header {
    /// The row in which they stand; 0 when columns are named A, B, C ….
    pub row: u32,
    /// The names; one that stands twice is `name (2)` the second time.
    pub names: Vec<String>,
}

impl Header {
    /// The names in a row.
    pub fn of(row: &Row<'_>) -> Self {
        let mut names: Vec<String> = Vec::new();
        let mut seen: FxHashMap<String, usize> = FxHashMap::default();
        for cell in &row.cells {
            let name = cell.text.split_whitespace().collect::<Vec<_>>().join(" ");
            let count = seen.entry(key(&name)).or_default();
            let before = std::mem::replace(count, *count + 1);
            names.push(match (before, name.is_empty()) {
                (_, true) => letters(names.len()),
                (0, _) => name,
                (n, _) => format!("{name} ({})", n + 1),
            });
        }
        while names.last().is_some_and(|n| *n == letters(names.len() - 1))
            && trim(&row.cells[names.len() - 1].text).is_empty()
        {
            names.pop();
        }
        Self {
            row: row.number,
            names,
        }
    }

    /// A, B, C … for a source without headers.
    pub fn letters(width: usize) -> Self {
        Self {
            row: 0,
            names: (0..width).map(letters).collect(),
        }
    }

    /// Where a column stands, however its spaces and widths are written.
    pub fn find(&self, name: &str) -> Option<usize> {
        let plain = key(name);
        self.names.iter().position(|n| key(n) == plain)
    }
}

fn key(name: &str) -> String {
    header_key(name)
        .split_whitespace()
        .collect::<String>()
        .to_lowercase()
}

fn letters(mut column: usize) -> String {
    let mut name = String::new();
    loop {
        name.insert(0, char::from(b'A' + u8::try_from(column % 26).unwrap_or(0)));
        if column < 26 {
            return name;
        }
        column = column / 26 - 1;
    }
}

/// The row in which the headers stand: of the first that hold something, the one of which most fit. Titles stand above it.
pub(crate) fn row(sheet: &Sheet, fit: &dyn Fn(&Header) -> usize) -> u32 {
    const LOOKED_AT: usize = 20;
    // One cell may stand far out.
    const WIDEST: usize = 500;
    let (mut best, mut most, mut seen) = (1, 0, 0);
    sheet.each(&mut |mut r| {
        if r.is_blank() || r.fault.is_some() {
            return ControlFlow::Continue(());
        }
        r.cells.truncate(WIDEST);
        seen += 1;
        let n = fit(&Header::of(&r));
        if n > most {
            (best, most) = (r.number, n);
        }
        if seen < LOOKED_AT {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    best
}

/// How many headers are fields of a kind.
pub(crate) fn fields(def: &Kind, header: &Header) -> usize {
    let known = |n: &&String| def.field_by_header(n).is_some();
    header.names.iter().filter(known).count()
}

/// How many columns of a map are there.
pub(crate) fn named(map: &Map, header: &Header) -> usize {
    let all = map.fields.iter().flat_map(|r| &r.columns);
    let all = all.chain(map.conditions.iter().map(|c| &c.column));
    all.filter(|n| header.find(&n.text).is_some()).count()
}

/// That the source lacks a column.
pub(crate) fn missing(map: &Map, named: &Named, header: &Header) -> Failure {
    let (zh, en) = super::meant(nearest(
        &named.text,
        header.names.iter().map(String::as_str),
    ));
    let shown: Vec<&str> = header.names.iter().take(40).map(String::as_str).collect();
    let (row, name) = (header.row, &named.text);
    let place = if row == 0 {
        Bilingual::new(
            "header_row 是 0，列名用 A、B、C……",
            "header_row is 0, so that columns are A, B, C …",
        )
    } else {
        Bilingual::new(
            format!("第 {row} 行是：{}", shown.join("、")),
            format!("row {row} has: {}", shown.join(", ")),
        )
    };
    let broken: Broken = Reader { source: &map.file }.fault(
        named.at.0,
        named.at.1,
        format!("来源文件里没有「{name}」这一列{zh}（{}；表头在别的行就写 header_row）", place.zh),
        format!("the source has no column `{name}`{en} ({}; if the headers stand in another row, write `header_row`)", place.en),
    );
    broken.into()
}

/// Columns of the source that no rule or condition of the map reads.
pub(crate) fn unused(map: &Map, header: &Header) -> Vec<String> {
    let used: Vec<usize> = map
        .fields
        .iter()
        .flat_map(|r| &r.columns)
        .chain(map.conditions.iter().map(|c| &c.column))
        .filter_map(|n| header.find(&n.text))
        .collect();
    let names = header.names.iter().enumerate();
    names
        .filter(|(i, _)| !used.contains(i))
        .map(|(_, n)| n.clone())
        .collect()
}

/// The map that headers imply which are themselves fields' names or labels.
pub(crate) fn implied(def: &Kind, header: &Header) -> Result<Map, Failure> {
    let mut map = Map::new(source("", String::new()));
    for name in &header.names {
        if let Some(field) = def
            .field_by_header(name)
            .filter(|f| map.fields.iter().all(|r| r.field != *f))
        {
            let named = Named {
                text: name.clone(),
                at: (0, 0),
            };
            map.fields.push(FieldRule::column(field, named));
        }
    }
    map.fields.sort_by_key(|r| r.field);
    let lacking =
        |(id, f): &(FieldId, &Field)| f.required && map.fields.iter().all(|r| r.field != *id);
    if let Some((_, f)) = def.iter().find(lacking) {
        return Err(Failure::usage(
            format!(
                "来源的表头里没有{}必填的「{}」：用 --map 写明各列对应哪一栏（见 docs/importing.md）",
                def.label.zh, f.label.zh
            ),
            format!(
                "no header of the source is `{}`, which {} need: say with --map which column fills which field (docs/importing.md)",
                f.name, def.name
            ),
        ));
    }
    Ok(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_in_a_spreadsheet() {
        let of = |n| letters(n);
        assert_eq!(
            (of(0), of(25), of(26), of(701), of(702)),
            (
                "A".into(),
                "Z".into(),
                "AA".into(),
                "ZZ".into(),
                "AAA".into()
            )
        );
    }
}
