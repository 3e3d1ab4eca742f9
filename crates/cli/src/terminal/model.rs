//! What the screen knows of a run: counts per step and the tasks at work, built from events alone.
//!
//! Its size grows with steps and running tasks, never with finished ones.

use std::collections::BTreeMap;

use spinloom_flow::event::TaskRef;
use spinloom_flow::{RunEvent, TaskStatus};

use super::plan::Plan;

/// One step, counted.
#[derive(Debug, Clone, Default)]
pub(crate) struct StepCount {
    /// Tasks seen so far.
    pub(crate) known: u64,
    /// Tasks done, adopted ones included.
    pub(crate) done: u64,
    /// Tasks failed or stopped for good.
    pub(crate) failed: u64,
    /// Tasks adopted from the origin run.
    pub(crate) adopted: u64,
    /// Attempts that failed and were tried again.
    pub(crate) retried: u64,
    /// Tasks with a process.
    pub(crate) running: u64,
    /// Inside a foreach.
    pub(crate) fanned_out: bool,
    /// When its first task began.
    pub(crate) first_at: i64,
    /// When something last ended.
    pub(crate) last_at: i64,
}

/// One task at work.
#[derive(Debug, Clone)]
pub(crate) struct Running {
    /// Its step.
    pub(crate) step: String,
    /// Its step with indices.
    pub(crate) label: String,
    /// Its process.
    pub(crate) pid: i32,
    /// When this attempt began.
    pub(crate) since: i64,
    /// The last line it wrote.
    pub(crate) last_line: String,
}

/// A run as told by its events.
#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    /// The flow.
    pub(crate) flow: String,
    /// The run.
    pub(crate) run: String,
    /// The run it resumes.
    pub(crate) origin: Option<String>,
    /// When it began.
    pub(crate) started_at: i64,
    /// Steps in the order they began.
    pub(crate) steps: Vec<(String, StepCount)>,
    /// Tasks at work, by id.
    pub(crate) running: BTreeMap<u64, Running>,
    /// Steps of the graph.
    pub(crate) plan: Plan,
    /// Tasks that finished foreach steps fanned out into, by foreach step.
    children: BTreeMap<String, u64>,
}

/// `train`, `train[3]`, `train[2,0]`.
pub(crate) fn label(task: &TaskRef) -> String {
    if task.indices.is_empty() {
        return task.step.to_string();
    }
    let indices: Vec<String> = task.indices.iter().map(u64::to_string).collect();
    format!("{}[{}]", task.step, indices.join(","))
}

impl Model {
    /// A run of a flow with this plan.
    pub(crate) fn new(plan: Plan) -> Self {
        Self { plan, ..Self::default() }
    }

    /// Takes in one event.
    pub(crate) fn apply(&mut self, event: &RunEvent) {
        match event {
            RunEvent::RunStarted { flow, run, origin, at } => {
                self.flow = flow.to_string();
                self.run = run.to_string();
                self.origin = origin.as_ref().map(ToString::to_string);
                self.started_at = *at;
            }
            RunEvent::TaskStarted { task, attempt, pid, at } => self.started(task, *attempt, *pid, *at),
            RunEvent::TaskAdopted { task, at, .. } => {
                let step = self.step(task, *at);
                step.known += 1;
                step.done += 1;
                step.adopted += 1;
                step.last_at = *at;
            }
            RunEvent::Log { task, text, .. } => {
                if let (Some(running), Some(line)) = (self.running.get_mut(&task.task.0), text.lines().last())
                {
                    line.trim().clone_into(&mut running.last_line);
                }
            }
            RunEvent::AttemptFinished { task, status, retrying, children, at, .. } => {
                self.finished(task, *status, *retrying, *at);
                if let Some(children) = children {
                    *self.children.entry(task.step.to_string()).or_default() += children;
                }
            }
            RunEvent::Notice { .. } | RunEvent::RunFinished { .. } => {}
        }
    }

    fn started(&mut self, task: &TaskRef, attempt: u32, pid: i32, at: i64) {
        let step = self.step(task, at);
        if attempt == 0 {
            step.known += 1;
        }
        step.running += 1;
        let running = Running {
            step: task.step.to_string(),
            label: label(task),
            pid,
            since: at,
            last_line: String::new(),
        };
        self.running.insert(task.task.0, running);
    }

    fn finished(&mut self, task: &TaskRef, status: TaskStatus, retrying: bool, at: i64) {
        self.running.remove(&task.task.0);
        let step = self.step(task, at);
        step.running = step.running.saturating_sub(1);
        step.last_at = at;
        match status {
            TaskStatus::Done => step.done += 1,
            _ if retrying => step.retried += 1,
            _ => step.failed += 1,
        }
    }

    fn step(&mut self, task: &TaskRef, at: i64) -> &mut StepCount {
        let name = task.step.as_str();
        let place = self.steps.iter().position(|(n, _)| n == name).unwrap_or_else(|| {
            let count = StepCount { first_at: at, last_at: at, ..StepCount::default() };
            self.steps.push((name.to_owned(), count));
            self.steps.len() - 1
        });
        let (_, step) = &mut self.steps[place];
        step.fanned_out |= !task.indices.is_empty();
        step
    }

    /// How many tasks a step has so far, those still to start included.
    pub(crate) fn total(&self, step: &str) -> u64 {
        let known = self.count(step).map_or(0, |count| count.known);
        let round = self.plan.0.iter().find(|s| s.name == step).and_then(|s| s.inside.as_ref());
        round.and_then(|foreach| self.children.get(foreach)).map_or(known, |expected| known.max(*expected))
    }

    /// How many items of foreachs wait for a worker.
    pub(crate) fn waiting(&self) -> u64 {
        let started = |step: &str| self.count(step).map_or(0, |count| count.known);
        let left = |step: &super::plan::Planned| {
            let expected = self.children.get(&step.name).copied().unwrap_or(0);
            step.fans_into.as_ref().map_or(0, |target| expected.saturating_sub(started(target)))
        };
        self.plan.0.iter().map(left).sum()
    }

    /// The count of one step.
    pub(crate) fn count(&self, step: &str) -> Option<&StepCount> {
        self.steps.iter().find(|(name, _)| name == step).map(|(_, count)| count)
    }
}
