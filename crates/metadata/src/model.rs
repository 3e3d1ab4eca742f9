//! Records read from, and changes written to, a metadata provider. Times are microseconds since the Unix epoch.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use spinloom_flow::event::{Failure, TaskRef, Usage};
use spinloom_flow::{FlowName, RunId, RunStatus, StepName, TaskId, TaskStatus};

/// A driver beats this often, seconds.
pub const HEARTBEAT_SECONDS: i64 = 10;
/// A running run whose last beat is older than this, seconds, reads as [`RunStatus::Lost`].
pub const HEARTBEAT_CUTOFF_SECONDS: i64 = 60;

/// Whether a running run reads as [`RunStatus::Lost`] at `now`, for those who keep runs in memory. Providers apply it as they read.
pub fn is_lost(heartbeat_at: i64, now: i64) -> bool {
    heartbeat_at < now.saturating_sub(HEARTBEAT_CUTOFF_SECONDS * 1_000_000)
}

/// The key of a run's `info` with the artifacts it ended with that are one short value: what runs can be found and sorted by.
pub const SCALARS: &str = "scalars";

/// What is needed to make a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewRun {
    /// The flow; made if it is new.
    pub flow: FlowName,
    /// An id chosen by the user; otherwise the provider numbers the flow's runs from 1.
    pub id: Option<RunId>,
    /// Who started it.
    pub user: String,
    /// User tags.
    pub tags: Vec<String>,
    /// System tags: `user:ann`, `runtime:dev`, …
    pub system_tags: Vec<String>,
    /// The run it resumes.
    pub origin: Option<RunId>,
    /// The `FlowGraph` document.
    pub graph: String,
    /// Everything else worth keeping: git revision, versions, host, pid, script, code package, command.
    pub info: Map<String, Value>,
    /// When.
    pub at: i64,
}

/// A driver that asks to lead a run that several drivers share (RE-05).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// What the driver is called: for people.
    pub identifier: String,
    /// The term the driver knows to be over, because its leader is gone or its run is to go on; `None` takes nothing away.
    pub instead_of: Option<u64>,
    /// When.
    pub at: i64,
}

/// Who leads a shared run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leader {
    /// What its driver is called.
    pub identifier: String,
    /// Counts the leaders of the run, from 1. Only the driver of the latest term can write.
    pub term: u64,
    /// When its term began.
    pub at: i64,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The flow.
    pub flow: FlowName,
    /// Its id.
    pub run: RunId,
    /// Its state; [`RunStatus::Lost`] is decided here and nowhere else.
    pub status: RunStatus,
    /// Who started it.
    pub user: String,
    /// User tags, sorted.
    pub tags: Vec<String>,
    /// System tags, sorted.
    pub system_tags: Vec<String>,
    /// The run it resumes.
    pub origin: Option<RunId>,
    /// When it was made.
    pub created_at: i64,
    /// When it ended.
    pub finished_at: Option<i64>,
    /// When its driver was last heard of.
    pub heartbeat_at: i64,
    /// Everything else.
    pub info: Map<String, Value>,
}

/// What a write did to a run, from the change feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunChange {
    /// The number of the last write that touched the run.
    pub seq: u64,
    /// The flow.
    pub flow: FlowName,
    /// The run.
    pub run: RunId,
    /// Which graph it has: runs with the same number have the same one. 0 of a deleted run.
    pub graph: u64,
    /// What became of it.
    pub what: RunFate,
}

/// What became of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RunFate {
    /// It was made, or something of it has changed: as it is now.
    Changed(Box<RunRecord>),
    /// It was deleted.
    Deleted,
}

/// A step of a run, with its tasks counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// The step.
    pub step: StepName,
    /// When its first task was made.
    pub created_at: i64,
    /// When its last finished task ended.
    pub finished_at: Option<i64>,
    /// Tasks in all.
    pub tasks: u64,
    /// Tasks running.
    pub running: u64,
    /// Tasks done, adopted ones included.
    pub done: u64,
    /// Tasks failed or stopped.
    pub failed: u64,
    /// Tasks adopted from the origin run.
    pub adopted: u64,
}

