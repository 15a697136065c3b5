//! The spellings of values, table by table.

use super::helper::{Workspace, line, shown};

/// Reads cells of a kind's field; gives of each its value and what is said about it.
fn cells(kind: &str, field: &str, texts: &[&str]) -> Vec<(String, Vec<String>)> {
    let rows = texts
        .iter()
        .enumerate()
        .map(|(i, t)| format!("X-{i}\t{t}\n"));
    let written = format!("id\t{field}\n{}", rows.collect::<String>());
    let workspace = Workspace::new(&[(&format!("{kind}.csv"), written.as_bytes())]);
    let (office, findings) = workspace.load();
    let said = |row: u32| {
        let about = findings.iter().filter(|f| f.place.line == row + 2);
        let about = about.filter(|f| f.field.as_deref() == Some(field));
        about.map(|f| f.rule.clone()).collect()
    };
    let rows = 0..u32::try_from(texts.len()).unwrap();
    rows.map(|row| (shown(&office, kind, row, field), said(row)))
        .collect()
}

fn reads(kind: &str, field: &str, table: &[(&str, &str)]) {
    let texts: Vec<&str> = table.iter().map(|r| r.0).collect();
    for ((text, value), (read, said)) in table.iter().zip(cells(kind, field, &texts)) {
        assert_eq!((read.as_str(), said), (*value, vec![]), "{field}: {text}");
    }
}

fn refuses(kind: &str, field: &str, texts: &[&str]) {
    for (text, found) in texts.iter().zip(cells(kind, field, texts)) {
        let expected = (String::new(), vec!["core/bad-value".to_owned()]);
        assert_eq!(found, expected, "{field}: {text}");
    }
}

#[test]
fn absent_tokens_are_absent_and_no_more() {
    let tokens = ["", " ", "-", "—", "/", "待补", "待定", "?", "N/A", "　"];
    for (token, found) in tokens.iter().zip(cells("visits", "opinion", &tokens)) {
        assert_eq!(found, (String::new(), vec![]), "{token}");
    }
    for (token, found) in tokens.iter().zip(cells("visits", "method", &tokens)) {
        assert_eq!(found.1, ["core/missing-field"], "{token}");
    }
    let kept = [
        "无",
        "--",
        "n/a",
        "0",
        "null",
        "~",
        "待补充",
        "NULL",
        "没有",
    ];
    reads("visits", "opinion", &kept.map(|t| (t, t)));
}

#[test]
fn enumerated_values_are_codes_or_labels() {
    let same = [
        ("leak", "leak"),
        ("漏水", "leak"),
        (" 漏水 ", "leak"),
        ("ｌｅａｋ", "leak"),
        ("Leak", "leak"),
    ];
    reads("repairs", "category", &same);
    reads(
        "repairs",
        "settlement_docs",
        &[
            (
                "工程量单；visas、验收合格报告",
                "quantities|visas|acceptance_report",
            ),
            ("quantities;;", "quantities"),
        ],
    );
    refuses("repairs", "category", &["渗水", "lea", "漏 水", "1", "无"]);
}

#[test]
fn yes_and_no() {
    let yes = ["true", "是", "有", "√", "yes", "TRUE", "Yes"];
    let no = ["false", "否", "无", "×", "no", "FALSE", "No"];
    reads("visits", "onsite_checked", &yes.map(|t| (t, "true")));
    reads("visits", "onsite_checked", &no.map(|t| (t, "false")));
    refuses("visits", "onsite_checked", &["1", "0", "对", "是的", "y"]);
}

#[test]
fn numbers_and_amounts() {
    reads(
        "repairs",
        "cost",
        &[
            ("1,234.50", "123450分"),
            ("１２３４．５", "123450分"),
            ("¥1234.5", "123450分"),
            ("￥ 1,234.50元", "123450分"),
            ("1.25万元", "1250000分"),
            ("3 万元", "3000000分"),
            ("0.00001万元", "10分"),
            ("-5", "-500分"),
            ("1280.500", "128050分"),
        ],
    );
    refuses(
        "repairs",
        "cost",
        &[
            "12.345",
            "1,23",
            "1e5",
            "约100",
            "100-200",
            "１２。５",
            "99999999999999999999",
            "万元",
            "USD 5",
            "0x10",
            "1.2.3",
            "一百",
        ],
    );
    reads(
        "repairs",
        "attempts",
        &[("2", "2"), ("２", "2"), ("2.0", "2"), ("1,000", "1000")],
    );
    refuses("repairs", "attempts", &["2.5", "两次", "2次"]);
    reads(
        "repairs",
        "labour",
        &[
            ("2.5", "2.5"),
            ("0.1", "0.1"),
            ("1,000.25", "1000.25"),
            (".5", "0.5"),
        ],
    );
}

