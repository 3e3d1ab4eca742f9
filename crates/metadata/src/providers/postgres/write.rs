//! Writing a batch of changes to one run, in two round trips: what is known of its tasks, then everything it makes of them.

use serde::Serialize;
use spinloom_flow::event::Usage;
use spinloom_flow::{FlowName, RunId, TaskStatus};
use tokio_postgres::Row;

use super::batch::{Attempt, Batch, Before, Task, number};
use super::client::Client;
use super::feed::{NEXT, SEQ};
use super::read::{OF_RUN, unsigned};
use super::runs::unknown;
use super::text::meant;
use super::trouble::{Outcome, corrupt};
use super::values::values;
use crate::{Change, Leader, StepRecord, WriteKey, id_list};

/// Writes `changes` to a run, unless this is a repetition of `key`.
pub(super) async fn write(
    client: &Client,
    key: &WriteKey,
    (flow, run): (&FlowName, &RunId),
    changes: &[Change],
) -> Outcome<()> {
    let (row, mut batch) = match read(client, key, (flow, run), changes).await? {
        Found::Nothing => return Err(unknown(flow, run).into()),
        Found::Written => return Ok(client.batch_execute("COMMIT").await?),
        Found::Run(row, batch) => (row, *batch),
    };
    for change in changes {
        batch.apply(change)?;
    }
    store(client, key, row, &batch).await
}

/// What there is of a run before a batch.
enum Found<'a> {
    /// There is no such run.
    Nothing,
    /// The batch was written before.
    Written,
    /// The row of the run, and what is known of the tasks of the batch.
    Run(i64, Box<Batch<'a>>),
}

/// Begins the transaction and locks the run.
async fn read<'a>(
    client: &Client,
    key: &WriteKey,
    (flow, run): (&FlowName, &RunId),
    changes: &[Change],
) -> Outcome<Found<'a>> {
    let mut tasks = changes.iter().filter_map(task_of).collect::<Outcome<Vec<i64>>>()?;
    tasks.sort_unstable();
    tasks.dedup();
    let with_info = changes.iter().any(|change| matches!(change, Change::Info { .. }));
    let (flow, run, writer, number) = (flow.as_str(), run.as_str(), key.writer.as_str(), key.number());
    // Each statement sees what was committed before it began: the others come after the lock.
    let lock = format!(
        "SELECT r.id, r.heartbeat_at, CASE WHEN $3 THEN r.info END FROM spinloom.runs r WHERE r.id = {OF_RUN} FOR UPDATE"
    );
    let written =
        format!("SELECT 1 FROM spinloom.writers WHERE writer = $3 AND run = {OF_RUN} AND number >= $4");
    let leader = format!("SELECT identifier, term, at FROM spinloom.leaders WHERE run = {OF_RUN}");
    let steps = format!(
        "SELECT name, created_at, finished_at, tasks, running, done, failed, adopted
         FROM spinloom.steps WHERE run = {OF_RUN} ORDER BY number"
    );
    let known = format!(
        "SELECT task, step, status, attempt, origin_task IS NOT NULL FROM spinloom.tasks
         WHERE run = {OF_RUN} AND task = ANY($3)"
    );
    let (of_run, of_tasks) = (values![flow, run], values![flow, run, tasks]);
    let (of_lock, of_written) = (values![flow, run, with_info], values![flow, run, writer, number]);
    let (_, locked, written, leaders, steps, known) = futures::try_join!(
        client.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED"),
        client.query_typed(&lock, of_lock),
        client.query_typed(&written, of_written),
        client.query_typed(&leader, of_run),
        client.query_typed(&steps, of_run),
        client.query_typed(&known, of_tasks),
    )?;
    let Some(row) = locked.first() else { return Ok(Found::Nothing) };
    if !written.is_empty() {
        return Ok(Found::Written);
    }
    let info: Option<&str> = row.try_get(2)?;
    let batch = Batch {
        touched: vec![false; steps.len()],
        steps: steps.iter().map(super::read::step_record).collect::<Outcome<_>>()?,
        before: known.iter().map(before).collect::<Outcome<_>>()?,
        leader: leaders.first().map(leader_record).transpose()?,
        info: info.map(|text| serde_json::from_str(text).map_err(corrupt)).transpose()?,
        heartbeat_at: row.try_get(1)?,
        ..Batch::default()
    };
    Ok(Found::Run(row.try_get(0)?, Box::new(batch)))
}

fn task_of(change: &Change) -> Option<Outcome<i64>> {
    match change {
        Change::TaskStarted { task, .. }
        | Change::AttemptFinished { task, .. }
        | Change::TaskAdopted { task, .. } => Some(number(task.task)),
        _ => None,
    }
}

