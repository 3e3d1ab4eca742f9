//! `card view`.

use std::path::Path;
use std::process::{Command, Stdio};

use clap::Args;
use serde_json::json;
use spinloom_diagnostics::{ResultExt as _, codes};

use super::Which;
use super::chosen::one;
use super::get::page;
use crate::context::Context;
use crate::reply::{Answer, Reply};

#[derive(Debug, Args)]
pub(super) struct ViewArgs {
    /// Of what: `step`, `run/step` or `run/step/task`, with the flow before it if there are several
    #[arg(value_name = "PATHSPEC")]
    pathspec: String,

    #[command(flatten)]
    which: Which,
}

/// What opens a file, in the order of preference.
const OPENERS: [&str; 4] = ["xdg-open", "open", "wslview", "sensible-browser"];

/// Writes it to a file of its own, and opens that.
pub(super) fn run(arguments: &ViewArgs, context: &Context<'_>) -> Answer {
    let records = context.records()?;
    let (run, found) = one(&arguments.pathspec, &arguments.which, context, &records)?;
    let page = page(&records, &run, &found)?;
    let note = &found.card.note;
    // What a card shows may be nobody else's to see.
    let file =
        tempfile::Builder::new().prefix(&format!("card-{}-", note.kind)).suffix(".html").tempfile().and_then(
            |file| {
                std::fs::write(file.path(), page)?;
                file.keep().map_err(|e| e.error)
            },
        );
    let (_, path) = file.or_error(codes::USAGE, || "a file for the browser cannot be made".to_owned())?;
    let opened = open(&path);
    let shown = path.display();
    let text =
        if opened { format!("opened {shown}\n") } else { format!("open this file in a browser: {shown}\n") };
    Ok(Reply::new(text, json!({"path": path, "opened": opened, "hash": note.hash})))
}

/// Opens a file with what the system has for it.
fn open(path: &Path) -> bool {
    OPENERS.iter().any(|opener| {
        Command::new(opener)
            .arg(path)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .is_ok()
    })
}
