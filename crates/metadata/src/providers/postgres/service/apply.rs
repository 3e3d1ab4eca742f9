//! What records make of runs, steps and tasks. Pure: each checks all it needs before it changes anything, so that a refused one
//! leaves no trace.

use std::result::Result;

use serde::Serialize;
use serde_json::{Value, json};
use spinloom_flow::event::{TaskRef, Usage};
use spinloom_flow::{RunStatus, StepName, TaskId, TaskStatus};

use super::super::trouble::{Trouble, corrupt};
use super::Stop;
use super::known::{Run, Task, World};
use super::store::{Body, Copy, Made};
use crate::Change;
use crate::service::rules::{self, PARAMETERS, given};
use crate::service::{
    ArtifactBatch, BEAT_SECONDS, DataBatch, FIRST_NAMED, Facts, Given, Id, METAFLOW, NewArtifact, NewDatum,
    Record, Recorded, Refusal, StepDoc, TaskDoc, TaskPath, facts,
};

/// Microseconds between two beats that are written down.
const BEAT: i64 = BEAT_SECONDS * 1_000_000;

impl World {
    /// Keeps a record, or says why not.
    pub(super) fn keep(&mut self, record: &Record) -> Result<Recorded, Stop> {
        match record {
            Record::Step { flow, run, step, given } => self.step((flow, run), step, given),
            Record::Task { flow, run, step, id, given } => self.task((flow, run), step, id.as_deref(), given),
            Record::Metadata { at, data } => self.metadata(at, data),
            Record::Artifacts { at, artifacts } => self.artifacts(at, artifacts),
            Record::RunBeat { flow, run } => {
                let run = self.run(flow, run)?;
                Ok(self.beat(run))
            }
            Record::TaskBeat { at } => self.task_beat(at),
            Record::Flow { .. } | Record::Run { .. } | Record::Tags { .. } => {
                Err(corrupt("a record that stands alone").into())
            }
        }
    }

    /// A run that must be there.
    fn run(&self, flow: &str, run: &str) -> Result<usize, Stop> {
        let unknown = || Refusal::Unknown(format!("no run `{flow}/{run}` was recorded here"));
        Ok(*self.run_of.get(&(flow.to_owned(), run.to_owned())).ok_or_else(unknown)?)
    }

    /// A task that must be there, and its run.
    fn known(&mut self, at: &TaskPath) -> Result<(usize, &mut Task), Stop> {
        let run = self.run(&at.flow, &at.run)?;
        let TaskPath { flow, run: name, step, task } = at;
        let known = self.tasks.get_mut(&(run, step.clone(), task.clone()));
        let unknown = || Refusal::Unknown(format!("no task `{flow}/{name}/{step}/{task}` was recorded here"));
        Ok((run, known.ok_or_else(unknown)?))
    }

    /// The first of `count` new numbers.
    fn ids(&mut self, count: usize) -> Result<i64, Stop> {
        let first = self.last_id + 1;
        self.last_id += i64::try_from(count).map_err(corrupt)?;
        Ok(first)
    }

    fn step(&mut self, (flow, run): (&str, &str), step: &str, made: &Given) -> Result<Recorded, Stop> {
        let place = self.run(flow, run)?;
        StepName::new(step).map_err(|e| Refusal::Bad(e.message().to_owned()))?;
        if !self.steps.insert((place, step.to_owned())) {
            return Err(Refusal::Exists(format!("the step `{flow}/{run}/{step}` exists already")).into());
        }
        let (id, at) = (self.ids(1)?, self.at);
        let run = &self.runs[place];
        let (owner, name) = (made.user_name.clone(), run.name.clone());
        self.new.steps.push(Made { run: run.id, number: id, step: step.to_owned(), name: None, owner });
        Ok(Recorded::Step(StepDoc {
            flow_id: flow.into(),
            run_number: name,
            step_name: step.into(),
            user_name: made.user_name.clone(),
            ts_epoch: at / 1000,
            tags: rules::tags(&made.tags)?,
            system_tags: rules::tags(&made.system_tags)?,
        }))
    }

