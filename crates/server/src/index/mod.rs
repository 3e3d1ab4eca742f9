//! All runs of the store, in memory, kept up to date from its change feed.

mod follow;

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use spinloom_diagnostics::{Error, Result, codes};
use spinloom_index::Index;
use spinloom_metadata::Location;
use tokio::sync::watch;

use crate::problem::Problem;

/// A question waits so long for the first load; then it is answered from what is there.
const PATIENCE: Duration = Duration::from_secs(1);

/// As many runs that were found lost are remembered.
const LOST: usize = 500;

/// The runs of the store. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Runs(Arc<State>);

/// What the thread that follows the store shares with requests.
struct State {
    index: RwLock<Index>,
    /// The number of the last write that the index knows of.
    sequence: watch::Sender<u64>,
    /// How far the first load is.
    progress: watch::Sender<Progress>,
    /// Runs that were found lost.
    lost: watch::Sender<Arc<Lost>>,
}

/// Runs that were found lost while the server runs, the last of them by name: no write tells of that.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lost {
    /// How many there were.
    pub(crate) count: u64,
    latest: VecDeque<(String, String)>,
}

impl Lost {
    /// Those after the first `known`; none if that is more than are remembered.
    pub(crate) fn since(&self, known: u64) -> Option<impl Iterator<Item = &(String, String)>> {
        let new = usize::try_from(self.count.saturating_sub(known)).ok()?;
        let passed = self.latest.len().checked_sub(new)?;
        Some(self.latest.iter().skip(passed))
    }

    /// With more of them.
    fn and(&self, more: Vec<(String, String)>) -> Self {
        let mut lost = self.clone();
        lost.count += more.len() as u64;
        lost.latest.extend(more);
        let over = lost.latest.len().saturating_sub(LOST);
        lost.latest.drain(..over);
        lost
    }
}

/// How far the first load is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Progress {
    /// Writes taken over.
    pub(crate) loaded: u64,
    /// Writes there were.
    pub(crate) of: u64,
    /// It is over.
    pub(crate) done: bool,
}

impl Runs {
    /// Begins to load and to follow a store, on a thread that ends with the server.
    pub(crate) fn start(location: Location) -> Result<Self> {
        let state = Arc::new(State {
            index: RwLock::new(Index::new()),
            sequence: watch::Sender::new(0),
            progress: watch::Sender::new(Progress::default()),
            lost: watch::Sender::default(),
        });
        follow::start(location, Arc::downgrade(&state))?;
        Ok(Self(state))
    }

    /// The number of the last write that is known, from now on.
    pub(crate) fn written(&self) -> watch::Receiver<u64> {
        self.0.sequence.subscribe()
    }

    /// Runs that were found lost, from now on.
    pub(crate) fn lost(&self) -> watch::Receiver<Arc<Lost>> {
        self.0.lost.subscribe()
    }

    /// Waits until a write is known, though not for long.
    pub(crate) async fn knows(&self, sequence: u64) {
        let mut written = self.written();
        let _ = tokio::time::timeout(PATIENCE, written.wait_for(|known| *known >= sequence)).await;
    }

    /// Answers something from the runs, on a thread for what takes its time. Comes with how far the first load is, while it lasts, and
    /// the number of the last write that is known.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Index) -> Result<T, Problem> + Send + 'static,
    ) -> Result<(T, Known), Problem> {
        let mut progress = self.0.progress.subscribe();
        // Whoever waits in vain is answered from what is loaded.
        let _ = tokio::time::timeout(PATIENCE, progress.wait_for(|progress| progress.done)).await;
        let state = self.0.clone();
        let answer = tokio::task::spawn_blocking(move || {
            let index = state.index.read().unwrap_or_else(PoisonError::into_inner);
            // What is sent is sent after it is in the index, so this says no more than is there.
            let known = Known { progress: *state.progress.borrow(), sequence: *state.sequence.borrow() };
            ask(&index).map(|answer| (answer, known))
        });
        answer.await.map_err(|e| Error::new(codes::INTERNAL, format!("a question failed: {e}")))?
    }
}

/// How much of the store an answer knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    /// How far the first load was.
    pub(crate) progress: Progress,
    /// The number of the last write.
    pub(crate) sequence: u64,
}

/// Microseconds since the epoch.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_runs_are_told_from_where_one_knows_them() {
        let run = |n: usize| ("F".to_owned(), n.to_string());
        let lost = Lost::default().and(vec![run(1), run(2)]).and(vec![run(3)]);
        let since =
            |known| lost.since(known).map(|runs| runs.map(|(_, run)| run.clone()).collect::<Vec<_>>());
        assert_eq!(since(1), Some(vec!["2".to_owned(), "3".to_owned()]));
        assert_eq!(since(3), Some(Vec::new()));
        let many = lost.and((4..=LOST + 4).map(run).collect());
        assert_eq!((many.since(3).is_none(), many.since(4).map(Iterator::count)), (true, Some(LOST)));
    }
}
