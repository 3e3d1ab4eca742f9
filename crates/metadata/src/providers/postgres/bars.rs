//! Reading all tasks of a run with their attempts, tens of thousands of them, in one pass.

use spinloom_flow::event::Failure;
use spinloom_flow::{FlowName, RunId, StepName, TaskId, TaskStatus};
use tokio_postgres::{Client, Row};

use super::read::{OF_RUN, unsigned, usage};
use super::trouble::{Outcome, corrupt};
use super::values::values;
use crate::{AttemptBar, TaskBars, id_list};

/// Tasks with their attempts in order, one row for each attempt, of writes after a number.
pub(super) async fn rows(client: &Client, (flow, run): (&FlowName, &RunId), after: u64) -> Outcome<Vec<Row>> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    // Everything is read along the primary key; what has changed, along its own index.
    let condition = if after > 0 { "t.seq > $3" } else { "$3 = 0::bigint" };
    let sql = format!(
        "SELECT t.task, t.seq, s.name, t.indices, t.status, t.origin_task IS NOT NULL, t.created_at, t.finished_at,
            t.parents, t.transition,
            a.attempt, a.status, a.started_at, a.finished_at, a.failure, a.cpu_us, a.max_rss_kib,
            a.starting_us, a.saving_us
         FROM spinloom.tasks t JOIN spinloom.steps s ON s.run = t.run AND s.number = t.step
         LEFT JOIN spinloom.attempts a ON a.run = t.run AND a.task = t.task
         WHERE t.run = {OF_RUN} AND {condition} ORDER BY t.task, a.attempt"
    );
    Ok(client.query_typed(&sql, values![flow.as_str(), run.as_str(), after]).await?)
}

/// Tells the tasks of [`rows`].
pub(super) fn tell(rows: &[Row], each: &mut dyn FnMut(&TaskBars<'_>)) -> Outcome<()> {
    let mut buffers = Buffers::default();
    let mut rest = rows;
    while let Some(first) = rest.first() {
        let id: i64 = first.try_get(0)?;
        let mut end = 1;
        while let Some(row) = rest.get(end)
            && row.try_get::<_, i64>(0)? == id
        {
            end += 1;
        }
        buffers.task(&rest[..end], each)?;
        rest = &rest[end..];
    }
    Ok(())
}

/// What a task is told with, used again for the next.
#[derive(Default)]
struct Buffers {
    step: Option<StepName>,
    indices: Vec<u64>,
    parents: Vec<(u64, u64)>,
    attempts: Vec<AttemptBar>,
}

impl Buffers {
    fn task(&mut self, rows: &[Row], each: &mut dyn FnMut(&TaskBars<'_>)) -> Outcome<()> {
        let Some(row) = rows.first() else { return Ok(()) };
        let name: &str = row.try_get(2)?;
        let step = match self.step.take() {
            Some(known) if known.as_str() == name => known,
            _ => StepName::new(name).map_err(corrupt)?,
        };
        id_list::decode_into(row.try_get(3)?, &mut self.indices)?;
        id_list::ranges_into(row.try_get(8)?, &mut self.parents)?;
        self.attempts.clear();
        for row in rows {
            self.attempts.extend(attempt(row)?);
        }
        each(&TaskBars {
            seq: unsigned(row, 1)?,
            step: &step,
            task: TaskId(unsigned(row, 0)?),
            indices: &self.indices,
            status: status(row, 4)?,
            adopted: row.try_get(5)?,
            created_at: row.try_get(6)?,
            finished_at: row.try_get(7)?,
            parents: &self.parents,
            transition: row.try_get(9)?,
            attempts: &self.attempts,
        });
        self.step = Some(step);
        Ok(())
    }
}

/// The attempt of a row; a task that was adopted has none.
fn attempt(row: &Row) -> Outcome<Option<AttemptBar>> {
    if row.try_get::<_, Option<i64>>(10)?.is_none() {
        return Ok(None);
    }
    let failure: Option<&str> = row.try_get(14)?;
    let failure: Option<Failure> =
        failure.map(|text| serde_json::from_str(text).map_err(corrupt)).transpose()?;
    Ok(Some(AttemptBar {
        attempt: unsigned(row, 10)?,
        status: status(row, 11)?,
        started_at: row.try_get(12)?,
        finished_at: row.try_get(13)?,
        failure,
        usage: usage(row, 15)?,
    }))
}

fn status(row: &Row, i: usize) -> Outcome<TaskStatus> {
    Ok(row.try_get::<_, &str>(i)?.parse()?)
}
