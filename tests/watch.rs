//! `watch`: the site on loopback, nothing but the site, pages that hear of changes, a broken record set survived, Ctrl-C.

#![cfg(feature = "documents")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// The program watching a small workspace; ended when the test is.
struct Watched {
    folder: TempDir,
    child: Child,
    said: BufReader<ChildStdout>,
    address: String,
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const OFFICE: &str = "name: 翠湖\nsince: 2025-01-01\npolicies: [complaint-handling]\n";

fn watched() -> Watched {
    let folder = tempfile::tempdir().unwrap();
    let office = folder.path().join("records/a");
    fs::create_dir_all(&office).unwrap();
    fs::write(office.join("office.yaml"), OFFICE).unwrap();
    fs::write(folder.path().join("secret.html"), "secret").unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_aftercare"))
        .current_dir(folder.path())
        .args(["watch", "--port", "0", "--as-of", "2025-03-15"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let said = BufReader::new(child.stdout.take().unwrap());
    let mut watched = Watched {
        folder,
        child,
        said,
        address: String::new(),
    };
    let line = watched.until("http://");
    let (_, rest) = line.split_once("http://").unwrap();
    watched.address = rest.split('/').next().unwrap().to_owned();
    watched
}

impl Watched {
    /// Reads what it says up to a line with these words.
    fn until(&mut self, words: &str) -> String {
        let mut line = String::new();
        while !line.contains(words) {
            line.clear();
            assert!(
                self.said.read_line(&mut line).unwrap() > 0,
                "ended before `{words}`"
            );
        }
        line
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        stream
    }

    fn ask(&self, line: &str, host: &str) -> String {
        let mut stream = self.connect();
        write!(stream, "{line} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path}"), &self.address)
    }

    fn office(&self, text: &str) {
        fs::write(self.folder.path().join("records/a/office.yaml"), text).unwrap();
    }
}

#[test]
fn the_site_and_nothing_else() {
    let w = watched();
    let page = w.get("/");
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
    assert!(
        page.contains("Cache-Control: no-store") && page.contains("翠湖"),
        "{page}"
    );
    let script = "<script src=\"/-/reload.js?0\"></script></body>";
    assert!(page.contains(script), "{page}");
    assert!(w.get("/-/reload.js").contains("EventSource"));
    // The files themselves stay as they are made.
    let file = w.folder.path().join("output/index.html");
    assert!(!fs::read_to_string(file).unwrap().contains("reload.js"));
    for path in [
        "/../secret.html",
        "/%2e%2e/secret.html",
        "/..%2fsecret.html",
        "/.aftercare/state",
        "/nothing",
    ] {
        let answer = w.get(path);
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
        assert!(!answer.contains("secret"), "{path}: {answer}");
    }
    assert!(w.ask("POST /", &w.address).starts_with("HTTP/1.1 405"));
    assert!(w.ask("GET /", "evil.example").starts_with("HTTP/1.1 403"));
    assert!(w.address.starts_with("127.0.0.1:"));
}

#[test]
fn an_open_page_hears_of_changes_and_faults_keep_the_last_good_site() {
    let mut w = watched();
    let mut events = w.connect();
    write!(
        events,
        "GET /-/events?0 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    )
    .unwrap();
    w.office(&OFFICE.replace("翠湖", "新湖"));
    let mut lines = BufReader::new(events).lines().map(Result::unwrap);
    assert!(lines.any(|l| l == "data: 1"), "no word of the change");
    assert!(w.get("/").contains("新湖"));
    // A page that was opened before the change hears of it at once.
    let mut late = w.connect();
    write!(late, "GET /-/events?0 HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    assert!(
        BufReader::new(late)
            .lines()
            .any(|l| l.unwrap() == "data: 1")
    );

    w.office("name: 新湖\npolicies: [complaint-handlin]\n");
    assert!(w.until("complaint-handlin").contains("不能继续"));
    assert!(w.get("/").contains("新湖"));
    w.office(&OFFICE.replace("翠湖", "东湖"));
    assert!(lines.any(|l| l == "data: 2"), "no word of what was mended");
    assert!(w.get("/").contains("东湖"));

    // An office that comes up later, in a folder of its own.
    let other = w.folder.path().join("records/b");
    fs::create_dir_all(&other).unwrap();
    fs::write(other.join("office.yaml"), OFFICE.replace("翠湖", "西湖")).unwrap();
    assert!(lines.any(|l| l == "data: 3"), "no word of the new office");
    assert!(w.get("/b/").contains("西湖"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_cleanly() {
    let mut w = watched();
    let id = w.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    w.until("结束了");
    assert_eq!(w.child.wait().unwrap().code(), Some(0));
    let left = w.folder.path().join("output/index.html");
    assert!(left.is_file());
}

#[test]
fn a_port_that_is_taken_is_told() {
    let w = watched();
    let port = w.address.rsplit(':').next().unwrap();
    let ran = Command::new(env!("CARGO_BIN_EXE_aftercare"))
        .current_dir(w.folder.path())
        .args(["watch", "--port", port, "--as-of", "2025-03-15"])
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("--port"));
}
