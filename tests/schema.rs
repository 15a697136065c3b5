//! The schemas for editors: they are valid JSON Schema, take the sample offices' records, and refuse what the loader refuses.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};

use aftercare::schema::{Schema, json};
use aftercare::text::Lang;
use jsonschema::Validator;
use serde_json::{Value, json};

fn validator(schema: &Schema, kind: &str) -> Validator {
    let text = json::of_kind(schema, schema.kind(kind).unwrap(), Lang::Zh);
    jsonschema::draft202012::new(&text).unwrap()
}

/// As an editor reads it, without the loader's forbearance.
fn documents(text: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(text).unwrap()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
            found.push(path);
        }
    }
}

#[test]
fn every_schema_is_one() {
    let schema = Schema::embedded().unwrap();
    for (id, kind) in schema.iter() {
        for lang in [Lang::Zh, Lang::En] {
            let text = json::of_kind(&schema, id, lang);
            assert!(jsonschema::meta::is_valid(&text), "{}", kind.name);
            assert!(jsonschema::draft202012::new(&text).is_ok(), "{}", kind.name);
        }
    }
}

/// The offices in which `check` finds nothing: an editor must find nothing there either.
#[test]
fn records_in_order_are_taken() {
    let schema = Schema::embedded().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/ok");
    let years = std::fs::read_dir(root).unwrap().map(|e| e.unwrap());
    let years = years.filter(|e| e.file_name().to_string_lossy().starts_with("year-"));
    let (mut seen, mut wrong) = (0, Vec::new());
    for year in years {
        let records = year.path().join("records");
        let mut found = Vec::new();
        files(&records, &mut found);
        for path in found.iter().filter(|p| !p.ends_with("office.yaml")) {
            let below = path.strip_prefix(&records).unwrap();
            let kind = below.components().nth(1).unwrap().as_os_str();
            let kind = Path::new(kind).file_stem().unwrap().to_str().unwrap();
            let validator = validator(&schema, kind);
            for document in documents(&std::fs::read_to_string(path).unwrap()) {
                seen += 1;
                let refused = validator.iter_errors(&document).next();
                wrong.extend(refused.map(|e| format!("{}: {e}", path.display())));
            }
        }
    }
    assert!(seen > 50, "{seen}");
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn records_are_taken_by_label_and_by_name_alone_or_in_a_list() {
    let schema = Schema::embedded().unwrap();
    let visits = validator(&schema, "visits");
    let named = json!({"id": 31, "date": "2025-03-01", "staff": "S1", "method": "phone"});
    let labelled = json!({"编号": "V-1", "回访时间": "2025年3月1日 下午2:30", "回访人": "周岚", "回访方式": "电话",
        "实地查看": "是", "questions": [{"text": "漏水"}], "满意度": "待补", "note": null});
    for good in [&named, &labelled, &json!([named, labelled]), &json!(null)] {
        assert!(visits.is_valid(good), "{good}");
    }
    let with = |key: &str, value: Value| {
        let mut record = named.clone();
        record[key] = value;
        record
    };
    let mut without = named.clone();
    without.as_object_mut().unwrap().remove("staff");
    for bad in [
        with("满意读", json!("满意")),
        with("method", json!("电活")),
        with("date", json!("3/4/2025")),
        with("onsite_checked", json!("大概")),
        with("id", json!("V/1")),
        with("questions", json!([{"category": "price"}])),
        without,
        json!("V-1"),
    ] {
        assert!(!visits.is_valid(&bad), "{bad}");
        assert!(!visits.is_valid(&json!([bad])), "{bad}");
    }
    // By itself a question names its visit.
    let questions = validator(&schema, "questions");
    let alone = json!({"id": "Q-1", "text": "漏水"});
    assert!(!questions.is_valid(&alone));
    assert!(questions.is_valid(&json!({"编号": "Q-1", "内容": "漏水", "回访": "V-1"})));
}
