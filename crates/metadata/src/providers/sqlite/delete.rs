//! Runs that are to be forgotten, and what they refer to.

use rusqlite::{Connection, Transaction, params};
use spinloom_diagnostics::{Error, codes};
use spinloom_flow::{FlowName, RunId, RunStatus};

use super::trouble::Outcome;
use super::{feed, runs};

/// What has rows of runs, which stand in their column `run`.
const TABLES: [&str; 10] = [
    "attempts",
    "tasks",
    "steps",
    "tags",
    "leaders",
    "service_artifacts",
    "service_metadata",
    "service_tasks",
    "service_steps",
    "service_runs",
];

/// See [`Provider::manifests`](crate::Provider::manifests).
pub(super) fn manifests(conn: &Connection, run: i64) -> Outcome<Vec<String>> {
    let mut find = conn.prepare_cached(
        "SELECT manifest FROM tasks WHERE run = ?1 AND manifest IS NOT NULL
         UNION SELECT manifest FROM attempts WHERE run = ?1 AND manifest IS NOT NULL",
    )?;
    Ok(find.query_map([run], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// See [`Provider::delete_run`](crate::Provider::delete_run).
pub(super) fn delete(tx: &Transaction<'_>, flow: &FlowName, run: &RunId) -> Outcome<bool> {
    let Some(record) = runs::one(tx, flow, run)? else { return Ok(false) };
    if record.status == RunStatus::Running {
        let message = format!("`{flow}/{run}` is running, so it cannot be deleted");
        return Err(Error::new(codes::CANNOT_DELETE, message)
            .hint("wait until it is over, or stop it")
            .into());
    }
    if let Some(heir) = running_heir(tx, flow, run)? {
        let message =
            format!("`{flow}/{heir}` is running and resumes `{flow}/{run}`, which cannot be deleted");
        return Err(Error::new(codes::CANNOT_DELETE, message).hint("wait until it is over").into());
    }
    let row = runs::existing(tx, flow, run)?;
    tx.prepare_cached(
        "UPDATE flows SET last_deleted = max(last_deleted, ifnull((SELECT number FROM runs WHERE id = ?2), 0))
         WHERE name = ?1",
    )?
    .execute(params![flow.as_str(), row])?;
    feed::deleted(tx, row, feed::next(tx)?)?;
    for table in TABLES {
        tx.prepare_cached(&format!("DELETE FROM {table} WHERE run = ?1"))?.execute([row])?;
    }
    tx.prepare_cached("DELETE FROM runs WHERE id = ?1")?.execute([row])?;
    // Its graph stays: it may be shared, and readers remember what is in the row of one.
    Ok(true)
}

/// A running run that resumes this one, and may be about to refer to what it saved.
fn running_heir(tx: &Transaction<'_>, flow: &FlowName, run: &RunId) -> Outcome<Option<RunId>> {
    let mut find = tx.prepare_cached(
        "SELECT name FROM runs WHERE flow = (SELECT id FROM flows WHERE name = ?1) AND origin = ?2",
    )?;
    let names = find.query_map(params![flow.as_str(), run.as_str()], |row| row.get::<_, String>(0))?;
    for name in names {
        let heir = RunId::new(name?)?;
        let record = runs::one(tx, flow, &heir)?;
        if record.is_some_and(|record| record.status == RunStatus::Running) {
            return Ok(Some(heir));
        }
    }
    Ok(None)
}
