//! SARIF 2.1.0 (OASIS), as code hosts and editors read it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::Report;
use crate::core_rules;
use crate::finding::{Finding, Place, Severity};
use crate::text::{Bilingual, Lang};

/// Writes one run with its rules and results.
///
/// # Errors
/// The stream is closed or broken.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (i, head) in report.selection.heads().enumerate() {
        first.entry(head.rule).or_insert(i);
    }
    let index: BTreeMap<&str, usize> = first.keys().enumerate().map(|(i, r)| (*r, i)).collect();
    let mut at: Vec<usize> = first.into_values().collect();
    at.sort_unstable();
    let mut described: Vec<Value> = vec![Value::Null; at.len()];
    for f in report.selection.told_at(&at) {
        described[index[f.rule.as_str()]] = rule(&f, report.lang);
    }
    let driver = json!({
        "name": "aftercare",
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "language": report.lang.pick("zh-CN", "en-US"),
        "rules": described,
    });
    write!(
        out,
        "{{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{driver}}},\"columnKind\":\"unicodeCodePoints\",\"results\":["
    )?;
    for (i, f) in report.selection.told(true).enumerate() {
        if i > 0 {
            out.write_all(b",")?;
        }
        let index = index.get(f.rule.as_str()).copied();
        serde_json::to_writer(&mut *out, &result(&f, index, report.lang))?;
    }
    out.write_all(b"]")?;
    let besides = super::besides::json(report);
    if !besides.is_empty() {
        let besides = besides.into_iter().map(|(k, v)| (k.to_owned(), v));
        let besides = Value::Object(besides.collect());
        write!(out, ",\"properties\":{besides}")?;
    }
    out.write_all(b"}]}\n")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn rule(f: &Finding, lang: Lang) -> Value {
    // A finding's own help may be about its record alone.
    if let Some(own) = core_rules::of(&f.rule) {
        let text = |t: &Bilingual| json!({"text": t.get(lang)});
        return json!({
            "id": f.rule,
            "shortDescription": text(&own.title),
            "fullDescription": text(&own.asks),
            "help": text(&own.help),
            "defaultConfiguration": {"level": level(own.severity)},
        });
    }
    json!({
        "id": f.rule,
        "help": {"text": f.help.get(lang)},
        "defaultConfiguration": {"level": level(f.severity)},
        "properties": {"clause": f.clause},
    })
}

fn result(f: &Finding, index: Option<usize>, lang: Lang) -> Value {
    let related: Vec<Value> = f
        .related
        .iter()
        .enumerate()
        .map(|(i, r)| {
            let mut place = location(&r.place);
            place["id"] = json!(i);
            place["message"] = json!({"text": r.message.get(lang)});
            place
        })
        .collect();
    let mut result = json!({
        "ruleId": f.rule,
        "ruleIndex": index,
        "level": level(f.severity),
        "message": {"text": f.message.get(lang)},
        "locations": [location(&f.place)],
        "relatedLocations": related,
        "partialFingerprints": {"aftercare/v1": f.fingerprint},
        "properties": {
            "office": f.office, "kind": f.kind, "record": f.record, "period": f.period,
            "field": f.field, "due": f.due.map(|d| d.to_string()),
        },
    });
    if f.waived {
        result["suppressions"] = json!([{"kind": "external", "status": "accepted"}]);
    }
    result
}

fn location(p: &Place) -> Value {
    json!({"physicalLocation": {
        "artifactLocation": {"uri": uri(&p.file)},
        "region": {"startLine": p.line, "startColumn": p.column, "endColumn": p.column + p.width.max(1)},
    }})
}

/// A path as a relative URI (RFC 3986): all but unreserved characters and `/` by their UTF-8 bytes.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for b in path.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(b));
            }
            _ => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}
