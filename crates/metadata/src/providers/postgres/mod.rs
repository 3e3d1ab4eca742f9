//! Metadata in a PostgreSQL database, for a team.
//!
//! Every provider has one connection, made when it is opened and again when the database was restarted meanwhile. Nothing is written
//! twice: each write has a key, which is kept with what it wrote. Tables are in the schema `spinloom`.

mod address;
mod bars;
mod batch;
mod client;
mod delete;
mod feed;
mod leaders;
mod read;
mod runs;
mod schema;
mod service;
mod session;
mod tags;
mod text;
mod tls;
mod trouble;
mod values;
mod write;

use std::time::Duration;

use self::client::Client;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId, StepName, TaskId};

pub use self::address::PostgresLocation;
use self::session::{AT_FIRST, Session};
use self::trouble::Outcome;
use crate::service::Service;
use crate::write_key::Writer;
use crate::{
    AttemptRecord, Change, Claim, Leader, NewRun, Provider, RunChange, RunQuery, RunRecord, StepRecord,
    TaskBars, TaskRecord, WriteKey,
};

/// Metadata in a PostgreSQL database.
pub struct PostgresProvider {
    session: Session,
    store: String,
    writer: Writer,
    writes: bool,
}

impl PostgresProvider {
    /// Connects for reading and writing; makes the tables if they are not there.
    ///
    /// # Errors
    /// `SL0402` if they were made by a newer Spinloom, `SL0406` if the database cannot be reached, `SL0407` if it refuses the user,
    /// `SL0405` if it cannot be read or written.
    pub fn open(place: &PostgresLocation) -> Result<Self> {
        let session = Session::new(place)?;
        let store = session.call(AT_FIRST, async |client, _| schema::migrate(client).await)?;
        Ok(Self { session, store, writer: Writer::new(), writes: true })
    }

    /// Connects for reading; `None` if nothing has been recorded there yet.
    ///
    /// # Errors
    /// As [`open`](Self::open), but tables made by a newer minor version can be read.
    pub fn open_read(place: &PostgresLocation) -> Result<Option<Self>> {
        let session = Session::new(place)?;
        let store = session.call(AT_FIRST, async |client, _| schema::readable(client).await)?;
        Ok(store.map(|store| Self { session, store, writer: Writer::new(), writes: false }))
    }

    fn reading<T>(&self, read: impl AsyncFn(&Client) -> Outcome<T>) -> Result<T> {
        self.session.call(self.patience(), async |client, _| read(client).await)
    }

    /// `change` is told whether an earlier try of it may have been carried out.
    fn writing<T>(&self, change: impl AsyncFn(&Client, bool) -> Outcome<T>) -> Result<T> {
        if !self.writes {
            let message = format!("`{}` was opened for reading, and cannot be written", self.session.place());
            return Err(Error::new(codes::METADATA_IO, message).hint("open it for writing"));
        }
        self.session.call(self.patience(), async |client, doubt| change(client, doubt).await)
    }

    fn patience(&self) -> Duration {
        self.session.place().retry_time
    }
}

impl Provider for PostgresProvider {
    fn canceller(&self) -> Box<dyn Fn() + Send + Sync> {
        let stop = self.session.stop();
        Box::new(move || stop.stop())
    }

    fn store_name(&self) -> Result<Option<String>> {
        Ok(Some(self.store.clone()))
    }

    fn create_run(&mut self, run: &NewRun) -> Result<RunRecord> {
        let key = self.writer.next();
        self.create_run_once(&key, run)
    }

    fn create_run_once(&mut self, key: &WriteKey, run: &NewRun) -> Result<RunRecord> {
        self.writing(async |client, _| runs::create(client, key, run).await)
    }

    fn lead(&mut self, run: &NewRun, claim: &Claim) -> Result<(RunRecord, Leader, bool)> {
        let key = self.writer.next();
        self.writing(async |client, doubt| leaders::lead(client, &key, (run, claim), doubt).await)
    }

    fn leader(&self, flow: &FlowName, run: &RunId) -> Result<Option<Leader>> {
        self.reading(async |client| leaders::of(client, flow, run).await)
    }

