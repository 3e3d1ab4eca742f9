//! Why a run or a task is as it is: in a sentence, and the facts behind it.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::Value;
use spinloom_diagnostics::Result;
use spinloom_flow::event::Failure;
use spinloom_flow::{RunStatus, TaskId, TaskStatus};
use spinloom_metadata::{AttemptRecord, Provider};
use spinloom_timeline::{Bar, Task, stats};
use utoipa::ToSchema;

use super::place::{self, RunPath, TaskPath};
use super::task::FailureBody;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::views::{View, now};

const SIGKILL: i32 = 9;

/// Why something is as it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Why {
    /// Its state.
    #[schema(example = "lost")]
    status: String,
    /// One sentence for people.
    #[schema(example = "its driver (process 4242 on `box`) has not been heard of for 3 min")]
    sentence: String,
    /// How long ago the driver of the run was last heard of, microseconds.
    heartbeat_age_us: i64,
    /// The last thing that happened.
    last_event: Option<LastEvent>,
    /// The machine the driver is or was on.
    host: Option<String>,
    /// The process: the driver's of a run, its own of a task.
    pid: Option<i64>,
    /// Tasks of the run at work.
    running: u64,
    /// Tasks of the run that wait for a worker.
    queued: u64,
    /// The task that has been at work for longest.
    longest: Option<Longest>,
    /// The task that failed first, as a pathspec.
    failed: Option<String>,
    /// What it failed with.
    failure: Option<FailureBody>,
}

/// The last thing that happened.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LastEvent {
    /// When.
    at: i64,
    /// `started`, or how an attempt ended: `done`, `failed`, `stopped`.
    what: &'static str,
    /// The task's step.
    step: String,
    /// The task.
    task: u64,
    /// Which attempt.
    attempt: u32,
}

/// A task at work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Longest {
    /// Its step.
    step: String,
    /// The task.
    task: u64,
    /// For how long, microseconds.
    took_us: i64,
    /// How long others of its step took, the median, microseconds.
    usual_us: Option<i64>,
}

/// How many tasks are at work and how many wait.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Load {
    pub(crate) running: u64,
    pub(crate) queued: u64,
}

/// Why a run is in its state
///
/// When its driver was last heard of, what happened last, what it waits for, what failed first and how: exit code, signal, memory.
#[utoipa::path(
    get, path = "/flows/{flow}/runs/{run}/why", tag = "run", params(RunPath),
    responses((status = 200, body = Why), (status = 404, body = ProblemBody))
)]
pub(super) async fn of_run(State(app): State<App>, Path(path): Path<RunPath>) -> Result<Json<Why>, Problem> {
    place::with(&app, &path.flow, &path.run, |provider, view| Ok(Json(run(provider, &view, now())?))).await
}

/// Why a task is in its state
///
/// Which attempt is at work, since when and where, or how the last ended: exit code, signal, memory.
#[utoipa::path(
    get, path = "/flows/{flow}/runs/{run}/tasks/{task}/why", tag = "run", params(TaskPath),
    responses((status = 200, body = Why), (status = 404, body = ProblemBody))
)]
pub(super) async fn of_task(
    State(app): State<App>,
    Path(path): Path<TaskPath>,
) -> Result<Json<Why>, Problem> {
    place::with(&app, &path.flow, &path.run, move |provider, view| {
        let none = || place::no_task(&view, &path.task);
        let id = path.task.parse::<TaskId>().map_err(|_| none())?;
        let found = view.task(id).ok_or_else(none)?;
        let attempts = provider.attempts(&view.record.flow, &view.record.run, id)?;
        Ok(Json(task(&view, found, &attempts, now())))
    })
    .await
}

fn run(provider: &dyn Provider, view: &View, now: i64) -> Result<Why> {
    let load = load(view, now);
    let record = &view.record;
    let failed = first_failed(view);
    let failure = match failed {
        Some((task, bar)) => {
            let attempts = provider.attempts(&record.flow, &record.run, task.id)?;
            attempts.into_iter().find(|a| a.attempt == bar.attempt).and_then(|a| a.failure)
        }
        None => None,
    };
    Ok(Why {
        status: record.status.to_string(),
        sentence: reason(view, &load, now),
        heartbeat_age_us: (now - record.heartbeat_at).max(0),
        last_event: last_event(view, view.tasks.timeline.tasks()),
        host: text(view, "host"),
        pid: record.info.get("pid").and_then(Value::as_i64),
        running: load.running,
        queued: load.queued,
        longest: longest(view, now),
        failed: failed.map(|(task, _)| pathspec(view, task)),
        failure: failure.map(FailureBody::from),
    })
}

