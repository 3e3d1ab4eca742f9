//! Keeping records, in one transaction.

use std::cell::RefCell;
use std::collections::HashSet;
use std::result::Result;

use super::super::client::Client;

use super::super::feed::{NEXT, SEQ};
use super::super::runs;
use super::super::text::kept;
use super::super::trouble::{Outcome, corrupt};
use super::super::values::values;
use super::{answer, known, made, store};
use crate::service::{Record, Recorded, Refusal, TaskPath};
use crate::{HEARTBEAT_CUTOFF_SECONDS, WriteKey};

/// The advisory lock of those who keep records of clients: one at a time, of however many servers.
const LOCK: i64 = 0x7370_696e_7365_7276;

/// Begins to keep records. Each statement finds a few rows by their keys, and is planned so, once, however few there are at the time.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL plan_cache_mode = force_generic_plan;
    SET LOCAL random_page_cost = 0.1; SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off;
    SET LOCAL enable_mergejoin = off";

/// Answers to records, in their order.
pub(super) type Answers = Vec<Result<Recorded, Refusal>>;

/// A try whose end is not known.
pub(super) struct Earlier {
    transaction: String,
    answers: Answers,
}

/// See [`Service::record`](crate::service::Service::record). `doubt` says that an earlier try may have been carried out.
///
/// Two round trips, unless there is something that stands alone, or a task is spoken of twice: a lock and what is known; what the records
/// make of it, and the commit.
pub(super) async fn record(
    client: &Client,
    key: &WriteKey,
    (records, at): (&[Record], i64),
    earlier: &RefCell<Option<Earlier>>,
    doubt: bool,
) -> Outcome<Answers> {
    let parts = parts(records);
    let first = parts.first().filter(|part| !doubt && !alone(part));
    let (transaction, mut known) = futures::try_join!(begin(client, records), async {
        Ok(match first {
            Some(part) => Some(known::read(client, part, at).await?),
            None => None,
        })
    })?;
    if doubt && let Some(answers) = carried_out(client, earlier).await? {
        client.batch_execute("COMMIT").await?;
        return Ok(answers);
    }
    let mut answers = Vec::with_capacity(records.len());
    let mut last = None;
    for part in parts {
        if let Some(world) = last.take() {
            store::write(client, &world).await?;
        }
        match part {
            [one] if alone(part) => answers.push(answer(made::one(client, key, one, at).await)?),
            part => {
                let mut world = match known.take() {
                    Some(world) => world,
                    None => known::read(client, part, at).await?,
                };
                for record in part {
                    answers.push(answer(world.keep(record))?);
                }
                last = Some(world);
            }
        }
    }
    // Before it is sent: what is not answered may have been committed.
    earlier.replace(Some(Earlier { transaction, answers: answers.clone() }));
    // Statements are carried out in the order they are sent in. If one fails the transaction is undone, and its failure is told here.
    futures::try_join!(
        async {
            match &last {
                Some(world) => store::write(client, world).await,
                None => Ok(()),
            }
        },
        async { Ok(client.batch_execute("COMMIT").await?) },
    )?;
    Ok(answers)
}

/// Begins the transaction and locks all runs it is about, before it takes the number of a write. Answers its id.
async fn begin(client: &Client, records: &[Record]) -> Outcome<String> {
    let makes = records.iter().any(|record| matches!(record, Record::Flow { .. } | Record::Run { .. }));
    let of_runs = async {
        if makes {
            client.query_typed("SELECT pg_advisory_xact_lock($1)", values![runs::LOCK]).await?;
        }
        Ok(())
    };
    let named: HashSet<(&str, &str)> = records.iter().filter_map(run_of).collect();
    let (flows, names): (Vec<String>, Vec<String>) =
        named.iter().map(|(flow, run)| (kept(flow).into_owned(), kept(run).into_owned())).unzip();
    let lock = "SELECT r.id FROM unnest($1, $2) AS u (flow, run) JOIN spinloom.flows f ON f.name = u.flow
         JOIN spinloom.runs r ON r.flow = f.id AND r.name = u.run ORDER BY r.id FOR UPDATE OF r";
    let (of_lock, of_named) = (values![LOCK], values![flows, names]);
    let (_, ids, (), _) = futures::try_join!(
        client.batch_execute(BEGIN),
        client.query_typed("SELECT pg_current_xact_id()::text, pg_advisory_xact_lock($1)", of_lock),
        of_runs,
        client.query_typed(lock, of_named),
    )?;
    Ok(ids.first().ok_or_else(|| corrupt("a transaction without an id"))?.try_get(0)?)
}

