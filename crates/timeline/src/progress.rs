//! How far a run is, how many tasks there will be, and when it may be over.
//!
//! Steps are gone through in order. How many tasks a step will have follows from those that lead to it: tasks that are done said so;
//! for those that are not, it is taken that they do as the others did. An estimate says that it is one.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::Timeline;
use crate::plan::{Fan, Plan, PlanStep, Reached};
use crate::stats::Counts;

/// How far a step is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StepProgress {
    /// The step.
    pub step: String,
    /// Tasks it will have, those it has included.
    pub expected: u64,
    /// `expected` may turn out otherwise: a step before it has not said yet how many follow.
    pub estimated: bool,
    /// Tasks that could start and have not: they wait for a worker.
    pub queued: u64,
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct Progress {
    /// Tasks that are over.
    pub over: u64,
    /// Tasks there will be.
    pub expected: u64,
    /// `expected` may turn out otherwise.
    pub estimated: bool,
    /// Tasks that wait for a worker.
    pub queued: u64,
    /// How long it may still take, microseconds; none if it is over, or nothing is known yet.
    pub remaining_us: Option<i64>,
    /// The steps, each after all that lead to it.
    pub steps: Vec<StepProgress>,
}

/// How far a run is at `now`. `counts` are those of [`counts`](crate::stats::counts); `running` says that tasks may follow.
pub fn progress(timeline: &Timeline, counts: &[Counts], plan: &Plan, running: bool, now: i64) -> Progress {
    let view = View { timeline, counts, plan, said: said(timeline) };
    let mut steps: Vec<Expected> = Vec::with_capacity(plan.steps.len());
    for step in &plan.steps {
        let next = if running { view.expected(step, &steps) } else { view.final_count(step) };
        steps.push(next);
    }
    let remaining_us = if running { view.remaining(&steps, now) } else { None };
    let shown = |(step, expected): (&PlanStep, &Expected)| StepProgress {
        step: step.name.clone(),
        expected: expected.tasks.round() as u64,
        estimated: expected.estimated,
        queued: expected.queued,
    };
    let over = plan.steps.iter().map(|step| view.of(step).map_or(0, Counts::over)).sum();
    let steps_shown: Vec<StepProgress> = plan.steps.iter().zip(&steps).map(shown).collect();
    Progress {
        over,
        expected: steps_shown.iter().map(|step| step.expected).sum(),
        estimated: steps_shown.iter().any(|step| step.estimated),
        queued: steps_shown.iter().map(|step| step.queued).sum(),
        remaining_us,
        steps: steps_shown,
    }
}

/// What tasks of a step said of a step that follows.
#[derive(Debug, Clone, Copy, Default)]
struct Said {
    /// How many said anything.
    tasks: u64,
    /// How many tasks follow.
    following: u64,
}

/// By the names of both steps; the second is empty for those that said anything at all.
type AllSaid<'a> = HashMap<(u16, &'a str), Said>;

fn said(timeline: &Timeline) -> AllSaid<'_> {
    // Most tasks say the same as the one before, and there are few things to say.
    let mut numbers: Vec<((u16, u32), u64)> = Vec::new();
    let mut last = 0;
    for task in timeline.tasks().iter().filter(|task| task.ended().is_some()) {
        let Some(transition) = task.transition else { continue };
        let key = (task.step, transition);
        if numbers.get(last).is_none_or(|(known, _)| *known != key) {
            last = numbers.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
                numbers.push((key, 0));
                numbers.len() - 1
            });
        }
        numbers[last].1 += 1;
    }
    let mut said = AllSaid::new();
    for ((step, number), times) in numbers {
        let Some(transition) = timeline.transition_numbered(number) else { continue };
        said.entry((step, "")).or_default().tasks += times;
        for name in &transition.steps {
            let following = transition.count.unwrap_or(1).saturating_mul(times);
            said.entry((step, name.as_str())).or_default().following += following;
        }
    }
    said
}

#[derive(Debug, Clone, Copy, Default)]
struct Expected {
    tasks: f64,
    estimated: bool,
    queued: u64,
}

struct View<'a> {
    timeline: &'a Timeline,
    counts: &'a [Counts],
    plan: &'a Plan,
    said: AllSaid<'a>,
}

