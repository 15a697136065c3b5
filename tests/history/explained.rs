//! `explain history`: what `audit` asks is explained as all other rules are, and holds on its own examples.

use std::collections::BTreeSet;

use aftercare::core_rules::{self, CoreExample};

use super::repository::{Repository, run};

/// How often a rule finds something in an example's history.
fn found(rule: &str, example: &CoreExample) -> usize {
    let r = Repository::new("");
    for commit in &example.commits {
        for (file, text) in &commit.files {
            r.put(&format!("records/example/{file}"), text);
        }
        r.commit(&commit.on);
    }
    let args = ["audit", "--format", "json", "--as-of", &example.as_of];
    let json = r.run(&args).json();
    let findings = json["findings"].as_array().unwrap();
    findings.iter().filter(|f| f["rule"] == rule).count()
}

#[test]
fn every_rule_holds_on_its_examples() {
    for (name, rule) in core_rules::history().unwrap() {
        let full = format!("history/{name}");
        assert_eq!(found(&full, &rule.examples.pass), 0, "{full}: pass");
        assert_eq!(found(&full, &rule.examples.fail), 1, "{full}: fail");
    }
}

#[test]
fn every_rule_that_an_audit_names_is_explained() {
    let mut named = BTreeSet::new();
    let src = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/history");
    for entry in std::fs::read_dir(src).unwrap() {
        let code = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for before in ["finding(\"", "\"history/"] {
            let names = code
                .split(before)
                .skip(1)
                .filter_map(|t| t.split('"').next());
            named.extend(names.filter(|n| !n.contains('{')).map(str::to_owned));
        }
    }
    let known: BTreeSet<String> = core_rules::history().unwrap().into_keys().collect();
    assert_eq!(named, known);
}

#[test]
fn it_is_explained_in_both_languages_and_listed() {
    let nowhere = tempfile::tempdir().unwrap();
    let say = |args: &[&str]| run(nowhere.path(), args);
    insta::assert_snapshot!(say(&["explain", "history", "--lang", "en"]).out, @r"
    history  Rules that `audit` asks of the git history

      rule                  severity  asks
      changed-after-review  error     What was signed is not changed
      deleted               warning   Records are kept
      late-entry            warning   A record of the day is committed on the day

    One of them in full
      aftercare explain history/changed-after-review
    ");
    insta::assert_snapshot!(say(&["explain", "history/late-entry"]).out, @r"
    history/late-entry  当天的记录当天提交

      级别    警告
      要求    采用的制度要求当天记录的，记录写的记录时间不能早于它第一次进入仓库的那
              天（按单位的时区，看提交日期）。没有采用这类制度的单位不问。
      怎样改  当天记录、当天提交；确是补记的，照实写记录时间。历史从某天起才作准的，
              在 office.yaml 的 audit 里写 from；允许晚几天的，写 grace_days。

    这样没有问题
      2025-03-03 提交：
      # office.yaml
      name: 示例
      policies: [private-fund-visit]
      # staff.csv
      编号,姓名,岗位
      S1,周岚,visit_officer
      # visits.csv
      编号,回访时间,回访人,回访方式,记录时间
      V1,2025-03-03,S1,电话,2025-03-03

    这样会被指出
      2025-03-05 提交：
      # office.yaml
      name: 示例
      policies: [private-fund-visit]
      # staff.csv
      编号,姓名,岗位
      S1,周岚,visit_officer
      # visits.csv
      编号,回访时间,回访人,回访方式,记录时间
      V1,2025-03-03,S1,电话,2025-03-03
    ");
    let short = say(&["explain", "changed-after-review", "--lang", "en"]);
    assert!(short.out.starts_with("history/changed-after-review  What"));
    for (wrong, meant) in [
        ("history/late-entri", "history/late-entry"),
        ("histroy", "history"),
    ] {
        let ran = say(&["explain", wrong]);
        assert_eq!(ran.status, 2);
        assert!(ran.err.contains(&format!("「{meant}」")), "{}", ran.err);
    }
}

#[test]
fn a_sarif_report_describes_the_rule_and_not_the_record() {
    let r = Repository::new("");
    let rule = core_rules::history().unwrap().remove("deleted").unwrap();
    for commit in &rule.examples.fail.commits {
        for (file, text) in &commit.files {
            r.put(&format!("records/example/{file}"), text);
        }
        r.commit(&commit.on);
    }
    let json = r
        .run(&["audit", "--format", "sarif", "--lang", "en"])
        .json();
    let told = &json["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!(told["id"], "history/deleted");
    assert_eq!(told["shortDescription"]["text"], rule.title.en);
    assert_eq!(told["fullDescription"]["text"], rule.asks.en);
    assert_eq!(told["help"]["text"], rule.help.en);
    assert_eq!(told["defaultConfiguration"]["level"], "warning");
}

#[test]
fn a_waiver_that_names_no_rule_of_the_history_is_told() {
    let r = Repository::new("");
    let told = |rule: &str| {
        let waiver =
            format!("{{rule: {rule}, record: V1, reason: 停电, by: 周岚, until: 2026-01-31}}");
        let office = format!("name: 示例\npolicies: []\nwaivers: [{waiver}]\n");
        r.put("records/example/office.yaml", office);
        let ran = r.run(&["check", "--format", "json", "--as-of", "2025-12-31"]);
        ran.found().iter().any(|f| f.0 == "stale-waiver")
    };
    for known in ["history/late-entry", "late-entry", "history/deleted"] {
        assert!(!told(known), "{known}");
    }
    for wrong in ["history/late-entri", "history/parse"] {
        assert!(told(wrong), "{wrong}");
    }
}
