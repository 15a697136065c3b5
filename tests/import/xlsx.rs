//! Workbooks: true dates beside dates as text, numbers, errors, and sheets that are no sheets.

use aftercare::import::{self, Outcome, Request, Why};
use rust_xlsxwriter::{Format, Formula, Workbook, Worksheet, XlsxError};

use crate::{Workspace, adds_up, refused};

const MAP: &str = "as: repairs\nid: 单号\ncolumns: {received_at: 时间, place: 地点, attempts: 次数, description: 内容, emergency: 急}\n";

fn run(
    w: &Workspace,
    sheet: Option<&str>,
    fill: impl FnOnce(&mut Workbook) -> Result<(), XlsxError>,
) -> Result<Outcome, aftercare::pipeline::Failure> {
    let mut book = Workbook::new();
    fill(&mut book).unwrap();
    let file = w.write("book.xlsx", book.save_to_buffer().unwrap());
    w.write(
        "map.yaml",
        format!(
            "{MAP}{}",
            sheet.map(|s| format!("sheet: {s}\n")).unwrap_or_default()
        ),
    );
    import::run(&Request {
        map: Some("map.yaml".into()),
        ..w.request(&file)
    })
    .inspect(adds_up)
}

fn header(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    for (i, name) in ["单号", "时 间", "地点", "次数", "内容", "急"]
        .into_iter()
        .enumerate()
    {
        sheet.write(0, u16::try_from(i).unwrap(), name)?;
    }
    Ok(())
}

#[test]
fn cells_of_every_kind() {
    let w = Workspace::new();
    let day = Format::new().set_num_format("yyyy/m/d");
    let clock = Format::new().set_num_format("yyyy/m/d h:mm:ss");
    let o = run(&w, None, |book| {
        let s = book.add_worksheet();
        header(s)?;
        s.write(1, 0, "0042")?
            .write_with_format(1, 1, 43_563.359_259_259_254, &clock)?
            .write(1, 2, 12.0)?
            .write(1, 3, 2.0)?
            .write(1, 4, " 第一行\n\t第二行，=1+1")?
            .write(1, 5, true)?;
        s.write(2, 0, 101_000_295_613.0)?
            .write_with_format(2, 1, 43563.0, &day)?
            .write(2, 2, 0.1 + 0.2)?
            .write(2, 4, "=HYPERLINK(1)")?;
        s.write(4, 0, "110101199001011234")?
            .write(4, 1, "2019/4/8 9:32:09")?
            .write(4, 2, "+86 139")?
            .write(4, 5, "否")?;
        s.write(5, 0, 110_101_199_001_011_234.0)?
            .write(5, 1, "2019/4/8")?;
        s.write(6, 0, "E")?.write(6, 1, "2019/4/8")?.write_formula(
            6,
            4,
            Formula::new("=1/0").set_result("#DIV/0!"),
        )?;
        s.write(7, 0, "F")?.write(7, 1, 43563)?;
        s.write(8, 0, "G")?
            .write(8, 1, "2019/4/8")?
            .write(8, 3, 2.5)?;
        // Far out: a dense table would not fit into memory.
        s.write(1_048_575, 16_383, "far")?;
        Ok(())
    })
    .unwrap();
    assert_eq!(
        w.written(&o),
        "编号,报修时间,维修地点,维修内容,应急,维修次数\n\
         0042,2019-04-08 08:37:20,12,\"第一行\n\t第二行，=1+1\",是,2\n\
         101000295613,2019-04-08,0.3,=HYPERLINK(1),,\n\
         110101199001011234,2019-04-08 09:32:09,+86 139,,否,\n"
    );
    assert_eq!(
        refused(&o),
        [
            (6, vec![Why::Digits]),
            (7, vec![Why::CellError]),
            (8, vec![Why::Value]),
            (9, vec![Why::Value]),
            (1_048_576, vec![Why::Missing, Why::Missing]),
        ]
    );
}

