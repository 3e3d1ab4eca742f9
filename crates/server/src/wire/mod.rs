//! Metaflow's metadata service: what an unmodified `metaflow` finds at `METAFLOW_SERVICE_URL`.
//!
//! The rules of its clients decide everything here: which status means what, that a beat is answered with JSON inside a JSON string, that
//! ids are numbers when they were given and text when they were chosen. What is recorded is kept by the metadata provider
//! (`spinloom_metadata::service`), and its runs are runs like any other everywhere else.

mod filter;
mod page;
mod read;
mod reply;
mod write;
mod writer;

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, get, patch, post};

use crate::app::App;

pub(crate) use writer::Writer;

/// The version of the service whose rules these are: clients switch features on by it.
const VERSION: &str = "2.6.1";
/// Where clients look for it.
const VERSION_HEADER: &str = "metadata_service_version";

/// All routes.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/ping", get(ping))
        .route("/version", get(|| async { VERSION }))
        .route("/healthcheck", get(read::health))
        .route("/flows", get(read::flows))
        .route("/flows/{flow}", get(read::flow).post(write::flow))
        .route("/flows/{flow}/run", post(write::run))
        .route("/flows/{flow}/runs", get(read::runs))
        .nest("/flows/{flow}/runs/{run}", of_run())
}

fn of_run() -> Router<App> {
    let routes: [(&str, MethodRouter<App>); 10] = [
        ("/", get(read::run)),
        ("/heartbeat", post(write::run_beat)),
        ("/tag/mutate", patch(write::tags)),
        ("/metadata", get(read::run_metadata)),
        ("/artifacts", get(read::run_artifacts)),
        ("/steps", get(read::steps)),
        ("/steps/{step}", get(read::step)),
        ("/steps/{step}/step", post(write::step)),
        ("/steps/{step}/task", post(write::task)),
        ("/steps/{step}/artifacts", get(read::step_artifacts)),
    ];
    let of_run = routes.into_iter().fold(Router::new(), |router, (path, method)| router.route(path, method));
    of_run
        .route("/steps/{step}/tasks", get(read::tasks))
        .route("/steps/{step}/filtered_tasks", get(read::filtered_tasks))
        .nest("/steps/{step}/tasks/{task}", of_task())
}

fn of_task() -> Router<App> {
    Router::new()
        .route("/", get(read::task))
        .route("/heartbeat", post(write::task_beat))
        .route("/metadata", get(read::task_metadata).post(write::metadata))
        .route("/artifact", post(write::artifacts))
        .route("/artifacts", get(read::task_artifacts))
        .route("/artifacts/{name}", get(read::artifact))
        .route("/artifacts/{name}/attempt/{attempt}", get(read::artifact_of_attempt))
        .route("/attempt/{attempt}/artifacts", get(read::attempt_artifacts))
}

async fn ping() -> impl IntoResponse {
    ([(VERSION_HEADER, VERSION), (header::CONTENT_TYPE.as_str(), "text/plain; charset=utf-8")], "pong")
}
