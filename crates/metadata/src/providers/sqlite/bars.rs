//! Reading all tasks of a run with their attempts, tens of thousands of them, in one pass.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params};
use spinloom_flow::event::{Failure, Usage};
use spinloom_flow::{StepName, TaskId, TaskStatus};

use super::trouble::{Outcome, corrupt};
use crate::{AttemptBar, TaskBars, id_list};

/// Tasks `t` with their attempts, one row for each attempt, up to the condition.
const SELECT: &str = "SELECT t.task, t.seq, t.step, t.indices, t.status, t.origin_task IS NOT NULL, t.created_at, t.finished_at,
        t.parents, t.transition,
        a.attempt, a.status, a.started_at, a.finished_at, a.failure, a.cpu_us, a.max_rss_kib,
        a.starting_us, a.saving_us
    FROM tasks t LEFT JOIN attempts a ON a.run = t.run AND a.task = t.task";

/// See [`Provider::bars`](crate::Provider::bars).
pub(super) fn bars(
    conn: &Connection,
    run: i64,
    after: u64,
    each: &mut dyn FnMut(&TaskBars<'_>),
) -> Outcome<()> {
    // One view of all tables: a step that is begun between the two would be unknown, and its task one of no step.
    let view = conn.unchecked_transaction()?;
    let steps = steps(&view, run)?;
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let mut find = view.prepare_cached(&select(after))?;
    let mut rows = find.query(params![run, after])?;
    let mut task = Buffer::default();
    while let Some(row) = rows.next()? {
        let id = TaskId(row.get(0)?);
        if task.id != Some(id) {
            task.tell(each);
            task.begin(id, row, &steps)?;
        }
        task.attempt(row)?;
    }
    task.tell(each);
    Ok(())
}

/// Everything is read along the primary key; what has changed, along its own index.
pub(super) fn select(after: i64) -> String {
    let condition = if after > 0 { "t.seq > ?2" } else { "?2 = 0" };
    format!("{SELECT} WHERE t.run = ?1 AND {condition} ORDER BY t.task, a.attempt")
}

/// Rows and names of the steps of a run.
fn steps(conn: &Connection, run: i64) -> Outcome<Vec<(i64, StepName)>> {
    let mut find = conn.prepare_cached("SELECT id, name FROM steps WHERE run = ?1 ORDER BY id")?;
    find.query_and_then([run], |row| {
        Ok((row.get(0)?, StepName::new(row.get::<_, String>(1)?).map_err(corrupt)?))
    })?
    .collect()
}

/// The task whose rows are being read. Its buffers are used again for the next.
struct Buffer {
    id: Option<TaskId>,
    seq: u64,
    step: Option<StepName>,
    indices: Vec<u64>,
    status: TaskStatus,
    adopted: bool,
    created_at: i64,
    finished_at: Option<i64>,
    parents: Vec<(u64, u64)>,
    transition: Option<String>,
    attempts: Vec<AttemptBar>,
}

impl Default for Buffer {
    fn default() -> Self {
        Self {
            id: None,
            seq: 0,
            step: None,
            indices: Vec::new(),
            status: TaskStatus::Running,
            adopted: false,
            created_at: 0,
            finished_at: None,
            parents: Vec::new(),
            transition: None,
            attempts: Vec::new(),
        }
    }
}

impl Buffer {
    fn begin(&mut self, id: TaskId, row: &Row<'_>, steps: &[(i64, StepName)]) -> Outcome<()> {
        let step: i64 = row.get(2)?;
        let place = steps.binary_search_by_key(&step, |(row, _)| *row);
        let (_, name) = &steps[place.map_err(|_| corrupt("a task without a step"))?];
        self.id = Some(id);
        self.seq = row.get(1)?;
        self.step = Some(name.clone());
        id_list::decode_into(text(row, 3)?.unwrap_or_default(), &mut self.indices)?;
        self.status = status(row, 4)?;
        self.adopted = row.get(5)?;
        self.created_at = row.get(6)?;
        self.finished_at = row.get(7)?;
        id_list::ranges_into(text(row, 8)?.unwrap_or_default(), &mut self.parents)?;
        self.transition = text(row, 9)?.map(str::to_owned);
        self.attempts.clear();
        Ok(())
    }

    fn attempt(&mut self, row: &Row<'_>) -> Outcome<()> {
        let Some(attempt) = row.get(10)? else { return Ok(()) };
        let failure: Option<Failure> =
            text(row, 14)?.map(|text| serde_json::from_str(text).map_err(corrupt)).transpose()?;
        self.attempts.push(AttemptBar {
            attempt,
            status: status(row, 11)?,
            started_at: row.get(12)?,
            finished_at: row.get(13)?,
            failure,
            usage: Usage {
                cpu_us: row.get(15)?,
                max_rss_kib: row.get(16)?,
                starting_us: row.get(17)?,
                saving_us: row.get(18)?,
            },
        });
        Ok(())
    }

    fn tell(&self, each: &mut dyn FnMut(&TaskBars<'_>)) {
        let (Some(task), Some(step)) = (self.id, &self.step) else { return };
        each(&TaskBars {
            seq: self.seq,
            step,
            task,
            indices: &self.indices,
            status: self.status,
            adopted: self.adopted,
            created_at: self.created_at,
            finished_at: self.finished_at,
            parents: &self.parents,
            transition: self.transition.as_deref(),
            attempts: &self.attempts,
        });
    }
}

fn status(row: &Row<'_>, i: usize) -> Outcome<TaskStatus> {
    Ok(text(row, i)?.unwrap_or_default().parse()?)
}

fn text<'r>(row: &'r Row<'_>, i: usize) -> Outcome<Option<&'r str>> {
    match row.get_ref(i)? {
        ValueRef::Null => Ok(None),
        value => value.as_str().map(Some).map_err(corrupt),
    }
}
