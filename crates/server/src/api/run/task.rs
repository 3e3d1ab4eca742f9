//! One task: everything its page needs but its logs.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use spinloom_diagnostics::Result;
use spinloom_flow::event::Failure;
use spinloom_flow::{TaskId, TaskStatus};
use spinloom_metadata::{AttemptRecord, Provider, TaskRecord};
use spinloom_timeline::{Task, stats};
use utoipa::ToSchema;

use super::place::{self, TaskPath};
use super::why::{self, Why};
use crate::api::artifacts::{Artifact, of_manifest};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::views::{View, now};

/// So many parents and so many children are named.
const NEIGHBOURS: usize = 100;

/// A task.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskDetail {
    /// The number of the change feed this is as of.
    seq: u64,
    /// Its pathspec.
    #[schema(example = "Training/58/train/3")]
    pathspec: String,
    /// Its step.
    step: String,
    /// Its number.
    task: u64,
    /// Its state: `running`, `done`, `failed` or `stopped`.
    #[schema(value_type = String, example = "done")]
    status: TaskStatus,
    /// When it was made.
    created_at: i64,
    /// When it was over.
    finished_at: Option<i64>,
    /// How long it waited after the last of its inputs was there, microseconds.
    waited_us: Option<i64>,
    /// The task it was taken from, if it was, as a pathspec.
    origin: Option<String>,
    /// Where it is in the foreachs round it, outermost first.
    foreach: Vec<Frame>,
    /// Where its artifacts are, as the store calls it.
    manifest: Option<String>,
    /// What its latest attempt saved or carried on, but for what begins with `_`; null if the store with it cannot be read here.
    artifacts: Option<Vec<Artifact>>,
    /// Its attempts in order.
    attempts: Vec<AttemptDetail>,
    /// Where its inputs are from.
    parents: Neighbours,
    /// What follows from it.
    children: Neighbours,
    /// How long tasks of its step took, to compare.
    usual: Option<stats::Spread>,
    /// Why it is as it is.
    why: Why,
    /// Commands to copy.
    commands: Vec<Command>,
}

/// A foreach round a task.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Frame {
    /// The step that fans out; none if that is not known.
    step: Option<String>,
    /// The artifact it fans out over.
    artifact: Option<String>,
    /// Which of its items, from 0.
    index: u64,
    /// What people call the item, if that has a short name.
    label: Option<String>,
}

/// An attempt of a task.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttemptDetail {
    /// From 0.
    attempt: u32,
    /// Its state.
    #[schema(value_type = String, example = "failed")]
    status: TaskStatus,
    /// Its process.
    pid: i32,
    /// When it started.
    started_at: i64,
    /// When it ended.
    finished_at: Option<i64>,
    /// How long it took, or has been taking, microseconds.
    duration_us: i64,
    /// CPU time, microseconds.
    cpu_us: u64,
    /// Peak resident memory, KiB.
    max_rss_kib: u64,
    /// From its start until the step's own code began, microseconds; null if that is not known.
    starting_us: Option<u64>,
    /// From the end of the step's own code until it was over: what it made is saved, its process leaves.
    saving_us: Option<u64>,
    /// Where its artifacts are, as the store calls it.
    manifest: Option<String>,
    /// Why it failed.
    failure: Option<FailureBody>,
}

/// Why an attempt failed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FailureBody {
    /// The class of the exception; `killed`, `exit` and the like if the process died.
    kind: String,
    /// Its message.
    message: String,
    /// File of the innermost frame of the user's.
    file: Option<String>,
    /// Line in that file.
    line: Option<u32>,
    /// The source line.
    source: Option<String>,
    /// Function of that frame.
    function: Option<String>,
    /// The traceback, as Python prints it.
    traceback: Option<String>,
    /// The signal that killed the process.
    signal: Option<i32>,
    /// The exit code of the process.
    exit_code: Option<i32>,
    /// The machine, or what limits the process, had no memory left.
    out_of_memory: bool,
}

