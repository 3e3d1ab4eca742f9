//! Tags of runs that are there already.

use std::collections::BTreeSet;

use spinloom_flow::{FlowName, RunId};
use tokio_postgres::Client;

use super::feed::{NEXT, SEQ};
use super::read::OF_RUN;
use super::runs::unknown;
use super::text::{kept, meant};
use super::trouble::Outcome;
use super::values::values;
use crate::tags;

/// Removes, then adds user tags; the resulting ones, sorted.
pub(super) async fn mutate(
    client: &Client,
    (flow, run): (&FlowName, &RunId),
    add: &[String],
    remove: &[String],
) -> Outcome<Vec<String>> {
    client.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
    let lock = format!("SELECT id, flow FROM spinloom.runs WHERE id = {OF_RUN} FOR UPDATE");
    let rows = client.query_typed(&lock, values![flow.as_str(), run.as_str()]).await?;
    let row = rows.first().ok_or_else(|| unknown(flow, run))?;
    let (row, flow): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    let (mut user, mut system) = (BTreeSet::new(), BTreeSet::new());
    let of_run = "SELECT tag, system FROM spinloom.tags WHERE run = $1";
    for tag in &client.query_typed(of_run, values![row]).await? {
        let kind: &mut BTreeSet<String> = if tag.try_get(1)? { &mut system } else { &mut user };
        kind.insert(meant(tag.try_get(0)?));
    }
    let after = tags::changed(&user, &system, add, remove)?;
    let gone: Vec<String> = user.difference(&after).map(|tag| kept(tag).into_owned()).collect();
    let new: Vec<String> = after.difference(&user).map(|tag| kept(tag).into_owned()).collect();
    let touch = format!("UPDATE spinloom.runs SET seq = {SEQ} WHERE id = $1");
    let (of_gone, of_new, of_touch) = (values![flow, gone, row], values![flow, new, row], values![row]);
    futures::try_join!(
        client.execute_typed(
            "DELETE FROM spinloom.tags WHERE flow = $1 AND tag = ANY($2) AND run = $3",
            of_gone
        ),
        client.execute_typed(
            "INSERT INTO spinloom.tags (flow, tag, run, system) SELECT $1, u, $3, false FROM unnest($2) AS u",
            of_new
        ),
        client.execute_typed(NEXT, &[]),
        client.execute_typed(&touch, of_touch),
        client.execute_typed("COMMIT", &[]),
    )?;
    Ok(after.into_iter().collect())
}
