//! `logs scrub`: a notice in the place of what tasks wrote (LG-03).

use clap::Args;
use serde_json::{Value, json};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::event::LogStream;
use spinloom_flow::{RunStatus, TaskStatus};
use spinloom_metadata::{RunRecord, TaskRecord};

use super::{Streams, attempt_of, is_parameters, named, writer};
use crate::context::{Context, Records};
use crate::reply::{Answer, Reply};
use crate::target;

// What to scrub. (Not a doc comment: clap would show it as help.)
#[derive(Debug, Args)]
pub(super) struct ScrubArgs {
    /// Whose: `run/step` or `run/step/task`, after `Flow/` where the flow is not known
    #[arg(value_name = "PATHSPEC")]
    pathspec: Option<String>,

    #[command(flatten)]
    streams: Streams,

    /// Which attempt, from 0, instead of the latest
    #[arg(long, value_name = "N")]
    attempt: Option<u32>,

    /// Only the latest attempt (the default)
    #[arg(long, overrides_with = "all")]
    latest: bool,

    /// Every attempt
    #[arg(long, conflicts_with = "attempt")]
    all: bool,

    /// Tasks that failed or were stopped, too
    #[arg(long)]
    include_not_done: bool,
}

/// Scrubs logs.
pub(super) fn run(arguments: &ScrubArgs, context: &mut Context<'_>) -> Answer {
    let pathspec = named(arguments.pathspec.as_ref(), "scrub")?;
    let records = context.records()?;
    let spec = target::parse(pathspec, context, &records)?;
    let run = target::run(&records, &spec)?;
    if spec.step.is_none() {
        let error =
            Error::new(codes::BAD_PATHSPEC, format!("`{spec}` names no step, and scrubbing is for good"));
        return Err(error.hint(format!("write `{spec}/<step>`, one step at a time")).into());
    }
    let mut reply = Reply::default();
    let (mut scrubbed, mut skipped) = (Vec::new(), Vec::new());
    for task in target::tasks(&records, &spec)?.iter().filter(|task| !is_parameters(task)) {
        let name = format!("{}/{}/{}/{}", run.flow, run.run, task.step, task.task);
        match scrub(&records, &run, task, arguments)? {
            Outcome::Scrubbed(attempts) => {
                let list: Vec<String> = attempts.iter().map(u32::to_string).collect();
                if !attempts.is_empty() {
                    let word = if list.len() == 1 { "attempt" } else { "attempts" };
                    reply.text += &format!("{name}: scrubbed {word} {}\n", list.join(", "));
                }
                scrubbed.push(json!({"pathspec": name, "attempts": attempts}));
            }
            Outcome::Skipped(why) => {
                reply.warnings.push(format!("`{name}` {why}"));
                skipped.push(Value::from(name));
            }
        }
    }
    if reply.text.is_empty() && skipped.is_empty() {
        context.output.remark(&format!("`{spec}` wrote nothing: there is nothing to scrub\n"));
    }
    reply.data = json!({"scrubbed": scrubbed, "skipped": skipped});
    Ok(reply)
}

enum Outcome {
    /// These attempts had something to scrub.
    Scrubbed(Vec<u32>),
    /// The sentence after the task's name.
    Skipped(&'static str),
}

fn scrub(records: &Records, run: &RunRecord, task: &TaskRecord, arguments: &ScrubArgs) -> Result<Outcome> {
    let (id, task) = writer(records, run, task)?;
    if task.status != TaskStatus::Done && !arguments.include_not_done {
        return Ok(Outcome::Skipped("is not done, and was left as it is: add `--include-not-done`"));
    }
    let driver = records.provider.run(&run.flow, &id)?;
    if task.status == TaskStatus::Running && driver.is_some_and(|run| run.status == RunStatus::Running) {
        return Ok(Outcome::Skipped("is still writing, and was left as it is: scrub it once it is over"));
    }
    let attempts = if arguments.all {
        (0..=task.attempt).collect()
    } else {
        vec![attempt_of(&run.flow, &id, &task, arguments.attempt)?]
    };
    let mut scrubbed = Vec::new();
    for attempt in attempts {
        let mut found = false;
        for stream in arguments.streams.wanted() {
            let whose = (&run.flow, &id, task.task);
            found |= records.files.scrub_log(whose, attempt, &[stream], notice(stream))?;
        }
        if found {
            scrubbed.push(attempt);
        }
    }
    Ok(Outcome::Scrubbed(scrubbed))
}

/// Metaflow's words: scripts look for them.
fn notice(stream: LogStream) -> &'static str {
    match stream {
        LogStream::Stdout => "[REDACTED runtime stdout]\n",
        LogStream::Stderr => "[REDACTED runtime stderr]\n",
    }
}
