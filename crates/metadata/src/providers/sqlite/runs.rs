//! Flows and runs: making them and listing them.

use std::collections::HashMap;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params, params_from_iter};
use spinloom_diagnostics::{Error, codes};
use spinloom_flow::{FlowGraph, FlowName, RunId, RunStatus, StepName};

use super::trouble::{Outcome, corrupt};
use super::{feed, tags};
use crate::{HEARTBEAT_CUTOFF_SECONDS, NewRun, RunQuery, RunRecord};

/// Run ids up to here are counted on from; a longer number is just text. Local runs of Metaflow's are called by their time in
/// microseconds, which nobody wants to count on from.
const MAX_NUMBER: i64 = 1 << 40;
/// How far to count the runs that carry a tag.
const TAG_PROBE: u32 = 1000;

/// The state of run `r` as a reader sees it. The only place that decides who is lost.
pub(super) fn status_sql() -> String {
    format!(
        "CASE WHEN r.status = 'running' AND r.heartbeat_at <
            unixepoch('now', 'subsec') * 1000000 - {HEARTBEAT_CUTOFF_SECONDS} * 1000000
         THEN 'lost' ELSE r.status END"
    )
}

fn select_runs() -> String {
    let status = status_sql();
    let tags =
        |system| format!("(SELECT json_group_array(tag) FROM tags WHERE run = r.id AND system = {system})");
    let (user, system) = (tags(0), tags(1));
    format!(
        "SELECT r.name, {status}, r.user, {user}, {system}, r.origin, r.created_at, r.finished_at, r.heartbeat_at, r.info"
    )
}

/// Where the flow is in [`select_runs_with_seq`].
pub(super) const RUN_FLOW: usize = 10;
/// Where the number of the last write is in [`select_runs_with_seq`].
pub(super) const RUN_SEQ: usize = 11;

/// Where the graph is in [`select_runs_with_seq`].
pub(super) const RUN_GRAPH: usize = 12;

/// As `select_runs`, and the flow, the number of the last write and the row of the graph.
pub(super) fn select_runs_with_seq() -> String {
    format!("{}, (SELECT name FROM flows WHERE id = r.flow), r.seq, r.graph", select_runs())
}

/// The row of a run.
pub(super) fn row_of(conn: &Connection, flow: &FlowName, run: &RunId) -> Outcome<Option<i64>> {
    let mut find = conn.prepare_cached(
        "SELECT r.id FROM runs r WHERE r.flow = (SELECT id FROM flows WHERE name = ?1) AND r.name = ?2",
    )?;
    Ok(find.query_row(params![flow.as_str(), run.as_str()], |row| row.get(0)).optional()?)
}

/// The row of a run that must be there.
pub(super) fn existing(conn: &Connection, flow: &FlowName, run: &RunId) -> Outcome<i64> {
    row_of(conn, flow, run)?
        .ok_or_else(|| Error::new(codes::NOT_FOUND, format!("there is no run `{flow}/{run}`")).into())
}