impl From<Failure> for FailureBody {
    fn from(failure: Failure) -> Self {
        Self {
            out_of_memory: why::out_of_memory(&failure),
            kind: failure.kind,
            message: failure.message,
            file: failure.file,
            line: failure.line,
            source: failure.source,
            function: failure.function,
            traceback: failure.traceback,
            signal: failure.signal,
            exit_code: failure.exit_code,
        }
    }
}

/// Tasks before or after a task.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Neighbours {
    /// How many.
    total: u64,
    /// The first of them, 100 at most.
    tasks: Vec<Neighbour>,
}

/// A task before or after a task.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Neighbour {
    /// Its step.
    step: String,
    /// Its number.
    task: u64,
    /// Foreach indices round it.
    indices: Vec<u64>,
    /// Its state.
    #[schema(value_type = String, example = "done")]
    status: TaskStatus,
}

/// A command to copy.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Command {
    /// What it is for: `logs`, `show`, `spin`, `resume`, `python`; of a spin, `promote`, too.
    pub(crate) name: &'static str,
    /// The command.
    #[schema(example = "spinloom logs Training/58/train/3")]
    pub(crate) text: String,
}

/// A task
///
/// Its attempts with what they cost and why they failed, what it got its inputs from and what follows from it, its artifacts with
/// previews, why it is as it is, and commands to copy.
#[utoipa::path(
    get, path = "/flows/{flow}/runs/{run}/tasks/{task}", tag = "run", params(TaskPath),
    responses((status = 200, body = TaskDetail), (status = 404, body = ProblemBody))
)]
pub(super) async fn task(
    State(app): State<App>,
    Path(path): Path<TaskPath>,
) -> Result<Json<TaskDetail>, Problem> {
    let found = place::with(&app, &path.flow, &path.run, move |provider, view| {
        let id = path.task.parse::<TaskId>().map_err(|_| place::no_task(&view, &path.task))?;
        detail(provider, &view, id, now())
    });
    Ok(Json(with_artifacts(&app, found.await?).await))
}

/// The same with what it saved.
pub(crate) async fn with_artifacts(app: &App, found: TaskDetail) -> TaskDetail {
    let (shared, manifest) = (app.clone(), found.manifest.clone());
    let read = app.workers.answer(move |_| match manifest {
        Some(manifest) => of_manifest(&shared.files.store()?, Some(&manifest), false),
        None => Ok(Vec::new()),
    });
    // A task is told of even where its artifacts cannot be read.
    TaskDetail { artifacts: read.await.ok(), ..found }
}

/// Everything about a task but its artifacts.
///
/// # Errors
/// `SL0301` if there is none; those of reading.
pub(crate) fn detail(provider: &dyn Provider, view: &View, id: TaskId, now: i64) -> Result<TaskDetail> {
    let none = || place::no_task(view, &id.to_string());
    let task = view.task(id).ok_or_else(none)?;
    let run = &view.record;
    let record = provider.task(&run.flow, &run.run, id)?.ok_or_else(none)?;
    let attempts = provider.attempts(&run.flow, &run.run, id)?;
    let timeline = &view.tasks.timeline;
    let step = record.step.to_string();
    let ready = stats::ready(timeline, task);
    Ok(TaskDetail {
        seq: view.seq,
        pathspec: format!("{}/{}/{step}/{id}", run.flow, run.run),
        task: id.0,
        status: record.status,
        created_at: record.created_at,
        finished_at: record.finished_at.filter(|_| record.status != TaskStatus::Running),
        waited_us: ready.filter(|_| !task.adopted).map(|ready| (task.began() - ready).max(0)),
        origin: record.origin.as_ref().map(|(of, id)| format!("{}/{of}/{step}/{id}", run.flow)),
        foreach: frames(view, &step, task),
        parents: parents(view, task),
        children: children(view, task),
        usual: view.counts_of(&step).and_then(|counts| counts.durations),
        why: why::task(view, task, &attempts, now),
        commands: commands(view, &record),
        attempts: attempts.into_iter().map(|attempt| attempt_detail(attempt, now)).collect(),
        manifest: record.manifest,
        artifacts: None,
        step,
    })
}

