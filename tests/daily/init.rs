//! A new office: judged without a finding whichever policy it adopts, nothing overwritten, questions where somebody answers.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{done, nowhere, ran, refused};

fn read(w: &TempDir, path: &str) -> String {
    fs::read_to_string(w.path().join(path)).unwrap()
}

/// Every file below a folder with its bytes.
fn all(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name();
    let files = files.into_iter().map(Result::unwrap);
    files
        .filter(|e| e.file_type().is_file())
        .map(|e| {
            let path = e.path().strip_prefix(folder).unwrap();
            (path.display().to_string(), fs::read(e.path()).unwrap())
        })
        .collect()
}

#[test]
fn an_office_of_any_policy_begins_without_a_finding() {
    let packs = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/policies")).unwrap();
    let mut count = 0;
    for pack in packs {
        let pack = pack.unwrap();
        if !pack.path().is_dir() {
            continue;
        }
        let id = pack.file_name().into_string().unwrap();
        let w = nowhere();
        done(w.path(), &["init", "--name", "翠湖", "--policy", &id]);
        let checked = done(w.path(), &["check", "--strict", "--format", "csv"]);
        assert_eq!(checked.lines().count(), 1, "{id}: {checked}");
        let since = read(&w, "records/office.yaml");
        let first = since.contains("since: 2026-03-01 ");
        assert!(first || since.contains("since: 2026-03-18 "), "{since}");
        count += usize::from(first);
    }
    assert!(count > 9, "{count} begin on the first of the month");
}

#[test]
fn tables_as_excel_reads_them_with_what_the_policy_needs() {
    let w = nowhere();
    let args = [
        "init",
        "办公室",
        "--name",
        "甲",
        "--policy",
        "owner-visit-4",
    ];
    let said = done(w.path(), &args);
    assert!(
        said.contains("records/visits.csv") && said.contains("2026-03-01"),
        "{said}"
    );
    let visits = read(&w, "办公室/records/visits.csv");
    assert!(visits.starts_with("\u{feff}编号,回访时间,"), "{visits}");
    assert!(visits.ends_with(",备注\r\n") && visits.lines().count() == 1);
    // What a rule looks at, what a form prints, and nothing else.
    assert!(visits.contains(",满意度,") && visits.contains(",被回访人签名,"));
    assert!(!visits.contains("承诺收益"));
    assert!(!w.path().join("办公室/records/budgets.csv").exists());
    let args = [
        "init",
        "b",
        "--name",
        "B",
        "--policy",
        "owner-visit-4",
        "--lang",
        "en",
    ];
    done(w.path(), &args);
    assert!(read(&w, "b/records/visits.csv").starts_with("\u{feff}id,date,customer,"));
    assert!(read(&w, "b/records/office.yaml").contains("lang: en\n"));
    done(
        w.path(),
        &[
            "-C",
            "b",
            "new",
            "staff",
            "id=S01",
            "name=A B",
            "role=manager",
        ],
    );
    done(w.path(), &["-C", "b", "check", "--strict"]);
}

#[test]
fn what_is_there_stays() {
    let w = nowhere();
    let args = ["init", "--name", "甲", "--policy", "bank-visit"];
    done(w.path(), &args);
    let before = all(w.path());
    let said = refused(w.path(), &args);
    assert!(said.contains("records/office.yaml") && said.contains("records/visits.csv"));
    assert_eq!(before, all(w.path()));
    let nested = refused(
        w.path(),
        &[
            "init",
            "--office",
            "b",
            "--name",
            "乙",
            "--policy",
            "bank-visit",
        ],
    );
    assert!(nested.contains("不能套在"), "{nested}");

    let w = nowhere();
    fs::create_dir_all(w.path().join(".github/workflows")).unwrap();
    fs::write(w.path().join(".github/workflows/aftercare.yml"), "own").unwrap();
    let said = refused(w.path(), &args);
    assert!(said.contains(".github/workflows/aftercare.yml") && said.contains("--ci none"));
    assert_eq!(all(w.path()).len(), 1);
    done(w.path(), &[&args[..], &["--ci", "none"]].concat());
    // Records without an office.yaml are somebody's.
    let w = nowhere();
    fs::create_dir_all(w.path().join("records/a/visits")).unwrap();
    let said = refused(w.path(), &[&args[..], &["--office", "a"]].concat());
    assert!(said.contains("records/a/visits"), "{said}");
}

