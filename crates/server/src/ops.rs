//! What looks after the server: whether it is well, and what it counts.

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

use crate::app::App;
use crate::problem::Problem;

/// `/healthz` and `/metrics`.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/healthz", get(healthz)).route("/metrics", get(metrics))
}

/// Well, if metadata can be read.
async fn healthz(State(app): State<App>) -> Result<&'static str, Problem> {
    app.readers.read(|provider| provider.flows().map(drop)).await?;
    Ok("ok\n")
}

async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.metrics.text())
}
