//! What CI servers and pre-commit run: the templates of `docs/ci/`, `action.yml` and `.pre-commit-hooks.yaml`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where its own preparation fails"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The program's folder before all others.
fn path() -> std::ffi::OsString {
    let own = Path::new(env!("CARGO_BIN_EXE_aftercare")).parent().unwrap();
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(own.to_path_buf()).chain(std::env::split_paths(&rest));
    std::env::join_paths(all).unwrap()
}

fn git(folder: &Path, args: &[&str]) -> Output {
    let mut git = Command::new("git");
    git.current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    for who in ["AUTHOR", "COMMITTER"] {
        git.env(format!("GIT_{who}_NAME"), "王芳")
            .env(format!("GIT_{who}_EMAIL"), "office@example.org")
            .env(format!("GIT_{who}_DATE"), "2025-03-05T12:00:00+0800");
    }
    let out = git.args(args).output().expect("git makes the repositories");
    let err = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "git {args:?}: {err}");
    out
}

fn put(folder: &Path, file: &str, text: &str) {
    let file = folder.join(file);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

/// A committed workspace without an error; what it has to say are warnings: a late entry, and a file nobody reads.
fn workspace() -> TempDir {
    let w = tempfile::tempdir().unwrap();
    git(w.path(), &["init", "-q", "-b", "main"]);
    put(
        w.path(),
        "records/a/office.yaml",
        "name: 甲\npolicies:\n  - use: sales-follow-up\n    off: [weekly-calls, daily-calls, lapsed-customer, weekly-summary, summary-true, payment-reminder, supervisor-signed, written, customer-profile, beyond-authority]\n",
    );
    put(
        w.path(),
        "records/a/staff.csv",
        "编号,姓名,岗位\nS1,王芳,service_officer\n",
    );
    put(
        w.path(),
        "records/a/visits.csv",
        "编号,回访时间,回访人,回访方式,记录时间\nV1,2025-03-03 10:00,S1,电话,2025-03-03 11:00\n",
    );
    git(w.path(), &["add", "-A"]);
    git(w.path(), &["commit", "-q", "-m", "x"]);
    w
}

fn script(folder: &Path, set: &[(&str, &str)]) -> (String, i32) {
    let out = Command::new("sh")
        .arg(here("docs/ci/aftercare.sh"))
        .current_dir(folder)
        .env_clear()
        .env("PATH", path())
        .env("AFTERCARE_AS_OF", "2025-12-31")
        .envs(set.iter().copied())
        .output()
        .unwrap();
    let said = [out.stdout, out.stderr].concat();
    (String::from_utf8(said).unwrap(), out.status.code().unwrap())
}

#[test]
fn the_script_runs_both_and_ends_with_the_worse_status() {
    let w = workspace();
    let (said, status) = script(w.path(), &[]);
    assert_eq!(
        status, 1,
        "a late entry is a warning, and warnings fail: {said}"
    );
    assert!(said.contains("history/late-entry"), "{said}");
    let (said, status) = script(w.path(), &[("AFTERCARE_STRICT", "no")]);
    assert_eq!(status, 0, "{said}");
    let (said, status) = script(w.path(), &[("AFTERCARE_AUDIT", "no")]);
    assert_eq!(status, 0, "{said}");
    let (said, status) = script(w.path(), &[("AFTERCARE_SINCE", "HEAD")]);
    assert_eq!(status, 0, "{said}");
    put(w.path(), "records/a/notes.txt", "x");
    let (said, status) = script(
        w.path(),
        &[("AFTERCARE_SINCE", "HEAD"), ("AFTERCARE_FORMAT", "github")],
    );
    assert_eq!(status, 1, "{said}");
    assert!(
        said.contains("::warning file=records/a/notes.txt"),
        "{said}"
    );
    // A check that was called wrongly is not made good by an audit that goes well.
    let (said, status) = script(
        w.path(),
        &[("AFTERCARE_DIR", "records/a"), ("AFTERCARE_SINCE", "nope")],
    );
    assert_eq!(status, 2, "{said}");
}

/// The commands in a template that CI runs with a shell.
fn commands(node: &serde_json::Value, keys: &[&str], all: &mut Vec<String>) {
    match node {
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                match value {
                    serde_json::Value::String(text) if keys.contains(&key.as_str()) => {
                        all.push(text.clone());
                    }
                    serde_json::Value::Array(lines) if keys.contains(&key.as_str()) => {
                        let lines = lines.iter().map(|l| l.as_str().expect("a command"));
                        all.push(lines.collect::<Vec<_>>().join("\n"));
                    }
                    _ => commands(value, keys, all),
                }
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|i| commands(i, keys, all)),
        _ => {}
    }
}

fn template(file: &str) -> serde_json::Value {
    serde_saphyr::from_str(&std::fs::read_to_string(here(file)).unwrap()).unwrap()
}

