//! `code`: the code that runs were started with, compared and brought back (OP-06).

mod changes;
mod diff;
mod patch;
mod pull;
mod sides;

use clap::{Args, Subcommand};
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

/// Metaflow's packages hold Metaflow too: under `.mf_…`, or beside the flow in those of old versions.
fn of_the_user(mut items: Vec<Item>) -> Vec<Item> {
    let has = |name: &str| items.iter().any(|item| item.name == name);
    let is_old = has("INFO") && has("metaflow/__init__.py");
    items.retain(|item| match item.name.split('/').next() {
        Some("metaflow" | "metaflow_extensions" | "INFO" | "CONFIG") => !is_old,
        first => !first.is_some_and(|first| first.starts_with(".mf_")),
    });
    items
}

/// `training_58` of `Training/58`, as Metaflow calls files after a run.
fn file_stem(run: &RunRecord) -> String {
    name(run).to_lowercase().replace('/', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(names: &[&str]) -> Vec<String> {
        let item = |name: &&str| Item { name: (*name).to_owned(), bytes: Vec::new(), executable: false };
        of_the_user(names.iter().map(item).collect()).into_iter().map(|item| item.name).collect()
    }

    /// OP-06: what Metaflow packs beside the user's files is nobody's code.
    #[test]
    fn metaflow_itself_is_left_out() {
        assert_eq!(left(&[".mf_code/metaflow/cli.py", ".mf_meta/INFO", "flow.py"]), ["flow.py"]);
        assert_eq!(left(&["INFO", "flow.py", "metaflow/__init__.py", "metaflow/cli.py"]), ["flow.py"]);
        assert_eq!(left(&["INFO", "flow.py", "metaflow/notes.py"]), ["INFO", "flow.py", "metaflow/notes.py"]);
    }
}
