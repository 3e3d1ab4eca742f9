//! `--progress metaflow`: lines as Metaflow prints them, for scripts that read them (RU-10).
//!
//! One deliberate difference: indentation of the user's lines is kept (Metaflow strips it).

use jiff::tz::TimeZone;
use spinloom_flow::event::TaskRef;
use spinloom_flow::{RunEvent, RunStatus, TaskStatus};

use super::model::Model;
use super::time::stamp;

/// Turns events into lines.
#[derive(Debug)]
pub(crate) struct Metaflow {
    model: Model,
    zone: TimeZone,
}

impl Metaflow {
    /// Prints times in `zone`.
    pub(crate) fn new(zone: TimeZone) -> Self {
        Self { model: Model::default(), zone }
    }

    /// The lines of one event.
    pub(crate) fn event(&mut self, event: &RunEvent) -> Vec<String> {
        // The process of an attempt is forgotten when it ends, so its prefix is made first.
        let prefix = self.prefix(event);
        self.model.apply(event);
        let (at, texts) = self.describe(event, &prefix);
        let stamp = stamp(at, &self.zone);
        texts.into_iter().map(|text| format!("{stamp} {text}")).collect()
    }

    fn prefix(&self, event: &RunEvent) -> String {
        match event {
            RunEvent::TaskStarted { task, pid, .. } => self.task(task, Some(*pid)),
            RunEvent::TaskAdopted { task, .. } => self.task(task, None),
            RunEvent::Log { task, .. } | RunEvent::AttemptFinished { task, .. } => {
                self.task(task, self.model.running.get(&task.task.0).map(|r| r.pid))
            }
            _ => String::new(),
        }
    }

    fn task(&self, task: &TaskRef, pid: Option<i32>) -> String {
        let pid = pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default();
        format!("[{}/{}/{}{pid}]", self.model.run, task.step, task.task)
    }

    fn describe(&self, event: &RunEvent, prefix: &str) -> (i64, Vec<String>) {
        match event {
            RunEvent::RunStarted { run, origin, at, .. } => {
                let mut lines = vec![format!("Workflow starting (run-id {run}):")];
                lines.extend(origin.as_ref().map(|o| format!("Cloning {}/{o}", self.model.flow)));
                (*at, lines)
            }
            RunEvent::TaskStarted { attempt: 0, at, .. } => {
                (*at, vec![format!("{prefix} Task is starting.")])
            }
            RunEvent::TaskStarted { at, .. } => (*at, vec![format!("{prefix} Task is starting (retry).")]),
            RunEvent::TaskAdopted { task, origin, at } => {
                let run = self.model.origin.as_deref().unwrap_or_default();
                let from = format!("{run}/{}/{origin}", task.step);
                (*at, vec![format!("{prefix} Cloning previously run task {from}")])
            }
            RunEvent::Log { text, at, .. } => {
                (*at, text.lines().map(|line| format!("{prefix} {}", line.trim_end())).collect())
            }
            RunEvent::AttemptFinished { status: TaskStatus::Done, at, .. } => {
                (*at, vec![format!("{prefix} Task finished successfully.")])
            }
            RunEvent::AttemptFinished { at, .. } => (*at, vec![format!("{prefix} Task failed.")]),
            RunEvent::Notice { message, at } => (*at, vec![message.clone()]),
            RunEvent::RunFinished { status, at, .. } => (*at, vec![last_word(*status).to_owned()]),
        }
    }
}

fn last_word(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Done => "Done!",
        RunStatus::Stopped => "Workflow interrupted.",
        _ => "Workflow failed.",
    }
}
