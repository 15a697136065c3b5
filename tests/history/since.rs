//! `check --since REV`: what a change brought, and what it loosened.

use serde_json::Value;

use super::repository::{Ran, Repository, pairs, run};

const OFFICE: &str = "name: 翠湖\nsince: 2025-01-01\npolicies:\n  - use: residential-visit-rates\n    off: [director-visits, area-quarterly, quarterly-meeting, topic-survey, in-annual-plan, rate-manager, rate-supervisor, rate-lead]\n";
const REPAIRS: &str =
    "编号,报修时间,完工时间\nR1,2025-03-01,2025-03-02\nR2,2025-03-01,2025-03-02\n";
const VISITS: &str = "编号,回访时间,回访人,回访方式,回访类别,维修,意见建议,被回访人签名,实地查看,服务态度已了解,收费已核对\nV1,2025-03-03,S1,上门,维修工单回访,R1,无,李,是,是,是\n";

/// A workspace in a folder of its repository: one repair with its revisit, one without.
fn start() -> Repository {
    let r = Repository::new("offices/east");
    r.put("records/cuihu/office.yaml", OFFICE);
    r.put("records/cuihu/staff.csv", "编号,姓名,岗位\nS1,张,主管\n");
    r.put("records/cuihu/repairs.csv", REPAIRS);
    r.put("records/cuihu/visits/2025-03.csv", VISITS);
    r.commit("2025-03-20");
    r
}

fn since(r: &Repository, more: &[&str]) -> Ran {
    let args = [
        "check",
        "--as-of",
        "2025-04-30",
        "--format",
        "json",
        "--since",
        "HEAD",
    ];
    r.run(&[&args, more].concat())
}

fn loosened(ran: &Ran) -> Vec<(String, String)> {
    let json = ran.json();
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let one = |l: &Value| (text(&l["what"]), text(&l["message"]));
    json["loosened"]
        .as_array()
        .unwrap()
        .iter()
        .map(one)
        .collect()
}

#[test]
fn what_stood_before_is_not_told() {
    let r = start();
    let all = r.run(&["check", "--as-of", "2025-04-30", "--format", "json"]);
    assert_eq!(all.found(), pairs(&[("revisit-7d", "R2")]));
    assert!(!all.out.contains("loosened"), "only where it is asked for");
    let ran = since(&r, &[]);
    assert_eq!(
        (ran.status, ran.found(), loosened(&ran)),
        (0, vec![], vec![])
    );
    assert_eq!(ran.json()["since"]["revision"], "HEAD");
    let said = r.run(&[
        "check",
        "--as-of",
        "2025-04-30",
        "--since",
        "HEAD",
        "--lang",
        "en",
    ]);
    assert!(said.out.starts_with("Nothing new"), "{}", said.out);
}

#[test]
fn a_deleted_visit_leaves_a_repair_without_its_revisit() {
    let r = start();
    r.put(
        "records/cuihu/visits/2025-03.csv",
        VISITS.lines().next().unwrap(),
    );
    let ran = since(&r, &[]);
    assert_eq!(
        (ran.status, ran.found()),
        (1, pairs(&[("revisit-7d", "R1")]))
    );
    let gone = loosened(&ran);
    assert_eq!(gone, pairs(&[("record", "删去了回访「V1」")]));
    let there = &ran.json()["loosened"][0];
    assert_eq!((&there["line"], &there["then"]), (&2.into(), &true.into()));
    let said = r
        .run(&[
            "check",
            "--as-of",
            "2025-04-30",
            "--since",
            "HEAD",
            "--lang",
            "en",
        ])
        .out;
    assert!(
        said.contains("records/cuihu/visits/2025-03.csv:2 (then)  Visits `V1` was deleted"),
        "{said}"
    );
}

#[test]
fn a_moved_file_and_a_sorted_one_bring_nothing() {
    let r = start();
    r.rename(
        "records/cuihu/visits/2025-03.csv",
        "records/cuihu/visits.csv",
    );
    r.put(
        "records/cuihu/repairs.csv",
        "编号,报修时间,完工时间\nR2,2025-03-01,2025-03-02\nR1,2025/3/1,2025-03-02\n",
    );
    let ran = since(&r, &[]);
    assert_eq!((ran.found(), loosened(&ran)), (vec![], vec![]));
}

