//! A store with these runs, all times fixed:
//!
//! * `Training/1`: ann's, done; `train` ran three times in a foreach; tags `nightly`, `v2`; logs on both streams;
//! * `Training/2`: ann's, failed: `train[1]` raised twice;
//! * `Training/3`: ann's, resumes `Training/2`, done;
//! * `Training/4`: bob's, its driver died without a word;
//! * `Scoring/1`: ann's, done, one step.

pub mod large;

use std::path::Path;

use serde_json::{Map, json};
use spinloom_datastore::package::{self, Contents};
use spinloom_datastore::{AttemptId, AttemptWriter, Datastore, ManifestRef, Pack};
use spinloom_flow::event::{Failure, LogStream, TaskRef, Usage};
use spinloom_flow::{FlowName, RunId, RunStatus, StepName, TaskId, TaskStatus};
use spinloom_metadata::{Change, NewRun, Provider as _, SqliteProvider};

/// 2026-11-23 07:37:11.098 UTC.
const T0: i64 = 1_795_419_431_098_000;
const MINUTE: i64 = 60_000_000;

struct Recorder {
    files: Datastore,
    provider: SqliteProvider,
    flow: FlowName,
    run: RunId,
    began: i64,
    pack: Pack,
    base: Option<ManifestRef>,
    changes: Vec<Change>,
}

/// Makes the store.
pub fn fill(root: &Path) {
    first(root);
    second(root);
    third(root);
    fourth(root);
    let mut scoring = Recorder::new(root, "Scoring", "ann", 50, None, &[]);
    scoring.done("start", 1, &[], &[], 100);
    scoring.end(RunStatus::Done, 200);
}

fn first(root: &Path) {
    let mut run = Recorder::new(root, "Training", "ann", 0, None, &["nightly", "v2"]);
    run.parameters();
    run.done("start", 1, &[], &[("xs", "list", b"[1,2,3]")], 400);
    for i in 0..3 {
        run.done("train", 2 + i, &[i], &[("model", "Ridge", &[7; 4096]), ("_secret", "str", b"x")], 1500);
    }
    let task = |id| (TaskId(id), 0);
    run.log(
        task(1),
        &[(LogStream::Stdout, "  indented *\n"), (LogStream::Stderr, "warn"), (LogStream::Stdout, "half ")],
    );
    run.log(task(1), &[(LogStream::Stderr, "ing\n"), (LogStream::Stdout, "a line, no newline")]);
    run.log(task(3), &[(LogStream::Stdout, "epoch 1\nepoch 2\n")]);
    run.done("join", 5, &[], &[("best", "Ridge", &[7; 4096])], 1600);
    run.done("end", 6, &[], &[("score", "float", b"0.97")], 1700);
    run.end(RunStatus::Done, 1800);
}

fn second(root: &Path) {
    let mut run = Recorder::new(root, "Training", "ann", 10, None, &[]);
    run.parameters();
    run.done("start", 1, &[], &[("xs", "list", b"[1,2]")], 400);
    run.done("train", 2, &[0], &[("model", "Ridge", &[7; 4096])], 1500);
    run.failed("train", 3, &[1], 0, 1200);
    run.failed("train", 3, &[1], 1, 2400);
    run.log((TaskId(3), 0), &[(LogStream::Stderr, "first try\n")]);
    run.log((TaskId(3), 1), &[(LogStream::Stderr, "second try\n")]);
    run.end(RunStatus::Failed, 2500);
}

fn third(root: &Path) {
    let mut run = Recorder::new(root, "Training", "ann", 20, Some("2"), &[]);
    run.adopted("_parameters", 0, &[]);
    run.adopted("start", 1, &[]);
    run.adopted("train", 2, &[0]);
    run.done("train", 3, &[1], &[], 900);
    run.done("join", 4, &[], &[], 1000);
    run.done("end", 5, &[], &[("score", "float", b"0.98")], 1100);
    run.end(RunStatus::Done, 1200);
}

fn fourth(root: &Path) {
    let mut run = Recorder::new(root, "Training", "bob", 30, None, &[]);
    run.done("start", 1, &[], &[], 400);
    run.started("train", 2, &[0], 0, 500);
    run.write();
}

