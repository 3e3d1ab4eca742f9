//! Work for requests that blocks: on threads of its own, with a deadline, and no longer than somebody waits.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use spinloom_diagnostics::{Error, Result, codes};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};

use crate::problem::Problem;

/// Answers that are made at once.
const ANSWERS: usize = 8;
/// Answers that are sent bit by bit at once: most of the time they wait for who reads them.
const STREAMS: usize = 64;
/// A client that takes nothing for so long is given up.
const STALLED: Duration = Duration::from_secs(30);

/// Threads for reading files.
pub(crate) struct Workers {
    answers: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    deadline: Duration,
}

impl Workers {
    /// With a deadline for answers.
    pub(crate) fn new(deadline: Duration) -> Self {
        let semaphore = |permits| Arc::new(Semaphore::new(permits));
        Self { answers: semaphore(ANSWERS), streams: semaphore(STREAMS), deadline }
    }

    /// Answers what `work` answers. It is to stop when it hears that its request has gone.
    pub(crate) async fn answer<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Gone) -> Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let gone = Gone::default();
        let _tells = gone.tells();
        let answers = self.answers.clone();
        let work = async move {
            let permit = answers.acquire_owned().await;
            let done = tokio::task::spawn_blocking(move || {
                let answer = work(&gone);
                drop(permit);
                answer
            });
            done.await.map_err(|e| Error::new(codes::INTERNAL, format!("a read failed: {e}")))?
        };
        let answer = tokio::time::timeout(self.deadline, work).await;
        Ok(answer.map_err(|_| Problem::deadline(self.deadline))??)
    }

    /// A body that `work` writes, bit by bit, within `within`.
    pub(crate) fn stream(&self, within: Duration, work: impl FnOnce(&Out) + Send + 'static) -> Body {
        let (to, mut from) = mpsc::channel(8);
        let streams = self.streams.clone();
        tokio::spawn(async move {
            let permit = streams.acquire_owned().await;
            let out = Out { to, until: Instant::now() + within, runtime: Handle::current() };
            // Who waited in vain need not be served.
            if !out.is_over() {
                let _ended = tokio::task::spawn_blocking(move || {
                    work(&out);
                    drop(permit);
                })
                .await;
            }
        });
        let parts = futures::stream::poll_fn(move |context| from.poll_recv(context));
        Body::from_stream(futures::StreamExt::map(parts, Ok::<Bytes, std::convert::Infallible>))
    }
}

/// Whether the request has gone that work is done for.
#[derive(Clone, Default)]
pub(crate) struct Gone(Arc<AtomicBool>);

impl Gone {
    /// Something to hold as long as somebody waits.
    pub(crate) fn tells(&self) -> Tells {
        Tells(self.clone())
    }

    /// Nobody waits any more.
    pub(crate) fn is_gone(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Fails if nobody waits any more: for work that goes on and on.
    pub(crate) fn check(&self) -> Result<()> {
        match self.is_gone() {
            true => Err(Error::new(codes::STORE_IO, "the request was given up")),
            false => Ok(()),
        }
    }
}

/// Says, when dropped, that nobody waits any more.
pub(crate) struct Tells(Gone);

impl Drop for Tells {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// Where a body goes that is written bit by bit.
pub(crate) struct Out {
    to: mpsc::Sender<Bytes>,
    until: Instant,
    runtime: Handle,
}

impl Out {
    /// Nobody reads on, or it took too long.
    pub(crate) fn is_over(&self) -> bool {
        self.to.is_closed() || self.is_late()
    }

    /// It took too long.
    pub(crate) fn is_late(&self) -> bool {
        Instant::now() >= self.until
    }

    /// Sends some of it; says to stop if nobody reads on.
    pub(crate) fn send(&self, bytes: impl Into<Bytes>) -> ControlFlow<()> {
        let sending = tokio::time::timeout(STALLED, self.to.send(bytes.into()));
        match self.runtime.block_on(sending) {
            Ok(Ok(())) => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    }

    /// Sends a line of JSON.
    pub(crate) fn line(&self, value: &impl serde::Serialize) -> ControlFlow<()> {
        let mut line = serde_json::to_vec(value).unwrap_or_default();
        line.push(b'\n');
        self.send(line)
    }

    /// What an `async` call answers.
    pub(crate) fn wait<T>(&self, call: impl Future<Output = T>) -> T {
        self.runtime.block_on(call)
    }
}
