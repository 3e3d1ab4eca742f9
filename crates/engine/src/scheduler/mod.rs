//! Which task comes next: a pure state machine. It does no I/O, reads no clock and starts no thread.
//!
//! Feed it [`Event`]s, carry out the [`Command`]s it answers with. The same events always give the same commands, so a
//! recorded prefix of a run can be replayed. Its memory grows with live tasks and open splits, not with finished tasks: a
//! foreach over a million items is one range on the ready stack.
//!
//! A step with `num_parallel` is a gang: its tasks start together, fail together and are tried again together.
//!
//! Order: the ready stack is last-in first-out, so a branch is followed to its end before the next one opens more; siblings
//! start in definition order, foreach items by index; a join gets its inputs in that order too.

mod admission;
mod gang;
mod lineage;
mod machine;
mod ready;
mod transition;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use spinloom_diagnostics::Error;
use spinloom_flow::TaskId;
use spinloom_flow::graph::{Resources, StepIndex};

pub use lineage::{ForeachFrame, Lineage};
pub use machine::Scheduler;
pub use transition::{Fan, Next};

/// What happened. `O` is whatever names a finished task's artifacts; the scheduler only hands it on.
#[derive(Debug, Clone, PartialEq)]
pub enum Event<O> {
    /// Begin: the parameters are there.
    Start {
        /// The artifacts of `_parameters`.
        parameters: O,
    },
    /// An attempt finished well.
    Finished {
        /// Which task.
        task: TaskId,
        /// Where its code wants to go.
        next: Option<Next>,
        /// Its artifacts.
        output: O,
    },
    /// An attempt failed.
    Failed {
        /// Which task.
        task: TaskId,
        /// Trying again may help.
        retry: bool,
        /// Its process ended without a word, so that `@catch` has not had its chance.
        died: bool,
    },
    /// The user wants the run to stop: nothing new starts.
    Stop,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Command<O> {
    /// Start an attempt.
    Launch(Launch<O>),
    /// End a live task's process: the gang it belongs to is lost. Its failure follows.
    Kill(TaskId),
    /// Take a finished task of the origin run by reference.
    Adopt(Adopted<O>),
    /// The run is over. Nothing follows.
    End(End),
}

/// An attempt to start.
#[derive(Debug, Clone, PartialEq)]
pub struct Launch<O> {
    /// The task.
    pub task: TaskId,
    /// Its step.
    pub step: StepIndex,
    /// Which attempt, from 0.
    pub attempt: u32,
    /// How long to wait before.
    pub after: Duration,
    /// The tasks it starts from.
    pub inputs: Arc<[TaskOutput<O>]>,
    /// Foreach frames round it, outermost first.
    pub frames: Vec<ForeachFrame>,
    /// How often a step that repeats itself ran before.
    pub iteration: u64,
    /// The control task of the gang it belongs to: its first task, perhaps itself.
    pub control: Option<TaskId>,
}

/// A task taken from the origin run.
#[derive(Debug, Clone, PartialEq)]
pub struct Adopted<O> {
    /// Its id in this run.
    pub task: TaskId,
    /// Its step.
    pub step: StepIndex,
    /// Its id in the origin run.
    pub origin: TaskId,
    /// Tasks its inputs come from, in this run.
    pub parents: Vec<TaskId>,
    /// Foreach indices round it, outermost first.
    pub indices: Vec<u64>,
    /// Its transition.
    pub next: Option<Next>,
    /// Its artifacts.
    pub output: O,
}

/// How a run ends.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// The end step finished.
    Done,
    /// A task failed, or a transition could not be followed.
    Failed(Option<Error>),
    /// Stopped by the user.
    Stopped,
    /// All that was asked for is done, and there is more in the flow.
    Halted,
}

/// A finished task, as an input of another.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskOutput<O> {
    /// Its step.
    pub step: StepIndex,
    /// Its id.
    pub task: TaskId,
    /// The innermost foreach index it ran with.
    pub index: Option<u64>,
    /// It was adopted from the origin run.
    pub adopted: bool,
    /// Its artifacts.
    pub output: O,
}

/// Where a task is in the run, independent of its id: the same in the origin run and in this one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TaskKey {
    /// Its step.
    pub step: StepIndex,
    /// Foreach indices round it, outermost first.
    pub indices: Vec<u64>,
    /// How often a step that repeats itself ran before.
    pub iteration: u64,
}

/// A finished task of the origin run.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin<O> {
    /// Its id there.
    pub task: TaskId,
    /// Its transition.
    pub next: Option<Next>,
    /// Its artifacts.
    pub output: O,
}

/// Which finished tasks to adopt.
#[derive(Debug, Clone, PartialEq)]
pub struct ResumePlan<O> {
    /// What finished well in the origin run, steps to run again left out.
    pub finished: HashMap<TaskKey, Origin<O>>,
    /// Adopt only; run nothing.
    pub clone_only: bool,
}

/// A task that another driver of the same run, now gone, had begun.
#[derive(Debug, Clone, PartialEq)]
pub struct Left<O> {
    /// Its id, which it keeps.
    pub task: TaskId,
    /// Its latest attempt. If it is not done it is made again, under its number: a driver that dies costs no retry.
    pub attempt: u32,
    /// How it finished, if it did.
    pub done: Option<Done<O>>,
}

/// A task that another driver of the same run finished.
#[derive(Debug, Clone, PartialEq)]
pub struct Done<O> {
    /// Its transition.
    pub next: Option<Next>,
    /// Its artifacts.
    pub output: O,
    /// It was adopted from the origin run.
    pub adopted: bool,
}

/// What bounds a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Task processes at a time.
    pub max_workers: usize,
    /// Items of one foreach.
    pub max_num_splits: u64,
    /// What the tasks of a moment may need together; `None` for no bound. A task that needs more alone never starts.
    pub budget: Option<Resources>,
    /// `@retry`'s `minutes_between_retries` are waited for.
    pub retry_wait: bool,
}
