//! Which tasks a task got its inputs from, where nobody wrote it down: the graph and the foreach indices tell.

use std::collections::HashMap;

use spinloom_flow::{StepName, TaskId, TaskStatus};
use spinloom_metadata::{AttemptBar, TaskBars};
use spinloom_timeline::Timeline;

use super::shape::{PARAMETERS, Shape, ShapeStep};

/// A task as it was read, kept until all are.
pub(super) struct Kept {
    seq: u64,
    step: StepName,
    task: TaskId,
    indices: Vec<u64>,
    status: TaskStatus,
    adopted: bool,
    created_at: i64,
    finished_at: Option<i64>,
    transition: Option<String>,
    attempts: Vec<AttemptBar>,
}

impl Kept {
    pub(super) fn of(bars: &TaskBars<'_>) -> Self {
        Self {
            seq: bars.seq,
            step: bars.step.clone(),
            task: bars.task,
            indices: bars.indices.to_vec(),
            status: bars.status,
            adopted: bars.adopted,
            created_at: bars.created_at,
            finished_at: bars.finished_at,
            transition: bars.transition.map(str::to_owned),
            attempts: bars.attempts.to_vec(),
        }
    }
}

/// Gives `tasks`, which are in `timeline` already, the tasks they got their inputs from.
pub(super) fn give_parents(timeline: &mut Timeline, shape: &Shape, tasks: &[Kept]) {
    let found: Vec<Vec<(u64, u64)>> = {
        let lineage = Lineage::new(timeline, shape);
        tasks.iter().map(|task| lineage.parents(task)).collect()
    };
    for (task, parents) in tasks.iter().zip(&found).filter(|(_, parents)| !parents.is_empty()) {
        timeline.put(&TaskBars {
            seq: task.seq,
            step: &task.step,
            task: task.task,
            indices: &task.indices,
            status: task.status,
            adopted: task.adopted,
            created_at: task.created_at,
            finished_at: task.finished_at,
            parents,
            transition: task.transition.as_deref(),
            attempts: &task.attempts,
        });
    }
}

/// A step, and where in its foreachs.
type Spot<'a> = (&'a str, &'a [u64]);

struct Lineage<'a> {
    steps: HashMap<&'a str, &'a ShapeStep>,
    /// Steps before each.
    before: HashMap<&'a str, Vec<&'a str>>,
    /// Tasks of a step at exactly this place.
    at: HashMap<Spot<'a>, Vec<u64>>,
    /// Tasks of a step one foreach deeper than this place, by their place there.
    below: HashMap<Spot<'a>, Vec<(u64, u64)>>,
}

impl<'a> Lineage<'a> {
    fn new(timeline: &'a Timeline, shape: &'a Shape) -> Self {
        let mut before: HashMap<&str, Vec<&str>> = HashMap::new();
        for step in &shape.steps {
            // A step that repeats itself was entered from outside once.
            for next in step.next.iter().filter(|next| **next != step.step) {
                before.entry(next).or_default().push(&step.step);
            }
        }
        let (mut at, mut below) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        for task in timeline.tasks() {
            let step = timeline.step_of(task).as_str();
            at.entry((step, task.indices.as_slice())).or_default().push(task.id.0);
            if let Some((index, outer)) = task.indices.split_last() {
                below.entry((step, outer)).or_default().push((*index, task.id.0));
            }
        }
        below.values_mut().for_each(|tasks| tasks.sort_unstable());
        let steps = shape.steps.iter().map(|step| (step.step.as_str(), step)).collect();
        Self { steps, before, at, below }
    }

    fn parents(&self, task: &Kept) -> Vec<(u64, u64)> {
        let step = task.step.as_str();
        let parents = match self.before.get(step) {
            _ if step == PARAMETERS || !self.steps.contains_key(step) => Vec::new(),
            None => self.at.get(&(PARAMETERS, [].as_slice())).cloned().unwrap_or_default(),
            Some(before) => before.iter().flat_map(|from| self.from(from, task)).collect(),
        };
        ranges(&parents)
    }

    fn from(&self, from: &str, task: &Kept) -> Vec<u64> {
        let kind = |step: &str| self.steps.get(step).map_or("", |step| step.kind);
        let (step, place) = (task.step.as_str(), task.indices.as_slice());
        let exactly = |place: &[u64]| self.at.get(&(from, place)).cloned().unwrap_or_default();
        if matches!(kind(from), "foreach" | "parallel") {
            return place.split_last().map(|(_, outer)| exactly(outer)).unwrap_or_default();
        }
        match exactly(place) {
            none if none.is_empty() && kind(step) == "join" => {
                let below = self.below.get(&(from, place)).into_iter().flatten();
                below.map(|(_, task)| *task).collect()
            }
            found => found,
        }
    }
}

/// Ids that follow each other as ranges, both ends included.
fn ranges(ids: &[u64]) -> Vec<(u64, u64)> {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for id in ids {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*id) => *last = *id,
            _ => ranges.push((*id, *id)),
        }
    }
    ranges
}
