//! What a run was started with: parameters, configs, code.

mod code;
mod code_diff;
mod config;
mod package;
mod parameters;
mod source;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(crate) use code_diff::FileChange;
pub(crate) use package::{Packages, files_of};

/// Routes of what runs were started with.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(parameters::parameters))
        .routes(routes!(config::config))
        .routes(routes!(code::code))
        .routes(routes!(code::file))
        .routes(routes!(code::code_raw))
        .routes(routes!(source::source))
        .routes(routes!(code_diff::diff))
}
