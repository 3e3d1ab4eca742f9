//! `--persist`: what a spun task saved, as a run in a store of its own (RE-14).

use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;

use serde_json::{Map, Value, json};
use spinloom_datastore::{AttemptId, AttemptWriter, Datastore, DriverLock, ManifestRef, Pack};
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_flow::event::{Failure, TaskRef, Usage};
use spinloom_flow::{RunStatus, StepName, TaskId, TaskStatus};
use spinloom_metadata::{Change, NewRun, Provider as _, SqliteProvider};

use super::Placed;
use crate::PackageRequest;
use crate::attempt::TaskResult;
use crate::clock::{Moment, now};
use crate::start::PARAMETERS_STEP;

/// Inputs that are named of a join, at most.
const INPUTS: usize = 50;

/// What was given to a spin beside its inputs, to be kept with it.
#[derive(Debug, Default)]
pub struct Given {
    /// Other values of artifacts.
    pub set: Map<String, Value>,
    /// The file with more of them.
    pub module: Option<String>,
    /// The code it runs.
    pub package: Option<PackageRequest>,
}

/// A spin whose outcome is kept.
pub struct Kept {
    provider: SqliteProvider,
    store: Datastore,
    pack: Pack,
    base: ManifestRef,
    task: TaskRef,
    spec: spinloom_compute::TaskSpec,
    began: Moment,
    /// The thread that packs the code, and what it then has to say.
    code: Option<(JoinHandle<Result<()>>, Receiver<Change>)>,
    /// Held until it is over.
    _lock: Option<DriverLock>,
}

impl Kept {
    /// Makes the run, with the parameters of the one it starts from, and a task that is running.
    ///
    /// # Errors
    /// A store that cannot be read or written.
    pub fn begin(
        root: &Path,
        placed: &Placed,
        from: &Datastore,
        graph: String,
        info: Map<String, Value>,
        given: Given,
    ) -> Result<Self> {
        let spec = placed.spec.clone();
        let store = Datastore::open(root)?;
        let mut provider = SqliteProvider::open(&root.join("metadata.db"))?;
        let mut info = info;
        let of = placed.recorded.as_ref().map(|record| record.task);
        let inputs: Vec<Value> = spec
            .inputs
            .iter()
            .take(INPUTS)
            .map(|input| json!({"step": input.step, "task": input.task}))
            .collect();
        info.insert(
            "spin".to_owned(),
            json!({
                "run": spec.origin_run, "step": spec.step, "task": of, "inputs": inputs,
                "input_count": spec.inputs.len(), "set": given.set, "module": given.module,
            }),
        );
        provider.create_run(&NewRun {
            flow: spec.flow.clone(),
            id: Some(spec.run.clone()),
            user: spec.user.clone(),
            tags: Vec::new(),
            system_tags: vec![format!("user:{}", spec.user), "spin".to_owned()],
            origin: spec.origin_run.clone(),
            graph,
            info,
            at: now(),
        })?;
        let lock = store.lock_driver(&spec.flow, &spec.run).ok().flatten();
        let mut pack = store.pack(&spec.flow, &spec.run)?;
        let base = pack.append(&parameters(&store, from, &spec)?)?;
        let indices = spec.frames.iter().map(|frame| frame.index).collect();
        let task = TaskRef { step: spec.step.clone(), task: spec.task, indices };
        // Beside the step: a spin is not to wait for it.
        let code = given.package.and_then(|request| {
            let (changes, said) = channel();
            let of = (spec.flow.clone(), spec.run.clone());
            let thread = crate::package::keep(store.clone(), of, request, Some(changes)).ok()?;
            Some((thread, said))
        });
        let mut kept =
            Self { provider, store, pack, base, task, spec, began: Moment::now(), code, _lock: lock };
        kept.write_begun()?;
        Ok(kept)
    }

    /// Where the task saves.
    pub fn store(&self) -> &Datastore {
        &self.store
    }

    /// The parameters, in that store.
    pub fn base(&self) -> &ManifestRef {
        &self.base
    }