#[test]
fn the_templates_are_sound_and_run_both_commands() {
    for (file, keys) in [
        ("action.yml", &["run"][..]),
        ("docs/ci/gitlab-ci.yml", &["before_script", "script"]),
        ("src/init/github.yml", &["run"]),
        ("src/init/gitlab.yml", &["script"]),
    ] {
        let mut all = Vec::new();
        commands(&template(file), keys, &mut all);
        let both = all.concat();
        assert!(both.contains("install"), "{file}");
        for text in &all {
            let out = Command::new("sh")
                .args(["-n", "-c", text])
                .output()
                .unwrap();
            let err = String::from_utf8_lossy(&out.stderr);
            assert!(out.status.success(), "{file}: {err}\n{text}");
        }
    }
}

#[test]
fn the_action_finds_what_it_reads_and_keeps_a_build_by_it() {
    let mut all = Vec::new();
    commands(&template("action.yml"), &["run"], &mut all);
    let told = tempfile::NamedTempFile::new().unwrap();
    let out = Command::new("bash")
        .args(["-e", "-o", "pipefail", "-c", &all[0]])
        .env("SOURCE", env!("CARGO_MANIFEST_DIR"))
        .env("GITHUB_OUTPUT", told.path())
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() && err.is_empty(), "{err}");
    let told = std::fs::read_to_string(told.path()).unwrap();
    let digest = told.trim().strip_prefix("digest=").unwrap();
    assert_eq!(digest.len(), 16);
    assert!(all[2].contains("docs/ci/aftercare.sh"));
    // Whatever the program without documents is made of.
    let build = std::fs::read_to_string(here("build.rs")).unwrap();
    let folders = build.split("(\"").skip(1).filter_map(|t| {
        let (name, rest) = t.split_once("\", \"")?;
        let upper = name.bytes().all(|b| b.is_ascii_uppercase());
        upper.then(|| rest.split('"').next().unwrap())
    });
    let folders: Vec<&str> = folders.collect();
    assert!(folders.contains(&"policies"), "{folders:?}");
    for part in folders
        .into_iter()
        .chain(["src", "Cargo.lock", "fonts/coverage.txt"])
    {
        assert!(all[0].contains(&format!(" {part} ")), "{part}");
    }
}

/// A repository of a small program called aftercare that says how it was called, with a tag; its first argument is how
/// it ends where that is a number.
fn stand_in() -> TempDir {
    let w = tempfile::tempdir().unwrap();
    put(
        w.path(),
        "Cargo.toml",
        "[package]\nname = \"aftercare\"\nversion = \"0.0.0\"\nedition = \"2021\"\n",
    );
    put(
        w.path(),
        "Cargo.lock",
        "version = 3\n\n[[package]]\nname = \"aftercare\"\nversion = \"0.0.0\"\n",
    );
    put(
        w.path(),
        "src/main.rs",
        "fn main() {\n    let a: Vec<String> = std::env::args().skip(1).collect();\n    println!(\"called: {}\", a.join(\" \"));\n    std::process::exit(i32::from(a[0] == \"check\"));\n}\n",
    );
    git(w.path(), &["init", "-q", "-b", "main"]);
    git(w.path(), &["add", "-A"]);
    git(w.path(), &["commit", "-q", "-m", "x"]);
    git(w.path(), &["tag", "v0"]);
    w
}

/// Runs a job's commands as its forge does, at home in a folder of its own.
fn job(home: &Path, text: &str, set: &[(&str, &str)]) -> (String, Option<i32>) {
    let mut bash = Command::new("bash");
    bash.args(["-e", "-o", "pipefail", "-c", text])
        .current_dir(home)
        .env("HOME", home)
        .env("CARGO_HOME", home.join("cargo"))
        .env("CI_PROJECT_DIR", home)
        .env_remove("CARGO_TARGET_DIR")
        .envs(set.iter().copied());
    // The cargo that runs the tests, and no aftercare that this machine has.
    let cargo = std::env::var_os("CARGO").expect("cargo runs the tests");
    let own = Path::new(&cargo).parent().unwrap().to_path_buf();
    let all = std::env::var_os("PATH").unwrap_or_default();
    let rest = std::env::split_paths(&all).filter(|p| !p.join("aftercare").exists());
    let path = std::env::join_paths(std::iter::once(own).chain(rest)).unwrap();
    bash.env("PATH", path);
    let out = bash.output().unwrap();
    let said = [out.stdout, out.stderr].concat();
    (
        String::from_utf8_lossy(&said).into_owned(),
        out.status.code(),
    )
}

