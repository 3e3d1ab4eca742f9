//! What the tasks of a step used together.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use spinloom_diagnostics::Result;
use spinloom_flow::StepName;
use utoipa::ToSchema;

use super::sum::sum;
use crate::api::place::{self, Words};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};

/// Tasks whose curves are added up, at most.
const TASKS: usize = 5000;

/// What the tasks of a step used, added up, as columns of equal spans of time. Only the latest attempt of each task counts, and of those only
/// attempts that have a curve.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StepResourceCurve)]
pub(super) struct StepCurve {
    /// When the first span began, microseconds since the epoch.
    from: i64,
    /// How long a span is, microseconds.
    every_us: i64,
    /// When the last span ended, which may be shorter, microseconds since the epoch.
    to: i64,
    /// Processors at work, on average.
    cores: Vec<f64>,
    /// Resident memory, KiB, on average.
    rss_kib: Vec<f64>,
    /// Bytes read from disks.
    read_bytes: Vec<f64>,
    /// Bytes written to disks.
    written_bytes: Vec<f64>,
    /// GPUs at work, on average. Empty if none was used.
    gpus: Vec<f64>,
    /// Memory of GPUs, KiB, on average. Empty if none was used.
    gpu_kib: Vec<f64>,
    /// Attempts at work, on average.
    attempts: Vec<f64>,
    /// The most memory that one attempt had at once, KiB.
    max_rss_kib: u64,
    /// CPU time of all of them, microseconds.
    cpu_us: u64,
    /// Tasks that were looked at.
    tasks: usize,
    /// Those that have a curve.
    with_curve: usize,
    /// There are more tasks than were looked at.
    partial: bool,
}

/// Resources of a step
///
/// What the tasks of a step used together over time.
#[utoipa::path(
    get,
    path = "/flows/{flow}/runs/{run}/steps/{step}/resources",
    operation_id = "step_resources",
    tag = "resources",
    params(("flow" = String, Path), ("run" = String, Path), ("step" = String, Path)),
    responses(
        (status = 200, body = StepCurve),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn step(State(app): State<App>, words: Words) -> Result<Json<StepCurve>, Problem> {
    let ((flow, run), step) = (words.run()?, words.get::<StepName>("step")?);
    let of = (flow.clone(), run.clone());
    let read = move |provider: &dyn spinloom_metadata::Provider| -> Result<_> {
        place::run(provider, &of.0, &of.1)?;
        provider.tasks(&of.0, &of.1, Some(&step), None, TASKS)
    };
    let tasks = app.readers.read(read).await?;
    let shared = app.clone();
    let count = tasks.len();
    let read = app.workers.answer(move |gone| {
        let mut curves = Vec::new();
        if tasks.is_empty() {
            return Ok(curves);
        }
        let store = shared.files.store()?;
        // What was adopted ran in another run, at another time.
        for task in tasks.iter().filter(|task| task.origin.is_none()) {
            gone.check()?;
            curves.extend(store.resources(&flow, &run, task.task, task.attempt)?);
        }
        Ok(curves)
    });
    let curves = read.await?;
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let last = curves.iter().filter_map(|curve| curve.points.last());
    let sum = sum(&curves);
    Ok(Json(StepCurve {
        from: sum.from,
        every_us: sum.every_us,
        to: sum.to,
        cores: sum.cores,
        rss_kib: sum.rss_kib,
        read_bytes: sum.read_bytes,
        written_bytes: sum.written_bytes,
        gpus: sum.gpus,
        gpu_kib: sum.gpu_kib,
        attempts: sum.attempts,
        max_rss_kib: points().map(|point| point.rss_kib).max().unwrap_or(0),
        cpu_us: last.map(|point| point.cpu_us).sum(),
        tasks: count,
        with_curve: curves.len(),
        partial: count == TASKS,
    }))
}
