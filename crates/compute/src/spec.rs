//! What a task is told. Documented in `schemas/task-protocol.json`.

use serde::{Deserialize, Serialize};
use spinloom_datastore::{ManifestRef, StorePolicy};
use spinloom_flow::{FlowName, RunId, StepName, TaskId};

/// Everything one attempt needs to know.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TaskSpec {
    /// The flow.
    pub flow: FlowName,
    /// The run.
    pub run: RunId,
    /// The step.
    pub step: StepName,
    /// The task.
    pub task: TaskId,
    /// Which attempt, from 0.
    pub attempt: u32,
    /// How many attempts there may be.
    pub max_attempts: u32,
    /// The step is a join: it gets all its inputs.
    pub join: bool,
    /// Tasks whose artifacts it starts from: one, or all of a join in definition order, then foreach index.
    pub inputs: Vec<Input>,
    /// Foreach frames round it, outermost first.
    pub frames: Vec<Frame>,
    /// How often a step that repeats itself ran before.
    #[serde(default)]
    pub iteration: u64,
    /// The control task of the gang it belongs to. Its place there is that of the innermost frame.
    #[serde(default)]
    pub control: Option<TaskId>,
    /// Artifacts of `_parameters`; `None` while that task itself is written.
    pub base: Option<ManifestRef>,
    /// The run this one resumes.
    pub origin_run: Option<RunId>,
    /// Namespace of the user who started the run.
    pub namespace: Option<String>,
    /// Who started the run.
    pub user: String,
    /// User tags the run was started with.
    pub tags: Vec<String>,
    /// The `.spinloom` folder.
    pub store: String,
    /// How it is to be used.
    #[serde(default, skip_serializing_if = "StorePolicy::is_plain")]
    pub policy: StorePolicy,
}

/// One input task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Its step.
    pub step: StepName,
    /// Its id.
    pub task: TaskId,
    /// Its artifacts.
    pub manifest: ManifestRef,
    /// The innermost foreach index it ran with.
    pub index: Option<u64>,
}

/// One foreach frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The step that fans out.
    pub step: StepName,
    /// The artifact it fans out over.
    pub var: String,
    /// Which item.
    pub index: u64,
    /// How many items.
    pub count: u64,
}
