//! The vocabulary of Spinloom: names, pathspecs, the flow graph, parameters, events and states. Pure: no files, no clock.
//!
//! Main types: [`FlowGraph`] (what Python described), [`Graph`] (the same, checked and indexed) and
//! [`RunEvent`] (what happened, told once to everybody). What is *not* here: anything that does I/O.

mod cron;
mod decospec;
pub mod event;
pub mod exact;
pub mod graph;
mod names;
pub mod parameters;
mod pathspec;
pub mod project;
pub mod remote;
mod state;
pub mod trigger;

pub use decospec::DecoSpec;
pub use event::RunEvent;
pub use graph::{FlowGraph, Graph};
pub use names::{ArtifactName, FlowName, RunId, StepName, TaskId};
pub use pathspec::Pathspec;
pub use state::{RunStatus, TaskStatus};

/// The release of Metaflow whose names, options and semantics are kept.
pub const METAFLOW_VERSION: &str = "2.19.39";
