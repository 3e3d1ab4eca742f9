//! What tasks use while they run: one thread that looks at their processes about once a second.
//!
//! The dispatcher only tells it which tasks began and ended. It keeps no lock, and a task that is over before the first look costs
//! two messages.

mod curve;
mod gpu;
mod process;

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use spinloom_datastore::{ResourceWriter, Resources};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::TaskId;
use spinloom_flow::event::Usage;

use self::curve::Curve;
use self::gpu::Gpus;
use self::process::Kernel;
use crate::clock::now;

/// The curve of a task that runs is kept after so many looks, so that it can be watched.
const KEEP_EVERY: u32 = 5;

/// Curves are waited for so long at the end of a run: a driver of GPUs may never answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A task and its attempt.
type Attempt = (TaskId, u32);

enum Note {
    Started { attempt: Attempt, pid: i32, at: i64 },
    Ended { attempt: Attempt, usage: Usage, at: i64 },
}

/// Samples the tasks it is told of.
pub(crate) struct Sampler {
    notes: Sender<Note>,
    thread: JoinHandle<()>,
    /// Hangs up when the thread has ended.
    ended: Receiver<()>,
}

impl Sampler {
    /// Looks at all tasks once each `interval`.
    pub fn start(writer: ResourceWriter, interval: Duration) -> Result<Self> {
        let (notes, heard) = channel();
        let work = Work {
            writer,
            kernel: Kernel::read(),
            interval,
            heard,
            gpus: None,
            live: HashMap::new(),
            looks: 0,
        };
        let (end, ended) = channel();
        let thread = thread::Builder::new().name("spinloom-sample".into()).spawn(move || {
            work.run();
            drop(end);
        });
        let thread = thread.map_err(|e| Error::new(codes::INTERNAL, "no thread can be started").cause(e))?;
        Ok(Self { notes, thread, ended })
    }

    /// An attempt has a process.
    pub fn started(&self, attempt: Attempt, pid: i32, at: i64) {
        let _gone = self.notes.send(Note::Started { attempt, pid, at });
    }

    /// An attempt is over.
    pub fn ended(&self, attempt: Attempt, usage: Usage) {
        let _gone = self.notes.send(Note::Ended { attempt, usage, at: now() });
    }

    /// Waits until all curves are kept.
    pub fn finish(self) {
        drop(self.notes);
        self.thread.thread().unpark();
        // Curves are a service: whoever makes them may fail.
        let _ended = self.ended.recv_timeout(PATIENCE);
    }
}

/// An attempt that runs.
struct Live {
    pid: i32,
    started_at: i64,
    curve: Curve,
}

impl Live {
    fn resources(&self) -> Resources {
        Resources { started_at: self.started_at, points: self.curve.points() }
    }
}

struct Work {
    writer: ResourceWriter,
    kernel: Kernel,
    interval: Duration,
    heard: Receiver<Note>,
    /// Looked for when the first task is looked at: many runs have none that is long enough.
    gpus: Option<Gpus>,
    live: HashMap<Attempt, Live>,
    looks: u32,
}

impl Work {
    fn run(mut self) {
        let mut due = Instant::now() + self.interval;
        loop {
            while let Some(rest) = due.checked_duration_since(Instant::now()).filter(|rest| !rest.is_zero()) {
                thread::park_timeout(rest);
                if !self.hear() {
                    return;
                }
            }
            if !self.hear() {
                return;
            }
            self.look();
            // A machine that was asleep is not looked at several times at once.
            due = (due + self.interval).max(Instant::now());
        }
    }

    /// Takes in what was told; false once nothing more will be.
    fn hear(&mut self) -> bool {
        loop {
            match self.heard.try_recv() {
                Ok(Note::Started { attempt, pid, at }) => {
                    self.live.insert(attempt, Live { pid, started_at: at, curve: Curve::default() });
                }
                Ok(Note::Ended { attempt, usage, at }) => self.end(attempt, usage, at),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn end(&mut self, attempt: Attempt, usage: Usage, at: i64) {
        let Some(mut live) = self.live.remove(&attempt).filter(|live| !live.curve.is_empty()) else { return };
        live.curve.finish(u64::try_from(at - live.started_at).unwrap_or(0), usage.cpu_us);
        // A run does not fail because nobody can see what it used.
        if self.writer.write(attempt.0, attempt.1, &live.resources()).is_ok() {
            self.writer.send(attempt.0, attempt.1);
        }
    }

    fn look(&mut self) {
        self.looks = self.looks.wrapping_add(1);
        let (now, least) = (now(), u64::try_from(self.interval.as_micros()).unwrap_or(u64::MAX));
        let age = |live: &Live| u64::try_from(now - live.started_at).ok().filter(|age| *age >= least);
        if !self.live.values().any(|live| age(live).is_some()) {
            return;
        }
        let gpus = self.gpus.get_or_insert_with(|| Gpus::find(self.interval));
        gpus.look();
        for (attempt, live) in &mut self.live {
            let Some(age) = age(live) else { continue };
            if let Some((used, processes)) = self.kernel.used_by(live.pid) {
                live.curve.add(age, used, gpus.used_by(&processes));
            }
            if self.looks.is_multiple_of(KEEP_EVERY) && !live.curve.is_empty() {
                let _unseen = self.writer.write(attempt.0, attempt.1, &live.resources());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use spinloom_datastore::Datastore;
    use spinloom_flow::{FlowName, RunId};

    use super::*;

    #[test]
    fn a_task_that_runs_has_a_curve_and_one_that_is_over_at_once_has_none() {
        let dir = tempfile::tempdir().unwrap();
        let store = Datastore::open(dir.path()).unwrap();
        let (flow, run) = (FlowName::new("F").unwrap(), RunId::new("1").unwrap());
        let pack = store.pack(&flow, &run).unwrap();
        let sampler = Sampler::start(pack.resource_writer(&store), Duration::from_millis(20)).unwrap();
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        let (long, short) = ((TaskId(1), 0), (TaskId(2), 3));
        sampler.started(long, pid, now());
        sampler.started(short, pid, now() + 1_000_000_000);
        sampler.ended(short, Usage::default());
        // While it runs.
        while store.resources(&flow, &run, TaskId(1), 0).unwrap().is_none() {
            thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        sampler.ended(long, Usage { cpu_us: 77_000_000, max_rss_kib: 1, ..Usage::default() });
        sampler.finish();
        let curve = store.resources(&flow, &run, TaskId(1), 0).unwrap().unwrap();
        assert!(curve.points.iter().any(|point| point.rss_kib > 0 && point.processes == 1), "{curve:?}");
        assert!(curve.points.is_sorted_by_key(|point| point.at_us));
        assert_eq!(curve.points.last().unwrap().cpu_us, 77_000_000);
        assert_eq!(store.resources(&flow, &run, TaskId(2), 3).unwrap(), None);
    }
}
