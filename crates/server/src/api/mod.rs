//! The monitoring API, below `/api/v1`. Read only.

mod about;
pub(crate) mod artifacts;
mod compare;
mod logs;
pub(crate) mod place;
mod resources;
pub(crate) mod run;
mod runs;
pub(crate) mod setup;

use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

pub(crate) use logs::{LogStreams, LogTail, Logs, Tails};
pub(crate) use setup::Packages;

/// The document all routes are described in.
#[derive(OpenApi)]
#[openapi(info(
    title = "Spinloom",
    description = "The monitoring API of a Spinloom server. It reads, and changes nothing."
))]
struct Document;

/// All routes.
pub(crate) fn routes() -> OpenApiRouter<App> {
    let api = about::routes()
        .merge(artifacts::routes())
        .merge(compare::routes())
        .merge(crate::live::routes())
        .merge(logs::routes())
        .merge(resources::routes())
        .merge(run::routes())
        .merge(runs::routes())
        .merge(setup::routes());
    OpenApiRouter::with_openapi(Document::openapi()).nest("/api/v1", api)
}

/// The OpenAPI document, as JSON.
pub fn openapi() -> String {
    let document = routes().into_openapi();
    document.to_pretty_json().unwrap_or_default() + "\n"
}
