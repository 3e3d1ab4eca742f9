//! The live display, without the terminal: which lines scroll away for good, and which block is redrawn below them.

use std::collections::BTreeMap;

use spinloom_flow::event::{Failure, TaskRef};
use spinloom_flow::{RunEvent, TaskStatus};

use super::block;
use super::failure::headline;
use super::model::{Model, label};
use super::paint::{Paint, cut, fit};
use super::plan::Plan;
use super::time::duration;

/// A foreach step with more tasks than this gets one line, not one a task.
const MANY: u64 = 20;

/// Turns events into lines.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) model: Model,
    pub(crate) paint: Paint,
    /// Lines of finished foreach tasks, by step, shown when the outermost foreach closes. At most [`MANY`] each.
    held: BTreeMap<String, Vec<String>>,
    /// Log lines of wide foreach steps that were not shown.
    hidden: BTreeMap<String, u64>,
}

impl View {
    /// A view of a run of a flow with these steps.
    pub(crate) fn new(plan: Plan, paint: Paint) -> Self {
        Self { model: Model::new(plan), paint, held: BTreeMap::new(), hidden: BTreeMap::new() }
    }

    /// Lines that scroll away because of `event`.
    pub(crate) fn event(&mut self, event: &RunEvent, columns: usize) -> Vec<String> {
        let mut lines = Vec::new();
        if let RunEvent::TaskStarted { task, .. } | RunEvent::TaskAdopted { task, .. } = event
            && task.indices.is_empty()
        {
            self.release(&mut lines, columns);
        }
        self.model.apply(event);
        match event {
            RunEvent::RunStarted { .. } => lines.push(self.title()),
            RunEvent::TaskAdopted { task, .. } => {
                let origin = self.model.origin.as_deref().unwrap_or("the origin run");
                let line = self.line("↺", &label(task), "", &format!("cloned from {origin}"), columns);
                self.keep(task, line, &mut lines);
            }
            RunEvent::Log { task, text, .. } => self.log(task, text, &mut lines),
            RunEvent::AttemptFinished { task, status, failure, retrying, duration_us, .. } => {
                let end = End { status: *status, failure: failure.as_ref(), retrying: *retrying };
                self.finished(task, &end, *duration_us, &mut lines, columns);
            }
            RunEvent::Notice { message, .. } => {
                lines.push(format!("  {}: {message}", self.paint.warn("note")))
            }
            RunEvent::RunFinished { .. } => self.release(&mut lines, columns),
            RunEvent::TaskStarted { .. } => {}
        }
        lines
    }

    /// The block below the scrolled lines.
    pub(crate) fn block(&self, now: i64, columns: usize) -> Vec<String> {
        block::render(self, now, columns)
    }

    fn title(&self) -> String {
        let name = self.paint.bold(&format!("{}/{}", self.model.flow, self.model.run));
        match &self.model.origin {
            Some(origin) => format!("  {name} · resumes {}/{origin}", self.model.flow),
            None => format!("  {name}"),
        }
    }

    fn line(&self, mark: &str, label: &str, took: &str, detail: &str, columns: usize) -> String {
        let pad = (columns / 3).clamp(10, 28);
        let mark = match mark {
            "✓" => self.paint.good(mark),
            "✗" => self.paint.bad(mark),
            _ => self.paint.dim(mark),
        };
        let label = cut(label, pad);
        fit(format!("  {mark} {label:<pad$} {took:>7}   {detail}").trim_end(), columns)
    }

    /// Shows a finished foreach task later, anything else now.
    fn keep(&mut self, task: &TaskRef, line: String, lines: &mut Vec<String>) {
        if task.indices.is_empty() {
            lines.push(line);
            return;
        }
        let held = self.held.entry(task.step.to_string()).or_default();
        if (held.len() as u64) < MANY {
            held.push(line);
        }
    }

    fn log(&mut self, task: &TaskRef, text: &str, lines: &mut Vec<String>) {
        if self.many(task.step.as_str()) {
            *self.hidden.entry(task.step.to_string()).or_default() += text.lines().count() as u64;
            return;
        }
        let gutter = self.paint.dim(&format!("{} │", label(task)));
        lines.extend(text.lines().map(|line| format!("    {gutter} {line}")));
    }

    fn many(&self, step: &str) -> bool {
        self.model.count(step).is_some_and(|s| s.fanned_out) && self.model.total(step) > MANY
    }

    fn finished(
        &mut self,
        task: &TaskRef,
        end: &End<'_>,
        took: i64,
        lines: &mut Vec<String>,
        columns: usize,
    ) {
        let took = duration(took);
        if end.status == TaskStatus::Done {
            let line = self.line("✓", &label(task), &took, "", columns);
            self.keep(task, line, lines);
            return;
        }
        let step = self.model.count(task.step.as_str());
        if step.is_some_and(|s| s.failed + s.retried > MANY) {
            return; // counted in the step's own line
        }
        let (mark, why) = match end.failure {
            _ if end.status == TaskStatus::Stopped => ("■", "stopped".to_owned()),
            Some(failure) => ("✗", place_and_headline(failure)),
            None => ("✗", "failed".to_owned()),
        };
        let retry = if end.retrying { "retrying · " } else { "" };
        lines.push(self.line(mark, &label(task), &took, &format!("{retry}{why}"), columns));
    }

    /// Shows what was held back: each task of a small foreach, one line for a wide one.
    fn release(&mut self, lines: &mut Vec<String>, columns: usize) {
        let mut held = std::mem::take(&mut self.held);
        for (step, count) in &self.model.steps {
            let Some(tasks) = held.remove(step) else { continue };
            if !self.many(step) {
                lines.extend(tasks);
                continue;
            }
            let mark = if count.failed > 0 { "✗" } else { "✓" };
            let mut detail = format!("{} tasks", count.known);
            for (number, what) in
                [(count.failed, "failed"), (count.retried, "retried"), (count.adopted, "cloned")]
            {
                if number > 0 {
                    detail += &format!(", {number} {what}");
                }
            }
            if let Some(hidden) = self.hidden.remove(step) {
                detail += &format!(" · {hidden} log lines not shown");
            }
            lines.push(self.line(mark, step, &duration(count.last_at - count.first_at), &detail, columns));
        }
    }
}

/// How an attempt ended.
struct End<'a> {
    status: TaskStatus,
    failure: Option<&'a Failure>,
    retrying: bool,
}

/// `train.py:41 LinAlgError: singular matrix`.
pub(crate) fn place_and_headline(failure: &Failure) -> String {
    let headline = headline(failure);
    match (&failure.file, failure.line) {
        (Some(file), Some(line)) => {
            let file = file.rsplit('/').next().unwrap_or(file);
            format!("{file}:{line} {headline}")
        }
        _ => headline,
    }
}