/// Makes a run.
pub(super) fn create(tx: &Transaction<'_>, new: &NewRun) -> Outcome<RunRecord> {
    tx.prepare_cached("INSERT INTO flows (name, created_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute(params![new.flow.as_str(), new.at])?;
    let flow = row_of_flow(tx, &new.flow)?.ok_or_else(|| corrupt("a flow without a row"))?;
    let id = match &new.id {
        Some(id) => id.clone(),
        None => next_id(tx, flow)?,
    };
    let graph = keep_graph(tx, &new.graph)?;
    let info = serde_json::to_string(&new.info).map_err(corrupt)?;
    let made = tx
        .prepare_cached(
            "INSERT INTO runs (id, flow, name, number, status, user, origin, created_at, heartbeat_at, graph, info, seq)
             VALUES (?9, ?1, ?2, ?3, 'running', ?4, ?5, ?6, ?6, ?7, ?8, ?10) ON CONFLICT (flow, name) DO NOTHING",
        )?
        .execute(params![
            flow,
            id.as_str(),
            number(&id),
            new.user,
            new.origin.as_ref().map(RunId::as_str),
            new.at,
            graph,
            info,
            free_row(tx, new.at)?,
            feed::next(tx)?
        ])?;
    if made == 0 {
        let message = format!("the run `{}/{id}` exists already", new.flow);
        return Err(Error::new(codes::CANNOT_RESUME, message).hint("choose another run id, or none").into());
    }
    tags::start(tx, flow, tx.last_insert_rowid(), new)?;
    feed::made(tx, flow, &id)?;
    one(tx, &new.flow, &id)?.ok_or_else(|| corrupt("a run without a row"))
}

/// The row of a run made at `at`: rows are in the order of time, also of runs that were recorded elsewhere before.
fn free_row(tx: &Transaction<'_>, at: i64) -> Outcome<i64> {
    let mut taken = tx.prepare_cached("SELECT 1 FROM runs WHERE id = ?1")?;
    let mut row = at.max(1);
    while taken.exists([row])? {
        row += 1;
    }
    Ok(row)
}

/// The number a run id is, if it is written as the provider would write it.
fn number(id: &RunId) -> Option<i64> {
    let n: i64 = id.as_str().parse().ok()?;
    ((0..MAX_NUMBER).contains(&n) && n.to_string() == id.as_str()).then_some(n)
}

fn next_id(tx: &Transaction<'_>, flow: i64) -> Outcome<RunId> {
    let last: Option<i64> = tx
        .prepare_cached(
            "SELECT max(ifnull((SELECT max(number) FROM runs WHERE flow = ?1 AND number IS NOT NULL), 0),
                (SELECT last_deleted FROM flows WHERE id = ?1))",
        )?
        .query_row([flow], |row| row.get(0))?;
    Ok(RunId::new((last.unwrap_or(0) + 1).to_string())?)
}

fn keep_graph(tx: &Transaction<'_>, body: &str) -> Outcome<i64> {
    let hash = *blake3::hash(body.as_bytes()).as_bytes();
    let kept = tx
        .prepare_cached("SELECT id FROM graphs WHERE hash = ?1")?
        .query_row([hash.as_slice()], |row| row.get(0))
        .optional()?;
    if let Some(id) = kept {
        return Ok(id);
    }
    tx.prepare_cached("INSERT INTO graphs (hash, body) VALUES (?1, ?2)")?
        .execute(params![hash.as_slice(), body])?;
    Ok(tx.last_insert_rowid())
}

fn row_of_flow(conn: &Connection, flow: &FlowName) -> Outcome<Option<i64>> {
    let mut find = conn.prepare_cached("SELECT id FROM flows WHERE name = ?1")?;
    Ok(find.query_row([flow.as_str()], |row| row.get(0)).optional()?)
}

/// All flows, newest first.
pub(super) fn flows(conn: &Connection) -> Outcome<Vec<(FlowName, i64)>> {
    let mut list = conn.prepare_cached(
        "SELECT name, created_at FROM flows f WHERE EXISTS (SELECT 1 FROM runs WHERE flow = f.id) ORDER BY id DESC",
    )?;
    list.query_and_then([], |row| {
        let name: String = row.get(0)?;
        Ok((FlowName::new(name).map_err(corrupt)?, row.get(1)?))
    })?
    .collect()
}

/// One run.
pub(super) fn one(conn: &Connection, flow: &FlowName, run: &RunId) -> Outcome<Option<RunRecord>> {
    let Some(id) = row_of(conn, flow, run)? else { return Ok(None) };
    let mut find = conn.prepare_cached(&format!("{} FROM runs r WHERE r.id = ?1", select_runs()))?;
    find.query_and_then([id], |row| record(flow, row))?.next().transpose()
}

/// The graph of a run.
pub(super) fn graph(conn: &Connection, flow: &FlowName, run: &RunId) -> Outcome<Option<String>> {
    let Some(id) = row_of(conn, flow, run)? else { return Ok(None) };
    let mut find =
        conn.prepare_cached("SELECT body FROM graphs WHERE id = (SELECT graph FROM runs WHERE id = ?1)")?;
    Ok(find.query_row([id], |row| row.get(0)).optional()?)
}

/// The step a run ends with. `known` has those of graphs that were read before.
pub(super) fn end_step(conn: &Connection, run: i64, known: &mut HashMap<i64, StepName>) -> Outcome<StepName> {
    let graph: i64 =
        conn.prepare_cached("SELECT graph FROM runs WHERE id = ?1")?.query_row([run], |row| row.get(0))?;
    if let Some(step) = known.get(&graph) {
        return Ok(step.clone());
    }
    let body: String =
        conn.prepare_cached("SELECT body FROM graphs WHERE id = ?1")?.query_row([graph], |row| row.get(0))?;
    let step = FlowGraph::end_step(&body)?;
    known.insert(graph, step.clone());
    Ok(step)
}

