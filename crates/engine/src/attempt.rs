//! One attempt while it is being made, and what became of it.

use std::time::Instant;

use serde::Deserialize;
use serde_json::Value;
use spinloom_flow::TaskId;
use spinloom_flow::event::{Failure, LogStream, TaskRef, Usage};
use spinloom_flow::graph::StepIndex;
use tokio::task::AbortHandle;

use crate::clock::Moment;
use crate::scheduler::Next;

/// What a task said when it finished (see the task protocol).
#[derive(Debug, Deserialize)]
pub(crate) struct TaskResult {
    /// The step's code ended well.
    pub ok: bool,
    /// Where it goes.
    #[serde(default)]
    pub next: Option<Next>,
    /// Why it failed.
    #[serde(default)]
    pub failure: Option<Failure>,
}

/// How a process ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exit {
    pub status: i32,
    pub usage: Usage,
    pub at: Instant,
}

/// An attempt with a process.
#[derive(Debug)]
pub(crate) struct Running {
    pub task: TaskRef,
    pub step: StepIndex,
    pub attempt: u32,
    pub parents: Vec<TaskId>,
    pub began: Moment,
    /// The listener knows that it started.
    pub announced: bool,
    /// What it wrote before the zygote's word that it was forked.
    pub early: Vec<(LogStream, String)>,
    /// What it said, and its manifest record.
    pub result: Option<(Value, Vec<u8>)>,
    /// When the step's own code began and ended, in ticks.
    pub code: Option<(i64, i64)>,
    pub exit: Option<Exit>,
    /// Why no process could be made for it.
    pub refused: Option<Failure>,
    /// When it is killed, if it was asked to leave.
    pub doomed: Option<Instant>,
    /// Both of its streams are read to the end.
    pub closed: bool,
    /// Stops the reading of its streams.
    pub reader: AbortHandle,
}

/// Why an attempt failed, and what may help.
#[derive(Debug)]
pub(crate) struct Setback {
    pub failure: Failure,
    /// Another attempt may do better.
    pub retry: bool,
    /// The process ended without a word.
    pub died: bool,
}

/// Do not try again (RU-08).
const EXIT_NO_RETRY: i32 = 202;

/// Why there is no process: what `fork` said.
pub(crate) fn refused(errno: i32) -> Failure {
    let why = std::io::Error::from_raw_os_error(errno);
    Failure {
        kind: "fork".into(),
        message: format!("no process could be made for the task: {why}"),
        ..Failure::default()
    }
}

/// What became of a process that said nothing, or ended badly.
///
/// `oom` says that the kernel has lately killed something for want of memory.
pub(crate) fn died(status: i32, oom: bool) -> Setback {
    let signal = status & 0x7f;
    let code = (status >> 8) & 0xff;
    if signal != 0 {
        let failure = Failure {
            kind: "killed".into(),
            message: format!(
                "the task's process was killed by {}{}",
                signal_name(signal),
                signal_note(signal, oom)
            ),
            signal: Some(signal),
            ..Failure::default()
        };
        return Setback { failure, retry: true, died: true };
    }
    let failure = Failure {
        kind: "exit".into(),
        message: format!("the task's process left with exit code {code} before the step was over"),
        exit_code: Some(code),
        ..Failure::default()
    };
    Setback { failure, retry: code != EXIT_NO_RETRY, died: true }
}

fn signal_name(signal: i32) -> String {
    match signal {
        1 => "SIGHUP".into(),
        2 => "SIGINT".into(),
        4 => "SIGILL".into(),
        6 => "SIGABRT".into(),
        7 => "SIGBUS".into(),
        8 => "SIGFPE".into(),
        9 => "SIGKILL".into(),
        11 => "SIGSEGV".into(),
        15 => "SIGTERM".into(),
        other => format!("signal {other}"),
    }
}

fn signal_note(signal: i32, oom: bool) -> &'static str {
    match signal {
        9 if oom => ": the machine ran out of memory",
        9 => " (by hand, or by whoever limits what it may use)",
        11 => " (a segmentation fault in native code)",
        _ => "",
    }
}
