//! Forms filled in, before anything is drawn.

use std::collections::BTreeSet;

use aftercare::calendar::Period;
use aftercare::document::Templates;
use aftercare::document::form::{Forms, Wanted};

use crate::fixture::*;

#[test]
fn an_office_gets_the_sheets_that_its_policies_prescribe() {
    let all = recipes(&lanting());
    let paths: Vec<&str> = all.iter().map(|r| r.path.as_str()).collect();
    insta::assert_snapshot!(paths.join("\n"));
    assert!(all.iter().all(|r| !r.records.is_empty()));
}

#[test]
fn filters_leave_the_rest_out() {
    let office = lanting();
    let made = |forms: &[&str], period: &str| -> Vec<String> {
        let wanted = Wanted {
            forms: forms.iter().map(|f| (*f).to_owned()).collect(),
            period: Period::parse(period),
        };
        let all = crate::fixture::wanted(&office, &wanted);
        let html = all.into_iter().filter(|r| r.path.ends_with(".html"));
        html.map(|r| r.path.rsplit('/').next().unwrap().to_owned())
            .collect()
    };
    assert_eq!(made(&["owner-visit-record"], "2025-W10"), ["V2.html"]);
    assert_eq!(made(&["complaint-ledger"], "2025-W10"), ["2025-W10.html"]);
    assert_eq!(
        made(&["complaint-ledger"], "2025-03"),
        ["2025-03.html", "2025-W10.html", "2025-W11.html"]
    );
    assert!(made(&["survey-form"], "2025-03").is_empty());
}

#[test]
fn a_sheet_carries_its_records_and_their_digest() {
    let all = recipes(&lanting());
    let pdf = one(&all, "owner-visit-record/V1.pdf");
    let (name, yaml) = pdf.attachment.as_ref().unwrap();
    assert_eq!(name, "records.yaml");
    insta::assert_snapshot!(yaml);
    let foot = json(pdf)["foot"].to_string();
    let digest = sha256(yaml);
    assert!(foot.contains(&digest), "{foot} {digest}");
    assert_eq!(
        pdf.records,
        [
            "visits/V1",
            "customers/K1",
            "staff/S1",
            "questions/V1#1",
            "questions/V1#2",
            "staff/S2"
        ]
    );
}

fn sha256(text: &str) -> String {
    use sha2::Digest;
    let hash = sha2::Sha256::digest(text);
    hash.iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn a_pdf_does_not_depend_on_where_its_records_stand() {
    let files = |visits: &'static str| {
        office(&[
            ("office.yaml", "name: 甲\npolicies: [owner-visit-survey]\n"),
            ("staff.csv", "id,name,role\nS1,王芳,service_officer\n"),
            ("visits.csv", visits),
        ])
    };
    let before = recipes(&files(
        "id,date,staff,method,opinion\nV1,2025-03-01,S1,phone,好\n",
    ));
    let after = recipes(&files(
        "date,id,staff,method,opinion\n2025-02-01,V0,S1,phone,\n2025/3/1,V1,王芳,电话,好\n",
    ));
    let base = [0; 32];
    let digest = |all, path| one(all, path).digest(&base);
    assert_eq!(digest(&before, "V1.pdf"), digest(&after, "V1.pdf"));
    assert_ne!(digest(&before, "V1.html"), digest(&after, "V1.html"));
    assert!(
        json(one(&after, "V1.html"))
            .to_string()
            .contains("visits.csv:3")
    );
}

#[test]
fn no_id_leads_out_of_its_folder() {
    let visits = "id,date,staff,method\n../../x,2025-03-01,S1,phone\nCON,2025-03-02,S1,phone\n\
                  v1,2025-03-03,S1,phone\nV1,2025-03-04,S1,phone\n回访 一:*?,2025-03-05,S1,phone\n";
    let all = recipes(&office(&[
        ("office.yaml", "name: 甲\npolicies: [owner-visit-survey]\n"),
        ("staff.csv", "id,name,role\nS1,王芳,service_officer\n"),
        ("visits.csv", visits),
    ]));
    let mut seen = BTreeSet::new();
    for r in single(&all) {
        let parts: Vec<&str> = r.path.split('/').collect();
        assert_eq!(parts.len(), 4, "{}", r.path);
        assert_eq!(parts[..3], ["a", "forms", "owner-visit-record"]);
        assert!(!parts[3].starts_with('.') && !parts[3].contains([':', '*', '?', ' ', '\\']));
        assert!(seen.insert(r.path.to_lowercase()), "{}", r.path);
    }
}

#[test]
fn published_pages_hide_what_the_office_asks_to_hide() {
    let files = |redact| {
        office(&[
            ("office.yaml", redact),
            ("staff.csv", "id,name,role\nS1,王芳菲,service_officer\n"),
            ("customers.csv", "id,name,phone\nK1,欧阳修远,13800001234\n"),
            (
                "visits.csv",
                "id,date,staff,method,customer,opinion\nV1,2025-03-01,S1,phone,K1,欧阳修远说请打 13800001234\n",
            ),
        ])
    };
    let hidden = recipes(&files(
        "name: 甲\npolicies: [owner-visit-survey]\nredact: [name, phone]\n",
    ));
    let page = json(one(&hidden, "V1.html")).to_string();
    let paper = json(one(&hidden, "V1.pdf")).to_string();
    for secret in ["欧阳修远", "王芳菲", "13800001234"] {
        assert!(!page.contains(secret), "{secret}");
        assert!(paper.contains(secret), "{secret}");
    }
    let open = recipes(&files("name: 甲\npolicies: [owner-visit-survey]\n"));
    assert!(
        json(one(&open, "V1.html"))
            .to_string()
            .contains("13800001234")
    );
}

#[test]
fn a_reference_to_nobody_is_printed_as_written() {
    let all = recipes(&office(&[
        ("office.yaml", "name: 甲\npolicies: [owner-visit-survey]\n"),
        (
            "visits.csv",
            "id,date,staff,method\nV1,2025-03-01,\"陈, 某\",phone\n",
        ),
    ]));
    assert!(json(one(&all, "V1.pdf")).to_string().contains("陈, 某"));
}

#[test]
fn a_form_with_a_fault_tells_its_place_and_the_nearest_name() {
    let fault = |text: &str| {
        let mut t = Templates::default();
        t.insert("forms/x/form.yaml", text.as_bytes().to_vec());
        let faults = Forms::compile(&t, &schema(), &packs()).unwrap_err();
        faults
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    };
    let head = "id: x\ntitle: {zh: 甲, en: X}\n";
    let told = [
        fault(&format!("{head}each: visit\nrows: []\n")),
        fault(&format!(
            "{head}each: visits\ncolumns: [1, 1]\nrows:\n  - cells: [{{value: opinon}}]\n  - cells: [{{value: date}}, {{value: staff}}]\n"
        )),
        fault(&format!("{head}each: visits\ncolums: [1]\nrows: []\n")),
        fault(&format!("{head}rows: []\n")),
        fault(&format!(
            "{head}each: visits\ncolumns: [1, 1]\nrows:\n  - cells: [{{value: method, options: [phon]}}]\n"
        )),
        fault(&format!(
            "{head}each: visits\nrows:\n  - table: {{from: [{{of: questions, by: repair}}], columns: [{{value: text}}]}}\n"
        )),
        fault("id: y\ntitle: {zh: 甲, en: X}\neach: visits\nrows: []\n"),
    ];
    insta::assert_snapshot!(told.join("\n"));
}
