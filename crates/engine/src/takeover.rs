//! What the driver before this one left in a shared run, and how it goes on (RE-05).

use std::collections::HashMap;

use serde_json::Value;
use spinloom_datastore::ManifestRef;
use spinloom_diagnostics::Result;
use spinloom_flow::event::{Failure, TaskRef, Usage};
use spinloom_flow::graph::Graph;
use spinloom_flow::{TaskId, TaskStatus};
use spinloom_metadata::{Change, Provider, TaskRecord};

use crate::clock::now;
use crate::recorder::RecordedRun;
use crate::resume::{Places, manifest, transition};
use crate::scheduler::{Done, Left, TaskKey};
use crate::start::HALT;

/// What there is of a run already.
#[derive(Debug, Default)]
pub(crate) struct Leftover {
    /// Its parameters, if it got that far.
    pub base: Option<ManifestRef>,
    /// Its tasks.
    pub tasks: HashMap<TaskKey, Left<ManifestRef>>,
    /// What is to be recorded of them.
    pub changes: Vec<Change>,
}

impl Leftover {
    /// Reads the run. Tasks that were running died with their driver: they are recorded as stopped, and run again.
    pub fn load(provider: &dyn Provider, of: &RecordedRun, graph: &Graph) -> Result<Self> {
        let mut leftover = Self::default();
        leftover.changes.push(Change::Info { key: HALT.to_owned(), value: Value::Null });
        let mut places = Places::default();
        for record in provider.tasks(&of.flow, &of.run, None, None, 0)? {
            if record.status == TaskStatus::Running {
                leftover.changes.push(stopped(&record));
            }
            let done = record.manifest.as_deref().filter(|_| record.status == TaskStatus::Done);
            let output = done.map(manifest).transpose()?;
            if record.task == TaskId(0) {
                leftover.base = output;
                continue;
            }
            let Some(step) = graph.find(record.step.as_str()) else { continue };
            let key = places.key(step, &record);
            let adopted = record.origin.is_some();
            let done = match output {
                Some(output) => transition(graph, step, &record)?.map(|next| Done { next, output, adopted }),
                None => None,
            };
            let left = Left { task: record.task, attempt: record.attempt, done };
            leftover.tasks.insert(key, left);
        }
        Ok(leftover)
    }
}

fn stopped(record: &TaskRecord) -> Change {
    let failure = Failure {
        kind: "driver".into(),
        message: "the process that drove the run died, and the task with it".into(),
        ..Failure::default()
    };
    Change::AttemptFinished {
        task: TaskRef { step: record.step.clone(), task: record.task, indices: record.indices.clone() },
        attempt: record.attempt,
        status: TaskStatus::Stopped,
        retrying: false,
        transition: None,
        manifest: None,
        failure: Some(failure),
        usage: Usage::default(),
        at: now(),
    }
}
