//! What clients read back.

use std::collections::HashSet;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_metadata::service::{ArtifactDoc, Scope, Service, TaskPath};

use super::page::{Asked, Listing, Order, Pairs, paged, whole};
use super::{reply, writer};
use crate::app::App;
use crate::problem::Problem;

/// Clients wait for long lists: a run of 50,000 tasks has a million artifacts.
const DEADLINE: Duration = Duration::from_secs(120);

type InRun = Path<(String, String)>;
type InStep = Path<(String, String, String)>;
type InTask = Path<(String, String, String, String)>;

/// Well, if metadata can be read.
pub(super) async fn health(State(app): State<App>) -> Response {
    match read(&app, |service| service.service_flow("").map(drop)).await {
        // A document within a text.
        Ok(()) => reply::text(StatusCode::OK, r#""{\"status\": \"UP\"}""#),
        Err(problem) => reply::problem(problem),
    }
}

async fn read<T: Send + 'static>(
    app: &App,
    read: impl FnOnce(&dyn Service) -> Result<T> + Send + 'static,
) -> std::result::Result<T, Problem> {
    let location = app.options.metadata.clone();
    let answer = app.readers.read_within(DEADLINE, move |provider| {
        read(provider.service().ok_or_else(|| writer::unsupported(&location))?)
    });
    answer.await
}

/// One object, or 404.
async fn one<T: Serialize>(
    app: &App,
    find: impl FnOnce(&dyn Service) -> Result<Option<T>> + Send + 'static,
) -> Response {
    let written = |service: &dyn Service| find(service)?.map(|document| written(&document)).transpose();
    match read(app, written).await {
        Ok(Some(body)) => reply::text(StatusCode::OK, body),
        Ok(None) => reply::absent(),
        Err(problem) => reply::problem(problem),
    }
}

fn written(document: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(document)
        .map_err(|e| Error::new(codes::INTERNAL, "an answer cannot be written").cause(e))
}

/// A list, or a page of it if that is asked for.
async fn list(
    app: &App,
    Query(pairs): Query<Pairs>,
    list: impl FnOnce(&dyn Service, Option<&Asked>) -> Result<Listing> + Send + 'static,
) -> Response {
    let asked = match Asked::of(pairs) {
        Ok(asked) => asked,
        Err(why) => return reply::bad(&why),
    };
    match read(app, move |service| list(service, asked.as_ref())).await {
        Ok(Listing { body, limit, next }) => reply::page(body, limit, next),
        Err(problem) => reply::problem(problem),
    }
}

pub(super) async fn flows(State(app): State<App>, query: Query<Pairs>) -> Response {
    list(&app, query, |service, asked| whole(asked, Order::Descending, service.service_flows()?)).await
}

pub(super) async fn flow(State(app): State<App>, Path(flow): Path<String>) -> Response {
    one(&app, move |service| service.service_flow(&flow)).await
}

pub(super) async fn runs(State(app): State<App>, Path(flow): Path<String>, query: Query<Pairs>) -> Response {
    list(&app, query, move |service, asked| {
        paged(asked, |before, limit| service.service_runs(&flow, before, limit))
    })
    .await
}

pub(super) async fn run(State(app): State<App>, Path((flow, run)): InRun) -> Response {
    one(&app, move |service| service.service_run(&flow, &run)).await
}

pub(super) async fn steps(State(app): State<App>, Path((flow, run)): InRun, query: Query<Pairs>) -> Response {
    list(&app, query, move |service, asked| {
        whole(asked, Order::Descending, service.service_steps(&flow, &run)?)
    })
    .await
}

pub(super) async fn step(State(app): State<App>, Path((flow, run, step)): InStep) -> Response {
    one(&app, move |service| service.service_step(&flow, &run, &step)).await
}

pub(super) async fn tasks(
    State(app): State<App>,
    Path((flow, run, step)): InStep,
    query: Query<Pairs>,
) -> Response {
    list(&app, query, move |service, asked| {
        paged(asked, |after, limit| service.service_tasks((&flow, &run, &step), after, limit))
    })
    .await
}

pub(super) async fn task(State(app): State<App>, Path((flow, run, step, task)): InTask) -> Response {
    one(&app, move |service| service.service_task(&TaskPath { flow, run, step, task })).await
}

/// What tasks are filtered by.
#[derive(Deserialize)]
pub(super) struct TaskFilter {
    metadata_field_name: Option<String>,
    pattern: Option<String>,
}

