//! A line of a source file as it is quoted: what fits, and where below it the underline goes, in terminal columns.

use unicode_width::UnicodeWidthChar as _;

use super::style::is_unsafe;
use crate::finding::Place;

/// A quoted line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Snippet {
    /// The line, or the part of it around the place.
    pub text: String,
    /// Columns before the underline; a full-width character has two.
    pub indent: usize,
    /// Columns underlined, at least one.
    pub underline: usize,
}

const CUT: &str = "...";
const TAB: &str = "    ";

/// The line at a place, cut to at most `room` columns; none when there is no text to quote.
pub(super) fn snippet(place: &Place, room: usize) -> Option<Snippet> {
    if place.excerpt.trim().is_empty() {
        return None;
    }
    let cells: Vec<(char, usize)> = place.excerpt.chars().map(cell).collect();
    let skipped = place.excerpt_column.saturating_sub(1) as usize;
    let start = (place.column as usize)
        .saturating_sub(place.excerpt_column as usize)
        .min(cells.len());
    let end = (start + place.width as usize).clamp(start, cells.len());
    let columns = |a: usize, b: usize| cells[a..b].iter().map(|c| c.1).sum::<usize>();
    let (low, high) = if skipped == 0 && columns(0, cells.len()) <= room {
        (0, cells.len())
    } else {
        window(&cells, start, room.saturating_sub(2 * CUT.len()))
    };
    let before = if low > 0 || skipped > 0 { CUT } else { "" };
    let after = if high < cells.len() { CUT } else { "" };
    let shown: String = cells[low..high].iter().map(|c| show(c.0)).collect();
    Some(Snippet {
        text: format!("{before}{}{after}", shown.trim_end()),
        indent: before.len() + columns(low, start),
        underline: columns(start, end.clamp(start, high.max(start))).max(1),
    })
}

/// The characters around `start` that fit into `room` columns, about a third of them before it.
fn window(cells: &[(char, usize)], start: usize, room: usize) -> (usize, usize) {
    let (mut low, mut high, mut used) = (start, start, 0);
    let grow_left = |low: &mut usize, used: &mut usize, limit: usize| {
        while *low > 0 && *used + cells[*low - 1].1 <= limit {
            *low -= 1;
            *used += cells[*low].1;
        }
    };
    grow_left(&mut low, &mut used, room / 3);
    while high < cells.len() && used + cells[high].1 <= room {
        used += cells[high].1;
        high += 1;
    }
    grow_left(&mut low, &mut used, room);
    (low, high)
}

fn cell(c: char) -> (char, usize) {
    match c {
        '\t' => (c, TAB.len()),
        c if is_unsafe(c) => ('\u{fffd}', 1),
        c => (c, c.width().unwrap_or(0)),
    }
}

fn show(c: char) -> String {
    if c == '\t' {
        TAB.to_owned()
    } else {
        c.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: &str, column: u32, width: u32) -> Place {
        Place {
            file: String::new(),
            line: 1,
            column,
            width,
            excerpt: line.to_owned(),
            excerpt_column: 1,
        }
    }

    /// The line with its underline below, as it is printed.
    fn drawn(place: &Place, room: usize) -> String {
        let s = snippet(place, room).unwrap();
        format!(
            "{}\n{}{}",
            s.text,
            " ".repeat(s.indent),
            "^".repeat(s.underline)
        )
    }

    #[test]
    fn full_width_characters_take_two_columns() {
        insta::assert_snapshot!(drawn(&at("V1,翠湖,陈玥,上门", 7, 2), 80), @r"
        V1,翠湖,陈玥,上门
                ^^^^
        ");
    }

    #[test]
    fn a_tab_is_four_spaces_and_a_control_character_is_harmless() {
        insta::assert_snapshot!(drawn(&at("a\tb\u{1b}c", 5, 1), 80), @r"
        a    b�c
               ^
        ");
    }

    #[test]
    fn combining_marks_take_none() {
        let s = snippet(&at("e\u{301}x", 3, 1), 80).unwrap();
        assert_eq!((s.indent, s.underline), (1, 1));
    }

    #[test]
    fn a_place_past_the_end_is_underlined_once() {
        insta::assert_snapshot!(drawn(&at("ab", 3, 4), 80), @r"
        ab
          ^
        ");
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let line = format!("{}坏值{}", "一,".repeat(60), ",二".repeat(60));
        insta::assert_snapshot!(drawn(&at(&line, 121, 2), 40), @r"
        ...,一,一,一,坏值,二,二,二,二,二,二,...
                     ^^^^
        ");
        for room in 0..90 {
            let s = snippet(&at(&line, 121, 2), room).unwrap();
            assert!(unicode_width::UnicodeWidthStr::width(s.text.as_str()) <= room.max(6));
        }
    }

    #[test]
    fn an_excerpt_from_the_middle_says_so() {
        let place = Place {
            excerpt_column: 301,
            ..at("前面,这里,后面", 304, 2)
        };
        insta::assert_snapshot!(drawn(&place, 80), @r"
        ...前面,这里,后面
                ^^^^
        ");
    }
}
