//! The critical path of a run: the tasks that decided how long it took, and what would have made it shorter.
//!
//! A task is taken to begin when the last of its inputs is there, plus the time it then waited; it ends when it has run. With what
//! was recorded this gives the run as it was. With a shorter time somewhere it gives the run as it would have been, and the
//! difference is what that would have saved: less than the time itself, if another path is nearly as long.

use serde::Serialize;
use spinloom_flow::{StepName, TaskId};
use utoipa::ToSchema;

use crate::Timeline;
use crate::stats::{Spread, counts};

/// What writes the parameters down before the first task: nobody's step, which nobody could make faster.
const PARAMETERS: &str = "_parameters";
/// A task longer than so many times the median of its step is one that stays behind.
const BEHIND: f64 = 1.5;
/// A median says something of so many tasks.
const ENOUGH: u64 = 4;
/// So many tasks that stay behind are looked at.
const LOOKED_AT: usize = 8;

/// One task of the path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Link {
    /// The task.
    #[schema(value_type = u64)]
    pub task: TaskId,
    /// Its step.
    #[schema(value_type = String)]
    pub step: StepName,
    /// How long it waited after the last of its inputs was there, microseconds.
    pub waited_us: i64,
    /// When its first attempt began, microseconds since the epoch.
    pub began_at: i64,
    /// When it was over; now, if it is not.
    pub ended_at: i64,
    /// How many attempts it took.
    pub attempts: u32,
}

/// Something that would have made the run shorter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Change {
    /// One task had taken no longer than half of its step's do.
    Straggler {
        /// The task.
        #[schema(value_type = u64)]
        task: TaskId,
        /// Its step.
        #[schema(value_type = String)]
        step: StepName,
        /// How long it took, microseconds.
        took_us: i64,
        /// The median of its step.
        median_us: i64,
    },
    /// All tasks of a step had taken half as long.
    FasterStep {
        /// The step.
        #[schema(value_type = String)]
        step: StepName,
    },
    /// No task had waited for a worker.
    NoWaiting,
    /// Every task had done it at its first attempt.
    NoRetries,
}

/// A change and what it would have saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Saving {
    /// The change.
    #[serde(flatten)]
    pub change: Change,
    /// By how much the run would have been shorter, microseconds.
    pub saves_us: i64,
}

/// The critical path of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct CriticalPath {
    /// How long the run took from its beginning to the end of its last task, or to now, microseconds.
    pub length_us: i64,
    /// Of that, how long tasks of the path were at work.
    pub working_us: i64,
    /// Of that, how long they waited.
    pub waiting_us: i64,
    /// The tasks, first to last.
    pub links: Vec<Link>,
    /// What would have made the run shorter, most first.
    pub savings: Vec<Saving>,
}

/// The critical path of a run that was made at `began`, as it is at `now`.
pub fn critical_path(timeline: &Timeline, began: i64, now: i64) -> CriticalPath {
    let model = Model::new(timeline, began, now);
    let Some(mut links) = model.links() else { return CriticalPath::default() };
    links.retain(|link| link.step.as_str() != PARAMETERS);
    let whole = model.length(|_, span| span);
    CriticalPath {
        length_us: whole,
        working_us: links.iter().map(|link| link.ended_at - link.began_at).sum(),
        waiting_us: links.iter().map(|link| link.waited_us).sum(),
        savings: model.savings(&links, whole),
        links,
    }
}

/// How long a task waited and how long it then took.
#[derive(Debug, Clone, Copy)]
struct Span {
    waited: i64,
    took: i64,
}

struct Model<'a> {
    timeline: &'a Timeline,
    began: i64,
    now: i64,
    /// Places of tasks in the order they began.
    order: Vec<usize>,
    /// By place.
    spans: Vec<Span>,
    /// Places of the inputs of all tasks, one task after another.
    inputs: Vec<usize>,
    /// By place: where its inputs begin in `inputs`; and where the last ones end.
    bounds: Vec<usize>,
}

impl<'a> Model<'a> {
    fn new(timeline: &'a Timeline, began: i64, now: i64) -> Self {
        let tasks = timeline.tasks();
        let mut order: Vec<usize> = (0..tasks.len()).collect();
        order.sort_by_key(|&at| (tasks[at].began(), tasks[at].id));
        let spans = vec![Span { waited: 0, took: 0 }; tasks.len()];
        let mut model = Self { timeline, began, now, spans, inputs: Vec::new(), bounds: vec![0], order };
        let inferred = model.inferred();
        for (at, task) in tasks.iter().enumerate() {
            let here = model.position_key(at);
            let known = task.parents.iter().filter_map(|id| timeline.place(id));
            // By clocks that disagree an input may have begun later: it is not waited for.
            let before = known.filter(|&input| model.position_key(input) < here);
            let found: Vec<usize> = before.chain(inferred[at]).collect();
            model.inputs.extend(found);
            model.bounds.push(model.inputs.len());
        }
        for (at, task) in tasks.iter().enumerate() {
            let ready = model.last_input(at).map_or(began, |input| model.end(input)).max(began);
            let start = task.began();
            let waited = (start - ready).max(0);
            // What began before its inputs were there, by clocks that disagree, took that much less.
            model.spans[at] = Span { waited, took: (model.end(at) - (ready + waited)).max(0) };
        }
        model
    }

