//! Stores made by hand: what the real Metaflow of today does not write any more, or only where there is a service.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use spinloom_datastore::Datastore;
use spinloom_flow::event::LogStream;
use spinloom_flow::{FlowName, RunId, RunStatus, TaskId, TaskStatus};
use spinloom_import::{Report, Request, Target, import};
use spinloom_metadata::{Provider as _, RunQuery, SqliteProvider};
use spinloom_metaflow::{Sha, Store};
use spinloom_objects::{Location, Options};

const NOW: i64 = 1_795_800_000_000_000;
const STACK: &[u8] = b"\x80\x04]\x94.";
const TRUE: &[u8] = b"\x80\x04\x88.";
const FALSE: &[u8] = b"\x80\x04\x89.";
const NONE: &[u8] = b"\x80\x04N.";
const TO_END: &[u8] = b"\x80\x02]q\x00X\x03\x00\x00\x00endq\x01aN\x86q\x02.";

/// A store of Metaflow's as it is in an object store: no metadata beside the data.
struct Theirs(tempfile::TempDir);

impl Theirs {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn blob(&self, flow: &str, content: &[u8]) -> String {
        let sha = Sha::of(content).to_string();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(3));
        encoder.write_all(content).unwrap();
        self.file(&format!("{flow}/data/{}/{sha}", &sha[..2]), encoder.finish().unwrap());
        sha
    }

    /// An attempt that is done, with artifacts: name, encoding and bytes.
    fn attempt(&self, task: &str, attempt: u32, seconds: u64, artifacts: &[(&str, &str, &[u8])]) {
        let flow = task.split('/').next().unwrap();
        let (mut objects, mut info) = (serde_json::Map::new(), serde_json::Map::new());
        for (name, encoding, content) in artifacts {
            objects.insert((*name).into(), self.blob(flow, content).into());
            let about =
                serde_json::json!({"size": content.len(), "type": "<class 'int'>", "encoding": encoding});
            info.insert((*name).into(), about);
        }
        let data = serde_json::json!({"version": "1.0", "objects": objects, "info": info});
        self.file(&format!("{task}/{attempt}.attempt.json"), format!("{{\"time\": {seconds}.5}}"));
        self.file(&format!("{task}/{attempt}.data.json"), data.to_string());
        self.file(&format!("{task}/{attempt}.DONE.lock"), "");
    }

    fn store(&self) -> Store {
        Store::open(&Location::folder(self.0.path()), None, &Options::default()).unwrap()
    }
}

