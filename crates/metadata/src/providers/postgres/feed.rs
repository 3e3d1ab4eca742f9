//! The change feed: which runs and tasks were written since a write that a reader knows of.

use spinloom_flow::{FlowName, RunId};

use super::client::Client;
use super::read::{self, OF_RUN, SELECT_TASKS};
use super::runs::{RUN_FLOW, RUN_GRAPH, RUN_SEQ, SELECT_RUNS, record};
use super::trouble::{Outcome, corrupt};
use super::values::values;
use crate::{RunChange, RunFate, TaskRecord};

/// Takes the next number. Until the transaction is over no other can, so this comes last, right before `COMMIT`.
pub(super) const NEXT: &str = "UPDATE spinloom.feed SET seq = seq + 1";
/// That number, in the statements after [`NEXT`].
pub(super) const SEQ: &str = "(SELECT seq FROM spinloom.feed)";

/// See [`Provider::sequence`](crate::Provider::sequence).
pub(super) async fn sequence(client: &Client) -> Outcome<u64> {
    let rows = client.query_typed("SELECT seq FROM spinloom.feed", &[]).await?;
    let row = rows.first().ok_or_else(|| corrupt("a feed without a row"))?;
    unsigned(row.try_get(0)?)
}

/// See [`Provider::changed_runs`](crate::Provider::changed_runs).
pub(super) async fn changed_runs(client: &Client, after: u64, limit: usize) -> Outcome<Vec<RunChange>> {
    let (after, limit) = (signed(after), read::rows(limit));
    let runs = format!(
        "{SELECT_RUNS} FROM spinloom.runs r JOIN spinloom.flows f ON f.id = r.flow
         WHERE r.seq > $1 ORDER BY r.seq LIMIT $2"
    );
    let gone =
        "SELECT d.seq, f.name, d.name FROM spinloom.deleted_runs d JOIN spinloom.flows f ON f.id = d.flow
         WHERE d.seq > $1 ORDER BY d.seq LIMIT $2";
    let (of_runs, of_gone) = (values![after, limit], values![after, limit]);
    // One view of both tables: else a write between the two would be passed over.
    let (_, runs, gone, _) = futures::try_join!(
        client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        client.query_typed(&runs, of_runs),
        client.query_typed(gone, of_gone),
        client.batch_execute("COMMIT"),
    )?;
    let mut changes = Vec::with_capacity(runs.len() + gone.len());
    for row in &runs {
        let flow = FlowName::new(row.try_get::<_, String>(RUN_FLOW)?).map_err(corrupt)?;
        let record = record(&flow, row)?;
        let (seq, graph) = (unsigned(row.try_get(RUN_SEQ)?)?, unsigned(row.try_get(RUN_GRAPH)?)?);
        let run = record.run.clone();
        changes.push(RunChange { seq, flow, run, graph, what: RunFate::Changed(Box::new(record)) });
    }
    for row in &gone {
        let flow = FlowName::new(row.try_get::<_, String>(1)?).map_err(corrupt)?;
        let run = RunId::new(row.try_get::<_, String>(2)?).map_err(corrupt)?;
        changes.push(RunChange {
            seq: unsigned(row.try_get(0)?)?,
            flow,
            run,
            graph: 0,
            what: RunFate::Deleted,
        });
    }
    changes.sort_by_key(|change| change.seq);
    if let Some(limit) = limit {
        changes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    Ok(changes)
}

/// See [`Provider::changed_tasks`](crate::Provider::changed_tasks).
pub(super) async fn changed_tasks(
    client: &Client,
    (flow, run): (&FlowName, &RunId),
    after: u64,
    limit: usize,
) -> Outcome<Vec<(u64, TaskRecord)>> {
    let (after, limit) = (signed(after), read::rows(limit));
    // A write is answered whole: with the last row that there is room for come the others of its number.
    let sql = format!(
        "{SELECT_TASKS} WHERE t.run = {OF_RUN} AND t.seq > $3 AND t.seq <= coalesce((
            SELECT seq FROM spinloom.tasks WHERE run = {OF_RUN} AND seq > $3 ORDER BY seq LIMIT 1 OFFSET $4 - 1
         ), 9223372036854775807) ORDER BY t.seq, t.task"
    );
    let offset = limit.unwrap_or(i64::MAX);
    let rows = client.query_typed(&sql, values![flow.as_str(), run.as_str(), after, offset]).await?;
    rows.iter().map(|row| Ok((unsigned(row.try_get(read::TASK_SEQ)?)?, read::task_record(row)?))).collect()
}

/// A number as PostgreSQL keeps it. One that is too large is after every write.
fn signed(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn unsigned(seq: i64) -> Outcome<u64> {
    u64::try_from(seq).map_err(corrupt)
}
