//! The embedded provider keeps the contract of all providers, through one connection and through two.
#![allow(clippy::unwrap_used)]

use std::cell::RefCell;

use spinloom_diagnostics::Result;
use spinloom_flow::{FlowName, RunId, StepName, TaskId};
use spinloom_metadata::{
    AttemptRecord, Change, Claim, Leader, NewRun, Provider, RunChange, RunQuery, RunRecord, SqliteProvider,
    StepRecord, TaskRecord, WriteKey,
};
use spinloom_testkit::{metadata_contract, readers_beside_a_writer, service_contract};

#[test]
fn sqlite_keeps_the_contract() {
    let dirs = RefCell::new(Vec::new());
    metadata_contract(|| {
        let dir = tempfile::tempdir().unwrap();
        let provider = SqliteProvider::open(&dir.path().join("metadata.db")).unwrap();
        dirs.borrow_mut().push(dir);
        Box::new(provider)
    });
}

/// Writes through one connection and reads through another, opened for reading, as the Client does beside an engine.
struct Pair(SqliteProvider, SqliteProvider);

#[test]
fn sqlite_keeps_the_contract_for_readers_beside_a_writer() {
    let dirs = RefCell::new(Vec::new());
    metadata_contract(|| {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("metadata.db");
        let writer = SqliteProvider::open(&path).unwrap();
        let reader = SqliteProvider::open_read(&path).unwrap().unwrap();
        dirs.borrow_mut().push(dir);
        Box::new(Pair(writer, reader))
    });
}

impl Provider for Pair {
    fn canceller(&self) -> Box<dyn Fn() + Send + Sync> {
        self.1.canceller()
    }
    fn create_run(&mut self, run: &NewRun) -> Result<RunRecord> {
        self.0.create_run(run)
    }
    fn store_name(&self) -> Result<Option<String>> {
        self.1.store_name()
    }
    fn create_run_once(&mut self, key: &WriteKey, run: &NewRun) -> Result<RunRecord> {
        self.0.create_run_once(key, run)
    }
    fn write_once(&mut self, key: &WriteKey, flow: &FlowName, run: &RunId, changes: &[Change]) -> Result<()> {
        self.0.write_once(key, flow, run, changes)
    }
    fn lead(&mut self, run: &NewRun, claim: &Claim) -> Result<(RunRecord, Leader, bool)> {
        self.0.lead(run, claim)
    }
    fn leader(&self, flow: &FlowName, run: &RunId) -> Result<Option<Leader>> {
        self.1.leader(flow, run)
    }
    fn write(&mut self, flow: &FlowName, run: &RunId, changes: &[Change]) -> Result<()> {
        self.0.write(flow, run, changes)
    }
    fn flows(&self) -> Result<Vec<(FlowName, i64)>> {
        self.1.flows()
    }
    fn runs(&self, flow: &FlowName, query: &RunQuery) -> Result<Vec<RunRecord>> {
        self.1.runs(flow, query)
    }
    fn run(&self, flow: &FlowName, run: &RunId) -> Result<Option<RunRecord>> {
        self.1.run(flow, run)
    }
    fn graph(&self, flow: &FlowName, run: &RunId) -> Result<Option<String>> {
        self.1.graph(flow, run)
    }
    fn steps(&self, flow: &FlowName, run: &RunId) -> Result<Vec<StepRecord>> {
        self.1.steps(flow, run)
    }
    fn tasks(
        &self,
        flow: &FlowName,
        run: &RunId,
        step: Option<&StepName>,
        after: Option<TaskId>,
        limit: usize,
    ) -> Result<Vec<TaskRecord>> {
        self.1.tasks(flow, run, step, after, limit)
    }
    fn task(&self, flow: &FlowName, run: &RunId, task: TaskId) -> Result<Option<TaskRecord>> {
        self.1.task(flow, run, task)
    }
    fn end_task(&self, flow: &FlowName, run: &RunId) -> Result<Option<TaskRecord>> {
        self.1.end_task(flow, run)
    }
    fn attempts(&self, flow: &FlowName, run: &RunId, task: TaskId) -> Result<Vec<AttemptRecord>> {
        self.1.attempts(flow, run, task)
    }
    fn mutate_tags(
        &mut self,
        flow: &FlowName,
        run: &RunId,
        add: &[String],
        remove: &[String],
    ) -> Result<Vec<String>> {
        self.0.mutate_tags(flow, run, add, remove)
    }
    fn manifests(&self, flow: &FlowName, run: &RunId) -> Result<Vec<String>> {
        self.1.manifests(flow, run)
    }
    fn delete_run(&mut self, flow: &FlowName, run: &RunId) -> Result<bool> {
        self.0.delete_run(flow, run)
    }
    fn sequence(&self) -> Result<u64> {
        self.1.sequence()
    }
    fn changed_runs(&self, after: u64, limit: usize) -> Result<Vec<RunChange>> {
        self.1.changed_runs(after, limit)
    }
    fn changed_tasks(
        &self,
        flow: &FlowName,
        run: &RunId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, TaskRecord)>> {
        self.1.changed_tasks(flow, run, after, limit)
    }
}

#[test]
fn what_sqlite_reads_beside_a_writer_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("metadata.db");
    let writer = SqliteProvider::open(&path).unwrap();
    let reader = SqliteProvider::open_read(&path).unwrap().unwrap();
    readers_beside_a_writer(Box::new(writer), &reader);
}

#[test]
fn a_reader_cannot_write() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("metadata.db");
    SqliteProvider::open(&path).unwrap();
    let mut reader = SqliteProvider::open_read(&path).unwrap().unwrap();
    let error = reader.create_run(&spinloom_testkit::new_run("F")).unwrap_err();
    assert_eq!(error.code(), spinloom_diagnostics::codes::METADATA_IO);
    assert!(!error.hints().is_empty());
}

#[test]
fn sqlite_keeps_what_clients_of_metaflow_record() {
    let dirs = RefCell::new(Vec::new());
    service_contract(|| {
        let dir = tempfile::tempdir().unwrap();
        let provider = SqliteProvider::open(&dir.path().join("metadata.db")).unwrap();
        dirs.borrow_mut().push(dir);
        Box::new(provider)
    });
}
