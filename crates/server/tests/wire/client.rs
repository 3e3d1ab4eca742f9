//! A server over an empty store, and requests to it, byte for byte as they are sent.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::channel;

use serde_json::{Value, json};
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
    pub fn start() -> Self {
        Self::below(None)
    }

    pub fn below(prefix: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = run(&folder, prefix);
        Self { at, folder }
    }

    /// Another server on the same store.
    pub fn second(&self) -> SocketAddr {
        run(&self.folder, None)
    }

    /// The store, as an engine or a command of ours opens it.
    pub fn provider(&self) -> Box<dyn Provider> {
        location(&self.folder).open().unwrap()
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

    /// The flow `F`, and its run; its number.
    pub fn run(&self) -> u64 {
        self.post("/flows/F", &json!({"flow_id": "F", "ts_epoch": 1}));
        let body = json!({"flow_id": "F", "user_name": "ann", "tags": ["a"], "system_tags": ["user:ann"], "ts_epoch": 1});
        self.post("/flows/F/run", &body).ok()["run_number"].as_u64().unwrap()
    }

    /// A task of a step of a run, which is made if need be; its path.
    pub fn task(&self, run: u64, step: &str) -> String {
        let steps = format!("/flows/F/runs/{run}/steps/{step}");
        let made =
            json!({"flow_id": "F", "run_number": run.to_string(), "step_name": step, "user_name": "ann"});
        self.post(&format!("{steps}/step"), &made);
        let task = self.post(&format!("{steps}/task"), &made).ok();
        format!("{steps}/tasks/{}", task["task_id"])
    }

    /// Says something about a task.
    pub fn say(&self, task: &str, field: &str, value: &str, attempt: u32) {
        let tags = json!([format!("attempt_id:{attempt}")]);
        let datum =
            json!({"field_name": field, "type": field, "value": value, "tags": tags, "user_name": "ann"});
        self.post(&format!("{task}/metadata"), &json!([datum])).ok();
    }

    /// Saves artifacts of an attempt.
    pub fn save(&self, task: &str, attempt: u32, names: &[&str]) {
        let artifact = |name: &&str| {
            json!({"name": name, "attempt_id": attempt, "sha": format!("sha-{name}-{attempt}"), "ds_type": "local",
                "location": ":root:/data", "type": "metaflow.artifact", "content_type": "pickle-v4", "user_name": "ann"})
        };
        let all: Vec<Value> = names.iter().map(artifact).collect();
        let answer = self.post(&format!("{task}/artifact"), &json!(all)).ok();
        assert_eq!(answer, json!({"artifacts_created": names.len()}));
    }
}

fn location(folder: &TempDir) -> Location {
    Location::Local(folder.path().join(".spinloom"))
}

fn run(folder: &TempDir, prefix: Option<&str>) -> SocketAddr {
    let (tell, told) = channel();
    let store = folder.path().join(".spinloom");
    let options = Options { prefix: prefix.map(str::to_owned), ..Options::local(store) };
    std::thread::spawn(move || serve(options, |at| tell.send(at).unwrap()));
    told.recv().unwrap()
}

/// One request on a connection of its own.
pub fn request(at: SocketAddr, verb: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(at).unwrap();
    let head = format!(
        "{verb} {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n",
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
