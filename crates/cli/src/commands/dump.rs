//! `dump`: values of artifacts, printed or pickled by Python.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use spinloom_diagnostics::{Error, codes};

use crate::context::Context;
use crate::reply::{Answer, Reply};
use crate::target;

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("dump 58/train", "artifacts of each task of a step"),
    ("dump 58/train/3 --include model,score --file out.pkl", "two of them, pickled"),
];

/// Show artifacts of a task, or of all tasks of a step
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What of: `run/step` or `run/step/task`
    #[arg(value_name = "PATHSPEC")]
    pathspec: String,

    /// Show artifacts whose names begin with `_` too
    #[arg(long, overrides_with = "no_private")]
    private: bool,

    #[arg(long, hide = true)]
    no_private: bool,

    /// Show values up to this size, bytes; 0 for names only
    #[arg(long, value_name = "BYTES", default_value_t = 1000)]
    max_value_size: u64,

    /// Only these artifacts, separated by commas
    #[arg(long, value_name = "LIST")]
    include: Option<String>,

    /// Pickle a dictionary of them into a file, instead of showing them
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Has Python show the values (OP-17).
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    let records = context.records()?;
    let spec = target::parse(&arguments.pathspec, context, &records)?;
    if spec.step.is_none() {
        let message = format!("`{}` names no step", arguments.pathspec);
        return Err(Error::new(codes::BAD_PATHSPEC, message)
            .hint("write `run/step` or `run/step/task`")
            .into());
    }
    let record = target::run(&records, &spec)?;
    let tasks = target::tasks(&records, &spec)?;
    let tasks: Vec<_> = tasks
        .iter()
        .map(|task| {
            let pathspec = format!("{}/{}/{}/{}", record.flow, record.run, task.step, task.task);
            json!({"step": task.step, "task": task.task, "pathspec": pathspec, "manifest": task.manifest})
        })
        .collect();
    let list = |text: &String| text.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>();
    let request = json!({
        "store": context.store().display().to_string(), "flow": record.flow, "run": record.run, "tasks": tasks,
        "private": arguments.private, "max_value_size": arguments.max_value_size,
        "include": arguments.include.as_ref().map(list), "file": arguments.file, "json": context.output.json,
    });
    context.flow()?.host.dump(&request)?;
    Ok(Reply { silent: true, ..Reply::default() })
}
