//! Flows, runs, steps and tasks as clients read them.

use std::sync::Arc;

use rusqlite::{Connection, Row, params};
use spinloom_flow::RunStatus;

use super::super::runs::status_sql;
use super::super::trouble::Outcome;
use super::task_row;
use crate::service::rules::{tags_of, task_id};
use crate::service::told::Shared;
use crate::service::{FlowDoc, Id, Listed, RunDoc, StepDoc, TaskDoc, TaskPath};

/// All flows, or one; newest first.
pub(super) fn flows(conn: &Connection, only: Option<&str>) -> Outcome<Listed<FlowDoc>> {
    let mut list = conn.prepare_cached(
        "SELECT f.id, f.name, s.user, s.created_at, s.tags, s.system_tags
         FROM service_flows s CROSS JOIN flows f ON f.id = s.flow
         WHERE ?1 IS NULL OR f.name = ?1 ORDER BY f.id DESC",
    )?;
    list.query_and_then([only], |row| {
        let doc = FlowDoc {
            flow_id: row.get(1)?,
            user_name: row.get(2)?,
            ts_epoch: row.get::<_, i64>(3)? / 1000,
            tags: tags_of(row.get(4)?)?,
            system_tags: tags_of(row.get(5)?)?,
        };
        Ok((row.get(0)?, doc))
    })?
    .collect()
}

fn select_runs() -> String {
    let tags =
        |system| format!("(SELECT json_group_array(tag) FROM tags WHERE run = r.id AND system = {system})");
    format!(
        "SELECT r.id, r.name, s.chosen, s.user, r.created_at, s.heartbeat_at, {}, {}, {}
         FROM service_runs s CROSS JOIN runs r ON r.id = s.run",
        tags(0),
        tags(1),
        status_sql()
    )
}

fn run_doc(flow: &Arc<str>, row: &Row<'_>) -> Outcome<(i64, RunDoc)> {
    let name: String = row.get(1)?;
    let doc = RunDoc {
        flow_id: flow.clone(),
        run_number: Id::of(&name, row.get(2)?),
        user_name: row.get(3)?,
        ts_epoch: row.get::<_, i64>(4)? / 1000,
        last_heartbeat_ts: seconds(row.get(5)?),
        tags: tags_of(row.get(6)?)?,
        system_tags: tags_of(row.get(7)?)?,
        status: row.get::<_, String>(8)?.parse::<RunStatus>()?,
    };
    Ok((row.get(0)?, doc))
}

fn seconds(micros: Option<i64>) -> Option<i64> {
    micros.map(|micros| micros / 1_000_000)
}

/// Runs of a flow, newest first.
pub(super) fn runs(
    conn: &Connection,
    flow: &str,
    before: Option<i64>,
    limit: usize,
) -> Outcome<Listed<RunDoc>> {
    let sql = format!(
        "{} WHERE s.flow = (SELECT id FROM flows WHERE name = ?1) AND s.run < ?2 ORDER BY s.run DESC LIMIT ?3",
        select_runs()
    );
    let flow: Arc<str> = flow.into();
    let values = params![&*flow, before.unwrap_or(i64::MAX), rows(limit)];
    conn.prepare_cached(&sql)?.query_and_then(values, |row| run_doc(&flow, row))?.collect()
}

/// As many rows as are asked for; all for 0.
pub(super) fn rows(limit: usize) -> i64 {
    if limit == 0 { -1 } else { i64::try_from(limit).unwrap_or(i64::MAX) }
}

/// One run.
pub(super) fn run(conn: &Connection, flow: &str, run: &str) -> Outcome<Option<RunDoc>> {
    Ok(found(conn, flow, run)?.map(|(_, doc)| doc))
}

fn found(conn: &Connection, flow: &str, run: &str) -> Outcome<Option<(i64, RunDoc)>> {
    let sql = format!(
        "{} WHERE r.id = (SELECT id FROM runs WHERE flow = (SELECT id FROM flows WHERE name = ?1) AND name = ?2)",
        select_runs()
    );
    let name: Arc<str> = flow.into();
    conn.prepare_cached(&sql)?.query_and_then([flow, run], |row| run_doc(&name, row))?.next().transpose()
}

