//! The flow graph of a run of Metaflow's: of its `_graph_info`, or else of what its tasks did.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use spinloom_flow::FlowGraph;
use spinloom_flow::graph::{
    DecoratorDoc, DefaultKind, FLOW_GRAPH_VERSION, Next, ParameterDoc, ParameterType, StepDoc, Tail,
};

use crate::pickle::Pickle;

/// The graph that a pickled `_graph_info` describes. `kinds` has the Python type of each artifact of `_parameters`.
///
/// `None` if it cannot be read, or is of a version that did not describe steps.
pub fn of_graph_info(flow: &str, pickle: &[u8], kinds: &BTreeMap<String, String>) -> Option<FlowGraph> {
    let info = Pickle::read(pickle)?.json()?;
    let steps = info.get("steps")?.as_object().filter(|steps| !steps.is_empty())?;
    let end = text(&info, "end_step").unwrap_or_else(|| "end".into());
    let start = text(&info, "start_step").unwrap_or_else(|| "start".into());
    let mut steps: Vec<StepDoc> = steps.iter().map(|(name, step)| step_doc(name, step)).collect();
    for step in &mut steps {
        step.start = step.name == start && start != "start";
        step.end = step.name == end && end != "end";
    }
    // In the order they were written, which is that of their lines while they are in one file.
    if steps.iter().all(|step| step.file == steps[0].file) {
        steps.sort_by_key(|step| step.line);
    }
    let file = steps.first().map(|step| step.file.clone()).filter(|file| !file.is_empty());
    Some(FlowGraph {
        version: FLOW_GRAPH_VERSION,
        name: flow.to_owned(),
        file: file.or_else(|| text(&info, "file")).unwrap_or_default(),
        doc: text(&info, "doc").unwrap_or_default(),
        line: 0,
        steps,
        parameters: list(&info, "parameters").iter().filter_map(|p| parameter(p, kinds)).collect(),
        constants: list(&info, "constants").iter().filter_map(|c| text(c, "name")).collect(),
        decorators: decorators(&info),
    })
}

/// A step a task of a run was seen of, and what else its tasks tell of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Where its tasks went, in the order first seen.
    pub next: Vec<String>,
    /// What they fanned out over.
    pub foreach: Option<String>,
    /// Whether they are deeper in foreach items than the tasks they came from, less deep, or as deep.
    pub joins: bool,
}

/// The graph that tasks show, where nothing describes it: steps in the order they began.
pub fn of_tasks(flow: &str, steps: &[(String, Seen)]) -> FlowGraph {
    let doc = |(name, seen): &(String, Seen)| {
        let next = Next { targets: seen.next.clone(), foreach: seen.foreach.clone(), ..Next::default() };
        StepDoc {
            args: if seen.joins { 2 } else { 1 },
            tail: if seen.next.is_empty() { Tail::None } else { Tail::Next(next) },
            ..step_named(name)
        }
    };
    FlowGraph {
        version: FLOW_GRAPH_VERSION,
        name: flow.to_owned(),
        file: String::new(),
        doc: String::new(),
        line: 0,
        steps: steps.iter().map(doc).collect(),
        parameters: Vec::new(),
        constants: Vec::new(),
        decorators: Vec::new(),
    }
}

fn step_named(name: &str) -> StepDoc {
    StepDoc {
        name: name.to_owned(),
        file: String::new(),
        line: 0,
        doc: String::new(),
        args: 1,
        tail: Tail::None,
        decorators: Vec::new(),
        start: false,
        end: false,
        node_info: Value::Null,
    }
}

fn step_doc(name: &str, step: &Value) -> StepDoc {
    let kind = text(step, "type").unwrap_or_default();
    let targets: Vec<String> =
        list(step, "next").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let cases = step.get("switch_cases").and_then(Value::as_object).cloned().unwrap_or_default();
    let cases: Vec<(Value, String)> =
        cases.into_iter().filter_map(|(key, to)| Some((Value::from(key), to.as_str()?.to_owned()))).collect();
    let next = Next {
        line: 0,
        foreach: text(step, "foreach_artifact").filter(|_| kind == "split-foreach"),
        num_parallel: kind == "split-parallel" || step.get("num_parallel").is_some_and(|n| !n.is_null()),
        condition: text(step, "condition"),
        targets: if cases.is_empty() { targets.clone() } else { Vec::new() },
        cases,
    };
    StepDoc {
        file: text(step, "source_file").unwrap_or_default(),
        line: step.get("line").and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
        doc: text(step, "doc").unwrap_or_default(),
        args: if kind == "join" { 2 } else { 1 },
        tail: if targets.is_empty() { Tail::None } else { Tail::Next(next) },
        decorators: decorators(step),
        node_info: step.get("node_info").cloned().unwrap_or(Value::Null),
        ..step_named(name)
    }
}

fn decorators(of: &Value) -> Vec<DecoratorDoc> {
    let doc = |decorator: &Value| {
        let attributes = decorator.get("attributes").and_then(Value::as_object).cloned();
        Some(DecoratorDoc {
            name: text(decorator, "name")?,
            attributes: attributes.unwrap_or_else(Map::new),
            statically_defined: decorator.get("statically_defined") != Some(&Value::Bool(false)),
            file: String::new(),
            line: 0,
            custom: false,
            inserted_by: None,
        })
    };
    // A flow can have one decorator many times, and then has lists of them.
    list(of, "decorators").iter().filter_map(doc).collect()
}

fn parameter(of: &Value, kinds: &BTreeMap<String, String>) -> Option<ParameterDoc> {
    let name = text(of, "name")?;
    let kind = match kinds.get(&name).map(String::as_str) {
        _ if text(of, "type").as_deref() == Some("IncludeFile") => ParameterType::File,
        Some("int") => ParameterType::Int,
        Some("float") => ParameterType::Float,
        Some("bool") => ParameterType::Bool,
        Some("dict" | "list") => ParameterType::Json,
        _ => ParameterType::Str,
    };
    Some(ParameterDoc {
        attribute: name.clone(),
        name,
        kind,
        default: Value::Null,
        default_kind: DefaultKind::None,
        required: false,
        help: String::new(),
        show_default: true,
        separator: None,
        choices: Vec::new(),
        synonyms: serde_json::Map::new(),
        min: Value::Null,
        max: Value::Null,
        item: None,
        class: String::new(),
        file: String::new(),
        line: 0,
    })
}

fn text(of: &Value, key: &str) -> Option<String> {
    of.get(key)?.as_str().map(str::to_owned)
}

fn list<'a>(of: &'a Value, key: &str) -> &'a [Value] {
    of.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