#[test]
fn everything_that_was_loosened_is_listed() {
    let r = start();
    let now = "name: 翠湖\nsince: 2025-02-01\npolicies:\n  - use: residential-visit-rates\n    until: 2025-06-30\n    off: [director-visits, area-quarterly, quarterly-meeting, topic-survey, in-annual-plan, rate-manager, rate-supervisor, rate-lead, promised]\n    with: {revisit-7d: {days: 9, severity: warning}}\naudit: {grace_days: 3}\nwaivers:\n  - {rule: revisit-7d, record: R2, reason: 旧账, by: 张, until: 2025-12-31}\n";
    r.put("records/cuihu/office.yaml", now);
    let ran = since(&r, &[]);
    let expected = [
        (
            "since",
            "since（启用日期）由 2025-01-01 改为 2025-02-01，其间到期的不再检查",
        ),
        ("audit", "audit（稽核）的宽限天数由 0 改为 3"),
        ("number", "天数 由 7 改为 9（到 2025-06-30）"),
        ("severity", "错误改成了警告（到 2025-06-30）"),
        ("off", "停用（到 2025-06-30）"),
        ("term", "这项制度不再适用（2025-07-01 起）"),
        (
            "waiver",
            "豁免，记录 R2，理由：旧账，批准人：张，到 2025-12-31",
        ),
    ];
    assert_eq!(loosened(&ran), pairs(&expected));
    let lines: Vec<u64> = {
        let json = ran.json();
        let all = json["loosened"].as_array().unwrap();
        all.iter().map(|l| l["line"].as_u64().unwrap()).collect()
    };
    assert_eq!(lines, [1, 1, 7, 7, 6, 1, 10]);
    // The other way round it was made stricter, but for the number, of which the reader judges.
    r.commit("2025-03-21");
    r.put("records/cuihu/office.yaml", OFFICE);
    let back = pairs(&[("number", "天数 由 9 改为 7（到 2025-06-30）")]);
    assert_eq!(loosened(&since(&r, &[])), back);
}

#[test]
fn a_policy_split_in_july_is_compared_day_by_day() {
    let r = start();
    let split = OFFICE.replace("    off:", "    until: 2025-06-30\n    off:")
        + "  - use: residential-visit-rates\n    from: 2025-07-01\n    off: [director-visits, area-quarterly, quarterly-meeting, topic-survey, in-annual-plan, rate-manager, rate-supervisor, rate-lead]\n    with: {revisit-leak-3d: {days: 5}}\n";
    r.put("records/cuihu/office.yaml", split);
    let ran = since(&r, &[]);
    assert_eq!(
        loosened(&ran),
        pairs(&[("number", "天数 由 3 改为 5（2025-07-01 起）")])
    );
}

#[test]
fn the_workspaces_own_policies_judge_as_they_were() {
    let r = start();
    let pack = include_str!("../../policies/residential-visit-rates/policy.yaml");
    let mine = "policies/residential-visit-rates/policy.yaml";
    r.put(
        mine,
        pack.replacen("numbers: {days: 7}", "numbers: {days: 90}", 1),
    );
    r.commit("2025-03-21");
    r.put(mine, pack);
    let ran = since(&r, &[]);
    assert_eq!(
        ran.found(),
        pairs(&[("revisit-7d", "R2")]),
        "then nothing was late"
    );
    let said = loosened(&ran);
    assert_eq!(
        said,
        pairs(&[
            ("policy", "制度文件改动了"),
            ("number", "天数 由 90 改为 7")
        ])
    );
}

#[test]
fn a_waiver_that_goes_brings_its_finding_back() {
    let r = start();
    let waived = format!(
        "{OFFICE}waivers:\n  - {{rule: revisit-7d, record: R2, reason: 旧账, by: 张, until: 2025-12-31}}\n"
    );
    r.put("records/cuihu/office.yaml", &waived);
    r.commit("2025-03-21");
    assert_eq!(since(&r, &[]).status, 0);
    r.put("records/cuihu/office.yaml", OFFICE);
    let ran = since(&r, &[]);
    assert_eq!(
        (ran.status, ran.found()),
        (1, pairs(&[("revisit-7d", "R2")]))
    );
}

#[test]
fn where_nothing_could_be_judged_then_all_is_told_and_why() {
    let r = start();
    r.put("records/cuihu/office.yaml", "name: 翠湖\npolicy: []\n");
    r.commit("2025-03-21");
    r.put("records/cuihu/office.yaml", OFFICE);
    let ran = since(&r, &[]);
    assert_eq!(ran.found(), pairs(&[("revisit-7d", "R2")]));
    let why = ran.json()["since"]["unjudged"].to_string();
    assert!(why.contains("records/cuihu/office.yaml:2:1"), "{why}");
}

#[test]
fn before_there_were_records_everything_is_new() {
    let r = Repository::new("");
    r.put("README.md", "x");
    r.remove_records();
    r.commit("2025-01-01");
    r.put("records/cuihu/office.yaml", OFFICE);
    r.put("records/cuihu/repairs.csv", REPAIRS);
    let found = since(&r, &["--policy", "residential-visit-rates"]).found();
    assert_eq!(found, pairs(&[("revisit-7d", "R1"), ("revisit-7d", "R2")]));
}

