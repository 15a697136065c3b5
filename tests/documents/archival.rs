//! PDF/A-3b, clause by clause (ISO 19005-3): what of it shows in the structure of a file, as `qpdf` reads it. `qpdf` also
//! says whether the file is sound.

use std::collections::BTreeMap;
use std::process::Command;

use aftercare::document::{Engine, Fonts, Recipe, Templates, form, report};
use aftercare::pipeline::{self, Request};
use serde_json::Value;

use crate::fixture::*;

/// Objects by their names (`obj:12 0 R`), streams as their dictionaries.
struct Pdf(BTreeMap<String, Value>);

impl Pdf {
    /// `None` where there is no `qpdf`.
    ///
    /// # Panics
    /// `qpdf` finds something wrong with it.
    fn read(name: &str, bytes: &[u8]) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.pdf");
        std::fs::write(&file, bytes).unwrap();
        let check = Command::new("qpdf")
            .arg("--check")
            .arg(&file)
            .output()
            .ok()?;
        let said = String::from_utf8_lossy(&check.stdout).into_owned();
        assert!(check.status.success(), "{name}: {said}");
        assert!(said.contains("not encrypted"), "{name}: 6.1.3: {said}");
        let json = Command::new("qpdf")
            .args([
                "--json=2",
                "--json-stream-data=inline",
                "--decode-level=generalized",
            ])
            .arg(&file)
            .output()
            .ok()?;
        let all: Value = serde_json::from_slice(&json.stdout).unwrap();
        let objects = all["qpdf"][1].as_object().unwrap();
        let plain = |(name, object): (&String, &Value)| {
            let value = match object.get("stream") {
                Some(stream) => {
                    let mut dict = stream["dict"].clone();
                    dict["data"] = stream["data"].clone();
                    dict
                }
                None => object["value"].clone(),
            };
            (name.clone(), value)
        };
        Some(Self(objects.iter().map(plain).collect()))
    }

    /// What a reference leads to; anything else is itself.
    fn get<'a>(&'a self, value: &'a Value) -> &'a Value {
        let name = value.as_str().filter(|v| v.ends_with(" R"));
        name.and_then(|n| self.0.get(&format!("obj:{n}")))
            .unwrap_or(value)
    }

    fn of_type<'a>(&'a self, kind: &str) -> impl Iterator<Item = &'a Value> {
        let kind = Value::from(format!("/{kind}"));
        self.0.values().filter(move |v| v["/Type"] == kind)
    }
}

/// Base64 as `qpdf` writes streams.
fn decoded(text: &str) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for b in text.bytes().filter(|b| *b != b'=') {
        let digit = DIGITS.iter().position(|d| *d == b).unwrap();
        bits = bits << 6 | u32::try_from(digit).unwrap();
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    out
}

/// What a file breaks, each with its clause.
fn broken(pdf: &Pdf, attached: bool) -> Vec<String> {
    let mut broken = Vec::new();
    let mut must = |clause: &str, holds: bool| {
        if !holds {
            broken.push(clause.to_owned());
        }
    };
    let trailer = &pdf.0["trailer"];
    let root = pdf.get(&trailer["/Root"]);
    must("6.1.3 an ID in the trailer", trailer["/ID"][1].is_string());

    let intents = pdf.get(&root["/OutputIntents"]);
    let intent = pdf.get(&intents[0]);
    must(
        "6.2.3 an output intent of PDF/A",
        intent["/S"] == "/GTS_PDFA1",
    );
    let profile = pdf.get(&intent["/DestOutputProfile"]);
    must("6.2.3 a profile in it", profile["/N"] == 3);

    let xmp = pdf.get(&root["/Metadata"]);
    let xmp = decoded(xmp["data"].as_str().unwrap_or_default());
    let xmp = String::from_utf8_lossy(&xmp);
    must("6.6.4 the part", xmp.contains("<pdfaid:part>3<"));
    must("6.6.4 the level", xmp.contains("<pdfaid:conformance>B<"));
    let info = pdf.get(&trailer["/Info"]);
    for (key, clause) in [("/Title", "6.6.2 title"), ("/Author", "6.6.2 author")] {
        let told = info[key].as_str().and_then(|t| t.strip_prefix("u:"));
        let escaped = told.map(|t| t.replace('&', "&amp;").replace('<', "&lt;"));
        must(
            clause,
            escaped.is_some_and(|t| !t.is_empty() && xmp.contains(&t)),
        );
    }

    for font in pdf.of_type("Font") {
        let is_whole = font["/Subtype"] == "/Type0";
        must(
            "6.2.11.7 characters of a font",
            !is_whole || !font["/ToUnicode"].is_null(),
        );
        let held = pdf.get(&font["/FontDescriptor"]);
        let has = |k: &str| held[k].is_string();
        must(
            "6.2.11.4 a font is embedded",
            is_whole || has("/FontFile2") || has("/FontFile3"),
        );
    }

    for value in pdf.0.values() {
        let dict = value.as_object();
        let has = |key: &str| dict.is_some_and(|d| d.contains_key(key));
        must(
            "6.5.2 no action by itself",
            !has("/AA") && !has("/OpenAction"),
        );
        must("6.1.7 no LZW", value["/Filter"] != "/LZWDecode");
        let action = &value["/S"];
        let barred = [
            "/JavaScript",
            "/Launch",
            "/ImportData",
            "/SubmitForm",
            "/Sound",
            "/Movie",
        ];
        must("6.5.1 no such action", !barred.iter().any(|b| action == b));
        must("6.1.7 no stream elsewhere", !has("data") || !has("/F"));
    }

    let files: Vec<&Value> = pdf.of_type("Filespec").collect();
    must(
        "6.8 records are attached",
        files.len() == usize::from(attached),
    );
    for file in files {
        must("6.8 its relation", file["/AFRelationship"] == "/Source");
        must(
            "6.8 its two names",
            file["/F"].is_string() && file["/F"] == file["/UF"],
        );
        let held = pdf.get(&file["/EF"]["/F"]);
        must("6.8 its kind", held["/Subtype"] == "/application/yaml");
        must("6.8 its day", held["/Params"]["/ModDate"].is_string());
        must(
            "6.8 it is told in the catalogue",
            root["/AF"].as_array().is_some_and(|a| a.len() == 1),
        );
    }

    // Beyond level B: tagged, with a language, for those who listen to it.
    must(
        "ISO 32000-1, 14.7 tagged",
        root["/MarkInfo"]["/Marked"] == true,
    );
    must(
        "ISO 32000-1, 14.9.2 its language",
        root["/Lang"].is_string(),
    );
    let tree = pdf.get(&root["/StructTreeRoot"]);
    must(
        "ISO 32000-1, 14.7.2 a tree",
        tree["/K"].is_string() || tree["/K"].is_array(),
    );
    let figures = pdf.0.values().filter(|v| v["/S"] == "/Figure");
    for figure in figures {
        must(
            "ISO 32000-1, 14.9.3 words for a picture",
            figure["/Alt"].is_string(),
        );
    }
    broken.sort();
    broken.dedup();
    broken
}

