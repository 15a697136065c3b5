//! What a clerk does wrong, and what the machine refuses: each is told in words that say what to do.

use std::process::{Command, Stdio};

use super::{done, nowhere, refused, run, workspace};

#[test]
fn where_there_is_no_workspace_init_is_named() {
    let commands: [&[&str]; 7] = [
        &["check"],
        &["due"],
        &["stats"],
        &["audit"],
        &["why", "R-1"],
        &["new", "visits", "date=2025-01-03"],
        &["import", "x.csv", "--as", "visits"],
    ];
    let w = nowhere();
    std::fs::write(w.path().join("x.csv"), "编号,回访时间,回访人,回访方式\n").unwrap();
    for args in commands {
        let err = refused(w.path(), args);
        assert!(
            err.contains("aftercare init") && err.contains("-C"),
            "{args:?}: {err}"
        );
    }
    std::fs::create_dir(w.path().join("records")).unwrap();
    for args in commands.iter().filter(|a| a[0] != "audit") {
        let err = refused(w.path(), args);
        assert!(
            err.contains("没有找到单位") && err.contains("aftercare init"),
            "{args:?}: {err}"
        );
    }
}

#[test]
fn a_report_that_cannot_be_written_says_why() {
    let w = workspace();
    let ran = |output: &str| {
        let ran = run(w.path(), &["check", "--output", output, "--format", "json"]);
        assert_eq!(ran.status, 3, "{}", ran.out);
        ran.err
    };
    assert!(ran("nowhere/x.json").contains("没有这个文件夹"));
    assert!(ran("records/a/staff.csv/x.json").contains("是文件，不是文件夹"));
    let left: Vec<_> = std::fs::read_dir(w.path()).unwrap().flatten().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    let english = run(
        w.path(),
        &["check", "--output", "nowhere/x", "--lang", "en"],
    );
    assert!(english.err.contains("make it first"), "{}", english.err);
}

#[test]
fn names_that_are_unknown_are_answered_with_those_that_are() {
    let w = workspace();
    for (args, said) in [
        (&["forms", "complaint"][..], "多写了「complaint」"),
        (&["check", "--office", "north"], "有：a、b"),
        (&["new", "visits", "--office", "north"], "有：a、b"),
        (
            &["check", "--policy", "nothing-like-it"],
            "aftercare policies",
        ),
        (
            &["init", "d", "--name", "丁", "--policy", "x"],
            "aftercare policies",
        ),
        (&["why", "S9"], "「S09」"),
        (&["why", "visits/S09"], "a/staff/S09"),
        (&["why", "b/staff/S09"], "a/staff/S09"),
        (&["import", "x.csv", "--as", "visits"], "a、b"),
    ] {
        std::fs::write(w.path().join("x.csv"), "编号,回访时间,回访人,回访方式\n").unwrap();
        let err = refused(w.path(), args);
        assert!(err.contains(said), "{args:?}: {err}");
    }
    for exact in ["S09", "staff/S09", "人员/S09", "a/staff/S09"] {
        assert!(
            done(w.path(), &["why", exact]).starts_with("人员 S09"),
            "{exact}"
        );
    }
}

#[test]
fn an_id_that_was_given_twice_is_told_of_both() {
    let w = workspace();
    let text = "编号,姓名,岗位\nS09,周岚,主管\nS10,李玥,经理\nS09,周宁,经理\n";
    std::fs::write(w.path().join("records/a/staff.csv"), text).unwrap();
    let out = done(w.path(), &["why", "a/staff/S09"]);
    assert!(
        out.contains("staff.csv:2") && out.contains("staff.csv:4"),
        "{out}"
    );
}

#[test]
fn nothing_is_imported_whose_report_has_no_place() {
    let w = workspace();
    std::fs::write(w.path().join("x.csv"), "编号,姓名,岗位\nS1,王燕,主管\n").unwrap();
    let args = [
        "import", "x.csv", "--as", "staff", "--into", "a", "--report",
    ];
    let ran = run(w.path(), &[&args[..], &["no/x.csv"]].concat());
    assert!(
        ran.status == 3 && ran.err.contains("没有这个文件夹"),
        "{}",
        ran.err
    );
    assert!(!w.path().join("records/a/staff").exists());
    done(w.path(), &[&args[..], &["x2.csv"]].concat());
    assert!(w.path().join("records/a/staff/import-x.csv").is_file());
}

#[test]
fn a_baseline_that_is_not_there() {
    let w = workspace();
    let err = refused(w.path(), &["check", "--baseline", "none.json"]);
    assert!(
        err.contains("文件不存在") && err.contains("--write-baseline"),
        "{err}"
    );
}

