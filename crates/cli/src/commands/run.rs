//! `run`: a flow from its start.

use clap::Args;
use spinloom_flow::graph as flow_graph;

use super::launch::{Launch, Options, said, step};
use crate::arguments::RunArgs;
use crate::context::Context;
use crate::reply::Answer;
use crate::values;

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("run", "run it"),
    ("run --max-workers 4 --tag nightly", "four tasks at a time, and a tag to find it by"),
    ("run --with retry:times=2", "try each step up to three times"),
    ("run --until train", "stop when `train` is done; `resume` goes on"),
];

/// Run the flow
///
/// Runs every step in processes of its own, and records parameters, artifacts and logs of each. Parameters of the flow
/// are options; each can also be set as `SPINLOOM_RUN_<NAME>` or `METAFLOW_RUN_<NAME>` in the environment.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Read parameters of the flow from a YAML, JSON or TOML file; what is typed or in the environment wins
    #[arg(long, value_name = "FILE")]
    params: Option<String>,

    #[command(flatten)]
    common: RunArgs,
}

/// Runs the flow.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    let options = Options::resolve(&arguments.common, "run", context)?;
    let (settings, typed) = (context.settings.clone(), context.typed.clone());
    let flow = context.flow()?;
    let graph = options.apply(flow)?;
    let until = step(&graph, arguments.common.until.as_deref())?;
    let mut parameters =
        values::resolve(flow, &typed, arguments.params.as_deref(), &settings, &options.who.user)?;
    parameters.insert("$graph_info".to_owned(), flow_graph::graph_info(&graph));
    said(context, &options);
    Launch { graph, options, until, resume: None, values: parameters }.go(context)
}
