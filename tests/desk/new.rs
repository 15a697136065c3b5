//! `new` in a CSV file: under the right columns, in the file's own encoding and habits, every other byte as it was.

use proptest::prelude::*;
use tempfile::TempDir;

use super::{bytes, done, new, nowhere, refused, run};

/// An office with one person and this file of visits.
fn office(visits: &[u8]) -> TempDir {
    let w = nowhere();
    let folder = w.path().join("records/a");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("office.yaml"), "name: 甲\npolicies: []\n").unwrap();
    std::fs::write(folder.join("staff.csv"), "编号,姓名,岗位\nS1,周岚,主管\n").unwrap();
    std::fs::write(folder.join("visits.csv"), visits).unwrap();
    w
}

const VISIT: [&str; 4] = [
    "visits",
    "回访时间=2025-03-03",
    "回访人=周岚",
    "回访方式=电话",
];

/// The file after one visit more.
#[track_caller]
fn added(visits: &str) -> String {
    let w = office(visits.as_bytes());
    done(w.path(), &new(&VISIT));
    String::from_utf8(bytes(&w, "a/visits.csv")).unwrap()
}

#[test]
fn below_a_title_the_columns_are_those_of_the_header() {
    let title = "二〇二五年回访登记表,,,,\r\n,,,,\r\n回访时间,编号,回访人,回访方式,备注\r\n";
    assert_eq!(
        added(title),
        format!("{title}2025-03-03,V-0001,周岚,电话,\r\n")
    );
    let with = format!("{title}2025-03-01,V-7,周岚,上门,\r\n");
    assert_eq!(added(&with), format!("{with}2025-03-03,V-8,周岚,电话,\r\n"));
    // The header has a separator of its own.
    let other = "回访登记\n编号;回访时间;回访人;回访方式\nV-1;2025-03-01;周岚;电话\n";
    assert_eq!(added(other), format!("{other}V-2;2025-03-03;周岚;电话\n"));
}

#[test]
fn a_header_alone_and_an_empty_file() {
    let head = "编号,回访方式,回访时间,回访人";
    assert_eq!(added(head), format!("{head}\nV-0001,电话,2025-03-03,周岚"));
    assert_eq!(
        added(&format!("{head}\r\n")),
        format!("{head}\r\nV-0001,电话,2025-03-03,周岚\r\n")
    );
    let quoted = "\"编号\",\"回访方式\",\"回访时间\",\"回访人\"\r\n";
    assert_eq!(
        added(quoted),
        format!("{quoted}\"V-0001\",\"电话\",\"2025-03-03\",\"周岚\"\r\n")
    );
    let made = "\u{feff}编号,回访时间,回访人,回访方式\nV-0001,2025-03-03,周岚,电话\n";
    assert_eq!(added(""), made, "as a file that was not there");
}

#[test]
fn a_line_break_in_a_header_is_not_the_files() {
    let head = "编号,\"回访\n时间\",回访人,回访方式,\"备注\n（选填）\"\r\n";
    let w = office(head.replace("\"回访\n时间\"", "回访时间").as_bytes());
    let ran = run(w.path(), &new(&VISIT));
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(bytes(&w, "a/visits.csv").ends_with("V-0001,2025-03-03,周岚,电话,\r\n".as_bytes()));
}

#[test]
fn rows_below_the_last_record_stay_below_in_every_encoding() {
    let above = "编号,回访时间,回访人,回访方式\r\nV-1,2025-03-01,周岚,电话";
    let below = "\r\n　,　,,\r\n,,,\r\n\r\n";
    let row = "\r\nV-2,2025-03-03,周岚,电话";
    for encoding in 0..5 {
        let write = |text: &str| encoded(text, encoding);
        let w = office(&write(&format!("{above}{below}")));
        done(w.path(), &new(&VISIT));
        let expected = write(&format!("{above}{row}{below}"));
        assert_eq!(bytes(&w, "a/visits.csv"), expected, "encoding {encoding}");
    }
}

#[test]
fn a_sum_and_a_signature_below_the_table_stay_below_it() {
    let above =
        "编号,回访时间,回访人,回访方式\nV-1,2025-03-01,S1,电话\n小计,1,,\nV-2,2025-03-02,S1,电话\n";
    let below = "合计,2,,\n,,,\n制表：周岚,,,\n";
    let row = "V-3,2025-03-03,周岚,电话\n";
    assert_eq!(
        added(&format!("{above}{below}")),
        format!("{above}{row}{below}")
    );
}

