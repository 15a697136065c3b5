//! Registers as workbooks: what a spreadsheet reads is what the paper says, and nothing it could run.

use aftercare::document::{Engine, Fonts, Recipe, Templates};
use calamine::{Data, Reader as _, Xlsx};
use std::io::Cursor;

use crate::fixture::*;

fn engine() -> Engine {
    Engine::new(&Templates::embedded(), Fonts::new(vec![])).unwrap()
}

fn bytes(recipe: &Recipe) -> Vec<u8> {
    engine()
        .render(recipe)
        .unwrap_or_else(|f| panic!("{}: {}", f.making, f.message))
}

/// Each worksheet's name and its cells.
fn sheets(recipe: &Recipe) -> Vec<(String, Vec<Vec<Data>>)> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes(recipe))).unwrap();
    let names = book.sheet_names().clone();
    let rows = |book: &mut Xlsx<_>, name: &str| {
        let range = book.worksheet_range(name).unwrap();
        let (height, width) = range.end().map_or((0, 0), |(r, c)| (r + 1, c + 1));
        (0..height)
            .map(|r| {
                let cell = |c| range.get_value((r, c)).cloned().unwrap_or_default();
                (0..width).map(cell).collect()
            })
            .collect()
    };
    names
        .iter()
        .map(|n| (n.clone(), rows(&mut book, n)))
        .collect()
}

/// What a cell says as the paper has it.
fn said(cell: &Data) -> String {
    match cell {
        Data::DateTime(at) => {
            let (y, m, d, hour, minute, ..) = at.to_ymd_hms_milli();
            let day = format!("{y}年{m}月{d}日");
            if (hour, minute) == (0, 0) {
                day
            } else {
                format!("{day} {hour:02}:{minute:02}")
            }
        }
        Data::Empty => String::new(),
        other => other.to_string(),
    }
}

#[test]
fn every_form_of_a_period_is_a_workbook_too_and_no_other() {
    let all = recipes(&lanting());
    let forms = forms();
    let mut books = 0;
    for r in single(&all) {
        let id = r.path.rsplit('/').nth(1).unwrap();
        let periodic = !forms.get(id).unwrap().per.is_empty();
        let stem = r.path.rsplit_once('.').unwrap().0;
        let book = all.iter().find(|b| b.path == format!("{stem}.xlsx"));
        assert_eq!(book.is_some(), periodic, "{}", r.path);
        if let Some(book) = book.filter(|_| r.path.ends_with(".html")) {
            books += 1;
            assert_eq!(book.records, r.records);
            let name = book.path.rsplit('/').next().unwrap();
            assert_eq!(json(r)["xlsx"], name);
        }
    }
    assert!(books > 0);
}

#[test]
fn a_ledger_reads_back_line_by_line() {
    let all = recipes(&lanting());
    let read = sheets(one(&all, "complaint-ledger/2025-03.xlsx"));
    let names: Vec<&str> = read.iter().map(|s| s.0.as_str()).collect();
    assert_eq!(names, ["投诉处理台帐", "说明"]);
    let rows = &read[0].1;
    assert_eq!(rows[0][0], Data::String("投诉处理台帐".into()));
    assert!(said(&rows[1][0]).contains("期间：2025年3月"), "{rows:?}");
    let paper = json(one(&all, "complaint-ledger/2025-03.pdf"));
    let table = &paper["blocks"][0];
    let head: Vec<String> = rows[2].iter().map(said).collect();
    let texts = |v: &serde_json::Value| -> Vec<String> {
        let cells = v.as_array().unwrap().iter();
        cells
            .map(|c| c.as_str().or(c["text"].as_str()).unwrap().to_owned())
            .collect()
    };
    assert_eq!(head, texts(&table["head"]));
    let lines = table["rows"].as_array().unwrap().iter().map(texts);
    // Lines for handwriting are left out.
    let lines: Vec<_> = lines.filter(|l| l.iter().any(|t| !t.is_empty())).collect();
    // On paper the period says the year.
    let brief = |c: &Data| said(c).replace("2025年", "");
    let read: Vec<Vec<String>> = rows[3..]
        .iter()
        .map(|r| r.iter().map(brief).collect())
        .collect();
    assert_eq!(read, lines);
    assert!(!lines.is_empty());
    // A number and a time are what a spreadsheet reckons with; an id and a telephone number are texts.
    assert_eq!(rows[3][0], Data::Float(1.0));
    assert!(matches!(rows[3][2], Data::DateTime(_)), "{:?}", rows[3]);
    assert!(matches!(rows[3][1], Data::String(_)));
}

