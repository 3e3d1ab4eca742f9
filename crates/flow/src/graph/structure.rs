//! A graph as nested lists: a step is a name, a split is followed by the list of its branches, each again a list.
//!
//! Where the branches of a switch meet before the end, the list goes on after them, so each step appears a bounded number
//! of times however many switches follow one another.

use std::collections::HashSet;

use serde_json::Value;

use super::{Graph, NodeKind, StepIndex};

/// The steps in the order a run meets them: those of a branch before the next branch.
pub(super) fn order(graph: &Graph) -> Vec<StepIndex> {
    let mut walk = Walk::new(graph);
    walk.chain(graph.start(), None);
    walk.seen
}

/// `graph_structure` of `_graph_info`.
pub(super) fn nested(graph: &Graph) -> Value {
    Value::Array(Walk::new(graph).chain(graph.start(), None))
}

struct Walk<'a> {
    graph: &'a Graph,
    /// See [`meets`].
    meets: Vec<Option<StepIndex>>,
    seen: Vec<StepIndex>,
    known: HashSet<StepIndex>,
}

impl<'a> Walk<'a> {
    fn new(graph: &'a Graph) -> Self {
        Self { graph, meets: meets(graph), seen: Vec::new(), known: HashSet::new() }
    }

    /// The steps from `at` on, up to but without `until`.
    fn chain(&mut self, at: StepIndex, until: Option<StepIndex>) -> Vec<Value> {
        let mut list = Vec::new();
        let mut at = Some(at);
        while let Some(i) = at.filter(|i| Some(*i) != until) {
            let node = self.graph.node(i);
            if self.known.insert(i) {
                self.seen.push(i);
            }
            list.push(Value::from(node.name.as_str()));
            at = match &node.kind {
                NodeKind::End => None,
                NodeKind::Linear | NodeKind::Join | NodeKind::Parallel => node.targets.first().copied(),
                NodeKind::Split | NodeKind::Foreach { .. } => {
                    let meet = self.meets[i.get()];
                    self.branches(&mut list, node.targets.iter().copied(), meet);
                    meet
                }
                NodeKind::Switch { cases, .. } => {
                    let meet = self.meets[i.get()];
                    let cases: Vec<StepIndex> =
                        cases.iter().map(|(_, to)| *to).filter(|to| *to != i).collect();
                    self.branches(&mut list, cases.into_iter(), meet);
                    meet
                }
            };
        }
        list
    }

    fn branches(
        &mut self,
        list: &mut Vec<Value>,
        starts: impl Iterator<Item = StepIndex>,
        meet: Option<StepIndex>,
    ) {
        let branches = starts.map(|start| Value::Array(self.chain(start, meet))).collect();
        list.push(Value::Array(branches));
    }
}

/// For each step, where all ways from it meet again: immediate post-dominators, but what is inside a split does not count for
/// it. A switch's way to itself is left out.
fn meets(graph: &Graph) -> Vec<Option<StepIndex>> {
    let mut meets = vec![None; graph.len()];
    for node in graph.sorted().collect::<Vec<_>>().into_iter().rev() {
        let others = |first: Option<StepIndex>, steps: &mut dyn Iterator<Item = StepIndex>| {
            steps.fold(first, |a, b| common(&meets, a.or(Some(b)), Some(b)))
        };
        meets[node.index.get()] = match node.kind {
            // Over at its join; if a switch may choose between joins, where these meet.
            NodeKind::Split | NodeKind::Foreach { .. } => others(
                node.matching_join,
                &mut graph
                    .nodes()
                    .filter(|n| n.is_join && n.split_parents.last() == Some(&node.index))
                    .map(|n| n.index),
            ),
            _ => others(None, &mut node.targets.iter().copied().filter(|to| *to != node.index)),
        };
    }
    meets
}

/// The first step that the ways from both pass; all ways end in the same step.
fn common(meets: &[Option<StepIndex>], a: Option<StepIndex>, b: Option<StepIndex>) -> Option<StepIndex> {
    let mut on_way = HashSet::new();
    let mut at = a;
    while let Some(i) = at {
        on_way.insert(i);
        at = meets[i.get()];
    }
    let mut at = b;
    while let Some(i) = at.filter(|i| !on_way.contains(i)) {
        at = meets[i.get()];
    }
    at
}
