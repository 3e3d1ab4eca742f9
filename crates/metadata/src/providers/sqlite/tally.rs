//! How a batch changes the counts of one step.

use rusqlite::{Transaction, params};
use spinloom_flow::{StepName, TaskStatus};

use super::trouble::Outcome;

/// What of a task is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    /// Its status.
    pub(super) status: TaskStatus,
    /// It was adopted from the origin run.
    pub(super) adopted: bool,
}

impl State {
    /// A task a process is at work on.
    pub(super) const RUNNING: Self = Self::of(TaskStatus::Running);
    /// A task taken from the origin run.
    pub(super) const ADOPTED: Self = Self { status: TaskStatus::Done, adopted: true };

    /// A task of this run's own.
    pub(super) const fn of(status: TaskStatus) -> Self {
        Self { status, adopted: false }
    }
}

/// Differences to the counts of a step, and its row.
#[derive(Debug)]
pub(super) struct Tally {
    name: StepName,
    row: i64,
    tasks: i64,
    running: i64,
    done: i64,
    failed: i64,
    adopted: i64,
    finished_at: Option<i64>,
}

impl Tally {
    pub(super) fn new(name: StepName, row: i64) -> Self {
        Self { name, row, tasks: 0, running: 0, done: 0, failed: 0, adopted: 0, finished_at: None }
    }

    pub(super) fn is(&self, name: &StepName) -> bool {
        self.name == *name
    }

    pub(super) fn row(&self) -> i64 {
        self.row
    }

    /// A task was made.
    pub(super) fn made(&mut self, state: State) {
        self.tasks += 1;
        self.count(state, 1);
    }

    /// A task became another.
    pub(super) fn changed(&mut self, before: State, after: State) {
        self.count(before, -1);
        self.count(after, 1);
    }

    /// A task ended.
    pub(super) fn finished(&mut self, at: i64) {
        self.finished_at = self.finished_at.max(Some(at));
    }

    /// Writes the differences.
    pub(super) fn save(&self, tx: &Transaction<'_>) -> Outcome<()> {
        tx.prepare_cached(
            "UPDATE steps SET tasks = tasks + ?2, running = running + ?3, done = done + ?4, failed = failed + ?5,
                adopted = adopted + ?6,
                finished_at = CASE WHEN ?7 IS NULL THEN finished_at ELSE max(?7, coalesce(finished_at, ?7)) END
             WHERE id = ?1",
        )?
        .execute(params![
            self.row,
            self.tasks,
            self.running,
            self.done,
            self.failed,
            self.adopted,
            self.finished_at
        ])?;
        Ok(())
    }

    fn count(&mut self, state: State, by: i64) {
        match state.status {
            TaskStatus::Running => self.running += by,
            TaskStatus::Done => self.done += by,
            TaskStatus::Failed | TaskStatus::Stopped => self.failed += by,
        }
        if state.adopted {
            self.adopted += by;
        }
    }
}
