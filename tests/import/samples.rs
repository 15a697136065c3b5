//! The two maps that are shipped, on small made-up files in the shape of the real ones.

use std::path::Path;

use aftercare::import::{self, Request, Why};
use aftercare::text::Lang;

use crate::{Workspace, adds_up, core, refused};

fn sample(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/import")
        .join(name)
}

#[test]
fn service_requests_become_repairs() {
    let w = Workspace::new();
    let request = Request {
        map: Some("boston-311".into()),
        into: Some("boston".into()),
        new_office: Some("Boston: \"311\"".into()),
        ..w.request(&sample("service-requests.csv"))
    };
    let o = import::run(&request).unwrap();
    adds_up(&o);
    assert_eq!((o.read, o.taken, o.status()), (8, 4, 1));
    assert_eq!(
        refused(&o),
        [
            (5, vec![Why::Duplicate]),
            (6, vec![Why::Value, Why::Unlisted]),
            (7, vec![Why::Missing]),
            // The blank line is row 8 in a spreadsheet.
            (9, vec![Why::Shape]),
        ]
    );
    insta::assert_snapshot!("requests_zh", import::text(&o, Lang::Zh));
    insta::assert_snapshot!("requests_en", import::text(&o, Lang::En));
    insta::assert_snapshot!(
        "requests_report",
        String::from_utf8(import::table(&o, Lang::Zh)).unwrap()
    );
    insta::assert_snapshot!("requests_records", w.written(&o));
    insta::assert_snapshot!("requests_office", w.read("records/boston/office.yaml"));
    assert_eq!(core(&w.check("2019-12-31")), Vec::<String>::new());
}

#[test]
fn letters_become_complaints() {
    let w = Workspace::new();
    let request = Request {
        map: Some("citizen-letters".into()),
        ..w.request(&sample("letters.csv"))
    };
    let o = import::run(&request).unwrap();
    adds_up(&o);
    assert_eq!((o.read, o.taken), (4, 3));
    // Row 5 of a spreadsheet stands on line 10 of the text.
    assert_eq!(
        (refused(&o), o.refused[0].at.line),
        (vec![(5, vec![Why::Value])], Some(10))
    );
    insta::assert_snapshot!("letters_records", w.written(&o));
    assert_eq!(core(&w.check("2019-12-31")), Vec::<String>::new());
    assert_eq!(w.check("2019-12-31").summary.records, 3);
}

#[test]
fn gb18030_reads_as_utf8_does() {
    let text = std::fs::read_to_string(sample("letters.csv")).unwrap();
    let read = |bytes: &[u8]| {
        let w = Workspace::new();
        let file = w.write("letters.csv", bytes);
        let o = import::run(&Request {
            map: Some("citizen-letters".into()),
            ..w.request(&file)
        })
        .unwrap();
        w.written(&o)
    };
    let gb = encoding_rs::GB18030.encode(&text).0;
    assert_eq!(read(&gb), read(text.as_bytes()));
}

#[test]
fn bytes_that_are_no_text_cost_their_row_alone() {
    let w = Workspace::new();
    let mut bytes = "编号,报修时间,维修内容\nR1,2025-03-01,漏水\nR2,2025-03-01,"
        .as_bytes()
        .to_vec();
    bytes.extend(b"\xff\xff\xff\nR3,2025-03-01,ok\n");
    let file = w.write("bad.csv", bytes);
    let o = import::run(&Request {
        kind: Some("repairs".into()),
        ..w.request(&file)
    })
    .unwrap();
    assert_eq!((o.taken, refused(&o)), (2, vec![(3, vec![Why::Encoding])]));
}

#[test]
fn an_english_office_gets_names_and_codes() {
    let w = Workspace::with("name: X\npolicies: []\nlang: en\n");
    let o = w
        .import(
            "No,Opened,Urgent,Part\n1,2025-03-01,√,给排水\n",
            "as: repairs\nid: No\ncolumns: {received_at: opened, emergency: Urgent, part: Part}\n",
        )
        .unwrap();
    assert_eq!(
        w.written(&o),
        "id,received_at,part,emergency\n1,2025-03-01,plumbing,yes\n"
    );
}
