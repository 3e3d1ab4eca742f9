//! Artifacts of a whole run, by name.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use spinloom_datastore::{Datastore, ManifestRef};
use spinloom_diagnostics::Result;
use spinloom_flow::{StepName, TaskId};
use spinloom_metadata::TaskRecord;
use utoipa::{IntoParams, ToSchema};

use super::item::{Artifact, is_private};
use crate::api::place::{self, Words};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::work::Gone;

/// Artifacts of a page, unless another number is asked for, and at most.
const LIMIT: usize = 200;
const MOST: usize = 2000;
/// Tasks that one request looks at, at most.
const TASKS: usize = 5000;

/// Which artifacts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Part of the name; capital letters do not matter.
    #[serde(default)]
    name: String,
    /// Only of this step.
    step: Option<String>,
    /// Only of tasks after this one: `next` of the page before.
    after: Option<u64>,
    /// How many, at most 2,000; all of one task are in one page.
    limit: Option<usize>,
    /// Those whose names begin with `_`, too.
    #[serde(default)]
    private: bool,
}

/// Some artifacts of a run.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArtifactPage)]
pub(super) struct Page {
    /// In the order of tasks, then names.
    artifacts: Vec<Found>,
    /// `after` of the next page; none on the last.
    next: Option<u64>,
    /// Tasks that were looked at.
    tasks: usize,
}

/// An artifact, and whose it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FoundArtifact)]
pub(super) struct Found {
    /// The step.
    #[schema(value_type = String)]
    step: StepName,
    /// The task.
    #[schema(value_type = u64)]
    task: TaskId,
    /// What it is.
    #[serde(flatten)]
    artifact: Artifact,
}

/// Artifacts of a run
///
/// What the tasks of a run saved, by name, a page at a time. Parameters and constants, which all tasks share, are those of the
/// step `_parameters`.
#[utoipa::path(
    get,
    path = "/flows/{flow}/runs/{run}/artifacts",
    tag = "artifacts",
    params(("flow" = String, Path), ("run" = String, Path), Asked),
    responses(
        (status = 200, body = Page),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn run_artifacts(
    State(app): State<App>,
    words: Words,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Page>, Problem> {
    let asked = crate::api::asked(asked)?;
    let (flow, run) = words.run()?;
    let step = asked.step.as_ref().map(|step| step.parse::<StepName>()).transpose()?;
    let after = asked.after.map(TaskId);
    let read = move |provider: &dyn spinloom_metadata::Provider| -> Result<_> {
        place::run(provider, &flow, &run)?;
        provider.tasks(&flow, &run, step.as_ref(), after, TASKS)
    };
    let tasks = app.readers.read(read).await?;
    let shared = app.clone();
    let page = app.workers.answer(move |gone| match tasks.is_empty() {
        true => Ok(Page { artifacts: Vec::new(), next: None, tasks: 0 }),
        false => gather(&shared.files.store()?, tasks, &asked, gone),
    });
    Ok(Json(page.await?))
}

fn gather(store: &Datastore, tasks: Vec<TaskRecord>, asked: &Asked, gone: &Gone) -> Result<Page> {
    let limit = asked.limit.unwrap_or(LIMIT).clamp(1, MOST);
    let name = asked.name.to_lowercase();
    let full = tasks.len() == TASKS;
    let mut page = Page { artifacts: Vec::new(), next: None, tasks: 0 };
    let mut last = None;
    for task in tasks {
        gone.check()?;
        if page.artifacts.len() >= limit {
            page.next = last;
            return Ok(page);
        }
        last = Some(task.task.0);
        page.tasks += 1;
        let Some(address) = &task.manifest else { continue };
        let manifest = store.manifest(&address.parse::<ManifestRef>()?)?;
        for entry in &manifest.artifacts {
            let named = name.is_empty() || entry.name.as_str().to_lowercase().contains(&name);
            if named && (asked.private || !is_private(entry)) {
                let artifact = Artifact::read(store, &manifest, entry);
                page.artifacts.push(Found { step: task.step.clone(), task: task.task, artifact });
            }
        }
    }
    page.next = last.filter(|_| full);
    Ok(page)
}
