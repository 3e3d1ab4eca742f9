//! Writing what records have made, in one round trip.

use super::super::client::Client;

use super::super::batch::Batch;
use super::super::feed::{NEXT, SEQ};
use super::super::text::kept;
use super::super::trouble::Outcome;
use super::super::values::values;
use super::super::write::Rows;
use super::known::{Run, World};
use crate::{Change, id_list};

/// What there was not before, and goes to tables of its own.
#[derive(Default)]
pub(super) struct New {
    /// `number` is the number a step is ordered by.
    pub(super) steps: Vec<Made>,
    pub(super) tasks: Vec<Made>,
    pub(super) metadata: Vec<Body>,
    pub(super) artifacts: Vec<Body>,
    /// Runs and tasks of which a beat was heard.
    pub(super) beats: Vec<(i64, i64)>,
    /// Runs and tasks whose first attempt is at work in its process.
    pub(super) began: Vec<(i64, i64)>,
    /// Where tasks are among foreach items.
    pub(super) placed: Vec<(i64, i64, Vec<u64>)>,
    /// Which runs resume which.
    pub(super) origins: Vec<(i64, String)>,
    /// Which tasks are copies of which.
    pub(super) copies: Vec<Copy>,
}

/// A step or a task.
pub(super) struct Made {
    pub(super) run: i64,
    pub(super) number: i64,
    pub(super) step: String,
    pub(super) name: Option<String>,
    pub(super) owner: Option<String>,
}

/// What was posted in one request.
pub(super) struct Body {
    pub(super) run: i64,
    pub(super) task: i64,
    pub(super) attempt: i64,
    pub(super) id: i64,
    pub(super) body: String,
}

/// A task that is a copy of another.
pub(super) struct Copy {
    pub(super) run: i64,
    pub(super) task: i64,
    pub(super) origin: String,
    pub(super) origin_task: i64,
}

/// Writes all of it.
pub(super) async fn write(client: &Client, world: &World) -> Outcome<()> {
    let touched: Vec<&Run> = world.runs.iter().filter(|run| run.touched).collect();
    let mut batches = Vec::with_capacity(touched.len());
    for run in touched {
        batches.push((run.id, batch(run)?));
    }
    let rows = Rows::of(batches.iter().map(|(run, batch)| (*run, batch)));
    let number = async {
        if !batches.is_empty() {
            client.execute_typed(NEXT, &[]).await?;
        }
        Ok(())
    };
    let (new, at) = (&world.new, world.at);
    futures::try_join!(
        reopened(client, &world.runs),
        began(client, &new.began, at),
        made_steps(client, &new.steps, at),
        made_tasks(client, &new.tasks, at),
        metadata(client, &new.metadata, at),
        artifacts(client, &new.artifacts, at),
        beats(client, &new.beats, at),
        dirty(client, &world.runs),
        ids(client, world),
        rows.before_number(client),
        number,
        rows.after_number(client),
        placed(client, &new.placed),
        origins(client, &new.origins),
        copies(client, &new.copies),
    )?;
    Ok(())
}

/// The changes of a run, as they are written of one of our own.
fn batch(run: &Run) -> Outcome<Batch<'_>> {
    let with_info = run.changes.iter().any(|change| matches!(change, Change::Info { .. }));
    let mut batch = Batch {
        touched: vec![false; run.steps.len()],
        steps: run.steps.clone(),
        before: run.before.clone(),
        info: with_info.then(|| run.info.clone()),
        heartbeat_at: run.recorded_at,
        ..Batch::default()
    };
    for change in &run.changes {
        batch.apply(change)?;
    }
    Ok(batch)
}

async fn reopened(client: &Client, runs: &[Run]) -> Outcome<()> {
    let reopened: Vec<i64> = runs.iter().filter(|run| run.reopened).map(|run| run.id).collect();
    if !reopened.is_empty() {
        let sql = "UPDATE spinloom.runs SET status = 'running', finished_at = NULL WHERE id = ANY($1)";
        client.execute_typed(sql, values![reopened]).await?;
    }
    Ok(())
}

