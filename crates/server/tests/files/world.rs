//! A store, a server that shows it, and short words for both.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;
use std::thread;

use serde_json::{Map, Value};
use spinloom_datastore::{AttemptId, AttemptWriter, Datastore, LogWriter, ManifestRef};
use spinloom_flow::event::{TaskRef, Usage};
use spinloom_flow::{FlowName, RunId, StepName, TaskId, TaskStatus};
use spinloom_metadata::{Change, NewRun, Provider as _, SqliteProvider};
use spinloom_server::Options;
use spinloom_testkit::now;

/// A store in a folder of its own, and a server for it. The server ends with the tests.
pub struct World {
    pub store: Datastore,
    pub provider: SqliteProvider,
    pub at: SocketAddr,
    _dir: tempfile::TempDir,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Lines of JSON.
    pub fn events(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl World {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join(".spinloom");
        let store = Datastore::open(&root).unwrap();
        let provider = SqliteProvider::open(&root.join("metadata.db")).unwrap();
        let (tell, told) = mpsc::channel();
        thread::spawn(move || spinloom_server::serve(Options::local(root), |at| tell.send(at).unwrap()));
        let at = told.recv().unwrap();
        Self { store, provider, at, _dir: dir }
    }

    /// Asks for something below `/api/v1`; a connection for each, and no chunks.
    pub fn get(&self, path: &str) -> Reply {
        self.get_with(path, "")
    }

    /// The same, with more lines of the head.
    pub fn get_with(&self, path: &str, head: &str) -> Reply {
        ask(self.at, path, head)
    }

    /// The JSON of an answer that must be a good one.
    pub fn json(&self, path: &str) -> Value {
        let reply = self.get(path);
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        reply.json()
    }

    /// A run of the flow `F`.
    pub fn run(&mut self, graph: &str, info: Map<String, Value>) -> RunId {
        let new = NewRun { graph: graph.to_owned(), info, ..spinloom_testkit::new_run("F") };
        self.provider.create_run(&new).unwrap().run
    }

    pub fn write(&mut self, run: &RunId, changes: &[Change]) {
        self.provider.write(&flow(), run, changes).unwrap();
    }

    /// A task begins.
    pub fn start(&mut self, run: &RunId, step: &str, task: u64, parents: &[u64]) {
        let parents = parents.iter().map(|task| TaskId(*task)).collect();
        let started = Change::TaskStarted { task: of(step, task), attempt: 0, pid: 7, parents, at: now() };
        self.write(run, &[started]);
    }

    /// A task ends, having saved these pickles.
    pub fn end(&mut self, run: &RunId, step: &str, task: u64, artifacts: &[(&str, &[u8])]) -> ManifestRef {
        let step_name = StepName::new(step).unwrap();
        let id =
            AttemptId { flow: flow(), run: run.clone(), step: step_name, task: TaskId(task), attempt: 0 };
        let mut writer = AttemptWriter::new(self.store.clone(), id, None);
        for (name, pickle) in artifacts {
            writer.save(*name, "object", *pickle, &[]).unwrap();
        }
        self.end_with(run, step, task, writer)
    }

    /// The same, with what was written.
    pub fn end_with(&mut self, run: &RunId, step: &str, task: u64, writer: AttemptWriter) -> ManifestRef {
        let at = self.store.pack(&flow(), run).unwrap().append(&writer.finish().unwrap()).unwrap();
        self.ended(run, step, task, Some(at.to_string()));
        at
    }

    pub fn ended(&mut self, run: &RunId, step: &str, task: u64, manifest: Option<String>) {
        let finished = Change::AttemptFinished {
            task: of(step, task),
            attempt: 0,
            status: TaskStatus::Done,
            retrying: false,
            transition: None,
            manifest,
            failure: None,
            usage: Usage { cpu_us: 5, max_rss_kib: 6, ..Usage::default() },
            at: now(),
        };
        self.write(run, &[finished]);
    }

    /// The log of the first attempt of a task.
    pub fn log(&self, run: &RunId, task: u64) -> LogWriter {
        self.store.log_writer(&flow(), run, TaskId(task), 0)
    }
}

/// The JSON of a good answer, for threads that have no world.
pub fn json_at(at: SocketAddr, path: &str) -> Value {
    let reply = ask(at, path, "");
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    reply.json()
}

/// One request, for something below `/api/v1`.
fn ask(at: SocketAddr, path: &str, head: &str) -> Reply {
    let mut stream = TcpStream::connect(at).unwrap();
    write!(stream, "GET /api/v1{path} HTTP/1.0\r\nHost: {at}\r\n{head}\r\n").unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head[9..12].parse().unwrap();
    Reply { status, head, body: bytes[end + 4..].to_vec() }
}

pub fn flow() -> FlowName {
    FlowName::new("F").unwrap()
}

pub fn of(step: &str, task: u64) -> TaskRef {
    TaskRef { step: StepName::new(step).unwrap(), task: TaskId(task), indices: Vec::new() }
}

/// A pickle of a text.
pub fn text(value: &str) -> Vec<u8> {
    let mut stream = b"\x80\x05X".to_vec();
    stream.extend((value.len() as u32).to_le_bytes());
    stream.extend(value.as_bytes());
    stream.push(b'.');
    stream
}

/// A pickle of a small number.
pub fn number(value: u8) -> Vec<u8> {
    vec![0x80, 5, b'K', value, b'.']
}