impl View<'_> {
    fn of(&self, step: &PlanStep) -> Option<&Counts> {
        self.counts.get(usize::from(self.timeline.step(&step.name)?))
    }

    fn made(&self, step: &PlanStep) -> u64 {
        self.of(step).map_or(0, |counts| counts.tasks)
    }

    fn final_count(&self, step: &PlanStep) -> Expected {
        Expected { tasks: self.made(step) as f64, ..Expected::default() }
    }

    fn expected(&self, step: &PlanStep, before: &[Expected]) -> Expected {
        let made = self.made(step);
        let mut found = match &step.reached {
            Reached::Start => Expected { tasks: 1.0, estimated: false, queued: 1_u64.saturating_sub(made) },
            Reached::From(parents) => self.led_to(step, parents, before),
            Reached::Joins { splits, parents } => self.joined(made, splits, parents, before),
        };
        found.tasks = found.tasks.max(made as f64);
        found
    }

    /// Tasks that follow from each task of the steps before.
    fn led_to(&self, step: &PlanStep, parents: &[usize], before: &[Expected]) -> Expected {
        let mut found = Expected::default();
        let mut sure = 0;
        for &parent in parents {
            let from = &self.plan.steps[parent];
            let number = self.timeline.step(&from.name);
            let of = |name: &str| number.and_then(|n| self.said.get(&(n, name))).copied().unwrap_or_default();
            let (all, here) = (of(""), of(&step.name));
            sure += here.following;
            let dead = self.of(from).map_or(0, |counts| counts.failed + counts.stopped);
            let open = (before[parent].tasks - all.tasks as f64 - dead as f64).max(0.0);
            let each = if all.tasks > 0 { here.following as f64 / all.tasks as f64 } else { guess(from.fan) };
            found.tasks += here.following as f64 + open * each;
            let guessed = open > 0.0 && from.fan != Fan::All;
            found.estimated |= guessed || before[parent].estimated;
        }
        found.queued = sure.saturating_sub(self.made(step));
        found
    }

    /// Tasks that join what others split: one for each of those.
    fn joined(&self, made: u64, splits: &[usize], parents: &[usize], before: &[Expected]) -> Expected {
        let tasks: f64 = splits.iter().map(|split| before[*split].tasks).sum();
        let estimated = splits.iter().any(|split| before[*split].estimated);
        // What it joins is there once nothing before it is missing.
        let all_there = parents.iter().all(|&parent| {
            let done = self.of(&self.plan.steps[parent]).map_or(0, |counts| counts.done);
            !before[parent].estimated && done as f64 >= before[parent].tasks
        });
        let queued = if all_there { (tasks.round() as u64).saturating_sub(made) } else { 0 };
        Expected { tasks: tasks.max(1.0), estimated, queued }
    }

    /// The longest way through what is left, each step at the pace it had so far, or the run had.
    fn remaining(&self, expected: &[Expected], now: i64) -> Option<i64> {
        let known: Vec<&Counts> = self.counts.iter().filter(|counts| counts.durations.is_some()).collect();
        let (mut total, mut count) = (0.0, 0.0);
        for spread in known.iter().filter_map(|counts| counts.durations) {
            total += spread.total as f64;
            count += spread.count as f64;
        }
        if count == 0.0 {
            return None;
        }
        let usual = total / count;
        let widest = known.iter().map(|counts| width(counts, now)).fold(1.0, f64::max);
        let mut ends: Vec<f64> = Vec::with_capacity(expected.len());
        for (step, expected) in self.plan.steps.iter().zip(expected) {
            let counts = self.of(step);
            let open = (expected.tasks - counts.map_or(0, Counts::over) as f64).max(0.0);
            let spread = counts.and_then(|counts| counts.durations);
            let each = spread.map_or(usual, |spread| spread.mean());
            let pace = counts.filter(|c| c.durations.is_some()).map_or(widest, |counts| width(counts, now));
            let begun = counts.map_or(0.0, |counts| self.begun(step, counts, each, now));
            let own = (open * each - begun).max(0.0) / pace.clamp(1.0, open.max(1.0));
            let parents = match &step.reached {
                Reached::Start => &[][..],
                Reached::From(parents) | Reached::Joins { parents, .. } => parents.as_slice(),
            };
            ends.push(parents.iter().map(|parent| ends[*parent]).fold(0.0, f64::max) + own);
        }
        Some(ends.into_iter().fold(0.0, f64::max) as i64)
    }

    /// How much of what tasks at work usually take is behind them.
    fn begun(&self, step: &PlanStep, counts: &Counts, each: f64, now: i64) -> f64 {
        let Some(number) = self.timeline.step(&step.name).filter(|_| counts.running > 0) else { return 0.0 };
        let running =
            self.timeline.tasks().iter().filter(|task| task.step == number && task.ended().is_none());
        running.filter_map(|task| crate::stats::taken(task, now)).map(|took| (took as f64).min(each)).sum()
    }
}

/// How many tasks of a step were at work at once, on average.
fn width(counts: &Counts, now: i64) -> f64 {
    let (Some(began), Some(spread)) = (counts.began_at, counts.durations) else { return 1.0 };
    let until = if counts.running > 0 { now } else { counts.ended_at.unwrap_or(now) };
    (spread.total as f64 / ((until - began).max(1)) as f64).max(1.0)
}

fn guess(fan: Fan) -> f64 {
    match fan {
        Fan::All | Fan::Many => 1.0,
        Fan::OneOf(n) => 1.0 / n as f64,
    }
}