fn attempt_detail(attempt: AttemptRecord, now: i64) -> AttemptDetail {
    let usage = attempt.usage;
    let apart = usage.starting_us > 0 || usage.saving_us > 0;
    AttemptDetail {
        attempt: attempt.attempt,
        status: attempt.status,
        pid: attempt.pid,
        started_at: attempt.started_at,
        finished_at: attempt.finished_at,
        duration_us: (attempt.finished_at.unwrap_or(now) - attempt.started_at).max(0),
        cpu_us: usage.cpu_us,
        max_rss_kib: usage.max_rss_kib,
        starting_us: apart.then_some(usage.starting_us),
        saving_us: apart.then_some(usage.saving_us),
        manifest: attempt.manifest,
        failure: attempt.failure.map(FailureBody::from),
    }
}

/// The foreachs round a task: of the steps open round its step, those that fan out over an artifact.
fn frames(view: &View, step: &str, task: &Task) -> Vec<Frame> {
    let known = view.shape.step(step);
    let splits = known.map(|step| step.split_parents.as_slice()).unwrap_or_default();
    let mut fans = splits.iter().filter_map(|split| {
        view.shape.step(split).filter(|split| matches!(split.kind, "foreach" | "parallel"))
    });
    let frame = |(level, index): (usize, &u64)| {
        let fan = fans.next();
        Frame {
            step: fan.map(|fan| fan.step.clone()),
            artifact: fan.and_then(|fan| fan.foreach.clone()),
            index: *index,
            label: view.tasks.timeline.label(task, level).map(str::to_owned),
        }
    };
    task.indices.iter().enumerate().map(frame).collect()
}

fn parents(view: &View, task: &Task) -> Neighbours {
    let named = task.parents.iter().take(NEIGHBOURS).filter_map(|id| view.task(id));
    Neighbours { total: task.parents.len(), tasks: named.map(|task| neighbour(view, task)).collect() }
}

fn children(view: &View, task: &Task) -> Neighbours {
    let mut found = Neighbours::default();
    // What follows has a greater number.
    let tasks = view.tasks.timeline.tasks();
    let from = view.tasks.timeline.place(task.id).map_or(0, |at| at + 1);
    for child in tasks[from..].iter().filter(|child| child.parents.contains(task.id)) {
        found.total += 1;
        if found.tasks.len() < NEIGHBOURS {
            found.tasks.push(neighbour(view, child));
        }
    }
    found
}

fn neighbour(view: &View, task: &Task) -> Neighbour {
    Neighbour {
        step: view.tasks.timeline.step_of(task).to_string(),
        task: task.id.0,
        indices: task.indices.to_vec(),
        status: task.status,
    }
}

fn commands(view: &View, record: &TaskRecord) -> Vec<Command> {
    let run = &view.record;
    let path = format!("{}/{}/{}/{}", run.flow, run.run, record.step, record.task);
    let script = why::script(view);
    let mut list = vec![
        Command { name: "logs", text: format!("spinloom logs {path}") },
        Command { name: "show", text: format!("spinloom show {path}") },
    ];
    if let Some(script) = script {
        let spin = format!("spinloom spin {script} {}/{}/{}", run.run, record.step, record.task);
        let resume = format!("spinloom resume {script} {} --origin-run-id {}", record.step, run.run);
        list.push(Command { name: "spin", text: spin });
        list.push(Command { name: "resume", text: resume });
    }
    list.push(Command {
        name: "python",
        text: format!("from spinloom import Task\ntask = Task(\"{path}\")"),
    });
    list
}
