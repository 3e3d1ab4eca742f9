//! A checked flow as others want it: the `_graph_info` artifact (FL-20), GraphViz, raw JSON, and what `show` prints.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::{
    DecoratorDoc, Graph, Node, NodeKind, ParameterDoc, ParameterType, StepDoc, StepIndex, structure,
};
use crate::{remote, trigger};

/// The `_graph_info` artifact, as JSON.
///
/// Keys of `switch_cases` are text, as JSON has it. The `type` of a constant is not here: only Python knows it.
pub fn graph_info(graph: &Graph) -> Value {
    let flow = graph.flow();
    let mut parameters: Vec<(&str, &str)> = flow.parameters.iter().map(parameter).collect();
    parameters.sort_unstable();
    json!({
        "file": flow.file.rsplit('/').next().unwrap_or_default(),
        "start_step": graph.node(graph.start()).name,
        "end_step": graph.node(graph.end()).name,
        "parameters": parameters.iter().map(|(name, class)| json!({"name": name, "type": class})).collect::<Vec<_>>(),
        "constants": flow.constants.iter().map(|name| json!({"name": name})).collect::<Vec<_>>(),
        "steps": steps(graph),
        "graph_structure": structure::nested(graph),
        "doc": flow.doc,
        "decorators": decorators(flow.decorators.iter().map(|d| (d, Cow::Borrowed(&d.attributes)))),
        "extensions": {"installed": {}},
    })
}

/// The attribute of a parameter, and the class it is of in Python.
fn parameter(doc: &ParameterDoc) -> (&str, &str) {
    let class = if doc.kind == ParameterType::File { "IncludeFile" } else { "Parameter" };
    (&doc.attribute, class)
}

/// What `output-raw --json` prints.
pub fn raw(graph: &Graph) -> Value {
    json!({"graph": steps(graph), "graph_structure": structure::nested(graph)})
}

/// One step, as `show` tells it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ShownStep {
    /// Its name.
    pub name: String,
    /// Its docstring, without indentation; empty if it has none.
    pub doc: String,
    /// Names of its decorators, outermost first.
    pub decorators: Vec<String>,
    /// What it asks for where it is to run, such as `kubernetes(cpu=2, memory=8000)`, if that is not here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
    /// Names of the steps it leads to; empty for the end step.
    pub next: Vec<String>,
}

/// A flow, as `show` tells it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Shown {
    /// The flow's name.
    pub name: String,
    /// The flow's docstring, without indentation; empty if it has none.
    pub doc: String,
    /// When it runs where it is deployed, in words; empty if nothing but people starts it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub starts: Vec<String>,
    /// Its steps, in the order a run meets them.
    pub steps: Vec<ShownStep>,
}

/// What `show` prints, for the caller to lay out and colour.
pub fn show(graph: &Graph) -> Shown {
    let step = |index: StepIndex| {
        let (node, step) = (graph.node(index), graph.step(index));
        ShownStep {
            name: step.name.clone(),
            doc: dedent(&step.doc),
            decorators: step.decorators.iter().map(|d| d.short().to_owned()).collect(),
            remote: remote::elsewhere(step).map(|d| format!("{}({})", d.name, remote::asked(step, d))),
            next: node.targets.iter().map(|t| graph.node(*t).name.to_string()).collect(),
        }
    };
    Shown {
        name: graph.flow().name.clone(),
        doc: dedent(&graph.flow().doc),
        starts: trigger::starts(graph.flow()),
        steps: structure::order(graph).into_iter().map(step).collect(),
    }
}

/// The flow as a GraphViz graph (`output-dot`).
pub fn dot(graph: &Graph) -> String {
    let mut names: Vec<&Node> = graph.nodes().collect();
    names.sort_by_key(|node| node.name.clone());
    let mut out = format!("digraph {} {{\n", graph.flow().name);
    for node in &names {
        out.push_str(&dot_node(node));
    }
    for node in &names {
        out.push_str(&dot_edges(graph, node));
    }
    out.push_str("}\n");
    out
}

fn dot_node(node: &Node) -> String {
    let name = &node.name;
    if let NodeKind::Switch { condition, .. } = &node.kind {
        return format!(
            "\"{name}\" [ label = <<b>{name}</b><br/><font point-size=\"9\">switch: {}</font>>   fontname = \"Helvetica\"   \
             shape = \"hexagon\"   style = \"filled\" fillcolor = \"lightgreen\" ];\n",
            escape_html(condition)
        );
    }
    let kind = match &node.kind {
        NodeKind::Linear if node.is_start => "start",
        NodeKind::Linear => "linear",
        NodeKind::Split => "split",
        NodeKind::Foreach { .. } => "foreach",
        NodeKind::Parallel => "parallel",
        NodeKind::Join => "join",
        NodeKind::Switch { .. } => "switch",
        NodeKind::End => "end",
    };
    format!(
        "\"{name}\"[ label = <<b>{name}</b> | <font point-size=\"10\">{kind}</font>>   fontname = \"Helvetica\"   \
         shape = \"record\" ];\n"
    )
}