#[test]
fn days() {
    let same = [
        "2025-03-01",
        "2025/3/1",
        "2025.3.1",
        "20250301",
        "2025年3月1日",
        "２０２５年３月１日",
        "2025-3-1",
    ];
    reads("repairs", "feedback_on", &same.map(|t| (t, "2025-03-01")));
    refuses(
        "repairs",
        "feedback_on",
        &[
            "3/4/2025",
            "2025-02-29",
            "2025-3",
            "45717",
            "2025-03-01 14:30",
            "3月1日",
            "2025年3月",
            "25-3-1",
            "2025-13-01",
            "2025-00-10",
            "今天",
            "2025-03-01至03-05",
            "2025/03.01",
            "0000-01-01",
        ],
    );
}

#[test]
fn times_with_and_without_an_offset() {
    reads(
        "repairs",
        "notified_at",
        &[
            ("2025-03-01", "2025-03-01"),
            ("2025-03-01 14:30", "2025-03-01 14:30"),
            ("2025-03-01 14:30:05", "2025-03-01 14:30:05"),
            ("2025-03-01T14:30", "2025-03-01 14:30"),
            ("2025-03-01T14:30:05.250", "2025-03-01 14:30:05"),
            ("2025-03-01 下午2:30", "2025-03-01 14:30"),
            ("2025年3月1日下午2:30", "2025-03-01 14:30"),
            ("2025/3/1 上午12:05", "2025-03-01 00:05"),
            ("2025/3/1 下午12:05", "2025-03-01 12:05"),
            ("2025-03-01 14：30", "2025-03-01 14:30"),
            ("2025/4/25 9:32:09", "2025-04-25 09:32:09"),
            ("20250301 14:30", "2025-03-01 14:30"),
            ("2025-03-01T14:30+08:00", "2025-03-01 14:30"),
            ("2025-03-01T20:30Z", "2025-03-02 04:30"),
            ("2025-03-01 14:30 -0500", "2025-03-02 03:30"),
        ],
    );
    refuses(
        "repairs",
        "notified_at",
        &[
            "2025-03-01 24:00",
            "2025-03-01 14",
            "2025-03-01 14:60",
            "2025-03-01 下午15:30",
            "14:30",
            "2025-03-01 14:30 PM",
            "2025-03-01T",
            "2025-03-01 14:30+99:00",
            "2025-03-01 2:3",
        ],
    );
}

#[test]
fn a_time_without_offset_is_in_the_offices_zone() {
    let workspace = Workspace::new(&[("repairs.csv", b"id,received_at\nR-1,2025-06-01T00:00Z\n")]);
    workspace.put(
        "office.yaml",
        b"name: x\npolicies: []\ntimezone: Asia/Urumqi\n",
    );
    let (office, findings) = workspace.load();
    assert_eq!(
        shown(&office, "repairs", 0, "received_at"),
        "2025-06-01 06:00"
    );
    assert!(findings.is_empty());
}

#[test]
fn lists_in_a_cell_and_in_yaml() {
    let same = [
        "纱窗;铰链",
        "纱窗；铰链",
        "纱窗、铰链",
        " 纱窗 、 铰链 、",
        "纱窗；—；铰链",
    ];
    reads("repairs", "materials", &same.map(|t| (t, "纱窗|铰链")));
    let yaml = "id: R-1\nreceived_at: 2025-03-01\nmaterials: [纱窗, '铰链;大', '-']\nphotos:\n- a.jpg\n- b、c.jpg\n";
    let (office, findings) = Workspace::new(&[("repairs.yaml", yaml.as_bytes())]).load();
    assert_eq!(shown(&office, "repairs", 0, "materials"), "纱窗|铰链;大");
    assert_eq!(shown(&office, "repairs", 0, "photos"), "a.jpg|b、c.jpg");
    assert!(findings.is_empty());
}

#[test]
fn periods_in_every_spelling() {
    let head = "id,kind,period\n";
    let rows = [
        ("ledger", "2025", "2025"),
        ("ledger", "2025年", "2025"),
        ("ledger", "2025年上半年", "2025-H1"),
        ("ledger", "2025年第1季度", "2025-Q1"),
        ("ledger", "2025年3月", "2025-03"),
        ("ledger", "2025年第14周", "2025-W14"),
        ("weekly_summary", "2025-04-02", "2025-W14"),
        ("周统计", "2025/4/2", "2025-W14"),
        ("台帐", "2025-03", "2025-03"),
        ("ledger", "2025-04-02", ""),
        ("ledger", "2025-13", ""),
        ("ledger", "2025-W54", ""),
        ("ledger", "三月", ""),
    ];
    let text: String = rows
        .iter()
        .enumerate()
        .map(|(i, r)| format!("F-{i},{},{}\n", r.0, r.1))
        .collect();
    let (office, findings) =
        Workspace::new(&[("filings.csv", (head.to_owned() + &text).as_bytes())]).load();
    for (i, r) in rows.iter().enumerate() {
        assert_eq!(shown(&office, "filings", i as u32, "period"), r.2, "{r:?}");
    }
    let bad = findings
        .iter()
        .filter(|f| f.field.as_deref() == Some("period"));
    assert_eq!(bad.count(), 4);
}

