//! The tasks of a run as rows, page by page: for people and small programs.

use std::cmp::Ordering;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_flow::{TaskId, TaskStatus};
use spinloom_timeline::failures::GroupId;
use spinloom_timeline::{Task, stats};
use utoipa::{IntoParams, ToSchema};

use super::place::{self, RunPath};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::views::{View, now};

/// Rows of a page, unless said otherwise.
const LIMIT: usize = 100;
/// Rows of a page at most.
const MOST: usize = 1000;

/// Which tasks, and how many of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// Only those of this step.
    step: Option<String>,
    /// Only those of these states, with commas between: `running`, `done`, `failed`, `stopped`, `adopted`, `retried`.
    status: Option<String>,
    /// Only those with this in their number, their foreach indices (`3/0`) or item, or what they failed with. Case makes no difference.
    text: Option<String>,
    /// Only those with an attempt that failed so: the `id` of a group of failures.
    failure: Option<u32>,
    /// Only what was written after this number of the change feed.
    after: Option<u64>,
    /// `id`, `began`, `ended` or `duration`; with `-` before it the other way round.
    order: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// At most this many, 1,000 at most.
    limit: Option<usize>,
}

/// A page of tasks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskPage {
    /// The number of the change feed this is as of.
    seq: u64,
    /// How many tasks there are to what was asked.
    total: usize,
    /// The rows.
    rows: Vec<TaskRow>,
    /// The `cursor` of the next page; none if this is the last.
    next: Option<String>,
}

/// A task.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TaskRow {
    /// Its number.
    task: u64,
    /// Its step.
    step: String,
    /// Foreach indices round it, outermost first.
    indices: Vec<u64>,
    /// What people call its item of the innermost foreach.
    label: Option<String>,
    /// Its state: `running`, `done`, `failed` or `stopped`.
    #[schema(value_type = String, example = "done")]
    status: TaskStatus,
    /// It was taken from the run that is resumed.
    adopted: bool,
    /// How many attempts it had.
    attempts: usize,
    /// When its first attempt began.
    began_at: i64,
    /// When it was over.
    finished_at: Option<i64>,
    /// How long its last attempt took, or has been taking, microseconds.
    duration_us: Option<i64>,
    /// The group of failures its last failed attempt is of.
    failure: Option<u32>,
    /// What it failed with.
    error: Option<String>,
}

/// Tasks of a run as rows
///
/// Pages by `cursor`, which stays right while tasks come and go. All tasks at once are in `tasks.bin`.
#[utoipa::path(
    get, path = "/flows/{flow}/runs/{run}/tasks", tag = "run", params(RunPath, Asked),
    responses(
        (status = 200, body = TaskPage), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)
    )
)]
pub(super) async fn tasks(
    State(app): State<App>,
    Path(path): Path<RunPath>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<TaskPage>, Problem> {
    let asked = crate::api::asked(asked)?;
    place::with(&app, &path.flow, &path.run, move |_, view| Ok(Json(page(&view, &asked, now())?))).await
}

fn page(view: &View, asked: &Asked, now: i64) -> Result<TaskPage> {
    let filter = Filter::new(view, asked)?;
    let order = Order::parse(asked.order.as_deref().unwrap_or("id"))?;
    let limit = asked.limit.unwrap_or(LIMIT).clamp(1, MOST);
    let mut found: Vec<(i64, TaskId)> = view
        .tasks
        .timeline
        .tasks()
        .iter()
        .filter(|task| filter.takes(task))
        .map(|task| (order.key(task, now), task.id))
        .collect();
    let total = found.len();
    found.sort_unstable_by(|a, b| order.compare(*a, *b));
    let from = match &asked.cursor {
        Some(cursor) => {
            let last = parse_cursor(cursor)?;
            found.partition_point(|row| order.compare(*row, last) != Ordering::Greater)
        }
        None => 0,
    };
    let rows: Vec<&(i64, TaskId)> = found[from..].iter().take(limit).collect();
    let next = rows.last().filter(|_| from + rows.len() < total).map(|(key, id)| format!("{key}.{id}"));
    let rows = rows.into_iter().filter_map(|(_, id)| Some(row(view, view.task(*id)?, now))).collect();
    Ok(TaskPage { seq: view.seq, total, rows, next })
}

/// A task as a row.
pub(super) fn row(view: &View, task: &Task, now: i64) -> TaskRow {
    let failure = task.bars.iter().rev().find_map(|bar| bar.failure);
    let group = failure.and_then(|id| view.tasks.timeline.groups().get(id));
    TaskRow {
        task: task.id.0,
        step: view.tasks.timeline.step_of(task).to_string(),
        indices: task.indices.to_vec(),
        label: label(view, task).map(str::to_owned),
        status: task.status,
        adopted: task.adopted,
        attempts: task.bars.len(),
        began_at: task.began(),
        finished_at: task.ended(),
        duration_us: stats::taken(task, now),
        failure: failure.map(|id| id.0),
        error: group.map(|group| match group.message.as_str() {
            "" => group.kind.clone(),
            message => format!("{}: {message}", group.kind),
        }),
    }
}

fn label<'a>(view: &'a View, task: &Task) -> Option<&'a str> {
    view.tasks.timeline.label(task, task.indices.len().checked_sub(1)?)
}

