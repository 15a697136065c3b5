//! The formats against what is published of them. SARIF's schema is SchemaStore's sarif-2.1.0-rtm.5, as the npm package
//! `@microsoft/jest-sarif` carries it.

use std::collections::BTreeMap;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use serde_json::Value;

use super::{check, json, workspace};

#[track_caller]
fn holds(schema: &str, document: &Value) {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(document)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

const SARIF: &str = include_str!("../data/sarif-2.1.0-rtm.5.json");
const GITLAB: &str = include_str!("../data/gitlab-code-quality.schema.json");

#[test]
fn sarif_is_what_its_schema_says() {
    let w = workspace();
    for args in [
        &["--format", "sarif"][..],
        &["--format", "sarif", "--lang", "en"],
    ] {
        let document = json(w.path(), args);
        assert!(document["runs"][0]["results"].as_array().unwrap().len() > 4);
        holds(SARIF, &document);
    }
    // The schema would tell.
    let mut document = json(w.path(), &["--format", "sarif"]);
    document["runs"][0]["results"][0]["level"] = "grave".into();
    let schema: Value = serde_json::from_str(SARIF).unwrap();
    assert!(!jsonschema::is_valid(&schema, &document));
}

#[test]
fn gitlab_is_what_its_pages_say() {
    let w = workspace();
    let mut document = json(w.path(), &["--format", "gitlab"]);
    assert!(document.as_array().unwrap().len() > 3);
    holds(GITLAB, &document);
    document[0]["location"]["path"] = "./records".into();
    let schema: Value = serde_json::from_str(GITLAB).unwrap();
    assert!(!jsonschema::is_valid(&schema, &document));
}

type Attributes = BTreeMap<String, String>;

fn attributes(e: &BytesStart<'_>) -> Attributes {
    let one = |a: quick_xml::events::attributes::Attribute<'_>| {
        let name = a.key.as_ref().to_owned();
        (
            name,
            a.normalized_value(XmlVersion::Explicit1_0)
                .unwrap()
                .into_owned(),
        )
    };
    e.attributes().map(|a| one(a.unwrap())).collect()
}

/// What a JUnit reader sees: suites with their cases, each with what became of it.
struct Suites {
    all: Attributes,
    suites: Vec<(Attributes, Vec<Case>)>,
}

struct Case {
    attributes: Attributes,
    /// `failure` or `skipped`, with its attributes.
    outcome: Vec<(String, Attributes)>,
}

fn read(xml: &str) -> Suites {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let mut suites = Suites {
        all: Attributes::new(),
        suites: Vec::new(),
    };
    let mut open: Vec<String> = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(e) => {
                let name = element(&e, &open, &mut suites);
                open.push(name);
            }
            Event::Empty(e) => {
                element(&e, &open, &mut suites);
            }
            Event::End(_) => {
                open.pop();
            }
            _ => {}
        }
    }
    assert!(open.is_empty());
    suites
}

fn element(e: &BytesStart<'_>, open: &[String], suites: &mut Suites) -> String {
    let name = e.name().as_ref().to_owned();
    let attributes = attributes(e);
    let parent = open.last().map_or("", String::as_str);
    match (parent, name.as_str()) {
        ("", "testsuites") => suites.all = attributes,
        ("testsuites", "testsuite") => suites.suites.push((attributes, Vec::new())),
        ("testsuite", "testcase") => suites.suites.last_mut().unwrap().1.push(Case {
            attributes,
            outcome: Vec::new(),
        }),
        ("testcase", "failure" | "skipped") => {
            let cases = &mut suites.suites.last_mut().unwrap().1;
            cases
                .last_mut()
                .unwrap()
                .outcome
                .push((name.clone(), attributes));
        }
        (parent, name) => panic!("<{name}> in <{parent}>"),
    }
    name
}

fn count(attributes: &Attributes, name: &str) -> usize {
    attributes[name].parse().unwrap()
}

#[test]
fn junit_adds_up_and_says_what_json_says() {
    let w = workspace();
    let suites = read(&check(w.path(), &["--format", "junit"]).0);
    let (mut tests, mut failures) = (0, 0);
    for (suite, cases) in &suites.suites {
        let of = |what: &str| {
            let all = cases.iter().flat_map(|c| &c.outcome);
            all.filter(|o| o.0 == what).count()
        };
        assert!(!suite["name"].is_empty());
        assert_eq!(count(suite, "tests"), cases.len());
        assert_eq!(count(suite, "failures"), of("failure"));
        assert_eq!(count(suite, "skipped"), of("skipped"));
        assert_eq!(count(suite, "errors"), 0);
        for c in cases {
            assert!(c.outcome.len() <= 1 && !c.attributes["name"].is_empty());
            assert!(!c.attributes["classname"].is_empty());
        }
        tests += cases.len();
        failures += of("failure");
    }
    assert_eq!(
        (count(&suites.all, "tests"), count(&suites.all, "failures")),
        (tests, failures)
    );
    let plain = json(w.path(), &["--format", "json"]);
    let mut told: Vec<&str> = Vec::new();
    for f in plain["findings"].as_array().unwrap() {
        told.push(f["message"].as_str().unwrap());
    }
    let cases = suites.suites.iter().flat_map(|s| &s.1);
    let mut read: Vec<&str> = cases
        .flat_map(|c| &c.outcome)
        .map(|o| o.1["message"].as_str())
        .collect();
    told.sort_unstable();
    read.sort_unstable();
    assert_eq!(read, told, "markup in records comes back as it was");
}

#[test]
fn an_office_in_order_is_one_case_that_passes() {
    let w = tempfile::tempdir().unwrap();
    let office = w.path().join("records/a");
    std::fs::create_dir_all(&office).unwrap();
    std::fs::write(office.join("office.yaml"), "name: 甲\npolicies: []\n").unwrap();
    let suites = read(&check(w.path(), &["--format", "junit"]).0);
    assert_eq!(suites.suites.len(), 1);
    assert!(suites.suites[0].1[0].outcome.is_empty());
    holds(SARIF, &json(w.path(), &["--format", "sarif"]));
    holds(GITLAB, &json(w.path(), &["--format", "gitlab"]));
}
