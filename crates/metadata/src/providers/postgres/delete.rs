//! Runs that are to be forgotten, and what they refer to.

use spinloom_diagnostics::{Error, codes};
use spinloom_flow::{FlowName, RunId, RunStatus};

use super::client::Client;
use super::feed::{NEXT, SEQ};
use super::read::OF_RUN;
use super::runs::{self, SELECT_RUNS};
use super::service;
use super::trouble::{Outcome, corrupt};
use super::values::values;

/// See [`Provider::manifests`](crate::Provider::manifests).
pub(super) async fn manifests(client: &Client, (flow, run): (&FlowName, &RunId)) -> Outcome<Vec<String>> {
    let sql = format!(
        "SELECT manifest FROM spinloom.tasks WHERE run = {OF_RUN} AND manifest IS NOT NULL
         UNION SELECT manifest FROM spinloom.attempts WHERE run = {OF_RUN} AND manifest IS NOT NULL"
    );
    let rows = client.query_typed(&sql, values![flow.as_str(), run.as_str()]).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// See [`Provider::delete_run`](crate::Provider::delete_run). `doubt` says that this may be asked for the second time.
pub(super) async fn delete(client: &Client, (flow, run): (&FlowName, &RunId), doubt: bool) -> Outcome<bool> {
    // Nobody begins to resume it meanwhile.
    runs::begin(client).await?;
    let lock = format!("SELECT 1 FROM spinloom.runs WHERE id = {OF_RUN} FOR UPDATE");
    client.query_typed(&lock, values![flow.as_str(), run.as_str()]).await?;
    let Some(record) = runs::one(client, flow, run).await? else {
        client.batch_execute("COMMIT").await?;
        return Ok(doubt);
    };
    if record.status == RunStatus::Running {
        let message = format!("`{flow}/{run}` is running, so it cannot be deleted");
        return Err(Error::new(codes::CANNOT_DELETE, message)
            .hint("wait until it is over, or stop it")
            .into());
    }
    if let Some(heir) = running_heir(client, flow, run).await? {
        let message =
            format!("`{flow}/{heir}` is running and resumes `{flow}/{run}`, which cannot be deleted");
        return Err(Error::new(codes::CANNOT_DELETE, message).hint("wait until it is over").into());
    }
    let row = runs::row_of(client, flow, run).await?.ok_or_else(|| corrupt("a run without a row"))?;
    forget(client, row).await?;
    Ok(true)
}

/// Its graph stays: it may be shared.
async fn forget(client: &Client, row: i64) -> Outcome<()> {
    let of_run = values![row];
    let gone = format!(
        "INSERT INTO spinloom.deleted_runs (flow, name, seq) SELECT flow, name, {SEQ} FROM spinloom.runs WHERE id = $1
         ON CONFLICT (flow, name) DO UPDATE SET seq = excluded.seq"
    );
    futures::try_join!(
        client.execute_typed(
            "UPDATE spinloom.flows f SET last_deleted = greatest(f.last_deleted, coalesce(r.number, 0))
             FROM spinloom.runs r WHERE r.id = $1 AND f.id = r.flow",
            of_run
        ),
        client.execute_typed("DELETE FROM spinloom.attempts WHERE run = $1", of_run),
        client.execute_typed("DELETE FROM spinloom.tasks WHERE run = $1", of_run),
        client.execute_typed("DELETE FROM spinloom.steps WHERE run = $1", of_run),
        client.execute_typed("DELETE FROM spinloom.tags WHERE run = $1", of_run),
        client.execute_typed("DELETE FROM spinloom.leaders WHERE run = $1", of_run),
        client.execute_typed("DELETE FROM spinloom.writers WHERE run = $1", of_run),
        service::forget(client, row),
        client.execute_typed(NEXT, &[]),
        client.execute_typed(&gone, of_run),
        client.execute_typed("DELETE FROM spinloom.runs WHERE id = $1", of_run),
        client.execute_typed("COMMIT", &[]),
    )?;
    Ok(())
}

/// A running run that resumes this one, and may be about to refer to what it saved.
async fn running_heir(client: &Client, flow: &FlowName, run: &RunId) -> Outcome<Option<RunId>> {
    let sql = format!(
        "{SELECT_RUNS} FROM spinloom.runs r JOIN spinloom.flows f ON f.id = r.flow
         WHERE r.flow = (SELECT id FROM spinloom.flows WHERE name = $1) AND r.origin = $2"
    );
    for row in &client.query_typed(&sql, values![flow.as_str(), run.as_str()]).await? {
        let heir = runs::record(flow, row)?;
        if heir.status == RunStatus::Running {
            return Ok(Some(heir.run));
        }
    }
    Ok(None)
}