fn dot_edges(graph: &Graph, node: &Node) -> String {
    let edge = |to: StepIndex| format!("{} -> {}", node.name, graph.node(to).name);
    match &node.kind {
        NodeKind::Switch { cases, .. } => cases
            .iter()
            .map(|(key, to)| {
                let label = case_text(key).replace('\\', "\\\\").replace('"', "\\\"");
                format!("{} [label=\"{label}\" color=\"blue\" fontcolor=\"blue\"];\n", edge(*to))
            })
            .collect(),
        _ => node.targets.iter().map(|to| format!("{};\n", edge(*to))).collect(),
    }
}

fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn steps(graph: &Graph) -> Value {
    let steps = structure::order(graph);
    Value::Object(steps.into_iter().map(|i| (graph.node(i).name.to_string(), step(graph, i))).collect())
}

fn step(graph: &Graph, index: StepIndex) -> Value {
    let (node, doc) = (graph.node(index), graph.step(index));
    let name = |i: StepIndex| Value::from(graph.node(i).name.as_str());
    let next: Vec<Value> = match &node.kind {
        // One for each case, even if two cases lead to the same step.
        NodeKind::Switch { cases, .. } => cases.iter().map(|(_, to)| name(*to)).collect(),
        _ => node.targets.iter().map(|to| name(*to)).collect(),
    };
    let node_info = if doc.node_info.is_null() { Value::Object(Map::new()) } else { doc.node_info.clone() };
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
    put("name", name(index));
    put("type", step_type(node).into());
    put("line", doc.line.into());
    put("source_file", doc.file.as_str().into());
    put("doc", doc.doc.as_str().into());
    put("decorators", decorators(doc.decorators.iter().map(|d| (d, attributes(doc, d)))));
    put("next", Value::Array(next));
    put("node_info", node_info);
    match &node.kind {
        NodeKind::Foreach { var } => {
            put("foreach_artifact", var.as_str().into());
        }
        // An expression, known only when the step runs.
        NodeKind::Parallel => {
            put("num_parallel", Value::Null);
        }
        NodeKind::Switch { condition, cases } => {
            put("condition", condition.as_str().into());
            let cases = cases.iter().map(|(key, to)| (case_text(key), name(*to))).collect();
            put("switch_cases", Value::Object(cases));
        }
        NodeKind::Linear | NodeKind::Split | NodeKind::Join | NodeKind::End => {}
    }
    if let Some(join) = node.matching_join {
        put("matching_join", name(join));
    }
    Value::Object(out)
}

/// The `type` of a step in `_graph_info`.
fn step_type(node: &Node) -> &'static str {
    match node.kind {
        NodeKind::Linear if node.is_start => "start",
        NodeKind::Linear => "linear",
        NodeKind::Split => "split-static",
        NodeKind::Foreach { .. } => "split-foreach",
        NodeKind::Parallel => "split-parallel",
        NodeKind::Switch { .. } => "split-switch",
        NodeKind::Join => "join",
        NodeKind::End => "end",
    }
}

/// The key of a case, as a JSON key.
fn case_text(key: &Value) -> String {
    match key {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What a decorator of a step asks for; of one that sends the step elsewhere, together with `@resources`.
fn attributes<'a>(step: &StepDoc, decorator: &'a DecoratorDoc) -> Cow<'a, Map<String, Value>> {
    if remote::REMOTE.contains(&decorator.name.as_str()) {
        Cow::Owned(remote::combined(step, decorator))
    } else {
        Cow::Borrowed(&decorator.attributes)
    }
}

/// Decorators innermost first, the order they were applied in; what is not a plain value as text, `None` too.
fn decorators<'a>(
    docs: impl DoubleEndedIterator<Item = (&'a DecoratorDoc, Cow<'a, Map<String, Value>>)>,
) -> Value {
    let one = |(doc, attributes): (&DecoratorDoc, Cow<'_, Map<String, Value>>)| {
        let attributes: Map<String, Value> = attributes
            .iter()
            .map(|(key, value)| (key.clone(), if value.is_null() { "None".into() } else { value.clone() }))
            .collect();
        json!({
            "name": doc.name,
            "attributes": attributes,
            "statically_defined": doc.statically_defined,
            "inserted_by": doc.inserted_by.as_ref().map(|mutator| [mutator]),
        })
    };
    Value::Array(docs.rev().map(one).collect())
}

/// A docstring as one reads it: blank ends cut, the common indentation of all lines but the first taken off.
fn dedent(doc: &str) -> String {
    let margin = doc
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let lines = doc.lines().enumerate().map(|(i, line)| match i {
        0 => line.trim(),
        _ => line.get(margin..).unwrap_or_default().trim_end(),
    });
    lines.collect::<Vec<_>>().join("\n").trim_matches('\n').to_owned()
}
