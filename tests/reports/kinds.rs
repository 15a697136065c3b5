//! Reports by month, by quarter, of compliance, of what is due and of all offices together, as text.

use super::*;

use crate::documents::{named, recipes, told};

/// One section of a report as text.
fn section(told: &str, heading: &str) -> String {
    let mut parts = told.split("\n\n");
    let part = parts.find(|p| p.lines().next().is_some_and(|l| l.contains(heading)));
    part.unwrap_or_else(|| panic!("no section {heading} in {told}"))
        .to_owned()
}

/// Repairs of February and March with visits by role: the rates that the policy demands are 10, 30 and 60 %.
fn rates(as_of: &str) -> (tempfile::TempDir, Checked) {
    let folder = tempfile::tempdir().unwrap();
    let staff = "id,name,role\nM,周岚,manager\nS,林涛,supervisor\nL,李强,repair_lead\n";
    let mut repairs = "id,received_at,completed_at,category\n".to_owned();
    let mut visits = "id,date,staff,type,repair,method,satisfaction\n".to_owned();
    for (month, lead) in [("02", 5), ("03", 8)] {
        for i in 0..10 {
            let id = format!("R{month}{i}");
            repairs += &format!("{id},2025-{month}-03,2025-{month}-05,general\n");
            let who = match i {
                0 => "M",
                1..=3 => "S",
                _ => "L",
            };
            if i < lead {
                visits += &format!("V{id},2025-{month}-06,{who},repair,{id},onsite,满意\n");
            }
        }
    }
    let files = [
        (
            "a/office.yaml",
            "name: 翠湖\npolicies: [residential-visit-rates]\nsince: 2025-01-01\n",
        ),
        ("a/staff.csv", staff),
        ("a/repairs.csv", &repairs),
        ("a/visits.csv", &visits),
    ];
    let checked = office(folder.path(), &files, as_of);
    (folder, checked)
}

#[test]
fn a_month_tells_each_rate_against_its_number_and_the_month_before() {
    let (_folder, checked) = rates("2025-12-31");
    let all = recipes(&checked);
    let march = told(named(&all, "a/reports/monthly/2025-03.html"));
    insta::assert_snapshot!(section(&march, "制度要求的比率"));
}

#[test]
fn a_month_stands_beside_the_one_before() {
    let (_folder, checked) = small("2025-12-31");
    let all = recipes(&checked);
    insta::assert_snapshot!(told(named(&all, "a/reports/monthly/2025-04.html")));
}

#[test]
fn a_quarter_adds_the_months_of_a_rate_up() {
    let (_folder, checked) = rates("2025-12-31");
    let all = recipes(&checked);
    let quarter = told(named(&all, "a/reports/quarterly/2025-Q1.html"));
    let rates = section(&quarter, "制度要求的比率");
    // By managers 2 of 20, by leads 1 + 4 of 20.
    assert!(rates.contains("10.0% (2/20)"), "{rates}");
    assert!(rates.contains("25.0% (5/20)"), "{rates}");
}

#[test]
fn compliance_tells_every_rule_and_where_most_was_missed() {
    let (_folder, checked) = small("2025-12-31");
    let all = recipes(&checked);
    insta::assert_snapshot!(told(named(&all, "a/reports/compliance/2025.html")));
}

#[test]
fn what_is_due_is_told_day_by_day() {
    let (_folder, checked) = small("2025-03-13");
    let all = recipes(&checked);
    insta::assert_snapshot!(told(named(&all, "a/reports/due/2025-03-13.html")));
}

#[test]
fn of_many_findings_the_gravest_are_listed_and_the_rest_counted() {
    let folder = tempfile::tempdir().unwrap();
    let staff = "id,name,role\nM,周岚,manager\n";
    let mut repairs = "id,received_at,completed_at,category\n".to_owned();
    for i in 0..130 {
        repairs += &format!("R{i:03},2025-03-03,2025-03-05,leak\n");
    }
    let files = [
        (
            "a/office.yaml",
            "name: 翠湖\npolicies: [{use: residential-visit-rates, with: {revisit-leak-3d: {severity: warning}}}]\nsince: 2025-03-01\n",
        ),
        ("a/staff.csv", staff),
        ("a/repairs.csv", &repairs),
    ];
    let checked = office(folder.path(), &files, "2025-12-31");
    let all = recipes(&checked);
    let year = named(&all, "a/reports/annual/2025.html");
    let context = String::from_utf8(year.context.clone()).unwrap();
    assert!(context.contains("这里列出 100 项，错误在前"), "{context}");
    let year = told(year);
    let open = year.split("期末仍未做到的事项").last().unwrap();
    let levels: Vec<&str> = open
        .lines()
        .filter_map(|l| ["错误 |", "警告 |"].into_iter().find(|w| l.starts_with(w)))
        .collect();
    let errors = levels.iter().take_while(|l| **l == "错误 |").count();
    assert_eq!(levels.len(), 100, "{open}");
    assert!(
        errors > 0 && levels[errors..].iter().all(|l| *l == "警告 |"),
        "{levels:?}"
    );
}

