//! Numbers of policies, sums, links and lines in forms.

use aftercare::document::Templates;
use aftercare::document::form::{self, Forms, Wanted};
use aftercare::document::redact::Redaction;

use crate::fixture::*;

/// What stands in a made-up form's cells and tables, one line each, for an office's sheets of it.
fn shown(form: &str, files: &[(&str, &str)]) -> Vec<String> {
    let mut all = files.to_vec();
    // A form is made where an adopted policy prescribes it: this one takes a real form's place.
    all.push((
        "staff.csv",
        "id,name,role\nS1,王芳,service_officer\nS2,李明,technician\n",
    ));
    let office = office(&all);
    let mut templates = Templates::default();
    let id = form.split_once("id: ").unwrap().1.lines().next().unwrap();
    let name = format!("forms/{id}/form.yaml");
    templates.insert(&name, form.as_bytes().to_vec());
    let forms =
        Forms::compile(&templates, &schema(), &packs()).unwrap_or_else(|f| panic!("{}", f[0]));
    let recipes = form::of_office(
        &office,
        &forms,
        &packs(),
        &Redaction::none(),
        &Wanted::default(),
    )
    .unwrap();
    let mut lines = Vec::new();
    for r in single(&recipes).filter(|r| r.path.ends_with(".pdf")) {
        for block in json(r)["blocks"].as_array().unwrap() {
            for row in block["rows"].as_array().unwrap() {
                if let Some(group) = row.get("group") {
                    lines.push(format!("[{}]", group.as_str().unwrap()));
                    continue;
                }
                let cells = row.as_array().unwrap().iter();
                let texts: Vec<&str> = cells.map(|c| c["text"].as_str().unwrap_or("☐")).collect();
                lines.push(texts.join(" | "));
            }
        }
    }
    lines
}

const HEAD: &str = "title: {zh: 甲, en: X}\ncolumns: [1, 1, 1, 1]\n";

#[test]
fn numbers_are_those_in_force_on_the_sheets_day() {
    let form = format!(
        "id: settlement-sheet\n{HEAD}each: repairs\ndate: completed_at\nrows:\n  - cells:\n    \
         - {{label: {{zh: 限额, en: L}}, text: {{zh: '{{number(\"building-assets/approval-small.limit\")}}', en: x}}}}\n    \
         - {{label: {{zh: 年, en: Y}}, text: {{zh: '{{table(\"construction-warranty/terms\", part)}}', en: x}}}}\n"
    );
    let repairs = "repairs.csv";
    let rows = "id,received_at,completed_at,part\n甲,2024-03-01,2024-03-02,wet_room\n乙,2025-03-01,2025-03-02,wet_room\n";
    let plain = shown(
        &form,
        &[
            ("office.yaml", "name: 甲\npolicies: [building-assets]\n"),
            (repairs, rows),
        ],
    );
    assert_eq!(plain, ["10000 | 5", "10000 | 5"]);
    let changed = "name: 甲\npolicies:\n  - {use: building-assets, until: 2024-12-31}\n  \
                   - {use: building-assets, from: 2025-01-01, with: {approval-small: {limit: 8000}}}\n  \
                   - {use: construction-warranty, with: {terms: {wet_room: 6}}}\n";
    let worded = shown(&form, &[("office.yaml", changed), (repairs, rows)]);
    assert_eq!(worded, ["10000 | 6", "8000 | 6"]);
}

#[test]
fn sums_are_exact_and_told_in_capitals() {
    let form = format!(
        "id: settlement-sheet\n{HEAD}each: repairs\nlet:\n  item: {{of: items, by: repair}}\nwhen: present(item)\n\
         define: {{worth: 'present(amount) ? amount : quantity * price'}}\nrows:\n  - cells:\n    \
         - {{label: {{zh: 合计, en: S}}, sum: {{of: {{of: items, by: repair}}, value: worth}}}}\n    \
         - {{label: {{zh: 大写, en: C}}, sum: {{of: {{of: items, by: repair}}, value: worth}}, kind: capitals}}\n  - cells:\n    \
         - {{label: {{zh: 余额, en: L}}, sum: {{of: {{of: items, by: repair}}, value: worth, left_of: estimate}}}}\n    \
         - {{label: {{zh: 占, en: P}}, sum: {{of: {{of: items, by: repair}}, value: worth, share_of: estimate}}}}\n  \
         - table:\n      from: [{{of: items, by: repair}}]\n      group: unit\n      columns:\n        \
         - {{value: name}}\n        - {{label: {{zh: 金额, en: A}}, value: worth, total: true}}\n"
    );
    let lines = shown(
        &form,
        &[
            ("office.yaml", "name: 甲\npolicies: [building-assets]\n"),
            (
                "repairs.csv",
                "id,received_at,estimate\nR1,2025-03-01,200\nR2,2025-03-02,\n",
            ),
            (
                "items.csv",
                "id,repair,name,unit,quantity,price,amount\nI1,R1,甲,米,2.5,19.99,\nI2,R1,乙,个,,,100.10\nI3,R1,丙,个,3,,\n",
            ),
        ],
    );
    assert_eq!(
        lines,
        [
            "150.08 元 | 壹佰伍拾元零捌分",
            "49.92 元 | 75.0%",
            "[个（2 条）]",
            "乙 | 100.10 元",
            "丙 | ",
            "小计 | 100.10 元",
            "[米（1 条）]",
            "甲 | 49.98 元",
            "小计 | 49.98 元",
            "合计 | 150.08 元",
        ]
    );
}

