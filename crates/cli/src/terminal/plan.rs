//! What the display knows of a flow before it runs: its steps, and which foreach each is in.

use spinloom_flow::graph::{Graph, Node, NodeKind};

/// One step.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    /// Its name.
    pub(crate) name: String,
    /// The step whose foreach is the innermost round it.
    pub(crate) inside: Option<String>,
    /// The step it fans out into.
    pub(crate) fans_into: Option<String>,
}

/// The steps of a flow, in the order a run meets them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan(pub(crate) Vec<Planned>);

impl Plan {
    /// The plan of a flow.
    pub(crate) fn of(graph: &Graph) -> Self {
        Self(graph.sorted().map(|node| planned(graph, node)).collect())
    }
}

fn planned(graph: &Graph, node: &Node) -> Planned {
    let fans = |n: &Node| matches!(n.kind, NodeKind::Foreach { .. });
    // A join stands outside of what it closes.
    let open = node.split_parents.len() - usize::from(node.is_join && !node.split_parents.is_empty());
    let round = node.split_parents[..open].iter().rev().map(|i| graph.node(*i)).find(|n| fans(n));
    let target = node.targets.first().filter(|_| fans(node)).map(|i| graph.node(*i).name.to_string());
    Planned { name: node.name.to_string(), inside: round.map(|n| n.name.to_string()), fans_into: target }
}
