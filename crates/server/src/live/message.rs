//! What is said over a socket.

use axum::body::Bytes;
use axum::extract::ws::Message;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::runs::ListNews;
use crate::api::LogStreams;
use crate::api::cards::CardItem;
use crate::problem::Problem;

/// What a client says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Asked {
    /// It wants to know of something.
    Watch(Watch),
    /// It does not any more.
    Unwatch {
        /// What it called it.
        id: u32,
    },
    /// Is somebody there?
    Ping,
}

/// What a client wants to know of.
#[derive(Debug, Deserialize)]
pub(super) struct Watch {
    /// What it calls it.
    pub(super) id: u32,
    /// The last number of the change feed it has of it.
    pub(super) after: Option<u64>,
    /// What it is.
    #[serde(flatten)]
    pub(super) what: What,
}

/// What can be watched.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "view", rename_all = "snake_case")]
pub(super) enum What {
    /// The cards of a run, or of a task.
    Cards {
        /// The flow.
        flow: String,
        /// The run.
        run: String,
        /// Only of this task.
        task: Option<u64>,
        /// Of an earlier attempt than the latest.
        attempt: Option<u32>,
    },
    /// A run, with all its tasks.
    Run {
        /// The flow.
        flow: String,
        /// The run.
        run: String,
    },
    /// What an attempt writes.
    Log {
        /// The flow.
        flow: String,
        /// The run.
        run: String,
        /// The task.
        task: u64,
        /// Which attempt; the latest if none is named.
        attempt: Option<u32>,
        /// Which streams.
        #[serde(default)]
        stream: LogStreams,
        /// The first line; a negative number counts from the end.
        #[serde(default)]
        from: i64,
    },
    /// A list of runs.
    Runs {
        /// What it asks for.
        #[serde(default)]
        query: String,
    },
    /// A task.
    Task {
        /// The flow.
        flow: String,
        /// The run.
        run: String,
        /// The task.
        task: u64,
    },
}

/// What the server says.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Said<'a> {
    /// The first word.
    Hello {
        /// The version of the server.
        version: &'static str,
    },
    /// Cards that are new, or were made anew.
    Cards { id: u32, cards: &'a [CardItem] },
    /// How a run is.
    Run { id: u32, seq: u64, state: &'a RawValue },
    /// Lines of a log.
    Log { id: u32, log: &'a RawValue },
    /// Nothing more will be written.
    LogEnd { id: u32 },
    /// How a list of runs differs.
    Runs {
        id: u32,
        seq: u64,
        #[serde(flatten)]
        news: &'a ListNews,
    },
    /// How a task is.
    Task { id: u32, seq: u64, task: &'a RawValue },
    /// What was watched is no more.
    Gone { id: u32 },
    /// Something cannot be watched, or was not understood.
    Problem { id: Option<u32>, code: &'static str, title: &'a str, hints: &'a [String] },
    /// Somebody is there.
    Pong,
}

impl Said<'_> {
    /// As a message.
    pub(super) fn message(&self) -> Message {
        Message::Text(serde_json::to_string(self).unwrap_or_default().into())
    }
}

/// What is wrong, as a message.
pub(super) fn problem(id: Option<u32>, problem: &Problem) -> Message {
    let error = problem.error();
    Said::Problem { id, code: error.code().id(), title: error.message(), hints: error.hints() }.message()
}

/// Columns as a message: which watch they are for, then what `tasks.bin` answers, at a multiple of eight bytes.
pub(super) fn columns(id: u32, columns: &Bytes) -> Message {
    let mut bytes = Vec::with_capacity(8 + columns.len());
    bytes.extend_from_slice(&id.to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(columns);
    Message::Binary(bytes.into())
}