    /// For tasks nobody knows the inputs of: the last that ended before they began.
    fn inferred(&self) -> Vec<Option<usize>> {
        let mut inferred = vec![None; self.spans.len()];
        let tasks = self.timeline.tasks();
        let mut ends: Vec<usize> = (0..tasks.len()).filter(|&at| tasks[at].ended().is_some()).collect();
        ends.sort_by_key(|&at| (self.end(at), self.position_key(at)));
        let mut next = 0;
        let mut last = None;
        for &at in &self.order {
            let start = tasks[at].began();
            while let Some(&ended) = ends.get(next).filter(|&&ended| self.end(ended) <= start) {
                last = Some(ended);
                next += 1;
            }
            // One that took no time may have begun and ended at the same moment as this one.
            let before = |other: &usize| (tasks[*other].began(), tasks[*other].id) < (start, tasks[at].id);
            if tasks[at].parents.is_empty() {
                inferred[at] = last.filter(before);
            }
        }
        inferred
    }

    fn position_key(&self, at: usize) -> (i64, TaskId) {
        let task = &self.timeline.tasks()[at];
        (task.began(), task.id)
    }

    fn end(&self, at: usize) -> i64 {
        let task = &self.timeline.tasks()[at];
        task.ended().unwrap_or(self.now).max(task.began())
    }

    /// Places of the tasks that a task has its inputs from.
    fn inputs(&self, at: usize) -> &[usize] {
        &self.inputs[self.bounds[at]..self.bounds[at + 1]]
    }

    fn last_input(&self, at: usize) -> Option<usize> {
        self.inputs(at).iter().copied().max_by_key(|&input| (self.end(input), std::cmp::Reverse(input)))
    }

    fn links(&self) -> Option<Vec<Link>> {
        let last = (0..self.spans.len()).max_by_key(|&at| (self.end(at), std::cmp::Reverse(at)))?;
        let mut links = Vec::new();
        let mut here = Some(last);
        while let Some(at) = here {
            let task = &self.timeline.tasks()[at];
            let span = self.spans[at];
            links.push(Link {
                task: task.id,
                step: self.timeline.step_of(task).clone(),
                waited_us: span.waited,
                began_at: self.end(at) - span.took,
                ended_at: self.end(at),
                attempts: u32::try_from(task.bars.len()).unwrap_or(u32::MAX),
            });
            // Inputs began before, so this comes to an end.
            here = self.last_input(at);
        }
        links.reverse();
        Some(links)
    }

    /// How long the run would have been, had the spans been others.
    fn length(&self, change: impl Fn(usize, Span) -> Span) -> i64 {
        let mut ends = vec![self.began; self.spans.len()];
        let mut last = self.began;
        for &at in &self.order {
            let span = change(at, self.spans[at]);
            let ready = self.inputs(at).iter().map(|&input| ends[input]).max().unwrap_or(self.began);
            ends[at] = ready + span.waited + span.took;
            last = last.max(ends[at]);
        }
        last - self.began
    }

    fn savings(&self, links: &[Link], whole: i64) -> Vec<Saving> {
        let tasks = self.timeline.tasks();
        let counts = counts(self.timeline);
        let mut found = Vec::new();
        let mut try_out = |change: Change, spans: &dyn Fn(usize, Span) -> Span| {
            let saves_us = whole - self.length(spans);
            if saves_us > 0 {
                found.push(Saving { change, saves_us });
            }
        };
        for (link, median_us) in self.behind(links, |step| counts[usize::from(step)].durations) {
            let place = self.timeline.place(link.task);
            let took_us = link.ended_at - link.began_at;
            let shorter = |at, span: Span| {
                if Some(at) == place { Span { took: span.took.min(median_us), ..span } } else { span }
            };
            let change = Change::Straggler { task: link.task, step: link.step.clone(), took_us, median_us };
            try_out(change, &shorter);
        }
        let mut steps: Vec<&StepName> = links.iter().map(|link| &link.step).collect();
        steps.sort_unstable();
        steps.dedup();
        for step in steps {
            let number = self.timeline.step(step.as_str());
            let half = |at: usize, span: Span| match Some(tasks[at].step) == number {
                true => Span { took: span.took / 2, ..span },
                false => span,
            };
            try_out(Change::FasterStep { step: step.clone() }, &half);
        }
        try_out(Change::NoWaiting, &|_, span| Span { waited: 0, ..span });
        try_out(Change::NoRetries, &|at, span| match tasks[at].bars.as_slice() {
            [_, .., last] => Span { took: span.took.min(last.duration().unwrap_or(span.took)), ..span },
            _ => span,
        });
        found.sort_by_key(|saving| std::cmp::Reverse(saving.saves_us));
        found
    }

