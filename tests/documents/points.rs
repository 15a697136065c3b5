//! Points from findings: each costs whoever answers for the record, and less the head of department; a clean month earns both.

use aftercare::document::form::{self, Forms, Wanted};
use aftercare::document::redact::Redaction;
use aftercare::document::{Templates, findings};
use aftercare::pipeline::{self, Request};

use crate::fixture::*;

const OFF: &str = "weekly-calls, daily-calls, supervisor-signed, weekly-summary, summary-true, lapsed-customer, \
                   payment-reminder, written, customer-profile";

/// The lines of the table of points on each sheet of a month that is asked for, as of a day.
fn statements(as_of: &str, month: &str, with: &str) -> Vec<String> {
    let root = tempfile::tempdir().unwrap();
    let home = root.path().join("records");
    std::fs::create_dir_all(&home).unwrap();
    let put = |name: &str, text: &str| std::fs::write(home.join(name), text).unwrap();
    put(
        "office.yaml",
        &format!("name: 恒昌\npolicies:\n  - {{use: sales-follow-up, off: [{OFF}]{with}}}\n"),
    );
    put(
        "staff.csv",
        "id,name,role,department\nH1,周岚,department_head,客服部\nS1,王芳,service_officer,客服部\n\
         S2,李明,service_officer,客服部\nS3,赵强,salesperson,营销部\n",
    );
    put("customers.csv", "id,name\nK1,顺达\n");
    put(
        "visits.yaml",
        "- {id: V1, date: 2025-03-06 09:00, recorded_at: 2025-03-07 09:00, method: phone, staff: S1, customer: K1}\n\
         - {id: V2, date: 2025-03-07 09:00, recorded_at: 2025-03-07 10:00, method: phone, staff: S2, customer: K1}\n\
         - {id: V3, date: 2025-03-10 09:00, recorded_at: 2025-03-10 10:00, method: phone, staff: S3, customer: K1,\n   \
            questions: [{text: 价格, beyond_authority: 是, answered_by: H1, answered_on: 2025-03-11}]}\n\
         - {id: V4, date: 2025-04-06 09:00, recorded_at: 2025-04-06 10:00, method: phone, staff: S1, customer: K1}\n\
         - {id: V5, date: 2025-04-08 09:00, recorded_at: 2025-04-08 10:00, method: phone, staff: S1, customer: K1}\n",
    );
    let request = Request {
        root: root.path().to_path_buf(),
        as_of: as_of.parse().unwrap(),
        offices: vec![],
        policies: vec![],
        everything: true,
    };
    let mut checked = pipeline::check(&request).unwrap_or_else(|f| panic!("{}", f.message.en));
    let core: Vec<String> = checked
        .findings()
        .filter(|f| f.rule.starts_with("core/"))
        .map(|f| f.message.en)
        .collect();
    assert!(core.is_empty(), "{core:?}");
    findings::attach(&mut checked).unwrap();
    let office = &checked.offices[0].office;
    assert_eq!(
        office.len(),
        4 + 1 + 5 + 1,
        "findings are no records of the office"
    );
    let forms = Forms::compile(&Templates::embedded(), &office.schema, &packs())
        .unwrap_or_else(|f| panic!("{}", f[0]));
    let wanted = Wanted {
        forms: vec!["points-statement".to_owned()],
        ..Wanted::default()
    };
    let recipes = form::of_office(office, &forms, &packs(), &Redaction::none(), &wanted).unwrap();
    let mut lines = Vec::new();
    for r in recipes
        .iter()
        .filter(|r| r.path.ends_with(&format!("{month}.pdf")))
    {
        let sheet = json(r);
        let mut tables = sheet["blocks"].as_array().unwrap().iter();
        let points = tables.rfind(|b| b["head"].as_array().is_some()).unwrap();
        for row in points["rows"].as_array().unwrap() {
            let texts: Vec<&str> = row
                .as_array()
                .unwrap()
                .iter()
                .map(|c| c["text"].as_str().unwrap_or_default())
                .collect();
            if texts.iter().any(|t| !t.is_empty()) {
                lines.push(format!(
                    "{} {}",
                    &sheet["number"].as_str().unwrap()[..2],
                    texts.join("|")
                ));
            }
        }
        let shown: Vec<&String> = r
            .records
            .iter()
            .filter(|n| n.starts_with("findings/"))
            .collect();
        assert!(shown.is_empty(), "{shown:?}");
    }
    lines
}

#[test]
fn each_fault_costs_and_a_clean_month_earns() {
    assert_eq!(
        statements("2025-04-30", "2025-03", ""),
        [
            "H1 1|3月6日|四、1.6|回访日清日结|回访「V1」|王芳|-2",
            "H1 2|||当月工作无误||李明|30",
            "H1 |||合计|||28",
            "S1 1|3月6日|四、1.6|回访日清日结|回访「V1」|王芳|-10",
            "S1 |||合计|||-10",
            "S2 1|||当月工作无误||李明|100",
            "S2 |||合计|||100",
            "S3 1|3月10日|六、2|权限内不能处理的问题上报|问题与意见「V3#1」|赵强|-20",
            "S3 |||合计|||-20",
        ]
    );
}

#[test]
fn a_month_that_is_not_over_earns_nothing_yet() {
    let early = statements("2025-04-29", "2025-04", "");
    assert_eq!(early, ["H1 |||合计|||", "S1 |||合计|||"]);
    assert_eq!(
        statements("2025-04-30", "2025-04", ""),
        [
            "H1 1|||当月工作无误||王芳|30",
            "H1 |||合计|||30",
            "S1 1|||当月工作无误||王芳|100",
            "S1 |||合计|||100"
        ]
    );
}

#[test]
fn the_points_are_those_that_the_office_applies() {
    let with = ", with: {points: {finding: -5, clean_head: 0}}";
    let own: Vec<String> = statements("2025-04-30", "2025-03", with)
        .into_iter()
        .filter(|l| l.contains("合计"))
        .collect();
    assert_eq!(
        own,
        [
            "H1 |||合计|||-2",
            "S1 |||合计|||-5",
            "S2 |||合计|||100",
            "S3 |||合计|||-20"
        ]
    );
}