/// A document of every kind: each form filled in once and one blank, a volume, a dossier, each report.
fn documents() -> Vec<Recipe> {
    let office = lanting();
    let mut all = recipes(&office);
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents");
    let checked = pipeline::check(&Request {
        root,
        as_of: "2025-12-31".parse().unwrap(),
        offices: vec![],
        policies: vec![],
        everything: true,
    })
    .unwrap();
    let reports = report::recipes(&checked, &Templates::embedded(), &|_| true);
    all.extend(reports.unwrap());
    let mut bound = office.config.clone();
    bound.collect = "year".to_owned();
    let bound = aftercare::table::Office {
        config: bound,
        ..lanting()
    };
    all.extend(
        recipes(&bound)
            .into_iter()
            .filter(|r| r.path.contains("/collected/")),
    );
    let folder = |r: &Recipe| r.path.rsplit_once('/').map(|(f, _)| f.to_owned());
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|r| r.path.ends_with(".pdf") && seen.insert(folder(r)));
    let all_forms = forms();
    let blank = all_forms.iter().next().unwrap();
    let blank = form::blank(&office.config, &schema(), &all_forms, &packs(), blank);
    all.push(blank.unwrap());
    all
}

#[test]
fn every_kind_of_document_is_fit_for_the_archive() {
    let engine = Engine::new(&Templates::embedded(), Fonts::new(vec![])).unwrap();
    let all = documents();
    assert!(all.iter().any(|r| r.path.contains("/collected/")));
    assert!(all.iter().any(|r| r.path.contains("/reports/annual/")));
    let mut failed = Vec::new();
    for recipe in &all {
        let bytes = engine.render(recipe).unwrap_or_else(|f| panic!("{f:?}"));
        let Some(pdf) = Pdf::read(&recipe.path, &bytes) else {
            eprintln!("skipped: there is no qpdf");
            return;
        };
        let broken = broken(&pdf, recipe.attachment.is_some());
        failed.extend(broken.into_iter().map(|b| format!("{}: {b}", recipe.path)));
    }
    assert_eq!(failed, Vec::<String>::new());
}

#[test]
fn what_is_not_fit_is_told() {
    let mut objects = BTreeMap::new();
    let catalog = serde_json::json!({"/Type": "/Catalog", "/OpenAction": {"/S": "/JavaScript"}});
    objects.insert("trailer".to_owned(), serde_json::json!({"/Root": "1 0 R"}));
    objects.insert("obj:1 0 R".to_owned(), catalog);
    objects.insert(
        "obj:2 0 R".to_owned(),
        serde_json::json!({"/Type": "/Font", "/Subtype": "/TrueType"}),
    );
    let told = broken(&Pdf(objects), true);
    for clause in [
        "6.1.3",
        "6.2.3",
        "6.2.11.4",
        "6.5.2",
        "6.6.4",
        "6.8",
        "14.7 tagged",
    ] {
        assert!(
            told.iter().any(|t| t.contains(clause)),
            "{clause}: {told:?}"
        );
    }
    assert_eq!(decoded("5Lit"), "中".as_bytes());
}