fn two_offices(lang: &str) -> (tempfile::TempDir, Checked) {
    let folder = tempfile::tempdir().unwrap();
    let config =
        |name: &str| format!("name: {name}\nlang: {lang}\npolicies: [complaint-handling]\n");
    let visits = |n: usize| {
        let mut csv = "id,date,staff,method,satisfaction\n".to_owned();
        for i in 0..n {
            let said = if i % 3 == 0 { "不满意" } else { "满意" };
            csv += &format!("V{i},2025-03-0{},S1,phone,{said}\n", i % 9 + 1);
        }
        csv
    };
    let complaints =
        "id,received_at,closed_at,severity\nC1,2025-03-03,2025-03-05,轻微\nC2,2025-03-04,,轻微\n";
    let files = [
        ("a/office.yaml", config("甲")),
        ("a/staff.csv", STAFF.to_owned()),
        ("a/visits.csv", visits(9)),
        ("a/complaints.csv", complaints.to_owned()),
        ("b/office.yaml", config("乙")),
        ("b/staff.csv", STAFF.to_owned()),
        ("b/visits.csv", visits(4)),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
    let checked = office(folder.path(), &files, "2025-12-31");
    (folder, checked)
}

#[test]
fn offices_stand_side_by_side_and_few_answers_show_no_rate() {
    let (_folder, checked) = two_offices("zh");
    let all = recipes(&checked);
    insta::assert_snapshot!(told(named(&all, "reports/group/2025.html")));
    let (_folder, english) = two_offices("en");
    let all = recipes(&english);
    let group = told(named(&all, "reports/group/2025.html"));
    assert!(
        group.starts_with("The offices side by side 2025"),
        "{group}"
    );
    assert!(
        !group.lines().any(|l| l.contains('，') || l.contains('。')),
        "{group}"
    );
}

#[test]
fn all_offices_add_up_rule_by_rule() {
    let (_folder, checked) = two_offices("zh");
    let all = recipes(&checked);
    let group = told(named(&all, "reports/compliance/2025.html"));
    insta::assert_snapshot!(section(&group, "未做到最多之处"));
    // The group's index leads to its reports.
    let index: serde_json::Value =
        serde_json::from_slice(&named(&all, "index.html").context).unwrap();
    let shelves = index["reports"].as_array().unwrap();
    let ids: Vec<&str> = shelves.iter().map(|s| s["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["compliance", "group"]);
}

#[test]
fn one_office_alone_has_no_report_of_all() {
    let (_folder, checked) = small("2025-12-31");
    let all = recipes(&checked);
    assert!(!all.iter().any(|r| r.path.starts_with("reports/")));
}

#[test]
fn what_repairs_cost_in_each_region_stands_against_its_budget() {
    let folder = tempfile::tempdir().unwrap();
    let repairs = "id,received_at,completed_at,region,cost\n\
        R1,2025-01-02,2025-01-05,市区,12000\nR2,2025-02-02,2025-02-05,市区,4000.50\n\
        R3,2025-03-02,2025-03-05,东港,900\nR4,2024-03-02,2024-03-05,东港,70000\n";
    let budgets = "id,year,region,amount\nB1,2025,市区,15000\nB2,2025,东港,10000\nB3,2024,市区,1\n";
    let files = [
        ("office.yaml", "name: X\npolicies: [premises-upkeep]\n"),
        ("repairs.csv", repairs),
        ("budgets.csv", budgets),
    ];
    let checked = office(folder.path(), &files, "2025-12-31");
    let all = recipes(&checked);
    let year = told(named(&all, "reports/annual/2025.html"));
    insta::assert_snapshot!(section(&year, "维修费用与预算"));
    // Without a budget there is nothing to hold a cost against.
    let before = told(named(&all, "reports/annual/2024.html"));
    assert!(
        section(&before, "维修费用与预算").contains("市区 | 0.00 元 | 1.00 元"),
        "{before}"
    );
}

#[test]
fn only_what_is_asked_for_is_made() {
    use aftercare::document::{Templates, report};
    let (_folder, checked) = small("2025-12-31");
    let wants = |path: &str| path == "a/reports/weekly/2025-W10.pdf";
    let all = report::recipes(&checked, &Templates::embedded(), &wants)
        .unwrap_or_else(|f| panic!("{}", f.message));
    let paths: Vec<&str> = all.iter().map(|r| r.path.as_str()).collect();
    let week = ["csv", "html", "json", "pdf"].map(|e| format!("a/reports/weekly/2025-W10.{e}"));
    assert_eq!(paths, week);
}

#[test]
fn every_report_that_a_policy_asks_for_is_there_and_every_one_is_asked_for() {
    use aftercare::document::Templates;
    let templates = Templates::embedded();
    let (mut there, mut always) = (Vec::new(), Vec::new());
    for (id, bytes) in templates.manifests("reports", "report.yaml") {
        there.push(id.to_owned());
        if String::from_utf8_lossy(bytes).contains("\nalways: true\n") {
            always.push(id.to_owned());
        }
    }
    let packs = aftercare::policy::Packs::embedded().unwrap();
    let asked: Vec<String> = packs.iter().flat_map(|p| p.reports.clone()).collect();
    let unknown: Vec<&String> = asked.iter().filter(|r| !there.contains(r)).collect();
    assert!(unknown.is_empty(), "no template: {unknown:?}");
    let idle: Vec<&String> = there
        .iter()
        .filter(|r| !asked.contains(r) && !always.contains(r))
        .collect();
    assert!(idle.is_empty(), "no policy asks for {idle:?}");
}

/// `1 people` is said by no report: whatever is counted in a sentence has words for one. Offices are told of from two on.
#[test]
fn every_counted_sentence_has_words_for_one() {
    let templates = aftercare::document::Templates::embedded();
    let mut counted = 0;
    for (id, bytes) in templates.manifests("reports", "report.yaml") {
        let text = String::from_utf8_lossy(bytes);
        for sentence in text.split("- count: ").skip(1) {
            let (figure, rest) = sentence.split_once('\n').unwrap();
            let own = rest
                .lines()
                .take_while(|l| !l.trim_start().starts_with("- "));
            let one = own.map(str::trim_start).any(|l| l.starts_with("one: "));
            assert!(one || figure == "offices.count", "{id}: {figure}");
            counted += 1;
        }
    }
    assert!(counted > 50, "{counted}");
}
