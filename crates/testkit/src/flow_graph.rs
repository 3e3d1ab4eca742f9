//! Random flows for property tests: nested linear parts, static splits, foreachs, gangs and switches, all of them valid.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;
use spinloom_flow::graph::{DecoratorDoc, FLOW_GRAPH_VERSION, FlowGraph, Next, StepDoc, Tail};

/// A part of a flow. It is entered at one step, and left from one or, if a switch ends it, several.
#[derive(Debug, Clone)]
enum Part {
    Step,
    Split(Vec<Vec<Part>>),
    Foreach(Vec<Part>),
    Gang,
    /// A case may be empty: then it leads to the step where all cases meet.
    Switch {
        cases: Vec<Vec<Part>>,
        repeats: bool,
    },
}

/// A valid flow whose splits, foreachs and switches are nested at most `max_depth` deep; definition order is random.
///
/// The first step is `start`, the last `end`, often of more kinds than linear; one flow in twenty or so has one step only.
/// A switch looks at the artifact `choice`, its cases are `"0"`, `"1"`, …; a foreach fans out over `items`. A switch that may
/// repeat itself has a case `"again"`.
pub fn flow_graph(max_depth: u32) -> impl Strategy<Value = FlowGraph> {
    let part = Just(Part::Step).prop_recursive(max_depth, 40, 3, |inner| {
        let chain = vec(inner.clone(), 1..=2);
        prop_oneof![
            2 => Just(Part::Step),
            2 => vec(chain.clone(), 2..=3).prop_map(Part::Split),
            2 => chain.prop_map(Part::Foreach),
            1 => Just(Part::Gang),
            2 => (vec(vec(inner, 0..=2), 2..=3), any::<bool>())
                .prop_map(|(cases, repeats)| Part::Switch { cases, repeats }),
        ]
    });
    let flow = (vec(part, 1..=4), prop::bool::weighted(0.05)).prop_map(|(parts, single)| {
        if single { vec![step("start", 1, Tail::None)] } else { Writer::default().flow(&parts) }
    });
    flow.prop_flat_map(|steps| Just(steps).prop_shuffle()).prop_map(flow_of)
}

/// A flow of these steps, in this order, one every ten lines.
fn flow_of(mut steps: Vec<StepDoc>) -> FlowGraph {
    let single = steps.len() == 1;
    for (line, step) in (10..).step_by(10).zip(&mut steps) {
        step.line = line;
        step.end = single;
        if let Tail::Next(next) = &mut step.tail {
            next.line = line + 5;
        }
    }
    FlowGraph {
        version: FLOW_GRAPH_VERSION,
        name: "RandomFlow".to_owned(),
        file: "random_flow.py".to_owned(),
        doc: String::new(),
        line: 1,
        steps,
        parameters: Vec::new(),
        constants: Vec::new(),
        decorators: Vec::new(),
    }
}

fn step(name: &str, args: u32, tail: Tail) -> StepDoc {
    StepDoc {
        name: name.to_owned(),
        file: "random_flow.py".to_owned(),
        line: 0,
        doc: String::new(),
        args,
        tail,
        decorators: Vec::new(),
        start: false,
        end: false,
        node_info: Value::Null,
    }
}

fn parallel() -> DecoratorDoc {
    DecoratorDoc {
        name: "parallel".to_owned(),
        attributes: serde_json::Map::new(),
        statically_defined: true,
        file: "random_flow.py".to_owned(),
        line: 0,
        custom: false,
        inserted_by: None,
    }
}

/// Writes parts as steps.
#[derive(Default)]
struct Writer {
    steps: Vec<StepDoc>,
    names: usize,
}

impl Writer {
    fn flow(mut self, parts: &[Part]) -> Vec<StepDoc> {
        self.chain("start".to_owned(), parts, "end");
        self.steps.push(step("end", 1, Tail::None));
        self.steps
    }

    fn name(&mut self, word: &str) -> String {
        self.names += 1;
        format!("{word}_{}", self.names)
    }

    /// Writes parts one after another, from a step called `entry` to the step `exit`.
    fn chain(&mut self, entry: String, parts: &[Part], exit: &str) {
        let mut entry = entry;
        let Some((last, rest)) = parts.split_last() else { return };
        for part in rest {
            let next = self.name("step");
            self.part(entry, part, &next);
            entry = next;
        }
        self.part(entry, last, exit);
    }

    fn part(&mut self, entry: String, part: &Part, exit: &str) {
        match part {
            Part::Step => self.linear(entry, 1, exit),
            Part::Split(branches) => {
                let join = self.name("join");
                let targets = branches.iter().map(|branch| self.branch("branch", branch, &join)).collect();
                self.steps.push(step(&entry, 1, Tail::Next(Next { targets, ..Next::default() })));
                self.linear(join, 2, exit);
            }
            Part::Foreach(body) => {
                let join = self.name("join");
                let targets = vec![self.branch("item", body, &join)];
                let next = Next { targets, foreach: Some("items".to_owned()), ..Next::default() };
                self.steps.push(step(&entry, 1, Tail::Next(next)));
                self.linear(join, 2, exit);
            }
            Part::Gang => {
                let (node, join) = (self.name("node"), self.name("join"));
                let next = Next { targets: vec![node.clone()], num_parallel: true, ..Next::default() };
                self.steps.push(step(&entry, 1, Tail::Next(next)));
                self.linear(node, 1, &join);
                if let Some(node) = self.steps.last_mut() {
                    node.decorators.push(parallel());
                }
                self.linear(join, 2, exit);
            }
            Part::Switch { cases, repeats } => self.switch(entry, cases, *repeats, exit),
        }
    }

    /// Writes a branch and gives the name of its first step.
    fn branch(&mut self, word: &str, parts: &[Part], exit: &str) -> String {
        let entry = self.name(word);
        self.chain(entry.clone(), parts, exit);
        entry
    }

    fn switch(&mut self, entry: String, cases: &[Vec<Part>], repeats: bool, exit: &str) {
        // A case may not lead straight to a join, so those that are empty meet in a step.
        let meet = cases.iter().any(Vec::is_empty).then(|| self.name("meet"));
        let to = meet.as_deref().unwrap_or(exit);
        let mut written: Vec<(Value, String)> = Vec::new();
        for (i, case) in cases.iter().enumerate() {
            let target = if case.is_empty() { to.to_owned() } else { self.branch("case", case, to) };
            written.push((i.to_string().into(), target));
        }
        // Nothing may lead to the start step.
        if repeats && entry != "start" {
            written.push(("again".into(), entry.clone()));
        }
        let next = Next {
            targets: written.iter().map(|(_, target)| target.clone()).collect(),
            condition: Some("choice".to_owned()),
            cases: written,
            ..Next::default()
        };
        self.steps.push(step(&entry, 1, Tail::Next(next)));
        if let Some(meet) = meet {
            self.linear(meet, 1, exit);
        }
    }

    fn linear(&mut self, name: String, args: u32, exit: &str) {
        let next = Next { targets: vec![exit.to_owned()], ..Next::default() };
        self.steps.push(step(&name, args, Tail::Next(next)));
    }
}
