//! The embedded provider: one SQLite file in write-ahead mode.
//!
//! Every process has its own connection. Readers never wait for a writer; writers wait for each other, up to a minute.
//! A `kill -9` loses nothing that was committed; a loss of power may lose the last transactions, never half of one.

mod bars;
mod connect;
mod delete;
mod feed;
mod leaders;
mod read;
mod runs;
mod schema;
mod service;
mod tags;
mod tally;
mod trouble;
mod write;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use spinloom_diagnostics::Result;
use spinloom_flow::{FlowName, RunId, StepName, TaskId};

use self::trouble::Outcome;
use crate::service::Service;
use crate::{
    AttemptRecord, Change, Claim, Leader, NewRun, Provider, RunChange, RunQuery, RunRecord, StepRecord,
    TaskBars, TaskRecord,
};

/// Metadata in an SQLite file.
pub struct SqliteProvider {
    conn: Connection,
    path: PathBuf,
    /// The last step of each graph that was asked for. A graph's row never changes.
    ends: RefCell<HashMap<i64, StepName>>,
}

impl SqliteProvider {
    /// Opens the database at `path` for reading and writing; makes it, and its folder, if it is not there.
    ///
    /// # Errors
    /// `SL0402` if it was written by a newer Spinloom, `SL0403` if it is damaged, `SL0404` or `SL0405` if it cannot be
    /// read or written.
    pub fn open(path: &Path) -> Result<Self> {
        let conn = connect::writer(path).map_err(|t| t.tell(path))?;
        Ok(Self::of(conn, path))
    }

    /// Opens the database at `path` for reading; `None` if nothing has been recorded there yet.
    ///
    /// Works beside a writing engine, and after one that was killed.
    ///
    /// # Errors
    /// As [`open`](Self::open), but a database written by a newer minor version can be read.
    pub fn open_read(path: &Path) -> Result<Option<Self>> {
        let conn = connect::reader(path).map_err(|t| t.tell(path))?;
        Ok(conn.map(|conn| Self::of(conn, path)))
    }

    fn of(conn: Connection, path: &Path) -> Self {
        Self { conn, path: path.to_owned(), ends: RefCell::default() }
    }

    fn reading<T>(&self, read: impl FnOnce(&Connection) -> Outcome<T>) -> Result<T> {
        read(&self.conn).map_err(|t| t.tell(&self.path))
    }

    /// Reads something of a run; what an unknown run has is `T`'s default.
    fn reading_run<T: Default>(
        &self,
        flow: &FlowName,
        run: &RunId,
        read: impl FnOnce(&Connection, i64) -> Outcome<T>,
    ) -> Result<T> {
        self.reading(|conn| match runs::row_of(conn, flow, run)? {
            Some(row) => read(conn, row),
            None => Ok(T::default()),
        })
    }

    /// Runs `change` in a transaction that holds the write lock from its beginning.
    fn writing<T>(&mut self, change: impl FnOnce(&Transaction<'_>) -> Outcome<T>) -> Result<T> {
        transaction(&mut self.conn, change).map_err(|t| t.tell(&self.path))
    }
}

fn transaction<T>(conn: &mut Connection, change: impl FnOnce(&Transaction<'_>) -> Outcome<T>) -> Outcome<T> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let made = change(&tx)?;
    tx.commit()?;
    Ok(made)
}

impl Provider for SqliteProvider {
    fn canceller(&self) -> Box<dyn Fn() + Send + Sync> {
        let handle = self.conn.get_interrupt_handle();
        Box::new(move || handle.interrupt())
    }

    fn create_run(&mut self, run: &NewRun) -> Result<RunRecord> {
        self.writing(|tx| runs::create(tx, run))
    }

    fn lead(&mut self, run: &NewRun, claim: &Claim) -> Result<(RunRecord, Leader, bool)> {
        self.writing(|tx| leaders::lead(tx, run, claim))
    }

    fn leader(&self, flow: &FlowName, run: &RunId) -> Result<Option<Leader>> {
        self.reading_run(flow, run, leaders::of)
    }

    fn write(&mut self, flow: &FlowName, run: &RunId, changes: &[Change]) -> Result<()> {
        self.writing(|tx| write::write(tx, runs::existing(tx, flow, run)?, changes))
    }

    fn flows(&self) -> Result<Vec<(FlowName, i64)>> {
        self.reading(runs::flows)
    }

    fn runs(&self, flow: &FlowName, query: &RunQuery) -> Result<Vec<RunRecord>> {
        self.reading(|conn| runs::list(conn, flow, query))
    }

    fn run(&self, flow: &FlowName, run: &RunId) -> Result<Option<RunRecord>> {
        self.reading(|conn| runs::one(conn, flow, run))
    }

    fn graph(&self, flow: &FlowName, run: &RunId) -> Result<Option<String>> {
        self.reading(|conn| runs::graph(conn, flow, run))
    }

    fn steps(&self, flow: &FlowName, run: &RunId) -> Result<Vec<StepRecord>> {
        self.reading_run(flow, run, read::steps)
    }

    fn tasks(
        &self,
        flow: &FlowName,
        run: &RunId,
        step: Option<&StepName>,
        after: Option<TaskId>,
        limit: usize,
    ) -> Result<Vec<TaskRecord>> {
        self.reading_run(flow, run, |conn, row| read::tasks(conn, row, step, after, limit))
    }

    fn task(&self, flow: &FlowName, run: &RunId, task: TaskId) -> Result<Option<TaskRecord>> {
        self.reading_run(flow, run, |conn, row| read::task(conn, row, task))
    }

    fn end_task(&self, flow: &FlowName, run: &RunId) -> Result<Option<TaskRecord>> {
        self.reading_run(flow, run, |conn, row| {
            let step = runs::end_step(conn, row, &mut self.ends.borrow_mut())?;
            read::newest_task(conn, row, &step)
        })
    }

    fn attempts(&self, flow: &FlowName, run: &RunId, task: TaskId) -> Result<Vec<AttemptRecord>> {
        self.reading_run(flow, run, |conn, row| read::attempts(conn, row, task))
    }

    fn bars(
        &self,
        flow: &FlowName,
        run: &RunId,
        after: u64,
        each: &mut dyn FnMut(&TaskBars<'_>),
    ) -> Result<()> {
        self.reading_run(flow, run, |conn, row| bars::bars(conn, row, after, each))
    }

    fn mutate_tags(
        &mut self,
        flow: &FlowName,
        run: &RunId,
        add: &[String],
        remove: &[String],
    ) -> Result<Vec<String>> {
        self.writing(|tx| tags::mutate(tx, runs::existing(tx, flow, run)?, add, remove))
    }

    fn manifests(&self, flow: &FlowName, run: &RunId) -> Result<Vec<String>> {
        self.reading_run(flow, run, delete::manifests)
    }

    fn delete_run(&mut self, flow: &FlowName, run: &RunId) -> Result<bool> {
        self.writing(|tx| delete::delete(tx, flow, run))
    }

    fn sequence(&self) -> Result<u64> {
        self.reading(feed::sequence)
    }

    fn changed_runs(&self, after: u64, limit: usize) -> Result<Vec<RunChange>> {
        self.reading(|conn| feed::changed_runs(conn, after, limit))
    }

    fn changed_tasks(
        &self,
        flow: &FlowName,
        run: &RunId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, TaskRecord)>> {
        self.reading_run(flow, run, |conn, row| feed::changed_tasks(conn, row, after, limit))
    }

    fn service(&self) -> Option<&dyn Service> {
        Some(self)
    }

    fn service_mut(&mut self) -> Option<&mut dyn Service> {
        Some(self)
    }
}
