//! `stats`: figures that were reckoned by hand, in three formats.

use std::fs;

use tempfile::TempDir;

use super::{done, nowhere, refused};

/// Ten answers (3, 4, 1, 1, 1 from best to worst) and six visits without one, over two people and two months; two of three
/// repairs revisited by the lead.
fn workspace() -> TempDir {
    let w = nowhere();
    let put = |path: &str, text: &str| {
        let file = w.path().join("records/a").join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    };
    put(
        "office.yaml",
        "name: 翠湖\nsince: 2025-01-01\npolicies: [residential-visit-rates]\n",
    );
    put(
        "staff.csv",
        "编号,姓名,岗位,部门\nS1,=王芳,维修负责人,工程\nS2,林远,主管,客服\n",
    );
    put("customers.csv", "编号,名称,区域\nK1,赵一,东区\n");
    let mut visits = "编号,回访时间,回访人,客户,回访方式,满意度\n".to_owned();
    let answers = [
        ("非常满意", 3),
        ("满意", 4),
        ("一般", 1),
        ("不满意", 1),
        ("非常不满意", 1),
        ("", 6),
    ];
    let all = answers.iter().flat_map(|(a, n)| std::iter::repeat_n(a, *n));
    for (i, answer) in all.enumerate() {
        let (who, month) = if i < 4 { ("S1", 1) } else { ("S2", 2) };
        let customer = if i % 2 == 0 { "K1" } else { "" };
        visits += &format!("V{i},2025-0{month}-10,{who},{customer},电话,{answer}\n");
    }
    put("visits/1.csv", &visits);
    put(
        "visits/2.csv",
        "编号,回访时间,回访人,回访方式,回访类别,维修\nW1,2025-03-05,S1,上门,维修工单回访,R1\nW2,2025-03-05,S1,上门,维修工单回访,R2\n",
    );
    put(
        "repairs.csv",
        "编号,报修时间,完工时间\nR1,2025-03-01,2025-03-03\nR2,2025-03-01,2025-03-03\nR3,2025-03-01,2025-03-03\n",
    );
    w
}

const DAY: [&str; 2] = ["--as-of", "2025-06-30"];

fn stats(w: &TempDir, args: &[&str]) -> String {
    done(w.path(), &[&["stats"], args, &DAY].concat())
}

#[test]
fn satisfaction_in_all_and_the_shares_of_rules() {
    let w = workspace();
    insta::assert_snapshot!(stats(&w, &["--period", "2025-Q1"]), @r#"
    翠湖  a

      回访满意度
      项目    调查  作答 n  应答率  满意率  95% 区间     均分  非常满意  满意  一般  不满意  非常不满意
      满意度    18      10  55.6%   70.0%   39.7%–89.2%  3.70         3     4     1       1           1

      制度规定的比率
      要求              期间     做到  应做  比率   规定   结论
      维修负责人回访率  2025-03     2     3  66.7%  ≥ 60%  做到
      经理回访率        2025-03     0     3  0.0%   ≥ 10%  未做到
      主管回访率        2025-03     0     3  0.0%   ≥ 30%  未做到
    "#);
    insta::assert_snapshot!(stats(&w, &["--lang", "en", "--period", "2025-03"]), @r#"
    翠湖  a

      Satisfaction with visits
      Question      asked  n  response  rate  95% interval  mean  Very satisfied  Satisfied  Neutral  Dissatisfied  Very dissatisfied
      Satisfaction      2  0  0.0%      —     —             —                  0          0        0             0                  0

      Shares that the policies ask
      rule                          period   met  of  share  asked
      Revisit rate of repair leads  2025-03    2   3  66.7%  ≥ 60%  met
      Revisit rate of managers      2025-03    0   3  0.0%   ≥ 10%  missed
      Revisit rate of supervisors   2025-03    0   3  0.0%   ≥ 30%  missed

    With fewer than 5 answers there are counts and no rate.
    "#);
}

#[test]
fn few_answers_show_no_rate() {
    let w = workspace();
    insta::assert_snapshot!(stats(&w, &["--by", "staff", "--period", "2025-02"]), @r#"
    翠湖  a

      回访满意度
      回访人  调查  作答 n  应答率  满意率  95% 区间     均分  非常满意  满意  一般  不满意  非常不满意
      林远      12       6  50.0%   50.0%   18.8%–81.2%  3.00         0     3     1       1           1
    "#);
    let by_month = stats(&w, &["--by", "month"]);
    let first = by_month.lines().find(|l| l.contains("2025-01")).unwrap();
    assert!(
        first.contains("—") && !first.contains("100.0%  100.0%"),
        "{first}"
    );
}

#[test]
fn groups_are_those_of_the_manifests() {
    let w = workspace();
    let said = refused(w.path(), &["stats", "--by", "stuff"]);
    assert!(said.contains("staff"), "{said}");
    let said = refused(w.path(), &["stats", "--by", "weather"]);
    assert!(
        said.contains("area、") && said.contains("department"),
        "{said}"
    );
    assert!(refused(w.path(), &["stats", "--period", "March"]).contains("2025-Q1"));
    // A workspace's own manifest says otherwise.
    let own = w.path().join("templates/reports/satisfaction");
    fs::create_dir_all(&own).unwrap();
    let text = "id: satisfaction\ntitle: {zh: 甲, en: A}\nper: [year]\nsections: []\nanswers:\n  visits:\n    label: {zh: 电话, en: Phone}\n    asked: {of: visits, where: method == 'phone'}\n    fields: [satisfaction]\n    satisfied: [very_satisfied]\n    groups: {room: {by: customer.area}}\n";
    fs::write(own.join("report.yaml"), text).unwrap();
    let said = stats(&w, &["--by", "room"]);
    assert!(
        said.contains("电话") && said.contains("东区") && said.contains("未填"),
        "{said}"
    );
    assert!(refused(w.path(), &["stats", "--by", "staff"]).contains("room"));
    fs::write(
        own.join("report.yaml"),
        text.replace("customer.area", "customer.aera"),
    )
    .unwrap();
    assert!(refused(w.path(), &["stats"]).contains("area"));
}

#[test]
fn for_programs_and_spreadsheets() {
    let w = workspace();
    let json = stats(
        &w,
        &["--by", "staff", "--format", "json", "--period", "2025"],
    );
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(
        (&json["by"], &json["period"]),
        (&"staff".into(), &"2025".into())
    );
    let office = &json["offices"][0];
    let groups = &office["answers"][0]["groups"];
    assert_eq!(
        (&groups[0]["key"], &groups[0]["rate"]),
        (&"S1".into(), &serde_json::Value::Null)
    );
    assert_eq!(groups[1]["label"], "林远");
    assert_eq!(groups[1]["levels"]["satisfied"], 3);
    let share = &office["shares"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["rule"] == "residential-visit-rates/rate-lead");
    let share = share.unwrap();
    assert_eq!(
        (&share["met"], &share["population"]),
        (&2.into(), &3.into())
    );
    assert_eq!(
        (&share["percent"]["at_least"], &share["decided"]),
        (&60.0.into(), &"met".into())
    );

    let csv = stats(&w, &["--by", "staff", "--format", "csv"]);
    assert!(csv.starts_with('\u{feff}') && csv.contains("\r\n"));
    // No cell is a formula, and every line has as many as the header.
    assert!(csv.contains(",S1,'=王芳,"), "{csv}");
    let mut rows = csv::ReaderBuilder::new().from_reader(csv.as_bytes());
    let width = rows.headers().unwrap().len();
    assert!(rows.records().all(|r| r.unwrap().len() == width));
}
