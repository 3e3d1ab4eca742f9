//! What failed in a run.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use spinloom_diagnostics::Result;
use spinloom_flow::event::Failure;
use spinloom_metadata::Provider;
use spinloom_timeline::failures::{self, Counted};
use utoipa::ToSchema;

use super::place::{self, RunPath};
use super::task::FailureBody;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::views::View;

/// Groups that are told at most.
const GROUPS: usize = 100;

/// What failed in a run.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Errors {
    /// The number of the change feed this is as of.
    seq: u64,
    /// How many groups there are.
    total: usize,
    /// The groups, what ended most tasks first; at most 100.
    groups: Vec<ErrorGroup>,
}

/// Attempts that failed alike.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorGroup {
    /// How often, and what they have in common.
    #[serde(flatten)]
    counted: Counted,
    /// The step of the example.
    step: String,
    /// What the example failed with, its traceback included.
    failure: Option<FailureBody>,
}

/// What failed in a run
///
/// Failed attempts, alike together: the same exception from the same line, saying the same but for numbers. Each group with one
/// example, traceback included.
#[utoipa::path(
    get, path = "/flows/{flow}/runs/{run}/errors", tag = "run", params(RunPath),
    responses((status = 200, body = Errors), (status = 404, body = ProblemBody))
)]
pub(super) async fn errors(
    State(app): State<App>,
    Path(path): Path<RunPath>,
) -> Result<Json<Errors>, Problem> {
    place::with(&app, &path.flow, &path.run, |provider, view| {
        let counted = failures::count(&view.tasks.timeline, None);
        let total = counted.len();
        let groups = counted.into_iter().take(GROUPS).map(|counted| group(provider, &view, counted));
        Ok(Json(Errors { seq: view.seq, total, groups: groups.collect::<Result<_>>()? }))
    })
    .await
}

fn group(provider: &dyn Provider, view: &View, counted: Counted) -> Result<ErrorGroup> {
    let task = view.task(counted.example.task);
    let step = task.map(|task| view.tasks.timeline.step_of(task).to_string()).unwrap_or_default();
    let record = &view.record;
    let attempts = provider.attempts(&record.flow, &record.run, counted.example.task)?;
    let example = attempts.into_iter().find(|attempt| attempt.attempt == counted.example.attempt);
    let failure: Option<Failure> = example.and_then(|attempt| attempt.failure);
    Ok(ErrorGroup { counted, step, failure: failure.map(FailureBody::from) })
}
