//! Sheets of records bound: the volumes of a period, and a form with the sheets of others behind it.

use std::path::Path;
use std::process::Command;

use aftercare::calendar::Period;
use aftercare::document::form::{Forms, Wanted};
use aftercare::document::{Engine, Fonts, Recipe, Templates};

use crate::fixture::*;
use crate::rendered::{dense, pages};

fn bytes(recipe: &Recipe) -> Vec<u8> {
    Engine::new(&Templates::embedded(), Fonts::new(vec![]))
        .unwrap()
        .render(recipe)
        .unwrap_or_else(|f| panic!("{f:?}"))
}

/// An office that keeps three visits.
fn visits(collect: &str) -> aftercare::table::Office {
    let config = format!("name: 甲\npolicies: [owner-visit-survey]\n{collect}");
    office(&[
        ("office.yaml", &config),
        ("staff.csv", "id,name,role\nS1,王芳,service_officer\n"),
        (
            "visits.csv",
            "id,date,staff,method\nV10,2025-03-09,S1,phone\nV2,2025-03-09,S1,phone\nV1,2025-04-01,S1,phone\n",
        ),
    ])
}

fn volumes(all: &[Recipe]) -> Vec<&str> {
    let paths = all.iter().map(|r| r.path.as_str());
    let bound = paths.filter(|p| p.contains("/collected/"));
    bound.map(|p| p.rsplit('/').next().unwrap()).collect()
}

#[test]
fn sheets_are_bound_by_the_period_that_the_office_says() {
    for (collect, files) in [
        ("", &["2025-03.pdf", "2025-04.pdf"][..]),
        ("collect: month\n", &["2025-03.pdf", "2025-04.pdf"]),
        ("collect: quarter\n", &["2025-Q1.pdf", "2025-Q2.pdf"]),
        ("collect: year\n", &["2025.pdf"]),
        ("collect: none\n", &[]),
    ] {
        assert_eq!(volumes(&recipes(&visits(collect))), files, "{collect}");
    }
}

#[test]
fn a_volume_is_made_only_with_all_its_sheets() {
    let made = |period: &str| {
        let wanted = Wanted {
            forms: vec!["owner-visit-record".to_owned()],
            period: Period::parse(period),
        };
        let all = crate::fixture::wanted(&visits(""), &wanted);
        volumes(&all).join(" ")
    };
    assert_eq!(made("2025-03"), "2025-03.pdf");
    assert_eq!(made("2025-W10"), "");
    assert_eq!(made("2025"), "2025-03.pdf 2025-04.pdf");
}

#[test]
fn a_volume_holds_the_sheets_in_order_of_time_and_number_each_with_its_own_pages() {
    let all = recipes(&visits(""));
    let volume = one(&all, "collected/2025-03.pdf");
    assert_eq!(volume.records, ["visits/V2", "staff/S1", "visits/V10"]);
    assert_eq!(
        volume.meta.as_ref().unwrap().title,
        "业主回访记录表 2025年3月（合订）"
    );
    let pdf = bytes(volume);
    let Some(read) = pages(&pdf) else {
        eprintln!("skipped: there is no pdftotext");
        return;
    };
    assert_eq!(read.len(), 2);
    for (page, (number, single)) in read.iter().zip([("V2", "V2.pdf"), ("V10", "V10.pdf")]) {
        assert!(dense(page).contains(&format!("编号：{number}")), "{page}");
        assert!(dense(page).contains("第1页共1页"), "{page}");
        // The sheet is the same as the one of its own.
        let alone = pages(&bytes(one(&all, single))).unwrap();
        assert_eq!(dense(page), dense(&alone[0]));
    }
    assert_eq!(outline(&pdf), ["1 V2　2025年3月9日", "2 V10　2025年3月9日"]);
}

#[test]
fn a_period_of_very_many_sheets_takes_several_volumes() {
    let rows: String = (0..101)
        .map(|i| format!("V{i},2025-03-09,S1,phone\n"))
        .collect();
    let all = recipes(&office(&[
        ("office.yaml", "name: 甲\npolicies: [owner-visit-survey]\n"),
        ("staff.csv", "id,name,role\nS1,王芳,service_officer\n"),
        ("visits.csv", &format!("id,date,staff,method\n{rows}")),
    ]));
    assert_eq!(volumes(&all), ["2025-03.pdf", "2025-03-2.pdf"]);
    let second = one(&all, "collected/2025-03-2.pdf");
    assert_eq!(second.records, ["visits/V100", "staff/S1"]);
    assert!(second.meta.as_ref().unwrap().title.ends_with("第2册"));
}

/// A PDF's bookmarks, each with its page; what `pdftohtml` (poppler-utils) reads.
fn outline(pdf: &[u8]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.pdf");
    std::fs::write(&file, pdf).unwrap();
    let xml = Command::new("pdftohtml")
        .args(["-xml", "-i", "-stdout"])
        .arg(Path::new(&file))
        .output()
        .unwrap();
    let xml = String::from_utf8_lossy(&xml.stdout).into_owned();
    let items = xml.split("<item page=\"").skip(1);
    items
        .map(|i| {
            let (page, rest) = i.split_once("\">").unwrap();
            format!("{page} {}", rest.split('<').next().unwrap())
        })
        .collect()
}

