//! What the tasks of a step have in common: counts, percentiles of how long they took, the slowest.

use serde::Serialize;
use spinloom_flow::{TaskId, TaskStatus};
use utoipa::ToSchema;

use crate::{Task, Timeline};

/// How long a number of things took, microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct Spread {
    /// How many.
    pub count: u64,
    /// The shortest.
    pub min: i64,
    /// Half took no longer.
    pub p50: i64,
    /// Nineteen of twenty took no longer.
    pub p95: i64,
    /// The longest.
    pub max: i64,
    /// All together.
    pub total: i64,
}

impl Spread {
    /// Of these; none of nothing. `values` is left in another order.
    pub fn of(values: &mut [i64]) -> Option<Self> {
        let (min, max) = (*values.iter().min()?, *values.iter().max()?);
        let total = values.iter().fold(0_i64, |sum, value| sum.saturating_add(*value));
        Some(Self {
            count: values.len() as u64,
            min,
            p50: percentile(values, 50),
            p95: percentile(values, 95),
            max,
            total,
        })
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        self.total as f64 / (self.count.max(1)) as f64
    }
}

/// The smallest value that `percent` of a hundred are not above (the nearest rank).
fn percentile(values: &mut [i64], percent: usize) -> i64 {
    let rank = (values.len() * percent).div_ceil(100).saturating_sub(1);
    let (_, value, _) = values.select_nth_unstable(rank);
    *value
}

/// The tasks of a step, counted.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct Counts {
    /// Tasks in all.
    pub tasks: u64,
    /// Tasks at work, or between two attempts.
    pub running: u64,
    /// Tasks that ended well, adopted ones included.
    pub done: u64,
    /// Tasks that failed.
    pub failed: u64,
    /// Tasks that were stopped.
    pub stopped: u64,
    /// Tasks taken from the run that is resumed.
    pub adopted: u64,
    /// Tasks that needed more than one attempt.
    pub retried: u64,
    /// When the first began, microseconds since the epoch.
    pub began_at: Option<i64>,
    /// When the last that is over ended.
    pub ended_at: Option<i64>,
    /// CPU time of all attempts, microseconds.
    pub cpu_us: u64,
    /// The most memory an attempt had, KiB.
    pub max_rss_kib: u64,
    /// How long tasks took that ended here, by their last attempts.
    pub durations: Option<Spread>,
    /// How long failed attempts took, retried ones included.
    pub lost_us: i64,
}

impl Counts {
    /// Tasks that are over.
    pub fn over(&self) -> u64 {
        self.tasks - self.running
    }

    fn take(&mut self, task: &Task) {
        self.tasks += 1;
        match task.status {
            TaskStatus::Running => self.running += 1,
            TaskStatus::Done => self.done += 1,
            TaskStatus::Failed => self.failed += 1,
            TaskStatus::Stopped => self.stopped += 1,
        }
        self.adopted += u64::from(task.adopted);
        self.retried += u64::from(task.bars.len() > 1);
        self.began_at = Some(self.began_at.map_or(task.began(), |at| at.min(task.began())));
        self.ended_at = self.ended_at.max(task.ended());
        for bar in &task.bars {
            self.cpu_us = self.cpu_us.saturating_add(bar.cpu_us);
            self.max_rss_kib = self.max_rss_kib.max(bar.max_rss_kib);
            if matches!(bar.status, TaskStatus::Failed | TaskStatus::Stopped) {
                self.lost_us = self.lost_us.saturating_add(bar.duration().unwrap_or(0));
            }
        }
    }
}

/// The counts of each step, by the step's number.
pub fn counts(timeline: &Timeline) -> Vec<Counts> {
    let mut counts = vec![Counts::default(); timeline.steps().len()];
    let mut durations: Vec<Vec<i64>> = vec![Vec::new(); counts.len()];
    for task in timeline.tasks() {
        let step = usize::from(task.step);
        counts[step].take(task);
        durations[step].extend(task.duration());
    }
    for (counts, durations) in counts.iter_mut().zip(&mut durations) {
        counts.durations = Spread::of(durations);
    }
    counts
}

/// The tasks of a step that took longest, the longest first; one at work counts as long as it has been so at `now`.
pub fn slowest(timeline: &Timeline, step: u16, now: i64, limit: usize) -> Vec<(TaskId, i64)> {
    let mut list: Vec<(TaskId, i64)> = timeline
        .tasks()
        .iter()
        .filter(|task| task.step == step)
        .filter_map(|task| Some((task.id, taken(task, now)?)))
        .collect();
    list.sort_unstable_by_key(|&(id, took)| (std::cmp::Reverse(took), id));
    list.truncate(limit);
    list
}

/// How long a task's last attempt took, or has been taking.
pub fn taken(task: &Task, now: i64) -> Option<i64> {
    let bar = task.bars.last()?;
    Some((bar.finished_at.unwrap_or(now) - bar.started_at).max(0))
}

/// How long the tasks of a step waited for their turn after the last of their inputs was there.
pub fn waits(timeline: &Timeline, step: u16) -> Option<Spread> {
    let mut waits: Vec<i64> = timeline
        .tasks()
        .iter()
        .filter(|task| task.step == step && !task.adopted && !task.bars.is_empty())
        .filter_map(|task| Some((task.began() - ready(timeline, task)?).max(0)))
        .collect();
    Spread::of(&mut waits)
}

/// When the last input of a task was there; none if that is not known.
pub fn ready(timeline: &Timeline, task: &Task) -> Option<i64> {
    task.parents.iter().filter_map(|id| timeline.task(id)?.ended()).max()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn percentiles_are_those_of_the_sorted_list(mut values in prop::collection::vec(0..1000i64, 1..200)) {
            let spread = Spread::of(&mut values).unwrap();
            values.sort_unstable();
            let rank = |percent: usize| values[(values.len() * percent).div_ceil(100) - 1];
            prop_assert_eq!((spread.p50, spread.p95), (rank(50), rank(95)));
            prop_assert_eq!((spread.min, spread.max), (values[0], values[values.len() - 1]));
            prop_assert_eq!((spread.count, spread.total), (values.len() as u64, values.iter().sum()));
            prop_assert!(spread.min <= spread.p50 && spread.p50 <= spread.p95 && spread.p95 <= spread.max);
        }
    }

    #[test]
    fn nothing_has_no_spread() {
        assert_eq!(Spread::of(&mut []), None);
    }
}
