//! A scratch repository whose commits are dated, and the program run in it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// A repository; the workspace may be a folder in it.
pub struct Repository {
    home: TempDir,
    workspace: PathBuf,
}

/// What the program said.
#[derive(Debug)]
pub struct Ran {
    pub out: String,
    pub err: String,
    pub status: i32,
}

impl Ran {
    pub fn json(&self) -> Value {
        assert_eq!(self.err, "");
        serde_json::from_str(&self.out).unwrap()
    }

    /// The findings' rules, without their policies, with their records.
    pub fn found(&self) -> Vec<(String, String)> {
        let json = self.json();
        let findings = json["findings"].as_array().unwrap();
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        let one = |f: &Value| {
            let rule = text(&f["rule"]);
            let short = rule.rsplit('/').next().unwrap().to_owned();
            (short, text(&f["record"]))
        };
        findings.iter().map(one).collect()
    }
}

pub fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    let one = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
    all.iter().map(one).collect()
}

impl Repository {
    /// An empty one, with the workspace at its top or in a folder.
    pub fn new(below: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let workspace = home.path().join(below);
        std::fs::create_dir_all(workspace.join("records")).unwrap();
        let made = Self { home, workspace };
        made.git(&["init", "-q", "-b", "main"]);
        made
    }

    pub fn workspace(&self) -> &Path {
        &self.workspace
    }

    /// Runs git as nobody in particular.
    pub fn git(&self, args: &[&str]) -> String {
        self.git_on("2025-01-01T12:00:00+0800", args)
    }

    fn git_on(&self, date: &str, args: &[&str]) -> String {
        let mut git = Command::new("git");
        git.current_dir(self.home.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_COMMITTER_DATE", date)
            .env("GIT_AUTHOR_DATE", date);
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "王芳");
            git.env(format!("GIT_{who}_EMAIL"), "office@example.org");
        }
        let out = git.args(args).output().expect("git makes the repositories");
        let err = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "git {args:?}: {err}");
        String::from_utf8(out.stdout).unwrap()
    }

    /// Writes a file of the workspace.
    pub fn put(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.workspace.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub fn remove(&self, path: &str) {
        std::fs::remove_file(self.workspace.join(path)).unwrap();
    }

    /// Takes `records/` away while it is empty.
    pub fn remove_records(&self) {
        std::fs::remove_dir(self.workspace.join("records")).unwrap();
    }

    pub fn rename(&self, from: &str, to: &str) {
        let to = self.workspace.join(to);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::rename(self.workspace.join(from), to).unwrap();
    }

    /// Commits everything at noon of a day in China.
    pub fn commit(&self, day: &str) {
        self.commit_at(&format!("{day}T12:00:00+0800"));
    }

    pub fn commit_at(&self, time: &str) {
        self.git(&["add", "-A"]);
        self.git_on(time, &["commit", "-q", "-m", "x"]);
    }

    /// Runs the program in the workspace, without git on the path.
    pub fn run(&self, args: &[&str]) -> Ran {
        run(&self.workspace, args)
    }
}

pub fn run(folder: &Path, args: &[&str]) -> Ran {
    let out = Command::new(env!("CARGO_BIN_EXE_aftercare"))
        .current_dir(folder)
        .args(args)
        .env_clear()
        .output()
        .unwrap();
    Ran {
        out: String::from_utf8(out.stdout).unwrap(),
        err: String::from_utf8(out.stderr).unwrap(),
        status: out.status.code().expect("ended by itself"),
    }
}
