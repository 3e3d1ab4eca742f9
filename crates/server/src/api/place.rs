//! Which run, task or attempt a request is about, and where what it wrote is.

use std::collections::HashMap;
use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId, TaskId};
use spinloom_metadata::{Provider, RunRecord, TaskRecord, missing};

use crate::problem::Problem;

/// The variable parts of a request's path, each checked when it is asked for.
pub(crate) struct Words(HashMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Words {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let words = Path::<HashMap<String, String>>::from_request_parts(parts, state).await;
        let words = words.map_err(|e| Problem::bad_request(format!("the path cannot be read: {e}")))?;
        Ok(Self(words.0))
    }
}

impl Words {
    /// The part called `name`.
    pub(crate) fn get<T: FromStr<Err = Error>>(&self, name: &str) -> Result<T> {
        self.text(name).parse()
    }

    /// The same, as it is.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    /// `{flow}/{run}`.
    pub(crate) fn run(&self) -> Result<(FlowName, RunId)> {
        Ok((self.get("flow")?, self.get("run")?))
    }

    /// `{task}`.
    pub(crate) fn task(&self) -> Result<TaskId> {
        self.get("task")
    }

    /// `{attempt}`: a number, or `latest`.
    pub(crate) fn attempt(&self) -> Result<Option<u32>> {
        match self.text("attempt") {
            "latest" => Ok(None),
            text => text.parse().map(Some).map_err(|_| {
                Error::new(codes::BAD_NAME, format!("`{text}` is not the number of an attempt"))
            }),
        }
    }
}

/// The run, or that there is none.
pub(crate) fn run(provider: &dyn Provider, flow: &FlowName, run: &RunId) -> Result<RunRecord> {
    match provider.run(flow, run)? {
        Some(record) => Ok(record),
        None => Err(missing(provider, &[flow.as_str(), run.as_str()])?),
    }
}

/// The task, or that there is none.
pub(crate) fn task(
    provider: &dyn Provider,
    (flow, id): (&FlowName, &RunId),
    task: TaskId,
) -> Result<TaskRecord> {
    match provider.task(flow, id, task)? {
        Some(record) => Ok(record),
        None => {
            run(provider, flow, id)?;
            Err(Error::new(codes::NOT_FOUND, format!("`{flow}/{id}` has no task {task}")))
        }
    }
}

/// One attempt, where its log and its curve are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct AttemptPlace {
    /// The flow.
    pub(crate) flow: FlowName,
    /// The run it was made in: of an adopted task, the origin.
    pub(crate) run: RunId,
    /// The task.
    pub(crate) task: TaskId,
    /// From 0.
    pub(crate) attempt: u32,
}

/// The task that wrote what belongs to `task`: what is adopted was written in the origin run (RE-11).
pub(crate) fn writer(
    provider: &dyn Provider,
    flow: &FlowName,
    run: &RunId,
    task: TaskRecord,
) -> Result<(RunId, TaskRecord)> {
    let (mut id, mut task) = (run.clone(), task);
    while let Some((origin, origin_task)) = task.origin.clone() {
        let Some(found) = provider.task(flow, &origin, origin_task)? else { break };
        (id, task) = (origin, found);
    }
    Ok((id, task))
}

/// Where an attempt is, and its task; the latest if none is named.
pub(crate) fn attempt(
    provider: &dyn Provider,
    of: (&FlowName, &RunId),
    id: TaskId,
    attempt: Option<u32>,
) -> Result<(AttemptPlace, TaskRecord)> {
    let (flow, run) = of;
    let found = task(provider, of, id)?;
    let (run, record) = writer(provider, flow, run, found)?;
    let attempt = attempt.unwrap_or(record.attempt);
    if attempt > record.attempt {
        let name = format!("{flow}/{run}/{}/{}", record.step, record.task);
        let error = Error::new(codes::NOT_FOUND, format!("`{name}` has no attempt {attempt}"));
        return Err(error.hint(format!("its latest is {}", record.attempt)));
    }
    Ok((AttemptPlace { flow: flow.clone(), run, task: record.task, attempt }, record))
}