async fn began(client: &Client, began: &[(i64, i64)], at: i64) -> Outcome<()> {
    if began.is_empty() {
        return Ok(());
    }
    let (runs, tasks): (Vec<i64>, Vec<i64>) = began.iter().copied().unzip();
    let sql = "UPDATE spinloom.attempts a SET started_at = $3 FROM unnest($1, $2) AS u (run, task)
         WHERE a.run = u.run AND a.task = u.task AND a.attempt = 0 AND a.status = 'running'";
    client.execute_typed(sql, values![runs, tasks, at]).await?;
    Ok(())
}

/// Columns of steps or tasks: run, number, step, name, owner.
type Columns = (Vec<i64>, Vec<i64>, Vec<String>, Vec<Option<String>>, Vec<Option<String>>);

fn columns(made: &[Made]) -> Columns {
    let text = |text: &Option<String>| text.as_deref().map(|text| kept(text).into_owned());
    (
        made.iter().map(|made| made.run).collect(),
        made.iter().map(|made| made.number).collect(),
        made.iter().map(|made| made.step.clone()).collect(),
        made.iter().map(|made| text(&made.name)).collect(),
        made.iter().map(|made| text(&made.owner)).collect(),
    )
}

async fn made_steps(client: &Client, made: &[Made], at: i64) -> Outcome<()> {
    if made.is_empty() {
        return Ok(());
    }
    let (runs, ids, steps, _, owners) = columns(made);
    let sql = "INSERT INTO spinloom.service_steps (run, step, id, owner, created_at)
         SELECT u.*, $5 FROM unnest($1, $2, $3, $4) AS u";
    client.execute_typed(sql, values![runs, steps, ids, owners, at]).await?;
    Ok(())
}

async fn made_tasks(client: &Client, made: &[Made], at: i64) -> Outcome<()> {
    if made.is_empty() {
        return Ok(());
    }
    let (runs, tasks, steps, names, owners) = columns(made);
    let sql = "INSERT INTO spinloom.service_tasks (run, task, step, name, owner, created_at)
         SELECT u.*, $6 FROM unnest($1, $2, $3, $4, $5) AS u";
    client.execute_typed(sql, values![runs, tasks, steps, names, owners, at]).await?;
    Ok(())
}

async fn metadata(client: &Client, bodies: &[Body], at: i64) -> Outcome<()> {
    if bodies.is_empty() {
        return Ok(());
    }
    let runs: Vec<i64> = bodies.iter().map(|one| one.run).collect();
    let tasks: Vec<i64> = bodies.iter().map(|one| one.task).collect();
    let ids: Vec<i64> = bodies.iter().map(|one| one.id).collect();
    let texts: Vec<&str> = bodies.iter().map(|one| one.body.as_str()).collect();
    let sql = "INSERT INTO spinloom.service_metadata (run, task, id, body, created_at)
         SELECT u.*, $5 FROM unnest($1, $2, $3, $4) AS u ON CONFLICT DO NOTHING";
    client.execute_typed(sql, values![runs, tasks, ids, texts, at]).await?;
    Ok(())
}

async fn artifacts(client: &Client, bodies: &[Body], at: i64) -> Outcome<()> {
    if bodies.is_empty() {
        return Ok(());
    }
    let runs: Vec<i64> = bodies.iter().map(|one| one.run).collect();
    let tasks: Vec<i64> = bodies.iter().map(|one| one.task).collect();
    let attempts: Vec<i64> = bodies.iter().map(|one| one.attempt).collect();
    let ids: Vec<i64> = bodies.iter().map(|one| one.id).collect();
    let texts: Vec<&str> = bodies.iter().map(|one| one.body.as_str()).collect();
    let sql = "INSERT INTO spinloom.service_artifacts (run, task, attempt, id, body, created_at)
         SELECT u.*, $6 FROM unnest($1, $2, $3, $4, $5) AS u";
    client.execute_typed(sql, values![runs, tasks, attempts, ids, texts, at]).await?;
    Ok(())
}

async fn beats(client: &Client, beats: &[(i64, i64)], at: i64) -> Outcome<()> {
    if beats.is_empty() {
        return Ok(());
    }
    let (runs, tasks): (Vec<i64>, Vec<i64>) = beats.iter().copied().unzip();
    let sql = "UPDATE spinloom.service_tasks t SET heartbeat_at = $3 FROM unnest($1, $2) AS u (run, task)
         WHERE t.run = u.run AND t.task = u.task";
    client.execute_typed(sql, values![runs, tasks, at]).await?;
    Ok(())
}