/// What an earlier try answered, if it was committed before the connection broke.
async fn carried_out(client: &Client, earlier: &RefCell<Option<Earlier>>) -> Outcome<Option<Answers>> {
    let Some(transaction) = earlier.borrow().as_ref().map(|earlier| earlier.transaction.clone()) else {
        return Ok(None);
    };
    let sql = "SELECT pg_xact_status($1::text::xid8) = 'committed'";
    let rows = client.query_typed(sql, values![transaction]).await?;
    let row = rows.first().ok_or_else(|| corrupt("a transaction without a status"))?;
    let committed = row.try_get::<_, Option<bool>>(0)? == Some(true);
    Ok(earlier.borrow().as_ref().filter(|_| committed).map(|earlier| earlier.answers.clone()))
}

/// The run that a record is about, if there must be one.
pub(super) fn run_of(record: &Record) -> Option<(&str, &str)> {
    match record {
        Record::Flow { .. } | Record::Run { .. } => None,
        Record::Step { flow, run, .. }
        | Record::Task { flow, run, .. }
        | Record::RunBeat { flow, run }
        | Record::Tags { flow, run, .. } => Some((flow, run)),
        Record::Metadata { at, .. } | Record::Artifacts { at, .. } | Record::TaskBeat { at } => {
            Some((&at.flow, &at.run))
        }
    }
}

/// The task that a record is about, if there must be one.
pub(super) fn task_of(record: &Record) -> Option<&TaskPath> {
    match record {
        Record::Metadata { at, .. } | Record::Artifacts { at, .. } | Record::TaskBeat { at } => Some(at),
        _ => None,
    }
}

/// What is rare is kept by itself.
fn stands_alone(record: &Record) -> bool {
    matches!(record, Record::Flow { .. } | Record::Run { .. } | Record::Tags { .. })
}

fn alone(part: &[Record]) -> bool {
    matches!(part, [one] if stands_alone(one))
}

/// Records in parts, each of which is about every task once at most.
fn parts(records: &[Record]) -> Vec<&[Record]> {
    let mut parts = Vec::new();
    let mut first = 0;
    let mut tasks = HashSet::new();
    for (i, record) in records.iter().enumerate() {
        let task = match record {
            Record::Task { flow, run, step, id: Some(id), .. } => {
                Some((flow.as_str(), run.as_str(), step.as_str(), id.as_str()))
            }
            record => task_of(record)
                .map(|at| (at.flow.as_str(), at.run.as_str(), at.step.as_str(), at.task.as_str())),
        };
        let follows_alone = i > first && stands_alone(&records[i - 1]);
        if follows_alone || stands_alone(record) || task.is_some_and(|task| tasks.contains(&task)) {
            parts.push(&records[first..i]);
            first = i;
            tasks.clear();
        }
        tasks.extend(task);
    }
    parts.push(&records[first..]);
    parts.retain(|part| !part.is_empty());
    parts
}

/// See [`Service::settle`](crate::service::Service::settle).
pub(super) async fn settle(client: &Client, at: i64) -> Outcome<usize> {
    let before = at - HEARTBEAT_CUTOFF_SECONDS * 1_000_000;
    let begin = format!("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({LOCK})");
    let silent = "SELECT r.id FROM spinloom.service_runs s JOIN spinloom.runs r ON r.id = s.run
         WHERE s.failing AND r.status = 'running' AND r.heartbeat_at < $1
            AND EXISTS (SELECT 1 FROM spinloom.steps WHERE run = r.id AND failed > 0)
         ORDER BY r.id FOR UPDATE OF r";
    let of_silent = values![before];
    let (_, found) = futures::try_join!(client.batch_execute(&begin), client.query_typed(silent, of_silent))?;
    let found: Vec<i64> = found.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
    if !found.is_empty() {
        let failed = format!(
            "UPDATE spinloom.runs SET status = 'failed', finished_at = heartbeat_at, seq = {SEQ} WHERE id = ANY($1)"
        );
        client.execute_typed(NEXT, &[]).await?;
        client.execute_typed(&failed, values![found]).await?;
    }
    let settled = "UPDATE spinloom.service_runs s SET failing = false
         FROM spinloom.runs r WHERE r.id = s.run AND s.failing AND r.status <> 'running'";
    client.execute_typed(settled, &[]).await?;
    client.batch_execute("COMMIT").await?;
    Ok(found.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beat(task: &str) -> Record {
        let word = str::to_owned;
        Record::TaskBeat {
            at: TaskPath { flow: word("F"), run: word("1"), step: word("a"), task: word(task) },
        }
    }

    fn flow() -> Record {
        Record::Flow { flow: "F".to_owned(), given: crate::service::Given::default() }
    }

    fn sizes(records: &[Record]) -> Vec<usize> {
        parts(records).iter().map(|part| part.len()).collect()
    }

    #[test]
    fn a_part_is_about_each_task_once() {
        assert_eq!(sizes(&[beat("1"), beat("2"), beat("1"), beat("2"), beat("3")]), [2, 3]);
        assert_eq!(sizes(&[beat("1"), flow(), flow(), beat("1"), beat("2")]), [1, 1, 1, 2]);
        assert_eq!(sizes(&[flow()]), [1]);
    }
}