fn register(more: &str) -> Recipe {
    let repairs = format!(
        "id,received_at,reporter,phone,description,fee,completed_at\n\
         R1,2025-03-01 09:30,李玥,013800001234,换锁,12.50,2025-03-02\n{more}"
    );
    let all = recipes(&office(&[
        ("office.yaml", "name: 甲\npolicies: [owner-visit-survey]\n"),
        ("repairs.csv", &repairs),
    ]));
    one(&all, "repair-order-register/2025-03.xlsx").clone()
}

#[test]
fn money_and_days_are_numbers_and_their_sum_a_value() {
    let rows = sheets(&register("R2,2025-03-05,,,,1000,\n")).remove(0).1;
    let at = |name: &str| rows[2].iter().position(|h| said(h) == name).unwrap();
    assert_eq!(rows[3][at("收费")], Data::Float(12.5));
    let day = &rows[3][at("完工时间")];
    assert_eq!(said(day), "2025年3月2日");
    assert_eq!(rows[3][at("联系电话")], Data::String("013800001234".into()));
    let last = rows.last().unwrap();
    assert!(last.contains(&Data::String("合计".into())), "{last:?}");
    assert_eq!(last[at("收费")], Data::Float(1012.5));
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes(&register("")))).unwrap();
    let name = book.sheet_names()[0].clone();
    assert!(book.worksheet_formula(&name).unwrap().is_empty());
}

#[test]
fn text_that_looks_like_a_formula_stays_text() {
    let odd = [
        "=1+1",
        "=HYPERLINK(\"http://x\")",
        "+86 138",
        "-1",
        "@SUM(A1)",
        "http://example.com",
        "00012",
        "2025-03-01",
        "_x0041_",
        "<b>&\"",
        "䶮😀",
    ];
    let lines: String = (0..odd.len())
        .map(|i| format!("X{i},2025-03-09,,,\"{}\",,\n", odd[i].replace('"', "\"\"")))
        .collect();
    let recipe = register(&lines);
    let rows = sheets(&recipe).remove(0).1;
    for text in odd {
        let cell = rows.iter().flatten().find(|c| said(c) == text);
        assert_eq!(cell, Some(&Data::String(text.into())), "{text}");
    }
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes(&recipe))).unwrap();
    let name = book.sheet_names()[0].clone();
    assert!(book.worksheet_formula(&name).unwrap().is_empty());
}

#[test]
fn the_same_register_gives_the_same_bytes() {
    let recipe = register("");
    let first = bytes(&recipe);
    // The clock of a zip entry counts in steps of two seconds.
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    assert_eq!(first, bytes(&recipe));
    assert_ne!(first, bytes(&register("R2,2025-03-05,,,,,\n")));
}

#[test]
fn whatever_a_record_holds_makes_a_workbook() {
    let long = "长".repeat(40_000);
    let hostile = format!("R9,0001-01-01,甲,,{long},99999999999999.99,9999-12-31\n");
    let rows = sheets(&register(&hostile));
    assert!(!rows.is_empty());
    let controls: String = (0..0x20u8)
        .map(char::from)
        .filter(|c| !"\n\r\"".contains(*c))
        .collect();
    let repairs = format!(
        "- {{id: R1, received_at: 2025-03-01, description: {}}}\n",
        serde_json::Value::from(controls)
    );
    let all = recipes(&office(&[
        (
            "office.yaml",
            "name: \"甲 & <乙>\"\npolicies: [owner-visit-survey]\n",
        ),
        ("repairs.yaml", &repairs),
    ]));
    let books = all.iter().filter(|r| r.path.ends_with(".xlsx"));
    assert!(books.map(|b| sheets(b).len()).sum::<usize>() > 0);
}
