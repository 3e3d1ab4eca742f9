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
            let stop = OnDrop(Some(provider.canceller()));
            let pool = self.pool.clone();
            let answer = tokio::task::spawn_blocking(move || {
                let answer = read(provider.as_ref());
                pool.idle().push(provider);
                drop(permit);
                answer
            });
            let answer =
                answer.await.map_err(|e| Error::new(codes::INTERNAL, format!("a read failed: {e}")))?;
            stop.dismiss();
            Ok(answer?)
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

/// Calls something when dropped, unless dismissed: the read of a request that has gone is stopped.
struct OnDrop(Option<Box<dyn Fn() + Send + Sync>>);

impl OnDrop {
    fn dismiss(mut self) {
        self.0 = None;
    }
}

impl Drop for OnDrop {
    fn drop(&mut self) {
        if let Some(call) = &self.0 {
            call();
        }
    }
}
