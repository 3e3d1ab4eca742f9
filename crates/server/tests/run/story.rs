//! A run to look at: `start` fans out to `train`, which `join` joins, then `end`.

use serde_json::{Map, Value, json};
use spinloom_flow::event::{Failure, TaskRef, Usage};
use spinloom_flow::{FlowName, RunId, StepName, TaskId, TaskStatus};
use spinloom_metadata::{Change, NewRun, Provider};
use spinloom_testkit::{new_run, now};

/// The document of the flow.
pub fn graph() -> String {
    let step = |name: &str, args: u32, next: Value| json!({"name": name, "file": "/x/flow.py", "line": 3, "args": args, "doc": "Does it.\n\nAnd more.", "tail": next});
    let to = |target: &str| json!({"kind": "next", "line": 4, "targets": [target]});
    let fan = json!({"kind": "next", "line": 4, "targets": ["train"], "foreach": "xs"});
    let steps = [
        step("start", 1, fan),
        step("train", 1, to("join")),
        step("join", 2, to("end")),
        step("end", 1, json!({"kind": "none"})),
    ];
    json!({"version": 1, "name": "Training", "file": "/x/flow.py", "doc": "Trains.", "steps": steps})
        .to_string()
}

/// A run being told of, moment by moment.
pub struct Story<'a> {
    pub provider: &'a mut dyn Provider,
    pub flow: FlowName,
    pub run: RunId,
    /// When it began.
    pub at: i64,
}

impl<'a> Story<'a> {
    /// A run that began `ago` microseconds ago, with its parameters.
    pub fn begin(provider: &'a mut dyn Provider, ago: i64) -> Self {
        let at = now() - ago;
        let info = json!({
            "host": "box", "pid": 4242, "script": "flow.py", "git": {"revision": "c0ffee", "branch": "main", "dirty": true},
        });
        let info: Map<String, Value> = info.as_object().unwrap().clone();
        let new = NewRun { graph: graph(), info, at, tags: vec!["prod".to_owned()], ..new_run("Training") };
        let run = provider.create_run(&new).unwrap();
        let mut story = Self { provider, flow: run.flow, run: run.run, at };
        story.write(vec![Change::Heartbeat { at: now() }]);
        story.did("_parameters", 0, &[], (0, 0), &[]);
        story
    }

    pub fn write(&mut self, changes: Vec<Change>) {
        self.provider.write(&self.flow, &self.run, &changes).unwrap();
    }

    /// An attempt starts, `at` microseconds after the run.
    pub fn started(&mut self, step: &str, task: u64, attempt: u32, parents: &[u64], at: i64) {
        let change = Change::TaskStarted {
            task: of(step, task),
            attempt,
            pid: 77,
            parents: parents.iter().copied().map(TaskId).collect(),
            at: self.at + at,
        };
        self.write(vec![change]);
    }

    /// An attempt ends well.
    pub fn done(&mut self, step: &str, task: u64, attempt: u32, at: i64, next: Value) {
        let usage = Usage { cpu_us: 500, max_rss_kib: 2048, ..Usage::default() };
        self.ended((of(step, task), attempt), TaskStatus::Done, at, (Some(next), None, usage, false));
    }

    /// An attempt ends well, and what it kept is at `manifest`.
    pub fn kept(&mut self, step: &str, task: u64, attempt: u32, manifest: &str) {
        let change = Change::AttemptFinished {
            task: of(step, task),
            attempt,
            status: TaskStatus::Done,
            retrying: false,
            transition: None,
            manifest: Some(manifest.to_owned()),
            failure: None,
            usage: Usage::default(),
            at: now(),
        };
        self.write(vec![change]);
    }

    /// An attempt fails.
    pub fn failed(&mut self, step: &str, task: u64, attempt: u32, at: i64, message: &str) {
        self.fails((of(step, task), attempt), at, message, false);
    }

    /// An attempt fails, and another follows.
    pub fn retried(&mut self, step: &str, task: u64, attempt: u32, at: i64, message: &str) {
        self.fails((of(step, task), attempt), at, message, true);
    }

    fn fails(&mut self, of: (TaskRef, u32), at: i64, message: &str, retrying: bool) {
        let failure = Failure {
            kind: "ValueError".to_owned(),
            message: message.to_owned(),
            file: Some("/x/flow.py".to_owned()),
            line: Some(12),
            traceback: Some("Traceback …".to_owned()),
            ..Failure::default()
        };
        self.ended(of, TaskStatus::Failed, at, (None, Some(failure), Usage::default(), retrying));
    }

    /// An attempt ends.
    pub fn ended(
        &mut self,
        (task, attempt): (TaskRef, u32),
        status: TaskStatus,
        at: i64,
        (transition, failure, usage, retrying): (Option<Value>, Option<Failure>, Usage, bool),
    ) {
        let change = Change::AttemptFinished {
            task,
            attempt,
            status,
            retrying,
            transition,
            manifest: None,
            failure,
            usage,
            at: self.at + at,
        };
        self.write(vec![change]);
    }

    /// A task that does all of it at its first attempt.
    pub fn did(&mut self, step: &str, task: u64, parents: &[u64], (from, to): (i64, i64), next: &[&str]) {
        self.started(step, task, 0, parents, from);
        self.done(step, task, 0, to, json!({"steps": next}));
    }

    /// `start` is done after 10, and fans out to so many.
    pub fn fan_out(&mut self, count: u64) {
        self.started("start", 1, 0, &[0], 0);
        let labels: Vec<String> = (0..count).map(|item| format!("item {item}")).collect();
        let fan = json!({"var": "xs", "count": count, "labels": labels});
        self.done("start", 1, 0, 10, json!({"steps": ["train"], "foreach": fan}));
    }

    /// Below the API.
    pub fn url(&self) -> String {
        format!("/api/v1/flows/{}/runs/{}", self.flow, self.run)
    }
}

/// A task; of `train`, with its index: tasks of it begin with number 2.
pub fn of(step: &str, task: u64) -> TaskRef {
    let indices = if step == "train" { vec![task - 2] } else { Vec::new() };
    TaskRef { step: StepName::new(step).unwrap(), task: TaskId(task), indices }
}
