//! Spin: one step once more, on what it started from in an earlier run (RE-12). Nothing of that run is changed.

mod kept;
mod place;

use spinloom_compute::TaskSpec;
use spinloom_flow::graph::StepIndex;
use spinloom_flow::{FlowName, RunId, TaskId};
use spinloom_metadata::TaskRecord;

pub use kept::{Given, Kept};
pub use place::place;

/// What is to be spun, and for whom.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The flow.
    pub flow: FlowName,
    /// The run whose tasks the step starts from.
    pub run: RunId,
    /// The step.
    pub step: StepIndex,
    /// The task whose inputs are taken; by default the first of the step, else whatever could start it.
    pub task: Option<TaskId>,
    /// Who spins.
    pub user: String,
    /// Namespace of that user; `None` for the global one.
    pub namespace: Option<String>,
}

/// A step with its inputs.
#[derive(Debug)]
pub struct Placed {
    /// What the step's code is told. Its run is one of this spin's own, its origin the run of the inputs.
    pub spec: TaskSpec,
    /// The task of that run which it repeats; `None` if the step has not run there.
    pub recorded: Option<TaskRecord>,
}
