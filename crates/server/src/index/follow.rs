//! Following the store: on a thread of its own, with a connection of its own.

use std::sync::{Arc, PoisonError, RwLockReadGuard, RwLockWriteGuard, Weak};
use std::thread::{Builder, sleep};
use std::time::Duration;

use serde::Deserialize;
use spinloom_diagnostics::{Error, Result, ResultExt as _, codes};
use spinloom_index::Index;
use spinloom_metadata::{Location, Provider};

use super::{Progress, State, now};

/// How long the store is left alone between two looks at its sequence, which is one row.
const POLL: Duration = Duration::from_millis(100);
/// After a look that failed.
const PAUSE: Duration = Duration::from_secs(1);
/// Runs taken over at once: readers wait for no longer than that takes.
const PAGE: usize = 5000;

/// Starts the thread. It ends when the server is gone.
pub(super) fn start(location: Location, state: Weak<State>) -> Result<()> {
    let follow = move || {
        let mut follower = Follower { location, provider: None, at: 0 };
        loop {
            let Some(state) = state.upgrade() else { return };
            let looked = follower.look(&state);
            drop(state);
            match looked {
                Ok(()) => sleep(POLL),
                Err(error) => {
                    tracing::warn!(%error, "the store could not be followed");
                    follower.provider = None;
                    sleep(PAUSE);
                }
            }
        }
    };
    let started = Builder::new().name("follow".to_owned()).spawn(follow);
    started.or_error(codes::INTERNAL, || "a thread cannot be started".to_owned()).map(drop)
}

/// Of a flow graph, what the index needs.
#[derive(Default, Deserialize)]
struct Outline {
    #[serde(default)]
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    name: String,
}

struct Follower {
    location: Location,
    provider: Option<Box<dyn Provider>>,
    /// The number of the last write taken over.
    at: u64,
}

impl Follower {
    /// Takes over what was written since the last look.
    fn look(&mut self, state: &State) -> Result<()> {
        let provider = match self.provider.take() {
            Some(provider) => provider,
            None => self.open()?,
        };
        let newest = provider.sequence()?;
        if newest < self.at {
            // Another store under the same name: what is known here is of the one before.
            *write(state) = Index::new();
            self.at = 0;
        }
        while self.at < newest {
            let changes = provider.changed_runs(self.at, PAGE)?;
            let Some(last) = changes.last() else {
                self.at = newest;
                break;
            };
            self.at = last.seq;
            let unknown = {
                let mut index = write(state);
                index.update(&changes, now());
                index.unknown_graphs()
            };
            for (graph, flow, run) in unknown {
                // A graph that is none has no steps: runs recorded by others may have none.
                let outline = provider.graph(&flow, &run)?.and_then(|text| serde_json::from_str(&text).ok());
                let Outline { steps } = outline.unwrap_or_default();
                write(state).learn_graph(graph, steps.iter().map(|step| step.name.as_str()));
            }
            let progress = |known: &mut Progress| {
                (known.loaded, known.of) = (last.seq, newest);
                !known.done
            };
            state.progress.send_if_modified(progress);
        }
        let time = now();
        if read(state).is_due(time) {
            write(state).advance(time);
        }
        let lost = write(state).take_lost();
        // Those of the first load were lost before anybody looked.
        if state.progress.borrow().done && !lost.is_empty() {
            state.lost.send_modify(|known| *known = Arc::new(known.and(lost)));
        }
        if !state.progress.borrow().done {
            write(state).shrink();
            state.progress.send_modify(|progress| progress.done = true);
        }
        let at = self.at;
        state.sequence.send_if_modified(|known| std::mem::replace(known, at) != at);
        self.provider = Some(provider);
        Ok(())
    }

    fn open(&self) -> Result<Box<dyn Provider>> {
        let found = self.location.open_read()?;
        found.ok_or_else(|| Error::new(codes::METADATA_IO, format!("`{}` is gone", self.location)))
    }
}

fn read(state: &State) -> RwLockReadGuard<'_, Index> {
    state.index.read().unwrap_or_else(PoisonError::into_inner)
}

fn write(state: &State) -> RwLockWriteGuard<'_, Index> {
    state.index.write().unwrap_or_else(PoisonError::into_inner)
}
