//! Where a step's code wants to go, and whether its graph lets it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use spinloom_diagnostics::{Error, codes};
use spinloom_flow::graph::{Graph, Node, NodeKind, StepIndex};

/// The `next` of a task's result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next {
    /// Target steps, in the order given.
    pub steps: Vec<String>,
    /// The fan-out, if it is a foreach.
    #[serde(default)]
    pub foreach: Option<Fan>,
    /// How many tasks, if it starts a gang.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub num_parallel: Option<u64>,
}

/// A fan-out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fan {
    /// The artifact fanned out over.
    pub var: String,
    /// How many items.
    pub count: u64,
    /// What people call the items, for pictures of the run; none if they have no short names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
}

/// A transition that fits the graph.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Transition {
    /// Nowhere: this was the end step.
    End,
    /// On to one step.
    To(StepIndex),
    /// Into all branches of a static split.
    Split(Vec<StepIndex>),
    /// Into one step, once for each item.
    Foreach { target: StepIndex, var: Arc<str>, count: u64 },
    /// Into one step, as a gang of that many tasks.
    Gang { target: StepIndex, count: u64 },
}

/// Matches what the code said against what its source says (FL-17).
pub(super) fn check(graph: &Graph, step: StepIndex, next: Option<&Next>) -> Result<Transition, Error> {
    let node = graph.node(step);
    let Some(next) = next else {
        return if node.kind == NodeKind::End { Ok(Transition::End) } else { Err(mismatch(node, "nowhere")) };
    };
    let said = || next.steps.join(", ");
    let expected: Vec<&str> = node.targets.iter().map(|t| graph.node(*t).name.as_str()).collect();
    if let (NodeKind::Parallel, Some(count), None) = (&node.kind, next.num_parallel, &next.foreach) {
        return match next.steps == expected {
            true => Ok(Transition::Gang { target: node.targets[0], count }),
            false => Err(mismatch(node, &said())),
        };
    }
    match (&node.kind, &next.foreach) {
        _ if next.num_parallel.is_some() => Err(mismatch(node, &said())),
        (NodeKind::Foreach { var }, Some(fan))
            if next.steps == expected && (*var == fan.var || decided(graph, step)) =>
        {
            Ok(Transition::Foreach {
                target: node.targets[0],
                var: fan.var.as_str().into(),
                count: fan.count,
            })
        }
        (NodeKind::Split, None) if next.steps == expected => Ok(Transition::Split(node.targets.clone())),
        (NodeKind::Switch { .. }, None) if next.steps.len() == 1 => match graph.find(&next.steps[0]) {
            Some(target) if node.targets.contains(&target) => Ok(Transition::To(target)),
            _ => Err(mismatch(node, &said())),
        },
        (NodeKind::Linear | NodeKind::Join, None) if next.steps == expected && expected.len() == 1 => {
            Ok(Transition::To(node.targets[0]))
        }
        _ => Err(mismatch(node, &said())),
    }
}

/// Whether a decorator of the user's may have said what the step fans out over (CD-02).
fn decided(graph: &Graph, step: StepIndex) -> bool {
    graph.step(step).decorators.iter().any(|decorator| decorator.custom)
}

fn mismatch(node: &Node, said: &str) -> Error {
    Error::new(
        codes::BAD_TRANSITION,
        format!("step `{}` went to `{said}`, which its `self.next` does not say", node.name),
    )
    .hint("the last statement of a step decides where it goes; it must be the only `self.next` that runs")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn graph(decorators: &serde_json::Value) -> Graph {
        let step = |name, args, tail, decorators: &serde_json::Value| json!({"name": name, "file": "f.py", "line": 1, "args": args, "tail": tail, "decorators": decorators});
        let next = |target, foreach: Option<&str>| json!({"kind": "next", "line": 9, "targets": [target], "foreach": foreach});
        let flow = json!({"version": 1, "name": "F", "file": "f.py", "steps": [
            step("start", 1, next("body", Some("items")), decorators),
            step("body", 1, next("join", None), &json!([])),
            step("join", 2, next("end", None), &json!([])),
            step("end", 1, json!({"kind": "none"}), &json!([])),
        ]});
        Graph::compile(&serde_json::from_value(flow).unwrap()).unwrap()
    }

    /// CD-02: only a decorator that a user has written may fan out over something else than the source says.
    #[test]
    fn a_custom_decorator_chooses_what_a_foreach_goes_over() {
        let over = |var: &str| Next {
            steps: vec!["body".into()],
            foreach: Some(Fan { var: var.into(), count: 2, labels: Vec::new() }),
            num_parallel: None,
        };
        let went = |decorators: serde_json::Value, var| {
            let graph = graph(&decorators);
            let start = graph.find("start").unwrap();
            check(&graph, start, Some(&over(var)))
        };
        assert!(went(json!([]), "items").is_ok());
        assert!(went(json!([{"name": "retry"}]), "others").is_err());
        let custom = json!([{"name": "team.chosen", "custom": true}]);
        assert!(matches!(went(custom, "others"), Ok(Transition::Foreach { var, .. }) if &*var == "others"));
    }
}
