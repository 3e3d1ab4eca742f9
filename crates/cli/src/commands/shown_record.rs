//! What `show` says of something recorded: a flow, a run, a step, a task, an artifact.

use jiff::tz::TimeZone;
use serde_json::json;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{ArtifactName, FlowName, TaskStatus};
use spinloom_metadata::{AttemptRecord, RunQuery, RunRecord, StepRecord, TaskRecord};

use super::shown::{
    artifact_lines, artifact_record, artifacts, mark, millis, record, table, task_mark, task_record,
};
use crate::context::{Context, Records};
use crate::reply::Reply;
use crate::terminal::paint::Paint;
use crate::terminal::time::{bytes, duration, minute, rfc3339};
use crate::terminal::{Failed, failure_block, headline};

/// The pseudo-step that holds parameters; no step of the user's.
const PARAMETERS: &str = "_parameters";
/// Failed tasks of a run drawn in full.
const DRAWN: usize = 3;
/// Runs of a flow shown.
const RUNS: usize = 10;

/// A flow: its latest runs.
pub(super) fn flow(records: &Records, flow: &FlowName, context: &Context<'_>) -> Result<Reply> {
    let runs = records.provider.runs(flow, &RunQuery { limit: RUNS, ..RunQuery::default() })?;
    let (paint, zone) = (context.output.out, TimeZone::system());
    let rows: Vec<Vec<String>> = runs
        .iter()
        .map(|run| {
            let took = run.finished_at.map(|end| duration(end - run.created_at)).unwrap_or_default();
            let name = format!("{} {flow}/{}", mark(run.status, paint), run.run);
            vec![name, run.status.to_string(), took, minute(run.created_at, &zone), run.user.clone()]
        })
        .collect();
    let more = context.commands.read("list", flow.as_str());
    let text = format!("{}\n{}  {}\n", paint.bold(flow.as_str()), table(&rows), paint.hint(&more));
    Ok(Reply::new(text, json!({"flow": flow, "runs": runs.iter().map(record).collect::<Vec<_>>()})))
}

/// A run: its steps, what failed, and what its last step saved.
pub(super) fn run(records: &Records, run: &RunRecord, context: &Context<'_>) -> Result<Reply> {
    let mut steps = records.provider.steps(&run.flow, &run.run)?;
    steps.retain(|step| step.step.as_str() != PARAMETERS);
    let failed = failed(records, run, &steps)?;
    let paint = context.output.out;
    let mut text = head(run, paint) + "\n" + &step_lines(&steps, paint);
    for task in failed.iter().take(DRAWN) {
        text += &format!("\n{}", drawn(run, task, context));
    }
    let last = match steps.last() {
        Some(step) if step.tasks == 1 => {
            records.provider.tasks(&run.flow, &run.run, Some(&step.step), None, 1)?.into_iter().next()
        }
        _ => None,
    };
    let saved = match &last {
        Some(task) => artifacts(records, task)?,
        None => Vec::new(),
    };
    if let Some(task) = last.filter(|_| !saved.is_empty()) {
        text += &format!("\n  artifacts of {}/{}\n{}", task.step, task.task, artifact_lines(&saved, paint));
    }
    text += &next(run, failed.first(), context);
    let steps: Vec<_> = steps.iter().map(step_record).collect();
    let failed: Vec<_> = failed.iter().map(|task| task_record(run, task)).collect();
    let saved: Vec<_> = saved.iter().map(artifact_record).collect();
    let data =
        json!({"run": record(run), "steps": steps, "failed": failed, "artifacts": saved, "info": run.info});
    Ok(Reply::new(text, data))
}

fn head(run: &RunRecord, paint: Paint) -> String {
    let name = format!("{}/{}", run.flow, run.run);
    let took =
        run.finished_at.map(|end| format!(" in {}", duration(end - run.created_at))).unwrap_or_default();
    let when = minute(run.created_at, &TimeZone::system());
    let mut text = format!("{} {}  {}{took}\n", mark(run.status, paint), paint.bold(&name), run.status);
    text += &format!("  {when} by {}\n", run.user);
    if let Some(origin) = &run.origin {
        text += &format!("  resumes {}/{origin}\n", run.flow);
    }
    if !run.tags.is_empty() {
        text += &format!("  tags: {}\n", run.tags.join(", "));
    }
    text
}

