//! The monitoring API, below `/api/v1`. Read only.

mod about;
pub(crate) mod artifacts;
pub(crate) mod cards;
mod compare;
mod logs;
pub(crate) mod place;
mod plugins;
mod resources;
pub(crate) mod run;
mod runs;
pub(crate) mod setup;
mod spins;

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use utoipa::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa_axum::router::OpenApiRouter;

use crate::api::artifacts::ArtifactForm;
use crate::api::runs::GroupBy;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};

pub(crate) use logs::{LogStreams, LogTail, Logs, Tails};
pub(crate) use setup::Packages;

/// The document all routes are described in. What only queries have is not found by itself.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Spinloom",
        description = "The monitoring API of a Spinloom server. It reads, and changes nothing."
    ),
    components(schemas(ArtifactForm, GroupBy, LogStreams, ProblemBody))
)]
struct Document;

/// All routes.
pub(crate) fn routes() -> OpenApiRouter<App> {
    let api = about::routes()
        .merge(artifacts::routes())
        .merge(cards::routes())
        .merge(compare::routes())
        .merge(crate::live::routes())
        .merge(logs::routes())
        .merge(plugins::routes())
        .merge(resources::routes())
        .merge(run::routes())
        .merge(runs::routes())
        .merge(setup::routes())
        .merge(spins::routes());
    OpenApiRouter::with_openapi(Document::openapi()).nest("/api/v1", api)
}

/// The OpenAPI document, as JSON.
pub fn openapi() -> String {
    let mut document = routes().into_openapi();
    for operation in document.paths.paths.values_mut().filter_map(|path| path.get.as_mut()) {
        problems(operation);
    }
    document.to_pretty_json().unwrap_or_default() + "\n"
}

/// Any question can fail, and always does so in the same form.
fn problems(operation: &mut Operation) {
    let body = Ref::from_schema_name("ProblemBody");
    let content = ContentBuilder::new().schema(Some(body)).build();
    let problem = |description: &str| {
        ResponseBuilder::new()
            .description(description)
            .content("application/problem+json", content.clone())
            .build()
    };
    let responses = &mut operation.responses.responses;
    for (status, response) in responses.iter_mut() {
        if let (RefOr::T(known), true) = (&response, status.starts_with(['4', '5'])) {
            *response = RefOr::T(problem(&known.description.clone()));
        }
    }
    responses.insert("default".to_owned(), RefOr::T(problem("It cannot be answered, and why")));
}

/// What was asked, or why it cannot be read.
pub(crate) fn asked<T>(query: Result<Query<T>, QueryRejection>) -> Result<T, Problem> {
    query.map(|Query(asked)| asked).map_err(|e| Problem::bad_request(e.body_text()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_question_has_a_name_of_its_own() {
        let document = routes().into_openapi();
        let operations = document.paths.paths.values().filter_map(|path| path.get.as_ref());
        let mut names = HashSet::new();
        for name in operations.filter_map(|operation| operation.operation_id.as_deref()) {
            assert!(names.insert(name), "two questions are called {name}");
        }
    }
}