fn done<'a>(to: &'a [u8], more: &[(&'a str, &'a str, &'a [u8])]) -> Vec<(&'a str, &'a str, &'a [u8])> {
    let own = [
        ("_foreach_stack", "pickle-v4", STACK),
        ("_task_ok", "pickle-v4", TRUE),
        ("_success", "pickle-v4", TRUE),
        ("_transition", "pickle-v2", to),
    ];
    own.into_iter().chain(more.iter().copied()).collect()
}

/// A run of two steps: a retried `start`, and `end`.
fn small_run(theirs: &Theirs, run: &str) {
    theirs.attempt(
        &format!("F/{run}/_parameters/7"),
        0,
        1_795_700_000,
        &done(NONE, &[("p", "gzip+pickle-v2", b"\x80\x02K\x05.")]),
    );
    let failed = [("_foreach_stack", "pickle-v4", STACK), ("_task_ok", "pickle-v4", FALSE)];
    theirs.attempt(&format!("F/{run}/start/8"), 0, 1_795_700_001, &failed);
    let more: [(&str, &str, &[u8]); 2] =
        [("p", "gzip+pickle-v2", b"\x80\x02K\x05."), ("x", "gzip+pickle-v4", b"\x80\x04K\x06.")];
    theirs.attempt(&format!("F/{run}/start/8"), 1, 1_795_700_002, &done(TO_END, &more));
    theirs.attempt(&format!("F/{run}/end/9"), 0, 1_795_700_003, &done(NONE, &more));
    let log = |at: u32, text: &str| format!("[MFLOG|0|2026-11-26T10:00:0{at}.000000Z|task|id{at}]{text}\n");
    theirs.file(&format!("F/{run}/end/9/0.task_stdout.log"), log(2, "two"));
    theirs.file(&format!("F/{run}/end/9/0.runtime_stdout.log"), log(1, "one") + &log(2, "two"));
    theirs.file(&format!("F/{run}/end/9/0.runtime_stderr.log"), log(3, "three"));
}

struct Ours {
    _folder: tempfile::TempDir,
    files: Datastore,
    provider: SqliteProvider,
}

impl Ours {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = Datastore::open(folder.path()).unwrap();
        let provider = SqliteProvider::open(&folder.path().join("metadata.db")).unwrap();
        Self { _folder: folder, files, provider }
    }

    fn bring(&mut self, theirs: &Theirs, request: Request) -> Report {
        let request = Request { from: "there".into(), now: NOW, ..request };
        let mut target = Target { files: &self.files, provider: &mut self.provider };
        import(&theirs.store(), &mut target, &request, &mut |_| {}).unwrap()
    }

    fn values(&self, run: &RunId, task: u64) -> Vec<(String, String, Vec<u8>)> {
        let record = self.provider.task(&flow(), run, TaskId(task)).unwrap().unwrap();
        let manifest = self.files.manifest(&record.manifest.unwrap().parse().unwrap()).unwrap();
        let entries = self.files.artifacts(&manifest).unwrap();
        let value = |entry| {
            let stream = self.files.payload(&manifest, &entry).unwrap().stream;
            (entry.name.to_string(), entry.encoding, stream)
        };
        entries.into_iter().map(value).filter(|(name, ..)| !name.starts_with('_')).collect()
    }
}

fn flow() -> FlowName {
    FlowName::new("F").unwrap()
}

#[test]
fn without_metadata_the_data_tell_what_they_can() {
    let (theirs, mut ours) = (Theirs::new(), Ours::new());
    small_run(&theirs, "12");
    let report = ours.bring(&theirs, Request { user: Some("ann".into()), ..Request::default() });
    assert!(!report.is_partial(), "{report:?}");
    let run = RunId::new("12").unwrap();
    let record = ours.provider.run(&flow(), &run).unwrap().unwrap();
    assert_eq!((record.status, record.user.as_str()), (RunStatus::Done, "ann"));
    assert_eq!(record.created_at, 1_795_700_000_500_000);
    assert_eq!(record.system_tags, ["imported:metaflow", "user:ann"]);
    let steps = ours.provider.steps(&flow(), &run).unwrap();
    assert_eq!(steps.iter().map(|s| s.step.as_str()).collect::<Vec<_>>(), ["_parameters", "start", "end"]);
    let tasks = ours.provider.tasks(&flow(), &run, None, None, 0).unwrap();
    let told: Vec<_> = tasks.iter().map(|t| (t.task.0, t.attempt, t.parents.clone(), t.status)).collect();
    let wanted = [
        (0, 0, vec![], TaskStatus::Done),
        (8, 1, vec![TaskId(0)], TaskStatus::Done),
        (9, 0, vec![TaskId(8)], TaskStatus::Done),
    ];
    assert_eq!(told, wanted);
    let attempts = ours.provider.attempts(&flow(), &run, TaskId(8)).unwrap();
    assert_eq!(attempts.iter().map(|a| a.status).collect::<Vec<_>>(), [TaskStatus::Failed, TaskStatus::Done]);
    assert_eq!(attempts[1].started_at, 1_795_700_002_500_000);
}

