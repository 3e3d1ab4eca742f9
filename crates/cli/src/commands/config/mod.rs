//! `config`: what a flow is or was configured with, and where each value is from.

pub(super) mod diff;
mod show;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use spinloom_configs::{Origin, Path, Resolved, bare, text};
use spinloom_diagnostics::Result;
use spinloom_flow::Pathspec;
use spinloom_metadata::RunRecord;

use crate::context::{Context, Records};
use crate::reply::Answer;
use crate::target;
use crate::terminal::paint::cut;

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("config show flow.py --config config my.json", "what a run would be configured with, and why"),
    ("config show Training/58", "what a run was configured with"),
    ("config diff Training/57 Training/58", "what two runs were configured with differently"),
];

/// Columns of a value, at most.
const VALUE: usize = 60;

/// Show and compare what flows are configured with
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    inner: Inner,
}

#[derive(Debug, Subcommand)]
enum Inner {
    /// Print every value and where it is from: of a flow file, as it would run now, or of a run
    Show(show::ShowArgs),
    /// Compare what two runs were configured with
    Diff(diff::DiffArgs),
}

/// Shows or compares.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    match &arguments.inner {
        Inner::Show(show) => show::run(show, context),
        Inner::Diff(diff) => diff::run(diff, context),
    }
}

/// The run a pathspec names, and what it was configured with.
fn recorded(typed: &str, context: &Context<'_>, records: &Records) -> Result<(RunRecord, Vec<Resolved>)> {
    let spec: Pathspec = target::parse(typed, context, records)?;
    let run = target::run(records, &spec)?;
    let configs = Resolved::recorded(run.info.get("configs").unwrap_or(&Value::Null));
    Ok((run, configs))
}

/// A value in a line.
fn look(value: &Value) -> String {
    cut(&text(value), VALUE)
}

/// A leaf for programs.
fn leaf(path: &Path, value: &Value, origin: &Origin) -> Value {
    json!({"key": path.to_string(), "pointer": path.pointer(), "value": bare(value), "origin": origin})
}
