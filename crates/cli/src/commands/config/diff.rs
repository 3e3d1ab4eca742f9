//! `config diff`.

use clap::Args;
use serde_json::{Value, json};
use spinloom_configs::{Change, Origin, compare};
use spinloom_diagnostics::ExitCode;

use super::{leaf, look, recorded};
use crate::commands::shown::table;
use crate::context::Context;
use crate::reply::{Answer, Reply};

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// A run
    #[arg(value_name = "RUN_A")]
    left: String,

    /// The run to compare it with
    #[arg(value_name = "RUN_B")]
    right: String,

    /// End with exit code 1 if anything differs
    #[arg(long)]
    exit_code: bool,
}

/// Compares leaf by leaf; where a value is from is shown, and makes no difference.
pub(super) fn run(arguments: &DiffArgs, context: &Context<'_>) -> Answer {
    let records = context.records()?;
    let (_, left) = recorded(&arguments.left, context, &records)?;
    let (_, right) = recorded(&arguments.right, context, &records)?;
    Ok(told(&compare(&left, &right), arguments.exit_code, context))
}

/// What differs, for people and for programs.
pub(in crate::commands) fn told(changes: &[Change], exit_code: bool, context: &Context<'_>) -> Reply {
    let differing: Vec<&Change> = changes.iter().filter(|change| change.differs()).collect();
    let paint = context.output.out;
    let value = |side: &Option<(Value, Origin)>| {
        side.as_ref().map(|(value, origin)| format!("{}  {}", look(value), paint.dim(&origin.text())))
    };
    let row = |change: &&Change| {
        let (sign, what) = match (value(&change.before), value(&change.after)) {
            (Some(before), Some(after)) => (paint.warn("~"), format!("{before} → {after}")),
            (Some(before), None) => (paint.bad("-"), before),
            (None, after) => (paint.good("+"), after.unwrap_or_default()),
        };
        vec![format!("{sign} {}", name(change)), what]
    };
    let rows: Vec<Vec<String>> = differing.iter().map(row).collect();
    let (differ, same) = (differing.len(), changes.len() - differing.len());
    let data: Vec<Value> = changes.iter().map(record).collect();
    let text = format!("{}{differ} different, {same} the same\n", table(&rows));
    let mut reply = Reply::new(text, json!({"different": differ, "same": same, "leaves": data}));
    if exit_code && differ > 0 {
        reply.failed =
            Some((ExitCode::UserCode, json!({"code": null, "message": format!("{differ} values differ")})));
    }
    reply
}

fn name(change: &Change) -> String {
    let path = change.path.to_string();
    let dot = if path.is_empty() || path.starts_with('[') { "" } else { "." };
    format!("{}{dot}{path}", change.config)
}

fn record(change: &Change) -> Value {
    let how = match (&change.before, &change.after) {
        (Some(_), None) => "removed",
        (None, _) => "added",
        _ if change.differs() => "changed",
        _ => "same",
    };
    let side = |side: &Option<(Value, Origin)>| {
        side.as_ref().map(|(value, origin)| leaf(&change.path, value, origin))
    };
    json!({
        "config": change.config, "key": change.path.to_string(), "change": how,
        "before": side(&change.before), "after": side(&change.after),
    })
}
