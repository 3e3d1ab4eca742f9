//! Which run a request is about.

use std::sync::Arc;

use serde::Deserialize;
use spinloom_diagnostics::{Error, Result, codes};
use spinloom_metadata::{Provider, missing};
use utoipa::IntoParams;

use crate::app::App;
use crate::problem::Problem;
use crate::views::{RunKey, View};

/// A run.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct RunPath {
    /// The flow.
    #[param(example = "Training")]
    pub(super) flow: String,
    /// The run.
    #[param(example = "58")]
    pub(super) run: String,
}

/// A step of a run.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct StepPath {
    /// The flow.
    #[param(example = "Training")]
    pub(super) flow: String,
    /// The run.
    #[param(example = "58")]
    pub(super) run: String,
    /// The step.
    #[param(example = "train")]
    pub(super) step: String,
}

/// A task of a run.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct TaskPath {
    /// The flow.
    #[param(example = "Training")]
    pub(super) flow: String,
    /// The run.
    #[param(example = "58")]
    pub(super) run: String,
    /// The task's number.
    #[param(example = 3)]
    pub(super) task: String,
}

/// The run as it is now, and what `read` makes of it on the thread that read it.
pub(super) async fn with<T: Send + 'static>(
    app: &App,
    flow: &str,
    run: &str,
    read: impl FnOnce(&dyn Provider, Arc<View>) -> Result<T> + Send + 'static,
) -> Result<T, Problem> {
    let key = RunKey { flow: flow.parse().map_err(unknown)?, run: run.parse().map_err(unknown)? };
    let shared = app.clone();
    app.metrics.run_looks.inc();
    app.readers.read(move |provider| read(provider, shared.views.look(provider, &key)?)).await
}

/// The run as it is now.
pub(crate) async fn look(app: &App, key: &RunKey) -> Result<Arc<View>, Problem> {
    let (shared, key) = (app.clone(), key.clone());
    app.metrics.run_looks.inc();
    app.readers.read(move |provider| shared.views.look(provider, &key)).await
}

/// What has no possible name does not exist.
fn unknown(error: Error) -> Problem {
    Problem::not_found(error.message())
}

/// There is no such step, or no task of it.
pub(super) fn no_step(provider: &dyn Provider, view: &View, step: &str) -> Error {
    let record = &view.record;
    let path = [record.flow.as_str(), record.run.as_str(), step];
    missing(provider, &path).unwrap_or_else(|error| error)
}

/// There is no such task.
pub(super) fn no_task(view: &View, task: &str) -> Error {
    let record = &view.record;
    Error::new(codes::NOT_FOUND, format!("`{}/{}` has no task `{task}`", record.flow, record.run))
}
