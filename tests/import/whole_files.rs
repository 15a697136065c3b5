//! The whole files that others made, where they are at hand: import, then check.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aftercare::import::{self, Outcome, Request};
use aftercare::pipeline::Checked;

use crate::{Workspace, adds_up};

pub fn shared(name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("AFTERCARE_SHARED").map_or(beside, PathBuf::from);
    let file = folder.join("data").join(name);
    if file.is_file() {
        return Some(file);
    }
    eprintln!("skipped: there is no {}", file.display());
    None
}

/// Imports a file into an office that has adopted `policies`.
pub fn import(
    w: &Workspace,
    file: &Path,
    map: &str,
    office: &str,
    policies: &str,
    zone: &str,
) -> Outcome {
    w.write(
        &format!("records/{office}/office.yaml"),
        format!("name: 试\npolicies: [{policies}]\ntimezone: {zone}\n"),
    );
    let request = Request {
        map: Some(map.into()),
        into: Some(office.into()),
        ..w.request(file)
    };
    let o = import::run(&request).unwrap_or_else(|f| panic!("{}", f.message.en));
    adds_up(&o);
    o
}

pub fn by_rule(checked: &Checked) -> BTreeMap<&str, usize> {
    let mut all = BTreeMap::new();
    let found = checked.found.iter();
    found.for_each(|f| *all.entry(checked.found.rule(f)).or_default() += 1);
    all
}

#[test]
fn service_requests() {
    let Some(file) = shared("boston311_2011.csv") else {
        return;
    };
    let w = Workspace(tempfile::tempdir().unwrap());
    let o = import(
        &w,
        &file,
        "boston-311",
        "boston",
        "warranty-period-repair",
        "America/New_York",
    );
    assert_eq!(
        (o.read, o.taken, o.filtered.len(), o.refused.len()),
        (58_251, 58_251, 0, 0)
    );
    let checked = w.check("2019-12-31");
    assert_eq!(checked.summary.records, 58_251);
    let rules = by_rule(&checked);
    // Nothing was closed before it was opened; targets before opening or in 2059 are promises, not steps.
    assert!(rules.keys().all(|r| !r.starts_with("core/")), "{rules:?}");
    assert!(
        rules["warranty-period-repair/ledger"] > 0,
        "no ledger was ever filed: {rules:?}"
    );
    // As of an earlier day, what lies after it is no evidence yet, and that is all that core says.
    let early = w.check("2011-12-31");
    let core: Vec<&str> = by_rule(&early)
        .into_keys()
        .filter(|r| r.starts_with("core/"))
        .collect();
    assert_eq!(core, ["core/future-date"]);
}

/// The first texts in which two tables differ, cut short: whole letters would fill the screen.
fn different(a: &str, b: &str) -> Vec<String> {
    let rows = |t: &str| -> Vec<csv::StringRecord> {
        csv::Reader::from_reader(t.as_bytes())
            .records()
            .map(Result::unwrap)
            .collect()
    };
    let (a, b) = (rows(a), rows(b));
    assert_eq!(a.len(), b.len());
    let cells = a
        .iter()
        .zip(&b)
        .flat_map(|(x, y)| x.iter().zip(y).map(|(p, q)| (x.get(0), p, q)));
    let odd = cells.filter(|(_, p, q)| p != q).take(5);
    odd.map(|(id, p, q)| {
        let at = p.chars().zip(q.chars()).take_while(|(x, y)| x == y).count();
        let cut = |t: &str| {
            t.chars()
                .skip(at.saturating_sub(5))
                .take(20)
                .collect::<String>()
        };
        format!("{id:?} at {at}: {:?} {:?}", cut(p), cut(q))
    })
    .collect()
}

#[test]
fn letters_in_a_workbook_and_as_gb18030_are_the_same() {
    let (Some(book), Some(text)) = (
        shared("citizen-letters.xlsx"),
        shared("citizen-letters.gb18030.csv"),
    ) else {
        return;
    };
    let w = Workspace(tempfile::tempdir().unwrap());
    let a = import(
        &w,
        &book,
        "citizen-letters",
        "a",
        "complaint-handling",
        "Asia/Shanghai",
    );
    let b = import(
        &w,
        &text,
        "citizen-letters",
        "b",
        "complaint-handling",
        "Asia/Shanghai",
    );
    for o in [&a, &b] {
        assert_eq!((o.read, o.taken, o.refused.len()), (2_816, 2_816, 0));
    }
    assert_eq!(
        different(&w.written(&a), &w.written(&b)),
        Vec::<String>::new()
    );
    let checked = w.check("2020-12-31");
    assert_eq!(checked.summary.records, 2 * 2_816);
    let rules = by_rule(&checked);
    assert!(rules.keys().all(|r| !r.starts_with("core/")), "{rules:?}");
    // The source names neither a grade nor a registrar nor a department for any letter.
    for rule in ["central", "register-complete", "severity"] {
        assert_eq!(
            rules[format!("complaint-handling/{rule}").as_str()],
            2 * 2_816,
            "{rules:?}"
        );
    }
}
