//! What a pasted text means: a pathspec, a run by its id alone, the latest run of a flow, an address of Metaflow's GUI.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use spinloom_diagnostics::{Error, codes};
use spinloom_flow::{Pathspec, RunStatus};
use spinloom_index::Index;
use spinloom_metadata::{Provider, missing};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::problem::Problem;

/// Other runs of the same id that are named.
const OTHERS: usize = 20;
/// What stands for the newest run.
const LATEST: &str = "latest";

/// What stands for the step of a task that is named without it.
const ANY_STEP: &str = "_";

/// What was pasted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// A pathspec, `Flow/latest`, `Flow/latest:failed`, the id of a run, an address of a page.
    path: String,
}

/// What it means.
#[derive(Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Resolved {
    /// The flow.
    flow: String,
    /// The run.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    /// The step.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<String>,
    /// The task.
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<u64>,
    /// The artifact, which may or may not be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact: Option<String>,
    /// All of it in one.
    #[schema(example = "TrainFlow/12/train/5")]
    pathspec: String,
    /// Below `/api/v1`, where it is told of.
    #[schema(example = "/flows/TrainFlow/runs/12/tasks/5")]
    path: String,
    /// Other runs of the same id, if only that was given; the newest first.
    others: Vec<String>,
}

/// What a pasted text means
#[utoipa::path(get, path = "/resolve", tag = "runs", params(Asked), responses((status = 200, body = Resolved)))]
pub(super) async fn resolve(
    State(app): State<App>,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Resolved>, Problem> {
    let asked = crate::api::asked(query)?;
    let parts = parts(&asked.path);
    let (found, _) = app.index.ask(move |index| run_of(index, parts)).await?;
    let Found { parts, others } = found;
    let spec: Pathspec = parts.join("/").parse()?;
    let spec = app.readers.read(move |provider| there(provider, spec)).await?;
    Ok(Json(resolved(&spec, others)))
}

/// What was named, if it is there.
fn there(provider: &dyn Provider, mut spec: Pathspec) -> Result<Pathspec, Error> {
    let is_there = match (&spec.run, &spec.step, spec.task) {
        (Some(run), Some(step), None) => {
            provider.steps(&spec.flow, run)?.iter().any(|known| known.step == *step)
        }
        (Some(run), Some(step), Some(task)) => match provider.task(&spec.flow, run, task)? {
            Some(task) if step.as_str() == ANY_STEP || task.step == *step => {
                spec.step = Some(task.step);
                true
            }
            _ => false,
        },
        (Some(run), ..) => provider.run(&spec.flow, run)?.is_some(),
        (None, ..) => provider.flows()?.iter().any(|(flow, _)| *flow == spec.flow),
    };
    if is_there {
        return Ok(spec);
    }
    let text = spec.to_string();
    let path: Vec<&str> = text.split('/').take(4).collect();
    Err(missing(provider, &path)?)
}

/// A flow, and what of it was named.
struct Found {
    parts: Vec<String>,
    others: Vec<String>,
}

/// The parts of a pathspec, from whatever was pasted.
fn parts(pasted: &str) -> Vec<String> {
    let text = pasted.trim();
    let text = match text.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => text,
    };
    let (path, query) = text.split_once(['?', '#']).unwrap_or((text, ""));
    let mut parts: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    // Pages of Metaflow's GUI: `/Flow/run/view/timeline?steps=train`, `/Flow/run/view/task`.
    if parts.get(2).is_some_and(|part| part == "view") {
        parts.truncate(2);
        let steps = query.split('&').find_map(|pair| pair.strip_prefix("steps="));
        parts.extend(
            steps
                .and_then(|steps| steps.split([',', '%']).next())
                .filter(|step| !step.is_empty())
                .map(str::to_owned),
        );
    }
    if parts.last().is_some_and(|part| part == "not-selected") {
        parts.truncate(2);
    }
    // Our own: `/flows/Flow/runs/12/steps/train`, `…/tasks/5/artifacts/x`.
    if let [flows, flow, rest @ ..] = parts.as_slice()
        && flows == "flows"
    {
        let mut own = vec![flow.clone()];
        for pair in rest.chunks(2) {
            if pair.first().is_some_and(|kind| kind == "tasks") && own.len() == 2 {
                own.push(ANY_STEP.to_owned());
            }
            own.extend(pair.get(1).cloned());
        }
        parts = own;
    }
    parts
}

/// Puts a run in the place of `latest`, and a flow before the id of a run.
fn run_of(index: &Index, mut parts: Vec<String>) -> Result<Found, Problem> {
    let Some(first) = parts.first().cloned() else {
        return Err(Problem::bad_request("there is nothing to look for"));
    };
    let mut others = Vec::new();
    if parts.len() == 1 && !index.flows().any(|flow| flow == first) {
        let mut named = index.with_id(&first).into_iter().filter_map(|row| index.row(row, 0));
        if let Some(run) = named.next() {
            parts = vec![run.flow.to_owned(), run.run.to_owned()];
            others = named.take(OTHERS).map(|run| format!("{}/{}", run.flow, run.run)).collect();
        }
    }
    if let [flow, run, ..] = parts.as_mut_slice()
        && let Some(state) = run.strip_prefix(LATEST)
        && index.find(flow, run).is_none()
    {
        let status = match state.strip_prefix(':') {
            Some(state) => Some(
                state
                    .parse::<RunStatus>()
                    .map_err(|_| Problem::bad_request(format!("`{state}` is no status")))?,
            ),
            None if state.is_empty() => None,
            None => return Ok(Found { parts, others }),
        };
        let row = index.latest(flow, status).and_then(|row| index.row(row, 0)).ok_or_else(|| {
            let state = status.map_or(String::new(), |status| format!(" that is {status}"));
            Error::new(codes::NOT_FOUND, format!("there is no run of `{flow}`{state}"))
        })?;
        *run = row.run.to_owned();
    }
    Ok(Found { parts, others })
}

fn resolved(spec: &Pathspec, others: Vec<String>) -> Resolved {
    let mut path = format!("/flows/{}", spec.flow);
    if let Some(run) = &spec.run {
        path += &format!("/runs/{run}");
    }
    match (&spec.step, spec.task) {
        (Some(step), None) => path += &format!("/steps/{step}"),
        (_, Some(task)) => path += &format!("/tasks/{task}"),
        (None, None) => {}
    }
    if let Some(artifact) = &spec.artifact {
        path += &format!("/artifacts/{artifact}");
    }
    Resolved {
        flow: spec.flow.to_string(),
        run: spec.run.as_ref().map(ToString::to_string),
        step: spec.step.as_ref().map(ToString::to_string),
        task: spec.task.map(|task| task.0),
        artifact: spec.artifact.as_ref().map(ToString::to_string),
        pathspec: spec.to_string(),
        path,
        others,
    }
}
