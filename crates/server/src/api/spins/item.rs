//! One spin in an answer.

use serde::Serialize;
use serde_json::{Map, Value};
use spinloom_datastore::Datastore;
use spinloom_diagnostics::Result;
use spinloom_flow::{RunStatus, TaskId};
use spinloom_metadata::{AttemptRecord, Provider, RunRecord, TaskRecord};
use utoipa::ToSchema;

use super::changes::Sums;
use crate::api::run::FailureBody;
use crate::spins::Origin;

/// The number of the task of a spin: there is one.
pub(super) const TASK: TaskId = TaskId(1);

/// A spin that was kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Spin)]
pub(super) struct SpinItem {
    /// What it is called: the time it began, as a number.
    spin: String,
    /// The spin its session began with.
    session: String,
    /// `running`, `done`, `failed`, or `lost` if its process died.
    status: &'static str,
    /// Who spun.
    user: String,
    /// When it began.
    started_at: i64,
    /// When it ended.
    finished_at: Option<i64>,
    /// From its start until the step's own code began, microseconds; null if that is not known.
    starting_us: Option<u64>,
    /// From the end of the step's own code until it was over.
    saving_us: Option<u64>,
    /// The task it repeats, as a pathspec; null if the step had not run.
    origin: Option<String>,
    /// The run its inputs are from.
    origin_run: Option<String>,
    /// The tasks its inputs are from, as pathspecs: the first of them.
    inputs: Vec<String>,
    /// How many they are.
    input_count: usize,
    /// Where it is in the foreachs round it, outermost first.
    indices: Vec<u64>,
    /// Values that were given it with `--set`.
    #[schema(value_type = Object)]
    set: Map<String, Value>,
    /// The file of `--artifacts-module`.
    module: Option<String>,
    /// Why it failed.
    failure: Option<FailureBody>,
    /// The hash of the code it ran, if that was kept: equal code has equal hashes.
    code: Option<String>,
    /// How what it saved differs from what it repeats; null until it has saved, or if that cannot be read.
    changes: Option<Sums>,
}

/// What is recorded of a spin.
pub(super) struct Recorded {
    pub(super) run: RunRecord,
    pub(super) origin: Origin,
    pub(super) task: Option<TaskRecord>,
    attempt: Option<AttemptRecord>,
}

impl Recorded {
    /// Reads it.
    pub(super) fn read(provider: &dyn Provider, run: RunRecord) -> Result<Self> {
        let task = provider.task(&run.flow, &run.run, TASK)?;
        let attempt = provider.attempts(&run.flow, &run.run, TASK)?.pop();
        Ok(Self { origin: Origin::of(&run), run, task, attempt })
    }

    /// Whether it went well.
    pub(super) fn ok(&self) -> bool {
        self.run.status == RunStatus::Done
    }

    /// Where what it saved is.
    pub(super) fn manifest(&self) -> Option<&str> {
        self.task.as_ref()?.manifest.as_deref()
    }

    /// For an answer.
    pub(super) fn item(&self, session: &str, store: Option<&Datastore>, changes: Option<Sums>) -> SpinItem {
        let Self { run, origin, task, attempt } = self;
        let flow = &run.flow;
        let of = |step: &str, task: u64| origin.run.as_ref().map(|run| format!("{flow}/{run}/{step}/{task}"));
        let usage = attempt.as_ref().map(|attempt| attempt.usage).unwrap_or_default();
        let apart = usage.starting_us > 0 || usage.saving_us > 0;
        let failure = attempt.as_ref().and_then(|attempt| attempt.failure.clone());
        let code = run.info.get("code_package").and_then(|kept| kept.get("hash")).and_then(Value::as_str);
        SpinItem {
            spin: run.run.to_string(),
            session: session.to_owned(),
            status: status(run, store),
            user: run.user.clone(),
            started_at: attempt.as_ref().map_or(run.created_at, |attempt| attempt.started_at),
            finished_at: run.finished_at,
            starting_us: apart.then_some(usage.starting_us),
            saving_us: apart.then_some(usage.saving_us),
            origin: origin.task.and_then(|task| of(&origin.step, task)),
            origin_run: origin.run.as_ref().map(|run| format!("{flow}/{run}")),
            inputs: origin.inputs.iter().filter_map(|input| of(&input.step, input.task)).collect(),
            input_count: origin.input_count,
            indices: task.as_ref().map(|task| task.indices.clone()).unwrap_or_default(),
            set: origin.set.clone(),
            module: origin.module.clone(),
            failure: failure.map(FailureBody::from),
            code: code.map(str::to_owned),
            changes,
        }
    }
}

/// How a spin is. It beats no heart: the lock of its process says whether that lives.
fn status(run: &RunRecord, store: Option<&Datastore>) -> &'static str {
    match run.status {
        RunStatus::Running | RunStatus::Lost => {
            let lives = store.is_some_and(|store| store.is_driven(&run.flow, &run.run).unwrap_or(true));
            if lives { RunStatus::Running.as_str() } else { RunStatus::Lost.as_str() }
        }
        over => over.as_str(),
    }
}
