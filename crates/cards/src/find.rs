//! Which cards tasks have.

use spinloom_datastore::{Card, Datastore, ManifestRef};
use spinloom_diagnostics::Result;
use spinloom_flow::{FlowName, RunId, StepName, TaskId};
use spinloom_metadata::{Provider, TaskRecord};

/// A card, and whose it is.
#[derive(Debug, Clone)]
pub struct Found {
    /// The card. Its task is the one that made it.
    pub card: Card,
    /// The run that was asked about.
    pub run: RunId,
    /// The run whose task made it: another if the task was taken over.
    pub made_in: RunId,
    /// The step.
    pub step: StepName,
    /// The task that was asked about.
    pub task: TaskId,
}

/// The cards of a task: of its latest attempt, or of the one given.
///
/// What an attempt that is over has saved counts; else what it showed last while it ran.
///
/// # Errors
/// Those of reading metadata and the store.
pub fn of_task(
    provider: &dyn Provider,
    store: &Datastore,
    (flow, run): (&FlowName, &RunId),
    task: &TaskRecord,
    attempt: Option<u32>,
) -> Result<Vec<Found>> {
    let (made_in, maker) = origin(provider, flow, run, task)?;
    let attempt = attempt.unwrap_or(maker.attempt);
    let manifest = if attempt == maker.attempt {
        maker.manifest.clone()
    } else {
        let attempts = provider.attempts(flow, &made_in, maker.task)?;
        attempts.into_iter().find(|one| one.attempt == attempt).and_then(|one| one.manifest)
    };
    let cards = match &manifest {
        Some(address) => saved(store, address)?,
        None => Vec::new(),
    };
    let cards =
        if cards.is_empty() { store.live_cards(flow, &made_in, Some((maker.task, attempt)))? } else { cards };
    Ok(cards.into_iter().map(|card| found(card, run, &made_in, task)).collect())
}

/// The cards of several tasks of a run, of their latest attempts.
///
/// # Errors
/// Those of reading metadata and the store.
pub fn of_tasks(
    provider: &dyn Provider,
    store: &Datastore,
    (flow, run): (&FlowName, &RunId),
    tasks: &[TaskRecord],
) -> Result<Vec<Found>> {
    let live = store.live_cards(flow, run, None)?;
    let mut all = Vec::new();
    for task in tasks {
        if task.origin.is_some() {
            all.extend(of_task(provider, store, (flow, run), task, None)?);
            continue;
        }
        let mut cards = match &task.manifest {
            Some(address) => saved(store, address)?,
            None => Vec::new(),
        };
        if cards.is_empty() {
            let own = |card: &&Card| card.task == task.task && card.attempt == task.attempt;
            cards = live.iter().filter(own).cloned().collect();
        }
        all.extend(cards.into_iter().map(|card| found(card, run, run, task)));
    }
    Ok(all)
}

pub(crate) fn found(card: Card, run: &RunId, made_in: &RunId, task: &TaskRecord) -> Found {
    Found { card, run: run.clone(), made_in: made_in.clone(), step: task.step.clone(), task: task.task }
}

pub(crate) fn saved(store: &Datastore, address: &str) -> Result<Vec<Card>> {
    Ok(store.saved_cards(&store.recent_manifest(&address.parse::<ManifestRef>()?)?))
}

/// The task that made the cards of `task`, and its run.
fn origin(
    provider: &dyn Provider,
    flow: &FlowName,
    run: &RunId,
    task: &TaskRecord,
) -> Result<(RunId, TaskRecord)> {
    let (mut run, mut task) = (run.clone(), task.clone());
    while let Some((origin, id)) = task.origin.clone() {
        let Some(found) = provider.task(flow, &origin, id)? else { break };
        (run, task) = (origin, found);
    }
    Ok((run, task))
}
