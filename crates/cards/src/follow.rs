//! The cards of a run while it goes on, without looking at the same again and again.

use std::collections::HashMap;

use spinloom_datastore::{Card, Datastore, Seen};
use spinloom_diagnostics::Result;
use spinloom_flow::{FlowName, RunId, TaskId};
use spinloom_metadata::{Provider, TaskRecord};

use crate::find::{Found, found, of_task, saved};

/// What is known of the cards of a run.
///
/// Finished cards are found by the change feed, as they come with their task. What a running step shows is in files that no feed
/// tells of; of those, only the tasks' that have nothing finished are looked at, and read only if they were replaced.
#[derive(Debug, Default)]
pub struct Follower {
    after: u64,
    /// Tasks without a finished card, which may show something.
    open: HashMap<TaskId, TaskRecord>,
    seen: Seen,
    /// When each card was made, and whether its attempt was still at work.
    told: HashMap<(TaskId, String), (i64, bool)>,
}

impl Follower {
    /// The cards that are new or were made anew since the last look; at the first, all there are.
    ///
    /// # Errors
    /// Those of reading metadata and the store.
    pub fn look(
        &mut self,
        provider: &dyn Provider,
        store: &Datastore,
        (flow, run): (&FlowName, &RunId),
    ) -> Result<Vec<Found>> {
        let mut all = Vec::new();
        for (seq, task) in provider.changed_tasks(flow, run, self.after, 0)? {
            self.after = self.after.max(seq);
            if task.origin.is_some() {
                all.extend(of_task(provider, store, (flow, run), &task, None)?);
                continue;
            }
            let cards = task.manifest.as_deref().map_or(Ok(Vec::new()), |address| saved(store, address))?;
            if cards.is_empty() {
                self.open.insert(task.task, task);
                continue;
            }
            self.open.remove(&task.task);
            all.extend(cards.into_iter().map(|card| found(card, run, run, &task)));
        }
        let open = &self.open;
        let of = |task: TaskId| open.get(&task);
        let wanted = |task, attempt| of(task).is_some_and(|task| task.attempt == attempt);
        let live: Vec<Card> = store.replaced_cards((flow, run), wanted, &mut self.seen)?;
        all.extend(live.into_iter().filter_map(|card| of(card.task).map(|task| found(card, run, run, task))));
        all.sort_by_key(|one| (one.task, one.card.position));
        all.retain(|one| {
            let state = (one.card.note.at, one.card.is_live());
            self.told.insert((one.task, one.card.note.hash.clone()), state) != Some(state)
        });
        Ok(all)
    }
}