/// A task, as its latest attempt left it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskRecord {
    /// The step.
    pub step: StepName,
    /// Its id.
    pub task: TaskId,
    /// Foreach indices round it, outermost first.
    pub indices: Vec<u64>,
    /// Its state.
    pub status: TaskStatus,
    /// Its latest attempt, from 0.
    pub attempt: u32,
    /// When it was made.
    pub created_at: i64,
    /// When its latest attempt ended.
    pub finished_at: Option<i64>,
    /// Tasks it got its inputs from.
    pub parents: Vec<TaskId>,
    /// The `next` of its result, once done.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub transition: Option<Value>,
    /// Where the artifacts of its latest attempt are.
    pub manifest: Option<String>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// The run and task it was adopted from.
    pub origin: Option<(RunId, TaskId)>,
}

/// One attempt of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttemptRecord {
    /// From 0.
    pub attempt: u32,
    /// Its state.
    pub status: TaskStatus,
    /// Its process.
    pub pid: i32,
    /// When it started.
    pub started_at: i64,
    /// When it ended.
    pub finished_at: Option<i64>,
    /// Where its artifacts are.
    pub manifest: Option<String>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// What it cost.
    pub usage: Usage,
}

/// One thing to write. A batch of them is one transaction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// An attempt started (the first makes the task, the first task makes the step).
    TaskStarted {
        /// Which task.
        task: TaskRef,
        /// Which attempt.
        attempt: u32,
        /// Its process.
        pid: i32,
        /// Tasks its inputs come from.
        parents: Vec<TaskId>,
        /// When.
        at: i64,
    },
    /// An attempt is over. `Done` sets transition and manifest of the task.
    AttemptFinished {
        /// Which task.
        task: TaskRef,
        /// Which attempt.
        attempt: u32,
        /// How.
        status: TaskStatus,
        /// Another attempt follows: the task stays running.
        retrying: bool,
        /// The `next` of its result.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        transition: Option<Value>,
        /// Where its artifacts are.
        manifest: Option<String>,
        /// Why it failed.
        failure: Option<Failure>,
        /// What it cost.
        usage: Usage,
        /// When.
        at: i64,
    },
    /// A finished task of the origin run was adopted by reference: one row, done at once, no attempt.
    TaskAdopted {
        /// Which task.
        task: TaskRef,
        /// The run and task it comes from.
        origin: (RunId, TaskId),
        /// Tasks its inputs come from, in this run.
        parents: Vec<TaskId>,
        /// The origin's transition.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
        transition: Option<Value>,
        /// The origin's artifacts.
        manifest: Option<String>,
        /// When.
        at: i64,
    },
    /// The run is over.
    RunFinished {
        /// How.
        status: RunStatus,
        /// When.
        at: i64,
    },
    /// The driver is alive.
    Heartbeat {
        /// When.
        at: i64,
    },
    /// A guard: nothing of the batch is written unless this is the term of the run's leader.
    Term {
        /// The term of the driver that writes.
        term: u64,
    },
    /// Sets one key of the run's `info`.
    Info {
        /// The key.
        key: String,
        /// The value.
        value: Value,
    },
}

/// Which runs to list, newest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RunQuery {
    /// Only runs that carry all of these tags, user or system (a namespace is one of them).
    pub tags: Vec<String>,
    /// Only runs of this state.
    pub status: Option<RunStatus>,
    /// Only runs older than this one: the last of the page before.
    pub before: Option<RunId>,
    /// At most this many; 0 for all.
    pub limit: usize,
}

/// A value that is there, be it JSON's `null`: a step that goes nowhere says so, and that is not the same as saying nothing.
fn present<'de, D: Deserializer<'de>>(of: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(of).map(Some)
}
