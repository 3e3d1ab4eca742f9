//! What is asked of the engine, and what comes of it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use spinloom_compute::Interpreter;
use spinloom_datastore::{StorePolicy, package::Contents};
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
    /// How it is to be used.
    pub policy: StorePolicy,
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
    /// Start no task but those of this step and of the steps that lead to it.
    pub until: Option<StepName>,
    /// Other processes may be asked for the same run: see [`crate::take_turn`].
    pub shared: Option<Shared>,
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
    /// Interpreters for steps that have an environment of their own.
    pub environments: Vec<StepEnvironment>,
    /// Bytes kept of each stream of an attempt.
    pub max_log_size: u64,
    /// How long to wait between two looks at what tasks use; `None` not to look.
    pub resource_interval: Option<Duration>,
    /// File to write the run id to.
    pub run_id_file: Option<PathBuf>,
    /// File to write to which run this became, and where it is recorded: a line of JSON, for the program that asked.
    pub attribute_file: Option<PathBuf>,
    /// Everything else worth keeping with the run.
    pub info: Map<String, Value>,
    /// What to keep as the run's code package.
    pub package: Option<PackageRequest>,
}

/// An environment, and the steps whose tasks run in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepEnvironment {
    /// Its interpreter.
    pub interpreter: Interpreter,
    /// The steps.
    pub steps: Vec<StepName>,
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

/// A code package to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageRequest {
    /// The folder of the flow file.
    pub dir: PathBuf,
    /// What it holds.
    pub contents: Contents,
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
    /// Parameters are written anew, from those of the origin and the values given: without `from`, every task runs again.
    pub new_parameters: bool,
}

/// One of several processes asked for one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// What this process is called: for people.
    pub identifier: String,
    /// The run to resume was named: a run of the same id that resumes another is refused.
    pub origin_named: bool,
}

/// Why a run stopped before its end without anything being wrong: it was asked for. Kept as `halt` of the run's info.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Halt {
    /// Finished tasks of the origin were to be adopted, and nothing run.
    CloneOnly,
    /// No step was to run but this and those that lead to it.
    Until(StepName),
}

impl fmt::Display for Halt {
    /// The option that asked for it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CloneOnly => f.write_str("--clone-only"),
            Self::Until(step) => write!(f, "--until {step}"),
        }
    }
}

impl RunRequest {
    /// Where the run is to stop, if not at its end.
    pub(crate) fn halt(&self) -> Option<Halt> {
        match &self.resume {
            Some(resume) if resume.clone_only => Some(Halt::CloneOnly),
            _ => self.until.clone().map(Halt::Until),
        }
    }
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
    /// It stopped before its end because that was asked for.
    pub halt: Option<Halt>,
}
