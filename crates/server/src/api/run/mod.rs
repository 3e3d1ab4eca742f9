//! One run: what it is, its tasks as columns and as rows, its steps, its tasks one by one, and why it is as it is.

mod bundle;
mod columns;
mod durations;
mod errors;
mod path;
mod place;
mod step;
mod task;
mod tasks;
pub(crate) mod why;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(crate) use bundle::state;
pub(crate) use columns::since;
pub(crate) use place::look;
pub(crate) use task::{Command, FailureBody, detail, with_artifacts};

/// Routes below `/flows/{flow}/runs/{run}`.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(bundle::bundle))
        .routes(routes!(columns::columns))
        .routes(routes!(durations::durations))
        .routes(routes!(tasks::tasks))
        .routes(routes!(step::step))
        .routes(routes!(path::critical_path))
        .routes(routes!(errors::errors))
        .routes(routes!(task::task))
        .routes(routes!(why::of_run))
        .routes(routes!(why::of_task))
}
