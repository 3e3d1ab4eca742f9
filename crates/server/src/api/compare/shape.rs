//! Steps of runs: how they follow each other, how long they took.

use std::collections::BTreeMap;

use serde::Serialize;
use spinloom_compare::graph::{Shape, shapes};
use spinloom_compare::rows;
use spinloom_flow::TaskStatus;
use spinloom_metadata::TaskRecord;
use utoipa::ToSchema;

use super::Section;
use super::sides::Side;

/// A step.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ComparedStep)]
pub(super) struct StepRow {
    /// The step.
    step: String,
    /// What it is in the graph of each run.
    values: Vec<Option<StepShape>>,
}

/// What a step is in the graph of a run.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct StepShape {
    /// `linear`, `split`, `foreach`, `switch`, `parallel` or `end`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// It joins what was split.
    join: bool,
    /// The steps that follow.
    next: Vec<String>,
    /// The artifact that a foreach or a switch goes by.
    by: Option<String>,
    /// Its decorators.
    decorators: Vec<String>,
}

impl From<Shape> for StepShape {
    fn from(shape: Shape) -> Self {
        let Shape { kind, join, next, by, decorators } = shape;
        Self { kind, join, next, by, decorators }
    }
}

/// How long a step took.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ComparedDurations)]
pub(super) struct DurationRow {
    /// The step.
    step: String,
    /// How long it took in each run.
    values: Vec<Option<Durations>>,
}

/// How long the tasks of a step took, microseconds; those that ran in another run do not count.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
#[schema(as = StepDurations)]
pub(super) struct Durations {
    /// Tasks.
    tasks: usize,
    /// Of them, adopted from another run.
    adopted: usize,
    /// Of them, failed.
    failed: usize,
    /// From the start of the first to the end of the last.
    wall_us: i64,
    /// Of all tasks together.
    total_us: i64,
    /// Half of the tasks took no longer.
    median_us: i64,
    /// The longest.
    max_us: i64,
}

/// Compares the graphs of runs.
pub(super) fn graph(sides: &[Side], all: bool) -> Section<StepRow> {
    let steps = |side: &Side| side.graph.as_ref().map(shapes).unwrap_or_default();
    let found = rows(&sides.iter().map(steps).collect::<Vec<_>>());
    let rows = found.into_iter().map(|row| {
        let differs = row.differs();
        let values = row.values.into_iter().map(|shape| shape.map(StepShape::from)).collect();
        (differs, StepRow { step: row.key, values })
    });
    Section::new(rows, all)
}

/// How long steps took, in the order in which they began in the first run that has them.
pub(super) fn durations(sides: &[Side]) -> Vec<DurationRow> {
    let mut order: Vec<String> = Vec::new();
    let steps = |side: &Side| {
        let mut steps: BTreeMap<String, Vec<&TaskRecord>> = BTreeMap::new();
        for task in side.tasks.iter().filter(|task| task.step.as_str() != "_parameters") {
            steps.entry(task.step.to_string()).or_default().push(task);
        }
        steps.into_iter().map(|(step, tasks)| (step, measured(&tasks))).collect::<BTreeMap<_, _>>()
    };
    for task in sides.iter().flat_map(|side| &side.tasks) {
        if !order.iter().any(|known| known == task.step.as_str()) {
            order.push(task.step.to_string());
        }
    }
    let mut found = rows(&sides.iter().map(steps).collect::<Vec<_>>());
    found.sort_by_key(|row| order.iter().position(|step| *step == row.key));
    found.into_iter().map(|row| DurationRow { step: row.key, values: row.values }).collect()
}

fn measured(tasks: &[&TaskRecord]) -> Durations {
    let own = || tasks.iter().filter(|task| task.origin.is_none());
    let mut took: Vec<i64> = own().filter_map(|task| Some(task.finished_at? - task.created_at)).collect();
    took.sort_unstable();
    let begins = own().map(|task| task.created_at).min().unwrap_or(0);
    let ends = own().filter_map(|task| task.finished_at).max().unwrap_or(begins);
    Durations {
        tasks: tasks.len(),
        adopted: tasks.iter().filter(|task| task.origin.is_some()).count(),
        failed: tasks.iter().filter(|task| task.status == TaskStatus::Failed).count(),
        wall_us: (ends - begins).max(0),
        total_us: took.iter().sum(),
        median_us: took.get(took.len().saturating_sub(1) / 2).copied().unwrap_or(0),
        max_us: took.last().copied().unwrap_or(0),
    }
}
