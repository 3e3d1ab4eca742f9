//! `code`: the code that runs were started with, compared and brought back (OP-06).

mod changes;
mod diff;
mod patch;
mod pull;
mod sides;

use clap::{Args, Subcommand};
use spinloom_compare::code::of_the_user;
use spinloom_datastore::package::{self, Item};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_metadata::RunRecord;

use super::store::name;
use crate::context::{Context, Records};
use crate::reply::Answer;
use crate::target;

pub(crate) const EXAMPLES: &[(&str, &str)] = &[
    ("code diff Training/58", "what you changed since a run"),
    ("code diff Training/57 Training/58", "what changed between two runs"),
    ("code pull Training/58 --dir as-of-58", "the code of a run, as files"),
    ("code patch Training/58 --file-path back.patch", "what would bring that code back here"),
];

/// Compare and bring back the code of runs
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    inner: Inner,
}

#[derive(Debug, Subcommand)]
enum Inner {
    /// Show how the code of a run differs from that of another, or from a folder
    Diff(diff::DiffArgs),
    /// Show how the code of two runs differs
    #[command(hide = true)]
    DiffRuns(diff::RunsArgs),
    /// Put the code of a run into a folder
    Pull(pull::PullArgs),
    /// Write a patch that turns the code here into that of a run
    Patch(patch::PatchArgs),
}

/// Compares it or brings it back.
pub(crate) fn run(arguments: &Arguments, context: &mut Context<'_>) -> Answer {
    match &arguments.inner {
        Inner::Diff(diff) => diff::run(diff, context),
        Inner::DiffRuns(runs) => diff::between(runs, context),
        Inner::Pull(pull) => pull::run(pull, context),
        Inner::Patch(patch) => patch::run(patch, context),
    }
}

/// The code of the run that a pathspec names.
fn code(typed: &str, context: &Context<'_>, records: &Records) -> Result<(RunRecord, Vec<Item>)> {
    let run = target::run(records, &target::parse(typed, context, records)?)?;
    let Some(package) = records.files.package_of(&run.info)? else {
        return Err(Error::new(codes::NOT_FOUND, format!("no code was kept with `{}`", name(&run))).hint(
            "a run's code is kept when it starts; one that was imported has it only if it was kept there",
        ));
    };
    Ok((run, of_the_user(package::read(&package)?)))
}

/// `training_58` of `Training/58`, as Metaflow calls files after a run.
fn file_stem(run: &RunRecord) -> String {
    name(run).to_lowercase().replace('/', "_")
}
