//! `spinloom logs --follow`, beside a run that goes on.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};

use spinloom_datastore::{Datastore, LogWriter};
use spinloom_flow::event::{LogStream, TaskRef, Usage};
use spinloom_flow::{FlowName, RunId, RunStatus, StepName, TaskId, TaskStatus};
use spinloom_metadata::{Change, NewRun, Provider as _, SqliteProvider};

use crate::support::Project;

/// A run whose driver is this test.
struct Live {
    project: Project,
    provider: SqliteProvider,
    files: Datastore,
    flow: FlowName,
    run: RunId,
}

fn now() -> i64 {
    i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_micros()).unwrap()
}

impl Live {
    fn start() -> Self {
        let project = Project::empty();
        let root = project.path().join(".spinloom");
        let files = Datastore::open(&root).unwrap();
        let mut provider = SqliteProvider::open(&root.join("metadata.db")).unwrap();
        let new = NewRun {
            flow: FlowName::new("Live").unwrap(),
            id: None,
            user: "ann".to_owned(),
            tags: Vec::new(),
            system_tags: vec!["user:ann".to_owned()],
            origin: None,
            graph: r#"{"steps": [{"name": "start"}, {"name": "end"}]}"#.to_owned(),
            info: serde_json::Map::new(),
            at: now(),
        };
        let run = provider.create_run(&new).unwrap().run;
        Self { project, provider, files, flow: new.flow, run }
    }

    fn write(&mut self, change: Change) {
        self.provider.write(&self.flow, &self.run, &[change]).unwrap();
    }

    fn task(step: &str, task: u64) -> TaskRef {
        TaskRef { step: StepName::new(step).unwrap(), task: TaskId(task), indices: Vec::new() }
    }

    fn begin(&mut self, step: &str, task: u64, attempt: u32) -> LogWriter {
        let parents = Vec::new();
        self.write(Change::TaskStarted { task: Self::task(step, task), attempt, pid: 1, parents, at: now() });
        self.files.log_writer(&self.flow, &self.run, TaskId(task), attempt)
    }

    fn finish(&mut self, step: &str, task: u64, attempt: u32, retrying: bool) {
        self.write(Change::AttemptFinished {
            task: Self::task(step, task),
            attempt,
            status: if retrying { TaskStatus::Failed } else { TaskStatus::Done },
            retrying,
            transition: None,
            manifest: None,
            failure: None,
            usage: Usage::default(),
            at: now(),
        });
    }

    fn end(&mut self) {
        self.write(Change::RunFinished { status: RunStatus::Done, at: now() });
    }

    fn follow(&self, words: &str) -> Following {
        let mut command = self.project.command(&format!("logs {words} --follow"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Following { child, out }
    }
}

struct Following {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
}

impl Following {
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line
    }

    /// What else comes on standard output, what came on standard error, and the exit code.
    fn rest(mut self) -> (String, String, Option<i32>) {
        let (mut out, mut err) = (String::new(), String::new());
        self.out.read_to_string(&mut out).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        (out, err, self.child.wait().unwrap().code())
    }
}

/// A line is shown before the run is over, a task that begins later too, and what has no newline at the end.
#[test]
fn a_run_is_followed_to_its_end() {
    let mut live = Live::start();
    let mut following = live.follow("Live/1");
    let mut log = live.begin("start", 1, 0);
    log.append(LogStream::Stdout, now(), b"half ").unwrap();
    log.append(LogStream::Stdout, now(), b"a line\n").unwrap();
    assert_eq!(following.line(), "half a line\n");
    live.finish("start", 1, 0, false);
    let mut log = live.begin("end", 2, 0);
    log.append(LogStream::Stderr, now(), b"later\nno newline").unwrap();
    assert_eq!(following.line(), "later\n");
    live.finish("end", 2, 0, false);
    live.end();
    let headings = "── Live/1/start/1\n── Live/1/end/2\n".to_owned();
    assert_eq!(following.rest(), ("no newline".to_owned(), headings, Some(0)));
}

/// A task is over before its run is; its second attempt is followed after its first.
#[test]
fn a_task_is_followed_through_its_attempts() {
    let mut live = Live::start();
    live.begin("start", 1, 0).append(LogStream::Stdout, now(), b"first\n").unwrap();
    let mut following = live.follow("Live/1/start/1");
    assert_eq!(following.line(), "first\n");
    live.finish("start", 1, 0, true);
    live.begin("start", 1, 1).append(LogStream::Stdout, now(), b"second\n").unwrap();
    assert_eq!(following.line(), "second\n");
    live.finish("start", 1, 1, false);
    assert_eq!(following.rest(), (String::new(), "── Live/1/start/1, attempt 1\n".to_owned(), Some(0)));
}

/// A step of the flow that has not begun is waited for; the filter holds for what comes.
#[test]
fn a_step_that_has_not_begun() {
    let mut live = Live::start();
    let mut following = live.follow("Live/1/end --grep LOSS -i --tail 1");
    let mut log = live.begin("end", 2, 0);
    log.append(LogStream::Stdout, now(), b"noise\nloss 1\n").unwrap();
    assert_eq!(following.line(), "loss 1\n");
    log.append(LogStream::Stdout, now(), b"loss 2\nnoise\nloss 3\n").unwrap();
    assert_eq!((following.line(), following.line()), ("loss 2\n".to_owned(), "loss 3\n".to_owned()));
    live.finish("end", 2, 0, false);
    live.end();
    assert_eq!(following.rest().2, Some(0));
}

#[test]
fn a_step_the_flow_does_not_have() {
    let live = Live::start();
    let (_, told, exit) = live.follow("Live/1/nowhere").rest();
    assert!(told.starts_with("error[SL0301]: no task of a step `nowhere`"), "{told}");
    assert_eq!(exit, Some(4));
}

/// Ctrl-C ends the following, not the run.
#[test]
fn ctrl_c() {
    let mut live = Live::start();
    live.begin("start", 1, 0).append(LogStream::Stdout, now(), b"hello\n").unwrap();
    let mut following = live.follow("Live/1");
    assert_eq!(following.line(), "hello\n");
    let pid = nix::unistd::Pid::from_raw(i32::try_from(following.child.id()).unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).unwrap();
    assert_eq!(following.rest().2, Some(130));
}

/// `logs --follow | head -1` comes to an end though the run goes on.
#[test]
fn a_reader_that_goes_away() {
    let mut live = Live::start();
    let mut log = live.begin("start", 1, 0);
    log.append(LogStream::Stdout, now(), b"hello\n").unwrap();
    let mut following = live.follow("Live/1");
    assert_eq!(following.line(), "hello\n");
    let Following { mut child, out } = following;
    drop(out);
    log.append(LogStream::Stdout, now(), b"nobody reads this\n").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn for_programs() {
    let mut live = Live::start();
    live.begin("start", 1, 0).append(LogStream::Stdout, 1_000_000, b"hello\n").unwrap();
    let mut following = live.follow("Live/1 --json");
    assert_eq!(
        following.line(),
        "{\"event\":\"log\",\"step\":\"start\",\"task\":\"1\",\"attempt\":0,\
         \"time\":\"1970-01-01T00:00:01.000Z\",\"stream\":\"stdout\",\"text\":\"hello\\n\"}\n"
    );
    live.end();
    let (last, ..) = following.rest();
    assert!(last.contains(r#""command":"logs","ok":true,"data":{"pathspec":"Live/1"}"#), "{last}");
}
