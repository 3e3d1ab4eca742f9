//! All runs of the store: lists, counts, groups, dots, completions, and what a pasted text means.

mod asked;
mod complete;
mod groups;
mod list;
mod resolve;
mod scatter;

use serde::Serialize;
use spinloom_index::Named;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::index::{Known, Progress};

pub(crate) use groups::By as GroupBy;

/// Routes about runs.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(complete::complete))
        .routes(routes!(groups::groups))
        .routes(routes!(list::facets))
        .routes(routes!(list::runs))
        .routes(routes!(resolve::resolve))
        .routes(routes!(scatter::scatter))
}

/// How much of the store an answer knows.
#[derive(Debug, Serialize, ToSchema)]
struct Fresh {
    /// The number of the last write it knows of.
    sequence: u64,
    /// How far the server is with reading the store for the first time; absent once it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    loading: Option<Loading>,
}

/// How far the first reading of the store is.
#[derive(Debug, Serialize, ToSchema)]
struct Loading {
    /// Writes read.
    loaded: u64,
    /// Writes in all.
    of: u64,
}

impl From<Known> for Fresh {
    fn from(known: Known) -> Self {
        let Progress { loaded, of, done } = known.progress;
        Self { sequence: known.sequence, loading: (!done).then_some(Loading { loaded, of }) }
    }
}

/// A value and how many runs have it.
#[derive(Debug, Serialize, ToSchema)]
struct Count {
    /// The value.
    name: String,
    /// How many.
    count: u64,
}

impl From<Named> for Count {
    fn from(named: Named) -> Self {
        Self { name: named.name, count: named.count }
    }
}