/// Two runs with configs.
pub fn configured(root: &Path) {
    let config = |value: serde_json::Value, lines: serde_json::Value, set: serde_json::Value| {
        json!({"config": {"name": "config", "attribute": "config", "value": value, "lines": lines, "set": set,
            "source": {"kind": "file", "path": "my.toml", "by": "default"}}})
    };
    let lines =
        json!({"": 1, "/model": 1, "/model/lr": 2, "/model/layers": 3, "/model/layers/0": 3, "/day": 4});
    let day = json!({"$python": {"pickle": "", "text": "2026-11-27"}});
    let mut first =
        config(json!({"model": {"lr": 0.1, "layers": [64]}, "day": day}), lines.clone(), json!([]));
    first["gone"] =
        json!({"name": "gone", "attribute": "gone", "value": {"a": 1}, "source": {"kind": "command_line"}});
    let mut second =
        config(json!({"model": {"lr": 0.2, "layers": [64, 32]}, "day": day}), lines, json!(["/model/lr"]));
    second["none"] =
        json!({"name": "none", "attribute": "none", "value": null, "source": {"kind": "nothing"}});
    for (minute, configs) in [(0, first), (1, second)] {
        let info = Map::from_iter([("configs".to_owned(), configs)]);
        Recorder::with_info(root, "Training", "ann", minute, (None, &[]), info).write();
    }
}

/// Makes a run that began so many seconds ago, and whose driver was heard of just now.
pub fn begin(root: &Path, flow: &str, seconds: i64) {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_micros() as i64;
    let minutes = (now - seconds * 1_000_000 - T0) / MINUTE;
    let mut run = Recorder::new(root, flow, "ann", minutes, None, &[]);
    run.changes.push(Change::Heartbeat { at: now });
    run.write();
}

/// Keeps a folder as the code of a run.
pub fn keep_code(root: &Path, (flow, run): (&str, &str), folder: &Path, contents: &Contents) {
    let (flow, run) = (FlowName::new(flow).unwrap(), RunId::new(run).unwrap());
    let package = package::build(folder, contents).unwrap();
    Datastore::open(root).unwrap().put_package((&flow, &run), &package).unwrap();
    let info = |key: &str, value| Change::Info { key: key.to_owned(), value };
    let changes = [
        info("code_package", package.record(contents)),
        info("script", json!("flow.py")),
        info("file", json!(folder.join("flow.py"))),
    ];
    SqliteProvider::open(&root.join("metadata.db")).unwrap().write(&flow, &run, &changes).unwrap();
}

fn usage() -> Usage {
    Usage { cpu_us: 210_000, max_rss_kib: 45_000, ..Usage::default() }
}

impl Recorder {
    fn new(root: &Path, flow: &str, user: &str, minute: i64, origin: Option<&str>, tags: &[&str]) -> Self {
        let git = json!({"revision": "0a1b2c3", "branch": "main", "dirty": false});
        let info = Map::from_iter([("git".to_owned(), git)]);
        Self::with_info(root, flow, user, minute, (origin, tags), info)
    }

    fn with_info(
        root: &Path,
        flow: &str,
        user: &str,
        minute: i64,
        (origin, tags): (Option<&str>, &[&str]),
        info: Map<String, serde_json::Value>,
    ) -> Self {
        let files = Datastore::open(root).unwrap();
        let mut provider = SqliteProvider::open(&root.join("metadata.db")).unwrap();
        let (flow, began) = (FlowName::new(flow).unwrap(), T0 + minute * MINUTE);
        let new = NewRun {
            flow: flow.clone(),
            id: None,
            user: user.to_owned(),
            tags: tags.iter().map(|t| (*t).to_owned()).collect(),
            system_tags: vec![format!("user:{user}"), "runtime:dev".to_owned()],
            origin: origin.map(|o| RunId::new(o).unwrap()),
            graph: "{}".to_owned(),
            info,
            at: began,
        };
        let run = provider.create_run(&new).unwrap().run;
        let pack = files.pack(&flow, &run).unwrap();
        Self { files, provider, flow, run, began, pack, base: None, changes: Vec::new() }
    }