/// A complaint with what followed: two work orders, one of them about the repair alone, a repair and a visit.
fn complaint() -> aftercare::table::Office {
    office(&[
        (
            "office.yaml",
            "name: 甲\npolicies: [complaint-handling]\nredact: [phone]\n",
        ),
        ("staff.csv", "id,name,role\nS1,王芳,service_officer\n"),
        (
            "complaints.csv",
            "id,received_at,complainant,phone,summary\nC1,2025-03-01 09:00,李玥,13800001234,漏水\nC2,2025-03-02,,,无后续\n",
        ),
        (
            "repairs.csv",
            "id,received_at,complaint,description\nWX2025-0551,2025-03-02 09:00,C1,换阀门\n",
        ),
        (
            "work_orders.csv",
            "id,issued_at,complaint,repair,content\nW2,2025-03-04,,WX2025-0551,返工\nW1,2025-03-03,C1,WX2025-0551,请修\n",
        ),
        (
            "visits.csv",
            "id,date,staff,method,type,complaint,opinion\nV1,2025-03-08,S1,phone,complaint,C1,好\n",
        ),
    ])
}

#[test]
fn a_dossier_holds_its_parts_and_its_contents_tell_their_pages() {
    let all = recipes(&complaint());
    let recipe = one(&all, "case-dossier/C1.pdf");
    let parts: Vec<String> = json(recipe)["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| {
            format!(
                "{} {}",
                p["form"].as_str().unwrap(),
                p["number"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        parts,
        [
            "complaint-record C1",
            "work-order W1",
            "work-order W2",
            "repair-order WX2025-0551",
            "complaint-revisit V1"
        ]
    );
    for record in ["complaints/C1", "work_orders/W2", "visits/V1", "staff/S1"] {
        assert!(recipe.records.iter().any(|r| r == record), "{record}");
    }
    // A dossier is a volume already.
    assert!(
        !all.iter()
            .any(|r| r.path.contains("case-dossier/collected"))
    );
    let pdf = bytes(recipe);
    let Some(read) = pages(&pdf) else {
        eprintln!("skipped: there is no pdftotext");
        return;
    };
    let count = read.len();
    assert!(count >= 6, "{count}");
    for (i, page) in read.iter().enumerate() {
        let number = format!("第{}页共{count}页", i + 1);
        assert!(dense(page).contains(&number), "{page}");
    }
    let marks = outline(&pdf);
    let titles = [
        "投诉案卷 C1",
        "投诉记录表 C1",
        "工作联系单 W1",
        "工作联系单 W2",
    ];
    assert_eq!(marks.len(), 6, "{marks:?}");
    for (i, (mark, title)) in marks.iter().zip(titles).enumerate() {
        let (page, text) = mark.split_once(' ').unwrap();
        assert_eq!(text, title);
        if i > 0 {
            // The contents name the page that the bookmark leads to.
            let (name, number) = title.split_once(' ').unwrap();
            let line = read[0].lines().find(|l| {
                let l = dense(l);
                l.starts_with(&format!("{i}{name}{number}"))
            });
            let line = line.unwrap_or_else(|| panic!("{title}\n{}", read[0]));
            assert!(dense(line).ends_with(page), "{line} {page}");
        }
    }
}

#[test]
fn a_dossier_without_parts_and_its_page() {
    let all = recipes(&complaint());
    let paper = json(one(&all, "case-dossier/C2.pdf"));
    assert_eq!(paper["parts"].as_array().unwrap().len(), 1);
    let html = String::from_utf8(bytes(one(&all, "case-dossier/C1.html"))).unwrap();
    assert!(html.contains(r##"<a href="#part-1">"##) && html.contains(r#"id="part-1""#));
    assert_eq!(html.matches("<article").count(), 6);
    assert_eq!(html.matches("<h1").count(), 1);
    // What is published hides in every part what the office asks to hide.
    assert!(!html.contains("13800001234"));
    // The number of a record is no telephone number.
    assert!(html.matches("WX2025-0551").count() > 2);
    assert!(
        json(one(&all, "case-dossier/C1.pdf"))
            .to_string()
            .contains("13800001234")
    );
    assert!(
        !json(one(&all, "case-dossier/C1.pdf"))
            .to_string()
            .contains("complaints.csv")
    );
}

#[test]
fn parts_that_cannot_be_are_told() {
    let form = |id: &str, body: &str| {
        (
            format!("forms/{id}/form.yaml"),
            format!("id: {id}\ntitle: {{zh: 甲, en: X}}\n{body}\nrows: []\n"),
        )
    };
    let fault = |parts: &str| {
        let mut t = Templates::default();
        for (path, text) in [
            form("a", &format!("each: complaints\nparts:\n  - {parts}")),
            form("visit", "each: visits"),
            form("weekly", "each: visits\nper: [week]"),
            form("volume", "each: complaints\nparts: [{form: own}]"),
            form("own", "each: complaints"),
        ] {
            t.insert(path, text.into_bytes());
        }
        let faults = Forms::compile(&t, &schema(), &packs());
        faults.map_or_else(|f| f[0].to_string(), |_| String::new())
    };
    assert_eq!(fault("{form: own}"), "");
    assert_eq!(
        fault("{form: visit, from: {of: visits, by: complaint}}"),
        ""
    );
    for (parts, said) in [
        ("{form: visits, from: {of: visits, by: complaint}}", "visit"),
        ("{form: visit}", "visit"),
        (
            "{form: weekly, from: {of: visits, by: complaint}}",
            "weekly",
        ),
        ("{form: volume}", "volume"),
        ("{form: visit, from: {of: visits, by: repairs}}", "repair"),
    ] {
        let told = fault(parts);
        assert!(
            told.contains("templates/forms/a/form.yaml:5") && told.contains(said),
            "{parts}: {told}"
        );
    }
}