#[test]
fn a_revision_that_is_not_there_and_no_repository() {
    let r = start();
    for rev in ["nope", "HEAD~9", ""] {
        let ran = r.run(&["check", "--since", rev, "--lang", "en"]);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{rev}");
        assert!(
            ran.err.contains(&format!("no revision `{rev}`")),
            "{}",
            ran.err
        );
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("records")).unwrap();
    let ran = run(folder.path(), &["check", "--since", "HEAD", "--lang", "en"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("no git repository"), "{}", ran.err);
}

#[test]
fn branches_tags_and_short_ids_name_a_revision() {
    let r = start();
    r.git(&["tag", "-a", "-m", "x", "v1"]);
    let id = r.git(&["rev-parse", "--short", "HEAD"]);
    for rev in ["main", "v1", id.trim(), "HEAD^{tree}"] {
        let ran = r.run(&[
            "check",
            "--as-of",
            "2025-04-30",
            "--format",
            "json",
            "--since",
            rev,
        ]);
        if rev.ends_with("{tree}") {
            assert_eq!(ran.status, 2, "{rev}");
        } else {
            assert_eq!(ran.found(), vec![], "{rev}");
        }
    }
}

#[cfg(unix)]
#[test]
fn links_in_the_workspace_are_followed_then_as_now() {
    use std::os::unix::fs::symlink;
    let r = start();
    r.rename("records/cuihu/staff.csv", "shared/staff.csv");
    symlink(
        "../../shared/staff.csv",
        r.workspace().join("records/cuihu/staff.csv"),
    )
    .unwrap();
    symlink(
        "../../../../elsewhere.csv",
        r.workspace().join("records/cuihu/calls.csv"),
    )
    .unwrap();
    r.commit("2025-03-21");
    let all = r.run(&["check", "--as-of", "2025-04-30", "--format", "json"]);
    assert_eq!(all.found(), pairs(&[("parse", ""), ("revisit-7d", "R2")]));
    assert_eq!(since(&r, &[]).found(), vec![]);
}

#[test]
fn formats_carry_it() {
    let r = start();
    r.put(
        "records/cuihu/visits/2025-03.csv",
        VISITS.lines().next().unwrap(),
    );
    let format = |name: &str| {
        let args = [
            "check",
            "--as-of",
            "2025-04-30",
            "--since",
            "HEAD",
            "--format",
            name,
        ];
        r.run(&args).out
    };
    let github = format("github");
    assert!(
        github.contains("::notice title=aftercare::自 HEAD"),
        "{github}"
    );
    let sarif: Value = serde_json::from_str(&format("sarif")).unwrap();
    assert_eq!(
        sarif["runs"][0]["properties"]["loosened"][0]["record"],
        "V1"
    );
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 1);
    let gitlab: Value = serde_json::from_str(&format("gitlab")).unwrap();
    assert_eq!(gitlab.as_array().unwrap().len(), 1);
}

#[test]
fn photographs_are_looked_for_where_they_lay_then() {
    const LEAK: &[u8] = include_bytes!("../../examples/sample/pictures/leak-1.jpg");
    let r = start();
    let office = r.workspace().join("records/cuihu");
    let put = |name: &str, bytes: &[u8]| {
        std::fs::create_dir_all(office.join("attachments")).unwrap();
        std::fs::write(office.join("attachments").join(name), bytes).unwrap();
    };
    put("kept.jpg", LEAK);
    put("lost.jpg", LEAK);
    put("broken.jpg", &LEAK[..LEAK.len() / 2]);
    let header = "编号,报修时间,完工时间,影像资料\n";
    let old = "R1,2025-03-01,2025-03-02,kept.jpg\nR2,2025-03-01,2025-03-02,lost.jpg\nR3,2025-03-01,2025-03-02,broken.jpg\nR4,2025-03-01,2025-03-02,none.jpg\n";
    r.put("records/cuihu/repairs.csv", format!("{header}{old}"));
    r.commit("2025-03-21");
    let photo = |ran: Ran| {
        let mut found = ran.found();
        found.retain(|(rule, _)| rule == "photo");
        found
    };
    assert_eq!(photo(since(&r, &[])), vec![]);
    std::fs::remove_file(office.join("attachments/lost.jpg")).unwrap();
    let new = "R5,2025-03-01,2025-03-02,new.jpg\n";
    r.put("records/cuihu/repairs.csv", format!("{header}{old}{new}"));
    assert_eq!(
        photo(since(&r, &[])),
        pairs(&[("photo", "R2"), ("photo", "R5")])
    );
}
