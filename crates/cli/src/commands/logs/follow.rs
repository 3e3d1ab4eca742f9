//! `logs --follow`: what tasks write, as they write it, until what was asked for is over.

use std::os::fd::AsFd as _;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use serde_json::{Value, json};
use spinloom_datastore::LogReader;
use spinloom_diagnostics::{ExitCode, Result, ResultExt as _, codes};
use spinloom_flow::{Pathspec, RunId, RunStatus, TaskId, TaskStatus};
use spinloom_metadata::{RunRecord, TaskRecord};

use super::lines::{Assembly, Filter, Line, Printer};
use super::show::line_data;
use super::{is_parameters, writer};
use crate::context::{Context, Records};
use crate::reply::{Answer, Output, Reply};
use crate::target;

/// How often to look for more, milliseconds.
const PAUSE_MS: u16 = 100;

/// What to follow.
pub(super) struct Asked {
    pub(super) records: Records,
    pub(super) spec: Pathspec,
    pub(super) run: RunRecord,
    pub(super) filter: Filter,
}

/// One task whose log is not read to its end yet.
struct Task {
    record: TaskRecord,
    /// The run its log is in: the origin's, if it was adopted.
    run: RunId,
    attempt: u32,
    log: LogReader,
    lines: Assembly,
    /// Only the first lines shown are cut to `--tail`.
    begun: bool,
}

/// Follows, until it is over or the user has seen enough.
pub(super) fn run(asked: &Asked, printer: &mut Printer, context: &Context<'_>) -> Answer {
    let signals = Signals::block()?;
    let mut screen = Screen { asked, printer, output: context.output, last: None, ragged: false };
    let mut tasks: Vec<Task> = Vec::new();
    let mut newest = None;
    loop {
        // Asked before anything is read, so that nothing written before the end is missed.
        let over = asked.is_over()?;
        for record in asked.started(newest, over)? {
            newest = newest.max(Some(record.task));
            tasks.push(asked.open(record)?);
        }
        let mut open = Vec::new();
        for mut task in tasks {
            match asked.advance(&mut task, over, &mut screen) {
                Ok(Some(Still::Open)) => open.push(task),
                Ok(Some(Still::Closed)) => {}
                Ok(None) => return Ok(Reply { silent: true, ..Reply::default() }), // nobody reads on
                Err(error) => return Err(error.into()),
            }
        }
        tasks = open;
        if over {
            return Ok(Reply::new("", json!({"pathspec": asked.spec.to_string()})));
        }
        if signals.wait(PAUSE_MS)? {
            let error = json!({"code": codes::INTERRUPTED.id(), "message": "following was interrupted"});
            return Ok(Reply { failed: Some((ExitCode::Interrupted, error)), ..Reply::default() });
        }
    }
}

enum Still {
    Open,
    Closed,
}

impl Asked {
    /// Nothing more will be written.
    fn is_over(&self) -> Result<bool> {
        let (flow, run) = (&self.run.flow, &self.run.run);
        let run_over =
            self.records.provider.run(flow, run)?.is_none_or(|run| run.status != RunStatus::Running);
        match self.spec.task {
            Some(task) if !run_over => {
                let record = self.records.provider.task(flow, run, task)?;
                Ok(record.is_some_and(|task| task.status != TaskStatus::Running))
            }
            _ => Ok(run_over),
        }
    }

    /// Tasks that have begun since `newest`.
    fn started(&self, newest: Option<TaskId>, over: bool) -> Result<Vec<TaskRecord>> {
        let (flow, run) = (&self.run.flow, &self.run.run);
        if newest.is_none() && (over || self.spec.task.is_some() || !self.may_come()?) {
            return target::tasks(&self.records, &self.spec);
        }
        if self.spec.task.is_some() {
            return Ok(Vec::new());
        }
        self.records.provider.tasks(flow, run, self.spec.step.as_ref(), newest, 0)
    }

