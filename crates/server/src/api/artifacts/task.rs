//! The artifacts of one task.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId, TaskId};
use spinloom_metadata::{Provider, TaskRecord};
use utoipa::{IntoParams, ToSchema};

use super::item::{Artifact, of_manifest};
use crate::api::place::{self, Words};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};

/// Which artifacts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Of an earlier attempt than the latest.
    pub(super) attempt: Option<u32>,
    /// Those whose names begin with `_`, too.
    #[serde(default)]
    private: bool,
}

/// The artifacts of a task.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TaskArtifacts)]
pub(super) struct Artifacts {
    /// By name.
    artifacts: Vec<Artifact>,
}

/// Artifacts of a task
///
/// What an attempt saved or carried on, with previews.
#[utoipa::path(
    get,
    path = "/flows/{flow}/runs/{run}/tasks/{task}/artifacts",
    tag = "artifacts",
    params(("flow" = String, Path), ("run" = String, Path), ("task" = u64, Path), Asked),
    responses(
        (status = 200, body = Artifacts),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn artifacts(
    State(app): State<App>,
    words: Words,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Artifacts>, Problem> {
    let asked = crate::api::asked(asked)?;
    let (_, manifest) = found(&app, &words, asked.attempt).await?;
    let shared = app.clone();
    let read = app.workers.answer(move |_| {
        let Some(manifest) = manifest else { return Ok(Vec::new()) };
        of_manifest(&shared.files.store()?, Some(&manifest), asked.private)
    });
    Ok(Json(Artifacts { artifacts: read.await? }))
}

/// The task that a path names, and where the artifacts of its attempt are.
pub(super) async fn found(
    app: &App,
    words: &Words,
    attempt: Option<u32>,
) -> Result<(TaskRecord, Option<String>), Problem> {
    let ((flow, run), task) = (words.run()?, words.task()?);
    app.readers.read(move |provider| manifest(provider, (&flow, &run), task, attempt)).await
}

fn manifest(
    provider: &dyn Provider,
    of: (&FlowName, &RunId),
    id: TaskId,
    attempt: Option<u32>,
) -> Result<(TaskRecord, Option<String>)> {
    let task = place::task(provider, of, id)?;
    let Some(attempt) = attempt.filter(|attempt| *attempt != task.attempt || task.origin.is_some()) else {
        let address = task.manifest.clone();
        return Ok((task, address));
    };
    let (flow, run) = of;
    let (origin, written) = place::writer(provider, flow, run, task.clone())?;
    let attempts = provider.attempts(flow, &origin, written.task)?;
    let found = attempts.into_iter().find(|one| one.attempt == attempt);
    let none =
        || Error::new(codes::NOT_FOUND, format!("task {id} of `{flow}/{run}` has no attempt {attempt}"));
    let address = found.ok_or_else(none)?.manifest;
    Ok((task, address))
}
