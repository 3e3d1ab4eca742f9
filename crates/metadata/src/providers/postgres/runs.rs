//! Flows and runs: making them and listing them.

use std::collections::BTreeSet;

use spinloom_diagnostics::{Error, codes};
use spinloom_flow::{FlowGraph, FlowName, RunId, RunStatus};
use tokio_postgres::Row;

use super::client::Client;
use super::feed::{NEXT, SEQ};
use super::read;
use super::text::{kept, meant};
use super::trouble::{Outcome, corrupt};
use super::values::{Value, value, values};
use crate::{NewRun, RunQuery, RunRecord, WriteKey, tags};

/// Run ids up to here are counted on from; a longer number is just text.
const MAX_NUMBER: i64 = 1 << 40;
/// The advisory lock of those who make and delete runs: one at a time, so that numbers and heirs are what they look like.
pub(super) const LOCK: i64 = 0x7370_696e_7275_6e73;

/// The state of run `r` as a reader sees it: 60 is [`HEARTBEAT_CUTOFF_SECONDS`](crate::HEARTBEAT_CUTOFF_SECONDS).
macro_rules! status {
    () => {
        "CASE WHEN r.status = 'running' AND r.heartbeat_at <
            (extract(epoch FROM statement_timestamp()) * 1000000)::bigint - 60 * 1000000
         THEN 'lost' ELSE r.status END"
    };
}
pub(super) use status;
const _: () = assert!(crate::HEARTBEAT_CUTOFF_SECONDS == 60);

/// Runs `r` of flows `f`, up to the tables.
pub(super) const SELECT_RUNS: &str = concat!(
    "SELECT r.name, ",
    status!(),
    ", r.owner, ARRAY(SELECT tag FROM spinloom.tags WHERE run = r.id AND NOT system),
        ARRAY(SELECT tag FROM spinloom.tags WHERE run = r.id AND system), r.origin, r.created_at, r.finished_at,
        r.heartbeat_at, r.info, f.name, r.seq, r.graph"
);
/// Where the flow is in [`SELECT_RUNS`].
pub(super) const RUN_FLOW: usize = 10;
/// Where the number of the last write is in [`SELECT_RUNS`].
pub(super) const RUN_SEQ: usize = 11;
/// Where the number of the graph is in [`SELECT_RUNS`].
pub(super) const RUN_GRAPH: usize = 12;

/// There is no such run.
pub(super) fn unknown(flow: &FlowName, run: &RunId) -> Error {
    Error::new(codes::NOT_FOUND, format!("there is no run `{flow}/{run}`"))
}

/// Begins a transaction that makes or deletes a run.
pub(super) async fn begin(client: &Client) -> Outcome<()> {
    let begin = format!("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({LOCK})");
    Ok(client.batch_execute(&begin).await?)
}

/// Makes a run, unless this is a repetition of `key`.
pub(super) async fn create(client: &Client, key: &WriteKey, new: &NewRun) -> Outcome<RunRecord> {
    begin(client).await?;
    let made = match repeated(client, key).await? {
        Some(run) => run,
        None => insert(client, key, new).await?,
    };
    let record = one(client, &new.flow, &made).await?.ok_or_else(|| corrupt("a run without a row"))?;
    client.batch_execute("COMMIT").await?;
    Ok(record)
}

/// The run that a write of this key made.
async fn repeated(client: &Client, key: &WriteKey) -> Outcome<Option<RunId>> {
    let sql = "SELECT r.name FROM spinloom.writers w JOIN spinloom.runs r ON r.id = w.run
         WHERE w.writer = $1 AND w.number >= $2 ORDER BY w.number LIMIT 1";
    let rows = client.query_typed(sql, values![key.writer, key.number()]).await?;
    match rows.first() {
        Some(row) => Ok(Some(RunId::new(row.try_get::<_, String>(0)?).map_err(corrupt)?)),
        None => Ok(None),
    }
}