fn step_lines(steps: &[StepRecord], paint: Paint) -> String {
    let rows: Vec<Vec<String>> = steps
        .iter()
        .map(|step| {
            let state = if step.failed > 0 {
                paint.bad("✗")
            } else if step.running > 0 {
                paint.hint("●")
            } else {
                paint.good("✓")
            };
            let counts = [(step.running, "running"), (step.failed, "failed"), (step.adopted, "cloned")];
            let notes: Vec<String> =
                counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
            let tasks = if step.tasks == 1 { "1 task".to_owned() } else { format!("{} tasks", step.tasks) };
            let took = step.finished_at.map(|end| duration(end - step.created_at)).unwrap_or_default();
            vec![format!("  {state} {}", step.step), tasks, took, notes.join(", ")]
        })
        .collect();
    table(&rows)
}

fn step_record(step: &StepRecord) -> serde_json::Value {
    json!({
        "step": step.step, "tasks": step.tasks, "running": step.running, "done": step.done, "failed": step.failed,
        "cloned": step.adopted, "created_at": rfc3339(step.created_at), "finished_at": step.finished_at.map(rfc3339),
        "step_duration_ms": step.finished_at.map(|end| millis(end - step.created_at)),
    })
}

/// Failed tasks, found without reading the steps that have none.
fn failed(records: &Records, run: &RunRecord, steps: &[StepRecord]) -> Result<Vec<TaskRecord>> {
    let mut failed = Vec::new();
    for step in steps.iter().filter(|step| step.failed > 0) {
        let tasks = records.provider.tasks(&run.flow, &run.run, Some(&step.step), None, 0)?;
        failed.extend(tasks.into_iter().filter(|task| task.status == TaskStatus::Failed));
    }
    Ok(failed)
}

fn drawn(run: &RunRecord, task: &TaskRecord, context: &Context<'_>) -> String {
    let Some(failure) = &task.failure else { return String::new() };
    let pathspec = format!("{}/{}/{}/{}", run.flow, run.run, task.step, task.task);
    let failed = Failed { label: &label(task), pathspec: &pathspec, failure, cwd: context.settings.cwd() };
    failure_block(&failed, context.screen.columns, context.output.out)
}

fn label(task: &TaskRecord) -> String {
    if task.indices.is_empty() {
        return task.step.to_string();
    }
    let indices: Vec<String> = task.indices.iter().map(u64::to_string).collect();
    format!("{}[{}]", task.step, indices.join(","))
}

fn next(run: &RunRecord, failed: Option<&TaskRecord>, context: &Context<'_>) -> String {
    let name = format!("{}/{}", run.flow, run.run);
    let logs = match failed {
        Some(task) => format!("{name}/{}/{}", task.step, task.task),
        None => name,
    };
    format!("\n  {}\n", context.output.out.hint(&context.commands.read("logs", &logs)))
}

/// Tasks of a step.
pub(super) fn step(run: &RunRecord, tasks: &[TaskRecord], context: &Context<'_>) -> Reply {
    let paint = context.output.out;
    let rows: Vec<Vec<String>> = tasks
        .iter()
        .map(|task| {
            let name = format!(
                "{} {}/{}/{}/{}",
                task_mark(task.status, paint),
                run.flow,
                run.run,
                task.step,
                task.task
            );
            let took = task.finished_at.map(|end| duration(end - task.created_at)).unwrap_or_default();
            let indices: Vec<String> = task.indices.iter().map(u64::to_string).collect();
            let indices = if indices.is_empty() { String::new() } else { format!("[{}]", indices.join(",")) };
            let note = match (&task.failure, &task.origin) {
                (Some(failure), _) => headline(failure),
                (None, Some((run, _))) => format!("cloned from {run}"),
                (None, None) if task.attempt > 0 => format!("attempt {}", task.attempt),
                (None, None) => String::new(),
            };
            vec![name, indices, task.status.to_string(), took, note]
        })
        .collect();
    let data: Vec<_> = tasks.iter().map(|task| task_record(run, task)).collect();
    Reply::new(table(&rows), json!({"tasks": data}))
}

