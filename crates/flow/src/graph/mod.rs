//! The flow graph: what Python described ([`FlowGraph`]), and the same checked and indexed ([`Graph`]).

mod compiled;
mod document;
mod export;
mod lint;
mod outline;
mod structure;

pub use compiled::{Graph, Node, NodeKind, StepIndex};
pub use document::*;
pub use export::{Shown, ShownStep, dot, graph_info, raw, show};
pub use lint::lint;

#[cfg(test)]
mod tests;
