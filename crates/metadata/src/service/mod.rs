//! What clients of Metaflow's metadata service record and read back, word for word.
//!
//! A provider that keeps such records implements [`Service`]. In the transaction that keeps a record it also writes what the record
//! says of runs, steps, tasks and attempts to where an engine writes it, so that a reader of [`Provider`](crate::Provider) sees
//! these runs beside its own.
//!
//! Ids: the provider numbers runs as it numbers its own, and tasks within their run from 0, which is `_parameters`. An id that a client
//! chose is text; such a task has a number too, from [`FIRST_NAMED`] on, which no client sees.

mod batch;
mod document;
mod facts;
pub(crate) mod rules;
pub(crate) mod told;

pub(crate) use batch::{ArtifactBatch, DataBatch};
pub use document::{ArtifactDoc, FlowDoc, Id, MetadataDoc, RunDoc, StepDoc, Tags, TaskDoc};
pub(crate) use facts::{Facts, facts};

use std::result::Result;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use spinloom_diagnostics::Result as Told;

/// A run of this `info` key was recorded by Metaflow's client: where its data is, its version, and so on.
pub const METAFLOW: &str = "metaflow";
/// The number of the first task whose id is text; no counter of a run gets here.
pub const FIRST_NAMED: u64 = 1_000_000_001;
/// A beat that comes sooner after the last one, seconds, is not written down.
pub const BEAT_SECONDS: i64 = 10;

/// What every object a client makes comes with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Given {
    /// Who made it.
    #[serde(default)]
    pub user_name: Option<String>,
    /// User tags.
    #[serde(default, deserialize_with = "or_none")]
    pub tags: Vec<String>,
    /// System tags.
    #[serde(default, deserialize_with = "or_none")]
    pub system_tags: Vec<String>,
}

/// A list that may be `null`.
fn or_none<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// Where a task is, in a client's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskPath {
    /// The flow.
    pub flow: String,
    /// The run.
    pub run: String,
    /// The step.
    pub step: String,
    /// The task.
    pub task: String,
}

/// A datum about a task, as it is posted.
#[derive(Debug, Clone, Deserialize)]
pub struct NewDatum {
    /// Its name.
    pub field_name: String,
    /// Its value: mostly text.
    #[serde(default)]
    pub value: Option<Box<RawValue>>,
    /// What kind of name that is.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// Who says so.
    #[serde(default)]
    pub user_name: Option<String>,
    /// Which attempt it is about.
    #[serde(default, deserialize_with = "or_none")]
    pub tags: Vec<String>,
}

/// An artifact of a task, as it is posted.
#[derive(Debug, Clone, Deserialize)]
pub struct NewArtifact {
    /// Its name.
    pub name: String,
    /// The attempt that saved it.
    #[serde(default)]
    pub attempt_id: u32,
    /// Where the data is: `:root:` and the root of the datastore.
    #[serde(default)]
    pub location: Option<String>,
    /// The kind of datastore.
    #[serde(default)]
    pub ds_type: Option<String>,
    /// Its key in the datastore.
    #[serde(default)]
    pub sha: Option<String>,
    /// `metaflow.artifact`.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// How the value became bytes.
    #[serde(default)]
    pub content_type: Option<String>,
    /// Who saved it.
    #[serde(default)]
    pub user_name: Option<String>,
}

/// One thing a client records.
#[derive(Debug, Clone)]
pub enum Record {
    /// A flow.
    Flow {
        /// Its name.
        flow: String,
        /// What comes with it.
        given: Given,
    },
    /// A run.
    Run {
        /// Of which flow.
        flow: String,
        /// The id, if the client chose one.
        id: Option<String>,
        /// What comes with it.
        given: Given,
    },
    /// A step.
    Step {
        /// Of which flow.
        flow: String,
        /// Of which run.
        run: String,
        /// Its name.
        step: String,
        /// What comes with it.
        given: Given,
    },
    /// A task.
    Task {
        /// Of which flow.
        flow: String,
        /// Of which run.
        run: String,
        /// Of which step.
        step: String,
        /// The id, if the client chose one.
        id: Option<String>,
        /// What comes with it.
        given: Given,
    },
    /// Data about a task.
    Metadata {
        /// Which task.
        at: TaskPath,
        /// The data.
        data: Vec<NewDatum>,
    },
    /// Artifacts of a task.
    Artifacts {
        /// Which task.
        at: TaskPath,
        /// The artifacts.
        artifacts: Vec<NewArtifact>,
    },
    /// A run is alive.
    RunBeat {
        /// Of which flow.
        flow: String,
        /// Which run.
        run: String,
    },
    /// A task is alive, and so is its run.
    TaskBeat {
        /// Which task.
        at: TaskPath,
    },
    /// User tags are removed, then added.
    Tags {
        /// Of which flow.
        flow: String,
        /// Which run.
        run: String,
        /// Tags to add.
        add: Vec<String>,
        /// Tags to remove.
        remove: Vec<String>,
    },
}

