//! Flows, runs, steps and tasks as clients read them.

use std::sync::Arc;

use spinloom_flow::RunStatus;
use tokio_postgres::Row;

use super::super::client::Client;
use super::super::read::{rows, unsigned};
use super::super::runs::status;
use super::super::text::{kept, meant};
use super::super::trouble::Outcome;
use super::super::values::values;
use crate::service::rules::{self, given, tags_of, task_id};
use crate::service::told::Shared;
use crate::service::{FlowDoc, Id, Listed, RunDoc, StepDoc, Tags, TaskDoc, TaskPath};

/// All flows, or one; newest first.
pub(super) async fn flows(client: &Client, only: Option<&str>) -> Outcome<Listed<FlowDoc>> {
    let only = only.map(|flow| kept(flow).into_owned());
    let sql = "SELECT f.id, f.name, s.owner, s.created_at, s.tags, s.system_tags
         FROM spinloom.service_flows s JOIN spinloom.flows f ON f.id = s.flow
         WHERE $1 IS NULL OR f.name = $1 ORDER BY f.id DESC";
    let flow = |row: &Row| {
        let doc = FlowDoc {
            flow_id: row.try_get(1)?,
            user_name: owner(row, 2)?,
            ts_epoch: row.try_get::<_, i64>(3)? / 1000,
            tags: tags_of(row.try_get(4)?)?,
            system_tags: tags_of(row.try_get(5)?)?,
        };
        Ok((row.try_get(0)?, doc))
    };
    client.query_typed(sql, values![only]).await?.iter().map(flow).collect()
}

/// Runs `r` of clients, up to the condition.
const SELECT_RUNS: &str = concat!(
    "SELECT r.id, r.name, s.chosen, s.owner, r.created_at, s.heartbeat_at,
        ARRAY(SELECT tag FROM spinloom.tags WHERE run = r.id AND NOT system),
        ARRAY(SELECT tag FROM spinloom.tags WHERE run = r.id AND system), ",
    status!(),
    " FROM spinloom.service_runs s JOIN spinloom.runs r ON r.id = s.run"
);

fn run_doc(flow: &Arc<str>, row: &Row) -> Outcome<(i64, RunDoc)> {
    let name: &str = row.try_get(1)?;
    let doc = RunDoc {
        flow_id: flow.clone(),
        run_number: Id::of(name, row.try_get(2)?),
        user_name: owner(row, 3)?,
        ts_epoch: row.try_get::<_, i64>(4)? / 1000,
        last_heartbeat_ts: seconds(row, 5)?,
        tags: tags(row, 6)?,
        system_tags: tags(row, 7)?,
        status: row.try_get::<_, &str>(8)?.parse::<RunStatus>()?,
    };
    Ok((row.try_get(0)?, doc))
}

fn owner(row: &Row, i: usize) -> Outcome<Option<String>> {
    Ok(row.try_get::<_, Option<String>>(i)?.map(meant))
}

fn tags(row: &Row, i: usize) -> Outcome<Tags> {
    let mut tags: Vec<String> = row.try_get::<_, Vec<String>>(i)?.into_iter().map(meant).collect();
    tags.sort_unstable();
    Ok(rules::tags(&tags)?)
}

fn seconds(row: &Row, i: usize) -> Outcome<Option<i64>> {
    Ok(row.try_get::<_, Option<i64>>(i)?.map(|micros| micros / 1_000_000))
}

/// Runs of a flow, newest first.
pub(super) async fn runs(
    client: &Client,
    flow: &str,
    before: Option<i64>,
    limit: usize,
) -> Outcome<Listed<RunDoc>> {
    let sql = format!(
        "{SELECT_RUNS} WHERE s.flow = (SELECT id FROM spinloom.flows WHERE name = $1) AND s.run < $2
         ORDER BY s.run DESC LIMIT $3"
    );
    let (name, before, limit) = (kept(flow).into_owned(), before.unwrap_or(i64::MAX), rows(limit));
    let flow: Arc<str> = flow.into();
    let found = client.query_typed(&sql, values![name, before, limit]).await?;
    found.iter().map(|row| run_doc(&flow, row)).collect()
}

/// One run, and its row.
pub(super) async fn found(client: &Client, flow: &str, run: &str) -> Outcome<Option<(i64, RunDoc)>> {
    let sql =
        format!("{SELECT_RUNS} JOIN spinloom.flows f ON f.id = r.flow WHERE f.name = $1 AND r.name = $2");
    let (flow_name, run_name) = (kept(flow).into_owned(), kept(run).into_owned());
    let rows = client.query_typed(&sql, values![flow_name, run_name]).await?;
    let flow: Arc<str> = flow.into();
    rows.first().map(|row| run_doc(&flow, row)).transpose()
}