#[test]
fn a_period_is_read_after_the_kind_it_depends_on() {
    let csv = "id,period,kind\nF-1,2025-04-02,weekly_summary\n";
    let yaml = "id: F-2\nperiod: 2025-04-02\nkind: 周统计\n";
    let files = [
        ("filings/a.csv", csv.as_bytes()),
        ("filings/b.yaml", yaml.as_bytes()),
    ];
    let (office, findings) = Workspace::new(&files).load();
    for row in 0..2 {
        assert_eq!(shown(&office, "filings", row, "period"), "2025-W14");
    }
    assert!(findings.is_empty());
}

#[test]
fn ids_have_no_marks_that_lists_and_paths_need() {
    for id in [
        "R#1",
        "R/1",
        "R、1",
        "R；1",
        "R;1",
        "\"R,1\"",
        "\"R\u{7}1\"",
        "\"R\n1\"",
        &"9".repeat(300),
    ] {
        let csv = format!("id,received_at\n{id},2025-03-01\n");
        let told = Workspace::new(&[("repairs.csv", csv.as_bytes())]).told();
        let column = if id.starts_with('"') { 2 } else { 1 };
        assert_eq!(
            told,
            [format!("repairs.csv:2:{column} core/bad-value - id")],
            "{id}"
        );
    }
    for id in ["R 1", "R.1", "维-1", "R_1(补)", "0031", "r-1"] {
        let csv = format!("id,received_at\n{id},2025-03-01\n");
        let (office, findings) = Workspace::new(&[("repairs.csv", csv.as_bytes())]).load();
        assert_eq!(shown(&office, "repairs", 0, "id"), id);
        assert!(findings.is_empty());
    }
}

#[test]
fn yaml_scalars_are_read_by_their_field() {
    let yaml = "id: 0031\nreceived_at: 2025-03-01\nreporter: no\nphone: 0571\ndescription: 12:30:45\nplace: true\noutcome: null\nwarranty_claim: 是\nemergency: no\ncost: 0010\ncontract_no: 1e3\nregion: 0x1F\n";
    let (office, findings) = Workspace::new(&[("repairs.yaml", yaml.as_bytes())]).load();
    for (field, value) in [
        ("id", "0031"),
        ("reporter", "no"),
        ("phone", "0571"),
        ("description", "12:30:45"),
        ("place", "true"),
        ("outcome", ""),
        ("warranty_claim", "true"),
        ("emergency", "false"),
        ("cost", "1000分"),
        ("contract_no", "1e3"),
        ("region", "0x1F"),
    ] {
        assert_eq!(shown(&office, "repairs", 0, field), value, "{field}");
    }
    assert!(findings.is_empty());
}

#[test]
fn what_is_after_the_day_is_absent_but_where_it_is_planned() {
    let csv = "id,received_at,started_at,promised_on\nR-1,2026-01-01,2025-12-31 23:59,2026-02-01\nR-2,2025-12-31 23:59,2026-01-01 00:00,\n";
    let (office, findings) = Workspace::new(&[("repairs.csv", csv.as_bytes())]).load();
    let told: Vec<String> = findings.iter().map(line).collect();
    assert_eq!(
        told,
        [
            "repairs.csv:2:5 core/future-date R-1 received_at",
            "repairs.csv:3:22 core/future-date R-2 started_at",
        ]
    );
    assert_eq!(shown(&office, "repairs", 0, "received_at"), "");
    assert_eq!(shown(&office, "repairs", 0, "promised_on"), "2026-02-01");
    assert_eq!(shown(&office, "repairs", 1, "started_at"), "");
    let repairs = office.table(office.schema.kind("repairs").unwrap());
    assert_eq!(repairs.live, [false, true]);
}

#[test]
fn a_shift_that_begins_after_the_day_is_no_evidence_yet() {
    let csv = "id,staff,starts_at,ends_at\nH-1,S,2026-01-01 08:00,2026-01-01 20:00\nH-2,S,2025-12-31 20:00,2026-01-01 08:00\n";
    let files = [
        ("shifts.csv", csv.as_bytes()),
        ("staff.csv", "id,name,role\nS,王芳,主管\n".as_bytes()),
    ];
    let (office, findings) = Workspace::new(&files).load();
    assert!(findings.is_empty(), "{findings:?}");
    let shifts = office.table(office.schema.kind("shifts").unwrap());
    assert_eq!(shifts.live, [false, true]);
}
