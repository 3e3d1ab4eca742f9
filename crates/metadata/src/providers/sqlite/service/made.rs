//! Making flows, runs, steps and tasks.

use std::result::Result;

use rusqlite::{OptionalExtension as _, params};
use spinloom_flow::event::TaskRef;
use spinloom_flow::{FlowName, RunId, RunStatus, StepName, TaskId};

use super::super::runs;
use super::super::trouble::Outcome;
use super::write::Batch;
use super::{Stop, bad_name, project};
use crate::Change;
use crate::service::rules::{self, PARAMETERS, tags};
use crate::service::{FIRST_NAMED, FlowDoc, Given, Id, Recorded, Refusal, RunDoc, StepDoc, TaskDoc};

/// Makes a flow.
pub(super) fn flow(batch: &mut Batch<'_>, name: &str, made: &Given) -> Result<Recorded, Stop> {
    let flow = FlowName::new(name).map_err(|e| bad_name(&e))?;
    if flow_row(batch, name)?.is_some() {
        return Err(Refusal::Exists(format!("the flow `{name}` exists already")).into());
    }
    let (tags, system_tags) = (tags(&made.tags)?, tags(&made.system_tags)?);
    batch
        .tx
        .prepare_cached("INSERT INTO flows (name, created_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute(params![flow.as_str(), batch.at])?;
    batch
        .tx
        .prepare_cached(
            "INSERT INTO service_flows (flow, user, created_at, tags, system_tags)
             VALUES ((SELECT id FROM flows WHERE name = ?1), ?2, ?3, ?4, ?5)",
        )?
        .execute(params![flow.as_str(), made.user_name, batch.at, tags.get(), system_tags.get()])?;
    Ok(Recorded::Flow(FlowDoc {
        flow_id: name.to_owned(),
        user_name: made.user_name.clone(),
        ts_epoch: batch.at / 1000,
        tags,
        system_tags,
    }))
}

/// The row of a flow that a client recorded.
fn flow_row(batch: &Batch<'_>, flow: &str) -> Outcome<Option<i64>> {
    let mut find = batch.tx.prepare_cached(
        "SELECT s.flow FROM service_flows s WHERE s.flow = (SELECT id FROM flows WHERE name = ?1)",
    )?;
    Ok(find.query_row([flow], |row| row.get(0)).optional()?)
}

/// Makes a run.
pub(super) fn run(
    batch: &mut Batch<'_>,
    flow: &str,
    id: Option<&str>,
    made: &Given,
) -> Result<Recorded, Stop> {
    let unknown = || Refusal::Unknown(format!("no flow `{flow}` was recorded here"));
    let row = flow_row(batch, flow)?.ok_or_else(unknown)?;
    let name = FlowName::new(flow).map_err(|e| bad_name(&e))?;
    let id = id.map(|id| free_run(batch, &name, id)).transpose()?;
    rules::check_tags(made)?;
    let record = runs::create(batch.tx, &rules::new_run(name, id.clone(), made, batch.at)?)?;
    batch
        .tx
        .prepare_cached(
            "INSERT INTO service_runs (run, flow, user, chosen)
             VALUES ((SELECT id FROM runs WHERE flow = ?1 AND name = ?2), ?1, ?3, ?4)",
        )?
        .execute(params![row, record.run.as_str(), made.user_name, id.is_some()])?;
    Ok(Recorded::Run(RunDoc {
        flow_id: flow.into(),
        run_number: Id::of(record.run.as_str(), id.is_some()),
        user_name: made.user_name.clone(),
        ts_epoch: batch.at / 1000,
        last_heartbeat_ts: None,
        tags: tags(&record.tags)?,
        system_tags: tags(&record.system_tags)?,
        status: RunStatus::Running,
    }))
}

/// The id a client chose, if it may.
fn free_run(batch: &Batch<'_>, flow: &FlowName, id: &str) -> Result<RunId, Stop> {
    let run = rules::chosen_run(id)?;
    if super::run_row(batch.tx, flow.as_str(), id)?.is_some() {
        return Err(Refusal::Exists(format!("the run `{flow}/{id}` exists already")).into());
    }
    if runs::row_of(batch.tx, flow, &run)?.is_some() {
        return Err(Refusal::Bad(format!("`{flow}/{id}` is a run of Spinloom's own")).into());
    }
    Ok(run)
}

/// Makes a step.
pub(super) fn step(
    batch: &mut Batch<'_>,
    (flow, run): (&str, &str),
    step: &str,
    made: &Given,
) -> Result<Recorded, Stop> {
    let row = batch.run(flow, run)?;
    StepName::new(step).map_err(|e| bad_name(&e))?;
    if has_step(batch, row.id, step)? {
        return Err(Refusal::Exists(format!("the step `{flow}/{run}/{step}` exists already")).into());
    }
    let id = batch.ids(1)?;
    batch
        .tx
        .prepare_cached(
            "INSERT INTO service_steps (run, step, id, user, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![row.id, step, id, made.user_name, batch.at])?;
    Ok(Recorded::Step(StepDoc {
        flow_id: flow.into(),
        run_number: row.name,
        step_name: step.into(),
        user_name: made.user_name.clone(),
        ts_epoch: batch.at / 1000,
        tags: tags(&made.tags)?,
        system_tags: tags(&made.system_tags)?,
    }))
}

fn has_step(batch: &Batch<'_>, run: i64, step: &str) -> Outcome<bool> {
    let mut find = batch.tx.prepare_cached("SELECT 1 FROM service_steps WHERE run = ?1 AND step = ?2")?;
    Ok(find.exists(params![run, step])?)
}

/// Makes a task.
pub(super) fn task(
    batch: &mut Batch<'_>,
    (flow, run): (&str, &str),
    step: &str,
    id: Option<&str>,
    made: &Given,
) -> Result<Recorded, Stop> {
    let row = batch.run(flow, run)?;
    if !has_step(batch, row.id, step)? {
        return Err(Refusal::Unknown(format!("no step `{flow}/{run}/{step}` was recorded here")).into());
    }
    if let Some(id) = id {
        rules::chosen_task(id)?;
        if super::task_row(batch.tx, row.id, step, id)?.is_some() {
            return Err(Refusal::Exists(format!("the task `{flow}/{run}/{step}/{id}` exists already")).into());
        }
    }
    let number = number(batch, &row, step, id.is_some())?;
    batch
        .tx
        .prepare_cached(
            "INSERT INTO service_tasks (run, task, step, name, user, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![row.id, number, step, id, made.user_name, batch.at])?;
    let step_name = StepName::new(step).map_err(|e| bad_name(&e))?;
    let task = TaskRef { step: step_name, task: TaskId(number), indices: Vec::new() };
    let started = Change::TaskStarted { task, attempt: 0, pid: 0, parents: Vec::new(), at: batch.at };
    project::write(batch, &row, vec![started])?;
    Ok(Recorded::Task(TaskDoc {
        flow_id: flow.into(),
        run_number: row.name,
        step_name: step.into(),
        task_id: id.map_or(Id::Number(number), |id| Id::Text(id.into())),
        user_name: made.user_name.clone(),
        ts_epoch: batch.at / 1000,
        last_heartbeat_ts: None,
        tags: tags(&made.tags)?,
        system_tags: tags(&made.system_tags)?,
    }))
}

/// The number of a new task. The first of `_parameters` has 0, as in a run of our own.
fn number(batch: &Batch<'_>, run: &super::RunRow, step: &str, named: bool) -> Outcome<u64> {
    let tx = batch.tx;
    if step == PARAMETERS
        && !tx.prepare_cached("SELECT 1 FROM service_tasks WHERE run = ?1 AND task = 0")?.exists([run.id])?
    {
        return Ok(0);
    }
    if named {
        tx.prepare_cached("UPDATE service_runs SET named_tasks = named_tasks + 1 WHERE run = ?1")?
            .execute([run.id])?;
        return Ok(FIRST_NAMED + run.named_tasks);
    }
    tx.prepare_cached("UPDATE service_runs SET last_task = last_task + 1 WHERE run = ?1")?
        .execute([run.id])?;
    Ok(run.last_task + 1)
}