/// What all documents of a run have of it, if a client recorded that run.
pub(super) async fn shared(client: &Client, flow: &str, run: &str) -> Outcome<Option<Shared>> {
    Ok(found(client, flow, run).await?.map(|(row, doc)| Shared {
        row,
        flow: doc.flow_id,
        run: doc.run_number,
        tags: doc.tags,
        system_tags: doc.system_tags,
    }))
}

/// Steps of a run, or one of them; newest first.
pub(super) async fn steps(
    client: &Client,
    (flow, run): (&str, &str),
    only: Option<&str>,
) -> Outcome<Listed<StepDoc>> {
    let Some(of) = shared(client, flow, run).await? else { return Ok(Vec::new()) };
    let only = only.map(|step| kept(step).into_owned());
    let sql = "SELECT id, step, owner, created_at FROM spinloom.service_steps
         WHERE run = $1 AND ($2 IS NULL OR step = $2) ORDER BY id DESC";
    let doc = |row: &Row| {
        let doc = StepDoc {
            flow_id: of.flow.clone(),
            run_number: of.run.clone(),
            step_name: row.try_get::<_, &str>(1)?.into(),
            user_name: owner(row, 2)?,
            ts_epoch: row.try_get::<_, i64>(3)? / 1000,
            tags: of.tags.clone(),
            system_tags: of.system_tags.clone(),
        };
        Ok((row.try_get(0)?, doc))
    };
    let row = of.row;
    client.query_typed(sql, values![row, only]).await?.iter().map(doc).collect()
}

/// Tasks, up to the condition.
const SELECT_TASKS: &str = "SELECT task, name, owner, created_at, heartbeat_at FROM spinloom.service_tasks";

fn task_doc(of: &Shared, step: &Arc<str>, row: &Row) -> Outcome<(i64, TaskDoc)> {
    let doc = TaskDoc {
        flow_id: of.flow.clone(),
        run_number: of.run.clone(),
        step_name: step.clone(),
        task_id: task_id(unsigned(row, 0)?, owner(row, 1)?),
        user_name: owner(row, 2)?,
        ts_epoch: row.try_get::<_, i64>(3)? / 1000,
        last_heartbeat_ts: seconds(row, 4)?,
        tags: of.tags.clone(),
        system_tags: of.system_tags.clone(),
    };
    Ok((row.try_get(0)?, doc))
}

/// Tasks of a step in order of id.
pub(super) async fn tasks(
    client: &Client,
    (flow, run, step): (&str, &str, &str),
    after: Option<i64>,
    limit: usize,
) -> Outcome<Listed<TaskDoc>> {
    let Some(of) = shared(client, flow, run).await? else { return Ok(Vec::new()) };
    let (row, name) = (of.row, kept(step).into_owned());
    let (after, limit) = (after.unwrap_or(-1), rows(limit));
    let sql = format!("{SELECT_TASKS} WHERE run = $1 AND step = $2 AND task > $3 ORDER BY task LIMIT $4");
    let found = client.query_typed(&sql, values![row, name, after, limit]).await?;
    let step: Arc<str> = step.into();
    found.iter().map(|row| task_doc(&of, &step, row)).collect()
}

/// One task.
pub(super) async fn task(client: &Client, at: &TaskPath) -> Outcome<Option<TaskDoc>> {
    let Some(of) = shared(client, &at.flow, &at.run).await? else { return Ok(None) };
    let rows = task_rows(client, of.row, &at.step, &at.task).await?;
    let step: Arc<str> = at.step.as_str().into();
    Ok(rows.first().map(|row| task_doc(&of, &step, row)).transpose()?.map(|(_, doc)| doc))
}

/// The row of a task, if a client recorded one of that id.
pub(super) async fn task_rows(client: &Client, run: i64, step: &str, task: &str) -> Outcome<Vec<Row>> {
    let step = kept(step).into_owned();
    Ok(match given(task) {
        Some(number) => {
            let sql = format!("{SELECT_TASKS} WHERE run = $1 AND step = $2 AND task = $3 AND name IS NULL");
            client.query_typed(&sql, values![run, step, number]).await?
        }
        None => {
            let (sql, name) = (
                format!("{SELECT_TASKS} WHERE run = $1 AND step = $2 AND name = $3"),
                kept(task).into_owned(),
            );
            client.query_typed(&sql, values![run, step, name]).await?
        }
    })
}