#[test]
fn a_date_and_a_clock_in_two_cells() {
    let w = Workspace::new();
    let mut book = Workbook::new();
    let s = book.add_worksheet();
    let (day, clock) = (
        Format::new().set_num_format("yyyy/m/d"),
        Format::new().set_num_format("h:mm"),
    );
    for (i, name) in ["n", "d", "t"].into_iter().enumerate() {
        s.write(0, u16::try_from(i).unwrap(), name).unwrap();
    }
    s.write(1, 0, "A")
        .unwrap()
        .write_with_format(1, 1, 43563.0, &day)
        .unwrap()
        .write_with_format(1, 2, 0.395_833_333_333, &clock)
        .unwrap();
    let file = w.write("b.xlsx", book.save_to_buffer().unwrap());
    w.write(
        "m.yaml",
        "as: repairs\nid: n\ncolumns: {received_at: {join: [d, t]}}\n",
    );
    let o = import::run(&Request {
        map: Some("m.yaml".into()),
        ..w.request(&file)
    })
    .unwrap();
    assert_eq!(w.written(&o), "编号,报修时间\nA,2019-04-08 09:30\n");
}

#[test]
fn sheets_are_chosen_by_name() {
    let w = Workspace::new();
    let fill = |book: &mut Workbook| {
        book.add_worksheet()
            .set_name("说明")?
            .write(0, 0, "维修单导出")?;
        let s = book.add_worksheet().set_name("数据")?;
        header(s)?;
        s.write(1, 0, "A")?.write(1, 1, "2025-03-01")?;
        Ok(())
    };
    let o = run(&w, Some("数据"), fill).unwrap();
    assert_eq!((o.taken, o.sheets), (1, vec!["说明".to_owned()]));
    let f = run(&w, Some("数剧"), fill).unwrap_err();
    assert!(
        f.status == 2 && f.message.zh.contains("是不是「数据」"),
        "{}",
        f.message.zh
    );
    let f = run(&w, None, fill).unwrap_err();
    assert!(
        f.message.zh.contains("没有「单号」这一列"),
        "{}",
        f.message.zh
    );
}

#[test]
fn what_is_no_workbook_is_told() {
    let w = Workspace::new();
    let mut book = Workbook::new();
    header(book.add_worksheet()).unwrap();
    let whole = book.save_to_buffer().unwrap();
    for bytes in [
        b"not a zip".to_vec(),
        Vec::new(),
        whole[..whole.len() / 2].to_vec(),
        whole[..30].to_vec(),
    ] {
        let file = w.write("b.xlsx", bytes);
        let f = import::run(&Request {
            kind: Some("repairs".into()),
            ..w.request(&file)
        })
        .map(|o| panic!("{o:?}"))
        .unwrap_err();
        assert!(
            f.status == 2 && f.message.zh.contains("不是完好的 .xlsx"),
            "{}",
            f.message.zh
        );
    }
}

#[test]
fn damaged_workbooks_do_not_panic() {
    let w = Workspace::new();
    let mut book = Workbook::new();
    header(book.add_worksheet()).unwrap();
    let whole = book.save_to_buffer().unwrap();
    for i in (0..whole.len()).step_by(61) {
        let mut bytes = whole.clone();
        bytes[i] ^= 0x55;
        let file = w.write("b.xlsx", bytes);
        let _ = import::run(&Request {
            kind: Some("repairs".into()),
            ..w.request(&file)
        });
    }
}

