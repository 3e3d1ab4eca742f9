//! The steps of a run and how they follow each other: from the flow graph, or, where none was recorded, from its tasks.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use spinloom_flow::graph::{self, FlowGraph, Graph, Node, NodeKind};
use spinloom_timeline::Timeline;
use spinloom_timeline::plan::Plan;
use utoipa::ToSchema;

/// What the engine's own step is called.
pub(crate) const PARAMETERS: &str = "_parameters";

/// The steps of a run.
pub(crate) struct Shape {
    /// The flow graph that was recorded with the run.
    pub(crate) flow: Option<FlowGraph>,
    /// What follows what.
    pub(crate) plan: Plan,
    /// The steps, each after all that lead to it.
    pub(crate) steps: Vec<ShapeStep>,
    /// The steps as nested lists: a split is followed by the list of its branches.
    pub(crate) nested: Value,
}

/// A step of the graph.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ShapeStep {
    /// Its name.
    #[schema(example = "train")]
    pub(crate) step: String,
    /// How it goes on: `linear`, `split`, `foreach`, `parallel`, `switch`, `join`, `end`; `unknown` without a flow graph.
    pub(crate) kind: &'static str,
    /// Steps it leads to, in the order written; itself among them if it repeats.
    pub(crate) next: Vec<String>,
    /// The artifact it fans out over.
    pub(crate) foreach: Option<String>,
    /// The artifact a switch looks at.
    pub(crate) condition: Option<String>,
    /// Of a switch: the value and the step of each case.
    pub(crate) cases: Vec<Case>,
    /// The join that closes it, if it fans out.
    pub(crate) matching_join: Option<String>,
    /// The splits and foreachs open round it, outermost first.
    pub(crate) split_parents: Vec<String>,
    /// Its decorators, outermost first.
    pub(crate) decorators: Vec<String>,
    /// How many attempts a task of it has.
    pub(crate) max_attempts: u32,
    /// The first paragraph of its docstring.
    pub(crate) doc: String,
    /// The file it is defined in.
    pub(crate) file: String,
    /// The line of its `def`.
    pub(crate) line: u32,
}

/// A case of a switch.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Case {
    /// The value.
    pub(crate) value: Value,
    /// The step it leads to.
    pub(crate) step: String,
}

impl Shape {
    /// From the recorded graph, if it is one, else from the tasks.
    pub(super) fn read(text: &str, timeline: &Timeline) -> Self {
        let flow = FlowGraph::from_json(text).ok();
        let graph = flow.as_ref().and_then(|flow| Graph::compile(flow).ok());
        match graph {
            Some(graph) => Self {
                flow,
                plan: Plan::of(&graph),
                steps: graph.sorted().map(|node| step(&graph, node)).collect(),
                nested: graph::raw(&graph)["graph_structure"].take(),
            },
            None => Self { flow, plan: Plan::default(), steps: guessed(timeline), nested: Value::Null },
        }
    }

    /// It will not change: it is from a flow graph.
    pub(crate) fn is_recorded(&self) -> bool {
        self.plan != Plan::default()
    }

    /// A step.
    pub(crate) fn step(&self, name: &str) -> Option<&ShapeStep> {
        self.steps.iter().find(|step| step.step == name)
    }
}

fn step(graph: &Graph, node: &Node) -> ShapeStep {
    let doc = graph.step(node.index);
    let name = |index| graph.node(index).name.to_string();
    let (kind, foreach, condition) = match &node.kind {
        NodeKind::Linear => ("linear", None, None),
        NodeKind::Split => ("split", None, None),
        NodeKind::Foreach { var } => ("foreach", Some(var.clone()), None),
        NodeKind::Parallel => ("parallel", None, None),
        NodeKind::Switch { condition, .. } => ("switch", None, Some(condition.clone())),
        NodeKind::Join => ("join", None, None),
        NodeKind::End => ("end", None, None),
    };
    let cases = match &node.kind {
        NodeKind::Switch { cases, .. } => {
            cases.iter().map(|(value, to)| Case { value: value.clone(), step: name(*to) }).collect()
        }
        _ => Vec::new(),
    };
    ShapeStep {
        step: node.name.to_string(),
        kind,
        next: node.targets.iter().map(|to| name(*to)).collect(),
        foreach,
        condition,
        cases,
        matching_join: node.matching_join.map(name),
        split_parents: node.split_parents.iter().map(|split| name(*split)).collect(),
        decorators: doc.decorators.iter().map(|decorator| decorator.short().to_owned()).collect(),
        max_attempts: node.max_attempts,
        doc: doc.doc.trim().split("\n\n").next().unwrap_or_default().to_owned(),
        file: doc.file.clone(),
        line: doc.line,
    }
}

/// The steps that have tasks, with the edges their tasks' inputs show.
fn guessed(timeline: &Timeline) -> Vec<ShapeStep> {
    let mut edges: BTreeSet<(u16, u16)> = BTreeSet::new();
    for task in timeline.tasks() {
        let from = task.parents.iter().take(1).filter_map(|id| timeline.task(id));
        edges.extend(from.map(|parent| (parent.step, task.step)));
    }
    let names: Vec<&str> = timeline.steps().iter().map(|step| step.as_str()).collect();
    let next = |from: usize| {
        let to = edges.iter().filter(move |(parent, _)| usize::from(*parent) == from);
        to.map(|(_, child)| names[usize::from(*child)].to_owned()).collect()
    };
    let known = names.iter().enumerate().filter(|(_, name)| **name != PARAMETERS);
    known
        .map(|(at, name)| ShapeStep {
            step: (*name).to_owned(),
            kind: "unknown",
            next: next(at),
            foreach: None,
            condition: None,
            cases: Vec::new(),
            matching_join: None,
            split_parents: Vec::new(),
            decorators: Vec::new(),
            max_attempts: 1,
            doc: String::new(),
            file: String::new(),
            line: 0,
        })
        .collect()
}
