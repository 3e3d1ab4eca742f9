//! Searching the logs of all tasks of a run.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use regex::bytes::Regex;
use serde::{Deserialize, Serialize};
use spinloom_datastore::Datastore;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId, StepName, TaskId};
use spinloom_metadata::TaskRecord;
use utoipa::{IntoParams, ToSchema};

use super::search::{Asked, Found, Match, WITHIN, streamed};
use crate::api::place::{self, Words};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::work::Out;

/// Tasks read from metadata at a time.
const PAGE: usize = 500;
/// Counts are told so often.
const TELL_EVERY: Duration = Duration::from_millis(250);
/// Matches of one task that are shown, unless another number is asked for: one noisy task does not hide the others.
const PER_TASK: u64 = 100;

/// In which tasks.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Where {
    /// Only the tasks of this step.
    step: Option<String>,
    /// How many matches of each task are shown; all are counted.
    per_task: Option<u64>,
    /// Only the latest attempt of each task.
    #[serde(default)]
    latest: bool,
}

/// A match, and who wrote it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TaskLogMatch)]
pub(super) struct TaskMatch {
    /// The step.
    #[schema(value_type = String)]
    step: StepName,
    /// The task.
    #[schema(value_type = u64)]
    task: TaskId,
    /// The attempt.
    attempt: u32,
    /// The line.
    #[serde(flatten)]
    found: Match,
}

/// Counts of one step.
#[derive(Debug, Default, Clone, Serialize, ToSchema)]
#[schema(as = StepMatchCount)]
pub(super) struct StepCount {
    /// Tasks that were looked at.
    tasks: u64,
    /// Of them, those with a match.
    matching: u64,
    /// Lines that match.
    matches: u64,
    /// Lines that were looked at.
    lines: u64,
}

/// What a search of a run sends, a line of JSON each.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = RunSearchEvent)]
pub(super) enum RunEvent {
    /// A match.
    Match(TaskMatch),
    /// How far it is.
    Progress {
        /// By step.
        #[schema(value_type = std::collections::BTreeMap<String, StepCount>)]
        steps: BTreeMap<StepName, StepCount>,
    },
    /// It is over.
    End {
        /// By step.
        #[schema(value_type = std::collections::BTreeMap<String, StepCount>)]
        steps: BTreeMap<StepName, StepCount>,
        /// Lines that match.
        matches: u64,
        /// All logs were looked at.
        complete: bool,
    },
}

/// Search the logs of a run
///
/// Lines that match in the logs of all tasks of a run, as they are found, with counts per step: a line of JSON each.
#[utoipa::path(
    get,
    path = "/flows/{flow}/runs/{run}/log/search",
    tag = "logs",
    params(("flow" = String, Path), ("run" = String, Path), Asked, Where),
    responses(
        (status = 200, body = RunEvent, content_type = "application/x-ndjson"),
        (status = 400, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn search_run(
    State(app): State<App>,
    words: Words,
    asked: Result<Query<Asked>, QueryRejection>,
    within: Result<Query<Where>, QueryRejection>,
) -> Result<Response, Problem> {
    let asked = crate::api::asked(asked)?;
    let within = crate::api::asked(within)?;
    let pattern = asked.pattern()?;
    let (flow, run) = words.run()?;
    let step = within.step.as_ref().map(|step| step.parse::<StepName>()).transpose()?;
    let of = (flow.clone(), run.clone());
    app.readers.read(move |provider| place::run(provider, &of.0, &of.1).map(drop)).await?;
    let shared = app.clone();
    Ok(streamed(app.workers.stream(WITHIN, move |out| {
        let mut search = Search {
            app: &shared,
            out,
            pattern,
            left: asked.limit(),
            asked,
            within,
            steps: BTreeMap::new(),
            told: Instant::now(),
            complete: true,
        };
        let looked = search.tasks(&flow, &run, step.as_ref());
        let complete = search.complete && matches!(looked, Ok(ControlFlow::Continue(())));
        let matches = search.steps.values().map(|step| step.matches).sum();
        let _gone = out.line(&RunEvent::End { steps: search.steps, matches, complete });
    })))
}

struct Search<'a> {
    app: &'a App,
    out: &'a Out,
    pattern: Regex,
    left: u64,
    asked: Asked,
    within: Where,
    steps: BTreeMap<StepName, StepCount>,
    told: Instant,
    complete: bool,
}

/// A task, and where its log is.
type Written = (TaskRecord, RunId, TaskRecord);

impl Search<'_> {
    fn tasks(&mut self, flow: &FlowName, run: &RunId, step: Option<&StepName>) -> Result<ControlFlow<()>> {
        let store = self.app.files.store()?;
        let mut after = None;
        loop {
            let page = self.page((flow, run), step, after)?;
            let more = page.len() == PAGE;
            for (task, origin, written) in page {
                after = Some(task.task);
                if task.step.as_str() == "_parameters" {
                    continue;
                }
                if self.task(&store, flow, &task, &origin, &written).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            if !more {
                return Ok(ControlFlow::Continue(()));
            }
        }
    }

    fn page(
        &self,
        (flow, run): (&FlowName, &RunId),
        step: Option<&StepName>,
        after: Option<TaskId>,
    ) -> Result<Vec<Written>> {
        let (flow, run, step) = (flow.clone(), run.clone(), step.cloned());
        let read = self.app.readers.read(move |provider| {
            let tasks = provider.tasks(&flow, &run, step.as_ref(), after, PAGE)?;
            let written = |task: TaskRecord| {
                let (origin, written) = place::writer(provider, &flow, &run, task.clone())?;
                Ok((task, origin, written))
            };
            tasks.into_iter().map(written).collect::<Result<Vec<_>>>()
        });
        let lost = |_| Error::new(codes::METADATA_IO, "the tasks of the run cannot be read now");
        self.out.wait(read).map_err(lost)
    }

    fn task(
        &mut self,
        store: &Datastore,
        flow: &FlowName,
        task: &TaskRecord,
        origin: &RunId,
        written: &TaskRecord,
    ) -> ControlFlow<()> {
        let mut found = Found::default();
        let most = self.within.per_task.unwrap_or(PER_TASK);
        let first = if self.within.latest { written.attempt } else { 0 };
        let mut left = most.min(self.left);
        let before = left;
        for attempt in first..=written.attempt {
            // One log that cannot be read does not hide the others.
            let log = match store.log_file(flow, origin, written.task, attempt) {
                Ok(Some(log)) => Some(log),
                Ok(None) => None,
                Err(_) => {
                    self.complete = false;
                    None
                }
            };
            let Some(mut log) = log else { continue };
            let out = self.out;
            let mut show = |line| {
                let (step, task) = (task.step.clone(), task.task);
                out.line(&RunEvent::Match(TaskMatch { step, task, attempt, found: line }))
            };
            self.complete &=
                found.look(&mut log, (&self.pattern, self.asked.stream), self.out, &mut show, &mut left);
        }
        self.left -= before - left;
        let step = self.steps.entry(task.step.clone()).or_default();
        step.tasks += 1;
        step.matching += u64::from(found.matches > 0);
        step.matches += found.matches;
        step.lines += found.lines;
        if self.told.elapsed() > TELL_EVERY {
            self.told = Instant::now();
            self.out.line(&RunEvent::Progress { steps: self.steps.clone() })?;
        }
        if self.out.is_over() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
