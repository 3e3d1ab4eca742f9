//! Pages of a log, by line.

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use spinloom_datastore::{LogExtent, LogFile, LogLine};
use spinloom_diagnostics::Result;
use spinloom_flow::TaskStatus;
use spinloom_flow::event::LogStream;
use utoipa::{IntoParams, ToSchema};

use super::tail;
use crate::api::place::{self, AttemptPlace, Words};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};

/// Lines of a page, unless another number is asked for.
const COUNT: u64 = 1000;
/// Lines of a page, at most.
pub(crate) const MOST: u64 = 10_000;
/// How long one request may wait, seconds.
const WAIT: f64 = 60.0;

/// Which streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LogStreams)]
pub(crate) enum Streams {
    /// Both, in the order in which lines began.
    #[default]
    Both,
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

impl Streams {
    /// The one stream, if it is one.
    pub(crate) fn one(self) -> Option<LogStream> {
        match self {
            Self::Both => None,
            Self::Stdout => Some(LogStream::Stdout),
            Self::Stderr => Some(LogStream::Stderr),
        }
    }
}

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Which streams: `both`, `stdout` or `stderr`. Lines are numbered within what is asked for.
    #[serde(default)]
    stream: Streams,
    /// The first line, from 0; a negative number counts from the end.
    #[serde(default)]
    from: i64,
    /// How many lines, at most 10,000.
    count: Option<u64>,
    /// Instead of `from`: the last line that is known, when waiting for more; -1 if none is.
    after: Option<i64>,
    /// With `after`: `bytes` of the answer before. Without it, lines that have no end yet are not waited for.
    seen: Option<u64>,
    /// With `after`: how many seconds to wait for more, at most 60.
    #[serde(default)]
    wait: f64,
}

/// One line of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = LogLine)]
pub(crate) struct Line {
    /// Its number, from 0.
    pub(crate) line: u64,
    /// When it began, microseconds since the epoch.
    pub(crate) at: i64,
    /// Which stream: `stdout` or `stderr`.
    #[schema(value_type = String)]
    pub(crate) stream: LogStream,
    /// What a terminal shows of it; escape sequences are as written, bytes that are no UTF-8 are replaced.
    pub(crate) text: String,
    /// How many times it was overwritten, as progress bars do.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) overwritten: u64,
    /// It is longer than what is shown.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) cut: bool,
    /// It has no end yet, and may come again.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) open: bool,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl From<LogLine> for Line {
    fn from(line: LogLine) -> Self {
        let text = String::from_utf8(line.text)
            .unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
        Self {
            line: line.number,
            at: line.at,
            stream: line.stream,
            text,
            overwritten: line.overwritten,
            cut: line.cut,
            open: line.open,
        }
    }
}

/// Some lines of a log.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LogLines)]
pub(crate) struct Lines {
    /// The lines, in order.
    pub(crate) lines: Vec<Line>,
    /// How many lines there are.
    pub(crate) total: u64,
    /// How many bytes were written.
    pub(crate) bytes: u64,
    /// Whether `total` is all of it: a very large log is read bit by bit, further with each request.
    pub(crate) complete: bool,
    /// Whether the attempt is over, and nothing more will come.
    pub(crate) ended: bool,
    /// Where in its file the log is damaged; nothing after that is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) damaged_at: Option<u64>,
    /// The run whose attempt wrote it: of an adopted task, the origin.
    #[schema(value_type = String)]
    pub(crate) run: spinloom_flow::RunId,
    /// The task that wrote it.
    #[schema(value_type = u64)]
    pub(crate) task: spinloom_flow::TaskId,
    /// Its attempt.
    pub(crate) attempt: u32,
}

impl Lines {
    /// Of an attempt that wrote nothing.
    pub(crate) fn none(of: &AttemptPlace, ended: bool) -> Self {
        let extent = LogExtent { lines: 0, bytes: 0, complete: true, damaged_at: None };
        Self::new(of, ended, extent, Vec::new())
    }

