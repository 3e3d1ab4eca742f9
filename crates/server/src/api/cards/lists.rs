//! Which cards a run and a task have.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use spinloom_cards::Follower;
use spinloom_diagnostics::Result;
use spinloom_flow::{FlowName, RunId, StepName, TaskId};
use utoipa::{IntoParams, ToSchema};

use super::item::CardItem;
use crate::api::place::{self, Words};
use crate::app::App;
use crate::problem::{Problem, ProblemBody};

/// Tasks that one request looks at, at most.
const TASKS: usize = 2000;
/// Cards of a page, unless another number is asked for, and at most.
const LIMIT: usize = 100;
const MOST: usize = 2000;

/// Which cards of a run.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Only of this step.
    step: Option<String>,
    /// Only of this type.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// Only of tasks after this one: `next` of the page before.
    after: Option<u64>,
    /// How many, at most 2,000; all of one task are in one page.
    limit: Option<usize>,
}

/// Which attempt of a task.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OfTask {
    /// An earlier attempt than the latest.
    attempt: Option<u32>,
}

/// Some cards of a run.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CardPage)]
pub(super) struct Page {
    /// In the order of tasks, then of their decorators.
    cards: Vec<CardItem>,
    /// `after` of the next page; none on the last.
    next: Option<u64>,
}

/// Cards of a run
///
/// The cards that the tasks of a run have made, or are making, a page at a time.
#[utoipa::path(
    get,
    path = "/flows/{flow}/runs/{run}/cards",
    tag = "cards",
    params(("flow" = String, Path), ("run" = String, Path), Asked),
    responses(
        (status = 200, body = Page),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn run_cards(
    State(app): State<App>,
    words: Words,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Page>, Problem> {
    let asked = crate::api::asked(asked)?;
    let (flow, run) = words.run()?;
    let step = asked.step.as_ref().map(|step| step.parse::<StepName>()).transpose()?;
    let shared = app.clone();
    let page = app.readers.read(move |provider| {
        place::run(provider, &flow, &run)?;
        let store = shared.files.store()?;
        let limit = asked.limit.unwrap_or(LIMIT).clamp(1, MOST);
        let mut after = asked.after.map(TaskId);
        let mut page = Page { cards: Vec::new(), next: None };
        let tasks = provider.tasks(&flow, &run, step.as_ref(), after, TASKS)?;
        let full = tasks.len() == TASKS;
        for some in tasks.chunks(64) {
            let found = spinloom_cards::of_tasks(provider, &store, (&flow, &run), some)?;
            let fits = |card: &CardItem| asked.kind.as_deref().is_none_or(|kind| card.is_of(kind));
            page.cards.extend(found.iter().map(CardItem::from).filter(fits));
            after = some.last().map(|task| task.task);
            if page.cards.len() >= limit {
                break;
            }
        }
        let seen_all = tasks.last().map(|task| task.task) == after;
        page.next = after.filter(|_| full || !seen_all).map(|task| task.0);
        Ok(page)
    });
    Ok(Json(page.await?))
}

/// Cards of a task
///
/// The cards that an attempt has made, or is making.
#[utoipa::path(
    get,
    path = "/flows/{flow}/runs/{run}/tasks/{task}/cards",
    tag = "cards",
    params(("flow" = String, Path), ("run" = String, Path), ("task" = u64, Path), OfTask),
    responses(
        (status = 200, body = Page),
        (status = 404, body = ProblemBody, content_type = "application/problem+json")
    )
)]
pub(super) async fn task_cards(
    State(app): State<App>,
    words: Words,
    asked: Result<Query<OfTask>, QueryRejection>,
) -> Result<Json<Page>, Problem> {
    let asked = crate::api::asked(asked)?;
    let ((flow, run), task) = (words.run()?, words.task()?);
    let cards = current(&app, (flow, run), (task, asked.attempt)).await?;
    Ok(Json(Page { cards, next: None }))
}

/// The cards of one task.
pub(crate) async fn current(
    app: &App,
    (flow, run): (FlowName, RunId),
    (task, attempt): (TaskId, Option<u32>),
) -> Result<Vec<CardItem>, Problem> {
    let shared = app.clone();
    app.readers
        .read(move |provider| {
            let store = shared.files.store()?;
            let record = place::task(provider, (&flow, &run), task)?;
            let found = spinloom_cards::of_task(provider, &store, (&flow, &run), &record, attempt)?;
            Ok(found.iter().map(CardItem::from).collect())
        })
        .await
}

/// The cards of a run that are new since `follower` looked last.
pub(crate) async fn fresh(
    app: &App,
    (flow, run): (FlowName, RunId),
    mut follower: Follower,
) -> Result<(Vec<CardItem>, Follower), Problem> {
    let shared = app.clone();
    app.readers
        .read(move |provider| {
            let store = shared.files.store()?;
            place::run(provider, &flow, &run)?;
            let found = follower.look(provider, &store, (&flow, &run))?;
            Ok((found.iter().map(CardItem::from).collect(), follower))
        })
        .await
}