    fn write(&mut self, flow: &FlowName, run: &RunId, changes: &[Change]) -> Result<()> {
        let key = self.writer.next();
        self.write_once(&key, flow, run, changes)
    }

    fn write_once(&mut self, key: &WriteKey, flow: &FlowName, run: &RunId, changes: &[Change]) -> Result<()> {
        self.writing(async |client, _| write::write(client, key, (flow, run), changes).await)
    }

    fn flows(&self) -> Result<Vec<(FlowName, i64)>> {
        self.reading(async |client| runs::flows(client).await)
    }

    fn runs(&self, flow: &FlowName, query: &RunQuery) -> Result<Vec<RunRecord>> {
        self.reading(async |client| runs::list(client, flow, query).await)
    }

    fn run(&self, flow: &FlowName, run: &RunId) -> Result<Option<RunRecord>> {
        self.reading(async |client| runs::one(client, flow, run).await)
    }

    fn graph(&self, flow: &FlowName, run: &RunId) -> Result<Option<String>> {
        self.reading(async |client| runs::graph(client, flow, run).await)
    }

    fn steps(&self, flow: &FlowName, run: &RunId) -> Result<Vec<StepRecord>> {
        self.reading(async |client| read::steps(client, (flow, run)).await)
    }

    fn tasks(
        &self,
        flow: &FlowName,
        run: &RunId,
        step: Option<&StepName>,
        after: Option<TaskId>,
        limit: usize,
    ) -> Result<Vec<TaskRecord>> {
        self.reading(async |client| read::tasks(client, (flow, run), step, after, limit).await)
    }

    fn task(&self, flow: &FlowName, run: &RunId, task: TaskId) -> Result<Option<TaskRecord>> {
        self.reading(async |client| read::task(client, (flow, run), task).await)
    }

    fn end_task(&self, flow: &FlowName, run: &RunId) -> Result<Option<TaskRecord>> {
        self.reading(async |client| read::end_task(client, (flow, run)).await)
    }

    fn attempts(&self, flow: &FlowName, run: &RunId, task: TaskId) -> Result<Vec<AttemptRecord>> {
        self.reading(async |client| read::attempts(client, (flow, run), task).await)
    }

    fn bars(
        &self,
        flow: &FlowName,
        run: &RunId,
        after: u64,
        each: &mut dyn FnMut(&TaskBars<'_>),
    ) -> Result<()> {
        // Told only once all has been read: a read that breaks begins again.
        let found = self.reading(async |client| bars::read(client, (flow, run), after).await)?;
        found.tell(each).map_err(|trouble| trouble.tell(self.session.place()))
    }

    fn mutate_tags(
        &mut self,
        flow: &FlowName,
        run: &RunId,
        add: &[String],
        remove: &[String],
    ) -> Result<Vec<String>> {
        self.writing(async |client, _| tags::mutate(client, (flow, run), add, remove).await)
    }

    fn manifests(&self, flow: &FlowName, run: &RunId) -> Result<Vec<String>> {
        self.reading(async |client| delete::manifests(client, (flow, run)).await)
    }

    fn delete_run(&mut self, flow: &FlowName, run: &RunId) -> Result<bool> {
        self.writing(async |client, doubt| delete::delete(client, (flow, run), doubt).await)
    }

    fn sequence(&self) -> Result<u64> {
        self.reading(async |client| feed::sequence(client).await)
    }

    fn changed_runs(&self, after: u64, limit: usize) -> Result<Vec<RunChange>> {
        self.reading(async |client| feed::changed_runs(client, after, limit).await)
    }

    fn changed_tasks(
        &self,
        flow: &FlowName,
        run: &RunId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, TaskRecord)>> {
        self.reading(async |client| feed::changed_tasks(client, (flow, run), after, limit).await)
    }

    fn service(&self) -> Option<&dyn Service> {
        Some(self)
    }

    fn service_mut(&mut self) -> Option<&mut dyn Service> {
        Some(self)
    }
}