#[cfg(not(feature = "documents"))]
#[test]
fn a_program_without_documents_says_so() {
    let w = workspace();
    for command in ["build", "watch", "blank"] {
        let err = refused(w.path(), &[command]);
        assert!(err.contains("没有带制作文档的部分"), "{command}: {err}");
    }
}

#[test]
fn figures_of_an_only_office_end_without_spaces() {
    let w = nowhere();
    std::fs::create_dir(w.path().join("records")).unwrap();
    let office = w.path().join("records/office.yaml");
    std::fs::write(office, "name: 甲\npolicies: []\n").unwrap();
    let out = done(w.path(), &["stats"]);
    assert!(out.starts_with("甲\n"), "{out:?}");
}

#[test]
fn paths_with_spaces_and_chinese() {
    let w = nowhere();
    let home = w.path().join("东 区/翠湖 物业");
    let folder = home.to_str().unwrap();
    let args = [
        "init",
        folder,
        "--name",
        "翠湖",
        "--policy",
        "complaint-handling",
        "-q",
    ];
    done(w.path(), &args);
    let inner = home.join("records");
    std::fs::write(inner.join("staff.csv"), "编号,姓名,岗位\nS1,周岚,店小二\n").unwrap();
    for path in ["staff.csv", "records/staff.csv"] {
        let ran = run(&inner, &["check", path]);
        assert_eq!(ran.status, 1, "{}", ran.err);
        assert!(ran.out.contains("records/staff.csv:2"), "{}", ran.out);
    }
    let output = ["check", "--output", "报 告.json", "--format", "json"];
    assert_eq!(run(&home, &output).status, 1);
    assert!(home.join("报 告.json").is_file());
}

/// Every command with arguments by which it says something.
const SAYING: [&[&str]; 14] = [
    &["check", "--strict"],
    &["due"],
    &["stats"],
    &["explain", "core"],
    &["why", "S09"],
    &["policies"],
    &["kinds"],
    &["forms"],
    &[
        "new",
        "staff",
        "姓名=王燕",
        "岗位=主管",
        "--office",
        "a",
        "--dry-run",
    ],
    &[
        "import",
        "x.csv",
        "--as",
        "staff",
        "--into",
        "a",
        "--dry-run",
    ],
    &["audit"],
    &["schema", "visits"],
    &["completions", "zsh"],
    &["man"],
];

#[test]
fn whoever_stops_reading_hears_no_complaint() {
    let w = workspace();
    std::fs::write(w.path().join("x.csv"), "编号,姓名,岗位\nS1,王燕,主管\n").unwrap();
    let git = |args: &[&str]| {
        let who = ["-c", "user.name=x", "-c", "user.email=x@example.org"];
        let ran = Command::new("git")
            .current_dir(w.path())
            .args(who)
            .args(args)
            .output()
            .unwrap();
        assert!(ran.status.success());
    };
    git(&["init", "-q"]);
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "x"]);
    let help = done(w.path(), &["--help", "--lang", "en"]);
    let listed = help.split("Commands:\n").nth(1).unwrap();
    let listed = listed.lines().take_while(|l| l.starts_with("  "));
    let listed = listed.filter(|l| !l.starts_with("   "));
    let names: Vec<&str> = listed.filter_map(|l| l.split_whitespace().next()).collect();
    let elsewhere = ["build", "watch", "blank", "init", "help"];
    for name in &names {
        let known = SAYING.iter().any(|a| a[0] == *name) || elsewhere.contains(name);
        assert!(known, "{name} is not tried");
    }
    let all = SAYING
        .iter()
        .copied()
        .chain([&["--help"][..], &["help", "check"], &["--version"]]);
    for args in all {
        let read = run(w.path(), args);
        assert!(
            !read.out.is_empty() && read.err.is_empty(),
            "{args:?}: {}",
            read.err
        );
        // The reader is gone before anything is said.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let out = Command::new(env!("CARGO_BIN_EXE_aftercare"))
            .current_dir(w.path())
            .args(args)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let err = String::from_utf8(out.stderr).unwrap();
        assert_eq!(
            (out.status.code(), err.as_str()),
            (Some(read.status), ""),
            "{args:?}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let w = workspace();
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_aftercare"))
        .current_dir(w.path())
        .arg("policies")
        .env_clear()
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(3));
    assert!(String::from_utf8(out.stderr).unwrap().contains("磁盘满了"));
}

#[test]
fn before_the_first_commit_there_is_nothing_to_compare_with() {
    let w = workspace();
    let git = Command::new("git")
        .current_dir(w.path())
        .args(["init", "-q"])
        .output()
        .unwrap();
    assert!(git.status.success());
    for args in [
        &["audit"][..],
        &["check", "--since", "HEAD"],
        &["check", "--since", "main"],
    ] {
        let err = refused(w.path(), args);
        assert!(
            err.contains("还没有提交") && err.contains("git commit"),
            "{args:?}: {err}"
        );
    }
}
