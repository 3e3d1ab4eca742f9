//! What a run ends with: one line that says what happened, the failures, and the commands to type next.

use std::path::Path;

use spinloom_engine::RunOutcome;
use spinloom_flow::event::TaskRef;
use spinloom_flow::{FlowName, RunStatus};

use super::failure::{self, Failed};
use super::model::label;
use super::paint::Paint;
use super::time::duration;

/// Failures drawn in full; the others are counted.
const SHOWN: usize = 5;

/// What the end of a run is told with.
#[derive(Debug)]
pub(crate) struct Summary<'a> {
    /// The flow.
    pub(crate) flow: &'a FlowName,
    /// How it ended.
    pub(crate) outcome: &'a RunOutcome,
    /// Attempts tried again.
    pub(crate) retried: u64,
    /// How commands are typed here.
    pub(crate) commands: &'a Commands,
    /// The working directory.
    pub(crate) cwd: &'a Path,
}

/// How commands are typed on this surface.
#[derive(Debug, Clone)]
pub(crate) struct Commands {
    /// `spinloom` or `python flow.py`.
    pub(crate) program: String,
    /// The flow file, where the command line wants it after the command.
    pub(crate) script: Option<String>,
}

impl Commands {
    /// A command that looks at something recorded.
    pub(crate) fn read(&self, command: &str, pathspec: &str) -> String {
        format!("{} {command} {pathspec}", self.program)
    }

    /// A command that needs the flow.
    pub(crate) fn flow(&self, command: &str, rest: &str) -> String {
        match &self.script {
            Some(script) => format!("{} {command} {script} {rest}", self.program).trim_end().to_owned(),
            None => format!("{} {command} {rest}", self.program).trim_end().to_owned(),
        }
    }
}

impl Summary<'_> {
    fn run(&self) -> String {
        format!("{}/{}", self.flow, self.outcome.run)
    }

    fn task(&self, task: &TaskRef) -> String {
        format!("{}/{}/{}", self.run(), task.step, task.task)
    }

    /// The line alone.
    pub(crate) fn line(&self, paint: Paint) -> String {
        let mark = match self.outcome.status {
            RunStatus::Done => paint.good("✓"),
            RunStatus::Stopped => paint.warn("■"),
            _ => paint.bad("✗"),
        };
        let how = match self.outcome.status {
            RunStatus::Done => String::new(),
            status => format!(" {status}"),
        };
        let mut counts = format!(
            "{} {}, {} failed",
            self.outcome.tasks,
            tasks(self.outcome.tasks),
            self.outcome.failed.len()
        );
        if self.retried > 0 {
            counts += &format!(", {} retried", self.retried);
        }
        if self.outcome.adopted > 0 {
            counts += &format!(" · {} cloned", self.outcome.adopted);
        }
        if let Some(halt) = &self.outcome.halt {
            counts += &format!(" · as asked by `{halt}`");
        }
        let took = duration(self.outcome.duration_us);
        format!("{mark} {}{how} in {took}  {counts}", paint.bold(&self.run()))
    }

    /// Everything, ending with a newline.
    pub(crate) fn render(&self, columns: usize, paint: Paint) -> String {
        let mut text = String::new();
        for (task, _, why) in self.outcome.failed.iter().take(SHOWN) {
            let failed =
                Failed { label: &label(task), pathspec: &self.task(task), failure: why, cwd: self.cwd };
            text += &failure::block(&failed, columns, paint);
            text.push('\n');
        }
        let more = self.outcome.failed.len().saturating_sub(SHOWN);
        if more > 0 {
            text += &format!("  … and {more} more failed {}\n\n", tasks(more as u64));
        }
        text += &self.line(paint);
        text.push('\n');
        for (what, command) in self.next() {
            text += &format!("  {what:<9} {}\n", paint.hint(&command));
        }
        text
    }

    /// The commands to type next, with what each is for.
    pub(crate) fn next(&self) -> Vec<(&'static str, String)> {
        let run = self.run();
        let show = ("see it", self.commands.read("show", &run));
        if self.outcome.status == RunStatus::Done {
            return vec![show, ("its logs", self.commands.read("logs", &run))];
        }
        let mut next = Vec::new();
        if let Some((task, _, _)) = self.outcome.failed.first() {
            next.push(("logs", self.commands.read("logs", &self.task(task))));
        } else {
            next.push(show);
        }
        next.push(("go on", self.commands.flow("resume", &format!("--origin-run-id {}", self.outcome.run))));
        next
    }
}

fn tasks(count: u64) -> &'static str {
    if count == 1 { "task" } else { "tasks" }
}
