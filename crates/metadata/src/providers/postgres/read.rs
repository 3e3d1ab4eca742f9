//! Reading steps, tasks and attempts.

use serde::de::DeserializeOwned;
use spinloom_flow::event::Usage;
use spinloom_flow::{FlowName, RunId, StepName, TaskId};
use tokio_postgres::Row;

use super::client::Client;
use super::trouble::{Outcome, corrupt};
use super::values::values;
use crate::{AttemptRecord, StepRecord, TaskRecord, id_list};

/// The row of the run of the flow `$1` that is called `$2`.
pub(super) const OF_RUN: &str = "(SELECT r.id FROM spinloom.runs r JOIN spinloom.flows f ON f.id = r.flow WHERE f.name = $1 AND r.name = $2)";

/// Tasks `t`, up to the condition.
pub(super) const SELECT_TASKS: &str =
    "SELECT s.name, t.task, t.indices, t.status, t.attempt, t.created_at, t.finished_at,
        t.parents, t.transition, t.manifest, a.failure, t.origin_run, t.origin_task, t.seq
    FROM spinloom.tasks t JOIN spinloom.steps s ON s.run = t.run AND s.number = t.step
    LEFT JOIN spinloom.attempts a ON a.run = t.run AND a.task = t.task AND a.attempt = t.attempt";
/// Where the number of the last write is in [`SELECT_TASKS`].
pub(super) const TASK_SEQ: usize = 13;

/// Steps of a run in the order they began.
pub(super) async fn steps(client: &Client, (flow, run): (&FlowName, &RunId)) -> Outcome<Vec<StepRecord>> {
    let sql = format!(
        "SELECT name, created_at, finished_at, tasks, running, done, failed, adopted
         FROM spinloom.steps WHERE run = {OF_RUN} ORDER BY number"
    );
    let rows = client.query_typed(&sql, values![flow.as_str(), run.as_str()]).await?;
    rows.iter().map(step_record).collect()
}

/// A step: name, when it began and ended, and its counts.
pub(super) fn step_record(row: &Row) -> Outcome<StepRecord> {
    Ok(StepRecord {
        step: step_name(row, 0)?,
        created_at: row.try_get(1)?,
        finished_at: row.try_get(2)?,
        tasks: unsigned(row, 3)?,
        running: unsigned(row, 4)?,
        done: unsigned(row, 5)?,
        failed: unsigned(row, 6)?,
        adopted: unsigned(row, 7)?,
    })
}

/// Tasks in order of id. `limit` 0 is none.
pub(super) async fn tasks(
    client: &Client,
    (flow, run): (&FlowName, &RunId),
    step: Option<&StepName>,
    after: Option<TaskId>,
    limit: usize,
) -> Outcome<Vec<TaskRecord>> {
    let (after, limit) = (after.map_or(-1, number), rows(limit));
    let (flow, run) = (flow.as_str(), run.as_str());
    let found = match step {
        None => {
            let sql =
                format!("{SELECT_TASKS} WHERE t.run = {OF_RUN} AND t.task > $3 ORDER BY t.task LIMIT $4");
            client.query_typed(&sql, values![flow, run, after, limit]).await?
        }
        Some(step) => {
            let sql = format!(
                "{SELECT_TASKS} WHERE t.run = {OF_RUN}
                 AND t.step = (SELECT number FROM spinloom.steps WHERE run = {OF_RUN} AND name = $5)
                 AND t.task > $3 ORDER BY t.task LIMIT $4"
            );
            client.query_typed(&sql, values![flow, run, after, limit, step.as_str()]).await?
        }
    };
    found.iter().map(task_record).collect()
}

/// One task.
pub(super) async fn task(
    client: &Client,
    (flow, run): (&FlowName, &RunId),
    task: TaskId,
) -> Outcome<Option<TaskRecord>> {
    let sql = format!("{SELECT_TASKS} WHERE t.run = {OF_RUN} AND t.task = $3");
    let rows = client.query_typed(&sql, values![flow.as_str(), run.as_str(), number(task)]).await?;
    rows.first().map(task_record).transpose()
}

