//! What clients of Metaflow's metadata service record: tables of its own, and what it says of runs and tasks in the others.
//!
//! Records that are kept together take one transaction and a handful of round trips, however many they are: what is known of all they
//! are about is read, what they make of it is worked out here ([`apply`]), and that is written.

mod apply;
mod known;
mod made;
mod read;
mod record;
mod said;
mod store;

use std::cell::RefCell;
use std::result::Result;

use spinloom_diagnostics::{Error, Result as Told};

use super::PostgresProvider;
use super::client::Client;
use super::trouble::{Outcome, Trouble};
use super::values::values;
use crate::service::{
    ArtifactDoc, FlowDoc, Listed, MetadataDoc, Record, Recorded, Refusal, RunDoc, Scope, Service, StepDoc,
    TaskDoc, TaskPath,
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

impl From<tokio_postgres::Error> for Stop {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Trouble(error.into())
    }
}

/// The answer to a record, unless nothing can be kept at all.
fn answer(kept: Result<Recorded, Stop>) -> Outcome<Result<Recorded, Refusal>> {
    match kept {
        Ok(recorded) => Ok(Ok(recorded)),
        Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
        Err(Stop::Trouble(trouble)) => Err(trouble),
    }
}

impl Service for PostgresProvider {
    fn record(&mut self, records: &[Record], at: i64) -> Told<Vec<Result<Recorded, Refusal>>> {
        let key = self.writer.next();
        let earlier = RefCell::default();
        self.writing(async |client, doubt| record::record(client, &key, (records, at), &earlier, doubt).await)
    }

    fn settle(&mut self, at: i64) -> Told<usize> {
        self.writing(async |client, _| record::settle(client, at).await)
    }

    fn service_flows(&self) -> Told<Listed<FlowDoc>> {
        self.reading(async |client| read::flows(client, None).await)
    }

    fn service_flow(&self, flow: &str) -> Told<Option<FlowDoc>> {
        let found = self.reading(async |client| read::flows(client, Some(flow)).await)?;
        Ok(found.into_iter().next().map(|(_, doc)| doc))
    }

    fn service_runs(&self, flow: &str, before: Option<i64>, limit: usize) -> Told<Listed<RunDoc>> {
        self.reading(async |client| read::runs(client, flow, before, limit).await)
    }

    fn service_run(&self, flow: &str, run: &str) -> Told<Option<RunDoc>> {
        let found = self.reading(async |client| read::found(client, flow, run).await)?;
        Ok(found.map(|(_, doc)| doc))
    }

    fn service_steps(&self, flow: &str, run: &str) -> Told<Listed<StepDoc>> {
        self.reading(async |client| read::steps(client, (flow, run), None).await)
    }

    fn service_step(&self, flow: &str, run: &str, step: &str) -> Told<Option<StepDoc>> {
        let found = self.reading(async |client| read::steps(client, (flow, run), Some(step)).await)?;
        Ok(found.into_iter().next().map(|(_, doc)| doc))
    }

    fn service_tasks(
        &self,
        step: (&str, &str, &str),
        after: Option<i64>,
        limit: usize,
    ) -> Told<Listed<TaskDoc>> {
        self.reading(async |client| read::tasks(client, step, after, limit).await)
    }

    fn service_task(&self, at: &TaskPath) -> Told<Option<TaskDoc>> {
        self.reading(async |client| read::task(client, at).await)
    }

    fn service_metadata(&self, flow: &str, run: &str, scope: Scope<'_>) -> Told<Listed<MetadataDoc>> {
        self.reading(async |client| said::metadata(client, (flow, run), scope).await)
    }

    fn service_artifacts(
        &self,
        flow: &str,
        run: &str,
        scope: Scope<'_>,
        attempt: Option<u32>,
    ) -> Told<Listed<ArtifactDoc>> {
        self.reading(async |client| said::artifacts(client, (flow, run), scope, attempt).await)
    }
}

/// Forgets what clients recorded of the run in row `run`.
pub(super) async fn forget(client: &Client, run: i64) -> Result<(), tokio_postgres::Error> {
    let of_run = values![run];
    futures::try_join!(
        client.execute_typed("DELETE FROM spinloom.service_artifacts WHERE run = $1", of_run),
        client.execute_typed("DELETE FROM spinloom.service_metadata WHERE run = $1", of_run),
        client.execute_typed("DELETE FROM spinloom.service_tasks WHERE run = $1", of_run),
        client.execute_typed("DELETE FROM spinloom.service_steps WHERE run = $1", of_run),
        client.execute_typed("DELETE FROM spinloom.service_runs WHERE run = $1", of_run),
    )?;
    Ok(())
}
