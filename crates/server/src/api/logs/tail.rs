//! What is being written, as it is written.
//!
//! However many watch a log, one task looks at its file, some seven times a second; who watches reads what is new from the index.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use spinloom_datastore::LogFile;
use spinloom_diagnostics::Result;
use spinloom_flow::event::LogStream;
use spinloom_flow::{FlowName, RunId, TaskId, TaskStatus};
use tokio::sync::watch;

use super::lines::{Line, Lines, MOST, Streams};
use crate::api::place::{self, AttemptPlace};
use crate::app::App;
use crate::problem::Problem;

/// How often a log that is watched is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(140);
/// Whether its attempt is over is asked each so many looks.
const ASK_EVERY: u32 = 4;

/// How far a log was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Seen {
    /// Lines and bytes of both streams, of standard output, of standard error.
    extent: [(u64, u64); 3],
    ended: bool,
}

impl Seen {
    fn of(self, stream: Option<LogStream>) -> (u64, u64) {
        let [both, stdout, stderr] = self.extent;
        match stream {
            None => both,
            Some(LogStream::Stdout) => stdout,
            Some(LogStream::Stderr) => stderr,
        }
    }
}

/// Logs that are watched.
#[derive(Default)]
pub(crate) struct Tails(Mutex<HashMap<AttemptPlace, watch::Receiver<Seen>>>);

impl Tails {
    /// What is seen of the log of an attempt, from now on.
    fn follow(&self, app: &App, of: &AttemptPlace) -> watch::Receiver<Seen> {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seen) = watched.get(of).filter(|seen| seen.has_changed().is_ok()) {
            return seen.clone();
        }
        let (tell, seen) = watch::channel(Seen::default());
        watched.insert(of.clone(), seen.clone());
        tokio::spawn(look(app.clone(), of.clone(), tell));
        seen
    }

    /// Stops watching if nobody is interested, or if it is over anyway.
    fn is_left(&self, of: &AttemptPlace, tell: &watch::Sender<Seen>, over: bool) -> bool {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One of them is the list's own.
        let left = over || tell.receiver_count() <= 1;
        if left {
            watched.remove(of);
        }
        left
    }
}

