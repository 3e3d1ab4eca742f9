//! `artifact`: lists, exports and compares what tasks saved.

mod diff;
mod get;
mod ls;

use clap::{Args, Subcommand};
use spinloom_datastore::{ArtifactEntry, Datastore};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::Pathspec;
use spinloom_metadata::{RunRecord, TaskRecord};

use crate::context::{Context, Records};
use crate::reply::Answer;
use crate::target;
use crate::terminal::paint::cut;

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("artifact ls Training/58/train", "what the tasks of a step saved"),
    ("artifact get Training/58/train/3/model -o model.pkl", "one artifact, as a file"),
    ("artifact get Training/58/end/6/scores -o scores.csv", "a table, for a spreadsheet"),
    ("artifact diff Training/57 Training/58", "what came out differently"),
];

/// Columns of a preview, at most.
const PREVIEW: usize = 60;

/// List, export and compare artifacts
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    inner: Inner,
}

#[derive(Debug, Subcommand)]
enum Inner {
    /// List artifacts: name, type, size and what they look like
    Ls(ls::LsArgs),
    /// Export an artifact, to a file or to standard output
    Get(get::GetArgs),
    /// Compare the artifacts of two runs, steps or tasks
    Diff(diff::DiffArgs),
}

/// Lists, exports or compares.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    match &arguments.inner {
        Inner::Ls(ls) => ls::run(ls, context),
        Inner::Get(get) => get::run(get, context),
        Inner::Diff(diff) => diff::run(diff, context),
    }
}

/// The tasks that a pathspec names, those of a run without its parameters.
fn tasks(
    typed: &str,
    context: &Context<'_>,
    records: &Records,
) -> Result<(RunRecord, Pathspec, Vec<TaskRecord>)> {
    let spec = target::parse(typed, context, records)?;
    let run = target::run(records, &spec)?;
    let tasks = target::tasks(records, &spec)?;
    Ok((run, spec, tasks))
}

/// There is no such artifact there.
fn no_artifact(place: &str, name: &str, known: &[ArtifactEntry], context: &Context<'_>) -> Error {
    Error::new(codes::NOT_FOUND, format!("`{place}` has no artifact `{name}`"))
        .suggest(name, known.iter().map(|entry| entry.name.as_str()))
        .hint(format!("see what it has with `{}`", context.commands.read("artifact ls", place)))
}

fn is_private(entry: &ArtifactEntry) -> bool {
    entry.name.as_str().starts_with('_')
}

/// What an artifact looks like, in a line; nothing if nobody noted it. A damaged preview is told by `fsck`, not here.
fn look(store: &Datastore, entry: &ArtifactEntry) -> String {
    let Some(preview) = store.preview(entry).ok().flatten() else { return String::new() };
    let Ok(value) = serde_json::from_str::<serde_json::Value>(preview.text()) else { return String::new() };
    let text = value["text"].as_str().map(str::to_owned);
    let shown =
        text.or_else(|| value.get("value").map(ToString::to_string)).unwrap_or_else(|| extent(&value));
    cut(&shown.split_whitespace().collect::<Vec<_>>().join(" "), PREVIEW)
}

/// How much of it there is.
fn extent(preview: &serde_json::Value) -> String {
    if let Some(shape) = preview["shape"].as_array() {
        let sides: Vec<String> = shape.iter().map(ToString::to_string).collect();
        let dtype = preview["dtype"].as_str().map(|dtype| format!(" {dtype}")).unwrap_or_default();
        return format!("{}{dtype}", sides.join(" × "));
    }
    if let (Some(rows), Some(columns)) = (preview["rows"].as_u64(), preview["columns"].as_array()) {
        return format!("{rows} rows × {} columns", columns.len());
    }
    match preview["length"].as_u64() {
        Some(length) => format!("{length} items"),
        None => String::new(),
    }
}