fn before(row: &Row) -> Outcome<(i64, Before)> {
    let status = row.try_get::<_, String>(2)?.parse()?;
    let before =
        Before { step: row.try_get(1)?, status, attempt: unsigned(row, 3)?, adopted: row.try_get(4)? };
    Ok((row.try_get(0)?, before))
}

/// Who leads a run: identifier, term and time.
pub(super) fn leader_record(row: &Row) -> Outcome<Leader> {
    Ok(Leader { identifier: meant(row.try_get(0)?), term: unsigned(row, 1)?, at: row.try_get(2)? })
}

/// Writes the rows of a batch, and commits.
async fn store(client: &Client, key: &WriteKey, run: i64, batch: &Batch<'_>) -> Outcome<()> {
    let (writer, number) = (key.writer.as_str(), key.number());
    let of_writer = values![writer, run, number];
    let rows = Rows::of(std::iter::once((run, batch)));
    futures::try_join!(
        rows.before_number(client),
        async { Ok(client.execute_typed(WRITER, of_writer).await?) },
        async { Ok(client.execute_typed(NEXT, &[]).await?) },
        rows.after_number(client),
        async { Ok(client.batch_execute("COMMIT").await?) },
    )?;
    Ok(())
}

/// What batches make of their runs, as rows.
#[derive(Default)]
pub(super) struct Rows<'a> {
    runs: Vec<(i64, &'a Batch<'a>)>,
    steps: Vec<(i64, i32, &'a StepRecord)>,
    made: Vec<(i64, i64, &'a Task<'a>)>,
    changed: Vec<(i64, i64, &'a Task<'a>)>,
    /// Tasks of which only attempts were written.
    touched: Vec<(i64, i64)>,
    begun: Vec<(i64, (i64, u32), &'a Attempt<'a>)>,
    ended: Vec<(i64, (i64, u32), &'a Attempt<'a>)>,
}

impl<'a> Rows<'a> {
    pub(super) fn of(batches: impl Iterator<Item = (i64, &'a Batch<'a>)>) -> Self {
        let mut rows = Self::default();
        for (run, batch) in batches {
            rows.runs.push((run, batch));
            let steps = (0..).zip(&batch.steps).zip(&batch.touched).filter(|(_, touched)| **touched);
            rows.steps.extend(steps.map(|((number, step), _)| (run, number, step)));
            for (id, task) in &batch.tasks {
                match task {
                    Task { made: Some(_), .. } => rows.made.push((run, *id, task)),
                    Task { changed: true, .. } => rows.changed.push((run, *id, task)),
                    Task { .. } => rows.touched.push((run, *id)),
                }
            }
            for (id, attempt) in &batch.attempts {
                let rows = if attempt.pid.is_some() { &mut rows.begun } else { &mut rows.ended };
                rows.push((run, *id, attempt));
            }
        }
        rows
    }

    /// Rows that do not keep the number of their write.
    pub(super) async fn before_number(&self, client: &Client) -> Outcome<()> {
        futures::try_join!(
            steps(client, &self.steps),
            attempts(client, &self.begun, BEGUN),
            attempts(client, &self.ended, ENDED),
        )?;
        Ok(())
    }

    /// Rows that do: it was taken by [`NEXT`].
    pub(super) async fn after_number(&self, client: &Client) -> Outcome<()> {
        futures::try_join!(
            made_tasks(client, &self.made),
            changed_tasks(client, &self.changed),
            touched_tasks(client, &self.touched),
            runs(client, &self.runs),
        )?;
        Ok(())
    }
}