/// Looks at a log until nobody wants to know any more.
async fn look(app: App, of: AttemptPlace, tell: watch::Sender<Seen>) {
    let mut seen = Seen::default();
    for turn in 0_u32.. {
        // Asked before the log is looked at, so that nothing written before the end is missed.
        let ended = turn.is_multiple_of(ASK_EVERY) && is_over(&app, &of).await;
        let extent = extent(&app, &of, ended).await.unwrap_or(seen.extent);
        seen = Seen { extent, ended };
        tell.send_if_modified(|known| std::mem::replace(known, seen) != seen);
        if app.tails.is_left(&of, &tell, ended) {
            return;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Nothing more will be written. Where that cannot be known now, it is asked again.
async fn is_over(app: &App, of: &AttemptPlace) -> bool {
    let place = of.clone();
    let found = app.readers.read(move |provider| provider.task(&place.flow, &place.run, place.task)).await;
    match found {
        Ok(Some(task)) => task.status != TaskStatus::Running || task.attempt > of.attempt,
        Ok(None) => true,
        Err(_) => false,
    }
}

async fn extent(app: &App, of: &AttemptPlace, ended: bool) -> Option<[(u64, u64); 3]> {
    let (shared, of) = (app.clone(), of.clone());
    let read = app.workers.answer(move |_| {
        let store = shared.files.store()?;
        // What is in an object store is there once the attempt is over.
        if !ended && !store.has_log(&of.flow, &of.run, of.task, of.attempt) {
            return Ok(None);
        }
        let extent = |log: &LogFile, stream| {
            let extent = log.extent(stream);
            (extent.lines, extent.bytes)
        };
        let all = [None, Some(LogStream::Stdout), Some(LogStream::Stderr)];
        shared.logs.with(&store, &of, |log| Ok(all.map(|stream| extent(log, stream))))
    });
    read.await.ok().flatten()
}

/// Waits until `enough` holds of the lines and bytes there are, or the attempt is over.
pub(super) async fn more(
    app: &App,
    of: &AttemptPlace,
    stream: Option<LogStream>,
    enough: impl Fn(u64, u64) -> bool,
) {
    let mut changes = app.tails.follow(app, of);
    loop {
        let seen = *changes.borrow_and_update();
        let (lines, bytes) = seen.of(stream);
        if seen.ended || enough(lines, bytes) || changes.changed().await.is_err() {
            return;
        }
    }
}

/// The log of an attempt, pushed as it grows.
///
/// Each [`next`](Self::next) answers new lines within half a second of their writing. A line that has no end yet, such as a progress bar, comes with
/// `open`, and again under the same number whenever it has changed.
pub(crate) struct LogTail {
    app: App,
    of: AttemptPlace,
    stream: Option<LogStream>,
    changes: watch::Receiver<Seen>,
    /// The first line that was not answered.
    next: i64,
    /// Bytes there were when all lines had been answered.
    bytes: Option<u64>,
    /// Lines that were answered without an end.
    open: Vec<Line>,
    over: bool,
}

impl LogTail {
    /// Of an attempt, the latest if none is named; from the line `from` on, which counts from the end if it is negative.
    ///
    /// # Errors
    /// Not found, if there is no such task or attempt.
    pub(crate) async fn open(
        app: &App,
        (flow, run, task): (FlowName, RunId, TaskId),
        attempt: Option<u32>,
        streams: Streams,
        from: i64,
    ) -> Result<Self, Problem> {
        let find = move |provider: &dyn spinloom_metadata::Provider| {
            place::attempt(provider, (&flow, &run), task, attempt)
        };
        let (of, _) = app.readers.read(find).await?;
        let changes = app.tails.follow(app, &of);
        let stream = streams.one();
        Ok(Self {
            app: app.clone(),
            of,
            stream,
            changes,
            next: from,
            bytes: None,
            open: Vec::new(),
            over: false,
        })
    }

    /// What is new, as soon as there is something; `None` once the attempt is over and everything was answered. The first answer comes at once, and may
    /// have no lines. May be dropped while it waits.
    ///
    /// # Errors
    /// A log that cannot be read.
    pub(crate) async fn next(&mut self) -> Result<Option<Lines>, Problem> {
        if self.over {
            return Ok(None);
        }
        let ended = loop {
            let seen = *self.changes.borrow_and_update();
            if self.bytes.is_none_or(|known| seen.of(self.stream).1 > known) || seen.ended {
                break seen.ended;
            }
            if self.changes.changed().await.is_err() {
                break true;
            }
        };
        let lines = self.read(ended).await?;
        let last = lines.lines.last().map(|line| line.line + 1);
        if let Some(last) = last.and_then(|last| i64::try_from(last).ok()) {
            self.next = self.next.max(0).max(last);
        } else if self.next < 0 {
            self.next = i64::try_from(lines.total).unwrap_or(0);
        }
        let whole = u64::try_from(self.next).is_ok_and(|next| next >= lines.total);
        for line in &lines.lines {
            self.open.retain(|open| open.line != line.line);
            if line.open {
                self.open.push(line.clone());
            }
        }
        self.bytes = whole.then_some(lines.bytes);
        self.over = ended && whole && lines.complete;
        Ok(Some(lines))
    }

    async fn read(&self, ended: bool) -> Result<Lines, Problem> {
        let (shared, of, open) = (self.app.clone(), self.of.clone(), self.open.clone());
        let (stream, next) = (self.stream, self.next);
        let read = self.app.workers.answer(move |_| {
            let store = shared.files.store()?;
            if !ended && !store.has_log(&of.flow, &of.run, of.task, of.attempt) {
                return Ok(Lines::none(&of, ended));
            }
            let read = |log: &LogFile| {
                let mut lines = Lines::read(log, (&of, ended), stream, next, MOST)?;
                let mut again = Vec::new();
                for known in open {
                    let now = log.lines(stream, known.line..known.line + 1)?.into_iter().map(Line::from);
                    again.extend(now.filter(|now| *now != known));
                }
                again.append(&mut lines.lines);
                Ok(Lines { lines: again, ..lines })
            };
            Ok(shared.logs.with(&store, &of, read)?.unwrap_or_else(|| Lines::none(&of, ended)))
        });
        read.await
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use spinloom_datastore::{Datastore, LogWriter};
    use spinloom_flow::event::LogStream::{Stderr, Stdout};
    use spinloom_metadata::{Location, Provider};
    use spinloom_testkit::{finished, new_run, now, started, task};

    use super::*;
    use crate::Options;

    struct World {
        app: App,
        provider: Box<dyn Provider>,
        log: LogWriter,
        of: (FlowName, RunId, TaskId),
    }

    /// A task that runs.
    fn world(dir: &Path) -> World {
        let store = Datastore::open(dir).unwrap();
        let mut provider = Location::Local(dir.to_owned()).open().unwrap();
        let run = provider.create_run(&new_run("F")).unwrap();
        provider.write(&run.flow, &run.run, &[started(task("start", 1), 0, now())]).unwrap();
        let app = App::open(Options::local(dir.to_owned())).unwrap();
        let log = store.log_writer(&run.flow, &run.run, TaskId(1), 0);
        World { app, provider, log, of: (run.flow, run.run, TaskId(1)) }
    }

    fn texts(lines: &Lines) -> Vec<(u64, &str, bool)> {
        lines.lines.iter().map(|line| (line.line, line.text.as_str(), line.open)).collect()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn lines_come_as_they_are_written_and_then_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let mut world = world(dir.path());
        let mut tail = LogTail::open(&world.app, world.of.clone(), None, Streams::Both, 0).await.unwrap();
        let mut seen: Vec<String> = Vec::new();
        for number in 0..5 {
            world.log.append(Stdout, 1, format!("line {number}\n").as_bytes()).unwrap();
            while seen.len() <= number {
                let lines = tail.next().await.unwrap().unwrap();
                seen.extend(lines.lines.into_iter().map(|line| line.text));
            }
        }
        assert_eq!(seen, ["line 0", "line 1", "line 2", "line 3", "line 4"]);
        let done = finished(task("start", 1), 0, TaskStatus::Done, now());
        world.provider.write(&world.of.0, &world.of.1, &[done]).unwrap();
        while let Some(lines) = tail.next().await.unwrap() {
            assert!(lines.lines.is_empty());
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_line_without_an_end_comes_again_when_it_changes() {
        let dir = tempfile::tempdir().unwrap();
        let mut world = world(dir.path());
        world.log.append(Stderr, 1, b"\r10%").unwrap();
        world.log.append(Stdout, 2, b"one\n").unwrap();
        let mut tail = LogTail::open(&world.app, world.of.clone(), None, Streams::Both, -5).await.unwrap();
        let mut lines = tail.next().await.unwrap().unwrap();
        while lines.lines.is_empty() {
            lines = tail.next().await.unwrap().unwrap();
        }
        assert_eq!(texts(&lines), [(0, "10%", true), (1, "one", false)]);
        world.log.append(Stderr, 3, b"\r20%").unwrap();
        assert_eq!(texts(&tail.next().await.unwrap().unwrap()), [(0, "20%", true)]);
        world.log.append(Stderr, 4, b"\r99%\ntwo\n").unwrap();
        assert_eq!(texts(&tail.next().await.unwrap().unwrap()), [(0, "99%", false), (2, "two", false)]);
        world.log.append(Stdout, 5, b"three\n").unwrap();
        assert_eq!(texts(&tail.next().await.unwrap().unwrap()), [(3, "three", false)]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn many_watch_one_log_and_one_looks() {
        let dir = tempfile::tempdir().unwrap();
        let mut world = world(dir.path());
        let mut tails = Vec::new();
        for _ in 0..50 {
            tails.push(LogTail::open(&world.app, world.of.clone(), None, Streams::Stdout, 0).await.unwrap());
        }
        assert_eq!(world.app.tails.0.lock().unwrap().len(), 1);
        world.log.append(Stdout, 1, b"one\n").unwrap();
        for tail in &mut tails {
            while tail.next().await.unwrap().unwrap().lines.is_empty() {}
        }
        drop(tails);
        while !world.app.tails.0.lock().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
