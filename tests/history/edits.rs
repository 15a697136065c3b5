//! After any edits `check --since` tells the difference of two full checks.

use std::path::Path;

use aftercare::finding::Finding;
use aftercare::history::{Repo, Stood};
use aftercare::pipeline::{self, Request};
use proptest::prelude::*;

use super::repository::Repository;

const OFFICE: &str = "name: 翠湖\nsince: 2025-01-01\npolicies: [residential-visit-rates, complaint-handling]\nhouseholds: 20\n";

/// A change of the workspace.
#[derive(Clone, Debug)]
enum Edit {
    /// Takes out a line, the header too.
    Drop(usize, usize),
    /// Writes a line once more.
    Again(usize, usize),
    /// Writes something else in a cell.
    Cell(usize, usize, usize, &'static str),
    /// Renames a file within its kind.
    Move(usize),
    /// Deletes a file.
    Delete(usize),
    /// Adds to office.yaml.
    Office(&'static str),
}

const FILES: [&str; 5] = ["staff", "customers", "repairs", "visits", "complaints"];

fn edit() -> impl Strategy<Value = Edit> {
    let value = prop::sample::select(vec![
        "",
        "2025-03-20",
        "S2",
        "漏水",
        "?!",
        "R3",
        "维修工单回访",
        "是",
    ]);
    let more = prop::sample::select(vec![
        "audit: {grace_days: 1}\n",
        "waivers:\n  - {rule: revisit-7d, record: R2, reason: 旧账, by: S1, until: 2025-12-31}\n",
        "note: x\n",
        "nonsense: 1\n",
    ]);
    prop_oneof![
        4 => (0..5usize, 0..6usize).prop_map(|(f, l)| Edit::Drop(f, l)),
        2 => (0..5usize, 1..6usize).prop_map(|(f, l)| Edit::Again(f, l)),
        4 => (0..5usize, 1..6usize, 0..6usize, value).prop_map(|(f, l, c, v)| Edit::Cell(f, l, c, v)),
        1 => (0..5usize).prop_map(Edit::Move),
        1 => (0..5usize).prop_map(Edit::Delete),
        1 => more.prop_map(Edit::Office),
    ]
}

fn file(root: &Path, n: usize) -> std::path::PathBuf {
    let folder = root.join("records/cuihu");
    let moved = folder.join(FILES[n]).join("moved.csv");
    if moved.is_file() {
        return moved;
    }
    folder.join(format!("{}.csv", FILES[n]))
}

fn make(root: &Path, edit: &Edit) {
    let lines = |n: usize, change: &dyn Fn(&mut Vec<String>)| {
        let path = file(root, n);
        let Ok(text) = std::fs::read_to_string(&path) else {
            return;
        };
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        change(&mut lines);
        std::fs::write(path, lines.join("\n") + "\n").unwrap();
    };
    match edit {
        Edit::Drop(n, at) => lines(*n, &|l| {
            if *at < l.len() {
                l.remove(*at);
            }
        }),
        Edit::Again(n, at) => lines(*n, &|l| l.extend(l.get(*at).cloned())),
        Edit::Cell(n, at, column, value) => lines(*n, &|l| {
            let Some(line) = l.get_mut(*at) else { return };
            let mut cells: Vec<&str> = line.split(',').collect();
            let column = column % cells.len();
            cells[column] = value;
            *line = cells.join(",");
        }),
        Edit::Move(n) => {
            let (from, to) = (file(root, *n), root.join("records/cuihu").join(FILES[*n]));
            if from.is_file() {
                std::fs::create_dir_all(&to).unwrap();
                std::fs::rename(from, to.join("moved.csv")).unwrap();
            }
        }
        Edit::Delete(n) => {
            let _ = std::fs::remove_file(file(root, *n));
        }
        Edit::Office(more) => {
            let path = root.join("records/cuihu/office.yaml");
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::write(path, text + more).unwrap();
        }
    }
}

fn check(root: &Path) -> Result<Vec<Finding>, String> {
    let request = Request {
        root: root.to_path_buf(),
        as_of: "2025-06-30".parse().unwrap(),
        offices: vec![],
        policies: vec![],
        everything: false,
    };
    let checked = pipeline::check(&request).map_err(|f| f.message.en)?;
    let told = checked.found.told(&checked.offices, checked.found.iter());
    Ok(told.collect())
}

/// The difference in the plainest words: of each name so many as there are more now, and those that are worse.
fn difference(now: &[Finding], then: &[Finding]) -> Vec<String> {
    let mut left: Vec<&Finding> = then.iter().collect();
    let mut new = Vec::new();
    for f in now {
        let alike = |o: &&Finding| o.fingerprint == f.fingerprint;
        let line = |o: &&Finding| alike(o) && o.place.excerpt == f.place.excerpt;
        // Findings of one name differ in nothing that counts, so that any of them may be the one that stood.
        let at = left
            .iter()
            .position(line)
            .or_else(|| left.iter().position(alike));
        let old = at.map(|at| left.remove(at));
        let worse =
            |o: &Finding| (o.short.is_some() && f.short > o.short) || (o.waived && !f.waived);
        if old.is_none_or(worse) {
            new.push(f.fingerprint.clone());
        }
    }
    new.sort();
    new
}

fn start() -> Repository {
    let r = Repository::new("");
    r.put("records/cuihu/office.yaml", OFFICE);
    r.put(
        "records/cuihu/staff.csv",
        "编号,姓名,岗位,责任区\nS1,张,主管,\nS2,王,物管员,东区\nS3,李,办公室主任,\n",
    );
    r.put(
        "records/cuihu/customers.csv",
        "编号,名称,区域\nK1,李玥,东区\nK2,赵,西区\n",
    );
    r.put("records/cuihu/repairs.csv", "编号,报修时间,客户,项目类别,完工时间\nR1,2025-03-01,K1,漏水,2025-03-02\nR2,2025-03-01,K2,一般,2025-03-02\n,2025-03-05,K1,一般,\nR3,2025-04-01,K1,安全设施,2025-04-02\n");
    r.put("records/cuihu/visits.csv", "编号,回访时间,回访人,回访方式,回访类别,维修,客户\nV1,2025-03-03,S1,上门,维修工单回访,R1,K1\nV2,2025-03-09,S3,上门,维修工单回访,R2,K2\nV3,2025-04-12,S2,电话,定期走访,,K1\n");
    r.put("records/cuihu/complaints.csv", "编号,受理时间,客户,涉及部门,投诉等级\nC1,2025-03-01,K1,客服中心,轻微\nC2,2025-05-01,K9,工程部,\n");
    r.commit("2025-06-01");
    r
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn of_two_checks(edits in prop::collection::vec(edit(), 1..6)) {
        let r = start();
        let before = check(r.workspace()).unwrap();
        for e in &edits {
            make(r.workspace(), e);
        }
        let Ok(now) = check(r.workspace()) else {
            // A broken office.yaml is told, and nothing else.
            let status = r.run(&["check", "--since", "HEAD"]).status;
            prop_assert_eq!(status, 2);
            return Ok(());
        };
        let ran = r.run(&["check", "--as-of", "2025-06-30", "--format", "json", "--since", "HEAD"]);
        let json = ran.json();
        let mut told: Vec<String> = json["findings"].as_array().unwrap().iter()
            .map(|f| f["fingerprint"].as_str().unwrap().to_owned())
            .collect();
        told.sort();
        prop_assert_eq!(&told, &difference(&now, &before));
        // The revision's files were read as they are: judged aside, they give what they gave here.
        let repo = Repo::of(r.workspace()).unwrap();
        let aside = repo.aside(&repo.revision("HEAD").unwrap()).unwrap();
        prop_assert_eq!(check(aside.path()).unwrap(), before);
    }
}

fn brought(now: &[Finding], then: &[Finding]) -> Vec<bool> {
    let stood = |all: &[Finding]| -> Vec<Stood> { all.iter().cloned().map(Stood::from).collect() };
    aftercare::history::brought(&stood(now), &stood(then))
}

#[test]
fn nothing_is_brought_by_nothing_and_all_by_everything() {
    let r = start();
    let findings = check(r.workspace()).unwrap();
    assert!(findings.len() > 10);
    assert!(brought(&findings, &findings).iter().all(|new| !new));
    assert!(brought(&findings, &[]).iter().all(|new| *new));
    let short: Vec<usize> = (0..findings.len())
        .filter(|i| findings[*i].short.is_some())
        .collect();
    let mut better = findings.clone();
    for f in &mut better {
        f.short = f.short.map(|s| s / 2);
    }
    let worse: Vec<usize> = brought(&findings, &better)
        .iter()
        .enumerate()
        .filter(|n| *n.1)
        .map(|n| n.0)
        .collect();
    assert!(!short.is_empty());
    assert_eq!(worse, short);
}
