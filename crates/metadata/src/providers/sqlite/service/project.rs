//! What records say of runs and tasks, written to where an engine writes it.

use std::result::Result;

use rusqlite::{OptionalExtension as _, Transaction, params};
use serde_json::{Value, json};
use spinloom_flow::event::{TaskRef, Usage};
use spinloom_flow::{RunStatus, StepName, TaskId, TaskStatus};

use super::super::trouble::{Outcome, corrupt};
use super::super::{feed, write as changes};
use super::write::Batch;
use super::{RunRow, Stop, TaskRow};
use crate::service::rules::{self, given};
use crate::service::{BEAT_SECONDS, Facts, METAFLOW, NewArtifact};
use crate::{Change, HEARTBEAT_CUTOFF_SECONDS, id_list};

/// Writes changes to a run. Whoever writes is alive, and a run in which a task begins is not over.
pub(super) fn write(batch: &Batch<'_>, run: &RunRow, mut all: Vec<Change>) -> Outcome<()> {
    if run.running && batch.at - run.heard_at >= BEAT_SECONDS * 1_000_000 {
        all.push(Change::Heartbeat { at: batch.at });
    }
    if run.failed && all.iter().any(|change| matches!(change, Change::TaskStarted { .. })) {
        batch
            .tx
            .prepare_cached("UPDATE runs SET status = 'running', finished_at = NULL WHERE id = ?1")?
            .execute([run.id])?;
        all.push(Change::Heartbeat { at: batch.at });
    }
    changes::write(batch.tx, run.id, &all)
}

/// The run is alive.
pub(super) fn heard(batch: &Batch<'_>, run: &RunRow) -> Outcome<()> {
    changes::write(batch.tx, run.id, &[Change::Heartbeat { at: batch.at }])
}

/// What data about a task say.
pub(super) fn metadata(batch: &Batch<'_>, run: &RunRow, task: &TaskRow, facts: Facts) -> Result<(), Stop> {
    let mut all = Vec::new();
    if let Some(attempt) = facts.began {
        began(batch, run, task, attempt, &mut all)?;
    }
    if let Some((attempt, ok)) = facts.ended {
        ended(run, task, (attempt, ok), batch.at, &mut all)?;
    }
    if let Some(attempt) = facts.done
        && facts.ended.is_none_or(|(ended, _)| ended != attempt)
        && is_running(batch, run, task, attempt)?
    {
        ended(run, task, (attempt, true), batch.at, &mut all)?;
    }
    if facts.ended.is_some_and(|(_, ok)| !ok) {
        batch
            .tx
            .prepare_cached("UPDATE service_runs SET failing = 1 WHERE run = ?1 AND failing = 0")?
            .execute([run.id])?;
    }
    if task.task == 0 && !(facts.about.is_empty() && facts.end_step.is_none()) {
        about(batch, run, &facts, &mut all)?;
    }
    if !all.is_empty() || facts.indices.is_some() {
        write(batch, run, all)?;
    }
    if let Some(indices) = &facts.indices {
        placed(batch, run, task, indices)?;
    }
    if let Some(origin) = &facts.origin_run {
        resumed(batch, run, task, origin, facts.origin_task.as_deref())?;
    }
    Ok(())
}

fn step_of(task: &TaskRow) -> Outcome<StepName> {
    StepName::new(&task.step).map_err(corrupt)
}

fn task_ref(task: &TaskRow) -> Outcome<TaskRef> {
    Ok(TaskRef { step: step_of(task)?, task: TaskId(task.task), indices: Vec::new() })
}

/// An attempt is at work in its process. The first is known since the task was made, and begins when its process does.
fn began(
    batch: &Batch<'_>,
    run: &RunRow,
    task: &TaskRow,
    attempt: u32,
    all: &mut Vec<Change>,
) -> Outcome<()> {
    if attempt == 0 {
        batch
            .tx
            .prepare_cached(
                "UPDATE attempts SET started_at = ?3 WHERE run = ?1 AND task = ?2 AND attempt = 0 AND status = 'running'",
            )?
            .execute(params![run.id, task.task, batch.at])?;
        return Ok(());
    }
    let task = task_ref(task)?;
    all.push(Change::TaskStarted { task, attempt, pid: 0, parents: Vec::new(), at: batch.at });
    Ok(())
}

/// An attempt is over, and with the last step the run.
fn ended(
    run: &RunRow,
    task: &TaskRow,
    (attempt, ok): (u32, bool),
    at: i64,
    all: &mut Vec<Change>,
) -> Outcome<()> {
    all.push(Change::AttemptFinished {
        task: task_ref(task)?,
        attempt,
        status: if ok { TaskStatus::Done } else { TaskStatus::Failed },
        retrying: false,
        transition: None,
        manifest: None,
        failure: None,
        usage: Usage::default(),
        at,
    });
    if task.step == run.end_step {
        let status = if ok { RunStatus::Done } else { RunStatus::Failed };
        all.push(Change::RunFinished { status, at });
    }
    Ok(())
}