    /// The step that is asked for exists, though none of its tasks may have begun.
    fn may_come(&self) -> Result<bool> {
        let Some(step) = &self.spec.step else { return Ok(true) };
        let graph = self.records.provider.graph(&self.run.flow, &self.run.run)?;
        let graph: Value = graph.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let steps = graph["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(steps.iter().any(|s| s["name"] == step.as_str()))
    }

    fn open(&self, record: TaskRecord) -> Result<Task> {
        let (run, written) = writer(&self.records, &self.run, &record)?;
        let attempt = written.attempt;
        let log = self.records.files.log_reader(&self.run.flow, &run, written.task, attempt);
        Ok(Task { record, run, attempt, log, lines: Assembly::default(), begun: false })
    }

    /// Shows what a task has written since. `None` when nobody reads on.
    fn advance(&self, task: &mut Task, over: bool, screen: &mut Screen<'_>) -> Result<Option<Still>> {
        if is_parameters(&task.record) {
            return Ok(Some(Still::Closed));
        }
        if task.record.status == TaskStatus::Running {
            let now = self.records.provider.task(&self.run.flow, &self.run.run, task.record.task)?;
            task.record = now.unwrap_or_else(|| task.record.clone());
        }
        loop {
            task.lines.add(task.log.read()?);
            let later = task.record.origin.is_none() && task.record.attempt > task.attempt;
            let ended = later || over || task.record.status != TaskStatus::Running;
            let mut lines = if ended { task.lines.take() } else { task.lines.take_whole() };
            if later || task.begun {
                self.filter.without_tail(&mut lines);
            } else {
                self.filter.keep(&mut lines);
            }
            task.begun |= !lines.is_empty();
            if !lines.is_empty() && screen.show(task, &lines).is_err() {
                return Ok(None);
            }
            if !later {
                return Ok(Some(if ended { Still::Closed } else { Still::Open }));
            }
            task.attempt += 1;
            task.log =
                self.records.files.log_reader(&self.run.flow, &task.run, task.record.task, task.attempt);
        }
    }
}

/// Where lines go.
struct Screen<'a> {
    asked: &'a Asked,
    printer: &'a mut Printer,
    output: Output,
    /// The task and attempt shown last.
    last: Option<(TaskId, u32)>,
    /// What was shown last lacks its newline.
    ragged: bool,
}

impl Screen<'_> {
    fn show(&mut self, task: &Task, lines: &[Line]) -> std::io::Result<()> {
        let record = &task.record;
        if self.output.json {
            let text: String = lines.iter().map(|line| event(task, line) + "\n").collect();
            return self.output.bytes(text.as_bytes());
        }
        let source = (record.task, task.attempt);
        if self.last.replace(source) != Some(source) && (self.asked.spec.task.is_none() || task.attempt > 0) {
            let attempt =
                if task.attempt > 0 { format!(", attempt {}", task.attempt) } else { String::new() };
            let run = &self.asked.run;
            let name = format!("── {}/{}/{}/{}{attempt}", run.flow, run.run, record.step, record.task);
            self.output.remark(&format!("{}\n", self.output.err.dim(&name)));
        }
        let mut bytes = self.printer.print(lines);
        if self.ragged {
            bytes.insert(0, b'\n'); // what others write begins a line of its own
        }
        self.ragged = !bytes.ends_with(b"\n");
        self.output.bytes(&bytes)
    }
}

/// A line as an event of `--jsonl`.
fn event(task: &Task, line: &Line) -> String {
    let mut event = json!({
        "event": "log", "step": task.record.step, "task": task.record.task.to_string(), "attempt": task.attempt,
    });
    if let (Some(event), Value::Object(line)) = (event.as_object_mut(), line_data(line)) {
        event.extend(line);
    }
    event.to_string()
}

/// Ctrl-C and `kill`, waited for. Python's own handlers would not get their turn while we wait.
struct Signals(SignalFd, SigSet);

impl Signals {
    fn block() -> Result<Self> {
        let set: SigSet = [Signal::SIGINT, Signal::SIGTERM].into_iter().collect();
        let cannot = || "cannot hear signals".to_owned();
        set.thread_block().or_error(codes::INTERNAL, cannot)?;
        let heard = SignalFd::with_flags(&set, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK);
        Ok(Self(heard.or_error(codes::INTERNAL, cannot)?, set))
    }

    /// Waits; says whether a signal came.
    fn wait(&self, milliseconds: u16) -> Result<bool> {
        let mut watched = [PollFd::new(self.0.as_fd(), PollFlags::POLLIN)];
        let ready = poll(&mut watched, PollTimeout::from(milliseconds)).unwrap_or(0); // interrupted: look again
        let heard = ready > 0 && matches!(self.0.read_signal(), Ok(Some(_)));
        Ok(heard)
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        let _unblocked = self.1.thread_unblock();
    }
}