struct Filter<'a> {
    view: &'a View,
    /// A step nobody knows has no tasks.
    step: Option<Option<u16>>,
    states: Vec<Wanted>,
    text: Option<String>,
    failure: Option<GroupId>,
    after: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Is(TaskStatus),
    Adopted,
    Retried,
}

impl<'a> Filter<'a> {
    fn new(view: &'a View, asked: &Asked) -> Result<Self> {
        let states = asked.status.as_deref().unwrap_or_default().split(',').map(str::trim);
        Ok(Self {
            view,
            step: asked.step.as_deref().map(|step| view.tasks.timeline.step(step)),
            states: states.filter(|text| !text.is_empty()).map(Wanted::parse).collect::<Result<_>>()?,
            text: asked.text.as_ref().map(|text| text.to_lowercase()).filter(|text| !text.is_empty()),
            failure: asked.failure.map(GroupId),
            after: asked.after.unwrap_or(0),
        })
    }

    fn takes(&self, task: &Task) -> bool {
        task.seq > self.after
            && self.step.is_none_or(|step| step == Some(task.step))
            && (self.states.is_empty() || self.states.iter().any(|state| state.is_of(task)))
            && self.failure.is_none_or(|group| task.bars.iter().any(|bar| bar.failure == Some(group)))
            && self.text.as_ref().is_none_or(|text| self.says(task, text))
    }

    fn says(&self, task: &Task, text: &str) -> bool {
        let indices: Vec<String> = task.indices.iter().map(ToString::to_string).collect();
        let groups = self.view.tasks.timeline.groups();
        let failed = |id: GroupId| {
            let group = groups.get(id);
            group.is_some_and(|g| {
                g.kind.to_lowercase().contains(text) || g.message.to_lowercase().contains(text)
            })
        };
        task.id.to_string().contains(text)
            || indices.join("/").contains(text)
            || label(self.view, task).is_some_and(|label| label.to_lowercase().contains(text))
            || task.bars.iter().filter_map(|bar| bar.failure).any(failed)
    }
}

impl Wanted {
    fn parse(text: &str) -> Result<Self> {
        match text {
            "adopted" => Ok(Self::Adopted),
            "retried" => Ok(Self::Retried),
            other => other.parse().map(Self::Is).map_err(|_| {
                let message = format!("`{other}` is no state of a task");
                let known = ["running", "done", "failed", "stopped", "adopted", "retried"];
                Error::new(codes::USAGE, message).suggest(other, known)
            }),
        }
    }

    fn is_of(self, task: &Task) -> bool {
        match self {
            Self::Is(status) => task.status == status,
            Self::Adopted => task.adopted,
            Self::Retried => task.bars.len() > 1,
        }
    }
}

#[derive(Clone, Copy)]
struct Order {
    by: By,
    down: bool,
}

#[derive(Clone, Copy)]
enum By {
    Id,
    Began,
    Ended,
    Duration,
}

impl Order {
    fn parse(text: &str) -> Result<Self> {
        let (down, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
        let by = match name {
            "id" => By::Id,
            "began" => By::Began,
            "ended" => By::Ended,
            "duration" => By::Duration,
            other => {
                let message = format!("tasks cannot be ordered by `{other}`");
                let known = ["id", "began", "ended", "duration"];
                return Err(Error::new(codes::USAGE, message).suggest(other, known));
            }
        };
        Ok(Self { by, down })
    }

    fn key(self, task: &Task, now: i64) -> i64 {
        match self.by {
            By::Id => 0,
            By::Began => task.began(),
            By::Ended => task.ended().unwrap_or(i64::MAX),
            By::Duration => stats::taken(task, now).unwrap_or(0),
        }
    }

    fn compare(self, a: (i64, TaskId), b: (i64, TaskId)) -> Ordering {
        if self.down { b.cmp(&a) } else { a.cmp(&b) }
    }
}

fn parse_cursor(text: &str) -> Result<(i64, TaskId)> {
    let parts =
        text.split_once('.').and_then(|(key, id)| Some((key.parse().ok()?, TaskId(id.parse().ok()?))));
    parts.ok_or_else(|| Error::new(codes::USAGE, format!("`{text}` is no `next` of a page before")))
}
