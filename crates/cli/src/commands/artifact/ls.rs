//! `artifact ls`.

use clap::Args;
use serde_json::{Value, json};
use spinloom_datastore::ArtifactEntry;
use spinloom_metadata::TaskRecord;

use super::{is_private, look, no_artifact, tasks};
use crate::commands::shown::{artifact_record, artifacts, table};
use crate::context::{Context, Records};
use crate::reply::{Answer, Reply};
use crate::terminal::time::bytes;

#[derive(Debug, Args)]
pub(super) struct LsArgs {
    /// What of: a run, a step, a task or one artifact; `latest` stands for the newest run
    #[arg(value_name = "PATHSPEC")]
    pathspec: String,

    /// Show artifacts whose names begin with `_` too
    #[arg(long)]
    all: bool,
}

/// Lists artifacts, task by task.
pub(super) fn run(arguments: &LsArgs, context: &Context<'_>) -> Answer {
    let records = context.records()?;
    let (run, spec, tasks) = tasks(&arguments.pathspec, context, &records)?;
    let (mut text, mut data) = (String::new(), Vec::new());
    let mut found = false;
    for task in &tasks {
        let place = format!("{}/{}/{}/{}", run.flow, run.run, task.step, task.task);
        let saved = artifacts(&records, task)?;
        let wanted: Vec<&ArtifactEntry> = match &spec.artifact {
            Some(name) => saved.iter().filter(|entry| entry.name == *name).collect(),
            None => saved.iter().filter(|entry| arguments.all || !is_private(entry)).collect(),
        };
        if let (Some(name), true) = (&spec.artifact, wanted.is_empty()) {
            return Err(no_artifact(&place, name.as_str(), &saved, context).into());
        }
        if wanted.is_empty() {
            continue;
        }
        found = true;
        text += &lines(&place, &wanted, task, &records, context);
        data.push(json!({
            "task": place, "artifacts": wanted.iter().map(|entry| shown(entry, &place, &records)).collect::<Vec<_>>(),
        }));
    }
    if !found {
        text = format!("`{}` saved nothing\n", arguments.pathspec);
    }
    Ok(Reply::new(text, json!({"tasks": data})))
}

fn lines(
    place: &str,
    entries: &[&ArtifactEntry],
    task: &TaskRecord,
    records: &Records,
    context: &Context<'_>,
) -> String {
    let paint = context.output.out;
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            let preview = look(&records.files, entry);
            vec![format!("  {}", entry.name), paint.dim(&entry.type_name), bytes(entry.size), preview]
        })
        .collect();
    let origin =
        task.origin.as_ref().map(|(run, _)| paint.dim(&format!("  cloned from {run}"))).unwrap_or_default();
    format!("{}{origin}\n{}", paint.bold(place), table(&rows))
}

fn shown(entry: &ArtifactEntry, place: &str, records: &Records) -> Value {
    let mut data = artifact_record(entry);
    data["pathspec"] = json!(format!("{place}/{}", entry.name));
    let preview = records.files.preview(entry).ok().flatten();
    data["preview"] =
        preview.and_then(|preview| serde_json::from_str(preview.text()).ok()).unwrap_or_default();
    data
}