/// What came of a [`Record`].
#[derive(Debug, Clone)]
pub enum Recorded {
    /// The flow as it is kept.
    Flow(FlowDoc),
    /// The run as it is kept.
    Run(RunDoc),
    /// The step as it is kept.
    Step(StepDoc),
    /// The task as it is kept.
    Task(TaskDoc),
    /// How many were kept.
    Count(usize),
    /// The beat was heard.
    Beat,
    /// The user tags the run has now, sorted.
    Tags(Vec<String>),
}

/// Why a [`Record`] is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is one of that name already.
    Exists(String),
    /// What it belongs to was never recorded.
    Unknown(String),
    /// It makes no sense.
    Bad(String),
    /// A tag of the system's cannot be removed.
    SystemTag(String),
}

/// Of what in a run metadata or artifacts are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// Of all of it.
    Run,
    /// Of one step.
    Step(&'a str),
    /// Of one task of a step.
    Task(&'a str, &'a str),
}

/// A list of documents, each with the number it is ordered by.
pub type Listed<T> = Vec<(i64, T)>;

/// What clients of Metaflow's metadata service record, and read back.
///
/// What is asked for by a name that was never recorded is an empty list, or nothing. Every method fails with `SL0405` when the provider
/// cannot be read or written.
pub trait Service {
    /// Keeps `records` in one transaction, in their order; `at` is now. Each is kept or refused by itself.
    ///
    /// # Errors
    /// `SL0404` when the disk is full. Nothing is kept then.
    fn record(&mut self, records: &[Record], at: i64) -> Told<Vec<Result<Recorded, Refusal>>>;

    /// Runs in which a task failed, and that were not heard of for [`HEARTBEAT_CUTOFF_SECONDS`](crate::HEARTBEAT_CUTOFF_SECONDS) at
    /// `at`, have failed: nobody will try that task again. Says how many there were.
    fn settle(&mut self, at: i64) -> Told<usize>;

    /// All flows, newest first.
    fn service_flows(&self) -> Told<Listed<FlowDoc>>;

    /// One flow.
    fn service_flow(&self, flow: &str) -> Told<Option<FlowDoc>>;

    /// Runs of a flow, newest first, older than the one of number `before`, at most `limit` (0 for all).
    fn service_runs(&self, flow: &str, before: Option<i64>, limit: usize) -> Told<Listed<RunDoc>>;

    /// One run.
    fn service_run(&self, flow: &str, run: &str) -> Told<Option<RunDoc>>;

    /// Steps of a run, newest first.
    fn service_steps(&self, flow: &str, run: &str) -> Told<Listed<StepDoc>>;

    /// One step.
    fn service_step(&self, flow: &str, run: &str, step: &str) -> Told<Option<StepDoc>>;

    /// Tasks of a step in order of id, after the one of number `after`, at most `limit` (0 for all).
    fn service_tasks(
        &self,
        step: (&str, &str, &str),
        after: Option<i64>,
        limit: usize,
    ) -> Told<Listed<TaskDoc>>;

    /// One task.
    fn service_task(&self, at: &TaskPath) -> Told<Option<TaskDoc>>;

    /// What was said about tasks, newest first.
    fn service_metadata(&self, flow: &str, run: &str, scope: Scope<'_>) -> Told<Listed<MetadataDoc>>;

    /// Artifacts of tasks: of one attempt, or of the latest one each task has any of.
    fn service_artifacts(
        &self,
        flow: &str,
        run: &str,
        scope: Scope<'_>,
        attempt: Option<u32>,
    ) -> Told<Listed<ArtifactDoc>>;
}
