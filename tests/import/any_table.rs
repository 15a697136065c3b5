//! Of any table: the counts add up, and every written record reads back as what was taken.

use aftercare::table::Value;
use proptest::prelude::*;

use crate::{Workspace, core};

const MAP: &str = "as: repairs\nid: n\nempty: 'NULL'\nwhere: [{column: k, not_in: [skip]}]\ncolumns: {received_at: d, place: p, description: {column: t}, fee: m, emergency: b, part: k2, materials: l}\n";

fn cell(good: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just(good.to_owned()),
        2 => "[-=+@ 0-9a-z,;、\"'\r\n\t（）漏水]{0,8}",
        1 => "\\PC{0,12}",
        1 => Just(String::new()),
        1 => Just("NULL".to_owned()),
    ]
}

fn row() -> impl Strategy<Value = Vec<String>> {
    let id = prop_oneof![4 => "[0-9]{1,3}", 1 => cell("7")];
    let day = prop_oneof![4 => "20[0-9][0-9]-0[1-9]-[12][0-9]( 0[0-9]:[0-5][0-9])?", 1 => cell("2025-03-01")];
    let kind = prop_oneof![Just("skip".to_owned()), Just("keep".to_owned())];
    (
        id,
        day,
        cell("x"),
        cell("漏水"),
        cell("1,280.50元"),
        cell("是"),
        kind,
        cell("plumbing"),
        cell("a;b"),
    )
        .prop_map(|(n, d, p, t, m, b, k, k2, l)| vec![n, d, p, t, m, b, k, k2, l])
}

fn csv(rows: &[Vec<String>]) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["n", "d", "p", "t", "m", "b", "k", "k2", "l"])
        .unwrap();
    rows.iter().for_each(|r| out.write_record(r).unwrap());
    String::from_utf8(out.into_inner().unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn counts_add_up_and_records_read_back(rows in proptest::collection::vec(row(), 0..12)) {
        let w = Workspace::new();
        // `import` asserts that the counts add up.
        let o = w.import(&csv(&rows), MAP).unwrap();
        let blank = rows.iter().filter(|r| r.iter().all(|c| c.trim().is_empty())).count();
        prop_assert_eq!(o.read as usize, rows.len() - blank);
        let skipped = rows.iter().filter(|r| r[6] == "skip").count();
        prop_assert_eq!(o.filtered.len(), skipped);
        if o.taken == 0 {
            prop_assert!(o.written.is_none());
            return Ok(());
        }
        let checked = w.check("2199-12-31");
        // Any character may come: whether it can be printed, or looks as if it had lost its zeros, is no matter of import.
        let other = |f: &String| f.starts_with("core/glyph") || f.contains("lost the zeros");
        let told = core(&checked).into_iter().filter(|f| !other(f));
        prop_assert_eq!(told.collect::<Vec<_>>(), Vec::<String>::new());
        let office = &checked.offices[0].office;
        let kind = office.schema.kind("repairs").unwrap();
        prop_assert_eq!(office.table(kind).len() as u64, o.taken);
        let numbered: Vec<&Vec<String>> = rows.iter().collect();
        let refused: Vec<&str> = o.refused.iter().map(|r| numbered[r.at.row as usize - 2][0].trim()).collect();
        for row in 0..u32::try_from(o.taken).unwrap() {
            let id = office.record_id(kind, row);
            let source = rows.iter().find(|r| r[0].trim() == id && r[6] != "skip" && (refused.is_empty() || survives(r, &o, &rows)));
            let source = source.expect("the record comes from a row");
            for (column, field) in [(2, "place"), (3, "description")] {
                let want = source[column].trim();
                let want = if want == "NULL" || absent(want) { "" } else { want };
                let have = match office.value(kind, row, office.schema.get(kind).field(field).unwrap()) {
                    Value::Text(t) => t,
                    _ => "",
                };
                prop_assert_eq!(have, want);
            }
        }
    }
}

fn absent(text: &str) -> bool {
    matches!(
        text,
        "" | "-" | "—" | "/" | "待补" | "待定" | "?" | "？" | "N/A"
    )
}

fn survives(row: &[String], o: &aftercare::import::Outcome, rows: &[Vec<String>]) -> bool {
    let at = rows
        .iter()
        .position(|r| std::ptr::eq(r.as_slice(), row))
        .unwrap();
    !o.refused.iter().any(|r| r.at.row as usize == at + 2)
}
