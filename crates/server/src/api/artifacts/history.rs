//! One artifact over the runs of a flow.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use spinloom_datastore::Datastore;
use spinloom_diagnostics::Result;
use spinloom_flow::{FlowName, RunId, RunStatus, StepName, TaskId};
use spinloom_metadata::{Provider, RunQuery, RunRecord, TaskRecord, missing};
use utoipa::{IntoParams, ToSchema};

use super::item::Artifact;
use super::one::chosen;
use crate::api::place::Words;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::work::Gone;

/// Runs of an answer, unless another number is asked for, and at most.
const LIMIT: usize = 50;
const MOST: usize = 500;

/// Of which task, and how far back.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// The step whose first task has it; otherwise the step that runs end with.
    step: Option<String>,
    /// Only runs before this one: `next` of the page before.
    before: Option<String>,
    /// Runs to look at, at most 500.
    limit: Option<usize>,
}

/// An artifact over the runs of a flow.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArtifactHistory)]
pub(super) struct History {
    /// Newest first; runs that do not have it are left out.
    runs: Vec<Version>,
    /// `before` of the next page; none on the last.
    #[schema(value_type = Option<String>)]
    next: Option<RunId>,
}

/// The artifact of one run.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArtifactVersion)]
pub(super) struct Version {
    /// The run.
    #[schema(value_type = String)]
    run: RunId,
    /// Its state.
    #[schema(value_type = String)]
    status: RunStatus,
    /// When it was made, microseconds since the epoch.
    created_at: i64,
    /// The task.
    #[schema(value_type = u64)]
    task: TaskId,
    /// Whether it is another value than in the run before that has it.
    changed: bool,
    /// What it is.
    #[serde(flatten)]
    artifact: Artifact,
}

/// History of an artifact
///
/// An artifact in the latest runs of a flow, and in which of them it changed.
#[utoipa::path(
    get,
    path = "/flows/{flow}/artifacts/{name}/history",
    tag = "artifacts",
    params(("flow" = String, Path), ("name" = String, Path), Asked),
    responses(
        (status = 200, body = History),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn history(
    State(app): State<App>,
    words: Words,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<History>, Problem> {
    let asked = crate::api::asked(asked)?;
    let flow: FlowName = words.get("flow")?;
    let step = asked.step.as_ref().map(|step| step.parse::<StepName>()).transpose()?;
    let before = asked.before.as_ref().map(|run| run.parse::<RunId>()).transpose()?;
    let limit = asked.limit.unwrap_or(LIMIT).clamp(1, MOST);
    let name = words.text("name").to_owned();
    let gone = Gone::default();
    let heard = gone.clone();
    let _tells = gone.tells();
    let read = move |provider: &dyn Provider| -> Result<Vec<_>> {
        let runs = provider.runs(&flow, &RunQuery { before, limit, ..RunQuery::default() })?;
        if runs.is_empty() && !provider.flows()?.iter().any(|(known, _)| *known == flow) {
            return Err(missing(provider, &[flow.as_str()])?);
        }
        let mut found = Vec::new();
        for run in runs {
            heard.check()?;
            let task = task(provider, &run, step.as_ref())?;
            found.push((run, task));
        }
        Ok(found)
    };
    let tasks = app.readers.read(read).await?;
    let next = tasks.last().filter(|_| tasks.len() == limit).map(|(run, _)| run.run.clone());
    let shared = app.clone();
    let read = app.workers.answer(move |gone| match tasks.is_empty() {
        true => Ok(Vec::new()),
        false => versions(&shared.files.store()?, tasks, &name, gone),
    });
    Ok(Json(History { runs: read.await?, next }))
}

fn task(provider: &dyn Provider, run: &RunRecord, step: Option<&StepName>) -> Result<Option<TaskRecord>> {
    match step {
        None => provider.end_task(&run.flow, &run.run),
        Some(_) => Ok(provider.tasks(&run.flow, &run.run, step, None, 1)?.pop()),
    }
}

fn versions(
    store: &Datastore,
    tasks: Vec<(RunRecord, Option<TaskRecord>)>,
    name: &str,
    gone: &Gone,
) -> Result<Vec<Version>> {
    let mut versions: Vec<Version> = Vec::new();
    for (run, task) in tasks {
        gone.check()?;
        let Some(task) = task.filter(|task| task.manifest.is_some()) else { continue };
        // A run whose store is gone or damaged does not hide the others.
        let Ok((manifest, entry)) = chosen(store, task.manifest.as_deref(), name) else { continue };
        let artifact = Artifact::read(store, &manifest, &entry);
        if let Some(later) = versions.last_mut() {
            later.changed = later.artifact.hash != artifact.hash;
        }
        let (status, created_at) = (run.status, run.created_at);
        versions.push(Version {
            run: run.run,
            status,
            created_at,
            task: task.task,
            changed: false,
            artifact,
        });
    }
    Ok(versions)
}