    fn task(
        &mut self,
        (flow, run): (&str, &str),
        step: &str,
        id: Option<&str>,
        made: &Given,
    ) -> Result<Recorded, Stop> {
        let place = self.run(flow, run)?;
        if !self.steps.contains(&(place, step.to_owned())) {
            let message = format!("no step `{flow}/{run}/{step}` was recorded here");
            return Err(Refusal::Unknown(message).into());
        }
        if let Some(id) = id {
            rules::chosen_task(id)?;
            if self.tasks.contains_key(&(place, step.to_owned(), id.to_owned())) {
                let message = format!("the task `{flow}/{run}/{step}/{id}` exists already");
                return Err(Refusal::Exists(message).into());
            }
        }
        let (name, at) = (StepName::new(step).map_err(corrupt)?, self.at);
        let run = &mut self.runs[place];
        let number = number(run, step, id.is_some());
        self.new.tasks.push(Made {
            run: run.id,
            number: i64::try_from(number).map_err(corrupt)?,
            step: step.to_owned(),
            name: id.map(str::to_owned),
            owner: made.user_name.clone(),
        });
        let told = id.map_or_else(|| number.to_string(), str::to_owned);
        let new = Task { number, step: step.to_owned(), heartbeat_at: None, ended: Vec::new() };
        self.tasks.insert((place, step.to_owned(), told), new);
        let task = TaskRef { step: name, task: TaskId(number), indices: Vec::new() };
        run.write(at, vec![Change::TaskStarted { task, attempt: 0, pid: 0, parents: Vec::new(), at }]);
        Ok(Recorded::Task(TaskDoc {
            flow_id: flow.into(),
            run_number: run.name.clone(),
            step_name: step.into(),
            task_id: id.map_or(Id::Number(number), |id| Id::Text(id.into())),
            user_name: made.user_name.clone(),
            ts_epoch: at / 1000,
            last_heartbeat_ts: None,
            tags: rules::tags(&made.tags)?,
            system_tags: rules::tags(&made.system_tags)?,
        }))
    }

    fn metadata(&mut self, path: &TaskPath, data: &[NewDatum]) -> Result<Recorded, Stop> {
        let (place, _) = self.known(path)?;
        let body = json(&DataBatch::of(data))?;
        let (id, at) = (self.ids(data.len())?, self.at);
        let Self { runs, tasks, new, .. } = self;
        let run = &mut runs[place];
        let Some(task) = tasks.get_mut(&(place, path.step.clone(), path.task.clone())) else {
            return Err(corrupt("a task that is not known any more").into());
        };
        let number = i64::try_from(task.number).map_err(corrupt)?;
        new.metadata.push(Body { run: run.id, task: number, attempt: 0, id, body });
        let facts = facts(data);
        let said = run.said(task, &facts, at)?;
        if said.began {
            new.began.push((run.id, number));
        }
        if let Some(indices) = facts.indices {
            new.placed.push((run.id, number, indices));
        }
        if let Some(origin) = facts.origin_run {
            if !run.has_origin {
                (run.has_origin, run.touched) = (true, true);
                new.origins.push((run.id, origin.clone()));
            }
            if let Some(task) = facts.origin_task.as_deref().and_then(given) {
                run.touched = true;
                new.copies.push(Copy { run: run.id, task: number, origin, origin_task: task });
            }
        }
        Ok(Recorded::Count(data.len()))
    }

    fn artifacts(&mut self, path: &TaskPath, artifacts: &[NewArtifact]) -> Result<Recorded, Stop> {
        let (place, task) = self.known(path)?;
        let number = i64::try_from(task.number).map_err(corrupt)?;
        let mut attempts: Vec<u32> = artifacts.iter().map(|artifact| artifact.attempt_id).collect();
        attempts.sort_unstable();
        attempts.dedup();
        for attempt in attempts {
            let of_attempt = artifacts.iter().filter(|artifact| artifact.attempt_id == attempt);
            let Some(batch) = ArtifactBatch::of(of_attempt) else { continue };
            let (body, id) = (json(&batch)?, self.ids(batch.items.len())?);
            let run = self.runs[place].id;
            self.new.artifacts.push(Body { run, task: number, attempt: i64::from(attempt), id, body });
        }
        if let (0, Some(first)) = (number, artifacts.first()) {
            let run = &mut self.runs[place];
            run.extend(|metaflow| rules::add_place(metaflow, first));
        }
        Ok(Recorded::Count(artifacts.len()))
    }

    fn task_beat(&mut self, path: &TaskPath) -> Result<Recorded, Stop> {
        let at = self.at;
        let (run, task) = self.known(path)?;
        if task.heartbeat_at.is_none_or(|heard| at - heard >= BEAT) {
            task.heartbeat_at = Some(at);
            let number = i64::try_from(task.number).map_err(corrupt)?;
            let row = self.runs[run].id;
            self.new.beats.push((row, number));
        }
        Ok(self.beat(run))
    }

    fn beat(&mut self, run: usize) -> Recorded {
        let (at, run) = (self.at, &mut self.runs[run]);
        if run.beat_at.is_none_or(|heard| heard <= at - BEAT) {
            (run.beat_at, run.dirty) = (Some(at), true);
            run.change(Change::Heartbeat { at });
        }
        Recorded::Beat
    }
}