#[test]
fn what_init_writes_builds_the_program_from_its_repository_and_runs_both() {
    let source = stand_in();
    let address = format!("file://{}", source.path().display());
    let rev = String::from_utf8(git(source.path(), &["rev-parse", "HEAD"]).stdout).unwrap();
    for (file, keys, rev) in [
        ("src/init/github.yml", &["run"][..], "v0"),
        ("src/init/gitlab.yml", &["script"], rev.trim()),
    ] {
        let mut all = Vec::new();
        commands(&template(file), keys, &mut all);
        let home = tempfile::tempdir().unwrap();
        let set = [("AFTERCARE_SOURCE", ""), ("AFTERCARE_REV", rev)];
        let (said, status) = job(home.path(), &all[0], &set);
        assert_eq!(status, Some(1), "{file}: {said}");
        assert!(
            said.contains("AFTERCARE_SOURCE") && said.contains("还没有填"),
            "{said}"
        );
        let set = [
            ("AFTERCARE_SOURCE", address.as_str()),
            ("AFTERCARE_REV", rev),
        ];
        let ran: Vec<_> = all
            .iter()
            .map(|text| job(home.path(), text, &set))
            .collect();
        let said: String = ran.iter().map(|r| r.0.as_str()).collect();
        assert!(
            said.contains("called: check --strict --format git"),
            "{file}: {said}"
        );
        assert!(
            said.contains("called: audit"),
            "the audit runs after a failed check: {said}"
        );
        assert!(ran.iter().any(|r| r.1 == Some(1)), "{file}: {said}");
        assert!(home.path().join(".aftercare/bin/aftercare").is_file());
    }
}

#[test]
fn the_file_for_gitlab_builds_the_program_where_it_is_not_there() {
    let source = stand_in();
    let address = format!("file://{}", source.path().display());
    let mut all = Vec::new();
    commands(
        &template("docs/ci/gitlab-ci.yml"),
        &["before_script"],
        &mut all,
    );
    let home = tempfile::tempdir().unwrap();
    let unset = [("AFTERCARE_SOURCE", ""), ("AFTERCARE_REV", "")];
    let (said, status) = job(home.path(), &all[0], &unset);
    assert!(status == Some(1) && said.contains("are not set"), "{said}");
    let set = [
        ("AFTERCARE_SOURCE", address.as_str()),
        ("AFTERCARE_REV", "v0"),
    ];
    let (said, status) = job(home.path(), &all[0], &set);
    assert_eq!(status, Some(0), "{said}");
    assert!(home.path().join(".aftercare/bin/aftercare").is_file());
}

#[test]
fn gitlabs_job_leaves_its_reports_and_fails_where_something_is_wrong() {
    let w = workspace();
    let mut all = Vec::new();
    commands(&template("docs/ci/gitlab-ci.yml"), &["script"], &mut all);
    let job = |strict: &str| {
        let out = Command::new("bash")
            .args(["-e", "-o", "pipefail", "-c", &all[0]])
            .current_dir(w.path())
            .env_clear()
            .env("PATH", path())
            .env("CI_PROJECT_DIR", w.path())
            .env("AFTERCARE_DIR", ".")
            .env("AFTERCARE_STRICT", strict)
            .env("AFTERCARE_AUDIT", "yes")
            .output()
            .unwrap();
        (String::from_utf8(out.stdout).unwrap(), out.status.code())
    };
    let (said, status) = job("yes");
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("history/late-entry"), "{said}");
    assert_eq!(job("no").1, Some(0));
    for report in ["gl-code-quality.json", "junit.xml"] {
        assert!(w.path().join(report).is_file(), "{report}");
    }
}

/// Runs pre-commit with this repository's hooks, from a repository that holds nothing else.
#[test]
fn pre_commit_runs_the_hooks() {
    let found = Command::new("pre-commit").arg("--version").output();
    if !found.is_ok_and(|o| o.status.success()) {
        eprintln!("skipped: pre-commit is not installed (pip install pre-commit)");
        return;
    }
    let hooks = tempfile::tempdir().unwrap();
    std::fs::copy(
        here(".pre-commit-hooks.yaml"),
        hooks.path().join(".pre-commit-hooks.yaml"),
    )
    .unwrap();
    git(hooks.path(), &["init", "-q"]);
    git(hooks.path(), &["add", "-A"]);
    git(hooks.path(), &["commit", "-q", "-m", "x"]);
    let rev = String::from_utf8(git(hooks.path(), &["rev-parse", "HEAD"]).stdout).unwrap();
    let w = workspace();
    let config = format!(
        "repos:\n  - repo: {}\n    rev: {}\n    hooks:\n      - {{id: aftercare-check, args: [--strict, --since, HEAD]}}\n      - id: aftercare-audit\n",
        hooks.path().display(),
        rev.trim()
    );
    put(w.path(), ".pre-commit-config.yaml", &config);
    let cache = tempfile::tempdir().unwrap();
    let run = |stage: &str| {
        git(w.path(), &["add", "-A"]);
        let out = Command::new("pre-commit")
            .args(["run", "--all-files", "--hook-stage", stage])
            .current_dir(w.path())
            .env("PATH", path())
            .env("PRE_COMMIT_HOME", cache.path())
            .output()
            .unwrap();
        (
            String::from_utf8_lossy(&out.stdout).into_owned(),
            out.status.code(),
        )
    };
    let (said, status) = run("pre-commit");
    assert_eq!(status, Some(0), "{said}");
    put(
        w.path(),
        "records/a/visits.csv",
        "编号,回访时间,回访人,回访方式\nV1,2025-03-03 10:00,S1,电活\n",
    );
    let (said, status) = run("pre-commit");
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("core/bad-value"), "{said}");
    git(w.path(), &["checkout", "-q", "HEAD", "records"]);
    let (said, status) = run("pre-push");
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("history/late-entry"), "{said}");
}
