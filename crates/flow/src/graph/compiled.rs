//! `Graph`: a flow that passed every check, indexed for those who run, draw or deploy it.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use spinloom_diagnostics::Error;

use super::lint::{self, Nesting};
use super::outline::{Outline, Shape, cases_of, next_of};
use super::resources::Resources;
use super::{FlowGraph, StepDoc, decorated};
use crate::StepName;

/// A step's position in definition order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepIndex(pub u16);

impl StepIndex {
    /// As an index into a list of steps.
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Debug for StepIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// How a step goes on.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// To one step, and it is no join.
    Linear,
    /// To two or more steps, all of them.
    Split,
    /// To one step, once for each item.
    Foreach {
        /// The artifact it fans out over.
        var: String,
    },
    /// To one step, once for each node of a cluster (`num_parallel`).
    Parallel,
    /// To one of its steps, chosen by an artifact. May choose itself.
    Switch {
        /// The artifact it looks at.
        condition: String,
        /// The step for each value, in the order written, as Python's `dict` keeps them.
        cases: Vec<(Value, StepIndex)>,
    },
    /// A join: it takes `inputs`, and goes to one step.
    Join,
    /// Nowhere: the run ends with it.
    End,
}

/// One step of a checked flow.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its position.
    pub index: StepIndex,
    /// Its name.
    pub name: StepName,
    /// How it goes on.
    pub kind: NodeKind,
    /// It takes `inputs`. The same as being of kind [`NodeKind::Join`].
    pub is_join: bool,
    /// The run starts with it. It may be of any kind but a join.
    pub is_start: bool,
    /// The distinct steps it leads to, in the order written. Of a switch: of its cases, itself among them if it repeats.
    pub targets: Vec<StepIndex>,
    /// The distinct steps that lead to it, in definition order; itself among them if it repeats.
    pub parents: Vec<StepIndex>,
    /// Of a split, foreach or parallel step: the join that closes it. Where switches let several do so, the first defined:
    /// which one it is in a run, its tasks say.
    pub matching_join: Option<StepIndex>,
    /// The splits and foreachs open round it, outermost first. Of a join: the one it closes included. Where switches lead
    /// to it out of several, one such stack.
    pub split_parents: Vec<StepIndex>,
    /// How many attempts a task of it has: one, and the `times` of its `@retry`.
    pub max_attempts: u32,
    /// How long its `@retry` asks to wait before another attempt.
    pub retry_wait: Duration,
    /// It has `@catch`.
    pub catches: bool,
    /// What a task of it needs.
    pub needs: Resources,
}

/// A flow that passed every check.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    flow: FlowGraph,
    nodes: Vec<Node>,
    by_name: HashMap<StepName, StepIndex>,
    sorted: Vec<StepIndex>,
    start: StepIndex,
    end: StepIndex,
}

impl Graph {
    /// Checks a flow, then indexes it.
    ///
    /// # Errors
    /// Every problem [`lint`](super::lint()) finds, in the order of the file.
    pub fn compile(flow: &FlowGraph) -> Result<Self, Vec<Error>> {
        let outline = Outline::new(flow);
        let nesting = lint::examine(&outline)?;
        let (&[start], &[end]) = (outline.starts.as_slice(), outline.ends.as_slice()) else {
            return Err(vec![lint::internal(flow)]);
        };
        let nodes = (0..flow.steps.len())
            .map(|i| node(&outline, &nesting, i))
            .collect::<Result<Vec<_>, Error>>()
            .map_err(|e| vec![e])?;
        Ok(Self {
            by_name: nodes.iter().map(|n| (n.name.clone(), n.index)).collect(),
            sorted: outline.sorted().into_iter().map(step_index).collect(),
            start: step_index(start),
            end: step_index(end),
            flow: flow.clone(),
            nodes,
        })
    }

    /// What Python described.
    pub fn flow(&self) -> &FlowGraph {
        &self.flow
    }

    /// The step a run starts with.
    pub fn start(&self) -> StepIndex {
        self.start
    }

    /// The step a run ends with; the same as [`Self::start`] in a flow of one step.
    pub fn end(&self) -> StepIndex {
        self.end
    }

    /// A step. `index` is one this graph gave.
    pub fn node(&self, index: StepIndex) -> &Node {
        &self.nodes[index.get()]
    }

    /// What Python described of a step.
    pub fn step(&self, index: StepIndex) -> &StepDoc {
        &self.flow.steps[index.get()]
    }

    /// The step called `name`.
    pub fn find(&self, name: &str) -> Option<StepIndex> {
        self.by_name.get(name).copied()
    }

    /// How many steps there are; at least one.
    #[allow(clippy::len_without_is_empty)] // a checked flow has a start step
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The steps in definition order.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = &Node> {
        self.nodes.iter()
    }

    /// The steps in topological order (a step after all that lead to it), ties in definition order.
    pub fn sorted(&self) -> impl ExactSizeIterator<Item = &Node> {
        self.sorted.iter().map(|i| self.node(*i))
    }

    /// The step and all it can lead to.
    pub fn descendants(&self, index: StepIndex) -> BTreeSet<StepIndex> {
        let mut seen = BTreeSet::new();
        let mut stack = vec![index];
        while let Some(i) = stack.pop() {
            if seen.insert(i) {
                stack.extend(&self.node(i).targets);
            }
        }
        seen
    }

    /// Which branch of `split` starts at `target`, from 0; the number of branches if none does.
    pub fn branch_index(&self, split: StepIndex, target: StepIndex) -> usize {
        let targets = &self.node(split).targets;
        targets.iter().position(|t| *t == target).unwrap_or(targets.len())
    }
}

/// Lint refuses flows of more steps than fit.
fn step_index(i: usize) -> StepIndex {
    StepIndex(u16::try_from(i).unwrap_or(u16::MAX))
}

fn node(outline: &Outline<'_>, nesting: &Nesting, i: usize) -> Result<Node, Error> {
    let step = outline.step(i);
    let is_join = outline.is_join(i);
    Ok(Node {
        index: step_index(i),
        name: StepName::new(&step.name)?,
        kind: kind(outline, i),
        is_join,
        is_start: outline.starts.contains(&i),
        targets: outline.targets[i].iter().copied().map(step_index).collect(),
        parents: outline.parents[i].iter().copied().map(step_index).collect(),
        matching_join: nesting.joins[i].map(step_index),
        split_parents: nesting.stack(i).into_iter().map(step_index).collect(),
        max_attempts: decorated::max_attempts(step),
        retry_wait: decorated::retry_wait(step),
        catches: decorated::find(step, "catch").is_some(),
        needs: decorated::needs(step),
    })
}

fn kind(outline: &Outline<'_>, i: usize) -> NodeKind {
    let next = next_of(outline.step(i));
    match outline.shapes[i] {
        Shape::Nowhere => NodeKind::End,
        Shape::Linear if outline.is_join(i) => NodeKind::Join,
        Shape::Linear => NodeKind::Linear,
        Shape::Split => NodeKind::Split,
        Shape::Parallel => NodeKind::Parallel,
        Shape::Foreach => NodeKind::Foreach { var: next.and_then(|n| n.foreach.clone()).unwrap_or_default() },
        Shape::Switch => NodeKind::Switch {
            condition: next.and_then(|n| n.condition.clone()).unwrap_or_default(),
            cases: next
                .map(cases_of)
                .unwrap_or_default()
                .into_iter()
                .filter_map(|(key, target)| Some((key.clone(), step_index(*outline.index.get(target)?))))
                .collect(),
        },
    }
}
