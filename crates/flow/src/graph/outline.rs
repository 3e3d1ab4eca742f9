//! A [`FlowGraph`] with its transitions looked up, right or wrong: what the checks and the compiler both read.

use std::collections::HashMap;

use serde_json::Value;

use super::{FlowGraph, Next, StepDoc, Tail};

/// How a step goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// No readable transition.
    Nowhere,
    /// To one step.
    Linear,
    /// To several steps.
    Split,
    /// To one step, once for each item.
    Foreach,
    /// To one step, once for each node of a cluster.
    Parallel,
    /// To one of several steps.
    Switch,
}

impl Shape {
    /// Whether its tasks must meet again in a join.
    pub(super) fn opens(self) -> bool {
        matches!(self, Self::Split | Self::Foreach | Self::Parallel)
    }
}

/// A flow and its edges.
pub(super) struct Outline<'a> {
    /// The flow.
    pub flow: &'a FlowGraph,
    /// Position of each step; of the first, if a name appears twice.
    pub index: HashMap<&'a str, usize>,
    /// Known targets of each step, distinct, in the order written.
    pub targets: Vec<Vec<usize>>,
    /// Steps that lead to each step, in definition order.
    pub parents: Vec<Vec<usize>>,
    /// How each step goes on.
    pub shapes: Vec<Shape>,
    /// The steps marked as, or else named, `start`.
    pub starts: Vec<usize>,
    /// The steps marked as, or else named, `end`.
    pub ends: Vec<usize>,
}

impl<'a> Outline<'a> {
    pub(super) fn new(flow: &'a FlowGraph) -> Self {
        let mut index = HashMap::new();
        for (i, step) in flow.steps.iter().enumerate() {
            index.entry(step.name.as_str()).or_insert(i);
        }
        let mut targets = Vec::with_capacity(flow.steps.len());
        let mut parents = vec![Vec::new(); flow.steps.len()];
        for (i, step) in flow.steps.iter().enumerate() {
            let mut known: Vec<usize> = Vec::new();
            for target in target_names(step) {
                if let Some(&to) = index.get(target)
                    && !known.contains(&to)
                {
                    known.push(to);
                    parents[to].push(i);
                }
            }
            targets.push(known);
        }
        let shapes = flow.steps.iter().map(shape).collect();
        let starts = terminals(flow, "start", |step| step.start);
        let ends = terminals(flow, "end", |step| step.end);
        Self { flow, index, targets, parents, shapes, starts, ends }
    }

    /// A step's description.
    pub(super) fn step(&self, i: usize) -> &'a StepDoc {
        &self.flow.steps[i]
    }

    /// A step's name.
    pub(super) fn name(&self, i: usize) -> &'a str {
        &self.flow.steps[i].name
    }

    /// Whether a step takes `inputs`.
    pub(super) fn is_join(&self, i: usize) -> bool {
        self.step(i).args == 2
    }

    /// Whether a step is an edge's both ends, legally: a switch that repeats itself.
    pub(super) fn repeats(&self, from: usize, to: usize) -> bool {
        from == to && self.shapes[from] == Shape::Switch
    }

    /// The steps in topological order, ties in definition order; what a cycle holds back is left out.
    pub(super) fn sorted(&self) -> Vec<usize> {
        let mut waiting: Vec<usize> = (0..self.flow.steps.len())
            .map(|i| self.parents[i].iter().filter(|&&p| !self.repeats(p, i)).count())
            .collect();
        let mut ready: std::collections::BTreeSet<usize> =
            waiting.iter().enumerate().filter(|(_, n)| **n == 0).map(|(i, _)| i).collect();
        let mut order = Vec::with_capacity(waiting.len());
        while let Some(i) = ready.pop_first() {
            order.push(i);
            for &to in &self.targets[i] {
                if self.repeats(i, to) {
                    continue;
                }
                waiting[to] -= 1;
                if waiting[to] == 0 {
                    ready.insert(to);
                }
            }
        }
        order
    }

    /// The step and all it leads to.
    pub(super) fn reachable(&self, from: usize) -> Vec<bool> {
        let mut seen = vec![false; self.flow.steps.len()];
        let mut stack = vec![from];
        while let Some(i) = stack.pop() {
            if !std::mem::replace(&mut seen[i], true) {
                stack.extend(&self.targets[i]);
            }
        }
        seen
    }
}

/// The transition of a step, if it has one that can be read.
pub(super) fn next_of(step: &StepDoc) -> Option<&Next> {
    match &step.tail {
        Tail::Next(next) => Some(next),
        Tail::None | Tail::Invalid { .. } => None,
    }
}

/// Names of a step's targets as written; of a switch, one for each of its cases.
pub(super) fn target_names(step: &StepDoc) -> Vec<&str> {
    match next_of(step) {
        None => Vec::new(),
        Some(next) if next.cases.is_empty() => next.targets.iter().map(String::as_str).collect(),
        Some(next) => cases_of(next).into_iter().map(|(_, target)| target).collect(),
    }
}

/// The cases of a switch as Python's `dict` keeps them: of equal keys (`1`, `1.0` and `True` are) the first place and
/// the last step count.
pub(super) fn cases_of(next: &Next) -> Vec<(&Value, &str)> {
    let mut cases: Vec<(&Value, &str)> = Vec::with_capacity(next.cases.len());
    for (key, target) in &next.cases {
        match cases.iter_mut().find(|(k, _)| same_key(k, key)) {
            Some(case) => case.1 = target,
            None => cases.push((key, target)),
        }
    }
    cases
}

fn same_key(a: &Value, b: &Value) -> bool {
    let number = |v: &Value| match v {
        Value::Bool(b) => Some(f64::from(u8::from(*b))),
        Value::Number(n) => n.as_f64(),
        _ => None,
    };
    match (a.as_i64(), b.as_i64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b || number(a).is_some_and(|a| number(b) == Some(a)),
    }
}

fn shape(step: &StepDoc) -> Shape {
    match next_of(step) {
        None => Shape::Nowhere,
        Some(next) if next.condition.is_some() || !next.cases.is_empty() => Shape::Switch,
        Some(next) if next.foreach.is_some() => Shape::Foreach,
        Some(next) if next.num_parallel => Shape::Parallel,
        Some(next) if next.targets.len() > 1 => Shape::Split,
        Some(next) if next.targets.is_empty() => Shape::Nowhere,
        Some(_) => Shape::Linear,
    }
}

/// Steps marked as start or end; if none is, the step of that name.
fn terminals(flow: &FlowGraph, name: &str, marked: impl Fn(&StepDoc) -> bool) -> Vec<usize> {
    let find = |test: &dyn Fn(&StepDoc) -> bool| -> Vec<usize> {
        flow.steps.iter().enumerate().filter(|(_, s)| test(s)).map(|(i, _)| i).collect()
    };
    let explicit = find(&|s| marked(s));
    if explicit.is_empty() { find(&|s| s.name == name) } else { explicit }
}