#[cfg(test)]
mod tests {
    use spinloom_flow::event::Usage;
    use spinloom_flow::{FlowGraph, Graph, StepName, TaskId, TaskStatus};
    use spinloom_metadata::{AttemptBar, TaskBars};

    use super::*;
    use crate::stats::counts;

    /// `start` fans out to `work`, which `join` joins before `end`.
    fn plan() -> Plan {
        let step = |name: &str, args: u32, tail: &str| {
            format!(r#"{{"name": "{name}", "file": "f.py", "line": 1, "args": {args}, "tail": {tail}}}"#)
        };
        let to = |target: &str| format!(r#"{{"kind": "next", "line": 1, "targets": ["{target}"]}}"#);
        let fan = r#"{"kind": "next", "line": 1, "targets": ["work"], "foreach": "xs"}"#;
        let steps = [
            step("start", 1, fan),
            step("work", 1, &to("join")),
            step("join", 2, &to("end")),
            step("end", 1, r#"{"kind": "none"}"#),
        ];
        let text =
            format!(r#"{{"version": 1, "name": "F", "file": "f.py", "steps": [{}]}}"#, steps.join(","));
        Plan::of(&Graph::compile(&FlowGraph::from_json(&text).unwrap()).unwrap())
    }

    /// Takes in a task that began at 0, and ended after 100 unless it is at work.
    fn put(timeline: &mut Timeline, step: &str, id: u64, next: Option<&str>) {
        let (status, ended) = match next {
            Some(_) => (TaskStatus::Done, Some(100)),
            None => (TaskStatus::Running, None),
        };
        let bar = AttemptBar {
            attempt: 0,
            status,
            started_at: 0,
            finished_at: ended,
            failure: None,
            usage: Usage::default(),
        };
        timeline.put(&TaskBars {
            seq: id,
            step: &StepName::new(step).unwrap(),
            task: TaskId(id),
            indices: &[],
            status,
            adopted: false,
            created_at: 0,
            finished_at: ended,
            parents: &[],
            transition: next,
            attempts: &[bar],
        });
    }

    fn at(timeline: &Timeline, running: bool, now: i64) -> Progress {
        progress(timeline, &counts(timeline), &plan(), running, now)
    }

    fn expected(progress: &Progress) -> Vec<(u64, u64)> {
        progress.steps.iter().map(|step| (step.expected, step.queued)).collect()
    }

    const FAN: &str = r#"{"steps": ["work"], "foreach": {"var": "xs", "count": 4}}"#;

    #[test]
    fn how_many_follow_is_a_guess_until_it_is_said() {
        let mut timeline = Timeline::default();
        put(&mut timeline, "start", 1, None);
        let before = at(&timeline, true, 50);
        assert_eq!((before.estimated, before.remaining_us), (true, None));
        put(&mut timeline, "start", 1, Some(FAN));
        let after = at(&timeline, true, 100);
        assert_eq!(expected(&after), [(1, 0), (4, 4), (1, 0), (1, 0)]);
        assert_eq!((after.estimated, after.over, after.expected, after.queued), (false, 1, 7, 4));
    }

    #[test]
    fn a_join_waits_for_all_it_joins() {
        let mut timeline = Timeline::default();
        put(&mut timeline, "start", 1, Some(FAN));
        for id in 2..5 {
            put(&mut timeline, "work", id, Some(r#"{"steps": ["join"]}"#));
        }
        put(&mut timeline, "work", 5, None);
        assert_eq!(expected(&at(&timeline, true, 100)), [(1, 0), (4, 0), (1, 0), (1, 0)]);
        put(&mut timeline, "work", 5, Some(r#"{"steps": ["join"]}"#));
        assert_eq!(expected(&at(&timeline, true, 100)), [(1, 0), (4, 0), (1, 1), (1, 0)]);
    }

    #[test]
    fn the_time_left_does_not_grow_as_tasks_end() {
        let mut timeline = Timeline::default();
        put(&mut timeline, "start", 1, Some(FAN));
        put(&mut timeline, "work", 2, Some(r#"{"steps": ["join"]}"#));
        let mut last = i64::MAX;
        for id in 3..6 {
            let left = at(&timeline, true, 100).remaining_us.unwrap();
            assert!(left <= last, "{left} <= {last}");
            last = left;
            put(&mut timeline, "work", id, Some(r#"{"steps": ["join"]}"#));
        }
    }

    #[test]
    fn nothing_more_comes_of_a_run_that_is_over() {
        let mut timeline = Timeline::default();
        put(&mut timeline, "start", 1, Some(FAN));
        put(&mut timeline, "work", 2, Some(r#"{"steps": ["join"]}"#));
        let over = at(&timeline, false, 100);
        assert_eq!(expected(&over), [(1, 0), (1, 0), (0, 0), (0, 0)]);
        assert_eq!((over.over, over.expected, over.remaining_us), (2, 2, None));
    }
}