/// Inserts a run, within a transaction that was begun by [`begin`].
pub(super) async fn insert(client: &Client, key: &WriteKey, new: &NewRun) -> Outcome<RunId> {
    let (system, user) = tags_of(new)?;
    let (flow, next) = flow_row(client, new).await?;
    let id = match &new.id {
        Some(id) => id.clone(),
        None => RunId::new(next.to_string())?,
    };
    let hash = blake3::hash(new.graph.as_bytes());
    let last_step = FlowGraph::end_step(&new.graph)?;
    let info = serde_json::to_string(&new.info).map_err(corrupt)?;
    let graph = "INSERT INTO spinloom.graphs (hash, last_step, body) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING";
    // Rows are in the order of time, also of runs that were recorded elsewhere before.
    let run = format!(
        "INSERT INTO spinloom.runs (id, flow, name, number, status, owner, origin, created_at, heartbeat_at, graph, info, seq)
         SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM spinloom.runs WHERE id = greatest($6, 1)) THEN greatest($6, 1) ELSE (
                SELECT b.id + 1 FROM spinloom.runs b WHERE b.id >= greatest($6, 1)
                AND NOT EXISTS (SELECT 1 FROM spinloom.runs WHERE id = b.id + 1) ORDER BY b.id LIMIT 1) END,
            $1, $2, $3, 'running', $4, $5, $6, $6, (SELECT id FROM spinloom.graphs WHERE hash = $7), $8, {SEQ}
         ON CONFLICT (flow, name) DO NOTHING RETURNING id"
    );
    let hash: &[u8] = hash.as_bytes();
    let (origin, owner) = (new.origin.as_ref().map(RunId::as_str), kept(&new.user).into_owned());
    let (last_step, name, number) = (last_step.as_str(), id.as_str(), number(&id));
    let of_graph = values![hash, last_step, new.graph];
    let of_run = values![flow, name, number, owner, origin, new.at, hash, info];
    let (_, _, made) = futures::try_join!(
        client.execute_typed(graph, of_graph),
        client.execute_typed(NEXT, &[]),
        client.query_typed(&run, of_run),
    )?;
    let Some(row) = made.first() else {
        let message = format!("the run `{}/{id}` exists already", new.flow);
        return Err(Error::new(codes::CANNOT_RESUME, message).hint("choose another run id, or none").into());
    };
    around(client, (flow, row.try_get(0)?, &id), key, (&system, &user)).await?;
    Ok(id)
}

/// What comes with a run that was made: its tags, who wrote it, that it is not deleted.
async fn around(
    client: &Client,
    (flow, run, id): (i64, i64, &RunId),
    key: &WriteKey,
    (system, user): (&BTreeSet<String>, &BTreeSet<String>),
) -> Outcome<()> {
    let tags: Vec<String> = system.iter().chain(user).map(|tag| kept(tag).into_owned()).collect();
    let kinds: Vec<bool> = system.iter().map(|_| true).chain(user.iter().map(|_| false)).collect();
    let (number, name) = (key.number(), id.as_str());
    let (of_tags, of_writer) = (values![flow, tags, run, kinds], values![key.writer, run, number]);
    let of_deleted = values![flow, name];
    futures::try_join!(
        client.execute_typed(
            "INSERT INTO spinloom.tags (flow, tag, run, system) SELECT $1, u.tag, $3, u.system
             FROM unnest($2, $4) AS u (tag, system)",
            of_tags
        ),
        client.execute_typed(
            "INSERT INTO spinloom.writers (writer, run, number) VALUES ($1, $2, $3)",
            of_writer
        ),
        client.execute_typed("DELETE FROM spinloom.deleted_runs WHERE flow = $1 AND name = $2", of_deleted),
    )?;
    Ok(())
}

/// System and user tags of a run being made.
fn tags_of(new: &NewRun) -> Outcome<(BTreeSet<String>, BTreeSet<String>)> {
    let system: BTreeSet<String> = new.system_tags.iter().cloned().collect();
    let user = tags::changed(&BTreeSet::new(), &system, &new.tags, &[])?;
    Ok((system, user))
}

/// The row of a flow, which is made if it is new, and the number of its next run.
async fn flow_row(client: &Client, new: &NewRun) -> Outcome<(i64, i64)> {
    let name = new.flow.as_str();
    let (of_new, of_known) = (values![name, new.at], values![name]);
    let (_, rows) = futures::try_join!(
        client.execute_typed(
            "INSERT INTO spinloom.flows (name, created_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
            of_new
        ),
        client.query_typed(
            "SELECT id, greatest(last_deleted, coalesce((
                SELECT max(number) FROM spinloom.runs WHERE flow = f.id AND number IS NOT NULL), 0)) + 1
             FROM spinloom.flows f WHERE name = $1",
            of_known
        ),
    )?;
    let row = rows.first().ok_or_else(|| corrupt("a flow without a row"))?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// The number a run id is, if it is written as the provider would write it.
fn number(id: &RunId) -> Option<i64> {
    let n: i64 = id.as_str().parse().ok()?;
    ((0..MAX_NUMBER).contains(&n) && n.to_string() == id.as_str()).then_some(n)
}

/// All flows, newest first.
pub(super) async fn flows(client: &Client) -> Outcome<Vec<(FlowName, i64)>> {
    let sql = "SELECT name, created_at FROM spinloom.flows f
         WHERE EXISTS (SELECT 1 FROM spinloom.runs WHERE flow = f.id) ORDER BY id DESC";
    let rows = client.query_typed(sql, &[]).await?;
    let flow =
        |row: &Row| Ok((FlowName::new(row.try_get::<_, String>(0)?).map_err(corrupt)?, row.try_get(1)?));
    rows.iter().map(flow).collect()
}