#[test]
fn links_go_over_two_references_and_from_a_key() {
    let form = format!(
        "id: customer-info\n{HEAD}each: customers\nrows:\n  - cells:\n    \
         - {{label: {{zh: 问题, en: Q}}, count: {{of: questions, by: visit.customer}}}}\n    \
         - {{label: {{zh: 同事的回访, en: V}}, count: {{of: visits, by: staff, key: staff, distinct: customer}}}}\n"
    );
    let lines = shown(
        &form,
        &[
            ("office.yaml", "name: 甲\npolicies: [sales-follow-up]\n"),
            ("customers.csv", "id,name,staff\nK1,甲,S1\nK2,乙,\n"),
            (
                "visits.csv",
                "id,date,staff,method,customer\nV1,2025-03-01,S1,phone,K1\nV2,2025-03-02,S1,phone,K1\nV3,2025-03-03,S1,phone,K2\n",
            ),
            (
                "questions.csv",
                "id,visit,text\nQ1,V1,一\nQ2,V2,二\nQ3,V3,三\n",
            ),
        ],
    );
    assert_eq!(lines, ["2 | 2", "1 | 0"]);
}

#[test]
fn lines_of_allowed_values_columns_that_count_and_an_order() {
    let form = format!(
        "id: customer-info\n{HEAD}each: customers\nrows:\n  - table:\n      values: visits.satisfaction\n      columns:\n        \
         - {{label: {{zh: 评价, en: S}}, value: value}}\n        - {{label: {{zh: 好, en: G}}, value: 'value in [\"satisfied\", \"very_satisfied\"]'}}\n  \
         - table:\n      from: [{{of: staff, let: {{v: {{of: visits, by: staff}}}}, where: present(v)}}]\n      order: [role]\n      columns:\n        \
         - {{value: name}}\n        - {{label: {{zh: 次, en: N}}, count: {{of: visits, by: staff}}, total: true}}\n        \
         - {{label: {{zh: 天, en: D}}, value: 'days_between(v.date, last_day(\"2025-03\"))'}}\n"
    );
    let lines = shown(
        &form,
        &[
            ("office.yaml", "name: 甲\npolicies: [sales-follow-up]\n"),
            ("customers.csv", "id,name\nK1,甲\n"),
            (
                "visits.csv",
                "id,date,staff,method\nV1,2025-03-01,S1,phone\nV2,2025-03-02,S1,phone\n",
            ),
        ],
    );
    assert_eq!(lines.last().unwrap(), "合计 | 2 | ");
    assert_eq!(lines[lines.len() - 2], "王芳 | 2 | 29");
    assert_eq!(lines[0], "非常满意 | 是");
    assert_eq!(lines.len(), 5 + 2, "{lines:?}");
}

const SHIFTS: &str = "id,staff,starts_at,ends_at,away_from,away_until,substitute\n\
    H1,S1,2024-12-29 08:00,2024-12-30 07:00,,,\n\
    H2,S1,2024-12-30 08:00,2024-12-31 20:00,2024-12-30 12:00,2024-12-30 12:30,\n\
    H3,S2,2024-12-31 19:00,2025-01-02 08:00,2025-01-01 12:00,2025-01-01 13:00,S1\n\
    H4,S2,2025-01-02 08:01,2025-01-05 23:00,,,\n";

/// A week over the turn of the year: its gaps, and its days without the year only where that cannot be mistaken.
#[test]
fn gaps_stand_between_the_lines_and_the_period_says_the_year() {
    let form = format!(
        "id: duty-roster\n{HEAD}per: [week]\nrows:\n  - table:\n      from: [{{of: shifts}}]\n      gaps:\n        \
         label: {{zh: 无人, en: Nobody}}\n        cover: {{of: shifts, from: starts_at, until: ends_at, \
         away: {{from: away_from, until: away_until, unless: present(substitute)}}}}\n      columns:\n        \
         - {{value: id}}\n        - {{value: ends_at}}\n"
    );
    let lines = |lang: &str| {
        let config = format!("name: 甲\nlang: {lang}\npolicies: [service-desk-duty]\n");
        shown(&form, &[("office.yaml", &config), ("shifts.csv", SHIFTS)])
    };
    assert_eq!(
        lines("zh")[1..],
        [
            // The gap began in this week, after the shift of the week before.
            "[无人：2024年12月30日 07:00 至 2024年12月30日 08:00（1 小时）]",
            "H2 | 2024年12月31日 20:00",
            "[无人：2024年12月30日 12:00 至 2024年12月30日 12:30（30 分钟）]",
            "H3 | 2025年1月2日 08:00",
            "[无人：2025年1月2日 08:00 至 2025年1月2日 08:01（1 分钟）]",
            "H4 | 2025年1月5日 23:00",
        ]
    );
    assert_eq!(lines("en")[2], "H2 | 31 Dec 2024 20:00");
    assert_eq!(
        lines("zh")[0],
        "H1 | 12月30日 07:00",
        "the week before lies within 2024"
    );
}

#[test]
fn a_register_s_days_have_no_year() {
    let form = format!(
        "id: duty-roster\n{HEAD}per: [week]\nrows:\n  - table:\n      from: [{{of: shifts}}]\n      columns:\n        \
         - {{value: id}}\n        - {{value: starts_at, kind: date}}\n        - {{value: ends_at}}\n"
    );
    let shifts = "id,staff,starts_at,ends_at\nH1,S1,2025-03-03 08:00,2026-03-03 20:00:05\n";
    let lines = |lang: &str| {
        let config = format!("name: 甲\nlang: {lang}\npolicies: [service-desk-duty]\n");
        shown(&form, &[("office.yaml", &config), ("shifts.csv", shifts)])
    };
    assert_eq!(lines("zh"), ["H1 | 3月3日 | 2026年3月3日 20:00:05"]);
    assert_eq!(lines("en"), ["H1 | 3 Mar | 3 Mar 2026 20:00:05"]);
}
