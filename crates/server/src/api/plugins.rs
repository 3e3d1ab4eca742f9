//! Plugins: what adds to the pages.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::plugins::{self, Plugin};
use crate::problem::Problem;

/// What adds to the pages.
#[derive(Debug, Serialize, ToSchema)]
struct PluginList {
    /// All plugins, by name.
    plugins: Vec<Plugin>,
}

/// Routes about plugins.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// What adds to the pages
///
/// As the folder of plugins is now. A plugin that is wrong says so in its `problems`.
#[utoipa::path(get, path = "/plugins", tag = "server", responses((status = 200, body = PluginList)))]
async fn list(State(app): State<App>) -> Result<Json<PluginList>, Problem> {
    let shared = app.clone();
    let plugins = app.workers.answer(move |_| Ok(plugins::list(&shared.plugins))).await?;
    Ok(Json(PluginList { plugins }))
}
