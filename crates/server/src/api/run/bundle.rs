//! Everything a page about a run begins with, in one answer.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::{Map, Value};
use spinloom_flow::RunStatus;
use spinloom_timeline::progress::{Progress, StepProgress};
use spinloom_timeline::stats::Counts;
use utoipa::ToSchema;

use super::place::{self, RunPath};
use super::why;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::views::{ShapeStep, View, now};

/// A run: what it is, its steps, and how far it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RunBundle {
    /// The flow.
    #[schema(example = "Training")]
    flow: String,
    /// The run.
    #[schema(example = "58")]
    run: String,
    /// Who started it.
    user: String,
    /// System tags, sorted.
    system_tags: Vec<String>,
    /// The run it resumes.
    origin: Option<String>,
    /// When it was made.
    created_at: i64,
    /// The revision of its code.
    code: Option<Revision>,
    /// What triggered it, one object for each event.
    trigger: Vec<Value>,
    /// The flow's docstring.
    doc: String,
    /// Everything else that was recorded of it: versions, host, process, script, command.
    #[schema(value_type = Object)]
    info: Map<String, Value>,
    /// The steps, each after all that lead to it.
    graph: Vec<ShapeStep>,
    /// The steps as nested lists: a split is followed by the list of its branches. Null if no flow graph was recorded.
    structure: Value,
    /// How it is now; the same comes over the socket whenever it changes.
    state: RunState,
}

/// How a run is now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RunState {
    /// It is so as of this number of the change feed.
    seq: u64,
    /// Its state: `running`, `done`, `failed`, `stopped` or `lost`.
    #[schema(value_type = String, example = "running")]
    status: RunStatus,
    /// Why, in one sentence.
    reason: String,
    /// User tags, sorted.
    tags: Vec<String>,
    /// When it ended.
    finished_at: Option<i64>,
    /// When its driver was last heard of.
    heartbeat_at: i64,
    /// How long it took, or has been taking, microseconds.
    duration_us: i64,
    /// Tasks in all, by state; those of no step of the flow's are left out.
    tasks: Totals,
    /// How far it is. Without a flow graph only what is over is known.
    progress: Progress,
    /// The steps that have tasks or will have some, by name.
    steps: BTreeMap<String, StepState>,
}

/// Tasks by state.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub(crate) struct Totals {
    /// Tasks made so far.
    tasks: u64,
    /// Tasks that wait for a worker.
    queued: u64,
    /// Tasks at work.
    running: u64,
    /// Tasks that ended well, adopted ones included.
    done: u64,
    /// Tasks that failed or were stopped.
    failed: u64,
    /// Tasks taken from the run that is resumed.
    adopted: u64,
    /// Tasks that needed more than one attempt.
    retried: u64,
}

/// How a step is now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct StepState {
    /// `waiting`, `queued`, `running`, `done`, `adopted`, `failed`; `skipped` if the run is over and never came to it.
    state: &'static str,
    /// Tasks it will have.
    expected: u64,
    /// `expected` may turn out otherwise.
    estimated: bool,
    /// Tasks that wait for a worker.
    queued: u64,
    /// Its tasks, counted.
    #[serde(flatten)]
    counts: Counts,
}

/// The revision of the code.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct Revision {
    /// The commit.
    revision: Option<String>,
    /// The branch.
    branch: Option<String>,
    /// Files differed from the commit.
    dirty: bool,
}

/// A run in one answer
///
/// What it is, the steps of its flow graph with how their tasks are, percentiles of how long they took, how far it is and when it
/// may be over. Its tasks are in `tasks.bin`.
#[utoipa::path(
    get, path = "/flows/{flow}/runs/{run}", tag = "run", params(RunPath),
    responses((status = 200, body = RunBundle), (status = 404, body = ProblemBody))
)]
pub(super) async fn bundle(
    State(app): State<App>,
    Path(path): Path<RunPath>,
) -> Result<Json<RunBundle>, Problem> {
    place::with(&app, &path.flow, &path.run, |_, view| Ok(Json(of(&view, now())))).await
}

fn of(view: &View, now: i64) -> RunBundle {
    let record = &view.record;
    let doc = view.shape.flow.as_ref().map(|flow| flow.doc.clone());
    RunBundle {
        flow: record.flow.to_string(),
        run: record.run.to_string(),
        user: record.user.clone(),
        system_tags: record.system_tags.clone(),
        origin: record.origin.as_ref().map(ToString::to_string),
        created_at: record.created_at,
        code: revision(&record.info),
        trigger: record.info.get("trigger").and_then(Value::as_array).cloned().unwrap_or_default(),
        doc: doc.unwrap_or_default(),
        info: record.info.clone(),
        graph: view.shape.steps.clone(),
        structure: view.shape.nested.clone(),
        state: state(view, now),
    }
}

fn revision(info: &Map<String, Value>) -> Option<Revision> {
    let git = info.get("git")?;
    let text = |key: &str| git.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(Revision {
        revision: text("revision"),
        branch: text("branch"),
        dirty: git.get("dirty").and_then(Value::as_bool).unwrap_or_default(),
    })
}

/// How a run is.
pub(crate) fn state(view: &View, now: i64) -> RunState {
    let record = &view.record;
    let progress = view.progress(now);
    let steps: BTreeMap<String, StepState> = view
        .shape
        .steps
        .iter()
        .map(|step| (step.step.clone(), step_state(view, &step.step, &progress)))
        .collect();
    let mut tasks = Totals { queued: progress.queued, ..Totals::default() };
    for step in steps.values() {
        tasks.tasks += step.counts.tasks;
        tasks.running += step.counts.running;
        tasks.done += step.counts.done;
        tasks.failed += step.counts.failed + step.counts.stopped;
        tasks.adopted += step.counts.adopted;
        tasks.retried += step.counts.retried;
    }
    RunState {
        seq: view.seq,
        status: record.status,
        reason: why::reason(view, &tasks.summary(), now),
        tags: record.tags.clone(),
        finished_at: record.finished_at,
        heartbeat_at: record.heartbeat_at,
        duration_us: (view.until(now) - record.created_at).max(0),
        tasks,
        progress,
        steps,
    }
}

impl Totals {
    /// What an explanation needs of them.
    fn summary(&self) -> why::Load {
        why::Load { running: self.running, queued: self.queued }
    }
}

fn step_state(view: &View, name: &str, progress: &Progress) -> StepState {
    let counts = view.counts_of(name).cloned().unwrap_or_default();
    let known: Option<&StepProgress> = progress.steps.iter().find(|step| step.step == name);
    let expected = known.map_or(counts.tasks, |step| step.expected);
    let queued = known.map_or(0, |step| step.queued);
    let open = view.record.status == RunStatus::Running;
    let state = match &counts {
        counts if counts.failed + counts.stopped > 0 => "failed",
        counts if counts.running > 0 => "running",
        _ if queued > 0 => "queued",
        counts if counts.tasks == 0 && open => "waiting",
        counts if counts.tasks == 0 => "skipped",
        counts if counts.tasks < expected && open => "running",
        counts if counts.adopted == counts.tasks => "adopted",
        _ => "done",
    };
    StepState { state, expected, estimated: known.is_some_and(|step| step.estimated), queued, counts }
}
