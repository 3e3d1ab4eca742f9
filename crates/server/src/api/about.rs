//! What this server is.

use std::sync::LazyLock;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
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
    OpenApiRouter::new().routes(routes!(about)).routes(routes!(document))
}

/// What this server is
#[utoipa::path(get, path = "/about", tag = "server", responses((status = 200, body = About)))]
async fn about(State(app): State<App>) -> Json<About> {
    Json(About { version: env!("CARGO_PKG_VERSION"), metadata: app.options.metadata.to_string() })
}

/// This document
#[utoipa::path(get, path = "/openapi.json", tag = "server", responses((status = 200, body = serde_json::Value)))]
async fn document() -> impl IntoResponse {
    static TEXT: LazyLock<String> = LazyLock::new(super::openapi);
    ([(header::CONTENT_TYPE, "application/json")], TEXT.as_str())
}
