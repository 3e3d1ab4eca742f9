//! Clients that wait on a network, behind a trait that does not know of waiting: a runtime on the caller's own thread.
//!
//! No thread is started, so a process may fork after a provider was dropped, and nothing is at work between two calls.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use spinloom_diagnostics::{Result, ResultExt as _, codes};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Notify;

/// The first pause before something is tried again.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// A runtime on the caller's thread.
pub(super) struct Blocking(Option<Runtime>);

impl Blocking {
    pub(super) fn new() -> Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .or_error(codes::INTERNAL, || "no network can be waited for".to_owned())?;
        Ok(Self(Some(runtime)))
    }

    /// Waits until `work` is done.
    pub(super) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        match &self.0 {
            Some(runtime) => runtime.block_on(work),
            // Only while it is dropped.
            None => unreachable!("a runtime is used after it was dropped"),
        }
    }

    /// Whether this thread may wait: not where a runtime is at work already.
    pub(super) fn may_wait() -> bool {
        Handle::try_current().is_err()
    }
}

impl Drop for Blocking {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// A pause before try number `tries` + 1, which grows, and differs between those who wait for the same.
pub(super) fn pause(tries: u32) -> Duration {
    let longest = FIRST_PAUSE.saturating_mul(1 << tries.min(10)).min(LONGEST_PAUSE);
    longest.mul_f64(0.5 + dice().f64() / 2.0)
}

/// Random also between processes that were forked from one.
pub(crate) fn dice() -> fastrand::Rng {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_nanos() as u64);
    fastrand::Rng::with_seed(nanos ^ (u64::from(std::process::id()) << 32) ^ fastrand::u64(..))
}

/// Stops the call under way, from any thread.
#[derive(Clone, Default)]
pub(super) struct Stop(Arc<Stopping>);

#[derive(Default)]
struct Stopping {
    state: Mutex<State>,
    notify: Notify,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Idle,
    Busy,
    Stopped,
}

impl Stop {
    /// A call begins, which lasts until the answer is dropped.
    pub(super) fn begin(&self) -> Busy<'_> {
        self.set(|_| State::Busy);
        Busy(self)
    }

    /// Stops the call under way; does nothing where there is none.
    pub(super) fn stop(&self) {
        self.set(|state| if state == State::Busy { State::Stopped } else { state });
        self.0.notify.notify_one();
    }

    /// Comes when the call under way is to be stopped.
    pub(super) async fn asked(&self) {
        // A word left over from an earlier call wakes this one for nothing.
        while *self.0.state.lock().unwrap_or_else(PoisonError::into_inner) != State::Stopped {
            self.0.notify.notified().await;
        }
    }

    fn set(&self, change: impl FnOnce(State) -> State) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = change(*state);
    }
}

/// A call under way.
pub(super) struct Busy<'a>(&'a Stop);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.set(|_| State::Idle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_call_under_way_is_stopped() {
        let (blocking, stop) = (Blocking::new().unwrap(), Stop::default());
        stop.stop();
        let busy = stop.begin();
        let waited = blocking.run(async {
            tokio::select! { biased; () = stop.asked() => "stopped", () = tokio::task::yield_now() => "done" }
        });
        assert_eq!(waited, "done");
        stop.stop();
        blocking.run(stop.asked());
        drop(busy);
    }

    #[test]
    fn pauses_grow_up_to_a_bound() {
        assert!(pause(0) <= FIRST_PAUSE);
        assert!(pause(30) <= LONGEST_PAUSE && pause(30) >= LONGEST_PAUSE / 2);
    }
}