    /// Ends the run. `record` is the manifest, `result` what the task said of itself (see the task protocol).
    ///
    /// # Errors
    /// A store that cannot be written, a result that cannot be read.
    pub fn finish(mut self, record: &[u8], result: Value) -> Result<()> {
        let code = serde_json::from_value(result["code"].clone()).unwrap_or_default();
        let result: TaskResult = serde_json::from_value(result)
            .or_error(codes::INTERNAL, || "cannot read a task's result".into())?;
        let manifest = self.pack.append(record)?;
        let (status, run) = match result.ok {
            true => (TaskStatus::Done, RunStatus::Done),
            false => (TaskStatus::Failed, RunStatus::Failed),
        };
        let transition = result.next.and_then(|next| serde_json::to_value(next).ok());
        let mut finished =
            self.finished(self.task.clone(), status, Some(manifest), transition, result.failure);
        if let Change::AttemptFinished { usage, at, .. } = &mut finished {
            let ended = self.began.until_now();
            *at = ended.at;
            *usage = usage.round(code, (self.began.ticks, ended.ticks));
        }
        self.end(finished, run)
    }

    /// Ends the run of a task that could not be run, or not be kept.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub fn abandon(mut self, why: &Error) -> Result<()> {
        let failure =
            Failure { kind: why.code().id().into(), message: why.to_string(), ..Failure::default() };
        let finished = self.finished(self.task.clone(), TaskStatus::Failed, None, None, Some(failure));
        self.end(finished, RunStatus::Failed)
    }

    /// Writes the last of it. Code that could not be packed is not there to be compared, and that is all.
    fn end(&mut self, finished: Change, status: RunStatus) -> Result<()> {
        let mut changes = vec![finished, Change::RunFinished { status, at: now() }];
        if let Some((thread, said)) = self.code.take() {
            let _ = thread.join();
            changes.extend(said.try_iter());
        }
        self.write(&changes)
    }

    fn write_begun(&mut self) -> Result<()> {
        let parameters =
            TaskRef { step: StepName::new(PARAMETERS_STEP)?, task: TaskId(0), indices: Vec::new() };
        let base = Some(self.base.clone());
        let changes = [
            started(parameters.clone(), Vec::new()),
            self.finished(parameters, TaskStatus::Done, base, None, None),
            started(self.task.clone(), vec![TaskId(0)]),
        ];
        self.write(&changes)
    }

    fn finished(
        &self,
        task: TaskRef,
        status: TaskStatus,
        manifest: Option<ManifestRef>,
        transition: Option<Value>,
        failure: Option<Failure>,
    ) -> Change {
        let manifest = manifest.map(|at| at.to_string());
        let usage = Usage::default();
        Change::AttemptFinished {
            task,
            attempt: 0,
            status,
            retrying: false,
            transition,
            manifest,
            failure,
            usage,
            at: now(),
        }
    }

    fn write(&mut self, changes: &[Change]) -> Result<()> {
        self.provider.write(&self.spec.flow, &self.spec.run, changes)
    }
}

fn started(task: TaskRef, parents: Vec<TaskId>) -> Change {
    let pid = i32::try_from(std::process::id()).unwrap_or(0);
    Change::TaskStarted { task, attempt: 0, pid, parents, at: now() }
}

/// The manifest of the parameters, as the store of spins has it: it refers to nothing outside.
fn parameters(store: &Datastore, from: &Datastore, spec: &spinloom_compute::TaskSpec) -> Result<Vec<u8>> {
    let id = AttemptId {
        flow: spec.flow.clone(),
        run: spec.run.clone(),
        step: StepName::new(PARAMETERS_STEP)?,
        task: TaskId(0),
        attempt: 0,
    };
    let mut writer = AttemptWriter::new(store.clone(), id, None);
    if let Some(base) = &spec.base {
        let manifest = from.manifest(base)?;
        for entry in &manifest.artifacts {
            writer.import(from, &manifest, entry)?;
        }
    }
    writer.finish()
}
