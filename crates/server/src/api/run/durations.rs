//! One step over the runs of a flow: how long its tasks took.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use spinloom_diagnostics::Result;
use spinloom_flow::{FlowName, RunId, RunStatus, StepName, TaskStatus};
use spinloom_metadata::{Provider, RunQuery, RunRecord, missing};
use spinloom_timeline::stats::Spread;
use utoipa::{IntoParams, ToSchema};

use crate::api::place::Words;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::work::Gone;

/// Runs of an answer, unless another number is asked for, and at most.
const LIMIT: usize = 40;
const MOST: usize = 200;
/// Tasks that are read for one answer; of each run as many.
const TASKS: usize = 20_000;

/// How far back.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Only runs before this one: `next` of the page before.
    before: Option<String>,
    /// Runs to look at, at most 200.
    limit: Option<usize>,
}

/// A step over the runs of a flow.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StepTrend)]
pub(super) struct Durations {
    /// The newest first; runs that did not come to the step are left out.
    runs: Vec<OfRun>,
    /// `before` of the next page; none on the last.
    #[schema(value_type = Option<String>)]
    next: Option<RunId>,
}

/// A step in one run.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StepTrendOfRun)]
struct OfRun {
    /// The run.
    #[schema(value_type = String)]
    run: RunId,
    /// Its state.
    #[schema(value_type = String)]
    status: RunStatus,
    /// When it was made, microseconds since the epoch.
    created_at: i64,
    /// Tasks of the step.
    tasks: u64,
    /// Of them, those that failed or were stopped.
    failed: u64,
    /// From the first task's begin to the last one's end, microseconds; none while some have not ended.
    whole_us: Option<i64>,
    /// How long tasks that are done took, all attempts together; of very many, the first. None if none is, or all were adopted.
    durations: Option<Spread>,
}

/// A step over the runs of a flow
///
/// How long the step and its tasks took in the latest runs, run by run.
#[utoipa::path(
    get,
    path = "/flows/{flow}/steps/{step}/durations",
    tag = "run",
    params(("flow" = String, Path), ("step" = String, Path), Asked),
    responses((status = 200, body = Durations), (status = 404, body = ProblemBody))
)]
pub(super) async fn durations(
    State(app): State<App>,
    words: Words,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Durations>, Problem> {
    let asked = crate::api::asked(asked)?;
    let (flow, step): (FlowName, StepName) = (words.get("flow")?, words.get("step")?);
    let before = asked.before.as_ref().map(|run| run.parse::<RunId>()).transpose()?;
    let limit = asked.limit.unwrap_or(LIMIT).clamp(1, MOST);
    let gone = Gone::default();
    let heard = gone.clone();
    let _tells = gone.tells();
    let read = move |provider: &dyn Provider| {
        let runs = provider.runs(&flow, &RunQuery { before, limit, ..RunQuery::default() })?;
        if runs.is_empty() && !provider.flows()?.iter().any(|(known, _)| *known == flow) {
            return Err(missing(provider, &[flow.as_str()])?);
        }
        let next = runs.last().filter(|_| runs.len() == limit).map(|run| run.run.clone());
        let mut found = Vec::new();
        for run in runs {
            heard.check()?;
            found.extend(of_run(provider, run, &step, TASKS / limit)?);
        }
        Ok(Durations { runs: found, next })
    };
    Ok(Json(app.readers.read(read).await?))
}

fn of_run(provider: &dyn Provider, run: RunRecord, step: &StepName, most: usize) -> Result<Option<OfRun>> {
    let (flow, id) = (&run.flow, &run.run);
    let Some(counted) = provider.steps(flow, id)?.into_iter().find(|one| one.step == *step) else {
        return Ok(None);
    };
    let tasks = provider.tasks(flow, id, Some(step), None, most)?;
    let done = tasks.iter().filter(|task| task.status == TaskStatus::Done && task.origin.is_none());
    let took = done.filter_map(|task| Some((task.finished_at? - task.created_at).max(0)));
    let over = counted.running == 0 && counted.adopted < counted.tasks;
    Ok(Some(OfRun {
        status: run.status,
        created_at: run.created_at,
        tasks: counted.tasks,
        failed: counted.failed,
        whole_us: counted.finished_at.filter(|_| over).map(|end| (end - counted.created_at).max(0)),
        durations: Spread::of(&mut took.collect::<Vec<_>>()),
        run: run.run,
    }))
}