/// Why a task is in its state.
pub(super) fn task(view: &View, task: &Task, attempts: &[AttemptRecord], now: i64) -> Why {
    let last = attempts.last();
    let failure = last.and_then(|attempt| attempt.failure.clone());
    let load = load(view, now);
    Why {
        status: task.status.to_string(),
        sentence: task_reason(view, task, last, now),
        heartbeat_age_us: (now - view.record.heartbeat_at).max(0),
        last_event: last_event(view, std::slice::from_ref(task)),
        host: text(view, "host"),
        pid: last.map(|attempt| i64::from(attempt.pid)).filter(|pid| *pid > 0),
        running: load.running,
        queued: load.queued,
        longest: None,
        failed: failure.is_some().then(|| pathspec(view, task)),
        failure: failure.map(FailureBody::from),
    }
}

/// Why a run is in its state, in a sentence.
pub(crate) fn reason(view: &View, load: &Load, now: i64) -> String {
    let record = &view.record;
    match record.status {
        RunStatus::Running => waiting(load),
        RunStatus::Done => "its last step finished".to_owned(),
        RunStatus::Stopped => "it was stopped from outside: Ctrl-C, or a signal to its driver".to_owned(),
        RunStatus::Lost => {
            let silent = spoken(now - record.heartbeat_at);
            let driver = driver(view);
            format!(
                "its driver{driver} has not been heard of for {silent}: it was killed, or its machine is gone"
            )
        }
        RunStatus::Failed => match first_failed(view) {
            Some((task, bar)) => {
                format!("{} failed{}", name(view, task), with_what(view, bar))
            }
            None => "it could not go on, though no task of it failed".to_owned(),
        },
    }
}

fn waiting(load: &Load) -> String {
    let tasks = |n: u64| if n == 1 { "1 task".to_owned() } else { format!("{n} tasks") };
    match (load.running, load.queued) {
        (0, 0) => "it is between two tasks".to_owned(),
        (0, queued) => format!("{} wait{} to be started", tasks(queued), if queued == 1 { "s" } else { "" }),
        (running, 0) => format!("{} at work", tasks(running)),
        (running, queued) => format!("{} at work, {queued} waiting for a free worker", tasks(running)),
    }
}

fn task_reason(view: &View, task: &Task, last: Option<&AttemptRecord>, now: i64) -> String {
    let attempts = task.bars.len();
    let count =
        || if attempts == 1 { "its only attempt".to_owned() } else { format!("all its {attempts} attempts") };
    match (task.status, last) {
        (TaskStatus::Done, _) if task.adopted => "it was taken from the run that this one resumes".to_owned(),
        (TaskStatus::Done, _) if attempts > 1 => format!("it ended well, at attempt {attempts}"),
        (TaskStatus::Done, _) => "it ended well".to_owned(),
        (TaskStatus::Stopped, _) => {
            "it was stopped: the user asked for it, or a task it belongs with failed".to_owned()
        }
        (TaskStatus::Failed, Some(AttemptRecord { failure: Some(failure), .. })) => {
            format!("{} failed, with {}", count(), said(failure))
        }
        (TaskStatus::Failed, _) => format!("{} failed", count()),
        (TaskStatus::Running, _) if view.record.status != RunStatus::Running => {
            format!("it was at work when the driver of the run ended{}; nobody goes on with it", driver(view))
        }
        (TaskStatus::Running, Some(attempt)) => match (attempt.finished_at, &attempt.failure) {
            (Some(at), failure) => {
                let why =
                    failure.as_ref().map(|failure| format!(", with {}", said(failure))).unwrap_or_default();
                let ago = spoken(now - at);
                format!("attempt {} failed {ago} ago{why}; the next one is to start", attempt.attempt + 1)
            }
            (None, _) => at_work(view, task, attempt, now),
        },
        (TaskStatus::Running, None) => "it is about to start".to_owned(),
    }
}

fn at_work(view: &View, task: &Task, attempt: &AttemptRecord, now: i64) -> String {
    let took = now - attempt.started_at;
    let step = view.tasks.timeline.step_of(task).as_str();
    let usual = view.counts_of(step).and_then(|counts| counts.durations);
    let compared = match usual {
        Some(usual) if took > usual.p95 => {
            format!(", longer than nearly all others of its step, which take {}", spoken(usual.p50))
        }
        Some(usual) => format!("; others of its step take {}", spoken(usual.p50)),
        None => String::new(),
    };
    let process = if attempt.pid > 0 { format!(" in process {}", attempt.pid) } else { String::new() };
    format!("attempt {} has been at work for {}{process}{compared}", attempt.attempt + 1, spoken(took))
}

/// The failure as one says it: `ValueError: no`, or what became of its process.
fn said(failure: &Failure) -> String {
    let first = failure.message.lines().next().unwrap_or_default();
    match (failure.signal, failure.exit_code) {
        (None, None) if first.is_empty() => format!("`{}`", failure.kind),
        (None, None) => format!("`{}: {first}`", failure.kind),
        _ => format!("this: {first}"),
    }
}

/// Whether want of memory ended an attempt.
pub(super) fn out_of_memory(failure: &Failure) -> bool {
    failure.kind == "MemoryError"
        || failure.signal == Some(SIGKILL) && failure.message.contains("out of memory")
}

