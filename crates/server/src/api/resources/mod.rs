//! What attempts used while they ran.

mod attempt;
mod step;
mod sum;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// Routes of resource curves.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(attempt::attempt)).routes(routes!(step::step))
}
