//! One HTTP request: read within limits, and which file it may have.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A request line and its headers are no longer than this.
const LONGEST: usize = 8 << 10;

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// The path, decoded, from `/` on.
    pub path: String,
    /// What follows `?`.
    pub query: String,
}

/// Why a request is not answered: status and reason.
pub(super) type Refusal = (u16, &'static str);

const BAD: Refusal = (400, "Bad Request");
const NOT_FOUND: Refusal = (404, "Not Found");

/// Reads a request's head.
///
/// # Errors
/// The connection breaks, or what came is no request.
pub(super) fn head(stream: &mut dyn Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 1024];
    while !bytes.windows(4).any(|w| w == b"\r\n\r\n") {
        let n = stream.read(&mut buffer)?;
        if n == 0 || bytes.len() + n > LONGEST {
            return Err(io::ErrorKind::InvalidData.into());
        }
        bytes.extend_from_slice(&buffer[..n]);
    }
    String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData.into())
}

/// What a request asks for.
///
/// # Errors
/// It is no GET, is meant for another host, or its path is none of ours.
pub(super) fn parse(head: &str) -> Result<Request, Refusal> {
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (method, target, version) = (words.next(), words.next(), words.next());
    if !version.is_some_and(|v| v.starts_with("HTTP/1.")) || words.next().is_some() {
        return Err(BAD);
    }
    if method != Some("GET") {
        return Err((405, "Method Not Allowed"));
    }
    let host = lines
        .filter_map(|l| l.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("host"));
    // A page of the net may have its own name lead to this machine.
    if !host.is_some_and(|(_, host)| is_here(host.trim())) {
        return Err((403, "Forbidden"));
    }
    let target = target.unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = decoded(path).ok_or(BAD)?;
    if path.starts_with('/') {
        let query = query.to_owned();
        Ok(Request { path, query })
    } else {
        Err(BAD)
    }
}

fn is_here(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    ["localhost", "127.0.0.1", "[::1]"].contains(&name.to_ascii_lowercase().as_str())
}

/// Percent signs undone.
fn decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(b) = rest.next() {
        if b != b'%' {
            bytes.push(b);
            continue;
        }
        let digit = |b: Option<u8>| char::from(b?).to_digit(16);
        let (high, low) = (digit(rest.next())?, digit(rest.next())?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// The file of a path below a folder; a folder stands for its index.html.
///
/// # Errors
/// There is none, or it lies elsewhere.
pub(super) fn file(root: &Path, path: &str) -> Result<PathBuf, Refusal> {
    let sound = |part: &str| !part.starts_with('.') && !part.contains(['\\', ':', '\0']);
    if !path.split('/').all(sound) {
        return Err(NOT_FOUND);
    }
    let mut file = root.to_path_buf();
    file.extend(path.split('/').filter(|p| !p.is_empty()));
    if path.ends_with('/') {
        file.push("index.html");
    }
    // A link may lead out of the folder.
    let real = |p: &Path| p.canonicalize().map_err(|_| NOT_FOUND);
    let (file, root) = (real(&file)?, real(root)?);
    if file.starts_with(root) {
        Ok(file)
    } else {
        Err(NOT_FOUND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(line: &str) -> Result<String, u16> {
        let head = format!("{line} HTTP/1.1\r\nhost: localhost:80\r\n\r\n");
        parse(&head).map(|r| r.path).map_err(|r| r.0)
    }

    #[test]
    fn only_get_and_only_here() {
        assert_eq!(
            asked("GET /a%20b/%E7%94%B2.html?x"),
            Ok("/a b/甲.html".into())
        );
        assert_eq!(asked("POST /"), Err(405));
        assert_eq!(asked("GET http://a/"), Err(400));
        assert_eq!(asked("GET /%zz"), Err(400));
        assert_eq!(asked("GET /%ff"), Err(400));
        let from = |host: &str| parse(&format!("GET / HTTP/1.1\r\n{host}\r\n")).map_err(|r| r.0);
        assert!(from("Host: 127.0.0.1:7070\r\n").is_ok() && from("host: [::1]\r\n").is_ok());
        assert_eq!(from("Host: evil.example\r\n").unwrap_err(), 403);
        assert_eq!(
            from("Host: localhost.evil.example:7070\r\n").unwrap_err(),
            403
        );
        assert_eq!(from("").unwrap_err(), 403);
    }

    #[test]
    fn nothing_outside_the_folder() {
        let w = tempfile::tempdir().unwrap();
        let root = w.path().join("output");
        std::fs::create_dir_all(root.join(".aftercare")).unwrap();
        std::fs::create_dir_all(root.join("a")).unwrap();
        for path in [
            "secret",
            "output/index.html",
            "output/a/index.html",
            "output/.aftercare/x",
        ] {
            std::fs::write(w.path().join(path), path).unwrap();
        }
        assert!(file(&root, "/").unwrap().ends_with("output/index.html"));
        assert!(file(&root, "/a/").unwrap().ends_with("a/index.html"));
        for wrong in [
            "/../secret",
            "/a/../../secret",
            "/a/./index.html",
            "/..\\secret",
            "/C:/secret",
            "/.aftercare/x",
            "/none",
            "/a\0",
        ] {
            assert_eq!(file(&root, wrong).unwrap_err().0, 404, "{wrong}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(w.path().join("secret"), root.join("link")).unwrap();
            assert_eq!(file(&root, "/link").unwrap_err().0, 404);
        }
    }

    #[test]
    fn a_head_has_an_end() {
        let mut long = std::io::repeat(b'a');
        assert!(head(&mut long).is_err());
        assert!(head(&mut &b"GET / HTTP/1.1\r\n"[..]).is_err());
        assert!(head(&mut &b"GET / HTTP/1.1\r\n\r\n"[..]).is_ok());
    }
}
