//! Timelines to test with.

use proptest::prelude::*;
use spinloom_flow::event::{Failure, Usage};
use spinloom_flow::{StepName, TaskId, TaskStatus};
use spinloom_metadata::{AttemptBar, TaskBars};

use crate::Timeline;

/// A task: id, step, ranges of parents, from, to.
type Plain<'a> = (u64, &'a str, &'a [(u64, u64)], i64, i64);

/// Tasks that are done.
pub(crate) fn plain(tasks: &[Plain<'_>]) -> Timeline {
    let mut timeline = Timeline::default();
    for (at, (id, step, parents, began, ended)) in tasks.iter().enumerate() {
        let step = StepName::new(step).unwrap();
        timeline.put(&TaskBars {
            seq: at as u64 + 1,
            step: &step,
            task: TaskId(*id),
            indices: &[],
            status: TaskStatus::Done,
            adopted: false,
            created_at: *began,
            finished_at: Some(*ended),
            parents,
            transition: None,
            attempts: &[attempt(0, TaskStatus::Done, *began, Some(*ended))],
        });
    }
    timeline
}

fn attempt(attempt: u32, status: TaskStatus, started_at: i64, finished_at: Option<i64>) -> AttemptBar {
    let failed = status == TaskStatus::Failed;
    let failure = failed.then(|| Failure { kind: format!("E{}", started_at % 3), ..Failure::default() });
    let usage =
        Usage { starting_us: u64::from(attempt), saving_us: u64::from(2 * attempt), ..Usage::default() };
    AttemptBar { attempt, status, started_at, finished_at, failure, usage }
}

/// How one task comes about: its id's distance to the one before, step, parents back from it, wait, attempts' times, state.
type Seed = (u64, usize, u64, i64, Vec<i64>, u8);

/// Timelines as an engine leaves them: a task begins after its parents ended, ids ascend, writes are numbered.
pub(crate) fn timelines() -> impl Strategy<Value = Timeline> {
    let seed = (
        1..4u64,
        0..4usize,
        0..5u64,
        0..20i64,
        prop::collection::vec(0..50i64, 1..4),
        prop_oneof![6 => Just(1u8), 1 => Just(0), 1 => Just(2), 1 => Just(9)],
    );
    prop::collection::vec(seed, 0..30).prop_map(|seeds| built(&seeds))
}

fn built(seeds: &[Seed]) -> Timeline {
    let mut timeline = Timeline::default();
    let mut ids: Vec<(u64, i64)> = Vec::new();
    for (at, (distance, step, back, wait, times, state)) in seeds.iter().enumerate() {
        let id = ids.last().map_or(0, |(id, _)| *id) + distance;
        let parents: Vec<(u64, u64)> =
            ids.iter().rev().take(*back as usize).map(|(parent, _)| (*parent, *parent)).collect();
        let ready = ids.iter().rev().take(*back as usize).map(|(_, end)| *end).max().unwrap_or(0);
        let step = StepName::new(["start", "train", "join", "end"][*step]).unwrap();
        let mut clock = ready + wait;
        let adopted = *state == 9;
        let last = match state {
            0 => TaskStatus::Running,
            2 => TaskStatus::Failed,
            _ => TaskStatus::Done,
        };
        let created_at = clock;
        let mut attempts = Vec::new();
        for (number, took) in times.iter().enumerate().filter(|_| !adopted) {
            let status = if number + 1 == times.len() { last } else { TaskStatus::Failed };
            let ended = (status != TaskStatus::Running).then_some(clock + took);
            attempts.push(attempt(number as u32, status, clock, ended));
            clock += took;
        }
        let open = last == TaskStatus::Running;
        timeline.put(&TaskBars {
            seq: (at as u64 * 7) % 50 + 1,
            step: &step,
            task: TaskId(id),
            indices: &[at as u64, 3][..at % 3],
            status: last,
            adopted,
            created_at,
            finished_at: (!open).then_some(clock),
            parents: &parents,
            transition: None,
            attempts: &attempts,
        });
        ids.push((id, if open { 5000 } else { clock }));
    }
    timeline
}
