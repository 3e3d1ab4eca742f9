//! Reading all tasks of a run with their attempts, tens of thousands of them, in one pass.

use std::collections::HashMap;

use spinloom_flow::event::Failure;
use spinloom_flow::{FlowName, RunId, StepName, TaskId, TaskStatus};
use tokio_postgres::Row;

use super::client::Client;
use super::read::{OF_RUN, unsigned, usage};
use super::trouble::{Outcome, corrupt};
use super::values::values;
use crate::{AttemptBar, TaskBars, id_list};

/// Tasks and attempts of a run, each in order.
pub(super) struct Found {
    steps: Vec<Row>,
    tasks: Vec<Row>,
    attempts: Vec<Row>,
}

/// What was written after a number.
///
/// Each table is read along an index, and what belongs together is put together here. The database knows only of all runs how large they
/// are; to join it would sort all of a large one, which takes longer than everything else.
pub(super) async fn read(client: &Client, (flow, run): (&FlowName, &RunId), after: u64) -> Outcome<Found> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let steps = format!("SELECT number, name FROM spinloom.steps WHERE run = {OF_RUN}");
    // Everything is read along the primary key; what has changed, along its own index, and its attempts task by task.
    let (changed, belonging) = match after {
        0 => ("$3 = 0::bigint", "spinloom.attempts a"),
        _ => (
            "t.seq > $3",
            "spinloom.tasks t CROSS JOIN LATERAL (
                SELECT * FROM spinloom.attempts WHERE run = t.run AND task = t.task OFFSET 0) a",
        ),
    };
    let of_changed = if after == 0 { "a.run" } else { "t.run" };
    let tasks = format!(
        "SELECT t.task, t.seq, t.step, t.indices, t.status, t.origin_task IS NOT NULL, t.created_at, t.finished_at, t.parents,
            t.transition
         FROM spinloom.tasks t WHERE t.run = {OF_RUN} AND {changed} ORDER BY t.task"
    );
    let attempts = format!(
        "SELECT a.task, a.attempt, a.status, a.started_at, a.finished_at, a.failure, a.cpu_us, a.max_rss_kib, a.starting_us,
            a.saving_us
         FROM {belonging} WHERE {of_changed} = {OF_RUN} AND {changed} ORDER BY a.task, a.attempt"
    );
    let (flow, run) = (flow.as_str(), run.as_str());
    let (of_run, of_changed) = (values![flow, run], values![flow, run, after]);
    // One view of all tables.
    let (_, steps, tasks, attempts, _) = futures::try_join!(
        client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        client.query_typed(&steps, of_run),
        client.query_typed(&tasks, of_changed),
        client.query_typed(&attempts, of_changed),
        client.batch_execute("COMMIT"),
    )?;
    Ok(Found { steps, tasks, attempts })
}

impl Found {
    /// Tells the tasks.
    pub(super) fn tell(&self, each: &mut dyn FnMut(&TaskBars<'_>)) -> Outcome<()> {
        let name =
            |row: &Row| Ok((row.try_get(0)?, StepName::new(row.try_get::<_, &str>(1)?).map_err(corrupt)?));
        let steps: HashMap<i32, StepName> = self.steps.iter().map(name).collect::<Outcome<_>>()?;
        let (mut buffers, mut rest) = (Buffers::default(), self.attempts.as_slice());
        for task in &self.tasks {
            let id: i64 = task.try_get(0)?;
            buffers.attempts.clear();
            while let Some((first, others)) = rest.split_first()
                && first.try_get::<_, i64>(0)? == id
            {
                buffers.attempts.push(attempt(first)?);
                rest = others;
            }
            let step = steps.get(&task.try_get(2)?).ok_or_else(|| corrupt("a task of no step"))?;
            buffers.tell(task, step, each)?;
        }
        Ok(())
    }
}

/// What a task is told with, used again for the next.
#[derive(Default)]
struct Buffers {
    indices: Vec<u64>,
    parents: Vec<(u64, u64)>,
    attempts: Vec<AttemptBar>,
}

impl Buffers {
    fn tell(&mut self, task: &Row, step: &StepName, each: &mut dyn FnMut(&TaskBars<'_>)) -> Outcome<()> {
        id_list::decode_into(task.try_get(3)?, &mut self.indices)?;
        id_list::ranges_into(task.try_get(8)?, &mut self.parents)?;
        each(&TaskBars {
            seq: unsigned(task, 1)?,
            step,
            task: TaskId(unsigned(task, 0)?),
            indices: &self.indices,
            status: status(task, 4)?,
            adopted: task.try_get(5)?,
            created_at: task.try_get(6)?,
            finished_at: task.try_get(7)?,
            parents: &self.parents,
            transition: task.try_get(9)?,
            attempts: &self.attempts,
        });
        Ok(())
    }
}

fn attempt(row: &Row) -> Outcome<AttemptBar> {
    let failure: Option<&str> = row.try_get(5)?;
    let failure: Option<Failure> =
        failure.map(|text| serde_json::from_str(text).map_err(corrupt)).transpose()?;
    Ok(AttemptBar {
        attempt: unsigned(row, 1)?,
        status: status(row, 2)?,
        started_at: row.try_get(3)?,
        finished_at: row.try_get(4)?,
        failure,
        usage: usage(row, 6)?,
    })
}

fn status(row: &Row, i: usize) -> Outcome<TaskStatus> {
    Ok(row.try_get::<_, &str>(i)?.parse()?)
}
