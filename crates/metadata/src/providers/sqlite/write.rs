//! Writing a batch of changes to one run, with the counts of its steps.
//!
//! The counts change by what a task was before and is now, summed over the batch and written once for each step.

use rusqlite::{CachedStatement, OptionalExtension as _, ToSql, Transaction, params};
use serde::Serialize;
use serde_json::{Map, Value};
use spinloom_flow::event::{Failure, TaskRef, Usage};
use spinloom_flow::{RunId, RunStatus, StepName, TaskId, TaskStatus};

use super::read::step_row;
use super::tally::{State, Tally};
use super::trouble::{Outcome, corrupt, misuse};
use super::{feed, leaders};
use crate::{Change, id_list};

/// Writes `changes` to the run in row `run`.
pub(super) fn write(tx: &Transaction<'_>, run: i64, changes: &[Change]) -> Outcome<()> {
    let seq = feed::next(tx)?;
    let mut batch = Batch { tx, run, seq, steps: Vec::new() };
    for change in changes {
        batch.apply(change)?;
    }
    batch.steps.iter().try_for_each(|step| step.save(tx))?;
    feed::touch(tx, run, seq)
}

struct Batch<'a> {
    tx: &'a Transaction<'a>,
    run: i64,
    /// The number of this write.
    seq: i64,
    /// The steps this batch has touched: few, so a list is quicker than a map.
    steps: Vec<Tally>,
}

/// A task as it was before a change.
struct Before {
    step: i64,
    state: State,
    attempt: u32,
}

struct Ending<'a> {
    attempt: u32,
    status: TaskStatus,
    retrying: bool,
    transition: Option<&'a Value>,
    manifest: Option<&'a str>,
    failure: Option<&'a Failure>,
    usage: Usage,
    at: i64,
}

struct Adoption<'a> {
    origin: &'a (RunId, TaskId),
    parents: &'a [TaskId],
    transition: Option<&'a Value>,
    manifest: Option<&'a str>,
    at: i64,
}

