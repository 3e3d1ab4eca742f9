//! What a spin printed.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use spinloom_datastore::LogFile;
use spinloom_flow::{FlowName, RunId, TaskStatus};
use utoipa::IntoParams;

use super::item::TASK;
use super::{no_spin, nothing_kept};
use crate::api::logs::{Lines, LogStreams, MOST};
use crate::api::place::{AttemptPlace, Words};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};

/// Lines of a page, unless another number is asked for.
const COUNT: u64 = 1000;

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Which streams: `both`, `stdout` or `stderr`. Lines are numbered within what is asked for.
    #[serde(default)]
    stream: LogStreams,
    /// The first line, from 0; a negative number counts from the end.
    #[serde(default)]
    from: i64,
    /// How many lines, at most 10,000.
    count: Option<u64>,
}

/// What a spin printed
///
/// Any lines of it, with the time each began.
#[utoipa::path(
    get,
    path = "/spins/{flow}/{step}/{spin}/log",
    tag = "spins",
    params(("flow" = String, Path), ("step" = String, Path), ("spin" = String, Path), Asked),
    responses(
        (status = 200, body = Lines),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn spin_log(
    State(app): State<App>,
    words: Words,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Lines>, Problem> {
    let asked = crate::api::asked(asked)?;
    let (flow, spin): (FlowName, RunId) = (words.get("flow")?, words.get("spin")?);
    let step = words.text("step").to_owned();
    let kept = app.spins.kept().ok_or_else(|| nothing_kept(flow.as_str(), &step, spin.as_str()))?;
    let of = AttemptPlace { flow, run: spin, task: TASK, attempt: 0 };
    let place = of.clone();
    let found = kept.readers.read(move |provider| {
        let task = provider.task(&place.flow, &place.run, TASK)?;
        task.filter(|task| task.step.as_str() == step)
            .ok_or_else(|| no_spin(place.flow.as_str(), &step, place.run.as_str()))
    });
    let ended = found.await?.status != TaskStatus::Running;
    let (stream, count) = (asked.stream.one(), asked.count.unwrap_or(COUNT).min(MOST));
    let lines = app.workers.answer(move |_| {
        let read = |log: &LogFile| Lines::read(log, (&of, ended), stream, asked.from, count);
        let lines = kept.logs.with(&kept.files.store()?, &of, read)?;
        Ok(lines.unwrap_or_else(|| Lines::none(&of, ended)))
    });
    Ok(Json(lines.await?))
}
