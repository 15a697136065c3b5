//! The formats of `check` for programs: each read back, with texts that are hostile to it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where its own preparation fails"
)]

#[path = "formats/standards.rs"]
mod standards;

use std::collections::BTreeSet;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// An office with an error, a warning, a waived finding and a share that is missed; texts with markup and formulas.
fn workspace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "records/翠 湖/office.yaml",
        "name: 翠湖\nsince: 2025-01-01\npolicies:\n  - {use: complaint-handling, until: 2025-06-30}\n  - use: residential-visit-rates\n    until: 2025-04-30\n    off: [director-visits, area-quarterly, quarterly-meeting, topic-survey, in-annual-plan, rate-supervisor, rate-lead]\nwaivers:\n  - {rule: complaint-handling/severity, record: C-2, reason: 旧账, by: 张, until: 2025-12-31}\n",
    );
    write(
        "records/翠 湖/staff.csv",
        "编号,姓名,岗位,部门\nS1,张,主管,客服中心\n",
    );
    write(
        "records/翠 湖/complaints.csv",
        "编号,受理时间,登记人,投诉人,涉及部门,内容摘要\n=C-1,2025-03-01,S1,<b>李&玥</b>,客服中心,\"电梯\"\"异响\"\nC-2,2025-03-02,S1,王,客服中心,门禁\n",
    );
    write(
        "records/翠 湖/repairs.csv",
        "编号,报修时间,完工时间\nR1,2025-03-01,2025-03-02\nR2,2025-03-01,2025-03-02\n",
    );
    folder
}

fn check(root: &Path, args: &[&str]) -> (String, Option<i32>) {
    let mut command = Command::cargo_bin("aftercare").unwrap();
    let out = command
        .current_dir(root)
        .env_remove("GITHUB_STEP_SUMMARY")
        .args(["check", "--as-of", "2025-05-10"])
        .args(args)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(out.stderr).unwrap(), "", "{args:?}");
    (String::from_utf8(out.stdout).unwrap(), out.status.code())
}

fn json(root: &Path, args: &[&str]) -> Value {
    serde_json::from_str(&check(root, args).0).unwrap()
}

