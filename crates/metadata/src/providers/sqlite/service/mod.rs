//! What clients of Metaflow's metadata service record: tables of its own, and what it says of runs and tasks in the others.

mod made;
mod project;
mod read;
mod said;
mod write;

use std::result::Result;

use rusqlite::{Connection, OptionalExtension as _, params};
use spinloom_diagnostics::{Error, Result as Told, codes};

use super::SqliteProvider;
use super::trouble::{Outcome, Trouble};
use crate::service::rules::given;
use crate::service::{
    ArtifactDoc, FlowDoc, Id, Listed, MetadataDoc, Record, Recorded, Refusal, RunDoc, Scope, Service,
    StepDoc, TaskDoc, TaskPath,
};

/// Why a record is not kept: it is refused, or nothing can be kept at all.
enum Stop {
    Refused(Refusal),
    Trouble(Trouble),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Trouble(error.into())
    }
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Self::Trouble(error.into())
    }
}

/// A run that a client recorded.
struct RunRow {
    id: i64,
    name: Id,
    running: bool,
    failed: bool,
    /// When it was last heard of, microseconds.
    heard_at: i64,
    last_task: u64,
    named_tasks: u64,
    end_step: String,
}

/// A task that a client recorded.
struct TaskRow {
    task: u64,
    step: String,
    heartbeat_at: Option<i64>,
}

impl Service for SqliteProvider {
    fn record(&mut self, records: &[Record], at: i64) -> Told<Vec<Result<Recorded, Refusal>>> {
        self.writing(|tx| write::record(tx, records, at))
    }

    fn settle(&mut self, at: i64) -> Told<usize> {
        self.writing(|tx| project::settle(tx, at))
    }

    fn service_flows(&self) -> Told<Listed<FlowDoc>> {
        self.reading(|conn| read::flows(conn, None))
    }

    fn service_flow(&self, flow: &str) -> Told<Option<FlowDoc>> {
        self.reading(|conn| Ok(read::flows(conn, Some(flow))?.pop().map(|(_, doc)| doc)))
    }

    fn service_runs(&self, flow: &str, before: Option<i64>, limit: usize) -> Told<Listed<RunDoc>> {
        self.reading(|conn| read::runs(conn, flow, before, limit))
    }

    fn service_run(&self, flow: &str, run: &str) -> Told<Option<RunDoc>> {
        self.reading(|conn| read::run(conn, flow, run))
    }

    fn service_steps(&self, flow: &str, run: &str) -> Told<Listed<StepDoc>> {
        self.reading(|conn| read::steps(conn, flow, run, None))
    }

    fn service_step(&self, flow: &str, run: &str, step: &str) -> Told<Option<StepDoc>> {
        self.reading(|conn| Ok(read::steps(conn, flow, run, Some(step))?.pop().map(|(_, doc)| doc)))
    }

    fn service_tasks(
        &self,
        step: (&str, &str, &str),
        after: Option<i64>,
        limit: usize,
    ) -> Told<Listed<TaskDoc>> {
        self.reading(|conn| read::tasks(conn, step, after, limit))
    }

    fn service_task(&self, at: &TaskPath) -> Told<Option<TaskDoc>> {
        self.reading(|conn| read::task(conn, at))
    }

    fn service_metadata(&self, flow: &str, run: &str, scope: Scope<'_>) -> Told<Listed<MetadataDoc>> {
        self.reading(|conn| said::metadata(conn, (flow, run), scope))
    }

    fn service_artifacts(
        &self,
        flow: &str,
        run: &str,
        scope: Scope<'_>,
        attempt: Option<u32>,
    ) -> Told<Listed<ArtifactDoc>> {
        self.reading(|conn| said::artifacts(conn, (flow, run), scope, attempt))
    }
}

/// A run, if a client recorded one of that name.
fn run_row(conn: &Connection, flow: &str, run: &str) -> Outcome<Option<RunRow>> {
    let mut find = conn.prepare_cached(
        "SELECT r.id, r.status, r.heartbeat_at, s.chosen, s.last_task, s.named_tasks, s.end_step
         FROM runs r CROSS JOIN service_runs s ON s.run = r.id
         WHERE r.flow = (SELECT id FROM flows WHERE name = ?1) AND r.name = ?2",
    )?;
    let row = find.query_row([flow, run], |row| {
        let status: String = row.get(1)?;
        Ok(RunRow {
            id: row.get(0)?,
            name: Id::of(run, row.get(3)?),
            running: status == "running",
            failed: status == "failed",
            heard_at: row.get(2)?,
            last_task: row.get(4)?,
            named_tasks: row.get(5)?,
            end_step: row.get(6)?,
        })
    });
    Ok(row.optional()?)
}

/// A task, if a client recorded one of that id.
fn task_row(conn: &Connection, run: i64, step: &str, task: &str) -> Outcome<Option<TaskRow>> {
    let row = |row: &rusqlite::Row<'_>| {
        Ok(TaskRow { task: row.get(0)?, step: step.to_owned(), heartbeat_at: row.get(1)? })
    };
    let found = match given(task) {
        Some(number) => conn
            .prepare_cached(
                "SELECT task, heartbeat_at FROM service_tasks WHERE run = ?1 AND task = ?2 AND step = ?3 AND name IS NULL",
            )?
            .query_row(params![run, number, step], row),
        None => conn
            .prepare_cached("SELECT task, heartbeat_at FROM service_tasks WHERE run = ?1 AND step = ?2 AND name = ?3")?
            .query_row(params![run, step, task], row),
    };
    Ok(found.optional()?)
}

/// A name that no Python class or function has.
fn bad_name(error: &Error) -> Stop {
    if error.code() == codes::BAD_NAME {
        Stop::Refused(Refusal::Bad(error.message().to_owned()))
    } else {
        Stop::Trouble(error.clone().into())
    }
}