/// AR-07: old words for encodings, and old protocols.
#[test]
fn every_encoding_is_kept_as_the_pickle_it_is() {
    let (theirs, mut ours) = (Theirs::new(), Ours::new());
    small_run(&theirs, "12");
    ours.bring(&theirs, Request::default());
    let wanted = [
        ("p".to_owned(), "pickle-v2".to_owned(), b"\x80\x02K\x05.".to_vec()),
        ("x".to_owned(), "pickle-v4".to_owned(), b"\x80\x04K\x06.".to_vec()),
    ];
    assert_eq!(ours.values(&RunId::new("12").unwrap(), 9), wanted);
    let frames = ours.files.read_log(&flow(), &RunId::new("12").unwrap(), TaskId(9), 0).unwrap();
    let lines: Vec<_> =
        frames.iter().map(|f| (f.stream, String::from_utf8_lossy(&f.bytes).into_owned())).collect();
    let wanted = [(LogStream::Stdout, "one\n"), (LogStream::Stdout, "two\n"), (LogStream::Stderr, "three\n")];
    assert_eq!(lines, wanted.map(|(stream, text)| (stream, text.to_owned())));
}

/// What is inline in one run is not referred to from another, so either can be deleted.
#[test]
fn runs_do_not_lean_on_each_other() {
    let (theirs, mut ours) = (Theirs::new(), Ours::new());
    small_run(&theirs, "12");
    small_run(&theirs, "13");
    ours.bring(&theirs, Request::default());
    fs::remove_dir_all(ours.files.root().join("runs/F/12")).unwrap();
    assert_eq!(ours.values(&RunId::new("13").unwrap(), 9).len(), 2);
}

#[test]
fn imported_runs_stand_where_they_belong_in_time() {
    let (theirs, mut ours) = (Theirs::new(), Ours::new());
    small_run(&theirs, "1795700000000001");
    small_run(&theirs, "1795700000000000");
    let since = Request { since: Some(1_795_700_000_000_001), ..Request::default() };
    assert_eq!(ours.bring(&theirs, since).runs.len(), 1);
    assert_eq!(ours.bring(&theirs, Request::default()).runs.len(), 1);
    let listed = ours.provider.runs(&flow(), &RunQuery::default()).unwrap();
    let names: Vec<&str> = listed.iter().map(|run| run.run.as_str()).collect();
    assert_eq!(names, ["1795700000000001", "1795700000000000"]);
}

#[test]
fn a_run_without_tasks_and_files_of_others_do_no_harm() {
    let (theirs, mut ours) = (Theirs::new(), Ours::new());
    small_run(&theirs, "12");
    theirs.file("F/13/_parameters/notes.txt", "");
    theirs.file("F/latest_run", "12");
    theirs.file("mf.cards/x/y.html", "");
    theirs.file("notes.txt", "");
    let report = ours.bring(&theirs, Request::default());
    assert_eq!(report.runs.iter().map(|run| run.pathspec.as_str()).collect::<Vec<_>>(), ["F/12"]);
    assert_eq!(report.skipped.iter().map(|run| run.pathspec.as_str()).collect::<Vec<_>>(), ["F/13"]);
}

/// A failed run whose driver was killed while a task was at work.
#[test]
fn what_was_never_finished_is_not_made_up() {
    let (theirs, mut ours) = (Theirs::new(), Ours::new());
    theirs.attempt("F/12/_parameters/0", 0, 1_795_700_000, &done(NONE, &[]));
    theirs.file("F/12/start/1/0.attempt.json", "{\"time\": 1795700001.0}");
    theirs.file("F/12/start/1/0.data.json", "{\"version\": ");
    let report = ours.bring(&theirs, Request::default());
    assert_eq!(report.runs[0].left_out, Vec::<String>::new());
    let run = RunId::new("12").unwrap();
    let task = ours.provider.task(&flow(), &run, TaskId(1)).unwrap().unwrap();
    assert_eq!((task.status, task.manifest), (TaskStatus::Running, None));
    assert!(matches!(
        ours.provider.run(&flow(), &run).unwrap().unwrap().status,
        RunStatus::Lost | RunStatus::Running
    ));
    theirs.file("F/12/start/1/0.runtime", "{\"return_code\": -9, \"killed\": false, \"success\": false}");
    ours.bring(&theirs, Request::default());
    let task = ours.provider.task(&flow(), &run, TaskId(1)).unwrap().unwrap();
    assert_eq!((task.status, task.failure.unwrap().signal), (TaskStatus::Failed, Some(9)));
    assert_eq!(ours.provider.run(&flow(), &run).unwrap().unwrap().status, RunStatus::Failed);
}
