//! What a process makes for itself: a fork inherits threads' memory but not the threads.

use std::mem;
use std::process;
use std::sync::OnceLock;

use spinloom_diagnostics::{Error, Result, codes};
use tokio::runtime::{Builder, Runtime};

/// A value made once in each process. A process that was forked makes its own; what it inherited it neither uses nor
/// drops, because the parent's threads, locks and connections are not its to end.
pub(crate) struct PerProcess<T> {
    first: OnceLock<Box<Made<T>>>,
}

struct Made<T> {
    pid: u32,
    value: Option<T>,
    next: OnceLock<Box<Made<T>>>,
}

impl<T> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self { first: OnceLock::new() }
    }

    /// The value of this process. Two threads that come at once may both make one; the first is kept.
    pub(crate) fn get(&self, make: impl Fn() -> Result<T>) -> Result<&T> {
        let pid = process::id();
        let mut slot = &self.first;
        loop {
            match slot.get() {
                Some(made) if made.pid == pid => match &made.value {
                    Some(value) => return Ok(value),
                    None => return Err(Error::new(codes::INTERNAL, "a value was taken from its process")),
                },
                Some(made) => slot = &made.next,
                None => drop(slot.set(Box::new(Made { pid, value: Some(make()?), next: OnceLock::new() }))),
            }
        }
    }
}

impl<T> Drop for Made<T> {
    fn drop(&mut self) {
        if self.pid != process::id() {
            mem::forget(self.value.take());
        }
    }
}

/// The runtime of this process.
pub(crate) fn runtime() -> Result<&'static Runtime> {
    static RUNTIME: PerProcess<Runtime> = PerProcess::new();
    RUNTIME.get(|| {
        Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("spinloom-objects")
            .enable_all()
            .build()
            .map_err(|e| Error::new(codes::ENVIRONMENT, "threads for the network cannot be started").cause(e))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn a_value_is_made_once() {
        let (made, value) = (AtomicU32::new(0), PerProcess::new());
        for _ in 0..3 {
            assert_eq!(*value.get(|| Ok(made.fetch_add(1, Ordering::Relaxed))).unwrap(), 0);
        }
        assert_eq!(made.into_inner(), 1);
    }

    #[test]
    fn a_failure_is_not_kept() {
        let value = PerProcess::new();
        assert!(value.get(|| Err::<u32, _>(Error::new(codes::INTERNAL, "not yet"))).is_err());
        assert_eq!(*value.get(|| Ok(1)).unwrap(), 1);
    }
}
