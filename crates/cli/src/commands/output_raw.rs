//! `output-raw`: the graph as the checks see it.

use clap::Args;
use spinloom_flow::graph::{self, Graph, Node, NodeKind, StepIndex};

use crate::context::Context;
use crate::reply::{Answer, Reply};

pub(crate) const EXAMPLES: &[(&str, &str)] =
    &[("output-raw", "each step, its edges and its place"), ("output-raw --json", "the same for programs")];

/// Print the flow's graph in full
#[derive(Debug, Args)]
pub(crate) struct Arguments {}

/// Prints the graph. `--json` prints Metaflow's document, without our envelope: tools read it (FL-20).
pub(crate) fn run(_arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    let graph = context.flow()?.compile()?;
    let raw = graph::raw(&graph);
    if context.output.json && context.surface == crate::Surface::Python {
        let text = serde_json::to_string_pretty(&raw).unwrap_or_default();
        let _reader_gone = context.output.bytes(format!("{text}\n").as_bytes());
        return Ok(Reply { silent: true, ..Reply::default() });
    }
    let text: String = graph.sorted().map(|node| step(&graph, node)).collect();
    Ok(Reply::new(text, raw))
}

fn step(graph: &Graph, node: &Node) -> String {
    let doc = graph.step(node.index);
    let names =
        |list: &[StepIndex]| list.iter().map(|i| graph.node(*i).name.as_str()).collect::<Vec<_>>().join(",");
    let kind = match &node.kind {
        NodeKind::Linear => "linear",
        NodeKind::Split => "split",
        NodeKind::Foreach { .. } => "foreach",
        NodeKind::Parallel => "parallel",
        NodeKind::Switch { .. } => "switch",
        NodeKind::Join => "join",
        NodeKind::End => "end",
    };
    let (foreach, condition) = match &node.kind {
        NodeKind::Foreach { var } => (var.clone(), String::new()),
        NodeKind::Switch { condition, .. } => (String::new(), condition.clone()),
        _ => (String::new(), String::new()),
    };
    let decorators: Vec<&str> = doc.decorators.iter().map(|d| d.name.as_str()).collect();
    let inside =
        node.split_parents.iter().any(|split| matches!(graph.node(*split).kind, NodeKind::Foreach { .. }));
    let fields = [
        ("in_funcs", names(&node.parents)),
        ("out_funcs", names(&node.targets)),
        ("split_parents", names(&node.split_parents)),
        ("matching_join", node.matching_join.map(|j| names(&[j])).unwrap_or_default()),
        ("is_inside_foreach", if inside { "True" } else { "False" }.to_owned()),
        ("decorators", decorators.join(",")),
        ("num_args", doc.args.to_string()),
        ("foreach_param", foreach),
        ("condition", condition),
    ];
    let mut text = format!("[{} {kind} ({} line {})]\n", node.name, doc.file, doc.line);
    for (key, value) in fields {
        text += &format!("    {key}={value}\n");
    }
    text + &format!("    -> {}\n", names(&node.targets))
}
