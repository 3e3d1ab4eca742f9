//! `card list`.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use spinloom_cards::Found;
use spinloom_diagnostics::{ResultExt as _, codes};

use super::Which;
use super::chosen::{Chosen, cards};
use crate::commands::shown::table;
use crate::context::Context;
use crate::reply::{Answer, Reply};

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Of what: `step`, `run/step` or `run/step/task`, with the flow before it if there are several [default: the latest run]
    #[arg(value_name = "PATHSPEC")]
    pathspec: Option<String>,

    #[command(flatten)]
    which: Which,

    /// Print the list as JSON, in Metaflow's form: of one task an object, of several a list
    #[arg(long)]
    as_json: bool,

    /// Write that JSON to a file
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Lists cards, task by task.
pub(super) fn run(arguments: &ListArgs, context: &Context<'_>) -> Answer {
    let records = context.records()?;
    let Chosen { run, tasks, cards } =
        cards(arguments.pathspec.as_deref(), &arguments.which, context, &records)?;
    let (mut text, mut lists) = (String::new(), Vec::new());
    let paint = context.output.out;
    for task in &tasks {
        let place = format!("{}/{}/{}/{}", run.flow, run.run, task.step, task.task);
        let own: Vec<&Found> = cards.iter().filter(|one| one.task == task.task).collect();
        if own.is_empty() && tasks.len() > 1 {
            continue;
        }
        lists.push(json!({"pathspec": place, "cards": own.iter().map(|one| shown(one)).collect::<Vec<_>>()}));
        if own.is_empty() {
            continue;
        }
        let rows: Vec<Vec<String>> = own
            .iter()
            .map(|one| {
                let note = &one.card.note;
                let id = note.id.clone().unwrap_or_else(|| "–".to_owned());
                let state = match (note.failed, one.card.is_live()) {
                    (true, _) => paint.bad("could not be made"),
                    (_, true) => paint.dim("while it ran"),
                    _ => String::new(),
                };
                vec![format!("  {}", note.kind), id, paint.dim(&note.hash), state]
            })
            .collect();
        text += &format!("{}\n{}", paint.bold(&place), table(&rows));
    }
    let metaflow = match lists.as_slice() {
        [only] => only.clone(),
        _ => Value::from(lists.clone()),
    };
    let form = serde_json::to_string_pretty(&metaflow).unwrap_or_default() + "\n";
    if let Some(file) = &arguments.file {
        let path = context.settings.cwd().join(file);
        std::fs::write(&path, &form)
            .or_error(codes::USAGE, || format!("`{}` cannot be written", file.display()))?;
    }
    if arguments.as_json {
        text = form;
    } else if cards.is_empty() {
        text = match &arguments.pathspec {
            Some(typed) => format!("`{typed}` has no cards\n"),
            None => format!("`{}/{}` has no cards\n", run.flow, run.run),
        };
    }
    Ok(Reply::new(text, json!({"tasks": lists})))
}

/// A card for programs.
fn shown(found: &Found) -> Value {
    let note = &found.card.note;
    let id = note.id.as_ref().map(|id| format!("-{id}")).unwrap_or_default();
    json!({
        "id": note.id, "hash": note.hash, "type": note.kind,
        "filename": format!("{}{id}-{}.html", note.kind, note.hash),
        "made_at": note.at, "live": found.card.is_live(), "failed": note.failed,
    })
}
