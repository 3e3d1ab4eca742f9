//! Reading all tasks of a run with their attempts, tens of thousands of them, in one pass.

use std::collections::HashMap;
use std::ops::Range;

use spinloom_flow::event::Failure;
use spinloom_flow::{FlowName, RunId, StepName, TaskId, TaskStatus};
use tokio_postgres::Row;

use super::client::Client;
use super::read::{OF_RUN, unsigned, usage};
use super::trouble::{Outcome, corrupt};
use super::values::values;
use crate::{AttemptBar, TaskBars, id_list};

/// Tasks and attempts of a run, each in order.
///
/// They are taken from their rows while the database sends the next: tens of thousands of rows that are kept take more memory, and
/// longer, than all that is in them.
pub(super) struct Found {
    steps: Vec<Row>,
    tasks: Tasks,
    /// With the task each is of.
    attempts: Vec<(i64, AttemptBar)>,
}

/// Tasks, and what of them is text in one piece.
#[derive(Default)]
struct Tasks {
    rows: Vec<TaskRow>,
    texts: String,
}

/// A task; a range is of [`Tasks::texts`].
struct TaskRow {
    task: i64,
    seq: u64,
    step: i32,
    indices: Range<usize>,
    status: TaskStatus,
    adopted: bool,
    created_at: i64,
    finished_at: Option<i64>,
    parents: Range<usize>,
    transition: Option<Range<usize>>,
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
    let (mut found_tasks, mut found_attempts) = (Tasks::default(), Vec::new());
    let ((), steps, (), (), ()) = futures::try_join!(
        async { Ok(client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?) },
        async { Ok(client.query_typed(&steps, of_run).await?) },
        client.each_row(&tasks, of_changed, |row| found_tasks.take(row)),
        client.each_row(&attempts, of_changed, |row| {
            found_attempts.push((row.try_get(0)?, attempt(row)?));
            Ok(())
        }),
        async { Ok(client.batch_execute("COMMIT").await?) },
    )?;
    Ok(Found { steps, tasks: found_tasks, attempts: found_attempts })
}

impl Tasks {
    fn take(&mut self, row: &Row) -> Outcome<()> {
        let indices = self.keep(row.try_get(3)?);
        let parents = self.keep(row.try_get(8)?);
        let transition = row.try_get::<_, Option<&str>>(9)?.map(|text| self.keep(text));
        self.rows.push(TaskRow {
            task: row.try_get(0)?,
            seq: unsigned(row, 1)?,
            step: row.try_get(2)?,
            indices,
            status: status(row, 4)?,
            adopted: row.try_get(5)?,
            created_at: row.try_get(6)?,
            finished_at: row.try_get(7)?,
            parents,
            transition,
        });
        Ok(())
    }

    fn keep(&mut self, text: &str) -> Range<usize> {
        let start = self.texts.len();
        self.texts.push_str(text);
        start..self.texts.len()
    }
}

impl Found {
    /// Tells the tasks.
    pub(super) fn tell(self, each: &mut dyn FnMut(&TaskBars<'_>)) -> Outcome<()> {
        let name =
            |row: &Row| Ok((row.try_get(0)?, StepName::new(row.try_get::<_, &str>(1)?).map_err(corrupt)?));
        let steps: HashMap<i32, StepName> = self.steps.iter().map(name).collect::<Outcome<_>>()?;
        let text = |range: &Range<usize>| &self.tasks.texts[range.clone()];
        let (mut indices, mut parents, mut attempts) = (Vec::new(), Vec::new(), Vec::new());
        let mut rest = self.attempts.into_iter().peekable();
        for row in &self.tasks.rows {
            attempts.clear();
            while let Some((_, attempt)) = rest.next_if(|(task, _)| *task == row.task) {
                attempts.push(attempt);
            }
            id_list::decode_into(text(&row.indices), &mut indices)?;
            id_list::ranges_into(text(&row.parents), &mut parents)?;
            each(&TaskBars {
                seq: row.seq,
                step: steps.get(&row.step).ok_or_else(|| corrupt("a task of no step"))?,
                task: TaskId(u64::try_from(row.task).map_err(corrupt)?),
                indices: &indices,
                status: row.status,
                adopted: row.adopted,
                created_at: row.created_at,
                finished_at: row.finished_at,
                parents: &parents,
                transition: row.transition.as_ref().map(text),
                attempts: &attempts,
            });
        }
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
