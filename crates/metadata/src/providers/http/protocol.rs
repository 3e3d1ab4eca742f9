//! What a provider and a server say to each other: a question or an order as JSON, and its answer.
//!
//! Both ends are of this module, so that they cannot disagree. A reader knows an older server by the answer `SL0001` to what that does
//! not know.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use spinloom_diagnostics::{Result, ResultExt as _, codes};
use spinloom_flow::{FlowName, RunId, StepName, TaskId};

use crate::{Change, Claim, NewRun, Provider, RunQuery, WriteKey};

/// Where a server takes questions, below its address: by `GET`, each as the value of `q`.
pub const ASK: &str = "/api/v1/provider/ask";
/// Where it takes orders: by `POST`.
pub const TELL: &str = "/api/v1/provider/tell";

/// A run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct At<'a> {
    /// Its flow.
    pub flow: Cow<'a, FlowName>,
    /// Its id.
    pub run: Cow<'a, RunId>,
}

/// What changes nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is a method of `Provider`")]
pub enum Question<'a> {
    StoreName,
    Flows,
    Runs { flow: Cow<'a, FlowName>, query: Cow<'a, RunQuery> },
    Run(At<'a>),
    Leader(At<'a>),
    Graph(At<'a>),
    Steps(At<'a>),
    Tasks { at: At<'a>, step: Option<Cow<'a, StepName>>, after: Option<TaskId>, limit: usize },
    Task { at: At<'a>, task: TaskId },
    EndTask(At<'a>),
    Attempts { at: At<'a>, task: TaskId },
    Manifests(At<'a>),
    Sequence,
    ChangedRuns { after: u64, limit: usize },
    ChangedTasks { at: At<'a>, after: u64, limit: usize },
}

/// What changes something.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "tell", rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is a method of `Provider`")]
pub enum Order<'a> {
    CreateRun { key: Cow<'a, WriteKey>, run: Cow<'a, NewRun> },
    Lead { run: Cow<'a, NewRun>, claim: Cow<'a, Claim> },
    Write { key: Cow<'a, WriteKey>, at: At<'a>, changes: Cow<'a, [Change]> },
    MutateTags { at: At<'a>, add: Cow<'a, [String]>, remove: Cow<'a, [String]> },
    DeleteRun(At<'a>),
}

impl Question<'_> {
    /// The answer of `provider`, as JSON.
    ///
    /// # Errors
    /// As the method of `provider`.
    pub fn answer(&self, provider: &dyn Provider) -> Result<String> {
        match self {
            Self::StoreName => json(&provider.store_name()?),
            Self::Flows => json(&provider.flows()?),
            Self::Runs { flow, query } => json(&provider.runs(flow, query)?),
            Self::Run(at) => json(&provider.run(&at.flow, &at.run)?),
            Self::Leader(at) => json(&provider.leader(&at.flow, &at.run)?),
            Self::Graph(at) => json(&provider.graph(&at.flow, &at.run)?),
            Self::Steps(at) => json(&provider.steps(&at.flow, &at.run)?),
            Self::Tasks { at, step, after, limit } => {
                json(&provider.tasks(&at.flow, &at.run, step.as_deref(), *after, *limit)?)
            }
            Self::Task { at, task } => json(&provider.task(&at.flow, &at.run, *task)?),
            Self::EndTask(at) => json(&provider.end_task(&at.flow, &at.run)?),
            Self::Attempts { at, task } => json(&provider.attempts(&at.flow, &at.run, *task)?),
            Self::Manifests(at) => json(&provider.manifests(&at.flow, &at.run)?),
            Self::Sequence => json(&provider.sequence()?),
            Self::ChangedRuns { after, limit } => json(&provider.changed_runs(*after, *limit)?),
            Self::ChangedTasks { at, after, limit } => {
                json(&provider.changed_tasks(&at.flow, &at.run, *after, *limit)?)
            }
        }
    }
}

impl Order<'_> {
    /// Has `provider` carry it out, and answers as JSON.
    ///
    /// # Errors
    /// As the method of `provider`.
    pub fn carry_out(&self, provider: &mut dyn Provider) -> Result<String> {
        match self {
            Self::CreateRun { key, run } => json(&provider.create_run_once(key, run)?),
            Self::Lead { run, claim } => json(&provider.lead(run, claim)?),
            Self::Write { key, at, changes } => json(&provider.write_once(key, &at.flow, &at.run, changes)?),
            Self::MutateTags { at, add, remove } => {
                json(&provider.mutate_tags(&at.flow, &at.run, add, remove)?)
            }
            Self::DeleteRun(at) => json(&provider.delete_run(&at.flow, &at.run)?),
        }
    }
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .or_error(codes::INTERNAL, || "an answer cannot be written as JSON".to_owned())
}

/// Reads what the other end sent.
///
/// # Errors
/// `SL0001` if it is nothing this end knows.
pub fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T> {
    serde_json::from_slice(text)
        .or_error(codes::USAGE, || "this is not what a Spinloom of this version says".to_owned())
}
