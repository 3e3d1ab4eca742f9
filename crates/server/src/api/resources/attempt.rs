//! The curve of one attempt.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use spinloom_datastore::ResourcePoint;
use spinloom_diagnostics::Result;
use spinloom_flow::TaskStatus;
use utoipa::ToSchema;

use crate::api::place::{self, Words};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};

/// What one attempt used, as columns. Sums grow from 0 at the start of the attempt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResourceCurve)]
pub(super) struct Curve {
    /// When the attempt started, microseconds since the epoch.
    started_at: i64,
    /// Whether it is over.
    ended: bool,
    /// When, microseconds since the start. Empty if the attempt was too short for a curve, or if none was wanted.
    at_us: Vec<u64>,
    /// CPU time until then, microseconds, of all processes of the task.
    cpu_us: Vec<u64>,
    /// The most resident memory since the point before, KiB. Pages that processes share count for each.
    rss_kib: Vec<u64>,
    /// Bytes read from disks until then.
    read_bytes: Vec<u64>,
    /// Bytes written to disks until then.
    written_bytes: Vec<u64>,
    /// Processes.
    processes: Vec<u64>,
    /// Time for which a GPU was at work until then, microseconds; of two at once, twice as much. Empty if none was used.
    gpu_us: Vec<u64>,
    /// The most memory of GPUs since the point before, KiB. Empty if none was used.
    gpu_kib: Vec<u64>,
    /// CPU time in all, microseconds, once it is over.
    total_cpu_us: u64,
    /// Peak resident memory of one process, KiB, once it is over.
    max_rss_kib: u64,
}

/// Resources of an attempt
///
/// CPU time, memory, disk traffic and GPUs of the processes of an attempt, about once a second, of a long attempt less often. `attempt` is a number or
/// `latest`.
#[utoipa::path(
    get,
    path = "/flows/{flow}/runs/{run}/tasks/{task}/attempts/{attempt}/resources",
    tag = "resources",
    params(("flow" = String, Path), ("run" = String, Path), ("task" = u64, Path), ("attempt" = String, Path)),
    responses(
        (status = 200, body = Curve),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn attempt(State(app): State<App>, words: Words) -> Result<Json<Curve>, Problem> {
    let ((flow, run), task, attempt) = (words.run()?, words.task()?, words.attempt()?);
    let read = move |provider: &dyn spinloom_metadata::Provider| -> Result<_> {
        let (of, _) = place::attempt(provider, (&flow, &run), task, attempt)?;
        let attempts = provider.attempts(&of.flow, &of.run, of.task)?;
        let record = attempts.into_iter().find(|one| one.attempt == of.attempt);
        Ok((of, record))
    };
    let (of, record) = app.readers.read(read).await?;
    let shared = app.clone();
    let read =
        app.workers.answer(move |_| shared.files.store()?.resources(&of.flow, &of.run, of.task, of.attempt));
    let found = read.await?.unwrap_or_default();
    let column = |of: fn(&ResourcePoint) -> u64| found.points.iter().map(of).collect();
    let of_gpus = |of: fn(&ResourcePoint) -> u64| found.gpu_points().iter().map(of).collect();
    let usage = record.as_ref().map(|record| record.usage).unwrap_or_default();
    Ok(Json(Curve {
        started_at: record.as_ref().map_or(found.started_at, |record| record.started_at),
        ended: record.as_ref().is_none_or(|record| record.status != TaskStatus::Running),
        at_us: column(|point| point.at_us),
        cpu_us: column(|point| point.cpu_us),
        rss_kib: column(|point| point.rss_kib),
        read_bytes: column(|point| point.read_bytes),
        written_bytes: column(|point| point.written_bytes),
        processes: column(|point| point.processes),
        gpu_us: of_gpus(|point| point.gpu_us),
        gpu_kib: of_gpus(|point| point.gpu_kib),
        total_cpu_us: usage.cpu_us,
        max_rss_kib: usage.max_rss_kib,
    }))
}