    /// Tasks of the path that took much longer than others of their step, with the median of those.
    fn behind<'l>(
        &self,
        links: &'l [Link],
        durations: impl Fn(u16) -> Option<Spread>,
    ) -> Vec<(&'l Link, i64)> {
        let mut behind: Vec<(&Link, i64)> = links
            .iter()
            .filter_map(|link| {
                let spread = durations(self.timeline.step(link.step.as_str())?)?;
                let took = (link.ended_at - link.began_at) as f64;
                let far = spread.count >= ENOUGH && took > spread.p50 as f64 * BEHIND;
                far.then_some((link, spread.p50))
            })
            .collect();
        behind.sort_by_key(|(link, median)| std::cmp::Reverse(link.ended_at - link.began_at - median));
        behind.truncate(LOOKED_AT);
        behind
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::arbitrary::{plain, timelines};

    #[test]
    fn the_path_goes_through_the_slowest_branch() {
        // start (0..10) fans out to three that take 5, 50 and 7, which are joined after a wait of 2.
        let timeline = plain(&[
            (1, "start", &[], 0, 10),
            (2, "train", &[(1, 1)], 10, 15),
            (3, "train", &[(1, 1)], 12, 62),
            (4, "train", &[(1, 1)], 10, 17),
            (5, "join", &[(2, 4)], 64, 70),
        ]);
        let path = critical_path(&timeline, 0, 1000);
        let links: Vec<(u64, i64)> = path.links.iter().map(|link| (link.task.0, link.waited_us)).collect();
        assert_eq!(links, [(1, 0), (3, 2), (5, 2)]);
        assert_eq!((path.length_us, path.working_us, path.waiting_us), (70, 66, 4));
    }

    #[test]
    fn parameters_are_no_step_of_the_path() {
        let timeline = plain(&[(0, "_parameters", &[], 0, 1), (1, "start", &[(0, 0)], 3, 10)]);
        let path = critical_path(&timeline, 0, 1000);
        let steps: Vec<&str> = path.links.iter().map(|link| link.step.as_str()).collect();
        assert_eq!((steps, path.length_us, path.working_us, path.waiting_us), (vec!["start"], 10, 7, 2));
        let faster = |saving: &&Saving| matches!(&saving.change, Change::FasterStep { step } if step.as_str() == PARAMETERS);
        assert_eq!(path.savings.iter().find(faster), None);
    }

    #[test]
    fn a_straggler_saves_no_more_than_the_next_path_allows() {
        let timeline = plain(&[
            (1, "start", &[], 0, 10),
            (2, "train", &[(1, 1)], 10, 20),
            (3, "train", &[(1, 1)], 10, 20),
            (4, "train", &[(1, 1)], 10, 20),
            (5, "train", &[(1, 1)], 10, 90),
            (6, "slow", &[(1, 1)], 10, 70),
            (7, "join", &[(2, 6)], 90, 100),
        ]);
        let path = critical_path(&timeline, 0, 1000);
        let step = StepName::new("train").unwrap();
        let straggler = Change::Straggler { task: TaskId(5), step, took_us: 80, median_us: 10 };
        let saving = path.savings.iter().find(|saving| saving.change == straggler).unwrap();
        assert_eq!(saving.saves_us, 20, "then `slow` is the longest");
    }

    #[test]
    fn without_inputs_the_last_that_ended_before_is_taken() {
        let timeline = plain(&[(1, "a", &[], 0, 10), (2, "b", &[], 12, 20), (3, "c", &[], 21, 30)]);
        let path = critical_path(&timeline, 0, 1000);
        assert_eq!(path.links.iter().map(|link| link.task.0).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(path.waiting_us, 3);
    }

    proptest! {
        #[test]
        fn the_path_is_as_long_as_the_run_and_no_saving_longer(timeline in timelines()) {
            let path = critical_path(&timeline, 0, 5000);
            let Some(end) = path.links.last().map(|link| link.ended_at) else { return Ok(()) };
            prop_assert_eq!(path.length_us, end, "recorded spans give the run as it was");
            prop_assert_eq!(path.working_us + path.waiting_us, path.length_us);
            for pair in path.links.windows(2) {
                prop_assert_eq!(pair[0].ended_at + pair[1].waited_us, pair[1].began_at);
            }
            for saving in &path.savings {
                prop_assert!((1..=path.length_us).contains(&saving.saves_us), "{:?}", saving);
            }
        }
    }
}