/// The number of a new task. The first of `_parameters` has 0, as in a run of our own.
fn number(run: &mut Run, step: &str, named: bool) -> u64 {
    if step == PARAMETERS && !run.has_first {
        run.has_first = true;
        return 0;
    }
    run.dirty = true;
    if named {
        run.named_tasks += 1;
        FIRST_NAMED + run.named_tasks - 1
    } else {
        run.last_task += 1;
        run.last_task
    }
}

/// What data say that is not a change of the run.
struct Said {
    /// The first attempt is at work in its process.
    began: bool,
}

impl Run {
    fn change(&mut self, change: Change) {
        self.touched = true;
        self.changes.push(change);
    }

    /// Takes changes in. Whoever writes is alive, and a run in which a task begins is not over.
    fn write(&mut self, at: i64, changes: Vec<Change>) {
        let heard = self.running && at - self.heard_at >= BEAT;
        let again = self.failed && changes.iter().any(|change| matches!(change, Change::TaskStarted { .. }));
        for change in changes {
            if let Change::RunFinished { status, .. } = &change {
                (self.running, self.failed) = (false, *status == RunStatus::Failed);
            }
            self.change(change);
        }
        if again {
            self.changes.retain(|change| !matches!(change, Change::RunFinished { .. }));
            (self.running, self.failed, self.reopened) = (true, false, true);
        }
        if heard || again {
            self.heard_at = at;
            self.change(Change::Heartbeat { at });
        }
        self.touched = true;
    }

    /// What data about a task say.
    fn said(&mut self, task: &mut Task, facts: &Facts, at: i64) -> Result<Said, Stop> {
        let mut all = Vec::new();
        let reference = || -> Result<TaskRef, Trouble> {
            let step = StepName::new(&task.step).map_err(corrupt)?;
            Ok(TaskRef { step, task: TaskId(task.number), indices: Vec::new() })
        };
        let reference = reference()?;
        let mut began = false;
        match facts.began {
            // The first is known since the task was made, and begins when its process does.
            Some(0) => began = !task.ended.contains(&0),
            Some(attempt) => {
                task.ended.retain(|ended| *ended != i64::from(attempt));
                let (task, parents) = (reference.clone(), Vec::new());
                all.push(Change::TaskStarted { task, attempt, pid: 0, parents, at });
            }
            None => {}
        }
        if let Some(end) = facts.ended {
            self.ended(task, &reference, end, at, &mut all);
        }
        if let Some(attempt) = facts.done
            && !task.ended.contains(&i64::from(attempt))
        {
            self.ended(task, &reference, (attempt, true), at, &mut all);
        }
        if facts.ended.is_some_and(|(_, ok)| !ok) && !self.failing {
            (self.failing, self.dirty) = (true, true);
        }
        if task.number == 0 {
            self.about(facts, &mut all);
        }
        if !all.is_empty() || facts.indices.is_some() {
            self.write(at, all);
        }
        Ok(Said { began })
    }

    /// An attempt is over, and with the last step the run.
    fn ended(
        &self,
        task: &mut Task,
        reference: &TaskRef,
        (attempt, ok): (u32, bool),
        at: i64,
        all: &mut Vec<Change>,
    ) {
        task.ended.push(i64::from(attempt));
        all.push(Change::AttemptFinished {
            task: reference.clone(),
            attempt,
            status: if ok { TaskStatus::Done } else { TaskStatus::Failed },
            retrying: false,
            transition: None,
            manifest: None,
            failure: None,
            usage: Usage::default(),
            at,
        });
        if task.step == self.end_step {
            let status = if ok { RunStatus::Done } else { RunStatus::Failed };
            all.push(Change::RunFinished { status, at });
        }
    }

    /// What the first task tells of its run.
    fn about(&mut self, facts: &Facts, all: &mut Vec<Change>) {
        if let Some(step) = facts.end_step.as_ref().filter(|step| **step != self.end_step) {
            (self.end_step, self.dirty) = (step.clone(), true);
        }
        if let Some(script) = facts.about.get("script-name") {
            self.info.insert("script".to_owned(), script.clone());
            all.push(Change::Info { key: "script".to_owned(), value: script.clone() });
        }
        if !facts.about.is_empty() {
            self.extend(|metaflow| rules::add_facts(metaflow, facts));
        }
    }

    /// More is known of the run as one of Metaflow's.
    fn extend(&mut self, add: impl FnOnce(&mut Value)) {
        let mut value = self.info.get(METAFLOW).cloned().unwrap_or_else(|| json!({}));
        add(&mut value);
        self.info.insert(METAFLOW.to_owned(), value.clone());
        self.change(Change::Info { key: METAFLOW.to_owned(), value });
    }
}

fn json(value: &impl Serialize) -> Result<String, Trouble> {
    serde_json::to_string(value).map_err(corrupt)
}
