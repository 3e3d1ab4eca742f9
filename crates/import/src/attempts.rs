//! What became of tasks and their attempts.

use serde_json::{Value, json};
use spinloom_datastore::ManifestRef;
use spinloom_diagnostics::Result;
use spinloom_flow::event::Failure;
use spinloom_flow::{RunId, StepName, TaskId, TaskStatus};
use spinloom_metaflow::facts::{self, Went};
use spinloom_metaflow::{AttemptDoc, ObjectRef, TaskDoc};

use crate::keeper::Keeper;

/// The artifact a gang fans out over.
const GANG: &str = "_parallel_ubf_iter";

/// A task, as much of it as its metadata need.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Its id here.
    pub id: TaskId,
    /// Its step.
    pub step: StepName,
    /// When it was made.
    pub created_at: i64,
    /// Where it is among foreach items.
    pub indices: Vec<u64>,
    /// Which iteration of its step it is.
    pub iteration: Option<u64>,
    /// Where it went, if it is done.
    pub went: Option<Went>,
    /// The same, as it is recorded.
    pub transition: Option<Value>,
    /// Its attempts.
    pub attempts: Vec<Outcome>,
    /// The task it is a copy of.
    pub origin: Option<(RunId, TaskId)>,
}

/// What became of an attempt.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub attempt: u32,
    pub status: TaskStatus,
    pub began_at: i64,
    pub ended_at: i64,
    pub manifest: Option<ManifestRef>,
    pub failure: Option<Failure>,
}

impl Row {
    /// Its state: that of its latest attempt, which counts.
    pub fn status(&self) -> TaskStatus {
        self.attempts.last().map_or(TaskStatus::Running, |last| last.status)
    }

    /// When it ended, if it did.
    pub fn ended_at(&self) -> Option<i64> {
        self.attempts.last().filter(|last| last.status != TaskStatus::Running).map(|last| last.ended_at)
    }
}

/// What became of an attempt of a task; `manifest` is set by who saves its artifacts. `last`: no other followed it.
pub(crate) fn outcome(
    doc: &AttemptDoc,
    last: bool,
    began_at: i64,
    keeper: &mut Keeper<'_>,
) -> Result<Outcome> {
    let objects = doc.objects.as_deref().unwrap_or_default();
    let mut failure = None;
    let status = if doc.done_at.is_some() {
        match keeper.fact(objects, "_task_ok")?.and_then(|ok| facts::truth(&ok)) {
            Some(false) => {
                failure = keeper.fact(objects, "_exception")?.and_then(|error| facts::failure(&error));
                TaskStatus::Failed
            }
            _ => TaskStatus::Done,
        }
    } else {
        match &doc.exit {
            Some(exit) if exit.killed => TaskStatus::Stopped,
            Some(exit) if !exit.success => TaskStatus::Failed,
            _ if last => TaskStatus::Running,
            _ => TaskStatus::Failed,
        }
    };
    if status == TaskStatus::Failed && failure.is_none() {
        failure = Some(ended_badly(doc));
    }
    let ended_at = doc.done_at.unwrap_or(began_at).max(began_at);
    Ok(Outcome { attempt: doc.attempt, status, began_at, ended_at, manifest: None, failure })
}

fn ended_badly(doc: &AttemptDoc) -> Failure {
    let code = doc.exit.as_ref().map(|exit| exit.return_code);
    let signal = code.filter(|code| *code < 0).map(|code| -code);
    let (kind, message) = match (signal, code) {
        (Some(signal), _) => ("killed", format!("the process was killed by signal {signal}")),
        (None, Some(code)) => ("exit", format!("the process ended with exit code {code}")),
        (None, None) => ("killed", "the process ended without a word".to_owned()),
    };
    Failure {
        kind: kind.into(),
        message,
        signal,
        exit_code: code.filter(|code| *code >= 0),
        ..Failure::default()
    }
}

/// Where a task is and went, as its latest attempt with artifacts tells.
pub(crate) struct Place {
    pub indices: Vec<u64>,
    pub iteration: Option<u64>,
    pub went: Option<Went>,
    pub transition: Option<Value>,
}

/// Reads it.
pub(crate) fn place(doc: &TaskDoc, keeper: &mut Keeper<'_>) -> Result<Place> {
    let done =
        doc.attempts.iter().rev().find(|attempt| attempt.done_at.is_some() && attempt.objects.is_some());
    let objects: &[ObjectRef] = done.and_then(|attempt| attempt.objects.as_deref()).unwrap_or_default();
    let stack = keeper.fact(objects, "_foreach_stack")?.and_then(|stack| facts::indices(&stack));
    let iterations = keeper.fact(objects, "_iteration_stack")?.and_then(|stack| facts::iterations(&stack));
    let went = keeper.fact(objects, "_transition")?.and_then(|went| facts::transition(&went));
    let transition = match went.as_ref().filter(|went| !went.steps.is_empty()) {
        Some(went) => Some(recorded(went, objects, keeper)?),
        None => None,
    };
    Ok(Place {
        indices: stack.or_else(|| doc.indices.clone()).unwrap_or_default(),
        iteration: iterations.and_then(|stack| stack.last().copied()),
        went,
        transition,
    })
}

/// A transition as the engine records it.
fn recorded(went: &Went, objects: &[ObjectRef], keeper: &mut Keeper<'_>) -> Result<Value> {
    let count = keeper.fact(objects, "_foreach_num_splits")?.and_then(|count| facts::count(&count));
    Ok(match &went.foreach {
        Some(var) if var == GANG => {
            let count = keeper.fact(objects, GANG)?.and_then(|gang| facts::gang(&gang));
            json!({"steps": went.steps, "foreach": null, "num_parallel": count})
        }
        Some(var) => json!({"steps": went.steps, "foreach": {"var": var, "count": count.unwrap_or(0)}}),
        None => json!({"steps": went.steps, "foreach": null}),
    })
}
