//! Spins that were kept: the sessions they make up, the spins of a step, one of them against where it came from.

mod changes;
mod commands;
mod item;
mod list;
mod log;
mod one;

use spinloom_diagnostics::{Error, codes};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::problem::Problem;

/// Routes of spins.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::sessions))
        .routes(routes!(list::of_step))
        .routes(routes!(one::spin))
        .routes(routes!(log::spin_log))
}

/// There is no such spin.
fn no_spin(flow: &str, step: &str, spin: &str) -> Error {
    Error::new(codes::NOT_FOUND, format!("no spin `{spin}` of `{flow}/{step}` was kept"))
        .hint("`spinloom spin --persist` keeps what a spin makes")
}

/// Nothing was ever kept.
fn nothing_kept(flow: &str, step: &str, spin: &str) -> Problem {
    no_spin(flow, step, spin).into()
}
