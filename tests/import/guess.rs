//! Finding the headers below titles, other sheets, maps guessed from headers, and a look before anything is written.

use aftercare::import::{self, Request};
use aftercare::text::Lang;
use rust_xlsxwriter::{Format, Workbook};

use crate::Workspace;

/// A workbook as clerks keep it: a cover, and a sheet with a title over merged cells, true dates beside dates as text, and
/// tens of thousands of rows that were only ever formatted.
fn book(w: &Workspace) -> std::path::PathBuf {
    let mut book = Workbook::new();
    book.add_worksheet()
        .set_name("封面")
        .unwrap()
        .write(0, 0, "目录")
        .unwrap();
    let (day, plain) = (
        Format::new().set_num_format("yyyy/m/d"),
        Format::new().set_bold(),
    );
    let s = book.add_worksheet().set_name("明细").unwrap();
    s.merge_range(0, 0, 0, 4, "2025 年维修登记表", &plain)
        .unwrap();
    s.merge_range(1, 0, 1, 4, "填表单位：翠湖", &plain).unwrap();
    for (i, name) in [
        "工单号",
        "报修时间",
        "房屋部位",
        "维修内容（简述）",
        "是否应急",
    ]
    .into_iter()
    .enumerate()
    {
        s.write(2, u16::try_from(i).unwrap(), name).unwrap();
    }
    s.write(3, 0, "A1")
        .unwrap()
        .write_with_format(3, 1, 45_717.0, &day)
        .unwrap();
    s.write(3, 2, "给排水管")
        .unwrap()
        .write(3, 3, "漏水")
        .unwrap()
        .write(3, 4, "是")
        .unwrap();
    s.write(5, 0, "A3")
        .unwrap()
        .write(5, 1, "2025/3/14")
        .unwrap();
    s.write(4, 0, "A2")
        .unwrap()
        .write(4, 1, "13/03/2025")
        .unwrap();
    s.write(4, 2, "门窗")
        .unwrap()
        .write(4, 3, "关不上")
        .unwrap();
    for row in 6..40_000 {
        s.write_blank(row, 0, &plain).unwrap();
    }
    w.write("book.xlsx", book.save_to_buffer().unwrap())
}

fn request(w: &Workspace) -> Request {
    Request {
        kind: Some("repairs".into()),
        sheet: Some("明细".into()),
        ..w.request(&book(w))
    }
}

#[test]
fn a_map_is_guessed_and_can_be_used_as_it_is() {
    let w = Workspace::new();
    let request = request(&w);
    let map = import::guess(&request, Lang::Zh).unwrap();
    insta::assert_snapshot!(map);
    w.write("guessed.yaml", map);
    let o = import::run(&Request {
        map: Some("guessed.yaml".into()),
        sheet: None,
        ..request
    })
    .unwrap();
    assert_eq!((o.read, o.taken), (3, 3), "{:?}", o.refused);
    assert_eq!(
        w.written(&o),
        "编号,报修时间,部位,维修内容,应急\nA1,2025-03-01,给排水,漏水,是\nA2,2025-03-13,门窗,关不上,\nA3,2025-03-14,,,\n"
    );
}

#[test]
fn headers_are_found_below_titles() {
    let w = Workspace::new();
    let text = "某某小区报修台账,,\n制表：王芳,,\n,,\n编号,报修时间,维修内容\nX1,2025-03-01,灯\n";
    let file = w.write("s.csv", text);
    let request = Request {
        kind: Some("repairs".into()),
        ..w.request(&file)
    };
    let o = import::run(&request).unwrap();
    assert_eq!((o.read, o.taken, o.refused.len()), (1, 1, 0));
    // A map that says where they stand is heeded.
    w.write(
        "map.yaml",
        "header_row: 1\nid: 编号\ncolumns: {received_at: 报修时间}\n",
    );
    let wrong = import::run(&Request {
        map: Some("map.yaml".into()),
        ..request.clone()
    });
    assert!(wrong.unwrap_err().message.en.contains("no column `编号`"));
    let map = import::guess(&request, Lang::En).unwrap();
    assert!(
        map.contains("header_row: 4\n") && map.contains("id: 编号\n"),
        "{map}"
    );
}

#[test]
fn days_that_may_be_months_are_asked_about() {
    let w = Workspace::new();
    let guessed = |days: &str| {
        let file = w.write("s.csv", format!("报修时间,随便\n{days}\n"));
        let request = Request {
            kind: Some("repairs".into()),
            ..w.request(&file)
        };
        import::guess(&request, Lang::En).unwrap()
    };
    let sure = guessed("13/03/2025,x\n01/02/2025 8:30,y");
    assert!(
        sure.contains("format: ['%d/%m/%Y %H:%M:%S'") && !sure.contains("make sure"),
        "{sure}"
    );
    assert!(
        sure.contains("id: {number: 4}") && sure.contains("# columns not used: 随便"),
        "{sure}"
    );
    assert!(guessed("03/13/2025,x").contains("'%m/%d/%Y'"));
    assert!(guessed("01/02/2025,x").contains("make sure"));
    assert!(guessed("someday,x").contains("not known: someday"));
}

#[test]
fn sheets_are_those_of_a_workbook() {
    let w = Workspace::new();
    let first = Request {
        sheet: None,
        ..request(&w)
    };
    assert!(import::run(&first).is_err(), "the cover has no headers");
    let wrong = Request {
        sheet: Some("明".into()),
        ..request(&w)
    };
    let why = import::run(&wrong).unwrap_err().message.en;
    assert!(why.contains("封面, 明细"), "{why}");
    let file = w.write("s.csv", "编号,报修时间\n1,2025-03-01\n");
    let text = Request {
        kind: Some("repairs".into()),
        sheet: Some("明细".into()),
        ..w.request(&file)
    };
    assert!(
        import::run(&text)
            .unwrap_err()
            .message
            .en
            .contains("--sheet")
    );
    let nothing = Request {
        kind: None,
        ..request(&w)
    };
    assert!(
        import::guess(&nothing, Lang::En)
            .unwrap_err()
            .message
            .en
            .contains("--as")
    );
}

#[test]
fn a_look_before_anything_is_written() {
    let w = Workspace::new();
    let rows: String = (1..=7).map(|n| format!("{n},2025-03-0{n},\n")).collect();
    let file = w.write("s.csv", format!("编号,报修时间,维修内容\n{rows}"));
    let o = import::run(&Request {
        kind: Some("repairs".into()),
        dry_run: true,
        ..w.request(&file)
    })
    .unwrap();
    assert_eq!((o.taken, o.written.as_deref()), (7, None));
    let text = import::preview(&o, Lang::Zh);
    assert!(
        text.starts_with("第 2 行\n  编号：1\n  报修时间：2025-03-01\n第 3 行\n"),
        "{text}"
    );
    assert!(
        text.contains("另有 2 条") && !text.contains("维修内容"),
        "{text}"
    );
}