impl Batch<'_> {
    fn apply(&mut self, change: &Change) -> Outcome<()> {
        match change {
            Change::TaskStarted { task, attempt, pid, parents, at } => {
                self.task_started(task, *attempt, parents, *at)?;
                self.attempt_started(task, *attempt, *pid, *at)
            }
            Change::AttemptFinished {
                task,
                attempt,
                status,
                retrying,
                transition,
                manifest,
                failure,
                usage,
                at,
            } => {
                let ending = Ending {
                    attempt: *attempt,
                    status: *status,
                    retrying: *retrying,
                    transition: transition.as_ref(),
                    manifest: manifest.as_deref(),
                    failure: failure.as_ref(),
                    usage: *usage,
                    at: *at,
                };
                self.attempt_finished(task, &ending)
            }
            Change::TaskAdopted { task, origin, parents, transition, manifest, at } => {
                let (transition, manifest) = (transition.as_ref(), manifest.as_deref());
                self.adopted(task, &Adoption { origin, parents, transition, manifest, at: *at })
            }
            Change::RunFinished { status, at } => self.run_finished(*status, *at),
            Change::Heartbeat { at } => self.run_row(
                "UPDATE runs SET heartbeat_at = max(heartbeat_at, ?2) WHERE id = ?1",
                params![self.run, at],
            ),
            Change::Term { term } => leaders::check(self.tx, self.run, *term),
            Change::Info { key, value } => self.info(key, value),
        }
    }

    fn task_started(&mut self, task: &TaskRef, attempt: u32, parents: &[TaskId], at: i64) -> Outcome<()> {
        let step = self.step(&task.step, at)?;
        let made = self
            .cached(
                "INSERT INTO tasks (run, task, step, indices, status, attempt, created_at, parents, seq)
                 VALUES (?1, ?2, ?3, ?4, 'running', ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                self.run,
                number(task.task)?,
                self.steps[step].row(),
                id_list::encode(task.indices.iter().copied()),
                attempt,
                at,
                id_list::encode(parents.iter().map(|p| p.0)),
                self.seq,
            ])?;
        if made == 1 {
            self.steps[step].made(State::RUNNING);
            return Ok(());
        }
        let before = self.before(task, step)?;
        if attempt < before.attempt {
            // A late word about an attempt that has been overtaken: its own row says it all.
            return self.touch_task(task);
        }
        self.cached(
            "UPDATE tasks SET status = 'running', attempt = ?3, finished_at = NULL, transition = NULL,
                manifest = NULL, origin_run = NULL, origin_task = NULL, seq = ?4
             WHERE run = ?1 AND task = ?2",
        )?
        .execute(params![self.run, number(task.task)?, attempt, self.seq])?;
        self.steps[step].changed(before.state, State::RUNNING);
        Ok(())
    }

    fn attempt_started(&self, task: &TaskRef, attempt: u32, pid: i32, at: i64) -> Outcome<()> {
        self.cached(
            "INSERT INTO attempts (run, task, attempt, status, pid, started_at)
             VALUES (?1, ?2, ?3, 'running', ?4, ?5)
             ON CONFLICT DO UPDATE SET status = 'running', pid = excluded.pid, started_at = excluded.started_at,
                finished_at = NULL, manifest = NULL, failure = NULL, cpu_us = 0, max_rss_kib = 0, starting_us = 0,
                saving_us = 0",
        )?
        .execute(params![self.run, number(task.task)?, attempt, pid, at])?;
        Ok(())
    }

    fn attempt_finished(&mut self, task: &TaskRef, end: &Ending<'_>) -> Outcome<()> {
        if end.status == TaskStatus::Running {
            return Err(misuse(format!("an attempt of task `{}` finished as running", task.task)));
        }
        let step = self.step(&task.step, end.at)?;
        let before = self.before(task, step)?;
        // An attempt that could not even start is known by its end alone.
        self.cached(
            "INSERT INTO attempts (run, task, attempt, status, pid, started_at, finished_at, manifest, failure,
                cpu_us, max_rss_kib, starting_us, saving_us)
             VALUES (?1, ?2, ?3, ?4, 0, ?5, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT DO UPDATE SET status = excluded.status, finished_at = excluded.finished_at,
                manifest = excluded.manifest, failure = excluded.failure, cpu_us = excluded.cpu_us,
                max_rss_kib = excluded.max_rss_kib, starting_us = excluded.starting_us, saving_us = excluded.saving_us",
        )?
        .execute(params![
            self.run,
            number(task.task)?,
            end.attempt,
            end.status.as_str(),
            end.at,
            end.manifest,
            json(end.failure)?,
            end.usage.cpu_us,
            end.usage.max_rss_kib,
            end.usage.starting_us,
            end.usage.saving_us,
        ])?;
        if end.attempt < before.attempt {
            return self.touch_task(task);
        }
        let after = State::of(if end.retrying { TaskStatus::Running } else { end.status });
        let transition = end.transition.filter(|_| after.status == TaskStatus::Done);
        self.cached(
            "UPDATE tasks SET status = ?3, attempt = ?4, finished_at = ?5, transition = ?6, manifest = ?7,
                origin_run = NULL, origin_task = NULL, seq = ?8
             WHERE run = ?1 AND task = ?2",
        )?
        .execute(params![
            self.run,
            number(task.task)?,
            after.status.as_str(),
            end.attempt,
            end.at,
            json(transition)?,
            end.manifest,
            self.seq,
        ])?;
        self.steps[step].changed(before.state, after);
        if !end.retrying {
            self.steps[step].finished(end.at);
        }
        Ok(())
    }

    fn adopted(&mut self, task: &TaskRef, from: &Adoption<'_>) -> Outcome<()> {
        let step = self.step(&task.step, from.at)?;
        let values = params![
            self.run,
            number(task.task)?,
            self.steps[step].row(),
            id_list::encode(task.indices.iter().copied()),
            from.at,
            id_list::encode(from.parents.iter().map(|p| p.0)),
            json(from.transition)?,
            from.manifest,
            from.origin.0.as_str(),
            number(from.origin.1)?,
            self.seq,
        ];
        let made = self
            .cached(
                "INSERT INTO tasks (run, task, step, indices, status, attempt, created_at, finished_at, parents,
                    transition, manifest, origin_run, origin_task, seq)
                 VALUES (?1, ?2, ?3, ?4, 'done', 0, ?5, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING",
            )?
            .execute(values)?;
        if made == 0 {
            return Err(misuse(format!("task `{}` was adopted, but exists already", task.task)));
        }
        self.steps[step].made(State::ADOPTED);
        self.steps[step].finished(from.at);
        Ok(())
    }

    fn run_finished(&self, status: RunStatus, at: i64) -> Outcome<()> {
        if matches!(status, RunStatus::Running | RunStatus::Lost) {
            return Err(misuse(format!("a run cannot finish as `{status}`")));
        }
        self.run_row(
            "UPDATE runs SET status = ?2, finished_at = ?3, heartbeat_at = max(heartbeat_at, ?3) WHERE id = ?1",
            params![self.run, status.as_str(), at],
        )
    }

    fn info(&self, key: &str, value: &Value) -> Outcome<()> {
        let text: String =
            self.cached("SELECT info FROM runs WHERE id = ?1")?.query_row([self.run], |row| row.get(0))?;
        let mut info: Map<String, Value> = serde_json::from_str(&text).map_err(corrupt)?;
        info.insert(key.to_owned(), value.clone());
        self.run_row("UPDATE runs SET info = ?2 WHERE id = ?1", params![self.run, json(Some(&info))?])
    }

    /// Only an attempt of a task was written.
    fn touch_task(&self, task: &TaskRef) -> Outcome<()> {
        self.cached("UPDATE tasks SET seq = ?3 WHERE run = ?1 AND task = ?2")?.execute(params![
            self.run,
            number(task.task)?,
            self.seq
        ])?;
        Ok(())
    }

    fn run_row(&self, sql: &str, values: &[&dyn ToSql]) -> Outcome<()> {
        self.cached(sql)?.execute(values)?;
        Ok(())
    }

    /// Where in `self.steps` a step is; made when its first task is.
    fn step(&mut self, name: &StepName, at: i64) -> Outcome<usize> {
        if let Some(known) = self.steps.iter().position(|s| s.is(name)) {
            return Ok(known);
        }
        let row = match step_row(self.tx, self.run, name)? {
            Some(row) => row,
            None => {
                self.cached("INSERT INTO steps (run, name, created_at) VALUES (?1, ?2, ?3)")?
                    .execute(params![self.run, name.as_str(), at])?;
                self.tx.last_insert_rowid()
            }
        };
        self.steps.push(Tally::new(name.clone(), row));
        Ok(self.steps.len() - 1)
    }

    fn before(&self, task: &TaskRef, step: usize) -> Outcome<Before> {
        let found = self
            .cached(
                "SELECT step, status, attempt, origin_task IS NOT NULL FROM tasks WHERE run = ?1 AND task = ?2",
            )?
            .query_row(params![self.run, number(task.task)?], |row| {
                Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get(3)?))
            })
            .optional()?;
        let Some((row, status, attempt, adopted)) = found else {
            return Err(misuse(format!("task `{}` finished, but never started", task.task)));
        };
        let before = Before { step: row, state: State { status: status.parse()?, adopted }, attempt };
        if before.step != self.steps[step].row() {
            return Err(misuse(format!("task `{}` is not of step `{}`", task.task, task.step)));
        }
        Ok(before)
    }

    fn cached(&self, sql: &str) -> Outcome<CachedStatement<'_>> {
        Ok(self.tx.prepare_cached(sql)?)
    }
}

/// A task id as SQLite keeps numbers.
fn number(task: TaskId) -> Outcome<i64> {
    match i64::try_from(task.0) {
        Ok(n) if n < i64::MAX => Ok(n),
        _ => Err(misuse(format!("`{task}` is too large for a task id"))),
    }
}

fn json<T: Serialize>(value: Option<&T>) -> Outcome<Option<String>> {
    value.map(|v| serde_json::to_string(v).map_err(corrupt)).transpose()
}
