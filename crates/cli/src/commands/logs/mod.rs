//! `logs`: what tasks wrote, byte for byte; or no longer.

mod follow;
mod lines;
mod scrub;
mod show;

use clap::{Args, Subcommand};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::event::LogStream;
use spinloom_flow::{FlowName, RunId};
use spinloom_metadata::{RunRecord, TaskRecord};

use crate::context::{Context, Records};
use crate::reply::Answer;

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("logs Training/58/train", "what the tasks of a step wrote"),
    ("logs Training/58/train/3 --stderr --attempt 0", "one stream of a first attempt"),
    (
        "logs Training/latest --follow --grep 'loss|warn'",
        "of a run at work, lines that match, until it is over",
    ),
    ("logs scrub Training/58/load", "overwrite what should not have been printed"),
];

/// Show what tasks wrote to standard output and standard error, or scrub it
///
/// Prints the bytes as they were written, in the order they came.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    inner: Option<Inner>,

    #[command(flatten)]
    show: show::ShowArgs,
}

#[derive(Debug, Subcommand)]
enum Inner {
    /// Show what tasks wrote (the same as without `show`)
    Show(show::ShowArgs),
    /// Overwrite what tasks wrote with a notice, for good
    Scrub(scrub::ScrubArgs),
}

// Which streams. (Not a doc comment: clap would show it as help.)
#[derive(Debug, Args)]
struct Streams {
    /// Only standard output
    #[arg(long)]
    stdout: bool,

    /// Only standard error
    #[arg(long)]
    stderr: bool,

    /// Both streams (the default)
    #[arg(long)]
    both: bool,
}

impl Streams {
    fn wanted(&self) -> Vec<LogStream> {
        let all = self.stdout == self.stderr;
        let mut wanted = Vec::new();
        if self.stdout || all {
            wanted.push(LogStream::Stdout);
        }
        if self.stderr || all {
            wanted.push(LogStream::Stderr);
        }
        wanted
    }
}

/// Shows or scrubs logs.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    match &arguments.inner {
        Some(Inner::Show(inner)) => show::run(inner, context),
        Some(Inner::Scrub(inner)) => scrub::run(inner, context),
        None => show::run(&arguments.show, context),
    }
}

/// The pathspec, which must be given.
fn named<'a>(pathspec: Option<&'a String>, what: &str) -> Result<&'a str> {
    let error = || {
        Error::new(codes::USAGE, format!("name the run, step or task whose logs to {what}"))
            .hint(format!("write `logs {}Flow/run/step`", if what == "show" { "" } else { "scrub " }))
    };
    pathspec.map(String::as_str).ok_or_else(error)
}

/// The task that wrote what belongs to `task`: what is adopted was written in the origin run (RE-11).
fn writer(records: &Records, run: &RunRecord, task: &TaskRecord) -> Result<(RunId, TaskRecord)> {
    let (mut id, mut task) = (run.run.clone(), task.clone());
    while let Some((origin, origin_task)) = task.origin.clone() {
        let Some(found) = records.provider.task(&run.flow, &origin, origin_task)? else { break };
        (id, task) = (origin, found);
    }
    Ok((id, task))
}

/// The attempt asked for, the latest by default.
fn attempt_of(flow: &FlowName, run: &RunId, task: &TaskRecord, asked: Option<u32>) -> Result<u32> {
    match asked {
        Some(attempt) if attempt > task.attempt => {
            let name = format!("{flow}/{run}/{}/{}", task.step, task.task);
            let message = format!("`{name}` has no attempt {attempt}");
            Err(Error::new(codes::NOT_FOUND, message).hint(format!("its latest is {}", task.attempt)))
        }
        other => Ok(other.unwrap_or(task.attempt)),
    }
}

/// Not a task of the user's.
fn is_parameters(task: &TaskRecord) -> bool {
    task.step.as_str() == "_parameters"
}
