//! The tasks of a run with their attempts, in order of id.

use std::cmp::Ordering;

use smallvec::SmallVec;
use spinloom_flow::{StepName, TaskId, TaskStatus};
use spinloom_metadata::TaskBars;

use crate::failures::{GroupId, Groups};
use crate::ids::Ids;
use crate::transitions::{Transition, Transitions};

/// One attempt of a task: what is drawn as one bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// From 0.
    pub attempt: u32,
    /// Its state.
    pub status: TaskStatus,
    /// When it started, microseconds since the epoch.
    pub started_at: i64,
    /// When it ended.
    pub finished_at: Option<i64>,
    /// With which others it failed alike.
    pub failure: Option<GroupId>,
    /// CPU time, microseconds.
    pub cpu_us: u64,
    /// Peak resident memory, KiB.
    pub max_rss_kib: u64,
    /// Until the step's own code began, microseconds; 0 if not known.
    pub starting_us: u64,
    /// From the end of that code on.
    pub saving_us: u64,
}

impl Bar {
    /// How long it took; none while it runs. A clock that was set back makes no negative time.
    pub fn duration(&self) -> Option<i64> {
        self.finished_at.map(|end| (end - self.started_at).max(0))
    }
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The number of the last write that touched it.
    pub seq: u64,
    /// Its step, as an index into [`Timeline::steps`].
    pub step: u16,
    /// Its state.
    pub status: TaskStatus,
    /// It was taken from the run this one resumes.
    pub adopted: bool,
    /// When it was made.
    pub created_at: i64,
    /// When its latest attempt ended.
    pub finished_at: Option<i64>,
    /// Foreach indices round it, outermost first.
    pub indices: SmallVec<[u64; 1]>,
    /// Tasks it got its inputs from.
    pub parents: Ids,
    /// Its attempts in order; none if it was adopted.
    pub bars: SmallVec<[Bar; 1]>,
    pub(crate) transition: Option<u32>,
}

impl Task {
    /// How long its latest attempt took, if it is over and was not adopted.
    pub fn duration(&self) -> Option<i64> {
        if self.status == TaskStatus::Running { None } else { self.bars.last()?.duration() }
    }

    /// When its first attempt began; when it was made, if it has none.
    pub fn began(&self) -> i64 {
        self.bars.first().map_or(self.created_at, |bar| bar.started_at)
    }

    /// When it was over; none while it is not.
    pub fn ended(&self) -> Option<i64> {
        if self.status == TaskStatus::Running { None } else { self.finished_at }
    }
}

/// How many tasks back the one that fanned out is looked for: a loop in a foreach may be much longer.
const LONGEST: usize = 256;

/// The tasks of one run.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    steps: Vec<StepName>,
    tasks: Vec<Task>,
    transitions: Transitions,
    groups: Groups,
    seq: u64,
}

impl Timeline {
    /// Takes a task in, or what has become of it.
    pub fn put(&mut self, row: &TaskBars<'_>) {
        let task = Task {
            id: row.task,
            seq: row.seq,
            step: self.number_of(row.step),
            status: row.status,
            adopted: row.adopted,
            created_at: row.created_at,
            finished_at: row.finished_at,
            indices: SmallVec::from_slice(row.indices),
            parents: Ids::of_ranges(row.parents),
            transition: row.transition.map(|text| self.transitions.number(text)),
            bars: row.attempts.iter().map(|attempt| self.bar(attempt)).collect(),
        };
        self.seq = self.seq.max(row.seq);
        // Tasks come in order of id, all but a few.
        match self.tasks.last().map(|last| last.id.cmp(&task.id)) {
            None | Some(Ordering::Less) => self.tasks.push(task),
            _ => match self.tasks.binary_search_by_key(&task.id, |task| task.id) {
                Ok(at) => self.tasks[at] = task,
                Err(at) => self.tasks.insert(at, task),
            },
        }
    }

    fn bar(&mut self, attempt: &spinloom_metadata::AttemptBar) -> Bar {
        Bar {
            attempt: attempt.attempt,
            status: attempt.status,
            started_at: attempt.started_at,
            finished_at: attempt.finished_at,
            failure: attempt.failure.as_ref().map(|failure| self.groups.of(failure)),
            cpu_us: attempt.usage.cpu_us,
            max_rss_kib: attempt.usage.max_rss_kib,
            starting_us: attempt.usage.starting_us,
            saving_us: attempt.usage.saving_us,
        }
    }

    fn number_of(&mut self, step: &StepName) -> u16 {
        let known = self.steps.iter().rposition(|known| known == step);
        let at = known.unwrap_or_else(|| {
            self.steps.push(step.clone());
            self.steps.len() - 1
        });
        // A flow has no more steps than fit.
        u16::try_from(at).unwrap_or(u16::MAX)
    }

