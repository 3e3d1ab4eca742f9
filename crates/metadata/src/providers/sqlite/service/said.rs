//! Metadata and artifacts as clients read them: rows are requests, which are taken apart again.

use std::collections::HashSet;

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use super::super::trouble::{Outcome, corrupt};
use super::read::shared;
use super::task_row;
use crate::service::rules::task_id;
use crate::service::told::{Owner, data, saved};
use crate::service::{ArtifactBatch, ArtifactDoc, DataBatch, Listed, MetadataDoc, Scope};

/// What the rows of a scope are found by, and the values; `None` if there is no such task. The table is `x`.
fn scoped(conn: &Connection, run: i64, scope: Scope<'_>) -> Outcome<Option<(&'static str, Vec<Value>)>> {
    Ok(match scope {
        Scope::Run => Some(("x.run = ?1", vec![run.into()])),
        Scope::Step(step) => Some(("x.run = ?1 AND t.step = ?2", vec![run.into(), step.to_owned().into()])),
        Scope::Task(step, task) => task_row(conn, run, step, task)?.map(|found| {
            let number = i64::try_from(found.task).unwrap_or(i64::MAX);
            ("x.run = ?1 AND x.task = ?2", vec![run.into(), number.into()])
        }),
    })
}

/// The columns `t.task, t.name, t.step`, as they come first.
fn owner(row: &Row<'_>, before: Option<&Owner>) -> Outcome<Owner> {
    Ok(Owner::next(row.get(2)?, task_id(row.get(0)?, row.get(1)?), before))
}

/// What was said about tasks, newest first.
pub(super) fn metadata(
    conn: &Connection,
    (flow, run): (&str, &str),
    scope: Scope<'_>,
) -> Outcome<Listed<MetadataDoc>> {
    let Some(of) = shared(conn, flow, run)? else { return Ok(Vec::new()) };
    let Some((found_by, values)) = scoped(conn, of.row, scope)? else { return Ok(Vec::new()) };
    let mut list = conn.prepare_cached(&format!(
        "SELECT t.task, t.name, t.step, x.id, x.created_at, x.body
         FROM service_tasks t CROSS JOIN service_metadata x ON x.run = t.run AND x.task = t.task
         WHERE {found_by} AND t.run = ?1 ORDER BY x.id DESC"
    ))?;
    let mut docs = Vec::new();
    let mut last: Option<Owner> = None;
    let mut rows = list.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        let owner = owner(row, last.as_ref())?;
        let batch: DataBatch =
            serde_json::from_str(row.get_ref(5)?.as_str().map_err(corrupt)?).map_err(corrupt)?;
        data(&of, &owner, (row.get(3)?, row.get(4)?), batch, &mut docs);
        last = Some(owner);
    }
    Ok(docs)
}

/// Artifacts of one attempt of each task, or of the latest that each has any of.
pub(super) fn artifacts(
    conn: &Connection,
    (flow, run): (&str, &str),
    scope: Scope<'_>,
    attempt: Option<u32>,
) -> Outcome<Listed<ArtifactDoc>> {
    let Some(of) = shared(conn, flow, run)? else { return Ok(Vec::new()) };
    let Some((found_by, mut values)) = scoped(conn, of.row, scope)? else { return Ok(Vec::new()) };
    let of_attempt = match attempt {
        Some(attempt) => {
            values.push(attempt.into());
            format!("?{}", values.len())
        }
        None => {
            "(SELECT max(y.attempt) FROM service_artifacts y WHERE y.run = t.run AND y.task = t.task)".into()
        }
    };
    let mut list = conn.prepare_cached(&format!(
        "SELECT t.task, t.name, t.step, x.id, x.created_at, x.body, x.attempt
         FROM service_tasks t CROSS JOIN service_artifacts x ON x.run = t.run AND x.task = t.task
         WHERE {found_by} AND t.run = ?1 AND x.attempt = {of_attempt} ORDER BY x.task, x.attempt, x.id"
    ))?;
    let mut docs = Vec::new();
    let mut last: Option<Owner> = None;
    let mut named: HashSet<String> = HashSet::new();
    let mut rows = list.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        let owner = owner(row, last.as_ref())?;
        if last.as_ref().is_none_or(|last| !last.is(&owner)) {
            named.clear();
        }
        let batch: ArtifactBatch =
            serde_json::from_str(row.get_ref(5)?.as_str().map_err(corrupt)?).map_err(corrupt)?;
        saved(&of, &owner, (row.get(3)?, row.get(4)?, row.get(6)?), batch, &mut named, &mut docs);
        last = Some(owner);
    }
    Ok(docs)
}
