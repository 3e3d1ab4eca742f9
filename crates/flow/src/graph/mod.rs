//! The flow graph: what Python described ([`FlowGraph`]), and the same checked and indexed ([`Graph`]).

mod compiled;
mod decorated;
mod document;
mod export;
mod lint;
mod outline;
mod resources;
mod structure;

pub use compiled::{Graph, Node, NodeKind, StepIndex};
pub use document::*;
pub use export::{Shown, ShownStep, dot, graph_info, raw, show};
pub use lint::lint;
pub use resources::Resources;

#[cfg(test)]
mod tests;
