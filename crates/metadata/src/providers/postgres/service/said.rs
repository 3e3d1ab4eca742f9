//! Metadata and artifacts as clients read them: rows are requests, which are taken apart again.

use std::collections::HashSet;

use tokio_postgres::Row;

use super::super::client::Client;
use super::super::read::unsigned;
use super::super::text::{kept, meant};
use super::super::trouble::{Outcome, corrupt};
use super::super::values::{Value, value};
use super::read::{shared, task_rows};
use crate::service::rules::task_id;
use crate::service::told::{Owner, data, saved};
use crate::service::{ArtifactBatch, ArtifactDoc, DataBatch, Listed, MetadataDoc, Scope};

/// What the rows of a scope are found by.
enum By {
    Run,
    Step(String),
    Task(i64),
}

impl By {
    /// `None` if there is no such task.
    async fn of(client: &Client, run: i64, scope: Scope<'_>) -> Outcome<Option<Self>> {
        Ok(match scope {
            Scope::Run => Some(Self::Run),
            Scope::Step(step) => Some(Self::Step(kept(step).into_owned())),
            Scope::Task(step, task) => {
                let rows = task_rows(client, run, step, task).await?;
                rows.first().map(|row| row.try_get(0)).transpose()?.map(Self::Task)
            }
        })
    }

    fn condition(&self) -> &'static str {
        match self {
            Self::Run => "x.run = $1",
            Self::Step(_) => "x.run = $1 AND t.step = $2",
            Self::Task(_) => "x.run = $1 AND x.task = $2",
        }
    }

    fn value(&self) -> Option<Value<'_>> {
        match self {
            Self::Run => None,
            Self::Step(step) => Some(value(step)),
            Self::Task(task) => Some(value(task)),
        }
    }
}

/// The columns `t.task, t.name, t.step`, as they come first.
fn owner(row: &Row, before: Option<&Owner>) -> Outcome<Owner> {
    let name = row.try_get::<_, Option<String>>(1)?.map(meant);
    Ok(Owner::next(row.try_get(2)?, task_id(unsigned(row, 0)?, name), before))
}

/// What was said about tasks, newest first.
pub(super) async fn metadata(
    client: &Client,
    (flow, run): (&str, &str),
    scope: Scope<'_>,
) -> Outcome<Listed<MetadataDoc>> {
    let Some(of) = shared(client, flow, run).await? else { return Ok(Vec::new()) };
    let Some(by) = By::of(client, of.row, scope).await? else { return Ok(Vec::new()) };
    let sql = format!(
        "SELECT t.task, t.name, t.step, x.id, x.created_at, x.body
         FROM spinloom.service_tasks t JOIN spinloom.service_metadata x ON x.run = t.run AND x.task = t.task
         WHERE {} AND t.run = $1 ORDER BY x.id DESC",
        by.condition()
    );
    let given: Vec<Value<'_>> = [value(&of.row)].into_iter().chain(by.value()).collect();
    let mut docs = Vec::new();
    let mut last: Option<Owner> = None;
    for row in &client.query_typed(&sql, &given).await? {
        let owner = owner(row, last.as_ref())?;
        let batch: DataBatch = serde_json::from_str(row.try_get(5)?).map_err(corrupt)?;
        data(&of, &owner, (row.try_get(3)?, row.try_get(4)?), batch, &mut docs);
        last = Some(owner);
    }
    Ok(docs)
}

/// Artifacts of one attempt of each task, or of the latest that each has any of.
pub(super) async fn artifacts(
    client: &Client,
    (flow, run): (&str, &str),
    scope: Scope<'_>,
    attempt: Option<u32>,
) -> Outcome<Listed<ArtifactDoc>> {
    let Some(of) = shared(client, flow, run).await? else { return Ok(Vec::new()) };
    let Some(by) = By::of(client, of.row, scope).await? else { return Ok(Vec::new()) };
    let attempt = attempt.map(i64::from);
    let mut given: Vec<Value<'_>> = [value(&of.row)].into_iter().chain(by.value()).collect();
    let of_attempt = match &attempt {
        Some(attempt) => {
            given.push(value(attempt));
            format!("${}", given.len())
        }
        None => "(SELECT max(y.attempt) FROM spinloom.service_artifacts y WHERE y.run = t.run AND y.task = t.task)"
            .to_owned(),
    };
    let sql = format!(
        "SELECT t.task, t.name, t.step, x.id, x.created_at, x.body, x.attempt
         FROM spinloom.service_tasks t JOIN spinloom.service_artifacts x ON x.run = t.run AND x.task = t.task
         WHERE {} AND t.run = $1 AND x.attempt = {of_attempt} ORDER BY x.task, x.attempt, x.id",
        by.condition()
    );
    let mut docs = Vec::new();
    let mut last: Option<Owner> = None;
    let mut named: HashSet<String> = HashSet::new();
    for row in &client.query_typed(&sql, &given).await? {
        let owner = owner(row, last.as_ref())?;
        if last.as_ref().is_none_or(|last| !last.is(&owner)) {
            named.clear();
        }
        let batch: ArtifactBatch = serde_json::from_str(row.try_get(5)?).map_err(corrupt)?;
        let at = (row.try_get(3)?, row.try_get(4)?, unsigned(row, 6)?);
        saved(&of, &owner, at, batch, &mut named, &mut docs);
        last = Some(owner);
    }
    Ok(docs)
}
