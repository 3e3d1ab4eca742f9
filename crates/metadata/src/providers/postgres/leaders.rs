//! Who leads a run that several drivers share: one row, changed by compare-and-set.

use spinloom_diagnostics::{Error, codes};
use spinloom_flow::{FlowName, RunId};

use super::client::Client;
use super::feed::{NEXT, SEQ};
use super::read::OF_RUN;
use super::runs;
use super::text::kept;
use super::trouble::{Outcome, corrupt};
use super::values::values;
use super::write::leader_record;
use crate::{Claim, Leader, NewRun, RunRecord, WriteKey};

/// See [`Provider::lead`](crate::Provider::lead). `doubt` says that this may be asked for the second time.
pub(super) async fn lead(
    client: &Client,
    key: &WriteKey,
    (new, claim): (&NewRun, &Claim),
    doubt: bool,
) -> Outcome<(RunRecord, Leader, bool)> {
    let Some(id) = &new.id else {
        return Err(Error::new(codes::CANNOT_RESUME, "a run that several drivers share needs an id").into());
    };
    runs::begin(client).await?;
    let (leader, won) = match runs::row_of(client, &new.flow, id).await? {
        None => {
            runs::insert(client, key, new).await?;
            (begin(client, (&new.flow, id), claim, 1).await?, true)
        }
        Some(row) => {
            let locked = "SELECT 1 FROM spinloom.runs WHERE id = $1 FOR UPDATE";
            client.query_typed(locked, values![row]).await?;
            let leader = of(client, &new.flow, id).await?.ok_or_else(|| {
                let message =
                    format!("the run `{}/{id}` exists already, and is driven by one process", new.flow);
                Error::new(codes::CANNOT_RESUME, message).hint("choose another `--run-id`")
            })?;
            if doubt && leader.identifier == claim.identifier && leader.at == claim.at {
                (leader, true)
            } else if claim.instead_of == Some(leader.term) {
                client.execute_typed(NEXT, &[]).await?;
                let sql = format!(
                    "UPDATE spinloom.runs SET status = 'running', finished_at = NULL,
                        heartbeat_at = greatest(heartbeat_at, $2), seq = {SEQ} WHERE id = $1"
                );
                client.execute_typed(&sql, values![row, claim.at]).await?;
                (begin(client, (&new.flow, id), claim, leader.term + 1).await?, true)
            } else {
                (leader, false)
            }
        }
    };
    let run = runs::one(client, &new.flow, id).await?.ok_or_else(|| corrupt("a run without a row"))?;
    client.batch_execute("COMMIT").await?;
    Ok((run, leader, won))
}

/// Who leads a run.
pub(super) async fn of(client: &Client, flow: &FlowName, run: &RunId) -> Outcome<Option<Leader>> {
    let sql = format!("SELECT identifier, term, at FROM spinloom.leaders WHERE run = {OF_RUN}");
    let rows = client.query_typed(&sql, values![flow.as_str(), run.as_str()]).await?;
    rows.first().map(leader_record).transpose()
}

async fn begin(
    client: &Client,
    (flow, run): (&FlowName, &RunId),
    claim: &Claim,
    term: u64,
) -> Outcome<Leader> {
    let identifier = kept(&claim.identifier).into_owned();
    let number = i64::try_from(term).map_err(corrupt)?;
    let sql = format!(
        "INSERT INTO spinloom.leaders (run, identifier, term, at) VALUES ({OF_RUN}, $3, $4, $5)
         ON CONFLICT (run) DO UPDATE SET identifier = excluded.identifier, term = excluded.term, at = excluded.at"
    );
    client.execute_typed(&sql, values![flow.as_str(), run.as_str(), identifier, number, claim.at]).await?;
    Ok(Leader { identifier: claim.identifier.clone(), term, at: claim.at })
}
