//! What a picture of many tasks needs of each, read without making a record of it.

use spinloom_diagnostics::Result;
use spinloom_flow::event::{Failure, Usage};
use spinloom_flow::{FlowName, RunId, StepName, TaskId, TaskStatus};

use crate::{Provider, id_list};

/// A task with its attempts, borrowed from a reader.
#[derive(Debug, Clone, Copy)]
pub struct TaskBars<'a> {
    /// The number of the last write that touched it.
    pub seq: u64,
    /// The step.
    pub step: &'a StepName,
    /// Its id.
    pub task: TaskId,
    /// Foreach indices round it, outermost first.
    pub indices: &'a [u64],
    /// Its state.
    pub status: TaskStatus,
    /// It was taken from the origin run.
    pub adopted: bool,
    /// When it was made.
    pub created_at: i64,
    /// When its latest attempt ended.
    pub finished_at: Option<i64>,
    /// Tasks it got its inputs from, as ranges of ids, both ends included.
    pub parents: &'a [(u64, u64)],
    /// The `next` of its result as JSON, once done.
    pub transition: Option<&'a str>,
    /// Its attempts in order.
    pub attempts: &'a [AttemptBar],
}

/// An attempt, as far as it is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptBar {
    /// From 0.
    pub attempt: u32,
    /// Its state.
    pub status: TaskStatus,
    /// When it started.
    pub started_at: i64,
    /// When it ended.
    pub finished_at: Option<i64>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// What it cost.
    pub usage: Usage,
}

/// [`Provider::bars`] by means of the other methods.
pub(crate) fn from_records<P: Provider + ?Sized>(
    provider: &P,
    flow: &FlowName,
    run: &RunId,
    after: u64,
    each: &mut dyn FnMut(&TaskBars<'_>),
) -> Result<()> {
    let mut changed = provider.changed_tasks(flow, run, after, 0)?;
    changed.sort_unstable_by_key(|(_, record)| record.task);
    for (seq, record) in &changed {
        let attempts: Vec<AttemptBar> = provider
            .attempts(flow, run, record.task)?
            .into_iter()
            .map(|attempt| AttemptBar {
                attempt: attempt.attempt,
                status: attempt.status,
                started_at: attempt.started_at,
                finished_at: attempt.finished_at,
                failure: attempt.failure,
                usage: attempt.usage,
            })
            .collect();
        let transition = record.transition.as_ref().map(ToString::to_string);
        each(&TaskBars {
            seq: *seq,
            step: &record.step,
            task: record.task,
            indices: &record.indices,
            status: record.status,
            adopted: record.origin.is_some(),
            created_at: record.created_at,
            finished_at: record.finished_at,
            parents: &id_list::ranges_of(record.parents.iter().map(|parent| parent.0)),
            transition: transition.as_deref(),
            attempts: &attempts,
        });
    }
    Ok(())
}
