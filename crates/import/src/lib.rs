//! "I have a store of Metaflow's and one of ours: bring the runs of the one into the other."
//!
//! Main functions: [`plan`] (which runs would come, and which cannot) and [`import`]. A run comes with its tasks, attempts,
//! artifacts, logs, tags and code package, and keeps its ids and times. Importing again adds what is new. What is *not* here:
//! how Metaflow's files are read (`spinloom-metaflow`).
//!
//! # What survives what
//!
//! Artifacts and logs of a run are written first, then its metadata, and the word that it is complete with the last of them.
//! So after `kill -9` at any instant importing again gives the same as importing once. Two imports of one run never work at
//! the same time: the one that comes second leaves it out.

mod attempts;
mod changes;
mod content;
mod keeper;
mod lineage;
mod plan;
mod report;
mod run;
mod shape;
mod task_ids;

use spinloom_datastore::Datastore;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId};
use spinloom_metadata::Provider;
use spinloom_metaflow::Store;

use keeper::Saved;
pub use plan::{Planned, Standing, plan};
pub use report::{Imported, Progress, Report, Skipped};

/// What to bring in.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Only runs of this flow.
    pub flow: Option<FlowName>,
    /// Only these runs.
    pub runs: Vec<RunId>,
    /// Only runs made since, microseconds since the Unix epoch.
    pub since: Option<i64>,
    /// What the flow is called here, if not as there.
    pub as_flow: Option<FlowName>,
    /// Who ran what a store does not name a user for.
    pub user: Option<String>,
    /// Where the store is, in words: to be kept with each run.
    pub from: String,
    /// What time it is, microseconds since the Unix epoch.
    pub now: i64,
}

/// Where runs come to.
pub struct Target<'a> {
    /// Artifacts and logs.
    pub files: &'a Datastore,
    /// Everything else.
    pub provider: &'a mut dyn Provider,
}

/// Brings the runs that `request` asks for from `source` into `target`. `listener` is told how far it is.
///
/// What is damaged or cannot be brought in is left out and named in the report.
///
/// # Errors
/// `SL0301` if there is no such flow or run; as reading `source` and writing `target`, and then what is complete stays.
pub fn import(
    source: &Store,
    target: &mut Target<'_>,
    request: &Request,
    listener: &mut dyn FnMut(&Progress),
) -> Result<Report> {
    let planned = plan(source, Some(&*target.provider), request)?;
    let mut report = Report::default();
    let mut saved = Saved::default();
    let mut progress = Progress { runs: planned.len(), ..Progress::default() };
    for one in planned {
        progress.pathspec = one.pathspec();
        listener(&progress);
        match run::bring((source, &mut *target, &mut saved), request, &one, (&mut progress, &mut *listener)) {
            Ok(Ok(imported)) => report.add(imported),
            Ok(Err(skipped)) => report.skipped.push(skipped),
            Err(error) if is_of_the_run(&error) => report.skipped.push(Skipped {
                pathspec: one.pathspec(),
                reason: error
                    .causes()
                    .iter()
                    .fold(error.message().to_owned(), |text, c| format!("{text}: {c}")),
                hint: error.hints().first().cloned(),
            }),
            Err(error) => return Err(error),
        }
        progress.runs_done += 1;
    }
    listener(&progress);
    Ok(report)
}

/// Whether the error says something about one run only, and the others can come.
fn is_of_the_run(error: &Error) -> bool {
    [codes::STORE_CORRUPT, codes::BAD_TAG, codes::BAD_NAME, codes::CANNOT_RESUME].contains(&error.code())
}
