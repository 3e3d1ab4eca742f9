//! Reading steps, tasks and attempts.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::de::DeserializeOwned;
use spinloom_flow::event::Usage;
use spinloom_flow::{RunId, StepName, TaskId};

use super::trouble::{Outcome, corrupt};
use crate::{AttemptRecord, StepRecord, TaskRecord, id_list};

/// Tasks `t`, and the number of the last write of each, up to the condition.
pub(super) const SELECT_TASKS: &str =
    "SELECT s.name, t.task, t.indices, t.status, t.attempt, t.created_at, t.finished_at,
        t.parents, t.transition, t.manifest, a.failure, t.origin_run, t.origin_task, t.seq
    FROM tasks t CROSS JOIN steps s ON s.id = t.step
    LEFT JOIN attempts a ON a.run = t.run AND a.task = t.task AND a.attempt = t.attempt";

/// Where the number of the last write is in [`SELECT_TASKS`].
pub(super) const TASK_SEQ: usize = 13;

/// Steps of a run in the order they began.
pub(super) fn steps(conn: &Connection, run: i64) -> Outcome<Vec<StepRecord>> {
    let mut list = conn.prepare_cached(
        "SELECT name, created_at, finished_at, tasks, running, done, failed, adopted
         FROM steps WHERE run = ?1 ORDER BY id",
    )?;
    list.query_and_then([run], |row| {
        Ok(StepRecord {
            step: step_name(row, 0)?,
            created_at: row.get(1)?,
            finished_at: row.get(2)?,
            tasks: row.get(3)?,
            running: row.get(4)?,
            done: row.get(5)?,
            failed: row.get(6)?,
            adopted: row.get(7)?,
        })
    })?
    .collect()
}

/// Tasks in order of id. `limit` 0 is none.
pub(super) fn tasks(
    conn: &Connection,
    run: i64,
    step: Option<&StepName>,
    after: Option<TaskId>,
    limit: usize,
) -> Outcome<Vec<TaskRecord>> {
    let after = after.map_or(-1, number);
    let limit = if limit == 0 { -1 } else { i64::try_from(limit).unwrap_or(i64::MAX) };
    match step {
        None => {
            let sql = format!("{SELECT_TASKS} WHERE t.run = ?1 AND t.task > ?2 ORDER BY t.task LIMIT ?3");
            conn.prepare_cached(&sql)?.query_and_then(params![run, after, limit], task_record)?.collect()
        }
        Some(step) => {
            let Some(step) = step_row(conn, run, step)? else { return Ok(Vec::new()) };
            let sql = format!(
                "{SELECT_TASKS} WHERE t.run = ?1 AND t.step = ?2 AND t.task > ?3 ORDER BY t.task LIMIT ?4"
            );
            conn.prepare_cached(&sql)?
                .query_and_then(params![run, step, after, limit], task_record)?
                .collect()
        }
    }
}

/// One task.
pub(super) fn task(conn: &Connection, run: i64, task: TaskId) -> Outcome<Option<TaskRecord>> {
    let sql = format!("{SELECT_TASKS} WHERE t.run = ?1 AND t.task = ?2");
    conn.prepare_cached(&sql)?.query_and_then(params![run, number(task)], task_record)?.next().transpose()
}

/// The task of a step that was made last.
pub(super) fn newest_task(conn: &Connection, run: i64, step: &StepName) -> Outcome<Option<TaskRecord>> {
    let Some(step) = step_row(conn, run, step)? else { return Ok(None) };
    let sql = format!(
        "{SELECT_TASKS} WHERE t.run = ?1 AND t.step = ?2 ORDER BY t.created_at DESC, t.task DESC LIMIT 1"
    );
    conn.prepare_cached(&sql)?.query_and_then(params![run, step], task_record)?.next().transpose()
}

/// Attempts of a task in order.
pub(super) fn attempts(conn: &Connection, run: i64, task: TaskId) -> Outcome<Vec<AttemptRecord>> {
    let mut list = conn.prepare_cached(
        "SELECT attempt, status, pid, started_at, finished_at, manifest, failure, cpu_us, max_rss_kib,
            starting_us, saving_us
         FROM attempts WHERE run = ?1 AND task = ?2 ORDER BY attempt",
    )?;
    list.query_and_then(params![run, number(task)], |row| {
        Ok(AttemptRecord {
            attempt: row.get(0)?,
            status: row.get::<_, String>(1)?.parse()?,
            pid: row.get(2)?,
            started_at: row.get(3)?,
            finished_at: row.get(4)?,
            manifest: row.get(5)?,
            failure: json(row, 6)?,
            usage: Usage {
                cpu_us: row.get(7)?,
                max_rss_kib: row.get(8)?,
                starting_us: row.get(9)?,
                saving_us: row.get(10)?,
            },
        })
    })?
    .collect()
}

/// The row of a step, once its first task is made.
pub(super) fn step_row(conn: &Connection, run: i64, step: &StepName) -> Outcome<Option<i64>> {
    let mut find = conn.prepare_cached("SELECT id FROM steps WHERE run = ?1 AND name = ?2")?;
    Ok(find.query_row(params![run, step.as_str()], |row| row.get(0)).optional()?)
}

/// A task id as SQLite keeps numbers. One that is too large finds nothing, since none can be written.
fn number(task: TaskId) -> i64 {
    i64::try_from(task.0).unwrap_or(i64::MAX)
}

/// A task, of [`SELECT_TASKS`].
pub(super) fn task_record(row: &Row<'_>) -> Outcome<TaskRecord> {
    let list = |i: usize| -> Outcome<Vec<u64>> { Ok(id_list::decode(&row.get::<_, String>(i)?)?) };
    let origin_run: Option<String> = row.get(11)?;
    let origin_task: Option<u64> = row.get(12)?;
    Ok(TaskRecord {
        step: step_name(row, 0)?,
        task: TaskId(row.get(1)?),
        indices: list(2)?,
        status: row.get::<_, String>(3)?.parse()?,
        attempt: row.get(4)?,
        created_at: row.get(5)?,
        finished_at: row.get(6)?,
        parents: list(7)?.into_iter().map(TaskId).collect(),
        transition: json(row, 8)?,
        manifest: row.get(9)?,
        failure: json(row, 10)?,
        origin: match (origin_run, origin_task) {
            (Some(run), Some(task)) => Some((RunId::new(run).map_err(corrupt)?, TaskId(task))),
            _ => None,
        },
    })
}

fn step_name(row: &Row<'_>, i: usize) -> Outcome<StepName> {
    StepName::new(row.get::<_, String>(i)?).map_err(corrupt)
}

fn json<T: DeserializeOwned>(row: &Row<'_>, i: usize) -> Outcome<Option<T>> {
    let text: Option<String> = row.get(i)?;
    text.map(|t| serde_json::from_str(&t).map_err(corrupt)).transpose()
}