#[test]
fn a_group_grows() {
    let w = nowhere();
    let office = |id: &'static str| {
        [
            "init",
            "--name",
            "甲",
            "--policy",
            "bank-visit",
            "--office",
            id,
        ]
    };
    done(w.path(), &[&office("a")[..], &["--ci", "gitlab"]].concat());
    assert!(read(&w, ".gitlab-ci.yml").contains("aftercare check --strict"));
    let told = done(
        nowhere().path(),
        &[&office("a")[..], &["--lang", "en"]].concat(),
    );
    assert!(
        told.contains("fill in the two lines at the top of .github/workflows/aftercare.yml"),
        "{told}"
    );
    fs::write(w.path().join(".vscode/settings.json"), "{}").unwrap();
    let inside = w.path().join("records/a");
    let said = done(
        &inside,
        &[&office("分/b")[..], &["--ci", "gitlab"]].concat(),
    );
    assert!(
        said.contains("records/分/b/visits.csv") && !said.contains(".vscode"),
        "{said}"
    );
    assert_eq!(read(&w, ".vscode/settings.json"), "{}");
    assert!(done(w.path(), &["check"]).contains("2 个单位"));
    for wrong in ["a/c", "../b", "", ".b"] {
        let args = office("x").map(|a| if a == "x" { wrong } else { a });
        let said = refused(w.path(), &args);
        assert!(
            said.contains("单位") || said.contains("records"),
            "{wrong}: {said}"
        );
    }
}

#[test]
fn a_day_in_the_past_tells_what_fell_due() {
    let w = nowhere();
    let args = [
        "init",
        "--name",
        "甲",
        "--policy",
        "fuel-station-visit",
        "--since",
    ];
    let said = done(w.path(), &[&args[..], &["2026年3月1日"]].concat());
    assert!(
        said.contains("到期未做") && said.contains("2026-03-01"),
        "{said}"
    );
    assert!(refused(w.path(), &[&args[..], &["1/3/2026"]].concat()).contains("--since"));
}

#[test]
fn a_terminal_is_asked_and_nobody_else() {
    let w = nowhere();
    let said = refused(w.path(), &["init", "--policy", "bank-visit"]);
    assert!(said.contains("--name"), "{said}");
    assert!(refused(w.path(), &["init", "--name", "甲"]).contains("aftercare policies"));
    assert!(all(w.path()).is_empty());
    let asked = ran(
        w.path(),
        &["init"],
        Some(" 翠湖（东）  \n2，fuel-station-visit 2\n"),
    );
    assert_eq!((asked.status, asked.err.as_str()), (0, ""));
    assert!(
        asked.out.contains("单位名称：") && asked.out.contains("  2  "),
        "{}",
        asked.out
    );
    let office = read(&w, "records/office.yaml");
    assert!(office.starts_with("name: 翠湖（东）\n"), "{office}");
    assert_eq!(office.matches("\n  - ").count(), 2, "{office}");
    for answers in ["", "\n", "甲\n", "甲\n99\n", "甲\nnobody\n"] {
        let w = nowhere();
        assert_eq!(
            ran(w.path(), &["init"], Some(answers)).status,
            2,
            "{answers:?}"
        );
        assert!(all(w.path()).is_empty());
    }
}

#[test]
fn the_schema_of_office_yaml_takes_every_sample() {
    let w = nowhere();
    done(
        w.path(),
        &["init", "--name", "no: \"x\" # y", "--policy", "bank-visit"],
    );
    let schema = serde_json::from_str(&read(&w, ".vscode/aftercare/office.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let records = concat!(env!("CARGO_MANIFEST_DIR"), "/records");
    let mut texts = vec![read(&w, "records/office.yaml")];
    for office in fs::read_dir(records).unwrap() {
        let file = office.unwrap().path().join("office.yaml");
        texts.extend(fs::read_to_string(file));
    }
    assert!(texts.len() > 10);
    for text in &texts {
        let value: serde_json::Value = serde_saphyr::from_str(text).unwrap();
        schema
            .validate(&value)
            .unwrap_or_else(|e| panic!("{e}\n{text}"));
    }
    for wrong in [
        "name: a\n",
        "name: a\npolicies: [bank-visitt]\n",
        "nam: a\npolicies: []\n",
    ] {
        let value: serde_json::Value = serde_saphyr::from_str(wrong).unwrap();
        assert!(!schema.is_valid(&value), "{wrong}");
    }
    let settings: serde_json::Value =
        serde_json::from_str(&read(&w, ".vscode/settings.json")).unwrap();
    for file in settings["yaml.schemas"].as_object().unwrap().keys() {
        assert!(w.path().join(file).is_file(), "{file}");
    }
}
