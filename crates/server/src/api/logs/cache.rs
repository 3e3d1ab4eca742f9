//! Logs that are open, each with an index of its lines.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use spinloom_datastore::{Datastore, LogFile};
use spinloom_diagnostics::Result;

use crate::api::place::AttemptPlace;

/// Logs open at once, each a file.
const OPEN: usize = 256;
/// Bytes of memory for their indexes.
const ROOM: usize = 32 << 20;
/// A log that an object store has is fetched again after so long: it may have been scrubbed.
const FRESH: Duration = Duration::from_secs(60);
/// Reading on in a log is interrupted after so many bytes, to look at the clock.
pub(super) const BITE: u64 = 64 << 20;
/// One request reads on in a log for so long.
const PATIENCE: Duration = Duration::from_millis(1200);

type Shared = Arc<RwLock<LogFile>>;

struct Entry {
    log: Shared,
    opened: Instant,
    used: u64,
    size: usize,
}

/// Logs that were looked at lately.
#[derive(Default)]
pub(crate) struct Logs {
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    entries: HashMap<AttemptPlace, Entry>,
    clock: u64,
}

impl Logs {
    /// Answers what `read` reads from the log of an attempt, as it is now; `None` if it wrote nothing.
    pub(crate) fn with<T>(
        &self,
        store: &Datastore,
        of: &AttemptPlace,
        read: impl FnOnce(&LogFile) -> Result<T>,
    ) -> Result<Option<T>> {
        let Some(log) = self.log(store, of)? else { return Ok(None) };
        let shared = log.read().unwrap_or_else(PoisonError::into_inner);
        let shared = if shared.has_grown() {
            drop(shared);
            {
                let mut own = log.write().unwrap_or_else(PoisonError::into_inner);
                read_on(&mut own, PATIENCE)?;
                self.measured(of, own.index_size());
            }
            log.read().unwrap_or_else(PoisonError::into_inner)
        } else {
            shared
        };
        read(&shared).map(Some)
    }

    fn log(&self, store: &Datastore, of: &AttemptPlace) -> Result<Option<Shared>> {
        if let Some(log) = self.known(of) {
            return Ok(Some(log));
        }
        // Not while others wait: it may have to be fetched.
        let Some(log) = store.log_file(&of.flow, &of.run, of.task, of.attempt)? else { return Ok(None) };
        let log = Arc::new(RwLock::new(log));
        let mut open = self.open();
        open.clock += 1;
        let entry = Entry { log: log.clone(), opened: Instant::now(), used: open.clock, size: 0 };
        open.entries.insert(of.clone(), entry);
        open.trim();
        Ok(Some(log))
    }

    fn known(&self, of: &AttemptPlace) -> Option<Shared> {
        let mut open = self.open();
        open.clock += 1;
        let clock = open.clock;
        let entry = open.entries.get_mut(of)?;
        entry.used = clock;
        let (log, opened) = (entry.log.clone(), entry.opened);
        drop(open);
        let stale = {
            let log = log.read().unwrap_or_else(PoisonError::into_inner);
            log.is_replaced() || (log.is_fetched() && opened.elapsed() > FRESH)
        };
        if stale {
            self.open().entries.remove(of);
            return None;
        }
        Some(log)
    }

    fn measured(&self, of: &AttemptPlace, size: usize) {
        let mut open = self.open();
        if let Some(entry) = open.entries.get_mut(of) {
            entry.size = size;
        }
        open.trim();
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// Closes what was not used for longest; what is being read stays open for who reads it.
    fn trim(&mut self) {
        while self.entries.len() > 1
            && (self.entries.len() > OPEN
                || self.entries.values().map(|entry| entry.size).sum::<usize>() > ROOM)
        {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.used).map(|(of, _)| of.clone());
            let Some(oldest) = oldest else { return };
            self.entries.remove(&oldest);
        }
    }
}

/// Takes in what was written since, for at most about so long.
fn read_on(log: &mut LogFile, patience: Duration) -> Result<()> {
    let until = Instant::now() + patience;
    loop {
        log.refresh(BITE)?;
        if log.extent(None).complete || Instant::now() > until {
            return Ok(());
        }
    }
}
