//! Writes what happened to the metadata provider, in batches, on a thread of its own.
//!
//! A change waits at most [`WINDOW`] before its batch is written, so a thousand small tasks are tens of transactions and a
//! crash of the machine's power supply aside, nothing older than that is lost. The thread also beats the run's heart.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{FlowName, RunId};
use spinloom_metadata::{Change, HEARTBEAT_SECONDS, Provider};

use crate::clock::now;
use crate::turn::Lead;

/// How long a change may wait for company.
const WINDOW: Duration = Duration::from_millis(40);
const LARGEST_BATCH: usize = 2_000;

/// The writing thread.
#[derive(Debug)]
pub(crate) struct Recorder {
    changes: Option<Sender<Change>>,
    thread: Option<JoinHandle<Result<()>>>,
}

impl Recorder {
    /// Starts the thread. `on_error` is called once, on that thread, when it cannot write.
    pub fn start(
        provider: Box<dyn Provider>,
        of: RecordedRun,
        on_error: impl FnOnce() + Send + 'static,
    ) -> Result<Self> {
        let (changes, inbox) = channel();
        let thread = std::thread::Builder::new()
            .name("spinloom-recorder".into())
            .spawn(move || {
                let done = Writer { provider, of, inbox }.run();
                if done.is_err() {
                    on_error();
                }
                done
            })
            .map_err(|e| Error::new(codes::METADATA_IO, "cannot start the recorder's thread").cause(e))?;
        Ok(Self { changes: Some(changes), thread: Some(thread) })
    }

    /// Hands a change over. A failed writer is noticed by `on_error` and by [`Recorder::finish`].
    pub fn record(&self, change: Change) {
        if let Some(changes) = &self.changes {
            let _gone = changes.send(change);
        }
    }

    /// A handle for another thread.
    pub fn sender(&self) -> Option<Sender<Change>> {
        self.changes.clone()
    }

    /// Waits until everything is written.
    ///
    /// # Errors
    /// What kept the writer from writing.
    pub fn finish(&mut self) -> Result<()> {
        self.changes = None;
        match self.thread.take().map(JoinHandle::join) {
            None | Some(Ok(Ok(()))) => Ok(()),
            Some(Ok(Err(error))) => Err(error),
            Some(Err(_)) => Err(Error::new(codes::INTERNAL, "the recorder's thread panicked")),
        }
    }
}

/// Which run is written, and as whom.
#[derive(Debug, Clone)]
pub(crate) struct RecordedRun {
    pub flow: FlowName,
    pub run: RunId,
    /// The term of this driver, if the run is shared: what it writes once that is over is refused.
    pub term: Option<u64>,
}

impl RecordedRun {
    /// A run that this process leads.
    pub fn shared(flow: &FlowName, lead: &Lead) -> Self {
        Self { flow: flow.clone(), run: lead.run.clone(), term: Some(lead.term) }
    }

    /// Writes a batch, as long as this driver may.
    pub fn write(&self, provider: &mut dyn Provider, changes: &[Change]) -> Result<()> {
        let Some(term) = self.term else { return provider.write(&self.flow, &self.run, changes) };
        let mut guarded = Vec::with_capacity(changes.len() + 1);
        guarded.push(Change::Term { term });
        guarded.extend_from_slice(changes);
        provider.write(&self.flow, &self.run, &guarded)
    }
}

struct Writer {
    provider: Box<dyn Provider>,
    of: RecordedRun,
    inbox: Receiver<Change>,
}

impl Writer {
    fn run(mut self) -> Result<()> {
        let beat = Duration::from_secs(HEARTBEAT_SECONDS.unsigned_abs());
        let mut last_beat = Instant::now();
        let mut batch = Vec::new();
        loop {
            match self.inbox.recv_timeout(beat.saturating_sub(last_beat.elapsed())) {
                Ok(change) => {
                    let open = self.gather(change, &mut batch);
                    self.of.write(self.provider.as_mut(), &batch)?;
                    batch.clear();
                    if !open {
                        return Ok(());
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Err(RecvTimeoutError::Timeout) => {
                    last_beat = Instant::now();
                    self.of.write(self.provider.as_mut(), &[Change::Heartbeat { at: now() }])?;
                }
            }
        }
    }

    /// Collects changes for one window; false once no more can come.
    fn gather(&self, first: Change, batch: &mut Vec<Change>) -> bool {
        let until = Instant::now() + WINDOW;
        batch.push(first);
        while batch.len() < LARGEST_BATCH {
            match self.inbox.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(change) => batch.push(change),
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
        true
    }
}