    fn at(&self, ms: i64) -> i64 {
        self.began + ms * 1000
    }

    fn save(
        &mut self,
        step: &str,
        task: u64,
        attempt: u32,
        artifacts: &[(&str, &str, &[u8])],
    ) -> ManifestRef {
        let id = AttemptId {
            flow: self.flow.clone(),
            run: self.run.clone(),
            step: StepName::new(step).unwrap(),
            task: TaskId(task),
            attempt,
        };
        let mut writer = AttemptWriter::new(self.files.clone(), id, self.base.clone());
        for (name, kind, stream) in artifacts {
            writer.save(*name, *kind, *stream, &[]).unwrap();
        }
        self.pack.append(&writer.finish().unwrap()).unwrap()
    }

    fn parameters(&mut self) {
        let base =
            self.save("_parameters", 0, 0, &[("alpha", "float", b"0.5"), ("_graph_info", "dict", b"{}")]);
        self.started("_parameters", 0, &[], 0, 5);
        self.finished("_parameters", 0, &[], Some(&base), 10);
        self.base = Some(base);
    }

    fn task(step: &str, task: u64, indices: &[u64]) -> TaskRef {
        TaskRef { step: StepName::new(step).unwrap(), task: TaskId(task), indices: indices.to_vec() }
    }

    fn started(&mut self, step: &str, task: u64, indices: &[u64], attempt: u32, ms: i64) {
        let parents = if task > 1 { vec![TaskId(1)] } else { Vec::new() };
        let task = Self::task(step, task, indices);
        self.changes.push(Change::TaskStarted { task, attempt, pid: 4711, parents, at: self.at(ms) });
    }

    fn finished(&mut self, step: &str, task: u64, indices: &[u64], to: Option<&ManifestRef>, ms: i64) {
        self.changes.push(Change::AttemptFinished {
            task: Self::task(step, task, indices),
            attempt: 0,
            status: TaskStatus::Done,
            retrying: false,
            transition: None,
            manifest: to.map(ToString::to_string),
            failure: None,
            usage: usage(),
            at: self.at(ms),
        });
    }

    fn done(&mut self, step: &str, task: u64, indices: &[u64], artifacts: &[(&str, &str, &[u8])], ms: i64) {
        let manifest = self.save(step, task, 0, artifacts);
        self.started(step, task, indices, 0, ms - 90);
        self.finished(step, task, indices, Some(&manifest), ms);
    }

    fn failed(&mut self, step: &str, task: u64, indices: &[u64], attempt: u32, ms: i64) {
        self.started(step, task, indices, attempt, ms - 800);
        let failure = Failure {
            kind: "KeyError".to_owned(),
            message: "'price'".to_owned(),
            file: Some("train.py".to_owned()),
            line: Some(12),
            source: Some("        return row[\"price\"] * 2".to_owned()),
            function: Some("train".to_owned()),
            ..Failure::default()
        };
        self.changes.push(Change::AttemptFinished {
            task: Self::task(step, task, indices),
            attempt,
            status: TaskStatus::Failed,
            retrying: attempt == 0,
            transition: None,
            manifest: None,
            failure: Some(failure),
            usage: usage(),
            at: self.at(ms),
        });
    }

    fn adopted(&mut self, step: &str, task: u64, indices: &[u64]) {
        self.changes.push(Change::TaskAdopted {
            task: Self::task(step, task, indices),
            origin: (RunId::new("2").unwrap(), TaskId(task)),
            parents: Vec::new(),
            transition: None,
            manifest: None,
            at: self.at(20),
        });
    }

    fn log(&self, (task, attempt): (TaskId, u32), parts: &[(LogStream, &str)]) {
        let mut writer = self.files.log_writer(&self.flow, &self.run, task, attempt);
        for (stream, text) in parts {
            writer.append(*stream, self.at(200), text.as_bytes()).unwrap();
        }
    }

    fn end(&mut self, status: RunStatus, ms: i64) {
        self.changes.push(Change::RunFinished { status, at: self.at(ms) });
        self.write();
    }

    fn write(&mut self) {
        let changes = std::mem::take(&mut self.changes);
        self.provider.write(&self.flow, &self.run, &changes).unwrap();
    }
}
