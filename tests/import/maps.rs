//! What maps can say, and what they are told when they say it wrongly.

use aftercare::import::Why;
use aftercare::pipeline::Failure;
use aftercare::text::Lang;

use crate::{Workspace, refused};

fn told(f: &Failure) -> String {
    let place = f
        .place
        .as_ref()
        .map(|p| format!("{}:{}:{} ", p.file, p.line, p.column))
        .unwrap_or_default();
    format!("{place}{}\n{place}{}", f.message.zh, f.message.en)
}

#[test]
fn a_broken_map_is_told_where_and_what() {
    let csv = "单号,日期,状态,日期\nA,2025-03-01,完成,x\n";
    let head = "as: repairs\nid: 单号\n";
    let mut all = String::new();
    for rest in [
        "column: {received_at: 日期}",
        "columns: {recieved_at: 日期}",
        "columns: {received_at: 日其}",
        "columns: {received_at: {colunm: 日期}}",
        "columns: {received_at: {column: 日期, join: [日期]}}",
        "columns: {received_at: {column: 日期, format: '%H:%M'}}",
        "columns: {received_at: 日期, part: {column: 状态, values: {完成: plumbin}}}",
        "columns: {received_at: 日期, description: {column: 状态, format: '%Y-%m-%d'}}",
        "columns: {received_at: 日期, place: {template: '{状态'}}",
        "columns: {received_at: 日期, place: {first: [状态], with: x}}",
        "columns: {received_at: 日期}\nconstant: {received_at: 2025-01-01}",
        "columns: {received_at: 日期}\nconstant: {promised_on: 明天}",
        "columns: {received_at: 日期}\ncolumns: {place: 状态}",
        "columns: {place: 状态}",
        "columns: {received_at: 日期}\nwhere: [{column: 状态}]",
        "columns: {received_at: 日期}\nwhere: [{column: 状态, is: 完成}]",
        "columns: {received_at: 日期}\ntime_zone: Beijing",
        "columns: {received_at: 日期}\nheader_row: 一",
        "columns: {received_at: 日期}\nheader_row: 9",
        "columns: {received_at: 日期}\nas: repair",
        "columns: [received_at",
        "- received_at",
    ] {
        let text = if rest.starts_with(['-']) {
            rest.to_owned()
        } else {
            format!("{head}{rest}\n")
        };
        let text = if rest.contains("\nas:") {
            text.replacen("as: repairs\n", "", 1)
        } else {
            text
        };
        let w = Workspace::new();
        let f = w
            .import(csv, &text)
            .map(|o| panic!("{rest}: {o:?}"))
            .unwrap_err();
        assert_eq!(f.status, 2, "{rest}");
        assert!(!w.path("records/cuihu/repairs").exists(), "{rest}");
        all.push_str(&format!("{rest}\n{}\n\n", told(&f)));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_map_says_what_it_is_for() {
    let w = Workspace::new();
    let file = w.write("s.csv", "a\n1\n");
    w.write("m.yaml", "as: repairs\nid: a\ncolumns: {received_at: a}\n");
    let run = |kind: Option<&str>, map: Option<&str>| {
        let request = aftercare::import::Request {
            kind: kind.map(Into::into),
            map: map.map(Into::into),
            ..w.request(&file)
        };
        told(
            &aftercare::import::run(&request)
                .map(|o| panic!("{o:?}"))
                .unwrap_err(),
        )
    };
    assert!(run(Some("visits"), Some("m.yaml")).contains("这份对照表是给维修用的"));
    assert!(run(Some("visit"), None).contains("是不是「visits」"));
    assert!(run(None, None).contains("--as"));
    assert!(run(Some("repairs"), None).contains("没有维修必填的「编号」"));
    assert!(run(None, Some("boston-331")).contains("did you mean `boston-311`"));
}

#[test]
fn values_are_translated_refused_or_kept() {
    let csv = "n,d,s\n1,2025-03-01,Y\n2,2025-03-01,maybe\n3,2025-03-01,\n";
    let map = |with: &str| {
        format!(
            "as: repairs\nid: n\ncolumns: {{received_at: d, emergency: {{column: s, values: {{Y: 是, N: 否{with}}}}}\n"
        )
    };
    let w = Workspace::new();
    let o = w.import(csv, &map("}")).unwrap();
    assert_eq!(refused(&o), [(3, vec![Why::Unlisted])]);
    assert_eq!(
        w.written(&o),
        "编号,报修时间,应急\n1,2025-03-01,是\n3,2025-03-01,\n"
    );
    let o = w.import(csv, &map("}, else: 否")).unwrap();
    assert_eq!(
        w.written(&o),
        "编号,报修时间,应急\n1,2025-03-01,是\n2,2025-03-01,否\n3,2025-03-01,\n"
    );
    let o = w.import(csv, &map(", '': 否}, else: keep")).unwrap();
    assert_eq!(
        refused(&o),
        [(3, vec![Why::Value])],
        "kept, but no value of the field"
    );
    assert_eq!(
        w.written(&o),
        "编号,报修时间,应急\n1,2025-03-01,是\n2,2025-03-01,否\n3,2025-03-01,否\n"
    );
}

#[test]
fn rows_are_filtered_by_their_columns() {
    let csv = "n,d,s\nA-1,2025-03-01,x\nA-2,03/04/2025,x\nB-1,2025-03-01,x\nA-3,2025-03-01,作废\nA-4,2025-03-01,NULL\nA-5,2025-02-28,x\nA-6,someday,x\n";
    let map = "as: repairs\nid: n\nempty: 'NULL'\ncolumns: {received_at: d}\nwhere:\n  - {column: n, like: 'A-?'}\n  - {column: s, not_in: [作废], present: yes}\n  - {column: d, from: 2025-03-01, until: 2025-12-31, format: ['%Y-%m-%d', '%d/%m/%Y']}\n";
    let w = Workspace::new();
    let o = w.import(csv, map).unwrap();
    let left: Vec<(u32, usize)> = o.filtered.iter().map(|f| (f.0.row, f.1)).collect();
    assert_eq!(left, [(4, 0), (5, 1), (6, 1), (7, 2)]);
    // The condition's formats are its own; the field reads records' spellings.
    assert_eq!(refused(&o), [(3, vec![Why::Value]), (8, vec![Why::Value])]);
    insta::assert_snapshot!(aftercare::import::text(&o, Lang::Zh));
}

#[test]
fn texts_are_joined_filled_and_cleaned() {
    let csv = "题头,,,,\n日 期,时间,楼,房,内容\n2025-03-01,8:30,1,0101,\" a  b\n\n\tc \"\n,下午2:05,,,\"x\"\n";
    let map = "as: repairs\nheader_row: 2\nfill_down: 日期\nid: {number: 3, prefix: W-}\ncolumns:\n  received_at: {join: [日期, 时间]}\n  place: {template: '{{{楼}}}-{房}'}\n  description: {column: 内容, trim: lines}\n  outcome: {column: 内容, trim: spaces}\n  note: {first: [房, 内容], replace: {0: '〇'}}\n";
    let w = Workspace::new();
    let o = w.import(csv, map).unwrap();
    let expected = "编号,报修时间,维修地点,维修内容,处理结果,备注\nW-001,2025-03-01 08:30,{1}-0101,\"a  b\nc\",a b c,〇1〇1\nW-002,2025-03-01 14:05,,x,x,x\n";
    assert_eq!(w.written(&o), expected);
}

#[test]
fn a_source_without_headers_has_columns_a_b_c() {
    let w = Workspace::new();
    let o = w
        .import(
            "R1,2025-03-01,x\nR2,2025-03-02,y\n",
            "as: repairs\nheader_row: 0\nid: A\ncolumns: {received_at: B}\n",
        )
        .unwrap();
    assert_eq!((o.taken, o.unused), (2, vec!["C".to_owned()]));
}

#[test]
fn a_day_keeps_no_time_unless_told() {
    let csv = "n,d,p\n1,2025-03-01,2025-03-05 12:00\n2,2025-03-01,2025-03-05 00:00\n";
    let w = Workspace::new();
    let o = w
        .import(
            csv,
            "as: repairs\nid: n\ncolumns: {received_at: d, promised_on: p}\n",
        )
        .unwrap();
    assert_eq!(refused(&o), [(2, vec![Why::Clock])]);
    let o = w
        .import(
            csv,
            "as: repairs\nid: n\ncolumns: {received_at: d, promised_on: {column: p, take: day}}\n",
        )
        .unwrap();
    assert_eq!(
        w.written(&o),
        "编号,报修时间,承诺修复日期\n1,2025-03-01,2025-03-05\n2,2025-03-01,2025-03-05\n"
    );
}

#[test]
fn times_of_another_zone_are_moved() {
    let csv = "n,d\n1,2011-07-01 20:00\n2,2011-07-01\n3,2011-03-13 02:30\n4,2011-07-01T00:00Z\n";
    let w = Workspace::new();
    let o = w
        .import(
            csv,
            "as: repairs\ntime_zone: America/New_York\nid: n\ncolumns: {received_at: d}\n",
        )
        .unwrap();
    assert_eq!(refused(&o), [(4, vec![Why::Zone])]);
    assert_eq!(
        w.written(&o),
        "编号,报修时间\n1,2011-07-02 08:00\n2,2011-07-01\n4,2011-07-01 08:00\n"
    );
}