/// Runs of a flow, newest first.
pub(super) fn list(conn: &Connection, flow: &FlowName, query: &RunQuery) -> Outcome<Vec<RunRecord>> {
    let Some(row) = row_of_flow(conn, flow)? else { return Ok(Vec::new()) };
    let (sql, values) = listing(conn, row, flow, query)?;
    let mut list = conn.prepare_cached(&sql)?;
    list.query_and_then(params_from_iter(values), |row| record(flow, row))?.collect()
}

/// The statement that lists runs, and its values. Each shape of it walks one index backwards and stops at the limit.
pub(super) fn listing(
    conn: &Connection,
    row: i64,
    flow: &FlowName,
    query: &RunQuery,
) -> Outcome<(String, Vec<Value>)> {
    let mut values = vec![Value::from(row)];
    let mut sql = select_runs();
    let id = match rarest_first(conn, row, &query.tags)?.split_first() {
        None => {
            sql.push_str(" FROM runs r WHERE r.flow = ?");
            "r.id"
        }
        Some((rarest, others)) => {
            sql.push_str(" FROM tags t CROSS JOIN runs r ON r.id = t.run WHERE t.flow = ? AND t.tag = ?");
            values.push(Value::from((*rarest).to_owned()));
            for tag in others {
                sql.push_str(" AND EXISTS (SELECT 1 FROM tags WHERE flow = ? AND tag = ? AND run = t.run)");
                values.extend([Value::from(row), Value::from((*tag).to_owned())]);
            }
            "t.run"
        }
    };
    if let Some(before) = &query.before {
        sql.push_str(&format!(" AND {id} < ?"));
        values.push(Value::from(existing(conn, flow, before)?));
    }
    if let Some(status) = query.status {
        // The stored state narrows by index, what a reader sees decides.
        let stored = if status == RunStatus::Lost { RunStatus::Running } else { status };
        sql.push_str(&format!(" AND r.status = ? AND {} = ?", status_sql()));
        values.extend([stored, status].map(|s| Value::from(s.as_str().to_owned())));
    }
    sql.push_str(&format!(" ORDER BY {id} DESC"));
    if query.limit > 0 {
        sql.push_str(" LIMIT ?");
        values.push(Value::from(i64::try_from(query.limit).unwrap_or(i64::MAX)));
    }
    Ok((sql, values))
}

/// The tags asked for, the one that fewest runs carry first: a namespace is on most runs, a user's tag on few.
fn rarest_first<'a>(conn: &Connection, flow: i64, tags: &'a [String]) -> Outcome<Vec<&'a str>> {
    let mut tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    tags.sort_unstable();
    tags.dedup();
    if tags.len() < 2 {
        return Ok(tags);
    }
    let mut probe = conn
        .prepare_cached("SELECT count(*) FROM (SELECT 1 FROM tags WHERE flow = ?1 AND tag = ?2 LIMIT ?3)")?;
    let mut counted = Vec::with_capacity(tags.len());
    for tag in tags {
        counted.push((probe.query_row(params![flow, tag, TAG_PROBE], |row| row.get::<_, i64>(0))?, tag));
    }
    counted.sort_unstable();
    Ok(counted.into_iter().map(|(_, tag)| tag).collect())
}

/// A run of `flow`, of `select_runs`.
pub(super) fn record(flow: &FlowName, row: &Row<'_>) -> Outcome<RunRecord> {
    let text = |i: usize| row.get::<_, String>(i);
    let sorted = |i: usize| -> Outcome<Vec<String>> {
        let mut tags: Vec<String> = serde_json::from_str(&text(i)?).map_err(corrupt)?;
        tags.sort_unstable();
        Ok(tags)
    };
    let origin: Option<String> = row.get(5)?;
    Ok(RunRecord {
        flow: flow.clone(),
        run: RunId::new(text(0)?).map_err(corrupt)?,
        status: text(1)?.parse()?,
        user: text(2)?,
        tags: sorted(3)?,
        system_tags: sorted(4)?,
        origin: origin.map(RunId::new).transpose().map_err(corrupt)?,
        created_at: row.get(6)?,
        finished_at: row.get(7)?,
        heartbeat_at: row.get(8)?,
        info: serde_json::from_str(&text(9)?).map_err(corrupt)?,
    })
}
