//! `card get`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use spinloom_cards::Found;
use spinloom_diagnostics::{Result, ResultExt as _, codes};
use spinloom_metadata::RunRecord;

use super::Which;
use super::chosen::one;
use crate::context::{Context, Records};
use crate::reply::{Answer, Reply};

#[derive(Debug, Args)]
pub(super) struct GetArgs {
    /// Of what: `step`, `run/step` or `run/step/task`, with the flow before it if there are several
    #[arg(value_name = "PATHSPEC")]
    pathspec: String,

    /// The file to write, instead of standard output
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,

    #[command(flatten)]
    which: Which,
}

/// Writes it.
pub(super) fn run(arguments: &GetArgs, context: &Context<'_>) -> Answer {
    let records = context.records()?;
    let (run, found) = one(&arguments.pathspec, &arguments.which, context, &records)?;
    let page = page(&records, &run, &found)?;
    let note = &found.card.note;
    let mut data = json!({"type": note.kind, "id": note.id, "hash": note.hash});
    let Some(path) = &arguments.path else {
        if context.output.json {
            data["html"] = page.into();
            return Ok(Reply::new(String::new(), data));
        }
        // Whoever reads it may have stopped, which is no failure.
        let _stopped = context.output.bytes(page.as_bytes());
        return Ok(Reply { silent: true, ..Reply::new(String::new(), data) });
    };
    let file = context.settings.cwd().join(path);
    std::fs::write(&file, page)
        .or_error(codes::USAGE, || format!("`{}` cannot be written", path.display()))?;
    data["path"] = json!(file);
    Ok(Reply::new(format!("wrote {}\n", path.display()), data))
}

/// A card as HTML.
pub(super) fn page(records: &Records, run: &RunRecord, found: &Found) -> Result<String> {
    let document = records.files.card_document(&run.flow, &found.made_in, &found.card)?;
    spinloom_cards::page(&document)
}