async fn runs(client: &Client, runs: &[(i64, &Batch<'_>)]) -> Outcome<()> {
    if runs.is_empty() {
        return Ok(());
    }
    let rows: Vec<i64> = runs.iter().map(|(run, _)| *run).collect();
    let statuses: Vec<Option<&str>> =
        runs.iter().map(|(_, batch)| batch.ended.map(|(status, _)| status.as_str())).collect();
    let finished: Vec<Option<i64>> = runs.iter().map(|(_, batch)| batch.ended.map(|(_, at)| at)).collect();
    let heard: Vec<i64> = runs.iter().map(|(_, batch)| batch.heartbeat_at).collect();
    let infos =
        runs.iter().map(|(_, batch)| json(batch.info.as_ref())).collect::<Outcome<Vec<Option<String>>>>()?;
    let sql = format!(
        "UPDATE spinloom.runs r SET status = coalesce(u.status, r.status),
            finished_at = coalesce(u.finished_at, r.finished_at), heartbeat_at = u.heartbeat_at,
            info = coalesce(u.info, r.info), seq = {SEQ}
         FROM unnest($1, $2, $3, $4, $5) AS u (id, status, finished_at, heartbeat_at, info) WHERE r.id = u.id"
    );
    client.execute_typed(&sql, values![rows, statuses, finished, heard, infos]).await?;
    Ok(())
}

/// The last write of a writer to a run.
pub(super) const WRITER: &str = "INSERT INTO spinloom.writers (writer, run, number) VALUES ($1, $2, $3)
     ON CONFLICT (writer, run) DO UPDATE SET number = excluded.number";

async fn steps(client: &Client, touched: &[(i64, i32, &StepRecord)]) -> Outcome<()> {
    if touched.is_empty() {
        return Ok(());
    }
    let count = |of: fn(&StepRecord) -> u64| -> Vec<i64> {
        touched.iter().map(|(_, _, step)| signed(of(step))).collect()
    };
    let runs: Vec<i64> = touched.iter().map(|(run, _, _)| *run).collect();
    let numbers: Vec<i32> = touched.iter().map(|(_, number, _)| *number).collect();
    let names: Vec<&str> = touched.iter().map(|(_, _, step)| step.step.as_str()).collect();
    let created: Vec<i64> = touched.iter().map(|(_, _, step)| step.created_at).collect();
    let finished: Vec<Option<i64>> = touched.iter().map(|(_, _, step)| step.finished_at).collect();
    let (tasks, running, done) = (count(|s| s.tasks), count(|s| s.running), count(|s| s.done));
    let (failed, adopted) = (count(|s| s.failed), count(|s| s.adopted));
    let of_steps = values![runs, numbers, names, created, finished, tasks, running, done, failed, adopted];
    let sql = "INSERT INTO spinloom.steps
            (run, number, name, created_at, finished_at, tasks, running, done, failed, adopted)
         SELECT u.* FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS u
         ON CONFLICT (run, number) DO UPDATE SET finished_at = excluded.finished_at, tasks = excluded.tasks,
            running = excluded.running, done = excluded.done, failed = excluded.failed, adopted = excluded.adopted";
    client.execute_typed(sql, of_steps).await?;
    Ok(())
}

async fn made_tasks(client: &Client, made: &[(i64, i64, &Task<'_>)]) -> Outcome<()> {
    if made.is_empty() {
        return Ok(());
    }
    let of = |text: fn(&super::batch::Made<'_>) -> String| -> Vec<String> {
        made.iter().map(|(_, _, task)| task.made.as_ref().map(text).unwrap_or_default()).collect()
    };
    let indices = of(|made| id_list::encode(made.indices.iter().copied()));
    let parents = of(|made| id_list::encode(made.parents.iter().map(|parent| parent.0)));
    let created: Vec<i64> = made.iter().map(|(_, _, task)| task.made.map_or(0, |made| made.at)).collect();
    let steps: Vec<i32> = made.iter().map(|(_, _, task)| task.now.step).collect();
    let origins: Vec<Option<&str>> =
        made.iter().map(|(_, _, task)| task.origin.map(|(run, _)| run.as_str())).collect();
    let origin_tasks: Vec<Option<i64>> =
        made.iter().map(|(_, _, task)| task.origin.map(|(_, task)| task)).collect();
    let Columns { runs, tasks, statuses, attempts, finished, transitions, manifests } = Columns::of(made)?;
    let sql = format!(
        "INSERT INTO spinloom.tasks (run, task, step, indices, status, attempt, created_at, finished_at, parents, transition,
            manifest, origin_run, origin_task, seq)
         SELECT u.*, {SEQ} FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS u"
    );
    let of_tasks = values![
        runs,
        tasks,
        steps,
        indices,
        statuses,
        attempts,
        created,
        finished,
        parents,
        transitions,
        manifests,
        origins,
        origin_tasks
    ];
    client.execute_typed(&sql, of_tasks).await?;
    Ok(())
}

async fn changed_tasks(client: &Client, changed: &[(i64, i64, &Task<'_>)]) -> Outcome<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let Columns { runs, tasks, statuses, attempts, finished, transitions, manifests } = Columns::of(changed)?;
    let sql = format!(
        "UPDATE spinloom.tasks t SET status = u.status, attempt = u.attempt, finished_at = u.finished_at,
            transition = u.transition, manifest = u.manifest, origin_run = NULL, origin_task = NULL, seq = {SEQ}
         FROM unnest($1, $2, $3, $4, $5, $6, $7) AS u (run, task, status, attempt, finished_at, transition, manifest)
         WHERE t.run = u.run AND t.task = u.task"
    );
    let of_tasks = values![runs, tasks, statuses, attempts, finished, transitions, manifests];
    client.execute_typed(&sql, of_tasks).await?;
    Ok(())
}

/// Gives tasks the number of the write.
pub(super) async fn touched_tasks(client: &Client, touched: &[(i64, i64)]) -> Outcome<()> {
    if touched.is_empty() {
        return Ok(());
    }
    let (runs, tasks): (Vec<i64>, Vec<i64>) = touched.iter().copied().unzip();
    let sql = format!(
        "UPDATE spinloom.tasks t SET seq = {SEQ} FROM unnest($1, $2) AS u (run, task)
         WHERE t.run = u.run AND t.task = u.task"
    );
    client.execute_typed(&sql, values![runs, tasks]).await?;
    Ok(())
}

/// What is written of every task that has changed, by columns.
struct Columns<'a> {
    runs: Vec<i64>,
    tasks: Vec<i64>,
    statuses: Vec<&'a str>,
    attempts: Vec<i64>,
    finished: Vec<Option<i64>>,
    transitions: Vec<Option<String>>,
    manifests: Vec<Option<&'a str>>,
}

impl<'a> Columns<'a> {
    fn of(rows: &[(i64, i64, &'a Task<'a>)]) -> Outcome<Self> {
        Ok(Self {
            runs: rows.iter().map(|(run, _, _)| *run).collect(),
            tasks: rows.iter().map(|(_, id, _)| *id).collect(),
            statuses: rows.iter().map(|(_, _, task)| task.now.status.as_str()).collect(),
            attempts: rows.iter().map(|(_, _, task)| i64::from(task.now.attempt)).collect(),
            finished: rows.iter().map(|(_, _, task)| task.finished_at).collect(),
            transitions: rows.iter().map(|(_, _, task)| json(task.transition)).collect::<Outcome<_>>()?,
            manifests: rows.iter().map(|(_, _, task)| task.manifest).collect(),
        })
    }
}

/// What becomes of an attempt that the batch starts, and that is known already.
const BEGUN: &str = "status = excluded.status, pid = excluded.pid, started_at = excluded.started_at,
    finished_at = excluded.finished_at, manifest = excluded.manifest, failure = excluded.failure,
    cpu_us = excluded.cpu_us, max_rss_kib = excluded.max_rss_kib, starting_us = excluded.starting_us,
    saving_us = excluded.saving_us";
/// What becomes of one that the batch only ends.
const ENDED: &str =
    "status = excluded.status, finished_at = excluded.finished_at, manifest = excluded.manifest,
    failure = excluded.failure, cpu_us = excluded.cpu_us, max_rss_kib = excluded.max_rss_kib,
    starting_us = excluded.starting_us, saving_us = excluded.saving_us";

async fn attempts(client: &Client, rows: &[(i64, (i64, u32), &Attempt<'_>)], known: &str) -> Outcome<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let usage = |of: fn(&Usage) -> u64| -> Vec<i64> {
        rows.iter().map(|(_, _, one)| signed(of(&one.usage))).collect()
    };
    let runs: Vec<i64> = rows.iter().map(|(run, _, _)| *run).collect();
    let tasks: Vec<i64> = rows.iter().map(|(_, (task, _), _)| *task).collect();
    let attempts: Vec<i64> = rows.iter().map(|(_, (_, attempt), _)| i64::from(*attempt)).collect();
    let statuses: Vec<&str> = rows.iter().map(|(_, _, one)| TaskStatus::as_str(one.status)).collect();
    let pids: Vec<i32> = rows.iter().map(|(_, _, one)| one.pid.unwrap_or(0)).collect();
    let started: Vec<i64> = rows.iter().map(|(_, _, one)| one.started_at).collect();
    let finished: Vec<Option<i64>> = rows.iter().map(|(_, _, one)| one.finished_at).collect();
    let manifests: Vec<Option<&str>> = rows.iter().map(|(_, _, one)| one.manifest).collect();
    let failures =
        rows.iter().map(|(_, _, one)| json(one.failure)).collect::<Outcome<Vec<Option<String>>>>()?;
    let (cpu, memory) = (usage(|usage| usage.cpu_us), usage(|usage| usage.max_rss_kib));
    let (starting, saving) = (usage(|usage| usage.starting_us), usage(|usage| usage.saving_us));
    let sql = format!(
        "INSERT INTO spinloom.attempts (run, task, attempt, status, pid, started_at, finished_at, manifest, failure, cpu_us,
            max_rss_kib, starting_us, saving_us)
         SELECT u.* FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS u
         ON CONFLICT (run, task, attempt) DO UPDATE SET {known}"
    );
    let of_attempts = values![
        runs, tasks, attempts, statuses, pids, started, finished, manifests, failures, cpu, memory, starting,
        saving
    ];
    client.execute_typed(&sql, of_attempts).await?;
    Ok(())
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn json<T: Serialize>(value: Option<&T>) -> Outcome<Option<String>> {
    value.map(|v| serde_json::to_string(v).map_err(corrupt)).transpose()
}
