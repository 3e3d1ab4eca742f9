//! `artifact diff`.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use serde_json::{Value, json};
use spinloom_datastore::ArtifactEntry;
use spinloom_diagnostics::{Error, ExitCode, Result, codes};

use super::{is_private, look, tasks};
use crate::commands::shown::{artifact_record, artifacts, table};
use crate::context::{Context, Records};
use crate::reply::{Answer, Reply};
use crate::terminal::time::bytes;

/// The pseudo-step that holds parameters.
const PARAMETERS: &str = "_parameters";

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// A run, a step or a task
    #[arg(value_name = "A")]
    left: String,

    /// What to compare it with, of the same kind
    #[arg(value_name = "B")]
    right: String,

    /// Compare artifacts whose names begin with `_` too
    #[arg(long)]
    all: bool,

    /// End with exit code 1 if anything differs
    #[arg(long)]
    exit_code: bool,
}

/// An artifact of a run, by step, foreach indices and name.
type Place = (String, Vec<u64>, String);
type Side = BTreeMap<Place, ArtifactEntry>;

/// Compares artifacts by their hashes: nothing is loaded.
pub(super) fn run(arguments: &DiffArgs, context: &Context<'_>) -> Answer {
    let records = context.records()?;
    let (left, left_kind) = side(&arguments.left, arguments, context, &records)?;
    let (right, right_kind) = side(&arguments.right, arguments, context, &records)?;
    if left_kind != right_kind {
        let message =
            format!("`{}` is {left_kind}, and `{}` is {right_kind}", arguments.left, arguments.right);
        return Err(Error::new(codes::USAGE, message)
            .hint("compare two runs, two steps, or two tasks")
            .into());
    }
    let places: BTreeSet<&Place> = left.keys().chain(right.keys()).collect();
    let (mut rows, mut data, mut same) = (Vec::new(), Vec::new(), 0_usize);
    let paint = context.output.out;
    let shown = |entry: &ArtifactEntry| {
        let preview = look(&records.files, entry);
        let gap = if preview.is_empty() { "" } else { "  " };
        format!("{}{gap}{preview}", bytes(entry.size))
    };
    for place in places {
        let one = left.get(place).or_else(|| right.get(place));
        let name = label(place).or_else(|| one.map(|entry| entry.name.to_string())).unwrap_or_default();
        let (sign, what) = match (left.get(place), right.get(place)) {
            (Some(a), Some(b)) if a.hash == b.hash => {
                same += 1;
                data.push(record(place, "same", Some(a), Some(b)));
                continue;
            }
            (Some(a), Some(b)) => {
                data.push(record(place, "changed", Some(a), Some(b)));
                (paint.warn("~"), format!("{} → {}", shown(a), shown(b)))
            }
            (Some(a), None) => {
                data.push(record(place, "removed", Some(a), None));
                (paint.bad("-"), shown(a))
            }
            (None, b) => {
                data.push(record(place, "added", None, b));
                (paint.good("+"), b.map(shown).unwrap_or_default())
            }
        };
        let kind =
            right.get(place).or_else(|| left.get(place)).map(|e| e.type_name.clone()).unwrap_or_default();
        rows.push(vec![format!("{sign} {name}"), paint.dim(&kind), what]);
    }
    let differ = rows.len();
    let text = format!("{}{differ} different, {same} the same\n", table(&rows));
    let mut reply = Reply::new(text, json!({"different": differ, "same": same, "artifacts": data}));
    if arguments.exit_code && differ > 0 {
        let error = json!({"code": null, "message": format!("{differ} artifacts differ")});
        reply.failed = Some((ExitCode::UserCode, error));
    }
    Ok(reply)
}

fn side(
    typed: &str,
    arguments: &DiffArgs,
    context: &Context<'_>,
    records: &Records,
) -> Result<(Side, &'static str)> {
    let (_, spec, tasks) = tasks(typed, context, records)?;
    let kind = match (&spec.step, &spec.task, &spec.artifact) {
        (None, ..) => "a run",
        (_, None, _) => "a step",
        (_, _, None) => "a task",
        _ => "an artifact",
    };
    let mut side = Side::new();
    for task in
        tasks.iter().filter(|task| spec.task.is_some() || kind != "a run" || task.step.as_str() != PARAMETERS)
    {
        // Two tasks or steps are compared whatever they are called.
        let step = if kind == "a run" { task.step.to_string() } else { String::new() };
        let indices = if spec.task.is_some() { Vec::new() } else { task.indices.clone() };
        for entry in artifacts(records, task)? {
            let wanted = spec.artifact.as_ref().is_none_or(|name| *name == entry.name);
            if wanted && (arguments.all || spec.artifact.is_some() || !is_private(&entry)) {
                let name = if spec.artifact.is_some() { String::new() } else { entry.name.to_string() };
                side.insert((step.clone(), indices.clone(), name), entry);
            }
        }
    }
    if side.is_empty() && spec.artifact.is_some() {
        return Err(Error::new(codes::NOT_FOUND, format!("there is no artifact `{typed}`")));
    }
    Ok((side, kind))
}

fn label((step, indices, name): &Place) -> Option<String> {
    let indices: Vec<String> = indices.iter().map(u64::to_string).collect();
    let indices = if indices.is_empty() { String::new() } else { format!("[{}]", indices.join(",")) };
    let step = format!("{step}{indices}");
    match (step.is_empty(), name.is_empty()) {
        (true, true) => None,
        (true, false) => Some(name.clone()),
        (false, true) => Some(step),
        (false, false) => Some(format!("{step}/{name}")),
    }
}

fn record(place: &Place, how: &str, left: Option<&ArtifactEntry>, right: Option<&ArtifactEntry>) -> Value {
    json!({
        "step": place.0, "indices": place.1, "name": place.2, "change": how,
        "before": left.map(artifact_record), "after": right.map(artifact_record),
    })
}
