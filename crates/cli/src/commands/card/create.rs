//! `card create`: Python makes cards.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use spinloom_diagnostics::{Error, ResultExt as _, codes};

use super::Which;
use super::chosen::cards;
use crate::context::Context;
use crate::python::Program;
use crate::reply::{Answer, Reply};

#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// Of which task: `step`, `run/step` or `run/step/task`, with the flow before it if there are several
    #[arg(value_name = "PATHSPEC")]
    pathspec: String,

    /// The file to write, instead of standard output
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,

    /// The type of the card
    #[arg(long = "type", value_name = "TYPE", default_value = "default")]
    kind: String,

    /// What the type is given, a JSON object
    #[arg(long, value_name = "JSON", default_value = "{}")]
    options: String,

    /// What making it may take, seconds; 0 for any time
    #[arg(long, value_name = "SECONDS", default_value_t = 45.0)]
    timeout: f64,

    /// If it cannot be made, make one that says why
    #[arg(long)]
    render_error_card: bool,

    /// The id of the card
    #[arg(long, value_name = "ID")]
    id: Option<String>,

    /// The Python that has the type
    #[arg(long, value_name = "PYTHON")]
    python: Option<PathBuf>,
}

/// Has Python make it of what is recorded.
pub(super) fn run(arguments: &CreateArgs, context: &Context<'_>) -> Answer {
    let options: Value = serde_json::from_str(&arguments.options)
        .or_error(codes::USAGE, || format!("`--options {}` is not JSON", arguments.options))?;
    let records = context.records()?;
    let any = Which { hash: None, kind: None, id: None, no_follow_resumed: false, follow_resumed: true };
    let chosen = cards(Some(&arguments.pathspec), &any, context, &records)?;
    let [task] = chosen.tasks.as_slice() else {
        let what = format!("`{}` has {} tasks, and a card is of one", arguments.pathspec, chosen.tasks.len());
        return Err(Error::new(codes::USAGE, what).hint("name the task too: `run/step/task`").into());
    };
    let place = format!("{}/{}/{}/{}", chosen.run.flow, chosen.run.run, task.step, task.task);
    let request = json!({
        "store": context.store().display().to_string(), "pathspec": place, "type": arguments.kind, "options": options,
        "timeout": arguments.timeout, "errors": arguments.render_error_card, "id": arguments.id,
    });
    let program = Program::new(
        arguments.python.as_deref(),
        &context.settings,
        vec!["card-create".to_owned(), request.to_string()],
    );
    program.check()?;
    let page = program.ask()?;
    let Some(path) = &arguments.path else {
        let _stopped = context.output.bytes(&page);
        return Ok(Reply { silent: true, ..Reply::default() });
    };
    let file = context.settings.cwd().join(path);
    std::fs::write(&file, page)
        .or_error(codes::USAGE, || format!("`{}` cannot be written", path.display()))?;
    Ok(Reply::new(format!("wrote {}\n", path.display()), json!({"path": file, "type": arguments.kind})))
}
