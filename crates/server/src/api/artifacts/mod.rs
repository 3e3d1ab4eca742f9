//! Artifacts: what they are, what they look like, their bytes. Nothing is ever unpickled.

mod data;
mod history;
mod item;
mod one;
mod search;
mod task;
mod uses;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(crate) use data::Form as ArtifactForm;
pub(crate) use item::{Artifact, is_private, of_manifest};

/// Routes of artifacts.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(task::artifacts))
        .routes(routes!(one::artifact))
        .routes(routes!(data::data))
        .routes(routes!(search::run_artifacts))
        .routes(routes!(history::history))
        .routes(routes!(uses::uses))
}