#[test]
fn sarif_tells_what_json_tells() {
    let w = workspace();
    let (plain, sarif) = (
        json(w.path(), &["--format", "json"]),
        json(w.path(), &["--format", "sarif"]),
    );
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    let findings = plain["findings"].as_array().unwrap();
    assert_eq!(results.len(), findings.len());
    assert!(results.len() > 4);
    let ids: BTreeSet<&str> = rules.iter().map(|r| r["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), rules.len(), "each rule once");
    for (r, f) in results.iter().zip(findings) {
        let at = usize::try_from(r["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[at]["id"], r["ruleId"]);
        assert_eq!((&r["ruleId"], &r["level"]), (&f["rule"], &f["severity"]));
        assert_eq!(r["message"]["text"], f["message"]);
        let place = &r["locations"][0]["physicalLocation"];
        assert_eq!(place["region"]["startLine"], f["line"]);
        assert_eq!(place["region"]["startColumn"], f["column"]);
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.starts_with("records/%E7%BF%A0%20%E6%B9%96/"), "{uri}");
        assert_eq!(r["partialFingerprints"]["aftercare/v1"], f["fingerprint"]);
        assert_eq!(r.get("suppressions").is_some(), f["waived"] == true);
    }
}

#[test]
fn junit_is_xml_with_a_failure_for_each_error() {
    let w = workspace();
    let (xml, status) = check(w.path(), &["--format", "junit"]);
    assert_eq!(status, Some(1));
    let plain = json(w.path(), &["--format", "json"]);
    let errors = plain["summary"]["errors"].as_u64().unwrap();
    assert_eq!(xml.matches("<failure ").count() as u64, errors);
    assert_eq!(
        xml.matches("<testcase ").count(),
        plain["findings"].as_array().unwrap().len()
    );
    assert!(xml.contains(&format!("failures=\"{errors}\" errors=\"0\">")));
    // Every < begins an element of ours: nothing of the records is markup.
    let names: BTreeSet<&str> = xml
        .split('<')
        .skip(1)
        .map(|t| t.split([' ', '>', '/']).find(|n| !n.is_empty()).unwrap())
        .collect();
    assert_eq!(
        names,
        BTreeSet::from([
            "?xml",
            "failure",
            "skipped",
            "testcase",
            "testsuite",
            "testsuites"
        ])
    );
}

#[test]
fn github_shows_totals_first_and_the_list_on_the_page_of_the_job() {
    let w = workspace();
    let page = w.path().join("summary.md");
    std::fs::write(&page, "before\n").unwrap();
    let mut command = Command::cargo_bin("aftercare").unwrap();
    let out = command
        .current_dir(w.path())
        .env("GITHUB_STEP_SUMMARY", &page)
        .args(["check", "--as-of", "2025-05-10", "--format", "github"])
        .output()
        .unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(
        text.starts_with("::notice title=aftercare::截至 2025-05-10："),
        "{text}"
    );
    let live = json(w.path(), &["--format", "json"])["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["waived"] == false)
        .count();
    assert_eq!(text.lines().count(), live + 1, "a line each");
    assert!(
        text.lines()
            .skip(1)
            .all(|l| l.starts_with("::error file=") || l.starts_with("::warning file="))
    );
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.starts_with("before\n## aftercare\n"));
    assert_eq!(
        page.lines().filter(|l| l.starts_with("| records/")).count(),
        live
    );
}

#[test]
fn gitlab_knows_each_finding_by_its_fingerprint() {
    let w = workspace();
    let list = json(w.path(), &["--format", "gitlab"]);
    let list = list.as_array().unwrap();
    let prints: BTreeSet<&str> = list
        .iter()
        .map(|f| f["fingerprint"].as_str().unwrap())
        .collect();
    assert_eq!(prints.len(), list.len());
    for f in list {
        assert!(["major", "minor"].contains(&f["severity"].as_str().unwrap()));
        assert!(f["location"]["lines"]["begin"].as_u64().unwrap() > 0);
        assert!(
            f["location"]["path"]
                .as_str()
                .unwrap()
                .starts_with("records/翠 湖/")
        );
    }
}

#[test]
fn no_cell_of_the_table_is_a_formula() {
    let w = workspace();
    let (text, _) = check(w.path(), &["--format", "csv"]);
    let text = text.strip_prefix('\u{feff}').expect("Excel needs the mark");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(&reader.headers().unwrap()[0], "规则");
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert!(rows.iter().any(|r| &r[4] == "'=C-1"));
    let harmless = |c: &str| !c.starts_with(['=', '+', '-', '@']);
    assert!(rows.iter().flatten().all(harmless));
}

#[test]
fn a_baseline_hides_what_stood_and_shows_what_is_new_or_worse() {
    let w = workspace();
    let (said, status) = check(w.path(), &["--write-baseline", "base.json"]);
    assert!(said.contains("基线"), "{said}");
    assert_eq!(status, Some(0));
    let again = json(w.path(), &["--format", "json", "--baseline", "base.json"]);
    let waived = |f: &&Value| f["waived"] == true;
    let left = again["findings"].as_array().unwrap();
    assert_eq!(left.iter().filter(|f| !waived(f)).count(), 0, "{left:?}");
    assert_eq!(again["summary"]["errors"], 0);
    // A third repair without a visit: its own finding is new, and the share of the month is worse than before? It was 0 of 2
    // and is 0 of 3: no worse. A visit by a manager makes it better.
    let add = |line: &str| {
        let path = w.path().join("records/翠 湖/repairs.csv");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(path, text + line).unwrap();
    };
    add("R3,2025-03-01,2025-03-03\n");
    let new = json(w.path(), &["--format", "json", "--baseline", "base.json"]);
    let told: Vec<&str> = new["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["waived"] == false)
        .map(|f| f["rule"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["residential-visit-rates/revisit-7d"]);
    // A baseline in which the share was better: now it is worse, so it is told again.
    let path = w.path().join("base.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(
        &path,
        text.replace("\"short\": 1000000", "\"short\": 950000"),
    )
    .unwrap();
    let worse = json(w.path(), &["--format", "json", "--baseline", "base.json"]);
    let told = worse["findings"].as_array().unwrap();
    assert!(
        told.iter()
            .any(|f| f["rule"] == "residential-visit-rates/rate-manager"),
        "{told:?}"
    );
    std::fs::write(&path, "{}").unwrap();
    let mut command = Command::cargo_bin("aftercare").unwrap();
    let out = command
        .current_dir(w.path())
        .args(["check", "--baseline", "base.json"])
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(2));
}

#[test]
fn code_hosts_name_files_from_the_repositorys_top() {
    let w = workspace();
    let top = w.path().parent().unwrap();
    let folder = w.path().file_name().unwrap().to_str().unwrap();
    for (format, variable) in [("github", "GITHUB_WORKSPACE"), ("gitlab", "CI_PROJECT_DIR")] {
        let said = |top: &Path| {
            let mut command = Command::cargo_bin("aftercare").unwrap();
            let out = command
                .current_dir(w.path())
                .env_remove("GITHUB_STEP_SUMMARY")
                .env(variable, top)
                .args(["check", "--as-of", "2025-05-10", "--format", format])
                .output()
                .unwrap();
            String::from_utf8(out.stdout).unwrap()
        };
        let below = format!("{folder}/records/翠 湖/complaints.csv");
        assert!(said(top).contains(&below), "{format}");
        assert!(!said(w.path()).contains(&below), "{format}");
        assert!(!said(Path::new("/nowhere")).contains(&below), "{format}");
    }
}
