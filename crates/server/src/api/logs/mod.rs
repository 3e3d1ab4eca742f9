//! Logs: pages of lines, downloads, searches, tails. Nothing here moves, locks or writes a file.

mod cache;
mod lines;
mod raw;
mod run_search;
mod search;
mod tail;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(crate) use cache::Logs;
pub(crate) use lines::{Lines, MOST, Streams as LogStreams};
pub(crate) use raw::encoded;
pub(crate) use tail::{LogTail, Tails};

/// Routes of logs.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(lines::log))
        .routes(routes!(raw::raw))
        .routes(routes!(search::search))
        .routes(routes!(run_search::search_run))
}
