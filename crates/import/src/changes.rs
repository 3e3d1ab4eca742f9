//! The metadata of a run: what is written of its tasks, and with what it ends.

use spinloom_flow::event::{TaskRef, Usage};
use spinloom_flow::{RunStatus, TaskId, TaskStatus};
use spinloom_metadata::Change;

use crate::attempts::{Outcome, Row};

/// Everything that is recorded of a task. `parents`: the tasks its inputs are of.
pub(crate) fn of_task(row: &Row, parents: Vec<TaskId>) -> Vec<Change> {
    let task = TaskRef { step: row.step.clone(), task: row.id, indices: row.indices.clone() };
    if let (Some(origin), TaskStatus::Done, Some(last)) = (&row.origin, row.status(), row.attempts.last()) {
        return vec![Change::TaskAdopted {
            task,
            origin: origin.clone(),
            parents,
            transition: row.transition.clone(),
            manifest: last.manifest.as_ref().map(ToString::to_string),
            at: last.ended_at,
        }];
    }
    let mut changes = Vec::with_capacity(row.attempts.len() * 2);
    let latest = row.attempts.last().map_or(0, |last| last.attempt);
    for (place, outcome) in row.attempts.iter().enumerate() {
        changes.push(Change::TaskStarted {
            task: task.clone(),
            attempt: outcome.attempt,
            pid: 0,
            parents: parents.clone(),
            at: if place == 0 { row.created_at } else { outcome.began_at },
        });
        if outcome.status != TaskStatus::Running {
            changes.push(ending(task.clone(), outcome, outcome.attempt < latest, row));
        }
    }
    if changes.is_empty() {
        let at = row.created_at;
        changes.push(Change::TaskStarted { task, attempt: 0, pid: 0, parents, at });
    }
    changes
}

fn ending(task: TaskRef, outcome: &Outcome, retrying: bool, row: &Row) -> Change {
    let done = outcome.status == TaskStatus::Done;
    Change::AttemptFinished {
        task,
        attempt: outcome.attempt,
        status: outcome.status,
        retrying,
        transition: row.transition.clone().filter(|_| done && !retrying),
        manifest: outcome.manifest.as_ref().map(ToString::to_string),
        failure: outcome.failure.clone(),
        usage: Usage::default(),
        at: outcome.ended_at,
    }
}

/// How a run stands: `end` is the step it ends with, `newest` when something of it was last written.
///
/// A run whose driver is gone without a word is one that is running and was not heard of for long.
pub(crate) fn of_run(rows: &[Row], end: &str, newest: i64, now: i64) -> (RunStatus, Change) {
    let last = rows.iter().filter(|row| row.step.as_str() == end && row.status() == TaskStatus::Done);
    if let Some(at) = last.filter_map(Row::ended_at).max() {
        return (RunStatus::Done, Change::RunFinished { status: RunStatus::Done, at });
    }
    let failed = rows.iter().filter(|row| matches!(row.status(), TaskStatus::Failed | TaskStatus::Stopped));
    let at_work = rows.iter().any(|row| row.status() == TaskStatus::Running);
    let silent = now.saturating_sub(newest) > SILENCE;
    match failed.filter_map(Row::ended_at).max() {
        Some(_) if silent || !at_work => {
            let at = rows.iter().filter_map(Row::ended_at).max().unwrap_or(newest);
            (RunStatus::Failed, Change::RunFinished { status: RunStatus::Failed, at })
        }
        _ => (RunStatus::Running, Change::Heartbeat { at: newest }),
    }
}

/// After so long without a word a failed run is over, microseconds: nobody is going to try its task again.
const SILENCE: i64 = 60_000_000;