/// What all documents of a run have of it, if a client recorded that run.
pub(super) fn shared(conn: &Connection, flow: &str, run: &str) -> Outcome<Option<Shared>> {
    Ok(found(conn, flow, run)?.map(|(row, doc)| Shared {
        row,
        flow: doc.flow_id,
        run: doc.run_number,
        tags: doc.tags,
        system_tags: doc.system_tags,
    }))
}

/// Steps of a run, or one of them; newest first.
pub(super) fn steps(
    conn: &Connection,
    flow: &str,
    run: &str,
    only: Option<&str>,
) -> Outcome<Listed<StepDoc>> {
    let Some(of) = shared(conn, flow, run)? else { return Ok(Vec::new()) };
    let doc = |row: &Row<'_>| {
        let doc = StepDoc {
            flow_id: of.flow.clone(),
            run_number: of.run.clone(),
            step_name: row.get::<_, String>(1)?.into(),
            user_name: row.get(2)?,
            ts_epoch: row.get::<_, i64>(3)? / 1000,
            tags: of.tags.clone(),
            system_tags: of.system_tags.clone(),
        };
        Ok((row.get(0)?, doc))
    };
    match only {
        Some(step) => conn
            .prepare_cached(
                "SELECT id, step, user, created_at FROM service_steps WHERE run = ?1 AND step = ?2",
            )?
            .query_and_then(params![of.row, step], doc)?
            .collect(),
        None => conn
            .prepare_cached(
                "SELECT id, step, user, created_at FROM service_steps WHERE run = ?1 ORDER BY id DESC",
            )?
            .query_and_then([of.row], doc)?
            .collect(),
    }
}

fn task_doc(of: &Shared, step: &Arc<str>, row: &Row<'_>) -> Outcome<(i64, TaskDoc)> {
    let doc = TaskDoc {
        flow_id: of.flow.clone(),
        run_number: of.run.clone(),
        step_name: step.clone(),
        task_id: task_id(row.get(0)?, row.get(1)?),
        user_name: row.get(2)?,
        ts_epoch: row.get::<_, i64>(3)? / 1000,
        last_heartbeat_ts: seconds(row.get(4)?),
        tags: of.tags.clone(),
        system_tags: of.system_tags.clone(),
    };
    Ok((row.get(0)?, doc))
}

/// Tasks of a step in order of id.
pub(super) fn tasks(
    conn: &Connection,
    (flow, run, step): (&str, &str, &str),
    after: Option<i64>,
    limit: usize,
) -> Outcome<Listed<TaskDoc>> {
    let Some(of) = shared(conn, flow, run)? else { return Ok(Vec::new()) };
    let step: Arc<str> = step.into();
    conn.prepare_cached(
        "SELECT task, name, user, created_at, heartbeat_at FROM service_tasks
         WHERE run = ?1 AND step = ?2 AND task > ?3 ORDER BY task LIMIT ?4",
    )?
    .query_and_then(params![of.row, &*step, after.unwrap_or(-1), rows(limit)], |row| {
        task_doc(&of, &step, row)
    })?
    .collect()
}

/// One task.
pub(super) fn task(conn: &Connection, at: &TaskPath) -> Outcome<Option<TaskDoc>> {
    let Some(of) = shared(conn, &at.flow, &at.run)? else { return Ok(None) };
    let Some(found) = task_row(conn, of.row, &at.step, &at.task)? else { return Ok(None) };
    let step: Arc<str> = at.step.as_str().into();
    conn.prepare_cached(
        "SELECT task, name, user, created_at, heartbeat_at FROM service_tasks WHERE run = ?1 AND task = ?2",
    )?
    .query_and_then(params![of.row, found.task], |row| task_doc(&of, &step, row).map(|(_, doc)| doc))?
    .next()
    .transpose()
}
