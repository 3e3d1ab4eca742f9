//! One run as it was at one moment.

use std::sync::{Arc, OnceLock};

use spinloom_diagnostics::Result;
use spinloom_flow::{RunStatus, TaskId};
use spinloom_metadata::service::METAFLOW;
use spinloom_metadata::{Provider, RunRecord};
use spinloom_timeline::path::{CriticalPath, critical_path};
use spinloom_timeline::progress::{self, Progress};
use spinloom_timeline::stats::{self, Counts};
use spinloom_timeline::{Task, Timeline};

use super::Shape;
use super::graphs::{Graphs, Key};
use super::lineage::{Kept, give_parents};

/// One run as it was at one moment.
pub(crate) struct View {
    /// What is recorded of the run itself.
    pub(crate) record: RunRecord,
    /// Its steps.
    pub(crate) shape: Arc<Shape>,
    /// Its tasks.
    pub(crate) tasks: Arc<Tasks>,
    /// Everything written up to this number of the change feed is here.
    pub(crate) seq: u64,
    /// The number of the feed at which something of it was seen to differ.
    pub(crate) changed: u64,
    /// Its graph is elsewhere, and not there yet.
    pub(super) awaits: Option<Key>,
}

/// Tasks, and what follows from them alone.
pub(crate) struct Tasks {
    /// The tasks.
    pub(crate) timeline: Arc<Timeline>,
    counts: OnceLock<Vec<Counts>>,
    path: OnceLock<Arc<CriticalPath>>,
}

impl Tasks {
    /// Tasks of each step, counted, by the step's number.
    pub(crate) fn counts(&self) -> &[Counts] {
        self.counts.get_or_init(|| stats::counts(&self.timeline))
    }
}

impl View {
    /// The run of `record` as it is, or was at `seq` at least; `before` is what was known of it.
    pub(super) fn read(
        provider: &dyn Provider,
        graphs: &Graphs,
        before: Option<&Self>,
        record: RunRecord,
        seq: u64,
    ) -> Result<Self> {
        let mut timeline = before.map(|view| view.tasks.timeline.clone()).unwrap_or_default();
        let after = before.map_or(0, |view| view.seq);
        let of_metaflow = record.info.contains_key(METAFLOW);
        let (mut touched, mut kept) = (false, Vec::new());
        provider.bars(&record.flow, &record.run, after, &mut |bars| {
            touched = true;
            Arc::make_mut(&mut timeline).put(bars);
            if of_metaflow {
                kept.push(Kept::of(bars));
            }
        })?;
        let mut awaits = before.and_then(|view| view.awaits.clone());
        let shape = match before {
            Some(view) if view.shape.is_recorded() || !touched => view.shape.clone(),
            _ => {
                let recorded = provider.graph(&record.flow, &record.run)?.unwrap_or_default();
                let mut shape = Shape::read(&recorded, &timeline);
                if of_metaflow && !shape.is_recorded() {
                    let (found, key) = graphs.of(provider, &record);
                    awaits = key;
                    if let Some(text) = found {
                        shape = Shape::read(&text, &timeline);
                    }
                }
                Arc::new(shape)
            }
        };
        if !kept.is_empty() && shape.is_recorded() {
            give_parents(Arc::make_mut(&mut timeline), &shape, &kept);
        }
        let tasks = match before {
            Some(view) if !touched => view.tasks.clone(),
            _ => Arc::new(Tasks { timeline, counts: OnceLock::new(), path: OnceLock::new() }),
        };
        let changed = match before {
            Some(view) if !touched && same(&view.record, &record) => view.changed,
            _ => seq,
        };
        Ok(Self { record, shape, tasks, seq, changed, awaits })
    }

    /// A task.
    pub(crate) fn task(&self, id: TaskId) -> Option<&Task> {
        self.tasks.timeline.task(id)
    }

    /// The counts of a step; none before its first task.
    pub(crate) fn counts_of(&self, step: &str) -> Option<&Counts> {
        self.tasks.counts().get(usize::from(self.tasks.timeline.step(step)?))
    }

    /// How far it is at `now`.
    pub(crate) fn progress(&self, now: i64) -> Progress {
        let running = self.record.status == RunStatus::Running;
        progress::progress(&self.tasks.timeline, self.tasks.counts(), &self.shape.plan, running, now)
    }

    /// What decided how long it took, or has been taking until `now`.
    pub(crate) fn critical_path(&self, now: i64) -> Arc<CriticalPath> {
        let find = || Arc::new(critical_path(&self.tasks.timeline, self.record.created_at, self.until(now)));
        // As long as tasks are at work, every moment has its own.
        let at_work = self.tasks.counts().iter().any(|counts| counts.running > 0);
        if at_work { find() } else { self.tasks.path.get_or_init(find).clone() }
    }

    /// When it ended, or `now`; of one whose driver was lost, when that was last heard of.
    pub(crate) fn until(&self, now: i64) -> i64 {
        let record = &self.record;
        match record.status {
            RunStatus::Lost => record.heartbeat_at,
            _ => record.finished_at.unwrap_or(now),
        }
    }
}

/// Nothing of the run itself has changed but that its driver was heard of.
fn same(a: &RunRecord, b: &RunRecord) -> bool {
    let settled = |record: &RunRecord| (record.status, record.finished_at);
    settled(a) == settled(b) && a.tags == b.tags && a.info == b.info
}