/// One run.
pub(super) async fn one(client: &Client, flow: &FlowName, run: &RunId) -> Outcome<Option<RunRecord>> {
    let sql = format!(
        "{SELECT_RUNS} FROM spinloom.runs r JOIN spinloom.flows f ON f.id = r.flow WHERE f.name = $1 AND r.name = $2"
    );
    let rows = client.query_typed(&sql, values![flow.as_str(), run.as_str()]).await?;
    rows.first().map(|row| record(flow, row)).transpose()
}

/// The graph of a run.
pub(super) async fn graph(client: &Client, flow: &FlowName, run: &RunId) -> Outcome<Option<String>> {
    let sql = "SELECT g.body FROM spinloom.runs r JOIN spinloom.flows f ON f.id = r.flow
         JOIN spinloom.graphs g ON g.id = r.graph WHERE f.name = $1 AND r.name = $2";
    let rows = client.query_typed(sql, values![flow.as_str(), run.as_str()]).await?;
    Ok(rows.first().map(|row| row.try_get(0)).transpose()?)
}

/// The row of a run, if there is one.
pub(super) async fn row_of(client: &Client, flow: &FlowName, run: &RunId) -> Outcome<Option<i64>> {
    let sql = format!("SELECT id FROM spinloom.runs WHERE id = {}", read::OF_RUN);
    let rows = client.query_typed(&sql, values![flow.as_str(), run.as_str()]).await?;
    Ok(rows.first().map(|row| row.try_get(0)).transpose()?)
}

/// Runs of a flow, newest first.
pub(super) async fn list(client: &Client, flow: &FlowName, query: &RunQuery) -> Outcome<Vec<RunRecord>> {
    let before = match &query.before {
        // A flow that is not known has no runs, whatever was asked for.
        Some(before) => match row_of(client, flow, before).await? {
            Some(row) => row,
            None if is_known(client, flow).await? => return Err(unknown(flow, before).into()),
            None => return Ok(Vec::new()),
        },
        None => i64::MAX,
    };
    let (flow_name, limit) = (flow.as_str(), read::rows(query.limit));
    let stored = query.status.map(|status| {
        // The stored state narrows by index, what a reader sees decides.
        let stored = if status == RunStatus::Lost { RunStatus::Running } else { status };
        (stored.as_str(), status.as_str())
    });
    let mut sql = format!(
        "{SELECT_RUNS} FROM spinloom.runs r JOIN spinloom.flows f ON f.id = r.flow
         WHERE r.flow = (SELECT id FROM spinloom.flows WHERE name = $1) AND r.id < $2"
    );
    let tags: BTreeSet<String> = query.tags.iter().map(|tag| kept(tag).into_owned()).collect();
    let mut given: Vec<Value<'_>> = vec![value(&flow_name), value(&before)];
    if let Some((stored, seen)) = &stored {
        given.extend([value(stored), value(seen)]);
        sql.push_str(concat!(" AND r.status = $3 AND ", status!(), " = $4"));
    }
    for tag in &tags {
        given.push(value(tag));
        sql.push_str(&format!(
            " AND EXISTS (SELECT 1 FROM spinloom.tags WHERE flow = r.flow AND tag = ${} AND run = r.id)",
            given.len()
        ));
    }
    given.push(value(&limit));
    sql.push_str(&format!(" ORDER BY r.id DESC LIMIT ${}", given.len()));
    client.query_typed(&sql, &given).await?.iter().map(|row| record(flow, row)).collect()
}

async fn is_known(client: &Client, flow: &FlowName) -> Outcome<bool> {
    let rows =
        client.query_typed("SELECT 1 FROM spinloom.flows WHERE name = $1", values![flow.as_str()]).await?;
    Ok(!rows.is_empty())
}

/// A run of `flow`, of [`SELECT_RUNS`].
pub(super) fn record(flow: &FlowName, row: &Row) -> Outcome<RunRecord> {
    let sorted = |i: usize| -> Outcome<Vec<String>> {
        let mut tags: Vec<String> = row.try_get::<_, Vec<String>>(i)?.into_iter().map(meant).collect();
        tags.sort_unstable();
        Ok(tags)
    };
    let origin: Option<String> = row.try_get(5)?;
    Ok(RunRecord {
        flow: flow.clone(),
        run: RunId::new(row.try_get::<_, String>(0)?).map_err(corrupt)?,
        status: row.try_get::<_, String>(1)?.parse()?,
        user: meant(row.try_get(2)?),
        tags: sorted(3)?,
        system_tags: sorted(4)?,
        origin: origin.map(RunId::new).transpose().map_err(corrupt)?,
        created_at: row.try_get(6)?,
        finished_at: row.try_get(7)?,
        heartbeat_at: row.try_get(8)?,
        info: serde_json::from_str(row.try_get(9)?).map_err(corrupt)?,
    })
}
