//! The site on this machine alone: files of one folder, read anew each time, and word to open pages that they changed.

use std::fs;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::request::{self, Refusal, Request};

/// Whoever does not say what they want within this time is left.
const PATIENCE: Duration = Duration::from_secs(10);

/// An open page hears from us so often, by which we notice when it is gone.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// So many connections at once: each open page holds one.
const MOST: usize = 64;

/// Ours among the paths; no document has such a folder.
const SCRIPT: &str = "/-/reload.js";
const EVENTS: &str = "/-/events";

/// Opens the line that says when to load the page again. It tells which edition the page is of, so that none is missed
/// that was made meanwhile.
const RELOAD: &str = "const at = document.currentScript.src.split('?')[1];\n\
    new EventSource('/-/events?' + at).onmessage = () => location.reload();\n";

/// A server, running until the program ends.
pub(crate) struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    edition: Arc<Edition>,
}

/// How often the site was made.
#[derive(Default)]
struct Edition {
    number: Mutex<u64>,
    changed: Condvar,
}

impl Edition {
    fn now(&self) -> u64 {
        *self.number.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for another edition than this one; gives up after a while.
    fn after(&self, known: u64, wait: Duration) -> u64 {
        let number = self.number.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self
            .changed
            .wait_timeout_while(number, wait, |n| *n == known);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Server {
    /// Serves a folder on a port of the loopback address; 0 is any that is free.
    ///
    /// # Errors
    /// The port is taken.
    pub fn start(root: &Path, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let edition = Arc::new(Edition::default());
        let site = Arc::new(Site {
            root: root.to_path_buf(),
            edition: Arc::clone(&edition),
            open: AtomicUsize::new(0),
        });
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let site = Arc::clone(&site);
                if site.open.fetch_add(1, Ordering::SeqCst) >= MOST {
                    site.open.fetch_sub(1, Ordering::SeqCst);
                    continue;
                }
                thread::spawn(move || {
                    // A browser that goes away is no fault.
                    let _ = site.answer(stream);
                    site.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Ok(Self { address, edition })
    }

    /// Has open pages loaded again.
    pub fn reload(&self) {
        let mut number = self
            .edition
            .number
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *number += 1;
        self.edition.changed.notify_all();
    }
}

struct Site {
    root: PathBuf,
    edition: Arc<Edition>,
    open: AtomicUsize,
}

impl Site {
    fn answer(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let head = request::head(&mut stream)?;
        match request::parse(&head) {
            Ok(asked) if asked.path == EVENTS => self.events(&mut stream, &asked),
            Ok(asked) => match self.file(&asked) {
                Ok((kind, bytes)) => send(&mut stream, (200, "OK"), kind, &bytes),
                Err(refusal) => refuse(&mut stream, refusal),
            },
            Err(refusal) => refuse(&mut stream, refusal),
        }
    }

    fn file(&self, asked: &Request) -> Result<(&'static str, Vec<u8>), Refusal> {
        if asked.path == SCRIPT {
            return Ok((kind("js"), RELOAD.as_bytes().to_vec()));
        }
        let edition = self.edition.now();
        let file = request::file(&self.root, &asked.path)?;
        let extension = file.extension().unwrap_or_default().to_string_lossy();
        let mut bytes = fs::read(&file).map_err(|_| (404, "Not Found"))?;
        if extension == "html" {
            bytes = with_script(&bytes, edition);
        }
        Ok((kind(&extension), bytes))
    }

    /// Tells a page of each edition after its own, until it is gone.
    fn events(&self, stream: &mut TcpStream, asked: &Request) -> io::Result<()> {
        let mut known = asked.query.parse().unwrap_or_else(|_| self.edition.now());
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nConnection: close\r\n\r\nretry: 1000\n\n"
        )?;
        loop {
            let now = self.edition.after(known, HEARTBEAT);
            if now == known {
                write!(stream, ":\n\n")?;
            } else {
                write!(stream, "data: {now}\n\n")?;
            }
            known = now;
        }
    }
}

/// A page with the script that waits for the next edition.
fn with_script(page: &[u8], edition: u64) -> Vec<u8> {
    let script = format!("<script src=\"{SCRIPT}?{edition}\"></script>");
    let end = b"</body>";
    let at = page.windows(end.len()).rposition(|w| w == end);
    let at = at.unwrap_or(page.len());
    [&page[..at], script.as_bytes(), &page[at..]].concat()
}

fn kind(extension: &str) -> &'static str {
    match extension {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" | "sarif" => "application/json",
        "csv" => "text/csv; charset=utf-8",
        "ics" => "text/calendar; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "pdf" => "application/pdf",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "txt" | "yaml" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn refuse(stream: &mut TcpStream, (status, reason): Refusal) -> io::Result<()> {
    let text = format!("{status} {reason}\n");
    send(stream, (status, reason), kind("txt"), text.as_bytes())
}

fn send(
    stream: &mut TcpStream,
    (status, reason): (u16, &str),
    kind: &str,
    bytes: &[u8],
) -> io::Result<()> {
    let allow = if status == 405 { "Allow: GET\r\n" } else { "" };
    let length = bytes.len();
    write!(
        stream,
        "HTTP/1.1 {status} {reason}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n{allow}\r\n"
    )?;
    stream.write_all(bytes)?;
    stream.flush()
}
