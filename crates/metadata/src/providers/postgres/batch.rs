//! What a batch of changes makes of the tasks it is about. Pure: what is known before goes in, rows to be written come out.
//!
//! A change sees what those before it in the batch have made, so the rows are those one gets by writing one change after the other.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use spinloom_diagnostics::{Error, codes};
use spinloom_flow::event::{Failure, TaskRef, Usage};
use spinloom_flow::{RunId, RunStatus, TaskId, TaskStatus};

use super::trouble::{Outcome, misuse};
use crate::{Change, Leader, StepRecord};

/// A task as it is in the database.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before {
    pub(super) step: i32,
    pub(super) status: TaskStatus,
    pub(super) attempt: u32,
    pub(super) adopted: bool,
}

/// A task as the batch leaves it.
#[derive(Debug)]
pub(super) struct Task<'a> {
    /// What only a task that is made by the batch has.
    pub(super) made: Option<Made<'a>>,
    /// Whether anything but its attempts has changed.
    pub(super) changed: bool,
    /// As it is now.
    pub(super) now: Before,
    pub(super) finished_at: Option<i64>,
    pub(super) transition: Option<&'a Value>,
    pub(super) manifest: Option<&'a str>,
    pub(super) origin: Option<(&'a RunId, i64)>,
}

/// A task that is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Made<'a> {
    pub(super) indices: &'a [u64],
    pub(super) parents: &'a [TaskId],
    pub(super) at: i64,
}

/// An attempt as the batch leaves it.
#[derive(Debug)]
pub(super) struct Attempt<'a> {
    /// Its process, if the batch starts it; otherwise it is known already, or by its end alone.
    pub(super) pid: Option<i32>,
    pub(super) started_at: i64,
    pub(super) status: TaskStatus,
    pub(super) finished_at: Option<i64>,
    pub(super) manifest: Option<&'a str>,
    pub(super) failure: Option<&'a Failure>,
    pub(super) usage: Usage,
}

/// A batch under way.
#[derive(Debug, Default)]
pub(super) struct Batch<'a> {
    /// All steps of the run; a step's number is its place.
    pub(super) steps: Vec<StepRecord>,
    /// Steps that the batch touches.
    pub(super) touched: Vec<bool>,
    /// Tasks that are in the database.
    pub(super) before: BTreeMap<i64, Before>,
    pub(super) tasks: BTreeMap<i64, Task<'a>>,
    pub(super) attempts: BTreeMap<(i64, u32), Attempt<'a>>,
    pub(super) leader: Option<Leader>,
    /// The run's info, once the batch sets a key of it.
    pub(super) info: Option<Map<String, Value>>,
    pub(super) ended: Option<(RunStatus, i64)>,
    pub(super) heartbeat_at: i64,
}

/// How an attempt ended.
struct Ending<'a> {
    attempt: u32,
    status: TaskStatus,
    retrying: bool,
    transition: Option<&'a Value>,
    manifest: Option<&'a str>,
    failure: Option<&'a Failure>,
    usage: Usage,
    at: i64,
}

impl<'a> Batch<'a> {
    /// Takes the next change in.
    pub(super) fn apply(&mut self, change: &'a Change) -> Outcome<()> {
        match change {
            Change::TaskStarted { task, attempt, pid, parents, at } => {
                self.started(task, *attempt, *pid, (parents, *at))
            }
            Change::AttemptFinished {
                task,
                attempt,
                status,
                retrying,
                transition,
                manifest,
                failure,
                usage,
                at,
            } => {
                let ending = Ending {
                    attempt: *attempt,
                    status: *status,
                    retrying: *retrying,
                    transition: transition.as_ref(),
                    manifest: manifest.as_deref(),
                    failure: failure.as_ref(),
                    usage: *usage,
                    at: *at,
                };
                self.finished(task, ending)
            }
            Change::TaskAdopted { task, origin, parents, transition, manifest, at } => {
                let step = self.step(task, *at);
                let id = number(task.task)?;
                if self.task(id).is_some() {
                    return Err(misuse(format!("task `{}` was adopted, but exists already", task.task)));
                }
                let now = Before { step, status: TaskStatus::Done, attempt: 0, adopted: true };
                let mut made = Task::made(Made { indices: &task.indices, parents, at: *at }, now);
                made.finished_at = Some(*at);
                (made.transition, made.manifest) = (transition.as_ref(), manifest.as_deref());
                made.origin = Some((&origin.0, number(origin.1)?));
                self.tasks.insert(id, made);
                self.count(step, None, Some(now), Some(*at));
                Ok(())
            }
            Change::RunFinished { status, at } => {
                if matches!(status, RunStatus::Running | RunStatus::Lost) {
                    return Err(misuse(format!("a run cannot finish as `{status}`")));
                }
                self.ended = Some((*status, *at));
                self.heartbeat_at = self.heartbeat_at.max(*at);
                Ok(())
            }
            Change::Heartbeat { at } => {
                self.heartbeat_at = self.heartbeat_at.max(*at);
                Ok(())
            }
            Change::Term { term } => self.check(*term),
            Change::Info { key, value } => {
                self.info.get_or_insert_default().insert(key.clone(), value.clone());
                Ok(())
            }
        }
    }