async fn dirty(client: &Client, runs: &[Run]) -> Outcome<()> {
    let dirty: Vec<&Run> = runs.iter().filter(|run| run.dirty).collect();
    if dirty.is_empty() {
        return Ok(());
    }
    let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let rows: Vec<i64> = dirty.iter().map(|run| run.id).collect();
    let beats: Vec<Option<i64>> = dirty.iter().map(|run| run.beat_at).collect();
    let ends: Vec<String> = dirty.iter().map(|run| kept(&run.end_step).into_owned()).collect();
    let last: Vec<i64> = dirty.iter().map(|run| signed(run.last_task)).collect();
    let named: Vec<i64> = dirty.iter().map(|run| signed(run.named_tasks)).collect();
    let failing: Vec<bool> = dirty.iter().map(|run| run.failing).collect();
    let sql = "UPDATE spinloom.service_runs s SET heartbeat_at = u.heartbeat_at, end_step = u.end_step,
            last_task = u.last_task, named_tasks = u.named_tasks, failing = u.failing
         FROM unnest($1, $2, $3, $4, $5, $6) AS u (run, heartbeat_at, end_step, last_task, named_tasks, failing)
         WHERE s.run = u.run";
    client.execute_typed(sql, values![rows, beats, ends, last, named, failing]).await?;
    Ok(())
}

async fn ids(client: &Client, world: &World) -> Outcome<()> {
    let new = &world.new;
    if !(new.steps.is_empty() && new.metadata.is_empty() && new.artifacts.is_empty()) {
        let last = world.last_id;
        client.execute_typed("UPDATE spinloom.service_ids SET last = $1", values![last]).await?;
    }
    Ok(())
}

async fn placed(client: &Client, placed: &[(i64, i64, Vec<u64>)]) -> Outcome<()> {
    if placed.is_empty() {
        return Ok(());
    }
    let runs: Vec<i64> = placed.iter().map(|(run, _, _)| *run).collect();
    let tasks: Vec<i64> = placed.iter().map(|(_, task, _)| *task).collect();
    let indices: Vec<String> =
        placed.iter().map(|(_, _, indices)| id_list::encode(indices.iter().copied())).collect();
    let sql = format!(
        "UPDATE spinloom.tasks t SET indices = u.indices, seq = {SEQ} FROM unnest($1, $2, $3) AS u (run, task, indices)
         WHERE t.run = u.run AND t.task = u.task"
    );
    client.execute_typed(&sql, values![runs, tasks, indices]).await?;
    Ok(())
}

async fn origins(client: &Client, origins: &[(i64, String)]) -> Outcome<()> {
    if origins.is_empty() {
        return Ok(());
    }
    let (runs, names): (Vec<i64>, Vec<String>) = origins.iter().cloned().unzip();
    let sql = "UPDATE spinloom.runs r SET origin = u.origin FROM unnest($1, $2) AS u (run, origin)
         WHERE r.id = u.run AND r.origin IS NULL";
    client.execute_typed(sql, values![runs, names]).await?;
    Ok(())
}

async fn copies(client: &Client, copies: &[Copy]) -> Outcome<()> {
    if copies.is_empty() {
        return Ok(());
    }
    let runs: Vec<i64> = copies.iter().map(|copy| copy.run).collect();
    let tasks: Vec<i64> = copies.iter().map(|copy| copy.task).collect();
    let origins: Vec<&str> = copies.iter().map(|copy| copy.origin.as_str()).collect();
    let origin_tasks: Vec<i64> = copies.iter().map(|copy| copy.origin_task).collect();
    let sql = format!(
        "WITH copied AS (
            UPDATE spinloom.tasks t SET origin_run = u.origin, origin_task = u.origin_task, seq = {SEQ}
            FROM unnest($1, $2, $3, $4) AS u (run, task, origin, origin_task)
            WHERE t.run = u.run AND t.task = u.task AND t.origin_task IS NULL RETURNING t.run, t.step)
         UPDATE spinloom.steps s SET adopted = s.adopted + c.tasks
         FROM (SELECT run, step, count(*) AS tasks FROM copied GROUP BY run, step) c
         WHERE s.run = c.run AND s.number = c.step"
    );
    client.execute_typed(&sql, values![runs, tasks, origins, origin_tasks]).await?;
    Ok(())
}