    fn new(of: &AttemptPlace, ended: bool, extent: LogExtent, lines: Vec<LogLine>) -> Self {
        Self {
            lines: lines.into_iter().map(Line::from).collect(),
            total: extent.lines,
            bytes: extent.bytes,
            complete: extent.complete,
            ended,
            damaged_at: extent.damaged_at,
            run: of.run.clone(),
            task: of.task,
            attempt: of.attempt,
        }
    }

    /// Those of `log` from `from` on, which counts from the end if it is negative.
    pub(crate) fn read(
        log: &LogFile,
        (of, ended): (&AttemptPlace, bool),
        stream: Option<LogStream>,
        from: i64,
        count: u64,
    ) -> Result<Self> {
        let extent = log.extent(stream);
        let from = match u64::try_from(from) {
            Ok(from) => from,
            Err(_) => extent.lines.saturating_sub(from.unsigned_abs()),
        };
        let lines = log.lines(stream, from..from.saturating_add(count).min(extent.lines.max(from)))?;
        Ok(Self::new(of, ended, extent, lines))
    }
}

/// Lines of a log
///
/// Any lines of what an attempt wrote, with the time each began. With `after` and `wait`, the answer comes as soon as there is more.
/// `attempt` is a number or `latest`.
#[utoipa::path(
    get,
    path = "/flows/{flow}/runs/{run}/tasks/{task}/attempts/{attempt}/log",
    tag = "logs",
    params(("flow" = String, Path), ("run" = String, Path), ("task" = u64, Path), ("attempt" = String, Path), Asked),
    responses(
        (status = 200, body = Lines),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn log(
    State(app): State<App>,
    words: Words,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Lines>, Problem> {
    let asked = crate::api::asked(asked)?;
    let (of, ended) = find(&app, &words).await?;
    let (stream, count) = (asked.stream.one(), asked.count.unwrap_or(COUNT).min(MOST));
    let Some(after) = asked.after else {
        return Ok(Json(page(&app, (&of, ended), stream, asked.from, count).await?));
    };
    let from = after.saturating_add(1).max(0);
    let wait = Duration::try_from_secs_f64(asked.wait.clamp(0.0, WAIT)).unwrap_or_default();
    if !ended && !wait.is_zero() {
        let enough = |lines: u64, bytes: u64| match asked.seen {
            Some(seen) => bytes > seen,
            None => i64::try_from(lines).is_ok_and(|lines| lines > from),
        };
        let more = tail::more(&app, &of, stream, enough);
        // Late is no failure: the answer says that there is nothing new.
        let _late = tokio::time::timeout(wait, more).await;
    }
    let ended = ended || find(&app, &words).await?.1;
    Ok(Json(page(&app, (&of, ended), stream, from, count).await?))
}

/// Where the attempt is that a path names, and whether it is over.
pub(super) async fn find(app: &App, words: &Words) -> Result<(AttemptPlace, bool), Problem> {
    let ((flow, run), task, attempt) = (words.run()?, words.task()?, words.attempt()?);
    app.readers
        .read(move |provider| {
            let (of, record) = place::attempt(provider, (&flow, &run), task, attempt)?;
            let over = record.status != TaskStatus::Running || record.attempt > of.attempt;
            Ok((of, over))
        })
        .await
}

/// A page of a log.
pub(super) async fn page(
    app: &App,
    (of, ended): (&AttemptPlace, bool),
    stream: Option<LogStream>,
    from: i64,
    count: u64,
) -> Result<Lines, Problem> {
    let (shared, of) = (app.clone(), of.clone());
    app.workers
        .answer(move |_| {
            let store = shared.files.store()?;
            let read = |log: &LogFile| Lines::read(log, (&of, ended), stream, from, count);
            let lines = shared.logs.with(&store, &of, read)?;
            Ok(lines.unwrap_or_else(|| Lines::none(&of, ended)))
        })
        .await
}
