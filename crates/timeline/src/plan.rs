//! What is known of a run before it runs: which steps follow which, and how.

use spinloom_flow::graph::{Graph, NodeKind};

/// How a step is reached.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reached {
    /// The run begins with it.
    Start,
    /// From each task of any of these steps, by number in the plan.
    From(Vec<usize>),
    /// Once for each task of these steps, whose branches it joins.
    Joins {
        /// The steps that fan out.
        splits: Vec<usize>,
        /// The steps that lead to it.
        parents: Vec<usize>,
    },
}

/// How a step goes on, as far as it says how many tasks follow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fan {
    /// One task of each step that follows.
    All,
    /// Nobody knows how many before it is over.
    Many,
    /// One of so many.
    OneOf(usize),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlanStep {
    pub(crate) name: String,
    pub(crate) fan: Fan,
    pub(crate) reached: Reached,
}

/// The steps of a flow, each after all that lead to it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    pub(crate) steps: Vec<PlanStep>,
}

impl Plan {
    /// Of a checked graph.
    pub fn of(graph: &Graph) -> Self {
        let sorted: Vec<_> = graph.sorted().collect();
        let place = |index| sorted.iter().position(|node| node.index == index);
        let steps = sorted.iter().enumerate().map(|(at, node)| {
            // A step that repeats itself leads back: what comes from later is left out.
            let parents: Vec<usize> =
                node.parents.iter().filter_map(|i| place(*i)).filter(|from| *from < at).collect();
            let reached = if node.is_start {
                Reached::Start
            } else if node.is_join {
                let closes = |from: &usize| sorted[*from].matching_join == Some(node.index);
                Reached::Joins { splits: (0..at).filter(closes).collect(), parents }
            } else {
                Reached::From(parents)
            };
            let fan = match &node.kind {
                NodeKind::Foreach { .. } | NodeKind::Parallel => Fan::Many,
                NodeKind::Switch { .. } => Fan::OneOf(node.targets.len().max(1)),
                NodeKind::Linear | NodeKind::Split | NodeKind::Join | NodeKind::End => Fan::All,
            };
            PlanStep { name: node.name.to_string(), fan, reached }
        });
        Self { steps: steps.collect() }
    }

    /// Names of the steps, each after all that lead to it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(|step| step.name.as_str())
    }
}
