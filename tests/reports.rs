//! Figures and reports of small offices, computed by hand.

use std::path::Path;

use aftercare::calendar::Period;
use aftercare::pipeline::{self, Checked, Request};
use aftercare::statistics::*;
use aftercare::table::Office;

/// Writes files below `records/` and checks them.
fn office(folder: &Path, files: &[(&str, &str)], as_of: &str) -> Checked {
    for (path, text) in files {
        let file = folder.join("records").join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let request = Request {
        root: folder.to_path_buf(),
        as_of: as_of.parse().unwrap(),
        offices: vec![],
        policies: vec![],
        everything: true,
    };
    pipeline::check(&request).unwrap_or_else(|f| panic!("{}", f.message.en))
}

const OFFICE: &str = "name: 翠湖花园物业服务处\npolicies: [complaint-handling]\n";
const STAFF: &str = "id,name,role,department,area\nS1,王芳,service_officer,客服部,东区\nS2,李强,repair_lead,工程部,西区\n";

fn small(as_of: &str) -> (tempfile::TempDir, Checked) {
    let folder = tempfile::tempdir().unwrap();
    let visits = "id,date,staff,method,type,satisfaction\n\
        V1,2025-03-03,S1,phone,repair,满意\nV2,2025-03-04,S1,phone,repair,非常满意\nV3,2025-03-05,S1,onsite,complaint,不满意\n\
        V4,2025-03-10,S1,phone,regular,\nV5,2025-03-11,S2,phone,,一般\nV6,2025-04-01,S2,phone,regular,满意\n";
    let complaints = "id,received_at,closed_at,handler,kind\n\
        C1,2025-03-03 09:00,2025-03-05,S1,service\nC2,2025-03-04,2025-03-12 10:00,S2,quality\n\
        C3,2025-03-06,,S1,service\nC4,2025-03-13,,,\n";
    let files = [
        ("a/office.yaml", OFFICE),
        ("a/staff.csv", STAFF),
        ("a/visits.csv", visits),
        ("a/complaints.csv", complaints),
    ];
    let checked = office(folder.path(), &files, as_of);
    (folder, checked)
}

fn flow(office: &Office) -> Flow {
    let written = serde_json::json!({"of": "complaints", "done": "closed_at"});
    Flow::compile(&serde_json::from_value(written).unwrap(), &office.schema).unwrap()
}

fn key(office: &Office, kind: &str, written: serde_json::Value) -> Key {
    let kind = office.schema.kind(kind).unwrap();
    Key::compile(
        &serde_json::from_value(written).unwrap(),
        kind,
        &office.schema,
    )
    .unwrap()
}

#[test]
fn what_came_in_was_done_and_is_open_in_a_week() {
    let (_folder, checked) = small("2025-12-31");
    let office = &checked.offices[0].office;
    let count = |week: &str| {
        let week = Period::parse(week).unwrap();
        flow(office).count(&office.at(week.last), week, &|row| row == 2)
    };
    let first = count("2025-W10");
    assert_eq!(
        (first.received, first.done, first.open, first.overdue),
        (3, 1, 2, 1),
        "C1 is done by Sunday, C2 and C3 are open, C3 is late"
    );
    assert_eq!(first.average_days().unwrap(), "2.0");
    let second = count("2025-W11");
    assert_eq!((second.received, second.done, second.open), (1, 1, 2));
    assert_eq!(second.average_days().unwrap(), "8.0");
    assert_eq!(count("2025-W09"), Activity::default());
}

#[test]
fn groups_follow_the_staff_list_and_what_is_not_stated_comes_last() {
    let (_folder, checked) = small("2025-03-31");
    let office = &checked.offices[0].office;
    let year = Period::parse("2025").unwrap();
    let by = key(
        office,
        "complaints",
        serde_json::json!({"by": "handler.department"}),
    );
    let groups = flow(office).by_group(office, year, &|_| false, &by);
    let told: Vec<_> = groups
        .iter()
        .map(|(g, a)| (g.label.zh.as_str(), a.received))
        .collect();
    assert_eq!(told, [("客服部", 2), ("工程部", 1), ("未填", 1)]);
}

#[test]
fn satisfaction_by_month_and_type_leaves_the_silent_out() {
    let (_folder, checked) = small("2025-12-31");
    let office = &checked.offices[0].office;
    let kind = office.schema.kind("visits").unwrap();
    let population = Population::compile(
        &serde_json::from_value(serde_json::json!({"of": "visits"})).unwrap(),
        &office.schema,
    );
    let rows = population.unwrap().rows(office, Period::parse("2025"));
    let scale =
        serde_json::json!({"field": "satisfaction", "satisfied": ["very_satisfied", "satisfied"]});
    let scale = Scale::compile(
        &serde_json::from_value(scale).unwrap(),
        kind,
        &office.schema,
    )
    .unwrap();
    let month = key(
        office,
        "visits",
        serde_json::json!({"by": "date", "per": "month"}),
    );
    let months = by_group(office, kind, &rows, &scale, &month);
    let told: Vec<_> = months
        .iter()
        .map(|(g, d)| (g.key.as_str(), d.asked(), d.answered(), d.satisfied()))
        .collect();
    assert_eq!(told, [("2025-03", 5, 4, 2), ("2025-04", 1, 1, 1)]);
    assert_eq!(months[0].1.rate(), None, "four answers are too few");
    let all = scale.count(office, kind, &rows);
    assert_eq!(all.rate().unwrap().to_string(), "60.0%");
    assert_eq!(all.response().unwrap().to_string(), "83.3%");
    assert_eq!(all.levels, [1, 2, 1, 1, 0]);
}

#[test]
fn an_office_as_of_an_earlier_day_is_the_office_loaded_on_that_day() {
    let (_folder, later) = small("2025-12-31");
    let (_folder, then) = small("2025-03-04");
    let (a, b) = (
        later.offices[0].office.at("2025-03-04".parse().unwrap()),
        &then.offices[0].office,
    );
    for (kind, k) in b.schema.iter() {
        assert_eq!(a.table(kind).live, b.table(kind).live, "{}", k.name);
        for row in 0..u32::try_from(b.table(kind).len()).unwrap() {
            for (field, f) in k.iter() {
                let (x, y) = (a.value(kind, row, field), b.value(kind, row, field));
                assert_eq!(format!("{x:?}"), format!("{y:?}"), "{} {}", k.name, f.name);
            }
        }
    }
}

#[test]
fn a_manifest_that_names_what_is_not_there_is_told_so() {
    let (_folder, checked) = small("2025-12-31");
    let schema = &checked.offices[0].office.schema;
    let fault = |json: serde_json::Value| {
        Flow::compile(&serde_json::from_value(json).unwrap(), schema).unwrap_err()
    };
    assert_eq!(
        fault(serde_json::json!({"of": "complaint"})),
        "there is no kind `complaint`; did you mean `complaints`?"
    );
    assert!(
        fault(serde_json::json!({"of": "complaints", "done": "close_at"}))
            .contains("did you mean `closed_at`?")
    );
}
