//! Writing metadata for requests: on threads of their own. A write goes on when its request has gone.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use spinloom_diagnostics::{Error, Result, codes};
use spinloom_metadata::{Location, Provider};
use tokio::sync::Semaphore;

use crate::problem::Problem;

/// Connections for writing, at most this many at once.
const WRITERS: usize = 8;

/// A pool of connections for writing. None is opened before it is needed.
pub(crate) struct Writers(Arc<Pool>);

struct Pool {
    location: Location,
    idle: Mutex<Vec<Box<dyn Provider>>>,
    permits: Arc<Semaphore>,
}

impl Writers {
    pub(crate) fn new(location: Location) -> Self {
        let permits = Arc::new(Semaphore::new(WRITERS));
        Self(Arc::new(Pool { location, idle: Mutex::default(), permits }))
    }

    /// Does what `write` does, and answers what it answers.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce(&mut dyn Provider) -> Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let permit = self.0.permits.clone().acquire_owned().await;
        let pool = self.0.clone();
        let written = tokio::task::spawn_blocking(move || {
            let idle = pool.idle().pop();
            let mut provider = match idle {
                Some(provider) => provider,
                None => pool.location.open()?,
            };
            let written = write(provider.as_mut());
            pool.idle().push(provider);
            drop(permit);
            written
        });
        let written =
            written.await.map_err(|e| Error::new(codes::INTERNAL, format!("a write failed: {e}")))?;
        Ok(written?)
    }
}

impl Pool {
    fn idle(&self) -> MutexGuard<'_, Vec<Box<dyn Provider>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