/// A workbook as an office exports it: notes, then a merged title above the header, true dates beside dates as text,
/// and rows that are formatted and empty.
fn exported(notes_first: bool) -> Vec<u8> {
    let mut book = Workbook::new();
    let notes = |book: &mut Workbook| -> Result<(), XlsxError> {
        book.add_worksheet()
            .set_name("说明")?
            .write(0, 0, "由系统导出")?;
        Ok(())
    };
    if notes_first {
        notes(&mut book).unwrap();
    }
    let day = Format::new().set_num_format("yyyy/m/d");
    let s = book.add_worksheet().set_name("三月").unwrap();
    let fill = |s: &mut Worksheet| -> Result<(), XlsxError> {
        s.merge_range(0, 0, 0, 2, "三月维修登记表", &Format::new())?;
        for (i, name) in ["编号", "报修时间", "维修地点"].into_iter().enumerate() {
            s.write(1, u16::try_from(i).unwrap_or(0), name)?;
        }
        s.write(2, 0, "W-1")?
            .write_with_format(2, 1, 45719.0, &day)?;
        s.write(3, 0, "W-2")?.write(3, 1, "2025年3月4日")?;
        s.write(4, 0, "W-3")?.write(4, 1, "3/4/2025")?;
        for row in 5..50_005 {
            s.write_blank(row, 0, &day)?.write_blank(row, 2, &day)?;
        }
        Ok(())
    };
    fill(s).unwrap();
    if !notes_first {
        notes(&mut book).unwrap();
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn an_export_as_it_comes() {
    let w = Workspace::new();
    let request = |file: &std::path::Path| Request {
        kind: Some("repairs".into()),
        ..w.request(file)
    };
    let file = w.write("三月.xlsx", exported(false));
    let o = import::run(&request(&file)).inspect(adds_up).unwrap();
    assert_eq!(
        (o.read, o.taken, o.sheets.as_slice()),
        (3, 2, &["说明".to_owned()][..])
    );
    assert_eq!(refused(&o), [(5, vec![Why::Value])]);
    assert_eq!(
        w.written(&o),
        "编号,报修时间,维修地点\nW-1,2025-03-03,\nW-2,2025-03-04,\n"
    );
    // Once more: nothing is new.
    let o = import::run(&request(&file)).unwrap();
    assert_eq!((o.fresh, &o.written), ([0, 0, 2], &None));
    // And as a copy under another name: the ids are taken.
    let copy = w.write("三月 (1).xlsx", exported(false));
    let o = import::run(&request(&copy)).unwrap();
    assert_eq!((o.taken, &o.written), (0, &None));

    let file = w.write("四月.xlsx", exported(true));
    let f = import::run(&request(&file)).unwrap_err();
    let help = f.help.unwrap();
    assert!(
        help.zh.contains("「三月」") && help.zh.contains("--sheet"),
        "{}",
        help.zh
    );
    let f = import::run(&w.request(&file)).unwrap_err();
    assert!(
        f.message.en.contains("--as") && f.help.is_none(),
        "no kind is named"
    );
    w.write(
        "sheet.yaml",
        "as: repairs\nid: 编号\ncolumns: {received_at: 报修时间}\n",
    );
    let by_map = Request {
        map: Some("sheet.yaml".into()),
        ..request(&file)
    };
    let f = import::run(&by_map).unwrap_err();
    assert!(
        f.help.is_some_and(|h| h.en.contains("`三月`")),
        "{}",
        f.message.en
    );
    let told = Request {
        sheet: Some("说明".into()),
        ..request(&file)
    };
    assert!(
        import::run(&told).unwrap_err().help.is_none(),
        "it was said which"
    );
}

#[test]
fn an_only_office_need_not_be_named() {
    let w = Workspace::new();
    let file = w.write("a.csv", "编号,报修时间\nR-1,2025-03-01\n");
    let request = Request {
        kind: Some("repairs".into()),
        into: None,
        ..w.request(&file)
    };
    assert_eq!(import::run(&request).unwrap().taken, 1);
    w.write("records/other/office.yaml", "name: 乙\npolicies: []\n");
    let f = import::run(&request).unwrap_err();
    assert!(
        f.help.is_some_and(|h| h.zh.contains("cuihu、other")),
        "{}",
        f.message.zh
    );
}
