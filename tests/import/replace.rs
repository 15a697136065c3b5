//! What stands where an import would write, new offices, and the exit status.

use std::path::Path;

use aftercare::import::{self, Request};
use assert_cmd::Command;

use crate::Workspace;

const MAP: &str = "as: repairs\nid: n\ncolumns: {received_at: d}\n";
const FILE: &str = "records/cuihu/repairs/import-source.csv";

fn stopped(w: &Workspace, csv: &str) -> String {
    let before = w.read(FILE);
    let f = w.import(csv, MAP).map(|o| panic!("{o:?}")).unwrap_err();
    assert_eq!(f.status, 2);
    assert_eq!(w.read(FILE), before, "left as it was");
    f.message.en
}

#[test]
fn again_brings_records_up_to_date_by_their_ids() {
    let w = Workspace::new();
    let first = w.import("n,d\n1,2025-03-01\n2,2025-03-02\n", MAP).unwrap();
    assert_eq!(first.fresh, [2, 0, 0]);
    let again = w
        .import("n,d\n2,2025-03-02\n1,2025-03-09\n3,2025-03-03\n", MAP)
        .unwrap();
    assert_eq!((again.fresh, again.gone), ([1, 1, 1], 0));
    let text = "编号,报修时间\n2,2025-03-02\n1,2025-03-09\n3,2025-03-03\n";
    assert_eq!(w.written(&again), text);
    // The same once more changes nothing, and what is not in the source any more stays.
    let same = w.import("n,d\n2,2025-03-02\n", MAP).unwrap();
    assert_eq!((same.fresh, same.gone, same.written), ([0, 0, 1], 2, None));
    assert!(w.read(FILE).ends_with(text));
}

#[test]
fn what_people_changed_stays() {
    let w = Workspace::new();
    let csv = "n,d\n1,2025-03-01\n2,2025-03-02\n3,2025-03-03\n4,2025-03-04\n";
    w.import(csv, MAP).unwrap();
    // Excel writes days in its own way, in its own encoding; somebody added a column, a row, changed 2 and 3, removed 4.
    let by_hand = "编号,报修时间,备注\r\n1,2025/3/1,甲\r\n2,2025/3/22,\r\n3,2025/3/23,\r\n9,2025/3/9,自己加的\r\n";
    let (gb, _, _) = encoding_rs::GB18030.encode(by_hand);
    w.write(FILE, &gb);
    let changed = csv
        .replace("2025-03-01", "2025-03-11")
        .replace("2025-03-03", "2025-03-13");
    let o = w.import(&changed, MAP).unwrap();
    assert_eq!((o.fresh, o.gone, o.status()), ([0, 1, 1], 1, 1));
    let why: Vec<&str> = o
        .refused
        .iter()
        .map(|r| r.reasons[0].message.en.as_str())
        .collect();
    assert!(
        why[0].contains("`2025-03-23` here, `2025-03-13` there"),
        "{why:?}"
    );
    assert!(why[1].contains("removed here"), "{why:?}");
    assert_eq!(
        w.written(&o),
        "编号,报修时间,备注\n1,2025-03-11,甲\n2,2025/3/22,\n3,2025/3/23,\n9,2025/3/9,自己加的\n"
    );
    // It stays so as long as the source does.
    let again = w.import(&changed, MAP).unwrap();
    assert_eq!((again.fresh, again.refused.len()), ([0, 0, 2], 2));
    // Unless somebody insists.
    let forced = import::run(&Request {
        map: Some("map.yaml".into()),
        force: true,
        ..w.request(&w.path("source.csv"))
    });
    assert_eq!(forced.unwrap().fresh, [4, 0, 0]);
    assert!(w.read(FILE).contains("4,2025-03-04") && !w.read(FILE).contains("自己加的"));
}

#[test]
fn what_an_older_version_imported_is_known_while_it_is_as_it_was() {
    let w = Workspace::new();
    let note = "records/cuihu/.imports/repairs-source.json";
    let forget = || {
        let mut json: serde_json::Value = serde_json::from_str(&w.read(note)).unwrap();
        assert!(json.as_object_mut().unwrap().remove("records").is_some());
        w.write(note, json.to_string());
    };
    w.import("n,d\n1,2025-03-01\n", MAP).unwrap();
    forget();
    let o = w.import("n,d\n1,2025-03-02\n", MAP).unwrap();
    assert_eq!(o.fresh, [0, 1, 0]);
    forget();
    let text = w.read(FILE).replace("2025-03-02", "2025-03-03");
    w.write(FILE, text);
    let o = w.import("n,d\n1,2025-03-04\n", MAP).unwrap();
    assert_eq!((o.fresh, o.refused.len()), ([0, 0, 0], 1));
    assert!(w.read(FILE).contains("2025-03-03"));
}

