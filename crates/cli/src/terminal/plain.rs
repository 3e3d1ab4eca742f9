//! `--progress plain`: one line for each event, each with its time since the run began. For CI and files.

use spinloom_flow::event::TaskRef;
use spinloom_flow::{RunEvent, TaskStatus};

use super::time::duration;
use super::view::place_and_headline;

/// Turns events into lines.
#[derive(Debug, Default)]
pub(crate) struct Plain {
    began: i64,
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
    /// The lines of one event.
    pub(crate) fn event(&mut self, event: &RunEvent) -> Vec<String> {
        if let RunEvent::RunStarted { flow, run, origin, at } = event {
            self.began = *at;
            self.name = format!("{flow}/{run}");
            self.origin = origin.as_ref().map(|o| format!("{flow}/{o}")).unwrap_or_default();
        }
        let (at, texts) = self.describe(event);
        if self.began == 0 {
            self.began = at; // waiting for a run that another process drives
        }
        let since = duration(at - self.began);
        texts.into_iter().map(|text| format!("{since:>8}  {text}")).collect()
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
            RunEvent::Log { task, text, at, .. } => {
                (*at, text.lines().map(|line| format!("{} │ {line}", name(task))).collect())
            }
            RunEvent::AttemptFinished { task, status, failure, retrying, duration_us, at, .. } => {
                let took = duration(*duration_us);
                let name = name(task);
                let retry = if *retrying { ", retrying" } else { "" };
                let text = match (status, failure) {
                    (TaskStatus::Done, _) => format!("{name} done in {took}"),
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