    /// The number of the last write that is known here; 0 before the first.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The steps that have tasks.
    pub fn steps(&self) -> &[StepName] {
        &self.steps
    }

    /// The number of a step.
    pub fn step(&self, name: &str) -> Option<u16> {
        self.steps.iter().position(|step| step.as_str() == name).and_then(|at| u16::try_from(at).ok())
    }

    /// The name of a task's step.
    pub fn step_of(&self, task: &Task) -> &StepName {
        &self.steps[usize::from(task.step)]
    }

    /// All tasks in order of id.
    pub fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    /// The place of a task in [`tasks`](Self::tasks).
    pub fn place(&self, id: TaskId) -> Option<usize> {
        // Ids mostly follow each other, so the place is known without a search.
        let first = self.tasks.first()?.id.0;
        let guess = usize::try_from(id.0.checked_sub(first)?).ok()?;
        if self.tasks.get(guess).is_some_and(|task| task.id == id) {
            return Some(guess);
        }
        self.tasks.binary_search_by_key(&id, |task| task.id).ok()
    }

    /// A task.
    pub fn task(&self, id: TaskId) -> Option<&Task> {
        self.place(id).map(|at| &self.tasks[at])
    }

    /// What people call the item of the foreach round a task that is `level` rounds in, 0 for the outermost.
    ///
    /// The task that fanned out is the nearest of those before it that is in fewer rounds.
    pub fn label(&self, task: &Task, level: usize) -> Option<&str> {
        let index = usize::try_from(*task.indices.get(level)?).ok()?;
        let mut before = task;
        for _ in 0..LONGEST {
            before = self.task(TaskId(before.parents.ranges().first()?.0))?;
            if before.indices.len() <= level {
                return self
                    .transition(before)?
                    .labels
                    .get(index)
                    .map(Box::as_ref)
                    .filter(|label| !label.is_empty());
            }
        }
        None
    }

    /// What a task said of what follows.
    pub fn transition(&self, task: &Task) -> Option<&Transition> {
        self.transition_numbered(task.transition?)
    }

    pub(crate) fn transition_numbered(&self, number: u32) -> Option<&Transition> {
        self.transitions.get(number)
    }

    /// What failed alike.
    pub fn groups(&self) -> &Groups {
        &self.groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A task: id, step, rounds it is in, parents, what it said.
    type Plain<'a> = (u64, &'a str, &'a [u64], &'a [(u64, u64)], Option<&'a str>);

    fn timeline(tasks: &[Plain<'_>]) -> Timeline {
        let mut timeline = Timeline::default();
        for (id, step, indices, parents, transition) in tasks {
            timeline.put(&TaskBars {
                seq: *id,
                step: &StepName::new(step).unwrap(),
                task: TaskId(*id),
                indices,
                status: TaskStatus::Done,
                adopted: false,
                created_at: 0,
                finished_at: Some(1),
                parents,
                transition: *transition,
                attempts: &[],
            });
        }
        timeline
    }

    #[test]
    fn an_item_is_named_by_the_task_that_fanned_out() {
        let regions = r#"{"steps":["each"],"foreach":{"var":"regions","count":2,"labels":["eu","us"]}}"#;
        let rates = r#"{"steps":["train"],"foreach":{"var":"rates","count":2,"labels":["0.1","0.01"]}}"#;
        let on = Some(r#"{"steps":["test"]}"#);
        let timeline = timeline(&[
            (1, "start", &[], &[], Some(regions)),
            (2, "each", &[0], &[(1, 1)], Some(rates)),
            (3, "each", &[1], &[(1, 1)], Some(rates)),
            (4, "train", &[1, 0], &[(3, 3)], on),
            (5, "train", &[1, 1], &[(3, 3)], on),
            (6, "test", &[1, 1], &[(5, 5)], on),
            (7, "join", &[1], &[(4, 6)], None),
        ]);
        let of = |id, level| timeline.label(timeline.task(TaskId(id)).unwrap(), level);
        assert_eq!(
            [of(2, 0), of(4, 0), of(4, 1), of(6, 1)],
            [Some("eu"), Some("us"), Some("0.1"), Some("0.01")]
        );
        assert_eq!([of(7, 0), of(7, 1), of(1, 0)], [Some("us"), None, None]);
    }

    #[test]
    fn an_item_without_a_name_has_none() {
        let some = r#"{"steps":["each"],"foreach":{"var":"xs","count":3,"labels":["a",""]}}"#;
        let timeline = timeline(&[
            (1, "start", &[], &[], Some(some)),
            (2, "each", &[1], &[(1, 1)], None),
            (3, "each", &[2], &[(1, 1)], None),
            (4, "lost", &[0], &[(9, 9)], None),
        ]);
        for id in 2..=4 {
            assert_eq!(timeline.label(timeline.task(TaskId(id)).unwrap(), 0), None);
        }
    }
}
