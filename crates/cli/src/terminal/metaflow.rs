//! `--progress metaflow`: lines as Metaflow prints them, for scripts that read them (RU-10).
//!
//! One deliberate difference: indentation of the user's lines is kept (Metaflow strips it).

use jiff::tz::TimeZone;
use spinloom_flow::event::{Failure, TaskRef};
use spinloom_flow::{RunEvent, RunStatus, TaskStatus};

use super::model::Model;
use super::plan::Plan;
use super::progress::sentences;
use super::time::stamp;

/// Turns events into lines.
#[derive(Debug)]
pub(crate) struct Metaflow {
    model: Model,
    zone: TimeZone,
    /// Where the UI is, if the user has one.
    ui: Option<String>,
}

impl Metaflow {
    /// Prints times in `zone`, and a link to the run in the UI at the address `ui`.
    pub(crate) fn new(plan: Plan, zone: TimeZone, ui: Option<String>) -> Self {
        Self { model: Model::new(plan), zone, ui }
    }

    /// Adds the lines of one event to `out`.
    pub(crate) fn event(&mut self, event: &RunEvent, out: &mut String) {
        // The process of an attempt is forgotten when it ends, so its prefix is made first.
        let prefix = self.prefix(event);
        self.model.apply(event);
        if let RunEvent::Log { text, at, .. } = event {
            let head = format!("{} {prefix} ", stamp(*at, &self.zone));
            for line in text.lines() {
                out.extend([&head, line.trim_end(), "\n"]);
            }
            return;
        }
        let (at, texts) = self.describe(event, &prefix);
        self.put(at, &texts, out);
    }

    /// Adds what is at work at `at`.
    pub(crate) fn progress(&self, at: i64, out: &mut String) {
        self.put(at, &sentences(&self.model), out);
    }

    fn put(&self, at: i64, texts: &[String], out: &mut String) {
        let stamp = stamp(at, &self.zone);
        for text in texts {
            out.extend([&stamp, " ", text, "\n"]);
        }
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
                let link = match &self.ui {
                    Some(ui) => format!(", see it in the UI at {ui}/{}/{run}", self.model.flow),
                    None => ":".to_owned(),
                };
                let mut lines = vec![format!("Workflow starting (run-id {run}){link}")];
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
            RunEvent::Log { at, .. } => (*at, Vec::new()), // see `event`
            RunEvent::AttemptFinished { status: TaskStatus::Done, children, at, .. } => {
                let fan = children.map(|n| format!("{prefix} Foreach yields {n} child steps."));
                (*at, fan.into_iter().chain([format!("{prefix} Task finished successfully.")]).collect())
            }
            RunEvent::AttemptFinished { failure, at, .. } => {
                (*at, vec![format!("{prefix} {}", failed(failure.as_ref()))])
            }
            RunEvent::Notice { message, at } => (*at, vec![message.clone()]),
            RunEvent::RunFinished { status, at, .. } => (*at, vec![last_word(*status).to_owned()]),
        }
    }
}

/// How a task failed. What Python raised is in its log; how a process died is nowhere else.
fn failed(failure: Option<&Failure>) -> String {
    match failure {
        Some(failure) if failure.signal == Some(SIGSEGV) => {
            "Task failed with a segmentation fault.".to_owned()
        }
        Some(failure) if failure.signal.is_some() || failure.exit_code.is_some_and(|code| code != 0) => {
            format!("Task failed: {}.", failure.message)
        }
        _ => "Task failed.".to_owned(),
    }
}

const SIGSEGV: i32 = 11;

fn last_word(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Done => "Done!",
        RunStatus::Stopped => "Workflow interrupted.",
        _ => "Workflow failed.",
    }
}
