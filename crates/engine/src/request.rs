//! What is asked of the engine, and what comes of it.

use std::path::PathBuf;

use serde_json::{Map, Value};
use spinloom_flow::event::{Failure, TaskRef};
use spinloom_flow::graph::{Graph, Resources};
use spinloom_flow::{RunId, RunStatus, StepName};

/// A run to be made. Everything is resolved: no `Option` here means "later".
#[derive(Debug, Clone)]
pub struct RunRequest {
    /// The flow, checked.
    pub graph: Graph,
    /// The `FlowGraph` document, as stored.
    pub graph_json: String,
    /// The `.spinloom` folder.
    pub store: PathBuf,
    /// An id chosen by the user.
    pub run_id: Option<RunId>,
    /// Who runs it.
    pub user: String,
    /// Namespace of that user; `None` for the global one.
    pub namespace: Option<String>,
    /// User tags.
    pub tags: Vec<String>,
    /// System tags.
    pub system_tags: Vec<String>,
    /// What to resume.
    pub resume: Option<Resume>,
    /// Task processes at a time.
    pub max_workers: usize,
    /// Items of one foreach.
    pub max_num_splits: u64,
    /// What tasks may need together, from `@resources`; `None` for no bound.
    pub budget: Option<Resources>,
    /// `@retry`'s `minutes_between_retries` are waited for.
    pub retry_wait: bool,
    /// Where tasks run.
    pub isolation: Isolation,
    /// Bytes kept of each stream of an attempt.
    pub max_log_size: u64,
    /// File to write the run id to.
    pub run_id_file: Option<PathBuf>,
    /// Everything else worth keeping with the run.
    pub info: Map<String, Value>,
    /// Folder to keep as the run's code package.
    pub package: Option<PackageRequest>,
}

/// What a task's process starts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Isolation {
    /// A fork, unless the flow's imports make that unsafe.
    #[default]
    Auto,
    /// A fork of an interpreter that has imported the flow: quick.
    Fork,
    /// An interpreter of its own, which imports the flow: slow, and always safe.
    Spawn,
}

/// A folder to package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageRequest {
    /// The folder of the flow file.
    pub dir: PathBuf,
    /// Suffixes to take beside the standard ones.
    pub suffixes: Vec<String>,
}

/// A run to resume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// The run whose finished tasks are adopted.
    pub origin: RunId,
    /// A step to run again even if it finished, with all that follows it.
    pub from: Option<StepName>,
    /// Adopt only; run nothing.
    pub clone_only: bool,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub struct RunOutcome {
    /// The run.
    pub run: RunId,
    /// How it ended.
    pub status: RunStatus,
    /// Tasks run.
    pub tasks: u64,
    /// Tasks adopted from the origin.
    pub adopted: u64,
    /// Tasks that failed for good, with their last attempt.
    pub failed: Vec<(TaskRef, u32, Failure)>,
    /// Why it could not go on, where no task failed.
    pub error: Option<spinloom_diagnostics::Error>,
    /// How long it took, µs.
    pub duration_us: i64,
    /// The signal that stopped it.
    pub signal: Option<i32>,
}