/// Tasks that something was said about: of a field, if one is named, and with a value that the pattern is found in.
pub(super) async fn filtered_tasks(
    State(app): State<App>,
    Path((flow, run, step)): InStep,
    Query(filter): Query<TaskFilter>,
) -> Response {
    let pattern = match filter.pattern.as_deref().map(regex::Regex::new).transpose() {
        Ok(pattern) => pattern,
        Err(error) => return reply::bad(&format!("the pattern cannot be read: {error}")),
    };
    let field = filter.metadata_field_name;
    let found = read(&app, move |service| {
        let tasks = service.service_tasks((&flow, &run, &step), None, 0)?;
        let mut ids: Vec<String> = tasks.into_iter().map(|(_, task)| task.task_id.to_string()).collect();
        if field.is_some() || pattern.is_some() {
            let data = service.service_metadata(&flow, &run, Scope::Step(&step))?;
            let fits = data.iter().map(|(_, datum)| datum).filter(|datum| {
                field.as_ref().is_none_or(|field| *field == datum.field_name)
                    && pattern
                        .as_ref()
                        .is_none_or(|pattern| pattern.is_match(&super::page::plain(datum.value.as_deref())))
            });
            let fitting: HashSet<String> = fits.map(|datum| datum.task_id.to_string()).collect();
            ids.retain(|id| fitting.contains(id));
        }
        Ok(ids.into_iter().map(|id| format!("{flow}/{run}/{step}/{id}")).collect::<Vec<_>>())
    });
    match found.await {
        Ok(paths) => reply::json(StatusCode::OK, &paths),
        Err(problem) => reply::problem(problem),
    }
}

pub(super) async fn run_metadata(
    State(app): State<App>,
    Path((flow, run)): InRun,
    query: Query<Pairs>,
) -> Response {
    list(&app, query, move |service, asked| {
        whole(asked, Order::Descending, service.service_metadata(&flow, &run, Scope::Run)?)
    })
    .await
}

pub(super) async fn task_metadata(
    State(app): State<App>,
    Path((flow, run, step, task)): InTask,
    query: Query<Pairs>,
) -> Response {
    list(&app, query, move |service, asked| {
        let scope = Scope::Task(&step, &task);
        whole(asked, Order::Descending, service.service_metadata(&flow, &run, scope)?)
    })
    .await
}

pub(super) async fn run_artifacts(
    State(app): State<App>,
    Path((flow, run)): InRun,
    query: Query<Pairs>,
) -> Response {
    list(&app, query, move |service, asked| {
        whole(asked, Order::Ascending, service.service_artifacts(&flow, &run, Scope::Run, None)?)
    })
    .await
}

pub(super) async fn step_artifacts(
    State(app): State<App>,
    Path((flow, run, step)): InStep,
    query: Query<Pairs>,
) -> Response {
    list(&app, query, move |service, asked| {
        whole(asked, Order::Ascending, service.service_artifacts(&flow, &run, Scope::Step(&step), None)?)
    })
    .await
}

pub(super) async fn task_artifacts(State(app): State<App>, path: InTask, query: Query<Pairs>) -> Response {
    artifacts_of(&app, path, None, query).await
}

pub(super) async fn attempt_artifacts(
    State(app): State<App>,
    Path((flow, run, step, task, attempt)): Path<(String, String, String, String, String)>,
    query: Query<Pairs>,
) -> Response {
    match number(&attempt) {
        Ok(attempt) => artifacts_of(&app, Path((flow, run, step, task)), Some(attempt), query).await,
        Err(why) => reply::bad(&why),
    }
}

async fn artifacts_of(
    app: &App,
    Path((flow, run, step, task)): InTask,
    attempt: Option<u32>,
    query: Query<Pairs>,
) -> Response {
    list(app, query, move |service, asked| {
        let scope = Scope::Task(&step, &task);
        whole(asked, Order::Ascending, service.service_artifacts(&flow, &run, scope, attempt)?)
    })
    .await
}

type Artifact = (String, String, String, String, String);

pub(super) async fn artifact(State(app): State<App>, Path(path): Path<Artifact>) -> Response {
    one(&app, move |service| named(service, &path, None)).await
}

pub(super) async fn artifact_of_attempt(
    State(app): State<App>,
    Path((flow, run, step, task, name, attempt)): Path<(String, String, String, String, String, String)>,
) -> Response {
    match number(&attempt) {
        Ok(attempt) => {
            let path = (flow, run, step, task, name);
            one(&app, move |service| named(service, &path, Some(attempt))).await
        }
        Err(why) => reply::bad(&why),
    }
}

fn named(
    service: &dyn Service,
    (flow, run, step, task, name): &Artifact,
    attempt: Option<u32>,
) -> Result<Option<ArtifactDoc>> {
    let all = service.service_artifacts(flow, run, Scope::Task(step, task), attempt)?;
    Ok(all.into_iter().map(|(_, doc)| doc).find(|doc| doc.name == *name))
}

fn number(attempt: &str) -> std::result::Result<u32, String> {
    attempt.parse().map_err(|_| format!("`{attempt}` is no number of an attempt"))
}
