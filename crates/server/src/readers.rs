//! Reading metadata for requests: on threads of their own, with a deadline, and no longer than somebody waits.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use spinloom_diagnostics::{Error, Result, codes};
use spinloom_metadata::{Location, Provider};
use tokio::sync::Semaphore;

use crate::problem::Problem;

/// Connections for reading, at most this many at once.
const READERS: usize = 8;

/// A pool of connections for reading.
pub(crate) struct Readers {
    pool: Arc<Pool>,
    deadline: Duration,
}

struct Pool {
    location: Location,
    idle: Mutex<Vec<Box<dyn Provider>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    /// Makes what is to be read if it is not there yet, so that a server can be started before the first run.
    pub(crate) fn open(location: Location, deadline: Duration) -> Result<Self> {
        drop(location.open()?);
        Ok(Self::existing(location, deadline))
    }

    /// Of what is there already, and is not made if it is not.
    pub(crate) fn existing(location: Location, deadline: Duration) -> Self {
        let permits = Arc::new(Semaphore::new(READERS));
        Self { pool: Arc::new(Pool { location, idle: Mutex::default(), permits }), deadline }
    }

    /// Answers what `read` reads.
    ///
    /// A read that takes longer than the deadline is given up, and so is one whose request has gone.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&dyn Provider) -> Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        self.read_within(self.deadline, read).await
    }

    /// As [`read`](Self::read), with a deadline of its own.
    pub(crate) async fn read_within<T: Send + 'static>(
        &self,
        deadline: Duration,
        read: impl FnOnce(&dyn Provider) -> Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let work = async {
            let permit = self.pool.permits.clone().acquire_owned().await;
            let provider = self.pool.take().await?;
            let reading = Arc::new(Reading::new(provider.canceller()));
            let _stop = StopOnDrop(reading.clone());
            let pool = self.pool.clone();
            let answer = tokio::task::spawn_blocking(move || {
                let answer = read(provider.as_ref());
                if reading.ends() {
                    pool.idle().push(provider);
                }
                drop(permit);
                answer
            });
            Ok(answer.await.map_err(|e| Error::new(codes::INTERNAL, format!("a read failed: {e}")))??)
        };
        tokio::time::timeout(deadline, work).await.unwrap_or_else(|_| Err(Problem::deadline(deadline)))
    }
}

impl Pool {
    async fn take(&self) -> Result<Box<dyn Provider>> {
        if let Some(provider) = self.idle().pop() {
            return Ok(provider);
        }
        // Opening waits for a disk or a database.
        let location = self.location.clone();
        let opened = tokio::task::spawn_blocking(move || location.open_read()).await;
        let found = opened.map_err(|e| Error::new(codes::INTERNAL, format!("a read failed: {e}")))??;
        found.ok_or_else(|| Error::new(codes::METADATA_IO, format!("`{}` is gone", self.location)))
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Box<dyn Provider>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A read that is going on, and how to stop it.
///
/// It is stopped only while its connection is its own: that of a read that has ended may be another request's by then. A connection whose
/// read was stopped is nobody's any more, since a database may only be about to stop it.
struct Reading {
    stop: Box<dyn Fn() + Send + Sync>,
    state: Mutex<State>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    GoingOn,
    Stopped,
    Over,
}

impl Reading {
    fn new(stop: Box<dyn Fn() + Send + Sync>) -> Self {
        Self { stop, state: Mutex::new(State::GoingOn) }
    }

    /// Stops it, if it has not ended.
    fn stop(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if *state == State::GoingOn {
            *state = State::Stopped;
            (self.stop)();
        }
    }

    /// It ends. Says whether its connection can be used again.
    fn ends(&self) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = *state == State::GoingOn;
        if whole {
            *state = State::Over;
        }
        whole
    }
}

/// Stops a read when its request has gone.
struct StopOnDrop(Arc<Reading>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn reading() -> (Arc<AtomicUsize>, Reading) {
        let stopped = Arc::new(AtomicUsize::new(0));
        let count = stopped.clone();
        let stop = move || {
            count.fetch_add(1, Ordering::Relaxed);
        };
        (stopped, Reading::new(Box::new(stop)))
    }

    #[test]
    fn a_read_that_has_ended_is_not_stopped_for_the_connection_may_be_anothers() {
        let (stopped, reading) = reading();
        assert!(reading.ends());
        reading.stop();
        assert_eq!(stopped.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_connection_whose_read_was_stopped_is_not_used_again() {
        let (stopped, reading) = reading();
        reading.stop();
        assert_eq!(stopped.load(Ordering::Relaxed), 1);
        assert!(!reading.ends());
    }
}
