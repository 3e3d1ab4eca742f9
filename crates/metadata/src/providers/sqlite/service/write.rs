//! Keeping records: each checks all it needs before it writes anything, so that a refused one leaves no trace.

use std::result::Result;

use rusqlite::{Transaction, params};
use serde::Serialize;

use super::super::tags;
use super::super::trouble::{Outcome, Trouble, corrupt};
use super::{RunRow, Stop, TaskRow, made, project, run_row, task_row};
use crate::service::{
    ArtifactBatch, BEAT_SECONDS, DataBatch, NewArtifact, NewDatum, Record, Recorded, Refusal, TaskPath, facts,
};
use crate::tags as rules;

/// Microseconds between two beats that are written down.
const BEAT: i64 = BEAT_SECONDS * 1_000_000;

/// See [`Service::record`](crate::service::Service::record).
pub(super) fn record(
    tx: &Transaction<'_>,
    records: &[Record],
    at: i64,
) -> Outcome<Vec<Result<Recorded, Refusal>>> {
    let mut batch = Batch { tx, at, ids: None };
    let mut answers = Vec::with_capacity(records.len());
    for record in records {
        answers.push(match batch.keep(record) {
            Ok(recorded) => Ok(recorded),
            Err(Stop::Refused(refusal)) => Err(refusal),
            Err(Stop::Trouble(trouble)) => return Err(trouble),
        });
    }
    batch.save_ids()?;
    Ok(answers)
}

/// Records of one transaction.
pub(super) struct Batch<'a> {
    pub(super) tx: &'a Transaction<'a>,
    /// Now, microseconds since the Unix epoch.
    pub(super) at: i64,
    /// The last number that was given, once one was.
    ids: Option<i64>,
}

impl Batch<'_> {
    fn keep(&mut self, record: &Record) -> Result<Recorded, Stop> {
        match record {
            Record::Flow { flow, given } => made::flow(self, flow, given),
            Record::Run { flow, id, given } => made::run(self, flow, id.as_deref(), given),
            Record::Step { flow, run, step, given } => made::step(self, (flow, run), step, given),
            Record::Task { flow, run, step, id, given } => {
                made::task(self, (flow, run), step, id.as_deref(), given)
            }
            Record::Metadata { at, data } => self.metadata(at, data),
            Record::Artifacts { at, artifacts } => self.artifacts(at, artifacts),
            Record::RunBeat { flow, run } => {
                let run = self.run(flow, run)?;
                self.beat(&run)
            }
            Record::TaskBeat { at } => self.task_beat(at),
            Record::Tags { flow, run, add, remove } => self.tags(flow, run, add, remove),
        }
    }

    /// A run that must be there.
    pub(super) fn run(&self, flow: &str, run: &str) -> Result<RunRow, Stop> {
        let unknown = || Refusal::Unknown(format!("no run `{flow}/{run}` was recorded here"));
        Ok(run_row(self.tx, flow, run)?.ok_or_else(unknown)?)
    }

    fn task(&self, at: &TaskPath) -> Result<(RunRow, TaskRow), Stop> {
        let run = self.run(&at.flow, &at.run)?;
        let unknown = || {
            let TaskPath { flow, run, step, task } = at;
            Refusal::Unknown(format!("no task `{flow}/{run}/{step}/{task}` was recorded here"))
        };
        let task = task_row(self.tx, run.id, &at.step, &at.task)?.ok_or_else(unknown)?;
        Ok((run, task))
    }

    /// The first of `count` new numbers.
    pub(super) fn ids(&mut self, count: usize) -> Outcome<i64> {
        let last = match self.ids {
            Some(last) => last,
            None => {
                self.tx.prepare_cached("SELECT last FROM service_ids")?.query_row([], |row| row.get(0))?
            }
        };
        self.ids = Some(last + i64::try_from(count).map_err(corrupt)?);
        Ok(last + 1)
    }

    fn save_ids(&self) -> Outcome<()> {
        if let Some(last) = self.ids {
            self.tx.prepare_cached("UPDATE service_ids SET last = ?1")?.execute([last])?;
        }
        Ok(())
    }

    fn metadata(&mut self, at: &TaskPath, data: &[NewDatum]) -> Result<Recorded, Stop> {
        let (run, task) = self.task(at)?;
        let id = self.ids(data.len())?;
        self.tx
            .prepare_cached(
                "INSERT INTO service_metadata (run, task, id, created_at, body) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![run.id, task.task, id, self.at, json(&DataBatch::of(data))?])?;
        project::metadata(self, &run, &task, facts(data))?;
        Ok(Recorded::Count(data.len()))
    }

    fn artifacts(&mut self, at: &TaskPath, artifacts: &[NewArtifact]) -> Result<Recorded, Stop> {
        let (run, task) = self.task(at)?;
        let mut attempts: Vec<u32> = artifacts.iter().map(|artifact| artifact.attempt_id).collect();
        attempts.sort_unstable();
        attempts.dedup();
        for attempt in attempts {
            let of_attempt = artifacts.iter().filter(|artifact| artifact.attempt_id == attempt);
            let Some(batch) = ArtifactBatch::of(of_attempt) else { continue };
            let id = self.ids(batch.items.len())?;
            self.tx
                .prepare_cached(
                    "INSERT INTO service_artifacts (run, task, attempt, id, created_at, body)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![run.id, task.task, attempt, id, self.at, json(&batch)?])?;
        }
        project::artifacts(self, &run, &task, artifacts)?;
        Ok(Recorded::Count(artifacts.len()))
    }

    fn task_beat(&self, at: &TaskPath) -> Result<Recorded, Stop> {
        let (run, task) = self.task(at)?;
        if task.heartbeat_at.is_none_or(|heard| self.at - heard >= BEAT) {
            self.tx
                .prepare_cached("UPDATE service_tasks SET heartbeat_at = ?3 WHERE run = ?1 AND task = ?2")?
                .execute(params![run.id, task.task, self.at])?;
        }
        self.beat(&run)
    }

    fn beat(&self, run: &RunRow) -> Result<Recorded, Stop> {
        let heard = self
            .tx
            .prepare_cached(
                "UPDATE service_runs SET heartbeat_at = ?2
                 WHERE run = ?1 AND (heartbeat_at IS NULL OR heartbeat_at <= ?3)",
            )?
            .execute(params![run.id, self.at, self.at - BEAT])?;
        if heard > 0 {
            project::heard(self, run)?;
        }
        Ok(Recorded::Beat)
    }

    fn tags(&self, flow: &str, run: &str, add: &[String], remove: &[String]) -> Result<Recorded, Stop> {
        let run = self.run(flow, run)?;
        let system = tags::of(self.tx, run.id, true)?;
        if let Some(tag) = remove.iter().find(|tag| system.contains(*tag)) {
            return Err(Refusal::SystemTag(format!("the system tag `{tag}` cannot be removed")).into());
        }
        let before = tags::of(self.tx, run.id, false)?;
        rules::changed(&before, &system, add, remove).map_err(|e| Refusal::Bad(e.message().to_owned()))?;
        Ok(Recorded::Tags(tags::mutate(self.tx, run.id, add, remove)?))
    }
}

fn json(value: &impl Serialize) -> Result<String, Trouble> {
    serde_json::to_string(value).map_err(corrupt)
}
