//! What decided how long a run took.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use spinloom_timeline::path::CriticalPath;
use utoipa::ToSchema;

use super::place::{self, RunPath};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::views::now;

/// The critical path of a run.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PathAnswer {
    /// The number of the change feed this is as of.
    seq: u64,
    /// The path.
    #[serde(flatten)]
    path: CriticalPath,
}

/// The critical path of a run
///
/// The chain of tasks that decided how long the run took, or has been taking, and what would have made it shorter: a straggler
/// that had done as others of its step, a step twice as fast, no waiting for workers, no retries. What a change saves is no more than
/// the next longest path allows.
#[utoipa::path(
    get, path = "/flows/{flow}/runs/{run}/critical-path", tag = "run", params(RunPath),
    responses((status = 200, body = PathAnswer), (status = 404, body = ProblemBody))
)]
pub(super) async fn critical_path(
    State(app): State<App>,
    Path(path): Path<RunPath>,
) -> Result<Json<PathAnswer>, Problem> {
    place::with(&app, &path.flow, &path.run, |_, view| {
        let path = view.critical_path(now()).as_ref().clone();
        Ok(Json(PathAnswer { seq: view.seq, path }))
    })
    .await
}
