//! A server over a store of its own, and requests to it, byte for byte as they are sent.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::time::Duration;

use serde_json::Value;
use spinloom_metadata::{Location, Provider};
use spinloom_server::{Options, serve};
use tempfile::TempDir;

/// A server that lives as long as the test.
pub struct Server {
    pub at: SocketAddr,
    folder: TempDir,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {} {}", self.status, self.text()))
    }

    /// The document of a request that succeeds.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text());
        self.json()
    }
}

impl Server {
    /// Over an empty store.
    pub fn start() -> Self {
        Self::with(|_| ())
    }

    /// Over an empty store, told something else than by default.
    pub fn with(change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = run(&folder, change);
        Self { at, folder }
    }

    /// Over a store that `fill` has filled before.
    pub fn over(fill: impl FnOnce(&mut dyn Provider)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fill(Location::Local(folder.path().join(".spinloom")).open().unwrap().as_mut());
        let at = run(&folder, |_| ());
        Self { at, folder }
    }

    /// Another server on the same store.
    pub fn second(&self) -> SocketAddr {
        run(&self.folder, |_| ())
    }

    /// The folder of the store.
    pub fn store(&self) -> PathBuf {
        self.folder.path().join(".spinloom")
    }

    /// The store, as an engine or a command of ours opens it.
    pub fn provider(&self) -> Box<dyn Provider> {
        Location::Local(self.store()).open().unwrap()
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None)
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, Some(body.to_string().as_bytes()))
    }

    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send("PATCH", path, Some(body.to_string().as_bytes()))
    }

    pub fn send(&self, verb: &str, path: &str, body: Option<&[u8]>) -> Answer {
        let kind = if body.is_some() { "Content-Type: application/json\r\n" } else { "" };
        request(self.at, verb, path, kind, body.unwrap_or_default())
    }
}

fn run(folder: &TempDir, change: impl FnOnce(&mut Options)) -> SocketAddr {
    let (tell, told) = channel();
    let mut options =
        Options { deadline: Duration::from_secs(30), ..Options::local(folder.path().join(".spinloom")) };
    change(&mut options);
    std::thread::spawn(move || serve(options, |at| tell.send(at).unwrap()));
    told.recv().unwrap()
}

/// One request on a connection of its own. `headers` end with a line break each, and may have a `Host` of their own.
pub fn request(at: SocketAddr, verb: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(at).unwrap();
    let host = if headers.starts_with("Host:") { String::new() } else { format!("Host: {at}\r\n") };
    let head = format!(
        "{verb} {path} HTTP/1.1\r\n{host}Connection: close\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let status = line.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {line:?}")).parse().unwrap();
    let mut headers = Vec::new();
    loop {
        line.clear();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let mut body = Vec::new();
    reader.read_to_end(&mut body).unwrap();
    if headers.contains(&("transfer-encoding".to_owned(), "chunked".to_owned())) {
        body = unchunked(&body);
    }
    Answer { status, headers, body }
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = body.windows(2).position(|w| w == b"\r\n").unwrap();
        let len = usize::from_str_radix(std::str::from_utf8(&body[..end]).unwrap(), 16).unwrap();
        if len == 0 {
            return whole;
        }
        whole.extend(&body[end + 2..end + 2 + len]);
        body = &body[end + 2 + len + 2..];
    }
}
