//! An office's own policies over records that others made, judged against a plain count of the same file.

use std::path::Path;

use chrono::NaiveDate;

use crate::Workspace;
use crate::whole_files::{by_rule, import, shared};

fn own(w: &Workspace, id: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/foreign/policies");
    let text = std::fs::read_to_string(root.join(id).join("policy.yaml")).unwrap();
    w.write(&format!("policies/{id}/policy.yaml"), text);
}

#[test]
fn letters_are_answered_in_working_days_exactly_as_their_readme_counts() {
    let Some(file) = shared("citizen-letters.gb18030.csv") else {
        return;
    };
    for (days, late) in [(5, 1738), (15, 713), (30, 248)] {
        let w = Workspace(tempfile::tempdir().unwrap());
        own(&w, "letters");
        let policies = format!("{{use: letters, with: {{answered: {{working_days: {days}}}}}}}");
        import(
            &w,
            &file,
            "citizen-letters",
            "a",
            &policies,
            "Asia/Shanghai",
        );
        let checked = w.check("2020-12-31");
        assert_eq!(
            by_rule(&checked)["letters/answered"],
            late,
            "over {days} working days"
        );
        assert_eq!(checked.summary.unjudged, 0);
    }
}

/// The rows of the file: opened, promised and closed on, title, department.
type Row = (
    NaiveDate,
    Option<NaiveDate>,
    Option<NaiveDate>,
    String,
    String,
);

fn rows(file: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|h| h == name).unwrap();
    let columns = [
        "open_dt",
        "target_dt",
        "closed_dt",
        "case_title",
        "department",
    ]
    .map(at);
    let day = |text: &str| text.get(..10).and_then(|d| d.parse().ok());
    let all = reader.records().map(|r| {
        let r = r.unwrap();
        let [opened, target, closed, title, department] = columns.map(|c| r[c].to_owned());
        (
            day(&opened).unwrap(),
            day(&target),
            day(&closed),
            title,
            department,
        )
    });
    all.collect()
}

#[test]
fn requests_are_closed_on_target_as_a_plain_count_finds() {
    let Some(file) = shared("boston311_2011.csv") else {
        return;
    };
    let w = Workspace(tempfile::tempdir().unwrap());
    own(&w, "service-requests");
    import(
        &w,
        &file,
        "boston-311",
        "a",
        "service-requests",
        "America/New_York",
    );
    let checked = w.check("2019-12-31");
    let found = by_rule(&checked);
    let as_of: NaiveDate = "2019-12-31".parse().unwrap();
    let rows = rows(&file);
    let late = |(_, target, closed, ..): &&Row| match (target, closed) {
        (None, _) => false,
        (Some(t), Some(c)) => c > t,
        (Some(t), None) => *t < as_of,
    };
    let count = rows.iter().filter(late).count();
    assert_eq!(found["service-requests/on-target"], count);
    let slow = |title: &str, days: i64| {
        let own = rows.iter().filter(|r| r.3.contains(title));
        own.filter(|(opened, _, closed, ..)| {
            closed.is_none_or(|c| !(0..=days).contains(&(c - *opened).num_days()))
        })
        .count()
    };
    assert_eq!(found["service-requests/potholes-2d"], slow("Pothole", 2));
    assert_eq!(
        found["service-requests/street-lights-10d"],
        slow("Street Light", 10)
    );
    assert!(found["service-requests/described"] > 0);
    eprintln!("{found:?}");
}
