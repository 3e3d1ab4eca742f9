//! Runs that are being looked at: their tasks in memory, brought up to date whenever somebody asks.
//!
//! A question costs what has changed since the last one, not what the run has. All who look at a run share one [`View`]; it does
//! not change under them, the next question gets the next one.

mod graphs;
mod lineage;
mod shape;
mod view;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use spinloom_diagnostics::Result;
use spinloom_flow::{FlowName, RunId, RunStatus};
use spinloom_metadata::{Provider, is_lost, missing};

pub(crate) use graphs::Graphs;
pub(crate) use shape::{Shape, ShapeStep};
pub(crate) use view::View;

/// Tasks in memory, of all runs together: some 100 MB.
const ROOM: usize = 500_000;
/// A run nobody has looked at for so long is forgotten.
const IDLE: Duration = Duration::from_secs(300);

/// Which run.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct RunKey {
    /// The flow.
    pub(crate) flow: FlowName,
    /// The run.
    pub(crate) run: RunId,
}

/// Runs that are being looked at.
pub(crate) struct Views {
    slots: Mutex<HashMap<RunKey, Slot>>,
    graphs: Graphs,
}

struct Slot {
    view: Arc<Mutex<Option<Arc<View>>>>,
    used: Instant,
    tasks: usize,
}

impl Views {
    /// Of no run yet.
    pub(crate) fn new(graphs: Graphs) -> Self {
        Self { slots: Mutex::default(), graphs }
    }

    /// The run as it is now.
    ///
    /// # Errors
    /// `SL0301` if there is none; those of reading.
    pub(crate) fn look(&self, provider: &dyn Provider, key: &RunKey) -> Result<Arc<View>> {
        let slot = self.slot(key);
        // Who asks for the same run at the same time waits, and finds it read.
        let mut known = lock(&slot);
        // Read before anything else: what is written meanwhile is read again, and nothing is passed over.
        let seq = provider.sequence()?;
        let has_graph = |view: &View| view.awaits.as_ref().is_some_and(|key| self.graphs.has_come(key));
        if let Some(view) =
            known.as_ref().filter(|view| view.seq == seq && !has_died(view) && !has_graph(view))
        {
            return Ok(view.clone());
        }
        let Some(record) = provider.run(&key.flow, &key.run)? else {
            *known = None;
            drop(known);
            lock(&self.slots).remove(key);
            return Err(missing(provider, &[key.flow.as_str(), key.run.as_str()])?);
        };
        let before = known.take().filter(|view| view.record.created_at == record.created_at);
        // A graph that has come says something of every task.
        let before = before.filter(|view| !has_graph(view));
        let view = Arc::new(View::read(provider, &self.graphs, before.as_deref(), record, seq)?);
        *known = Some(view.clone());
        drop(known);
        self.measured(key, view.tasks.timeline.tasks().len());
        Ok(view)
    }

    fn slot(&self, key: &RunKey) -> Arc<Mutex<Option<Arc<View>>>> {
        let mut slots = lock(&self.slots);
        let now = Instant::now();
        let fresh = || Slot { view: Arc::default(), used: now, tasks: 0 };
        let slot = slots.entry(key.clone()).or_insert_with(fresh);
        slot.used = now;
        slot.view.clone()
    }

    /// Notes how large a run is, and forgets others if there are too many.
    fn measured(&self, key: &RunKey, tasks: usize) {
        let mut slots = lock(&self.slots);
        if let Some(slot) = slots.get_mut(key) {
            slot.tasks = tasks;
        }
        slots.retain(|other, slot| other == key || slot.used.elapsed() < IDLE);
        while slots.len() > 1 && slots.values().map(|slot| slot.tasks + 1).sum::<usize>() > ROOM {
            let oldest = slots.iter().filter(|(other, _)| *other != key).min_by_key(|(_, slot)| slot.used);
            let Some(oldest) = oldest.map(|(other, _)| other.clone()) else { return };
            slots.remove(&oldest);
        }
    }
}

/// Its driver was alive when it was read, and is not any more: nobody writes that, time tells.
fn has_died(view: &View) -> bool {
    view.record.status == RunStatus::Running && is_lost(view.record.heartbeat_at, now())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Microseconds since the epoch.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
