//! `--progress plain`: one line for each event, each with its time since the run began. For CI and files.

use spinloom_flow::event::TaskRef;
use spinloom_flow::{RunEvent, TaskStatus};

use super::model::Model;
use super::plan::Plan;
use super::progress::sentences;
use super::time::duration;
use super::view::place_and_headline;

/// Turns events into lines.
#[derive(Debug, Default)]
pub(crate) struct Plain {
    model: Model,
    name: String,
    origin: String,
}

/// `train/4`, `train/4 [3]`.
fn name(task: &TaskRef) -> String {
    if task.indices.is_empty() {
        return format!("{}/{}", task.step, task.task);
    }
    let indices: Vec<String> = task.indices.iter().map(u64::to_string).collect();
    format!("{}/{} [{}]", task.step, task.task, indices.join(","))
}

impl Plain {
    /// Of a flow with this plan.
    pub(crate) fn new(plan: Plan) -> Self {
        Self { model: Model::new(plan), ..Self::default() }
    }

    /// Adds the lines of one event to `out`.
    pub(crate) fn event(&mut self, event: &RunEvent, out: &mut String) {
        self.model.apply(event);
        if let RunEvent::RunStarted { flow, run, origin, .. } = event {
            self.name = format!("{flow}/{run}");
            self.origin = origin.as_ref().map(|o| format!("{flow}/{o}")).unwrap_or_default();
        }
        if let RunEvent::Log { task, text, at, .. } = event {
            let head = format!("{}{} │ ", self.since(*at), name(task));
            for line in text.lines() {
                out.extend([&head, line, "\n"]);
            }
            return;
        }
        let (at, texts) = self.describe(event);
        self.put(at, &texts, out);
    }

    /// Adds what is at work at `at`.
    pub(crate) fn progress(&self, at: i64, out: &mut String) {
        self.put(at, &sentences(&self.model), out);
    }

    fn put(&self, at: i64, texts: &[String], out: &mut String) {
        let since = self.since(at);
        for text in texts {
            out.extend([&since, text.as_str(), "\n"]);
        }
    }

    fn since(&self, at: i64) -> String {
        // Zero while waiting for a run that another process drives.
        let began = if self.model.started_at == 0 { at } else { self.model.started_at };
        format!("{:>8}  ", duration(at - began))
    }

    fn describe(&self, event: &RunEvent) -> (i64, Vec<String>) {
        match event {
            RunEvent::RunStarted { at, .. } if self.origin.is_empty() => {
                (*at, vec![format!("{} started", self.name)])
            }
            RunEvent::RunStarted { at, .. } => {
                (*at, vec![format!("{} started, resuming {}", self.name, self.origin)])
            }
            RunEvent::TaskStarted { task, attempt: 0, pid, at } => {
                (*at, vec![format!("{} started (pid {pid})", name(task))])
            }
            RunEvent::TaskStarted { task, attempt, pid, at } => {
                (*at, vec![format!("{} started again, attempt {attempt} (pid {pid})", name(task))])
            }
            RunEvent::TaskAdopted { task, origin, at } => {
                (*at, vec![format!("{} cloned from {}/{}/{origin}", name(task), self.origin, task.step)])
            }
            RunEvent::Log { at, .. } => (*at, Vec::new()), // see `event`
            RunEvent::AttemptFinished {
                task, status, failure, retrying, children, duration_us, at, ..
            } => {
                let took = duration(*duration_us);
                let name = name(task);
                let retry = if *retrying { ", retrying" } else { "" };
                let text = match (status, failure) {
                    (TaskStatus::Done, _) => match children {
                        Some(n) => format!("{name} done in {took}, fans out into {n}"),
                        None => format!("{name} done in {took}"),
                    },
                    (TaskStatus::Stopped, _) => format!("{name} stopped after {took}"),
                    (_, Some(f)) => format!("{name} failed after {took}: {}{retry}", place_and_headline(f)),
                    (_, None) => format!("{name} failed after {took}{retry}"),
                };
                (*at, vec![text])
            }
            RunEvent::Notice { message, at } => (*at, vec![format!("note: {message}")]),
            RunEvent::RunFinished { status, at, .. } => (*at, vec![format!("{} {status}", self.name)]),
        }
    }
}
