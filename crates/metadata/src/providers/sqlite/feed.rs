//! The change feed: which runs and tasks were written since a write that a reader knows of.

use rusqlite::{Connection, Transaction, params};
use spinloom_flow::{FlowName, RunId};

use super::read::{SELECT_TASKS, TASK_SEQ, task_record};
use super::runs::{RUN_FLOW, RUN_GRAPH, RUN_SEQ, record, select_runs_with_seq};
use super::trouble::{Outcome, corrupt};
use crate::{RunChange, RunFate, TaskRecord};

/// The number of the write under way. Taken once in a transaction.
pub(super) fn next(tx: &Transaction<'_>) -> Outcome<i64> {
    Ok(tx.prepare_cached("UPDATE feed SET seq = seq + 1 RETURNING seq")?.query_row([], |row| row.get(0))?)
}

/// The write under way touches a run.
pub(super) fn touch(tx: &Transaction<'_>, run: i64, seq: i64) -> Outcome<()> {
    tx.prepare_cached("UPDATE runs SET seq = ?2 WHERE id = ?1")?.execute(params![run, seq])?;
    Ok(())
}

/// The write under way made a run, perhaps one of the name of a deleted one.
pub(super) fn made(tx: &Transaction<'_>, flow: i64, run: &RunId) -> Outcome<()> {
    tx.prepare_cached("DELETE FROM deleted_runs WHERE flow = ?1 AND name = ?2")?
        .execute(params![flow, run.as_str()])?;
    Ok(())
}

/// The write under way deletes the run in row `run`, which is still there.
pub(super) fn deleted(tx: &Transaction<'_>, run: i64, seq: i64) -> Outcome<()> {
    tx.prepare_cached(
        "INSERT OR REPLACE INTO deleted_runs (flow, name, seq) SELECT flow, name, ?2 FROM runs WHERE id = ?1",
    )?
    .execute(params![run, seq])?;
    Ok(())
}

/// See [`Provider::sequence`](crate::Provider::sequence).
pub(super) fn sequence(conn: &Connection) -> Outcome<u64> {
    Ok(conn.prepare_cached("SELECT seq FROM feed")?.query_row([], |row| row.get(0))?)
}

/// See [`Provider::changed_runs`](crate::Provider::changed_runs).
pub(super) fn changed_runs(conn: &Connection, after: u64, limit: usize) -> Outcome<Vec<RunChange>> {
    // One view of both tables: else a write between the two would be passed over.
    let view = conn.unchecked_transaction()?;
    let values = params![sequence_number(after), rows(limit)];
    let sql = format!("{} FROM runs r WHERE r.seq > ?1 ORDER BY r.seq LIMIT ?2", select_runs_with_seq());
    let mut changes: Vec<RunChange> = view
        .prepare_cached(&sql)?
        .query_and_then(values, |row| {
            let flow = FlowName::new(row.get::<_, String>(RUN_FLOW)?).map_err(corrupt)?;
            let record = record(&flow, row)?;
            let (seq, graph, run) = (row.get(RUN_SEQ)?, row.get(RUN_GRAPH)?, record.run.clone());
            Ok(RunChange { seq, flow, run, graph, what: RunFate::Changed(Box::new(record)) })
        })?
        .collect::<Outcome<_>>()?;
    let mut gone = view.prepare_cached(
        "SELECT d.seq, f.name, d.name FROM deleted_runs d CROSS JOIN flows f ON f.id = d.flow
         WHERE d.seq > ?1 ORDER BY d.seq LIMIT ?2",
    )?;
    let gone = gone.query_and_then(values, |row| -> Outcome<RunChange> {
        let flow = FlowName::new(row.get::<_, String>(1)?).map_err(corrupt)?;
        let run = RunId::new(row.get::<_, String>(2)?).map_err(corrupt)?;
        Ok(RunChange { seq: row.get(0)?, flow, run, graph: 0, what: RunFate::Deleted })
    })?;
    let before = changes.len();
    for change in gone {
        changes.push(change?);
    }
    if changes.len() > before {
        changes.sort_unstable_by_key(|change| change.seq);
    }
    if limit > 0 {
        changes.truncate(limit);
    }
    Ok(changes)
}

/// See [`Provider::changed_tasks`](crate::Provider::changed_tasks).
pub(super) fn changed_tasks(
    conn: &Connection,
    run: i64,
    after: u64,
    limit: usize,
) -> Outcome<Vec<(u64, TaskRecord)>> {
    let after = sequence_number(after);
    let offset = i64::try_from(limit.saturating_sub(1)).unwrap_or(i64::MAX);
    // The number of the last write that is answered; a write is answered whole.
    let last: i64 = conn
        .prepare_cached(
            "SELECT ifnull((SELECT seq FROM tasks WHERE run = ?1 AND seq > ?2 ORDER BY seq LIMIT 1 OFFSET ?3), ?4)",
        )?
        .query_row(params![run, after, offset, i64::MAX], |row| row.get(0))?;
    let last = if limit == 0 { i64::MAX } else { last };
    let sql =
        format!("{SELECT_TASKS} WHERE t.run = ?1 AND t.seq > ?2 AND t.seq <= ?3 ORDER BY t.seq, t.task");
    conn.prepare_cached(&sql)?
        .query_and_then(params![run, after, last], |row| Ok((row.get(TASK_SEQ)?, task_record(row)?)))?
        .collect()
}

/// A number as SQLite keeps it. One that is too large is after every write.
fn sequence_number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// A number of rows; 0 is all.
fn rows(limit: usize) -> i64 {
    if limit == 0 { -1 } else { i64::try_from(limit).unwrap_or(i64::MAX) }
}
