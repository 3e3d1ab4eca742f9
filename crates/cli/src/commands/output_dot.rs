//! `output-dot`: the graph for GraphViz.

use clap::Args;
use serde_json::json;
use spinloom_flow::graph as flow_graph;

use crate::context::Context;
use crate::reply::{Answer, Reply};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[("output-dot | dot -Tsvg -o flow.svg", "draw the flow")];

/// Print the flow as a GraphViz graph
#[derive(Debug, Args)]
pub(crate) struct Arguments {}

/// Prints the graph.
pub(crate) fn run(_arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    let graph = context.flow()?.compile()?;
    let dot = flow_graph::dot(&graph);
    Ok(Reply::new(dot.clone(), json!({"flow": graph.flow().name, "dot": dot})))
}
