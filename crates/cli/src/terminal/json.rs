//! `--jsonl`: the events of a run, one JSON object a line; the final object of the command follows (dx § 4.3).
//!
//! Keys are snake case, times RFC 3339, durations milliseconds, ids text.

use serde_json::{Map, Value, json};
use spinloom_flow::event::TaskRef;
use spinloom_flow::{RunEvent, TaskStatus};

use super::time::rfc3339;

/// One event as a line, without the newline.
pub(crate) fn line(event: &RunEvent) -> String {
    let (name, at, mut fields) = describe(event);
    let mut out = Map::new();
    out.insert("event".to_owned(), name.into());
    out.insert("time".to_owned(), rfc3339(at).into());
    if let Some(fields) = fields.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
        out.append(fields);
    }
    Value::Object(out).to_string()
}

fn describe(event: &RunEvent) -> (&'static str, i64, Value) {
    match event {
        RunEvent::RunStarted { flow, run, origin, at } => (
            "run_started",
            *at,
            json!({"flow": flow, "run": run, "pathspec": format!("{flow}/{run}"), "origin_run": origin}),
        ),
        RunEvent::TaskStarted { task, attempt, pid, at } => {
            ("task_started", *at, with(task, json!({"attempt": attempt, "pid": pid})))
        }
        RunEvent::TaskAdopted { task, origin, at } => {
            ("task_cloned", *at, with(task, json!({"origin_task": origin.to_string()})))
        }
        RunEvent::Log { task, attempt, stream, text, at } => {
            ("log", *at, with(task, json!({"attempt": attempt, "stream": stream, "text": text})))
        }
        RunEvent::AttemptFinished {
            task,
            attempt,
            status,
            failure,
            retrying,
            children,
            duration_us,
            usage,
            at,
        } => {
            let name = match status {
                TaskStatus::Done => "task_finished",
                _ if *retrying => "retry",
                _ => "task_failed",
            };
            let fields = json!({
                "attempt": attempt, "status": status, "failure": failure, "children": children,
                "duration_ms": duration_us / 1000,
                "cpu_ms": usage.cpu_us / 1000, "max_rss_kib": usage.max_rss_kib,
            });
            (name, *at, with(task, fields))
        }
        RunEvent::Notice { message, at } => ("notice", *at, json!({"message": message})),
        RunEvent::RunFinished { status, duration_us, at } => {
            ("run_finished", *at, json!({"status": status, "duration_ms": duration_us / 1000}))
        }
    }
}

fn with(task: &TaskRef, mut fields: Value) -> Value {
    if let Some(map) = fields.as_object_mut() {
        map.insert("step".to_owned(), task.step.as_str().into());
        map.insert("task".to_owned(), task.task.to_string().into());
        if !task.indices.is_empty() {
            map.insert("indices".to_owned(), json!(task.indices));
        }
    }
    fields
}
