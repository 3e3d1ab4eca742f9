//! One step of a run: how its tasks did.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use spinloom_timeline::failures::{self, Counted};
use spinloom_timeline::stats::{self, Counts, Spread};
use utoipa::ToSchema;

use super::place::{self, StepPath};
use super::tasks::{TaskRow, row};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::views::{ShapeStep, View, now};

/// So many of the slowest are named.
const SLOWEST: usize = 20;

/// A step of a run.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StepDetail {
    /// The number of the change feed this is as of.
    seq: u64,
    /// The step in the flow graph; none if no flow graph was recorded.
    graph: Option<ShapeStep>,
    /// Its tasks, counted.
    counts: Counts,
    /// How long tasks waited after the last of their inputs was there.
    waits: Option<Spread>,
    /// The tasks that took longest, the longest first; those at work count as long as they have been so.
    slowest: Vec<TaskRow>,
    /// What failed, alike together, what ended most tasks first.
    failures: Vec<Counted>,
}

/// How the tasks of a step did
///
/// Percentiles, the twenty slowest, and failures grouped by what they have in common.
#[utoipa::path(
    get, path = "/flows/{flow}/runs/{run}/steps/{step}", tag = "run", params(StepPath),
    responses((status = 200, body = StepDetail), (status = 404, body = ProblemBody))
)]
pub(super) async fn step(
    State(app): State<App>,
    Path(path): Path<StepPath>,
) -> Result<Json<StepDetail>, Problem> {
    place::with(&app, &path.flow, &path.run, move |provider, view| match detail(&view, &path.step, now()) {
        Some(detail) => Ok(Json(detail)),
        None => Err(place::no_step(provider, &view, &path.step)),
    })
    .await
}

/// None if the flow has no such step.
fn detail(view: &View, name: &str, now: i64) -> Option<StepDetail> {
    let graph = view.shape.step(name).cloned();
    let timeline = &view.tasks.timeline;
    let Some(number) = timeline.step(name) else {
        // It has not begun.
        graph.as_ref()?;
        let counts = Counts::default();
        return Some(StepDetail {
            seq: view.seq,
            graph,
            counts,
            waits: None,
            slowest: Vec::new(),
            failures: Vec::new(),
        });
    };
    let slowest = stats::slowest(timeline, number, now, SLOWEST);
    Some(StepDetail {
        seq: view.seq,
        graph,
        counts: view.counts_of(name).cloned().unwrap_or_default(),
        waits: stats::waits(timeline, number),
        slowest: slowest.iter().filter_map(|(id, _)| Some(row(view, view.task(*id)?, now))).collect(),
        failures: failures::count(timeline, Some(number)),
    })
}
