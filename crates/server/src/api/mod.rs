//! The monitoring API, below `/api/v1`. Read only.

mod about;
mod runs;

use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// The document all routes are described in.
#[derive(OpenApi)]
#[openapi(info(
    title = "Spinloom",
    description = "The monitoring API of a Spinloom server. It reads, and changes nothing."
))]
struct Document;

/// All routes.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi()).nest("/api/v1", about::routes().merge(runs::routes()))
}

/// The OpenAPI document, as JSON.
pub fn openapi() -> String {
    let document = routes().into_openapi();
    document.to_pretty_json().unwrap_or_default() + "\n"
}
