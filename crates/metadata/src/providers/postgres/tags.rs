//! Tags of runs that are there already.

use std::collections::BTreeSet;

use spinloom_flow::{FlowName, RunId};

use super::client::Client;
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
    let (user, system) = of(client, row).await?;
    let after = tags::changed(&user, &system, add, remove)?;
    futures::try_join!(save(client, (flow, row), &user, &after), async {
        Ok(client.execute_typed("COMMIT", &[]).await?)
    })?;
    Ok(after.into_iter().collect())
}

/// User and system tags of the run in row `run`.
pub(super) async fn of(client: &Client, run: i64) -> Outcome<(BTreeSet<String>, BTreeSet<String>)> {
    let (mut user, mut system) = (BTreeSet::new(), BTreeSet::new());
    let of_run = "SELECT tag, system FROM spinloom.tags WHERE run = $1";
    for tag in &client.query_typed(of_run, values![run]).await? {
        let kind: &mut BTreeSet<String> = if tag.try_get(1)? { &mut system } else { &mut user };
        kind.insert(meant(tag.try_get(0)?));
    }
    Ok((user, system))
}

/// Writes that the user tags of a run are `after` now.
pub(super) async fn save(
    client: &Client,
    (flow, run): (i64, i64),
    before: &BTreeSet<String>,
    after: &BTreeSet<String>,
) -> Outcome<()> {
    let gone: Vec<String> = before.difference(after).map(|tag| kept(tag).into_owned()).collect();
    let new: Vec<String> = after.difference(before).map(|tag| kept(tag).into_owned()).collect();
    let touch = format!("UPDATE spinloom.runs SET seq = {SEQ} WHERE id = $1");
    let (of_gone, of_new, of_touch) = (values![flow, gone, run], values![flow, new, run], values![run]);
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
    )?;
    Ok(())
}