/// The task of the last step that was made last.
pub(super) async fn end_task(
    client: &Client,
    (flow, run): (&FlowName, &RunId),
) -> Outcome<Option<TaskRecord>> {
    let sql = format!(
        "{SELECT_TASKS} WHERE t.run = {OF_RUN} AND t.step = (
            SELECT s.number FROM spinloom.steps s JOIN spinloom.runs r ON r.id = s.run
            JOIN spinloom.graphs g ON g.id = r.graph AND g.last_step = s.name WHERE s.run = {OF_RUN}
         ) ORDER BY t.created_at DESC, t.task DESC LIMIT 1"
    );
    let rows = client.query_typed(&sql, values![flow.as_str(), run.as_str()]).await?;
    rows.first().map(task_record).transpose()
}

/// Attempts of a task in order.
pub(super) async fn attempts(
    client: &Client,
    (flow, run): (&FlowName, &RunId),
    task: TaskId,
) -> Outcome<Vec<AttemptRecord>> {
    let sql = format!(
        "SELECT attempt, status, pid, started_at, finished_at, manifest, failure, cpu_us, max_rss_kib,
            starting_us, saving_us
         FROM spinloom.attempts WHERE run = {OF_RUN} AND task = $3 ORDER BY attempt"
    );
    let rows = client.query_typed(&sql, values![flow.as_str(), run.as_str(), number(task)]).await?;
    let attempt = |row: &Row| {
        Ok(AttemptRecord {
            attempt: unsigned(row, 0)?,
            status: row.try_get::<_, String>(1)?.parse()?,
            pid: row.try_get(2)?,
            started_at: row.try_get(3)?,
            finished_at: row.try_get(4)?,
            manifest: row.try_get(5)?,
            failure: json(row, 6)?,
            usage: usage(row, 7)?,
        })
    };
    rows.iter().map(attempt).collect()
}

/// A limit, where 0 is none.
pub(super) fn rows(limit: usize) -> Option<i64> {
    (limit > 0).then(|| i64::try_from(limit).unwrap_or(i64::MAX))
}

/// A task id as PostgreSQL keeps numbers. One that is too large finds nothing, since none can be written.
fn number(task: TaskId) -> i64 {
    i64::try_from(task.0).unwrap_or(i64::MAX)
}

/// A task, of [`SELECT_TASKS`].
pub(super) fn task_record(row: &Row) -> Outcome<TaskRecord> {
    let list = |i: usize| -> Outcome<Vec<u64>> { Ok(id_list::decode(row.try_get(i)?)?) };
    let origin_run: Option<String> = row.try_get(11)?;
    let origin_task: Option<i64> = row.try_get(12)?;
    Ok(TaskRecord {
        step: step_name(row, 0)?,
        task: TaskId(unsigned(row, 1)?),
        indices: list(2)?,
        status: row.try_get::<_, String>(3)?.parse()?,
        attempt: unsigned(row, 4)?,
        created_at: row.try_get(5)?,
        finished_at: row.try_get(6)?,
        parents: list(7)?.into_iter().map(TaskId).collect(),
        transition: json(row, 8)?,
        manifest: row.try_get(9)?,
        failure: json(row, 10)?,
        origin: match (origin_run, origin_task) {
            (Some(run), Some(task)) => {
                Some((RunId::new(run).map_err(corrupt)?, TaskId(u64::try_from(task).map_err(corrupt)?)))
            }
            _ => None,
        },
    })
}

/// What an attempt cost, in four columns from `i` on.
pub(super) fn usage(row: &Row, i: usize) -> Outcome<Usage> {
    Ok(Usage {
        cpu_us: unsigned(row, i)?,
        max_rss_kib: unsigned(row, i + 1)?,
        starting_us: unsigned(row, i + 2)?,
        saving_us: unsigned(row, i + 3)?,
    })
}

/// A number that is never less than nothing.
pub(super) fn unsigned<T: TryFrom<i64, Error: std::fmt::Display>>(row: &Row, i: usize) -> Outcome<T> {
    T::try_from(row.try_get::<_, i64>(i)?).map_err(corrupt)
}

fn step_name(row: &Row, i: usize) -> Outcome<StepName> {
    StepName::new(row.try_get::<_, String>(i)?).map_err(corrupt)
}

fn json<T: DeserializeOwned>(row: &Row, i: usize) -> Outcome<Option<T>> {
    let text: Option<&str> = row.try_get(i)?;
    text.map(|t| serde_json::from_str(t).map_err(corrupt)).transpose()
}