/// Whether nobody has said yet how an attempt ended.
fn is_running(batch: &Batch<'_>, run: &RunRow, task: &TaskRow, attempt: u32) -> Outcome<bool> {
    let status: Option<String> = batch
        .tx
        .prepare_cached("SELECT status FROM attempts WHERE run = ?1 AND task = ?2 AND attempt = ?3")?
        .query_row(params![run.id, task.task, attempt], |row| row.get(0))
        .optional()?;
    Ok(status.is_none_or(|status| status == "running"))
}

/// Where a task is among foreach items.
fn placed(batch: &Batch<'_>, run: &RunRow, task: &TaskRow, indices: &[u64]) -> Outcome<()> {
    let seq = feed::sequence(batch.tx)?;
    batch
        .tx
        .prepare_cached("UPDATE tasks SET indices = ?3, seq = ?4 WHERE run = ?1 AND task = ?2")?
        .execute(params![run.id, task.task, id_list::encode(indices.iter().copied()), seq])?;
    Ok(())
}

/// The run resumes another one, and the task may be a copy of one of its tasks.
fn resumed(
    batch: &Batch<'_>,
    run: &RunRow,
    task: &TaskRow,
    origin: &str,
    origin_task: Option<&str>,
) -> Outcome<()> {
    let tx = batch.tx;
    let told = tx
        .prepare_cached("UPDATE runs SET origin = ?2 WHERE id = ?1 AND origin IS NULL")?
        .execute(params![run.id, origin])?;
    if told > 0 {
        changes::write(tx, run.id, &[])?;
    }
    let Some(number) = origin_task.and_then(given) else { return Ok(()) };
    let copied = tx
        .prepare_cached(
            "UPDATE tasks SET origin_run = ?3, origin_task = ?4 WHERE run = ?1 AND task = ?2 AND origin_task IS NULL",
        )?
        .execute(params![run.id, task.task, origin, number])?;
    if copied > 0 {
        tx.prepare_cached("UPDATE steps SET adopted = adopted + 1 WHERE run = ?1 AND name = ?2")?
            .execute(params![run.id, task.step])?;
    }
    Ok(())
}

/// What the first task tells of its run.
fn about(batch: &Batch<'_>, run: &RunRow, facts: &Facts, all: &mut Vec<Change>) -> Outcome<()> {
    if let Some(step) = facts.end_step.as_deref().filter(|step| *step != run.end_step) {
        batch
            .tx
            .prepare_cached("UPDATE service_runs SET end_step = ?2 WHERE run = ?1")?
            .execute(params![run.id, step])?;
    }
    if let Some(script) = facts.about.get("script-name") {
        all.push(Change::Info { key: "script".to_owned(), value: script.clone() });
    }
    if !facts.about.is_empty() {
        all.push(extended(batch, run, |info| rules::add_facts(info, facts))?);
    }
    Ok(())
}

/// Where the run's data is, once its first task has saved any.
pub(super) fn artifacts(
    batch: &Batch<'_>,
    run: &RunRow,
    task: &TaskRow,
    artifacts: &[NewArtifact],
) -> Outcome<()> {
    let (0, Some(first)) = (task.task, artifacts.first()) else { return Ok(()) };
    let change = extended(batch, run, |info| rules::add_place(info, first))?;
    changes::write(batch.tx, run.id, &[change])
}

/// What is kept of a run as one of Metaflow's, with more in it.
fn extended(batch: &Batch<'_>, run: &RunRow, add: impl FnOnce(&mut Value)) -> Outcome<Change> {
    let text: String = batch
        .tx
        .prepare_cached("SELECT info FROM runs WHERE id = ?1")?
        .query_row([run.id], |row| row.get(0))?;
    let mut info: Value = serde_json::from_str(&text).map_err(corrupt)?;
    let mut value = info.get_mut(METAFLOW).map_or_else(|| json!({}), Value::take);
    add(&mut value);
    Ok(Change::Info { key: METAFLOW.to_owned(), value })
}

/// See [`Service::settle`](crate::service::Service::settle).
pub(super) fn settle(tx: &Transaction<'_>, at: i64) -> Outcome<usize> {
    let silent: Vec<(i64, i64)> = tx
        .prepare_cached(
            "SELECT r.id, r.heartbeat_at FROM service_runs s CROSS JOIN runs r ON r.id = s.run
             WHERE s.failing = 1 AND r.status = 'running' AND r.heartbeat_at < ?1
                AND EXISTS (SELECT 1 FROM steps WHERE run = r.id AND failed > 0)",
        )?
        .query_map([at - HEARTBEAT_CUTOFF_SECONDS * 1_000_000], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (run, heard_at) in &silent {
        changes::write(tx, *run, &[Change::RunFinished { status: RunStatus::Failed, at: *heard_at }])?;
    }
    tx.prepare_cached(
        "UPDATE service_runs SET failing = 0
         WHERE failing = 1 AND (SELECT status FROM runs WHERE id = run) <> 'running'",
    )?
    .execute([])?;
    Ok(silent.len())
}
