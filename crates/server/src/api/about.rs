//! What this server is.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// What this server is.
#[derive(Debug, Serialize, ToSchema)]
struct About {
    /// Its version.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// Where metadata is.
    #[schema(example = "local@/home/ann/project/.spinloom")]
    metadata: String,
}

/// Routes about the server.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(about))
}

/// What this server is
#[utoipa::path(get, path = "/about", tag = "server", responses((status = 200, body = About)))]
async fn about(State(app): State<App>) -> Json<About> {
    Json(About { version: env!("CARGO_PKG_VERSION"), metadata: app.options.metadata.to_string() })
}