/// The task whose failure came first.
fn first_failed(view: &View) -> Option<(&Task, &Bar)> {
    let failed = view.tasks.timeline.tasks().iter().filter(|task| task.status == TaskStatus::Failed);
    let first = failed.min_by_key(|task| (task.finished_at, task.id))?;
    Some((first, first.bars.last()?))
}

fn with_what(view: &View, bar: &Bar) -> String {
    let Some(group) = bar.failure.and_then(|id| view.tasks.timeline.groups().get(id)) else {
        return String::new();
    };
    let message = group.message.lines().next().unwrap_or_default();
    match (group.signal, group.exit_code) {
        (None, None) if message.is_empty() => format!(" with `{}`", group.kind),
        (None, None) => format!(" with `{}: {message}`", group.kind),
        (Some(signal), _) => format!(": its process was killed by signal {signal}"),
        (_, Some(code)) => format!(": its process left with exit code {code}"),
    }
}

fn load(view: &View, now: i64) -> Load {
    let running = view.shape.steps.iter().filter_map(|step| view.counts_of(&step.step));
    Load { running: running.map(|counts| counts.running).sum(), queued: view.progress(now).queued }
}

fn longest(view: &View, now: i64) -> Option<Longest> {
    let timeline = &view.tasks.timeline;
    let at_work = timeline.tasks().iter().filter(|task| task.status == TaskStatus::Running);
    let oldest = at_work
        .filter(|task| !task.bars.is_empty())
        .min_by_key(|task| task.bars.last().map_or(i64::MAX, |bar| bar.started_at))?;
    let step = timeline.step_of(oldest).to_string();
    Some(Longest {
        usual_us: view.counts_of(&step).and_then(|counts| counts.durations).map(|spread| spread.p50),
        took_us: stats::taken(oldest, now)?,
        task: oldest.id.0,
        step,
    })
}

fn last_event(view: &View, tasks: &[Task]) -> Option<LastEvent> {
    let bars = tasks.iter().flat_map(|task| task.bars.iter().map(move |bar| (task, bar)));
    let (task, bar) = bars.max_by_key(|(_, bar)| bar.finished_at.unwrap_or(bar.started_at))?;
    Some(LastEvent {
        at: bar.finished_at.unwrap_or(bar.started_at),
        what: if bar.finished_at.is_some() { bar.status.as_str() } else { "started" },
        step: view.tasks.timeline.step_of(task).to_string(),
        task: task.id.0,
        attempt: bar.attempt,
    })
}

fn driver(view: &View) -> String {
    let pid = view.record.info.get("pid").and_then(Value::as_i64);
    match (pid, text(view, "host")) {
        (Some(pid), Some(host)) => format!(" (process {pid} on `{host}`)"),
        (Some(pid), None) => format!(" (process {pid})"),
        (None, Some(host)) => format!(" (on `{host}`)"),
        (None, None) => String::new(),
    }
}

fn text(view: &View, key: &str) -> Option<String> {
    view.record.info.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// The flow's file as commands name it.
pub(super) fn script(view: &View) -> Option<String> {
    text(view, "script").or_else(|| text(view, "file")).filter(|script| !script.is_empty())
}

fn name(view: &View, task: &Task) -> String {
    format!("`{}/{}`", view.tasks.timeline.step_of(task), task.id)
}

fn pathspec(view: &View, task: &Task) -> String {
    let record = &view.record;
    format!("{}/{}/{}/{}", record.flow, record.run, view.tasks.timeline.step_of(task), task.id)
}

/// A time as one says it: `40 ms`, `3.2 s`, `5 min`, `2 h 10 min`, `3 d 4 h`.
fn spoken(us: i64) -> String {
    let us = us.max(0);
    let (ms, s) = (us / 1000, us / 1_000_000);
    match s {
        0 => format!("{ms} ms"),
        1..60 => format!("{:.1} s", us as f64 / 1e6),
        60..3600 => format!("{} min", s / 60),
        3600..86_400 => format!("{} h {} min", s / 3600, s % 3600 / 60),
        _ => format!("{} d {} h", s / 86_400, s % 86_400 / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_in_two_units_at_most() {
        let times = [0, 40_000, 3_240_000, 300_000_000, 7_800_000_000, 275_000_000_000];
        assert_eq!(times.map(spoken), ["0 ms", "40 ms", "3.2 s", "5 min", "2 h 10 min", "3 d 4 h"]);
    }

    #[test]
    fn what_waits_is_counted() {
        let say = |running, queued| waiting(&Load { running, queued });
        assert_eq!(say(0, 0), "it is between two tasks");
        assert_eq!(say(0, 1), "1 task waits to be started");
        assert_eq!(say(1, 0), "1 task at work");
        assert_eq!(say(8, 42), "8 tasks at work, 42 waiting for a free worker");
    }
}
