//! `check`: is the flow valid?

use clap::Args;
use serde_json::json;
use spinloom_flow::graph::ParameterDoc;

use crate::Surface;
use crate::context::Context;
use crate::reply::{Answer, Reply};

pub(crate) const EXAMPLES: &[(&str, &str)] = &[("check", "see whether the flow can run")];

/// Check that the flow is valid
///
/// Reads the flow's graph and reports every problem with its file and line. Nothing of the flow runs.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {
    /// Accepted, as Metaflow has it; there are no warnings of Pylint's to show
    #[arg(long, hide = true)]
    warnings: bool,

    /// Accepted, as Metaflow has it
    #[arg(long, hide = true)]
    no_warnings: bool,

    /// Say on standard error why this started cold, if it did (see `spinloom daemon`)
    #[arg(short, long)]
    verbose: bool,
}

/// Checks the flow (FL-18).
pub(crate) fn run(_arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    let graph = context.flow()?.compile()?;
    let flow = graph.flow();
    let unscheduled = |doc: &ParameterDoc| {
        format!("parameter `{}` is required and has no default: `@schedule` cannot be deployed", doc.name)
    };
    let warnings: Vec<String> = flow.unscheduled().map(unscheduled).collect();
    let data =
        json!({"flow": flow.name, "steps": graph.len(), "parameters": flow.parameters.len(), "valid": true});
    if context.surface == Surface::Python {
        context.output.remark("Validating your flow...\n    The graph looks good!\n");
        let program = &context.commands.program;
        context.output.remark(&format!(
            "\n'{program} show' shows a description of this flow.\n'{program} run' runs the flow locally.\n'{program} help' shows all \
             available commands and options.\n"
        ));
        return Ok(Reply { warnings, ..Reply::new("", data) });
    }
    let mark = context.output.out.good("✓");
    let steps = if graph.len() == 1 { "1 step".to_owned() } else { format!("{} steps", graph.len()) };
    Ok(Reply { warnings, ..Reply::new(format!("{mark} `{}` is valid: {steps}\n", flow.name), data) })
}
