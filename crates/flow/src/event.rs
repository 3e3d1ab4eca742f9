//! What happened in a run, told once: to the terminal, the metadata writer, the server and the replay log alike.
//!
//! Times are microseconds since the Unix epoch, UTC.

use serde::{Deserialize, Serialize};

use crate::{FlowName, RunId, RunStatus, StepName, TaskId, TaskStatus};

/// A step's name, and where it is in the foreach frames round it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRef {
    /// The step.
    pub step: StepName,
    /// The task.
    pub task: TaskId,
    /// Foreach indices round it, outermost first; empty outside a foreach.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indices: Vec<u64>,
}

/// Which of the two streams of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogStream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Why an attempt failed, as shown to people and stored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Failure {
    /// Exception class (`ValueError`), or `killed`, `exit`, `transition`.
    pub kind: String,
    /// The message of the exception, or a sentence.
    pub message: String,
    /// File of the innermost frame of the user's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line in that file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The source line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Function of that frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// The traceback as Python prints it, our frames cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traceback: Option<String>,
    /// The signal that killed the process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
    /// The exit code of the process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
}

/// What an attempt cost: what the operating system says of its process, and the time that was not the step's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// CPU time in user and system mode, microseconds.
    pub cpu_us: u64,
    /// Peak resident memory, KiB.
    pub max_rss_kib: u64,
    /// From its start until the step's own code began, microseconds; 0 if that is not known.
    #[serde(skip_serializing_if = "is_zero")]
    pub starting_us: u64,
    /// From the end of the step's own code until it was over: saving, and leaving. 0 if that is not known.
    #[serde(skip_serializing_if = "is_zero")]
    pub saving_us: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Usage {
    /// With the time round the step's own code, which ran from `code.0` to `code.1` in an attempt from `attempt.0` to `attempt.1`:
    /// microseconds of one clock, by best one that is never set.
    #[must_use]
    pub fn round(self, code: Option<(i64, i64)>, (started, at): (i64, i64)) -> Self {
        let Some((began, ended)) = code else { return self };
        // A task may say what it likes.
        let began = began.clamp(started, at.max(started));
        let ended = ended.clamp(began, at.max(began));
        Self {
            starting_us: (began - started).unsigned_abs(),
            saving_us: (at - ended).max(0).unsigned_abs(),
            ..self
        }
    }
}

/// One thing that happened.
#[expect(clippy::large_enum_variant, reason = "there is one at a time, handed on by reference")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum RunEvent {
    /// The run exists and its first task is about to start.
    RunStarted {
        /// The flow.
        flow: FlowName,
        /// The run.
        run: RunId,
        /// The run it resumes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        origin: Option<RunId>,
        /// When.
        at: i64,
    },
    /// A process has taken up an attempt.
    TaskStarted {
        /// Which task.
        #[serde(flatten)]
        task: TaskRef,
        /// Which attempt, from 0.
        attempt: u32,
        /// The process.
        pid: i32,
        /// When.
        at: i64,
    },
    /// A finished task of the origin run was adopted by reference.
    TaskAdopted {
        /// Which task.
        #[serde(flatten)]
        task: TaskRef,
        /// The task of the origin run.
        origin: TaskId,
        /// When.
        at: i64,
    },
    /// A task wrote something. Bytes are as written; a chunk ends anywhere.
    Log {
        /// Which task.
        #[serde(flatten)]
        task: TaskRef,
        /// Which attempt.
        attempt: u32,
        /// Which stream.
        stream: LogStream,
        /// The bytes, as text where they are UTF-8, else with replacement characters.
        text: String,
        /// When it was read.
        at: i64,
    },
    /// An attempt is over.
    AttemptFinished {
        /// Which task.
        #[serde(flatten)]
        task: TaskRef,
        /// Which attempt.
        attempt: u32,
        /// How it ended.
        status: TaskStatus,
        /// Why, if it did not end well.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<Failure>,
        /// Another attempt will follow.
        retrying: bool,
        /// How many tasks it fanned out into, if it ended well and its step has a foreach.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        children: Option<u64>,
        /// How long it took, microseconds.
        duration_us: i64,
        /// What it cost.
        usage: Usage,
        /// When.
        at: i64,
    },
    /// Something the user should know, said once.
    Notice {
        /// One sentence.
        message: String,
        /// When.
        at: i64,
    },
    /// The run is over.
    RunFinished {
        /// How.
        status: RunStatus,
        /// How long it took, microseconds.
        duration_us: i64,
        /// When.
        at: i64,
    },
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn events_are_tagged_and_flat() {
        let task = TaskRef { step: StepName::new("train").unwrap(), task: TaskId(3), indices: vec![1, 0] };
        let event = RunEvent::AttemptFinished {
            task,
            attempt: 1,
            status: TaskStatus::Failed,
            failure: Some(Failure {
                kind: "ValueError".to_owned(),
                message: "no".to_owned(),
                ..Failure::default()
            }),
            retrying: true,
            children: None,
            duration_us: 12,
            usage: Usage { cpu_us: 5, max_rss_kib: 7, ..Usage::default() },
            at: 99,
        };
        let value = serde_json::to_value(&event).unwrap();
        let expected = json!({
            "event": "attempt_finished", "step": "train", "task": 3, "indices": [1, 0], "attempt": 1, "status": "failed",
            "failure": {"kind": "ValueError", "message": "no"}, "retrying": true, "duration_us": 12,
            "usage": {"cpu_us": 5, "max_rss_kib": 7}, "at": 99,
        });
        assert_eq!(value, expected);
        assert_eq!(serde_json::from_value::<RunEvent>(value).unwrap(), event);
    }

    #[test]
    fn the_time_round_the_code_is_never_more_than_the_attempts() {
        let round = |code, attempt| {
            let usage = Usage::default().round(code, attempt);
            (usage.starting_us, usage.saving_us)
        };
        assert_eq!(round(Some((110, 170)), (100, 200)), (10, 30));
        assert_eq!(round(Some((90, 250)), (100, 200)), (0, 0));
        assert_eq!(round(Some((300, 150)), (100, 200)), (100, 0));
        assert_eq!(round(Some((110, 120)), (100, 50)), (0, 0));
        assert_eq!(round(None, (100, 200)), (0, 0));
    }

    #[test]
    fn what_is_absent_is_not_written() {
        let task = TaskRef { step: StepName::new("start").unwrap(), task: TaskId(1), indices: Vec::new() };
        let event = RunEvent::TaskStarted { task, attempt: 0, pid: 7, at: 1 };
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(text, r#"{"event":"task_started","step":"start","task":1,"attempt":0,"pid":7,"at":1}"#);
        assert_eq!(serde_json::from_str::<RunEvent>(&text).unwrap(), event);
    }
}