#[test]
fn a_column_that_is_not_there_is_not_made_up() {
    let text = "编号,回访时间,回访人\n";
    let w = office(text.as_bytes());
    assert!(refused(w.path(), &new(&VISIT)).contains("回访方式"));
    assert_eq!(bytes(&w, "a/visits.csv"), text.as_bytes());
}

/// UTF-8, with a mark, GB18030, UTF-16 of both kinds.
fn encoded(text: &str, how: usize) -> Vec<u8> {
    let utf16 = |of: fn(u16) -> [u8; 2], mark: [u8; 2]| {
        let units = text.encode_utf16().flat_map(of);
        mark.into_iter().chain(units).collect()
    };
    match how {
        0 => text.as_bytes().to_vec(),
        1 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        2 => encoding_rs::GB18030.encode(text).0.into_owned(),
        3 => utf16(u16::to_le_bytes, [0xff, 0xfe]),
        _ => utf16(u16::to_be_bytes, [0xfe, 0xff]),
    }
}

/// A sheet as offices keep them: the columns in any order, and how it is written.
#[derive(Clone, Debug)]
struct Sheet {
    columns: Vec<usize>,
    title: bool,
    rows: usize,
    quoted: bool,
    separator: char,
    eol: &'static str,
    /// What comes after the last record: the rest of its line, and rows without a record.
    tail: usize,
    encoding: usize,
}

const COLUMNS: [(&str, &str); 6] = [
    ("编号", "V-"),
    ("回访时间", "2025-03-01"),
    ("回访人", "周岚"),
    ("回访方式", "上门"),
    ("回访内容", "好"),
    ("备注", ""),
];

fn sheet() -> impl Strategy<Value = Sheet> {
    let columns = Just((0..COLUMNS.len()).collect::<Vec<_>>()).prop_shuffle();
    let separator = prop::sample::select(vec![',', ';', '\t']);
    let eol = prop::sample::select(vec!["\n", "\r\n", "\r"]);
    let what = (any::<bool>(), 0usize..4, any::<bool>());
    (columns, what, separator, eol, 0usize..4, 0usize..5).prop_map(
        |(columns, (title, rows, quoted), separator, eol, tail, encoding)| Sheet {
            columns,
            title,
            rows,
            quoted,
            separator,
            eol,
            tail,
            encoding,
        },
    )
}

impl Sheet {
    fn row(&self, cell: impl Fn(usize) -> String) -> String {
        let cells = self.columns.iter().map(|c| match self.quoted {
            true => format!("\"{}\"", cell(*c)),
            false => cell(*c),
        });
        cells.collect::<Vec<_>>().join(&self.separator.to_string())
    }

    /// The file, with one row more or without it.
    fn text(&self, more: bool) -> String {
        let mut lines = Vec::new();
        if self.title {
            lines.push(self.row(|c| {
                if c == self.columns[0] {
                    "登记表".into()
                } else {
                    String::new()
                }
            }));
        }
        lines.push(self.row(|c| COLUMNS[c].0.into()));
        for n in 1..=self.rows {
            lines.push(self.row(|c| match c {
                0 => format!("V-{n}"),
                c => COLUMNS[c].1.into(),
            }));
        }
        if more {
            lines.push(self.row(|c| match (c, self.rows) {
                (0, 0) => "V-0001".into(),
                (0, n) => format!("V-{}", n + 1),
                (1, _) => "2025-03-03".into(),
                (2, _) => "周岚".into(),
                (3, _) => "电话".into(),
                _ => String::new(),
            }));
        }
        let empty = self.row(|_| String::new());
        let tail = match self.tail {
            0 => String::new(),
            1 => self.eol.to_owned(),
            2 => [self.eol, &empty, self.eol].concat(),
            _ => [self.eol, self.eol, &empty].concat(),
        };
        lines.join(self.eol) + &tail
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_row_is_written_as_the_file_is_and_nothing_else_changes(sheet in sheet()) {
        // Of one line alone nobody can tell how others end.
        let one_line = sheet.rows == 0 && sheet.tail == 0 && !sheet.title;
        prop_assume!(!one_line || sheet.eol == "\n");
        let w = office(&encoded(&sheet.text(false), sheet.encoding));
        let ran = run(w.path(), &new(&VISIT));
        prop_assert_eq!(ran.status, 0, "{}", ran.err);
        let after = bytes(&w, "a/visits.csv");
        prop_assert_eq!(after, encoded(&sheet.text(true), sheet.encoding));
    }
}
