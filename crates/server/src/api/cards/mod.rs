//! Cards: which there are, their pages, their data.

mod item;
mod lists;
mod one;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(crate) use item::CardItem;
pub(crate) use lists::{current, fresh};

/// Routes of cards.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(lists::run_cards))
        .routes(routes!(lists::task_cards))
        .routes(routes!(one::html))
        .routes(routes!(one::data))
}