    fn started(
        &mut self,
        task: &'a TaskRef,
        attempt: u32,
        pid: i32,
        (parents, at): (&'a [TaskId], i64),
    ) -> Outcome<()> {
        let step = self.step(task, at);
        let id = number(task.task)?;
        let now = Before { step, status: TaskStatus::Running, attempt, adopted: false };
        match self.task(id) {
            None => {
                self.tasks.insert(id, Task::made(Made { indices: &task.indices, parents, at }, now));
                self.count(step, None, Some(now), None);
            }
            Some(before) if before.step != step => return Err(elsewhere(task)),
            // A late word about an attempt that has been overtaken: its own row says it all.
            Some(before) if attempt < before.attempt => self.touch(id, before),
            Some(before) => {
                let known = self.touched_task(id, before);
                let made = known.made.take();
                *known = Task { made, ..Task::changed(now) };
                self.count(step, Some(before), Some(now), None);
            }
        }
        let begun = Attempt {
            pid: Some(pid),
            started_at: at,
            status: TaskStatus::Running,
            finished_at: None,
            manifest: None,
            failure: None,
            usage: Usage::default(),
        };
        self.attempts.insert((id, attempt), begun);
        Ok(())
    }

    fn finished(&mut self, task: &'a TaskRef, end: Ending<'a>) -> Outcome<()> {
        if end.status == TaskStatus::Running {
            return Err(misuse(format!("an attempt of task `{}` finished as running", task.task)));
        }
        let step = self.step(task, end.at);
        let id = number(task.task)?;
        let before = self
            .task(id)
            .ok_or_else(|| misuse(format!("task `{}` finished, but never started", task.task)))?;
        if before.step != step {
            return Err(elsewhere(task));
        }
        let known = self.attempts.entry((id, end.attempt)).or_insert(Attempt {
            pid: None,
            started_at: end.at,
            status: end.status,
            finished_at: None,
            manifest: None,
            failure: None,
            usage: end.usage,
        });
        known.status = end.status;
        known.finished_at = Some(end.at);
        (known.manifest, known.failure, known.usage) = (end.manifest, end.failure, end.usage);
        if end.attempt < before.attempt {
            self.touch(id, before);
            return Ok(());
        }
        let status = if end.retrying { TaskStatus::Running } else { end.status };
        let now = Before { step, status, attempt: end.attempt, adopted: false };
        let known = self.touched_task(id, before);
        let made = known.made.take();
        *known = Task {
            made,
            finished_at: Some(end.at),
            transition: end.transition.filter(|_| status == TaskStatus::Done),
            manifest: end.manifest,
            ..Task::changed(now)
        };
        self.count(step, Some(before), Some(now), (!end.retrying).then_some(end.at));
        Ok(())
    }

    /// The task as it is now.
    fn task(&self, id: i64) -> Option<Before> {
        self.tasks.get(&id).map(|task| task.now).or_else(|| self.before.get(&id).copied())
    }

    fn touch(&mut self, id: i64, before: Before) {
        self.touched_task(id, before);
    }

    fn touched_task(&mut self, id: i64, before: Before) -> &mut Task<'a> {
        self.tasks.entry(id).or_insert_with(|| Task { changed: false, ..Task::changed(before) })
    }

    /// The number of the step of a task; made when its first task is.
    fn step(&mut self, task: &TaskRef, at: i64) -> i32 {
        let known = self.steps.iter().position(|step| step.step == task.step);
        let index = known.unwrap_or_else(|| {
            let (finished_at, none) = (None, 0);
            self.steps.push(StepRecord {
                step: task.step.clone(),
                created_at: at,
                finished_at,
                tasks: none,
                running: none,
                done: none,
                failed: none,
                adopted: none,
            });
            self.steps.len() - 1
        });
        self.touched.resize(self.steps.len(), false);
        self.touched[index] = true;
        i32::try_from(index).unwrap_or(i32::MAX)
    }

    fn count(&mut self, step: i32, before: Option<Before>, now: Option<Before>, finished_at: Option<i64>) {
        let Some(step) = usize::try_from(step).ok().and_then(|step| self.steps.get_mut(step)) else { return };
        if before.is_none() {
            step.tasks += 1;
        }
        for (state, more) in [(before, false), (now, true)] {
            let Some(state) = state else { continue };
            let change = |count: &mut u64| *count = if more { *count + 1 } else { count.saturating_sub(1) };
            change(match state.status {
                TaskStatus::Running => &mut step.running,
                TaskStatus::Done => &mut step.done,
                TaskStatus::Failed | TaskStatus::Stopped => &mut step.failed,
            });
            if state.adopted {
                change(&mut step.adopted);
            }
        }
        step.finished_at = step.finished_at.max(finished_at);
    }

    /// Refuses the batch of a driver whose term is over.
    fn check(&self, term: u64) -> Outcome<()> {
        match &self.leader {
            Some(leader) if leader.term == term => Ok(()),
            other => {
                let by =
                    other.as_ref().map(|leader| format!(" by `{}`", leader.identifier)).unwrap_or_default();
                let message = format!("the run is led{by} now, and not by this driver any more");
                Err(Error::new(codes::CANNOT_RESUME, message).into())
            }
        }
    }
}

impl<'a> Task<'a> {
    fn changed(now: Before) -> Self {
        Self {
            made: None,
            changed: true,
            now,
            finished_at: None,
            transition: None,
            manifest: None,
            origin: None,
        }
    }

    fn made(made: Made<'a>, now: Before) -> Self {
        Self { made: Some(made), ..Self::changed(now) }
    }
}

fn elsewhere(task: &TaskRef) -> super::trouble::Trouble {
    misuse(format!("task `{}` is not of step `{}`", task.task, task.step))
}

/// A task id as PostgreSQL keeps numbers.
pub(super) fn number(task: TaskId) -> Outcome<i64> {
    match i64::try_from(task.0) {
        Ok(n) if n < i64::MAX => Ok(n),
        _ => Err(misuse(format!("`{task}` is too large for a task id"))),
    }
}