/// A task: its attempts, its artifacts, why it failed.
pub(super) fn task(
    records: &Records,
    run: &RunRecord,
    task: &TaskRecord,
    context: &Context<'_>,
) -> Result<Reply> {
    let attempts = records.provider.attempts(&run.flow, &run.run, task.task)?;
    let saved = artifacts(records, task)?;
    let paint = context.output.out;
    let name = format!("{}/{}/{}/{}", run.flow, run.run, task.step, task.task);
    let mut text = format!("{} {}  {}\n", task_mark(task.status, paint), paint.bold(&name), task.status);
    if let Some((origin, id)) = &task.origin {
        text += &format!("  cloned from {}/{origin}/{}/{id}\n", run.flow, task.step);
    }
    let parents: Vec<String> = task.parents.iter().map(ToString::to_string).collect();
    if !parents.is_empty() {
        text += &format!("  inputs from {}\n", parents.join(", "));
    }
    text += &table(&attempts.iter().map(|a| attempt_row(a, paint)).collect::<Vec<_>>());
    text += &drawn(run, task, context);
    if !saved.is_empty() {
        text += &format!("  artifacts\n{}", artifact_lines(&saved, paint));
    }
    text += &format!("\n  {}\n", paint.hint(&context.commands.read("logs", &name)));
    let attempts: Vec<_> = attempts.iter().map(attempt_record).collect();
    let saved: Vec<_> = saved.iter().map(artifact_record).collect();
    Ok(Reply::new(text, json!({"task": task_record(run, task), "attempts": attempts, "artifacts": saved})))
}

fn attempt_row(attempt: &AttemptRecord, paint: Paint) -> Vec<String> {
    let took = attempt.finished_at.map(|end| duration(end - attempt.started_at)).unwrap_or_default();
    let usage = attempt.usage;
    let cost = match attempt.finished_at {
        Some(_) => {
            format!("cpu {}, {}", duration(usage.cpu_us.cast_signed()), bytes(usage.max_rss_kib * 1024))
        }
        None => String::new(),
    };
    vec![
        format!("  {} attempt {}", task_mark(attempt.status, paint), attempt.attempt),
        attempt.status.to_string(),
        took,
        paint.dim(&cost),
        attempt.failure.as_ref().map(headline).unwrap_or_default(),
    ]
}

fn attempt_record(attempt: &AttemptRecord) -> serde_json::Value {
    json!({
        "attempt": attempt.attempt, "status": attempt.status, "pid": attempt.pid,
        "started_at": rfc3339(attempt.started_at), "finished_at": attempt.finished_at.map(rfc3339),
        "failure": attempt.failure, "cpu_ms": attempt.usage.cpu_us / 1000, "max_rss_kib": attempt.usage.max_rss_kib,
    })
}

/// One artifact, without its value: that is pickled, and only Python reads it.
pub(super) fn artifact(
    records: &Records,
    run: &RunRecord,
    task: &TaskRecord,
    name: &ArtifactName,
    context: &Context<'_>,
) -> Result<Reply> {
    let saved = artifacts(records, task)?;
    let place = format!("{}/{}/{}/{}", run.flow, run.run, task.step, task.task);
    let Some(entry) = saved.iter().find(|entry| entry.name == *name) else {
        return Err(Error::new(codes::NOT_FOUND, format!("`{place}` has no artifact `{name}`"))
            .suggest(name.as_str(), saved.iter().map(|e| e.name.as_str()))
            .hint(format!("see what it has with `{}`", context.commands.read("show", &place))));
    };
    let paint = context.output.out;
    let rows = [
        vec!["  type".to_owned(), entry.type_name.clone()],
        vec!["  size".to_owned(), bytes(entry.size)],
        vec!["  encoding".to_owned(), entry.encoding.clone()],
        vec!["  hash".to_owned(), entry.hash.to_string()],
    ];
    let text = format!("{}\n{}", paint.bold(&format!("{place}/{name}")), table(&rows));
    Ok(Reply::new(text, json!({"artifact": artifact_record(entry)})))
}
