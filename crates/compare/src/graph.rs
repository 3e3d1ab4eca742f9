//! Steps of flows, as far as their shape goes.

use std::collections::BTreeMap;

use spinloom_flow::graph::{FlowGraph, StepDoc, Tail};

/// What a step is to the shape of its flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// `linear`, `split`, `foreach`, `switch`, `parallel` or `end`.
    pub kind: &'static str,
    /// It joins what was split.
    pub join: bool,
    /// The steps that follow.
    pub next: Vec<String>,
    /// The artifact that a foreach or a switch goes by.
    pub by: Option<String>,
    /// Its decorators, with what they were given: as `@retry(times=3)`.
    pub decorators: Vec<String>,
}

/// Steps by name.
pub fn shapes(flow: &FlowGraph) -> BTreeMap<String, Shape> {
    flow.steps.iter().map(|step| (step.name.clone(), shape(step))).collect()
}

fn shape(step: &StepDoc) -> Shape {
    let (kind, next, by) = match &step.tail {
        Tail::Next(next) => {
            let kind = match (&next.foreach, &next.condition) {
                _ if next.num_parallel => "parallel",
                (Some(_), _) => "foreach",
                (_, Some(_)) => "switch",
                _ if next.targets.len() > 1 => "split",
                _ => "linear",
            };
            let cases = next.cases.iter().map(|(_, step)| step.clone());
            let targets: Vec<String> = next.targets.iter().cloned().chain(cases).collect();
            (kind, targets, next.foreach.clone().or_else(|| next.condition.clone()))
        }
        Tail::None | Tail::Invalid { .. } => ("end", Vec::new(), None),
    };
    let decorators = step.decorators.iter().map(|decorator| {
        let given: Vec<String> =
            decorator.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("@{}({})", decorator.short(), given.join(", "))
    });
    Shape { kind, join: step.args > 1, next, by, decorators: decorators.collect() }
}