#[test]
fn a_file_that_no_import_made_is_never_overwritten_unasked() {
    let w = Workspace::new();
    w.write(FILE, "id,received_at\n9,2025-03-01\n");
    let why = stopped(&w, "n,d\n1,2025-03-01\n");
    assert!(why.contains("no import wrote it"), "{why}");
    let file = w.path("source.csv");
    let request = Request {
        map: Some("map.yaml".into()),
        ..w.request(&file)
    };
    let other = import::run(&Request {
        name: Some("a/b ..c".into()),
        ..request.clone()
    })
    .unwrap();
    assert_eq!(
        other.written.as_deref(),
        Some("records/cuihu/repairs/import-a-b-..c.csv")
    );
    std::fs::remove_file(w.path("records/cuihu/repairs/import-a-b-..c.csv")).unwrap();
    let forced = import::run(&Request {
        force: true,
        ..request
    })
    .unwrap();
    assert_eq!(w.written(&forced), "编号,报修时间\n1,2025-03-01\n");
}

#[test]
fn a_dry_run_writes_nothing() {
    let w = Workspace::new();
    let file = w.write("s.csv", "编号,报修时间\n1,2025-03-01\n");
    let o = import::run(&Request {
        kind: Some("维修".into()),
        into: Some("new".into()),
        new_office: Some("新".into()),
        dry_run: true,
        ..w.request(&file)
    })
    .unwrap();
    assert_eq!((o.taken, o.written), (1, None));
    assert!(!w.path("records/new").exists());
}

fn run(w: &Workspace, args: &[&str]) -> (i32, String, String) {
    let out = Command::cargo_bin("aftercare")
        .unwrap()
        .current_dir(w.path(""))
        .args(["import", "--lang", "en"])
        .args(args)
        .output()
        .unwrap();
    let text = |b: &[u8]| String::from_utf8(b.to_vec()).unwrap();
    (
        out.status.code().unwrap(),
        text(&out.stdout),
        text(&out.stderr),
    )
}

#[test]
fn the_exit_status_tells_what_happened() {
    let w = Workspace::new();
    w.write("good.csv", "编号,报修时间\n1,2025-03-01\n");
    w.write("bad.csv", "编号,报修时间\n1,2025-03-01\n2,someday\n");
    let base = ["--as", "repairs", "--into", "cuihu"];
    let with = |more: &[&str]| run(&w, &[more, &base].concat());
    assert_eq!(with(&["good.csv"]).0, 0);
    assert_eq!(with(&["bad.csv", "--report", "out.csv", "--dry-run"]).0, 1);
    assert!(
        w.read("out.csv").contains("3,3,refused,Received at,"),
        "{}",
        w.read("out.csv")
    );
    for (wrong, told) in [
        (vec!["none.csv"], "there is no file `none.csv`"),
        (vec!["good.csv", "--map", "none.yaml"], "there is no map"),
        (vec!["map.pdf"], "neither .csv nor .xlsx"),
    ] {
        w.write("map.pdf", "%PDF");
        let (status, _, err) = with(&wrong);
        assert_eq!(status, 2, "{err}");
        assert!(err.contains(told), "{err}");
    }
    let (status, _, err) = run(&w, &["good.csv", "--as", "repairs", "--into", "cuihi"]);
    assert_eq!(status, 2);
    assert!(err.contains("did you mean `cuihu`?"), "{err}");
    // A file where a folder should be.
    w.write("records/cuihu/visits", "");
    w.write("v.csv", "编号,回访时间,回访人,回访方式\n");
    w.write("records/cuihu/complaints", "");
    w.write("c.csv", "编号,受理时间\n1,2025-03-01\n");
    assert_eq!(
        run(&w, &["c.csv", "--as", "complaints", "--into", "cuihu"]).0,
        3
    );
}

#[test]
fn a_new_office_lies_inside_records_and_beside_others() {
    let w = Workspace::new();
    let file = w.write("s.csv", "编号,报修时间\n1,2025-03-01\n");
    let make = |into: &str, name: &str| {
        import::run(&Request {
            kind: Some("repairs".into()),
            into: Some(into.into()),
            new_office: Some(name.into()),
            ..w.request(&file)
        })
    };
    for into in [
        "../x",
        "/x",
        "a/../../x",
        "cuihu/a",
        "cuihu",
        "",
        ".",
        ".hidden",
        "a\\b",
    ] {
        assert_eq!(
            make(into, "名")
                .map(|o| panic!("{into}: {o:?}"))
                .unwrap_err()
                .status,
            2,
            "{into}"
        );
    }
    assert_eq!(make("ok", "  ").unwrap_err().status, 2);
    make("east/ok", "东: \"区\" #1").unwrap();
    let names: Vec<String> = w
        .check("2025-12-31")
        .offices
        .iter()
        .map(|o| o.office.config.name.clone())
        .collect();
    assert_eq!(names, ["翠湖", "东: \"区\" #1"]);
}

#[test]
fn a_workspace_may_be_one_office() {
    let w = Workspace(tempfile::tempdir().unwrap());
    w.write("records/office.yaml", "name: 一\npolicies: []\n");
    let file = w.write("s.csv", "编号,报修时间\n1,2025-03-01\n");
    let o = import::run(&Request {
        kind: Some("repairs".into()),
        into: Some(".".into()),
        ..w.request(Path::new(&file))
    })
    .unwrap();
    assert_eq!(o.written.as_deref(), Some("records/repairs/import-s.csv"));
    assert_eq!(w.check("2025-12-31").summary.records, 1);
}
